"""A camera's view drawn from its calibration, for cameras of which there are no pixels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from console.theme.tokens import Theme
from console.widgets.floor_view import bounds_of
from store_layout.camera_geometry import CameraModel, camera_model
from store_layout.model import Camera, Point2, Point3, Slot, StoreLayout

PIECE_M = 0.25
"""Edges are cut into pieces of this length, so that a bent lens bends them and one may end behind it."""
FAR = 4.0
"""Pixels further outside than this many picture sizes are not drawn: the lens model means nothing there."""

Edge = tuple[Point3, Point3]


def wire_frame(
    layout: StoreLayout, camera: Camera, size: tuple[int, int], theme: Theme, ratio: float
) -> QPixmap:
    """Floor, fixtures and slots as the camera would see them, ``size`` logical pixels."""
    width, height = size
    picture = QPixmap(round(width * ratio), round(height * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(QColor(theme.raised))
    painter = QPainter(picture)
    paint_wires(painter, layout, camera, size, theme)
    painter.end()
    return picture


def paint_wires(
    painter: QPainter, layout: StoreLayout, camera: Camera, size: tuple[int, int], theme: Theme
) -> None:
    """The same over whatever the painter has painted, ``size`` logical pixels. Changes its transform."""
    width, height = size
    model = camera_model(camera)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(width / camera.width, height / camera.height)
    for edges, colour, line in _layers(layout, model.can_see_heights, theme):
        pen = QPen(QColor(colour), line * min(1.0, max(0.6, width / 400)))
        pen.setCosmetic(True)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawLines(_lines(model, camera, list(edges)))


def _layers(layout: StoreLayout, heights: bool, theme: Theme) -> Iterator[tuple[Iterable[Edge], str, float]]:
    """Edges to draw, far from important first."""
    yield _metre_grid(layout), theme.line, 0.8
    yield _ring(layout.file.floor.outline, 0.0), theme.fixture_line, 1.4
    for gate in layout.file.gate:
        yield _ring(gate.outline, 0.0), theme.accent, 1.4
    if heights:
        yield (edge for slot in layout.file.slot for edge in _front(slot)), theme.slot, 0.8
    for fixture in layout.file.fixture:
        yield _prism(fixture.outline, fixture.height if heights else 0.0), theme.fixture_line, 1.2


def _metre_grid(layout: StoreLayout) -> Iterator[Edge]:
    box = bounds_of(layout.file.floor.outline)
    for x in range(int(np.ceil(box.left())), int(box.right()) + 1):
        yield (x, box.top(), 0.0), (x, box.bottom(), 0.0)
    for y in range(int(np.ceil(box.top())), int(box.bottom()) + 1):
        yield (box.left(), y, 0.0), (box.right(), y, 0.0)


def _ring(outline: tuple[Point2, ...], z: float) -> Iterator[Edge]:
    for a, b in zip(outline, (*outline[1:], outline[0]), strict=True):
        yield (*a, z), (*b, z)


def _prism(outline: tuple[Point2, ...], height: float) -> Iterator[Edge]:
    yield from _ring(outline, 0.0)
    if height > 0:
        yield from _ring(outline, height)
        yield from (((*corner, 0.0), (*corner, height)) for corner in outline)


def _front(slot: Slot) -> Iterator[Edge]:
    """The slot's bottom: enough to see where it is."""
    (x1, y1, z), (x2, y2, _) = slot.low, slot.high
    yield from _ring(((x1, y1), (x2, y1), (x2, y2), (x1, y2)), z)


def _lines(model: CameraModel, camera: Camera, edges: list[Edge]) -> list[QLineF]:
    """Edges cut into pieces and projected; pieces behind the camera or far outside are left out."""
    starts, ends = _cut(edges)
    if len(starts) == 0:
        return []
    a, a_front = model.project(starts)
    b, b_front = model.project(ends)
    seen = a_front & b_front & _near(a, camera) & _near(b, camera)
    return [QLineF(*p, *q) for p, q in zip(a[seen].tolist(), b[seen].tolist(), strict=True)]


def _cut(edges: list[Edge]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both ends ``[N, 3]`` of all pieces."""
    whole = np.asarray(edges, dtype=np.float64).reshape(-1, 2, 3)
    way = whole[:, 1] - whole[:, 0]
    counts = np.maximum(1, np.ceil(np.linalg.norm(way, axis=1) / PIECE_M).astype(np.int64))
    first = np.repeat(np.cumsum(counts) - counts, counts)
    number = (np.arange(counts.sum()) - first)[:, None]
    start, step = np.repeat(whole[:, 0], counts, axis=0), np.repeat(way / counts[:, None], counts, axis=0)
    return start + number * step, start + (number + 1) * step


def _near(pixels: NDArray[np.float64], camera: Camera) -> NDArray[np.bool_]:
    box = QRectF(0, 0, camera.width, camera.height)
    x, y = pixels[:, 0], pixels[:, 1]
    inside = (np.abs(x - box.center().x()) < FAR * box.width()) & (
        np.abs(y - box.center().y()) < FAR * box.height()
    )
    return np.asarray(inside & np.isfinite(x) & np.isfinite(y), dtype=np.bool_)
