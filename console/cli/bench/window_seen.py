"""The console as ``main.py`` starts it, watched: each change of what it shows is a line of JSON.

``python -m console.cli.bench.window_seen ARGUMENTS``: the arguments are those of ``main.py``. Each line on
stdin is a key sequence (``Ctrl+4``), pressed in the window as soon as it is read.
"""

from __future__ import annotations

import os
import sys
import time

import msgspec

LOOK_MS = 15


class Seen(msgspec.Struct, frozen=True):
    """What somebody before the window sees, and when."""

    at: float
    """``time.monotonic``: one clock for all processes here."""
    cpu_s: float
    """What the window's process has used of a processor up to then."""
    page: str
    selected: str
    """Code of the shopper selected; empty: nobody."""
    visit: str
    """The closed visit that is shown on the visits' page."""
    engine: str
    """Id of the engine's run."""
    banner: str
    """What is said of the engine over the page; empty: nothing."""
    inside: tuple[str, ...]
    """Codes of all who are inside."""
    carts: dict[str, int]
    """Things in each cart, by visit."""


def main(arguments: list[str]) -> None:
    """Run the console and watch it."""
    from PySide6.QtCore import QTimer

    from console.widgets.application import application

    app = application()
    watched = _Watched()
    timer = QTimer(app)
    timer.setInterval(LOOK_MS)
    timer.timeout.connect(watched.look)
    timer.start()
    os.set_blocking(sys.stdin.fileno(), False)
    sys.argv[1:] = arguments
    from console.cli.app import main as run

    run()


class _Watched:
    def __init__(self) -> None:
        self._told: Seen | None = None
        self._shown_before = False

    def look(self) -> None:
        """One tick. The first time something is there it is told a tick later, when it is painted."""
        from PySide6.QtGui import QKeySequence
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication

        from console.window import MainWindow

        window = next((w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)), None)
        if window is None or not window.isVisible() or window.state.snapshot is None:
            return
        if not self._shown_before:
            self._shown_before = True
            return
        for line in _lines():
            QTest.keySequence(window.windowHandle(), QKeySequence(line))
        seen = _seen(window)
        if self._told is None or msgspec.structs.replace(seen, at=0.0, cpu_s=0.0) != self._told:
            self._told = msgspec.structs.replace(seen, at=0.0, cpu_s=0.0)
            sys.stdout.buffer.write(msgspec.json.encode(seen) + b"\n")
            sys.stdout.flush()


def _seen(window: object) -> Seen:
    from console.pages.visits import VisitsPage
    from console.window import MainWindow

    assert isinstance(window, MainWindow)  # noqa: S101 - for the type alone
    state, snapshot = window.state, window.state.snapshot
    assert snapshot is not None  # noqa: S101 - looked at before
    chosen = None if state.selected is None else state.inside(state.selected)
    visits = next(page for page in window.pages if isinstance(page, VisitsPage))
    return Seen(
        at=time.monotonic(),
        cpu_s=time.process_time(),
        page=window.page.name,
        selected="" if chosen is None else chosen.code,
        visit=visits.shown_visit,
        engine=snapshot.engine,
        banner=window.banner.heading.text() if window.banner.isVisible() else "",
        inside=tuple(sorted(inside.code for inside in state.visitors)),
        carts={cart.visit: sum(line.quantity for line in cart.lines) for cart in snapshot.carts},
    )


def _lines() -> list[str]:
    """What has come on stdin; nothing waits for it."""
    try:
        data = os.read(sys.stdin.fileno(), 4096)
    except BlockingIOError:
        return []
    return data.decode().split()


if __name__ == "__main__":
    main(sys.argv[1:])
