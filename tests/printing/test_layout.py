from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.printing.amounts import Amounts
from console.printing.blocks import Block, Text
from console.printing.columns import both_ends, table, wrapped
from console.printing.document import Payment, PrintableLine, PrintableReceipt, PrintableTax
from console.printing.layout import Paper, lay_out
from console.printing.profiles import GENERAL, profile_of
from console.printing.texts import texts_for
from tests.printing.receipts import receipt, simple


def lines_of(what: PrintableReceipt, profile: str = "58mm", locale: str = "en") -> list[str]:
    blocks = lay_out(what, Paper.of(profile_of(profile)), texts_for(locale), locale)
    return [block.text for block in blocks if isinstance(block, Text)]


def test_a_receipt_in_german_on_narrow_paper() -> None:
    lines = lines_of(receipt(), locale="de")
    assert lines[:4] == ["Corner Shop", "Hauptstraße 1", "10115 Berlin", "USt-IdNr. DE123456789"]
    assert "18.11.2026, 12:06:40" in lines  # 11:06 in Greenwich
    assert "Cola 0.5 l                2,98 B" in lines
    assert "  2 × 1,49" in lines
    assert "  Pfand                   0,50 B" in lines
    assert "SUMME     9,47 €" in lines  # twice as wide, so half as many
    assert "Karte ****1234            9,47 €" in lines
    assert "B 19 %    2,92     0,56     3,48" in lines
    assert "Preise inkl. MwSt." in lines


def test_a_long_name_is_wrapped_and_its_amount_stays_whole() -> None:
    lines = lines_of(receipt(), locale="de")
    at = lines.index("Käse-Schinken-Baguette    5,99 A")
    assert lines[at + 1] == "  mit Röstzwiebeln, extra groß"


@pytest.mark.parametrize(
    ("currency", "decimals", "locale", "total"),
    [
        ("EUR", 2, "en", "€1,234.56"),
        ("EUR", 2, "de", "1.234,56 €"),
        ("GBP", 2, "en_GB", "£1,234.56"),
        ("JPY", 0, "ja", "¥123,456"),
        ("CHF", 2, "de_CH", "CHF 1'234.56"),  # one apostrophe or the other, by the release of CLDR
        ("KWD", 3, "en", "KWD 123.456"),
        ("INR", 2, "en", "INR 1,234.56"),  # no page has the rupee's sign
        ("PLN", 2, "pl", "1 234,56 zł"),
    ],
)
def test_the_sign_is_right_or_the_code_stands_for_it(
    currency: str, decimals: int, locale: str, total: str
) -> None:
    lines = lines_of(simple(currency, decimals, 123456), "80mm", locale)
    assert any(line.replace("’", "'").endswith(total) for line in lines)


def test_a_printer_without_the_euro_prints_its_code() -> None:
    plain = msgspec.structs.replace(profile_of("80mm"), code_pages=(("CP437", 0),))
    blocks = lay_out(simple("EUR", 2, 995), Paper.of(plain), texts_for("en"), "en")
    assert any(isinstance(b, Text) and b.text.endswith("EUR 9.95") for b in blocks)


def test_decimals_are_those_of_the_document() -> None:
    assert Amounts("en", "EUR", 3).money(1500) == "€1.500"
    assert Amounts("en", "JPY", 0).number(-1500) == "-1,500"
    assert Amounts("de", "EUR", 2).rate(550) == "5,5 %"
    assert Amounts("de", "EUR", 2).rate(1900) == "19 %"


def test_a_copy_says_so_at_both_ends_and_an_original_nowhere() -> None:
    copied = lines_of(receipt(copy=3))
    marks = [i for i, line in enumerate(copied) if line == "* COPY No. 3 *"]
    assert len(marks) == 2
    assert marks[0] < copied.index("Cola 0.5 l                2.98 B") < marks[1]
    assert not any("COPY" in line for line in lines_of(receipt()))


def test_a_refund_is_called_one_and_names_what_it_refers_to() -> None:
    lines = lines_of(simple("EUR", 2, 100, kind="refund", refers_to="R-000003"))
    assert "Refund                  R-000012" in lines
    assert "For receipt R-000003" in lines


