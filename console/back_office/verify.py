"""Proof that a ledger is as it was written: chain, numbering, sums, and the tables that mirror it.

Every entry's hash is computed anew from the first one on. What the chain cannot show by itself, entries cut
off at the end, shows in SQLite's own counter; who can rewrite that too is caught by a head hash written down
elsewhere (``Ledger.head``).
"""

from __future__ import annotations

import msgspec
from sqlite_utils import Database

from console.back_office.bodies import (
    CorrectionBody,
    DocumentBody,
    OperatorChange,
    ReviewBody,
    VisitCommitment,
)
from console.back_office.chain import GENESIS, canonical, digest, link
from console.back_office.ledger_file import LedgerFile
from console.back_office.receipts import Receipt, tax_table
from console.back_office.verify_corrections import account_faults, correction_faults
from console.back_office.verify_payments import payment_faults
from console.back_office.verify_purges import purge_faults
from inference.messages.results import ClosedVisit


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


def verify(ledger: LedgerFile, expected_head: str | None = None) -> Verification:
    """Check the whole ledger; the first finding is the earliest broken link."""
    db = ledger.database
    findings = [
        *_check_chain(db),
        *_check_documents(db),
        *_check_visits(db),
        *_check_reviews(db),
        *_check_operators(db),
    ]
    findings += [Finding(place, what) for place, what in (*payment_faults(db), *purge_faults(db))]
    _, head = ledger.head()
    if expected_head is not None and not _has_hash(db, expected_head):
        findings.append(Finding("chain", f"the entry with hash {expected_head[:12]}… is gone"))
    return Verification(
        entries=_count(db, "entry"),
        documents=_count(db, "document"),
        visits=_count(db, "visit"),
        head=head,
        findings=tuple(findings),
    )


def _check_chain(db: Database) -> list[Finding]:
    findings: list[Finding] = []
    previous, expected = GENESIS, 1
    for seq, body, claimed_previous, claimed in db.execute(
        "SELECT seq, body, previous, hash FROM entry ORDER BY seq"
    ):
        place = f"entry {seq}"
        if seq != expected:
            findings.append(Finding(place, f"entries {expected} to {seq - 1} are missing"))
        if claimed_previous != previous:
            findings.append(Finding(place, "does not follow the entry before it"))
        if link(claimed_previous, body.encode()) != claimed:
            findings.append(Finding(place, "its content is not what its hash was made of"))
        previous, expected = claimed, seq + 1
    written = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'entry'").fetchone()
    if written is not None and written[0] != expected - 1:
        findings.append(
            Finding(f"entry {expected}", f"entries {expected} to {written[0]} were cut off the end")
        )
    return findings


def _check_documents(db: Database) -> list[Finding]:
    findings: list[Finding] = []
    expected: dict[str, int] = {}
    rows = db.execute(
        "SELECT d.series, d.number, d.visit, d.code, d.issued_at, d.currency, d.total, d.kind, e.body "
        "FROM document d LEFT JOIN entry e ON e.seq = d.entry ORDER BY d.series, d.number"
    )
    for series, number, *columns, body in rows.fetchall():
        place = f"document {series}-{number:06d}"
        want = expected.get(series, 1)
        if number != want:
            findings.append(Finding(place, f"numbers {want} to {number - 1} are missing"))
        expected[series] = number + 1
        findings += [Finding(place, what) for what in _document_faults(db, series, number, columns, body)]
    issued = db.execute(
        "SELECT seq FROM entry WHERE kind IN ('receipt', 'refund', 'supplement') "
        "AND seq NOT IN (SELECT entry FROM document)"
    )
    findings += [Finding(f"entry {seq}", "its document is missing from the table") for (seq,) in issued]
    return findings + [Finding(place, what) for place, what in account_faults(db)]


