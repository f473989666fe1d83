from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from console.back_office.money import format_amount, format_money, tax_on, tax_within


def test_money_is_written_as_people_write_it() -> None:
    assert format_money(1250, "EUR", "de") == "12,50\u00a0€"
    assert format_money(1250, "EUR") == "€12.50"
    assert format_money(1250, "JPY") == "¥1,250"
    assert format_amount(-5, "EUR") == "-0.05"
    assert format_amount(1234567, "KWD") == "1,234.567"


def test_tax_by_hand() -> None:
    assert tax_within(119, 1900) == 19
    assert tax_within(149, 1900) == 24  # net 125.21
    assert tax_on(100, 1900) == 19
    assert tax_on(50, 700) == 4  # 3.5 rounds away from zero


@given(st.integers(-(10**9), 10**9), st.integers(0, 5000))
def test_contained_tax_is_the_nearest_cent(gross: int, rate: int) -> None:
    exact = gross - Fraction(gross * 10_000, 10_000 + rate)
    assert abs(tax_within(gross, rate) - exact) <= Fraction(1, 2)
    assert tax_within(-gross, rate) == -tax_within(gross, rate)
