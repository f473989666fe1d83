"""A replay is a function of the recording: same bytes each time, at any speed, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inference.messages import (
    CartChanged,
    ClosedVisit,
    Detections,
    Frame,
    Result,
    ShelfEvent,
    VisitClosed,
)
from inference.recording import Recording, RecordingWriter
from inference.recording.replay import ReplayError, ReplaySummary, replay
from inference.simulation import Errand, Plan, SimulationSettings, simulate
from store_layout.model import StoreLayout
from tests.recording.sessions import CAMERA, LAYOUT, START, picture

SLOT = LAYOUT.file.slot[0].id
SKU = LAYOUT.skus_of_slot[SLOT][0]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One shopper who takes one thing and leaves; nobody else."""
    folder = tmp_path_factory.mktemp("session") / "r"
    plan = Plan(person="p", arrive_s=1.0, errands=(Errand(act="take", slot=SLOT, wait_s=2.0),))
    simulate(LAYOUT, SimulationSettings(), 11, folder, plans=(plan,))
    return folder


@pytest.fixture(scope="module")
def replayed(session: Path) -> tuple[Path, ReplaySummary, list[Result]]:
    out = session.parent / "out"
    results: list[Result] = []
    return out, replay(session, out, on_result=results.append), results


def test_one_shopper_one_receipt(replayed: tuple[Path, ReplaySummary, list[Result]]) -> None:
    out, summary, results = replayed
    (visit,) = json.loads((out / "visits.json").read_text())["visits"]
    assert [(line["sku"], line["quantity"]) for line in visit["lines"]] == [(SKU, 1)]
    assert visit["decision"] == "issue"
    assert visit["entered_at"] < visit["left_at"] <= visit["closed_at"]
    (line,) = visit["lines"]
    (event,) = line["events"]
    assert event["delta_g"] == pytest.approx(-LAYOUT.products[SKU].weight_g, abs=15)
    assert summary.visits == 1
    assert summary.decisions == {"issue": 1}
    assert summary.shelf_events == sum(isinstance(r, ShelfEvent) for r in results)
    assert summary.latency.count == sum(isinstance(r, CartChanged) and r.event is not None for r in results)
    assert summary.problems == ()


def test_tracks_are_where_the_person_was(
    session: Path, replayed: tuple[Path, ReplaySummary, list[Result]]
) -> None:
    header, *rows = (replayed[0] / "tracks.csv").read_text().splitlines()
    assert header == "t,track,x_m,y_m"
    truth = Recording.open(session).truth
    assert truth is not None
    (path,) = truth.paths
    errors = []
    for row in rows:
        t, _, x, y = row.split(",")
        assert [len(v.split(".")[1]) for v in (t, x, y)] == [3, 3, 3]
        near = min(range(len(path.t)), key=lambda i: abs(path.t[i] - float(t)))
        errors.append(((path.xy[near][0] - float(x)) ** 2 + (path.xy[near][1] - float(y)) ** 2) ** 0.5)
    assert len(rows) > 50
    assert sorted(errors)[len(errors) // 2] < 0.25


def test_two_replays_are_the_same_bytes_at_any_speed(
    session: Path, replayed: tuple[Path, ReplaySummary, list[Result]], tmp_path: Path
) -> None:
    clock = FakeClock()
    replay(session, tmp_path, speed=4.0, clock=clock.now, sleep=clock.sleep)
    for name in ("visits.json", "tracks.csv"):
        assert (tmp_path / name).read_bytes() == (replayed[0] / name).read_bytes()


class FakeClock:
    """Time passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.t = 1000.0
        self.naps: list[float] = []

    def now(self) -> float:
        return self.t

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.t += seconds


@pytest.mark.parametrize("speed", [0.5, 1.0, 8.0])
def test_pace_is_that_of_the_recording(session: Path, tmp_path: Path, speed: float) -> None:
    clock = FakeClock()
    summary = replay(session, tmp_path, speed=speed, clock=clock.now, sleep=clock.sleep)
    duration = Recording.open(session).duration
    assert clock.t - 1000.0 == pytest.approx(duration / speed, rel=0.02)
    assert summary.wall_s == pytest.approx(clock.t - 1000.0)
    assert summary.times_real_time == pytest.approx(speed, rel=0.02)
    assert all(nap > 0 for nap in clock.naps)


def test_without_a_speed_nobody_sleeps(session: Path, tmp_path: Path) -> None:
    clock = FakeClock()
    replay(session, tmp_path, clock=clock.now, sleep=clock.sleep)
    assert clock.naps == []


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan")])
def test_a_speed_must_be_one(session: Path, tmp_path: Path, speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        replay(session, tmp_path, speed=speed)


def test_cancelled_means_nothing_is_left_as_a_result(session: Path, tmp_path: Path) -> None:
    told: list[float] = []
    with pytest.raises(ReplayError, match="cancelled"):
        replay(
            session, tmp_path, progress=lambda done, _all: told.append(done), cancel=lambda: len(told) >= 3
        )
    assert list(tmp_path.iterdir()) == []
    assert told == sorted(told)
    assert len(told) == 3


def test_receipts_come_from_the_caller(session: Path, tmp_path: Path) -> None:
    closed: list[ClosedVisit] = []

    def issue(visit: ClosedVisit, layout: StoreLayout) -> None:
        assert layout.file.store.id == LAYOUT.file.store.id
        closed.append(visit)

    def receipts() -> dict[str, object]:
        return {visit.visit: {"number": 7} for visit in closed}

    results: list[Result] = []
    replay(session, tmp_path, on_closed=issue, receipts=receipts, on_result=results.append)
    (visit,) = json.loads((tmp_path / "visits.json").read_text())["visits"]
    assert visit["receipt"] == {"number": 7}
    assert closed == [r.closed for r in results if isinstance(r, VisitClosed)]


def test_detections_can_be_kept_without_appearance(session: Path, tmp_path: Path) -> None:
    replay(session, tmp_path, keep_detections=True)
    files = sorted((tmp_path / "detections").iterdir())
    assert [f.name for f in files] == sorted(f"{c.id}.jsonl" for c in LAYOUT.file.camera)
    assert all("appearance" not in f.read_text() for f in files)
    lines = sum(len(f.read_text().splitlines()) for f in files)
    recording = Recording.open(session)
    assert lines == sum(1 for c in recording.cameras for _ in recording.detections(c))


def test_video_goes_through_the_detector_that_is_given(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path / "r", LAYOUT, started_at=START, raw_video=True) as writer:
        for n in range(12):
            writer.frame(picture(n))
    seen: list[int] = []

    def nobody(frame: Frame) -> Detections:
        seen.append(frame.seq)
        return Detections(frame.camera, frame.t, frame.seq, 64, 48)

    summary = replay(
        tmp_path / "r", tmp_path / "out", lambda frames: map(nobody, frames), keep_detections=True
    )
    assert seen == list(range(100, 112))
    assert summary.visits == 0
    assert len((tmp_path / "out" / "detections" / f"{CAMERA}.jsonl").read_text().splitlines()) == 12
