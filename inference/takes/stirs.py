"""Hands on a plate that weighs what it weighed: only a touch, or one gave back what another took.

The scale feels a sum, and a sum of nothing is no proof that nothing happened. What speaks for an exchange:
two people's hands were there, one of them held what the other could take, the other then holds it, and for a
while more or less lay on the plate than before and after. What speaks against it: touches are commoner.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from inference.messages import ShelfEvent, Stir
from inference.takes import products
from inference.takes import settings as s
from inference.takes.contents import Contents
from inference.takes.joint import NOBODY, Doer
from inference.takes.options import Cart, Options, all_held, between_two, givers, held_of
from inference.takes.products import Hypothesis, Shared
from inference.takes.scoring import Scored, Seen, likely, put, put_two, weighed
from inference.takes.stock import Stock
from store_layout.model import Product


def exchanges(
    event: ShelfEvent,
    stock: Stock,
    strayed: Mapping[str, Cart],
    near: Sequence[int],
    carts: Mapping[int, Cart],
) -> Options:
    """Exchanges that leave a scale as it was: between two of those who are near, or of one's two flavours."""
    small = givers(near, carts)
    everything = all_held(small)
    takeable = stock.takeable(event, strayed) if everything else []
    alone = {
        track: products.swaps(event, takeable, held_of(stock.returnable(event, cart), cart))
        for track, cart in small.items()
        if cart and takeable
    }
    both: list[Hypothesis] = []
    if takeable and len(near) > 1:
        both = between_two(event, stock, takeable, everything, s.EVEN_COUNTS)
    return Options(
        by_one={track: _unfelt(event, alone.get(track, ())) for track in near},
        by_two=[way for h in _unfelt(event, both) for way in products.shared_out(h, taken=True)],
        two_of=frozenset(near),
        brought=[],
        by_nobody=[],
    )


def _unfelt(event: ShelfEvent, found: Iterable[Hypothesis]) -> list[Hypothesis]:
    """Those that the scale would hardly have felt, all told."""
    least = products.unmoved(event) - s.KEEP_SCORE
    return likely([h for h in found if h.score - h.together > least])


def score(
    event: ShelfEvent,
    stir: Stir,
    options: Options,
    *,
    seen: Seen,
    held: Mapping[int, Contents],
    carts: Mapping[int, Cart],
    catalogue: Mapping[str, Product],
) -> Scored:
    """Log scores of a touch, which moves nothing, and of every exchange. ``seen``: the hands of all near."""
    scored = Scored({}, {})
    tracks = sorted({track for track, _ in seen})
    put(scored, NOBODY, {(): _touched(event, seen) + products.unmoved(event)})
    if not tracks:
        return scored
    each = math.log(s.EXCHANGED / len(tracks))
    for (track, side), evidence in seen.items():
        found = weighed(options.by_one.get(track, ()), evidence, held[track], side)
        for moves in found:
            found[moves] += products.held_factor(moves, carts.get(track, {}))
        put(scored, Doer(((track, side),)), found, each + math.log(s.ANY_HAND))
    ways = [_swung(way, stir, catalogue) for way in options.by_two]
    if ways and len(tracks) > 1:
        prior = each - math.log(len(tracks) - 1) + products.in_twice(event)
        put_two(scored, ways, seen, held, log_prior=prior, carts=carts)
    return scored


def _touched(event: ShelfEvent, seen: Seen) -> float:
    """Log of how well touches explain whose hands were there: nobody's, one person's, or two people's."""
    hands = {hand: _mean_exp(list(evidence.values())) for hand, evidence in seen.items() if evidence}
    of = {t: _mean_exp([e for (track, _), e in hands.items() if track == t]) for t, _ in hands}
    found = [math.log(s.TOUCHED_BY_NOBODY)]
    if of:
        found.append(math.log(1.0 - s.TOUCHED_BY_NOBODY - s.TOUCHED_BY_TWO) + _mean_exp(list(of.values())))
    if len(of) > 1:
        pairs = [a + b for a, b in combinations(of.values(), 2)]
        found.append(math.log(s.TOUCHED_BY_TWO) + _mean_exp(pairs) + products.in_twice(event))
    return _log_sum(found)


def _swung(way: Shared, stir: Stir, catalogue: Mapping[str, Product]) -> Shared:
    """With what lay on the plate, or was missing, in between: one came before the other."""
    grams = abs(way.mine.count) * catalogue[way.mine.sku].weight_g
    return way._replace(score=way.score + lain(stir, grams))


def lain(stir: Stir, grams: float) -> float:
    """Log likelihood ratio of an impulse if so much was there, or missing, for a while, against a touch.

    The while: any part of ``APART_S``. People lean on shelves too, and who presses leaves an impulse.
    """
    impulse, sd = abs(stir.impulse_gs), max(stir.impulse_sd_gs, 1e-3)
    touch = (1.0 - s.LEANS) * _density(impulse, sd) + s.LEANS * _density(impulse, s.LEANING * sd)
    touch += s.PRESSED_HARD / s.FULL_RANGE_G
    most = max(grams * s.APART_S, 1e-3)
    # who gives back may come first, or who takes
    there = sum(0.5 * (_below(x / sd) - _below((x - most) / sd)) for x in (impulse, -impulse))
    return math.log((there / most + s.LASTED_FLOOR * touch) / touch)


def _density(x: float, sd: float) -> float:
    return math.exp(-0.5 * (x / sd) ** 2) / (sd * math.sqrt(2.0 * math.pi))


def _below(sds: float) -> float:
    return 0.5 * (1.0 + math.erf(sds / math.sqrt(2.0)))


def _log_sum(logs: Sequence[float]) -> float:
    top = max(logs)
    return top + math.log(sum(math.exp(x - top) for x in logs))


def _mean_exp(logs: Sequence[float]) -> float:
    return _log_sum(logs) - math.log(len(logs))
