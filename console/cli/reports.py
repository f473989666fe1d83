"""``main.py reports``: what a day or a period came to, how openly it was decided, what left the shelves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from console.back_office import Ledger
from console.back_office.money import format_money
from console.back_office.reports.business_days import ONE_DAY, BusinessDays
from console.back_office.reports.closing import CloseError, close_day, last_close, open_days
from console.back_office.reports.csv_file import csv_bytes
from console.back_office.reports.day_sheets import day_sheet, period_sheet
from console.back_office.reports.figures import ReportError
from console.back_office.reports.other_sheets import openness_sheet, stock_sheet
from console.back_office.reports.periods import day_report, openness_report, period_report
from console.back_office.reports.sheets import Sheet
from console.back_office.reports.stock import stock_report
from console.back_office.reports.stock_entries import count_slots
from console.cli.acting import ActingOption, acts, opened
from console.cli.option_groups import OptionGroup, spread
from console.cli.places import DEMO_STORE, StoresLedgerOption, ledger_said
from console.cli.report_tables import show_sheet
from console.cli.say import JsonOption, errors_in_words, fail, in_words, out, print_json
from store_layout.model import StoreLayout
from store_layout.problems import StoreProblems
from store_layout.reader import read_store
from store_layout.whole_files import write_asked_for

app = typer.Typer(help="Day and period reports, closing the day, openness, stock.", no_args_is_help=True)
StoreOption = Annotated[
    Path | None,
    typer.Option("--store", help="The store folder; without it, the demo store.", show_default=False),
]
FirstOption = Annotated[
    str, typer.Option("--from", help="First day, as 2026-11-01; without it, a week ago.", show_default=False)
]
LastOption = Annotated[str, typer.Option("--to", help="Last day; without it, today.", show_default=False)]


@dataclass(frozen=True)
class ReportOptions(OptionGroup):
    """Of which shop, and where to."""

    store: StoreOption = None
    ledger: StoresLedgerOption = None
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Also write it for spreadsheets.", show_default=False)
    ] = None
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Also write it as PDF.", show_default=False)] = (
        None
    )
    as_json: JsonOption = False


class Shop(msgspec.Struct, frozen=True):
    """Whose reports they are."""

    layout: StoreLayout
    days: BusinessDays

    @property
    def name(self) -> str:
        """As people call it."""
        return self.layout.file.store.name

    @property
    def currency(self) -> str:
        """What it counts in."""
        return self.layout.file.store.currency

    def day(self, said: str, otherwise: date) -> date:
        """A day as it was given, or else."""
        if not said:
            return otherwise
        try:
            return date.fromisoformat(said)
        except ValueError as error:
            raise ReportError(f"{said!r} is no day: write it as 2026-11-26") from error

    @property
    def today(self) -> date:
        """By the shop's clock."""
        return self.days.day_of(time.time())


@app.command()
@spread
def day(
    options: ReportOptions,
    which: Annotated[str, typer.Argument(help="2026-11-26; without it, today.", show_default=False)] = "",
) -> None:
    """What a day came to; of a day that is not closed, so far."""
    with _at(options.store, options.ledger) as (shop, file):
        report = day_report(file, shop.day(which, shop.today), shop.days)
    sheet = day_sheet(report, shop.days, shop.name, shop.currency)
    _say(report, sheet, options)


@app.command()
@spread
def period(
    options: ReportOptions,
    first: FirstOption = "",
    last: LastOption = "",
) -> None:
    """What the days of a period came to together; final when all of them are closed."""
    with _at(options.store, options.ledger) as (shop, file):
        report = period_report(file, *_period(shop, first, last), shop.days)
    sheet = period_sheet(report, shop.days, shop.name, shop.currency)
    _say(report, sheet, options)


@app.command()
@spread
def openness(
    options: ReportOptions,
    first: FirstOption = "",
    last: LastOption = "",
) -> None:
    """How often a person decided, what that took, and how often and which way it was wrong."""
    with _at(options.store, options.ledger) as (shop, file):
        report = openness_report(file, *_period(shop, first, last), shop.days)
    _say(report, openness_sheet(report, shop.name, shop.currency), options)


@app.command()
@spread
def stock(
    options: ReportOptions,
    first: Annotated[
        str,
        typer.Option(
            "--from", help="Day on whose morning the planogram's stock was right.", show_default=False
        ),
    ] = "",
    last: LastOption = "",
) -> None:
    """What left the shelves and came onto them, by slot and product, what is missing, and what is low."""
    with _at(options.store, options.ledger) as (shop, file):
        days = _period(shop, first, last)
        report = stock_report(file, shop.layout, shop.days.begins(days[0]), shop.days.bounds(days[1])[1])
    sheet = stock_sheet(report, shop.days, shop.name, shop.currency)
    _say(report, sheet, options)


