"""What a wrong receipt would cost, against the cost of asking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from store_layout.model import Product, Rules


def wrong_money(charged: Mapping[str, int], true: Mapping[str, int], catalog: Mapping[str, Product]) -> int:
    """Minor units charged too much plus minor units not charged."""
    return sum(
        abs(charged.get(sku, 0) - true.get(sku, 0)) * catalog[sku].price
        for sku in {**charged, **true}
        if sku in catalog
    )


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
