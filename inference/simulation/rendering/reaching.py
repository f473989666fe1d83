"""Trunks: where the pelvis is, how the spine bends, and how far it has to bend for a hand to reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import atan2, cos, pi, sin, sqrt

from inference.simulation.rendering.skeleton import Bone
from inference.simulation.rendering.vectors import (
    Turn,
    Vector,
    add,
    after,
    length,
    minus,
    posture,
    turned,
)


@dataclass(frozen=True, slots=True)
class Trunk:
    """How the body above the legs is held. Metres, radians."""

    scale: float
    """Metres of a body's unit (:attr:`Build.unit`)."""
    x: float
    y: float
    heading: float
    crouch: float = 0.0
    lean: float = 0.0
    """Forward."""
    side: float = 0.0
    """To the right."""
    twist: float = 0.0
    """Of the chest, to the left."""
    hips: float = 0.0
    """Turn of the pelvis, to the left."""
    roll: float = 0.0
    """Left hip up."""
    sway: float = 0.0
    """Pelvis to the left of the feet."""
    ahead: float = 0.0
    """Pelvis in front of the feet, beyond what balances the lean."""
    tiptoe: float = 0.0
    """Heels off the floor, radians about the balls."""
    raised: tuple[float, float] = (0.0, 0.0)
    """Left and right shoulder, radians about the breastbone."""

    @property
    def pelvis(self) -> Turn:
        """World rotation."""
        return posture(self.heading + self.hips, 0.4 * self.lean, self.roll)

    @property
    def spine(self) -> Turn:
        """World rotation."""
        return posture(self.heading + 0.35 * self.twist + 0.4 * self.hips, 0.75 * self.lean, -0.5 * self.side)

    @property
    def chest(self) -> Turn:
        """World rotation."""
        return posture(self.heading + self.twist, self.lean, -self.side)

    def pelvis_place(self, rest: Sequence[Vector], ankles: Sequence[Vector]) -> Vector:
        """Where the pelvis is: balanced over the feet, and as high as straight legs allow."""
        back = self.scale * (0.13 * sin(max(self.lean, 0.0)) + 0.03 * self.crouch) - self.ahead
        c, s = cos(self.heading), sin(self.heading)
        x, y = self.x - c * back - s * self.sway, self.y - s * back + c * self.sway
        leg = rest[Bone.THIGH_LEFT][2] - rest[Bone.FOOT_LEFT][2]
        high = rest[Bone.PELVIS][2] + 0.06 * self.scale
        pelvis = self.pelvis
        for thigh, ankle in zip((Bone.THIGH_LEFT, Bone.THIGH_RIGHT), ankles, strict=True):
            hip = turned(pelvis, minus(rest[thigh], rest[Bone.PELVIS]))
            apart = (x + hip[0] - ankle[0]) ** 2 + (y + hip[1] - ankle[1]) ** 2
            rise = sqrt(max((0.994 * leg) ** 2 - apart, 0.05 * leg * leg))
            high = min(high, ankle[2] + rise - hip[2])
        high += self.scale * 0.109 * sin(self.tiptoe)
        return (x, y, high + self.crouch * (0.2 * self.scale - high))


def shoulder(
    rest: Sequence[Vector], chest: Turn, place: Vector, clavicle: int, raised: float
) -> tuple[Vector, Turn, Vector]:
    """A clavicle's place and rotation, and the place of the upper arm that hangs on it."""
    start = add(place, turned(chest, minus(rest[clavicle], rest[Bone.CHEST])))
    roll = raised if clavicle == Bone.CLAVICLE_LEFT else -raised
    turn = after(chest, posture(0.0, 0.0, roll)) if raised else chest
    return start, turn, add(start, turned(turn, minus(rest[clavicle + 1], rest[clavicle])))


def arm_lengths(rest: Sequence[Vector]) -> tuple[float, float]:
    """Upper arm and forearm, metres."""
    return (
        length(minus(rest[Bone.FOREARM_LEFT], rest[Bone.UPPER_ARM_LEFT])),
        length(minus(rest[Bone.HAND_LEFT], rest[Bone.FOREARM_LEFT])),
    )


