"""CSV as spreadsheets export it."""

from __future__ import annotations

import codecs
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store_layout.csv_tables import parse_number
from store_layout.model import Product
from store_layout.problems import StoreProblems
from store_layout.reader import check_store, read_store
from store_layout.writer import write_store
from tests.support.stores import small_store

PLAIN = 'sku,name,price,weight_g\n0012345678905,"Jäger, süß",1234.50,100.5\n'


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    layout = small_store()
    write_store(layout, tmp_path / "store")
    (tmp_path / "store" / "planogram.csv").write_text("slot,sku\n", encoding="utf-8")
    return tmp_path / "store"


def one(header: str, row: str) -> bytes:
    """One product, whose name is put for N."""
    return f"{header}\n{row.replace('N', 'Jäger, süß')}\n".encode()


VARIANTS = {
    "plain": PLAIN.encode(),
    "with a BOM": codecs.BOM_UTF8 + PLAIN.encode(),
    "CRLF": PLAIN.replace("\n", "\r\n").encode(),
    "no last line end": PLAIN.rstrip("\n").encode(),
    "UTF-16 with tabs": PLAIN.replace(", ", "#").replace(",", "\t").replace("#", ", ").encode("utf-16"),
    "semicolons": one("sku;name;price;weight_g", "0012345678905;N;1234.50;100.5"),
    "decimal commas": one("sku;name;price;weight_g", "0012345678905;N;1234,50;100,5"),
    "thousands points": one("sku;name;price;weight_g", "0012345678905;N;1.234,50;100,5"),
    "thousands commas": one("sku,name,price,weight_g", '0012345678905,"N","1,234.50",100.5'),
    "tabs and decimal commas": one("sku\tname\tprice\tweight_g", "0012345678905\tN\t1234,5\t100,5"),
    "quoted decimal commas": one("sku,name,price,weight_g", '0012345678905,"N","1234,50","100,5"'),
    "Excel's sep line": one("sep=;\r\nsku;name;price;weight_g", "0012345678905;N;1234,5;100,5"),
    "header in capitals, with blanks": one("SKU, Name ,PRICE,Weight G", '0012345678905,"N",1234.5,100.5'),
    "other order": one("weight_g,price,sku,name", '100.5,1234.5,0012345678905,"N"'),
    "blank rows and trailing cells": f"\n{PLAIN}\n,,,,,\n".encode(),
    "all quoted": one('"sku","name","price","weight_g"', '"0012345678905","N","1234.50","100.5"'),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_all_of_these_are_the_same_catalogue(folder: Path, variant: str) -> None:
    (folder / "catalog.csv").write_bytes(VARIANTS[variant])
    check = check_store(folder)
    assert check.problems == ()
    assert check.layout is not None
    expected = Product(sku="0012345678905", name="Jäger, süß", price=123450, weight_g=100.5)
    assert check.layout.catalog == (expected,)


def test_windows_1252_is_read_with_a_warning(folder: Path) -> None:
    (folder / "catalog.csv").write_bytes(PLAIN.encode("cp1252"))
    assert read_store(folder).catalog[0].name == "Jäger, süß"
    (problem,) = check_store(folder).problems
    assert (problem.file, problem.severity) == ("catalog.csv", "warning")
    assert "Windows-1252" in problem.what
    assert "UTF-8" in problem.remedy


def test_columns_of_others_are_ignored_with_a_warning(folder: Path) -> None:
    (folder / "catalog.csv").write_text(
        "sku,shelf life,name,price,weight_g,wieght_sd_g\nA1,12,Apple,0.5,150,3\n", encoding="utf-8"
    )
    assert read_store(folder).catalog[0].weight_sd_g == 1.0
    problems = check_store(folder).problems
    assert [p.where for p in problems] == ["line 1, column shelf life", "line 1, column wieght_sd_g"]
    assert all(p.severity == "warning" for p in problems)


def test_lines_are_counted_through_quoted_line_breaks(folder: Path) -> None:
    text = 'sku,name,price,weight_g\nA1,"two\nlines",0.5,150\n\nA2,Pear,0.5,x\n'
    (folder / "catalog.csv").write_text(text, encoding="utf-8")
    with pytest.raises(StoreProblems) as caught:
        read_store(folder)
    assert [p.where for p in caught.value.problems] == ["line 2, column name", "line 5, column weight_g"]


@pytest.mark.parametrize(
    ("text", "comma", "value"),
    [
        ("1.5", False, "1.5"),
        ("1,5", False, "1.5"),
        ("1,5", True, "1.5"),
        ("1,500", True, "1.500"),
        ("1.500", False, "1.500"),
        ("0.125", True, "0.125"),
        ("1,234,567", False, "1234567"),
        ("1.234.567,5", True, "1234567.5"),
        ("-3", False, "-3"),
        ("1.2e-3", False, "0.0012"),
        (".5", False, "0.5"),
    ],
)
def test_numbers(text: str, comma: bool, value: str) -> None:
    assert parse_number(text, decimal_comma=comma) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "comma", "why"),
    [
        ("1,500", False, "may mean"),
        ("1.500", True, "may mean"),
        ("12 g", False, "not a number"),
        ("€ 3", False, "not a number"),
        ("1,2,3", False, "not a number"),
        ("nan", False, "not a number"),
        ("inf", False, "not a number"),
        ("1e99", False, "too large"),
        ("", False, "not a number"),
        ("٣", False, "not a number"),
    ],
)
def test_what_is_no_number(text: str, comma: bool, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_number(text, decimal_comma=comma)


@settings(deadline=None)
@given(st.floats(1e-9, 1e12), st.booleans())
def test_every_float_survives(number: float, comma: bool) -> None:
    text = repr(number).replace(".", ",") if comma else repr(number)
    assert float(parse_number(text, decimal_comma=comma)) == number


@settings(deadline=None)
@given(content=st.binary(max_size=200) | st.text("\"',;\t\n\rabc0.e+-", max_size=80).map(str.encode))
def test_no_bytes_crash_the_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    for name in ("store.toml", "catalog.csv", "planogram.csv"):
        (folder / name).write_bytes(content)
    check = check_store(folder)
    assert check.layout is None
    assert all(problem.what and problem.remedy for problem in check.problems)
