"""Engine processes: how one is started, and how one that is to follow another says that it is ready."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from console.engine_process.engine_log import EngineLog
from console.engine_process.session import Session
from console.engine_process.spec import EngineSpec

log = logging.getLogger(__name__)

WORKER = (sys.executable, "-m", "console.engine_process.worker", "--spec", "-")
EXIT_OK, EXIT_CRASH, EXIT_REFUSED, EXIT_RUNNING = 0, 1, 78, 75
"""As ``sysexits.h`` numbers them: 78 is a bad configuration (no use to try again), 75 to try later."""
READY_S = 60.0
"""For a successor to load everything; a busy computer takes its time, and the store goes on meanwhile."""


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a supervisor writes to the worker's stdin, in one line."""

    spec: EngineSpec
    session: Session
    follows: bool = False
    """Another engine still runs: load everything, say so (:func:`tell_ready`), and wait for it to end."""


def start_process(command: Sequence[str], order: Order, said: EngineLog) -> subprocess.Popen[bytes]:
    """A process that has read its order; its stdin is open."""
    with said.open() as errors:
        child = subprocess.Popen(  # noqa: S603  # our own command
            tuple(command),
            stdin=subprocess.PIPE,
            stdout=errors,
            stderr=errors,
            cwd=Path(__file__).resolve().parents[2],
            **_detached(),
        )
    assert child.stdin is not None  # noqa: S101  # PIPE was asked for
    try:
        child.stdin.write(msgspec.json.encode(order) + b"\n")
        child.stdin.flush()
    except BrokenPipeError:
        log.info("the engine ended before it read its order")
    return child


def close_stdin(child: subprocess.Popen[bytes] | None) -> None:
    """An engine that follows its parent ends with it; no other minds."""
    if child is not None and child.stdin is not None:
        try:
            child.stdin.close()
        except BrokenPipeError:
            log.info("the engine ended before it read its order")


def tell_ready(state: Path, pid: int) -> None:
    """Everything is loaded: from here on it takes a moment."""
    _ready_file(state, pid).touch()


def wait_ready(state: Path, child: subprocess.Popen[bytes], stopped: Callable[[], bool]) -> bool:
    """Whether a successor has said so in time."""
    path, until = _ready_file(state, child.pid), time.monotonic() + READY_S
    while not path.exists():
        if child.poll() is not None or stopped() or time.monotonic() > until:
            return False
        time.sleep(0.05)
    path.unlink()
    return True


def _ready_file(state: Path, pid: int) -> Path:
    return state / f"successor-{pid}.ready"


def _detached() -> dict[str, Any]:
    """A process that neither Ctrl-C in our terminal nor our own end takes with it."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    # A group of its own in the same session: a session of its own would be a scheduling group of its own to
    # Linux (sched(7), autogroups), and the window could only share evenly with all the networks together.
    return {"process_group": 0}
