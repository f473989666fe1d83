"""Bodies in numbers: measures, the joints they give, and which bones move a point of the surface.

Rest pose: standing, facing +x, left is +y, feet on z = 0, arms :data:`ARM_AWAY` from the sides. Proportions
are those of adults in anthropometric tables (Drillis and Contini 1966), in a unit that leaves the head
out, so that children come out with their larger heads.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.fields import Column, Field, Floats, column, smooth_step

ARM_AWAY = np.radians(34.0)
"""Angle of the arms from the vertical, in the rest pose."""


class Bone(IntEnum):
    """What moves a body. Rows of ``Figure.joints``: the place that the bone turns about."""

    PELVIS = 0
    SPINE = 1
    CHEST = 2
    NECK = 3
    HEAD = 4
    CLAVICLE_LEFT = 5
    UPPER_ARM_LEFT = 6
    FOREARM_LEFT = 7
    HAND_LEFT = 8
    CLAVICLE_RIGHT = 9
    UPPER_ARM_RIGHT = 10
    FOREARM_RIGHT = 11
    HAND_RIGHT = 12
    THIGH_LEFT = 13
    SHIN_LEFT = 14
    FOOT_LEFT = 15
    THIGH_RIGHT = 16
    SHIN_RIGHT = 17
    FOOT_RIGHT = 18
    HEM_FRONT = 19
    """What hangs below the hips in front: turned by whichever leg is farther forward."""
    HEM_BACK = 20
    CARRIED = 21
    """What hangs from the left hand: always upright."""


@dataclass(frozen=True, slots=True)
class Build:
    """Measures of a body. Shares are 0 to 1."""

    height: float
    """Metres, sole to crown."""
    female: float
    """How far the shape is a woman's."""
    fat: float
    muscle: float
    child: float = 0.0
    """1: no waist and no bust yet."""
    shoulders: float = 1.0
    """Factor on the shoulders' breadth."""

    @property
    def head(self) -> float:
        """Chin to crown, metres."""
        return 0.145 + 0.046 * self.height

    @property
    def unit(self) -> float:
        """Metres that an adult's proportions are multiplied with: the height, but for the head."""
        return (self.height - self.head) / 0.871

    @property
    def chin(self) -> float:
        """Height of the chin, metres."""
        return 0.871 * self.unit

    @property
    def head_middle(self) -> tuple[float, float, float]:
        """Centre of the head."""
        return (0.012 * self.unit, 0.0, self.chin + 0.5 * self.head)

    @property
    def shoulder(self) -> float:
        """Distance of a shoulder's joint from the middle, metres."""
        return (0.0975 - 0.0095 * self.female - 0.004 * self.child) * self.unit * self.shoulders


def joints_of(build: Build) -> NDArray[np.float64]:
    """``[B, 3]`` joints at rest, by :class:`Bone`."""
    u = build.unit
    joints = np.zeros((len(Bone), 3))
    joints[Bone.PELVIS] = (0.0, 0.0, 0.53 * u)
    joints[Bone.SPINE] = (-0.012 * u, 0.0, 0.59 * u)
    joints[Bone.CHEST] = (-0.015 * u, 0.0, 0.69 * u)
    joints[Bone.NECK] = (-0.018 * u, 0.0, 0.835 * u)
    joints[Bone.HEAD] = (0.0, 0.0, build.chin + 0.12 * build.head)
    out, down = np.sin(ARM_AWAY), -np.cos(ARM_AWAY)
    for side, first, thigh in ((1.0, Bone.CLAVICLE_LEFT, 13), (-1.0, Bone.CLAVICLE_RIGHT, 16)):
        shoulder = np.array([-0.008 * u, side * build.shoulder, 0.802 * u])
        elbow = shoulder + 0.178 * u * np.array([-0.03, side * out, down])
        wrist = elbow + 0.15 * u * np.array([0.12, side * out, down])
        joints[first] = (0.0, side * 0.02 * u, 0.81 * u)
        joints[first + 1], joints[first + 2], joints[first + 3] = shoulder, elbow, wrist
        joints[thigh] = (0.0, side * (0.05 + 0.004 * build.female) * u, 0.52 * u)
        joints[thigh + 1] = (0.006 * u, side * 0.05 * u, 0.285 * u)
        joints[thigh + 2] = (-0.012 * u, side * 0.05 * u, 0.05 * u)
    joints[[Bone.HEM_FRONT, Bone.HEM_BACK]] = (0.0, 0.0, 0.52 * u)
    joints[Bone.CARRIED] = joints[Bone.HAND_LEFT] + 0.045 * u * np.array([0.1, out, down])
    return joints


