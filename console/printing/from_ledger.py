"""The ledger's documents as what is printed. The only place here that knows how the ledger keeps them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from console.back_office.corrections import CorrectionLine
from console.back_office.payment_rows import Moved
from console.back_office.receipts import ReceiptLine, TaxLine, includes_tax
from console.back_office.records import CorrectionRow, DocumentRow
from console.language import tr
from console.printing.document import (
    Payment,
    PrintableLine,
    PrintableReceipt,
    PrintableTax,
    ShopHead,
    UnprintableError,
)
from store_layout.currency import decimals_of


def printable(
    row: DocumentRow,
    shop: ShopHead,
    time_zone: str = "UTC",
    *,
    moved: Iterable[Moved] = (),
    qr_prefix: str = "",
) -> PrintableReceipt:
    """A stored receipt as it is printed: the original; :func:`msgspec.structs.replace` ``copy`` marks it.

    ``moved``: what was paid for it. ``qr_prefix`` comes before the code in the QR code, e.g. the address of a
    page that shows receipts. Who decided a review, and which lines have an age limit, is for staff and stays
    off the paper. Raises ``UnprintableError`` naming the document when it cannot be printed as it is.
    """
    receipt = row.receipt
    _check_zone(row.label, time_zone)
    return PrintableReceipt(
        shop=shop,
        number=row.label,
        code=receipt.code,
        more_codes=tuple(code for code in receipt.codes if code != receipt.code),
        issued_at=receipt.issued_at,
        time_zone=time_zone,
        currency=receipt.currency,
        decimals=decimals_of(receipt.currency),
        lines=tuple(_line(line) for line in receipt.lines),
        taxes=_taxes(receipt.taxes),
        total=receipt.total,
        payments=tuple(_payment(each) for each in moved),
        prices_include_tax=includes_tax(receipt),
        qr=qr_prefix + receipt.code,
    )


def printable_correction(
    row: CorrectionRow,
    of: DocumentRow,
    shop: ShopHead,
    time_zone: str = "UTC",
    *,
    moved: Iterable[Moved] = (),
    qr_prefix: str = "",
) -> PrintableReceipt:
    """A stored refund or supplement as it is printed; ``of`` is its receipt. Else as :func:`printable`."""
    correction = row.correction
    _check_zone(row.label, time_zone)
    if correction.of != of.number:
        raise UnprintableError(
            tr(
                "{label} corrects receipt {of}, and {label2} is another",
                label=row.label,
                of=correction.of,
                label2=of.label,
            )
        )
    return PrintableReceipt(
        shop=shop,
        number=row.label,
        code=correction.code,
        issued_at=correction.issued_at,
        time_zone=time_zone,
        currency=correction.currency,
        decimals=decimals_of(correction.currency),
        # In the receipt's order: there, a deposit comes right after its product.
        lines=tuple(_corrected(line) for line in sorted(correction.lines, key=lambda line: line.line)),
        taxes=_taxes(correction.taxes),
        total=correction.total,
        kind=correction.kind,
        refers_to=of.label,
        reason=correction.reason,
        payments=tuple(_payment(each) for each in moved),
        prices_include_tax=includes_tax(of.receipt),
        qr=qr_prefix + correction.code,
    )


def _line(line: ReceiptLine) -> PrintableLine:
    return PrintableLine(
        name=line.name,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount=line.amount,
        tax_basis_points=line.tax_basis_points,
        below=line.kind == "deposit",
        is_deposit=line.kind == "deposit",
        reduced=line.reduced,
    )


def _corrected(line: CorrectionLine) -> PrintableLine:
    """The price of each is said only where it is exact: reduced units may cost a cent more or less."""
    each, rest = divmod(line.amount, line.quantity) if line.quantity else (0, 0)
    return PrintableLine(
        name=line.name,
        quantity=line.quantity,
        unit_price=None if rest else each,
        amount=line.amount,
        tax_basis_points=line.tax_basis_points,
        below=line.kind == "deposit",
        is_deposit=line.kind == "deposit",
    )


def _taxes(taxes: Iterable[TaxLine]) -> tuple[PrintableTax, ...]:
    return tuple(PrintableTax(t.basis_points, t.net, t.tax, t.gross) for t in taxes)


def _payment(moved: Moved) -> Payment:
    at_counter: Literal["cash", "counter"] = "cash" if moved.in_cash else "counter"
    return Payment(
        kind="card" if moved.by_card else at_counter,
        amount=moved.amount,
        rounding=moved.rounding,
        last_four=moved.last_four if moved.by_card else "",
        reference=moved.ref,
    )


def _check_zone(label: str, time_zone: str) -> None:
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UnprintableError(
            tr(
                "{label}: {time_zone} is not a time zone; write one like Europe/Berlin",
                label=label,
                time_zone=repr(time_zone),
            )
        ) from error
