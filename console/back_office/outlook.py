"""What a dispute would lead to, before anybody decides it: documents, money, and who has to agree. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from console.back_office.correction_lines import charged, given_back
from console.back_office.corrections import (
    Account,
    Change,
    Correction,
    CorrectionError,
    CorrectionLine,
    Kind,
    account_of,
    applied,
    difference,
)
from console.back_office.money import format_money
from console.back_office.price_list import PriceList
from console.back_office.receipts import Receipt, TaxLine
from console.language import tr

DAY_S = 86_400.0


class Draft(msgspec.Struct, frozen=True):
    """A document as it would be issued."""

    kind: Kind
    lines: tuple[CorrectionLine, ...]
    taxes: tuple[TaxLine, ...]
    total: int
    """Below 0: given back."""


class Outlook(msgspec.Struct, frozen=True):
    """What would come of it."""

    drafts: tuple[Draft, ...]
    second: str
    """Why a second person has to agree; empty: none has to."""
    stands: int
    """What is left of the receipt afterwards, minor units."""

    @property
    def total(self) -> int:
        """All documents together; below 0: the shopper gets that back."""
        return sum(draft.total for draft in self.drafts)


def drafts_of(account: Account, changes: Sequence[Change], prices: PriceList) -> tuple[Draft, ...]:
    """The documents that the changes lead to, the refund first. Raises ``CorrectionError`` where none can."""
    found: list[Draft] = []
    for kind in ("refund", "supplement"):
        lines = given_back(account, changes) if kind == "refund" else charged(account, changes, prices)
        if lines:
            after = applied(account, lines)
            taxes = difference(account, after)
            found.append(Draft(kind, lines, taxes, sum(rate.gross for rate in taxes)))
            account = after
    if not found:
        raise CorrectionError(tr("nothing would change"))
    return tuple(found)


def is_late(receipt: Receipt, prices: PriceList, at: float) -> bool:
    """Whether the time for disputes is over."""
    return at > receipt.issued_at + prices.refund_days * DAY_S


def why_second(
    receipt: Receipt,
    before: Iterable[Correction],
    drafts: Sequence[Draft],
    prices: PriceList,
    *,
    label: str,
    opened_at: float,
) -> str:
    """Why a second person has to agree: the limit of a receipt, or its age. Empty: nobody has to."""
    refunds = [draft.total for draft in drafts if draft.kind == "refund"]
    back = -sum(correction.total for correction in before if correction.kind == "refund") - sum(refunds)
    if refunds and back > prices.refund_limit:
        money, limit = (format_money(amount, receipt.currency) for amount in (back, prices.refund_limit))
        return tr("{money} is above the limit of {limit} for one receipt", money=money, limit=limit)
    if is_late(receipt, prices, opened_at):
        return tr(
            "{label} was older than {days} days when it was disputed",
            label=label,
            days=prices.refund_days,
        )
    return ""


def outlook(
    receipt: Receipt,
    before: Sequence[Correction],
    changes: Sequence[Change],
    prices: PriceList,
    *,
    label: str,
    opened_at: float,
) -> Outlook:
    """What changes to a receipt that has these corrections would lead to.

    Raises ``CorrectionError``, ``UnknownProductError``.
    """
    account = account_of(receipt, before)
    drafts = drafts_of(account, changes, prices)
    second = why_second(receipt, before, drafts, prices, label=label, opened_at=opened_at)
    return Outlook(drafts, second, account.total + sum(draft.total for draft in drafts))
