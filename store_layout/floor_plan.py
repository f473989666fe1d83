"""Where people can be: the floor and the gates, less the fixtures.

Built once for a layout; the questions are asked thousands of times a second, so geometries are prepared.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely import MultiPolygon, Polygon
from shapely.ops import nearest_points

from store_layout.model import Point2, StoreLayout

INSET_M = 1e-3
"""How far inside ``nearest_walkable`` keeps, so that its answer is walkable despite rounding."""


class FloorPlan:
    """Immutable; safe to use from several threads. All coordinates are floor metres."""

    def __init__(self, layout: StoreLayout) -> None:
        file = layout.file
        floor = shapely.union_all([Polygon(file.floor.outline), *(Polygon(g.outline) for g in file.gate)])
        fixtures = shapely.union_all([Polygon(f.outline) for f in file.fixture])
        self._walkable = _polygonal(shapely.difference(floor, fixtures))
        inset = _polygonal(self._walkable.buffer(-INSET_M))
        self._inset = self._walkable if inset.is_empty else inset
        self._gates = [(gate.id, Polygon(gate.outline)) for gate in file.gate]
        shapely.prepare(self._walkable)
        shapely.prepare([outline for _, outline in self._gates])

    @property
    def walkable(self) -> Polygon | MultiPolygon:
        """The floor and the gates less the fixtures; several pieces where fixtures part them."""
        return self._walkable

    def inside(self, xy: ArrayLike) -> bool:
        """Whether somebody can stand here; the edge counts."""
        x, y = _pair(xy)
        return bool(shapely.intersects_xy(self._walkable, x, y))

    def inside_many(self, xy: NDArray[np.float64]) -> NDArray[np.bool_]:
        """``inside`` for ``(N, 2)`` points."""
        return np.asarray(shapely.intersects_xy(self._walkable, xy[:, 0], xy[:, 1]), dtype=bool)

    def nearest_walkable(self, xy: ArrayLike) -> Point2:
        """The point itself where it is walkable, else the nearest one that is (a millimetre inside)."""
        x, y = _pair(xy)
        if shapely.intersects_xy(self._walkable, x, y):
            return (x, y)
        near, _ = nearest_points(self._inset, shapely.points(x, y))
        return (float(near.x), float(near.y))

    def blocked(self, a: ArrayLike, b: ArrayLike) -> bool:
        """Whether the straight way from ``a`` to ``b`` crosses a fixture or leaves the floor."""
        way = shapely.linestrings([_pair(a), _pair(b)])
        return not shapely.covers(self._walkable, way)

    def blocked_many(self, a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.bool_]:
        """``blocked`` for ``(N, 2)`` pairs of ends; either may be one point ``(2,)``."""
        ends = np.stack(np.broadcast_arrays(np.atleast_2d(a), np.atleast_2d(b)), axis=1)
        return ~np.asarray(shapely.covers(self._walkable, shapely.linestrings(ends)), dtype=bool)

    def gate_at(self, xy: ArrayLike, margin_m: float = 0.0) -> str | None:
        """The gate at or within ``margin_m`` of this point: the nearest, and of equals the first listed."""
        x, y = _pair(xy)
        if margin_m <= 0.0:
            return next((name for name, area in self._gates if shapely.intersects_xy(area, x, y)), None)
        point = shapely.points(x, y)
        found = [(float(shapely.distance(area, point)), n) for n, (_, area) in enumerate(self._gates)]
        best = min(found, default=(float("inf"), 0))
        return self._gates[best[1]][0] if best[0] <= margin_m else None


def _pair(xy: ArrayLike) -> Point2:
    """Two plain numbers, from a tuple or an array."""
    if isinstance(xy, Sequence):
        return (float(xy[0]), float(xy[1]))
    x, y = np.asarray(xy, dtype=np.float64)
    return (float(x), float(y))


def _polygonal(shape: shapely.Geometry) -> Polygon | MultiPolygon:
    """Only the areas of a result: touching shapes leave lines and points behind."""
    areas = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon) and part.area > 0]
    return areas[0] if len(areas) == 1 else MultiPolygon(areas)
