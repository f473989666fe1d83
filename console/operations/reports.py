"""Reports for the window: read, written to files and closed off its thread, on one worker of their own."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec
from PySide6.QtCore import QObject, Signal

from console.back_office.ledger import Ledger, LedgerError
from console.back_office.permissions import NotAllowedError
from console.back_office.reports.business_days import BusinessDays
from console.back_office.reports.closing import close_day, last_close, open_days
from console.back_office.reports.csv_file import csv_bytes
from console.back_office.reports.day_sheets import day_sheet, period_sheet
from console.back_office.reports.figures import ReportError
from console.back_office.reports.other_sheets import openness_sheet, stock_sheet
from console.back_office.reports.periods import (
    DayReport,
    OpennessReport,
    PeriodReport,
    day_report,
    openness_report,
    period_report,
)
from console.back_office.reports.sheets import Sheet
from console.back_office.reports.stock import StockReport, stock_report
from console.language import tr
from console.language.sentences import in_words
from console.operations.background import Background
from console.operations.operator_session import OperatorSession
from console.printing.report_pdf import report_pdf
from store_layout.model import StoreLayout
from store_layout.whole_files import write_asked_for

ReportKind = Literal["day", "period", "openness", "stock"]
Found = DayReport | PeriodReport | OpennessReport | StockReport
_TROUBLES = (LedgerError, sqlite3.Error, OSError)


class Wanted(msgspec.Struct, frozen=True):
    """What is asked for: one day, or the days from ``first`` to ``last``."""

    kind: ReportKind
    first: date
    last: date


class Shown(msgspec.Struct, frozen=True):
    """A report as it was read."""

    wanted: Wanted
    report: Found
    sheet: Sheet
    waiting: tuple[date, ...]
    """Days that are not closed, in the order in which they have to be."""
    any_closed: bool
    """There is a close already."""


class Reports(QObject):
    """The report that was asked for last. Call a method; ``changed``, ``done`` or ``refused`` follows."""

    changed = Signal()
    done = Signal(str)
    """In words: a day was closed, a file was written."""
    refused = Signal(str)
    """In words: why it was not."""

    def __init__(
        self,
        path: Path,
        layout: StoreLayout,
        session: OperatorSession,
        store_time: Callable[[], float],
        parent: QObject | None = None,
    ) -> None:
        """``store_time``: now, as the store has it; of a recording, where it stands."""
        super().__init__(parent)
        self._store_time = store_time
        self.path, self.layout = path, layout
        self.days = BusinessDays.of(layout)
        self.shown: Shown | None = None
        self.trouble = ""
        """Why the last report could not be read; empty: it was."""
        self._session = session
        self._background = Background(self, workers=1)
        self._wanted: Wanted | None = None

    @property
    def busy(self) -> bool:
        """Whether something asked for is still to come."""
        return self._background.busy

    @property
    def today(self) -> date:
        """By the shop's clock."""
        return self.days.day_of(self._store_time())

    def close(self) -> None:
        """Wait for what runs; nothing is delivered any more."""
        self._background.close()

    def ask(self, wanted: Wanted) -> None:
        """Read a report; what had been asked for before and is not there yet is not shown."""
        self._wanted = wanted
        self._background.run(
            lambda: self._read(wanted),
            lambda found: self._took(wanted, found),
            lambda error: self._could_not(wanted, error),
        )

    def close_the_day(self, day: date, why: str) -> None:
        """Close a day in the name of who is signed in, and read again what is shown."""
        actor = self._session.actor
        if actor is None:
            self.refused.emit(tr("Sign in first: a day is closed by a manager."))
            return
        self._session.touch()

        def work() -> str:
            with Ledger.open(self.path) as file:
                made = close_day(file, actor, day, self.days, at=time.time(), why=why)
            return made.row.close.label

        def closed(label: str) -> None:
            self.done.emit(tr("{day} is closed as {label}.", day=day.isoformat(), label=label))
            if self._wanted is not None:
                self.ask(self._wanted)

        self._background.run(work, closed, self._say_why)

    def export(self, path: Path) -> None:
        """Write what is shown to a file, ``.pdf`` or else for spreadsheets."""
        shown = self.shown
        if shown is None:
            return
        if path.suffix.lower() == ".pdf":
            # Qt's fonts belong to the window's thread.
            self._write(path, lambda: report_pdf(shown.sheet), here=True)
        else:
            self._write(path, lambda: csv_bytes(shown.sheet), here=False)

    # -- inside --------------------------------------------------------------------------------------

    def _write(self, path: Path, make: Callable[[], bytes], *, here: bool) -> None:
        data = make() if here else None

        def work() -> None:
            write_asked_for(path, make() if data is None else data)

        def written(_nothing: None) -> None:
            self.done.emit(tr("Written: {path}", path=str(path)))

        self._background.run(work, written, self._say_why)

    def _read(self, wanted: Wanted) -> Shown | None:
        """None: there is no ledger yet."""
        if not self.path.exists():
            return None
        name, currency = self.layout.file.store.name, self.layout.file.store.currency
        report: Found
        with Ledger.open(self.path, read_only=True) as file:
            waiting = tuple(open_days(file, self.days))
            any_closed = last_close(file) is not None
            match wanted.kind:
                case "day":
                    report = day_report(file, wanted.first, self.days)
                    sheet = day_sheet(report, self.days, name, currency)
                case "period":
                    report = period_report(file, wanted.first, wanted.last, self.days)
                    sheet = period_sheet(report, self.days, name, currency)
                case "openness":
                    report = openness_report(file, wanted.first, wanted.last, self.days)
                    sheet = openness_sheet(report, name, currency)
                case "stock":
                    since, until = self.days.begins(wanted.first), self.days.bounds(wanted.last)[1]
                    report = stock_report(file, self.layout, since, until)
                    sheet = stock_sheet(report, self.days, name, currency)
        return Shown(wanted, report, sheet, waiting, any_closed)

    def _took(self, wanted: Wanted, found: Shown | None) -> None:
        if wanted == self._wanted:
            self.shown, self.trouble = found, ""
            self.changed.emit()

    def _could_not(self, wanted: Wanted, error: Exception) -> None:
        if wanted != self._wanted:
            return
        self.shown = None
        if isinstance(error, ReportError):
            self.trouble = f"{in_words(error)}."
        elif isinstance(error, _TROUBLES):
            self.trouble = tr("The ledger could not be read: {error}", error=in_words(error))
        else:
            raise error
        self.changed.emit()

    def _say_why(self, error: Exception) -> None:
        if isinstance(error, ReportError | NotAllowedError):
            self.refused.emit(f"{in_words(error)}.")
        elif isinstance(error, _TROUBLES):
            self.refused.emit(tr("Nothing was written: {error}", error=in_words(error)))
        else:
            raise error
