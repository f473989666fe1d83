"""What promotions take off a basket. Pure.

Each unit is reduced by one promotion for its product or category, the first in the list that it fits; baskets
are reduced after that, in the order of the list, and what comes off is shared among the lines by the largest
remainder, so that tax follows at each line's own rate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from console.back_office.money import allocate, round_half_up
from store_layout.model import Promotion


class Goods(msgspec.Struct, frozen=True):
    """A line of a basket before promotions. Minor units."""

    sku: str
    category: str
    quantity: int
    unit_price: int


class Reduction(msgspec.Struct, frozen=True):
    """What one promotion takes off each line, minor units, 0 or more."""

    promotion: Promotion
    by_line: tuple[int, ...]


def reductions(basket: Sequence[Goods], promotions: Iterable[Promotion], day: date) -> tuple[Reduction, ...]:
    """All that comes off ``basket`` on ``day``, the shop's own calendar day."""
    valid = [p for p in promotions if _holds(p, day)]
    found: list[Reduction] = []
    unused = [line.quantity for line in basket]
    for promotion in valid:
        if not _is_for_basket(promotion):
            found.append(Reduction(promotion, _off_goods(promotion, basket, unused)))
    left = [
        line.quantity * line.unit_price - sum(r.by_line[i] for r in found) for i, line in enumerate(basket)
    ]
    for promotion in valid:
        if _is_for_basket(promotion):
            shares = _off_basket(promotion, left)
            left = [rest - share for rest, share in zip(left, shares, strict=True)]
            found.append(Reduction(promotion, shares))
    return tuple(reduction for reduction in found if any(reduction.by_line))


def _holds(promotion: Promotion, day: date) -> bool:
    return (promotion.starts is None or promotion.starts <= day) and (
        promotion.ends is None or day <= promotion.ends
    )


def _is_for_basket(promotion: Promotion) -> bool:
    return promotion.sku is None and promotion.category is None


def _fits(promotion: Promotion, line: Goods) -> bool:
    return line.sku == promotion.sku or (
        promotion.category is not None and line.category == promotion.category
    )


def _off_goods(promotion: Promotion, basket: Sequence[Goods], unused: list[int]) -> tuple[int, ...]:
    """Off each line. Units that are reduced are taken from ``unused``."""
    off = [0] * len(basket)
    fitting = [i for i, line in enumerate(basket) if _fits(promotion, line) and unused[i]]
    if promotion.kind == "n_for_m":
        take, pay = promotion.take or 1, promotion.pay or 0
        units = [i for i in fitting for _ in range(unused[i])]
        units.sort(key=lambda i: -basket[i].unit_price)
        for place, i in enumerate(units[: len(units) // take * take]):
            unused[i] -= 1
            if place % take >= pay:
                off[i] += basket[i].unit_price
        return tuple(off)
    for i in fitting:
        price, units_here = basket[i].unit_price, unused[i]
        if promotion.kind == "percent":
            off[i] = round_half_up(price * units_here * (promotion.basis_points or 0), 10_000)
        else:
            off[i] = min(promotion.amount or 0, price) * units_here
        unused[i] = 0
    return tuple(off)


def _off_basket(promotion: Promotion, left: Sequence[int]) -> tuple[int, ...]:
    worth = sum(left)
    if worth <= 0 or worth < promotion.minimum:
        return tuple(0 for _ in left)
    if promotion.kind == "percent":
        off = round_half_up(worth * (promotion.basis_points or 0), 10_000)
    else:
        off = min(promotion.amount or 0, worth)
    return allocate(off, left)
