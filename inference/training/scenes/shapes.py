"""Plain solids as triangles: boxes, turned bodies, tubes, blobs, extruded outlines.

Metres, z up. ``uv`` is either 0 to 1 over a face (for a picture that is shown once) or metres along it (for
one that repeats: give the surface ``repeat = 1 / period``); each maker says which.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import ConvexHull
from shapely import Polygon

from inference.simulation.rendering.mesh import Mesh, merged, placed, transformed

Floats = NDArray[np.float64]
Axis = Literal["once", "metres"]

_CUBE = (  # normal, u, v of each face: u to the right and v downwards as seen from outside
    ((1, 0, 0), (0, 1, 0), (0, 0, -1)),
    ((-1, 0, 0), (0, -1, 0), (0, 0, -1)),
    ((0, 1, 0), (-1, 0, 0), (0, 0, -1)),
    ((0, -1, 0), (1, 0, 0), (0, 0, -1)),
    ((0, 0, 1), (1, 0, 0), (0, -1, 0)),
    ((0, 0, -1), (1, 0, 0), (0, 1, 0)),
)


def mesh_of(positions: ArrayLike, normals: ArrayLike, uv: ArrayLike, faces: ArrayLike) -> Mesh:
    """The arrays as a :class:`Mesh`, in its own number types."""
    return Mesh(
        np.ascontiguousarray(positions, dtype=np.float32),
        np.ascontiguousarray(normals, dtype=np.float32),
        np.ascontiguousarray(uv, dtype=np.float32),
        np.ascontiguousarray(faces, dtype=np.uint32),
    )


def box(
    size: tuple[float, float, float],
    centre: tuple[float, float, float] | None = None,
    *,
    uv: Axis = "once",
    inside: bool = False,
) -> Mesh:
    """A box of ``size`` metres; ``centre`` None: it stands on z = 0 above the origin.

    ``inside``: faces look inwards, as the walls of a room do.
    """
    half = np.asarray(size, dtype=np.float64) / 2
    middle = np.array([0.0, 0.0, half[2]]) if centre is None else np.asarray(centre, dtype=np.float64)
    corners, normals, spans = _cube(inside)
    place = np.ones((24, 2)) if uv == "once" else 2 * np.abs(spans @ half)
    return mesh_of(middle + corners * half, normals, place * np.tile(_SQUARE, (6, 1)), _SIX_SIDES)


_SQUARE = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], dtype=np.float64)
_SIX_SIDES = (4 * np.arange(6)[:, None] + np.array([0, 2, 1, 0, 3, 2])).reshape(-1, 3).astype(np.uint32)


@lru_cache(maxsize=2)
def _cube(inside: bool) -> tuple[Floats, Floats, Floats]:
    """Corners and normals ``[24, 3]`` of a cube of side 2, and directions of u and v there ``[24, 2, 3]``."""
    corners, normals, spans = [], [], []
    for n, u, v in np.asarray(_CUBE, dtype=np.float64):
        right = -u if inside else u
        corners += [n + a * right + b * v for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
        normals += [-n if inside else n] * 4
        spans += [(right, v)] * 4
    return np.array(corners), np.array(normals), np.array(spans)


def panel(width: float, height: float, *, uv: Axis = "once") -> Mesh:
    """An upright rectangle in the plane y = 0, seen from -y, its lower edge's middle at the origin."""
    w, h = (1.0, 1.0) if uv == "once" else (width, height)
    x = width / 2
    return mesh_of(
        [(-x, 0, height), (x, 0, height), (x, 0, 0), (-x, 0, 0)],
        [(0, -1, 0)] * 4,
        [(0, 0), (w, 0), (w, h), (0, h)],
        [(0, 2, 1), (0, 3, 2)],
    )


def sheet(
    low: tuple[float, float], high: tuple[float, float], z: float, *, uv: Axis, up: bool = True
) -> Mesh:
    """A level rectangle, seen from above (or from below). ``once``: v runs from high y to low y."""
    (x0, y0), (x1, y1) = low, high
    w, h = (1.0, 1.0) if uv == "once" else (x1 - x0, y1 - y0)
    faces = [(0, 2, 1), (0, 3, 2)] if up else [(0, 1, 2), (0, 2, 3)]
    return mesh_of(
        [(x0, y1, z), (x1, y1, z), (x1, y0, z), (x0, y0, z)],
        [(0, 0, 1 if up else -1)] * 4,
        [(0, 0), (w, 0), (w, h), (0, h)],
        faces,
    )


