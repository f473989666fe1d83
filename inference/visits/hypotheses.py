"""Carts as hypotheses: what visits hold together, given events that hang together.

Events are taken in order of time. A hypothesis is one content of all carts; each event's options split it,
equal contents merge, and giving back what a cart does not hold is all but excluded. That exclusion is how a
later return explains an earlier take. What somebody gives back who cannot have it may have been handed to
them by who has. The sums are exact but for the pruning of what is improbable.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inference.messages import Attribution
from inference.visits import settings as s

Key = tuple[int, str]
"""Track and sku."""
Contents = tuple[tuple[Key, int], ...]
"""All carts, sorted by key, without zeros."""
Parties = Mapping[int, str]
"""Of the tracks that came in together, by what."""


@dataclass(frozen=True, slots=True)
class Option:
    """What an event may have done to the carts that count."""

    index: int
    """The most probable of the attribution's explanations that come to this."""
    probability: float
    effect: Contents
    """Units added, by track and sku; empty: nothing that matters."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An event and what it may have done."""

    attribution: Attribution
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One content of the carts. ``path``: the explanation of each event on the most probable way there."""

    contents: Contents
    probability: float
    path_probability: float
    path: tuple[int, ...]

    def cart_of(self, tracks: Sequence[int]) -> dict[str, int]:
        """What these tracks hold together."""
        held: dict[str, int] = {}
        for (holder, sku), count in self.contents:
            if holder in tracks:
                held[sku] = held.get(sku, 0) + count
        return held


@dataclass(frozen=True, slots=True)
class Joint:
    """All hypotheses worth keeping, most probable first; their probabilities sum to 1."""

    choices: tuple[Choice, ...]
    """In order of time."""
    hypotheses: tuple[Hypothesis, ...]
    log_mass: float
    """Log of the sum before normalising: how well all options together fit the carts."""


def joint(choices: Iterable[Choice], beam: int, parties: Parties) -> Joint:
    """Filter the carts through events (any order; they are sorted by time)."""
    ordered = tuple(sorted(choices, key=lambda c: (c.attribution.event.t_peak, c.attribution.event.id)))
    beamed = [Hypothesis((), 1.0, 1.0, ())]
    log_mass = 0.0
    for choice in ordered:
        beamed, kept = _step(beamed, choice.options, beam, parties)
        log_mass += math.log(kept)
    return Joint(ordered, tuple(beamed), log_mass)


def _step(
    beamed: Iterable[Hypothesis], options: Sequence[Option], beam: int, parties: Parties
) -> tuple[list[Hypothesis], float]:
    sums: dict[Contents, float] = {}
    best: dict[Contents, tuple[float, tuple[int, ...]]] = {}
    for hypothesis in beamed:
        for option in options:
            for contents, factor in _after(hypothesis.contents, option.effect, parties):
                weight = option.probability * factor
                sums[contents] = sums.get(contents, 0.0) + hypothesis.probability * weight
                path = (hypothesis.path_probability * weight, (*hypothesis.path, option.index))
                if contents not in best or path[0] > best[contents][0]:
                    best[contents] = path
    ranked = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    top = ranked[0][1]
    kept = [(c, p) for c, p in ranked if p >= s.LEAST * top][:beam]
    total = sum(p for _, p in kept)
    return [Hypothesis(c, p / total, best[c][0] / total, best[c][1]) for c, p in kept], total


def _after(contents: Contents, effect: Contents, parties: Parties) -> list[tuple[Contents, float]]:
    """The carts after this, with factors for what they could not give back; more than one if handed on."""
    if not effect:
        return [(contents, 1.0)]
    carts, factor, missing = dict(contents), 1.0, list[Key]()
    for key, units in effect:
        count = carts.get(key, 0) + units
        if count < 0:
            factor *= s.BREACH ** (-count)
            missing += [key] * -count
            count = 0
        carts[key] = count
    found = [(_sorted(carts), factor)]
    if len(missing) == 1:
        (track, sku), before = missing[0], dict(contents)
        for holder, held in contents:
            if holder[1] == sku and holder[0] != track and held > 0 and before[holder] <= carts[holder]:
                together = track in parties and parties[track] == parties.get(holder[0])
                likely = s.HANDED_TOGETHER if together else s.HANDED_ON
                found.append((_sorted(carts | {holder: carts[holder] - 1}), likely))
    return found


def _sorted(carts: Mapping[Key, int]) -> Contents:
    return tuple(sorted((key, count) for key, count in carts.items() if count))
