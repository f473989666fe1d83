"""Hours of the store in the window, twenty times as fast: whether memory stays flat and nothing is left over.

The window runs without a display over an engine process that replays a long simulated recording, and is
walked through by keys, page after page. After each round, on the same page, both processes are looked at.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    from console.cli.bench.window_opened import Opened

SPEED = 20.0
STROKE_S = 0.1
"""Between two keys."""
KINDS = 12
SETTLED = 0.25
"""Share of the rounds that are not counted: caches, memories of the last minutes and lists fill up first."""


class Round(msgspec.Struct, frozen=True):
    """Both processes after one walk through all pages."""

    minutes: float
    """Since the first, wall clock."""
    store_s: float
    """Store time played."""
    window_mb: float
    engine_mb: float
    objects: int
    """Python's own, found by its search for garbage after it."""
    qobjects: int
    """Actions, timers, animations and models under the window, and what Python holds without a parent."""
    widgets: int
    threads: int
    files: int
    """Descriptors that the window's process has open."""
    kinds: dict[str, int] = {}
    """The most frequent types among ``objects``: what grows is named."""


class Soak(msgspec.Struct, frozen=True):
    """What came of it."""

    rounds: tuple[Round, ...]
    speed: float
    """Times real time, as it came out."""
    visits: int
    """Closed meanwhile."""

    def slope(self, what: Callable[[Round], float]) -> float:
        """Growth an hour of store time, by least squares over the rounds after :data:`SETTLED`."""
        counted = self.rounds[int(len(self.rounds) * SETTLED) :]
        if len(counted) < 2:
            return float("nan")
        return float(np.polyfit([r.store_s / 3600.0 for r in counted], [what(r) for r in counted], 1)[0])


def measure_soak(minutes: float, work: Path, recording: Path | None = None) -> Soak:
    """Make a recording that is long enough (or take this one), and run window and engine over it.

    Raises ``subprocess.SubprocessError`` when the window's process fails.
    """
    from console.cli.bench.window_material import write_long

    if recording is None:
        recording = work / "recording"
        write_long(recording, minutes * 60.0 * SPEED * 1.1)
    command = [
        sys.executable,
        "-m",
        "console.cli.bench.window_soak",
        str(recording),
        str(work),
        str(minutes),
    ]
    done = subprocess.run(  # noqa: S603 - our own module
        command, check=True, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]
    )
    return msgspec.json.decode(done.stdout, type=Soak)


def main(recording: str, work: str, minutes: str) -> int:
    """Soak, and print the result as JSON; each round on stderr."""
    from console.cli.bench.running import spec_in
    from console.cli.bench.window_opened import opened_window

    place = Path(work)
    with opened_window(spec_in(Path(recording), place, SPEED), place) as opened:
        soaked = _soak(opened, float(minutes) * 60.0)
    sys.stdout.buffer.write(msgspec.json.encode(soaked))
    return 0


def _soak(opened: Opened, seconds: float) -> Soak:
    from PySide6.QtWidgets import QApplication

    from console.cli.bench.window_opened import REST_S
    from console.cli.bench.window_walk import press, strokes

    window = opened.window
    rounds: list[Round] = []
    began, first = time.monotonic(), _position(opened)
    while time.monotonic() - began < seconds and not _ended(opened):
        for stroke in strokes(window):
            press(window, stroke)
            until = time.monotonic() + STROKE_S
            while time.monotonic() < until:
                QApplication.processEvents()
                time.sleep(REST_S)
        rounds.append(_look(opened, began, first))
        sys.stderr.buffer.write(msgspec.json.encode(rounds[-1]) + b"\n")
        sys.stderr.flush()
    snapshot = window.state.snapshot
    played, took = _position(opened) - first, time.monotonic() - began
    return Soak(tuple(rounds), played / took, 0 if snapshot is None else snapshot.closed)


def _position(opened: Opened) -> float:
    snapshot = opened.window.state.snapshot
    return 0.0 if snapshot is None else snapshot.source.position_s


def _ended(opened: Opened) -> bool:
    snapshot = opened.window.state.snapshot
    return snapshot is not None and snapshot.source.ended


def _look(opened: Opened, began: float, first: float) -> Round:
    from PySide6.QtCore import (
        QAbstractAnimation,
        QAbstractItemModel,
        QCoreApplication,
        QEvent,
        QObject,
        QTimer,
    )
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QApplication
    from shiboken6 import isValid

    from console.cli.bench.running import resident_mb

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    known = gc.get_objects()
    loose = sum(1 for item in known if isinstance(item, QObject) and isValid(item) and item.parent() is None)
    # Not of every kind: Qt's own (of a label's text) would leave a Python object each behind when they go.
    kinds = (QAction, QTimer, QAbstractAnimation, QAbstractItemModel)
    children = sum(len(opened.window.findChildren(kind)) for kind in kinds)
    return Round(
        minutes=(time.monotonic() - began) / 60.0,
        store_s=_position(opened) - first,
        window_mb=resident_mb("self") or float("nan"),
        engine_mb=resident_mb(opened.supervisor.pid) or float("nan"),
        objects=len(known),
        qobjects=children + loose,
        widgets=len(QApplication.allWidgets()),
        threads=threading.active_count(),
        files=len(list(Path("/proc/self/fd").iterdir())),
        kinds=dict(Counter(type(item).__name__ for item in known).most_common(KINDS)),
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
