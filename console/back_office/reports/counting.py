"""Documents and payments to figures. Pure: what it is given is what it counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from console.back_office.bodies import CorrectionBody, DocumentBody, PaymentBody
from console.back_office.receipts import TaxLine
from console.back_office.reports.business_days import BusinessDays
from console.back_office.reports.figures import (
    Figures,
    HourSum,
    Issued,
    Late,
    Movement,
    ProductSum,
    same_currency,
)


class _Series:
    """Documents of one kind while they are counted."""

    def __init__(self) -> None:
        self.count = self.first = self.last = 0
        self.taxes: dict[int, list[int]] = {}

    def add(self, number: int, taxes: tuple[TaxLine, ...]) -> None:
        self.count += 1
        self.first = min(self.first or number, number)
        self.last = max(self.last, number)
        for row in taxes:
            known = self.taxes.setdefault(row.basis_points, [0, 0, 0])
            known[0] += row.net
            known[1] += row.tax
            known[2] += row.gross

    def issued(self) -> Issued:
        taxes = tuple(TaxLine(rate, *self.taxes[rate]) for rate in sorted(self.taxes))
        return Issued(self.count, self.first, self.last, taxes)


class _Goods:
    """A product while it is counted."""

    def __init__(self, name: str, category: str) -> None:
        self.name, self.category = name, category
        self.units = self.amount = self.units_back = self.amount_back = 0


class Count:
    """Counts what belongs to one stretch of time, in any order, and gives its figures.

    ``since``: documents issued before it are late ones.
    """

    def __init__(self, days: BusinessDays, since: float) -> None:
        self._days, self._since = days, since
        self._currency = ""
        self._series = {"receipt": _Series(), "refund": _Series(), "supplement": _Series()}
        self._discounts = self._deposits = self._deposits_back = 0
        self._hours: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
        self._goods: dict[str, _Goods] = {}
        self._moved: dict[tuple[str, str], Movement] = {}
        self._late = [0, 0]

    def receipt(self, body: DocumentBody, categories: Mapping[str, str]) -> None:
        """``categories``: of products, by the price list of the receipt."""
        document = body.document
        self._note("receipt", body.number, document.currency, document.taxes)
        self._when(document.issued_at, document.total, 1)
        for line in document.lines:
            if line.kind == "product":
                goods = self._product(line.sku, line.name, categories)
                goods.units += line.quantity
                goods.amount += line.amount - line.reduced
            elif line.kind == "deposit":
                self._deposits += line.amount
            else:
                self._discounts -= line.amount

    def correction(self, body: CorrectionBody, categories: Mapping[str, str]) -> None:
        """A refund or a supplement; ``categories`` by the price list of its receipt."""
        document = body.document
        self._note(document.kind, body.number, document.currency, document.taxes)
        self._when(document.issued_at, document.total, 0)
        back = document.kind == "refund"
        for line in document.lines:
            if line.kind == "deposit":
                if back:
                    self._deposits_back += line.amount
                else:
                    self._deposits += line.amount
                continue
            goods = self._product(line.sku, line.name, categories)
            if back:
                goods.units_back -= line.quantity
                goods.amount_back += line.amount
            else:
                goods.units += line.quantity
                goods.amount += line.amount

    def payment(self, body: PaymentBody) -> None:
        """Money that was moved, or an order for it that was refused or given up."""
        self._currency = same_currency(self._currency, body.currency)
        key = (body.what, body.outcome)
        one = Movement(body.what, body.outcome, 1, body.amount, body.rounding)
        before = self._moved.get(key)
        self._moved[key] = one if before is None else before + one

    def figures(self) -> Figures:
        """What it has come to."""
        return Figures(
            currency=self._currency,
            receipts=self._series["receipt"].issued(),
            supplements=self._series["supplement"].issued(),
            refunds=self._series["refund"].issued(),
            discounts=self._discounts,
            deposits=self._deposits,
            deposits_back=self._deposits_back,
            hours=tuple(HourSum(hour, *self._hours[hour]) for hour in sorted(self._hours)),
            products=tuple(
                ProductSum(sku, g.name, g.category, g.units, g.amount, g.units_back, g.amount_back)
                for sku, g in sorted(self._goods.items())
            ),
            movements=tuple(self._moved[key] for key in sorted(self._moved)),
            late=Late(*self._late),
        )

    def _note(self, kind: str, number: int, currency: str, taxes: tuple[TaxLine, ...]) -> None:
        self._currency = same_currency(self._currency, currency)
        self._series[kind].add(number, taxes)

    def _when(self, issued_at: float, total: int, receipts: int) -> None:
        hour = self._hours[self._days.hour_of(issued_at)]
        hour[0] += receipts
        hour[1 if total >= 0 else 2] += total
        if issued_at < self._since:
            self._late[0] += 1
            self._late[1] += total

    def _product(self, sku: str, name: str, categories: Mapping[str, str]) -> _Goods:
        goods = self._goods.get(sku)
        if goods is None:
            goods = self._goods[sku] = _Goods(name, categories.get(sku, ""))
        goods.name = name
        return goods
