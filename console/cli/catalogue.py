"""``main.py catalogue``: what is sold and where it stands, changed at a time, with a history."""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich.table import Table

from console.cli.acting import ActingOption, acts, opened
from console.cli.places import DEMO_STORE, StoresLedgerOption, ledger_said
from console.cli.said import SaidError, time_said
from console.cli.say import JsonOption, errors_in_words, fail, out, print_json, row
from console.operations.catalogue import (
    carry_out,
    lines_of,
    plan_import,
    read_book,
    read_settled,
    read_table,
)
from console.operations.change_undo import take_back
from store_layout.change_files import ChangeError, read_changes
from store_layout.changes import Rows, in_time
from store_layout.differences import Difference, Kind
from store_layout.model import StoreLayout
from store_layout.problems import Problem, StoreProblems, format_problems
from store_layout.said import in_english

app = typer.Typer(help="Change what is sold and where it stands, at a time.", no_args_is_help=True)
ERRORS = (ChangeError, SaidError, StoreProblems)

StoreOption = Annotated[
    Path | None, typer.Option("--store", help="Store folder; without it, the demo store.", show_default=False)
]
WhyOption = Annotated[str, typer.Option(help="For the record.")]
TableOption = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="The new table.", show_default=False)
]


class Planned(msgspec.Struct, frozen=True):
    """What an import changes."""

    valid_from: float
    dry_run: bool
    number: int | None
    """Of the change; None: nothing was written."""
    state: str
    """``refused`` where the tables have errors; empty of a dry run, and where nothing changes."""
    counts: dict[Kind, int]
    """Kind of difference -> how many."""
    differences: tuple[Difference, ...]
    problems: tuple[Problem, ...]
    waiting: tuple[int, ...] = ()
    """Changes that come later and set some of the same rows again."""


