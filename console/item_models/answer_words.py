"""The answers of a review card in words: what happened, whose hand it was, what they cost and would weigh."""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from console.back_office.review_answers import stated
from console.item_models.question_words import moves_words
from console.item_models.words import MINUS, ShopWords
from console.language import tr, tr_n
from console.operations.review_desk import OpenCard
from inference.messages.results import Explanation, Question


class Choice(msgspec.Struct, frozen=True):
    """One answer as its button shows it."""

    number: int | None
    """Of the alternative, from 0; None: the lines are right as they are counted."""
    words: str
    who: str
    """Whose hand; empty where it is this shopper's."""
    effect: str
    """What the receipt comes to with it."""
    probability: float | None
    expected_g: float | None
    """What the scales would have felt, grams; None: a product without a weight."""
    expected_sd_g: float = 0.0
    look: int | None = None
    """Of the one shopper whom it is about, as in clips and plan, where answers are about several."""
    sku: str = ""
    """Of which there is a picture to look for in the clips: the first product moved; empty: none is known."""


def choices(question: Question, card: OpenCard, words: ShopWords) -> tuple[Choice, ...]:
    """Where they are about several shoppers, each says whose hand it was: this shopper's too."""
    made = [_choice(i, question, card, words) for i in range(len(question.alternatives))]
    movers = [_movers(explanation) for explanation in question.alternatives]
    if len({tuple(of) for of in movers if of}) < 2 or any(e.handed is True for e in question.alternatives):
        return tuple(made)
    people, own = looks_of(question, card), card.card.visit.track
    this = tr("{code} (this shopper)", code=card.codes[own])
    about_people = len({choice.words for choice, of in zip(made, movers, strict=True) if of}) == 1
    found = []
    for choice, of in zip(made, movers, strict=True):
        who = choice.who or (this if of == [own] else "")
        found.append(
            msgspec.structs.replace(
                choice,
                # the question names the goods: the answer is who
                words=who if about_people and who else choice.words,
                who="" if about_people else who,
                look=people[of[0]][0] if len(of) == 1 and of[0] in people else None,
            )
        )
    return tuple(found)


def _movers(explanation: Explanation) -> list[int | None]:
    """To whose carts it counts."""
    return list(dict.fromkeys(explanation.mover(move) for move in explanation.moves))


def _choice(number: int, question: Question, card: OpenCard, words: ShopWords) -> Choice:
    explanation, track = question.alternatives[number], card.card.visit.track
    expected = _expected(explanation, words)
    return Choice(
        number=number,
        words=moves_words(explanation, words),
        who=_who(explanation, track, card.codes),
        effect=effect_on_receipt(card.totals[question.event][number], card.counted, words),
        probability=stated(explanation),
        expected_g=None if expected is None else expected[0],
        expected_sd_g=0.0 if expected is None else expected[1],
        sku=next((move.sku for move in explanation.moves), ""),
    )


def effect_on_receipt(total: int | None, counted: int | None, words: ShopWords) -> str:
    """``receipt €2.29 (−€1.49)``; ``counted``: what it comes to as things are, minor units."""
    if total is None:
        return tr("needs its lines told")
    if counted is None:
        return tr("receipt {total}", total=words.money(total))
    if total == counted:
        return tr("receipt {total}, the same total", total=words.money(total))
    sign = "+" if total > counted else MINUS
    change = f"{sign}{words.money(abs(total - counted))}"
    return tr("receipt {total} ({change})", total=words.money(total), change=change)


def looks_of(question: Question, card: OpenCard) -> dict[int, tuple[int, str]]:
    """Everybody whom its answers are about: see :func:`looks`."""
    return looks(card, dict.fromkeys(t for e in question.alternatives for t in e.tracks()))


def looks(card: OpenCard, tracks: Iterable[int]) -> dict[int, tuple[int, str]]:
    """Looks by their place on the card, so that nobody's depends on who else is inside by now."""
    own = card.card.visit.track
    others = [track for track in tracks if track != own]
    return {
        track: (look, card.codes.get(track) or tr("another shopper"))
        for look, track in enumerate((own, *others))
    }


def _who(explanation: Explanation, track: int, codes: dict[int, str]) -> str:
    """Empty for this shopper alone."""
    if explanation.handed is True:
        return _handed(explanation, track, codes)
    movers = _movers(explanation)
    if not movers and explanation.track is not None:
        movers = [explanation.track]
    if not movers or set(movers) == {track}:
        return ""
    return tr(" and ").join(_person(t, track, codes) for t in movers)


def _handed(explanation: Explanation, own: int, codes: dict[int, str]) -> str:
    """Who gave it to whom, and how many, where it was not all; or who put it back for another."""
    if explanation.moves[0].count < 0:
        return tr("by {who}, who had been handed it", who=_person(explanation.track, own, codes))
    given = [move for move in explanation.moves if move.track is not None]
    units = sum(move.count for move in given)
    some = units < sum(move.count for move in explanation.moves)
    receiver = tr(" and ").join(
        tr("this shopper") if t == own else _person(t, own, codes)
        for t in dict.fromkeys(move.track for move in given)
    )
    if explanation.track == own:
        if some:
            return tr_n("{n} handed to {receiver}", "{n} handed to {receiver}", units, receiver=receiver)
        return tr("handed to {receiver}", receiver=receiver)
    giver = _person(explanation.track, own, codes)
    if some:
        return tr_n(
            "{n} handed by {giver} to {receiver}",
            "{n} handed by {giver} to {receiver}",
            units,
            giver=giver,
            receiver=receiver,
        )
    return tr("handed by {giver} to {receiver}", giver=giver, receiver=receiver)


def _person(track: int | None, own: int, codes: dict[int, str]) -> str:
    if track is None:
        return tr("somebody not followed")
    if track == own:
        return tr("this shopper, {code}", code=codes[own])
    return codes.get(track) or tr("another shopper")


def _expected(explanation: Explanation, words: ShopWords) -> tuple[float, float] | None:
    """Grams that the scales would have felt, and their sd: the variances of the units add up.

    None: nobody can say, a product has no weight, or it is none that we know.
    """
    if not explanation.moves and explanation.track is not None:
        return None
    grams = variance = 0.0
    for move in explanation.moves:
        product = words.layout.products.get(move.sku)
        if product is None or product.weight_g <= 0:
            return None
        grams -= move.count * product.weight_g
        variance += abs(move.count) * product.weight_sd_g**2
    return grams, math.sqrt(variance)


class Way(msgspec.Struct, frozen=True):
    """One explanation of an event in words."""

    words: str
    who: str
    """Whose hand; empty where it is this shopper's."""
    expected_g: float | None
    """What the scales would have felt, grams; None: a product without a weight."""


def way_of(explanation: Explanation, track: int, codes: dict[int, str], words: ShopWords) -> Way:
    """An explanation as the question's answers say it. ``codes`` has this track's own."""
    expected = _expected(explanation, words)
    return Way(
        moves_words(explanation, words),
        _who(explanation, track, codes),
        None if expected is None else expected[0],
    )