def lathe(profile: Sequence[tuple[float, float]], sides: int = 10, *, flat: bool = False) -> Mesh:
    """A body turned about the z axis from ``(radius, z)`` pairs, lowest first. uv: once around and along.

    ``flat``: every ring keeps its own normals, so that edges stay sharp.
    """
    rings = np.asarray(profile, dtype=np.float64)
    if flat:
        return merged([lathe([a, b], sides) for a, b in pairwise(profile)])
    angle = np.linspace(0.0, 2 * np.pi, sides + 1)
    around = np.column_stack([np.cos(angle), np.sin(angle)])
    slope = np.gradient(rings, axis=0)
    across = np.column_stack([slope[:, 1], -slope[:, 0]])
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    n = len(rings)
    positions = np.empty((n, sides + 1, 3))
    positions[..., :2] = rings[:, None, :1] * around
    positions[..., 2] = rings[:, None, 1]
    normals = np.empty_like(positions)
    normals[..., :2] = across[:, None, :1] * around
    normals[..., 2] = across[:, None, 1]
    place = np.stack(
        np.broadcast_arrays((angle / (2 * np.pi))[None, :], np.linspace(1, 0, n)[:, None]), axis=-1
    )
    return mesh_of(
        positions.reshape(-1, 3), normals.reshape(-1, 3), place.reshape(-1, 2), _quads(n, sides + 1)
    )


def tube(path: ArrayLike, radius: float | Sequence[float], sides: int = 6) -> Mesh:
    """A round bar along the points ``path`` ``[N, 3]``, open at its ends. uv: once around and along."""
    points = np.asarray(path, dtype=np.float64)
    along = np.gradient(points, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    # The axis that the bar never runs along.
    helper = np.eye(3)[int(np.abs(along).max(axis=0).argmin())]
    first = np.cross(along, helper)
    first /= np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-9)
    second = np.cross(along, first)
    angle = np.linspace(0.0, 2 * np.pi, sides + 1)
    normals = first[:, None] * np.cos(angle)[:, None] + second[:, None] * np.sin(angle)[:, None]
    width = np.broadcast_to(np.asarray(radius, dtype=np.float64), (len(points),))
    positions = points[:, None] + normals * width[:, None, None]
    u, v = np.broadcast_arrays(angle[None, :] / (2 * np.pi), np.linspace(0, 1, len(points))[:, None])
    return mesh_of(
        positions.reshape(-1, 3),
        normals.reshape(-1, 3),
        np.stack([u, v], axis=-1).reshape(-1, 2),
        _quads(len(points), sides + 1),
    )


def bar(
    start: tuple[float, float, float], end: tuple[float, float, float], radius: float, sides: int = 6
) -> Mesh:
    """A straight round bar, open at its ends."""
    return tube([start, end], radius, sides)


def capsule(
    start: ArrayLike, end: ArrayLike, radius: float, end_radius: float | None = None, sides: int = 8
) -> Mesh:
    """A bar with round ends: limbs and trunks."""
    a, b = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    axis = (b - a) / max(float(np.linalg.norm(b - a)), 1e-9)
    second = radius if end_radius is None else end_radius
    turns = np.array([0.02, 0.5, 0.87, 1.0])
    lift = np.sqrt(1 - turns**2)
    path = np.concatenate([a - np.outer(lift * radius, axis), b + np.outer(lift[::-1] * second, axis)])
    return tube(path, [*(turns * radius), *(turns[::-1] * second)], sides)


def ball(radii: tuple[float, float, float], centre: tuple[float, float, float], detail: int = 1) -> Mesh:
    """An ellipsoid. uv: longitude and latitude, 0 to 1."""
    unit, faces = _sphere(detail)
    normals = unit / np.asarray(radii)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return mesh_of(unit * np.asarray(radii) + np.asarray(centre), normals, _around(unit), faces)


def blob(
    rng: np.random.Generator,
    radii: tuple[float, float, float],
    centre: tuple[float, float, float],
    rough: float = 0.25,
    detail: int = 2,
) -> Mesh:
    """A lumpy ellipsoid: crowns, bushes, boulders, heaps of cloth. uv: longitude and latitude, 0 to 1."""
    unit, faces = _sphere(detail)
    waves = rng.normal(0.0, 1.0, (6, 3)) * np.array([2.0, 2.0, 3.0, 4.0, 6.0, 8.0])[:, None]
    swell = np.sin(unit @ waves.T + rng.uniform(0, 2 * np.pi, 6)) @ np.array([0.3, 0.3, 0.25, 0.2, 0.2, 0.15])
    positions = unit * (1.0 + rough * swell[:, None]) * np.asarray(radii)
    return mesh_of(positions + np.asarray(centre), _smooth_normals(positions, faces), _around(unit), faces)


