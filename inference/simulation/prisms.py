"""What the fixtures hide from a camera."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from store_layout.model import Fixture

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Prisms:
    """The fixtures as solids with level tops; outlines that are not convex are taken as their hulls."""

    def __init__(self, fixtures: Sequence[Fixture]) -> None:
        normals, offsets, first = [np.zeros((0, 2))], [np.zeros(0)], []
        for fixture in fixtures:
            hull = shapely.convex_hull(Polygon(fixture.outline))
            ring = np.asarray(shapely.orient_polygons(hull).exterior.coords)
            edge = np.diff(ring, axis=0)
            first.append(sum(map(len, offsets)))
            normals.append(np.column_stack([edge[:, 1], -edge[:, 0]]))
            offsets.append(np.einsum("ij,ij->i", normals[-1], ring[:-1]))
        self._normals, self._offsets = np.concatenate(normals), np.concatenate(offsets)
        self._first = first
        """Of each fixture's edges."""
        self._heights = np.array([fixture.height for fixture in fixtures])

    def hide(self, eye: Floats, points: Floats, margin_m: Floats) -> Mask:
        """Which points are behind any; what lies within ``margin_m`` before a point does not count."""
        if not self._first or not len(points):
            return np.zeros(len(points), dtype=bool)
        way = points - eye
        slope = way[:, :2] @ self._normals.T
        room = self._offsets - eye[:2] @ self._normals.T
        with np.errstate(divide="ignore", invalid="ignore"):
            cross = room / slope
        entering = np.where(slope < 0, cross, np.where((slope == 0) & (room < 0), np.inf, 0.0))
        enter = np.maximum.reduceat(entering, self._first, axis=1)
        leave = np.minimum.reduceat(np.where(slope > 0, cross, 1.0), self._first, axis=1)
        reach = 1.0 - margin_m / np.maximum(np.linalg.norm(way, axis=1), 1e-9)
        enter, leave = np.maximum(enter, 0.0), np.minimum(leave, reach[:, None])
        with np.errstate(invalid="ignore"):
            lowest = np.minimum(eye[2] + enter * way[:, 2:], eye[2] + leave * way[:, 2:])
        return np.asarray(((enter < leave) & (lowest < self._heights)).any(axis=1))
