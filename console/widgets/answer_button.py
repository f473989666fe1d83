"""A large button for one answer: its key, the goods, what happened, what the receipt comes to, how likely."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from console.item_models.answer_words import Choice
from console.language import tr
from console.language.writing import percent
from console.theme.appearance import Appearance
from console.theme.fonts import sized, ui_font
from console.theme.tokens import RADIUS, SPACE_1, SPACE_2, SPACE_3, TEXT_BODY, TEXT_HEADING, TEXT_TITLE
from console.widgets.identity_paint import paint_token
from console.widgets.product_pictures import ProductPictures

HEIGHT, LEAST = 84, 40
"""Pixels at the normal text size, as all of these."""
TWO_LINES = 54
"""From which height on what the receipt comes to stands below the words, else beside them."""
WITH_BAR, WITHOUT_BAR = 30, 22
"""So far above its middle the words begin, with the probability's bar below them and where there is none."""
KEY = 32
TOKEN, PICTURE = 11, 60
CHANCE = 70
BAR = 6


class AnswerButton(QAbstractButton):
    """One answer. The probability stands as a figure and as a bar."""

    def __init__(
        self, key: str, pictures: ProductPictures, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._key, self._pictures, self._appearance = key, pictures, appearance
        self._choice: Choice | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMaximumHeight(sized(HEIGHT))
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(tr("Answer {number}", number=key))
        appearance.changed.connect(self.update)

    def show_choice(self, choice: Choice) -> None:
        """Stand for another answer."""
        self._choice = choice
        who = f", {choice.who}" if choice.who else ""
        likely = "" if choice.probability is None else f", {percent(choice.probability)}"
        self.setText(f"{choice.words}{who}")
        self.setAccessibleName(f"{self._key}: {choice.words}{who}{likely}, {choice.effect}")
        key = tr("key {key}", key=self._key)
        self.setToolTip(f"{choice.words}{who}\n{choice.effect} ({key})")
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        """High enough to be hit without looking."""
        return QSize(360, sized(HEIGHT))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """The words are cut short rather than the page grown."""
        return QSize(240, sized(LEAST))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The button."""
        theme, choice = self._appearance.theme, self._choice
        if choice is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        on = self.isEnabled()
        ground = theme.selected if self.isDown() or (self.underMouse() and on) else theme.raised
        edge = theme.accent if self.hasFocus() or self.isDown() else theme.line
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        key = min(KEY, box.height() - 2 * SPACE_1)
        cap = QRectF(box.left() + SPACE_3, box.center().y() - key / 2, KEY, key)
        painter.setPen(QPen(QColor(theme.secondary), 1))
        painter.setBrush(QColor(theme.panel))
        painter.drawRoundedRect(cap, SPACE_1, SPACE_1)
        painter.setPen(QColor(theme.text if on else theme.secondary))
        painter.setFont(ui_font(TEXT_HEADING, bold=True))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self._key)
        left, right = cap.right() + SPACE_3, box.right() - SPACE_3
        if choice.look is not None:
            at = QPointF(left + TOKEN, box.center().y())
            paint_token(painter, at, choice.look, "", theme, hidden=False, radius=TOKEN)
            left = at.x() + TOKEN + SPACE_3
        if choice.sku:
            left = self._paint_goods(painter, box, left, choice.sku) + SPACE_3
        if choice.probability is not None:
            self._paint_chance(painter, box, choice.probability, on=on)
            right -= sized(CHANCE) + SPACE_2
        painter.setPen(QColor(theme.text if on else theme.secondary))
        self._paint_words(painter, QRectF(left, box.top(), right - left, box.height()), choice)
        if choice.probability is not None:
            place = QRectF(left, self._bar_top(box), box.right() - SPACE_3 - left, BAR)
            self._paint_bar(painter, place, choice.probability)

    def _paint_goods(self, painter: QPainter, box: QRectF, left: float, sku: str) -> float:
        """What to look for in the clips. Returns the right edge of it."""
        side = min(sized(PICTURE), box.height() - 2 * SPACE_1)
        place = QRectF(left, box.center().y() - side / 2, side, side)
        self._pictures.paint(painter, place, sku, self._appearance.theme)
        return place.right()

    @property
    def _is_low(self) -> bool:
        return self.height() < sized(TWO_LINES)

    def _bar_top(self, box: QRectF) -> float:
        return box.bottom() - BAR - SPACE_1 if self._is_low else box.center().y() + sized(19)

    def _paint_words(self, painter: QPainter, room: QRectF, choice: Choice) -> None:
        """What happened, and what the receipt comes to: below it, or at the right where the button is low."""
        font, small = ui_font(TEXT_HEADING, bold=True), ui_font(TEXT_BODY)
        words = choice.words + (f" \N{EN DASH} {choice.who}" if choice.who else "")
        middle, wide = room.center().y(), room.width()
        above = sized(WITH_BAR if choice.probability is not None else WITHOUT_BAR)
        first = QRectF(room.left(), middle - above, wide, sized(24))
        second = QRectF(room.left(), middle - above + sized(24), wide, sized(20))
        side = Qt.AlignmentFlag.AlignLeft
        effect = choice.effect
        if self._is_low:
            metrics = QFontMetricsF(small)
            effect = metrics.elidedText(effect, Qt.TextElideMode.ElideRight, wide / 2)
            foot = 0 if choice.probability is None else BAR
            first = room.adjusted(0, 0, -metrics.horizontalAdvance(effect) - SPACE_3, -foot)
            second, side = room.adjusted(0, 0, 0, -foot), Qt.AlignmentFlag.AlignRight
        painter.setFont(font)
        said = QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, first.width())
        painter.drawText(first, Qt.AlignmentFlag.AlignVCenter, said)
        painter.setFont(small)
        painter.drawText(second, side | Qt.AlignmentFlag.AlignVCenter, effect)

    def _paint_chance(self, painter: QPainter, box: QRectF, probability: float, *, on: bool) -> None:
        theme = self._appearance.theme
        painter.setFont(ui_font(TEXT_TITLE, bold=True))
        painter.setPen(QColor(theme.text if on else theme.secondary))
        wide, high = sized(CHANCE), sized(38)
        top = box.center().y() - (high + BAR) / 2 if self._is_low else box.center().y() - sized(28)
        place = QRectF(box.right() - SPACE_3 - wide, top, wide, high)
        painter.drawText(
            place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, percent(probability)
        )

    def _paint_bar(self, painter: QPainter, place: QRectF, probability: float) -> None:
        theme = self._appearance.theme
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.line))
        painter.drawRoundedRect(place, BAR / 2, BAR / 2)
        painter.setBrush(QColor(theme.accent if self.isEnabled() else theme.secondary))
        part = QRectF(place.left(), place.top(), max(float(BAR), place.width() * probability), BAR)
        painter.drawRoundedRect(part, BAR / 2, BAR / 2)
