"""What arms do that reach for nothing: where the wrist is, and where the elbow points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, sin

from inference.simulation.rendering.vectors import Turn, Vector, add, between, minus, turned, unit


@dataclass(frozen=True, slots=True)
class Holding:
    """What there is to know about one arm before it is set. Metres, radians, world axes."""

    side: int
    """1 left, -1 right."""
    scale: float
    """Metres of a body unit."""
    place: tuple[float, float]
    """Where the body stands."""
    facing: Turn
    """Where the body faces, upright."""
    chest: Turn
    origin: Vector
    """Where the chest's turn takes the rest frame's origin."""
    shoulder: Vector
    lengths: tuple[float, float]
    room: float
    """How far out from the shoulder a hanging arm has to be at the hip."""
    girth: float
    belly: float
    """See :class:`figures.Figure`."""
    swing: float
    """Of the gait: forward 1, backward -1."""
    walk: float
    crouch: float
    idle: tuple[float, float, float]
    """Small differences, -1 to 1."""

    def on_chest(self, x: float, y: float, z: float) -> Vector:
        """World place of a point of the chest that is at x, y (m) and z (body units) at rest."""
        return add(self.origin, turned(self.chest, (x, y, z * self.scale)))


Rest = tuple[Vector, Vector]
"""Place of the wrist, direction of the elbow."""


def resting(arm: Holding, arms: str) -> Rest:
    """Where an arm is that does what ``arms`` says, one of :data:`ARMS`."""
    way = ARMS[arms].get(arm.side)
    return _hanging(arm) if way is None else way(arm)


def _hanging(arm: Holding) -> Rest:
    upper, lower = arm.lengths
    forward = 0.42 * arm.swing
    # Who squats lays the forearms on the knees.
    angle = 0.02 + forward + 0.07 * arm.idle[0] + 0.45 * arm.crouch
    bend = 0.18 + 0.1 * arm.idle[1] + arm.walk * (0.1 + 0.5 * max(forward, 0.0)) + 0.75 * arm.crouch
    out = min(max(arm.room / (upper + 0.6 * lower), 0.07), 0.4) + 0.02 * arm.idle[2]
    down = unit((sin(angle), arm.side * out, -cos(angle)))
    fore = unit((sin(angle + bend), arm.side * 0.35 * out, -cos(angle + bend)))
    joint = add(arm.shoulder, turned(arm.facing, down), upper)
    wrist = add(joint, turned(arm.facing, fore), lower)
    return wrist, minus(joint, between(arm.shoulder, wrist, upper / (upper + lower)))


def _phone(arm: Holding) -> Rest:
    wrist = arm.on_chest(0.23 * arm.scale, -0.03 * arm.scale, 0.8)
    return wrist, turned(arm.chest, (-0.2, -0.6, -1.0))


def _basket(arm: Holding) -> Rest:
    wrist = arm.on_chest(0.15 * arm.scale, arm.girth + 0.01 * arm.scale, 0.625)
    return wrist, turned(arm.chest, (-1.0, 0.35, -0.4))


def _trolley(arm: Holding) -> Rest:
    bar = turned(arm.facing, (BAR_AHEAD_M, arm.side * 0.115 * arm.scale, BAR_HIGH_M))
    wrist = (arm.place[0] + bar[0], arm.place[1] + bar[1], bar[2])
    return wrist, turned(arm.facing, (-0.5, 0.7 * arm.side, -0.7))


def _pocket(arm: Holding) -> Rest:
    wrist = arm.on_chest(0.045 * arm.scale, arm.side * (arm.girth + 0.012 * arm.scale), 0.54)
    return wrist, turned(arm.chest, (-1.0, 0.6 * arm.side, 0.0))


def _folded(arm: Holding) -> Rest:
    over = 0.022 * arm.scale if arm.side < 0 else 0.0
    wrist = arm.on_chest(
        arm.belly + 0.03 * arm.scale + over, -arm.side * 0.055 * arm.scale, 0.685 - over / arm.scale
    )
    return wrist, turned(arm.chest, (-0.3, 0.8 * arm.side, -0.8))


def _strap(arm: Holding) -> Rest:
    wrist = arm.on_chest(0.085 * arm.scale, -0.075 * arm.scale, 0.745)
    return wrist, turned(arm.chest, (-0.2, -0.8, -1.0))


BAR_HIGH_M, BAR_AHEAD_M = 1.0, 0.35
"""Where a trolley's bar is: above the floor, and in front of whoever pushes it."""
ARMS: dict[str, dict[int, Callable[[Holding], Rest]]] = {
    "hang": {},
    "phone": {-1: _phone},
    "basket": {1: _basket},
    "trolley": {1: _trolley, -1: _trolley},
    "pockets": {1: _pocket, -1: _pocket},
    "folded": {1: _folded, -1: _folded},
    "bag": {-1: _strap},
}
"""What arms can do; an arm that is not named hangs."""
