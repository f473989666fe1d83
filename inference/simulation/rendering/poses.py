"""What somebody is doing, as bones: gait, crouching, reaching, carrying. Pure, deterministic, quick.

Feet are placed first, then the pelvis as high as the legs allow, then the trunk bends as far as the hands
need, then arms and legs follow by two-bone inverse kinematics. World: metres, z up, floor at z = 0; radians.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, cos, hypot, pi, sin

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.arms import ARMS, Holding, resting
from inference.simulation.rendering.figures import Figure
from inference.simulation.rendering.gait import Floor, Foot, Idle, feet
from inference.simulation.rendering.reaching import Trunk, arm_lengths, bent, blended, idle_trunk, shoulder
from inference.simulation.rendering.skeleton import Bone
from inference.simulation.rendering.vectors import (
    Turn,
    Vector,
    add,
    after,
    between,
    cross,
    elbow,
    length,
    minus,
    posture,
    swing,
    turned,
    unit,
)

DOWN: Vector = (0.0, 0.0, -1.0)


@dataclass(frozen=True, slots=True)
class HandTarget:
    """A hand on its way."""

    target: Vector
    """World, metres: where the wrist goes."""
    share: float
    """0 at rest, 1 there."""


@dataclass(frozen=True, slots=True)
class Stance:
    """What a figure is doing at one moment."""

    x: float
    y: float
    heading: float
    """Where the chest points, radians."""
    phase: float = 0.0
    """Gait cycles walked so far; 1 is two steps."""
    stride: float = 0.0
    """0 stands, 1 takes full steps: a cycle is :func:`stride_length` times this long."""
    crouch: float = 0.0
    """0 upright, 1 a deep squat."""
    lean: float = 0.0
    """Trunk forward, radians."""
    look: float = 0.0
    """Head turned relative to the chest, left positive, radians."""
    look_down: float = 0.0
    left: HandTarget | None = None
    right: HandTarget | None = None
    arms: str = "hang"
    """What arms do that reach for nothing: ``hang``, ``phone`` (right hand before the face), ``basket``
    (left forearm bent), ``trolley`` (both hands on a bar 1.0 m high, 0.35 m ahead), ``pockets``, ``folded``,
    ``bag`` (right hand at a strap on the shoulder)."""
    seed: int = 0
    """For small differences between people who do the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Posed:
    """A figure's bones in the world, and the places that have names."""

    bones: NDArray[np.float32]
    """``[B, 4, 4]`` from the rest frame to the world."""
    head: Vector
    """Centre of the head."""
    foot: Vector
    """Middle between the feet, on the floor."""
    wrist_left: Vector
    wrist_right: Vector
    palm_left: NDArray[np.float32]
    """4x4: origin where the middle of something held goes, z its upright axis, x along the fingers."""
    palm_right: NDArray[np.float32]


def stride_length(figure: Figure) -> float:
    """Metres walked in one gait cycle (two steps) at ``stride`` 1."""
    return 1.45 * float(figure.joints[Bone.THIGH_LEFT, 2])


def pose(figure: Figure, stance: Stance) -> Posed:
    """The bones of a figure that does what ``stance`` says. Raises ``ValueError`` for unknown ``arms``."""
    if stance.arms not in ARMS:
        raise ValueError(f"arms {stance.arms!r}: one of {', '.join(ARMS)}")
    rig = _Rig(figure, stance)
    both = rig.stand()
    palms = [rig.set_arm(1, stance.left), rig.set_arm(-1, stance.right)]
    rig.set_carried()
    return Posed(
        bones=rig.matrices(),
        head=rig.head(),
        foot=(
            0.5 * (both[0].middle[0] + both[1].middle[0]),
            0.5 * (both[0].middle[1] + both[1].middle[1]),
            0.0,
        ),
        wrist_left=rig.places[Bone.HAND_LEFT],
        wrist_right=rig.places[Bone.HAND_RIGHT],
        palm_left=palms[0],
        palm_right=palms[1],
    )


