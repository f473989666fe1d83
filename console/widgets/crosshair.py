"""A cross that arrow keys move over a board: whoever has no mouse shows places with it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from console.theme.tokens import Theme

STEP, FAR = 1.0, 10.0
"""Pixels that an arrow key moves the cross; with Shift."""
SHOWS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
"""Keys that show the place under it."""
_ARM = 12
_ARROWS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}


def moved_cross(board: QWidget, cross: QPointF | None, event: QKeyEvent) -> QPointF | None:
    """Where an arrow key moves the cross, within the board; None: it is no arrow key.

    A cross that is nowhere yet starts in the middle.
    """
    arrow = _ARROWS.get(Qt.Key(event.key()))
    if arrow is None:
        return None
    far = FAR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
    at = cross or QPointF(board.rect().center())
    return QPointF(
        min(max(at.x() + far * arrow[0], 0.0), board.width() - 1.0),
        min(max(at.y() + far * arrow[1], 0.0), board.height() - 1.0),
    )


def paint_cross(board: QWidget, cross: QPointF | None, painter: QPainter, theme: Theme) -> None:
    """The cross, and a frame around the board: only while the board has the keys."""
    if not board.hasFocus():
        return
    if cross is not None:
        painter.setPen(QPen(QColor(theme.text), 1.0))
        x, y = cross.x(), cross.y()
        painter.drawLine(QPointF(x - _ARM, y), QPointF(x + _ARM, y))
        painter.drawLine(QPointF(x, y - _ARM), QPointF(x, y + _ARM))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.accent), 2.0))
    painter.drawRect(QRectF(board.rect()).adjusted(1, 1, -1, -1))
