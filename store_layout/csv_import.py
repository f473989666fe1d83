"""New tables for a store that is there: read, checked against the rest of the store, and not yet written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from store_layout.changes import Rows, place_of, with_rows
from store_layout.checks import check_all
from store_layout.currency import to_major
from store_layout.findings import CATALOG, LEARNED, PLANOGRAM, TOML, Finding, Locator, draft_of
from store_layout.model import Facing, Product, StoreLayout
from store_layout.problems import Problem, errors_among
from store_layout.product_rows import lines_of_rows, read_facings, read_products
from store_layout.said import said

LEAP = 5
"""A price that is so many times the old one, or so small a part of it, is looked at again."""
KEPT = 10_000_000
"""Rows that stay as they are count from here: no file has so many."""


@dataclass(frozen=True, slots=True)
class ImportCheck:
    """What reading the tables gave."""

    layout: StoreLayout | None
    """The store as it would be; None where there are errors."""
    problems: tuple[Problem, ...]
    """Errors and warnings of the tables, and of what the store would be with them."""


def check_import(
    layout: StoreLayout, catalog: bytes | None, planogram: bytes | None, *, partial: bool = False
) -> ImportCheck:
    """Read tables that replace those of ``layout``; None: that one stays.

    ``partial``: rows that are not in them stay too. Never raises for what is in the files.
    """
    findings: list[Finding] = []
    lines: dict[str, dict[int, int]] = {}
    draft = draft_of(layout)
    products: dict[int, Product] = dict(draft.catalog)
    facings: dict[int, Facing] = dict(draft.planogram)
    skus: dict[int, str] = dict(draft.ids["catalog"])
    if catalog is not None:
        read, skus, found = read_products(catalog, layout.file.store.currency)
        findings += found
        lines[CATALOG] = lines_of_rows(catalog, CATALOG)
        named = frozenset(skus.values())
        stay = [p for p in layout.catalog if p.sku not in named] if partial else []
        products = {**read, **{KEPT + n: product for n, product in enumerate(stay)}}
        skus = {**skus, **{KEPT + n: product.sku for n, product in enumerate(stay)}}
    if planogram is not None:
        given, found = read_facings(planogram)
        findings += found
        lines[PLANOGRAM] = lines_of_rows(planogram, PLANOGRAM)
        places = {place_of(facing) for facing in given.values()}
        left = [f for f in layout.planogram if place_of(f) not in places] if partial else []
        facings = {**given, **{KEPT + n: facing for n, facing in enumerate(left)}}
    draft = replace(draft, catalog=products, planogram=facings, ids={**draft.ids, "catalog": skus})
    findings += [finding for finding in check_all(draft) if _is_of_tables(finding)]
    findings += _leaps(layout, products)
    locator = Locator(draft.ids, csv_lines=lines)
    problems = tuple(locator.problem(finding) for finding in findings)
    if errors_among(problems):
        return ImportCheck(None, problems)
    if partial:
        rows = Rows(
            products=tuple(products[n] for n in products if n < KEPT and catalog is not None),
            facings=tuple(facings[n] for n in facings if n < KEPT and planogram is not None),
        )
        return ImportCheck(with_rows(layout, rows), problems)
    made = StoreLayout(
        file=layout.file,
        catalog=tuple(products.values()),
        planogram=tuple(facings.values()),
        promotions=layout.promotions,
        learned=layout.learned,
    )
    return ImportCheck(made, problems)


def _leaps(before: StoreLayout, products: Mapping[int, Product]) -> Iterator[Finding]:
    """Prices that are many times what they were: a decimal mark has been lost on the way, or was misread."""
    for row, product in products.items():
        old = before.products.get(product.sku)
        if row >= KEPT or old is None or not (old.price and product.price):
            continue
        if max(old.price, product.price) >= LEAP * min(old.price, product.price):
            was, now = (
                f"{to_major(price, before.file.store.currency):f}" for price in (old.price, product.price)
            )
            what = said("the price was {was} and is {now} now", was=was, now=now)
            yield Finding(
                CATALOG, (row, "price"), what, said("Look whether the decimal mark is right"), "warning"
            )


def _is_of_tables(finding: Finding) -> bool:
    """Not of what was there before and stays: that is not the import's to complain about."""
    row = finding.place[0] if finding.place else -1
    return finding.file not in {TOML, LEARNED} and not (isinstance(row, int) and row >= KEPT)
