"""What each camera sees of the floor, as an area on the map; fixtures in the way are not thought of."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import shapely
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from console.theme.tokens import Theme
from console.widgets.floor_ground import polygon
from console.widgets.floor_view import FloorView, bounds_of
from store_layout.camera_geometry import camera_model
from store_layout.model import Camera, Point2, StoreLayout

STEP_M = 0.1
"""Size of the squares that a camera's area is made of, before its edge is smoothed."""


def paint_cones(painter: QPainter, layout: StoreLayout, view: FloorView, theme: Theme) -> None:
    """Every camera's area, one over the other: darker is seen by more of them."""
    fill, line = QColor(theme.accent), QColor(theme.accent)
    fill.setAlpha(18)
    line.setAlpha(150)
    painter.setPen(QPen(line, 1.0))
    painter.setBrush(fill)
    for camera in layout.file.camera:
        for ring in seen_floor(camera, layout.file.floor.outline):
            painter.drawPolygon(QPolygonF(polygon(ring, view)))


@lru_cache(maxsize=256)
def seen_floor(camera: Camera, outline: tuple[Point2, ...]) -> tuple[tuple[Point2, ...], ...]:
    """The parts of the floor within a camera's picture: outlines, metres."""
    box, floor = bounds_of(outline), shapely.Polygon(outline)
    xs, ys = np.meshgrid(
        np.arange(box.left() + STEP_M / 2, box.right(), STEP_M),
        np.arange(box.top() + STEP_M / 2, box.bottom(), STEP_M),
    )
    spots = np.column_stack([xs.ravel(), ys.ravel(), np.zeros(xs.size)])
    pixels, before = camera_model(camera).project(spots)
    with np.errstate(invalid="ignore"):
        inside = before & np.all((pixels >= 0) & (pixels <= (camera.width, camera.height)), axis=1)
    if not inside.any():
        return ()
    half = STEP_M / 2 + 1e-6
    x, y = spots[inside, 0], spots[inside, 1]
    area = shapely.union_all(shapely.box(x - half, y - half, x + half, y + half))
    area = shapely.intersection(area.simplify(STEP_M), floor)
    parts = [part for part in shapely.get_parts(area) if isinstance(part, shapely.Polygon)]
    return tuple(tuple((float(a), float(b)) for a, b in part.exterior.coords) for part in parts)