def trunk_of(build: Build) -> Column:
    """The bare trunk from the crotch to the neck."""
    u, f, fat, m = build.unit, build.female * (1.0 - build.child), build.fat, build.muscle
    kid = build.child
    bust = 0.5 * f * (0.018 + 0.02 * fat)
    rows = [
        # height, half width, front, back, middle
        (0.455, 0.083 + 0.008 * fat, 0.045, 0.055, 0.0),
        (0.485, 0.097 + 0.008 * f + 0.022 * fat, 0.056 + 0.012 * fat, 0.07 + 0.02 * fat, 0.0),
        (0.525, 0.098 + 0.009 * f + 0.026 * fat, 0.062 + 0.03 * fat, 0.073 + 0.006 * f + 0.02 * fat, 0.0),
        (0.575, 0.09 + 0.002 * f + 0.034 * fat, 0.064 + 0.052 * fat, 0.056 + 0.02 * fat, 0.0),
        (0.62, 0.084 - 0.008 * f + 0.038 * fat + 0.004 * kid, 0.06 + 0.056 * fat, 0.05 + 0.016 * fat, -0.004),
        (0.67, 0.083 - 0.006 * f + 0.03 * fat, 0.062 + 0.042 * fat, 0.056 + 0.014 * fat, -0.006),
        (0.725, 0.09 - 0.008 * f + 0.02 * fat + 0.008 * m, 0.064 + 0.022 * fat + bust, 0.062, -0.01),
        (0.765, 0.093 - 0.009 * f + 0.016 * fat + 0.01 * m, 0.058 + 0.014 * fat, 0.062 + 0.006 * m, -0.014),
        (0.8, 0.087 - 0.009 * f + 0.008 * m, 0.046, 0.055 + 0.006 * m, -0.017),
        (0.825, 0.072 - 0.004 * f, 0.036, 0.045, -0.019),
        (0.845, 0.044, 0.026, 0.032, -0.02),
        (0.86, 0.028, 0.022, 0.024, -0.02),
    ]
    return column([(z * u, s * u, a * u, b * u, c * u) for z, s, a, b, c in rows])


def weights_of(
    points: Floats,
    build: Build,
    joints: NDArray[np.float64],
    limbs: tuple[Field, Field] | None,
    hem: float | None = None,
) -> tuple[NDArray[np.uint8], Floats]:
    """The four bones that move each of ``points [V, 3]``, and how much: ``[V, 4]`` each.

    Smooth functions of the place, so that cloth moves with what it covers. ``limbs`` are the fields of arms
    and of trunk in the same clothes: whichever is nearer moves a point; None: no arms. With a ``hem``
    everything below the hips hangs between the legs (skirts, coats).
    """
    x, y, z = (np.asarray(points[:, k], dtype=np.float32) for k in range(3))
    u = build.unit
    every = np.zeros((len(points), len(Bone)), dtype=np.float32)
    arms = _arm_shares(points, build, joints, limbs)
    trunk = 1.0 - arms.sum(axis=0)
    legs = np.zeros_like(trunk)
    if hem is None:
        legs = trunk * smooth_step(0.565 * u, 0.465 * u, z)
        trunk = trunk - legs
    else:
        hanging = trunk * smooth_step(0.57 * u, 0.48 * u, z)
        trunk = trunk - hanging
        _hem_weights(every, hanging, x, y, u)
    _trunk_weights(every, trunk, points, build.unit, joints)
    left = 1.0 / (1.0 + np.exp(-np.clip(y / (0.008 * u), -30, 30)))
    for first, share in ((Bone.THIGH_LEFT, legs * left), (Bone.THIGH_RIGHT, legs * (1.0 - left))):
        knee, ankle = joints[first + 1][2], joints[first + 2][2]
        below = smooth_step(knee + 0.045 * u, knee - 0.045 * u, z)
        foot = smooth_step(ankle + 0.02 * u, ankle - 0.015 * u, z)
        every[:, first] += share * (1.0 - below)
        every[:, first + 1] += share * below * (1.0 - foot)
        every[:, first + 2] += share * below * foot
    for first, share in ((Bone.CLAVICLE_LEFT, arms[0]), (Bone.CLAVICLE_RIGHT, arms[1])):
        elbow = _along(points, joints[first + 2], joints[first + 3] - joints[first + 1])
        wrist = _along(points, joints[first + 3], joints[first + 3] - joints[first + 2])
        below = smooth_step(-0.03 * u, 0.03 * u, elbow)
        hand = smooth_step(-0.012 * u, 0.012 * u, wrist)
        every[:, first + 1] += share * (1.0 - below)
        every[:, first + 2] += share * below * (1.0 - hand)
        every[:, first + 3] += share * below * hand
    return four_best(every)


