"""Who was there: how much more likely what was seen of somebody is if they reached into a slot.

Each figure is a likelihood ratio, in log units, against "this person had nothing to do with it": standing
before the slot against standing anywhere, a hand in the slot's box against a hand that is at rest or does
something else. A person who was not seen at all scores 0: no evidence either way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from inference.messages import Hand, ShelfEvent
from inference.takes import settings as s
from inference.takes.fronts import Front
from inference.takes.reach import Cells, idle_density, reach_density
from inference.takes.state import Place
from store_layout.model import Point3, Slot

Side = Literal["left", "right"]
SIDES: tuple[Side, Side] = ("left", "right")
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FusedHands:
    """The sights of one hand, each at one moment and placed by all sensors together."""

    times: Matrix
    """Shape (N,), seconds, in order."""
    means: Matrix
    """Shape (N, 3), metres."""
    covariances: Matrix
    """Shape (N, 3, 3), m2."""


def fuse(hands: Sequence[Hand], start: float, end: float) -> dict[Side, FusedHands]:
    """Product of the Gaussians of different sensors that saw one hand at nearly one moment.

    A sight joins the nearest in time of each other sensor; two cameras' rays so become a triangulation.
    """
    near = [h for h in hands if start <= h.t <= end and h.score >= s.HAND_SCORE]
    return {side: _fused([h for h in near if h.side == side]) for side in SIDES}


def _fused(seen: list[Hand]) -> FusedHands:
    if not seen:
        return FusedHands(np.empty(0), np.empty((0, 3)), np.empty((0, 3, 3)))
    seen = sorted(seen, key=lambda h: (h.t, h.sensor))
    times = np.array([h.t for h in seen])
    information = np.linalg.inv(_matrices(seen))
    vectors = np.einsum("nij,nj->ni", information, np.array([h.mean for h in seen]))
    total, vector = np.zeros_like(information), np.zeros_like(vectors)
    sensors = np.array([h.sensor for h in seen])
    for sensor in dict.fromkeys(h.sensor for h in seen):
        own = np.flatnonzero(sensors == sensor)
        gaps = np.abs(times[:, None] - times[own][None])
        nearest = gaps.argmin(axis=1)
        joins = gaps[np.arange(len(times)), nearest] <= s.FUSE_S
        total[joins] += information[own[nearest[joins]]]
        vector[joins] += vectors[own[nearest[joins]]]
    covariances = np.linalg.inv(total)
    return FusedHands(times, np.einsum("nij,nj->ni", covariances, vector), covariances)


def _matrices(hands: Sequence[Hand]) -> Matrix:
    """Covariances as an array of shape (N, 3, 3)."""
    rows = np.array([h.covariance for h in hands])
    full = rows[:, [[0, 1, 2], [1, 3, 4], [2, 4, 5]]] + 1e-6 * np.eye(3)
    variances, axes = np.linalg.eigh(full)
    # What bounds a camera's sight along its line is a guess of where hands are: it must not count as seen.
    guessed = variances > s.GUESSED_SD_M**2
    variances = np.where(guessed, variances + s.ALONG_SD_M**2, variances)
    return np.asarray(np.einsum("nij,nj,nkj->nik", axes, variances, axes))


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


class HandScorer:
    """Scores one hand for any slot; what does not hang on the slot is worked out once."""

    def __init__(self, event: ShelfEvent, hands: FusedHands, places: Sequence[Place]) -> None:
        """``places``: where the hand's owner was meanwhile, at least one where there are sights."""
        self._hands = hands
        if not len(hands.times):
            return
        at = np.array([p.t for p in places])
        where = np.array([(p.x, p.y) for p in places])
        self._bodies = where[np.abs(hands.times[:, None] - at[None]).argmin(axis=1)]
        self._idle = idle_density(hands.means, hands.covariances, self._bodies)
        moments, weights = _moments(event)
        near = np.abs(moments[:, None] - hands.times[None]) <= s.DWELL_S
        seen = near.sum(axis=1, keepdims=True)
        # A hand that two cameras place says more than a line of sight.
        worth = near / (np.trace(hands.covariances, axis1=1, axis2=2) + s.HAND_SD_M**2)
        self._looks = (
            worth / np.maximum(worth.sum(axis=1, keepdims=True), 1e-12) * seen / (seen + s.FEW_SIGHTS)
        )
        self._weights = weights

    def score(self, box: Cells) -> float:
        """Log likelihood ratio: in the box at the moment of the event, against doing something else.

        The moment is not known exactly: it is summed over. Sights around a moment are one look, not many,
        since a detector errs the same way for a while: their log ratios are averaged. Nothing seen: 0.
        """
        hands = self._hands
        if not len(hands.times):
            return 0.0
        reach = reach_density(hands.means, hands.covariances, self._bodies, box)
        ratio = np.log(s.HAND_MISSED + (1 - s.HAND_MISSED) * reach / self._idle)
        # a moment without a sight says nothing, and one with few sights little
        return float(np.log(self._weights @ np.exp(self._looks @ ratio)))


def _moments(event: ShelfEvent) -> tuple[Matrix, Matrix]:
    """Moments at which the hand may have been in, and their probabilities."""
    if "outage" in event.doubts:
        start, end = window(event)
        moments = np.linspace(start, end, min(60, max(3, round((end - start) / s.MOMENT_S))))
    else:
        count = round(s.MOMENTS_WITHIN_S / s.MOMENT_S)
        moments = event.t_peak + s.MOMENT_S * np.arange(-count, count + 1, dtype=np.float64)
    weights = np.exp([_lateness(event, t) for t in moments.tolist()])
    return moments, np.asarray(weights / weights.sum())


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
