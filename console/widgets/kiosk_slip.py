"""One cart or receipt in large type; painted, so that what does not fit is counted and never cut."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.item_models.kiosk_slips import Slip, SlipLine
from console.language import tr_n
from console.theme.appearance import Appearance
from console.theme.fonts import ui_font
from console.theme.tokens import RADIUS
from console.widgets.identity_paint import paint_token
from console.widgets.kiosk_type import LARGE, SMALL, TEXT, TITLE

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
ROW, HEAD, TOTAL, EDGE, QUANTITY = 44.0, 84.0, 76.0, 28.0, 44.0
ROOMY = 1.35
"""How much larger the lines are while there is room for that, with one line more to come."""


class KioskSlip(QWidget):
    """Shows one slip; lines that changed since the last one of the same visit stand out."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self.slip: Slip | None = None
        self.unit = 1.0
        """Pixels for each one of a screen of 1080 lines."""
        self._fresh: frozenset[str] = frozenset()
        self._larger = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        appearance.changed.connect(self.update)

    def show_slip(self, slip: Slip | None) -> None:
        """This one from now on."""
        if slip == self.slip:
            return
        before = self.slip
        if slip is not None and before is not None and slip.code == before.code and not slip.is_receipt:
            old = {line.name: line.quantity for line in before.lines}
            self._fresh = frozenset(x.name for x in slip.lines if old.get(x.name) != x.quantity)
        else:
            self._fresh = frozenset()
        self.slip = slip
        self.setAccessibleName("" if slip is None else slip.spoken)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """Head, lines, total, remark."""
        if self.slip is None:
            return
        slip, theme, u = self.slip, self._appearance.theme, self.unit
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.line), 1.0))
        painter.setBrush(QColor(theme.panel))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        room = box.adjusted(EDGE * u, 16 * u, -EDGE * u, -16 * u)
        self._head(painter, slip, room)
        top = room.top() + HEAD * u
        note_height = self._note(painter, slip, room)
        total_height = TOTAL * u if slip.total and slip.lines else 0.0
        free = room.bottom() - note_height - total_height - top
        self._larger = ROOMY if (len(slip.lines) + 1) * ROW * ROOMY * u <= free else 1.0
        row = ROW * self._larger * u
        fitting = max(1, int(free // (ROW * u)))
        lines = slip.lines
        if len(lines) > fitting:  # the newest are of most interest; the rest is counted
            left_out = len(lines) - (fitting - 1)
            lines = lines[left_out:]
            more = tr_n("and {n} line more above", "and {n} lines more above", left_out)
            painter.setPen(QColor(theme.secondary))
            painter.setFont(self._font(SMALL))
            painter.drawText(QRectF(room.left() + QUANTITY * u, top, room.width(), ROW * u), LEFT, more)
            top += ROW * u
        for i, line in enumerate(lines):
            self._line(painter, line, QRectF(room.left(), top + i * row, room.width(), row))
        if total_height:
            self._total(painter, slip, room, room.bottom() - note_height - total_height)

    def _head(self, painter: QPainter, slip: Slip, room: QRectF) -> None:
        theme, u = self._appearance.theme, self.unit
        left = room.left()
        if not slip.is_receipt and slip.identity >= 0:
            radius = 15 * u
            at = QPointF(left + radius + 2, room.top() + 22 * u)
            paint_token(painter, at, slip.identity, "", theme, hidden=False, radius=radius)
            left += 2 * radius + 16 * u
        painter.setPen(QColor(theme.text))
        painter.setFont(self._font(TITLE, bold=True))
        words = QRectF(left, room.top(), room.right() - left, 44 * u)
        painter.drawText(words, LEFT, slip.code)
        used = QFontMetricsF(painter.font()).horizontalAdvance(slip.code) + 16 * u
        painter.setPen(QColor(theme.secondary))
        painter.setFont(self._font(TEXT))
        caption = QFontMetricsF(painter.font()).elidedText(
            slip.caption, Qt.TextElideMode.ElideRight, words.width() - used
        )
        painter.drawText(words.adjusted(used, 0, 0, 0), RIGHT, caption)
        painter.setPen(QPen(QColor(theme.line), 1.0))
        y = round(room.top() + 62 * u) + 0.5
        painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))

    def _line(self, painter: QPainter, line: SlipLine, box: QRectF) -> None:
        theme, u = self._appearance.theme, self.unit * self._larger
        if line.name in self._fresh:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.selected))
            painter.drawRoundedRect(box.adjusted(-10 * u, 1, 10 * u, -1), RADIUS, RADIUS)
        painter.setFont(ui_font(round(TEXT * u)))
        metrics = QFontMetricsF(painter.font())
        painter.setPen(QColor(theme.text))
        painter.drawText(QRectF(box.left(), box.top(), 30 * u, box.height()), RIGHT, line.quantity)
        painter.drawText(box, RIGHT, line.amount)
        left = box.left() + QUANTITY * u
        width = box.right() - left - metrics.horizontalAdvance(line.amount) - 16 * u
        sure = metrics.horizontalAdvance(line.remark) + 12 * u if line.remark else 0.0
        name = metrics.elidedText(line.name, Qt.TextElideMode.ElideRight, width - sure)
        painter.drawText(QRectF(left, box.top(), width, box.height()), LEFT, name)
        if line.remark:
            painter.setPen(QColor(theme.waiting))
            at = left + metrics.horizontalAdvance(name) + 12 * u
            painter.drawText(QRectF(at, box.top(), sure, box.height()), LEFT, line.remark)

    def _total(self, painter: QPainter, slip: Slip, room: QRectF, top: float) -> None:
        theme, u = self._appearance.theme, self.unit
        painter.setPen(QPen(QColor(theme.line), 1.0))
        y = round(top + 8 * u) + 0.5
        painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
        box = QRectF(room.left(), top + 10 * u, room.width(), TOTAL * u - 12 * u)
        painter.setPen(QColor(theme.text))
        painter.setFont(self._font(LARGE))
        painter.drawText(box, LEFT, slip.total_word)
        painter.setFont(self._font(TITLE, bold=True))
        painter.drawText(box, RIGHT, slip.total)

    def _note(self, painter: QPainter, slip: Slip, room: QRectF) -> float:
        """At the foot; returns its height."""
        if not slip.note:
            return 0.0
        theme = self._appearance.theme
        colours = {"good": theme.good, "waiting": theme.waiting, "wrong": theme.wrong}
        painter.setPen(QColor(colours.get(slip.tone, theme.secondary)))
        painter.setFont(self._font(TEXT))
        how = int(Qt.TextFlag.TextWordWrap) | int(Qt.AlignmentFlag.AlignLeft.value)
        size = QFontMetricsF(painter.font()).boundingRect(QRectF(0, 0, room.width(), 1e4), how, slip.note)
        if slip.lines:
            place = QRectF(room.left(), room.bottom() - size.height(), room.width(), size.height())
        else:
            place = QRectF(room.left(), room.top() + HEAD * self.unit, room.width(), size.height())
        painter.drawText(place, how, slip.note)
        return size.height() + 8 * self.unit

    def _font(self, size: int, *, bold: bool = False) -> QFont:
        return ui_font(round(size * self.unit), bold=bold)
