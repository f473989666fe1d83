"""A card of the review queue as the command line shows it: for people, and for programs."""

from __future__ import annotations

from typing import Literal

import msgspec

from console.back_office import Ledger
from console.back_office import reviews as desk
from console.back_office.money import format_money
from console.back_office.review_rows import ReviewRow
from console.back_office.reviews import ReviewCard
from console.cli.say import out
from inference.messages.results import Explanation, ItemMove


class Moved(msgspec.Struct, frozen=True):
    """So many units taken (positive) or put back, for a program."""

    who: Literal["this", "other", "nobody"]
    """The shopper of this visit, somebody else, or nobody whom the cameras followed."""
    sku: str
    name: str
    count: int


class Choice(msgspec.Struct, frozen=True):
    """One alternative of a question, for a program."""

    number: int
    probability: float
    moves: tuple[Moved, ...]
    total: int | None
    """What the visit would cost with it, the rest as counted now; None: that cannot be said."""


class Asked(msgspec.Struct, frozen=True):
    """A question of a card, for a program."""

    event: str
    text: str
    at_stake: int
    settled: bool
    """Another visit's answer has settled it."""
    choices: tuple[Choice, ...]


class Shown(msgspec.Struct, frozen=True):
    """A card, for a program."""

    row: ReviewRow
    currency: str
    lines: dict[str, int]
    notes: tuple[str, ...]
    questions: tuple[Asked, ...]


def _moved(card: ReviewCard, alternative: Explanation, move: ItemMove, names: dict[str, str]) -> Moved:
    mover = alternative.mover(move)
    who: Literal["this", "other", "nobody"] = "this" if mover == card.visit.track else "other"
    if mover is None:
        who = "nobody"
    return Moved(who=who, sku=move.sku, name=names.get(move.sku, move.sku), count=move.count)


def shown_card(file: Ledger, card: ReviewCard) -> Shown:
    """The card with names, and what the visit would cost with each answer."""
    prices = file.prices_of(card.visit.visit)
    names = {} if prices is None else {sku: product.name for sku, product in prices.products.items()}
    questions = tuple(
        Asked(
            event=question.event,
            text=question.text,
            at_stake=question.at_stake,
            settled=question.event in card.known,
            choices=tuple(
                Choice(
                    number=number,
                    probability=alternative.probability,
                    moves=tuple(_moved(card, alternative, move, names) for move in alternative.moves),
                    total=desk.total_with(file, card, question, alternative),
                )
                for number, alternative in enumerate(question.alternatives, start=1)
            ),
        )
        for question in card.visit.questions
    )
    lines = {line.sku: line.quantity for line in card.visit.lines}
    return Shown(
        row=card.row,
        currency="XXX" if prices is None else prices.currency,
        lines=lines,
        notes=tuple(str(note) for note in card.visit.notes),
        questions=questions,
    )


def print_card(shown: Shown) -> None:
    """For people."""
    counted = ", ".join(f"{count} {sku}" for sku, count in shown.lines.items()) or "nothing"
    out.print(f"{shown.row.code}: counted now: {counted}", markup=False, highlight=False)
    for note in shown.notes:
        out.print(f"  {note}", markup=False, highlight=False)
    for asked in shown.questions:
        settled = " (settled by another visit's answer)" if asked.settled else ""
        out.print(f"{asked.text}{settled}", markup=False, highlight=False)
        for choice in asked.choices:
            moves = "; ".join(_said(moved) for moved in choice.moves) or "nobody took or put back anything"
            total = "" if choice.total is None else f", total {format_money(choice.total, shown.currency)}"
            text = f"  {choice.number}: {moves} ({choice.probability:.0%}{total})"
            out.print(text, markup=False, highlight=False)
    if not shown.questions:
        out.print("It asks nothing: say what was taken with --line SKU=COUNT, or --nothing.")


def _said(moved: Moved) -> str:
    who = {"this": "this shopper", "other": "another shopper", "nobody": "somebody not followed"}[moved.who]
    return f"{who} {'took' if moved.count > 0 else 'put back'} {abs(moved.count)} {moved.name}"
