"""Milliseconds a camera frame, as people grow: ``python -m tests.support.floor_study.cost``.

Eight cameras in a hall of 840 m2; what a simulated detector says. Beside our tracker runs ByteTrack of the
package ``trackers`` on the same boxes, one tracker for each camera, in one run, frame by frame in turn. It
is no dependency: put it (with ``--no-deps``, and what else it lacks) into a folder outside the tree and name
that in ``PYTHONPATH``. Where it is not found, its column stays empty.

All of it is done several times, and of each frame the least counts: what else the machine does at the time
makes a frame dearer, never cheaper.

ByteTrack follows boxes within each picture. It says neither where on the floor people are nor who is the same
in two pictures, so its figure is a scale, not a rival.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
import typer
from numpy.typing import NDArray

from inference.floor_tracks import FloorTracker
from inference.messages import Detections
from inference.simulation import Plan, SimulationSettings
from inference.simulation.sight import SimulatedCamera
from inference.simulation.walkers import RATE_HZ, Walker
from inference.simulation.ways import Ways
from store_layout.aim import looking_at
from store_layout.model import Camera, Fixture, Floor, Gate, Point2, StoreFile, StoreInfo, StoreLayout

HALL_M = (35.0, 24.0)
CAMERAS, FPS = 8, 10.0
PEOPLE = (5, 20, 100)
WARM_S, MEASURED_S = 3.0, 6.0
"""Tracks are all there, and caches are warm, before the clock counts."""
ROUNDS = 5
"""So often the same frames are tracked from the start."""
SPEED_MS = 0.9
AIM_MS, AIM_PEOPLE = 1.0, 20


def _box(x1: float, y1: float, x2: float, y2: float) -> tuple[Point2, ...]:
    return ((x1, y1), (x2, y1), (x2, y2), (x1, y2))


def hall() -> StoreLayout:
    """Twelve gondolas in two rows, a gate, and eight cameras along the walls that look inwards."""
    wide, deep = HALL_M
    fixtures = tuple(
        Fixture(
            id=f"g{row}{i}",
            name="",
            outline=_box(4 + 5 * i, y, 5 + 5 * i, y + 7.0),
            kind="gondola",
            height=1.5,
        )
        for row, y in enumerate((3.0, 14.0))
        for i in range(6)
    )
    cameras = []
    for n in range(CAMERAS):
        x = wide * (n // 2 + 0.5) / (CAMERAS // 2)
        y = 0.3 if n % 2 == 0 else deep - 0.3
        view = looking_at((x, y, 3.5), (x, deep / 2 - 0.25 * (y - deep / 2), 0.5), 1280, 720, 85.0)
        cameras.append(
            Camera(
                id=f"cam{n + 1}", name=f"Camera {n + 1}", width=1280, height=720, calibration=view, fps=FPS
            )
        )
    return StoreLayout(
        file=StoreFile(
            format=1,
            store=StoreInfo(id="hall", name="Hall"),
            floor=Floor(outline=_box(0.0, 0.0, wide, deep)),
            fixture=fixtures,
            camera=tuple(cameras),
            gate=(Gate(id="door", name="Door", kind="both", outline=_box(16.0, 0.0, 19.0, 1.0)),),
        )
    )


def walkers(layout: StoreLayout, people: int, seconds: float, rng: np.random.Generator) -> list[Walker]:
    """People inside from the start who go from place to place, and stand there for a while."""
    ways = Ways(layout)
    found = []
    for number in range(people):
        here = ways.cells[int(rng.integers(len(ways.cells)))]
        parts: list[np.ndarray[Any, np.dtype[np.float64]]] = []
        while sum(map(len, parts)) < seconds * RATE_HZ:
            there = ways.cells[int(rng.integers(len(ways.cells)))]
            corners = ways.way(here, there)
            for a, b in pairwise(corners):
                steps = max(1, int(np.hypot(*(b - a)) / SPEED_MS * RATE_HZ))
                parts.append(a + np.arange(steps)[:, None] / steps * (b - a))
            parts.append(np.repeat(there[None], int(rng.uniform(1.0, 4.0) * RATE_HZ), axis=0))
            here = there
        xy = np.concatenate(parts)
        step = np.gradient(xy, axis=0)
        found.append(
            Walker(
                plan=Plan(person=f"p{number + 1}", arrive_s=0.0),
                height=float(np.clip(rng.normal(1.72, 0.08), 1.5, 2.0)),
                first=0,
                xy=xy,
                heading=np.arctan2(step[:, 1], step[:, 0]),
                reaches=[],
                entry=("door", 0.0),
                exit=("door", seconds),
            )
        )
    return found


def frames(layout: StoreLayout, people: int, seconds: float, seed: int = 1) -> list[Detections]:
    """What all cameras' detectors say, in order of time."""
    settings = SimulationSettings(started_at=0.0)
    rng = np.random.default_rng([seed, people])
    there = walkers(layout, people, seconds, rng)
    size = settings.appearance_size
    looks = {}
    for walker in there:
        look = rng.normal(0.0, 1.0, size)
        looks[walker.plan.person] = look / np.linalg.norm(look)
    seen = []
    for number, about in enumerate(layout.file.camera):
        camera = SimulatedCamera(layout, about, settings, [seed, people, number])
        for seq in range(int(seconds * FPS)):
            t = (seq + number / CAMERAS) / FPS
            seen.append(camera.detect(camera.look(there, t), looks, t, seq))
    return sorted(seen, key=lambda s: (s.t, s.camera))


