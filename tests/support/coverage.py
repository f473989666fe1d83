"""What the cameras of a store see, with fixtures in the way. By sampling: for tests, not for speed."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from store_layout.camera_geometry import camera_model
from store_layout.floor_plan import FloorPlan
from store_layout.model import Slot, StoreLayout

STEP_M = 0.04


def seen_by(layout: StoreLayout, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """``(cameras, N)``: whether a camera has each world point ``(N, 3)`` in its picture and in free sight."""
    rows = []
    for camera in layout.file.camera:
        model = camera_model(camera)
        pixels, front = model.project(points)
        inside = np.all((pixels >= 0) & (pixels <= (camera.width, camera.height)), axis=1)
        assert model.position is not None
        rows.append(front & inside & ~_hidden(layout, np.array(model.position), points))
    return np.array(rows)


def _hidden(layout: StoreLayout, eye: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.bool_]:
    way = points - eye
    count = int(np.linalg.norm(way, axis=1).max() / STEP_M)
    hidden = np.zeros(len(points), dtype=bool)
    for part in np.linspace(0.05, 0.995, count):
        at = eye + part * way
        for fixture in layout.file.fixture:
            low = at[:, 2] < fixture.height - 0.01
            if low.any():
                hidden |= low & shapely.contains_xy(Polygon(fixture.outline), at[:, 0], at[:, 1])
    return hidden


def floor_grid(layout: StoreLayout, step: float = 0.2, z: float = 0.0) -> NDArray[np.float64]:
    """Points ``(N, 3)`` over the walkable floor, at height ``z``."""
    plan = FloorPlan(layout)
    x0, y0, x1, y1 = plan.walkable.bounds
    xs, ys = np.meshgrid(np.arange(x0 + step / 2, x1, step), np.arange(y0 + step / 2, y1, step))
    xy = np.column_stack([xs.ravel(), ys.ravel()])
    xy = xy[plan.inside_many(xy)]
    return np.column_stack([xy, np.full(len(xy), z)])


def hand_places(layout: StoreLayout) -> NDArray[np.float64]:
    """For each slot, where a hand is that reaches into it: at its front or top edge, a little outside."""
    return np.array([_hand(layout, slot) for slot in layout.file.slot])


def _hand(layout: StoreLayout, slot: Slot) -> tuple[float, float, float]:
    x, y, z = slot.centre
    outline = Polygon(layout.fixtures[slot.fixture].outline)
    near = min(
        ((slot.low[0] - 0.1, y), (slot.high[0] + 0.1, y), (x, slot.low[1] - 0.1), (x, slot.high[1] + 0.1)),
        key=lambda p: (
            outline.contains(shapely.points(p)),
            not FloorPlan(layout).inside(p),
            -_room(layout, p),
        ),
    )
    return (near[0], near[1], z)


def _room(layout: StoreLayout, point: tuple[float, float]) -> float:
    return float(FloorPlan(layout).walkable.exterior.distance(shapely.points(point)))
