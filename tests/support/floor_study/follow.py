"""Observations through one tracker, causally, and the score of what it said."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from inference.evaluation.tracks import TrackScore, read_tracks, score_tracks
from inference.messages import (
    Detections,
    FloorUpdate,
    GateSignal,
    Observation,
    OperatorMark,
    Outage,
    Skeletons,
    Tick,
    WeightReading,
)
from inference.recording.tracks import TracksFile
from inference.recording.truth import TruePath
from tests.support.floor_study.hidden import Watch


class Tracker(Protocol):
    """Whatever says who is where."""

    def observe(self, seen: Detections | Skeletons | GateSignal | Outage | Tick) -> FloorUpdate | None:
        """Take one observation."""


def write_tracks(
    tracker: Tracker, seen: Iterable[Observation], file: Path, watch: Watch | None = None
) -> None:
    """What the tracker says of these, one after another, as ``tracks.csv``; ``watch`` is told as well."""
    tracks = TracksFile(file)
    for each in seen:
        if not isinstance(each, WeightReading | OperatorMark) and (update := tracker.observe(each)):
            tracks.write(update)
            if watch is not None:
                watch.note(update)
    tracks.close(keep=True)


def score(
    tracker: Tracker, seen: Iterable[Observation], paths: Sequence[TruePath], period_s: float | None = None
) -> TrackScore:
    """As ``main.py evaluate`` scores the tracks of a replay."""
    with tempfile.TemporaryDirectory(prefix="openaisle-study-") as folder:
        file = Path(folder) / "tracks.csv"
        write_tracks(tracker, seen, file)
        return score_tracks(paths, read_tracks(file), period_s=period_s)
