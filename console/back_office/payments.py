"""What is owed of a receipt, and what people do about what could not be charged or given back.

The order to charge or to give back is written with the document that it comes from, in one transaction, and
sent by ``payment_sending``.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from console.back_office import payment_rows as rows
from console.back_office.audit import record
from console.back_office.bodies import PaymentBody
from console.back_office.disputes import standing
from console.back_office.ledger import RECEIPT_SERIES, Ledger
from console.back_office.money import cash_rounding
from console.back_office.payment_rows import PaymentError, PaymentTask
from console.back_office.payment_sending import Sent, keep_answer, send_due
from console.back_office.permissions import Actor, require
from console.language import tr, tr_noop

__all__ = [
    "PaymentError",
    "Sent",
    "Unpaid",
    "keep_answer",
    "owed",
    "send_due",
    "settle",
    "try_again",
    "unpaid",
    "unpaid_of",
]

FAILED = frozenset({"declined", "no_card"})


class Unpaid(msgspec.Struct, frozen=True):
    """A receipt of which not all was paid or given back, though its shopper has left."""

    receipt: int
    code: str
    owed: int
    """Minor units; below 0: to be given back."""
    currency: str
    why: str
    next_steps: tuple[str, ...]
    """English in any language: whoever shows them translates them, whoever acts goes by them."""


def owed(ledger: Ledger, receipt: int) -> int:
    """What is still to be paid of a receipt with its corrections; below 0: to be given back.

    What was written off was not paid: it takes away from what is to be paid, and is never given back.
    """
    tasks = rows.of_receipt(ledger, receipt)
    left = standing(ledger, receipt).total - rows.paid(tasks)
    written_off = sum(t.amount for t in tasks if t.state == "settled" and t.said == "written_off")
    return max(0, left - written_off) if left > 0 else left


def unpaid(ledger: Ledger) -> list[Unpaid]:
    """Receipts of which something could not be charged or given back, with what can be done."""
    found = [unpaid_of(ledger, number) for number in rows.open_ends(ledger)]
    return [entry for entry in found if entry is not None]


def unpaid_of(ledger: Ledger, receipt: int) -> Unpaid | None:
    """What could not be charged or given back of one receipt, with what can be done; None: nothing."""
    left, document = owed(ledger, receipt), ledger.document(receipt)
    failed = _failed_of(ledger, receipt, left)
    if document is None or not failed:
        return None
    return Unpaid(
        receipt=receipt,
        code=document.receipt.code,
        owed=left,
        currency=document.receipt.currency,
        why=failed[-1].said,
        next_steps=_next_steps(left, by_card=failed[-1].state == "declined"),
    )


def try_again(
    ledger: Ledger, actor: Actor, receipt: int, now: float, *, token: str | None = None
) -> PaymentTask:
    """Order again what is owed of an unpaid receipt, with a new key.

    ``token``: the provider's for another card that was shown meanwhile; None: the same card again.
    """
    require(actor, "collect a payment")
    with ledger.writing(tr_noop("the payment")):
        failed, amount = _failed(ledger, receipt), owed(ledger, receipt)
        last = failed[-1]
        if token is not None and amount < 0:
            raise PaymentError(
                tr("{label}: what was paid goes back to the card that paid it", label=_label(receipt))
            )
        if token is None and last.state == "no_card":
            raise PaymentError(
                tr(
                    "there is no card for {label}: settle it at the counter, or show a card",
                    label=_label(receipt),
                )
            )
        task = msgspec.structs.replace(
            last,
            key=rows.next_key(ledger, last),
            token=last.token if token is None else token,
            amount=abs(amount),
            state="due",
            attempts=0,
            next_at=now,
            capture="",
            last_four="",
            said="",
        )
        _replace(ledger, failed, task)
        what = "tried the card again" if token is None else "tried another card"
        record(ledger, actor, what, at=now, about=_label(receipt))
        return task


def settle(
    ledger: Ledger,
    actor: Actor,
    receipt: int,
    how: Literal["counter", "written_off"],
    *,
    at: float,
    why: str = "",
    cash: bool = False,
) -> int:
    """What is owed was paid or given back at the counter, or is written off (managers, who say why).

    ``cash``: with coins, as far as there are any. Gives what changes hands, below 0 to the shopper. Raises
    :class:`PaymentError`, ``NotAllowedError``.
    """
    require(actor, "collect a payment" if how == "counter" else "write off a payment")
    if how == "written_off" and (cash or not why.strip()):
        raise PaymentError(
            tr("{label}: what is written off is not paid in cash", label=_label(receipt))
            if cash
            else tr("{label}: say why it is written off", label=_label(receipt))
        )
    with ledger.writing(tr_noop("the payment")):
        failed, amount = _failed(ledger, receipt), owed(ledger, receipt)
        if amount < 0:
            require(actor, "decide a dispute")
            if how == "written_off":
                raise PaymentError(
                    tr("{label}: what a shopper is owed is not written off", label=_label(receipt))
                )
        last, rounding = failed[-1], _coins(ledger, receipt, amount) if cash else 0
        key = rows.next_key(ledger, last)
        task = msgspec.structs.replace(
            last, key=key, amount=abs(amount), state="settled", said=how, capture=""
        )
        _replace(ledger, failed, task)
        body = PaymentBody(
            kind="payment",
            key=key,
            what=last.kind,
            at=at,
            receipt=receipt,
            document=last.document,
            amount=abs(amount),
            currency=last.currency,
            outcome=how,
            why=why,
            rounding=rounding,
            cash=cash,
        )
        ledger.append(f"payment:{key}", "payment", body)
        what = "settled the payment at the counter" if how == "counter" else "wrote the payment off"
        record(ledger, actor, what, at=at, about=_label(receipt), why=why)
        return amount + rounding


# -- parts -------------------------------------------------------------------------------------------


def _failed(ledger: Ledger, receipt: int) -> list[PaymentTask]:
    found = _failed_of(ledger, receipt, owed(ledger, receipt))
    if not found:
        raise PaymentError(tr("nothing of {label} is unpaid", label=_label(receipt)))
    return found


def _failed_of(ledger: Ledger, receipt: int, left: int) -> list[PaymentTask]:
    """Orders that failed of what is still owed; none while an order is under way."""
    tasks = rows.of_receipt(ledger, receipt)
    if left == 0 or any(task.state == "due" for task in tasks):
        return []
    kind = "capture" if left > 0 else "refund"
    return [task for task in tasks if task.kind == kind and task.state in FAILED]


def _next_steps(left: int, *, by_card: bool) -> tuple[str, ...]:
    if left < 0:
        once_more = (tr_noop("try again"),) if by_card else ()
        return (*once_more, tr_noop("give it back at the counter"))
    again = (tr_noop("try the card again"), tr_noop("charge another card"))
    first = again if by_card else (tr_noop("charge a card"),)
    return (*first, tr_noop("collect it at the counter"), tr_noop("write it off"))


def _coins(ledger: Ledger, receipt: int, amount: int) -> int:
    document = ledger.document(receipt)
    prices = None if document is None else ledger.prices_of(document.receipt.visit)
    return 0 if prices is None else cash_rounding(amount, prices.cash_rounding)


def _replace(ledger: Ledger, failed: list[PaymentTask], task: PaymentTask) -> None:
    for old in failed:
        rows.change(ledger, old.key, state="superseded")
    rows.insert(ledger, task)


def _label(receipt: int) -> str:
    return f"{RECEIPT_SERIES}-{receipt:06d}"
