"""What a person is asked about a visit that may be wrong, in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence

import msgspec

from inference.messages import Attribution, Explanation, ItemMove, Question
from inference.visits import settings as s
from inference.visits.grounds import felt_of
from inference.visits.money import wrong_money
from inference.visits.unknown_goods import nearest_goods
from store_layout.model import StoreLayout

Refit = Callable[[str, frozenset[int]], float]
"""Log mass of everything if the event with this id has one of these explanations (by index)."""
Moments = Callable[[str], tuple[str, ...]]
"""Ids of hands that met, through which goods of the event with this id may have become another's."""
Meaning = tuple[tuple[int | None, str, int], ...]
"""Who moved how many of what: explanations that differ only in the slot mean the same."""

NOTHING = "nothing"
NOT_SOLD = "something not sold here"
"""Goods that no product explains."""
NUMBERS = ("no", "one", "two", "three", "four", "five", "six")
_COUNTED = tuple(f"{number.capitalize()} " for number in NUMBERS)


class Interviewer:
    """Makes the questions about one visit, those that settle most money first."""

    def __init__(self, layout: StoreLayout, codes: Mapping[int, str], refit: Refit, moments: Moments) -> None:
        self._layout = layout
        self._codes = codes
        self._refit = refit
        self._moments = moments

    def questions(
        self, payers: Sequence[int], chosen: Sequence[tuple[Attribution, Explanation]]
    ) -> tuple[Question, ...]:
        """One per event whose answer would change what is paid. ``chosen``: what is believed now.

        ``payers``: tracks, the visit's own and those that pay with it.
        """
        refitted = [
            (attribution, mine, self._alternatives(attribution))
            for attribution, mine in self._worth_refitting(payers, chosen)
        ]
        for least in (s.ASK_FROM, s.ASK_FROM_AT_LEAST):
            found: list[Question] = []
            for attribution, mine, alternatives in refitted:
                offered = tuple(e for e in alternatives if e.probability >= least)
                stake = self._at_stake(payers, mine, offered)
                if len(offered) > 1 and stake >= 1:
                    found.append(self._question(attribution, offered, round(stake)))
            if found:
                break  # where small doubts add up, none of them may reach what is asked about otherwise
        found.sort(key=lambda q: (-q.at_stake, q.event))
        return tuple(found)

    def about_unknown(
        self, attribution: Attribution, people: Sequence[int], held: Collection[str]
    ) -> Question:
        """About an event that no product explains: what it may have been by its weight, and whose.

        How likely that is nobody knows: probability 0 stands for that. ``people``: one or two who may have
        moved it. ``held``: what the cart may hold whose visit asks.
        """
        event = attribution.event
        near = nearest_goods(event, held, self._layout)
        offered = [
            e
            for whole in self._alternatives(attribution)
            for e in ([whole] if whole.moves else _nobody_or_unknown(attribution, whole.probability))
            if e.probability >= s.ASK_FROM_AT_LEAST
        ]
        offered.sort(key=lambda e: -e.probability)
        said = {_meaning(e) for e in offered}
        guesses = [Explanation(0.0, who, (move,)) for move in near for who in people]
        guessed = [e for e in guesses if _meaning(e) not in said]
        known = offered[: max(s.KNOWN_OF_UNKNOWN, s.ALTERNATIVES - len(guessed))]
        nearest = self._layout.products[near[0].sku].price * abs(near[0].count) if near else 0
        rather_known = bool(known and known[0].moves)
        return Question(
            event=event.id,
            text=self._text(attribution, known)
            if rather_known
            else self._what_was_it(people, attribution, known),
            alternatives=tuple([*known, *guessed][: s.ALTERNATIVES]),
            at_stake=max(1, round(nearest / len(people))),
            felt=felt_of(attribution),
        )

    def _what_was_it(
        self, people: Sequence[int], attribution: Attribution, offered: Sequence[Explanation]
    ) -> str:
        taken = attribution.event.delta_g < 0
        grams, place = round(abs(attribution.event.delta_g)), self._place(attribution)
        was = f"{grams} g {'taken from' if taken else 'put on'} {place}, which no product weighs"
        if len(people) > 1:
            return f"{was}: what was it, and whose hand, {_either([self._who((t,)) for t in people])}?"
        did = "take" if taken else "put there"
        if_any = ", if anything" if any(_other(e) == NOTHING for e in offered if not e.moves) else ""
        return f"{was}: what did {self._who(people)} {did}{if_any}?"

    def _question(self, attribution: Attribution, offered: tuple[Explanation, ...], stake: int) -> Question:
        event = attribution.event.id
        handed = any(e.handed is True for e in offered)
        return Question(
            event=event,
            text=self._text(attribution, offered),
            alternatives=offered,
            at_stake=stake,
            felt=felt_of(attribution),
            moments=self._moments(event) if handed else (),
        )

    def _worth_refitting(
        self, payers: Sequence[int], chosen: Sequence[tuple[Attribution, Explanation]]
    ) -> list[tuple[Attribution, Explanation]]:
        """Events of theirs with most money at stake, each taken by itself: refitting is dear."""
        mine = [
            (a, e) for a, e in chosen if any(t in payers for other in a.explanations for t in other.tracks())
        ]
        mine.sort(key=lambda item: -self._at_stake(payers, item[1], item[0].explanations))
        return mine[: s.QUESTIONS]

    def _alternatives(self, attribution: Attribution) -> list[Explanation]:
        """Explanations that mean different things, with probabilities given everything else."""
        groups: dict[Meaning, list[int]] = {}
        for i, e in enumerate(attribution.explanations):
            groups.setdefault(_meaning(e), []).append(i)
        prior = {key: sum(attribution.explanations[i].probability for i in groups[key]) for key in groups}
        likely = sorted(groups, key=lambda key: -prior[key])[: s.ALTERNATIVES + 1]
        groups = {key: groups[key] for key in likely}
        event = attribution.event.id
        masses = {key: self._refit(event, frozenset(indices)) for key, indices in groups.items()}
        top = max(masses.values())
        if top == -math.inf:
            return []
        total = sum(math.exp(mass - top) for mass in masses.values())
        found = []
        for key, indices in groups.items():
            first = attribution.explanations[indices[0]]
            probability = math.exp(masses[key] - top) / total
            found.append(msgspec.structs.replace(first, probability=probability))
        found.sort(key=lambda e: (-e.probability, e.track is None, e.track or 0))
        return found[: s.ALTERNATIVES]

    def _at_stake(
        self, payers: Sequence[int], chosen: Explanation, alternatives: Sequence[Explanation]
    ) -> float:
        mine = _units(chosen, payers)
        return sum(
            e.probability * wrong_money(mine, _units(e, payers), self._layout.products) for e in alternatives
        )

    # -- words ---------------------------------------------------------------------------------------

    def _text(self, attribution: Attribution, alternatives: Sequence[Explanation]) -> str:
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
        fixture = self._layout.fixtures.get(attribution.event.fixture)
        return fixture.name if fixture is not None else "the shelf"


