"""Sends the outbox for as long as the store is open: a thread beside the engine that knows nothing of it.

It may run in several processes at once: an order that one of them has sent is not due for the others.
"""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

from console.back_office import hold_rows
from console.back_office.holds import note_entry
from console.back_office.ledger import Ledger, LedgerError
from console.back_office.payment_provider import Provider
from console.back_office.payment_rows import PaymentError
from console.back_office.payment_sending import send_due

log = logging.getLogger(__name__)

OnDeclined = Callable[[str, float], None]
"""Token and time of an entry; called in the worker's thread."""
EVERY_S = 2.0
"""Between two rounds; who comes in is seen to at once."""


class PaymentWorker:
    """The thread. It opens the ledger when there is one."""

    def __init__(
        self,
        path: Path,
        make_provider: Callable[[], Provider],
        *,
        hold: int,
        currency: str,
        on_declined: OnDeclined = lambda *_: None,
        every_s: float = EVERY_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``hold``: kept back on a card at the entry, minor units of ``currency``; 0: nothing.

        ``make_provider`` is called in the thread, which alone uses what it gives. ``on_declined`` is told of
        each card that was declined at the entry while its owner is inside, once, and once after each start.
        """
        self._path, self._make_provider = path, make_provider
        self._hold, self._currency = hold, currency
        self._every_s, self._clock = every_s, clock
        self._on_declined = on_declined
        self._told: set[str] = set()
        self._entries: queue.SimpleQueue[tuple[str, float] | None] = queue.SimpleQueue()
        self._trouble = ""
        self._thread = threading.Thread(target=self._work, name="payments", daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> str:
        """Why the last round was not done; empty when all is well."""
        return self._trouble

    def entered(self, token: str, at: float) -> None:
        """Somebody came in with this card at this store time. Said again, it changes nothing."""
        if self._hold > 0:
            self._entries.put((token, at))

    def close(self) -> None:
        """End after the round at hand. What was not sent is sent at the next start."""
        self._entries.put(None)
        self._thread.join()

    def _work(self) -> None:
        waiting: list[tuple[str, float]] = []
        provider: Provider | None = None
        ledger: Ledger | None = None
        ending = False
        while not ending:
            ending = self._listen(waiting)
            try:
                if ledger is None and (waiting or self._path.exists()):
                    ledger = Ledger.open(self._path)
                if ledger is None:
                    continue
                while waiting:
                    note_entry(ledger, waiting[0][0], waiting[0][1], self._hold, self._currency)
                    waiting.pop(0)
                if not ending:
                    provider = provider or self._make_provider()
                    send_due(ledger, provider, self._clock())
                    self._tell_declined(ledger)
                self._trouble = ""
            except (LedgerError, PaymentError, sqlite3.Error, OSError) as error:
                if str(error) != self._trouble:
                    log.warning("payments are not sent, trying again: %s", error)
                self._trouble = str(error) or type(error).__name__
        if ledger is not None:
            ledger.close()
        if provider is not None and (close := getattr(provider, "close", None)) is not None:
            close()

    def _tell_declined(self, ledger: Ledger) -> None:
        declined = hold_rows.declined(ledger)
        for hold in declined:
            if hold.key not in self._told:
                self._on_declined(hold.token, hold.entered_at)
        self._told = {hold.key for hold in declined}

    def _listen(self, waiting: list[tuple[str, float]]) -> bool:
        """Wait for the next round, or for somebody to come in; true: it was the last one."""
        try:
            found = self._entries.get(timeout=self._every_s)
            while found is not None:
                waiting.append(found)
                found = self._entries.get_nowait()
        except queue.Empty:
            return False
        return True
