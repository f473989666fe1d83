"""Where somebody stands who reaches into a slot: before the sides on which its fixture is open."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from shapely import Point, Polygon, contains_xy

from inference.takes import settings as s
from store_layout.model import Point2, Slot, StoreLayout

PROBE_M = 0.05
DEEPEST_M = 0.5
"""No side farther from its fixture's edge than this is reached through."""
PROBES_M = np.cumsum(np.full(math.ceil(DEEPEST_M / PROBE_M) + 1, PROBE_M))
"""Depths at which it is asked whether one is still inside of the fixture."""
FADE_M = 0.1
"""Whether a fixture has a back is not known: a side counts less by e for every such step in depth."""


@dataclass(frozen=True, slots=True)
class Front:
    """One open side of a slot. ``middle`` on the fixture's edge, ``out`` the unit vector away from it."""

    middle: Point2
    out: Point2
    half_width: float
    weight: float = 1.0
    """How readily people reach in from here, against the nearest and widest side."""

    @property
    def stand(self) -> Point2:
        """Where people stand when they reach in."""
        return (
            self.middle[0] + s.STAND_OUT_M * self.out[0],
            self.middle[1] + s.STAND_OUT_M * self.out[1],
        )


@lru_cache(maxsize=4096)
def standing_room(front: Front) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places (K, 2), metres, at which people stand to reach in through a front, and what each weighs (K,)."""
    most = front.half_width + 3 * s.STAND_ALONG_SD_M
    along = np.linspace(-most, most, 2 * math.ceil(most / s.ROOM_CELL_M) + 1)
    out = np.array([-1.0, 0.0, 1.0]) * s.STAND_OUT_SD_M
    beyond = np.maximum(0.0, np.abs(along) - front.half_width) / s.STAND_ALONG_SD_M
    weights = np.exp(-0.5 * beyond**2)[:, None] * np.array([1.0, 2.0, 1.0])
    (ox, oy), stand = np.array(front.out), np.array(front.stand)
    places = stand + along[:, None, None] * (-oy, ox) + out[None, :, None] * (ox, oy)
    return places.reshape(-1, 2), (weights / weights.sum()).reshape(-1)


def fronts(layout: StoreLayout) -> dict[str, tuple[Front, ...]]:
    """The open sides of every slot."""
    outlines = {f.id: Polygon(f.outline) for f in layout.file.fixture}
    floor = Polygon(layout.file.floor.outline)
    return {
        slot.id: _fronts(
            slot, outlines[slot.fixture], [o for f, o in outlines.items() if f != slot.fixture], floor
        )
        for slot in layout.file.slot
    }


def _fronts(slot: Slot, fixture: Polygon, others: list[Polygon], floor: Polygon) -> tuple[Front, ...]:
    found: list[tuple[float, Front]] = []
    for middle, out, half in _sides(slot):
        depth = _depth(middle, out, fixture)
        edge = (middle[0] + depth * out[0], middle[1] + depth * out[1])
        front = Front(edge, out, half)
        there = Point(front.stand)
        if depth <= DEEPEST_M and floor.contains(there) and not any(o.contains(there) for o in others):
            found.append((depth, front))
    nearest = min((depth for depth, _ in found), default=0.0)
    widest = max((front.half_width for _, front in found), default=1.0)
    open_sides = tuple(
        replace(front, weight=math.exp(-(depth - nearest) / FADE_M) * front.half_width / widest)
        for depth, front in found
    )
    return open_sides or tuple(Front(middle, out, half) for middle, out, half in _sides(slot))


def _sides(slot: Slot) -> list[tuple[Point2, Point2, float]]:
    """Middle, outward direction and half width of the four sides of the box, seen from above."""
    (x0, y0, _), (x1, y1, _) = slot.low, slot.high
    mx, my = (x0 + x1) / 2, (y0 + y1) / 2
    return [
        ((mx, y0), (0.0, -1.0), (x1 - x0) / 2),
        ((mx, y1), (0.0, 1.0), (x1 - x0) / 2),
        ((x0, my), (-1.0, 0.0), (y1 - y0) / 2),
        ((x1, my), (1.0, 0.0), (y1 - y0) / 2),
    ]


def _depth(start: Point2, out: Point2, fixture: Polygon) -> float:
    """How far from ``start`` the way out of the fixture is."""
    inside = contains_xy(fixture, start[0] + PROBES_M * out[0], start[1] + PROBES_M * out[1])
    steps = len(inside) if inside.all() else int(inside.argmin())
    return float(PROBES_M[steps - 1]) if steps else 0.0
