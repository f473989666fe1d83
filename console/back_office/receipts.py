"""A receipt: what a visit costs, by the catalogue of the moment. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Literal

import msgspec

from console.back_office.money import tax_on, tax_within
from inference.messages.results import ClosedVisit
from store_layout.model import StoreLayout


class UnknownProductError(LookupError):
    """A visit holds something that the catalogue does not know: it cannot be priced."""


class ReceiptLine(msgspec.Struct, frozen=True):
    """So many of one product at one price. Minor units."""

    sku: str
    name: str
    quantity: int
    unit_price: int
    amount: int
    tax_basis_points: int


class TaxLine(msgspec.Struct, frozen=True):
    """All lines of one tax rate together; rounding happens here, once per rate."""

    basis_points: int
    net: int
    tax: int
    gross: int


class Receipt(msgspec.Struct, frozen=True):
    """The body of a document: nothing in it ever changes."""

    kind: Literal["receipt"]
    store: str
    visit: str
    code: str
    """The visit's code, by which the shopper finds the receipt."""
    issued_at: float
    """Store time, seconds since the epoch."""
    currency: str
    lines: tuple[ReceiptLine, ...]
    taxes: tuple[TaxLine, ...]
    total: int
    """What is paid, tax included."""


def price_visit(visit: ClosedVisit, layout: StoreLayout) -> Receipt:
    """Price a closed visit. Raises :class:`UnknownProductError` naming the sku."""
    store = layout.file.store
    lines = tuple(_line(line.sku, line.quantity, layout) for line in visit.lines)
    taxes = tax_table(lines, included=store.prices_include_tax)
    return Receipt(
        kind="receipt",
        store=store.id,
        visit=visit.visit,
        code=visit.code,
        issued_at=visit.closed_at,
        currency=store.currency,
        lines=lines,
        taxes=taxes,
        total=sum(rate.gross for rate in taxes),
    )


def _line(sku: str, quantity: int, layout: StoreLayout) -> ReceiptLine:
    product = layout.products.get(sku)
    if product is None:
        raise UnknownProductError(f"product {sku} is not in the catalogue")
    return ReceiptLine(
        sku=sku,
        name=product.name,
        quantity=quantity,
        unit_price=product.price,
        amount=product.price * quantity,
        tax_basis_points=product.tax_basis_points,
    )


def tax_table(lines: Iterable[ReceiptLine], *, included: bool) -> tuple[TaxLine, ...]:
    """One row per tax rate, lowest first. ``included``: the lines' amounts contain the tax."""
    by_rate = sorted(lines, key=_rate)
    return tuple(
        _tax_line(rate, sum(line.amount for line in group), included=included)
        for rate, group in groupby(by_rate, key=_rate)
    )


def _rate(line: ReceiptLine) -> int:
    return line.tax_basis_points


def _tax_line(basis_points: int, amount: int, *, included: bool) -> TaxLine:
    tax = tax_within(amount, basis_points) if included else tax_on(amount, basis_points)
    gross = amount if included else amount + tax
    return TaxLine(basis_points=basis_points, net=gross - tax, tax=tax, gross=gross)
