"""The demo recording that is shipped is what its command makes of the demo store."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from inference.detection.eyes import open_eyes
from inference.messages import Detections, GateSignal, Observation, Outage, Tick, WeightReading
from inference.recording import Recording, RecordingPlayer
from inference.recording.streams import frame_slots
from inference.recording.video import read_video
from inference.simulation.demo import demo_plans, watched, write_demo_recording
from store_layout.reader import read_store
from tests.support.stores import small_store

ASSETS = Path(__file__).resolve().parents[2] / "assets"
SHIPPED = ASSETS / "demo_recording"


def test_it_shows_what_a_day_brings() -> None:
    truth = Recording.open(SHIPPED).truth
    assert truth is not None
    assert len(truth.visits) >= 15
    words = {word for visit in truth.visits for word in visit.tricky}
    assert words >= {"nothing", "put_back", "wrong_slot", "misplaced", "two_at_shelf", "same_slot", "group"}
    assert words >= {"equal_weight", "staff"}
    assert any(move.count < 0 for move in truth.moves)
    assert sum(visit.staff for visit in truth.visits) == 1


def test_it_is_small_and_whole() -> None:
    assert sum(f.stat().st_size for f in SHIPPED.rglob("*") if f.is_file()) < 40_000_000
    recording = Recording.open(SHIPPED)
    assert 200 <= recording.duration <= 300
    assert recording.about.simulated
    assert recording.about.raw_video
    assert len(recording.cameras) >= 5
    for camera in recording.cameras:
        assert camera.kind == "video"
        slots = sum(1 for _ in frame_slots(recording, camera))
        with av.open(str(SHIPPED / camera.file)) as video:
            assert sum(packet.size > 0 for packet in video.demux(video=0)) == slots
        assert sum(1 for _ in read_video(SHIPPED / camera.file, slots - 100)) == 100
    store = watched(read_store(ASSETS / "demo_store"))
    assert recording.layout == store, "the demo store changed: simulate it again"


def test_it_is_watched_by_a_model_that_ships() -> None:
    recording = Recording.open(SHIPPED)
    eyes = open_eyes(recording.layout, SHIPPED / "store")
    assert eyes is not None
    assert eyes.detector.manifest.key_points


@pytest.mark.slow
def test_its_command_makes_it_again(tmp_path: Path) -> None:
    """All but the pictures. Values, not bytes: zlib may pack them otherwise on another machine."""
    write_demo_recording(ASSETS / "demo_store", tmp_path / "r")
    fresh, shipped = Recording.open(tmp_path / "r"), Recording.open(SHIPPED)
    assert fresh.truth is not None
    assert shipped.truth is not None
    assert fresh.truth.paths == shipped.truth.paths
    assert fresh.truth.visits == shipped.truth.visits
    assert fresh.truth.moves == shipped.truth.moves
    assert (fresh.about.started_at, fresh.about.duration) == (
        shipped.about.started_at,
        shipped.about.duration,
    )
    count = 0
    for ours, theirs in zip(_seen(fresh), _seen(shipped), strict=True):
        assert ours == theirs
        count += 1
    assert count > 250_000
    assert fresh.problems == shipped.problems == []


def _seen(recording: Recording) -> list[Observation]:
    seen: list[Observation] = [
        s for s in RecordingPlayer(recording).observations() if not isinstance(s, Tick)
    ]
    assert {type(s) for s in seen} == {Detections, WeightReading, GateSignal, Outage}
    return seen


def test_another_store_is_refused() -> None:
    with pytest.raises(ValueError, match="not the demo store"):
        demo_plans(small_store())
