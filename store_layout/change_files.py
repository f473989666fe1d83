"""Changes of a store folder on the disk: ``changes/000001.json``, and beside each the tables it replaced.

A change is written down first, then the tables, then that they have it: after a crash anywhere it is applied
again, which comes to the same. Each file is replaced at once, so that nobody reads half of one.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from store_layout.changes import Change, Rows, in_time, layout_at, rows_between, with_rows
from store_layout.findings import CATALOG, PLANOGRAM
from store_layout.model import StoreLayout
from store_layout.problems import StoreProblems, errors_among
from store_layout.reader import read_store
from store_layout.rebuilt import Rebuild
from store_layout.said import said
from store_layout.whole_files import replace_whole, with_remedy
from store_layout.writer import check_layout, write_tables

FOLDER = "changes"
Announce = Callable[[Change], None]


class ChangeError(RuntimeError):
    """A change cannot be made, read or taken back; the text says where, why and what to do."""


def read_changes(folder: Path) -> tuple[Change, ...]:
    """All changes of a store folder, by number. Raises :class:`ChangeError` naming the file."""
    found = []
    for path in sorted((folder / FOLDER).glob("*.json")) if (folder / FOLDER).is_dir() else ():
        try:
            found.append(msgspec.json.decode(path.read_bytes(), type=Change))
        except (OSError, msgspec.MsgspecError) as error:
            raise ChangeError(
                said("{path}: {error}. Restore it from a backup, or move it away", path=path, error=error)
            ) from error
    return tuple(found)


def schedule(
    folder: Path,
    rows: Rows,
    *,
    valid_from: float,
    now: float,
    who: str,
    why: str,
    undoes: int | None = None,
    rebuild: Rebuild | None = None,
    announce: Announce = lambda _: None,
) -> Change:
    """Write a change down; :func:`apply_due` puts it into the tables when it is time.

    ``announce`` is told of it before anything comes of it, and whatever it raises takes it back. Raises
    :class:`ChangeError` where it cannot be written, ``StoreProblems`` for a folder that is no store.
    """
    layout = read_store(folder)
    numbers = [change.number for change in read_changes(folder)]
    change = Change(
        format=1,
        number=max(numbers, default=0) + 1,
        valid_from=valid_from,
        made_at=now,
        who=who,
        why=why,
        currency=layout.file.store.currency,
        rows=rows,
        undoes=undoes,
        rebuild=rebuild,
    )
    _write(folder, change, new=True)
    try:
        announce(change)
    except BaseException:
        _forget(folder, change.number)
        raise
    return change


def change_now(
    folder: Path,
    rows: Rows,
    *,
    now: float,
    who: str,
    why: str,
    undoes: int | None = None,
    rebuild: Rebuild | None = None,
    announce: Announce = lambda _: None,
) -> Change:
    """Write a change down and into the tables: both or neither. Else as :func:`schedule`."""
    change = schedule(
        folder,
        rows,
        valid_from=now,
        now=now,
        who=who,
        why=why,
        undoes=undoes,
        rebuild=rebuild,
        announce=announce,
    )
    try:
        return _apply(folder, change, now)
    except BaseException:
        _forget(folder, change.number)
        raise


def apply_due(folder: Path, now: float) -> tuple[Change, ...]:
    """Put the changes whose time has come into the tables; gives those that were.

    Raises :class:`ChangeError` for one that does not fit the store any more (it and what follows wait), or
    that cannot be written.
    """
    waiting = [c for c in read_changes(folder) if c.state == "scheduled" and c.valid_from <= now]
    return tuple(_apply(folder, change, now) for change in in_time(waiting))


def undo(
    folder: Path,
    number: int | None,
    *,
    now: float,
    who: str,
    why: str,
    announce: Announce = lambda _: None,
) -> Change:
    """Take a change back by another one, valid at once; one that still waits is cancelled.

    ``number`` None: the last that was applied and not taken back. Raises :class:`ChangeError` where later
    changes build on it.
    """
    apply_due(folder, now)
    changes = read_changes(folder)
    able = standing(changes)
    if number is None and not able:
        raise ChangeError(said("{folder}: nothing was changed that could be undone", folder=folder / FOLDER))
    change = able[-1] if number is None else next((c for c in changes if c.number == number), None)
    if change is None:
        raise ChangeError(
            said("{folder}: there is no change {number}", folder=folder / FOLDER, number=number)
        )
    if change.state == "scheduled" and change.before is None:
        cancelled = msgspec.structs.replace(change, cancelled_at=now)
        announce(cancelled)
        _write(folder, cancelled)
        return cancelled
    if change not in able or change.before is None:
        raise ChangeError(
            said("change {number} was {state} or is undone already", number=change.number, state=change.state)
        )
    built = [
        str(c.number)
        for c in able
        if c.number != change.number
        and (c.applied_at or 0.0, c.number) > (change.applied_at or 0.0, change.number)
        and c.rows.touched & change.rows.touched
    ]
    if built:
        raise ChangeError(
            said(
                "change {number} cannot be undone before {names}, which follow it",
                number=change.number,
                names=", ".join(built),
            )
        )
    return change_now(
        folder, change.before, now=now, who=who, why=why, undoes=change.number, announce=announce
    )


def standing(changes: Sequence[Change]) -> list[Change]:
    """Changes that hold, and were not taken back."""
    undone = {change.undoes for change in changes if change.state != "cancelled"}
    return [c for c in changes if c.state == "applied" and c.number not in undone and c.undoes is None]


class LayoutsByTime:
    """What a store's layout is at a time, while its changes come and go on the disk."""

    def __init__(self, folder: Path, layout: StoreLayout, included: frozenset[int] | None = None) -> None:
        """``included``: changes that ``layout`` has; None: all that are applied now."""
        self._folder, self._layout = folder, layout
        self._changes: tuple[Change, ...] = ()
        self._mark: object = None
        self._made: dict[tuple[int, ...], StoreLayout] = {}
        changes = self._read()
        applied = frozenset(change.number for change in changes if change.state == "applied")
        self._included = applied if included is None else included

    def at(self, t: float) -> StoreLayout:
        """The same object for as long as it says the same. Raises :class:`ChangeError`."""
        changes = self._read()
        key = tuple(
            c.number
            for c in changes
            if c.state != "cancelled" and (c.valid_from <= t) != (c.number in self._included)
        )
        if key not in self._made:
            self._made[key] = layout_at(self._layout, changes, t, self._included) if key else self._layout
        return self._made[key]

    def _read(self) -> tuple[Change, ...]:
        """The changes, read again where a file has changed."""
        folder = self._folder / FOLDER
        mark = (
            sorted((p.name, p.stat().st_mtime_ns, p.stat().st_size) for p in folder.glob("*.json"))
            if folder.is_dir()
            else None
        )
        if mark != self._mark:
            self._changes, self._mark = read_changes(self._folder), mark
            self._made.clear()
        return self._changes


