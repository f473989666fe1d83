"""Hands on a plate that weighs what it weighed: only a touch, or one gave back what another took.

The scale feels a sum, and a sum of nothing is no proof that nothing happened. What speaks for an exchange:
two people's hands were there, one of them held what the other could take, the other then holds it, and for a
while more or less lay on the plate than before and after. What speaks against it: touches are commoner.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations

from inference.messages import ShelfEvent, Stir
from inference.takes import products
from inference.takes import settings as s
from inference.takes.contents import Contents
from inference.takes.joint import NOBODY, Doer
from inference.takes.options import Cart, Options, all_held, between_two, givers, held_of
from inference.takes.products import Hypothesis, Shared
from inference.takes.scoring import Order, Scored, Seen, likely, once_each, put, put_ordered, weighed
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
    by_moment: tuple[Seen, Seen],
    held: Mapping[int, Contents],
    carts: Mapping[int, Cart],
    catalogue: Mapping[str, Product],
) -> Scored:
    """Log scores of a touch, which moves nothing, and of every exchange.

    ``seen``: the hands of all near when the plate was shaken most; ``by_moment``: when the first hand of two
    would have been in, and the second.
    """
    scored = Scored({}, {})
    tracks = sorted({track for track, _ in seen})
    share = s.EXCHANGED_BESIDE if stir.beside else s.EXCHANGED
    touched = math.log(1.0 - share) + _touched(event, seen, by_moment)
    put(scored, NOBODY, {(): touched + products.unmoved(event)})
    if not tracks:
        return scored
    each = math.log(share / len(tracks))
    for (track, side), evidence in seen.items():
        found = weighed(options.by_one.get(track, ()), evidence, held[track], side)
        for moves in found:
            found[moves] += products.held_factor(moves, carts.get(track, {}))
        put(scored, Doer(((track, side),)), found, each + math.log(s.ANY_HAND))
    ways = once_each(options.by_two)
    if ways and len(tracks) > 1:
        prior = each - math.log(len(tracks) - 1) + products.in_twice(event)
        first, second = by_moment
        orders = [
            Order(first, second, [_swung(event, stir, way, catalogue, 1) for way in ways]),
            Order(second, first, [_swung(event, stir, way, catalogue, -1) for way in ways]),
        ]
        put_ordered(scored, ways, orders, held, log_prior=prior, carts=carts)
    return scored


def _touched(event: ShelfEvent, seen: Seen, by_moment: tuple[Seen, Seen]) -> float:
    """Log of how well touches explain whose hands were there: nobody's, one person's, or two people's."""
    of, first, second = (_by_track(some) for some in (seen, *by_moment))
    found = [math.log(s.TOUCHED_BY_NOBODY)]
    if of:
        found.append(math.log(1.0 - s.TOUCHED_BY_NOBODY - s.TOUCHED_BY_TWO) + _mean_exp(list(of.values())))
    if len(of) > 1:
        pairs = [first[a] + second[b] for a, b in permutations(of, 2)]
        found.append(math.log(s.TOUCHED_BY_TWO) + _mean_exp(pairs) + products.in_twice(event))
    return _log_sum(found)


def _by_track(seen: Seen) -> dict[int, float]:
    """Log of how well each person's hands fit, either of them and wherever."""
    hands: dict[int, list[float]] = {}
    for (track, _), evidence in seen.items():
        if evidence:
            hands.setdefault(track, []).append(_mean_exp(list(evidence.values())))
    return {track: _mean_exp(found) for track, found in hands.items()}


def _swung(
    event: ShelfEvent, stir: Stir, way: Shared, catalogue: Mapping[str, Product], mine_first: int
) -> float:
    """Score of a way with what lay on the plate, or was missing, in between.

    ``mine_first``: 1 if the way's own move came first, else -1.
    """
    grams = mine_first * -way.mine.count * catalogue[way.mine.sku].weight_g
    return way.score + lain(stir, grams, apart_s(event))


def apart_s(event: ShelfEvent) -> float | None:
    """How long after one another two hands were in that were felt for so long; None: not to be told."""
    return None if "outage" in event.doubts else max(0.0, event.t_end - event.t_start - s.HAND_ON_S)


def lain(stir: Stir, grams: float, apart: float | None) -> float:
    """Log likelihood ratio of an impulse if so much was there, or missing, for a while, against a touch.

    ``grams``: positive where it lay there. The while: as long as the hands were ``apart``, or where one of
    them hovered any part of ``APART_S``. People lean on shelves too, and who presses leaves an impulse.
    """
    impulse, sd = stir.impulse_gs, max(stir.impulse_sd_gs, 1e-3)
    touch = (1.0 - s.LEANS) * _density(impulse, sd) + s.LEANS * _density(impulse, s.LEANING * sd)
    touch += s.PRESSED_HARD / s.FULL_RANGE_G
    most = max(abs(grams) * s.APART_S, 1e-3)
    along = math.copysign(impulse, impulse * grams)
    there = (_below(along / sd) - _below((along - most) / sd)) / most
    if apart is not None:
        near = math.hypot(sd, abs(grams) * s.APART_SD_S)
        timed = _density(along - abs(grams) * min(apart, s.APART_S), near)
        there = s.HOVERS * there + (1.0 - s.HOVERS) * timed
    # either may be first
    return math.log(0.5 * (there + s.LASTED_FLOOR * touch) / touch)


def _density(x: float, sd: float) -> float:
    return math.exp(-0.5 * (x / sd) ** 2) / (sd * math.sqrt(2.0 * math.pi))


def _below(sds: float) -> float:
    return 0.5 * (1.0 + math.erf(sds / math.sqrt(2.0)))


def _log_sum(logs: Sequence[float]) -> float:
    top = max(logs)
    return top + math.log(sum(math.exp(x - top) for x in logs))


def _mean_exp(logs: Sequence[float]) -> float:
    return _log_sum(logs) - math.log(len(logs))
