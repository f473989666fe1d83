from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.back_office.money import (
    allocate,
    cash_rounding,
    format_amount,
    format_money,
    tax_on,
    tax_within,
)


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


def test_cash_is_paid_in_coins() -> None:
    # Swiss 5 centimes, no coins of an oere, and halves away from zero
    assert [n + cash_rounding(n, 5) for n in (997, 998, 1002, 1003)] == [995, 1000, 1000, 1005]
    assert [n + cash_rounding(n, 100) for n in (149, 150, -150, -149)] == [100, 200, -200, -100]
    assert [cash_rounding(997, coin) for coin in (0, 1)] == [0, 0]


def test_shares_by_the_largest_remainder_by_hand() -> None:
    assert allocate(100, (1, 1, 1)) == (34, 33, 33)
    assert allocate(-100, (1, 2, 1)) == (-25, -50, -25)
    assert allocate(10, (745, 198, 119)) == (7, 2, 1)
    assert allocate(0, (0, 0)) == (0, 0)
    with pytest.raises(ValueError, match="among"):
        allocate(1, (0, 0))


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=8).filter(any), st.floats(0, 1))
def test_shares_sum_and_never_exceed_their_weight(weights: list[int], part: float) -> None:
    total = int(sum(weights) * part)
    shares = allocate(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert 0 <= share <= weight
        assert abs(share - Fraction(total * weight, sum(weights))) < 1
