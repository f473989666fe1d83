"""One slot on a gondola's front: product, price, count, weight, last event, what is wrong, as room allows."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from console.item_models.shelf_words import (
    FAULT_SIGNS,
    count_words,
    fault_word,
    last_words,
    slot_said,
    stock_word,
    weights_words,
)
from console.item_models.shelves import SlotNow
from console.item_models.words import ShopWords
from console.language import tr
from console.theme.appearance import Appearance
from console.theme.fonts import ui_font
from console.theme.icons import Icon, icon_pixmap
from console.theme.tokens import ICON_SMALL, RADIUS, SPACE_1, SPACE_2, TEXT_BODY, TEXT_SECONDARY
from console.widgets.product_pictures import ProductPictures

PICTURE = 72
PICTURE_FROM = 150
"""Pixels of width from which on a tile has room for a picture beside its words."""
LINE = 17
MOVES = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}

Mark = tuple[Icon, str, str]
"""Sign, word, and the theme's name of its colour."""


class SlotTile(QAbstractButton):
    """A slot that can be chosen: by a click, by Tab, and by arrows from its neighbours."""

    chosen = Signal(str)
    """It has the focus: its slot."""
    moved = Signal(str, int, int)
    """An arrow was pressed here: its slot, and to the right (1) or left, up (1) or down."""

    def __init__(
        self, slot: str, words: ShopWords, pictures: ProductPictures, appearance: Appearance, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.slot = slot
        self._words, self._pictures, self._appearance = words, pictures, appearance
        self._now: SlotNow | None = None
        self._store_time = 0.0
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(slot)
        appearance.changed.connect(self.update)

    def show_slot(self, now: SlotNow, store_time: float) -> None:
        """Show it as it is."""
        self._now, self._store_time = now, store_time
        said = slot_said(now, store_time, self._words)
        if said != self.accessibleName():
            self.setAccessibleName(said)
            self.setToolTip(said.replace(", ", "\n"))
        self.update()

    def choose(self, chosen: bool) -> None:
        """One tile at a time is reached by Tab."""
        self.setChecked(chosen)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if chosen else Qt.FocusPolicy.ClickFocus)

    def sizeHint(self) -> QSize:  # noqa: N802
        """The gondola gives it its size."""
        return QSize(PICTURE_FROM, PICTURE)

    # -- what happens --------------------------------------------------------------------------------

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Focus chooses."""
        self.chosen.emit(self.slot)
        super().focusInEvent(event)

    def nextCheckState(self) -> None:  # noqa: N802
        """A click chooses; it never takes the choice away."""
        self.setChecked(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Arrows go to the neighbours."""
        move = MOVES.get(Qt.Key(event.key()))
        if move is not None and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.moved.emit(self.slot, *move)
        else:
            super().keyPressEvent(event)

    # -- painting ------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Ground, picture, words, marks."""
        theme = self._appearance.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        marks = self._marks()
        worst = marks[0][2] if marks else ""
        edge = theme.accent if self.isChecked() else getattr(theme, worst) if worst else theme.line
        painter.setPen(QPen(QColor(edge), 2.0 if self.isChecked() else 1.0))
        painter.setBrush(QColor(theme.selected if self.isChecked() else theme.panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS - 2, RADIUS - 2)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.text), 1.0, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(3, 3, -3, -3), RADIUS - 3, RADIUS - 3)
        room = QRectF(self.rect()).adjusted(SPACE_2, SPACE_1, -SPACE_2, -SPACE_1)
        if self._now is None:
            return
        if room.width() >= PICTURE_FROM and self._now.goods:
            room.setLeft(self._paint_pictures(painter, room))
        self._paint_words(painter, room, marks)

    def _marks(self) -> list[Mark]:
        """Worst first."""
        now = self._now
        if now is None:
            return []
        found: list[Mark] = [(FAULT_SIGNS[fault], fault_word(fault), "wrong") for fault in now.faults]
        if now.stock:
            found.append((Icon.LOW, stock_word(now.stock), "wrong" if now.stock == "empty" else "waiting"))
        if now.misplaced:
            found.append((Icon.MISPLACED, tr("Misplaced goods"), "waiting"))
        return found

    def _paint_pictures(self, painter: QPainter, room: QRectF) -> float:
        """Of up to two products; gives where the words begin."""
        goods = self._now.goods[:2] if self._now is not None else ()
        side = min(float(PICTURE), room.height() - SPACE_1, room.width() / (2 + len(goods)))
        for number, one in enumerate(goods):
            box = QRectF(room.left() + number * (side + SPACE_1), room.center().y() - side / 2, side, side)
            self._pictures.paint(painter, box, one.sku, self._appearance.theme)
        return room.left() + len(goods) * (side + SPACE_1) + SPACE_1

    def _paint_words(self, painter: QPainter, room: QRectF, marks: list[Mark]) -> None:
        theme = self._appearance.theme
        lines = max(1, int(room.height() // LINE))
        top = room.center().y() - LINE * min(lines, 4 if not marks else 5) / 2
        line = QRectF(room.left(), max(room.top(), top), room.width(), LINE)
        now = self._now
        if now is None:
            return
        names = " + ".join(self._words.product(one.sku) for one in now.goods)
        self._text(painter, line, names or tr("no product planned"), theme.text, bold=True)
        wanted: list[str] = [self._amounts(now)]
        if lines > 2 + bool(marks):
            wanted.append(weights_words(now))
        if lines > 3 + bool(marks):
            wanted.append(last_words(now, self._store_time, self._words))
        if marks and lines > 1:
            line.translate(0, LINE)
            self._paint_marks(painter, line, marks)
            if lines == 2:
                return
        for number, words in enumerate(wanted[: lines - 1]):
            line.translate(0, LINE)
            self._text(painter, line, words, theme.text if number == 0 else theme.secondary, small=number > 0)

    def _amounts(self, now: SlotNow) -> str:
        if not now.goods:
            return weights_words(now)
        counts = " + ".join(count_words(one) for one in now.goods)
        prices = " + ".join(self._words.money(self._words.price(one.sku, 1)) for one in now.goods)
        return f"{counts} × {prices}"

    def _paint_marks(self, painter: QPainter, line: QRectF, marks: list[Mark]) -> None:
        theme, left = self._appearance.theme, line.left()
        font = ui_font(TEXT_SECONDARY, bold=True)
        for sign, word, tone in marks:
            colour = getattr(theme, tone)
            width = QFontMetricsF(font).horizontalAdvance(word)
            room = line.right() - left
            if room < ICON_SMALL:
                return
            picture = icon_pixmap(sign, colour, ICON_SMALL, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(left, line.center().y() - ICON_SMALL / 2), picture)
            left += ICON_SMALL + SPACE_1
            painter.setFont(font)
            painter.setPen(QColor(colour))
            shown = QFontMetricsF(font).elidedText(word, Qt.TextElideMode.ElideRight, line.right() - left)
            painter.drawText(
                QRectF(left, line.top(), line.right() - left, line.height()),
                Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
                shown,
            )
            left += width + SPACE_2

    def _text(
        self,
        painter: QPainter,
        line: QRectF,
        words: str,
        colour: str,
        *,
        bold: bool = False,
        small: bool = False,
    ) -> None:
        font = ui_font(TEXT_SECONDARY if small else TEXT_BODY, bold=bold)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        shown = QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
