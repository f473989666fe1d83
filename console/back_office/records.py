"""Rows of the ledger as the rest of the console reads them."""

from __future__ import annotations

import msgspec

from console.back_office.corrections import Correction
from console.back_office.receipts import Receipt
from inference.messages.results import ClosedVisit


class VisitRow(msgspec.Struct, frozen=True):
    """A closed visit, and the number of its receipt where it has one."""

    visit: ClosedVisit
    document: int | None
    decided: bool = False
    """A person has answered its review for good."""
    waits_for_group: bool = False

    @property
    def state(self) -> str:
        """One word for lists: receipt, issue (it is to come), review, nothing, staff."""
        if self.document is not None:
            return "receipt"
        if self.decided:
            return "issue" if self.waits_for_group else "nothing"
        return self.visit.decision


class DocumentRow(msgspec.Struct, frozen=True):
    """An issued document, with its place in the chain."""

    series: str
    number: int
    receipt: Receipt
    entry: int
    hash: str

    @property
    def label(self) -> str:
        """What is printed: series and number."""
        return f"{self.series}-{self.number:06d}"


class CorrectionRow(msgspec.Struct, frozen=True):
    """An issued refund or supplement, with its place in the chain."""

    series: str
    number: int
    correction: Correction
    entry: int
    hash: str

    @property
    def label(self) -> str:
        """What is printed: series and number."""
        return f"{self.series}-{self.number:06d}"
