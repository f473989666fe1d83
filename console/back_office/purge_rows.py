"""Rows of the ledger that go when their time is over: which, and what keeps some of them longer.

A visit goes with everything that hangs on it, and its receipt's payments lose what they know of the card. The
chain keeps the visit's hash, and how many went. Each function here is part of its caller's transaction.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import msgspec

from console.back_office.ledger_file import LedgerFile

Reason = str

HOLDS: dict[Reason, str] = {
    "its review is open": ("EXISTS (SELECT 1 FROM review w WHERE w.visit = v.id AND w.state <> 'issued')"),
    "it waits for those who pay with it": (
        "EXISTS (SELECT 1 FROM visit_group g WHERE g.visit = v.id AND g.settled = 0)"
    ),
    "its receipt is disputed": (
        "EXISTS (SELECT 1 FROM receipt_visit r JOIN dispute d ON d.receipt = r.number "
        "WHERE r.visit = v.id AND (d.state = 'open' OR d.decided_at >= :settled_before))"
    ),
    "its receipt is not paid": (
        # A ledger that has moved no money at all has its payments elsewhere.
        "EXISTS (SELECT 1 FROM receipt_visit r JOIN payment_task p ON p.receipt = r.number "
        "WHERE r.visit = v.id AND p.state IN ('due', 'declined', 'no_card')) "
        "AND EXISTS (SELECT 1 FROM entry e WHERE e.kind = 'payment')"
    ),
}
"""Why a visit stays whatever its age; ``:settled_before``: disputes decided since then hold too."""
_FREE = " AND ".join(f"NOT ({hold})" for hold in HOLDS.values())


class Gone(msgspec.Struct, frozen=True):
    """How much went."""

    visits: int = 0
    cards: int = 0
    messages: int = 0
    evidence: int = 0
    holds: int = 0

    def __add__(self, other: Gone) -> Gone:
        return Gone(*(getattr(self, name) + getattr(other, name) for name in self.__struct_fields__))


def visits_due(file: LedgerFile, before: float, limit: int) -> list[str]:
    """Visits that closed before then and that nothing holds, the oldest first."""
    rows = file.database.execute(
        f"SELECT v.id FROM visit v WHERE v.closed_at < :before AND {_FREE} "  # noqa: S608 - our own SQL
        "ORDER BY v.closed_at LIMIT :limit",
        {"before": before, "settled_before": before, "limit": limit},
    )
    return [visit for (visit,) in rows.fetchall()]


def count_due(file: LedgerFile, before: float) -> int:
    """How many visits :func:`visits_due` would give."""
    sql = f"SELECT count(*) FROM visit v WHERE v.closed_at < :before AND {_FREE}"  # noqa: S608 - our own SQL
    return int(file.database.execute(sql, {"before": before, "settled_before": before}).fetchone()[0])


def held(file: LedgerFile, before: float) -> dict[Reason, int]:
    """How many visits from before then stay, by what holds them. One may be held by several."""
    found = {}
    for reason, hold in HOLDS.items():
        sql = f"SELECT count(*) FROM visit v WHERE v.closed_at < :before AND {hold}"  # noqa: S608 - our own SQL
        count = file.database.execute(sql, {"before": before, "settled_before": before}).fetchone()[0]
        if count:
            found[reason] = int(count)
    return found


def holds_on(file: LedgerFile, visit: str) -> list[Reason]:
    """What holds one visit now."""
    return [
        reason
        for reason, hold in HOLDS.items()
        if file.database.execute(
            f"SELECT 1 FROM visit v WHERE v.id = :visit AND {hold}",  # noqa: S608 - our own SQL
            {"visit": visit, "settled_before": float("inf")},
        ).fetchone()
    ]


def held_visits(file: LedgerFile) -> frozenset[str]:
    """Visits whose clips stay: of open disputes, open reviews and unpaid receipts."""
    found: set[str] = set()
    for hold in HOLDS.values():
        rows = file.database.execute(
            f"SELECT v.id FROM visit v WHERE {hold}",  # noqa: S608 - our own SQL
            {"settled_before": float("inf")},
        )
        found.update(visit for (visit,) in rows.fetchall())
    return frozenset(found)


def delete_visits(file: LedgerFile, visits: Sequence[str]) -> Gone:
    """Remove visits with all that hangs on them, and what is known of the cards of their receipts."""
    db, names = file.database, json.dumps(list(visits))
    events = db.execute(
        "SELECT DISTINCT event FROM review_event WHERE visit IN (SELECT value FROM json_each(?))", (names,)
    ).fetchall()
    gone = db.execute("DELETE FROM visit WHERE id IN (SELECT value FROM json_each(?))", (names,)).rowcount
    db.execute(
        "DELETE FROM review_answer WHERE event IN (SELECT value FROM json_each(?)) "
        "AND NOT EXISTS (SELECT 1 FROM review_event e WHERE e.event = review_answer.event)",
        (json.dumps([event for (event,) in events]),),
    )
    receipts = db.execute(
        "SELECT DISTINCT number FROM receipt_visit WHERE visit IN (SELECT value FROM json_each(?))", (names,)
    ).fetchall()
    return Gone(visits=gone) + clear_cards(file, [number for (number,) in receipts])


def clear_cards(file: LedgerFile, receipts: Sequence[int]) -> Gone:
    """Take out what payments of these receipts know of the card. The provider's reference stays."""
    cards = file.database.execute(
        "UPDATE payment_task SET token = '', last_four = '' WHERE (token <> '' OR last_four <> '') "
        "AND receipt IN (SELECT value FROM json_each(?))",
        (json.dumps(list(receipts)),),
    ).rowcount
    return Gone(cards=cards)


