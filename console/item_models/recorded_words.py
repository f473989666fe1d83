"""What a store records of whoever comes in, and for how long, in plain words."""

from __future__ import annotations

import msgspec

from console.language import tr, tr_n
from store_layout.model import StoreLayout

DAYS_A_YEAR = 365


class Kept(msgspec.Struct, frozen=True):
    """How long a store keeps what, days; None: until somebody deletes it; 0: not at all."""

    clips: int | None = 0
    """Of doubtful moments, heads blurred."""
    visits: int | None = None
    receipts: int | None = None


class RecordedFact(msgspec.Struct, frozen=True):
    """One thing that a visitor may want to know."""

    heading: str
    text: str


def recorded_facts(layout: StoreLayout, kept: Kept) -> tuple[RecordedFact, ...]:
    """In the order in which people ask."""
    cameras, scales = len(layout.file.camera), len(layout.file.scale)
    return (
        RecordedFact(
            tr("No faces, no names"),
            tr(
                "You are a random code while you are in here, and it ends with your visit. Nobody is "
                "recognised when they come again."
            ),
        ),
        RecordedFact(
            tr_n("{n} camera", "{n} cameras", cameras),
            _pictures(kept),
        ),
        RecordedFact(
            tr_n("{n} scale in the shelves", "{n} scales in the shelves", scales),
            tr("They feel what is taken and put back. A scale knows grams, and nothing of you."),
        ),
        RecordedFact(
            tr("Your visit"),
            tr(
                "When you came and left and what you took is kept {visits}; the receipt, which the tax "
                "law asks for, {receipts}.",
                visits=period(kept.visits),
                receipts=period(kept.receipts),
            ),
        ),
        RecordedFact(
            tr("Something wrong?"),
            tr("Show your receipt to the staff. A person looks at it, and what was wrong is given back."),
        ),
    )


def _pictures(kept: Kept) -> str:
    seen = tr("They see where people stand and where hands reach: points on this map, at once.")
    if kept.clips == 0:
        return tr("{seen} No picture is kept.", seen=seen)
    how_long = period(kept.clips)
    return tr(
        "{seen} Around a doubtful moment a short clip is kept, heads blurred, {how_long}.",
        seen=seen,
        how_long=how_long,
    )


def period(days: int | None) -> str:
    """``for 7 days``, ``for 10 years``."""
    if days is None:
        return tr("until the shop deletes it")
    if days >= DAYS_A_YEAR and days % DAYS_A_YEAR in range(-3, 4):
        return tr_n("for {n} year", "for {n} years", round(days / DAYS_A_YEAR))
    return tr_n("for {n} day", "for {n} days", days)
