"""What is printed: a receipt with everything that stands on it, and nothing that does not.

A type of its own, so that paper does not depend on how the ledger keeps a document: whoever keeps richer
documents writes another adapter (see :mod:`console.printing.from_ledger`) and the layouts stay.
Money is in minor units of ``currency``; times are seconds since the epoch.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from console.language import tr

DocumentKind = Literal["receipt", "refund", "supplement"]
Reason = Literal[
    "not_taken", "wrong_product", "wrong_count", "wrong_price", "damaged", "not_charged", "goodwill", "other"
]
"""Why a receipt was corrected."""
MOST_DECIMALS = 4
"""The most that ISO 4217 knows."""


class UnprintableError(ValueError):
    """Something cannot be printed as it is; names the document or the setting."""


class ShopHead(msgspec.Struct, frozen=True):
    """Who issued it."""

    name: str
    address: tuple[str, ...] = ()
    """Lines under the name: street, town, telephone."""
    tax_id: str = ""
    """VAT number or the like, as the tax office wants to read it."""
    footer: tuple[str, ...] = ()
    """Lines at the end; empty: the catalogue's thanks."""


class PrintableLine(msgspec.Struct, frozen=True):
    """So many of one thing, or something that belongs to the line above it (deposit, discount)."""

    name: str
    quantity: int
    """Units; below 0: that many less; 0: only money changes."""
    unit_price: int | None
    """None: the units did not all cost the same."""
    amount: int
    """Minor units; negative for discounts and what is given back."""
    tax_basis_points: int
    below: bool = False
    """It belongs to the line above: printed indented."""
    is_deposit: bool = False
    """Printed by the word for deposits; ``name`` is the product's."""
    reduced: int = 0
    """What promotions, which have lines of their own, take off this one."""
    notes: tuple[str, ...] = ()
    """Small print under the line."""


class PrintableTax(msgspec.Struct, frozen=True):
    """All of one tax rate."""

    basis_points: int
    net: int
    tax: int
    gross: int


class Payment(msgspec.Struct, frozen=True):
    """How it was paid. Never more of a card than its last four digits."""

    kind: Literal["card", "cash", "counter"]
    amount: int
    """Minor units; below 0: given back."""
    last_four: str = ""
    reference: str = ""
    """The provider's number of the payment."""
    rounding: int = 0
    """What of it comes from there being no smaller coin."""

    def __post_init__(self) -> None:
        if self.last_four and not (len(self.last_four) == 4 and self.last_four.isdigit()):
            raise UnprintableError(
                tr(
                    "last_four is the last four digits of a card, not {count} characters",
                    count=len(self.last_four),
                )
            )


class PrintableReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A document as it is printed."""

    shop: ShopHead
    number: str
    """As people say it: ``R-000012``."""
    code: str
    """The visit's code, by which a shopper asks for it."""
    issued_at: float
    time_zone: str
    """IANA name; the times on paper are the shop's."""
    currency: str
    """ISO 4217 code."""
    decimals: int
    """Decimals of the currency: 2 for EUR, 0 for JPY, 3 for KWD."""
    lines: tuple[PrintableLine, ...]
    taxes: tuple[PrintableTax, ...]
    total: int
    kind: DocumentKind = "receipt"
    refers_to: str = ""
    """Number of the receipt that this document corrects."""
    reason: Reason | None = None
    more_codes: tuple[str, ...] = ()
    """Codes of the other visits that were paid together with this one."""
    payments: tuple[Payment, ...] = ()
    prices_include_tax: bool = True
    copy: int = 0
    """0: the original. n: the n-th copy, and marked so."""
    qr: str = ""
    """Text of the QR code; empty: none."""

    def __post_init__(self) -> None:
        if not 0 <= self.decimals <= MOST_DECIMALS:
            raise UnprintableError(
                tr(
                    "receipt {number}: {decimals} decimals; a currency has 0 to {most_decimals}",
                    number=self.number,
                    decimals=self.decimals,
                    most_decimals=MOST_DECIMALS,
                )
            )
        if self.copy < 0:
            raise UnprintableError(
                tr(
                    "receipt {number}: copy {copy}; 0 is the original, copies count from 1",
                    number=self.number,
                    copy=self.copy,
                )
            )
        gross = sum(tax.gross for tax in self.taxes)
        if gross != self.total:
            raise UnprintableError(
                tr(
                    "receipt {number}: its taxes add up to {gross} and its total is {total}; nothing "
                    "that does not add up is printed",
                    number=self.number,
                    gross=gross,
                    total=self.total,
                )
            )

    def issued(self) -> datetime:
        """When it was issued, by the shop's clock."""
        return datetime.fromtimestamp(self.issued_at, ZoneInfo(self.time_zone))

    def tax_letters(self) -> dict[int, str]:
        """``{basis points: letter}``: which rate a line has, A for the first of the table."""
        return {tax.basis_points: _letter(i) for i, tax in enumerate(self.taxes)}


def _letter(i: int) -> str:
    """A to Z, then AA, AB, ..."""
    return chr(ord("A") + i) if i < 26 else _letter(i // 26 - 1) + _letter(i % 26)
