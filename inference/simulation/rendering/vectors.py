"""Vectors and rotations as tuples of floats: for a few of them at a time this is quicker than arrays."""

from __future__ import annotations

from math import cos, sin, sqrt

Vector = tuple[float, float, float]
Turn = tuple[Vector, Vector, Vector]
"""A rotation: three rows."""

UNTURNED: Turn = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def add(a: Vector, b: Vector, share: float = 1.0) -> Vector:
    """``a + share * b``."""
    return (a[0] + share * b[0], a[1] + share * b[1], a[2] + share * b[2])


def minus(a: Vector, b: Vector) -> Vector:
    """``a - b``."""
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def between(a: Vector, b: Vector, share: float) -> Vector:
    """``a`` at 0, ``b`` at 1."""
    return (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2]))


def dot(a: Vector, b: Vector) -> float:
    """Inner product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    """Outer product."""
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def length(a: Vector) -> float:
    """Euclidean length."""
    return sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2])


def unit(a: Vector) -> Vector:
    """``a`` with length 1; something small stays small."""
    n = sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2])
    return (a[0] / n, a[1] / n, a[2] / n) if n > 1e-9 else a


def turned(r: Turn, v: Vector) -> Vector:
    """``r v``."""
    a, b, c = r
    x, y, z = v
    return (a[0] * x + a[1] * y + a[2] * z, b[0] * x + b[1] * y + b[2] * z, c[0] * x + c[1] * y + c[2] * z)


def after(second: Turn, first: Turn) -> Turn:
    """The rotation that does ``first`` and then ``second``."""
    p, q, r = first
    a, b, c = (
        (
            row[0] * p[0] + row[1] * q[0] + row[2] * r[0],
            row[0] * p[1] + row[1] * q[1] + row[2] * r[1],
            row[0] * p[2] + row[1] * q[2] + row[2] * r[2],
        )
        for row in second
    )
    return (a, b, c)


def posture(yaw: float, pitch: float, roll: float = 0.0) -> Turn:
    """Rolled about x (left side up), then pitched about y (front down), then turned about z (to the left)."""
    cy, sy, cp, sp = cos(yaw), sin(yaw), cos(pitch), sin(pitch)
    cr, sr = cos(roll), sin(roll)
    return (
        (cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr),
        (sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr),
        (-sp, cp * sr, cp * cr),
    )


def swing(start: Vector, end: Vector) -> Turn:
    """The smallest rotation from one unit vector to another (Moeller and Hughes 1999)."""
    v = cross(start, end)
    c = dot(start, end)
    if c < -0.9999:
        # Half a turn about any axis across.
        axis = unit(cross(start, (1.0, 0.0, 0.0) if abs(start[0]) < 0.8 else (0.0, 1.0, 0.0)))
        x, y, z = axis
        return (
            (2 * x * x - 1, 2 * x * y, 2 * x * z),
            (2 * x * y, 2 * y * y - 1, 2 * y * z),
            (2 * x * z, 2 * y * z, 2 * z * z - 1),
        )
    h = 1.0 / (1.0 + c)
    x, y, z = v
    return (
        (c + h * x * x, h * x * y - z, h * x * z + y),
        (h * x * y + z, c + h * y * y, h * y * z - x),
        (h * x * z - y, h * y * z + x, c + h * z * z),
    )


def elbow(root: Vector, tip: Vector, lengths: tuple[float, float], pole: Vector) -> tuple[Vector, Vector]:
    """Two-bone inverse kinematics: where the middle joint is, and the tip as far as the two bones reach.

    ``pole`` is the direction towards which the middle joint bends. Law of cosines.
    """
    first, second = lengths
    towards = minus(tip, root)
    far = length(towards)
    axis = unit(towards) if far > 1e-6 else (0.0, 0.0, -1.0)
    reach = min(max(far, abs(first - second) + 1e-4), 0.9995 * (first + second))
    along = (first * first - second * second + reach * reach) / (2.0 * reach)
    out = sqrt(max(first * first - along * along, 0.0))
    across = add(pole, axis, -dot(pole, axis))
    if length(across) < 1e-6:
        across = cross(axis, (0.0, 1.0, 0.0) if abs(axis[1]) < 0.9 else (1.0, 0.0, 0.0))
    across = unit(across)
    middle = add(add(root, axis, along), across, out)
    return middle, add(root, axis, reach)
