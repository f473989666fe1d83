"""Money moves: an outbox of orders that are sent until they are answered, each carried out once.

The order to charge or to give back is written with the document that it comes from, in one transaction.
Sending is: note the attempt; ask the provider with the order's key; write the answer into the chain. A crash
between any two of these leads to the same question again, and the provider carries out no key twice.
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
from console.back_office.payment_provider import Accepted, Answer, Declined, Provider, ProviderTimeoutError
from console.back_office.payment_rows import PaymentTask
from console.back_office.permissions import Actor, require

FIRST_WAIT_S = 5.0
"""After an order without an answer; doubled each time."""
LONGEST_WAIT_S = 3600.0
FAILED = frozenset({"declined", "no_card"})
COLLECT = {
    "declined": ("try the card again", "collect it at the counter", "write it off"),
    "no_card": ("collect it at the counter", "write it off"),
}
GIVE_BACK = {
    "declined": ("try again", "give it back at the counter"),
    "no_card": ("give it back at the counter",),
}


class PaymentError(RuntimeError):
    """The payment cannot be tried again or settled; the text says why."""


class Unpaid(msgspec.Struct, frozen=True):
    """A receipt of which not all was paid or given back, though its shopper has left."""

    receipt: int
    code: str
    owed: int
    """Minor units; below 0: to be given back."""
    currency: str
    why: str
    next_steps: tuple[str, ...]


class Sent(msgspec.Struct, frozen=True):
    """What one round of sending led to: counts of orders."""

    done: int = 0
    declined: int = 0
    unanswered: int = 0


def send_due(ledger: Ledger, provider: Provider, now: float) -> Sent:
    """Send every order that is due, each once."""
    done = declined = unanswered = 0
    for task in rows.due(ledger, now):
        ready = _noted(ledger, task, now)
        if ready is None:
            continue
        try:
            answer = _ask(ledger, provider, ready)
        except ProviderTimeoutError as error:
            unanswered += 1
            _wait(ledger, ready, now, str(error))
            continue
        done += isinstance(answer, Accepted)
        declined += isinstance(answer, Declined)
        keep_answer(ledger, ready.key, answer, now)
    return Sent(done, declined, unanswered)


def keep_answer(ledger: Ledger, key: str, answer: Answer, now: float) -> bool:
    """Write what the provider said; False: it had been said before (providers answer twice)."""
    with ledger.writing("the payment"):
        task = rows.task(ledger, key)
        if task is None:
            raise PaymentError(f"there is no payment {key}")
        if ledger.has_entry(f"payment:{key}"):
            return False
        accepted = isinstance(answer, Accepted)
        body = PaymentBody(
            kind="payment",
            key=key,
            what=task.kind,
            at=now,
            receipt=task.receipt,
            document=task.document,
            amount=task.amount,
            currency=task.currency,
            outcome="done" if accepted else "declined",
            ref=answer.ref if isinstance(answer, Accepted) else "",
            why=answer.why if isinstance(answer, Declined) else "",
        )
        ledger.append(f"payment:{key}", "payment", body)
        rows.change(
            ledger,
            key,
            state=body.outcome,
            ref=body.ref,
            said=body.why,
            last_four=answer.last_four if isinstance(answer, Accepted) else "",
        )
        return True


def owed(ledger: Ledger, receipt: int) -> int:
    """What is still to be paid of a receipt with its corrections; below 0: to be given back.

    What was written off was not paid: it takes away from what is to be paid, and is never given back.
    """
    tasks = rows.of_receipt(ledger, receipt)
    left = standing(ledger, receipt).total - _paid(tasks)
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
    steps = COLLECT if left > 0 else GIVE_BACK
    return Unpaid(
        receipt=receipt,
        code=document.receipt.code,
        owed=left,
        currency=document.receipt.currency,
        why=failed[-1].said,
        next_steps=steps[failed[-1].state],
    )


def try_again(ledger: Ledger, actor: Actor, receipt: int, now: float) -> PaymentTask:
    """Order again what is owed of an unpaid receipt, with a new key."""
    require(actor, "collect a payment")
    with ledger.writing("the payment"):
        failed, amount = _failed(ledger, receipt), owed(ledger, receipt)
        last = failed[-1]
        if last.state == "no_card":
            raise PaymentError(f"there is no card for {_label(receipt)}: settle it at the counter")
        key = _next_key(ledger, last)
        task = msgspec.structs.replace(
            last, key=key, amount=abs(amount), state="due", attempts=0, next_at=now, capture="", said=""
        )
        _replace(ledger, failed, task)
        record(ledger, actor, "tried the card again", at=now, about=_label(receipt))
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
    """What is owed was paid or given back at the counter, or is written off (managers).

    ``cash``: with coins, as far as there are any. Gives what changes hands, below 0 to the shopper.
    """
    require(actor, "collect a payment" if how == "counter" else "write off a payment")
    with ledger.writing("the payment"):
        failed, amount = _failed(ledger, receipt), owed(ledger, receipt)
        if amount < 0:
            require(actor, "decide a dispute")
            if how == "written_off":
                raise PaymentError(f"{_label(receipt)}: what a shopper is owed is not written off")
        last, rounding = failed[-1], _coins(ledger, receipt, amount) if cash else 0
        key = _next_key(ledger, last)
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
        )
        ledger.append(f"payment:{key}", "payment", body)
        what = "settled the payment at the counter" if how == "counter" else "wrote the payment off"
        record(ledger, actor, what, at=at, about=_label(receipt), why=why)
        return amount + rounding


# -- parts -------------------------------------------------------------------------------------------


def _failed(ledger: Ledger, receipt: int) -> list[PaymentTask]:
    found = _failed_of(ledger, receipt, owed(ledger, receipt))
    if not found:
        raise PaymentError(f"nothing of {_label(receipt)} is unpaid")
    return found


def _failed_of(ledger: Ledger, receipt: int, left: int) -> list[PaymentTask]:
    """Orders that failed of what is still owed; none while an order is under way."""
    tasks = rows.of_receipt(ledger, receipt)
    if left == 0 or any(task.state == "due" for task in tasks):
        return []
    kind = "capture" if left > 0 else "refund"
    return [task for task in tasks if task.kind == kind and task.state in FAILED]


def _coins(ledger: Ledger, receipt: int, amount: int) -> int:
    document = ledger.document(receipt)
    prices = None if document is None else ledger.prices_of(document.receipt.visit)
    return 0 if prices is None else cash_rounding(amount, prices.cash_rounding)


def _next_key(ledger: Ledger, last: PaymentTask) -> str:
    tries = sum(
        task.document == last.document and task.kind == last.kind
        for task in rows.of_receipt(ledger, last.receipt)
    )
    return f"{last.kind}:{last.document}:{tries + 1}"


def _replace(ledger: Ledger, failed: list[PaymentTask], task: PaymentTask) -> None:
    for old in failed:
        rows.change(ledger, old.key, state="superseded")
    rows.insert(ledger, task)


def _noted(ledger: Ledger, task: PaymentTask, now: float) -> PaymentTask | None:
    """The order as it is to be sent, its attempt noted; None: it is not to be sent now."""
    with ledger.writing("the attempt"):
        current = rows.task(ledger, task.key)
        if current is None or current.state != "due" or current.next_at > now:
            return None
        if current.kind == "refund" and not current.capture:
            current = _bound(ledger, current)
            if current is None:
                return None
        wait = min(FIRST_WAIT_S * 2**current.attempts, LONGEST_WAIT_S)
        # Another process does not send it meanwhile; after a crash it is sent again when this is over.
        rows.change(ledger, current.key, attempts=current.attempts + 1, next_at=now + wait)
        return msgspec.structs.replace(current, attempts=current.attempts + 1)


def _bound(ledger: Ledger, task: PaymentTask) -> PaymentTask | None:
    """Say which captures a refund gives back; what was never captured need not be given back.

    It gives back what was paid beyond what still stands: where part was never paid, that is less than the
    document says. A refund over several captures becomes several orders. None: a capture is still to come, or
    nothing is to be given back.
    """
    others = rows.of_receipt(ledger, task.receipt)
    if any(t.kind == "capture" and t.state == "due" for t in others):
        return None
    under_way = sum(t.amount for t in others if t.kind == "refund" and _is_under_way(t))
    beyond = _paid(others) - under_way - standing(ledger, task.receipt).total
    left = min(task.amount, max(0, beyond))
    parts: list[tuple[str, int]] = []
    for capture in (t for t in others if t.kind == "capture" and t.state == "done"):
        back = sum(t.amount for t in others if t.capture == capture.key and t.state in {"due", "done"})
        part = min(left, capture.amount - back)
        if part > 0:
            parts.append((capture.key, part))
            left -= part
    if (in_cash := min(left, _held_in_cash(others))) > 0:
        parts.append(("", in_cash))
    if not parts:
        rows.change(ledger, task.key, state="not_needed", said="it had not been paid")
        return None
    for number, (capture_key, part) in enumerate(parts, start=1):
        mine = msgspec.structs.replace(task, capture=capture_key, amount=part)
        if not capture_key:
            mine = msgspec.structs.replace(mine, state="no_card", said="it was paid at the counter")
        if number > 1:
            rows.insert(ledger, msgspec.structs.replace(mine, key=f"{task.key}+{number}"))
            continue
        first = mine
        rows.change(
            ledger, task.key, capture=first.capture, amount=first.amount, state=first.state, said=first.said
        )
    return first if first.state == "due" else None


def _paid(tasks: list[PaymentTask]) -> int:
    """What was paid by card or at the counter, less what was given back."""
    moved = [t for t in tasks if t.state == "done" or (t.state == "settled" and t.said == "counter")]
    return sum(t.amount if t.kind == "capture" else -t.amount for t in moved)


def _is_under_way(refund: PaymentTask) -> bool:
    """To be given back, and how is known: from which capture, or at the counter."""
    return (refund.state == "due" and refund.capture != "") or (
        refund.state == "no_card" and refund.capture == ""
    )


def _held_in_cash(tasks: list[PaymentTask]) -> int:
    """What was paid at the counter and has not been given back there, nor is about to be."""
    held = 0
    for task in tasks:
        at_counter = task.state == "settled" and task.said == "counter"
        if task.kind == "capture" and at_counter:
            held += task.amount
        elif task.kind == "refund" and (at_counter or (task.state == "no_card" and not task.capture)):
            held -= task.amount
    return held


def _ask(ledger: Ledger, provider: Provider, task: PaymentTask) -> Answer:
    if task.kind == "capture":
        return provider.capture(task.key, task.token, task.amount, task.currency)
    capture = rows.task(ledger, task.capture)
    if capture is None:
        raise PaymentError(f"{task.key} gives back the capture {task.capture}, which is not there")
    return provider.refund(task.key, capture.ref, task.amount, task.currency)


def _wait(ledger: Ledger, task: PaymentTask, now: float, said: str) -> None:
    with ledger.writing("the attempt"):
        wait = min(FIRST_WAIT_S * 2 ** (task.attempts - 1), LONGEST_WAIT_S)
        rows.change(ledger, task.key, next_at=now + wait, said=said)


def _label(receipt: int) -> str:
    return f"{RECEIPT_SERIES}-{receipt:06d}"
