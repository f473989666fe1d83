"""What the window is measured with: the walk through it, its inputs, the slope of a soak, and the rows."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from console.cli.bench.window_command import WindowBench, rows
from console.cli.bench.window_frames import Quantiles, WindowFrames, measure_window
from console.cli.bench.window_material import crowd
from console.cli.bench.window_restart import EngineAgain, Restarts, WindowAgain
from console.cli.bench.window_soak import SETTLED, Round, Soak, measure_soak
from inference.messages import FloorUpdate
from inference.pipeline import Pipeline
from inference.recording import Recording, RecordingPlayer
from inference.simulation import SimulationSettings, simulate
from tests.support.stores import small_store


def round_at(hours: float, mb: float, objects: int = 5000) -> Round:
    return Round(
        minutes=hours * 3.0,
        store_s=hours * 3600.0,
        window_mb=mb,
        engine_mb=180.0,
        objects=objects,
        qobjects=900,
        widgets=700,
        threads=8,
        files=30,
    )


def test_growth_is_that_of_the_rounds_after_things_have_settled() -> None:
    filling = [round_at(n / 40, 200.0 + 9.0 * n) for n in range(10)]
    flat = [round_at(0.25 + n / 40, 300.0 + 0.1 * n, 5000 + n) for n in range(30)]
    soak = Soak(tuple(filling + flat), 20.0, 900)
    assert len(filling) == SETTLED * len(soak.rounds)
    assert soak.slope(lambda r: r.window_mb) == pytest.approx(4.0)
    assert soak.slope(lambda r: r.objects) == pytest.approx(40.0)
    assert soak.slope(lambda r: r.engine_mb) == pytest.approx(0.0, abs=1e-9)
    assert math.isnan(Soak((flat[0],), 20.0, 1).slope(lambda r: r.window_mb))


def test_the_rows_say_what_was_measured_and_leave_out_what_was_not() -> None:
    some = Quantiles(p50=1.0, p95=5.25, p99=9.5, worst=30.0, count=800)
    frames = WindowFrames(
        frames=some,
        frames_cpu=some,
        answers=some,
        answers_cpu=some,
        answers_queued=some,
        by_input={"zoom": (4.0, 3.0, 1.0)},
        shoppers=99,
        cameras=8,
        pictures=0,
        seconds=40.0,
        pace=0.98,
    )
    killed = Restarts(
        (WindowAgain(2.5, 2.0, page=True, selected=True, engine=True),) * 2,
        (EngineAgain(0.2, 2.25, 3, ("v7",)),),
    )
    soak = Soak(tuple(round_at(n / 10, 300.0) for n in range(20)), 19.5, 1234)
    said = list(rows(WindowBench(crowd=frames, restarts=killed, soak=soak)))
    assert len(said) == 6
    assert "a crowd (8 cameras, 99 people, 0.98 times real time): window busy" in said[0]
    assert "| 1.0 / 5.2 / 9.5 (1.0 / 5.2 / 9.5) | p99 16 |" in said[0]
    assert "| 2; 2.0 (2.5) | 2; 3 |" in said[2]
    assert "carts lost of 3" in said[3]
    assert "| 1; 0.2 / 2.2 | 0 |" in said[3]
    assert "1.9 h of the store at 19.5 x, 20 walks" in said[4]
    assert not list(rows(WindowBench()))


def test_everybody_in_the_hall_is_followed(tmp_path: Path) -> None:
    told: list[str] = []
    spec, ready_s = crowd(tmp_path, seconds=1.0, people=12, progress=told.append)
    assert told[-1] == "camera 8 of 8"
    recording = Recording.open(Path(spec.recording or ""))
    pipeline, people = Pipeline(recording.layout, "salt"), 0
    for seen in RecordingPlayer(recording).observations():
        for result in pipeline.step(seen):
            if isinstance(result, FloorUpdate):
                people = len(result.people)
        if seen.t >= recording.started_at + ready_s:
            break
    assert people == 12


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_frames_answers_and_a_walk_are_measured_on_a_real_engine(tmp_path: Path) -> None:
    spec, entered_s = crowd(tmp_path / "crowd", seconds=20.0, people=2)
    frames = measure_window(spec, tmp_path / "crowd", 8.0, begin_s=entered_s)
    assert frames.shoppers == 2
    assert frames.cameras == 8
    assert 0.0 < frames.pace < 2.0
    assert frames.answers.count >= 5
    assert 0.0 < frames.frames_cpu.p50 <= frames.frames_cpu.p99 <= frames.frames_cpu.worst
    assert {"to the floor", "next shopper"} <= set(frames.by_input)
    assert all(wall > 0.0 for wall, _, _ in frames.by_input.values())
    recording = tmp_path / "recording"
    simulate(small_store(), SimulationSettings(visits=2, arrivals_per_min=20.0), 4, recording)
    soak = measure_soak(0.01, tmp_path / "soak", recording)
    assert len(soak.rounds) == 1
    assert soak.rounds[0].widgets > 100
    assert soak.rounds[0].store_s > 0.0
