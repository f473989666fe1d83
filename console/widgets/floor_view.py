"""From metres on the floor to pixels of a widget, and back: zoom, pan and fit."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QTransform

from store_layout.model import Point2, StoreLayout

MOST = 400.0
"""Closest zoom, pixels per metre."""
MARGIN = 0.5
"""Metres left free around the floor when it is fitted."""


def bounds_of(points: Iterable[Point2]) -> QRectF:
    """Smallest upright rectangle around floor points, metres (``top`` is the least y)."""
    found = list(points)
    xs, ys = [x for x, _ in found], [y for _, y in found]
    return QRectF(QPointF(min(xs), min(ys)), QPointF(max(xs), max(ys)))


class FloorView:
    """Where the floor lies in the widget. y grows upwards on the floor and downwards in the widget."""

    def __init__(self, layout: StoreLayout, margin: float = MARGIN) -> None:
        """``margin``: metres left free around the floor when it is fitted."""
        self._bounds = bounds_of(layout.file.floor.outline).adjusted(-margin, -margin, margin, margin)
        self._size = QSizeF(1, 1)
        self.scale = 1.0
        """Pixels per metre."""
        self.centre = self._bounds.center()
        """Floor point in the middle of the widget."""
        self.fitted = True

    def resize(self, size: QSizeF) -> None:
        """The widget has another size; a fitted floor stays fitted."""
        self._size = size
        if self.fitted:
            self.fit()

    @property
    def aspect(self) -> float:
        """Width by height of what is fitted."""
        return self._bounds.width() / self._bounds.height()

    def height_for(self, width: float) -> float:
        """Pixels at which all of the floor is as wide as the widget."""
        return width * self._bounds.height() / self._bounds.width()

    def fit(self) -> None:
        """Show all of the floor."""
        self.scale = self._fitting_scale()
        self.centre = self._bounds.center()
        self.fitted = True

    def zoom(self, factor: float, at: QPointF) -> None:
        """Zoom by a factor, keeping the floor point under the pixel ``at`` where it is."""
        before = self.to_floor(at)
        self.scale = min(MOST, max(self._fitting_scale() * 0.5, self.scale * factor))
        after = self.to_floor(at)
        self._move(before - after)

    def pan(self, pixels: QPointF) -> None:
        """Move the floor by so many pixels."""
        self._move(QPointF(-pixels.x() / self.scale, pixels.y() / self.scale))

    @property
    def key(self) -> tuple[float, ...]:
        """Equal for as long as every floor point has the same pixel."""
        return self.scale, self.centre.x(), self.centre.y(), self._size.width(), self._size.height()

    def look_at(self, point: Point2) -> None:
        """Have a floor point in the middle, as far as the floor reaches."""
        self._move(QPointF(*point) - self.centre)

    @property
    def place(self) -> tuple[float, float, float] | None:
        """Pixels per metre and the floor point in the middle, to be taken up later; None: fitted."""
        return None if self.fitted else (self.scale, self.centre.x(), self.centre.y())

    def take_up(self, place: tuple[float, float, float]) -> None:
        """Show what :attr:`place` said, as far as the floor reaches."""
        self.scale = min(MOST, max(1.0, place[0]))
        self._move(QPointF(place[1], place[2]) - self.centre)

    def to_floor(self, pixel: QPointF) -> QPointF:
        """The floor point under a pixel."""
        x = (pixel.x() - self._size.width() / 2) / self.scale + self.centre.x()
        y = (self._size.height() / 2 - pixel.y()) / self.scale + self.centre.y()
        return QPointF(x, y)

    def to_pixel(self, point: Point2) -> QPointF:
        """The pixel of a floor point."""
        x = (point[0] - self.centre.x()) * self.scale + self._size.width() / 2
        y = self._size.height() / 2 - (point[1] - self.centre.y()) * self.scale
        return QPointF(x, y)

    def transform(self) -> QTransform:
        """The same as a painter's transform."""
        moved = QTransform.fromTranslate(self._size.width() / 2, self._size.height() / 2)
        return moved.scale(self.scale, -self.scale).translate(-self.centre.x(), -self.centre.y())

    def _fitting_scale(self) -> float:
        wide = self._size.width() / self._bounds.width()
        high = self._size.height() / self._bounds.height()
        return max(1.0, min(wide, high))

    def _move(self, by: QPointF) -> None:
        self.fitted = False
        centre = self.centre + by
        self.centre = QPointF(
            min(max(centre.x(), self._bounds.left()), self._bounds.right()),
            min(max(centre.y(), self._bounds.top()), self._bounds.bottom()),
        )
