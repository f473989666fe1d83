"""Catalogue and planogram: what is sold, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator

from store_layout.checks.names import NOT_A_LINE, is_plain_line
from store_layout.csv_tables import is_shortened
from store_layout.findings import CATALOG, PLANOGRAM, Draft, Finding
from store_layout.model import Facing, Product

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
            what = f"{sku!r} stands in row {first[sku] + 1} already"
            yield Finding(
                CATALOG, (row, "sku"), what, "Keep one row for each product (rows count from the header)"
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
        what, remedy = f"{product.sku!r} looks like a shortened number", "Choose a sku of another form"
        yield Finding(CATALOG, (row, "sku"), what, remedy)
    yield from _gtin(row, product.sku)
    if not 0 <= product.price <= DEAREST:
        what = "the price is negative" if product.price < 0 else "the price is beyond reason"
        yield Finding(CATALOG, (row, "price"), what, "Write the price of one unit")
    # The comparisons are written so that NaN fails them.
    if not 0 < product.weight_g < 1e6:
        what, remedy = (
            f"a weight of {product.weight_g} g",
            "Write what one unit weighs with its package, in grams",
        )
        yield Finding(CATALOG, (row, "weight_g"), what, remedy)
    if not 0 <= product.weight_sd_g < 1e6:
        what, remedy = f"a spread of {product.weight_sd_g} g", "Write 0 or more grams"
        yield Finding(CATALOG, (row, "weight_sd_g"), what, remedy)
    if not 0 <= product.tax_basis_points <= 10_000:
        what, remedy = f"a tax of {product.tax_basis_points} basis points", "Write 0 to 10000; 19 % is 1900"
        yield Finding(CATALOG, (row, "tax_basis_points"), what, remedy)
    elif 0 < product.tax_basis_points < 50:
        what = f"{product.tax_basis_points} basis points are {product.tax_basis_points / 100:.2f} % tax"
        yield Finding(CATALOG, (row, "tax_basis_points"), what, "19 % is written 1900", "warning")
    yield from _deposit(row, product)
    if product.age_limit is not None and not 0 <= product.age_limit <= 120:
        yield Finding(
            CATALOG, (row, "age_limit"), f"an age of {product.age_limit}", "Write years, or leave empty"
        )


def _deposit(row: int, product: Product) -> Iterator[Finding]:
    if not 0 <= product.deposit <= DEAREST:
        what = "the deposit is negative" if product.deposit < 0 else "the deposit is beyond reason"
        yield Finding(CATALOG, (row, "deposit"), what, "Write what is given back for one unit, or 0")
    tax = product.deposit_tax_basis_points
    if tax is not None and not 0 <= tax <= 10_000:
        what = f"a tax of {tax} basis points on the deposit"
        yield Finding(CATALOG, (row, "deposit_tax_basis_points"), what, "Write 0 to 10000, or leave it empty")


def _gtin(row: int, sku: str) -> Iterator[Finding]:
    if not (sku.isascii() and sku.isdigit() and len(sku) in GTIN_LENGTHS):
        return
    right = gtin_check_digit(sku[:-1])
    if int(sku[-1]) != right:
        what = f"{sku} has the wrong check digit for a GTIN (it would be {right})"
        yield Finding(CATALOG, (row, "sku"), what, "Compare it with the package", "warning")


def _planogram(draft: Draft) -> Iterator[Finding]:
    first: dict[tuple[str, str], int] = {}
    slots, skus = draft.known("slot"), draft.known("catalog")
    bare = {sku.lstrip("0") for sku in skus}
    for row, facing in draft.planogram.items():
        if draft.toml_read and facing.slot not in slots:
            what, remedy = f"there is no slot {facing.slot!r}", "Correct it, or add a [[slot]] to store.toml"
            yield Finding(PLANOGRAM, (row, "slot"), what, remedy)
        if draft.catalog_read and facing.sku not in skus:
            what, remedy = f"there is no product {facing.sku!r}", f"Correct it, or add a row to {CATALOG}"
            if facing.sku.lstrip("0") in bare:
                remedy = "Mind the leading zeros: format the column as text"
            yield Finding(PLANOGRAM, (row, "sku"), what, remedy)
        pair = (facing.slot, facing.sku)
        if pair in first:
            what = f"this product and slot stand in row {first[pair] + 1} already"
            yield Finding(PLANOGRAM, (row,), what, "Keep one row, with the sum of the facings")
        first.setdefault(pair, row)
        yield from _counts(row, facing)


def _counts(row: int, facing: Facing) -> Iterator[Finding]:
    least = {"facings": (facing.facings, 1), "capacity": (facing.capacity, 1), "stock": (facing.stock, 0)}
    for column, (value, lowest) in least.items():
        if value is not None and value < lowest:
            yield Finding(PLANOGRAM, (row, column), f"{value} {column}", f"Write {lowest} or more")
    if facing.stock is not None and facing.capacity is not None and facing.stock > facing.capacity > 0:
        what = f"a stock of {facing.stock}, but room for {facing.capacity}"
        yield Finding(PLANOGRAM, (row, "stock"), what, "Correct one of the two", "warning")
