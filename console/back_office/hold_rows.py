"""Rows of holds: money that is kept back on a card from the entry on, until it is taken or let go."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

import msgspec

from console.back_office.ledger_file import LedgerFile
from console.back_office.payment_rows import LONGEST_WAIT_S

HoldState = Literal["due", "held", "declined", "captured", "releasing", "released", "expired"]


class Hold(msgspec.Struct, frozen=True):
    """Money on one card, for one entry."""

    key: str
    """The idempotency key: says nothing of the card."""
    token: str
    """Empty when nothing can be taken any more: it is not kept for longer. Of one that was declined it stays
    until the visit has ended, which is found by it."""
    entered_at: float
    amount: int
    """Minor units: the most that can be taken."""
    currency: str
    state: HoldState
    wanted: bool
    """False: to be let go as soon as the provider has said that there is one."""
    capture: str
    """Key of the order that takes from it; empty: none yet."""
    attempts: int
    next_at: float
    expires_at: float
    """When the provider lets go of it by itself; 0: it has not said yet."""
    ref: str
    said: str
    """The last thing that was heard of it."""
    last_four: str = ""
    visit: str = ""
    """Id of the visit that it was for; empty: that has not ended, or it is from before this was kept."""


_NAMES = Hold.__struct_fields__
_SELECT = f"SELECT {', '.join(_NAMES)} FROM payment_hold "  # noqa: S608 - our own field names


def insert(file: LedgerFile, hold: Hold) -> bool:
    """Within a transaction; false: it is there already."""
    cursor = file.database.execute(
        f"INSERT OR IGNORE INTO payment_hold ({', '.join(_NAMES)}) "  # noqa: S608 - our own field names
        f"VALUES ({', '.join('?' for _ in _NAMES)})",
        tuple(getattr(hold, name) for name in _NAMES),
    )
    return cursor.rowcount > 0


def hold(file: LedgerFile, key: str) -> Hold | None:
    """By its key."""
    return _first(file, "WHERE key = ?", key)


def of_capture(file: LedgerFile, capture: str) -> Hold | None:
    """The one that an order takes from."""
    return _first(file, "WHERE capture = ? AND capture <> ''", capture)


def of_entry(file: LedgerFile, token: str, since: float, until: float) -> Hold | None:
    """The latest of a card's whose visit has not ended, by the time of the entry."""
    return _first(
        file,
        "WHERE entered_at BETWEEN ?2 AND ?3 AND token = ?1 AND capture = '' AND wanted AND visit = '' "
        "AND state IN ('due', 'held', 'declined') ORDER BY entered_at DESC LIMIT 1",
        token,
        since,
        until,
    )


def of_visits(file: LedgerFile, visits: Sequence[str]) -> Hold | None:
    """The latest that was for one of these visits, who pay together."""
    told = json.dumps(list(visits))
    return _first(
        file,
        "WHERE visit <> '' AND visit IN (SELECT value FROM json_each(?)) ORDER BY id DESC LIMIT 1",
        told,
    )


def to_send(file: LedgerFile, now: float) -> list[Hold]:
    """Those to ask for or to let go now, in the order in which they came."""
    return _read(
        file,
        "WHERE state IN ('due', 'releasing') AND (next_at <= ? OR next_at > ?) ORDER BY id",
        now,
        now + LONGEST_WAIT_S,
    )


def run_out(file: LedgerFile, now: float) -> list[Hold]:
    """Those that the provider has let go of by itself, and that no order takes from."""
    return _read(file, "WHERE state = 'held' AND expires_at <= ? AND capture = ''", now)


def never_ended(file: LedgerFile, before: float) -> list[Hold]:
    """Those that were declined at an entry before then whose visit never ended."""
    return _read(file, "WHERE entered_at < ? AND state = 'declined' AND token <> ''", before)


def declined(file: LedgerFile) -> list[Hold]:
    """Those that were declined at the entry, of visits that have not ended."""
    return _read(file, "WHERE state = 'declined' AND token <> '' AND visit = '' ORDER BY id")


def latest(file: LedgerFile, limit: int = 200) -> list[Hold]:
    """Newest first."""
    return _read(file, "ORDER BY id DESC LIMIT ?", limit)


def change(file: LedgerFile, key: str, **values: object) -> None:
    """Set columns. Within a transaction."""
    assignments = ", ".join(f"{name} = ?" for name in values)
    file.database.execute(
        f"UPDATE payment_hold SET {assignments} WHERE key = ?",  # noqa: S608 - our own column names
        (*values.values(), key),
    )


def _first(file: LedgerFile, tail: str, *args: object) -> Hold | None:
    found = _read(file, tail, *args)
    return found[0] if found else None


def _read(file: LedgerFile, tail: str, *args: object) -> list[Hold]:
    return [
        msgspec.convert(dict(zip(_NAMES, columns, strict=True)), Hold, strict=False)
        for columns in file.database.execute(_SELECT + tail, args).fetchall()
    ]
