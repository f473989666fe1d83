"""Documents whose time is over: the beginning of the chain is cut off, what it came to is carried forward.

The law wants documents for so many years after the year of their issue; after that nothing of them is
kept but what proves that none is missing. All entries up to one that is still needed go together: documents
with their lines and payments, reviews with who answered them, what operators did and why. Before they go each
is checked against its hash and its table. A row for each stays (``cut_rows``), and an entry of kind ``cut``
at the end of the chain anchors them: which entries, the last one's hash, the numbers and sums of each series.
The link of an entry hashes the one before it and its own body, so whoever keeps a copy of a document can
still prove it by the row's hash and the one before it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from console.back_office import cut_rows
from console.back_office.bodies import CutBody, CutClose, CutOperator, CutSeries
from console.back_office.chain import digest, link
from console.back_office.cut_beginning import DOCUMENTS, Beginning, Chained, Entry, unsound
from console.back_office.cut_rows import Anchor, Stub
from console.back_office.ledger_file import LedgerFile
from console.back_office.permissions import Actor
from console.back_office.reports.figures import add_taxes
from console.language import tr_noop

BATCH = 1_000
"""Entries in a transaction: some tens of milliseconds."""


class Cut(msgspec.Struct, frozen=True):
    """What was cut off, or would be."""

    entries: int = 0
    documents: int = 0
    held_at: str = ""
    """The document or visit that old entries wait for; empty: only their time is waited for."""
    held_by: str = ""
    """Why it stays."""

    def __add__(self, other: Cut) -> Cut:
        return Cut(
            self.entries + other.entries, self.documents + other.documents, other.held_at, other.held_by
        )


def documents_before(now: float, years: int, time_zone: str) -> float:
    """Documents from before then are older than the law wants: ``years`` whole years lie between."""
    zone = ZoneInfo(time_zone)
    year = datetime.fromtimestamp(now, zone).year - years
    return datetime(max(year, 1970), 1, 1, tzinfo=zone).timestamp()


def cut_off(
    ledger: LedgerFile, *, now: float, years: int, time_zone: str, actor: Actor | None, why: str
) -> Cut:
    """One step: cut off at most ``BATCH`` entries. Nothing was: there are no more that may go.

    Raises :class:`LedgerError` where the ledger is not as it was written: nothing goes then.
    """
    before = documents_before(now, years, time_zone)
    with ledger.writing(tr_noop("the cut")):
        found = Beginning(ledger, before)
        entries = found.entries(BATCH)
        if not entries:
            return Cut(held_at=found.held_at, held_by=found.held_by)
        standing = _Standing.of(cut_rows.latest_cut(ledger.database))
        for entry in entries:
            _check(ledger, entry)
            standing.add(entry)
        stubs = [_stub(entry, time_zone) for entry in entries]
        last = _leave(ledger, stubs)
        _remove(ledger, entries)
        body = CutBody(
            kind="cut",
            at=now,
            who=actor.name if actor else "",
            role=actor.role if actor else "",
            what="cut off what is older than the law wants",
            screen=actor.screen if actor else "",
            why=why,
            years=years,
            before=before,
            since=entries[0].seq,
            through=last.seq,
            hash=last.hash,
            link=last.link,
            latest=standing.latest,
            series=standing.carried(),
            visits=standing.visits,
            purged=standing.purged,
            operators=standing.remaining(ledger),
            close=standing.close,
        )
        ledger.append(f"cut:{last.seq}", "cut", body)
        documents = sum(entry.kind in DOCUMENTS for entry in entries)
        return Cut(len(entries), documents, found.held_at, found.held_by)


def what_would_go(ledger: LedgerFile, *, now: float, years: int, time_zone: str, visits_before: float) -> Cut:
    """All that :func:`cut_off` would take, said again until nothing goes, once old visits have gone."""
    found = Beginning(ledger, documents_before(now, years, time_zone), visits_before)
    entries = documents = 0
    while step := found.entries(BATCH):
        entries += len(step)
        documents += sum(entry.kind in DOCUMENTS for entry in step)
    return Cut(entries, documents, found.held_at, found.held_by)


# -- what it came to ---------------------------------------------------------------------------------


class _Standing:
    """What is carried forward, while it is counted."""

    def __init__(self) -> None:
        self.latest = 0.0
        self.visits = self.purged = 0
        self.close: CutClose | None = None
        self._operators: dict[str, CutOperator] = {}
        self._series: dict[tuple[str, str], CutSeries] = {}

    @classmethod
    def of(cls, cut: CutBody | None) -> _Standing:
        made = cls()
        if cut is not None:
            made.latest, made.visits, made.purged, made.close = cut.latest, cut.visits, cut.purged, cut.close
            made._operators = {operator.about_sha256: operator for operator in cut.operators}
            made._series = {(row.series, row.currency): row for row in cut.series}
        return made

    def add(self, entry: Entry) -> None:
        """Count one entry."""
        self.visits += entry.kind == "visit"
        self.purged += entry.purged
        if entry.document is not None or entry.kind == "payment":
            self.latest = max(self.latest, entry.at)
        if entry.document is not None:
            self._add_document(entry.document)
        if (change := entry.operator) is not None:
            name = digest(change.about.encode())
            self._operators[name] = CutOperator(
                name, change.new_role, change.active, change.must_change, change.credential
            )
        if (close := entry.close) is not None:
            self.close = CutClose(close.number, close.day, close.until, close.first_open, entry.seq)

    def _add_document(self, chained: Chained) -> None:
        document = chained.document
        key = (chained.series, document.currency)
        before = self._series.get(key, CutSeries(*key, last=0, count=0, total=0, taxes=()))
        self._series[key] = CutSeries(
            *key,
            last=chained.number,
            count=before.count + 1,
            total=before.total + document.total,
            taxes=add_taxes(before.taxes, document.taxes),
        )

    def carried(self) -> tuple[CutSeries, ...]:
        """By series and currency."""
        return tuple(self._series[key] for key in sorted(self._series))

    def remaining(self, ledger: LedgerFile) -> tuple[CutOperator, ...]:
        """Those who are still in the table. Who left before all that is kept is forgotten."""
        kept = []
        rows = ledger.database.execute("SELECT name, active FROM operator ORDER BY name").fetchall()
        for name, active in rows:
            carried = self._operators.get(digest(name.encode()))
            if carried is not None and not active and not _is_named(ledger, name):
                ledger.database.execute("DELETE FROM operator WHERE name = ?", (name,))
            elif carried is not None:
                kept.append(carried)
        return tuple(kept)


def _is_named(ledger: LedgerFile, operator: str) -> bool:
    """Whether an entry that stays says what the operator's row is."""
    sql = "SELECT 1 FROM entry WHERE +kind = 'operator' AND json_extract(body, '$.about') = ?"
    return ledger.scalar(sql, operator) is not None


