"""The rail: one button per page, with what waits there; and the menu."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from console.operations.health import Tone
from console.theme.appearance import Appearance
from console.theme.contrast import ink_on
from console.theme.fonts import sized, ui_font
from console.theme.icons import Icon, icon_pixmap
from console.theme.tokens import RADIUS, SPACE_1, SPACE_2, TEXT_SECONDARY

WIDTH = 96
HEIGHT, WORD = 46, 18
"""Around the word, and the word, which grows with the text size."""


def rail_width() -> int:
    """Pixels across at the text size chosen."""
    return sized(WIDTH)


class RailButton(QAbstractButton):
    """Icon over word, a badge at the corner, a bar when it is the page shown."""

    def __init__(self, what: Icon, word: str, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._what, self._appearance = what, appearance
        self._badge = ""
        self._tone: Tone = "neutral"
        self.setText(word)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:  # noqa: N802
        """One size for all."""
        return QSize(rail_width() - 1, HEIGHT + sized(WORD))

    def setText(self, word: str) -> None:  # noqa: N802
        """Say something else under the icon."""
        super().setText(word)
        self.setAccessibleName(word)
        self.update()

    def set_badge(self, text: str, tone: Tone = "neutral") -> None:
        """What waits there: a number, or a sign."""
        if (text, tone) != (self._badge, self._tone):
            self._badge, self._tone = text, tone
            self.setAccessibleDescription(text)
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The button."""
        theme = self._appearance.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(SPACE_1 + 0.5, 2.5, -SPACE_1 - 0.5, -2.5)
        painter.setPen(QPen(QColor(theme.accent), 1.5) if self.hasFocus() else Qt.PenStyle.NoPen)
        ground = theme.selected if self.isChecked() else theme.raised if self.underMouse() else theme.panel
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        colour = theme.text if self.isChecked() else theme.secondary
        middle = box.center().x()
        side = 24
        picture = icon_pixmap(self._what, colour, side, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(middle - side / 2, box.top() + 9), picture)
        painter.setPen(QColor(colour))
        words = QRectF(box.left(), box.top() + 35, box.width(), sized(WORD))
        font = ui_font(TEXT_SECONDARY, bold=self.isChecked())
        if QFontMetricsF(font).horizontalAdvance(self.text()) > words.width() - SPACE_2:
            font = ui_font(TEXT_SECONDARY)  # a whole word with air around it says more than a heavy one
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        said = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, said)
        if self._badge:
            self._paint_badge(painter, QPointF(middle + 10, box.top() + 8))

    def _paint_badge(self, painter: QPainter, at: QPointF) -> None:
        theme = self._appearance.theme
        loud = self._tone in ("waiting", "wrong")
        font = ui_font(TEXT_SECONDARY, bold=True)
        high = float(sized(16))
        width = max(high, QFontMetricsF(font).horizontalAdvance(self._badge) + SPACE_2)
        box = QRectF(min(at.x(), self.width() - width - SPACE_1), at.y() - 3, width, high)
        painter.setPen(QPen(QColor(theme.panel), 1.0))
        ground = getattr(theme, self._tone) if loud else theme.line
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(box, high / 2, high / 2)
        painter.setFont(font)
        painter.setPen(QColor(ink_on(ground)))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._badge)


class Rail(QWidget):
    """The pages there are, and below them what is always there."""

    chosen = Signal(int)
    """Number of the page."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(rail_width())
        self._appearance = appearance
        self._buttons: list[RailButton] = []
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self.chosen)
        self._pages = QVBoxLayout()
        self._pages.setSpacing(0)
        self._feet = QVBoxLayout()
        self._feet.setSpacing(0)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, SPACE_1, 1, SPACE_1)
        box.setSpacing(0)
        box.addLayout(self._pages)
        box.addStretch(1)
        box.addLayout(self._feet)
        appearance.changed.connect(self._repaint)

    def add_page(self, what: Icon, word: str, tip: str) -> None:
        """One more page; they are numbered as they come."""
        button = RailButton(what, word, self._appearance)
        button.setToolTip(tip)
        self._group.addButton(button, len(self._buttons))
        self._buttons.append(button)
        self._pages.addWidget(button)

    def add_foot(self, what: Icon, word: str, tip: str) -> RailButton:
        """A button at the bottom that leads to no page."""
        button = RailButton(what, word, self._appearance)
        button.setCheckable(False)
        button.setToolTip(tip)
        self.add_below(button)
        return button

    def add_below(self, button: RailButton) -> None:
        """A button of one's own at the bottom."""
        self._feet.addWidget(button)

    def button(self, page: int) -> RailButton:
        """The button of a page."""
        return self._buttons[page]

    def show_page(self, page: int) -> None:
        """This is the page shown."""
        self.button(page).setChecked(True)

    def _repaint(self) -> None:
        for button in self.findChildren(RailButton):
            button.update()
