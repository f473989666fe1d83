"""How long the window's thread is busy at a time while an engine works, and how soon it answers the hand.

The window turns its event loop by hand, round by round, in a process of its own beside the engine's. Keys and
clicks are due at moments that do not ask what the window does; each is answered when what it changes has been
painted. Beside the wall clock stands the processor time of the window's thread: what it would be on a machine
that does nothing else.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from console.engine_process.spec import EngineSpec

if TYPE_CHECKING:
    from console.cli.bench.window_inputs import Answer
    from console.cli.bench.window_opened import Opened
    from console.window import MainWindow

LIMIT_S = 900.0
WORTH_MS = 0.5
"""Less than this of a processor is an empty look or one small event, not a frame."""
SETTLE_S = 3.0
"""After the first picture; what opening the window costs is measured elsewhere."""
MEASURED_S = 40.0
PAUSE_S = (0.15, 0.45)
"""Between one answer and the next key or click."""


class Quantiles(msgspec.Struct, frozen=True):
    """Milliseconds."""

    p50: float
    p95: float
    p99: float
    worst: float
    count: int


class WindowFrames(msgspec.Struct, frozen=True):
    """What was measured in one run."""

    frames: Quantiles
    """Rounds of events without a key or click (polling, models, layout, painting), wall clock."""
    frames_cpu: Quantiles
    """The same rounds, processor time of the window's thread."""
    answers: Quantiles
    """From a key or click to what it changes being painted, wall clock."""
    answers_cpu: Quantiles
    answers_queued: Quantiles
    """Of the wall clock's, how long others had the cores meanwhile (Linux; else 0)."""
    by_input: dict[str, tuple[float, float, float]]
    """95th percentiles for each kind of key or click: wall clock, processor time, waiting for a core."""
    shoppers: int
    """Most inside at a time."""
    cameras: int
    pictures: int
    """Of all cameras, that the engine looked at in the measured time; 0 where there are none."""
    seconds: float
    pace: float
    """Of a recording: how much of it was played in a second; live: 1."""


def measure_window(
    spec: EngineSpec, work: Path, seconds: float = MEASURED_S, *, begin_s: float = 0.0
) -> WindowFrames:
    """Show what this engine does, in a process of its own without a display.

    ``begin_s``: of a recording, how much of it is played before the clock counts. ``QT_QPA_PLATFORM`` chooses
    another display than none. Raises ``subprocess.SubprocessError`` when that
    process fails or does not end in time.
    """
    work.mkdir(parents=True, exist_ok=True)
    order = work / "frames.json"
    order.write_bytes(msgspec.json.encode(spec))
    command = [
        sys.executable,
        "-m",
        "console.cli.bench.window_frames",
        str(order),
        str(work),
        str(seconds),
        str(begin_s),
    ]
    done = subprocess.run(  # noqa: S603 - our own module
        command, check=True, stdout=subprocess.PIPE, timeout=LIMIT_S, cwd=Path(__file__).parents[3]
    )
    return msgspec.json.decode(done.stdout, type=WindowFrames)


def main(order: str, work: str, seconds: str, begin: str) -> int:
    """Open, measure, and print the result as JSON."""
    from console.cli.bench.window_opened import opened_window
    from console.engine_process.spec import read_spec

    place = Path(work)
    with opened_window(read_spec(Path(order).read_bytes(), order), place) as opened:
        _play_to(opened.window, float(begin))
        measured = _watch(opened, float(seconds))
    sys.stdout.buffer.write(msgspec.json.encode(measured))
    return 0


def _watch(opened: Opened, seconds: float) -> WindowFrames:
    from PySide6.QtWidgets import QApplication

    from console.cli.bench.window_inputs import Inputs
    from console.cli.bench.window_opened import REST_S

    window, rng = opened.window, random.Random(4)
    inputs = Inputs(window)
    rounds: list[tuple[float, float]] = []
    answers: list[Answer] = []
    shoppers, looked_at, position = 0, _looked_at(opened), _position(window)
    began = time.perf_counter()
    due = began
    while (now := time.perf_counter()) - began < seconds:
        cpu = time.thread_time()
        if now >= due and inputs.answered:
            inputs.give(due)
        asked = not inputs.answered
        QApplication.processEvents()
        if not asked:
            rounds.append((time.perf_counter() - now, time.thread_time() - cpu))
        answer = inputs.take_answer()
        if answer is not None:
            answers.append(answer)
            due = time.perf_counter() + rng.uniform(*PAUSE_S)
        snapshot = window.state.snapshot
        if window.state.engine_state == "failed":
            raise RuntimeError(f"the engine failed: {window.state.engine_why}")
        if snapshot is not None:
            shoppers = max(shoppers, len(snapshot.inside))
            if snapshot.source.ended:
                break
        time.sleep(REST_S)
    frames = [both for both in rounds if both[1] * 1000 >= WORTH_MS]
    if not frames or not answers:
        raise RuntimeError("the window had nothing to show: the recording is too short")
    return WindowFrames(
        frames=_quantiles([wall for wall, _ in frames]),
        frames_cpu=_quantiles([cpu for _, cpu in frames]),
        answers=_quantiles([one.wall for one in answers]),
        answers_cpu=_quantiles([one.cpu for one in answers]),
        answers_queued=_quantiles([one.queued for one in answers]),
        by_input={name: _by_input(name, answers) for name in sorted({one.name for one in answers})},
        shoppers=shoppers,
        cameras=len(window.state.layout.cameras),
        pictures=_looked_at(opened) - looked_at,
        seconds=(took := time.perf_counter() - began),
        pace=(_position(window) - position) / took if position else 1.0,
    )


def _by_input(name: str, answers: list[Answer]) -> tuple[float, float, float]:
    mine = [one for one in answers if one.name == name]
    return (
        _quantiles([one.wall for one in mine]).p95,
        _quantiles([one.cpu for one in mine]).p95,
        _quantiles([one.queued for one in mine]).p95,
    )


def _play_to(window: MainWindow, begin: float) -> None:
    """As fast as the machine allows; from there on as it happened."""
    from console.cli.bench.window_opened import turn_until
    from inference.messages.wire import SetReplaySpeed

    if begin > 0.0:
        window.state.link.request(SetReplaySpeed(None))
        turn_until(window, lambda: _position(window) >= begin, "the beginning", LIMIT_S / 2)
        window.state.link.request(SetReplaySpeed(1.0))
    until = time.monotonic() + SETTLE_S
    turn_until(window, lambda: time.monotonic() > until, "the first seconds")


def _position(window: MainWindow) -> float:
    snapshot = window.state.snapshot
    return 0.0 if snapshot is None else snapshot.source.position_s


def _looked_at(opened: Opened) -> int:
    snapshot = opened.window.state.snapshot
    return sum(d.received for d in snapshot.devices if d.kind == "detector") if snapshot else 0


def _quantiles(seconds: list[float]) -> Quantiles:
    p50, p95, p99 = (float(q) * 1000 for q in np.quantile(seconds, (0.5, 0.95, 0.99)))
    return Quantiles(p50, p95, p99, max(seconds) * 1000, len(seconds))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
