"""The shipped session and a crowd by chance: everybody is one track from gate to gate."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.evaluation.tracks import read_tracks, score_tracks
from inference.floor_tracks import FloorTracker
from inference.messages import (
    OperatorMark,
    TrackEnded,
    TrackStarted,
    WeightReading,
)
from inference.recording import Recording, RecordingPlayer
from inference.recording.tracks import TracksFile
from inference.simulation import SimulationSettings, simulate
from store_layout.reader import read_store

ASSETS = Path(__file__).parents[2] / "assets"


def follow(folder: Path, tracks: Path) -> tuple[list[TrackStarted], list[TrackEnded]]:
    """Everything but the scales through floor tracking alone."""
    recording = Recording.open(folder)
    tracker, file = FloorTracker(recording.layout), TracksFile(tracks)
    started: list[TrackStarted] = []
    ended: list[TrackEnded] = []
    for seen in RecordingPlayer(recording).observations():
        if isinstance(seen, WeightReading | OperatorMark) or (update := tracker.observe(seen)) is None:
            continue
        file.write(update)
        started += update.started
        ended += update.ended
    file.close(keep=True)
    return started, ended


@pytest.mark.slow
@pytest.mark.parametrize("seed", [None, 13, 15])
def test_everybody_is_one_track_from_gate_to_gate(seed: int | None, tmp_path: Path) -> None:
    folder = ASSETS / "demo_recording"
    if seed is not None:
        folder, store = tmp_path / "crowd", ASSETS / "demo_store"
        settings = SimulationSettings(visits=8, arrivals_per_min=8.0, scale_rate_hz=2.0)
        simulate(read_store(store), settings, seed, folder, store_folder=store)
    started, ended = follow(folder, tmp_path / "tracks.csv")
    truth = Recording.open(folder).truth
    assert truth is not None
    people = {path.person for path in truth.paths}
    assert [s.gate for s in started] == ["entry"] * len(people)
    assert [e.gate for e in ended] == ["exit"] * len(people)
    score = score_tracks(truth.paths, read_tracks(tmp_path / "tracks.csv"))
    assert score.switches == 0
    assert score.idf1 is not None
    assert score.idf1 >= 0.965
    assert score.error_median_m is not None
    assert score.error_median_m <= 0.08
