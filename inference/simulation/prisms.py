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
        counts = np.diff([*first, len(self._offsets)])
        most = np.arange(max(counts, default=0))[:, None]
        self._edges = np.array(first, dtype=np.intp) + np.minimum(most, counts - 1)
        """``(E, N)``: each fixture's edges, the last one again where another has more."""
        self._heights = np.array([fixture.height for fixture in fixtures])

    def hide(self, eye: Floats, points: Floats, margin_m: Floats) -> Mask:
        """Which points are behind any; what lies within ``margin_m`` before a point does not count."""
        hidden = np.zeros(len(points), dtype=bool)
        if not len(self._heights) or not len(points):
            return hidden
        way = points - eye
        slopes = np.ascontiguousarray((way[:, :2] @ self._normals.T).T)
        rooms = (self._offsets - eye[:2] @ self._normals.T)[:, None]
        # What is on the eye's side of an edge, as the eye is, is not behind: most points of most fixtures.
        before = (rooms < 0) & (slopes >= rooms)
        fixture, point = np.nonzero(~np.logical_or.reduceat(before, self._first, axis=0))
        if not len(point):
            return hidden
        edges = self._edges[:, fixture]
        slope, room, way_z = slopes[edges, point], rooms[edges, 0], way[point, 2]
        reach = 1.0 - margin_m / np.maximum(np.linalg.norm(way, axis=1), 1e-9)
        with np.errstate(divide="ignore", invalid="ignore"):
            cross = room / slope
            enter = np.where(slope < 0, cross, np.where((slope == 0) & (room < 0), np.inf, 0.0)).max(axis=0)
            leave = np.where(slope > 0, cross, 1.0).min(axis=0)
            enter, leave = np.maximum(enter, 0.0), np.minimum(leave, reach[point])
            lowest = np.minimum(eye[2] + enter * way_z, eye[2] + leave * way_z)
        hidden[point[(enter < leave) & (lowest < self._heights[fixture])]] = True
        return hidden
