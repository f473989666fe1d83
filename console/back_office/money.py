"""Money as integers of the smallest unit: how it is written, and the few roundings a receipt needs."""

from __future__ import annotations

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
    return gross - _round_half_up(gross * 10_000, 10_000 + basis_points)


def tax_on(net: int, basis_points: int) -> int:
    """Tax to add to a price without it."""
    return _round_half_up(net * basis_points, 10_000)


def _round_half_up(numerator: int, denominator: int) -> int:
    """Integer division, halves away from zero, as tills round."""
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -magnitude if numerator < 0 else magnitude