def skinned(
    figure: Figure, bones: NDArray[np.float32], vertices: NDArray[np.intp] | None = None
) -> NDArray[np.float32]:
    """``[n, 3]`` world places of the figure's (or only some) vertices under ``bones [B, 4, 4]``.

    Linear blend skinning (Magnenat-Thalmann et al. 1988).
    """
    chosen = slice(None) if vertices is None else vertices
    bone, weight = figure.bone[chosen], figure.weight[chosen]
    rows = bones[:, :3, :]
    mixed = weight[:, 0, None, None] * rows[bone[:, 0]]
    for k in range(1, bone.shape[1]):
        mixed += weight[:, k, None, None] * rows[bone[:, k]]
    points = figure.positions[chosen]
    return np.asarray(np.einsum("nij,nj->ni", mixed[:, :, :3], points) + mixed[:, :, 3], dtype=np.float32)


def chance(seed: int, number: int) -> float:
    """A reproducible value in -1 to 1."""
    value = sin(12.9898 * (seed % 9973) + 78.233 * number) * 43758.5453
    return 2.0 * (value - value // 1.0) - 1.0


class _Rig:
    """A skeleton being posed: ``turns`` and ``places`` of the bones in the world, set from the feet up."""

    def __init__(self, figure: Figure, stance: Stance) -> None:
        self.figure, self.stance = figure, stance
        self.rest: list[Vector] = [(j[0], j[1], j[2]) for j in figure.joints.tolist()]
        self.scale = self.rest[Bone.PELVIS][2] / 0.53
        self.walk = min(max(stance.stride, 0.0), 1.2)
        self.facing = posture(stance.heading, 0.0)
        self.crouch = 0.0
        self.turns: list[Turn] = [self.facing] * len(self.rest)
        self.places: list[Vector] = [(stance.x, stance.y, 0.0)] * len(self.rest)

    def stand(self) -> tuple[Foot, Foot]:
        """Sets everything but the arms; where the feet are."""
        flat = [foot.ankle for foot in self._feet(0.0)]
        trunk = self._trunk(flat)
        self.crouch = trunk.crouch
        # Who squats deep, or reaches high, stands on the balls of the feet.
        both = self._feet(max(trunk.tiptoe, 0.75 * max(0.0, trunk.crouch - 0.45) / 0.55))
        self.turns[Bone.PELVIS] = trunk.pelvis
        self.places[Bone.PELVIS] = trunk.pelvis_place(self.rest, flat)
        self._set_spine(trunk)
        left = self._set_leg(Bone.THIGH_LEFT, both[0], trunk.crouch)
        right = self._set_leg(Bone.THIGH_RIGHT, both[1], trunk.crouch)
        self._set_hems(max(left, right, 0.0), min(left, right))
        return both

    def _feet(self, heels: float) -> tuple[Foot, Foot]:
        stance, seed = self.stance, self.stance.seed
        floor = Floor(stance.x, stance.y, stance.heading, self.scale, self.rest[Bone.FOOT_LEFT][2])
        idle = Idle(chance(seed, 1), chance(seed, 2), (chance(seed, 4), chance(seed, 3)))
        return feet(floor, (stance.phase, self.walk * stride_length(self.figure), self.walk), heels, idle)

    def _trunk(self, ankles: list[Vector]) -> Trunk:
        stance = self.stance
        trunk = idle_trunk(
            self.scale,
            (stance.x, stance.y, stance.heading),
            (stance.phase, self.walk),
            (min(max(stance.crouch, 0.0), 1.0), stance.lean + (0.08 if stance.arms == "trolley" else 0.0)),
            (chance(stance.seed, 6), chance(stance.seed, 7)),
        )
        stoop = 0.5 + 0.5 * chance(stance.seed, 10)
        hands = [(1, stance.left), (-1, stance.right)]
        if stance.left is not None and stance.right is not None:
            # Bending for the second hand may have taken the first one away.
            hands.append((1, stance.left))
        for side, hand in hands:
            if hand is not None and hand.share > 0.0:
                there = bent(trunk, self.rest, ankles, (side, hand.target), stoop)
                trunk = blended(trunk, there, min(hand.share, 1.0))
        return trunk

    def _follow(self, bone: int, parent: int, turn: Turn) -> None:
        offset = minus(self.rest[bone], self.rest[parent])
        self.turns[bone] = turn
        self.places[bone] = add(self.places[parent], turned(self.turns[parent], offset))

    def _set_spine(self, trunk: Trunk) -> None:
        stance, lean = self.stance, trunk.lean
        self._follow(Bone.SPINE, Bone.PELVIS, trunk.spine)
        self._follow(Bone.CHEST, Bone.SPINE, trunk.chest)
        aside, down = self._towards_hands(trunk)
        yaw = trunk.heading + trunk.twist + 0.45 * (stance.look + aside)
        neck = posture(yaw, 0.65 * lean + 0.4 * (stance.look_down + down))
        head = posture(
            trunk.heading + 0.8 * trunk.twist + stance.look + aside,
            0.35 * lean + stance.look_down + down + 0.04 * chance(stance.seed, 8),
            0.05 * chance(stance.seed, 9),
        )
        self._follow(Bone.NECK, Bone.CHEST, neck)
        self._follow(Bone.HEAD, Bone.NECK, head)
        for first, raised in zip((Bone.CLAVICLE_LEFT, Bone.CLAVICLE_RIGHT), trunk.raised, strict=True):
            self.places[first], self.turns[first], self.places[first + 1] = shoulder(
                self.rest, trunk.chest, self.places[Bone.CHEST], first, raised
            )

    def _towards_hands(self, trunk: Trunk) -> tuple[float, float]:
        """How far the head turns left and down to look at what a hand reaches for, radians."""
        hand = max(
            (hand for hand in (self.stance.left, self.stance.right) if hand is not None),
            key=lambda hand: hand.share,
            default=None,
        )
        if hand is None or hand.share <= 0.0:
            return 0.0, 0.0
        eyes = add(self.places[Bone.CHEST], turned(trunk.chest, (0.08, 0.0, 0.22)), self.scale)
        dx, dy, dz = minus(hand.target, eyes)
        away = atan2(dy, dx) - trunk.heading - trunk.twist
        away = min(max(atan2(sin(away), cos(away)), -0.9), 0.9)
        down = min(max(atan2(-dz, hypot(dx, dy)) - 0.35 * trunk.lean, -0.5), 0.8)
        return 0.7 * hand.share * away, 0.7 * hand.share * down

    def _set_leg(self, thigh: int, foot: Foot, crouch: float) -> float:
        """Sets hip, knee and foot; how far forward the thigh points, radians."""
        rest, places, turns = self.rest, self.places, self.turns
        self._follow(thigh, Bone.PELVIS, self.facing)
        upper, lower = minus(rest[thigh + 1], rest[thigh]), minus(rest[thigh + 2], rest[thigh + 1])
        aside = (0.12 + 0.3 * crouch) * (1.0 if thigh == Bone.THIGH_LEFT else -1.0)
        pole = turned(self.facing, (1.0, aside, 0.0))
        knee, ankle = elbow(places[thigh], foot.ankle, (length(upper), length(lower)), pole)
        places[thigh + 1], places[thigh + 2] = knee, ankle
        along = unit(minus(knee, places[thigh]))
        turns[thigh] = after(swing(turned(self.facing, unit(upper)), along), self.facing)
        shin = swing(unit(turned(turns[thigh], lower)), unit(minus(ankle, knee)))
        turns[thigh + 1] = after(shin, turns[thigh])
        turns[thigh + 2] = foot.turn
        return atan2(self.facing[0][0] * along[0] + self.facing[1][0] * along[1], -along[2])

    def _set_hems(self, front: float, back: float) -> None:
        heading = self.stance.heading
        self._follow(Bone.HEM_FRONT, Bone.PELVIS, posture(heading, -min(front, 1.4)))
        self._follow(Bone.HEM_BACK, Bone.PELVIS, posture(heading, -(back if back < 0 else 0.6 * back)))

    def set_arm(self, side: int, hand: HandTarget | None) -> NDArray[np.float32]:
        """Sets the left (1) or right (-1) arm from the shoulder on; the palm's frame."""
        rest, places, turns = self.rest, self.places, self.turns
        first = Bone.UPPER_ARM_LEFT if side > 0 else Bone.UPPER_ARM_RIGHT
        wrist, pole = resting(self._holding(side), self.stance.arms)
        if hand is not None and hand.share > 0.0:
            share = min(hand.share, 1.0)
            pole = between(unit(pole), unit(turned(self.facing, (-0.35, 0.55 * side, -0.75))), share)
            # The way there is bent: a hand goes around the body and not through it.
            bow = 0.24 * self.scale * share * (1.0 - share)
            wrist = add(between(wrist, hand.target, share), turned(self.facing, (bow, side * bow, 0.0)))
        joint, wrist = elbow(places[first], wrist, arm_lengths(rest), pole)
        places[first + 1], places[first + 2] = joint, wrist
        upper, lower = minus(rest[first + 1], rest[first]), minus(rest[first + 2], rest[first + 1])
        chest, along = turns[Bone.CHEST], unit(minus(wrist, joint))
        turns[first] = after(swing(turned(chest, unit(upper)), unit(minus(joint, places[first]))), chest)
        turns[first + 1] = after(swing(unit(turned(turns[first], lower)), along), turns[first])
        # From hanging with the thumb in front, the hand goes where the forearm goes without a twist.
        lifted = after(swing(DOWN, along), self.facing)
        turns[first + 2] = after(lifted, swing(unit(lower), DOWN))
        return self._palm(wrist, along, turned(lifted, (1.0, 0.0, 0.0)), side)

    def _palm(self, wrist: Vector, along: Vector, thumb: Vector, side: int) -> NDArray[np.float32]:
        across = cross(thumb, along)
        origin = add(add(wrist, along, 0.065 * self.scale), across, -side * 0.03 * self.scale)
        # The wrist bends a little to keep what is held upright.
        up = unit(add(thumb, (0.0, 0.0, 1.0), 0.6))
        ahead = unit(cross(across, up))
        palm = np.eye(4, dtype=np.float32)
        palm[:3, 0], palm[:3, 1], palm[:3, 2], palm[:3, 3] = ahead, cross(up, ahead), up, origin
        return palm

    def _holding(self, side: int) -> Holding:
        stance = self.stance
        return Holding(
            side=side,
            scale=self.scale,
            place=(stance.x, stance.y),
            facing=self.facing,
            chest=self.turns[Bone.CHEST],
            origin=add(self.places[Bone.CHEST], turned(self.turns[Bone.CHEST], self.rest[Bone.CHEST]), -1.0),
            shoulder=self.places[Bone.UPPER_ARM_LEFT if side > 0 else Bone.UPPER_ARM_RIGHT],
            lengths=arm_lengths(self.rest),
            room=self.figure.girth + 0.02 * self.figure.height - abs(self.rest[Bone.UPPER_ARM_LEFT][1]),
            girth=self.figure.girth,
            belly=self.figure.belly,
            swing=-side * cos(2 * pi * stance.phase) * self.walk,
            walk=self.walk,
            crouch=self.crouch,
            idle=(
                chance(stance.seed, 12 + side),
                chance(stance.seed, 15 + side),
                chance(stance.seed, 18 + side),
            ),
        )

    def set_carried(self) -> None:
        """Hangs what is carried from the left hand, upright."""
        stance = self.stance
        swaying = posture(stance.heading, -0.12 * self.walk * cos(2 * pi * stance.phase))
        self._follow(Bone.CARRIED, Bone.HAND_LEFT, swaying)

    def head(self) -> Vector:
        """The middle of the head."""
        size = 0.145 + 0.046 * self.figure.height
        middle = turned(self.turns[Bone.HEAD], (0.012 * self.scale, 0.0, 0.38 * size))
        return add(self.places[Bone.HEAD], middle)

    def matrices(self) -> NDArray[np.float32]:
        """``[B, 4, 4]`` from the rest frame to the world."""
        rotations = np.array(self.turns)
        matrices = np.zeros((len(self.rest), 4, 4))
        matrices[:, :3, :3] = rotations
        matrices[:, :3, 3] = np.array(self.places) - np.einsum("bij,bj->bi", rotations, np.array(self.rest))
        matrices[:, 3, 3] = 1.0
        return matrices.astype(np.float32)
