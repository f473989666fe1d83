"""Runs the whole pipeline over a recording and writes what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import numpy as np

from inference.messages import (
    CartChanged,
    ClosedVisit,
    Detections,
    FloorUpdate,
    Observation,
    Question,
    Result,
    ShelfEvent,
    VisitClosed,
)
from inference.pipeline import Pipeline
from inference.recording.format import LineProblem, file_name
from inference.recording.lines import LineFile
from inference.recording.pictures import FrameDetector
from inference.recording.player import RecordingPlayer
from inference.recording.reader import Recording
from inference.recording.tracks import TracksFile
from inference.recording.writer import without_appearance
from store_layout.model import StoreLayout

PROGRESS_EVERY_S = 1.0
"""Store time between two calls of ``progress``."""

OnClosed = Callable[[ClosedVisit, StoreLayout], object]
"""Told of each closed visit."""
Receipts = Callable[[], Mapping[str, object]]
"""Asked once, when the last visit has closed: visit -> what stands in visits.json as its ``receipt``."""
OnResult = Callable[[Result], None]
Progress = Callable[[float, float], None]
"""Seconds of the recording done, and in all."""


class ReplayError(RuntimeError):
    """The replay was given up before the recording's end; nothing was written as a result."""


class EventOfLine(msgspec.Struct, frozen=True):
    """A shelf event behind a line."""

    id: str
    fixture: str
    t: float
    """The moment of the hand."""
    delta_g: float


class LineOfVisit(msgspec.Struct, frozen=True):
    """So many of a product."""

    sku: str
    quantity: int
    probability: float
    events: tuple[EventOfLine, ...]


class VisitRecord(msgspec.Struct, frozen=True):
    """One visit in ``visits.json``."""

    visit: str
    code: str
    track: int
    entered_at: float
    left_at: float | None
    closed_at: float
    gate_in: str | None
    gate_out: str | None
    people: int
    decision: str
    probability: float
    lines: tuple[LineOfVisit, ...]
    questions: tuple[Question, ...]
    notes: tuple[str, ...]
    receipt: object = None


class VisitsFile(msgspec.Struct, frozen=True):
    """``visits.json``: the visits in the order in which they were closed."""

    format: int
    recording: str
    store: str
    visits: tuple[VisitRecord, ...]


class Latency(msgspec.Struct, frozen=True):
    """From a scale having settled to the cart having changed, in store time, seconds."""

    count: int = 0
    median_s: float = 0.0
    p95_s: float = 0.0
    worst_s: float = 0.0


class ReplaySummary(msgspec.Struct, frozen=True):
    """What a replay did, and how fast."""

    recording: str
    out: str
    duration_s: float
    wall_s: float
    observations: int
    shelf_events: int
    visits: int
    decisions: dict[str, int]
    latency: Latency
    problems: tuple[LineProblem, ...]

    @property
    def times_real_time(self) -> float:
        """How much faster than it happened."""
        return self.duration_s / self.wall_s if self.wall_s > 0 else float("inf")


