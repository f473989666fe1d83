"""A floor without tracking errors: people where the truth of a simulated recording says they are.

What goes wrong behind it is the doing of the stages after the tracker. Hands are the recorded wrists, given
to whoever truly stood there, with the uncertainty that the tracker itself would give them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from shapely import Point, Polygon

from inference.floor_tracks import FloorTracker, FloorTracksState
from inference.floor_tracks.hands import hands_of
from inference.floor_tracks.measurement import Measurer
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.sightings import Sighting
from inference.messages import (
    ClosedVisit,
    Detections,
    FloorUpdate,
    GateSignal,
    Hand,
    Observation,
    Outage,
    Person,
    Result,
    Skeletons,
    StaffMark,
    Tick,
    TrackEnded,
    TrackStarted,
    VisitClosed,
    VisitOpened,
)
from inference.pipeline import Pipeline
from inference.recording import Recording, RecordingPlayer
from inference.recording.truth import Truth
from store_layout.model import Point2, StoreLayout

GATE_M = 0.7
"""A box farther than this from everybody is nobody's."""
PLACE_SD_M = 0.08
"""What a good tracker would claim; the median error of the real one is about 0.1 m."""

Unit = tuple[str, int]


class TrueFloor:
    """Stands in for ``FloorTracker``. Track ``n`` is the ``n``-th person to come in, counted from 1."""

    def __init__(self, layout: StoreLayout, truth: Truth) -> None:
        self.state = FloorTracksState()
        """Empty: the truth needs no memory."""
        self._settings = Settings()
        self._measurer = Measurer(layout, self._settings)
        self._gates = [(g.id, g.kind, Polygon(g.outline)) for g in layout.file.gate]
        paths = sorted((p for p in truth.paths if not p.ignore), key=lambda p: (p.t[0], p.person))
        self.people = {n: p.person for n, p in enumerate(paths, start=1)}
        self._paths = {n: (np.array(p.t), np.array(p.xy)) for n, p in enumerate(paths, start=1)}
        self._inside: set[int] = set()
        self._gone: set[int] = set()

    def observe(self, seen: Detections | Skeletons | GateSignal | Outage | Tick) -> FloorUpdate | None:
        """Everybody at the moment of this observation, with the hands that it shows."""
        t = seen.t
        here = {n: self._at(n, t) for n, (times, _) in self._paths.items() if times[0] <= t <= times[-1]}
        started = [TrackStarted(n, t, here[n], self._gate(n, "entry")) for n in here.keys() - self._inside]
        ended = [TrackEnded(n, t, self._gate(n, "exit")) for n in self._inside - here.keys()]
        self._inside = set(here)
        if not isinstance(seen, Detections) and not started and not ended:
            return None
        hands = self._hands(seen, here) if isinstance(seen, Detections) else {}
        v = PLACE_SD_M**2
        people = tuple(
            Person(n, t, xy, (v, 0.0, v), (0.0, 0.0), 1.7, 1.0, False, t, hands.get(n, ()))
            for n, xy in sorted(here.items())
        )
        by_track = {s.track: s for s in started}
        return FloorUpdate(
            t,
            people,
            tuple(by_track[n] for n in sorted(by_track)),
            tuple(sorted(ended, key=lambda e: e.track)),
        )

    def _at(self, track: int, t: float) -> Point2:
        times, xy = self._paths[track]
        return float(np.interp(t, times, xy[:, 0])), float(np.interp(t, times, xy[:, 1]))

    def _gate(self, track: int, way: Literal["entry", "exit"]) -> str | None:
        _, xy = self._paths[track]
        there = Point(xy[0 if way == "entry" else -1])
        fitting = [
            (polygon.distance(there), name) for name, kind, polygon in self._gates if kind in (way, "both")
        ]
        return min(fitting)[1] if fitting else None

    def _hands(self, seen: Detections, here: dict[int, Point2]) -> dict[int, tuple[Hand, ...]]:
        sightings = self._measurer.sightings(seen)
        if not sightings or not here:
            return {}
        tracks = sorted(here)
        apart = _apart(sightings, [here[n] for n in tracks])
        rows, columns = linear_sum_assignment(np.minimum(apart, GATE_M))
        return {
            tracks[c]: hands_of(sightings[r], seen.camera, seen.t, here[tracks[c]], self._settings)
            for r, c in zip(rows.tolist(), columns.tolist(), strict=True)
            if apart[r, c] < GATE_M
        }


def _apart(sightings: Sequence[Sighting], places: Sequence[Point2]) -> NDArray[np.float64]:
    """Metres from each sighting (rows) to each place."""
    seen = np.array([(s.first.x, s.first.y) for s in sightings])
    return np.asarray(np.hypot(*(seen[:, None] - np.asarray(places)[None]).transpose(2, 0, 1)))


@dataclass
class Outcome:
    """What came of a recording, against its truth."""

    results: list[Result]
    closed: dict[str, ClosedVisit]
    """By person."""
    true: dict[str, Counter[str]]
    """By person who is no member of staff: units taken home."""

    def people(self, decision: str, *, right: bool | None = None) -> list[str]:
        """Shoppers whose visit was closed so; ``right``: whose lines are (not) what they took."""
        return [
            person
            for person, closed in self.closed.items()
            if person in self.true and closed.decision == decision
            if right is None or (_units(closed) == self.true[person]) is right
        ]


def _units(closed: ClosedVisit) -> Counter[str]:
    return Counter({line.sku: line.quantity for line in closed.lines})


def true_pipeline(layout: StoreLayout, truth: Truth) -> tuple[Pipeline, TrueFloor]:
    """The whole pipeline, with the truth in place of its tracker."""
    pipeline, floor = Pipeline(layout, "salt"), TrueFloor(layout, truth)
    pipeline._floor = cast("FloorTracker", floor)
    return pipeline, floor


def run_true(folder: Path, *, mark_staff: bool = True, layout: StoreLayout | None = None) -> Outcome:
    """Replay a simulated recording over the true floor. Staff are marked on entry, if wanted."""
    recording = Recording.open(folder)
    truth = recording.truth
    if truth is None:
        raise ValueError(f"{folder} has no truth")
    pipeline, floor = true_pipeline(layout or recording.layout, truth)
    staff = {v.person for v in truth.visits if v.staff} if mark_staff else set()
    outcome = Outcome([], {}, {v.person: Counter() for v in truth.visits if not v.staff})
    for visit in truth.visits:
        if not visit.staff:
            outcome.true[visit.person].update({line.sku: line.quantity for line in visit.lines})
    t = 0.0
    todo: list[Observation] = []
    for seen in RecordingPlayer(recording).observations():
        for now in (*todo, seen):
            t = now.t
            outcome.results += pipeline.step(now)
        todo = [
            StaffMark(r.code, t)
            for r in outcome.results[-8:]
            if isinstance(r, VisitOpened) and r.t == t and floor.people[r.track] in staff
        ]
    outcome.results += pipeline.finish(t)
    for result in outcome.results:
        if isinstance(result, VisitClosed):
            outcome.closed[floor.people[result.closed.track]] = result.closed
    return outcome
