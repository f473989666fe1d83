from __future__ import annotations

import pytest

from console.cli.said import SaidError, amount_said, currency_said, to_example


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("3.49", "EUR", 349),
        ("3,49", "EUR", 349),
        (" 3 ", "EUR", 300),
        ("3,5", "EUR", 350),
        ("1500", "JPY", 1500),
        ("1.234", "KWD", 1234),
        ("0,25", "KWD", 250),
        ("-1", "CHF", -100),
    ],
)
def test_amounts(text: str, currency: str, minor: int) -> None:
    assert amount_said(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "words"),
    [
        ("3.499", "EUR", "more decimals than EUR has"),
        ("1,000", "EUR", "two ways: write it with a point, as 1.50"),
        ("1,000", "KWD", "two ways: write it with a point, as 1.500"),
        ("1,000", "JPY", "two ways: write it with a point, as 150"),
        ("1,000.00", "EUR", "is not an amount: write it as 1.50"),
        ("1.5", "JPY", "more decimals than JPY has"),
        ("€3", "EUR", "is not an amount"),
        ("", "EUR", "is not an amount"),
        ("nan", "EUR", "is not an amount"),
        ("inf", "EUR", "is not an amount"),
        ("1e999999999", "EUR", "is not an amount"),
        ("1e13", "EUR", "is not an amount"),
    ],
)
def test_what_is_no_amount_says_how_to_write_it(text: str, currency: str, words: str) -> None:
    with pytest.raises(SaidError, match=words):
        amount_said(text, currency)


def test_currencies() -> None:
    assert [currency_said(code) for code in ("EUR", "chf")] == ["EUR", "CHF"]
    for code in ("EURO", "", "€"):
        with pytest.raises(SaidError, match="is no currency"):
            currency_said(code)
    assert [to_example(code) for code in ("JPY", "EUR", "KWD")] == ["150", "1.50", "1.500"]
