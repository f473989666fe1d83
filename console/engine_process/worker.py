"""The engine's process: ``python -m console.engine_process.worker --spec FILE`` (``-``: from stdin)."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from console.engine_process.compose import Compose, compose
from console.engine_process.running import LOCK_WAIT_S, RunningEngine
from console.engine_process.session import AlreadyRunningError
from console.engine_process.spec import EngineSpec, SpecError, read_spec
from console.engine_process.starting import (
    EXIT_CRASH,
    EXIT_OK,
    EXIT_REFUSED,
    EXIT_RUNNING,
    Order,
    tell_ready,
)
from inference.engine.files import OpeningError
from inference.messages.said import said

log = logging.getLogger(__name__)

FOLLOW_S = 60.0
"""How long an engine that follows another waits for that one's orderly end."""


def main(arguments: Sequence[str] | None = None, parts: Compose = compose) -> int:
    """Run an engine; the exit status says how it ended."""
    parser = argparse.ArgumentParser(prog="openaisle-engine", description=__doc__)
    parser.add_argument("--spec", required=True, help="JSON file of an EngineSpec, or - for stdin")
    options = parser.parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    try:
        order = _order_from(options.spec)
        spec, session = (order.spec, order.session) if isinstance(order, Order) else (order, None)
        wait_s = LOCK_WAIT_S
        if isinstance(order, Order) and order.follows:
            _load_everything()
            tell_ready(spec.state_path, os.getpid())
            wait_s = FOLLOW_S
        with RunningEngine(spec, parts, session, lock_wait_s=wait_s) as running:
            _stop_on_signals(running.engine.stop)
            if spec.follow_parent:
                _stop_with_parent(running.engine.stop)
            summary = running.run()
    except AlreadyRunningError as error:
        return _say(EXIT_RUNNING, error)
    except (SpecError, OpeningError) as error:
        return _say(EXIT_REFUSED, error)
    except Exception:
        log.exception("the engine failed")
        return EXIT_CRASH
    log.info("ended: %s", msgspec.json.encode(summary).decode())
    return EXIT_OK


def _load_everything() -> None:
    """What takes an engine a second or more to load, while another one still works."""
    import inference.capture
    import inference.detection.eyes
    import inference.engine.live
    import inference.pipeline  # noqa: F401


def _order_from(name: str) -> Order | EngineSpec:
    if name != "-":
        try:
            return read_spec(Path(name).read_bytes(), name)
        except OSError as error:
            raise SpecError(
                said(
                    "{name}: {strerror}: name a JSON file with an engine's spec",
                    name=name,
                    strerror=error.strerror,
                )
            ) from error
    line = _line_from_stdin()
    try:
        order = msgspec.json.decode(line, type=Order)
    except msgspec.MsgspecError:
        return read_spec(line, "stdin")
    order.spec.check()
    return order


def _line_from_stdin() -> bytes:
    """Up to the first line's end. Unbuffered, as a thread may go on to wait for the end of stdin."""
    data = b""
    while not data.endswith(b"\n") and (piece := os.read(0, 65536)):
        data += piece
    return data


def _stop_on_signals(stop: Callable[[], None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop())


def _stop_with_parent(stop: Callable[[], None]) -> None:
    """Stop when stdin ends: the parent holds its other end for as long as it lives."""

    def wait() -> None:
        while os.read(0, 4096):
            pass
        stop()

    threading.Thread(target=wait, name="parent", daemon=True).start()


def _say(status: int, error: Exception) -> int:
    sys.stderr.write(f"{error}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
