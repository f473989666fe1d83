"""Whole tables side by side, row by row: a ledger of any size is checked in little memory and without jumps.

What belongs together is read in one order from each table (the tables' own, so that the file is read from
its beginning to its end), and taken from each as its key comes by.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from console.back_office.database import Database

OnProgress = Callable[[str, int, int], None]
"""Told the part, how many of its rows were looked at, and of how many; what it raises ends the check."""

Row = tuple[Any, ...]
Fault = tuple[int, str, str]
"""Where it is to be told of among its part's (an entry's number, or 0), the place, and what is wrong."""

MOST_FAULTS = 1_000
"""After so many it is known that the ledger is not what was written."""
TOLD_EACH = 5_000
"""Rows between two words about the progress."""
CACHE_KIB = 65_536
"""SQLite's own is 2 MiB: too little for four tables side by side."""


class Beside:
    """Rows of a second table in the order of the first one's keys."""

    def __init__(self, rows: Iterable[Row], key_columns: int) -> None:
        """``rows`` are sorted by their first ``key_columns`` columns, as SQLite sorts text."""
        self._rows = iter(rows)
        self._width = key_columns
        self._next = next(self._rows, None)
        self._strays: list[Row] = []

    def take(self, *key: Any) -> list[Row]:
        """The rest of each row with this key; keys are asked for in their order."""
        found: list[Row] = []
        width = self._width
        while (row := self._next) is not None and (mine := row[:width]) <= key:
            if mine == key:
                found.append(row[width:])
            elif len(self._strays) < MOST_FAULTS and (not self._strays or self._strays[-1] != mine):
                self._strays.append(mine)
            self._next = next(self._rows, None)
        return found

    def strays(self) -> Iterator[Row]:
        """Keys that nobody asked for, after the last one was; once."""
        yield from self._strays
        last: Row | None = None
        while (row := self._next) is not None:
            if (mine := row[: self._width]) != last:
                yield mine
            last = mine
            self._next = next(self._rows, None)


def told(
    rows: Iterable[Row], part: str, of: Callable[[], int], on_progress: OnProgress | None
) -> Iterator[Row]:
    """The rows, with a word to ``on_progress`` now and then; ``of`` counts them."""
    if on_progress is None:
        yield from rows
        return
    total, seen = of(), 0
    on_progress(part, 0, total)
    for seen, row in enumerate(rows, start=1):
        yield row
        if seen % TOLD_EACH == 0:
            on_progress(part, seen, total)
    on_progress(part, seen, total)


def count(db: Database, table: str) -> int:
    """How many rows there are."""
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - our own table names


def in_order(faults: Iterable[Fault]) -> Iterator[Fault]:
    """The earliest first, and no more than are told."""
    yield from heapq.nsmallest(MOST_FAULTS, faults, key=lambda fault: fault[0])
