"""A table of bad imports: each mistake is found where it is, with what to do, and gives no store."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from store_layout.csv_import import check_import
from store_layout.differences import differences
from store_layout.findings import CATALOG, PLANOGRAM
from store_layout.product_rows import catalog_text, planogram_text
from tests.support.stores import small_store

STORE = small_store()
GOOD = catalog_text(STORE.catalog, "EUR")
PLACES = planogram_text(STORE.planogram)
FIRST = GOOD.splitlines()[1]
HEAD = "sku,name,price,weight_g\n"
SOUP = "2000000000060"


class Bad(NamedTuple):
    name: str
    catalog: bytes | None
    planogram: bytes | None
    where: str
    what: str
    remedy: str


def changed(old: str, new: str) -> bytes:
    assert old in GOOD
    return GOOD.replace(old, new, 1).encode()


def placed(old: str, new: str) -> bytes:
    assert old in PLACES
    return PLACES.replace(old, new, 1).encode()


# fmt: off
BAD = [
    Bad("empty", b"", None, "", "the file is empty", "Write the column names"),
    Bad("only a header", HEAD.encode(), None, "line 2, column sku", "there is no product", "add a row"),
    Bad("no price", changed("name,price", "name,prize"), None, "line 1, column price",
        "the column price is missing", "Add it to the header"),
    Bad("an empty cell", changed("lemon 0.5 l,1.49", "lemon 0.5 l,"), None, "line 2, column price",
        "the cell is empty", "Fill it in"),
    Bad("no number", changed("1.49", "cheap"), None, "line 2, column price", "'cheap' is not a number",
        "Write digits only"),
    Bad("with a unit", changed("1.49", "1.49 EUR"), None, "line 2, column price", "is not a number",
        "no unit"),
    Bad("negative", changed("1.49", "-1.49"), None, "line 2, column price", "the price is negative",
        "price of one unit"),
    Bad("beyond reason", changed("1.49", "99999999999999"), None, "line 2, column price", "beyond reason",
        "price of one unit"),
    Bad("parts of a cent", changed("1.49", "1.495"), None, "line 2, column price", "more decimals than EUR",
        "Round the price"),
    Bad("either thousands or decimals", changed("1.49", '"1,490"'), None, "line 2, column price",
        "may mean 1490 or 1.490", "Write digits only"),
    Bad("no weight", changed("530.0", "0"), None, "line 2, column weight_g", "a weight of 0.0 g", "in grams"),
    Bad("nan", changed("530.0", "nan"), None, "line 2, column weight_g", "'nan' is not a number",
        "Write digits"),
    Bad("tax", changed("2.0,1900", "2.0,190000"), None, "line 2, column tax_basis_points",
        "190000 basis points", "19 % is 1900"),
    Bad("twice", (GOOD + FIRST + "\n").encode(), None, "line 10, column sku", "stands in row 1 already",
        "Keep one row"),
    Bad("shortened", changed("2000000000015", "2.00000E+12"), None, "line 2, column sku",
        "a spreadsheet has shortened", "Format the column as text"),
    Bad("quotation mark", changed("Lemonade lemon", '"Lemonade lemon'), None, "", "cannot be read",
        "quotation mark"),
    Bad("a cell too many", changed("1900,,,,0.00,", "1900,,,,0.00,,x"), None, "line 2", "cells in a row",
        "in quotation marks"),
    Bad("control characters", changed("Lemonade lemon", "Lemonade\x07 lemon"), None, "line 2, column name",
        "control characters", "one plain line"),
    Bad("no encoding", b"\xff\xfe" + GOOD.encode("utf-16-le") + b"\x00", None, "",
        "no encoding that is known", "UTF-8"),
    Bad("undefined bytes", GOOD.encode().replace(b"lemon", b"lem\x81n"), None, "",
        "no encoding that is known", "UTF-8"),
    Bad("still on a shelf", "\n".join(x for x in GOOD.splitlines() if SOUP not in x).encode(), None,
        "line 7, column sku", f"there is no product '{SOUP}'", "add a row to catalog.csv"),
    Bad("unknown product", None, placed(SOUP, "4711"), "column sku", "there is no product '4711'",
        "Correct it"),
    Bad("lost zeros", GOOD.replace(SOUP, "0060").encode(), PLACES.replace(SOUP, "60").encode(), "column sku",
        "there is no product '60'", "Mind the leading zeros"),
    Bad("unknown slot", None, placed("A0,", "Z9,"), "line 2, column slot", "there is no slot 'Z9'",
        "Correct it, or add a [[slot]]"),
    Bad("twice in a slot", None, (PLACES + PLACES.splitlines()[1] + "\n").encode(), "line 12",
        "this product and slot stand in row 1 already", "sum of the facings"),
    Bad("no facings", None, placed(",3,12,9", ",0,12,9"), "line 2, column facings", "0 facings", "1 or more"),
    Bad("negative stock", None, placed(",3,12,9", ",3,12,-9"), "line 2, column stock", "-9 stock",
        "0 or more"),
]
# fmt: on


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
@pytest.mark.parametrize("partial", [False, True])
def test_each_mistake_is_found_where_it_is(bad: Bad, partial: bool) -> None:
    found = check_import(STORE, bad.catalog, bad.planogram, partial=partial)
    if partial and bad.name in {"only a header", "still on a shelf"}:
        return  # then the rows that are not in the file stay; see below
    assert found.layout is None
    problems = [p for p in found.problems if p.severity == "error"]
    file = (
        {CATALOG, PLANOGRAM}
        if bad.name in {"still on a shelf", "only a header"}
        else {CATALOG if bad.catalog is not None and bad.name != "lost zeros" else PLANOGRAM}
    )
    assert any(
        p.file in file and bad.where in p.where and bad.what in p.what and bad.remedy in p.remedy
        for p in problems
    ), found.problems


def test_a_partial_table_changes_only_what_it_names() -> None:
    rows = (
        "sku;name;price;weight_g;tax_basis_points",
        f"{SOUP};Soup tin;2,49;465;700",
        "4711;Tea;1,99;80;700",
    )
    found = check_import(STORE, "\n".join(rows).encode(), b"slot,sku\nA0,4711\n", partial=True)
    assert found.layout is not None
    assert len(found.layout.catalog) == len(STORE.catalog) + 1
    assert [(d.kind, d.sku, d.before, d.after) for d in differences(STORE, found.layout)] == [
        ("price", SOUP, "2.29 EUR", "2.49 EUR"),
        ("weight", SOUP, "2.5 g", "1 g"),
        ("added", "4711", "", "1.99 EUR"),
        ("slot", "4711", "", "A0"),
    ]
    assert check_import(STORE, HEAD.encode(), None, partial=True).layout == STORE


def test_a_whole_table_takes_out_what_it_does_not_name_and_a_move_is_one_line() -> None:
    wine = "2000000000084"
    catalog = "\n".join(line for line in GOOD.splitlines() if wine not in line).encode()
    places = "\n".join(line for line in PLACES.splitlines() if wine not in line)
    places = places.replace(f"B0,{SOUP}", f"B1,{SOUP}") if f"B0,{SOUP}" in places else places
    slot = next(f.slot for f in STORE.planogram if f.sku == SOUP)
    free = next(f.slot for f in STORE.planogram if f.sku == wine)
    found = check_import(STORE, catalog, places.replace(f"{slot},{SOUP}", f"{free},{SOUP}").encode())
    assert found.layout is not None
    assert [str(d) for d in differences(STORE, found.layout)] == [
        f"{wine} Red wine 0.75 l: is not sold any more",
        f"{SOUP} Soup tin: moves from slot {slot} -> {free}",
        f"{wine} Red wine 0.75 l: leaves slot {free}",
    ]


def test_the_same_again_changes_nothing_in_any_form_that_spreadsheets_write() -> None:
    semicolons = "\n".join(
        ";".join(cell.replace(".", ",") if n > 1 else cell for n, cell in enumerate(line.split(",")))
        for line in GOOD.splitlines()
    )
    for content in (
        GOOD.encode(),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.encode("utf-16"),
        semicolons.encode(),
    ):
        found = check_import(STORE, content, PLACES.encode())
        assert found.layout is not None, found.problems
        assert differences(STORE, found.layout) == ()
    umlaut = GOOD.replace("Soup tin", "Süße Suppe").encode("cp1252")
    found = check_import(STORE, umlaut, None)
    assert found.layout is not None
    assert "Windows-1252" in found.problems[0].what
