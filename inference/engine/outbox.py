"""Closed visits on their way to the ledger: in order, again and again until they are kept."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Iterable

from inference.engine.flow import VisitSink
from inference.messages import VisitClosed

log = logging.getLogger(__name__)

FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 10.0


class Outbox:
    """A thread that posts. What it has not posted is part of every checkpoint, so nothing is lost."""

    def __init__(self, sink: VisitSink, first_wait_s: float = FIRST_WAIT_S) -> None:
        """The sink is used by the outbox's thread only."""
        self._sink = sink
        self._next: VisitSink | None = None
        self._first_wait_s = first_wait_s
        self._change = threading.Condition()
        self._waiting: deque[VisitClosed] = deque()
        self._stop = threading.Event()
        self._trouble = ""
        self._thread = threading.Thread(target=self._work, name="outbox", daemon=True)
        self._thread.start()

    def put(self, visits: Iterable[VisitClosed]) -> None:
        """Post these after all others."""
        with self._change:
            self._waiting.extend(visits)
            self._change.notify_all()

    def pending(self) -> tuple[VisitClosed, ...]:
        """Not yet confirmed by the sink, oldest first."""
        with self._change:
            return tuple(self._waiting)

    @property
    def trouble(self) -> str:
        """Why the oldest visit could not be posted; empty when all is well."""
        return self._trouble

    def wait_empty(self, timeout: float) -> bool:
        """Wait until everything is posted; false if it is not by then."""
        with self._change:
            return self._change.wait_for(lambda: not self._waiting, timeout)

    def hand_over(self, sink: VisitSink) -> None:
        """Everything is posted; what closes from now on goes to another sink, used by the same thread."""
        with self._change:
            self._next = sink

    def close(self) -> None:
        """Stop after the visit at hand; the rest stays :meth:`pending`."""
        self._stop.set()
        with self._change:
            self._change.notify_all()
        self._thread.join()

    def _work(self) -> None:
        try:
            self._post_all()
        finally:
            self._sink.close()

    def _post_all(self) -> None:
        wait_s = self._first_wait_s
        while not self._stop.is_set():
            with self._change:
                self._change.wait_for(lambda: self._waiting or self._stop.is_set())
                if self._stop.is_set():
                    return
                visit = self._waiting[0]
            if self._post(visit):
                wait_s = self._first_wait_s
                with self._change:
                    self._waiting.popleft()
                    self._change.notify_all()
            else:
                self._stop.wait(wait_s)
                wait_s = min(LONGEST_WAIT_S, 2 * wait_s)

    def _change_sink(self) -> None:
        with self._change:
            new, self._next = self._next, None
        if new is not None:
            self._sink.close()
            self._sink = new

    def _post(self, visit: VisitClosed) -> bool:
        try:
            self._change_sink()
            self._sink.post(visit)
        except Exception as error:  # a ledger's every failure is to be tried again
            if self._trouble != str(error):
                log.warning("visit %s was not posted, trying again: %s", visit.closed.code, error)
            self._trouble = str(error) or type(error).__name__
            return False
        self._trouble = ""
        return True
