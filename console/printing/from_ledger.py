"""The ledger's documents as what is printed. The only place here that knows how the ledger keeps them."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from console.back_office.records import DocumentRow
from console.printing.document import (
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
    prices_include_tax: bool = True,
    qr_prefix: str = "",
) -> PrintableReceipt:
    """A stored document as it is printed: the original; :func:`msgspec.structs.replace` ``copy`` marks it.

    ``qr_prefix`` comes before the code in the QR code, e.g. the address of a page that shows receipts.
    Raises ``UnprintableError`` naming the document when it cannot be printed as it is.
    """
    receipt = row.receipt
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UnprintableError(
            f"{row.label}: {time_zone!r} is not a time zone; write one like Europe/Berlin"
        ) from error
    return PrintableReceipt(
        shop=shop,
        number=row.label,
        code=receipt.code,
        issued_at=receipt.issued_at,
        time_zone=time_zone,
        currency=receipt.currency,
        decimals=decimals_of(receipt.currency),
        lines=tuple(
            PrintableLine(
                name=line.name,
                quantity=line.quantity,
                unit_price=line.unit_price,
                amount=line.amount,
                tax_basis_points=line.tax_basis_points,
            )
            for line in receipt.lines
        ),
        taxes=tuple(PrintableTax(t.basis_points, t.net, t.tax, t.gross) for t in receipt.taxes),
        total=receipt.total,
        prices_include_tax=prices_include_tax,
        qr=qr_prefix + receipt.code,
    )
