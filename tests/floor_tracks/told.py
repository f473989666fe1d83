"""Runs walkers through the small store's tracker and keeps what it said, beside where they were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from inference.floor_tracks import FloorTracker
from inference.messages import (
    Alarm,
    Detections,
    FloorUpdate,
    GateSignal,
    Outage,
    Tick,
    TrackEnded,
    TrackJoined,
    TrackStarted,
)
from tests.floor_tracks.walkers import Faults, Session, Walker, inside
from tests.support.stores import small_store

LAYOUT = small_store()
DOOR = (1.0, 0.2)


class Told(msgspec.Struct):
    """What a run said, and how it compares with where the walkers were."""

    started: list[TrackStarted] = []
    ended: list[TrackEnded] = []
    alarms: list[Alarm] = []
    joined: list[TrackJoined] = []
    errors: list[float] = []
    covered: list[bool] = []
    whose: dict[int, dict[int, int]] = {}
    """Walker -> track -> frames."""
    last: FloorUpdate | None = None

    @property
    def alarm_kinds(self) -> list[str]:
        return [alarm.kind for alarm in self.alarms]

    def main_track(self, walker: int) -> int:
        return max(self.whose[walker], key=lambda n: self.whose[walker][n])

    def purity(self, walker: int) -> float:
        counts = self.whose[walker]
        return max(counts.values()) / sum(counts.values())


def tell(
    walkers: Sequence[Walker],
    end: float,
    faults: Faults | None = None,
    seed: int = 1,
    others: Iterable[GateSignal | Outage | Tick] = (),
) -> Told:
    tracker, told = FloorTracker(LAYOUT), Told()
    waiting = sorted(others, key=lambda o: o.t)
    for seen in Session(LAYOUT, walkers, faults, seed).frames(end):
        while waiting and waiting[0].t <= seen.t:
            note(told, tracker.observe(waiting.pop(0)))
        update = tracker.observe(seen)
        assert update is not None
        note(told, update)
        compare(told, update, walkers, seen)
    return told


def note(told: Told, update: FloorUpdate | None) -> None:
    if update is not None:
        told.started += update.started
        told.ended += update.ended
        told.alarms += update.alarms
        told.joined += update.joined
        told.last = update


def compare(told: Told, update: FloorUpdate, walkers: Sequence[Walker], seen: Detections) -> None:
    for i, (x, y) in inside(walkers, seen.t).items():
        near = [(float(np.hypot(p.position[0] - x, p.position[1] - y)), p) for p in update.people]
        if not near or walkers[i].hidden(seen.t):
            continue
        error, p = min(near, key=lambda each: each[0])
        if error < 1.0:
            dx, dy = p.position[0] - x, p.position[1] - y
            xx, xy, yy = p.covariance
            told.errors.append(error)
            told.covered.append((dx * dx * yy - 2 * dx * dy * xy + dy * dy * xx) / (xx * yy - xy * xy) < 5.99)
            counts = told.whose.setdefault(i, {})
            counts[p.track] = counts.get(p.track, 0) + 1
