"""Catalogue and planogram: what is sold, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator

from store_layout.checks.names import NOT_A_LINE, is_plain_line
from store_layout.csv_tables import is_shortened
from store_layout.findings import CATALOG, PLANOGRAM, Draft, Finding
from store_layout.model import Facing, Product
from store_layout.said import said

GTIN_LENGTHS = (8, 12, 13, 14)
DEAREST = 10**12
"""Minor units; nothing in a shop costs more, and sums stay within 64 bits."""


def check_products(draft: Draft) -> Iterator[Finding]:
    """Both files."""
    yield from _unique_skus(draft)
    for row, product in draft.catalog.items():
        yield from _product(row, product)
    yield from _planogram(draft)


def gtin_check_digit(digits: str) -> int:
    """Check digit for a GTIN without one (GS1 General Specifications 7.9: weights 3 and 1 from the right)."""
    return -sum(int(digit) * (3 - 2 * (n % 2)) for n, digit in enumerate(reversed(digits))) % 10


def _unique_skus(draft: Draft) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for row, sku in draft.ids.get("catalog", {}).items():
        if sku in first and sku:
            what = said("{sku} stands in row {first} already", sku=repr(sku), first=first[sku] + 1)
            yield Finding(
                CATALOG,
                (row, "sku"),
                what,
                said("Keep one row for each product (rows count from the header)"),
            )
        first.setdefault(sku, row)


def _product(row: int, product: Product) -> Iterator[Finding]:
    for column, text in (
        ("sku", product.sku),
        ("name", product.name),
        ("category", product.category or "-"),
        ("picture", "-" if product.picture is None else product.picture),
    ):
        if not is_plain_line(text):
            yield Finding(CATALOG, (row, column), *NOT_A_LINE)
    if is_shortened(product.sku):
        what, remedy = (
            said("{sku} looks like a shortened number", sku=repr(product.sku)),
            said("Choose a sku of another form"),
        )
        yield Finding(CATALOG, (row, "sku"), what, remedy)
    yield from _gtin(row, product.sku)
    if not 0 <= product.price <= DEAREST:
        what = said("the price is negative") if product.price < 0 else said("the price is beyond reason")
        yield Finding(CATALOG, (row, "price"), what, said("Write the price of one unit"))
    # The comparisons are written so that NaN fails them.
    if not 0 < product.weight_g < 1e6:
        what, remedy = (
            said("a weight of {weight_g} g", weight_g=product.weight_g),
            said("Write what one unit weighs with its package, in grams"),
        )
        yield Finding(CATALOG, (row, "weight_g"), what, remedy)
    if not 0 <= product.weight_sd_g < 1e6:
        what, remedy = (
            said("a spread of {weight_sd_g} g", weight_sd_g=product.weight_sd_g),
            said("Write 0 or more grams"),
        )
        yield Finding(CATALOG, (row, "weight_sd_g"), what, remedy)
    if not 0 <= product.tax_basis_points <= 10_000:
        what, remedy = (
            said("a tax of {tax_basis_points} basis points", tax_basis_points=product.tax_basis_points),
            said("Write 0 to 10000; 19 % is 1900"),
        )
        yield Finding(CATALOG, (row, "tax_basis_points"), what, remedy)
    elif 0 < product.tax_basis_points < 50:
        what = said(
            "{points} basis points are {percent} % tax",
            points=product.tax_basis_points,
            percent=f"{product.tax_basis_points / 100:.2f}",
        )
        yield Finding(CATALOG, (row, "tax_basis_points"), what, said("19 % is written 1900"), "warning")
    yield from _deposit(row, product)
    if product.age_limit is not None and not 0 <= product.age_limit <= 120:
        yield Finding(
            CATALOG,
            (row, "age_limit"),
            said("an age of {age_limit}", age_limit=product.age_limit),
            said("Write years, or leave empty"),
        )


def _deposit(row: int, product: Product) -> Iterator[Finding]:
    if not 0 <= product.deposit <= DEAREST:
        what = (
            said("the deposit is negative") if product.deposit < 0 else said("the deposit is beyond reason")
        )
        yield Finding(CATALOG, (row, "deposit"), what, said("Write what is given back for one unit, or 0"))
    tax = product.deposit_tax_basis_points
    if tax is not None and not 0 <= tax <= 10_000:
        what = said("a tax of {tax} basis points on the deposit", tax=tax)
        yield Finding(
            CATALOG, (row, "deposit_tax_basis_points"), what, said("Write 0 to 10000, or leave it empty")
        )


def _gtin(row: int, sku: str) -> Iterator[Finding]:
    if not (sku.isascii() and sku.isdigit() and len(sku) in GTIN_LENGTHS):
        return
    right = gtin_check_digit(sku[:-1])
    if int(sku[-1]) != right:
        what = said("{sku} has the wrong check digit for a GTIN (it would be {right})", sku=sku, right=right)
        yield Finding(CATALOG, (row, "sku"), what, said("Compare it with the package"), "warning")


def _planogram(draft: Draft) -> Iterator[Finding]:
    first: dict[tuple[str, str], int] = {}
    slots, skus = draft.known("slot"), draft.known("catalog")
    bare = {sku.lstrip("0") for sku in skus}
    for row, facing in draft.planogram.items():
        if draft.toml_read and facing.slot not in slots:
            what, remedy = (
                said("there is no slot {slot}", slot=repr(facing.slot)),
                said("Correct it, or add a [[slot]] to store.toml"),
            )
            yield Finding(PLANOGRAM, (row, "slot"), what, remedy)
        if draft.catalog_read and facing.sku not in skus:
            what, remedy = (
                said("there is no product {sku}", sku=repr(facing.sku)),
                said("Correct it, or add a row to {catalog}", catalog=CATALOG),
            )
            if facing.sku.lstrip("0") in bare:
                remedy = said("Mind the leading zeros: format the column as text")
            yield Finding(PLANOGRAM, (row, "sku"), what, remedy)
        pair = (facing.slot, facing.sku)
        if pair in first:
            what = said("this product and slot stand in row {first} already", first=first[pair] + 1)
            yield Finding(PLANOGRAM, (row,), what, said("Keep one row, with the sum of the facings"))
        first.setdefault(pair, row)
        yield from _counts(row, facing)


def _counts(row: int, facing: Facing) -> Iterator[Finding]:
    least = {"facings": (facing.facings, 1), "capacity": (facing.capacity, 1), "stock": (facing.stock, 0)}
    for column, (value, lowest) in least.items():
        if value is not None and value < lowest:
            yield Finding(
                PLANOGRAM,
                (row, column),
                said("{value} {column}", value=value, column=column),
                said("Write {lowest} or more", lowest=lowest),
            )
    if facing.stock is not None and facing.capacity is not None and facing.stock > facing.capacity > 0:
        what = said(
            "a stock of {stock}, but room for {capacity}", stock=facing.stock, capacity=facing.capacity
        )
        yield Finding(PLANOGRAM, (row, "stock"), what, said("Correct one of the two"), "warning")