def _units(explanation: Explanation, payers: Sequence[int]) -> dict[str, int]:
    """What these people took, together, by this explanation."""
    units: dict[str, int] = {}
    for track in payers:
        for sku, count in explanation.units(track).items():
            units[sku] = units.get(sku, 0) + count
    return units


def _meaning(explanation: Explanation) -> Meaning:
    counts: dict[tuple[int | None, str], int] = {}
    for move in explanation.moves:
        key = (explanation.mover(move), move.sku)
        counts[key] = counts.get(key, 0) + move.count
    return tuple(
        (who, sku, n)
        for (who, sku), n in sorted(counts.items(), key=lambda i: (i[0][0] is None, i[0][0] or 0, i[0][1]))
    )


def _other(explanation: Explanation) -> str:
    """What an explanation without moves says was moved."""
    return NOTHING if explanation.track is None else NOT_SOLD


def _nobody_or_unknown(attribution: Attribution, probability: float) -> list[Explanation]:
    """Both mean the same for a receipt, but not to who looks at it. ``probability``: of both together."""
    still = [e for e in attribution.explanations if not e.moves]
    total = sum(e.probability for e in still)
    found = []
    for some in ([e for e in still if e.track is None], [e for e in still if e.track is not None]):
        share = sum(e.probability for e in some)
        if share > 0:
            found.append(msgspec.structs.replace(some[0], probability=probability * share / total))
    return found


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