_HOLDS_SPENT = (
    "state IN ('captured', 'released', 'expired', 'declined') AND entered_at < ? "
    "AND NOT EXISTS (SELECT 1 FROM visit v WHERE v.id = payment_hold.visit)"
)


def delete_holds(file: LedgerFile, before: float, limit: int) -> Gone:
    """Remove what was kept back on cards at entries before then, unless its visit is kept."""
    spent = f"SELECT id FROM payment_hold WHERE {_HOLDS_SPENT} LIMIT ?"  # noqa: S608 - our own SQL
    sql = f"DELETE FROM payment_hold WHERE id IN ({spent})"  # noqa: S608 - our own SQL
    return Gone(holds=file.database.execute(sql, (before, limit)).rowcount)


def count_holds_due(file: LedgerFile, before: float) -> Gone:
    """How much :func:`delete_holds` would remove of them all, and of visits that go now."""
    sql = (
        "SELECT count(*) FROM payment_hold h WHERE h.entered_at < :before "  # noqa: S608 - our own SQL
        "AND h.state IN ('captured', 'released', 'expired', 'declined') "
        "AND NOT EXISTS (SELECT 1 FROM visit v "
        f"WHERE v.id = h.visit AND NOT (v.closed_at < :before AND {_FREE}))"
    )
    args = {"before": before, "settled_before": before}
    return Gone(holds=int(file.database.execute(sql, args).fetchone()[0]))


def disputes_due(file: LedgerFile, before: float, limit: int) -> list[str]:
    """Disputes decided before then of which a message or evidence is still there."""
    rows = file.database.execute(
        f"SELECT d.id FROM dispute d WHERE {_SPENT} ORDER BY d.decided_at LIMIT ?",  # noqa: S608 - our own SQL
        (before, limit),
    )
    return [dispute for (dispute,) in rows.fetchall()]


def count_disputes_due(file: LedgerFile, before: float) -> Gone:
    """How much :func:`clear_disputes` would remove of them all."""
    messages = file.scalar(
        f"SELECT count(*) FROM dispute d WHERE d.message <> '' AND {_SPENT}",  # noqa: S608 - our own SQL
        before,
    )
    evidence = file.scalar(
        f"SELECT count(*) FROM dispute d JOIN dispute_evidence e ON e.dispute = d.id WHERE {_SPENT}",  # noqa: S608 - our own SQL
        before,
    )
    return Gone(messages=messages, evidence=evidence)


_SPENT = (
    "d.state <> 'open' AND d.decided_at < ? AND (d.message <> '' "
    "OR EXISTS (SELECT 1 FROM dispute_evidence e WHERE e.dispute = d.id))"
)


def evidence_named(file: LedgerFile, before: float) -> frozenset[str]:
    """Hashes of the evidence that is still wanted when disputes decided before then are cleared."""
    found = file.database.execute(
        "SELECT e.sha256 FROM dispute_evidence e JOIN dispute d ON d.id = e.dispute "
        "WHERE d.state = 'open' OR d.decided_at >= ?",
        (before,),
    )
    return frozenset(sha256 for (sha256,) in found.fetchall())


def clear_disputes(file: LedgerFile, disputes: Sequence[str]) -> Gone:
    """Take out what people wrote and attached; that there was a dispute, why, and how it ended, stays."""
    names = json.dumps(list(disputes))
    messages = file.database.execute(
        "UPDATE dispute SET message = '' WHERE message <> '' AND id IN (SELECT value FROM json_each(?))",
        (names,),
    ).rowcount
    evidence = file.database.execute(
        "DELETE FROM dispute_evidence WHERE dispute IN (SELECT value FROM json_each(?))", (names,)
    ).rowcount
    return Gone(messages=messages, evidence=evidence)
