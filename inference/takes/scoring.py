"""The scores of one event's hypotheses, by who did it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.messages import ItemMove
from inference.takes import products
from inference.takes import settings as s
from inference.takes.contents import Contents, limited
from inference.takes.joint import NOBODY, Doer
from inference.takes.people import Side
from inference.takes.products import Hypothesis, Shared

Moves = tuple[ItemMove, ...]
Evidence = Mapping[str, float]
"""Log likelihood ratio of one hand and its body, by slot."""
Seen = Mapping[tuple[int, Side], Evidence]
"""By track and side."""


@dataclass(slots=True)
class Scored:
    """One event's hypotheses, by doer: log scores and the moves they belong to."""

    totals: dict[Doer, float]
    moves: dict[Doer, dict[Moves, float]]
    """Given the doer, the probability of each set of moves."""

    def slots(self) -> dict[Doer, dict[str, float]]:
        """How likely each doer's only move was in each slot."""
        found: dict[Doer, dict[str, float]] = {}
        for doer, ways in self.moves.items():
            there = found.setdefault(doer, {})
            for moves, p in ways.items():
                if len(moves) == 1:
                    there[moves[0].slot] = there.get(moves[0].slot, 0.0) + p
        return found


def likely(options: list[Hypothesis]) -> list[Hypothesis]:
    """Without those that hardly matter beside the best."""
    top = max((h.score for h in options), default=-math.inf)
    return [h for h in options if h.score > top - s.KEEP_SCORE]


def weighed(
    options: Sequence[Hypothesis], evidence: Evidence, held: Contents, side: Side
) -> dict[Moves, float]:
    """Log score of each set of moves for one hand: it was in every slot where something was moved."""
    found = {h.moves: h.score + min(_at(evidence, slots) for slots in h.slots) for h in options}
    if held:
        for moves, ratio in limited({moves: held.log_ratio(side, moves) for moves in found}).items():
            found[moves] += ratio
    return found


def _at(evidence: Evidence, slots: Sequence[str]) -> float:
    """What speaks for a hand in any of these slots."""
    return max(evidence[slot] for slot in slots)


def put(scored: Scored, doer: Doer, found: dict[Moves, float], log_prior: float = 0.0) -> None:
    """Sum the scores of one doer, and normalise what it may have moved."""
    top = max(found.values(), default=-math.inf)
    if top == -math.inf:
        return
    weights = {moves: math.exp(score - top) for moves, score in found.items()}
    total = sum(weights.values())
    scored.totals[doer] = log_prior + top + math.log(total)
    scored.moves[doer] = {moves: weight / total for moves, weight in weights.items()}


class Order(NamedTuple):
    """One order in which two people's hands may have been in."""

    mine: Seen
    """What speaks for each hand, if it made the way's own move ..."""
    other: Seen
    """... and if it made the other one."""
    scores: Sequence[float]
    """Of each way: log prior times likelihood."""


def once_each(ways: Sequence[Shared]) -> list[Shared]:
    """Each pair of moves once, though found in several ways."""
    return list({(way.mine, way.other): way for way in ways}.values())


def put_ordered(
    scored: Scored,
    ways: list[Shared],
    orders: Sequence[Order],
    held: Mapping[int, Contents],
    *,
    log_prior: float,
    carts: Mapping[int, Mapping[str, float]],
) -> None:
    """The same, in any of some orders; each way's own score is the order's.

    No way comes twice: see :func:`once_each`.
    """
    if not ways:
        return
    prior = log_prior + 2 * math.log(s.ANY_HAND)
    # by where they were alone: what one person cannot have done says nothing of hands
    there: dict[tuple[int, Side], float] = {}
    for evidence in (some for order in orders for some in (order.mine, order.other)):
        for hand, slots in evidence.items():
            there[hand] = max(there.get(hand, -math.inf), max(slots.values(), default=0.0))
    top = max(there.values(), default=0.0)
    hands = [hand for hand in there if there[hand] > top - s.KEEP_SCORE]
    my_parts = [(w.mine, w.my_slots) for w in ways]
    other_parts = [(w.other, w.other_slots) for w in ways]
    found = [
        (
            np.array(order.scores),
            {h: _parts(h, my_parts, order.mine[h], held[h[0]], carts) for h in hands},
            {h: _parts(h, other_parts, order.other[h], held[h[0]], carts) for h in hands},
        )
        for order in orders
    ]
    best = max(scored.totals.values(), default=-math.inf)
    for i, a in enumerate(hands):
        for b in hands[i + 1 :]:
            if a[0] == b[0]:
                continue
            scores = np.logaddexp.reduce([base + mine[a] + other[b] for base, mine, other in found])
            most = float(scores.max())
            # the rest is too little to be kept, whatever else there is
            if prior + most + math.log(len(ways)) <= best - s.KEEP_SCORE:
                continue
            put(
                scored,
                Doer((a, b)),
                {
                    (ways[n].mine, msgspec.structs.replace(ways[n].other, track=b[0])): float(scores[n])
                    for n in np.flatnonzero(scores > most - s.KEEP_SCORE)
                },
                prior,
            )
            best = max(best, scored.totals.get(Doer((a, b)), -math.inf))


def _parts(
    hand: tuple[int, Side],
    parts: Sequence[tuple[ItemMove, tuple[str, ...]]],
    evidence: Evidence,
    held: Contents,
    carts: Mapping[int, Mapping[str, float]],
) -> NDArray[np.float64]:
    """What speaks for one hand's share in each of N ways: shape (N,)."""
    track, side = hand
    shown = limited({(move,): held.log_ratio(side, (move,)) for move in dict(parts)})
    cart = carts.get(track, {})
    alone = {move: shown[(move,)] + products.held_factor((move,), cart) for move in dict(parts)}
    return np.array([_at(evidence, slots) + alone[move] for move, slots in parts])


def pruned(scored: Scored) -> Scored:
    """Only the doers that may matter; nobody always stays."""
    top = max(scored.totals.values())
    ranked = sorted((d for d in scored.totals if d.hands), key=lambda d: (-scored.totals[d], d))
    kept = [d for d in ranked if scored.totals[d] > top - s.KEEP_SCORE][: s.KEEP_DOERS]
    doers = [*kept, NOBODY]
    return Scored({d: scored.totals[d] for d in doers}, {d: scored.moves[d] for d in doers})
