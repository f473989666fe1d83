"""What the chain keeps: the body of each kind of entry."""

from __future__ import annotations

from typing import Literal

import msgspec

from console.back_office.receipts import Receipt


class VisitCommitment(msgspec.Struct, frozen=True):
    """What the chain keeps of a visit: enough to prove it unchanged, nothing about the shopper.

    The visit itself can be purged when its time is over, and the chain still holds.
    """

    kind: Literal["visit"]
    visit: str
    sha256: str


class DocumentBody(msgspec.Struct, frozen=True):
    """What the chain keeps of a receipt: all of it."""

    series: str
    number: int
    document: Receipt
