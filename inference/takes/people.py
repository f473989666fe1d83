"""Who was there: how much more likely what was seen of somebody is if they reached into a slot.

Each figure is a likelihood ratio, in log units, against "this person had nothing to do with it": standing
before the slot against standing anywhere, a hand in the slot's box against a hand that is at rest or does
something else. A person who was not seen at all scores 0: no evidence either way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.messages import Hand, ShelfEvent
from inference.takes import settings as s
from inference.takes.fronts import Front, standing_room
from inference.takes.reach import Cells, at_arms_length, densities, idle, spread_densities
from inference.takes.state import Place
from store_layout.model import Point3, Slot

Side = Literal["left", "right"]
SIDES: tuple[Side, Side] = ("left", "right")
Matrix = NDArray[np.float64]


IDLE = idle()
ROUGHLY: Matrix = s.ROUGH_SD_M**2 * np.eye(3)
"""How much farther sights are off that are not exact."""
LEAST_DENSITY = 1e-9
"""Per m3; keeps ratios of what is next to impossible numbers."""


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


def first_and_second(event: ShelfEvent) -> tuple[ShelfEvent, ...]:
    """The event as the first hand of two would see it, and as the second; none where there are no others."""
    if "outage" in event.doubts or event.t_end - event.t_start < s.TWICE_FROM_S:
        return ()
    first, last = event.t_start + 0.5 * s.HAND_ON_S, event.t_end - 0.5 * s.HAND_ON_S
    return tuple(msgspec.structs.replace(event, t_peak=t) for t in (first, last))


def _lateness(event: ShelfEvent, t: float) -> float:
    """Log of how much a sight at ``t`` counts, by its distance from the moment of largest variance."""
    if "outage" in event.doubts:
        return 0.0
    away = max(0.0, abs(t - event.t_peak) - s.PEAK_S)
    return -0.5 * (away / s.PEAK_SD_S) ** 2


class HandScorer:
    """Scores a person's hands for any slot; what does not hang on the slot is worked out once.

    A sight is where a detector puts a wrist in one picture, with the chance that it is just there (``score``)
    and that it is of the side it is called (``side_score``). Given where the hand is, sights err
    independently from camera to camera, so two cameras' lines of sight triangulate; those of one camera
    around a moment err nearly alike and count little more than one. Where the hand is, is summed over: cells
    of the slot's box against everything else that hands do. Most sights that are not just there are not far
    off, guesses of a hidden hand; the others lie where hands usually are: on an elbow or a hip.
    """

    def __init__(self, event: ShelfEvent, hands: Sequence[Hand], places: Sequence[Place]) -> None:
        """``hands``: all sights of the person; ``places``: where they were, at least one if there are any."""
        start, end = window(event)
        seen = sorted(
            (h for h in hands if start <= h.t <= end and h.score >= s.HAND_SCORE),
            key=lambda h: (h.sensor, h.t, h.side),
        )
        self._any = bool(seen)
        if not seen:
            return
        self._means, self._covariances = np.array([h.mean for h in seen]), _matrices(seen)
        self._true = np.minimum([h.score for h in seen], 1.0 - s.HAND_MISSED)[:, None]
        self._left = np.array([h.side == "left" for h in seen])
        self._sided = np.array([h.side_score for h in seen])
        at, where = np.array([p.t for p in places]), np.array([(p.x, p.y) for p in places])
        times = np.array([h.t for h in seen])
        bodies = where[_nearest(at, times)]
        around = spread_densities(self._means, self._covariances, bodies, IDLE)
        roughly = spread_densities(self._means, self._covariances + ROUGHLY, bodies, IDLE)
        # a sight far from everything that its owner could reach is false, not impossible
        self._idle = np.maximum(around @ IDLE.weights, LEAST_DENSITY)[:, None]
        elsewhere = self._blend(self._true, around, roughly)
        moments, self._weights = _moments(event)
        self._places = where[_nearest(at, moments)]
        self._frames, self._looks = _looks(seen, times, moments)
        self._otherwise = {side: self._sum(elsewhere, side, IDLE.weights[None]) for side in SIDES}

    def scores(self, box: Cells) -> dict[Side, float]:
        """Of each hand, the log likelihood ratio: in the box at the moment of the event, against elsewhere.

        The moment is not known exactly: it is summed over. Nothing seen: 0.
        """
        if not self._any:
            return dict.fromkeys(SIDES, 0.0)
        true = self._true / (self._true + math.exp(s.REACHING_DOUBT) * (1.0 - self._true))
        centres = box.centres[None]
        there = self._blend(
            true,
            densities(self._means, self._covariances, centres, box.var),
            densities(self._means, self._covariances + ROUGHLY, centres, box.var),
        )
        prior = at_arms_length(box, self._places)
        ratios = {
            side: self._weights @ np.exp(self._sum(there, side, prior) - self._otherwise[side])
            for side in SIDES
        }
        return {side: math.log(s.ALL_WRONG + (1.0 - s.ALL_WRONG) * float(r)) for side, r in ratios.items()}

    def _blend(self, true: Matrix, exactly: Matrix, roughly: Matrix) -> Matrix:
        """Density of each sight: just there with its probability, else roughly or where hands usually are."""
        return true * exactly + (1.0 - true) * (s.ROUGH * roughly + (1.0 - s.ROUGH) * self._idle)

    def _sum(self, there: Matrix, side: Side, prior: Matrix) -> Matrix:
        """Log likelihood (T,) of the sights around each moment, places (K) weighted by ``prior`` (T or 1, K).

        ``there`` (N, K): density of each sight if it is of a hand at that place.
        """
        mine = np.where(self._left == (side == "left"), self._sided, 1.0 - self._sided)
        ratio = mine[:, None] * (there / self._idle - 1.0)
        # the hand is one of the frame's two sights, or, where there is one, perhaps not seen
        frames = 1.0 + np.add.reduceat(ratio, self._frames, axis=0)
        log = self._looks @ np.log(np.maximum(frames, s.HAND_MISSED))
        top = log.max(axis=1)
        return np.asarray(top + np.log((prior * np.exp(log - top[:, None])).sum(axis=1)))


def _nearest(known: Matrix, wanted: Matrix) -> NDArray[np.intp]:
    return np.asarray(np.abs(wanted[:, None] - known[None]).argmin(axis=1))


def _looks(seen: Sequence[Hand], times: Matrix, moments: Matrix) -> tuple[NDArray[np.intp], Matrix]:
    """First sight of each of F frames, and what each frame counts for each of T moments: (T, F).

    A moment without a sight says nothing, and many sights of one camera say little more than one, however
    many they are; the more cameras, the less each, since what misleads one misleads others.
    """
    frame = [(h.sensor, h.t) for h in seen]
    first = np.array([i for i in range(len(frame)) if i == 0 or frame[i] != frame[i - 1]])
    near = np.abs(moments[:, None] - times[first][None]) <= s.DWELL_S
    looks = np.zeros(near.shape)
    cameras = np.zeros((len(moments), 1))
    sensors = np.array([seen[i].sensor for i in first])
    for sensor in dict.fromkeys(sensors.tolist()):
        own = near & (sensors == sensor)[None]
        count = own.sum(axis=1, keepdims=True)
        looks += own / (1.0 + s.FEW_SIGHTS + s.SIGHTS_ALIKE * np.maximum(0, count - 1))
        cameras += count > 0
    return first, looks / (1 + s.CAMERAS_ALIKE * np.maximum(0, cameras - 1))


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


class BodyScorer:
    """Scores where somebody stood, and that they stood, for any slot; what does not hang on it only once."""

    def __init__(
        self,
        event: ShelfEvent,
        places: Sequence[Place],
        area_m2: float,
        others: Sequence[Sequence[Place]] = (),
    ) -> None:
        """``places``: in order of time. ``area_m2``: over which people who do something else are spread.

        ``others``: the places of everybody else who is near.
        """
        self._places, self._area = places, area_m2
        self._others = _others(places, others)
        weights = np.exp([_lateness(event, place.t) for place in places])
        still = np.array([_stillness(places, place.t) for place in places])
        self._worth = weights * still / weights.sum()

    def score(self, slot: Slot, open_sides: Sequence[Front]) -> float:
        """Log likelihood ratio, summed over the moments at which the hand may have been in. Not seen: 0."""
        if not self._places:
            return 0.0
        near = [i for i, place in enumerate(self._places) if _within_reach(place, slot)]
        if not near:  # most of the time: what follows is dear
            return math.log(s.BODY_FLOOR)
        room = [_room(front, self._others).tolist() for front in open_sides]
        worth = self._worth.tolist()
        found = sum(
            worth[i]
            * max(_standing(self._places[i], front) / room[f][i] for f, front in enumerate(open_sides))
            for i in near
        )
        return math.log(max(s.BODY_FLOOR, found * self._area))


def _others(places: Sequence[Place], others: Sequence[Sequence[Place]]) -> Matrix:
    """Where everybody else was at the times of N ``places``: (N, M, 2); far away where that is not known."""
    times = np.array([p.t for p in places])
    found = np.full((len(places), len(others), 2), np.inf)
    for j, other in enumerate(others):
        if other and len(places):
            at = np.array([p.t for p in other])
            nearest = _nearest(at, times)
            known = np.abs(at[nearest] - times) <= s.ROOM_KNOWN_S
            where = np.array([(p.x, p.y) for p in other])[nearest]
            found[known, j] = where[known]
    return found


def _room(front: Front, others: Matrix) -> Matrix:
    """Share (N,) of the room before a front that ``others`` (N, M, 2) leave to stand in, at N moments.

    Who reaches in from beside somebody else stands where the other leaves them room: all of the density of
    places is where nobody stands, so what is left of it counts for more.
    """
    points, weights = standing_room(front)
    near = np.hypot(*(others[:, :, None] - points).transpose(3, 0, 1, 2)) < s.ROOM_APART_M
    return np.asarray(1.0 - s.ROOM_TAKEN * (near.any(axis=1) @ weights))


def _stillness(places: Sequence[Place], t: float) -> float:
    """How much likelier the way somebody made around ``t`` is if they reached into a shelf meanwhile."""
    around = [p for p in places if abs(p.t - t) <= s.STILL_S + 1e-6]
    spent = around[-1].t - around[0].t
    if spent < s.STILL_S:
        return 1.0
    way = math.hypot(around[-1].x - around[0].x, around[-1].y - around[0].y) * 2 * s.STILL_S / spent
    stands, walks = _spread(way, s.STILL_SD_M), _spread(way, s.WALKED_SD_M)
    still = stands / (s.STANDING * stands + (1 - s.STANDING) * walks)
    return (1 - s.IN_PASSING) * still + s.IN_PASSING


def _spread(way: float, sd: float) -> float:
    """Density, per m2, of a way of this length."""
    return math.exp(-0.5 * (way / sd) ** 2) / (2 * math.pi * sd**2)


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