def _apply(folder: Path, change: Change, now: float) -> Change:
    layout = read_store(folder)
    if change.currency != layout.file.store.currency:
        raise ChangeError(
            said(
                "change {number} has prices in {currency}, and the store counts in {counts}: undo it, "
                "and import its prices anew",
                number=change.number,
                currency=change.currency,
                counts=layout.file.store.currency,
            )
        )
    after = with_rows(layout, change.rows)
    if errors := errors_among(check_layout(after)):
        raise ChangeError(
            said(
                "change {number} does not fit the store any more: {errors}\nUndo it, or mend the tables",
                number=change.number,
                errors=StoreProblems(errors),
            )
        )
    if change.before is None:  # else a crash came between, and the tables may have it already
        change = msgspec.structs.replace(change, before=rows_between(after, layout))
        _keep_tables(folder, change)
        _write(folder, change)
    names = {CATALOG} if change.rows.products or change.rows.gone_products else set()
    names |= {PLANOGRAM} if change.rows.facings or change.rows.gone_facings else set()
    _with_remedy(folder, lambda: write_tables(after, folder, names))
    change = msgspec.structs.replace(change, applied_at=now)
    with suppress(ChangeError):  # the tables have it: the next look at the folder says so again
        _write(folder, change)
    return change


def _keep_tables(folder: Path, change: Change) -> None:
    """The tables as they stand, with the columns and the order that only people know."""
    kept = folder / FOLDER / f"{change.number:06d}.before"

    def copy() -> None:
        kept.mkdir(exist_ok=True)
        for name in (CATALOG, PLANOGRAM):
            replace_whole(kept / name, (folder / name).read_bytes())

    _with_remedy(folder, copy)


def _write(folder: Path, change: Change, *, new: bool = False) -> None:
    path = folder / FOLDER / f"{change.number:06d}.json"

    def write() -> None:
        path.parent.mkdir(exist_ok=True)
        if new and path.exists():
            raise ChangeError(
                said("{path}: somebody else made a change at this moment: say it again", path=path)
            )
        replace_whole(path, msgspec.json.format(msgspec.json.encode(change), indent=2) + b"\n")

    _with_remedy(folder, write)


def _forget(folder: Path, number: int) -> None:
    """A change that was never applied leaves nothing."""
    path = folder / FOLDER / f"{number:06d}.json"
    shutil.rmtree(path.with_suffix(".before"), ignore_errors=True)
    path.unlink(missing_ok=True)


def _with_remedy(folder: Path, write: Callable[[], None]) -> None:
    with_remedy(folder, write, ChangeError, "the tables are as they were")