Step = Callable[[Detections], object]


def byte_track() -> Step | None:
    """ByteTrack over each camera's boxes; None where its package is not here."""
    try:
        supervision, trackers = import_module("supervision"), import_module("trackers")
    except ImportError:
        return None
    by_camera: dict[str, Any] = {}

    def step(seen: Detections) -> object:
        tracker = by_camera.get(seen.camera)
        if tracker is None:
            tracker = by_camera[seen.camera] = trackers.ByteTrackTracker(frame_rate=FPS)
        count = len(seen.items)
        boxes = supervision.Detections(
            xyxy=np.array([item.box for item in seen.items], dtype=np.float32).reshape(count, 4),
            confidence=np.array([item.score for item in seen.items], dtype=np.float32),
            class_id=np.zeros(count, dtype=int),
        )
        return tracker.update(boxes)

    return step


class Cost(msgspec.Struct, frozen=True):
    """CPU milliseconds a frame, the least of all rounds."""

    people: int
    boxes: float
    """A frame, mean."""
    tracked: int
    """People that our tracker has in the end."""
    ours: tuple[float, float]
    """Mean and p95."""
    byte_track: tuple[float, float] | None


def measure(seen: Sequence[Detections], people: int, layout: StoreLayout, rounds: int = ROUNDS) -> Cost:
    """Both over the same frames, each frame by one and then the other, ``rounds`` times from the start."""
    ours: list[list[float]] = []
    theirs: list[list[float]] = []
    tracked, other = 0, None
    for _ in range(rounds):
        tracker, other = FloorTracker(layout), byte_track()
        ours.append([])
        theirs.append([])
        for each in seen:
            began = time.thread_time()
            update = tracker.observe(each)
            between = time.thread_time()
            if other is not None:
                other(each)
            done = time.thread_time()
            tracked = len(update.people) if update else tracked
            if each.t >= WARM_S:
                ours[-1].append(1e3 * (between - began))
                theirs[-1].append(1e3 * (done - between))
    boxes = float(np.mean([len(each.items) for each in seen]))
    byte_track_ms = None if other is None else _mean_p95(np.min(theirs, axis=0))
    return Cost(people, boxes, tracked, _mean_p95(np.min(ours, axis=0)), byte_track_ms)


def _mean_p95(values: NDArray[np.float64]) -> tuple[float, float]:
    return float(np.mean(values)), float(np.percentile(values, 95))


def markdown(costs: Sequence[Cost]) -> Iterator[str]:
    """Lines of the table. *power*: cost grows as this power of the number of people; ours / ByteTrack."""
    yield "| people | boxes a frame | tracked | ours, mean / p95 ms | ByteTrack, mean / p95 ms | power |"
    yield "|---:|---:|---:|---:|---:|---:|"
    before: Cost | None = None
    for cost in costs:
        theirs = "-" if cost.byte_track is None else f"{cost.byte_track[0]:.2f} / {cost.byte_track[1]:.2f}"
        power = "-"
        if before is not None:
            more = np.log(cost.people / before.people)
            power = f"{np.log(cost.ours[0] / before.ours[0]) / more:.2f}"
            if cost.byte_track is not None and before.byte_track is not None:
                power += f" / {np.log(cost.byte_track[0] / before.byte_track[0]) / more:.2f}"
        yield (
            f"| {cost.people} | {cost.boxes:.1f} | {cost.tracked} | {cost.ours[0]:.2f} / {cost.ours[1]:.2f} "
            f"| {theirs} | {power} |"
        )
        before = cost


def profile(seen: Sequence[Detections], layout: StoreLayout, lines: int = 25) -> None:
    """Where our tracker's time goes."""
    tracker, profiler = FloorTracker(layout), cProfile.Profile()
    for each in seen:
        if each.t >= WARM_S:
            profiler.enable()
        tracker.observe(each)
        profiler.disable()
    pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(lines)


def main(
    people: Annotated[
        list[int] | None, typer.Option(min=1, help="How many; 5, 20 and 100 if not said.")
    ] = None,
    profiled: Annotated[bool, typer.Option("--profile", help="Tell where our time goes, too.")] = False,
) -> None:
    """Measure our tracker and ByteTrack over the same frames."""
    layout = hall()
    if byte_track() is None:
        sys.stderr.write(f"ByteTrack is left out: not found. See the head of {Path(__file__).name}.\n")
    costs = []
    for many in people or PEOPLE:
        seen = frames(layout, many, WARM_S + MEASURED_S)
        costs.append(measure(seen, many, layout))
        if profiled:
            profile(seen, layout)
    for line in markdown(costs):
        typer.echo(line)
    typer.echo(f"Aim: under {AIM_MS:.0f} ms at {AIM_PEOPLE} people and {CAMERAS} cameras.")


if __name__ == "__main__":
    typer.run(main)
