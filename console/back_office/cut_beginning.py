"""Which entries at the beginning of the chain may be cut off, and what holds the others."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from console.back_office import cut_rows
from console.back_office.bodies import OperatorChange
from console.back_office.ledger_file import LedgerError, LedgerFile
from console.back_office.purge_rows import holds_on
from console.back_office.receipts import TaxLine
from console.back_office.reports.closing import DayClose, last_close

DOCUMENTS = frozenset({"receipt", "refund", "supplement"})
"""Kinds of entries that are documents."""

NOT_CLOSED = "its day is not closed"
DISPUTED = "its receipt is disputed"
UNPAID = "its receipt is not paid"
KEPT = "its visit is kept"


class _Document(msgspec.Struct, frozen=True):
    issued_at: float
    currency: str
    taxes: tuple[TaxLine, ...]
    total: int
    of: int = 0
    """A correction's receipt."""


class Chained(msgspec.Struct, frozen=True):
    """A document's body, as far as it is looked at."""

    series: str
    number: int
    document: _Document


class _At(msgspec.Struct, frozen=True):
    at: float = 0.0
    decided_at: float = 0.0
    visits: int = 0
    """Of a purge."""


class Entry(msgspec.Struct, frozen=True):
    """An entry, as far as it is looked at."""

    seq: int
    cause: str
    kind: str
    body: bytes
    previous: str
    hash: str
    at: float = 0.0
    """0: it does not say."""
    document: Chained | None = None
    operator: OperatorChange | None = None
    close: DayClose | None = None
    purged: int = 0

    @property
    def label(self) -> str:
        """What a document goes by."""
        return f"{self.document.series}-{self.document.number:06d}" if self.document else ""


class Beginning:
    """The entries at the beginning of the chain, up to the first that is still needed."""

    def __init__(self, ledger: LedgerFile, before: float, visits_before: float | None = None) -> None:
        """``visits_before``: visits from before then that nothing holds are as good as gone."""
        self._ledger, self._before, self._visits_before = ledger, before, visits_before
        self._next = cut_rows.anchor(ledger.database).seq + 1
        self._close = last_close(ledger)
        self._needed = _receipts_needed(ledger, before)
        latest = ledger.scalar("SELECT max(seq) FROM entry WHERE kind = 'cut'")
        self._end = min([latest or 2**62, *([self._close.entry] if self._close else [])])
        """What is counted on from is needed: the latest close, and the latest cut."""
        self.held_at = self.held_by = ""

    def entries(self, most: int) -> list[Entry]:
        """The next ones that may go; none: the first that may not has been reached."""
        found: list[Entry] = []
        undated: list[Entry] = []
        for entry in self._read():
            if self._time_of(entry) >= self._before or entry.seq >= self._end or len(found) >= most:
                break
            if why := self._held(entry):
                self.held_at, self.held_by = self._called(entry), why
                break
            undated.append(entry)
            if entry.at:  # what does not say when it was is as old as what comes after it
                found += undated
                undated = []
        self._next += len(found)
        return found

    def _read(self) -> Iterator[Entry]:
        rows = self._ledger.database.execute(
            "SELECT seq, cause, kind, CAST(body AS BLOB), previous, hash FROM entry "
            "WHERE seq >= ? ORDER BY seq",
            (self._next,),
        )
        for row in rows:
            try:
                yield _looked_at(Entry(*row))
            except msgspec.MsgspecError as error:
                raise unsound(row[0], str(error)) from error

    def _time_of(self, entry: Entry) -> float:
        """When it was; 0: it does not say. A visit says so for as long as it is kept."""
        if entry.kind != "visit":
            return entry.at
        visit = entry.cause.removeprefix("visit:")
        closed_at = float(self._ledger.scalar("SELECT closed_at FROM visit WHERE id = ?", visit) or 0.0)
        if self._visits_before is not None and closed_at < self._visits_before:
            return closed_at if holds_on(self._ledger, visit) else 0.0
        return closed_at

    def _called(self, entry: Entry) -> str:
        visit = self._ledger.scalar("SELECT code FROM visit WHERE id = ?", entry.cause.removeprefix("visit:"))
        return entry.label or (f"visit {visit}" if visit else f"entry {entry.seq}")

    def _held(self, entry: Entry) -> str:
        """Why the entry is still needed though it is old; empty: it is not."""
        if entry.kind == "visit":
            holds = holds_on(self._ledger, entry.cause.removeprefix("visit:"))
            return (holds or [KEPT])[0] if self._time_of(entry) else ""
        in_a_close = self._close is not None and entry.at < self._close.close.until
        if (entry.document is not None or entry.kind == "payment") and not in_a_close:
            return NOT_CLOSED
        if entry.document is not None and entry.document.series == "R":
            return self._needed.get(entry.document.number, "")
        return ""


def _looked_at(made: Entry) -> Entry:
    kind, body, replace = made.kind, made.body, msgspec.structs.replace
    if kind in DOCUMENTS:
        document = msgspec.json.decode(body, type=Chained)
        return replace(made, document=document, at=document.document.issued_at)
    if kind == "operator":
        change = msgspec.json.decode(body, type=OperatorChange)
        return replace(made, operator=change, at=change.at)
    if kind == "day_close":
        close = msgspec.json.decode(body, type=DayClose)
        return replace(made, close=close, at=close.closed_at)
    if kind == "visit":
        return made  # nothing of it is personal but its id, and its row is gone
    said = msgspec.json.decode(body, type=_At)
    return replace(made, at=said.at or said.decided_at, purged=said.visits if kind == "purge" else 0)


def _receipts_needed(ledger: LedgerFile, before: float) -> dict[int, str]:
    """Numbers of receipts that stay whatever their age, and why.

    What was corrected lately was disputed until then.
    """
    found: dict[int, str] = {}
    paid_here = ledger.scalar("SELECT 1 FROM entry WHERE kind = 'payment' LIMIT 1")
    for why, sql, args in (
        (
            UNPAID,
            "SELECT receipt FROM payment_task WHERE state = 'due' AND ?1 "
            "UNION SELECT receipt FROM payment_task WHERE state IN ('declined', 'no_card') AND ?1",
            (paid_here is not None,),
        ),
        (
            DISPUTED,
            "SELECT receipt FROM dispute WHERE state = 'open' "
            "UNION SELECT receipt FROM dispute WHERE state <> 'open' AND decided_at >= ?",
            (before,),
        ),
    ):
        found.update((number, why) for (number,) in ledger.database.execute(sql, args).fetchall())
    return found


def unsound(seq: int, what: str) -> LedgerError:
    """What is said where an entry is not as it was written."""
    return LedgerError(f"entry {seq}: {what}. Nothing of it is cut off: say ledger verify, and keep the file")
