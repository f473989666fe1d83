"""What a wrong receipt would cost, against the cost of asking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from store_layout.model import Product, Rules


def wrong_money(charged: Mapping[str, int], true: Mapping[str, int], catalog: Mapping[str, Product]) -> int:
    """Minor units charged too much or not charged, whichever is more.

    One product for another is one mistake: it is wrong by what the dearer of them costs.
    """
    too_much = not_charged = 0
    for sku in {**charged, **true}:
        if sku in catalog:
            units = charged.get(sku, 0) - true.get(sku, 0)
            too_much += max(0, units) * catalog[sku].price
            not_charged += max(0, -units) * catalog[sku].price
    return max(too_much, not_charged)


def expected_wrong(
    charged: Mapping[str, int],
    carts: Iterable[tuple[Mapping[str, int], float]],
    catalog: Mapping[str, Product],
) -> float:
    """Expected wrong money, minor units, of charging this when these are the possible carts."""
    return sum(probability * wrong_money(charged, cart, catalog) for cart, probability in carts)


def worth_asking(wrong: float, rules: Rules) -> bool:
    """True: what would be charged wrongly costs the shop more than asking."""
    return wrong * rules.wrong_cost_factor > rules.review_cost
