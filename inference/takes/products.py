"""What was moved: products and counts that may explain a change of weight, with their likelihoods.

Densities are per gram and scale, so that hypotheses about different numbers of products compare. A product
on several of the scales may land its weight on any of them: what they felt together must be its weight, and
how they shared it is uniform (the arrangement); scales without it must have felt nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from inference.messages import ItemMove, ScaleChange, ShelfEvent
from inference.takes import settings as s
from inference.takes.course import in_any_order
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
    slots: tuple[tuple[str, ...], ...]
    """For each move, the slots in any of which a hand would fit."""
    score: float
    together: float = 0.0
    """What of the score is for one person making two moves in one event."""


Part = tuple[Candidate, int]
"""A product and its units: positive where they were taken, negative where they were given back."""


def sd_factor(event: ShelfEvent) -> float:
    """By how much the event's doubts widen its spread."""
    if not event.doubts:
        return 1.0
    return max((s.DOUBTED_SD.get(doubt, 1.0) for doubt in event.doubts), default=1.0)


def nothing(event: ShelfEvent) -> float:
    """Log density of the change if no product moved."""
    total = 0.0
    for change in event.changes:
        sd = max(3.0 * change.sd_g, 5.0)
        total += math.log(0.5 * math.exp(_log_normal(change.delta_g, sd)) + 0.5 / s.FULL_RANGE_G)
    return total


def unknown(event: ShelfEvent) -> float:
    """Log density of the change if goods were moved that no product explains: they may weigh anything."""
    anything = math.log(1.0 / s.FULL_RANGE_G)
    factor = sd_factor(event)
    return sum(max(anything, _log_tailed(c.delta_g, factor * c.sd_g)) for c in event.changes)


def unmoved(event: ShelfEvent) -> float:
    """Log density of the change if the scales weigh what they weighed."""
    return sum(_log_tailed(change.delta_g, sd_factor(event) * change.sd_g) for change in event.changes)


def in_twice(event: ShelfEvent) -> float:
    """Log likelihood ratio of how long the event lasted if hands were in twice, against once.

    Once: a hand is on the plate for about ``HAND_ON_S``, but some hover. Twice: longer by any part of
    ``APART_S``. An event that an outage hides has no length.
    """
    if "outage" in event.doubts:
        return 0.0
    more = event.t_end - event.t_start - s.HAND_ON_S
    quick = math.exp(_log_normal(more, s.HAND_ON_SD_S))
    hovering = math.exp(-max(0.0, more) / s.HOVER_S) / s.HOVER_S
    once = (1.0 - s.HOVERS) * quick + s.HOVERS * hovering
    twice = (_below(more / s.HAND_ON_SD_S) - _below((more - s.APART_S) / s.HAND_ON_SD_S)) / s.APART_S
    return math.log((twice + s.LASTED_FLOOR * once) / once)


def _below(sds: float) -> float:
    """Standard normal distribution function."""
    return 0.5 * (1.0 + math.erf(sds / math.sqrt(2.0)))


def single(event: ShelfEvent, candidates: Sequence[Candidate], sign: int) -> list[Hypothesis]:
    """One product, one to six units. ``sign`` 1: taken, -1: returned."""
    found: list[Hypothesis] = []
    for c in candidates:
        for n, log_count in enumerate(s.LOG_COUNT, start=1):
            fit = _fit(event, event.changes, c.scales, -sign * n * c.product.weight_g, _spread([(c, n)]))
            score = math.log(c.share) + log_count + fit
            found.append(Hypothesis((_move(c, sign * n),), (c.slots,), score))
    return found


def pairs(event: ShelfEvent, candidates: Sequence[Candidate], sign: int) -> list[Hypothesis]:
    """Two different products in one grab; of many candidates only the commonest."""
    candidates = sorted(candidates, key=lambda c: -c.share)[: s.PAIR_CANDIDATES]
    return [
        two(event, (a, sign * n), (b, sign * m), 2 * (s.PAIR_APART if apart(a, b) else s.PAIR_PRIOR))
        for i, a in enumerate(candidates)
        for b in candidates[i + 1 :]
        for n, m in s.PAIR_COUNTS
    ]


def swaps(event: ShelfEvent, taken: Sequence[Candidate], given: Sequence[Candidate]) -> list[Hypothesis]:
    """One product taken and another given back at one moment: only the difference was felt.

    Of many candidates only the commonest; and only where they share a scale, since what two scales felt is
    told apart.
    """
    taken, given = (sorted(some, key=lambda c: -c.share)[: s.SWAP_CANDIDATES] for some in (taken, given))
    return [
        two(event, (a, n), (b, -m), s.SWAP_PRIOR)
        for a in taken
        for b in given
        if a.product.sku != b.product.sku and a.scales & b.scales
        for n, m in s.PAIR_COUNTS
    ]


def of_one(
    event: ShelfEvent,
    taken: Sequence[Candidate],
    given: Sequence[Candidate],
    counts: Sequence[tuple[int, int]],
) -> list[Hypothesis]:
    """Two people's: units of one product taken, and others of it given back, in so many ways."""
    back = {c.product.sku: c for c in given}
    return [
        two(event, (c, n), (back[c.product.sku], -m), s.SWAP_PRIOR)
        for c in taken
        if c.product.sku in back
        for n, m in counts
    ]


