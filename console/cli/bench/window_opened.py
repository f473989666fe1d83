"""A window over an engine in a process of its own, for whatever is measured on it; without a display."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from console.engine_process.spec import EngineSpec
    from console.engine_process.supervisor import Supervisor
    from console.window import MainWindow

SIZE = (1920, 1080)
START_LIMIT_S = 120.0
REST_S = 0.001
"""Pause between two looks for work: the window itself would sleep until there is some."""


class Opened(NamedTuple):
    """What is open."""

    window: MainWindow
    supervisor: Supervisor


@contextmanager
def opened_window(spec: EngineSpec, place: Path) -> Iterator[Opened]:
    """The window, somebody signed in, with the engine's first snapshot; all of it ended with the block.

    ``place``: where the window keeps its settings. Raises ``RuntimeError`` when the engine fails.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from console.cli.console import layout_folder_of, layout_of
    from console.engine_process.client import EngineClient
    from console.engine_process.supervisor import Supervisor
    from console.operations.steady_memory import steady_memory
    from console.widgets.application import application
    from console.window import MainWindow

    application()
    supervisor = Supervisor(spec)
    link = EngineClient(supervisor)
    layout = layout_of(spec)
    window = MainWindow(
        layout,
        link,
        spec.ledger_path,
        place / "window",
        clips=spec.clips_path,
        layout_folder=layout_folder_of(spec),
    )
    window.resize(*SIZE)
    window.show()
    window.activateWindow()
    try:
        turn_until(window, lambda: window.state.snapshot is not None, "the engine's first snapshot")
        name, pin = _operator(spec.ledger_path)
        window.session.sign_in(name, pin)
        turn_until(window, lambda: window.session.actor is not None, "the operator")
        with steady_memory():
            yield Opened(window, supervisor)
    finally:
        window.close()
        window.deleteLater()
        application().processEvents()
        link.close()


def turn_until(
    window: MainWindow, condition: Callable[[], bool], what: str, limit_s: float = START_LIMIT_S
) -> None:
    """Turn the event loop until it holds. Raises ``RuntimeError`` when it does not, or the engine fails."""
    from PySide6.QtWidgets import QApplication

    until = time.monotonic() + limit_s
    while not condition():
        QApplication.processEvents()
        time.sleep(REST_S)
        if window.state.engine_state == "failed":
            raise RuntimeError(f"the engine failed: {window.state.engine_why}")
        if time.monotonic() > until:
            raise RuntimeError(f"{what} did not come within {limit_s:.0f} s")


def _operator(ledger: Path) -> tuple[str, str]:
    """Somebody who works in this run's shop: name and PIN."""
    from console.back_office import Ledger
    from console.back_office.operators import add_operator

    name, pin = "Mara", f"{secrets.randbelow(10**8):08d}"
    with Ledger.open(ledger) as file:
        add_operator(file, None, name, "manager", pin, at=time.time(), screen="bench")
    return name, pin