def four_best(every: Floats) -> tuple[NDArray[np.uint8], Floats]:
    """The four largest of ``[V, B]`` weights of each row, with a sum of 1."""
    best = np.argsort(-every, axis=1, kind="stable")[:, :4]
    weight = np.take_along_axis(every, best, axis=1)
    return best.astype(np.uint8), (weight / weight.sum(axis=1, keepdims=True)).astype(np.float32)


def _along(points: Floats, origin: NDArray[np.float64], direction: NDArray[np.float64]) -> Floats:
    return np.asarray((points - origin) @ (direction / np.linalg.norm(direction)), dtype=np.float32)


def _arm_shares(
    points: Floats, build: Build, joints: NDArray[np.float64], limbs: tuple[Field, Field] | None
) -> Floats:
    """``[2, V]`` how far points belong to the left and the right arm."""
    shares = np.zeros((2, len(points)), dtype=np.float32)
    if limbs is None:
        return shares
    u = build.unit
    x, y, z = points.T
    nearer = (limbs[1](x, y, z) - limbs[0](x, y, z)) / (0.009 * u)
    reach = 1.0 / (1.0 + np.exp(-np.clip(nearer, -30, 30)))
    # Above the shoulders there is the neck, and no arm.
    reach *= smooth_step(0.05 * u, 0.07 * u, np.abs(y)) * smooth_step(0.86 * u, 0.84 * u, z)
    for k, first in enumerate((Bone.CLAVICLE_LEFT, Bone.CLAVICLE_RIGHT)):
        side = 1.0 if k == 0 else -1.0
        # The first centimetres of the arm stay with the clavicle in part.
        shoulder, elbow = joints[first + 1], joints[first + 2]
        start = smooth_step(-0.02 * u, 0.06 * u, _along(points, shoulder, elbow - shoulder))
        outer = smooth_step(-0.03 * u, 0.02 * u, side * y - build.shoulder)
        shares[k] = np.where(side * y > 0, reach * np.maximum(start, 0.5 * outer), 0.0)
    return shares


def _trunk_weights(
    every: Floats, share: Floats, points: Floats, u: float, joints: NDArray[np.float64]
) -> None:
    y, z = points[:, 1], points[:, 2]
    rise = [
        smooth_step(joints[bone][2] - reach * u, joints[bone][2] + reach * u, z)
        for bone, reach in ((Bone.SPINE, 0.04), (Bone.CHEST, 0.045), (Bone.NECK, 0.025), (Bone.HEAD, 0.025))
    ]
    clavicle = smooth_step(0.03 * u, 0.1 * u, np.abs(y)) * smooth_step(0.72 * u, 0.8 * u, z)
    chest = rise[1] * (1.0 - rise[2])
    every[:, Bone.PELVIS] += share * (1.0 - rise[0])
    every[:, Bone.SPINE] += share * rise[0] * (1.0 - rise[1])
    every[:, Bone.CHEST] += share * chest * (1.0 - clavicle)
    every[:, Bone.CLAVICLE_LEFT] += share * chest * clavicle * (y > 0)
    every[:, Bone.CLAVICLE_RIGHT] += share * chest * clavicle * (y <= 0)
    every[:, Bone.NECK] += share * rise[1] * rise[2] * (1.0 - rise[3])
    every[:, Bone.HEAD] += share * rise[1] * rise[2] * rise[3]


def _hem_weights(every: Floats, share: Floats, x: Floats, y: Floats, u: float) -> None:
    front = smooth_step(-0.05 * u, 0.06 * u, x)
    side = smooth_step(0.0, 0.12 * u, np.abs(y)) * 0.55
    every[:, Bone.HEM_FRONT] += share * front * (1.0 - side)
    every[:, Bone.HEM_BACK] += share * (1.0 - front) * (1.0 - side)
    every[:, Bone.THIGH_LEFT] += share * side * (y > 0)
    every[:, Bone.THIGH_RIGHT] += share * side * (y <= 0)
