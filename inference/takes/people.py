"""Who was there: how much more likely what was seen of somebody is if they reached into a slot.

Each figure is a likelihood ratio, in log units, against "this person had nothing to do with it": standing
before the slot against standing anywhere, a hand at the slot's box against a hand anywhere within reach. A
person who was not seen at all scores 0: no evidence either way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from inference.messages import Hand, ShelfEvent
from inference.messages.results import Covariance3
from inference.takes import settings as s
from inference.takes.fronts import Front
from inference.takes.state import Place
from store_layout.model import Point3, Slot

Side = Literal["left", "right"]
SIDES: tuple[Side, Side] = ("left", "right")
Matrix = NDArray[np.float64]


class FusedHand:
    """One hand at one moment, as all sensors together place it."""

    __slots__ = ("covariance", "mean", "t")

    def __init__(self, t: float, mean: Matrix, covariance: Matrix) -> None:
        self.t = t
        self.mean = mean
        """Shape (3,), metres."""
        self.covariance = covariance
        """Shape (3, 3), m2."""


def fuse(hands: Sequence[Hand], start: float, end: float) -> dict[Side, list[FusedHand]]:
    """Product of the Gaussians of different sensors that saw one hand at nearly one moment.

    A sight joins the nearest in time of each other sensor; two cameras' rays so become a triangulation.
    """
    found: dict[Side, list[FusedHand]] = {"left": [], "right": []}
    near = [h for h in hands if start <= h.t <= end and h.score >= s.HAND_SCORE]
    for side in SIDES:
        seen = [h for h in near if h.side == side]
        information = [np.linalg.inv(_matrix(h.covariance)) for h in seen]
        for hand in seen:
            total = np.zeros((3, 3))
            vector = np.zeros(3)
            for i in _companions(hand, seen):
                total += information[i]
                vector += information[i] @ np.asarray(seen[i].mean)
            covariance: Matrix = np.linalg.inv(total).astype(np.float64)
            found[side].append(FusedHand(hand.t, covariance @ vector, covariance))
    return found


def _companions(hand: Hand, seen: Sequence[Hand]) -> list[int]:
    """Indices of the sight of each sensor that is nearest to ``hand`` in time, and near enough."""
    best: dict[str, tuple[float, int]] = {}
    for i, other in enumerate(seen):
        gap = abs(other.t - hand.t)
        if gap <= s.FUSE_S and (other.sensor not in best or gap < best[other.sensor][0]):
            best[other.sensor] = (gap, i)
    return [i for _, i in sorted(best.values())]


def _matrix(c: Covariance3) -> Matrix:
    xx, xy, xz, yy, yz, zz = c
    return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]) + 1e-6 * np.eye(3)


def window(event: ShelfEvent) -> tuple[float, float]:
    """Times at which the hand may have been in."""
    if "outage" in event.doubts:
        return event.t_start - s.AROUND_S, event.t_end + s.AROUND_S
    return (
        min(event.t_start, event.t_peak - s.AROUND_S),
        max(event.t_end, event.t_peak + s.AROUND_S),
    )


def _lateness(event: ShelfEvent, t: float) -> float:
    """Log of how much a sight at ``t`` counts, by its distance from the moment of largest variance."""
    if "outage" in event.doubts:
        return 0.0
    away = max(0.0, abs(t - event.t_peak) - s.PEAK_S)
    return -0.5 * (away / s.PEAK_SD_S) ** 2


def hand_score(event: ShelfEvent, slot: Slot, hands: Sequence[FusedHand]) -> float:
    """Log likelihood ratio of the sights of one hand, for one slot. 0 where it was not seen."""
    if not hands:
        return 0.0
    low, high = np.asarray(slot.low), np.asarray(slot.high)
    best = -math.inf
    for hand in hands:
        gap = hand.mean - np.clip(hand.mean, low, high)
        spread = hand.covariance + s.HAND_SD_M**2 * np.eye(3)
        density = -0.5 * float(gap @ np.linalg.solve(spread, gap))
        density -= 0.5 * math.log((2 * math.pi) ** 3 * float(np.linalg.det(spread)))
        best = max(best, density + _lateness(event, hand.t))
    return math.log(s.HAND_MISSED + (1 - s.HAND_MISSED) * s.HAND_ROOM_M3 * math.exp(best))


def body_score(
    event: ShelfEvent, slot: Slot, open_sides: Sequence[Front], places: Sequence[Place], area_m2: float
) -> float:
    """Log likelihood ratio of where somebody stood, for one slot.

    ``area_m2``: over which people who do something else are spread.
    """
    best = 0.0
    for place in places:
        late = math.exp(_lateness(event, place.t))
        if late < 0.05 or not _within_reach(place, slot):
            continue
        best = max(best, late * max(_standing(place, front) for front in open_sides))
    return math.log(max(s.BODY_FLOOR, best * area_m2))


def _within_reach(place: Place, slot: Slot) -> bool:
    gap = math.hypot(
        place.x - min(max(place.x, slot.low[0]), slot.high[0]),
        place.y - min(max(place.y, slot.low[1]), slot.high[1]),
    )
    spread = math.sqrt(max(place.covariance[0], place.covariance[2]))
    return gap <= s.REACH_M + 2 * spread


def _standing(place: Place, front: Front) -> float:
    """Density, per m2, of standing there to reach through this front, blurred by the place's own spread."""
    xx, xy, yy = place.covariance
    (ox, oy), stand = front.out, front.stand
    dx, dy = place.x - stand[0], place.y - stand[1]
    along, out = -oy * dx + ox * dy, ox * dx + oy * dy
    var_out = s.STAND_OUT_SD_M**2 + ox * ox * xx + 2 * ox * oy * xy + oy * oy * yy
    var_along = s.STAND_ALONG_SD_M**2 + oy * oy * xx - 2 * ox * oy * xy + ox * ox * yy
    along = max(0.0, abs(along) - front.half_width)
    square = out * out / var_out + along * along / var_along
    # the flat part before a wide slot is spread over its width
    room = 2 * math.pi * math.sqrt(var_out * var_along) + 2 * front.half_width * math.sqrt(
        2 * math.pi * var_out
    )
    return front.weight * math.exp(-0.5 * square) / room


def distance(place: Place, centre: Point3) -> float:
    """From a person's place to a slot's middle, seen from above, metres."""
    return math.hypot(place.x - centre[0], place.y - centre[1])