def replay(
    recording_folder: Path,
    out: Path,
    detector: FrameDetector | None = None,
    *,
    speed: float | None = None,
    keep_detections: bool = False,
    progress: Progress | None = None,
    cancel: Callable[[], bool] | None = None,
    on_closed: OnClosed | None = None,
    receipts: Receipts | None = None,
    on_result: OnResult | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> ReplaySummary:
    """Replay a recording; write ``visits.json`` and ``tracks.csv`` into ``out``.

    ``speed``: times real time, None for as fast as the machine allows; the results do not depend on it.
    ``keep_detections``: also ``detections/<camera>.jsonl``, without appearances. Raises ``RecordingError``,
    ``StoreProblems``, and :class:`ReplayError` when ``cancel`` says so: then no results are left in ``out``.
    """
    recording = Recording.open(recording_folder)
    player = RecordingPlayer(recording, detector)
    began = clock()
    pace = _Pace(recording.started_at, speed, clock, sleep)
    run = _Run(recording, out, keep_detections, on_closed, on_result, receipts=receipts)
    reported = recording.started_at
    finished = False
    try:
        for seen in player.observations():
            pace.wait_for(seen.t)
            run.step(seen)
            if seen.t - reported >= PROGRESS_EVERY_S:
                reported = seen.t
                if progress is not None:
                    progress(seen.t - recording.started_at, recording.duration)
                if cancel is not None and cancel():
                    raise ReplayError("the replay was cancelled")
        run.finish()
        finished = True
    finally:
        run.close(keep=finished)
    return run.summary(clock() - began)


class _Pace:
    """Holds observations back until their time has come."""

    def __init__(
        self, start: float, speed: float | None, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        if speed is not None and not speed > 0:
            raise ValueError(f"speed {speed} is not above 0")
        self._start, self._speed, self._clock, self._sleep = start, speed, clock, sleep
        self._began = clock()

    def wait_for(self, t: float) -> None:
        if self._speed is None:
            return
        ahead = (t - self._start) / self._speed - (self._clock() - self._began)
        if ahead > 0:
            self._sleep(ahead)


class _Run:
    """The pipeline, and what is written of its results."""

    def __init__(
        self,
        recording: Recording,
        out: Path,
        keep_detections: bool,
        on_closed: OnClosed | None,
        on_result: OnResult | None,
        *,
        receipts: Receipts | None,
    ) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self._recording, self._out = recording, out
        self._on_closed, self._receipts, self._on_result = on_closed, receipts, on_result
        self._pipeline = Pipeline(recording.layout, salt=recording.about.id)
        self._tracks = TracksFile(out / "tracks.csv")
        self._keep = keep_detections
        self._detections: dict[str, LineFile] = {}
        self._events: dict[str, EventOfLine] = {}
        self._visits: list[VisitRecord] = []
        self._latencies: list[float] = []
        self._count = 0
        self._t = recording.started_at

    def step(self, seen: Observation) -> None:
        self._count += 1
        self._t = seen.t
        if self._keep and isinstance(seen, Detections):
            if seen.camera not in self._detections:
                path = self._out / "detections" / f"{file_name(seen.camera)}.jsonl"
                self._detections[seen.camera] = LineFile(path)
            self._detections[seen.camera].write(without_appearance(seen), seen.t)
        self._take(self._pipeline.step(seen))

    def finish(self) -> None:
        self._take(self._pipeline.finish(self._t))
        about = self._recording.about
        # Only now: a receipt may come long after its visit has closed, with others that pay together.
        receipts = {} if self._receipts is None else self._receipts()
        visits = tuple(
            msgspec.structs.replace(visit, receipt=receipts.get(visit.visit)) for visit in self._visits
        )
        result = VisitsFile(1, about.id, about.store, visits)
        text = msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n"
        fresh = self._out / "visits.json.new"
        fresh.write_bytes(text)
        fresh.replace(self._out / "visits.json")

    def close(self, *, keep: bool) -> None:
        self._tracks.close(keep=keep)
        for file in self._detections.values():
            file.close()

    def summary(self, wall_s: float) -> ReplaySummary:
        decisions: dict[str, int] = {}
        for visit in self._visits:
            decisions[visit.decision] = decisions.get(visit.decision, 0) + 1
        return ReplaySummary(
            recording=self._recording.about.id,
            out=str(self._out),
            duration_s=self._t - self._recording.started_at,
            wall_s=wall_s,
            observations=self._count,
            shelf_events=len(self._events),
            visits=len(self._visits),
            decisions=decisions,
            latency=_latency(self._latencies),
            problems=tuple(self._recording.problems),
        )

    def _take(self, results: list[Result]) -> None:
        for result in results:
            match result:
                case FloorUpdate():
                    self._tracks.write(result)
                case ShelfEvent():
                    self._events[result.id] = EventOfLine(
                        result.id, result.fixture, result.t_peak, round(result.delta_g, 3)
                    )
                case CartChanged(cart=cart, t_settled=float(settled)):
                    self._latencies.append(cart.t - settled)
                case VisitClosed(closed=closed):
                    if self._on_closed is not None:
                        self._on_closed(closed, self._recording.layout)
                    self._visits.append(self._record(closed))
            if self._on_result is not None:
                self._on_result(result)

    def _record(self, closed: ClosedVisit) -> VisitRecord:
        lines = tuple(
            LineOfVisit(
                line.sku,
                line.quantity,
                line.probability,
                tuple(self._events[e] for e in line.events if e in self._events),
            )
            for line in closed.lines
        )
        return VisitRecord(
            visit=closed.visit,
            code=closed.code,
            track=closed.track,
            entered_at=closed.entered_at,
            left_at=closed.left_at,
            closed_at=closed.closed_at,
            gate_in=closed.gate_in,
            gate_out=closed.gate_out,
            people=closed.people,
            decision=closed.decision,
            probability=closed.probability,
            lines=lines,
            questions=closed.questions,
            notes=tuple(str(note) for note in closed.notes),
        )


def _latency(values: list[float]) -> Latency:
    if not values:
        return Latency()
    median, p95, worst = (float(v) for v in np.quantile(values, (0.5, 0.95, 1.0)))
    return Latency(len(values), median, p95, worst)
