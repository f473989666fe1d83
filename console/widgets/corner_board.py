"""The floor's outline over the store's plan: corners are dragged, or moved by keys."""

from __future__ import annotations

import math

import msgspec
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.language import tr
from console.operations.floor_drafts import LEAST, Outline, corners_outside, shape_problem
from console.theme.appearance import Appearance
from console.theme.contrast import ink_on
from console.theme.fonts import ui_font
from console.theme.tokens import TEXT_SECONDARY
from console.widgets.floor_ground import paint_plan, polygon
from console.widgets.floor_view import FloorView
from store_layout.model import Floor, Point2, StoreLayout

GRID_M, FAR_M = 0.05, 0.5
"""An arrow key moves a corner so far; with Shift."""
HANDLE, NEAR = 9.0, 14.0
"""Radius of a corner, and how near to one a press means it, pixels."""
SMALL = QSize(420, 340)
ARROWS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, 1.0),
    Qt.Key.Key_Down: (0.0, -1.0),
}


class CornerBoard(QWidget):
    """Says what hands do; what is shown comes from outside."""

    chosen = Signal(int)
    moved = Signal(object)
    """Where the chosen corner is to be, metres."""
    grasped = Signal()
    """A drag begins: what follows until it ends is one step."""
    split = Signal(int)
    """A corner is wanted in the wall after this one."""
    added = Signal()
    removed = Signal()

    def __init__(self, layout: StoreLayout, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout, self._appearance = layout, appearance
        self._outline: Outline = layout.file.floor.outline
        self._corner = 0
        self._drags = False
        self._view = FloorView(layout)
        self.setAccessibleName(tr("The floor, drawn"))
        self.setAccessibleDescription(
            tr(
                "Arrow keys move the chosen corner, with Shift faster; Page Up and Page Down choose another; "
                "Insert adds one, Delete removes it"
            )
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(SMALL)
        appearance.changed.connect(self.update)

    def show_outline(self, outline: Outline, corner: int) -> None:
        """These corners, one of them chosen. All of it is in sight; while one is dragged nothing jumps."""
        self._outline, self._corner = outline, corner
        if not self._drags:
            self._fit()
        self.update()

    def to_pixel(self, point: Point2) -> QPointF:
        """Where a floor point is in the widget."""
        return self._view.to_pixel(point)

    # -- events --------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Choose the corner there, and take hold of it."""
        number = self._corner_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and number is not None:
            self.chosen.emit(number)
            self._drags = True
            self.grasped.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The corner goes with the pointer, on the grid."""
        if self._drags:
            at = self._view.to_floor(event.position())
            self.moved.emit((_on_grid(at.x()), _on_grid(at.y())))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:  # noqa: N802
        """Let go."""
        self._drags = False
        self._fit()
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """On a wall: one more corner in it."""
        if self._corner_at(event.position()) is None:
            wall = self._wall_at(event.position())
            if wall is not None:
                self.split.emit(wall)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Move the corner, choose another, add or remove one."""
        key, n = Qt.Key(event.key()), len(self._outline)
        if key in ARROWS:
            far = FAR_M if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else GRID_M
            (x, y), (dx, dy) = self._outline[self._corner], ARROWS[key]
            self.moved.emit((round(x + far * dx, 3), round(y + far * dy, 3)))
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            step = 1 if key is Qt.Key.Key_PageDown else -1
            self.chosen.emit((self._corner + step) % n)
        elif key is Qt.Key.Key_Insert:
            self.added.emit()
        elif key is Qt.Key.Key_Delete:
            self.removed.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, _event: QResizeEvent) -> None:  # noqa: N802
        """All of it."""
        self._fit()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The store with this floor, what stands outside of it, the corners."""
        theme, painter = self._appearance.theme, QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.panel))
        painter.save()
        paint_plan(painter, self._shown(), self._view, theme)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        wrong = bool(shape_problem(self._outline))
        painter.setPen(QPen(QColor(theme.wrong), 2.5))
        if not wrong:
            for outline in corners_outside(self._layout, self._outline):
                painter.drawPolygon(polygon(outline, self._view))
        painter.setPen(QPen(QColor(theme.wrong if wrong else theme.accent), 2.0))
        painter.drawPolygon(polygon(self._outline, self._view))
        for number in sorted(range(len(self._outline)), key=lambda i: i == self._corner):
            self._paint_corner(painter, number)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 2.0))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    # -- inside --------------------------------------------------------------------------------------

    def _paint_corner(self, painter: QPainter, number: int) -> None:
        theme, at = self._appearance.theme, self._view.to_pixel(self._outline[number])
        chosen = number == self._corner
        painter.setPen(QPen(QColor(theme.accent), 2.0))
        painter.setBrush(QColor(theme.accent if chosen else theme.panel))
        radius = HANDLE + 2.0 if chosen else HANDLE
        painter.drawEllipse(at, radius, radius)
        painter.setPen(QColor(ink_on(theme.accent) if chosen else theme.text))
        painter.setFont(ui_font(TEXT_SECONDARY, bold=chosen))
        box = QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(number + 1))

    def _shown(self) -> StoreLayout:
        """The store on this floor; where it is none, on the one that it has."""
        if len(self._outline) < LEAST:
            return self._layout
        file = msgspec.structs.replace(self._layout.file, floor=Floor(outline=self._outline))
        return msgspec.structs.replace(self._layout, file=file)

    def _fit(self) -> None:
        """The old floor and the new one."""
        both = Floor(outline=(*self._layout.file.floor.outline, *self._outline))
        file = msgspec.structs.replace(self._layout.file, floor=both)
        self._view = FloorView(msgspec.structs.replace(self._layout, file=file))
        self._view.resize(QSizeF(self.size()))

    def _corner_at(self, pixel: QPointF) -> int | None:
        near = [
            (math.hypot(at.x() - pixel.x(), at.y() - pixel.y()), i)
            for i, at in enumerate(map(self._view.to_pixel, self._outline))
        ]
        distance, number = min(near)
        return number if distance <= NEAR else None

    def _wall_at(self, pixel: QPointF) -> int | None:
        corners = [self._view.to_pixel(corner) for corner in self._outline]
        near = [
            (_distance(pixel, corner, corners[(i + 1) % len(corners)]), i) for i, corner in enumerate(corners)
        ]
        distance, wall = min(near)
        return wall if distance <= NEAR else None


def _distance(at: QPointF, a: QPointF, b: QPointF) -> float:
    """From a point to a line between two others."""
    along, to = b - a, at - a
    length = QPointF.dotProduct(along, along)
    share = 0.0 if length <= 0.0 else min(1.0, max(0.0, QPointF.dotProduct(to, along) / length))
    off = to - along * share
    return math.hypot(off.x(), off.y())


def _on_grid(value: float) -> float:
    return round(round(value / GRID_M) * GRID_M, 3)
