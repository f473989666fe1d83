"""Simple solids that scenery is put together from.

Metres, z up. Where nothing else is said, uv are metres along the surface, so that a repeated picture keeps
its size whatever it covers.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from inference.simulation.rendering.mesh import Mesh, merged, transformed

Point3 = tuple[float, float, float]
Rect = tuple[float, float, float, float]
"""A part of a picture: u and v of its top left corner, then of its bottom right one."""

WHOLE: Rect = (0.0, 0.0, 1.0, 1.0)
SIDES = ("front", "back", "left", "right", "top", "bottom")
"""Of a box: +x, -x, -y, +y, +z and -z. Left and right are those of somebody who stands before its front."""


_LIKE = {"back": "front", "right": "left", "bottom": "top"}


def quads(corners: NDArray[np.floating], uv: NDArray[np.floating]) -> Mesh:
    """Flat four-sided faces.

    ``corners`` ``[N, 4, 3]`` run counter-clockwise from outside, ``uv`` is ``[N, 4, 2]``.
    """
    corners = np.asarray(corners, dtype=np.float64)
    normal = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    first = 4 * np.arange(len(corners))[:, None]
    return Mesh(
        corners.reshape(-1, 3).astype(np.float32),
        np.repeat(normal, 4, axis=0).astype(np.float32),
        np.asarray(uv, dtype=np.float32).reshape(-1, 2),
        (first + np.array([[0, 1, 2, 0, 2, 3]])).reshape(-1, 3).astype(np.uint32),
    )


def sheet(a: Point3, b: Point3, c: Point3, d: Point3, part: Rect | None = None) -> Mesh:
    """One flat face, seen from where a (bottom left), b, c, d run counter-clockwise.

    It shows ``part`` of the picture upright, or repeats it by the metre where ``part`` is None.
    """
    corners = np.array([a, b, c, d], dtype=np.float64)
    if part is None:
        width = float(np.linalg.norm(corners[1] - corners[0]))
        height = float(np.linalg.norm(corners[3] - corners[0]))
        part = (0.0, 0.0, width, height)
    u0, v0, u1, v1 = part
    return quads(corners[None], np.array([[[u0, v1], [u1, v1], [u1, v0], [u0, v0]]]))


def box(
    low: Sequence[float],
    high: Sequence[float],
    *,
    without: Sequence[str] = (),
    parts: dict[str, Rect] | None = None,
) -> Mesh:
    """A box between two corners, less the :data:`SIDES` in ``without``.

    Sides in ``parts`` show that part of the picture, upright as a customer before the side sees it; the
    top's lower edge is at the front. Others are by the metre.
    """
    (x0, y0, z0), (x1, y1, z1) = low, high
    corners: dict[str, tuple[Point3, Point3, Point3, Point3]] = {
        "front": ((x1, y0, z0), (x1, y1, z0), (x1, y1, z1), (x1, y0, z1)),
        "back": ((x0, y1, z0), (x0, y0, z0), (x0, y0, z1), (x0, y1, z1)),
        "left": ((x0, y0, z0), (x1, y0, z0), (x1, y0, z1), (x0, y0, z1)),
        "right": ((x1, y1, z0), (x0, y1, z0), (x0, y1, z1), (x1, y1, z1)),
        "top": ((x1, y0, z1), (x1, y1, z1), (x0, y1, z1), (x0, y0, z1)),
        "bottom": ((x0, y0, z0), (x0, y1, z0), (x1, y1, z0), (x1, y0, z0)),
    }
    parts = parts or {}
    shown = [side for side in SIDES if side not in without]
    wide = {"front": y1 - y0, "left": x1 - x0, "top": y1 - y0}
    tall = {"top": x1 - x0}
    spans = [
        parts.get(side) or (0.0, 0.0, wide[_LIKE.get(side, side)], tall.get(_LIKE.get(side, side), z1 - z0))
        for side in shown
    ]
    uv = [[(u0, v1), (u1, v1), (u1, v0), (u0, v0)] for u0, v0, u1, v1 in spans]
    return quads(np.array([corners[side] for side in shown]), np.array(uv))


def turned(profile: NDArray[np.floating], sides: int, part: Rect | None = WHOLE) -> Mesh:
    """A solid of revolution about z, smooth: rows of ``profile`` are ``(radius, z, v)`` from the bottom up.

    ``u`` runs once around, from the back (-x) over -y, the front (+x) and +y to the back, so that the middle
    of ``part`` is at the front, upright for who stands there. ``v`` is relative to ``part``. A row that
    repeats the radius and z of the last one makes a sharp edge. Rows of radius 0 close an end.
    """
    points: NDArray[np.float64] = np.asarray(profile, dtype=np.float64)
    u0, v0, u1, v1 = part or WHOLE
    share = np.linspace(0.0, 1.0, sides + 1)
    angle = (2.0 * share - 1.0) * np.pi
    rows, columns = len(points), sides + 1
    radius, z, v = points[:, 0], points[:, 1], points[:, 2:]
    positions = np.stack(
        [np.outer(radius, np.cos(angle)), np.outer(radius, np.sin(angle)), np.repeat(z[:, None], columns, 1)],
        axis=2,
    )
    slope = _slopes(radius, z)
    normals = np.stack(
        [
            np.outer(slope[:, 0], np.cos(angle)),
            np.outer(slope[:, 0], np.sin(angle)),
            np.repeat(slope[:, 1:], columns, 1),
        ],
        axis=2,
    )
    uv = np.stack(
        [
            np.tile(u0 + (u1 - u0) * share, (rows, 1)),
            np.repeat(v0 + (v1 - v0) * v, columns, 1),
        ],
        axis=2,
    )
    faces = []
    for row in range(rows - 1):
        a = row * columns + np.arange(sides)
        b, c, d = a + 1, a + 1 + columns, a + columns
        if radius[row] > 0.0 and np.hypot(radius[row + 1] - radius[row], z[row + 1] - z[row]) > 1e-9:
            faces.append(np.column_stack([a, b, c] if radius[row + 1] > 0 else [a, b, d]))
        if radius[row + 1] > 0.0 and np.hypot(radius[row + 1] - radius[row], z[row + 1] - z[row]) > 1e-9:
            faces.append(np.column_stack([a, c, d]))
    return Mesh(
        positions.reshape(-1, 3).astype(np.float32),
        normals.reshape(-1, 3).astype(np.float32),
        uv.reshape(-1, 2).astype(np.float32),
        np.concatenate(faces).astype(np.uint32),
    )


def _slopes(radius: NDArray[np.float64], z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Outward normals ``(radial, vertical)`` of a profile, split where a row is repeated."""
    step = np.column_stack([np.diff(z), -np.diff(radius)])
    length = np.linalg.norm(step, axis=1)
    step[length > 1e-9] /= length[length > 1e-9, None]
    before, after = np.vstack([step[:1], step]), np.vstack([step, step[-1:]])
    total = before + after
    # A repeated row has a step of no length on its other side, so each copy keeps its own face's normal.
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12))


