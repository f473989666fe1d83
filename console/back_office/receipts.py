"""A receipt: what a visit costs, by the price list of the moment. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from console.back_office.money import tax_on, tax_within
from console.back_office.price_list import PriceList
from console.back_office.promotions import Goods, Reduction, reductions
from console.language import tr
from inference.messages.results import ClosedVisit
from store_layout.model import StoreLayout


class UnknownProductError(LookupError):
    """A visit holds something that the catalogue does not know: it cannot be priced."""


class ReceiptLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """So many of one product at one price, their deposit, or what a promotion takes off. Minor units."""

    sku: str
    """The product's; for a promotion its id."""
    name: str
    quantity: int
    unit_price: int
    amount: int
    tax_basis_points: int
    kind: Literal["product", "deposit", "promotion"] = "product"
    of: int | None = None
    """A deposit's product: its line, from 1."""
    reduced: int = 0
    """What all promotions together take off this line; their own lines say it once more, by tax rate."""
    age_limit: int | None = None
    """Years; staff are told of such a line."""


class TaxLine(msgspec.Struct, frozen=True):
    """All lines of one tax rate together; rounding happens here, once per rate."""

    basis_points: int
    net: int
    tax: int
    gross: int


class Receipt(msgspec.Struct, frozen=True, omit_defaults=True):
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
    visits: tuple[str, ...] = ()
    """Several visits on one payment: all of them, ``visit`` first. Empty: there is only that one."""
    codes: tuple[str, ...] = ()
    decided_by: str = ""
    """The operator who answered the review; empty: nobody was asked."""
    tax_excluded: bool = False
    """The lines' amounts are without tax. Receipts from before this was kept say it by their tax table alone:
    where all of it is free of tax, they are taken for ones whose prices include it."""

    @property
    def age_restricted(self) -> tuple[ReceiptLine, ...]:
        """Lines that only people of an age may have: for staff."""
        return tuple(line for line in self.lines if line.age_limit)


def price_visit(visit: ClosedVisit, layout: StoreLayout | PriceList) -> Receipt:
    """Price a closed visit. Raises :class:`UnknownProductError` naming the sku."""
    return price_visits((visit,), layout)


def price_visits(
    visits: Sequence[ClosedVisit],
    layout: StoreLayout | PriceList,
    *,
    issued_at: float | None = None,
    decided_by: str = "",
) -> Receipt:
    """One receipt for visits on one payment; it goes by the name of the first. Equal products are one line.

    Promotions are those of the shop's day on which the last of them closed. Raises
    :class:`UnknownProductError` naming the sku.
    """
    prices = layout if isinstance(layout, PriceList) else PriceList.of(layout)
    closed_at = max(visit.closed_at for visit in visits)
    units: dict[str, int] = {}
    for visit in visits:
        for line in visit.lines:
            units[line.sku] = units.get(line.sku, 0) + line.quantity
    lines = price_lines(units, prices, closed_at)
    taxes = tax_table(lines, included=prices.prices_include_tax)
    several = len(visits) > 1
    return Receipt(
        kind="receipt",
        store=prices.store,
        visit=visits[0].visit,
        code=visits[0].code,
        issued_at=closed_at if issued_at is None else issued_at,
        currency=prices.currency,
        lines=lines,
        taxes=taxes,
        total=sum(rate.gross for rate in taxes),
        visits=tuple(visit.visit for visit in visits) if several else (),
        codes=tuple(visit.code for visit in visits) if several else (),
        decided_by=decided_by,
        tax_excluded=not prices.prices_include_tax,
    )


def price_lines(units: Mapping[str, int], prices: PriceList, at: float) -> tuple[ReceiptLine, ...]:
    """Lines for so many units of each sku at a time: products with their deposits, then promotions."""
    for sku in units:
        if sku not in prices.products:
            raise UnknownProductError(tr("product {sku} is not in the catalogue", sku=sku))
    products = [(prices.products[sku], quantity) for sku, quantity in units.items()]
    day = datetime.fromtimestamp(at, ZoneInfo(prices.time_zone)).date()
    basket = [Goods(p.sku, p.category, quantity, p.price) for p, quantity in products]
    off = reductions(basket, prices.promotions, day)
    lines: list[ReceiptLine] = []
    for i, (product, quantity) in enumerate(products):
        lines.append(
            ReceiptLine(
                sku=product.sku,
                name=product.name,
                quantity=quantity,
                unit_price=product.price,
                amount=product.price * quantity,
                tax_basis_points=product.tax_basis_points,
                reduced=sum(reduction.by_line[i] for reduction in off),
                age_limit=product.age_limit,
            )
        )
        if product.deposit:
            rate = product.deposit_tax_basis_points
            lines.append(
                ReceiptLine(
                    sku=product.sku,
                    name=product.name,
                    quantity=quantity,
                    unit_price=product.deposit,
                    amount=product.deposit * quantity,
                    tax_basis_points=product.tax_basis_points if rate is None else rate,
                    kind="deposit",
                    of=len(lines),
                )
            )
    rates = [product.tax_basis_points for product, _ in products]
    return (*lines, *(line for reduction in off for line in _promotion_lines(reduction, rates)))


def _promotion_lines(reduction: Reduction, rates: Sequence[int]) -> Iterable[ReceiptLine]:
    """One line per tax rate."""
    by_rate: dict[int, int] = {}
    for rate, amount in zip(rates, reduction.by_line, strict=True):
        if amount:
            by_rate[rate] = by_rate.get(rate, 0) + amount
    for rate, amount in by_rate.items():
        yield ReceiptLine(
            sku=reduction.promotion.id,
            name=reduction.promotion.name,
            quantity=1,
            unit_price=-amount,
            amount=-amount,
            tax_basis_points=rate,
            kind="promotion",
        )


def tax_table(lines: Iterable[ReceiptLine], *, included: bool) -> tuple[TaxLine, ...]:
    """One row per tax rate, lowest first. ``included``: the lines' amounts contain the tax."""
    by_rate = sorted(lines, key=_rate)
    return tuple(
        tax_line(rate, sum(line.amount for line in group), included=included)
        for rate, group in groupby(by_rate, key=_rate)
    )


def includes_tax(receipt: Receipt) -> bool:
    """Whether the amounts of its lines contain the tax."""
    return not receipt.tax_excluded and receipt.taxes == tax_table(receipt.lines, included=True)


def _rate(line: ReceiptLine) -> int:
    return line.tax_basis_points


def tax_line(basis_points: int, amount: int, *, included: bool) -> TaxLine:
    """The row of the tax table for what lines of one rate come to."""
    tax = tax_within(amount, basis_points) if included else tax_on(amount, basis_points)
    gross = amount if included else amount + tax
    return TaxLine(basis_points=basis_points, net=gross - tax, tax=tax, gross=gross)
