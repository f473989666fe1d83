"""What a person is asked about one event, in a sentence: short, as the answers stand below it.

The engine's own sentence (``Question.text``) is English, and says all of it to programs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from console.back_office.review_answers import stated
from console.item_models.words import ShopWords
from console.language import tr
from inference.messages.results import Explanation, ItemMove, Question, silent_scale

MOST_NAMED = 2
"""Answers that the question names itself; more are only below it."""


def asked(question: Question, words: ShopWords, codes: Mapping[int, str]) -> str:
    """``codes``: of the visits that are known, by track."""
    scale = silent_scale(question.event)
    if scale is not None:
        return tr(
            "Scale {scale} at {place} was silent: what was taken there, if anything?",
            scale=scale,
            place=_place(question, words),
        )
    ways = question.alternatives
    known = [way for way in ways if way.moves]
    if question.felt is not None and (not known or any(stated(way) is None for way in ways)):
        return tr("{grams} g that no product weighs: what was it?", grams=round(abs(question.felt.delta_g)))
    said = list(dict.fromkeys(moves_words(way, words) for way in ways))
    if not known:
        return _which(said)
    if any(way.handed is True for way in ways) or any(m.count < 0 for way in known for m in way.moves):
        return _put_back_or_handed(known, said)
    people = {way.mover(move) for way in known for move in way.moves}
    goods = _goods(known, words)
    if len(people) == 1:
        return _what_one_took(goods, [way for way in ways if not way.moves], _who(people.pop(), codes))
    if len(goods) == 1 and not any(way.track is not None for way in ways if not way.moves):
        return tr("Who took {goods}?", goods=goods[0])
    return _which(said)


def _what_one_took(goods: Sequence[str], others: Sequence[Explanation], who: str) -> str:
    """``others``: the answers by which it was none of these goods."""
    unknown = any(way.track is not None for way in others)
    if len(goods) == 1 and not unknown:
        return tr("Did {who} take {goods}?", who=who, goods=goods[0])
    named = [*goods, *([tr("something not sold here")] if unknown else [])]
    if any(way.track is None for way in others):
        named.append(tr("nothing"))
    if len(named) > MOST_NAMED:
        return tr("What did {who} take?", who=who)
    return tr("What did {who} take: {ways}?", who=who, ways=tr(" or ").join(named))


def _put_back_or_handed(known: Sequence[Explanation], said: Sequence[str]) -> str:
    """``known``: the answers that name goods; ``said``: all in words."""
    if len(said) > 1:
        return _which(said)
    handed = [way for way in known if way.handed is True]
    if any(move.count < 0 for way in handed for move in way.moves):
        return tr("{goods}: who had taken it?", goods=said[0])
    if handed:
        return tr("{goods}: kept, or handed to somebody else?", goods=said[0])
    return tr("{goods}: whose hand was it?", goods=said[0])


def _which(said: Sequence[str]) -> str:
    if len(said) > MOST_NAMED:
        return tr("What is right?")
    return tr("What is right: {ways}?", ways=tr(" or ").join(said))


def moves_words(explanation: Explanation, words: ShopWords) -> str:
    """What was taken and put back by one answer; what was handed on later is still one thing taken.

    Somebody who moved nothing that we know moved what no product explains.
    """
    moves = explanation.moves
    if not moves:
        return tr("Nobody took anything") if explanation.track is None else tr("Something not sold here")
    return ", ".join(
        _move(move, words) for move in (_together(moves) if explanation.handed is True else moves)
    )


def _move(move: ItemMove, words: ShopWords) -> str:
    goods = f"{abs(move.count)} {words.product(move.sku)}"
    return goods if move.count > 0 else tr("Put back {goods}", goods=goods)


def _goods(ways: Iterable[Explanation], words: ShopWords) -> list[str]:
    """Each of what was taken, once; without its number where it is one of everything."""
    moves = list(dict.fromkeys(_together(way.moves) for way in ways))
    single = all(move.count == 1 for taken in moves for move in taken)
    return [
        ", ".join(words.product(m.sku) if single else f"{m.count} {words.product(m.sku)}" for m in taken)
        for taken in moves
    ]


def _together(moves: Iterable[ItemMove]) -> tuple[ItemMove, ...]:
    """Of each product how many, wherever from and whoever has them."""
    counts: dict[str, int] = {}
    for move in moves:
        counts[move.sku] = counts.get(move.sku, 0) + move.count
    return tuple(ItemMove(sku, count, "") for sku, count in counts.items())


def _who(track: int | None, codes: Mapping[int, str]) -> str:
    if track is None:
        return tr("somebody not followed")
    return codes.get(track) or tr("another shopper")


def _place(question: Question, words: ShopWords) -> str:
    fixture = "" if question.felt is None else question.felt.fixture
    known = words.layout.fixtures.get(fixture)
    return fixture if known is None else known.name or fixture
