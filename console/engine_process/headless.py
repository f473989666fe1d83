"""The engine without a window, in this process or in one of its own."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from console.engine_process.compose import Compose, compose
from console.engine_process.running import OnVisit, RunningEngine
from console.engine_process.spec import EngineSpec
from inference.engine.engine import Engine, Summary
from inference.messages.wire import Snapshot

STATUS_S = 1.0

OnStatus = Callable[[Snapshot], None]


def run_headless(
    spec: EngineSpec,
    on_visit: OnVisit | None = None,
    on_status: OnStatus | None = None,
    parts: Compose = compose,
    status_s: float = STATUS_S,
    *,
    on_start: Callable[[Engine], None] | None = None,
) -> Summary:
    """Run until the recording has ended, or until Ctrl-C or SIGTERM; both end it in order.

    ``on_visit`` gets each closed visit after the ledger has it (again, after a crash, those that were not
    covered by a checkpoint); ``on_status`` a snapshot every ``status_s``. Both are called from other
    threads. ``on_start`` gets the engine before it runs. Raises ``SpecError``, ``OpeningError``,
    ``AlreadyRunningError``.
    """
    with RunningEngine(spec.check(), parts, on_visit=on_visit) as running:
        if on_start is not None:
            on_start(running.engine)
        done = threading.Event()
        teller = threading.Thread(
            target=_tell, args=(running.engine, on_status, done, status_s), name="status", daemon=True
        )
        teller.start()
        try:
            with _stopping_on_signals(running.engine):
                return running.run()
        finally:
            done.set()
            teller.join()


def _tell(engine: Engine, on_status: OnStatus | None, done: threading.Event, every_s: float) -> None:
    while on_status is not None and not done.wait(every_s):
        if (snapshot := engine.newest()) is not None:
            on_status(snapshot)


@contextmanager
def _stopping_on_signals(engine: Engine) -> Iterator[None]:
    """Signals reach the main thread only; elsewhere the caller stops the engine."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: engine.stop()) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