def rod(a: Sequence[float], b: Sequence[float], thickness: float) -> Mesh:
    """A straight bar of square section from ``a`` to ``b``."""
    start, end = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    axis = end - start
    length = float(np.linalg.norm(axis))
    axis /= length
    other = np.array([0.0, 0.0, 1.0]) if abs(axis[2]) < 0.9 else np.array([1.0, 0.0, 0.0])
    side = np.cross(other, axis)
    side /= np.linalg.norm(side)
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1], matrix[:3, 2] = axis, side, np.cross(axis, side)
    matrix[:3, 3] = start
    half = thickness / 2
    return transformed(box((0.0, -half, -half), (length, half, half)), matrix)


def flat(outline: Polygon, z: float, *, up: bool = True) -> Mesh:
    """A level sheet of any simple outline, seen from above or from below; uv are x and -y, metres."""
    triangles = shapely.constrained_delaunay_triangles(outline).geoms
    corners = np.array([shapely.orient_polygons(t).exterior.coords[:3] for t in triangles])
    corners = corners[:, :: 1 if up else -1]
    points = corners.reshape(-1, 2)
    return Mesh(
        np.column_stack([points, np.full(len(points), z)]).astype(np.float32),
        np.tile(np.array([[0.0, 0.0, 1.0 if up else -1.0]], dtype=np.float32), (len(points), 1)),
        (points * [1.0, -1.0]).astype(np.float32),
        np.arange(len(points), dtype=np.uint32).reshape(-1, 3),
    )


def prism(outline: Polygon, z0: float, z1: float) -> Mesh:
    """An upright solid over any simple outline, without a bottom."""
    ring = np.asarray(shapely.orient_polygons(outline).exterior.coords)
    walls = [sheet((*a, z0), (*b, z0), (*b, z1), (*a, z1)) for a, b in itertools.pairwise(ring)]
    return merged([*walls, flat(outline, z1)])
