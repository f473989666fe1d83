"""The queue of visits that a person has to decide.

A card is claimed for a while, so that two people never answer one. An answer can be undone until it is
issued; then it decides the visit's lines, the receipt follows like any other, and what it says of an event
holds for every other visit that asks about it. Who is not sure hands the card to somebody else, and the
second who is not sure to a manager.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from console.back_office import review_rows as rows
from console.back_office.audit import record
from console.back_office.bodies import ReviewBody
from console.back_office.ledger import Ledger
from console.back_office.operators import operators
from console.back_office.permissions import ALLOWED, Actor, NotAllowedError, require
from console.back_office.receipts import price_lines
from console.back_office.review_cards import (
    ReviewCard,
    ReviewError,
    card,
    decision,
    effect,
    let_follow,
    prices_for,
    row_of,
    total_with,
)
from console.back_office.review_rows import ReviewRow
from console.language import tr, tr_noop
from store_layout.model import StoreLayout

__all__ = [
    "LEASE_S",
    "UNDO_S",
    "ReviewCard",
    "ReviewError",
    "answer",
    "card",
    "claim",
    "effect",
    "issue_due",
    "queue",
    "release",
    "skip",
    "total_with",
    "undo",
    "unsure",
]

LEASE_S = 300.0
"""How long a claimed card is kept for whoever claimed it."""
UNDO_S = 30.0
"""How long an answer can be undone before it is issued."""


def queue(ledger: Ledger, now: float, actor: Actor | None = None) -> list[ReviewRow]:
    """Cards that wait, the most urgent first; with ``actor`` only those that they may answer now.

    Urgency is money at stake times doubt, and doubles with each ten minutes of waiting (see
    ``review_rows.URGENCY``). What somebody skipped comes to them last.
    """
    found = rows.waiting(ledger, now)
    if actor is None:
        return found
    skipped = rows.skipped_by(ledger, actor.name)
    mine = [row for row in found if _refusal(ledger, row, actor, now) is None]
    return sorted(mine, key=lambda row: skipped.get(row.visit, 0.0))


def claim(ledger: Ledger, actor: Actor, now: float, visit: str | None = None) -> ReviewCard | None:
    """Take a card for ``LEASE_S``: ``visit``, or the one they hold already, or the most urgent one.

    None: nothing waits for them. Raises :class:`ReviewError` where somebody else has it.
    """
    require(actor, "answer a review")
    with ledger.writing(tr_noop("the claim")):
        if visit is None:
            held = [r for r in rows.waiting(ledger, now) if r.held_by(now) == actor.name]
            candidates = held or queue(ledger, now, actor)
            if not candidates:
                return None
            row = candidates[0]
        else:
            row = row_of(ledger, visit)
            refusal = _refusal(ledger, row, actor, now)
            if refusal is not None:
                raise ReviewError(refusal)
        if row.held_by(now) != actor.name:
            rows.claim(ledger, row.visit, actor.name, now, now + LEASE_S)
    return card(ledger, row.visit)


def answer(
    ledger: Ledger,
    actor: Actor,
    visit: str,
    choices: Mapping[str, int | None],
    now: float,
    *,
    lines: Mapping[str, int] | None = None,
    note: str = "",
    layout: StoreLayout | None = None,
) -> ReviewRow:
    """Decide a claimed card; :func:`issue_due` issues it when it can no longer be undone.

    ``choices``: event -> number of the alternative from 0, None for none of them; ``lines`` (sku -> count)
    say instead what was taken. ``layout`` prices a visit that has no price list, or by a manager one that
    has. Said again, the same answer changes nothing. Raises :class:`ReviewError`, ``AnswerError``,
    ``UnknownProductError``.
    """
    require(actor, "answer a review")
    with ledger.writing(tr_noop("the answer")):
        shown = card(ledger, visit)
        body = decision(ledger, shown, actor, choices, lines=lines, now=now, note=note)
        row = shown.row
        if row.state in {"answered", "issued"} and row.answer is not None and _same(row.answer, body):
            return row
        refusal = _refusal(ledger, row, actor, now)
        if refusal is None and row.claimed_by != actor.name:
            refusal = tr("{code} is not claimed: claim it first", code=row.code)
        if refusal is not None:
            raise ReviewError(refusal)
        if layout is not None:
            _price_by(ledger, actor, visit, layout)
        prices = prices_for(ledger, visit)
        price_lines({line.sku: line.quantity for line in body.lines}, prices, shown.visit.closed_at)
        rows.keep_answer(ledger, visit, body, now)
        rows.note_work(ledger, row, actor.name, now, outcome="answered", longest=LEASE_S)
        record(ledger, actor, "answered the review", at=now, about=visit, why=note)
        return row_of(ledger, visit)


def unsure(ledger: Ledger, actor: Actor, visit: str, now: float, why: str = "") -> ReviewRow:
    """Hand a claimed card to a second reviewer; the second who is unsure hands it to a manager."""
    with ledger.writing(tr_noop("the card")):
        row = _held(ledger, actor, visit, now)
        if row.state == "manager":
            raise ReviewError(tr("two people were not sure of {code}: a manager decides", code=row.code))
        rows.hand_on(ledger, row, actor.name, "second" if row.state == "open" else "manager")
        rows.note_work(ledger, row, actor.name, now, outcome="unsure", longest=LEASE_S)
        record(ledger, actor, "was unsure of the review", at=now, about=visit, why=why)
        return row_of(ledger, visit)


def skip(ledger: Ledger, actor: Actor, visit: str, now: float) -> ReviewRow:
    """Give a claimed card back; it comes to them last."""
    with ledger.writing(tr_noop("the card")):
        row = _held(ledger, actor, visit, now)
        rows.skip(ledger, visit, actor.name, now)
        rows.note_work(ledger, row, actor.name, now, outcome="skipped", longest=LEASE_S)
        return row_of(ledger, visit)


def release(ledger: Ledger, actor: Actor, visit: str, now: float) -> None:
    """Let go of a claimed card: it is as urgent as before, to everybody. Nothing where it is not theirs."""
    with ledger.writing(tr_noop("the card")):
        row = row_of(ledger, visit)
        if row.held_by(now) == actor.name and row.state not in {"answered", "issued"}:
            rows.release(ledger, visit)


def undo(ledger: Ledger, actor: Actor, visit: str, now: float) -> ReviewRow:
    """Take one's answer back; the card is theirs again. Raises :class:`ReviewError` when it was issued."""
    with ledger.writing(tr_noop("the card")):
        row = row_of(ledger, visit)
        if row.state == "issued":
            raise ReviewError(tr("{code} was issued: what is wrong is corrected by a dispute", code=row.code))
        if row.state != "answered" or row.answer is None:
            raise ReviewError(tr("{code} has no answer that could be undone", code=row.code))
        if row.answer.decided_by != actor.name:
            raise ReviewError(
                tr(
                    "{code} was answered by {decided_by}: only they can undo it",
                    code=row.code,
                    decided_by=row.answer.decided_by,
                )
            )
        rows.take_back(ledger, visit, actor.name, now, now + LEASE_S)
        record(ledger, actor, "undid the answer", at=now, about=visit)
        return row_of(ledger, visit)


