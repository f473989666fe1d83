"""Changes of catalogue and planogram, each a whole piece of work: what it would do, made, taken back.

For the window and the command line. Who does it has shown a PIN; it is in the audit log before it is made.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from console.back_office.audit import record
from console.back_office.ledger import Ledger, LedgerError
from console.back_office.permissions import Actor, require
from console.language import tr, tr_noop
from console.language.sentences import in_words
from store_layout.change_files import (
    Announce,
    ChangeError,
    apply_due,
    change_now,
    read_changes,
    schedule,
    standing,
    undo,
)
from store_layout.changes import Change, Rows, layout_at, place_of, rows_between, with_rows
from store_layout.csv_import import check_import
from store_layout.differences import Difference, differences
from store_layout.findings import CATALOG, PLANOGRAM, PROMOTIONS, TOML
from store_layout.model import Facing, StoreLayout
from store_layout.problems import Problem, StoreProblems, errors_among
from store_layout.reader import LARGEST_FILE, read_store
from store_layout.whole_files import replace_whole
from store_layout.writer import check_layout

CHANGED, UNDID = "changed the catalogue", "undid a change of the catalogue"
PAUSES_S = (0.1, 0.2, 0.4)
"""Between looks at a folder that does not fit together: two of its files may be just being replaced."""


class Plan(msgspec.Struct, frozen=True):
    """What a change would do. Nothing is written."""

    valid_from: float
    """Seconds since the epoch."""
    later: bool
    """It waits for its time; else it is made at once."""
    rows: Rows | None
    """None: there are errors."""
    differences: tuple[Difference, ...]
    problems: tuple[Problem, ...]
    """Errors and warnings."""

    @property
    def makes_a_difference(self) -> bool:
        """Whether there is something to be made."""
        return self.rows is not None and bool(self.differences)


class Book(msgspec.Struct, frozen=True):
    """The store's tables as they are, and all their changes by number."""

    layout: StoreLayout
    changes: tuple[Change, ...]


def read_settled(folder: Path) -> StoreLayout:
    """``read_store`` beside somebody who replaces tables just now: read again for a moment, then believed.

    Raises ``StoreProblems``.
    """
    for pause in PAUSES_S:
        before = _stamps(folder)
        with suppress(StoreProblems):
            layout = read_store(folder)
            if _stamps(folder) == before:
                return layout
        time.sleep(pause)
        if _stamps(folder) == before:
            break
    return read_store(folder)


def read_book(folder: Path) -> Book:
    """Tables and changes. Raises ``StoreProblems``, ``ChangeError``."""
    return Book(read_settled(folder), read_changes(folder))


