"""What the chain keeps: the body of each kind of entry."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from console.back_office.corrections import Correction
from console.back_office.receipts import Receipt, TaxLine
from inference.messages.results import Explanation, Restocked


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


class CorrectionBody(msgspec.Struct, frozen=True):
    """What the chain keeps of a refund or a supplement: all of it."""

    series: str
    number: int
    document: Correction


class AuditEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody did something."""

    kind: Literal["audit"]
    at: float
    """Seconds since the epoch."""
    who: str
    """Operator; empty: nobody who had shown a PIN."""
    role: str
    what: str
    about: str = ""
    """Document, visit or operator."""
    screen: str = ""
    why: str = ""
    approved_by: str = ""


class OperatorChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an operator's row is from now on; a row that says otherwise was not written by this program."""

    kind: Literal["operator"]
    at: float
    who: str
    """Who changed it; empty: the first operator, who came before anybody could."""
    role: str
    what: str
    about: str
    """The operator."""
    new_role: str
    active: bool
    must_change: bool
    credential: str
    """SHA-256 of the stored PIN hash."""
    screen: str = ""
    why: str = ""
    approved_by: str = ""


class PurgeBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """Data whose time was over, or that a shopper asked to be erased, is gone: how much of it, never what.

    ``verify`` counts visits against these: one that is gone without having been purged is found.
    """

    kind: Literal["purge"]
    at: float
    who: str
    """Operator; empty: the program itself, by the store's periods."""
    role: str
    what: str
    about: str = ""
    """The receipt of somebody who asked for it."""
    screen: str = ""
    why: str = ""
    approved_by: str = ""
    visits: int = 0
    messages: int = 0
    """Of shoppers, in disputes."""
    evidence: int = 0
    """Pieces attached to disputes."""
    cards: int = 0
    """Payments whose token and last four digits were taken out."""
    holds: int = 0
    """Of what was kept back on cards at entries."""
    files: int = 0
    """Clips and pieces of evidence, and journals put aside."""


class CutSeries(msgspec.Struct, frozen=True):
    """Documents of one series that were cut off, from the first on: what they came to, carried forward."""

    series: str
    currency: str
    last: int
    """The highest number."""
    count: int
    total: int
    taxes: tuple[TaxLine, ...]


class CutOperator(msgspec.Struct, frozen=True):
    """What an operator's row was by the last change that was cut off.

    The name only as a hash: who leaves later is not to be named for as long as the cut is kept.
    """

    about_sha256: str
    new_role: str
    active: bool
    must_change: bool
    credential: str


class CutClose(msgspec.Struct, frozen=True):
    """The last day's close that was cut off: the next one follows it."""

    number: int
    day: date
    until: float
    first_open: int
    entry: int


class CutBody(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The beginning of the chain was cut off: its time was over. What it had come to is carried forward.

    All but ``since`` is of everything that was ever cut off, so that the latest of these says it all.
    """

    kind: Literal["cut"]
    at: float
    who: str
    """Operator; empty: the program itself, by the store's periods."""
    role: str
    what: str
    about: str = ""
    screen: str = ""
    why: str = ""
    approved_by: str = ""
    years: int
    """For so many after the year of their issue documents are kept."""
    before: float
    """Nothing newer than this was cut off, seconds since the epoch."""
    since: int
    """First entry of this cut."""
    through: int
    """Its last entry."""
    hash: str
    """Of that entry: the one after it follows it."""
    link: str
    """Of what is left of that entry, in the chain of all that is left (``cut_rows``)."""
    latest: float
    """When the newest document or payment of all was issued or made."""
    series: tuple[CutSeries, ...]
    visits: int
    """That the entries committed to."""
    purged: int
    """That were counted by purges among them."""
    operators: tuple[CutOperator, ...]
    """Of those who were there when it was cut."""
    close: CutClose | None = None


class RestockBody(msgspec.Struct, frozen=True):
    """Staff put goods onto the shelves; who, is not kept: stock outlives the visit."""

    kind: Literal["restock"]
    at: float
    """When the visit closed."""
    moves: tuple[Restocked, ...]


class StockCountBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody has counted what lies in a slot."""

    kind: Literal["stock_count"]
    at: float
    who: str
    role: str
    what: str
    about: str
    """The slot."""
    sku: str
    units: int
    screen: str = ""
    why: str = ""
    approved_by: str = ""


class ReviewedLine(msgspec.Struct, frozen=True):
    """So many of a product, as a person decided."""

    sku: str
    quantity: int


class ReviewBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a person decided about a visit; its receipt follows from it."""

    kind: Literal["review"]
    visit: str
    lines: tuple[ReviewedLine, ...]
    decided_by: str
    decided_at: float
    choices: tuple[tuple[str, Explanation], ...] = ()
    """Event -> how it came about, for each question."""
    note: str = ""
    given: bool = False
    """The lines were given as such, not by answers to the questions."""
    follows: str = ""
    """The visit whose answer settled all questions of this one; nobody looked at this one itself."""


class PaymentBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """Money was moved or was not; nothing about the card."""

    kind: Literal["payment"]
    key: str
    """The order's idempotency key."""
    what: Literal["capture", "refund"]
    at: float
    receipt: int
    document: str
    amount: int
    currency: str
    outcome: Literal["done", "declined", "counter", "written_off"]
    ref: str = ""
    """The provider's own name for it."""
    why: str = ""
    rounding: int = 0
    """Paid in cash: what the smallest coin adds to what is owed. ``amount`` is without it."""
    cash: bool = False
    """Settled at the counter with coins and notes. (Before it was kept: only where ``rounding`` says so.)"""
