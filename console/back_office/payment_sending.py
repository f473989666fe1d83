"""Orders and holds on their way to the provider: sent until they are answered, each carried out once.

Sending is: note the attempt; ask the provider with the order's key; write the answer into the chain. A crash
between any two of these leads to the same question again, and the provider carries out no key twice.
"""

from __future__ import annotations

import msgspec

from console.back_office import hold_rows, holds
from console.back_office import payment_rows as rows
from console.back_office.bodies import PaymentBody
from console.back_office.disputes import standing
from console.back_office.hold_rows import Hold
from console.back_office.ledger import Ledger
from console.back_office.payment_provider import (
    Accepted,
    Answer,
    Declined,
    Held,
    Provider,
    ProviderTimeoutError,
)
from console.back_office.payment_rows import LONGEST_WAIT_S, PaymentError, PaymentTask
from console.language import tr_noop

FIRST_WAIT_S = 5.0
"""After an order without an answer; doubled each time."""


class Sent(msgspec.Struct, frozen=True):
    """What one round of sending led to: counts of orders, holds not among them."""

    done: int = 0
    declined: int = 0
    unanswered: int = 0


def send_due(ledger: Ledger, provider: Provider, now: float) -> Sent:
    """Send every order that is due, each once; before them the holds of those who come in and go out."""
    send_holds(ledger, provider, now)
    done = declined = unanswered = 0
    for task in rows.due(ledger, now):
        ready = _noted(ledger, task, now)
        if ready is None:
            continue
        try:
            answer = _ask(ledger, provider, ready)
        except (ProviderTimeoutError, PaymentError) as error:  # the others are sent all the same
            unanswered += 1
            _wait(ledger, ready, now, str(error))
            continue
        done += isinstance(answer, Accepted)
        declined += isinstance(answer, Declined)
        keep_answer(ledger, ready.key, answer, now)
    return Sent(done, declined, unanswered)


def keep_answer(ledger: Ledger, key: str, answer: Answer, now: float) -> bool:
    """Write what the provider said; False: it had been said before (providers answer twice)."""
    with ledger.writing(tr_noop("the payment")):
        task = rows.task(ledger, key)
        if task is None:
            raise PaymentError(f"there is no payment {key}")
        if ledger.has_entry(f"payment:{key}"):
            return False
        accepted = isinstance(answer, Accepted)
        hold = hold_rows.of_capture(ledger, key)
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
        if hold is not None:
            _end_hold(ledger, task, hold, body)
        return True


def send_holds(ledger: Ledger, provider: Provider, now: float) -> None:
    """Ask for the holds that are due, and let go of those that are not wanted any more."""
    holds.expire(ledger, now)
    for hold in hold_rows.to_send(ledger, now):
        with ledger.writing(tr_noop("the attempt")):
            current = hold_rows.hold(ledger, hold.key)
            if current is None or current.state != hold.state or not rows.is_due(current.next_at, now):
                continue  # another process sends it
            wait = _wait_after(current.attempts)
            hold_rows.change(ledger, hold.key, attempts=current.attempts + 1, next_at=now + wait)
        try:
            if hold.state == "due":
                held = provider.authorise(hold.key, hold.token, hold.amount, hold.currency)
                _keep_held(ledger, hold.key, held, now)
            else:
                answer = provider.release(f"{hold.key}:release", hold.ref)
                said = answer.why if isinstance(answer, Declined) else ""
                with ledger.writing(tr_noop("the hold")):
                    holds.end(ledger, hold.key, "released", said)
        except ProviderTimeoutError as error:
            with ledger.writing(tr_noop("the attempt")):
                hold_rows.change(ledger, hold.key, said=str(error))


def _keep_held(ledger: Ledger, key: str, answer: Held | Declined, now: float) -> None:
    """Whoever has left meanwhile without needing it has it let go."""
    with ledger.writing(tr_noop("the hold")):
        hold = hold_rows.hold(ledger, key)
        if hold is None or hold.state != "due":
            return
        if isinstance(answer, Declined):
            token = hold.token if hold.wanted else ""  # its visit is still to be found by it
            hold_rows.change(ledger, key, state="declined", said=answer.why, token=token)
            return
        hold_rows.change(
            ledger,
            key,
            state="held" if hold.wanted else "releasing",
            ref=answer.ref,
            expires_at=answer.expires_at,
            last_four=answer.last_four,
            attempts=0,
            next_at=now,
            said="",
        )


# -- parts -------------------------------------------------------------------------------------------


def _noted(ledger: Ledger, task: PaymentTask, now: float) -> PaymentTask | None:
    """The order as it is to be sent, its attempt noted; None: it is not to be sent now."""
    with ledger.writing(tr_noop("the attempt")):
        current = rows.task(ledger, task.key)
        if current is None or current.state != "due" or not rows.is_due(current.next_at, now):
            return None
        if current.kind == "refund" and not current.capture:
            current = _bound(ledger, current)
            if current is None:
                return None
        if current.kind == "capture":
            current = _within_hold(ledger, current, now)
        wait = _wait_after(current.attempts)
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
    beyond = rows.paid(others) - under_way - standing(ledger, task.receipt).total
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


def _within_hold(ledger: Ledger, task: PaymentTask, now: float) -> PaymentTask:
    """What is above the hold becomes an order of its own; a hold that has run out is not taken from."""
    hold = hold_rows.of_capture(ledger, task.key)
    if hold is None or task.attempts > 0:
        return task  # what was asked once is asked again as it was
    if hold.expires_at <= now:
        holds.end(ledger, hold.key, "expired")
        hold_rows.change(ledger, hold.key, capture="")
        return task
    if task.amount <= hold.amount:
        return task
    above = task.amount - hold.amount
    rows.insert(ledger, msgspec.structs.replace(task, key=f"{task.key}+2", amount=above))
    rows.change(ledger, task.key, amount=hold.amount)
    return msgspec.structs.replace(task, amount=hold.amount)


def _end_hold(ledger: Ledger, task: PaymentTask, hold: Hold, body: PaymentBody) -> None:
    """It was taken from; or it was not there any more, and the receipt is charged anew."""
    if body.outcome == "done":
        holds.end(ledger, hold.key, "captured")
        return
    holds.end(ledger, hold.key, "expired", body.why)
    rows.change(ledger, task.key, state="superseded")
    rows.insert(
        ledger,
        msgspec.structs.replace(
            task, key=rows.next_key(ledger, task), state="due", attempts=0, next_at=0.0, said=""
        ),
    )


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
        hold = hold_rows.of_capture(ledger, task.key)
        ref = "" if hold is None else hold.ref
        return provider.capture(task.key, task.token, task.amount, task.currency, ref)
    capture = rows.task(ledger, task.capture)
    if capture is None:
        raise PaymentError(f"{task.key} gives back the capture {task.capture}, which is not there")
    return provider.refund(task.key, capture.ref, task.amount, task.currency)


def _wait(ledger: Ledger, task: PaymentTask, now: float, said: str) -> None:
    with ledger.writing(tr_noop("the attempt")):
        wait = _wait_after(task.attempts - 1)
        rows.change(ledger, task.key, next_at=now + wait, said=said)


def _wait_after(attempts: int) -> float:
    """Seconds until it is sent again, after so many attempts before this one."""
    return min(FIRST_WAIT_S * 2.0 ** min(attempts, 30), LONGEST_WAIT_S)
