"""Proof that a ledger is as it was written: chain, numbering, sums, and the tables that mirror it.

Every entry's hash is computed anew from the first one on. What the chain cannot show by itself, entries cut
off at the end, shows in SQLite's own counter; who can rewrite that too is caught by a head hash written down
elsewhere (``Ledger.head``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice

import msgspec

from console.back_office.bodies import CutOperator, OperatorChange
from console.back_office.chain import digest, link
from console.back_office.cut_rows import anchor
from console.back_office.database import Database
from console.back_office.ledger_file import LedgerFile
from console.back_office.reports.verify_closes import close_faults
from console.back_office.verify_corrections import account_faults
from console.back_office.verify_cuts import cut_faults, known_cut
from console.back_office.verify_documents import document_faults
from console.back_office.verify_holds import hold_faults
from console.back_office.verify_payments import payment_faults
from console.back_office.verify_purges import purge_faults
from console.back_office.verify_streams import (
    CACHE_KIB,
    MOST_FAULTS,
    Fault,
    OnProgress,
    count,
    in_order,
    told,
)
from console.back_office.verify_visits import review_faults, visit_faults


class Finding(msgspec.Struct, frozen=True):
    """One thing that is not as it was written."""

    place: str
    """Table and key, such as ``entry 17`` or ``document R-000004``."""
    what: str


class Verification(msgspec.Struct, frozen=True):
    """The outcome of :func:`verify`."""

    entries: int
    documents: int
    visits: int
    head: str
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Nothing was found."""
        return not self.findings


def verify(
    ledger: LedgerFile, expected_head: str | None = None, *, on_progress: OnProgress | None = None
) -> Verification:
    """Check the whole ledger; the first finding is the earliest broken link, and the first 1,000 are told.

    It is looked at as it is now: what other processes write meanwhile is not waited for and not seen.
    """
    db = ledger.database
    with _as_it_is_now(db):
        cut = known_cut(db)
        faults = chain(
            cut_faults(db, on_progress),
            _chain_faults(db, on_progress),
            document_faults(db, cut, on_progress),
            account_faults(db, cut),
            in_order(visit_faults(db, on_progress)),
            review_faults(db),
            _operator_faults(db, cut.operators if cut else ()),
            payment_faults(db, cut, on_progress),
            hold_faults(db),
            purge_faults(db, cut),
            close_faults(ledger, cut),
            _head_faults(db, expected_head),
        )
        findings = tuple(Finding(place, what) for _, place, what in islice(faults, MOST_FAULTS))
        _, head = ledger.head()
        return Verification(
            entries=count(db, "entry"),
            documents=count(db, "document"),
            visits=count(db, "visit"),
            head=head,
            findings=findings,
        )


@contextmanager
def _as_it_is_now(db: Database) -> Iterator[None]:
    """One state of the file for all that is read, and memory enough to read tables side by side."""
    if db.conn.in_transaction:
        yield
        return
    (cache,) = db.execute("PRAGMA cache_size").fetchone()
    db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.execute("ROLLBACK")
        db.execute(f"PRAGMA cache_size = {cache}")


def _chain_faults(db: Database, on_progress: OnProgress | None) -> Iterator[Fault]:
    begins = anchor(db)
    previous, expected = begins.hash, begins.seq + 1
    rows = db.execute("SELECT seq, CAST(body AS BLOB), previous, hash FROM entry ORDER BY seq")
    for seq, body, claimed_previous, claimed in told(rows, "chain", lambda: count(db, "entry"), on_progress):
        if seq != expected:
            yield seq, f"entry {seq}", f"entries {expected} to {seq - 1} are missing"
        if claimed_previous != previous:
            before = "what was cut off" if begins.seq and seq == begins.seq + 1 else "the entry before it"
            yield seq, f"entry {seq}", f"does not follow {before}"
        if not _is_linked(claimed_previous, body, claimed):
            yield seq, f"entry {seq}", "its content is not what its hash was made of"
        previous, expected = claimed, seq + 1
    written = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'entry'").fetchone()
    if written is not None and written[0] != expected - 1:
        yield expected, f"entry {expected}", f"entries {expected} to {written[0]} were cut off the end"


def _is_linked(previous: str, body: bytes, claimed: str) -> bool:
    return previous.isascii() and link(previous, body) == claimed


def _operator_faults(db: Database, carried: tuple[CutOperator, ...]) -> Iterator[Fault]:
    """Nobody was let in, or given a role or a PIN, but by what the chain tells of."""
    said: dict[str, OperatorChange | CutOperator] = {operator.about_sha256: operator for operator in carried}
    for (body,) in db.execute("SELECT body FROM entry WHERE kind = 'operator' ORDER BY seq"):
        try:
            change = msgspec.json.decode(body, type=OperatorChange)
        except msgspec.MsgspecError:
            continue  # the chain is broken there, and says so
        said[digest(change.about.encode())] = change
    rows = db.execute("SELECT name, role, active, must_change, pin_hash FROM operator ORDER BY name")
    for name, role, active, must_change, pin_hash in rows:
        place, last = f"operator {name}", said.pop(digest(name.encode()), None)
        if last is None:
            yield 0, place, "was added without an entry in the chain"
        elif (role, bool(active), bool(must_change), digest(pin_hash.encode())) != (
            last.new_role,
            last.active,
            last.must_change,
            last.credential,
        ):
            yield 0, place, "role or PIN are not what the chain says"
    for sha256, gone in said.items():
        name = gone.about if isinstance(gone, OperatorChange) else f"with the hash {sha256[:12]}…"
        yield 0, f"operator {name}", "is gone from the table"


def _head_faults(db: Database, expected: str | None) -> Iterator[Fault]:
    if expected is None:
        return
    known = "SELECT 1 FROM entry WHERE hash = ?1 UNION SELECT 1 FROM cut_entry WHERE hash = ?1"
    if db.execute(known, (expected,)).fetchone() is None:
        yield 0, "chain", f"the entry with hash {expected[:12]}… is gone"
