"""What a store records of whoever comes in, and for how long, in plain words."""

from __future__ import annotations

import msgspec

from console.language import tr, tr_n
from store_layout.model import StoreLayout


class RecordedFact(msgspec.Struct, frozen=True):
    """One thing that a visitor may want to know."""

    heading: str
    text: str


def recorded_facts(layout: StoreLayout) -> tuple[RecordedFact, ...]:
    """In the order in which people ask; the periods are those of the store's settings."""
    kept = layout.file.retention
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
            _pictures(kept.clips_days),
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
                visits=period(kept.visits_days),
                receipts=years(kept.documents_years),
            ),
        ),
        RecordedFact(
            tr("Something wrong?"),
            tr("Show your receipt to the staff. A person looks at it, and what was wrong is given back."),
        ),
    )


def _pictures(days: int) -> str:
    seen = tr("They see where people stand and where hands reach: points on this map, at once.")
    if days == 0:
        return tr("{seen} No picture is kept.", seen=seen)
    return tr(
        "{seen} Around a doubtful moment a short clip is kept, heads blurred, {how_long}.",
        seen=seen,
        how_long=period(days),
    )


def period(days: int) -> str:
    """``for 7 days``."""
    return tr_n("for {n} day", "for {n} days", days)


def years(number: int) -> str:
    """``at least for 10 years``: what the law asks for, and nothing takes documents away after it."""
    return tr_n("at least for {n} year", "at least for {n} years", number)
