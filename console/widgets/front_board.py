"""The front of a shelf to scale, with its boards and slots, on which a slot is chosen."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.language import tr
from console.language.writing import decimal
from console.operations.gondolas import Face, Placed
from console.theme.appearance import Appearance
from console.theme.fonts import ui_font
from console.theme.tokens import SPACE_1, SPACE_2, SPACE_4, TEXT_SECONDARY
from console.widgets.slot_tile import MOVES

SMALL = QSize(460, 340)
LOW_PX = 14.0
"""Slots that are lower have no room for a text."""
BOARD_PX = 4.0


class FrontBoard(QWidget):
    """A click or the arrows choose; what is new is marked by a word, not by its colour alone."""

    chosen = Signal(str)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._face: Face | None = None
        self._texts: dict[str, str] = {}
        self._new: frozenset[str] = frozenset()
        self.slot = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(SMALL)
        self.setAccessibleName(tr("The shelf from the front"))
        appearance.changed.connect(self.update)

    def show_face(self, face: Face, texts: dict[str, str], new: frozenset[str]) -> None:
        """``texts``: what stands in each slot; ``new``: slots that were not there before."""
        self._face, self._texts, self._new = face, texts, new
        names = [placed.slot.id for placed in face.slots]
        if self.slot not in names:
            self.slot = names[0] if names else ""
        self.update()

    def choose(self, slot: str) -> None:
        """Mark a slot; ``chosen`` follows where it is another one."""
        if slot and slot != self.slot:
            self.slot = slot
            self.setAccessibleDescription(f"{slot}: {self._texts.get(slot, '')}")
            self.update()
            self.chosen.emit(slot)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """The nearest slot in that direction."""
        step = MOVES.get(Qt.Key(event.key()))
        here = self._placed(self.slot)
        if step is None or here is None or self._face is None:
            super().keyPressEvent(event)
            return
        x, y = _middle(here)

        def far(placed: Placed) -> float:
            a, b = _middle(placed)
            ahead, beside = (a - x) * step[0] + (b - y) * step[1], (a - x) * step[1] + (b - y) * step[0]
            return ahead + 3.0 * abs(beside) if ahead > 0.01 else float("inf")

        nearest = min(self._face.slots, key=far)
        if far(nearest) < float("inf"):
            self.choose(nearest.slot.id)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The slot under the pointer."""
        for placed in () if self._face is None else self._face.slots:
            if self._rect(placed).contains(event.position()):
                self.choose(placed.slot.id)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Floor, boards with their heights, slots."""
        theme, painter = self._appearance.theme, QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.panel))
        if self._face is None:
            return
        painter.setFont(ui_font(TEXT_SECONDARY))
        metrics = QFontMetricsF(painter.font())
        whole = QRectF(self._at(0.0, self._face.height), self._at(self._face.width, 0.0))
        painter.fillRect(whole, QColor(theme.raised))
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.drawRect(whole)
        for bottom in sorted({round(placed.bottom, 2) for placed in self._face.slots}):
            at = self._at(0.0, bottom)
            painter.fillRect(QRectF(whole.left(), at.y(), whole.width(), BOARD_PX), QColor(theme.secondary))
            painter.setPen(QColor(theme.secondary))
            words = tr("{m} m", m=decimal(bottom, 2))
            room = QRectF(0.0, at.y() - metrics.height() + BOARD_PX, whole.left() - SPACE_2, metrics.height())
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        for placed in self._face.slots:
            self._paint_slot(painter, metrics, placed)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 1))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_slot(self, painter: QPainter, metrics: QFontMetricsF, placed: Placed) -> None:
        theme, rect = self._appearance.theme, self._rect(placed).adjusted(1, 1, -1, 0)
        chosen, new = placed.slot.id == self.slot, placed.slot.id in self._new
        painter.fillRect(rect, QColor(theme.selected if chosen else theme.panel))
        painter.setPen(QPen(QColor(theme.accent if chosen or new else theme.line), 2 if chosen else 1))
        painter.drawRect(rect)
        if rect.height() < LOW_PX:
            return
        room = rect.adjusted(SPACE_1, 1, -SPACE_1, -1)
        name = tr("{slot}, new", slot=placed.slot.id) if new else placed.slot.id
        text = self._texts.get(placed.slot.id, "")
        if room.height() < 2 * metrics.height() - 2:  # one line has to say both
            name, text = f"{name}  {text}", ""
        lines = [(name, theme.text), (text, theme.secondary)]
        for number, (line, colour) in enumerate(lines):
            top = room.top() + number * metrics.height()
            if top + metrics.height() > room.bottom() + 2:
                break
            painter.setPen(QColor(colour))
            shown = metrics.elidedText(line, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(QPointF(room.left(), top + metrics.ascent()), shown)

    def _placed(self, slot: str) -> Placed | None:
        slots = () if self._face is None else self._face.slots
        return next((placed for placed in slots if placed.slot.id == slot), None)

    def _rect(self, placed: Placed) -> QRectF:
        return QRectF(
            self._at(placed.left, placed.bottom + placed.height),
            self._at(placed.left + placed.width, placed.bottom),
        )

    def _at(self, x: float, y: float) -> QPointF:
        """A place on the front, metres from its left end and the floor, in pixels."""
        face = self._face
        assert face is not None  # noqa: S101 - asked for by who has looked
        left = QFontMetricsF(ui_font(TEXT_SECONDARY)).horizontalAdvance("0.00 m") + SPACE_4
        room = QRectF(self.rect()).adjusted(left, SPACE_4, -SPACE_4, -SPACE_4)
        scale = min(room.width() / face.width, room.height() / face.height)
        base = room.bottom() - (room.height() - face.height * scale) / 2
        return QPointF(room.left() + (room.width() - face.width * scale) / 2 + x * scale, base - y * scale)


def _middle(placed: Placed) -> tuple[float, float]:
    return placed.left + placed.width / 2, placed.bottom + placed.height / 2
