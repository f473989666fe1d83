"""Currencies: how many decimals a price has. Facts from ISO 4217 by way of the CLDR (Babel)."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from babel.numbers import get_currency_precision, list_currencies


@cache
def is_currency(code: str) -> bool:
    """Whether this is a currency code, such as ``EUR``."""
    return code in list_currencies()


@cache
def decimals_of(currency: str) -> int:
    """Decimals of a price: 2 for EUR, 0 for JPY, 3 for KWD."""
    return int(get_currency_precision(currency))


def to_minor(amount: Decimal, currency: str) -> int:
    """Major to minor units, exactly. Raises ValueError when it has too many decimals."""
    scaled = amount.scaleb(decimals_of(currency))
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} has more decimals than {currency} has")
    return int(scaled)


def to_major(minor: int, currency: str) -> Decimal:
    """Minor to major units, exactly."""
    return Decimal(minor).scaleb(-decimals_of(currency))
