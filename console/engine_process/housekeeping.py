"""What the store's computer does by itself, beside selling, in a thread of its own.

The day's purge, and to take planned changes of the catalogue over at their time. It runs where the engine
runs, because that is on whenever the store is open, with or without a window. A recording's visits are not of
today and nobody's business: only a store folder's are purged.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from console.back_office.ledger_file import LedgerError, LedgerFile
from console.back_office.retention import Purged, due_day, purge
from console.engine_process.planned_changes import PlannedChanges, Submit
from store_layout.model import StoreFile

log = logging.getLogger(__name__)

LOOK_S = 15.0
RETRY_S = 3600.0
"""After a purge that failed."""
QUIET_H = 2
"""Hours from the quiet one on, in which the ledger's file may be written anew."""


class Housekeeping:
    """Looks several times a minute whether it is time, from :meth:`start` to :meth:`close`."""

    def __init__(
        self,
        store: StoreFile,
        ledger: Path,
        state: Path,
        *,
        folder: Path | None = None,
        submit: Submit | None = None,
        look_s: float = LOOK_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``folder``, ``submit``: the store's, just read, and the engine that takes changes of it over."""
        self._store, self._ledger, self._state = store, ledger, state
        self._look_s, self._clock = look_s, clock
        self._not_before = 0.0
        self._done: date | None = None
        """The day's purge has run; the ledger is not opened again before tomorrow."""
        self._ended = threading.Event()
        self.planned: PlannedChanges | None = None
        if folder is not None and submit is not None:
            self.planned = PlannedChanges(folder, ledger, submit, clock=clock, ended=self._ended)
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """From now on."""
        self._thread.start()

    def close(self) -> None:
        """Let it finish the step that it is at."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> Purged | None:
        """Purge if it is time; None: it is not. What goes wrong is logged, and tried again an hour later."""
        now = self._clock()
        retention, zone = self._store.retention, self._store.store.time_zone
        clock = datetime.fromtimestamp(now, ZoneInfo(zone))
        if now < self._not_before or clock.hour < retention.quiet_hour or clock.date() == self._done:
            return None
        if not self._ledger.exists():  # the first visit makes it
            return None
        try:
            with LedgerFile.open(self._ledger) as ledger:
                cause = due_day(ledger, retention, zone, now)
                if cause is None:
                    self._done = clock.date()
                    return None
                quiet = clock.hour < retention.quiet_hour + QUIET_H
                found = purge(
                    ledger,
                    retention,
                    self._state,
                    now=now,
                    time_zone=zone,
                    compact=None if quiet else False,
                    cause=cause,
                    stopped=self._ended.is_set,
                )
        except (LedgerError, OSError) as error:
            self._not_before = now + RETRY_S
            log.warning("the day's purge failed, and is tried again in an hour: %s", error)
            return None
        self._done = clock.date()
        gone = found.rows.visits, found.files.count, found.documents.documents
        log.info("purged %s visits, %s files and %s documents", *gone)
        return found

    def _run(self) -> None:
        while not self._ended.wait(self._look_s):
            self.look()
            if self.planned is not None:
                self.planned.look()
