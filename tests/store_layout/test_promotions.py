"""``promotions.csv``: read where it is there, and every mistake found in its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

from store_layout.model import Promotion
from store_layout.problems import format_problems
from store_layout.reader import check_store, read_store
from store_layout.writer import write_store
from tests.support.stores import small_store

SKU = "2000000000015"
HEADER = "id,name,kind,sku,category,take,pay,basis_points,amount,minimum,starts,ends"
GOOD = f"P1,3 for 2,n_for_m,{SKU},,3,2,,,,2026-11-01,2026-11-30"
BASKET = "P2,A euro off,fixed,,,,,,1.00,20.00,,"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    write_store(small_store(), tmp_path / "store")
    return tmp_path / "store"


def test_promotions_are_read(folder: Path) -> None:
    assert read_store(folder).promotions == ()
    (folder / "promotions.csv").write_text(f"{HEADER}\n{GOOD}\n{BASKET}\n", encoding="utf-8")
    check = check_store(folder)
    assert check.problems == ()
    assert check.layout is not None
    assert check.layout.promotions == (
        Promotion(
            id="P1",
            name="3 for 2",
            kind="n_for_m",
            sku=SKU,
            take=3,
            pay=2,
            starts=date(2026, 11, 1),
            ends=date(2026, 11, 30),
        ),
        Promotion(id="P2", name="A euro off", kind="fixed", amount=100, minimum=2000),
    )


def test_writing_without_promotions_takes_old_ones_away(folder: Path) -> None:
    (folder / "promotions.csv").write_text(f"{HEADER}\n{GOOD}\n", encoding="utf-8")
    layout = read_store(folder)
    write_store(msgspec.structs.replace(layout, promotions=()), folder)
    assert read_store(folder).promotions == ()


@pytest.mark.parametrize(
    ("row", "where", "what"),
    [
        (GOOD.replace("n_for_m", "m_for_n"), "kind", "'m_for_n' is not known"),
        (GOOD.replace(SKU, "123"), "sku", "no product '123'"),
        (GOOD.replace(f"{SKU},", f"{SKU},drinks"), "category", "a product and for a category"),
        (GOOD.replace(f"{SKU},", ",tools"), "category", "no product is of category"),
        (GOOD.replace(",3,2,", ",2,3,"), "pay", "2 for the price of 3"),
        (GOOD.replace(",3,2,", ",3,,"), "pay", "needs it"),
        (GOOD.replace(",3,2,", ",3,2,100"), "basis_points", "has none"),
        (GOOD.replace(SKU, ""), "kind", "whole basket"),
        (GOOD.replace("2026-11-30", "30.11.2026"), "ends", "not a day"),
        (GOOD.replace("2026-11-30", "2026-10-30"), "ends", "before it starts"),
        (GOOD.replace(",,,,2026", ",,,5,2026"), "minimum", "only a basket"),
        (BASKET.replace("1.00", "1.005"), "amount", "more decimals"),
        (BASKET.replace("1.00", "0"), "amount", "takes nothing off"),
        (BASKET.replace("20.00", "-1"), "minimum", "negative"),
        (f"{BASKET}\n{BASKET}", "id", "row 1 already"),
        (BASKET.replace("P2,A euro off", '"P2","A\neuro"'), "name", "control characters"),
        ("P3,Half,percent,,,,,20000,,,,", "basis_points", "20000 basis points"),
    ],
)
def test_a_mistake_is_found_in_its_column(folder: Path, row: str, where: str, what: str) -> None:
    (folder / "promotions.csv").write_text(f"{HEADER}\n{row}\n", encoding="utf-8")
    problems = check_store(folder).problems
    found = [p for p in problems if p.file == "promotions.csv" and where in p.where and what in p.what]
    assert len(found) == 1, format_problems(problems)
    assert found[0].remedy


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [("deposit", "-0.25", "negative"), ("deposit_tax_basis_points", "19000", "on the deposit")],
)
def test_a_wrong_deposit_is_found(folder: Path, column: str, value: str, what: str) -> None:
    path = folder / "catalog.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    cells = dict(zip(lines[0].split(","), lines[1].split(","), strict=True)) | {column: value}
    path.write_text("\n".join([lines[0], ",".join(cells.values()), *lines[2:]]), encoding="utf-8")
    (problem,) = check_store(folder).problems
    assert column in problem.where
    assert what in problem.what
