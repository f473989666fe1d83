"""The floor's plan on which a rectangle is drawn: two opposite corners, by mouse or by keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.language import tr
from console.theme.appearance import Appearance
from console.widgets.crosshair import SHOWS, moved_cross, paint_cross
from console.widgets.floor_ground import paint_plan, polygon
from console.widgets.floor_view import FloorView, bounds_of
from store_layout.model import Point2, StoreLayout

GRID_M = 0.05
"""Corners lie on this grid: nobody measures a floor closer."""
WALL_M = 0.15
"""So near to the floor's edge the edge is meant."""
SMALL = QSize(400, 300)


class PlanBoard(QWidget):
    """Press, drag, let go; or arrows and Enter for each corner. What is drawn is shown over the store."""

    drawn = Signal(object, object)
    """Two opposite corners, metres."""

    def __init__(self, layout: StoreLayout, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout, self._appearance = layout, appearance
        self._view = FloorView(layout)
        self._bounds = bounds_of(layout.file.floor.outline)
        self._outline: tuple[Point2, ...] = ()
        self._first: Point2 | None = None
        self._cross: QPointF | None = None
        self.setAccessibleName(tr("The floor's plan"))
        self.setAccessibleDescription(
            tr("Arrow keys move the cross, with Shift faster; Enter shows one corner, then the opposite one")
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(SMALL)
        appearance.changed.connect(self.update)

    def show_store(self, layout: StoreLayout) -> None:
        """With other things in it: the one that is drawn is best left out."""
        self._layout = layout
        self.update()

    def show_outline(self, outline: tuple[Point2, ...]) -> None:
        """What is drawn."""
        self._outline = outline
        self.update()

    def to_pixel(self, point: Point2) -> QPointF:
        """Where a floor point is in the widget."""
        return self._view.to_pixel(point)

    # -- events --------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """One corner; with one shown by a key before, the opposite one."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._cross = event.position()
            if self._first is None:
                self._first = self._point()
            else:
                self._finish()
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Follow the pointer while it is pressed."""
        self._cross = event.position()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """The opposite corner, if the pointer was moved in between."""
        self._cross = event.position()
        if self._first is not None and self._point() != self._first:
            self._finish()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Move the cross, show a corner, or begin anew."""
        moved = moved_cross(self, self._cross, event)
        if moved is not None:
            self._cross = moved
            self.update()
        elif event.key() in SHOWS:
            self._cross = self._cross or QPointF(self.rect().center())
            if self._first is None:
                self._first = self._point()
            else:
                self._finish()
            self.update()
        elif event.key() == Qt.Key.Key_Escape and self._first is not None:
            self._first = None
            self.update()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, _event: QResizeEvent) -> None:  # noqa: N802
        """All of the floor."""
        self._view.resize(QSizeF(self.size()))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        """The store, what is drawn, the cross."""
        theme = self._appearance.theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.panel))
        painter.save()
        paint_plan(painter, self._layout, self._view, theme)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = QColor(theme.accent)
        fill.setAlpha(70)
        painter.setBrush(fill)
        painter.setPen(QPen(QColor(theme.accent), 2.0))
        if self._first is not None and self._cross is not None:
            corner = self._view.to_pixel(self._first)
            painter.drawRect(QRectF(corner, self._view.to_pixel(self._point())).normalized())
        elif self._outline:
            painter.drawPolygon(polygon(self._outline, self._view))
        paint_cross(self, self._cross, painter, theme)

    # -- inside --------------------------------------------------------------------------------------

    def _point(self) -> Point2:
        """Under the cross: on the grid, or on the floor's edge where that is near."""
        at = self._view.to_floor(self._cross or QPointF(self.rect().center()))
        box = self._bounds
        return (
            _snapped(at.x(), box.left(), box.right()),
            _snapped(at.y(), box.top(), box.bottom()),
        )

    def _finish(self) -> None:
        first, second = self._first, self._point()
        self._first = None
        if first is not None and first != second:
            self.drawn.emit(first, second)
        self.update()


def _snapped(value: float, low: float, high: float) -> float:
    for edge in (low, high):
        if abs(value - edge) < WALL_M:
            return round(edge, 3)
    return round(round(min(max(value, low), high) / GRID_M) * GRID_M, 3)
