"""What a person is asked about a visit that may be wrong, in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence

import msgspec

from inference.messages import Attribution, Explanation, Question
from inference.visits import settings as s
from inference.visits.grounds import felt_of
from inference.visits.money import wrong_money
from inference.visits.question_words import Wording
from inference.visits.unknown_goods import nearest_goods
from store_layout.model import StoreLayout

Refit = Callable[[str, frozenset[int]], float]
"""Log mass of everything if the event with this id has one of these explanations (by index)."""
Moments = Callable[[str], tuple[str, ...]]
"""Ids of hands that met, through which goods of the event with this id may have become another's."""
Meaning = tuple[tuple[int | None, str, int], ...]
"""Who moved how many of what: explanations that differ only in the slot mean the same."""


class Interviewer:
    """Makes the questions about one visit, those that settle most money first."""

    def __init__(self, layout: StoreLayout, words: Wording, refit: Refit, moments: Moments) -> None:
        self._layout = layout
        self._words = words
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
            text=self._words.text(attribution, known)
            if rather_known
            else self._words.what_was_it(people, attribution, known),
            alternatives=tuple([*known, *guessed][: s.ALTERNATIVES]),
            at_stake=max(1, round(nearest / len(people))),
            felt=felt_of(attribution),
        )

    def _question(self, attribution: Attribution, offered: tuple[Explanation, ...], stake: int) -> Question:
        event = attribution.event.id
        handed = any(e.handed is True for e in offered)
        return Question(
            event=event,
            text=self._words.text(attribution, offered),
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
