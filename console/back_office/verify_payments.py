"""Proof of payments: the outbox says what the chain says, and no more was moved than documents allow."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import msgspec

from console.back_office.bodies import CutBody, PaymentBody
from console.back_office.cut_rows import last_cut
from console.back_office.database import Database
from console.back_office.verify_streams import Beside, Fault, OnProgress, Row, count, told

_PAYMENT = msgspec.json.Decoder(PaymentBody)
STATES = {
    "done": {"done"},
    "declined": {"declined", "superseded"},
    "counter": {"settled"},
    "written_off": {"settled"},
}
"""What the chain says of an order -> what the outbox may say of it."""


def payment_faults(
    db: Database, cut: CutBody | None = None, on_progress: OnProgress | None = None
) -> Iterator[Fault]:
    """All that is wrong, in the order of the receipts; of those that were cut off nothing can be summed."""
    known_from = last_cut(cut, "R") + 1
    charged = Beside(db.execute("SELECT number, total FROM document WHERE series = 'R' ORDER BY number"), 1)
    more = dict(
        db.execute(
            "SELECT of_number, sum(total) FROM document WHERE kind = 'supplement' GROUP BY 1"
        ).fetchall()
    )
    rows = db.execute(
        "SELECT t.receipt, t.key, t.state, t.amount, e.seq, e.body FROM payment_task t "
        "LEFT JOIN entry e ON e.cause = 'payment:' || t.key ORDER BY t.receipt, t.id"
    )
    tasks = told(rows, "payments", lambda: count(db, "payment_task"), on_progress)
    for receipt, group in groupby(tasks, key=lambda row: row[0]):
        most = sum(total for (total,) in charged.take(receipt)) + more.get(receipt, 0)
        yield from _of_receipt(receipt, list(group), most if receipt >= known_from else None)
    lost = db.execute(
        "SELECT seq, cause FROM entry WHERE kind = 'payment' AND NOT EXISTS (SELECT 1 FROM payment_task t "
        "WHERE t.key = substr(entry.cause, length('payment:') + 1)) "
        "AND json_extract(body, '$.receipt') >= ? ORDER BY seq",
        (known_from,),
    )
    for seq, cause in lost:
        yield seq, cause.replace(":", " ", 1), "the table differs from the chain"


def _of_receipt(receipt: int, tasks: list[Row], most: int | None) -> Iterator[Fault]:
    """``most``: what its documents ask for, minor units; None: not known any more."""
    moved = 0
    for _, key, state, amount, seq, body in sorted(tasks, key=lambda row: row[4] or 0):
        place = f"payment {key}"
        if body is None:
            if state in {"done", "settled"}:
                yield 0, place, "has no entry in the chain"
            continue
        try:
            payment = _PAYMENT.decode(body)
        except msgspec.MsgspecError:
            continue  # the chain is broken there, and says so
        if (payment.key, payment.amount) != (key, amount) or state not in STATES[payment.outcome]:
            yield seq, place, "the table differs from the chain"
        if payment.outcome == "declined" or most is None:
            continue
        moved += payment.amount if payment.what == "capture" else -payment.amount
        if moved < 0:
            yield seq, place, "more was given back than had been paid"
    if most is not None and moved > most:
        yield 0, f"document R-{receipt:06d}", "more was paid than it says"
