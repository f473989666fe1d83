"""The words of questions: English sentences about who took what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inference.messages import Attribution, Explanation, ItemMove
from inference.visits import settings as s
from store_layout.model import StoreLayout

NOTHING = "nothing"
NOT_SOLD = "something not sold here"
"""Goods that no product explains."""
NUMBERS = ("no", "one", "two", "three", "four", "five", "six")
_COUNTED = tuple(f"{number.capitalize()} " for number in NUMBERS)


class Wording:
    """Says the questions of one store about people, who go by their codes."""

    def __init__(self, layout: StoreLayout, codes: Mapping[int, str]) -> None:
        self._layout = layout
        self._codes = codes

    def text(self, attribution: Attribution, alternatives: Sequence[Explanation]) -> str:
        """The goods first: they are what a person looks for in the pictures."""
        said = alternatives[: s.SAID]
        handed_on = self._kept_or_handed(said) or self._put_back_for_another(said)
        if handed_on is not None:
            return handed_on
        taken = attribution.event.delta_g < 0
        goods = list(dict.fromkeys(self._goods(e.moves) for e in said if e.moves))
        people = list(dict.fromkeys(e.tracks() for e in said if e.moves))
        other = next((_other(e) for e in said if not e.moves), None)
        one_way = all((m.count > 0) is taken for e in said for m in e.moves)
        one_way = one_way and not any(e.handed is True for e in said)
        alone = len(people) == 1 and all(e.track in {None, *people[0]} for e in said if not e.moves)
        if one_way and alone and len(people[0]) <= 1:
            who, it = self._who(people[0]), _it(said)
            if len(goods) == 1:
                did = f"take {it}" if taken else f"put {it} back"
                return f"{goods[0]}: did {who} {did}{f', or {other}' if other else ''}?"
            did = "take" if taken else "put back"
            return f"{_either(goods)}: which did {who} {did}{', if any' if other else ''}?"
        verb = "took" if taken else "put back"
        if one_way and len(goods) == 1 and all(len(tracks) <= 1 for tracks in people) and other != NOT_SOLD:
            who = _either([*(self._who(tracks) for tracks in people), *(["nobody"] if other else [])])
            return f"{goods[0]}: who {f'took {_it(said)}' if taken else f'put {_it(said)} back'}, {who}?"
        ways = [self._way(e, verb) for e in said]
        names = _either(list(dict.fromkeys(self._name(m.sku) for e in said for m in e.moves)))
        return f"{names} at {self._place(attribution)}: which is right, {_either(ways)}?"

    def what_was_it(
        self, people: Sequence[int], attribution: Attribution, offered: Sequence[Explanation]
    ) -> str:
        """Of weight that no product explains, moved by one or two people."""
        taken = attribution.event.delta_g < 0
        grams, place = round(abs(attribution.event.delta_g)), self._place(attribution)
        was = f"{grams} g {'taken from' if taken else 'put on'} {place}, which no product weighs"
        if len(people) > 1:
            return f"{was}: what was it, and whose hand, {_either([self._who((t,)) for t in people])}?"
        did = "take" if taken else "put there"
        if_any = ", if anything" if any(_other(e) == NOTHING for e in offered if not e.moves) else ""
        return f"{was}: what did {self._who(people)} {did}{if_any}?"

    def silent(self, scale: str, fixture: str, track: int) -> str:
        """Of somebody who stood at a scale that said nothing."""
        where, who = self._fixture(fixture), self._who((track,))
        return f"Scale {scale} at {where} was silent: what did {who} take there, if anything?"

    def _kept_or_handed(self, said: Sequence[Explanation]) -> str | None:
        """Of what one took and may have handed on since; None where it may be something else besides."""
        whole = [e for e in said if e.handed is not True]
        if len(whole) != 1 or len(whole) == len(said) or not whole[0].moves:
            return None
        if any(move.count < 0 for e in said for move in e.moves):
            return None
        (kept,) = whole
        goods = self._goods(kept.moves)
        if kept.tracks() != (kept.track,) or any(
            e.track != kept.track or self._goods(e.moves) != goods for e in said
        ):
            return None
        ways = [f"keep {_it([e])}" if e is kept else f"hand {self._given(e)}" for e in said]
        return f"{goods}, taken by {self._who(kept.tracks())}: did they {_either(ways)}?"

    def _put_back_for_another(self, said: Sequence[Explanation]) -> str | None:
        """Of what one put back who never took it; None where it may be something else besides."""
        handed = [e for e in said if e.handed is True]
        others = [e for e in said if e.handed is not True and (e.track is not None or e.moves)]
        if not handed or any(move.count > 0 for e in said for move in e.moves):
            return None
        first = handed[0]
        goods = self._goods(first.moves)
        if any(e.track != first.track or self._goods(e.moves) != goods for e in handed):
            return None
        if any(e.track is not None or self._goods(e.moves) != goods for e in others):
            return None
        owners = [self._who(e.tracks()[1:]) for e in handed]
        return f"{goods}, put back by {self._who(first.tracks())}: had {_either(owners)} taken {_it(handed)}?"

    def _given(self, explanation: Explanation) -> str:
        """What of it was handed on, and to whom."""
        given = [move for move in explanation.moves if move.track is not None]
        units = sum(move.count for move in given)
        if units == sum(move.count for move in explanation.moves):
            what = _it([explanation])
        elif len({move.sku for move in explanation.moves}) > 1:
            goods = self._goods(given)
            what = f"{goods[0].lower()}{goods[1:]}"
        else:
            what = f"{_number(units)} of them"
        return f"{what} to {self._who(tuple(move.track for move in given if move.track is not None))}"

    def _way(self, explanation: Explanation, verb: str) -> str:
        """One explanation as a clause."""
        if not explanation.moves:
            who = "nobody" if explanation.track is None else self._who((explanation.track,))
            return f"{who} {verb} {'anything' if explanation.track is None else NOT_SOLD}"
        if explanation.handed is True:
            goods = self._goods(explanation.moves)
            goods = f"{goods[0].lower()}{goods[1:]}"
            hand = self._who(explanation.tracks())
            if explanation.moves[0].count < 0:
                return f"{hand} put back {goods} that {self._who(explanation.tracks()[1:])} had taken"
            return f"{hand} took {goods} and handed {self._given(explanation)}"
        parts = []
        for track in dict.fromkeys(explanation.mover(m) for m in explanation.moves):
            mine = [m for m in explanation.moves if explanation.mover(m) == track]
            did = [
                f"{said} {goods[0].lower()}{goods[1:]}"
                for said, moves in (
                    ("took", [m for m in mine if m.count > 0]),
                    ("put back", [m for m in mine if m.count < 0]),
                )
                if moves
                for goods in (self._goods(moves),)
            ]
            parts.append(f"{self._who(() if track is None else (track,))} {' and '.join(did)}")
        return " and ".join(parts)

    def _who(self, tracks: Sequence[int]) -> str:
        """One person, or nobody whom we know."""
        if not tracks:
            return "somebody the cameras did not follow"
        code = self._codes.get(tracks[0])
        return f"the shopper with code {code}" if code else "a shopper who has left"

    def _goods(self, moves: Sequence[ItemMove]) -> str:
        counts: dict[str, int] = {}
        for move in moves:
            counts[move.sku] = counts.get(move.sku, 0) + abs(move.count)
        words = " and ".join(f"{_number(n)} {self._name(sku)}" for sku, n in counts.items())
        return words[:1].upper() + words[1:]

    def _name(self, sku: str) -> str:
        product = self._layout.products.get(sku)
        return product.name if product is not None else sku

    def _place(self, attribution: Attribution) -> str:
        return self._fixture(attribution.event.fixture)

    def _fixture(self, name: str) -> str:
        fixture = self._layout.fixtures.get(name)
        return fixture.name if fixture is not None else "the shelf"


def _other(explanation: Explanation) -> str:
    """What an explanation without moves says was moved."""
    return NOTHING if explanation.track is None else NOT_SOLD


def _it(alternatives: Sequence[Explanation]) -> str:
    """The pronoun for the goods of these."""
    units = max(sum(abs(m.count) for m in e.moves) for e in alternatives)
    return "it" if units == 1 else "them"


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def _either(parts: Sequence[str]) -> str:
    """Alternatives as words; equal ones are said once."""
    said = list(dict.fromkeys(parts))
    if len(said) < 2:
        return "".join(said)
    first = [
        said[0],
        *(part[:1].lower() + part[1:] if part.startswith(_COUNTED) else part for part in said[1:]),
    ]
    return ", ".join(first[:-1]) + f"{',' if len(first) > 2 else ''} or {first[-1]}"