def apart(a: Candidate, b: Candidate) -> bool:
    """True: they lie in different slots, and no hand reaches both at once."""
    return not set(a.slots) & set(b.slots)


def two(event: ShelfEvent, a: Part, b: Part, prior: float) -> Hypothesis:
    """Two moves of one person; ``prior`` is that of making them in one event."""
    (ca, n), (cb, m) = a, b
    score = math.log(ca.share * cb.share) + s.LOG_COUNT[abs(n) - 1] + s.LOG_COUNT[abs(m) - 1]
    together = math.log(prior)
    if apart(ca, cb) or n * m < 0:
        together += in_twice(event)
    if n * m < 0:
        together += in_any_order(event, -n * ca.product.weight_g, -m * cb.product.weight_g)
    score += _fit_pair(event, a, b) + together
    return Hypothesis((_move(ca, n), _move(cb, m)), (ca.slots, cb.slots), score, together)


def _move(candidate: Candidate, units: int) -> ItemMove:
    return ItemMove(candidate.product.sku, units, candidate.slots[0])


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


class Shared(NamedTuple):
    """What two people may have moved in one event, and the slots where, as in :class:`Hypothesis`."""

    mine: ItemMove
    my_slots: tuple[str, ...]
    other: ItemMove
    other_slots: tuple[str, ...]
    score: float
    """Log prior times likelihood, before what speaks for either's hands."""


def shared_out(hypothesis: Hypothesis, *, taken: bool) -> list[Shared]:
    """Ways in which two people may have made these moves. ``taken``: the weight went down."""
    moves, slots = hypothesis.moves, hypothesis.slots
    if len(moves) == 1:
        (move,), (where,) = moves, slots
        sign, n = (1, move.count) if move.count > 0 else (-1, -move.count)
        if not 2 <= n <= s.TWO_UNITS:
            return []
        base = hypothesis.score - s.LOG_COUNT[n - 1]
        return [
            Shared(
                ItemMove(move.sku, sign * i, move.slot),
                where,
                ItemMove(move.sku, sign * (n - i), move.slot),
                where,
                base + s.LOG_COUNT[i - 1] + s.LOG_COUNT[n - i - 1],
            )
            for i in range(1, n)
        ]
    score = hypothesis.score - hypothesis.together
    if moves[0].count * moves[1].count < 0:
        # beside what one person did alone: the other move is the rarer kind, or the commoner
        score += math.log(s.GIVEN_BACK if taken else 1.0 - s.GIVEN_BACK)
    (first, second), (here, there) = moves, slots
    return [Shared(first, here, second, there, score), Shared(second, there, first, here, score)]


def filled_beside(
    event: ShelfEvent, taken: Sequence[Candidate], filled: Sequence[Candidate], *, less: bool
) -> list[Shared]:
    """Somebody takes while somebody else fills the same scale: only the difference was felt.

    ``less``: the weight went down. Also of one product: a scale with three more may have got four. Whoever
    fills brings as likely many as few.
    """
    taken, filled = (sorted(some, key=lambda c: -c.share)[: s.SWAP_CANDIDATES] for some in (taken, filled))
    found: list[Shared] = []
    for a in taken:
        for b in filled:
            if not a.scales & b.scales:
                continue
            for n in range(1, s.TWO_UNITS + 1):
                for m in range(1, len(s.LOG_COUNT) + 1):
                    score = math.log(a.share * b.share / len(s.LOG_COUNT)) + s.LOG_COUNT[n - 1]
                    score += _fit_pair(event, (a, n), (b, -m))
                    if not less:  # beside what was felt, the commoner thing
                        score += math.log(1.0 - s.GIVEN_BACK)
                    one, other = (_move(a, n), a.slots), (_move(b, -m), b.slots)
                    found += [Shared(*one, *other, score), Shared(*other, *one, score)]
    top = max((way.score for way in found), default=0.0)
    return [way for way in found if way.score > top - s.KEEP_SCORE]


def _fit_pair(event: ShelfEvent, a: Part, b: Part) -> float:
    (ca, n), (cb, m) = a, b
    wa, wb = -n * ca.product.weight_g, -m * cb.product.weight_g
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


def _spread(parts: Sequence[Part]) -> float:
    """Standard deviation, in grams, of so many units: their own spread and the catalogue's error."""
    return math.sqrt(
        sum(
            abs(n) * c.product.weight_sd_g**2 + (s.WEIGHT_ERROR * n * c.product.weight_g) ** 2
            for c, n in parts
        )
    )


def _log_normal(x: float, sd: float) -> float:
    return -0.5 * (x / sd) ** 2 - math.log(sd) - 0.5 * math.log(2 * math.pi)


def _log_tailed(x: float, sd: float) -> float:
    near, far = _log_normal(x, sd), _log_normal(x, s.TAIL_SDS * sd)
    top = max(near, far)
    return top + math.log((1 - s.TAIL) * math.exp(near - top) + s.TAIL * math.exp(far - top))
