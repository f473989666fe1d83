"""``main.py catalogue``: what is sold and where it stands, changed at a time, with a history."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich.table import Table

from console.back_office import Ledger, LedgerError
from console.back_office.audit import record
from console.back_office.permissions import Actor, require
from console.cli.acting import acts, opened
from console.cli.places import DEMO_STORE, LedgerOption, ledger_of
from console.cli.said import SaidError, time_said
from console.cli.say import JsonOption, errors_in_words, fail, out, print_json, row
from console.language import tr_noop
from store_layout.change_files import (
    Announce,
    ChangeError,
    apply_due,
    change_now,
    read_changes,
    schedule,
    undo,
)
from store_layout.changes import Change, Rows, in_time, layout_at, rows_between, with_rows
from store_layout.csv_import import check_import
from store_layout.differences import Difference, Kind, differences
from store_layout.model import StoreLayout
from store_layout.problems import Problem, StoreProblems, format_problems
from store_layout.reader import LARGEST_FILE, read_store

app = typer.Typer(help="Change what is sold and where it stands, at a time.", no_args_is_help=True)
ERRORS = (ChangeError, SaidError, StoreProblems)

StoreOption = Annotated[
    Path | None, typer.Option("--store", help="Store folder; without it, the demo store.", show_default=False)
]
ActingOption = Annotated[
    str | None, typer.Option("--as", help="Operator; not needed for a dry run.", show_default=False)
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
    acting: ActingOption = None,
    why: WhyOption = "",
    store: StoreOption = None,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import catalog.csv, planogram.csv or both. What is wrong is listed, and then nothing is changed."""
    folder = store or DEMO_STORE
    if catalog is None and planogram is None:
        raise fail("name a table: --catalog FILE, --planogram FILE, or both")
    if acting is None and not dry_run:
        raise fail("--as says who changes it; or say --dry-run")
    with errors_in_words(*ERRORS):
        layout, now = read_store(folder), time.time()
        at = now if valid_from is None else time_said(valid_from, ZoneInfo(layout.file.store.time_zone))
        if valid_from is not None and at <= now:
            raise ChangeError(f"{valid_from} is over: leave --valid-from out for a change that is valid now")
        before = layout_at(layout, read_changes(folder), at, _applied(folder))
        found = check_import(before, _content(catalog), _content(planogram), partial=partial)
    if found.layout is None:
        if as_json:
            print_json(Planned(at, dry_run, None, "refused", {}, (), found.problems))
        else:
            out.print(format_problems(found.problems), markup=False, highlight=False)
            out.print("Nothing was changed.")
        raise typer.Exit(1)
    lines = differences(before, found.layout)
    rows = rows_between(before, found.layout)
    counts = dict(Counter(d.kind for d in lines))
    planned = Planned(at, dry_run, None, "", counts, lines, found.problems, _later(folder, at, rows))
    if not dry_run and lines:
        with opened(lambda: ledger or _ledger(store), *ERRORS) as file:
            actor = _allowed(file, acting or "")
            apply_due(folder, now)
            with _recorded(file, actor, "changed the catalogue", why) as announce:
                change = (
                    change_now(folder, rows, now=now, who=actor.name, why=why, announce=announce)
                    if valid_from is None
                    else schedule(
                        folder, rows, valid_from=at, now=now, who=actor.name, why=why, announce=announce
                    )
                )
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
    number: Annotated[int | None, typer.Argument(help="Which change; without it, the last one.")] = None,
    acting: ActingOption = None,
    why: WhyOption = "",
    store: StoreOption = None,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a change back, valid at once; one that still waits is cancelled."""
    folder, now = store or DEMO_STORE, time.time()
    if acting is None:
        raise fail("--as says who takes it back")
    with opened(lambda: ledger or _ledger(store), *ERRORS) as file:
        actor = _allowed(file, acting)
        with _recorded(file, actor, "undid a change of the catalogue", why) as announce:
            done = undo(folder, number, now=now, who=actor.name, why=why, announce=announce)
        about = done.number if done.undoes is None else done.undoes
    if as_json:
        print_json(done)
    else:
        out.print(f"Change {about} is {'cancelled' if done.undoes is None else 'undone'}.")


# -- parts -------------------------------------------------------------------------------------------


def _list(folder: Path, number: int | None, *, waiting: bool, as_json: bool) -> None:
    with errors_in_words(*ERRORS):
        layout, changes = read_store(folder), read_changes(folder)
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
        for line in _lines_of(changes[0], layout, read_changes(folder)):
            out.print(f"  {line}", markup=False, highlight=False)


def _lines_of(change: Change, layout: StoreLayout, changes: tuple[Change, ...]) -> tuple[Difference, ...]:
    """What a change made different, seen from the moment before it."""
    included = frozenset(c.number for c in changes if c.state == "applied")
    after = layout_at(layout, changes, change.valid_from, included)
    others = [c for c in changes if c.number != change.number]
    if change.number in included and change.before is not None:
        return differences(with_rows(after, change.before), after)
    return differences(layout_at(layout, others, change.valid_from, included), after)


def _allowed(file: Ledger, name: str) -> Actor:
    actor = acts(file, name)
    require(actor, "change the catalogue")
    return actor


@contextmanager
def _recorded(file: Ledger, actor: Actor, what: str, why: str) -> Iterator[Announce]:
    """What writes the change into the audit log before it is made; one that then fails is there as well."""
    announced: list[str] = []

    def announce(change: Change) -> None:
        about = f"catalogue change {change.number}"
        with file.writing(tr_noop("the audit log")):
            record(file, actor, what, at=time.time(), about=about, why=why)
        announced.append(about)

    try:
        yield announce
    except ChangeError:
        for about in announced:
            with suppress(LedgerError), file.writing(tr_noop("the audit log")):
                record(file, actor, f"{what}: failed", at=time.time(), about=about)
        raise


def _ledger(store: Path | None) -> Path:
    return ledger_of(None if store is None else read_store(store).file.store)


def _later(folder: Path, at: float, rows: Rows) -> tuple[int, ...]:
    waits = (c for c in read_changes(folder) if c.state == "scheduled" and c.valid_from > at)
    return tuple(change.number for change in waits if change.rows.touched & rows.touched)


def _applied(folder: Path) -> frozenset[int]:
    return frozenset(c.number for c in read_changes(folder) if c.state == "applied")


def _content(path: Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ChangeError(f"{path} is larger than {LARGEST_FILE // 2**20} MiB: is it the right file?")
        return path.read_bytes()
    except OSError as error:
        raise ChangeError(f"{path} cannot be read ({error.strerror}): check who may read it") from error


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