@app.command("import")
def import_command(
    catalog: TableOption = None,
    planogram: TableOption = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Rows that are not in the tables stay; else they go.")
    ] = False,
    valid_from: Annotated[
        str | None,
        typer.Option(help="From when on, by the shop's clock: 2026-12-01T06:00. Without it: now."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    acting: Annotated[
        str | None, typer.Option("--as", help="Operator; not needed for a dry run.", show_default=False)
    ] = None,
    why: WhyOption = "",
    store: StoreOption = None,
    ledger: StoresLedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import catalog.csv, planogram.csv or both. What is wrong is listed, and then nothing is changed."""
    folder = store or DEMO_STORE
    if catalog is None and planogram is None:
        raise fail("name a table: --catalog FILE, --planogram FILE, or both")
    if acting is None and not dry_run:
        raise fail("--as says who changes it; or say --dry-run")
    with errors_in_words(*ERRORS):
        layout, now = read_settled(folder), time.time()
        zone = ZoneInfo(layout.file.store.time_zone)
        at = None if valid_from is None else time_said(valid_from, zone)
        if at is not None and at <= now:
            raise ChangeError(f"{valid_from} is over: leave --valid-from out for a change that is valid now")
        plan = plan_import(folder, _content(catalog), _content(planogram), at=at, now=now, partial=partial)
    if plan.rows is None:
        if as_json:
            problems = tuple(in_english(problem) for problem in plan.problems)
            print_json(Planned(plan.valid_from, dry_run, None, "refused", {}, (), problems))
        else:
            out.print(format_problems(plan.problems), markup=False, highlight=False)
            out.print("Nothing was changed.")
        raise typer.Exit(1)
    counts = dict(Counter(d.kind for d in plan.differences))
    waiting = _later(folder, plan.valid_from, plan.rows)
    problems = tuple(in_english(problem) for problem in plan.problems)
    planned = Planned(plan.valid_from, dry_run, None, "", counts, plan.differences, problems, waiting)
    if not dry_run and plan.differences:
        with opened(lambda: ledger_said(ledger, store), *ERRORS) as file:
            change = carry_out(folder, file, acts(file, acting or ""), plan, now=now, why=why)
        planned = msgspec.structs.replace(planned, number=change.number, state=change.state)
    _say(planned, layout, as_json=as_json)


@app.command()
def history(
    store: StoreOption = None,
    number: Annotated[int | None, typer.Argument(help="Only that change, row by row.")] = None,
    as_json: JsonOption = False,
) -> None:
    """All changes, the latest first: from when, who, why, and what became of them."""
    _list(store or DEMO_STORE, number, waiting=False, as_json=as_json)


@app.command("schedule")
def schedule_command(store: StoreOption = None, as_json: JsonOption = False) -> None:
    """The changes that wait for their time, the next one first."""
    _list(store or DEMO_STORE, None, waiting=True, as_json=as_json)


@app.command("undo")
def undo_command(
    acting: ActingOption,
    number: Annotated[int | None, typer.Argument(help="Which change; without it, the last one.")] = None,
    why: WhyOption = "",
    store: StoreOption = None,
    ledger: StoresLedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a change back, valid at once; one that still waits is cancelled."""
    folder, now = store or DEMO_STORE, time.time()
    with opened(lambda: ledger_said(ledger, store), *ERRORS) as file:
        done = take_back(folder, file, acts(file, acting), number, now=now, why=why)
        about = done.number if done.undoes is None else done.undoes
    if as_json:
        print_json(done)
    else:
        out.print(f"Change {about} is {'cancelled' if done.undoes is None else 'undone'}.")


# -- parts -------------------------------------------------------------------------------------------


def _list(folder: Path, number: int | None, *, waiting: bool, as_json: bool) -> None:
    with errors_in_words(*ERRORS):
        book = read_book(folder)
        layout, changes = book.layout, book.changes
        if waiting:
            changes = tuple(in_time([c for c in changes if c.state == "scheduled"]))
        else:
            changes = tuple(reversed([c for c in changes if number in {None, c.number}]))
        if number is not None and not changes:
            raise ChangeError(f"{folder}: there is no change {number}")
    if as_json:
        print_json(changes)
        return
    table = Table("No.", "State", "Valid from", "By", "Products", "Slots", "Undoes", "Why", box=None)
    for change in changes:
        rows = change.rows
        products, slots = (
            len(rows.products) + len(rows.gone_products),
            len(rows.facings) + len(rows.gone_facings),
        )
        start = _clock(change.valid_from, layout)
        cells = (change.number, change.state, start, change.who, products, slots, change.undoes, change.why)
        table.add_row(*row(*cells))
    out.print(table if changes else "No changes.", markup=False)
    if number is not None and changes:
        for line in lines_of(changes[0], book):
            out.print(f"  {line}", markup=False, highlight=False)


def _later(folder: Path, at: float, rows: Rows) -> tuple[int, ...]:
    waits = (c for c in read_changes(folder) if c.state == "scheduled" and c.valid_from > at)
    return tuple(change.number for change in waits if change.rows.touched & rows.touched)


def _content(path: Path | None) -> bytes | None:
    return None if path is None else read_table(path)


def _clock(at: float, layout: StoreLayout) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(layout.file.store.time_zone)).strftime("%Y-%m-%d %H:%M")


def _say(planned: Planned, layout: StoreLayout, *, as_json: bool) -> None:
    if as_json:
        print_json(planned)
        return
    if planned.problems:
        out.print(format_problems(planned.problems), markup=False, highlight=False)
    for line in planned.differences:
        out.print(f"  {line}", markup=False, highlight=False)
    counts = ", ".join(_counted(kind, n) for kind, n in planned.counts.items()) or "nothing changes"
    for number in planned.waiting:
        out.print(f"Change {number} comes later and sets some of this again.", highlight=False)
    if planned.number is None:
        would = "Would change from" if planned.differences else "From"
        clock = _clock(planned.valid_from, layout)
        out.print(f"{would} {clock}: {counts}. Nothing was written.", highlight=False)
        return
    out.print(
        f"Change {planned.number}, {planned.state}, valid from {_clock(planned.valid_from, layout)}: "
        f"{counts}. `main.py catalogue undo {planned.number}` takes it back",
        highlight=False,
    )
    if any(d.kind in {"weight", "moved", "slot", "added", "removed"} for d in planned.differences):
        out.print("Prices are valid for a running engine too; it takes weights and slots at its next start.")


_COUNTED: dict[Kind, str] = {
    "added": "new product(s)",
    "removed": "product(s) not sold any more",
    "price": "price(s)",
    "tax": "tax rate(s)",
    "weight": "weight(s)",
    "deposit": "deposit(s)",
    "other": "other detail(s)",
    "moved": "product(s) moved",
    "slot": "slot(s)",
    "stock": "count(s) of slots",
}


def _counted(kind: Kind, count: int) -> str:
    return f"{count} {_COUNTED[kind].replace('(s)', '' if count == 1 else 's')}"
