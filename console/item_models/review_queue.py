"""How the queue of reviews stands, in words: what waits, who else is at it, how often today."""

from __future__ import annotations

from collections.abc import Sequence

from console.back_office.review_rows import Openness
from console.item_models.review_words import Shown, waited
from console.item_models.words import ShopWords
from console.language import tr, tr_n
from console.language.writing import decimal
from console.operations.review_desk import OpenCard
from console.operations.reviews import Reviews


def card_words(reviews: Reviews, card: OpenCard, shown: Shown, event_at: int, words: ShopWords) -> str:
    """Over a card: how far along, whose visit, how long it waits, what is at stake.

    ``event_at``: which of the question's events is looked at, counted on beyond the last.
    """
    row = card.card.row
    number, waiting = reviews.done + 1, len(reviews.queue.rows)
    parts = [
        tr("Card {number} of {all}", number=number, all=max(number, reviews.done + waiting)),
        tr("visit {code}", code=row.code),
        waited(card, reviews.store_time, words),
        tr("{amount} at stake", amount=words.money(row.at_stake)),
    ]
    if shown.parts > 1:
        parts.insert(1, tr("question {part} of {parts}", part=shown.part, parts=shown.parts))
    if (events := len(shown.evidence)) > 1:
        parts.append(tr("event {number} of {all} (W: next)", number=event_at % events + 1, all=events))
    return "  \N{MIDDLE DOT}  ".join(parts)


def nothing_words(reviews: Reviews) -> tuple[str, str]:
    """Heading and text where no card is in hand."""
    others, waiting = reviews.waiting_for_others(), len(reviews.queue.rows)
    if reviews.opening:
        return tr("A card is being taken"), ""
    if waiting and others:
        return tr("Nothing waits for you"), tr_n(
            "{n} card is with {names} or for somebody else.",
            "{n} cards are with {names} or for somebody else.",
            waiting,
            names=", ".join(others),
        )
    if waiting:
        return tr("Nothing waits for you"), tr_n(
            "{n} card waits for somebody else to decide.",
            "{n} cards wait for somebody else to decide.",
            waiting,
        )
    return tr("Nothing waits"), tr(
        "A visit comes here when being wrong about it would cost more than asking you."
    )


def asked_today(today: Openness | None) -> str:
    """How often a person was asked today."""
    if today is None or not today.visits:
        return tr("No visit has closed today.")
    asked = today.reviewed + today.waiting
    return tr_n(
        "Today a person was asked about {asked} of {n} visit: {rate} per 1,000",
        "Today a person was asked about {asked} of {n} visits: {rate} per 1,000",
        today.visits,
        asked=asked,
        rate=decimal(1000 * asked / today.visits),
    )


def also_reviewing(others: Sequence[str]) -> str:
    """Who else has a card now; nothing where nobody has."""
    if not others:
        return ""
    return tr_n("{names} reviews too", "{names} review too", len(others), names=", ".join(others))
