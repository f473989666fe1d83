"""What was moved: products and counts that may explain a change of weight, with their likelihoods.

Densities are per gram and scale, so that hypotheses about different numbers of products compare. A product
on several of the scales may land its weight on any of them: what they felt together must be its weight, and
how they shared it is uniform (the arrangement); scales without it must have felt nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inference.messages import ItemMove, ScaleChange, ShelfEvent
from inference.takes import settings as s
from store_layout.model import Product


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product that may have been moved, the slots where (the likeliest first), and its prior share."""

    product: Product
    slots: tuple[str, ...]
    scales: frozenset[str]
    share: float


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """Moves that may explain the event; ``score`` is log prior times likelihood."""

    moves: tuple[ItemMove, ...]
    slots: tuple[str, ...]
    """Slots in any of which a hand would fit."""
    score: float


def sd_factor(event: ShelfEvent) -> float:
    """By how much the event's doubts widen its spread."""
    return max((s.DOUBTED_SD.get(doubt, 1.0) for doubt in event.doubts), default=1.0)


def nothing(event: ShelfEvent) -> float:
    """Log density of the change if no product moved."""
    total = 0.0
    for change in event.changes:
        sd = max(3.0 * change.sd_g, 5.0)
        total += math.log(0.5 * math.exp(_log_normal(change.delta_g, sd)) + 0.5 / s.FULL_RANGE_G)
    return total


def single(event: ShelfEvent, candidates: Sequence[Candidate], sign: int) -> list[Hypothesis]:
    """One product, one to six units. ``sign`` 1: taken, -1: returned."""
    found: list[Hypothesis] = []
    for c in candidates:
        for n, log_count in enumerate(s.LOG_COUNT, start=1):
            fit = _fit(event, event.changes, c.scales, -sign * n * c.product.weight_g, _spread([(c, n)]))
            score = math.log(c.share) + log_count + fit
            found.append(Hypothesis((ItemMove(c.product.sku, sign * n, c.slots[0]),), c.slots, score))
    return found


def pairs(event: ShelfEvent, candidates: Sequence[Candidate], sign: int) -> list[Hypothesis]:
    """Two different products in one grab; of many candidates only the commonest."""
    candidates = sorted(candidates, key=lambda c: -c.share)[: s.PAIR_CANDIDATES]
    found: list[Hypothesis] = []
    for i, a in enumerate(candidates):
        for b in candidates[i + 1 :]:
            for n, m in s.PAIR_COUNTS:
                fit = _fit_pair(event, (a, n), (b, m), sign)
                score = math.log(2 * a.share * b.share) + s.LOG_COUNT[n - 1] + s.LOG_COUNT[m - 1] + fit
                moves = (
                    ItemMove(a.product.sku, sign * n, a.slots[0]),
                    ItemMove(b.product.sku, sign * m, b.slots[0]),
                )
                found.append(Hypothesis(moves, (*a.slots, *b.slots), score + math.log(s.PAIR_PRIOR)))
    return found


def held_factor(moves: Sequence[ItemMove], held: Mapping[str, float]) -> float:
    """Log of how well a cart with these expected counts could give back what these moves return."""
    total = 0.0
    for move in moves:
        expected = held.get(move.sku, 0.0)
        for unit in range(-move.count):
            total += math.log(min(1.0, max(s.NEVER_HELD, expected - unit)))
    return total


def brought(hypothesis: Hypothesis) -> Hypothesis:
    """The same goods from outside: as likely many as few."""
    usual = sum(s.LOG_COUNT[abs(move.count) - 1] for move in hypothesis.moves)
    score = hypothesis.score - usual - len(hypothesis.moves) * math.log(len(s.LOG_COUNT))
    return Hypothesis(hypothesis.moves, hypothesis.slots, score)


def shared_out(hypothesis: Hypothesis) -> list[tuple[tuple[ItemMove, ...], tuple[ItemMove, ...], float]]:
    """Ways in which two people may have made these moves: what each moved, and the log score."""
    moves = hypothesis.moves
    if len(moves) == 1:
        (move,) = moves
        sign, n = (1, move.count) if move.count > 0 else (-1, -move.count)
        if not 2 <= n <= s.TWO_UNITS:
            return []
        base = hypothesis.score - s.LOG_COUNT[n - 1]
        return [
            (
                (ItemMove(move.sku, sign * i, move.slot),),
                (ItemMove(move.sku, sign * (n - i), move.slot),),
                base + s.LOG_COUNT[i - 1] + s.LOG_COUNT[n - i - 1],
            )
            for i in range(1, n)
        ]
    score = hypothesis.score - math.log(2 * s.PAIR_PRIOR)
    first, second = moves
    return [((first,), (second,), score), ((second,), (first,), score)]


def _fit_pair(event: ShelfEvent, a: tuple[Candidate, int], b: tuple[Candidate, int], sign: int) -> float:
    (ca, n), (cb, m) = a, b
    wa, wb = -sign * n * ca.product.weight_g, -sign * m * cb.product.weight_g
    if ca.scales & cb.scales:
        return _fit(event, event.changes, ca.scales | cb.scales, wa + wb, _spread([a, b]))
    mine = [c for c in event.changes if c.scale in ca.scales]
    rest = [c for c in event.changes if c.scale not in ca.scales]
    return _fit(event, mine, ca.scales, wa, _spread([a])) + _fit(event, rest, cb.scales, wb, _spread([b]))


def _fit(
    event: ShelfEvent,
    changes: Sequence[ScaleChange],
    scales: frozenset[str],
    expected_g: float,
    spread_g: float,
) -> float:
    """Log density of the changes if ``expected_g`` came or went on ``scales`` and nothing elsewhere."""
    factor = sd_factor(event)
    felt = [c for c in changes if c.scale in scales]
    if not felt:
        return -math.inf
    sd = math.sqrt(spread_g**2 + sum((factor * c.sd_g) ** 2 for c in felt))
    total = _log_tailed(sum(c.delta_g for c in felt) - expected_g, sd)
    total -= (len(felt) - 1) * math.log(max(abs(expected_g), 1.0))
    total += sum(_log_tailed(c.delta_g, factor * c.sd_g) for c in changes if c.scale not in scales)
    return total


def _spread(parts: Sequence[tuple[Candidate, int]]) -> float:
    """Standard deviation, in grams, of so many units: their own spread and the catalogue's error."""
    return math.sqrt(
        sum(n * c.product.weight_sd_g**2 + (s.WEIGHT_ERROR * n * c.product.weight_g) ** 2 for c, n in parts)
    )


def _log_normal(x: float, sd: float) -> float:
    return -0.5 * (x / sd) ** 2 - math.log(sd) - 0.5 * math.log(2 * math.pi)


def _log_tailed(x: float, sd: float) -> float:
    near, far = _log_normal(x, sd), _log_normal(x, s.TAIL_SDS * sd)
    top = max(near, far)
    return top + math.log((1 - s.TAIL) * math.exp(near - top) + s.TAIL * math.exp(far - top))
