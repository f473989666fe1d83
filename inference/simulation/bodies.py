"""Bodies as points in the world: rings around a spine, a head, a foot point and two wrists."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.simulation.people import RATE_HZ, REACH_S, Walker

Floats = NDArray[np.float64]

LEVELS = np.array([0.0, 0.12, 0.3, 0.48, 0.64, 0.8, 0.88, 1.0])
RADII_M = np.array([0.13, 0.14, 0.16, 0.18, 0.2, 0.22, 0.11, 0.07])
"""Half widths of a clothed adult at those shares of the height."""
ANGLES = np.arange(8) * (np.pi / 4)
RING = len(LEVELS) * len(ANGLES)
HEAD, FOOT, LEFT, RIGHT = RING, RING + 1, RING + 2, RING + 3
"""Rows of the points that have names; those before them are the surface."""
POINTS = RING + 4


def body_points(walker: Walker, t: float) -> Floats:
    """``(POINTS, 3)`` world points of somebody at ``t`` seconds from the start."""
    x, y, heading = at(walker, t)
    points = np.empty((POINTS, 3))
    rings = points[:RING].reshape(len(LEVELS), len(ANGLES), 3)
    rings[..., 0] = x + RADII_M[:, None] * np.cos(ANGLES)
    rings[..., 1] = y + RADII_M[:, None] * np.sin(ANGLES)
    rings[..., 2] = (LEVELS * walker.height)[:, None]
    points[HEAD] = (x, y, 0.93 * walker.height)
    points[FOOT] = (x, y, 0.0)
    for row, side in ((LEFT, 1.0), (RIGHT, -1.0)):
        # At rest a wrist hangs a little in front of the hip.
        points[row] = (
            x + 0.25 * np.cos(heading + side * 1.2),
            y + 0.25 * np.sin(heading + side * 1.2),
            0.5 * walker.height,
        )
    for reach in walker.reaches:
        share = reached(t - reach.t)
        if share > 0.0:
            row = LEFT if reach.side == "left" else RIGHT
            points[row] += share * (np.array(reach.target) - points[row])
    return points


def at(walker: Walker, t: float) -> tuple[float, float, float]:
    """Position and heading at ``t`` seconds from the start."""
    place = np.clip(t * RATE_HZ - walker.first, 0, len(walker.xy) - 1)
    before = int(place)
    after = min(before + 1, len(walker.xy) - 1)
    x, y = walker.xy[before] + (place - before) * (walker.xy[after] - walker.xy[before])
    return float(x), float(y), float(walker.heading[before])


def reached(t: float) -> float:
    """How far out the arm is, ``t`` seconds after the hand was in the slot: eased, 0 to 1."""
    share = max(0.0, 1.0 - max(0.0, abs(t) - 0.15) / REACH_S)
    return share * share * (3.0 - 2.0 * share)
