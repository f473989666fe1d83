"""Carts as hypotheses: what several visits hold together, given all events that touch them.

Events are taken in order of time. A hypothesis is one content of all carts; each event's explanations split
it, equal contents merge, and giving back what a cart does not hold is all but excluded. That exclusion is how
a later return explains an earlier take. The sums are exact but for the pruning of what is improbable.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from inference.messages import Attribution, Explanation
from inference.visits import settings as s

Key = tuple[int, str]
"""Track and sku."""
Contents = tuple[tuple[Key, int], ...]
"""All carts, sorted by key, without zeros."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One content of the carts. ``path``: the explanation of each event on the most probable way there."""

    contents: Contents
    probability: float
    path_probability: float
    path: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Joint:
    """All hypotheses worth keeping, most probable first; their probabilities sum to 1."""

    events: tuple[Attribution, ...]
    hypotheses: tuple[Hypothesis, ...]
    log_mass: float
    """Log of the sum before normalising: how well all explanations together fit the carts."""

    def cart_of(self, hypothesis: Hypothesis, track: int) -> dict[str, int]:
        """What one track holds under one hypothesis."""
        return {sku: count for (holder, sku), count in hypothesis.contents if holder == track}

    def carts(self, track: int) -> list[tuple[dict[str, int], float]]:
        """What one track may hold, with probabilities, most probable first."""
        found: dict[tuple[tuple[str, int], ...], float] = {}
        for hypothesis in self.hypotheses:
            cart = tuple(sorted(self.cart_of(hypothesis, track).items()))
            found[cart] = found.get(cart, 0.0) + hypothesis.probability
        ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return [(dict(cart), probability) for cart, probability in ranked]

    def best_with(self, track: int, cart: dict[str, int]) -> Hypothesis:
        """The most probable hypothesis in which the track holds exactly this."""
        fitting = [h for h in self.hypotheses if self.cart_of(h, track) == cart]
        return max(fitting, key=lambda h: (h.probability, h.contents))

    def explanation(self, hypothesis: Hypothesis, n: int) -> Explanation:
        """How the ``n``-th event came about on the hypothesis' best path."""
        return self.events[n].explanations[hypothesis.path[n]]


Allowed = Callable[[Attribution, Explanation], bool]


def joint(
    events: Sequence[Attribution],
    tracks: Collection[int],
    staff: Collection[int],
    allowed: Allowed,
    beam: int,
) -> Joint:
    """Filter the carts of ``tracks`` through ``events`` (any order; they are sorted by time).

    Moves of other tracks change nothing here. ``staff``: their carts are not kept. ``allowed`` leaves out
    explanations that are known to be wrong; if it leaves none of an event, the event changes nothing.
    """
    ordered = tuple(sorted(events, key=lambda a: (a.event.t_peak, a.event.id)))
    counted = frozenset(tracks) - frozenset(staff)
    beamed = [Hypothesis((), 1.0, 1.0, ())]
    log_mass = 0.0
    for attribution in ordered:
        options = [
            (i, e)
            for i, e in enumerate(attribution.explanations)
            if e.probability > 0 and allowed(attribution, e)
        ]
        if not options:
            beamed = [_longer(h, 0) for h in beamed]
            continue
        beamed, kept = _step(beamed, options, counted, beam)
        log_mass += math.log(kept)
    return Joint(ordered, tuple(beamed), log_mass)


def _longer(hypothesis: Hypothesis, i: int) -> Hypothesis:
    h = hypothesis
    return Hypothesis(h.contents, h.probability, h.path_probability, (*h.path, i))


def _step(
    beamed: Iterable[Hypothesis],
    options: Sequence[tuple[int, Explanation]],
    counted: frozenset[int],
    beam: int,
) -> tuple[list[Hypothesis], float]:
    sums: dict[Contents, float] = {}
    best: dict[Contents, tuple[float, tuple[int, ...]]] = {}
    for hypothesis in beamed:
        for i, explanation in options:
            if explanation.track in counted and explanation.moves:
                contents, factor = _after(hypothesis.contents, explanation)
            else:
                contents, factor = hypothesis.contents, 1.0
            weight = explanation.probability * factor
            sums[contents] = sums.get(contents, 0.0) + hypothesis.probability * weight
            path = (hypothesis.path_probability * weight, (*hypothesis.path, i))
            if contents not in best or path[0] > best[contents][0]:
                best[contents] = path
    ranked = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    top = ranked[0][1]
    kept = [(c, p) for c, p in ranked if p >= s.LEAST * top][:beam]
    total = sum(p for _, p in kept)
    return [Hypothesis(c, p / total, best[c][0] / total, best[c][1]) for c, p in kept], total


def _after(contents: Contents, explanation: Explanation) -> tuple[Contents, float]:
    """The carts after this explanation, and the factor for what they could not give back."""
    track = explanation.track
    if track is None:
        return contents, 1.0
    carts = dict(contents)
    factor = 1.0
    for move in explanation.moves:
        key = (track, move.sku)
        count = carts.get(key, 0) + move.count
        if count < 0:
            factor *= s.BREACH ** (-count)
            count = 0
        carts[key] = count
    return tuple(sorted((key, count) for key, count in carts.items() if count)), factor