def _document_faults(
    db: Database, series: str, number: int, columns: list[object], body: str | None
) -> list[str]:
    if body is None:
        return ["has no entry in the chain"]
    chained: DocumentBody | CorrectionBody
    try:
        if columns[-1] == "receipt":
            chained = msgspec.json.decode(body, type=DocumentBody)
        else:
            chained = msgspec.json.decode(body, type=CorrectionBody)
    except msgspec.MsgspecError as error:
        return [f"its entry cannot be read: {error}"]
    faults: list[str] = []
    if (chained.series, chained.number) != (series, number):
        faults.append(f"its entry says {chained.series}-{chained.number:06d}")
    if isinstance(chained, CorrectionBody):
        return faults + correction_faults(db, chained, columns)
    receipt = chained.document
    told = [receipt.visit, receipt.code, receipt.issued_at, receipt.currency, receipt.total, receipt.kind]
    if told != columns:
        faults.append("the table differs from the chain")
    rows = db.execute(
        "SELECT sku, name, quantity, unit_price, amount FROM document_line "
        "WHERE series = ? AND number = ? ORDER BY line",
        (series, number),
    ).fetchall()
    if rows != [(x.sku, x.name, x.quantity, x.unit_price, x.amount) for x in receipt.lines]:
        faults.append("its lines in the table differ from the chain")
    covered = [
        row[0]
        for row in db.execute(
            "SELECT visit FROM receipt_visit WHERE series = ? AND number = ? ORDER BY visit", (series, number)
        )
    ]
    if covered != sorted(receipt.visits or (receipt.visit,)):
        faults.append("the table has it for other visits than the chain")
    return faults + _sum_faults(receipt)


def _sum_faults(receipt: Receipt) -> list[str]:
    faults = [
        f"line {i}: {line.quantity} x {line.unit_price} is not {line.amount}"
        for i, line in enumerate(receipt.lines, start=1)
        if line.quantity * line.unit_price != line.amount
    ]
    if receipt.taxes not in (
        tax_table(receipt.lines, included=True),
        tax_table(receipt.lines, included=False),
    ):
        faults.append("its tax table does not follow from its lines")
    if sum(rate.gross for rate in receipt.taxes) != receipt.total:
        faults.append("its total is not the sum of its tax table")
    off: dict[int, int] = {}
    for line in receipt.lines:
        taken = line.amount if line.kind == "promotion" else 0
        off[line.tax_basis_points] = off.get(line.tax_basis_points, 0) + line.reduced + taken
    if any(off.values()):
        faults.append("its promotions do not sum to what its lines are reduced by")
    return faults


def _check_visits(db: Database) -> list[Finding]:
    findings: list[Finding] = []
    rows = db.execute(
        "SELECT v.id, v.code, v.entered_at, v.left_at, v.closed_at, v.decision, v.body, e.body, "
        "r.number IS NOT NULL OR g.visit IS NOT NULL "
        "FROM visit v LEFT JOIN entry e ON e.cause = 'visit:' || v.id "
        "LEFT JOIN receipt_visit r ON r.visit = v.id "
        "LEFT JOIN visit_group g ON g.visit = v.id AND g.settled = 0 ORDER BY e.seq"
    )
    for visit, *columns, body, committed, receipted in rows.fetchall():
        findings += [
            Finding(f"visit {columns[0]}", what)
            for what in _visit_faults(db, visit, columns, (body, committed), receipted=bool(receipted))
        ]
    return findings


