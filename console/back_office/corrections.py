"""Refunds and supplementary receipts: what they are, and what stands of a receipt after them. Pure.

Everything is counted from what still stands, never from the first receipt: a line's remaining money is shared
among its remaining units by the largest remainder, and a correction's tax is the tax of what stood before
less that of what stands after. So all corrections together sum to exactly what was paid, in whatever parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from console.back_office.receipts import Receipt, TaxLine, includes_tax, tax_line
from console.language import tr

Reason = Literal[
    "not_taken", "wrong_product", "wrong_count", "wrong_price", "damaged", "not_charged", "goodwill", "other"
]
Kind = Literal["refund", "supplement"]
SERIES: dict[Kind, str] = {"refund": "C", "supplement": "S"}
"""Credit notes and supplementary receipts, each numbered without gaps."""


class CorrectionError(ValueError):
    """The change cannot be made to this receipt; the text says why."""


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is to be corrected."""

    kind: Literal["remove", "add", "price", "goodwill"]
    line: int | None = None
    """``remove``, ``price``: line of the receipt, from 1."""
    sku: str | None = None
    """``add``: the product."""
    count: int = 0
    """``remove``, ``add``: units."""
    amount: int = 0
    """``price``, ``goodwill``: taken off, minor units as on the receipt's lines."""


class CorrectionLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """What changes of one line. Minor units."""

    line: int
    """Of the first receipt; what a supplement adds goes on counting from its last line."""
    sku: str
    name: str
    quantity: int
    """Units more (positive) or less; 0: only money."""
    amount: int
    tax_basis_points: int
    kind: Literal["product", "deposit"] = "product"
    of: int | None = None
    """A deposit's product: its line."""


class Correction(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of a document that refers to a receipt: nothing in it ever changes."""

    kind: Kind
    store: str
    visit: str
    code: str
    issued_at: float
    currency: str
    of: int
    """Number of the receipt."""
    lines: tuple[CorrectionLine, ...]
    taxes: tuple[TaxLine, ...]
    total: int
    """Below 0: given back. Above: to be paid as well."""
    reason: Reason
    dispute: str
    decided_by: str
    approved_by: str = ""
    note: str = ""


class Position(msgspec.Struct, frozen=True):
    """What stands of one line: units and money, promotions taken off."""

    line: int
    sku: str
    name: str
    units: int
    amount: int
    tax_basis_points: int
    kind: Literal["product", "deposit"]
    of: int | None
    unit_price: int


class Account(msgspec.Struct, frozen=True):
    """What stands of a receipt."""

    positions: tuple[Position, ...]
    included: bool
    """Amounts contain the tax."""
    last_line: int
    currency: str

    @property
    def taxes(self) -> tuple[TaxLine, ...]:
        """Tax table of what stands, lowest rate first."""
        by_rate: dict[int, int] = {}
        for position in self.positions:
            by_rate[position.tax_basis_points] = by_rate.get(position.tax_basis_points, 0) + position.amount
        return tuple(tax_line(rate, by_rate[rate], included=self.included) for rate in sorted(by_rate))

    @property
    def total(self) -> int:
        """What has been paid and not been given back."""
        return sum(rate.gross for rate in self.taxes)

    def position(self, line: int) -> Position:
        """By the line's number. Raises :class:`CorrectionError`."""
        for position in self.positions:
            if position.line == line:
                return position
        raise CorrectionError(tr("line {line} is no product of this receipt", line=line))


def account_of(receipt: Receipt, corrections: Iterable[Correction] = ()) -> Account:
    """What stands after these corrections, in their order."""
    account = Account(
        positions=tuple(
            Position(
                line=number,
                sku=line.sku,
                name=line.name,
                units=line.quantity,
                amount=line.amount - line.reduced,
                tax_basis_points=line.tax_basis_points,
                kind=line.kind,
                of=line.of,
                unit_price=line.unit_price,
            )
            for number, line in enumerate(receipt.lines, start=1)
            if line.kind != "promotion"
        ),
        included=includes_tax(receipt),
        last_line=len(receipt.lines),
        currency=receipt.currency,
    )
    for correction in corrections:
        account = applied(account, correction.lines)
    return account


def applied(account: Account, lines: Sequence[CorrectionLine]) -> Account:
    """The account after these lines."""
    positions = {position.line: position for position in account.positions}
    for line in lines:
        before = positions.get(line.line)
        if before is None:
            positions[line.line] = Position(
                line=line.line,
                sku=line.sku,
                name=line.name,
                units=line.quantity,
                amount=line.amount,
                tax_basis_points=line.tax_basis_points,
                kind=line.kind,
                of=line.of,
                unit_price=line.amount // line.quantity if line.quantity else 0,
            )
        else:
            positions[line.line] = msgspec.structs.replace(
                before, units=before.units + line.quantity, amount=before.amount + line.amount
            )
    return msgspec.structs.replace(
        account,
        positions=tuple(positions[number] for number in sorted(positions)),
        last_line=max([account.last_line, *(line.line for line in lines)]),
    )


def difference(before: Account, after: Account) -> tuple[TaxLine, ...]:
    """Tax table of what lies between two states of an account; rates without a change are left out."""
    old = {rate.basis_points: rate for rate in before.taxes}
    new = {rate.basis_points: rate for rate in after.taxes}
    nothing = TaxLine(basis_points=0, net=0, tax=0, gross=0)
    found = []
    for rate in sorted({*old, *new}):
        a, b = old.get(rate, nothing), new.get(rate, nothing)
        row = TaxLine(basis_points=rate, net=b.net - a.net, tax=b.tax - a.tax, gross=b.gross - a.gross)
        if row.net or row.tax:
            found.append(row)
    return tuple(found)
