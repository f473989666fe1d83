"""A review card as its reviewer sees it, and what an answer to it comes to: lines, money, other cards."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from console.back_office import review_rows as rows
from console.back_office.bodies import ReviewBody, ReviewedLine
from console.back_office.groups import company_of
from console.back_office.ledger import Ledger
from console.back_office.permissions import Actor
from console.back_office.price_list import PriceList
from console.back_office.receipts import UnknownProductError, price_lines, tax_table
from console.back_office.review_answers import NOTHING, AnswerError, units_after
from console.back_office.review_rows import ReviewRow
from console.language import tr
from inference.messages.results import ClosedVisit, Explanation, Question


class ReviewError(RuntimeError):
    """The card cannot be claimed, answered or undone; the text says why."""


class ReviewCard(msgspec.Struct, frozen=True):
    """A card as its reviewer sees it."""

    row: ReviewRow
    visit: ClosedVisit
    known: dict[str, Explanation]
    """Event -> what an answer to another visit has settled: not asked again."""


def card(ledger: Ledger, visit: str) -> ReviewCard:
    """A card with its questions and what is settled of them. Raises :class:`ReviewError` for no such card."""
    row, closed = row_of(ledger, visit), _closed(ledger, visit)
    known = rows.settled_events(ledger, [question.event for question in closed.questions])
    return ReviewCard(row, closed, known)


def row_of(ledger: Ledger, visit: str) -> ReviewRow:
    """Its row in the queue. Raises :class:`ReviewError` where it is not in review."""
    row = rows.row(ledger, visit)
    if row is None:
        raise ReviewError(tr("visit {visit} is not in review", visit=visit))
    return row


def prices_for(ledger: Ledger, visit: str) -> PriceList:
    """What a visit under review is priced by. Raises :class:`ReviewError` where none was kept."""
    prices = ledger.prices_of(visit)
    if prices is None:
        raise ReviewError(tr("this visit is from before prices were kept: name the store folder"))
    return prices


def decision(
    ledger: Ledger,
    shown: ReviewCard,
    actor: Actor,
    choices: Mapping[str, int | None],
    *,
    lines: Mapping[str, int] | None,
    now: float,
    note: str,
) -> ReviewBody:
    """What an answer decides, as :func:`console.back_office.reviews.answer` takes it; nothing is written.

    Raises ``AnswerError``.
    """
    closed = shown.visit
    if lines is not None:
        if any(count < 1 for count in lines.values()):
            raise AnswerError(tr("each line has a count of 1 or more; leave out what was not taken"))
        return ReviewBody(
            kind="review",
            visit=closed.visit,
            lines=_lines(lines),
            decided_by=actor.name,
            decided_at=now,
            note=note,
            given=True,
        )
    answers: dict[str, Explanation] = dict(shown.known)
    for question in closed.questions:
        if question.event not in choices:
            continue
        number = choices[question.event]
        if number is not None and not 0 <= number < len(question.alternatives):
            raise AnswerError(
                tr(
                    "{code}: there is no alternative {number} of {text!r}",
                    code=closed.code,
                    number=number + 1,
                    text=question.text,
                )
            )
        chosen = NOTHING if number is None else question.alternatives[number]
        settled = shown.known.get(question.event)
        if settled is not None and _meaning(settled) != _meaning(chosen):
            raise AnswerError(
                tr(
                    "{code}: another visit's answer has settled {text!r} otherwise",
                    code=closed.code,
                    text=question.text,
                )
            )
        answers[question.event] = chosen if settled is None else settled
    if not closed.questions:
        raise AnswerError(tr("{code} asks nothing: say what was taken", code=closed.code))
    units = units_after(closed, answers, _payers(ledger, closed.visit))
    return ReviewBody(
        kind="review",
        visit=closed.visit,
        lines=_lines(units),
        decided_by=actor.name,
        decided_at=now,
        choices=tuple((q.event, answers[q.event]) for q in closed.questions),
        note=note,
    )


def effect(ledger: Ledger, shown: ReviewCard, units: Mapping[str, int]) -> int:
    """What the visit would cost with these units, tax included, minor units; by itself."""
    prices = prices_for(ledger, shown.visit.visit)
    lines = price_lines(units, prices, shown.visit.closed_at)
    return sum(rate.gross for rate in tax_table(lines, included=prices.prices_include_tax))


def total_with(ledger: Ledger, shown: ReviewCard, question: Question, alternative: Explanation) -> int | None:
    """The visit's total if only this question is answered so, the rest as counted; None: cannot be said."""
    alone = msgspec.structs.replace(shown.visit, questions=(question,))
    try:
        return effect(ledger, shown, units_after(alone, {question.event: alternative}))
    except (AnswerError, ReviewError, UnknownProductError):
        return None


def let_follow(ledger: Ledger, row: ReviewRow, body: ReviewBody, now: float) -> None:
    """What the answer says of an event holds for others that ask about it."""
    if body.given:
        return
    events = rows.settle_events(ledger, row.visit, body, now)
    for other in rows.asking_about(ledger, events):
        shown = card(ledger, other)
        left = [q for q in shown.visit.questions if q.event not in shown.known]
        rows.restake(ledger, other, sum(question.at_stake for question in left))
        if left or shown.visit.notes or shown.row.held_by(now) is not None:
            continue
        try:
            units = units_after(shown.visit, shown.known, _payers(ledger, other))
            price_lines(units, prices_for(ledger, other), shown.visit.closed_at)
        except (AnswerError, ReviewError, UnknownProductError):
            continue  # somebody has to look at it
        derived = ReviewBody(
            kind="review",
            visit=other,
            lines=_lines(units),
            decided_by=body.decided_by,
            decided_at=now,
            choices=tuple((q.event, shown.known[q.event]) for q in shown.visit.questions),
            follows=row.visit,
        )
        rows.keep_answer(ledger, other, derived, now)


# -- parts -------------------------------------------------------------------------------------------


def _lines(units: Mapping[str, int]) -> tuple[ReviewedLine, ...]:
    return tuple(ReviewedLine(sku, count) for sku, count in sorted(units.items()))


def _meaning(explanation: Explanation) -> frozenset[tuple[int | None, str, int]]:
    found: dict[tuple[int | None, str], int] = {}
    for move in explanation.moves:
        key = (explanation.mover(move), move.sku)
        found[key] = found.get(key, 0) + move.count
    return frozenset((who, sku, count) for (who, sku), count in found.items())


def _payers(ledger: Ledger, visit: str) -> tuple[int, ...]:
    company = (ledger.visit(name) for name in company_of(ledger, visit))
    return tuple(row.visit.track for row in company if row is not None)


def _closed(ledger: Ledger, visit: str) -> ClosedVisit:
    found = ledger.visit(visit)
    if found is None:
        raise ReviewError(tr("there is no visit {visit}", visit=visit))
    return found.visit