def _visit_faults(
    db: Database, visit: str, columns: list[object], bodies: tuple[str, str | None], *, receipted: bool
) -> list[str]:
    """``receipted``: it has its receipt, or waits for others who pay with it."""
    body, committed = bodies
    if committed is None:
        return ["has no entry in the chain"]
    try:
        closed = msgspec.json.decode(body, type=ClosedVisit)
        commitment = msgspec.json.decode(committed, type=VisitCommitment)
    except msgspec.MsgspecError as error:
        return [f"cannot be read: {error}"]
    faults: list[str] = []
    if digest(body.encode()) != commitment.sha256 or canonical(closed) != body.encode():
        faults.append("its content is not what the chain committed to")
    if columns != [closed.code, closed.entered_at, closed.left_at, closed.closed_at, closed.decision]:
        faults.append("the table differs from its content")
    lines = db.execute(
        "SELECT sku, quantity, probability FROM visit_line WHERE visit = ? ORDER BY line", (visit,)
    ).fetchall()
    if lines != [(x.sku, x.quantity, x.probability) for x in closed.lines]:
        faults.append("its lines in the table differ from its content")
    if closed.decision == "issue" and not receipted:
        faults.append("was decided, but has no receipt")
    return faults


def _check_reviews(db: Database) -> list[Finding]:
    """What people decided is what was issued."""
    findings: list[Finding] = []
    decided = db.execute(
        "SELECT e.body, r.answer, r.state, d.body, g.visit IS NOT NULL FROM entry e "
        "LEFT JOIN review r ON e.cause = 'review:' || r.visit "
        "LEFT JOIN receipt_visit p ON p.visit = substr(e.cause, length('review:') + 1) "
        "LEFT JOIN document o ON o.series = p.series AND o.number = p.number "
        "LEFT JOIN entry d ON d.seq = o.entry "
        "LEFT JOIN visit_group g ON g.visit = r.visit AND g.settled = 0 "
        "WHERE e.kind = 'review' ORDER BY e.seq"
    )
    for body, answer, state, document, waits in decided.fetchall():
        try:
            review = msgspec.json.decode(body, type=ReviewBody)
            receipt = None if document is None else msgspec.json.decode(document, type=DocumentBody).document
        except msgspec.MsgspecError:
            continue  # the chain is broken there, and says so
        place = f"review of {review.visit}"
        if answer is not None and (answer != body or state != "issued"):
            findings.append(Finding(place, "the table differs from the chain"))
        if review.lines and receipt is None and not waits:
            findings.append(Finding(place, "was decided, but has no receipt"))
        if receipt is not None and not receipt.visits:
            issued = {line.sku: line.quantity for line in receipt.lines if line.kind == "product"}
            if issued != {line.sku: line.quantity for line in review.lines}:
                findings.append(Finding(place, "its receipt has other lines than were decided"))
    lost = db.execute(
        "SELECT visit FROM review WHERE state = 'issued' "
        "AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.cause = 'review:' || review.visit)"
    )
    return findings + [Finding(f"review of {visit}", "has no entry in the chain") for (visit,) in lost]


def _check_operators(db: Database) -> list[Finding]:
    """Nobody was let in, or given a role or a PIN, but by what the chain tells of."""
    told: dict[str, OperatorChange] = {}
    for (body,) in db.execute("SELECT body FROM entry WHERE kind = 'operator' ORDER BY seq").fetchall():
        try:
            change = msgspec.json.decode(body, type=OperatorChange)
        except msgspec.MsgspecError:
            continue  # the chain is broken there, and says so
        told[change.about] = change
    findings: list[Finding] = []
    rows = db.execute("SELECT name, role, active, must_change, pin_hash FROM operator ORDER BY name")
    for name, role, active, must_change, pin_hash in rows.fetchall():
        place, last = f"operator {name}", told.pop(name, None)
        if last is None:
            findings.append(Finding(place, "was added without an entry in the chain"))
        elif (role, bool(active), bool(must_change), digest(pin_hash.encode())) != (
            last.new_role,
            last.active,
            last.must_change,
            last.credential,
        ):
            findings.append(Finding(place, "role or PIN are not what the chain says"))
    return findings + [Finding(f"operator {name}", "is gone from the table") for name in told]


def _has_hash(db: Database, value: str) -> bool:
    return db.execute("SELECT 1 FROM entry WHERE hash = ?", (value,)).fetchone() is not None


def _count(db: Database, table: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - our own table names