def read_table(path: Path) -> bytes:
    """A table that somebody chose. Raises ``ChangeError``."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ChangeError(
                tr(
                    "{path} is larger than {size} MiB: is it the right file?",
                    path=path,
                    size=LARGEST_FILE // 2**20,
                )
            )
        return path.read_bytes()
    except OSError as error:
        raise ChangeError(
            tr(
                "{path} cannot be read ({error}): check who may read it",
                path=path,
                error=in_words(error.strerror or ""),
            )
        ) from error


def save_tables(folder: Path, target: Path) -> tuple[Path, ...]:
    """Copy the tables as they are, to be worked on in a spreadsheet. What lies there already stays.

    Raises ``ChangeError``.
    """
    made = []
    try:
        for name in (CATALOG, PLANOGRAM):
            content = (folder / name).read_bytes()
            stem, number, path = Path(name).stem, 1, target / name
            while path.exists():
                number += 1
                path = target / f"{stem}-{number}.csv"
            replace_whole(path, content)
            made.append(path)
    except OSError as error:
        raise ChangeError(
            tr(
                "{path} cannot be written ({error}): choose another folder",
                path=target,
                error=in_words(error.strerror or ""),
            )
        ) from error
    return tuple(made)


def plan_import(
    folder: Path,
    catalog: bytes | None,
    planogram: bytes | None,
    *,
    at: float | None,
    now: float,
    partial: bool = False,
) -> Plan:
    """What tables would change; ``at`` None: now. Raises ``StoreProblems``, ``ChangeError``."""
    valid_from, before = _before(folder, at, now)
    found = check_import(before, catalog, planogram, partial=partial)
    if found.layout is None:
        return Plan(valid_from, at is not None, None, (), found.problems)
    return Plan(
        valid_from,
        at is not None,
        rows_between(before, found.layout),
        differences(before, found.layout),
        found.problems,
    )


def plan_slot(folder: Path, slot: str, facings: tuple[Facing, ...], *, at: float | None, now: float) -> Plan:
    """What it would change to have just these rows for a slot. Raises as :func:`plan_import`."""
    valid_from, before = _before(folder, at, now)
    wanted = {place_of(facing) for facing in facings}
    gone = tuple(place_of(f) for f in before.planogram if f.slot == slot and place_of(f) not in wanted)
    rows = Rows(facings=tuple(f for f in facings if f not in before.planogram), gone_facings=gone)
    after = with_rows(before, rows)
    known = set(check_layout(before))
    problems = tuple(problem for problem in check_layout(after) if problem not in known)
    bad = errors_among(problems)
    return Plan(
        valid_from,
        at is not None,
        None if bad else rows,
        () if bad else differences(before, after),
        problems,
    )


def carry_out(folder: Path, ledger: Ledger, actor: Actor, plan: Plan, *, now: float, why: str) -> Change:
    """Make the change that was planned, or write it down for its time.

    Raises ``NotAllowedError``, ``ChangeError``, ``StoreProblems``, ``LedgerError``.
    """
    require(actor, "change the catalogue")
    if plan.rows is None:
        raise ChangeError(tr("There are errors in it: nothing was changed"))
    apply_due(folder, now)
    with recorded(ledger, actor, CHANGED, why) as announce:
        if plan.later:
            return schedule(
                folder,
                plan.rows,
                valid_from=plan.valid_from,
                now=now,
                who=actor.name,
                why=why,
                announce=announce,
            )
        return change_now(folder, plan.rows, now=now, who=actor.name, why=why, announce=announce)


def take_back(
    folder: Path, ledger: Ledger, actor: Actor, number: int | None, *, now: float, why: str
) -> Change:
    """Undo a change, or cancel one that waits. Raises as :func:`carry_out`."""
    require(actor, "change the catalogue")
    with recorded(ledger, actor, UNDID, why) as announce:
        return undo(folder, number, now=now, who=actor.name, why=why, announce=announce)


def lines_of(change: Change, book: Book) -> tuple[Difference, ...]:
    """What a change made different, seen from the moment before it; what it will make, where it waits."""
    changes = book.changes
    included = frozenset(c.number for c in changes if c.state == "applied")
    after = layout_at(book.layout, changes, change.valid_from, included)
    others = [c for c in changes if c.number != change.number]
    if change.number in included and change.before is not None:
        return differences(with_rows(after, change.before), after)
    before = layout_at(book.layout, others, change.valid_from, included)
    return differences(before, with_rows(before, change.rows))


def can_be_undone(change: Change, changes: tuple[Change, ...]) -> bool:
    """Whether it waits, or holds and was not taken back."""
    return change.state == "scheduled" or change.number in {c.number for c in standing(changes)}


@contextmanager
def recorded(file: Ledger, actor: Actor, what: str, why: str) -> Iterator[Announce]:
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


# -- parts -------------------------------------------------------------------------------------------


def _before(folder: Path, at: float | None, now: float) -> tuple[float, StoreLayout]:
    """From when on, and the store as it will be right before."""
    if at is not None and at <= now:
        raise ChangeError(tr("That time is over: choose a later one, or let it be valid now"))
    book, valid_from = read_book(folder), now if at is None else at
    applied = frozenset(c.number for c in book.changes if c.state == "applied")
    return valid_from, layout_at(book.layout, book.changes, valid_from, applied)


def _stamps(folder: Path) -> tuple[tuple[int, int] | None, ...]:
    found: list[tuple[int, int] | None] = []
    for name in (TOML, CATALOG, PLANOGRAM, PROMOTIONS):
        try:
            stat = (folder / name).stat()
        except OSError:
            found.append(None)
        else:
            found.append((stat.st_mtime_ns, stat.st_ino))
    return tuple(found)
