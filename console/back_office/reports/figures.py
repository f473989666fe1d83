"""What a day or a period comes to. Pure; figures of two stretches of time add up to those of both."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import reduce
from typing import Literal, TypeVar

import msgspec

from console.back_office.receipts import TaxLine
from console.language import tr


class ReportError(ValueError):
    """The report cannot be made, or the day not be closed; the text says why and what to do."""


class Issued(msgspec.Struct, frozen=True):
    """All documents of one kind: how many, from which number to which, and their taxes."""

    count: int = 0
    first: int = 0
    """Lowest number; 0: there are none."""
    last: int = 0
    taxes: tuple[TaxLine, ...] = ()
    """By rate, lowest first. Of refunds below 0."""

    @property
    def net(self) -> int:
        """Without tax, minor units."""
        return sum(rate.net for rate in self.taxes)

    @property
    def gross(self) -> int:
        """With tax, minor units."""
        return sum(rate.gross for rate in self.taxes)

    def __add__(self, other: Issued) -> Issued:
        numbers = [n for n in (self.first, other.first) if n]
        return Issued(
            count=self.count + other.count,
            first=min(numbers, default=0),
            last=max(self.last, other.last),
            taxes=add_taxes(self.taxes, other.taxes),
        )


class HourSum(msgspec.Struct, frozen=True):
    """What was issued while the shop's clock showed an hour."""

    hour: int
    receipts: int = 0
    gross: int = 0
    """Receipts and supplements."""
    back: int = 0
    """Refunds, 0 or below."""

    def __add__(self, other: HourSum) -> HourSum:
        return HourSum(
            self.hour,
            self.receipts + other.receipts,
            self.gross + other.gross,
            self.back + other.back,
        )


class ProductSum(msgspec.Struct, frozen=True):
    """What was sold and given back of a product, its deposit aside.

    Amounts are as on the receipts' lines, promotions taken off: with tax where the shop's prices include it.
    """

    sku: str
    name: str
    """As it was called last."""
    category: str = ""
    units: int = 0
    amount: int = 0
    units_back: int = 0
    """0 or above."""
    amount_back: int = 0
    """0 or below: given back for units, or taken off their price."""

    def __add__(self, other: ProductSum) -> ProductSum:
        return ProductSum(
            self.sku,
            other.name,
            other.category or self.category,
            self.units + other.units,
            self.amount + other.amount,
            self.units_back + other.units_back,
            self.amount_back + other.amount_back,
        )


class CategorySum(msgspec.Struct, frozen=True):
    """All products of a category together, as :class:`ProductSum`."""

    category: str
    units: int
    amount: int
    units_back: int
    amount_back: int


class Movement(msgspec.Struct, frozen=True):
    """Payments that were carried out, refused or given up, of one kind."""

    what: Literal["capture", "refund"]
    outcome: Literal["done", "declined", "counter", "written_off"]
    count: int = 0
    amount: int = 0
    """Minor units, 0 or above, without the coins' rounding."""
    rounding: int = 0
    """What the smallest coins added (or, below 0, left out) when it was settled in cash."""

    def __add__(self, other: Movement) -> Movement:
        return Movement(
            self.what,
            self.outcome,
            self.count + other.count,
            self.amount + other.amount,
            self.rounding + other.rounding,
        )


class Late(msgspec.Struct, frozen=True):
    """Documents for an earlier day, written when that day had been closed: they count here, once."""

    count: int = 0
    total: int = 0

    def __add__(self, other: Late) -> Late:
        return Late(self.count + other.count, self.total + other.total)


class Figures(msgspec.Struct, frozen=True):
    """What a stretch of time comes to: all of it follows from the chain. Minor units."""

    currency: str = ""
    """Empty: there was nothing to count."""
    receipts: Issued = Issued()
    supplements: Issued = Issued()
    refunds: Issued = Issued()
    discounts: int = 0
    """Taken off by promotions on receipts, 0 or above, as on their lines."""
    deposits: int = 0
    """Charged on receipts and supplements, 0 or above, as on their lines."""
    deposits_back: int = 0
    """Given back by refunds, 0 or below."""
    hours: tuple[HourSum, ...] = ()
    products: tuple[ProductSum, ...] = ()
    """By sku."""
    movements: tuple[Movement, ...] = ()
    late: Late = Late()

    @property
    def taxes(self) -> tuple[TaxLine, ...]:
        """What all documents together come to, by rate: what is declared."""
        return reduce(add_taxes, (self.receipts.taxes, self.supplements.taxes, self.refunds.taxes))

    @property
    def gross(self) -> int:
        """Receipts and supplements less refunds, with tax."""
        return sum(rate.gross for rate in self.taxes)

    @property
    def net(self) -> int:
        """The same without tax."""
        return sum(rate.net for rate in self.taxes)

    @property
    def categories(self) -> tuple[CategorySum, ...]:
        """Products by category; what the catalogue gave none comes last."""
        found: dict[str, CategorySum] = {}
        for p in self.products:
            before = found.get(p.category, CategorySum(p.category, 0, 0, 0, 0))
            found[p.category] = CategorySum(
                p.category,
                before.units + p.units,
                before.amount + p.amount,
                before.units_back + p.units_back,
                before.amount_back + p.amount_back,
            )
        return tuple(found[name] for name in sorted(found, key=lambda name: (not name, name)))

    def __add__(self, other: Figures) -> Figures:
        """Both together. Raises :class:`ReportError` where they are in two currencies."""
        return Figures(
            currency=same_currency(self.currency, other.currency),
            receipts=self.receipts + other.receipts,
            supplements=self.supplements + other.supplements,
            refunds=self.refunds + other.refunds,
            discounts=self.discounts + other.discounts,
            deposits=self.deposits + other.deposits,
            deposits_back=self.deposits_back + other.deposits_back,
            hours=merged((*self.hours, *other.hours), lambda h: h.hour),
            products=merged((*self.products, *other.products), lambda p: p.sku),
            movements=merged((*self.movements, *other.movements), lambda m: (m.what, m.outcome)),
            late=self.late + other.late,
        )


def same_currency(a: str, b: str) -> str:
    """The one that both are in. Raises :class:`ReportError` for two."""
    if a and b and a != b:
        raise ReportError(
            tr(
                "amounts in {a} and in {b} cannot be added: report the days before and "
                "after the change apart, and begin a new ledger where the currency "
                "changes",
                a=a,
                b=b,
            )
        )
    return a or b


Part = TypeVar("Part", HourSum, ProductSum, Movement)
Sortable = TypeVar("Sortable", int, str, tuple[str, str])


def merged(parts: Iterable[Part], key: Callable[[Part], Sortable]) -> tuple[Part, ...]:
    """One part per key, in the order of the keys."""
    found: dict[Sortable, Part] = {}
    for part in parts:
        name = key(part)
        before = found.get(name)
        found[name] = part if before is None else before + part
    return tuple(found[name] for name in sorted(found))


def add_taxes(a: Iterable[TaxLine], b: Iterable[TaxLine]) -> tuple[TaxLine, ...]:
    """One row per rate, lowest first."""
    found: dict[Hashable, TaxLine] = {}
    for row in (*a, *b):
        before = found.get(row.basis_points, TaxLine(row.basis_points, 0, 0, 0))
        found[row.basis_points] = TaxLine(
            row.basis_points, before.net + row.net, before.tax + row.tax, before.gross + row.gross
        )
    return tuple(sorted(found.values(), key=lambda row: row.basis_points))
