"""A report on A4: every line within the page, nothing cut, columns under their headings."""

from __future__ import annotations

import re

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from console.back_office.reports.sheets import Column, Sheet, Table
from console.printing.report_layout import paginated, report_lines
from console.printing.report_pdf import LINES, WIDTH, report_pdf
from tests.printing.test_pdf import page_sizes

LONG = "A product with a very long name that was not made for a narrow column at all"
SHEET = Sheet(
    title="Day report",
    facts=(("Store", "Corner"), ("State", "Not closed")),
    tables=(
        Table(
            name="products",
            title="By product",
            columns=(Column("Number"), Column("Product"), Column("Gross", "money")),
            rows=tuple((f"{n:013d}", LONG if n % 2 else "Cola", 149 * n) for n in range(1, 121)),
            total=("Together", "", 149 * 7260),
            note="As on the receipts.",
        ),
        Table(name="none", title="Nothing", columns=(Column("What"),), rows=()),
    ),
    currency="EUR",
)


@pytest.mark.parametrize("width", [60, 80, WIDTH])
def test_lines_fit_and_numbers_stand_under_each_other(width: int) -> None:
    lines = [line for piece in report_lines(SHEET, width) for line in piece]
    assert max(len(line.text) for line in lines) <= width
    amounts = [len(line.text) for line in lines if re.search(r"\d\.\d\d$", line.text)]
    assert (len(amounts), len(set(amounts))) == (121, 1)
    whole = " ".join(line.text for line in lines)
    assert "Gross EUR" in re.sub(r"\s+", " ", whole)
    assert "Nothing" not in whole.split()
    assert lines[-1].bold
    assert lines[-1].text.endswith("10,817.40")


def test_pages_are_full_and_numbered() -> None:
    pages = paginated(report_lines(SHEET, WIDTH), 40, "Corner")
    assert len(pages) == 4
    assert [sum(2 if line.tall else 1 for line in page) for page in pages] == [40] * 4
    assert pages[0][-1].text == "Corner   Page 1 of 4"
    shown = [line.text for page in pages for line in page[:-1] if line.text]
    assert shown == [line.text for piece in report_lines(SHEET, WIDTH) for line in piece if line.text]


def test_a_title_stays_with_its_first_row() -> None:
    for lines in range(12, 40):
        for page in paginated(report_lines(SHEET, WIDTH), lines, ""):
            texts = [line.text for line in page]
            if "By product" in texts:
                assert any("0000000000001" in text for text in texts)


def test_the_file_has_a4_pages_with_letters(qtbot: QtBot) -> None:
    file = report_pdf(SHEET)
    sizes = page_sizes(file)
    assert len(sizes) == len(paginated(report_lines(SHEET, WIDTH), LINES, ""))
    assert sizes[0][0] == pytest.approx(210, abs=0.5)
    assert sizes[0][1] == pytest.approx(297, abs=0.5)
    assert b"/FontFile2" in file
    empty = msgspec.structs.replace(SHEET, tables=())
    assert len(page_sizes(report_pdf(empty))) == 1
