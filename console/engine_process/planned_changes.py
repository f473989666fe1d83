"""Planned changes of the catalogue come into the running engine at their time, with or without a window.

Prices go by the time at which a visit closes, whoever runs; weights and slots are what the engine took over
last. So it asks itself for its store folder, as a window or ``main.py store reload`` would, once for each
planned change whose time has come.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from pathlib import Path

from console.back_office import audit
from console.back_office.ledger_file import LedgerError, LedgerFile
from inference.messages.said import Words
from inference.messages.wire import Answer, Command, Refused, StoreTaken, TakeStore
from store_layout.change_files import FOLDER, ChangeError, read_changes
from store_layout.changes import Change, in_time
from store_layout.layout_changes import LayoutChange

log = logging.getLogger(__name__)

Submit = Callable[[Command], "Future[Answer]"]

ANSWER_S = 0.2
"""Between two looks for the engine's answer and at whether to end."""
LOGGED = 20
"""Changes of one takeover that the log names."""
TOOK = "took a planned change over"


class PlannedChanges:
    """Looked at now and then by one thread."""

    def __init__(
        self,
        folder: Path,
        ledger: Path,
        submit: Submit,
        *,
        clock: Callable[[], float],
        ended: threading.Event,
    ) -> None:
        """``folder``: the store's, just read by the engine, which has all changes whose time had come.

        ``ended``: wait for no answer any more.
        """
        self._folder, self._ledger, self._submit = folder, ledger, submit
        self._clock, self._ended = clock, ended
        self._mark = 0
        self._planned: tuple[Change, ...] = ()
        self._told = ""
        now = clock()
        self._taken = {change.number for change in self._read() if change.valid_from <= now}

    def look(self) -> tuple[LayoutChange, ...] | None:
        """Have the engine take over what is due; what that changed of the store, None: nothing was due.

        What is in the way is logged once, and asked for again at the next look.
        """
        now = self._clock()
        due = [c for c in self._read() if c.valid_from <= now and c.number not in self._taken]
        if not due:
            return None
        answer = self._ask()
        match answer:
            case None:
                return None
            case StoreTaken(changes=changes):
                self._taken.update(change.number for change in due)
                self._told = ""
                self._taken_over(due, changes)
                return changes
            case Refused(why=why, remedy="wait"):
                log.info("a planned change waits: %s", why)
            case Refused(why=why, remedy="start"):
                # Asking again comes to the same; a window offers the start, and the next one brings it.
                self._taken.update(change.number for change in due)
                self._tell(why)
            case Refused(why=why):
                self._tell(why)
            case _:
                self._tell("the engine answered something else")
        return None

    # -- inside --------------------------------------------------------------------------------------

    def _read(self) -> tuple[Change, ...]:
        """The changes that were made for a later time, as they stand on the disk, in the order of it."""
        try:
            mark = (self._folder / FOLDER).stat().st_mtime_ns  # files are replaced, which their folder shows
        except OSError:
            return ()
        if mark != self._mark:
            try:
                changes = read_changes(self._folder)
            except ChangeError as error:
                self._tell(error)
                return self._planned
            live = [c for c in changes if c.state != "cancelled" and c.valid_from > c.made_at]
            self._planned, self._mark = tuple(in_time(live)), mark
        return self._planned

    def _ask(self) -> Answer | None:
        """The engine's answer; None where it is to end meanwhile."""
        asked = self._submit(TakeStore())
        while True:
            try:
                return asked.result(ANSWER_S)
            except NotYet:  # an answer that has come is taken, also at the end: it is to be in the log
                if self._ended.is_set():
                    return None

    def _taken_over(self, due: list[Change], changes: tuple[LayoutChange, ...]) -> None:
        numbers = ", ".join(str(change.number) for change in due)
        log.info("planned changes %s hold from now on: %d differences", numbers, len(changes))
        if not changes or not self._ledger.exists():  # somebody else asked first, and has it in the log
            return
        why = "; ".join(" ".join(filter(None, (c.part, c.name, c.how))) for c in changes[:LOGGED])
        try:
            with LedgerFile.open(self._ledger) as file, file.writing("the change of the store"):
                about = f"catalogue change {due[-1].number}"
                audit.record(file, None, TOOK, at=self._clock(), about=about, why=why, screen="engine")
        except (LedgerError, sqlite3.Error, OSError) as error:
            log.warning("that planned changes %s hold is not in the log: %s", numbers, error)

    def _tell(self, why: Words | Exception) -> None:
        """Once for as long as it is the same."""
        text = str(why)
        if text != self._told:
            self._told = text
            log.warning("a planned change of the catalogue is not taken over: %s", text)
