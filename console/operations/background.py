"""Work off the GUI thread, with its result brought back to it.

A ``ThreadPoolExecutor`` and not ``QThreadPool``: its threads are Python's own, so they end and can be waited
for, and one of them can hold a thread-bound SQLite connection or ZeroMQ socket.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

T = TypeVar("T")


class Background(QObject):
    """Runs functions in worker threads; ``done`` and ``failed`` are called on the GUI thread."""

    _finished = Signal(int, object)

    def __init__(self, parent: QObject | None = None, workers: int = 2) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="console")
        self._numbers = count()
        self._waiting: dict[int, tuple[Callable[[Any], None], Callable[[Exception], None]]] = {}
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        """Start ``work``; one of ``done`` and ``failed`` follows, unless :meth:`close` comes first."""
        number = next(self._numbers)
        self._waiting[number] = (done, failed)
        self._pool.submit(work).add_done_callback(lambda f: self._report(number, f))

    @property
    def busy(self) -> bool:
        """Whether a result is still to come."""
        return bool(self._waiting)

    def close(self) -> None:
        """Wait for what runs, drop what waits; nothing is delivered any more."""
        self._waiting.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _report(self, number: int, future: Future[Any]) -> None:
        if not future.cancelled():
            self._finished.emit(number, future)

    @Slot(int, object)
    def _deliver(self, number: int, future: Future[Any]) -> None:
        callbacks = self._waiting.pop(number, None)
        if callbacks is None:
            return
        done, failed = callbacks
        error = future.exception()
        if error is None:
            done(future.result())
        elif isinstance(error, Exception):
            failed(error)
        else:
            raise error
