"""How long the window's thread is busy at once while an engine plays: what the hand on the mouse feels."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    from console.window import MainWindow

LIMIT_S = 600.0
REST_S = 0.001
"""Pause between two looks for work: the window itself would sleep until there is some."""
WORTH_MS = 0.5
"""Less than this is an empty look or one small event, not a frame."""
SETTLE_S = 1.0
"""After the first picture; what opening the window costs is measured elsewhere."""
SIZE = (1920, 1080)


class WindowFrames(msgspec.Struct, frozen=True):
    """Time in which the GUI thread handled one round of events (polling, models, layout, painting), ms."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    worst_ms: float
    shoppers: int
    """Most inside at a time."""


def measure_window(recording: Path, work: Path) -> WindowFrames:
    """Show the whole recording at 1x, with pictures, in a process of its own without a display.

    Raises ``subprocess.SubprocessError`` when that process fails or does not end in time.
    """
    command = [sys.executable, "-m", "console.cli.bench.window_frames", str(recording), str(work)]
    done = subprocess.run(  # noqa: S603 - our own module
        command, check=True, capture_output=True, timeout=LIMIT_S, cwd=Path(__file__).parents[3]
    )
    return msgspec.json.decode(done.stdout, type=WindowFrames)


def main(recording: str, work: str) -> int:
    """Play, measure, and print the result as JSON."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from console.cli.bench.running import spec_in
    from console.engine_process.client import EngineClient
    from console.engine_process.supervisor import Supervisor
    from console.operations.steady_memory import steady_memory
    from console.widgets.application import application
    from console.window import MainWindow
    from inference.recording import Recording

    place = Path(work)
    spec = spec_in(Path(recording), place)
    application()
    link = EngineClient(Supervisor(spec))
    window = MainWindow(Recording.open(Path(recording)).layout, link, spec.ledger_path, place / "window")
    window.resize(*SIZE)
    window.show()
    try:
        with steady_memory():
            measured = _watch(window)
    finally:
        window.close()
        window.deleteLater()
        application().processEvents()
        link.close()
    sys.stdout.buffer.write(msgspec.json.encode(measured))
    return 0


def _watch(window: MainWindow) -> WindowFrames:
    """Turn the event loop by hand, round by round, until the recording has ended."""
    from PySide6.QtWidgets import QApplication

    rounds: list[float] = []
    shoppers, shown_since = 0, float("inf")
    until = time.perf_counter() + LIMIT_S
    while time.perf_counter() < until:
        began = time.perf_counter()
        QApplication.processEvents()
        ended = time.perf_counter()
        snapshot = window.state.snapshot
        if window.state.engine_state == "failed":
            raise RuntimeError(f"the engine failed: {window.state.engine_why}")
        if snapshot is not None:
            shown_since = min(shown_since, ended)
            shoppers = max(shoppers, len(snapshot.inside))
            if ended - shown_since > SETTLE_S:
                rounds.append((ended - began) * 1000)
            if snapshot.source.ended:
                break
        time.sleep(REST_S)
    frames = [ms for ms in rounds if ms >= WORTH_MS]
    if not frames:
        raise RuntimeError("the window had nothing to show: the recording is too short")
    p50, p95, p99 = (float(q) for q in np.quantile(frames, (0.5, 0.95, 0.99)))
    return WindowFrames(p50, p95, p99, max(frames), shoppers)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