def issue_due(ledger: Ledger, now: float, visit: str | None = None) -> list[str]:
    """Issue answers that can no longer be undone, and ``visit`` at once. Gives the visits that were."""
    issued = []
    with ledger.writing(tr_noop("the answers")):
        while due := [v for v in rows.answered(ledger, now, UNDO_S, visit) if v not in issued]:
            for name in due:
                row = row_of(ledger, name)
                if row.answer is not None:
                    ledger.decide(name, row.answer)
                    rows.mark_issued(ledger, name)
                    let_follow(ledger, row, row.answer, now)
                issued.append(name)
    return issued


# -- parts -------------------------------------------------------------------------------------------


def _same(a: ReviewBody, b: ReviewBody) -> bool:
    """The same answer by the same person, whenever."""
    return msgspec.structs.replace(a, decided_at=b.decided_at) == b


def _held(ledger: Ledger, actor: Actor, visit: str, now: float) -> ReviewRow:
    require(actor, "answer a review")
    row = row_of(ledger, visit)
    refusal = _refusal(ledger, row, actor, now)
    if refusal is not None or row.claimed_by != actor.name:
        raise ReviewError(refusal or tr("{code} is not claimed: claim it first", code=row.code))
    return row


def _refusal(ledger: Ledger, row: ReviewRow, actor: Actor, now: float) -> str | None:
    """Why this card is not for them now; None: it is."""
    if row.state in {"answered", "issued"} and row.answer is not None:
        return tr("{code} was answered by {decided_by}", code=row.code, decided_by=row.answer.decided_by)
    holder = row.held_by(now)
    if holder is not None and holder != actor.name:
        return tr("{code} is with {holder}", code=row.code, holder=holder)
    if actor.name in row.unsure_by and _somebody_else(ledger, row, actor):
        return tr("{name} was not sure of {code}: somebody else decides", name=actor.name, code=row.code)
    if row.state == "manager" and actor.role != "manager":
        return tr("two people were not sure of {code}: a manager decides", code=row.code)
    return None


def _somebody_else(ledger: Ledger, row: ReviewRow, actor: Actor) -> bool:
    """Whether another one who works here can decide it: where nobody can, it comes back to who was unsure."""
    return any(
        who.active
        and who.name != actor.name
        and who.name not in row.unsure_by
        and (who.role == "manager" if row.state == "manager" else who.role in ALLOWED["answer a review"])
        for who in operators(ledger)
    )


def _price_by(ledger: Ledger, actor: Actor, visit: str, layout: StoreLayout) -> None:
    if ledger.prices_of(visit) is not None and actor.role != "manager":
        raise NotAllowedError(
            tr(
                "{name} is {role}: only a manager may price a visit anew",
                name=actor.name,
                role=tr(actor.role),
            )
        )
    ledger.keep_prices(visit, layout)
