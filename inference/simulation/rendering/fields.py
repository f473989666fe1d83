"""Signed distance fields, and triangles from them: what bodies and clothes are modelled with.

A field takes the coordinates of points (three arrays that broadcast, metres) and says how far outside a shape
they are, roughly: negative inside. Roughly, because only the place of the zero and the slope near it matter
here. Smooth unions after Quilez ("Smooth minimum", 2013); surfaces by marching cubes (Lewiner et al. 2003).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Field = Callable[[Floats, Floats, Floats], Floats]
Vector = tuple[float, float, float]

FAR = 10.0
"""Distance (m) of a shape that is not there."""


def limb(start: Vector, end: Vector, radii: Sequence[float], lead: float = 0.0) -> Field:
    """A round bar whose radius runs through ``radii``, evenly spaced from ``start`` to ``end``.

    ``lead`` moves it to the front (x) by so many metres half way: calves are not straight.
    """
    a, axis = np.array(start), np.array(end) - np.array(start)
    length2 = float(axis @ axis)
    knots = np.linspace(0.0, 1.0, len(radii))
    fine = np.linspace(0.0, 1.0, 33)
    table = _smooth_table(knots, np.array(radii), fine)
    ux, uy, uz = (float(v) for v in axis)
    ax, ay, az = (float(v) for v in a)

    def field(x: Floats, y: Floats, z: Floats) -> Floats:
        px, py, pz = x - ax, y - ay, z - az
        t = np.clip((px * ux + py * uy + pz * uz) * np.float32(1.0 / length2), 0.0, 1.0)
        if lead:
            px = px - 4.0 * lead * t * (1.0 - t)
        distance = np.sqrt((px - t * ux) ** 2 + (py - t * uy) ** 2 + (pz - t * uz) ** 2)
        return np.asarray(distance - np.interp(t, fine, table).astype(np.float32), dtype=np.float32)

    return field


def _smooth_table(knots: NDArray[np.float64], values: NDArray[np.float64], at: NDArray[np.float64]) -> Floats:
    from scipy.interpolate import PchipInterpolator

    if len(knots) < 3:
        return np.interp(at, knots, values).astype(np.float32)
    return np.asarray(PchipInterpolator(knots, values)(at), dtype=np.float32)


def ellipsoid(middle: Vector, half: Vector, tilt: float = 0.0) -> Field:
    """An ellipsoid with half axes ``half``, turned by ``tilt`` radians about y (its front goes down)."""
    c, s = float(np.cos(tilt)), float(np.sin(tilt))

    def field(x: Floats, y: Floats, z: Floats) -> Floats:
        px, py, pz = x - middle[0], y - middle[1], z - middle[2]
        if tilt:
            px, pz = c * px - s * pz, s * px + c * pz
        k0 = np.sqrt((px / half[0]) ** 2 + (py / half[1]) ** 2 + (pz / half[2]) ** 2)
        k1 = np.sqrt((px / half[0] ** 2) ** 2 + (py / half[1] ** 2) ** 2 + (pz / half[2] ** 2) ** 2)
        return np.asarray(k0 * (k0 - 1.0) / np.maximum(k1, 1e-4), dtype=np.float32)

    return field


def box(middle: Vector, half: Vector, rounding: float) -> Field:
    """A box with rounded edges."""

    def field(x: Floats, y: Floats, z: Floats) -> Floats:
        qx = np.abs(x - middle[0]) - (half[0] - rounding)
        qy = np.abs(y - middle[1]) - (half[1] - rounding)
        qz = np.abs(z - middle[2]) - (half[2] - rounding)
        out = np.sqrt(np.maximum(qx, 0) ** 2 + np.maximum(qy, 0) ** 2 + np.maximum(qz, 0) ** 2)
        return np.asarray(
            out + np.minimum(np.maximum(np.maximum(qx, qy), qz), 0) - rounding, dtype=np.float32
        )

    return field


def half_space(point: Vector, outwards: Vector) -> Field:
    """Everything behind a plane through ``point``."""
    n = np.array(outwards) / np.linalg.norm(outwards)
    nx, ny, nz = (float(v) for v in n)

    def field(x: Floats, y: Floats, z: Floats) -> Floats:
        return np.asarray((x - point[0]) * nx + (y - point[1]) * ny + (z - point[2]) * nz, dtype=np.float32)

    return field


def union(fields: Sequence[Field], blend: float = 0.0) -> Field:
    """All of the shapes, melted together over ``blend`` metres."""

    def field(x: Floats, y: Floats, z: Floats) -> Floats:
        value = fields[0](x, y, z)
        for other in fields[1:]:
            value = smooth_min(value, other(x, y, z), blend)
        return value

    return field


def common(fields: Sequence[Field], blend: float = 0.0) -> Field:
    """What lies in all of the shapes, with edges rounded over ``blend`` metres."""

    def field(x: Floats, y: Floats, z: Floats) -> Floats:
        value = fields[0](x, y, z)
        for other in fields[1:]:
            value = -smooth_min(-value, -other(x, y, z), blend)
        return value

    return field


def without(shape: Field, hole: Field, blend: float = 0.0) -> Field:
    """A shape less a hole."""
    return common([shape, grown(hole, 0.0, -1.0)], blend)


def grown(shape: Field, by: float, sign: float = 1.0) -> Field:
    """The shape thicker by ``by`` metres; with ``sign`` -1 everything outside it."""

    def field(x: Floats, y: Floats, z: Floats) -> Floats:
        return np.asarray(sign * shape(x, y, z) - by, dtype=np.float32)

    return field


def mirrored(shape: Field) -> Field:
    """The shape and its image on the other side of y = 0; the shape lies at y >= 0."""

    def field(x: Floats, y: Floats, z: Floats) -> Floats:
        return shape(x, np.abs(y), z)

    return field


def smooth_min(a: Floats, b: Floats, blend: float) -> Floats:
    """The smaller of two distances, rounded where they differ by less than ``blend``."""
    if blend <= 0.0:
        return np.minimum(a, b)
    h = np.maximum(blend - np.abs(a - b), 0.0) / blend
    return np.asarray(np.minimum(a, b) - h * h * (blend * 0.25), dtype=np.float32)


def smooth_step(low: float, high: float, value: Floats) -> Floats:
    """0 at ``low``, 1 at ``high`` (which may be the smaller), eased."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A trunk: rounded cross sections over each other, tabled over the height. All arrays ``[N]``, metres."""

    z: NDArray[np.float64]
    """Rising."""
    side: NDArray[np.float64]
    """Half width."""
    front: NDArray[np.float64]
    back: NDArray[np.float64]
    """Depths in front of and behind ``middle``."""
    middle: NDArray[np.float64]
    """x of the cross section's centre."""
    power: float = 2.35
    """2 is an ellipse, more is squarer."""

    def __call__(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """The field."""

        def at(table: NDArray[np.float64]) -> Floats:
            return np.interp(z, self.z, table).astype(np.float32)

        px = x - at(self.middle)
        depth = np.where(px > 0, at(self.front), at(self.back))
        rho = np.sqrt(px * px + y * y) + np.float32(1e-5)
        k = ((np.abs(px) / depth) ** self.power + (np.abs(y) / at(self.side)) ** self.power) ** (
            1.0 / self.power
        )
        radial = rho - rho / np.maximum(k, 1e-4)
        ends = np.maximum(self.z[0] - z, z - self.z[-1])
        return np.asarray(np.maximum(radial, ends), dtype=np.float32)


def column(rows: Sequence[tuple[float, float, float, float, float]], power: float = 2.35) -> Column:
    """A :class:`Column` through ``(z, side, front, back, middle)``, rising, smooth between."""
    knots = np.array(rows)
    z = np.linspace(knots[0, 0], knots[-1, 0], 72)
    side, front, back, middle = (
        _smooth_table(knots[:, 0], knots[:, k], z).astype(np.float64) for k in (1, 2, 3, 4)
    )
    return Column(z, side, front, back, middle, power)


class Waves(NamedTuple):
    """Folds: a sum of bent waves, as a height in metres over a surface."""

    vectors: NDArray[np.float32]
    """``[N, 3]`` radians a metre."""
    phases: NDArray[np.float32]
    heights: NDArray[np.float32]

    def __call__(self, x: Floats, y: Floats, z: Floats) -> Floats:
        """Height of the folds at points."""
        total: Floats = np.zeros(np.broadcast_shapes(x.shape, y.shape, z.shape), dtype=np.float32)
        for (kx, ky, kz), phase, height in zip(self.vectors, self.phases, self.heights, strict=True):
            total = total + height * np.sin(kx * x + ky * y + kz * z + phase + 25.0 * total)
        return total


def waves(rng: np.random.Generator, height: float, lengths: Vector, count: int = 4) -> Waves:
    """Random folds about ``height`` metres high whose wavelengths along x, y and z are about ``lengths``."""
    vectors = rng.normal(0.0, 1.0, (count, 3))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors *= 2.0 * np.pi / np.array(lengths) * rng.uniform(0.75, 1.3, (count, 1))
    return Waves(
        vectors.astype(np.float32),
        rng.uniform(0.0, 2.0 * np.pi, count).astype(np.float32),
        (height / np.sqrt(count) * rng.uniform(0.6, 1.3, count)).astype(np.float32),
    )


class Grid(NamedTuple):
    """Where a field is sampled: three rising axes, in a frame of their own or the world's."""

    x: Floats
    y: Floats
    z: Floats
    frame: NDArray[np.float64] | None = None
    """4x4, from the grid to the field's space."""


def grid(low: Vector, high: Vector, step: Vector, frame: NDArray[np.float64] | None = None) -> Grid:
    """An even grid over a box."""
    axes = [
        np.linspace(a, b, max(3, int(np.ceil((b - a) / s)) + 1)).astype(np.float32)
        for a, b, s in zip(low, high, step, strict=True)
    ]
    return Grid(axes[0], axes[1], axes[2], frame)


SNAP = 0.24
"""Share of a grid's step within which a sample counts as on the surface: fewer and rounder triangles."""


def surface(field: Field, where: Grid) -> tuple[Floats, NDArray[np.uint32]]:
    """Vertices ``[V, 3]`` and faces ``[F, 3]`` (counter-clockwise from outside) of a field's zero."""
    from skimage import measure

    lines = (where.x, where.y, where.z)
    axes = np.meshgrid(*lines, indexing="ij", sparse=where.frame is None)
    values = np.broadcast_to(field(*_moved(axes, where.frame)), tuple(len(line) for line in lines))
    step = min(float(np.median(np.diff(line))) for line in lines)
    values = np.where(np.abs(values) < SNAP * step, np.float32(-1e-5 * step), values).astype(np.float32)
    # A shape that reaches the grid's end is closed there.
    values = np.pad(values, 1, constant_values=0.5 * step)
    if values.min() >= 0.0:
        return np.zeros((0, 3), np.float32), np.zeros((0, 3), np.uint32)
    marching_cubes: Callable[..., Any] = measure.marching_cubes
    places, faces, _, _ = marching_cubes(values, 0.0)
    places, faces = _welded(places, faces)
    points = np.column_stack(
        [np.interp(places[:, k] - 1.0, np.arange(len(line)), line) for k, line in enumerate(lines)]
    )
    if where.frame is not None:
        points = points @ where.frame[:3, :3].T + where.frame[:3, 3]
    points = points.astype(np.float32)
    # Back from the snapped places onto the surface, by one step of Newton's method; but not at closed ends.
    distance = field(points[:, 0], points[:, 1], points[:, 2])
    distance = np.where(np.abs(distance) < 0.5 * step, distance, 0.0)
    points -= distance[:, None] * slopes(field, points)
    return points.astype(np.float32), faces.astype(np.uint32)


def _welded(places: Floats, faces: NDArray[np.int32]) -> tuple[Floats, NDArray[np.intp]]:
    """Vertices at the same place (in grid steps) made one, and triangles that are then none left out."""
    grain = np.round(places * 200.0).astype(np.int64)
    key = (grain[:, 0] * 1_000_000 + grain[:, 1]) * 1_000_000 + grain[:, 2]
    _, first, number = np.unique(key, return_index=True, return_inverse=True)
    faces = number[faces]
    a, b, c = faces.T
    return places[first], faces[(a != b) & (b != c) & (a != c)]


def _moved(axes: Sequence[Floats], frame: NDArray[np.float64] | None) -> list[Floats]:
    if frame is None:
        return list(axes)
    m = frame.astype(np.float32)
    return [m[k, 0] * axes[0] + m[k, 1] * axes[1] + m[k, 2] * axes[2] + m[k, 3] for k in range(3)]


def slopes(field: Field, points: Floats, width: float = 0.006) -> Floats:
    """Unit normals ``[V, 3]`` of a field at points, by differences at the corners of a tetrahedron."""
    corners = np.array([[1, -1, -1], [-1, -1, 1], [-1, 1, -1], [1, 1, 1]], dtype=np.float32)
    at = (points[None] + width * corners[:, None]).reshape(-1, 3)
    values = field(at[:, 0], at[:, 1], at[:, 2]).reshape(4, -1)
    normal = np.einsum("kv,kc->vc", values, corners)
    # In a crease there may be no slope at all.
    normal[np.abs(normal).max(axis=1) < 1e-7] = (0.0, 0.0, -1.0)
    return np.asarray(normal / np.linalg.norm(normal, axis=1, keepdims=True), dtype=np.float32)
