"""What a person is asked about a visit that may be wrong, in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from inference.messages import Attribution, Explanation, ItemMove, Question
from inference.visits import settings as s
from inference.visits.hypotheses import Joint
from inference.visits.money import wrong_money
from store_layout.model import StoreLayout

Refit = Callable[[str, frozenset[int]], float]
"""Log mass of everything if the event with this id has one of these explanations (by index)."""

NUMBERS = ("no", "one", "two", "three", "four", "five", "six")


@dataclass(frozen=True, slots=True)
class _Alternative:
    explanation: Explanation
    indices: frozenset[int]


class Interviewer:
    """Makes the questions about one visit, those that settle most money first."""

    def __init__(self, layout: StoreLayout, codes: Mapping[int, str]) -> None:
        self._layout = layout
        self._codes = codes

    def questions(self, track: int, chosen: Joint, path: Sequence[int], refit: Refit) -> tuple[Question, ...]:
        """One per event whose answer would change what this track pays."""
        found: list[Question] = []
        for n in self._worth_refitting(track, chosen, path):
            attribution = chosen.events[n]
            alternatives = self._alternatives(attribution, refit)
            if len(alternatives) < 2:
                continue
            stake = self._at_stake(track, attribution.explanations[path[n]], alternatives)
            if stake >= 1:
                text = self._text(attribution, alternatives)
                found.append(Question(attribution.event.id, text, tuple(alternatives), round(stake)))
        found.sort(key=lambda q: (-q.at_stake, q.event))
        return tuple(found)

    def _worth_refitting(self, track: int, chosen: Joint, path: Sequence[int]) -> list[int]:
        """Events of this track with most money at stake, each taken by itself: refitting is dear."""
        stakes = []
        for n, attribution in enumerate(chosen.events):
            if any(e.track == track for e in attribution.explanations):
                mine = attribution.explanations[path[n]]
                stakes.append((-self._at_stake(track, mine, attribution.explanations), n))
        return [n for _, n in sorted(stakes)[: s.QUESTIONS]]

    def _alternatives(self, attribution: Attribution, refit: Refit) -> list[Explanation]:
        """Explanations that mean different things, with probabilities given everything else."""
        groups: dict[tuple[int | None, tuple[tuple[str, int], ...]], list[int]] = {}
        for i, e in enumerate(attribution.explanations):
            groups.setdefault((e.track, tuple(sorted((m.sku, m.count) for m in e.moves))), []).append(i)
        prior = {key: sum(attribution.explanations[i].probability for i in groups[key]) for key in groups}
        likely = sorted(groups, key=lambda key: -prior[key])[: s.ALTERNATIVES + 1]
        groups = {key: groups[key] for key in likely}
        masses = {key: refit(attribution.event.id, frozenset(indices)) for key, indices in groups.items()}
        top = max(masses.values())
        if top == -math.inf:
            return []
        total = sum(math.exp(mass - top) for mass in masses.values())
        found = []
        for key, indices in groups.items():
            first = attribution.explanations[indices[0]]
            found.append(Explanation(math.exp(masses[key] - top) / total, first.track, first.moves))
        found.sort(key=lambda e: (-e.probability, e.track is None, e.track or 0))
        return [e for e in found if e.probability >= s.ASK_FROM][: s.ALTERNATIVES]

    def _at_stake(self, track: int, chosen: Explanation, alternatives: Sequence[Explanation]) -> float:
        mine = _counts(chosen, track)
        return sum(
            e.probability * wrong_money(mine, _counts(e, track), self._layout.products) for e in alternatives
        )

    # -- words ---------------------------------------------------------------------------------------

    def _text(self, attribution: Attribution, alternatives: Sequence[Explanation]) -> str:
        verb = "take" if attribution.event.delta_g < 0 else "put back"
        tracks = list(dict.fromkeys(e.track for e in alternatives if e.moves))
        goods = list(dict.fromkeys(self._goods(e.moves) for e in alternatives if e.moves))
        or_nothing = any(not e.moves for e in alternatives)
        if len(tracks) == 1:
            what = _either([*goods, *(["nothing"] if or_nothing else [])])
            return f"Did {self._who(tracks[0])} {verb} {what}?"
        if len(goods) == 1 and not or_nothing:
            return f"Did {_either([self._who(track) for track in tracks])} {verb} {goods[0]}?"
        parts = [
            f"{self._who(e.track)} {verb} {self._goods(e.moves)}" if e.moves else "nobody move anything"
            for e in alternatives
        ]
        return f"At {self._place(attribution)}, did {_either(parts)}?"

    def _who(self, track: int | None) -> str:
        if track is None:
            return "somebody the cameras did not follow"
        code = self._codes.get(track)
        return f"the shopper with code {code}" if code else "a shopper who has left"

    def _goods(self, moves: Sequence[ItemMove]) -> str:
        return " and ".join(f"{_number(abs(m.count))} {self._name(m.sku)}" for m in moves)

    def _name(self, sku: str) -> str:
        product = self._layout.products.get(sku)
        return product.name if product is not None else sku

    def _place(self, attribution: Attribution) -> str:
        fixture = self._layout.fixtures.get(attribution.event.fixture)
        return fixture.name if fixture is not None else "the shelf"


def _counts(explanation: Explanation, track: int) -> dict[str, int]:
    """What the explanation adds to one track's cart."""
    found: dict[str, int] = {}
    if explanation.track == track:
        for move in explanation.moves:
            found[move.sku] = found.get(move.sku, 0) + move.count
    return found


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def _either(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    comma = "," if len(parts) > 2 or parts[-1] == "nothing" else ""
    return ", ".join(parts[:-1]) + f"{comma} or {parts[-1]}"
