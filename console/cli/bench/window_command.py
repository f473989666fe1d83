"""``main.py bench-window``: how the window feels in the rush, what a kill costs, whether memory grows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from console.cli.places import DEMO_RECORDING
from console.cli.recordings import input_errors
from console.cli.say import JsonOption, err, errors_in_words, out, print_json

if TYPE_CHECKING:
    from console.cli.bench.window_frames import Quantiles, WindowFrames
    from console.cli.bench.window_restart import Restarts
    from console.cli.bench.window_soak import Soak

DETECTOR = "persons_small"


class WindowBench(msgspec.Struct, frozen=True):
    """All that was measured; None: not asked for."""

    cameras: WindowFrames | None = None
    crowd: WindowFrames | None = None
    restarts: Restarts | None = None
    soak: Soak | None = None


def bench_window(
    seconds: Annotated[
        float, typer.Option(min=0, help="For which frames and answers are measured; 0: they are not.")
    ] = 40.0,
    people: Annotated[int, typer.Option(min=0, help="Simulated at once; 0: no crowd.")] = 100,
    kills: Annotated[int, typer.Option(min=0, help="Of the window, and as many of the engine.")] = 3,
    soak: Annotated[
        float, typer.Option("--soak", min=0, help="Minutes at twenty times the speed, for leaks; 0: none.")
    ] = 0.0,
    demo: Annotated[Path, typer.Option(help="The recording that is shown.")] = DEMO_RECORDING,
    as_json: JsonOption = False,
) -> None:
    """Measure the window: frames, answers to keys and clicks, kills and, if asked for, hours of use."""
    with errors_in_words(*input_errors()), tempfile.TemporaryDirectory(prefix="openaisle-bench-") as scratch:
        found = measure(Path(scratch), demo, seconds=seconds, people=people, kills=kills, soak=soak)
    if as_json:
        print_json(found)
        return
    for line in rows(found):
        out.print(line, markup=False, highlight=False)


def measure(
    scratch: Path, demo: Path, *, seconds: float, people: int, kills: int, soak: float
) -> WindowBench:
    """What is asked for, one after the other."""
    from console.cli.bench.window_frames import measure_window
    from console.cli.bench.window_material import crowd, live_cameras
    from console.cli.bench.window_restart import measure_restarts
    from console.cli.bench.window_soak import measure_soak

    cameras = many = restarts = soaked = None
    if seconds:
        _say("eight live cameras")
        cameras = measure_window(live_cameras(demo, DETECTOR, scratch / "live"), scratch / "live", seconds)
    if seconds and people:
        _say(f"{people} simulated shoppers")
        spec, entered_s = crowd(scratch / "crowd", seconds, people, lambda what: _say(f"  made: {what}"))
        many = measure_window(spec, scratch / "crowd", seconds, begin_s=entered_s)
    if kills:
        _say("windows and engines killed")
        restarts = measure_restarts(demo, scratch / "kills", kills, kills)
    if soak:
        _say(f"{soak:.0f} minutes")
        soaked = measure_soak(soak, scratch / "soak")
    return WindowBench(cameras, many, restarts, soaked)


def rows(found: WindowBench) -> Iterator[str]:
    """Rows of a Markdown table: what, measured, aim."""
    for name, frames in (("eight live cameras", found.cameras), ("a crowd", found.crowd)):
        if frames is not None:
            yield from frame_rows(name, frames)
    if found.restarts is not None:
        yield from restart_rows(found.restarts)
    if found.soak is not None:
        yield from soak_rows(found.soak)


def frame_rows(name: str, found: WindowFrames) -> Iterator[str]:
    """Of one run."""
    who = f"{name} ({found.cameras} cameras, {found.shoppers} people, {found.pace:.2f} times real time)"
    for what, cpu, wall in (
        ("window busy at a time", found.frames_cpu, found.frames),
        ("key or click to painted", found.answers_cpu, found.answers),
    ):
        aim = "p99 16" if cpu is found.frames_cpu else "p95 100"
        yield (
            f"| {who}: {what}, p50 / p95 / p99, ms of a processor (wall clock) "
            f"| {_three(cpu)} ({_three(wall)}) | {aim} |"
        )


def _three(found: Quantiles) -> str:
    return f"{found.p50:.1f} / {found.p95:.1f} / {found.p99:.1f}"


def restart_rows(found: Restarts) -> Iterator[str]:
    """Of windows and engines killed."""
    windows, engines = found.windows, found.engines
    if windows:
        same = sum(w.page and w.selected and w.engine for w in windows)
        cpu, wall = max(w.cpu_s for w in windows), max(w.seconds for w in windows)
        yield (
            f"| window killed {len(windows)} times: same page, same selection, engine untouched; slowest, "
            f"s of a processor (wall clock) | {same}; {cpu:.1f} ({wall:.1f}) | {len(windows)}; 3 |"
        )
    if engines:
        lost = sum(len(e.lost) for e in engines)
        said, back = max(e.said_s for e in engines), max(e.back_s for e in engines)
        yield (
            f"| engine killed {len(engines)} times: carts lost of {sum(e.carts for e in engines)}; until the "
            f"window says so / shows the next one, slowest, s | {lost}; {said:.1f} / {back:.1f} | 0 |"
        )


def soak_rows(found: Soak) -> Iterator[str]:
    """Of hours of use."""
    last = found.rounds[-1]
    yield (
        f"| {last.store_s / 3600:.1f} h of the store at {found.speed:.1f} x, {len(found.rounds)} walks "
        f"through the window, {found.visits} visits: memory of window / engine at the end, MB "
        f"| {last.window_mb:.0f} / {last.engine_mb:.0f} | |"
    )
    yield (
        "| growth an hour of the store: window MB / engine MB / Python objects / QObjects / widgets "
        f"| {found.slope(lambda r: r.window_mb):+.2f} / {found.slope(lambda r: r.engine_mb):+.2f} / "
        f"{found.slope(lambda r: r.objects):+.0f} / {found.slope(lambda r: r.qobjects):+.1f} / "
        f"{found.slope(lambda r: r.widgets):+.1f} | flat |"
    )


def _say(what: str) -> None:
    err.print(f"bench: {what}", style="dim", highlight=False)
