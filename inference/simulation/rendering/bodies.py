"""Naked bodies as fields: trunk, limbs, hands, feet and heads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.fields import (
    Column,
    Field,
    Floats,
    Grid,
    Vector,
    ellipsoid,
    grid,
    limb,
    mirrored,
    union,
)
from inference.simulation.rendering.skeleton import Bone, Build, joints_of, trunk_of


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """A build, and what follows from it."""

    build: Build
    joints: NDArray[np.float64]
    trunk: Column

    @property
    def unit(self) -> float:
        """See :attr:`Build.unit`."""
        return self.build.unit

    def joint(self, bone: Bone) -> Vector:
        """Rest place of a joint."""
        x, y, z = self.joints[bone]
        return (float(x), float(y), float(z))


def body_of(build: Build) -> Body:
    """The body with these measures."""
    return Body(build, joints_of(build), trunk_of(build))


def arm_radii(build: Build) -> tuple[list[float], list[float]]:
    """Radii of upper arm and forearm from shoulder to wrist, metres."""
    u, thick = build.unit, 1.0 + 0.28 * build.fat + 0.2 * build.muscle - 0.14 * build.female
    upper = [0.0275, 0.0285, 0.0265, 0.0245]
    fore = [0.0245, 0.0265, 0.0215, 0.017]
    wrist = 1.0 + 0.5 * (thick - 1.0)
    return (
        [r * u * thick for r in upper],
        [fore[0] * u * thick, fore[1] * u * thick, fore[2] * u * thick, fore[3] * u * wrist],
    )


def leg_radii(build: Build) -> tuple[list[float], list[float]]:
    """Radii of thigh and shin from hip to ankle, metres."""
    u, thick = build.unit, 1.0 + 0.36 * build.fat + 0.1 * build.muscle
    hip = 0.05 + 0.003 * build.female
    thigh = [hip, hip, 0.045, 0.037, 0.0315]
    shin = [0.0315, 0.0325, 0.032, 0.026, 0.0215, 0.0205]
    return [r * u * thick for r in thigh], [r * u * (0.5 + 0.5 * thick) for r in shin]


def arm(body: Body, left: bool, more: float = 0.0) -> Field:
    """An arm without its hand, ``more`` metres thicker."""
    first = Bone.UPPER_ARM_LEFT if left else Bone.UPPER_ARM_RIGHT
    upper, fore = arm_radii(body.build)
    shoulder, elbow, wrist = (body.joint(Bone(first + k)) for k in range(3))
    return union(
        [limb(shoulder, elbow, [r + more for r in upper]), limb(elbow, wrist, [r + more for r in fore])],
        0.02 * body.unit,
    )


def leg(body: Body, more: float = 0.0) -> Field:
    """Both legs down to the ankles, ``more`` metres thicker."""
    thigh, shin = leg_radii(body.build)
    hip, knee, ankle = (body.joint(Bone(Bone.THIGH_LEFT + k)) for k in range(3))
    one = union(
        [
            limb(hip, knee, [r + more for r in thigh]),
            limb(knee, ankle, [r + more for r in shin], lead=-0.008 * body.unit),
        ],
        0.015 * body.unit,
    )
    return mirrored(one)


def shoulders(body: Body) -> tuple[Field, Grid]:
    """The bare trunk with the beginning of both arms, and where it is sampled."""
    u, out = body.unit, body.build.shoulder + 0.03 * body.unit
    both = union([arm(body, True), arm(body, False)])
    deep = (0.085 + 0.03 * body.build.fat) * u
    where = grid((-deep, -out, 0.68 * u), (deep, out, 0.86 * u), (0.022 * u, 0.0202 * u, 0.022 * u))
    return union([body.trunk, both], 0.03 * u), where


def arm_frame(body: Body, left: bool) -> NDArray[np.float64]:
    """4x4 at the elbow: z down along the forearm, x to the front (the thumb's side)."""
    first = Bone.FOREARM_LEFT if left else Bone.FOREARM_RIGHT
    start, end = body.joints[first], body.joints[first + 1]
    z = (end - start) / np.linalg.norm(end - start)
    x = np.array([1.0, 0.0, 0.0]) - z[0] * z
    x /= np.linalg.norm(x)
    frame = np.eye(4)
    frame[:3, 0], frame[:3, 1], frame[:3, 2], frame[:3, 3] = x, np.cross(z, x), z, start
    return frame


def in_frame(field: Field, frame: NDArray[np.float64]) -> Field:
    """A field that was made in a frame's own axes, in the space around it. ``frame`` is rigid."""
    rows = frame[:3, :3].T.astype(np.float32)
    origin = frame[:3, 3].astype(np.float32)

    def outer(x: Floats, y: Floats, z: Floats) -> Floats:
        px, py, pz = x - origin[0], y - origin[1], z - origin[2]
        local = [row[0] * px + row[1] * py + row[2] * pz for row in rows]
        return field(local[0], local[1], local[2])

    return outer


def hand(body: Body, left: bool) -> Field:
    """A hand with its fingers together, a little curled, and a thumb."""
    u = body.unit * (1.0 - 0.06 * body.build.female)
    reach = float(np.linalg.norm(body.joints[Bone.HAND_LEFT] - body.joints[Bone.FOREARM_LEFT]))
    inward = -1.0 if left else 1.0
    # In the forearm's frame; y is across the palm, towards the body on the left side when negative.
    shape = union(
        [
            ellipsoid((0.0, 0.0, reach + 0.028 * u), (0.0245 * u, 0.0125 * u, 0.036 * u)),
            limb(
                (0.008 * u, 0.003 * inward * u, reach + 0.05 * u),
                (0.007 * u, 0.014 * inward * u, reach + 0.096 * u),
                [0.0115 * u, 0.0105 * u, 0.0075 * u],
            ),
            limb(
                (-0.01 * u, 0.003 * inward * u, reach + 0.05 * u),
                (-0.009 * u, 0.018 * inward * u, reach + 0.088 * u),
                [0.011 * u, 0.0105 * u, 0.0075 * u],
            ),
            limb(
                (0.014 * u, 0.0, reach + 0.012 * u),
                (0.034 * u, 0.014 * inward * u, reach + 0.058 * u),
                [0.011 * u, 0.0085 * u, 0.0065 * u],
            ),
        ],
        0.007 * u,
    )
    return in_frame(shape, arm_frame(body, left))


def arm_grid(body: Body, left: bool, start: float) -> Grid:
    """Where an arm and its hand are sampled, from ``start`` on: 0 the shoulder, 1 the elbow, 2 the wrist."""
    u = body.unit
    frame = arm_frame(body, left)
    upper = float(np.linalg.norm(body.joints[Bone.FOREARM_LEFT] - body.joints[Bone.UPPER_ARM_LEFT]))
    fore = float(np.linalg.norm(body.joints[Bone.HAND_LEFT] - body.joints[Bone.FOREARM_LEFT]))
    first = (start - 1.0) * upper if start < 1.0 else (start - 1.0) * fore
    long = np.arange(first, fore - 0.012 * u, 0.034 * u)
    fine = np.arange(fore - 0.012 * u, fore + 0.116 * u, 0.0125 * u)
    side = 0.052 * u * (1.0 + 0.3 * body.build.fat)
    across = np.arange(-side, side, 0.0118 * u)
    return Grid(
        across.astype(np.float32),
        across.astype(np.float32),
        np.concatenate([long, fine]).astype(np.float32),
        frame,
    )


def head(body: Body) -> Field:
    """Head and neck, with nose, ears, brow and chin."""
    build, u, h = body.build, body.unit, body.build.head
    x, _, z = build.head_middle
    jaw = 0.285 - 0.03 * build.female - 0.01 * build.child + 0.02 * build.fat
    neck = (0.0335 - 0.005 * build.female + 0.006 * build.fat - 0.004 * build.child) * u
    skull = union(
        [
            ellipsoid((x - 0.03 * h, 0.0, z + 0.12 * h), (0.43 * h, 0.335 * h, 0.375 * h)),
            ellipsoid((x + 0.1 * h, 0.0, z - 0.12 * h), (0.275 * h, jaw * h, 0.345 * h), tilt=-0.12),
            ellipsoid((x + 0.22 * h, 0.0, z - 0.37 * h), (0.13 * h, 0.145 * h, 0.115 * h)),
        ],
        0.09 * h,
    )
    features = union(
        [
            limb(
                (x + 0.36 * h, 0.0, z + 0.05 * h),
                (x + 0.425 * h, 0.0, z - 0.115 * h),
                [0.035 * h, 0.04 * h, 0.058 * h],
            ),
            ellipsoid((x + 0.31 * h, 0.0, z + 0.105 * h), (0.1 * h, 0.24 * h, 0.06 * h)),
            mirrored(ellipsoid((x - 0.02 * h, 0.335 * h, z - 0.02 * h), (0.075 * h, 0.035 * h, 0.125 * h))),
        ]
    )
    throat = limb((-0.02 * u, 0.0, 0.815 * u), (x - 0.09 * h, 0.0, z - 0.22 * h), [neck * 1.08, neck, neck])
    return union([union([skull, features], 0.05 * h), throat], 0.07 * h)


def head_grid(body: Body, low: float = 0.785) -> Grid:
    """Where head, neck and the top of the chest down to ``low`` (body units) are sampled."""
    build, h = body.build, body.build.head
    x, _, z = build.head_middle
    face = np.array([0.0, 0.055, 0.11, 0.175, 0.25, 0.33, 0.42, 0.52])
    chest = np.arange(low * body.unit, z - 0.52 * h, 0.02 * body.unit)
    return Grid(
        (
            x
            + h
            * np.array([-0.53, -0.44, -0.34, -0.23, -0.12, -0.02, 0.08, 0.17, 0.25, 0.32, 0.39, 0.46, 0.54])
        ).astype(np.float32),
        (h * np.concatenate([-face[:0:-1], face])).astype(np.float32),
        np.concatenate([chest, z + h * np.arange(-0.52, 0.62, 0.076)]).astype(np.float32),
    )


def foot(body: Body) -> Field:
    """Both bare feet."""
    u = body.unit
    x, y, z = body.joint(Bone.FOOT_LEFT)
    one = union(
        [
            limb((x, y, z), (x - 0.018 * u, y, 0.026 * u), [0.02 * u, 0.022 * u]),
            limb(
                (x, y, 0.034 * u), (x + 0.095 * u, y + 0.006 * u, 0.015 * u), [0.022 * u, 0.02 * u, 0.014 * u]
            ),
        ],
        0.02 * u,
    )
    return mirrored(one)
