"""The questions of a visit in review: what may have happened, how likely, and what it does to the total."""

from __future__ import annotations

import msgspec

from console.back_office.review_answers import believed, stated
from console.item_models.question_words import asked
from console.item_models.words import MINUS, ShopWords
from console.language import tr
from inference.messages.results import ClosedVisit, Explanation, Question


class Possibility(msgspec.Struct, frozen=True):
    """One way it may have been."""

    words: str
    probability: float | None
    """None: it is only guessed."""
    effect: int
    """Minor units by which the visit's total would differ from what is counted now."""
    counted: bool
    """This is what the visit's lines say now."""


class QuestionCard(msgspec.Struct, frozen=True):
    """One question as it is shown."""

    text: str
    at_stake: int
    possibilities: tuple[Possibility, ...]


def cards_of(visit: ClosedVisit, words: ShopWords) -> tuple[QuestionCard, ...]:
    """The visit's questions, in the order in which it asks them."""
    return tuple(_card(question, visit, words) for question in visit.questions)


def effect_words(possibility: Possibility, words: ShopWords) -> str:
    """``+€0.79``, ``same total``, or that this is counted now."""
    if possibility.counted:
        return tr("counted now")
    if possibility.effect == 0:
        return tr("same total")
    sign = "+" if possibility.effect > 0 else MINUS
    return f"{sign}{words.money(abs(possibility.effect))}"


def _card(question: Question, visit: ClosedVisit, words: ShopWords) -> QuestionCard:
    counted = believed(question, visit)
    base = _price(counted, visit.track, words) if counted is not None else 0
    return QuestionCard(
        asked(question, words, {visit.track: visit.code}),
        question.at_stake,
        tuple(
            Possibility(
                words=_words(e, visit.track, words),
                probability=stated(e),
                effect=_price(e, visit.track, words) - base,
                counted=e is counted,
            )
            for e in question.alternatives
        ),
    )


def _price(explanation: Explanation, track: int, words: ShopWords) -> int:
    return sum(words.price(sku, count) for sku, count in explanation.units(track).items())


def _words(explanation: Explanation, track: int, words: ShopWords) -> str:
    units = explanation.units(track)
    if units:
        return ", ".join(
            f"{count} {words.product(sku)}"
            if count > 0
            else tr("gave back {goods}", goods=f"{-count} {words.product(sku)}")
            for sku, count in units.items()
        )
    if not explanation.moves and explanation.track == track:
        return tr("Something not sold here")
    return tr("Another shopper") if explanation.tracks() else tr("Nobody")
