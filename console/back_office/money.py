"""Money as integers of the smallest unit: how it is written, and the few roundings a receipt needs."""

from __future__ import annotations

from collections.abc import Sequence

from babel.numbers import format_currency, format_decimal

from store_layout.currency import decimals_of, to_major


def format_money(minor: int, currency: str, locale: str = "en") -> str:
    """As people write it there: ``format_money(1250, "EUR", "de") == "12,50 €"`` (with a no-break space)."""
    return format_currency(to_major(minor, currency), currency, locale=locale)


def format_amount(minor: int, currency: str, locale: str = "en") -> str:
    """The number alone, for columns that name the currency in their heading."""
    places = decimals_of(currency)
    pattern = "#,##0." + "0" * places if places else "#,##0"
    return format_decimal(to_major(minor, currency), format=pattern, locale=locale)


def tax_within(gross: int, basis_points: int) -> int:
    """Tax contained in a price that includes it: ``gross - round(gross * 10000 / (10000 + rate))``."""
    return gross - round_half_up(gross * 10_000, 10_000 + basis_points)


def tax_on(net: int, basis_points: int) -> int:
    """Tax to add to a price without it."""
    return round_half_up(net * basis_points, 10_000)


def round_half_up(numerator: int, denominator: int) -> int:
    """Integer division, halves away from zero, as tills round."""
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -magnitude if numerator < 0 else magnitude


def cash_rounding(amount: int, coin: int) -> int:
    """What to add so that ``amount`` can be paid with coins of ``coin`` and larger; halves away from zero."""
    return round_half_up(amount, coin) * coin - amount if coin > 1 else 0


def allocate(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Shares of ``total`` in proportion to ``weights``, by the largest remainder; they sum to it exactly.

    Weights are not negative; equal remainders are served in order. While ``abs(total)`` is at most their sum,
    no share is larger than its weight. Raises ``ValueError`` where something is to be shared among nothing.
    """
    whole = sum(weights)
    if min(weights, default=0) < 0 or (whole == 0 and total != 0):
        raise ValueError(f"{total} cannot be shared among {list(weights)}")
    if whole == 0:
        return tuple(0 for _ in weights)
    size, sign = abs(total), -1 if total < 0 else 1
    shares = [size * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % whole), i))
    for i in by_remainder[: size - sum(shares)]:
        shares[i] += 1
    return tuple(sign * share for share in shares)