def bent(
    trunk: Trunk,
    rest: Sequence[Vector],
    ankles: Sequence[Vector],
    hand: tuple[int, Vector],
    stoop: float,
) -> Trunk:
    """The trunk bent no more than it takes to bring a target within reach.

    ``hand`` is its side, left 1 or right -1, and the target.

    ``stoop`` 0 goes down by the knees first, 1 by the back. What is out of reach is come as near as can be.
    """
    side, target = hand
    reach = 0.985 * sum(arm_lengths(rest))
    if _lack(trunk, rest, ankles, side, target) <= reach:
        return trunk
    c, s = cos(trunk.heading), sin(trunk.heading)
    dx, dy = target[0] - trunk.x, target[1] - trunk.y
    aside = atan2(c * dy - s * dx, c * dx + s * dy)
    # Turned so far, the shoulder is on the target's side of the trunk.
    twist = min(max(aside - 0.5 * side, -1.1), 1.1)
    down = 1.0 - min(max((target[2] / trunk.scale - 0.12) / 0.62, 0.0), 1.0)
    up = min(max((target[2] / trunk.scale - 0.85) / 0.2, 0.0), 1.0)
    most = 0.85 + 0.6 * down

    def effort(e: float) -> Trunk:
        knees = 0.97 * down * e ** (0.6 + 1.6 * stoop)
        lean = most * e ** (1.6 - 0.9 * stoop) * (1.0 - 0.5 * up)
        turn = trunk.twist + e * (twist - trunk.twist)
        left = min(max(aside - turn, -1.2), 1.2)
        near, shift = 0.3 * up * e, 0.17 * trunk.scale * e
        return replace(
            trunk,
            crouch=max(trunk.crouch, knees),
            lean=trunk.lean + cos(left) * max(lean - 0.3 * trunk.lean, 0.0),
            side=trunk.side - sin(left) * 0.7 * lean,
            twist=turn,
            hips=trunk.hips + 0.3 * e * twist,
            ahead=trunk.ahead + shift * cos(aside),
            sway=trunk.sway + shift * sin(aside),
            tiptoe=0.6 * up * e,
            raised=(near, trunk.raised[1]) if side > 0 else (trunk.raised[0], near),
        )

    low, high = 0.0, 1.0
    best = effort(high)
    if _lack(best, rest, ankles, side, target) > reach:
        return best
    for _ in range(5):
        middle = 0.5 * (low + high)
        tried = effort(middle)
        if _lack(tried, rest, ankles, side, target) <= reach:
            high, best = middle, tried
        else:
            low = middle
    return best


def _lack(trunk: Trunk, rest: Sequence[Vector], ankles: Sequence[Vector], side: int, target: Vector) -> float:
    """Distance from the shoulder to the target, metres."""
    place = trunk.pelvis_place(rest, ankles)
    place = add(place, turned(trunk.pelvis, minus(rest[Bone.SPINE], rest[Bone.PELVIS])))
    place = add(place, turned(trunk.spine, minus(rest[Bone.CHEST], rest[Bone.SPINE])))
    clavicle = Bone.CLAVICLE_LEFT if side > 0 else Bone.CLAVICLE_RIGHT
    raised = trunk.raised[0] if side > 0 else trunk.raised[1]
    joint = shoulder(rest, trunk.chest, place, clavicle, raised)[2]
    return length(minus(target, joint))


def blended(a: Trunk, b: Trunk, share: float) -> Trunk:
    """The trunk on its way from ``a`` (0) to ``b`` (1)."""

    def mix(p: float, q: float) -> float:
        return p + share * (q - p)

    return replace(
        a,
        crouch=mix(a.crouch, b.crouch),
        lean=mix(a.lean, b.lean),
        side=mix(a.side, b.side),
        twist=mix(a.twist, b.twist),
        hips=mix(a.hips, b.hips),
        sway=mix(a.sway, b.sway),
        ahead=mix(a.ahead, b.ahead),
        tiptoe=mix(a.tiptoe, b.tiptoe),
        raised=(mix(a.raised[0], b.raised[0]), mix(a.raised[1], b.raised[1])),
    )


def idle_trunk(
    scale: float,
    place: tuple[float, float, float],
    gait: tuple[float, float],
    bend: tuple[float, float],
    idle: tuple[float, float],
) -> Trunk:
    """A trunk that reaches for nothing.

    ``place`` is x, y and heading; ``gait`` the phase and the stride; ``bend`` crouch and lean; ``idle`` two
    values in -1 to 1 for the weight on one leg and a turned chest while standing.
    """
    (phase, walk), (crouch, lean) = gait, bend
    still = max(0.0, 1.0 - 3.0 * walk)
    turn, weight = cos(2 * pi * phase), sin(2 * pi * phase)
    shift = 0.5 * still * idle[0]
    return Trunk(
        scale=scale,
        x=place[0],
        y=place[1],
        heading=place[2],
        crouch=crouch,
        lean=lean + 0.05 * walk + 0.55 * crouch,
        side=-0.05 * shift,
        twist=0.09 * walk * turn + 0.06 * still * idle[1],
        hips=-0.09 * walk * turn,
        roll=0.035 * walk * weight + 0.05 * shift,
        sway=scale * (0.035 * shift + 0.013 * walk * weight),
    )