# -- taking it out -----------------------------------------------------------------------------------


def _check(ledger: LedgerFile, entry: Entry) -> None:
    """What goes was as it had been written: nobody can look at it afterwards."""
    if link(entry.previous, entry.body) != entry.hash:
        raise unsound(entry.seq, "its content is not what its hash was made of")
    if entry.document is None:
        return
    row = ledger.database.execute(
        "SELECT entry, currency, total FROM document WHERE series = ? AND number = ?",
        (entry.document.series, entry.document.number),
    ).fetchone()
    document = entry.document.document
    if row != (entry.seq, document.currency, document.total):
        raise unsound(entry.seq, f"the table differs from the chain for {entry.label}")


def _stub(entry: Entry, time_zone: str) -> Stub:
    day = datetime.fromtimestamp(entry.at, UTC).astimezone(ZoneInfo(time_zone)).date() if entry.at else None
    said = "" if day is None else day.isoformat()
    if entry.document is None:
        return Stub(entry.seq, entry.kind, said, "", 0, "", 0, entry.hash)
    chained = entry.document
    return Stub(
        entry.seq,
        entry.kind,
        said,
        chained.series,
        chained.number,
        chained.document.currency,
        chained.document.total,
        entry.hash,
    )


def _leave(ledger: LedgerFile, stubs: list[Stub]) -> Anchor:
    """Write what is left of them; gives the last one."""
    db = ledger.database
    before = cut_rows.anchor(db)
    chained = before.link
    for stub in stubs:
        chained = cut_rows.linked(chained, stub)
        cut_rows.insert(db, stub, chained)
    return Anchor(stubs[-1].seq, stubs[-1].hash, chained)


def _remove(ledger: LedgerFile, entries: list[Entry]) -> None:
    db = ledger.database
    for entry in entries:
        if entry.document is None:
            continue
        series, number = entry.document.series, entry.document.number
        db.execute("DELETE FROM document_line WHERE series = ? AND number = ?", (series, number))
        db.execute("DELETE FROM receipt_visit WHERE series = ? AND number = ?", (series, number))
        db.execute("DELETE FROM document WHERE series = ? AND number = ?", (series, number))
        receipt = entry.document.document.of or number
        orders = "SELECT key FROM payment_task WHERE receipt = ? AND document = ?"
        db.execute(f"DELETE FROM payment_hold WHERE capture IN ({orders})", (receipt, entry.label))  # noqa: S608 - ours
        db.execute("DELETE FROM payment_task WHERE receipt = ? AND document = ?", (receipt, entry.label))
        if series == "R":
            disputes = "SELECT id FROM dispute WHERE receipt = ?"
            db.execute(f"DELETE FROM dispute_evidence WHERE dispute IN ({disputes})", (number,))  # noqa: S608 - ours
            db.execute("DELETE FROM dispute WHERE receipt = ?", (number,))
    db.execute("DELETE FROM entry WHERE seq BETWEEN ? AND ?", (entries[0].seq, entries[-1].seq))