def slab(outline: ArrayLike, low: float, high: float) -> Mesh:
    """An outline ``[N, 2]`` of any simple shape, extruded from ``low`` to ``high``. uv in metres."""
    ring = np.asarray(shapely.orient_polygons(Polygon(np.asarray(outline))).exterior.coords)
    top, faces = _filled(ring)
    count = len(top)
    lid = mesh_of(np.column_stack([top, np.full(count, high)]), [(0, 0, 1)] * count, top, faces)
    sides = [_wall(a, b, low, high) for a, b in pairwise(ring)]
    return merged([lid, *sides]) if high > low else lid


def _wall(a: Floats, b: Floats, low: float, high: float) -> Mesh:
    length = float(np.hypot(*(b - a)))
    normal = ((b[1] - a[1]) / max(length, 1e-9), (a[0] - b[0]) / max(length, 1e-9), 0.0)
    return mesh_of(
        [(*a, high), (*b, high), (*b, low), (*a, low)],
        [normal] * 4,
        [(0, 0), (length, 0), (length, high - low), (0, high - low)],
        [(0, 2, 1), (0, 3, 2)],
    )


def _filled(ring: Floats) -> tuple[Floats, NDArray[np.uint32]]:
    """The inside of a counter-clockwise ring as triangles."""
    parts = shapely.get_parts(shapely.constrained_delaunay_triangles(Polygon(ring)))
    corners = np.concatenate([np.asarray(shapely.orient_polygons(p).exterior.coords)[:3] for p in parts])
    return corners, np.arange(len(corners), dtype=np.uint32).reshape(-1, 3)


def _quads(rows: int, columns: int) -> NDArray[np.uint32]:
    """Faces of a ``rows x columns`` net of vertices whose columns run counter-clockwise."""
    first = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).reshape(-1, 1)
    quads = first + np.array([0, 1, columns + 1, 0, columns + 1, columns])
    return np.asarray(quads.reshape(-1, 3), dtype=np.uint32)


def _around(unit: Floats) -> Floats:
    longitude = np.arctan2(unit[:, 1], unit[:, 0]) / (2 * np.pi) + 0.5
    return np.column_stack([longitude, 0.5 - 0.5 * unit[:, 2]])


def _smooth_normals(positions: Floats, faces: NDArray[np.uint32]) -> Floats:
    corners = positions[faces]
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(positions)
    for corner in range(3):
        np.add.at(normals, faces[:, corner], flat)
    return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12))


@lru_cache(maxsize=4)
def _sphere(detail: int) -> tuple[Floats, NDArray[np.uint32]]:
    """A unit sphere of 20 * 4**detail triangles: an icosahedron, halved again and again."""
    g = (1 + 5**0.5) / 2
    points = np.array(
        [np.roll((0, a, b * g), turn) for turn in range(3) for a in (-1, 1) for b in (-1, 1)],
        dtype=np.float64,
    )
    faces = ConvexHull(points).simplices.astype(np.uint32)
    corners = points[faces]
    outwards = np.linalg.det(corners) > 0
    faces[~outwards] = faces[~outwards][:, ::-1]
    for _ in range(detail):
        a, b, c = points[faces[:, 0]], points[faces[:, 1]], points[faces[:, 2]]
        ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
        soup = np.stack([a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca], axis=1).reshape(-1, 3)
        soup /= np.linalg.norm(soup, axis=1, keepdims=True)
        points, index = np.unique(np.round(soup, 9), axis=0, return_inverse=True)
        faces = index.reshape(-1, 3).astype(np.uint32)
    return points / np.linalg.norm(points, axis=1, keepdims=True), faces


def bounds(mesh: Mesh) -> tuple[Floats, Floats]:
    """Lower and upper corner, ``[3]`` each."""
    positions = mesh.positions.astype(np.float64)
    return positions.min(axis=0), positions.max(axis=0)


def moved(mesh: Mesh, x: float = 0.0, y: float = 0.0, z: float = 0.0, turn: float = 0.0) -> Mesh:
    """The mesh turned about the vertical and moved."""
    return transformed(mesh, placed(x, y, z, turn))


def stretched(mesh: Mesh, x: float, y: float, z: float = 1.0) -> Mesh:
    """The mesh made larger by a factor along each axis."""
    return transformed(mesh, np.diag([x, y, z, 1.0]))
