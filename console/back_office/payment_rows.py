"""Rows of the payment outbox: orders to the provider, kept with the document that they come from."""

from __future__ import annotations

from typing import Literal

import msgspec

from console.back_office.bodies import PaymentBody
from console.back_office.chain import digest
from console.back_office.ledger_file import LedgerFile
from console.language import tr_noop

Kind = Literal["capture", "refund"]
State = Literal["due", "done", "declined", "no_card", "not_needed", "superseded", "settled"]


LONGEST_WAIT_S = 3600.0
"""Between two attempts. What is to wait for longer was put off before the clock was set back: it is due."""


class PaymentError(RuntimeError):
    """The payment cannot be tried again or settled; the text says why."""


class PaymentTask(msgspec.Struct, frozen=True):
    """One order to the provider."""

    key: str
    """The idempotency key: document, how manieth attempt, and whose it is (:func:`key_of`)."""
    kind: Kind
    receipt: int
    """Number of the receipt that it is about."""
    document: str
    """Label of the document that led to it."""
    token: str
    amount: int
    """Minor units, above 0."""
    currency: str
    state: State
    attempts: int
    next_at: float
    capture: str
    """A refund: key of the capture that it gives back part of; empty: not yet known."""
    ref: str
    last_four: str
    said: str
    """The last thing that was heard of it."""


class Moved(msgspec.Struct, frozen=True):
    """Money that changed hands because of a document."""

    amount: int
    """Minor units, the coins' rounding included; below 0: given back."""
    rounding: int
    """What the smallest coin added; below 0 it made it less, or gave back more."""
    by_card: bool
    in_cash: bool
    """With coins and notes; neither: at the counter by other means."""
    last_four: str
    ref: str


_SELECT = (
    "SELECT key, kind, receipt, document, token, amount, currency, state, attempts, next_at, capture, ref, "
    "last_four, said FROM payment_task "
)


def insert(file: LedgerFile, task: PaymentTask) -> None:
    """Within a transaction."""
    names = PaymentTask.__struct_fields__
    file.database.execute(
        f"INSERT INTO payment_task ({', '.join(names)}) VALUES ({', '.join('?' for _ in names)})",  # noqa: S608 - our own field names
        tuple(getattr(task, name) for name in names),
    )


def order(
    file: LedgerFile,
    kind: Kind,
    *,
    receipt: int,
    document: str,
    token: str | None,
    amount: int,
    currency: str,
) -> str | None:
    """Put an order into the outbox, in the transaction of its document; gives its key. No money: None."""
    if amount <= 0:
        return None
    key = key_of(file, kind, receipt, document, 1)
    state: State = "due" if token or kind == "refund" else "no_card"
    insert(
        file,
        PaymentTask(
            key=key,
            kind=kind,
            receipt=receipt,
            document=document,
            token=token or "",
            amount=amount,
            currency=currency,
            state=state,
            attempts=0,
            next_at=0.0,
            capture="",
            ref="",
            last_four="",
            said="" if state == "due" else tr_noop("no card was shown at the entry"),
        ),
    )
    return key


def task(file: LedgerFile, key: str) -> PaymentTask | None:
    """By its key."""
    found = _read(file, f"{_SELECT} WHERE key = ?", (key,))
    return found[0] if found else None


def due(file: LedgerFile, now: float) -> list[PaymentTask]:
    """Orders that may be sent now, in the order in which they came."""
    where = "WHERE state = 'due' AND (next_at <= ? OR next_at > ?)"
    return _read(file, f"{_SELECT} {where} ORDER BY id", (now, now + LONGEST_WAIT_S))


def is_due(next_at: float, now: float) -> bool:
    """Whether an attempt may be made now: see :data:`LONGEST_WAIT_S`."""
    return not now < next_at <= now + LONGEST_WAIT_S


def of_receipt(file: LedgerFile, receipt: int) -> list[PaymentTask]:
    """All orders about a receipt and its corrections."""
    return _read(file, f"{_SELECT} WHERE receipt = ? ORDER BY id", (receipt,))


def moved(file: LedgerFile, receipt: int, document: str) -> list[Moved]:
    """What was paid or given back for one document of a receipt, as the chain says; nothing written off."""
    found = []
    for done in of_receipt(file, receipt):
        if done.document != document or done.state not in {"done", "settled"}:
            continue
        body = msgspec.json.decode(
            file.scalar("SELECT body FROM entry WHERE cause = ?", f"payment:{done.key}"), type=PaymentBody
        )
        if body.outcome in {"done", "counter"}:
            signed = body.amount if body.what == "capture" else -body.amount
            found.append(
                Moved(
                    amount=signed + body.rounding,
                    rounding=body.rounding,
                    by_card=body.outcome == "done",
                    in_cash=body.cash or body.rounding != 0,
                    last_four=done.last_four,
                    ref=body.ref,
                )
            )
    return found


def paid(tasks: list[PaymentTask]) -> int:
    """What was paid by card or at the counter, less what was given back; minor units."""
    done = [t for t in tasks if t.state == "done" or (t.state == "settled" and t.said == "counter")]
    return sum(t.amount if t.kind == "capture" else -t.amount for t in done)


def next_key(file: LedgerFile, last: PaymentTask) -> str:
    """The key of one more order for what ``last`` was about. Within a transaction."""
    tries = sum(
        task.document == last.document and task.kind == last.kind for task in of_receipt(file, last.receipt)
    )
    return key_of(file, last.kind, last.receipt, last.document, tries + 1)


def key_of(file: LedgerFile, kind: Kind, receipt: int, document: str, number: int) -> str:
    """The idempotency key of an order, such as ``capture:R-000012:1:0f3a…``: it is carried out once.

    Another store may have a document of this number at the same provider; and so may this one, when a copy of
    its ledger from yesterday was put back. So the key has a hash over the ledger's name and the visit of the
    receipt: only the same document of the same visit is the same order. Orders from before have none.
    """
    visit = file.scalar("SELECT visit FROM document WHERE series = 'R' AND number = ?", receipt)
    whose = digest(f"{file.name}\n{visit}".encode())[:16]
    return f"{kind}:{document}:{number}:{whose}"


def open_ends(file: LedgerFile) -> list[int]:
    """Receipts of which something could not be charged or given back."""
    rows = file.database.execute(
        "SELECT DISTINCT receipt FROM payment_task WHERE state IN ('declined', 'no_card') ORDER BY receipt"
    )
    return [receipt for (receipt,) in rows.fetchall()]


def change(file: LedgerFile, key: str, **values: object) -> None:
    """Set columns of an order. Within a transaction."""
    assignments = ", ".join(f"{name} = ?" for name in values)
    file.database.execute(
        f"UPDATE payment_task SET {assignments} WHERE key = ?",  # noqa: S608 - our own column names
        (*values.values(), key),
    )


def tasks(file: LedgerFile, limit: int = 200) -> list[PaymentTask]:
    """The latest orders, newest first."""
    return _read(file, f"{_SELECT} ORDER BY id DESC LIMIT ?", (limit,))


def _read(file: LedgerFile, sql: str, args: tuple[object, ...]) -> list[PaymentTask]:
    return [
        msgspec.convert(dict(zip(PaymentTask.__struct_fields__, columns, strict=True)), PaymentTask)
        for columns in file.database.execute(sql, args).fetchall()
    ]
