"""Bodies as points in the world: rings around a spine, a head, a foot point and two wrists."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inference.simulation.walkers import RATE_HZ, REACH_S, Walker

Floats = NDArray[np.float64]

LEVELS = np.array([0.0, 0.12, 0.3, 0.48, 0.64, 0.8, 0.88, 1.0])
RADII_M = np.array([0.13, 0.14, 0.16, 0.18, 0.2, 0.22, 0.11, 0.07])
"""Half widths of a clothed adult at those shares of the height."""
ANGLES = np.arange(8) * (np.pi / 4)
RING = len(LEVELS) * len(ANGLES)
HEAD, FOOT, LEFT, RIGHT = RING, RING + 1, RING + 2, RING + 3
"""Rows of the points that have names; those before them are the surface."""
POINTS = RING + 4
IN_SLOT_S = 0.15
"""Before and after the moment of a reach the hand is all the way out for so long."""
FARTHEST_S = IN_SLOT_S + REACH_S


AROUND_M = np.column_stack(
    [(RADII_M[:, None] * np.cos(ANGLES)).ravel(), (RADII_M[:, None] * np.sin(ANGLES)).ravel()]
)
"""``(RING, 2)``: from the spine to the surface."""
WRIST_M = 0.25
"""At rest a wrist hangs so far from the spine ..."""
WRIST_TURN = np.array([1.2, -1.2])
"""... a little in front of the hip: radians from where the chest points, left and right."""


def body_points(walkers: Sequence[Walker], t: float) -> Floats:
    """``(N, POINTS, 3)`` world points of everybody at ``t`` seconds from the start."""
    x, y, heading = np.array([at(walker, t) for walker in walkers]).T
    height = np.array([walker.height for walker in walkers])
    points = np.empty((len(walkers), POINTS, 3))
    points[:, :RING, 0] = x[:, None] + AROUND_M[:, 0]
    points[:, :RING, 1] = y[:, None] + AROUND_M[:, 1]
    levels = LEVELS * height[:, None]
    points[:, :RING, 2] = np.repeat(levels, len(ANGLES), axis=1)
    points[:, HEAD:, 0], points[:, HEAD:, 1] = x[:, None], y[:, None]
    points[:, HEAD, 2], points[:, FOOT, 2] = 0.93 * height, 0.0
    turned = heading[:, None] + WRIST_TURN
    points[:, LEFT:, 0] += WRIST_M * np.cos(turned)
    points[:, LEFT:, 1] += WRIST_M * np.sin(turned)
    points[:, LEFT:, 2] = (0.5 * height)[:, None]
    for of, walker in zip(points, walkers, strict=True):
        for reach in walker.reaches:
            share = reached(t - reach.t) if abs(t - reach.t) < FARTHEST_S else 0.0
            if share > 0.0:
                row = LEFT if reach.side == "left" else RIGHT
                of[row] += share * (np.array(reach.target) - of[row])
    return points


def at(walker: Walker, t: float) -> tuple[float, float, float]:
    """Position and heading at ``t`` seconds from the start."""
    last = len(walker.xy) - 1
    place = min(max(t * RATE_HZ - walker.first, 0.0), float(last))
    before = int(place)
    (x, y), (next_x, next_y) = walker.xy[[before, min(before + 1, last)]].tolist()
    share = place - before
    return x + share * (next_x - x), y + share * (next_y - y), float(walker.heading[before])


def reached(t: float) -> float:
    """How far out the arm is, ``t`` seconds after the hand was in the slot: eased, 0 to 1."""
    share = max(0.0, 1.0 - max(0.0, abs(t) - IN_SLOT_S) / REACH_S)
    return share * share * (3.0 - 2.0 * share)
