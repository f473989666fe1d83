"""Proof of payments: the outbox says what the chain says, and no more was moved than documents allow."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlite_utils import Database

from console.back_office.bodies import PaymentBody


def payment_faults(db: Database) -> Iterator[tuple[str, str]]:
    """Place and what is wrong, over all payments."""
    moved: dict[int, int] = {}
    rows = db.execute(
        "SELECT e.body, t.state, t.amount FROM entry e "
        "LEFT JOIN payment_task t ON t.key = substr(e.cause, length('payment:') + 1) "
        "WHERE e.kind = 'payment' ORDER BY e.seq"
    )
    for body, state, amount in rows.fetchall():
        try:
            payment = msgspec.json.decode(body, type=PaymentBody)
        except msgspec.MsgspecError:
            continue  # the chain is broken there, and says so
        place = f"payment {payment.key}"
        if not _agrees(payment, state, amount):
            yield place, "the table differs from the chain"
        if payment.outcome == "declined":
            continue
        sign = 1 if payment.what == "capture" else -1
        moved[payment.receipt] = moved.get(payment.receipt, 0) + sign * payment.amount
        if moved[payment.receipt] < 0:
            yield place, "more was given back than had been paid"
    charged = db.execute(
        "SELECT coalesce(of_number, number), sum(total) FILTER (WHERE kind <> 'refund') "
        "FROM document GROUP BY 1"
    )
    most = {number: total or 0 for number, total in charged.fetchall()}
    for receipt, paid in moved.items():
        if paid > most.get(receipt, 0):
            yield f"document R-{receipt:06d}", "more was paid than it says"
    lost = db.execute(
        "SELECT key FROM payment_task WHERE state IN ('done', 'settled') "
        "AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.cause = 'payment:' || payment_task.key)"
    )
    for (key,) in lost.fetchall():
        yield f"payment {key}", "has no entry in the chain"


def _agrees(payment: PaymentBody, state: str | None, amount: int | None) -> bool:
    states = {
        "done": {"done"},
        "declined": {"declined", "superseded"},
        "counter": {"settled"},
        "written_off": {"settled"},
    }
    return state in states[payment.outcome] and amount == payment.amount
