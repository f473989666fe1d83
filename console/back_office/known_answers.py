"""Cards whose answer is known, mixed in among the others: how often a reviewer is right, told to them alone.

They are visits that somebody else decided by answering the questions, and whose receipt nobody had to
correct. To the reviewer such a card looks like any other; what they say changes nothing but their own score.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from console.back_office.groups import company_of
from console.back_office.ledger import Ledger
from console.back_office.permissions import Actor, require
from console.back_office.review_answers import NOTHING, AnswerError, units_after
from console.back_office.review_rows import ReviewRow, row
from console.language import tr, tr_noop
from inference.messages.results import ClosedVisit, Explanation

EVERY = 20
"""One card in so many is a known one."""
SETTLED_S = 86_400.0
"""A receipt that nobody has complained about for so long was right; sooner, nobody may have looked at it."""


class Score(msgspec.Struct, frozen=True):
    """How a reviewer did on known cards."""

    operator: str
    shown: int
    right: int
    seconds: float


def is_due(ledger: Ledger, operator: str, *, ahead: int = 0) -> bool:
    """Whether the next card of theirs is to be a known one; after ``ahead`` further answers."""
    answered = int(ledger.scalar("SELECT count(*) FROM review_work WHERE operator = ?", operator))
    shown = int(ledger.scalar("SELECT count(*) FROM review_known WHERE operator = ?", operator))
    return (answered + ahead + shown + 1) // EVERY > shown


def comes_next(ledger: Ledger, operator: str, *, ahead: int = 0) -> bool:
    """Whether a known card is due, as :func:`is_due` says, and there is one that they have not seen."""
    return is_due(ledger, operator, ahead=ahead) and _unseen(ledger, operator, 0.0) is not None


def show_known(ledger: Ledger, actor: Actor, now: float) -> tuple[ReviewRow, ClosedVisit] | None:
    """A known card that they have not seen, looking like any other; None: there is none.

    One that they hold and have not answered is given again.
    """
    require(actor, "answer a review")
    with ledger.writing(tr_noop("the card")):
        visit = pending(ledger, actor.name) or _unseen(ledger, actor.name, now)
        if visit is None:
            return None
        ledger.database.execute(
            "INSERT OR IGNORE INTO review_known (operator, visit, shown_at, seconds, right) "
            "VALUES (?, ?, ?, 0, NULL)",
            (actor.name, visit, now),
        )
    found, closed = row(ledger, visit), ledger.visit(visit)
    if found is None or closed is None:
        return None
    masked = msgspec.structs.replace(found, state="open", unsure_by=(), answer=None, claimed_by=actor.name)
    return masked, closed.visit


def pending(ledger: Ledger, operator: str) -> str | None:
    """The known card that they hold."""
    found = ledger.scalar("SELECT visit FROM review_known WHERE operator = ? AND right IS NULL", operator)
    return None if found is None else str(found)


def answer_known(
    ledger: Ledger,
    actor: Actor,
    choices: Mapping[str, int | None],
    now: float,
    *,
    lines: Mapping[str, int] | None = None,
) -> None:
    """Keep whether what they say of the known card they hold is what was decided; nothing else changes.

    Raises ``AnswerError`` as for any card.
    """
    require(actor, "answer a review")
    with ledger.writing(tr_noop("the answer")):
        visit = pending(ledger, actor.name)
        found = None if visit is None else ledger.visit(visit)
        decided = None if visit is None else row(ledger, visit)
        if found is None or decided is None or decided.answer is None:
            return
        said = dict(lines) if lines is not None else _units(ledger, found.visit, choices)
        right = said == {line.sku: line.quantity for line in decided.answer.lines}
        ledger.database.execute(
            "UPDATE review_known SET right = ?, seconds = ? - shown_at WHERE operator = ? AND visit = ?",
            (int(right), now, actor.name, visit),
        )


def take_back(ledger: Ledger, actor: Actor, visit: str) -> None:
    """Undo what they said of a known card, as of any card: they hold it again."""
    require(actor, "answer a review")
    with ledger.writing(tr_noop("the card")):
        ledger.database.execute(
            "UPDATE review_known SET right = NULL WHERE operator = ? AND visit = ?", (actor.name, visit)
        )


def score(ledger: Ledger, operator: str) -> Score:
    """Of the known cards that they have answered."""
    shown, right, seconds = ledger.database.execute(
        "SELECT count(*), coalesce(sum(right), 0), coalesce(sum(seconds), 0) FROM review_known "
        "WHERE operator = ? AND right IS NOT NULL",
        (operator,),
    ).fetchone()
    return Score(operator, int(shown), int(right), float(seconds))


def _units(ledger: Ledger, closed: ClosedVisit, choices: Mapping[str, int | None]) -> dict[str, int]:
    answers: dict[str, Explanation] = {}
    for question in closed.questions:
        number = choices.get(question.event)
        if number is not None and not 0 <= number < len(question.alternatives):
            raise AnswerError(
                tr(
                    "{code}: there is no alternative {number} of {text!r}",
                    code=closed.code,
                    number=number + 1,
                    text=question.text,
                )
            )
        if question.event in choices:
            answers[question.event] = NOTHING if number is None else question.alternatives[number]
    company = (ledger.visit(name) for name in company_of(ledger, closed.visit))
    return units_after(closed, answers, tuple(member.visit.track for member in company if member is not None))


def _unseen(ledger: Ledger, operator: str, now: float) -> str | None:
    """The newest that has settled: its clips are the last to be removed, and without them it is no card.

    Where none has settled yet, the newest.
    """
    found = ledger.scalar(
        "SELECT r.visit FROM review r JOIN receipt_visit p ON p.visit = r.visit "
        "WHERE r.state = 'issued' AND json_extract(r.answer, '$.decided_by') <> ? "
        "AND json_extract(r.answer, '$.given') IS NULL AND json_extract(r.answer, '$.follows') IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM document d WHERE d.of_number = p.number) "
        "AND NOT EXISTS (SELECT 1 FROM review_known k WHERE k.operator = ? AND k.visit = r.visit) "
        "ORDER BY r.answered_at > ?, r.answered_at DESC, r.visit LIMIT 1",
        operator,
        operator,
        now - SETTLED_S,
    )
    return None if found is None else str(found)
