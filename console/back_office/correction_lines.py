"""What a wish to correct a receipt takes off or adds, line by line. Pure.

All of it is counted from what still stands: see :mod:`console.back_office.corrections`.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from console.back_office.corrections import (
    Account,
    Change,
    CorrectionError,
    CorrectionLine,
    Position,
    applied,
)
from console.back_office.money import allocate, format_money
from console.back_office.price_list import PriceList
from console.back_office.receipts import UnknownProductError
from console.language import tr


def given_back(account: Account, changes: Iterable[Change]) -> tuple[CorrectionLine, ...]:
    """Lines of the refund that the changes lead to; none where they only add."""
    found: list[CorrectionLine] = []
    for change in changes:
        if change.kind != "add":
            lines = _taken_off(account, change)
            account = applied(account, lines)
            found += lines
    return _merged(found)


def charged(account: Account, changes: Iterable[Change], prices: PriceList) -> tuple[CorrectionLine, ...]:
    """Lines of the supplement: at the receipt's own price where it has one, else by the price list."""
    found: list[CorrectionLine] = []
    next_line = account.last_line + 1
    for change in changes:
        if change.kind == "add":
            lines = _added(account, change, prices, next_line)
            next_line += len(lines)
            found += lines
    return tuple(found)


# -- parts -------------------------------------------------------------------------------------------


def _taken_off(account: Account, change: Change) -> list[CorrectionLine]:
    if change.kind == "goodwill":
        return _goodwill(account, change.amount)
    if change.line is None:
        raise CorrectionError(tr("{kind} needs the line of the receipt", kind=change.kind))
    position = account.position(change.line)
    if position.kind != "product":
        raise CorrectionError(tr("line {line} is a deposit: it goes with its product", line=change.line))
    if change.kind == "price":
        if not 0 < change.amount <= position.amount:
            raise CorrectionError(
                tr(
                    "line {line}: {amount} cannot be taken off the {left} that stand",
                    line=change.line,
                    amount=format_money(change.amount, account.currency),
                    left=format_money(position.amount, account.currency),
                )
            )
        return [_line(position, 0, -change.amount)]
    if not 0 < change.count <= position.units:
        raise CorrectionError(
            tr(
                "line {line}: {count} units cannot be taken off the {units} that stand",
                line=change.line,
                count=change.count,
                units=position.units,
            )
        )
    with_deposit = [position, *(p for p in account.positions if p.of == change.line and p.units)]
    return [_line(p, -change.count, -_share(p, change.count)) for p in with_deposit]


def _share(position: Position, count: int) -> int:
    """What so many of the units that stand cost."""
    return sum(allocate(position.amount, [1] * position.units)[:count])


def _goodwill(account: Account, amount: int) -> list[CorrectionLine]:
    goods = [position for position in account.positions if position.kind == "product"]
    worth = sum(position.amount for position in goods)
    if not 0 < amount <= worth:
        raise CorrectionError(
            tr(
                "{amount} cannot be taken off the {worth} that stand of all products",
                amount=format_money(amount, account.currency),
                worth=format_money(worth, account.currency),
            )
        )
    shares = allocate(amount, [position.amount for position in goods])
    return [_line(position, 0, -share) for position, share in zip(goods, shares, strict=True) if share]


def _line(position: Position, quantity: int, amount: int) -> CorrectionLine:
    return CorrectionLine(
        line=position.line,
        sku=position.sku,
        name=position.name,
        quantity=quantity,
        amount=amount,
        tax_basis_points=position.tax_basis_points,
        kind=position.kind,
        of=position.of,
    )


class _Terms(msgspec.Struct, frozen=True):
    """What one more unit of a product costs."""

    name: str
    price: int
    rate: int
    deposit: int = 0
    deposit_rate: int = 0


def _terms(account: Account, sku: str, prices: PriceList) -> _Terms:
    known = next((p for p in account.positions if p.sku == sku and p.kind == "product"), None)
    if known is not None:
        deposit = next((p for p in account.positions if p.of == known.line), None)
        if deposit is None:
            return _Terms(known.name, known.unit_price, known.tax_basis_points)
        return _Terms(
            known.name,
            known.unit_price,
            known.tax_basis_points,
            deposit.unit_price,
            deposit.tax_basis_points,
        )
    product = prices.products.get(sku)
    if product is None:
        raise UnknownProductError(tr("product {sku} is not in the catalogue", sku=sku))
    rate, of_deposit = product.tax_basis_points, product.deposit_tax_basis_points
    return _Terms(
        product.name, product.price, rate, product.deposit, rate if of_deposit is None else of_deposit
    )


def _added(account: Account, change: Change, prices: PriceList, line: int) -> list[CorrectionLine]:
    if change.sku is None or change.count < 1:
        raise CorrectionError(tr("add needs a product and a count of 1 or more"))
    terms = _terms(account, change.sku, prices)
    goods = CorrectionLine(
        line=line,
        sku=change.sku,
        name=terms.name,
        quantity=change.count,
        amount=terms.price * change.count,
        tax_basis_points=terms.rate,
    )
    if not terms.deposit:
        return [goods]
    deposit = CorrectionLine(
        line=line + 1,
        sku=change.sku,
        name=terms.name,
        quantity=change.count,
        amount=terms.deposit * change.count,
        tax_basis_points=terms.deposit_rate,
        kind="deposit",
        of=line,
    )
    return [goods, deposit]


def _merged(lines: Iterable[CorrectionLine]) -> tuple[CorrectionLine, ...]:
    """One line per line of the receipt."""
    found: dict[int, CorrectionLine] = {}
    for line in lines:
        before = found.get(line.line)
        if before is not None:
            line = msgspec.structs.replace(  # noqa: PLW2901 - the sum takes its place
                line, quantity=before.quantity + line.quantity, amount=before.amount + line.amount
            )
        found[line.line] = line
    return tuple(found.values())
