"""Proof of visits and of what people decided about them: as the chain committed to, and issued so."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from console.back_office.bodies import DocumentBody, ReviewBody, VisitCommitment
from console.back_office.chain import canonical, digest
from console.back_office.database import Database
from console.back_office.verify_streams import Beside, Fault, OnProgress, Row, count, told
from inference.messages.results import ClosedVisit

_VISIT = msgspec.json.Decoder(ClosedVisit)
_COMMITMENT = msgspec.json.Decoder(VisitCommitment)


def visit_faults(db: Database, on_progress: OnProgress | None = None) -> Iterator[Fault]:
    """All that is wrong, in the order of the visits' ids; each with its entry's number."""
    lines = Beside(
        db.execute("SELECT visit, sku, quantity, probability FROM visit_line ORDER BY visit, line"), 1
    )
    rows = db.execute(
        "SELECT v.id, e.seq, e.body, v.body, r.number IS NOT NULL OR g.visit IS NOT NULL, "
        "v.code, v.entered_at, v.left_at, v.closed_at, v.decision "
        "FROM visit v LEFT JOIN entry e ON e.cause = 'visit:' || v.id "
        "LEFT JOIN receipt_visit r ON r.visit = v.id "
        "LEFT JOIN visit_group g ON g.visit = v.id AND g.settled = 0 ORDER BY v.id"
    )
    for visit, seq, committed, body, receipted, *columns in told(
        rows, "visits", lambda: count(db, "visit"), on_progress
    ):
        for what in _faults(columns, body, committed, lines.take(visit), receipted=bool(receipted)):
            yield seq or 0, f"visit {columns[0]}", what
    for (visit,) in lines.strays():
        yield 0, f"visit {visit}", "has lines in the table, but is not there"


def _faults(
    columns: list[object], body: str, committed: str | None, lines: list[Row], *, receipted: bool
) -> list[str]:
    """``receipted``: it has its receipt, or waits for others who pay with it."""
    if committed is None:
        return ["has no entry in the chain"]
    data = body.encode()
    try:
        closed = _VISIT.decode(data)
        commitment = _COMMITMENT.decode(committed)
    except msgspec.MsgspecError as error:
        return [f"cannot be read: {error}"]
    faults: list[str] = []
    if digest(data) != commitment.sha256 or canonical(closed) != data:
        faults.append("its content is not what the chain committed to")
    if columns != [closed.code, closed.entered_at, closed.left_at, closed.closed_at, closed.decision]:
        faults.append("the table differs from its content")
    if lines != [(x.sku, x.quantity, x.probability) for x in closed.lines]:
        faults.append("its lines in the table differ from its content")
    if closed.decision == "issue" and not receipted:
        faults.append("was decided, but has no receipt")
    return faults


def review_faults(db: Database) -> Iterator[Fault]:
    """What people decided is what was issued."""
    decided = db.execute(
        "SELECT e.seq, e.body, r.answer, r.state, d.body, g.visit IS NOT NULL FROM entry e "
        "LEFT JOIN review r ON r.visit = substr(e.cause, length('review:') + 1) "
        "LEFT JOIN receipt_visit p ON p.visit = substr(e.cause, length('review:') + 1) "
        "LEFT JOIN document o ON o.series = p.series AND o.number = p.number "
        "LEFT JOIN entry d ON d.seq = o.entry "
        "LEFT JOIN visit_group g ON g.visit = r.visit AND g.settled = 0 "
        "WHERE e.kind = 'review' ORDER BY e.seq"
    )
    for seq, body, answer, state, document, waits in decided:
        try:
            review = msgspec.json.decode(body, type=ReviewBody)
            receipt = None if document is None else msgspec.json.decode(document, type=DocumentBody).document
        except msgspec.MsgspecError:
            continue  # the chain is broken there, and says so
        place = f"review of {review.visit}"
        if answer is not None and (answer != body or state != "issued"):
            yield seq, place, "the table differs from the chain"
        if review.lines and receipt is None and not waits:
            yield seq, place, "was decided, but has no receipt"
        if receipt is not None and not receipt.visits:
            issued = {line.sku: line.quantity for line in receipt.lines if line.kind == "product"}
            if issued != {line.sku: line.quantity for line in review.lines}:
                yield seq, place, "its receipt has other lines than were decided"
    lost = db.execute(
        "SELECT visit FROM review WHERE state = 'issued' "
        "AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.cause = 'review:' || review.visit)"
    )
    for (visit,) in lost:
        yield 0, f"review of {visit}", "has no entry in the chain"