def test_cash_rounding_stands_between_the_total_and_what_was_paid() -> None:
    lines = lines_of(simple("CHF", 2, 1233, payments=(Payment("cash", 1235, rounding=2),)), "80mm")
    at = next(i for i, line in enumerate(lines) if line.startswith("TOTAL"))
    assert [line.split(maxsplit=1) for line in lines[at : at + 3]] == [
        ["TOTAL", "CHF 12.33"],
        ["Rounding", "CHF 0.02"],
        ["Cash", "CHF 12.35"],
    ]


def test_units_that_did_not_cost_the_same_have_no_price_of_each() -> None:
    three = PrintableLine("Tea", -3, None, -100, 0)
    only_money = PrintableLine("Cake", 0, None, -20, 0)
    lines = lines_of(
        simple("EUR", 2, -120, lines=(three, only_money), taxes=(PrintableTax(0, -120, 0, -120),))
    )
    at = lines.index("Tea                      -1.00 A")
    assert lines[at + 1 : at + 4] == ["  Quantity -3", "Cake                     -0.20 A", "-" * 32]


@pytest.mark.parametrize(
    ("payment", "words"),
    [
        (Payment("card", 120, "1234"), "Karte ****1234"),
        (Payment("card", 120), "Karte"),
        (Payment("card", -120, "1234"), "Karte ****1234, erstattet"),
        (Payment("cash", -120), "Bar, erstattet"),
        (Payment("counter", 120), "An der Kasse"),
    ],
)
def test_paid_and_given_back_are_told_apart(payment: Payment, words: str) -> None:
    lines = lines_of(simple("EUR", 2, 120, payments=(payment,)), "80mm", "de")
    assert any(line.startswith(f"{words}  ") for line in lines)


def test_taxes_that_do_not_fit_beside_each_other_stand_under_each_other() -> None:
    lines = lines_of(simple("KWD", 3, 1_234_567_890))
    assert "A 0 %" in lines
    assert "  Gross           1,234,567.890" not in lines
    assert "  Gross            1,234,567.890" in lines


def test_what_does_not_add_up_is_not_printed() -> None:
    with pytest.raises(ValueError, match="R-000012: its taxes add up to 947 and its total is 948"):
        receipt(total=948)
    with pytest.raises(ValueError, match="7 decimals"):
        receipt(decimals=7)
    with pytest.raises(ValueError, match="last four digits of a card, not 16"):
        Payment("card", 947, "4111111111111111")
    with pytest.raises(ValueError, match="not a locale"):
        lines_of(receipt(), locale="klingon")


def test_columns() -> None:
    assert wrapped("", 10) == [""]
    assert both_ends("ab", "1.00", 10) == ["ab    1.00"]
    assert both_ends("a long name", "123456.00", 10) == ["a long", "name", " 123456.00"]
    assert table([("a", "1", "2"), ("bb", "33", "4")], 12) == ["a      1   2", "bb    33   4"]
    assert table([("a", "123456789", "2")], 12) is None


WORDS = st.text(max_size=60)


@settings(max_examples=150, deadline=None)
@given(
    names=st.lists(st.tuples(WORDS, st.integers(-3, 120), st.integers(-999_999_99, 999_999_99)), max_size=5),
    profile=st.sampled_from([p.name for p in GENERAL]),
    locale=st.sampled_from(["en", "de", "en_GB", "fr", "ja", "ar"]),
    copy=st.integers(0, 12),
)
def test_no_line_is_wider_than_the_roll_and_every_amount_is_on_it(
    names: list[tuple[str, int, int]], profile: str, locale: str, copy: int
) -> None:
    lines = tuple(PrintableLine(name, n, amount, n * amount, 700) for name, n, amount in names)
    gross = sum(line.amount for line in lines)
    what = receipt(
        lines=lines, taxes=(PrintableTax(700, gross, 0, gross),), total=gross, payments=(), copy=copy
    )
    kind = profile_of(profile)
    blocks = lay_out(what, Paper.of(kind), texts_for(locale), locale)
    for block in blocks:
        assert not isinstance(block, Text) or _width(block) <= kind.columns
    printed = "\n".join(block.text for block in blocks if isinstance(block, Text))
    paper = Paper.of(kind)
    amounts = Amounts(locale, "EUR", 2)
    for line in lines:
        assert paper.clean(amounts.number(line.amount)) in printed


def _width(block: Block) -> int:
    assert isinstance(block, Text)
    return len(block.text) * (2 if block.wide else 1)
