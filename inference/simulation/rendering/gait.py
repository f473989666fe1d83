"""Feet on the floor: where they stand, and where they are in a step."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin

from inference.simulation.rendering.vectors import Turn, Vector, add, minus, posture, turned

STANCE_SHARE = 0.6
"""Share of a gait cycle that a foot is on the floor (Winter 1991)."""
HEEL, BALL = -0.043, 0.097
"""Where the foot rolls, behind and before the ankle, in body units."""


@dataclass(frozen=True, slots=True)
class Foot:
    """One foot in the world."""

    ankle: Vector
    turn: Turn
    middle: Vector
    """Of the sole, as if flat."""


@dataclass(frozen=True, slots=True)
class Floor:
    """Where somebody stands, and the size of the feet. Metres, radians."""

    x: float
    y: float
    heading: float
    scale: float
    """Metres of a body unit."""
    ankle: float
    """Height of the ankle over the sole."""


@dataclass(frozen=True, slots=True)
class Idle:
    """How feet stand while nobody walks; values of -1 to 1."""

    stagger: float
    apart: float
    out: tuple[float, float]
    """Left and right toes."""


def feet(floor: Floor, gait: tuple[float, float, float], heels: float, idle: Idle) -> tuple[Foot, Foot]:
    """Left and right foot in a ``gait``: its phase, a cycle's length (m), and 0 (stands) to 1 (full steps).

    ``heels`` lifts both heels by so many radians at least.
    """
    phase, cycle, walk = gait
    still = max(0.0, 1.0 - 3.0 * walk)
    both = []
    for side, offset in ((1, 0.0), (-1, 0.5)):
        ahead, lift, pitch = step((phase + offset) % 1.0, cycle, min(1.0, 1.6 * walk))
        ahead += still * side * 0.035 * floor.scale * idle.stagger
        apart = side * (0.05 + still * (0.022 + 0.016 * idle.apart)) * floor.scale
        out = side * (0.1 + 0.14 * still * (1.0 + idle.out[0 if side > 0 else 1]))
        pitch = max(pitch, heels) if heels > 0.0 else pitch
        both.append(_foot(floor, (ahead, apart, lift * 0.035 * floor.scale), out, pitch))
    return both[0], both[1]


def step(phase: float, cycle: float, effort: float) -> tuple[float, float, float]:
    """How far ahead of the body a foot is (m), how high (0 to 1) and its pitch (rad).

    ``phase`` begins with the heel strike. On the floor the foot goes back as fast as the body goes forward.
    """
    if phase < STANCE_SHARE:
        ahead = cycle * (0.5 * STANCE_SHARE - phase)
        pitch = -0.28 * max(0.0, 1.0 - phase / 0.09) + 0.62 * max(0.0, (phase - 0.37) / 0.23) ** 1.6
        return ahead, 0.0, effort * pitch
    q = (phase - STANCE_SHARE) / (1.0 - STANCE_SHARE)
    # Cubic Hermite: it leaves and meets the floor with the floor's speed.
    slope = -cycle * (1.0 - STANCE_SHARE)
    ahead = cycle * STANCE_SHARE * (3 * q * q - 2 * q**3 - 0.5) + slope * (2 * q**3 - 3 * q * q + q)
    pitch = 0.62 * (1.0 - q / 0.6) if q < 0.6 else -0.28 * min(1.0, (q - 0.6) / 0.3)
    return ahead, effort * sin(pi * q) ** 2, effort * pitch


def _foot(floor: Floor, place: Vector, out: float, pitch: float) -> Foot:
    ahead, apart, lift = place
    c, s = cos(floor.heading), sin(floor.heading)
    base = (floor.x + c * ahead - s * apart, floor.y + s * ahead + c * apart, lift)
    turn, flat = posture(floor.heading + out, pitch), posture(floor.heading + out, 0.0)
    # The sole turns about the ball when the heel rises, about the heel when the toes do.
    pivot = ((BALL if pitch > 0 else HEEL) * floor.scale, 0.0, 0.0)
    ankle = add(add(base, turned(flat, pivot)), turned(turn, minus((0.0, 0.0, floor.ankle), pivot)))
    return Foot(ankle, turn, add(base, turned(flat, (0.03 * floor.scale, 0.0, 0.0))))
