"""What is said of shoppers that were sent into a simulated store."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from console.item_models.words import ShopWords
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


def fate_words(fate: Fate, words: ShopWords) -> FateWords:
    """How somebody is getting on, and whether the receipt is what they took."""
    wanted, has = wanted_words(fate.sent.wanted, words), wanted_words(fate.sent.has, words)
    who = f"For {wanted}" if wanted else "Only to look"
    if fate.visit is not None:
        return _closed(fate, who, has, words)
    match fate.sent.state:
        case "coming":
            return FateWords(who, "On the way in", "neutral")
        case "inside":
            return FateWords(
                who, f"Inside, took {has}" if has else "Inside, has taken nothing yet", "neutral"
            )
        case _:
            return FateWords(who, f"Left with {has or 'nothing'}; the receipt comes in a moment", "neutral")


def _closed(fate: Fate, who: str, has: str, words: ShopWords) -> FateWords:
    assert fate.visit is not None  # noqa: S101  # the caller looked
    row, document = fate.visit.row, fate.visit.document
    truth = "exactly what was taken" if fate.is_right else f"not what was taken, which is {has or 'nothing'}"
    tone: Tone = "good" if fate.is_right else "wrong"
    visit = row.visit.visit
    if document is not None:
        said = f"Receipt {document.label}, {words.money(document.receipt.total)}: {truth}"
        return FateWords(who, said, tone, visit, f"Show receipt {document.label}")
    link = f"Show visit {row.visit.code}"
    if row.state == "review":
        return FateWords(
            who, f"Left with {has or 'nothing'}; a person is asked first", "waiting", visit, link
        )
    if row.state == "nothing":
        said = "Left with nothing, and no receipt: right" if fate.is_right else f"No receipt: {truth}"
        return FateWords(who, said, tone, visit, link)
    return FateWords(
        who, f"Left with {has or 'nothing'}; the receipt comes in a moment", "neutral", visit, link
    )
