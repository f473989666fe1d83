"""What is said to be wrong with a receipt, as it is filled in: wishes to changes, reasons and words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import get_args

import msgspec

from console.back_office.corrections import Account, Change, Position, Reason
from console.back_office.dispute_rows import DisputeRow
from console.back_office.disputes import Decided
from console.back_office.outlook import Outlook, outlook
from console.item_models.words import MINUS, ShopWords
from console.language import tr
from console.operations.visit_dossier import Dossier
from store_layout.currency import to_minor

REASONS: tuple[Reason, ...] = get_args(Reason)
_LIKELY: dict[str, Reason] = {"price": "wrong_price", "add": "not_charged", "goodwill": "goodwill"}


class LineWish(msgspec.Struct, frozen=True):
    """What one line should be."""

    position: Position
    units: int
    off: int = 0
    """Minor units taken off what is left of it."""


def open_positions(account: Account) -> tuple[Position, ...]:
    """Lines of which something stands; deposits go with their products."""
    return tuple(p for p in account.positions if p.kind == "product" and (p.units > 0 or p.amount > 0))


def changes_of(lines: Iterable[LineWish], added: Mapping[str, int], goodwill: int) -> tuple[Change, ...]:
    """What has to change for it to be so: counts, then prices, then what is added, then goodwill."""
    lines = tuple(lines)
    found: list[Change] = []
    for line in lines:
        fewer = line.position.units - line.units
        if fewer > 0:
            found.append(Change(kind="remove", line=line.position.line, count=fewer))
    found += [
        Change(kind="price", line=line.position.line, amount=line.off) for line in lines if line.off > 0
    ]
    more = {line.position.sku: line.units - line.position.units for line in lines}
    for sku, count in added.items():
        more[sku] = max(0, more.get(sku, 0)) + count
    found += [Change(kind="add", sku=sku, count=count) for sku, count in more.items() if count > 0]
    if goodwill > 0:
        found.append(Change(kind="goodwill", amount=goodwill))
    return tuple(found)


def likely_reason(changes: Iterable[Change], account: Account) -> Reason | None:
    """The reason that goes with the first change; None where nothing is changed."""
    first = next(iter(changes), None)
    if first is None:
        return None
    if first.kind == "remove" and first.line is not None:
        whole = account.position(first.line).units == first.count
        return "not_taken" if whole else "wrong_count"
    return _LIKELY[first.kind]


def look_ahead(dossier: Dossier, changes: tuple[Change, ...], at: float) -> Outlook | None:
    """What they would lead to; None without a receipt or its terms.

    Raises ``CorrectionError``, ``UnknownProductError``.
    """
    if dossier.receipt is None or dossier.prices is None:
        return None
    return outlook(
        dossier.receipt.receipt,
        dossier.corrections,
        changes,
        dossier.prices,
        label=dossier.receipt.label,
        opened_at=at,
    )


def parse_amount(text: str, currency: str) -> int:
    """An amount as people type it, minor units; 0 for nothing. Raises ``ValueError`` in words."""
    typed = text.strip().replace(",", ".")
    if not typed:
        return 0
    try:
        found = to_minor(Decimal(typed), currency)
    except InvalidOperation:
        raise ValueError(tr("{text} is not an amount: write it as 1.50", text=text)) from None
    if found < 0:
        raise ValueError(tr("{text} is not an amount: write it as 1.50", text=text))
    return found


# -- words -------------------------------------------------------------------------------------------


def reason_words(reason: str) -> str:
    """A reason as people say it."""
    return {
        "not_taken": tr("Was not taken"),
        "wrong_product": tr("Another product was taken"),
        "wrong_count": tr("Not so many were taken"),
        "wrong_price": tr("The price is wrong"),
        "damaged": tr("Damaged or spoilt"),
        "not_charged": tr("Was taken and not charged"),
        "goodwill": tr("Goodwill"),
        "other": tr("Another reason"),
    }.get(reason, reason)


def change_words(change: Change, account: Account | None, words: ShopWords) -> str:
    """One change as people say it."""
    name = words.product(change.sku or "")
    if account is not None and change.line is not None:
        name = account.position(change.line).name
    match change.kind:
        case "remove":
            return tr("{count} {product} off", count=change.count, product=name)
        case "add":
            return tr("{count} {product} more", count=change.count, product=name)
        case "price":
            return tr("{money} off {product}", money=words.money(change.amount), product=name)
        case _:
            return tr("{money} as goodwill", money=words.money(change.amount))


def outlook_words(found: Outlook, dossier: Dossier, words: ShopWords) -> str:
    """What the customer gets back or has to pay, and what stands then."""
    money = words.money(abs(found.total))
    card = dossier.last_four
    if found.total < 0:
        said = (
            tr("The customer gets back {money} to card {card}.", money=money, card=card)
            if card
            else tr("The customer gets back {money}.", money=money)
        )
    elif found.total > 0:
        said = tr("The customer pays {money} more.", money=money)
    else:
        said = tr("The total stays the same.")
    return said + " " + tr("Of the receipt {money} stand then.", money=words.money(found.stands))


def draft_words(found: Outlook, words: ShopWords) -> tuple[tuple[str, str], ...]:
    """Lines of the documents that would be issued: what, and amount."""
    return tuple(
        (
            f"{line.quantity:+d} {line.name}".replace("-", MINUS) if line.quantity else line.name,
            signed(line.amount, words),
        )
        for draft in found.drafts
        for line in draft.lines
    )


def verdict_words(found: Outlook | None, dossier: Dossier, words: ShopWords) -> str:
    """What the button does."""
    if found is None or found.total == 0:
        return tr("Correct the receipt")
    money = words.money(abs(found.total))
    if found.total > 0:
        return tr("Charge {money} more", money=money)
    if dossier.last_four:
        return tr("Refund {money} to card {card}", money=money, card=dossier.last_four)
    return tr("Refund {money}", money=money)


def done_words(result: object, words: ShopWords) -> str:
    """What became of it, for whoever decided it; empty: it is said elsewhere."""
    match result:
        case DisputeRow():
            return tr("Dispute {name} is open: a manager decides it.", name=result.id)
        case Decided(documents=()):
            return tr("Dispute {name} is declined: nothing is given back.", name=result.dispute.id)
        case Decided():
            papers = ", ".join(row.label for row in result.documents)
            total = sum(row.correction.total for row in result.documents)
            money = words.money(abs(total))
            if total < 0:
                return tr("{papers}: the customer gets back {money}.", papers=papers, money=money)
            if total > 0:
                return tr("{papers}: the customer pays {money} more.", papers=papers, money=money)
            return tr("{papers}: the total stays the same.", papers=papers)
        case _:
            return ""


def signed(amount: int, words: ShopWords) -> str:
    """An amount with its sign."""
    return f"{MINUS if amount < 0 else '+'}{words.money(abs(amount))}"
