"""The questions of a visit in review: what may have happened, how likely, and what it does to the total."""

from __future__ import annotations

import msgspec

from console.back_office.review_answers import believed, stated
from console.item_models.words import MINUS, ShopWords
from console.language import ENGLISH, language, tr
from inference.messages.results import ClosedVisit, Explanation, ItemMove, Question, silent_scale


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
        asked(question, words),
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


def asked(question: Question, words: ShopWords) -> str:
    """The engine's own sentence, which is English; in another language one made of the answers."""
    if language() == ENGLISH:
        return question.text
    scale = silent_scale(question.event)
    if scale is not None:
        return tr(
            "Scale {scale} at {place} was silent: what was taken there, if anything?",
            scale=scale,
            place=_place(question, words),
        )
    if question.felt is not None and any(
        stated(explanation) is None for explanation in question.alternatives
    ):
        return tr("{grams} g that no product weighs: what was it?", grams=round(abs(question.felt.delta_g)))
    ways = dict.fromkeys(moves_words(explanation, words) for explanation in question.alternatives)
    if len(ways) == 1:  # of the same goods: it is about people
        (goods,) = ways
        handed = [e for e in question.alternatives if e.handed is True]
        if any(move.count < 0 for explanation in handed for move in explanation.moves):
            return tr("{goods}: who had taken it?", goods=goods)
        if handed:
            return tr("{goods}: kept, or handed to somebody else?", goods=goods)
        return tr("{goods}: whose hand was it?", goods=goods)
    return tr("What is right: {ways}?", ways=tr(" or ").join(ways)) if ways else question.text


def _place(question: Question, words: ShopWords) -> str:
    fixture = "" if question.felt is None else question.felt.fixture
    known = words.layout.fixtures.get(fixture)
    return fixture if known is None else known.name or fixture


def moves_words(explanation: Explanation, words: ShopWords) -> str:
    """What was taken and put back by one answer; what was handed on later is still one thing taken.

    Somebody who moved nothing that we know moved what no product explains.
    """
    moves = explanation.moves
    if explanation.handed is True:
        counts: dict[str, int] = {}
        for move in moves:
            counts[move.sku] = counts.get(move.sku, 0) + move.count
        moves = tuple(ItemMove(sku, count, "") for sku, count in counts.items())
    if not moves:
        return tr("Nobody took anything") if explanation.track is None else tr("Something not sold here")
    return ", ".join(_move(m, words) for m in moves)


def _move(move: ItemMove, words: ShopWords) -> str:
    goods = f"{abs(move.count)} {words.product(move.sku)}"
    return goods if move.count > 0 else tr("Put back {goods}", goods=goods)
