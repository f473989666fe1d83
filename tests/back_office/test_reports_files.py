"""Reports as tables and for spreadsheets: nothing in them is taken for a formula."""

from __future__ import annotations

import csv
import io
import math
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console import language
from console.back_office import Ledger
from console.back_office.reports.csv_file import csv_bytes, safe
from console.back_office.reports.day_sheets import day_sheet, period_sheet
from console.back_office.reports.periods import day_report, period_report
from console.back_office.reports.sheets import Column, Kind, Sheet, Table, Value, cell_text, seconds_words
from tests.back_office.test_reports import BERLIN, MON, TUE, berlin, sell, two_days

PLAIN = Sheet(
    title="Report",
    facts=(("Store", "Corner"),),
    tables=(Table("t", "T", (Column("What"), Column("Amount", "money")), (("a", -149), ("b", 12345))),),
    currency="EUR",
)


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_table_for_spreadsheets() -> None:
    assert csv_bytes(PLAIN).startswith(b"\xef\xbb\xbf")
    assert rows_of(csv_bytes(PLAIN)) == [
        ["Report"],
        ["Store", "Corner"],
        [],
        ["T"],
        ["What", "Amount (EUR)"],
        ["a", "-1.49"],
        ["b", "123.45"],
    ]


@given(st.text(), st.sampled_from(["=", "+", "-", "@", "\t", "\r", " =", "＝"]))
def test_no_text_is_taken_for_a_formula(text: str, sign: str) -> None:
    evil = sign + text
    table = msgspec.structs.replace(PLAIN.tables[0], rows=((evil, -149),), title=evil)
    sheet = msgspec.structs.replace(PLAIN, title=evil, facts=((evil, evil),), tables=(table,))
    rows = rows_of(csv_bytes(sheet).replace(b"\x00", b""))
    cells = [cell for row in rows for cell in row if cell and cell != "-1.49"]
    assert not [cell for cell in cells if cell.lstrip(" ")[:1] in {"=", "+", "-", "@", "\t", "\r", "＝"}]
    assert safe("Cola") == "Cola"


@pytest.mark.parametrize(("currency", "written"), [("JPY", "-149"), ("KWD", "-0.149"), ("EUR", "-1.49")])
def test_amounts_have_the_currencys_decimals(currency: str, written: str) -> None:
    assert rows_of(csv_bytes(msgspec.structs.replace(PLAIN, currency=currency)))[5] == ["a", written]


def test_the_tables_of_a_day_are_its_figures(ledger: Ledger) -> None:
    two_days(ledger)
    sheet = day_sheet(day_report(ledger, MON, BERLIN), BERLIN, "Corner", "EUR")
    documents = sheet.table("documents")
    assert documents.rows[0] == ("Receipts", 2, "R-000001", "R-000002", 527, 88, 615)
    assert documents.rows[2] == ("Refunds", 1, "C-000001", "C-000001", -125, -24, -149)
    assert documents.total == ("Together", 3, "", "", 402, 64, 466)
    assert [row[0] for row in sheet.table("hours").rows] == ["23:00", "00:00", "03:00"], "as they come"
    assert sheet.table("payments").rows == (
        ("Unpaid: the card refused", 1, 198),
        ("Charged", 1, 417),
        ("To be given back", 1, -149),
    )
    with pytest.raises(KeyError):
        sheet.table("weather")


def test_a_product_named_like_a_formula(ledger: Ledger) -> None:
    sell(ledger, "v1", (("gum", 1),), berlin(23, 10))
    report = period_report(ledger, MON, TUE, BERLIN)
    evil = msgspec.structs.replace(report.figures.products[0], name='=HYPERLINK("http://x";"Gum")')
    figures = msgspec.structs.replace(report.figures, products=(evil,))
    sheet = period_sheet(msgspec.structs.replace(report, figures=figures), BERLIN, "Corner", "EUR")
    assert ['\'=HYPERLINK("http://x";"Gum")', "gum", "1", "0.99", "0", "0.00"] in rows_of(csv_bytes(sheet))


@pytest.mark.parametrize(
    ("value", "kind", "english", "german"),
    [
        (-123456, "money", "-1,234.56", "-1.234,56"),
        (1900, "rate", "19%", "19\N{NO-BREAK SPACE}%"),
        (550, "rate", "5.5%", "5,5\N{NO-BREAK SPACE}%"),
        (0.385, "share", "38.5%", "38,5\N{NO-BREAK SPACE}%"),
        (1234, "count", "1,234", "1.234"),
        (12.34, "number", "12.3", "12,3"),
        (None, "money", "–", "–"),
        (date(2026, 11, 23), "day", "Mon, 23 Nov 2026", "Mo., 23. Nov. 2026"),
    ],
)
def test_cells_in_the_chosen_language(value: Value, kind: Kind, english: str, german: str) -> None:
    assert cell_text(value, kind, "EUR") == english
    language.choose("de")
    try:
        assert cell_text(value, kind, "EUR") == german
    finally:
        language.choose("en")


def test_times_in_words() -> None:
    said = [seconds_words(s) for s in (1.52, 59.9, 125, 3720, math.inf)]
    assert said == ["1.5 s", "59.9 s", "2:05 min", "1:02 h", "over a day"]
