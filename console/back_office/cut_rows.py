"""What is left of entries that were cut off the beginning of the chain: a row each, in a chain of their own.

A row has the entry's number, kind, day and hash, and of a document its number and total: nothing of what was
bought, by whom, or who worked on it. Its ``link`` is the hash over the row before it and itself, so a changed
row is found where it is; the entry of kind ``cut`` that took the others away has the last one's.
"""

from __future__ import annotations

import msgspec

from console.back_office.bodies import CutBody
from console.back_office.chain import GENESIS, canonical, link
from console.back_office.database import Database

KIND = "cut"


class Stub(msgspec.Struct, frozen=True):
    """What is left of one entry."""

    seq: int
    kind: str
    day: str
    """By the shop's clock, ISO; empty: the entry did not say."""
    series: str
    """Empty: it was no document."""
    number: int
    currency: str
    total: int
    hash: str


class Anchor(msgspec.Struct, frozen=True):
    """Where the chain begins that is still whole."""

    seq: int
    """The last entry that was cut off; 0: none was."""
    hash: str
    link: str


_STUB_NAMES = ", ".join(Stub.__struct_fields__)


def linked(previous: str, stub: Stub) -> str:
    """The link of a row that follows the one with link ``previous``."""
    return link(previous, canonical(stub))


def anchor(db: Database) -> Anchor:
    """By the rows."""
    row = db.execute("SELECT seq, hash, link FROM cut_entry ORDER BY seq DESC LIMIT 1").fetchone()
    return Anchor(0, GENESIS, GENESIS) if row is None else Anchor(*row)


def latest_cut(db: Database) -> CutBody | None:
    """What the chain says of all that was cut off; None: nothing was."""
    row = db.execute("SELECT body FROM entry WHERE kind = ? ORDER BY seq DESC LIMIT 1", (KIND,)).fetchone()
    return None if row is None else msgspec.json.decode(row[0], type=CutBody)


def last_cut(cut: CutBody | None, series: str) -> int:
    """The highest number of a series that was cut off; 0: none was."""
    return max((row.last for row in cut.series if row.series == series), default=0) if cut else 0


def insert(db: Database, stub: Stub, chained: str) -> None:
    """Within a transaction."""
    db.execute(
        f"INSERT INTO cut_entry ({_STUB_NAMES}, link) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - our own names
        (*msgspec.structs.astuple(stub), chained),
    )


SELECT = f"SELECT {_STUB_NAMES}, link FROM cut_entry ORDER BY seq"  # noqa: S608 - our own names
