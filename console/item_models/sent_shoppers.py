"""What is said of shoppers that were sent into a simulated store."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from console.item_models.words import ShopWords
from console.language import tr
from console.operations.health import Tone
from console.operations.simulated_shoppers import Fate
from inference.messages.wire import Wanted


class FateWords(msgspec.Struct, frozen=True):
    """One of them in two lines."""

    who: str
    """What they were sent for."""
    what: str
    """What became of it."""
    tone: Tone
    visit: str = ""
    """The visit that can be shown; empty while it goes on."""
    link: str = ""
    """What the button to it says."""


def wanted_words(items: Sequence[Wanted], words: ShopWords) -> str:
    """``2 Cola, Crisps``; a single one without its number."""
    return ", ".join(
        words.product(item.sku) if item.count == 1 else f"{item.count} {words.product(item.sku)}"
        for item in items
    )


def still_wanted(wanted: Sequence[Wanted], has: Sequence[Wanted]) -> list[Wanted]:
    """What somebody was sent for and has not taken yet."""
    taken = {item.sku: item.count for item in has}
    left = (Wanted(item.sku, item.count - taken.get(item.sku, 0)) for item in wanted)
    return [item for item in left if item.count > 0]


def fate_words(fate: Fate, words: ShopWords) -> FateWords:
    """How somebody is getting on, and whether the receipt is what they took."""
    wanted, has = wanted_words(fate.sent.wanted, words), wanted_words(fate.sent.has, words)
    who = tr("For {goods}", goods=wanted) if wanted else tr("Only to look")
    if fate.visit is not None:
        return _closed(fate, who, has, words)
    match fate.sent.state:
        case "coming":
            return FateWords(who, tr("On the way in"), "neutral")
        case "inside":
            said = tr("Inside, took {goods}", goods=has) if has else tr("Inside, has taken nothing yet")
            return FateWords(who, said, "neutral")
        case _:
            return FateWords(who, _receipt_to_come(has), "neutral")


def _closed(fate: Fate, who: str, has: str, words: ShopWords) -> FateWords:
    assert fate.visit is not None  # noqa: S101  # the caller looked
    row, document = fate.visit.row, fate.visit.document
    truth = (
        tr("exactly what was taken")
        if fate.is_right
        else tr("not what was taken, which is {goods}", goods=has or tr("nothing"))
    )
    tone: Tone = "good" if fate.is_right else "wrong"
    visit = row.visit.visit
    if document is not None:
        total = words.money(document.receipt.total)
        said = tr("Receipt {receipt}, {total}: {truth}", receipt=document.label, total=total, truth=truth)
        link = tr("Show receipt {receipt}", receipt=document.label)
        return FateWords(who, said, tone, visit, link)
    link = tr("Show visit {visit}", visit=row.visit.code)
    if row.state == "review":
        said = tr("Left with {goods}; a person is asked first", goods=has or tr("nothing"))
        return FateWords(who, said, "waiting", visit, link)
    if row.state == "nothing":
        said = (
            tr("Left with nothing, and no receipt: right")
            if fate.is_right
            else tr("No receipt: {truth}", truth=truth)
        )
        return FateWords(who, said, tone, visit, link)
    return FateWords(who, _receipt_to_come(has), "neutral", visit, link)


def _receipt_to_come(has: str) -> str:
    return tr("Left with {goods}; the receipt comes in a moment", goods=has or tr("nothing"))
