"""Promotions: each says what it is for, what it takes off, and from when to when."""

from __future__ import annotations

from collections.abc import Iterator

from store_layout.checks.names import NOT_A_LINE, is_plain_line
from store_layout.checks.products import DEAREST
from store_layout.findings import CATALOG, PROMOTIONS, Draft, Finding
from store_layout.model import Promotion
from store_layout.said import said

NEEDS = {"n_for_m": ("take", "pay"), "percent": ("basis_points",), "fixed": ("amount",)}
"""The columns that each kind is told by; the others stay empty."""


def check_promotions(draft: Draft) -> Iterator[Finding]:
    """All promotions."""
    first: dict[str, int] = {}
    categories = {product.category for product in draft.catalog.values()}
    for row, promotion in draft.promotions.items():
        if promotion.id in first:
            what = said(
                "{id} stands in row {first} already", id=repr(promotion.id), first=first[promotion.id] + 1
            )
            yield Finding(PROMOTIONS, (row, "id"), what, said("Give each promotion its own id"))
        first.setdefault(promotion.id, row)
        yield from _text(row, promotion)
        yield from _goods(row, promotion, draft, categories)
        yield from _terms(row, promotion)
        if promotion.starts and promotion.ends and promotion.ends < promotion.starts:
            what = said("it ends on {ends}, before it starts", ends=promotion.ends)
            yield Finding(PROMOTIONS, (row, "ends"), what, said("Write the last day on which it holds"))


def _text(row: int, promotion: Promotion) -> Iterator[Finding]:
    for column in ("id", "name", "sku", "category"):
        text = getattr(promotion, column)
        if text is not None and not is_plain_line(text):
            yield Finding(PROMOTIONS, (row, column), *NOT_A_LINE)


def _goods(row: int, promotion: Promotion, draft: Draft, categories: set[str]) -> Iterator[Finding]:
    """What it is for is there."""
    if promotion.sku is not None and promotion.category is not None:
        what = said("it is for a product and for a category")
        yield Finding(PROMOTIONS, (row, "category"), what, said("Leave one of the two empty"))
    if draft.catalog_read and promotion.sku is not None and promotion.sku not in draft.known("catalog"):
        what, remedy = (
            said("there is no product {sku}", sku=repr(promotion.sku)),
            said("Correct it, or add a row to {catalog}", catalog=CATALOG),
        )
        yield Finding(PROMOTIONS, (row, "sku"), what, remedy)
    if draft.catalog_read and promotion.category is not None and promotion.category not in categories:
        what = said("no product is of category {category}", category=repr(promotion.category))
        yield Finding(
            PROMOTIONS, (row, "category"), what, said("Write it as in {catalog}", catalog=CATALOG), "warning"
        )
    basket = promotion.sku is None and promotion.category is None
    if basket and promotion.kind == "n_for_m":
        what = said("it is for the whole basket, and counts units")
        yield Finding(PROMOTIONS, (row, "kind"), what, said("Name a sku or a category"))
    if not basket and promotion.minimum:
        what = said("only a basket can have a minimum")
        yield Finding(PROMOTIONS, (row, "minimum"), what, said("Leave it empty, or the sku and the category"))
    if not 0 <= promotion.minimum <= DEAREST:
        what = said("the minimum is negative or beyond reason")
        yield Finding(PROMOTIONS, (row, "minimum"), what, said("Write an amount, or leave it empty"))


def _terms(row: int, promotion: Promotion) -> Iterator[Finding]:
    """The numbers fit the kind."""
    needed = NEEDS[promotion.kind]
    for column in ("take", "pay", "basis_points", "amount"):
        value = getattr(promotion, column)
        if column in needed and value is None:
            what = said("a promotion of kind {kind} needs it", kind=promotion.kind)
            yield Finding(PROMOTIONS, (row, column), what, said("Fill it in"))
        elif column not in needed and value is not None:
            what = said("a promotion of kind {kind} has none", kind=promotion.kind)
            yield Finding(PROMOTIONS, (row, column), what, said("Leave it empty"))
    take, pay = promotion.take, promotion.pay
    if take is not None and pay is not None and not 0 <= pay < take:
        what = said("{take} for the price of {pay}", take=take, pay=pay)
        yield Finding(PROMOTIONS, (row, "pay"), what, said("Write fewer than are taken, and 0 or more"))
    if promotion.basis_points is not None and not 0 < promotion.basis_points <= 10_000:
        what = said("{basis_points} basis points off", basis_points=promotion.basis_points)
        yield Finding(PROMOTIONS, (row, "basis_points"), what, said("Write 1 to 10000; 10 % is 1000"))
    if promotion.amount is not None and not 0 < promotion.amount <= DEAREST:
        yield Finding(
            PROMOTIONS,
            (row, "amount"),
            said("it takes nothing off"),
            said("Write an amount above 0 within reason"),
        )
