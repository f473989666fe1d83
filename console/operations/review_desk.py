"""What the review page reads and writes in the ledger, each a whole piece of work for a worker thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from console.back_office import known_answers
from console.back_office import reviews as desk
from console.back_office.ledger import Ledger, LedgerError
from console.back_office.permissions import Actor, NotAllowedError
from console.back_office.receipts import UnknownProductError
from console.back_office.review_answers import NOTHING, AnswerError
from console.back_office.review_rows import Openness, ReviewRow, answered, openness
from console.back_office.reviews import ReviewCard, ReviewError
from console.back_office.visit_search import codes_beside
from console.language import tr
from console.language.sentences import in_words

REFUSALS = (ReviewError, AnswerError, UnknownProductError, NotAllowedError)
"""What a reviewer is told in words; the ledger is whole and goes on."""
TROUBLES = (LedgerError, sqlite3.Error, OSError)
"""The ledger could not be read or written: nothing was kept."""


class Answer(msgspec.Struct, frozen=True):
    """What somebody says of a card: a choice per event (None: none of them), or the lines themselves."""

    choices: dict[str, int | None] = {}
    lines: dict[str, int] | None = None


class OpenCard(msgspec.Struct, frozen=True):
    """A card with what its page says beside the question."""

    card: ReviewCard
    totals: dict[str, tuple[int | None, ...]]
    """Event -> what the visit would cost with each alternative and, last, with none of them; minor units."""
    counted: int | None
    """What it costs as counted now."""
    codes: dict[int, str]
    """Track -> code, of those whom the alternatives name."""
    known: bool = False
    """Its answer is known (see ``known_answers``); the reviewer is not told."""

    @property
    def visit(self) -> str:
        """Whose card it is."""
        return self.card.row.visit


class Queue(msgspec.Struct, frozen=True):
    """What waits, and how often a person was asked today."""

    rows: tuple[ReviewRow, ...] = ()
    free: int = 0
    """How many of them the operator who looked may take now."""
    today: Openness | None = None
    issued: tuple[str, ...] = ()
    """Visits whose answers became final while looking."""


class Step(msgspec.Struct, frozen=True):
    """Where a reviewer stands after something was done."""

    card: OpenCard | None
    following: OpenCard | None
    """What comes after it as things are: not claimed."""
    refused: str = ""


def look(path: Path, now: float, since: float, actor: Actor | None = None) -> Queue:
    """The queue, read only; answers that can no longer be undone are issued first, if there are any.

    ``since``: begin of the shop's day, store time. Raises what is in ``TROUBLES``.
    """
    if not path.exists():
        return Queue()
    issued: list[str] = []
    with Ledger.open(path, read_only=True) as file:
        due = bool(answered(file, now, desk.UNDO_S, None))
    if due:
        with Ledger.open(path) as file:
            issued = desk.issue_due(file, now)
    with Ledger.open(path, read_only=True) as file:
        free = 0 if actor is None else len(desk.queue(file, now, actor))
        return Queue(tuple(desk.queue(file, now)), free, openness(file, since), tuple(issued))


def step(
    path: Path,
    actor: Actor,
    now: float,
    work: Callable[[Ledger], object] | None = None,
    *,
    first: str | None = None,
    aside: frozenset[str] = frozenset(),
) -> Step:
    """Do ``work``, then take the next card: ``first`` if it can be had, else whatever is theirs.

    ``aside``: known cards that were put aside. Raises what is in ``TROUBLES``.
    """
    refused = ""
    with Ledger.open(path) as file:
        if work is not None:
            try:
                work(file)
            except REFUSALS as error:
                refused, first = tr("Not kept: {error}.", error=in_words(error)), None
        card = None
        if first is not None:
            try:
                card = _claimed(file, actor, now, first)
            except ReviewError as error:
                refused = f"{in_words(error)}."
        if card is None:
            card = _known(file, actor, now, aside) or _claimed(file, actor, now, None)
        return Step(card, None if card is None else _following(file, actor, now, card), refused)


def give_answer(file: Ledger, actor: Actor, card: OpenCard, said: Answer, now: float) -> None:
    """Keep what somebody says of a card they hold. Raises what is in ``REFUSALS``."""
    if card.known:
        known_answers.answer_known(file, actor, said.choices, now, lines=said.lines)
    else:
        desk.answer(file, actor, card.visit, said.choices, now, lines=said.lines)


def take_back(file: Ledger, actor: Actor, card: OpenCard, now: float) -> None:
    """Undo what they said of a card. Raises what is in ``REFUSALS``."""
    if card.known:
        known_answers.take_back(file, actor, card.visit)
    else:
        desk.undo(file, actor, card.visit, now)


def let_go(path: Path, actor: Actor, visit: str, now: float) -> None:
    """Give up a claim that somebody holds, if they still do. Raises what is in ``TROUBLES``."""
    with Ledger.open(path) as file:
        desk.release(file, actor, visit, now)


def total_of(path: Path, card: OpenCard, lines: Mapping[str, int]) -> int | None:
    """What the card's visit would cost with these lines; None: that cannot be said."""
    try:
        with Ledger.open(path, read_only=True) as file:
            return desk.effect(file, card.card, lines)
    except REFUSALS:
        return None


# -- parts -------------------------------------------------------------------------------------------


def _claimed(file: Ledger, actor: Actor, now: float, visit: str | None) -> OpenCard | None:
    found = desk.claim(file, actor, now, visit)
    return None if found is None else _opened(file, found)


def _known(file: Ledger, actor: Actor, now: float, aside: frozenset[str]) -> OpenCard | None:
    held = known_answers.pending(file, actor.name)
    if held in aside or (held is None and not known_answers.is_due(file, actor.name)):
        return None
    found = known_answers.show_known(file, actor, now)
    return None if found is None else _opened(file, ReviewCard(*found, known={}), known=True)


def _following(file: Ledger, actor: Actor, now: float, card: OpenCard) -> OpenCard | None:
    """The most urgent one that is free. None where a known one may be due: which, is seen when it is."""
    if known_answers.comes_next(file, actor.name, ahead=0 if card.known else 1):
        return None
    rows = [row for row in desk.queue(file, now, actor) if row.visit != card.visit]
    return _opened(file, desk.card(file, rows[0].visit)) if rows else None


def _opened(file: Ledger, card: ReviewCard, *, known: bool = False) -> OpenCard:
    totals = {
        question.event: tuple(
            desk.total_with(file, card, question, alternative)
            for alternative in (*question.alternatives, NOTHING)
        )
        for question in card.visit.questions
    }
    return OpenCard(card, totals, _counted(file, card), _codes(file, card), known)


def _counted(file: Ledger, card: ReviewCard) -> int | None:
    try:
        return desk.effect(file, card, {line.sku: line.quantity for line in card.visit.lines})
    except REFUSALS:
        return None


def _codes(file: Ledger, card: ReviewCard) -> dict[int, str]:
    """Codes of the visits that the alternatives name, as far as they are closed."""
    tracks = {t for q in card.visit.questions for e in q.alternatives for t in e.tracks()}
    return codes_beside(file, card.visit, tracks)


def choices_of(card: OpenCard, given: Mapping[str, int | None]) -> Answer:
    """An answer to all of a card's open questions."""
    asked = [q.event for q in card.card.visit.questions if q.event not in card.card.known]
    return Answer(choices={event: given[event] for event in asked})
