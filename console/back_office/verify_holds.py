"""Proof of holds: no more was taken than was kept back, and nothing is kept back after the visit's end."""

from __future__ import annotations

from collections.abc import Iterator

from console.back_office.database import Database
from console.back_office.holds import LONGEST_VISIT_S, NEAR_S
from console.back_office.verify_streams import Fault

ENDED = frozenset({"captured", "released", "expired"})


def hold_faults(db: Database) -> Iterator[Fault]:
    """What is wrong, oldest first."""
    rows = db.execute(
        "SELECT h.key, h.state, h.token <> '', h.amount, h.currency, h.wanted, h.capture, h.visit, "
        "t.state, t.amount, t.currency FROM payment_hold h "
        "LEFT JOIN payment_task t ON t.key = h.capture ORDER BY h.id"
    )
    for key, state, has_token, amount, currency, wanted, capture, visit, paid, taken, taken_in in rows:
        place = f"hold {key}"
        if capture and paid is None:
            yield 0, place, "the order that takes from it is not there"
        if state == "captured" and (paid != "done" or taken > amount or taken_in != currency):
            yield 0, place, "more was taken than was kept back, or nothing"
        if has_token and state in ENDED:
            yield 0, place, "has the card's token, though nothing can be taken any more"
        if visit and wanted and not capture and state in {"due", "held"}:
            yield 0, place, "is kept back though its visit has ended"
    for key, code in _left_open(db):
        yield 0, f"hold {key}", f"is kept back though visit {code} has ended"


def _left_open(db: Database) -> Iterator[tuple[str, str]]:
    """Key and visit of those that nobody has noticed the end of; open ones are few."""
    yield from db.execute(
        "SELECT h.key, v.code FROM payment_hold h JOIN visit v ON v.closed_at BETWEEN h.entered_at - ?1 "
        "AND h.entered_at + ?2 AND abs(v.entered_at - h.entered_at) <= ?1 "
        "AND json_extract(v.body, '$.token') = h.token "
        "WHERE h.state IN ('due', 'held') AND h.wanted AND h.capture = '' AND h.visit = '' "
        "AND (v.decision IN ('nothing', 'staff') "
        "OR EXISTS (SELECT 1 FROM receipt_visit r WHERE r.visit = v.id)) "
        "AND NOT EXISTS (SELECT 1 FROM visit_group g WHERE g.token = h.token AND g.settled = 0) "
        "ORDER BY h.id",
        (NEAR_S, LONGEST_VISIT_S),
    ).fetchall()
