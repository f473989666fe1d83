"""Visits to receipts, and the ledger that keeps them. No Qt; owns money."""

from console.back_office.ledger import Ledger, LedgerError, Posted
from console.back_office.receipts import Receipt, ReceiptLine, TaxLine, UnknownProductError, price_visit
from console.back_office.records import DocumentRow, VisitRow
from console.back_office.verify import Finding, Verification, verify

__all__ = [
    "DocumentRow",
    "Finding",
    "Ledger",
    "LedgerError",
    "Posted",
    "Receipt",
    "ReceiptLine",
    "TaxLine",
    "UnknownProductError",
    "Verification",
    "VisitRow",
    "price_visit",
    "verify",
]
