"""What the fixtures hide from a camera."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

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
        hidden = np.zeros(len(points), dtype=bool)
        way = points - eye
        slopes = np.ascontiguousarray((way[:, :2] @ self._normals.T).T)
        rooms = self._offsets - eye[:2] @ self._normals.T
        reach = 1.0 - margin_m / np.maximum(np.linalg.norm(way, axis=1), 1e-9)
        for height, (first, last) in zip(self._heights, pairwise((*self._first, len(rooms))), strict=True):
            slope, room = slopes[first:last], rooms[first:last, None]
            # What is on the eye's side of an edge, as the eye is, is not behind: most points, mostly.
            facing = room[:, 0] < 0
            some = np.flatnonzero((slope[facing] < room[facing]).all(axis=0))
            if len(some):
                hidden[some] |= _behind(eye[2], way[some, 2], slope[:, some], room, reach[some], height)
        return hidden


def _behind(  # noqa: PLR0917 - one point a column
    eye_z: float, way_z: Floats, slope: Floats, room: Floats, reach: Floats, height: float
) -> Mask:
    """Points behind one prism: by how fast the way to each ``(N,)`` goes out through each edge ``(E, N)``."""
    with np.errstate(divide="ignore", invalid="ignore"):
        cross = room / slope
        enter = np.where(slope < 0, cross, np.where((slope == 0) & (room < 0), np.inf, 0.0)).max(axis=0)
        leave = np.where(slope > 0, cross, 1.0).min(axis=0)
        enter, leave = np.maximum(enter, 0.0), np.minimum(leave, reach)
        lowest = np.minimum(eye_z + enter * way_z, eye_z + leave * way_z)
    return np.asarray((enter < leave) & (lowest < height))