@app.command("count")
def count_command(
    units: Annotated[
        list[str],
        typer.Argument(help="SLOT=UNITS, or SLOT:PRODUCT=UNITS where it has several.", show_default=False),
    ],
    acting: ActingOption,
    why: Annotated[str, typer.Option(help="For the record.")] = "",
    store: StoreOption = None,
    ledger: StoresLedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep what somebody counted in slots: the stock report goes on from there, and says what was missing."""
    shop, path = _shop(store, ledger)
    with opened(path, ReportError) as file:
        told = dict(_counted(shop.layout, text) for text in units)
        made = count_slots(file, acts(file, acting), shop.layout, told, at=time.time(), why=why)
    if as_json:
        print_json(made)
    else:
        out.print(", ".join(f"{c.slot}: {c.units} {c.sku}" for c in made), markup=False, highlight=False)


@app.command()
def close(
    acting: ActingOption,
    which: Annotated[
        str,
        typer.Argument(
            help="2026-11-26; without it, the oldest that is over and not closed.", show_default=False
        ),
    ] = "",
    why: Annotated[
        str, typer.Option(help="Why it is closed before it is over, or days before it are not.")
    ] = "",
    store: StoreOption = None,
    ledger: StoresLedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Close a day: it becomes a numbered document and never changes. Only managers may."""
    shop, path = _shop(store, ledger)
    with opened(path, ReportError) as file:
        actor, waiting = acts(file, acting), open_days(file, shop.days, limit=1)
        wanted = shop.day(which, waiting[0] if waiting else shop.today)
        if not which and not waiting:
            raise CloseError("every day with something in it is closed")
        made = close_day(file, actor, wanted, shop.days, at=time.time(), why=why)
    if as_json:
        print_json({"close": made.row.close, "entry": made.row.entry, "hash": made.row.hash, "new": made.new})
        return
    done, figures = made.row.close, made.row.close.figures
    said = (
        ""
        if made.new
        else f" (on {shop.days.day_of(done.closed_at)} by {done.closed_by}; nothing was written now)"
    )
    total = format_money(figures.gross, figures.currency or shop.currency)
    out.print(
        f"{done.day} is closed as {done.label}{said}: {figures.receipts.count} receipts, {total} with tax, "
        f"less {figures.refunds.count} refunds",
        markup=False,
        highlight=False,
    )


@app.command("open")
def open_command(
    store: StoreOption = None, ledger: StoresLedgerOption = None, as_json: JsonOption = False
) -> None:
    """List the days that are not closed, in the order in which they have to be."""
    with _at(store, ledger) as (shop, file):
        found, latest = open_days(file, shop.days), last_close(file)
    label = None if latest is None else latest.close.label
    if as_json:
        print_json({"open": found, "last_close": label, "hash": None if latest is None else latest.hash})
        return
    days = ", ".join(day.isoformat() for day in found) or "none"
    out.print(f"Not closed: {days}. Last close: {label or 'none'}.", markup=False, highlight=False)


# -- parts -------------------------------------------------------------------------------------------


def _shop(store: Path | None, ledger: Path | None) -> tuple[Shop, Path]:
    with errors_in_words(StoreProblems, OSError):
        layout = read_store(store or DEMO_STORE)
        return Shop(layout, BusinessDays.of(layout)), ledger_said(ledger, store)


@contextmanager
def _at(store: Path | None, ledger: Path | None) -> Iterator[tuple[Shop, Ledger]]:
    """The shop, and its ledger to read."""
    shop, path = _shop(store, ledger)
    with opened(path, ReportError, read_only=True) as file:
        yield shop, file


def _counted(layout: StoreLayout, text: str) -> tuple[tuple[str, str], int]:
    place, _, said = text.rpartition("=")
    slot, _, sku = place.partition(":")
    if not said.isdecimal() or slot not in layout.slots:
        raise ReportError(f"{text!r}: write a slot of the planogram and how many, such as A1=12")
    having = sorted(layout.skus_of_slot[slot])
    if not sku and len(having) != 1:
        raise ReportError(f"slot {slot} has {', '.join(having) or 'nothing'}: write {slot}:PRODUCT={said}")
    return (slot, sku or having[0]), int(said)


def _period(shop: Shop, first: str, last: str) -> tuple[date, date]:
    end = shop.day(last, shop.today)
    return shop.day(first, end - 6 * ONE_DAY), end


def _say(report: object, sheet: Sheet, options: ReportOptions) -> None:
    written: list[Path] = []

    def write(path: Path | None, make: Callable[[Sheet], bytes]) -> None:
        if path is not None:
            write_asked_for(path, make(sheet))
            written.append(path)

    try:
        write(options.csv, csv_bytes)
        if options.pdf is not None:
            from console.printing.report_pdf import report_pdf

            write(options.pdf, report_pdf)
    except OSError as error:
        raise fail(in_words(error)) from error
    if options.as_json:
        print_json(report)
        return
    for path in written:
        out.print(f"{path}: {path.stat().st_size} bytes", markup=False, highlight=False)
    if not written:
        show_sheet(sheet)
