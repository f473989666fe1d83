"""The last seconds of weights, sightings and places, gathered as observations pass."""

from __future__ import annotations

import math
from array import array
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from inference.evidence.film import KEPT_S
from inference.evidence.manifest import FloorMoment, Seen, Sighting, Standing, Trace
from inference.messages import Detections, FloorUpdate, Observation, Person, Result, WeightReading

READING_STEP_S = 0.045
"""Scales that speak more often are thinned to some 20 readings a second."""
SEEN_STEP_S = 0.09
FLOOR_STEP_S = 0.2
SET_BACK_S = 1.0
"""Who goes back further had the clock set; who goes back less is out of turn, and is left out."""


class _Timed(Protocol):
    @property
    def t(self) -> float: ...


T = TypeVar("T", bound=_Timed)


class Recent:
    """Owned by the state thread. Nothing in it reaches further back than ``KEPT_S``."""

    def __init__(self) -> None:
        self._readings: dict[str, _Readings] = {}
        self._seen: dict[str, deque[Seen]] = {}
        self._floor: deque[FloorMoment] = deque()

    def saw(self, observation: Observation, results: Sequence[Result]) -> None:
        """Take note of an observation, and of where everybody is after it."""
        update = next((r for r in reversed(results) if isinstance(r, FloorUpdate)), None)
        if update is not None:
            self._stand(update)
        if isinstance(observation, WeightReading):
            readings = self._readings.get(observation.scale)
            if readings is None:
                readings = self._readings[observation.scale] = _Readings()
            readings.add(observation.t, observation.grams)
        elif isinstance(observation, Detections):
            self._look(observation, () if update is None else update.people)

    def seen(self, begin: float, end: float) -> dict[str, tuple[Seen, ...]]:
        """By camera, who was seen in that time."""
        return {camera: _between(seen, begin, end) for camera, seen in self._seen.items()}

    def floor(self, begin: float, end: float) -> tuple[FloorMoment, ...]:
        """Who was where in that time."""
        return _between(self._floor, begin, end)

    def traces(self, scales: Iterable[str], begin: float, end: float) -> tuple[Trace, ...]:
        """What these scales said in that time."""
        found = (
            self._readings[scale].trace(scale, begin, end) for scale in scales if scale in self._readings
        )
        return tuple(trace for trace in found if trace.t)

    def _look(self, seen: Detections, people: tuple[Person, ...]) -> None:
        line = self._seen.setdefault(seen.camera, deque())
        if line and -SET_BACK_S < seen.t - line[-1].t < SEEN_STEP_S:
            return
        whose = {index: p.track for p in people for camera, index in p.seen_in if camera == seen.camera}
        items = tuple(
            Sighting(whose.get(i), d.box, d.head, d.wrist_left, d.wrist_right, d.foot)
            for i, d in enumerate(seen.items)
        )
        _append(line, Seen(seen.t, seen.width, seen.height, items))

    def _stand(self, update: FloorUpdate) -> None:
        if self._floor and -SET_BACK_S < update.t - self._floor[-1].t < FLOOR_STEP_S:
            return
        _append(self._floor, FloorMoment(update.t, tuple(_standing(p) for p in update.people)))


class _Readings:
    """Times and grams of one scale, as numbers and not as objects: there may be many."""

    def __init__(self) -> None:
        self._t, self._grams = array("d"), array("d")
        self._first = 0

    def add(self, t: float, grams: float) -> None:
        times = self._t
        if len(times) > self._first:
            passed = t - times[-1]
            if -SET_BACK_S < passed < READING_STEP_S:
                return
            if passed <= -SET_BACK_S:
                self.__init__()  # type: ignore[misc]  # the clock was set back: begin anew
                times = self._t
        times.append(t)
        self._grams.append(grams)
        while times[self._first] < t - KEPT_S:
            self._first += 1
        if self._first > 1024 and self._first > len(times) // 2:
            del self._t[: self._first], self._grams[: self._first]
            self._first = 0

    def trace(self, scale: str, begin: float, end: float) -> Trace:
        there = [i for i in range(self._first, len(self._t)) if begin <= self._t[i] <= end]
        return Trace(
            scale,
            tuple(round(self._t[i], 3) for i in there),
            tuple(round(self._grams[i], 1) for i in there),
        )


def _append(line: deque[T], item: T) -> None:
    if line and line[-1].t > item.t:  # the clock was set back
        line.clear()
    line.append(item)
    while line[0].t < item.t - KEPT_S:
        line.popleft()


def _between(line: Iterable[T], begin: float, end: float) -> tuple[T, ...]:
    return tuple(item for item in line if begin <= item.t <= end)


def _standing(person: Person) -> Standing:
    xx, xy, yy = person.covariance
    worst = (xx + yy) / 2 + math.hypot((xx - yy) / 2, xy)
    x, y = (round(v, 3) for v in person.position)
    sd = round(math.sqrt(max(0.0, worst)), 3)
    return Standing(person.track, x, y, sd, person.height_m, person.hidden)
