"""A card of the review queue as the command line shows it: for people, and for programs."""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from console.back_office import Ledger
from console.back_office import reviews as desk
from console.back_office.money import format_money
from console.back_office.review_answers import stated
from console.back_office.review_rows import ReviewRow
from console.back_office.reviews import ReviewCard
from console.cli.said import clock
from console.cli.say import out
from inference.messages.results import Explanation, Felt, ItemMove


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
    probability: float | None
    """None: it is only guessed, by its weight or by what lies there."""
    moves: tuple[Moved, ...]
    total: int | None
    """What the visit would cost with it, the rest as counted now; None: that cannot be said."""
    not_sold: bool = False
    """Goods that no product explains; else, without moves: nobody moved anything."""


class Asked(msgspec.Struct, frozen=True):
    """A question of a card, for a program."""

    event: str
    text: str
    at_stake: int
    felt: Felt | None
    """Where, when and what the scales felt; None: that was not kept."""
    slots: tuple[str, ...]
    settled: bool
    """Another visit's answer has settled it."""
    choices: tuple[Choice, ...]


class Shown(msgspec.Struct, frozen=True):
    """A card, for a program."""

    row: ReviewRow
    currency: str
    time_zone: str
    lines: dict[str, int]
    names: dict[str, str]
    """Of the products in ``lines``, by sku."""
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
            felt=question.felt,
            slots=tuple(dict.fromkeys(m.slot for each in question.alternatives for m in each.moves)),
            settled=question.event in card.known,
            choices=tuple(
                Choice(
                    number=number,
                    probability=stated(alternative),
                    not_sold=alternative.track is not None and not alternative.moves,
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
        time_zone="UTC" if prices is None else prices.time_zone,
        lines=lines,
        names={sku: names.get(sku, sku) for sku in lines},
        notes=tuple(str(note) for note in card.visit.notes),
        questions=questions,
    )


def print_card(shown: Shown) -> None:
    """For people."""
    counted = ", ".join(f"{count} {shown.names[sku]}" for sku, count in shown.lines.items()) or "nothing"
    out.print(f"{shown.row.code}: counted now: {counted}", markup=False, highlight=False)
    for note in shown.notes:
        out.print(f"  {note}", markup=False, highlight=False)
    asks = [asked for asked in shown.questions if not asked.settled]
    for asked in shown.questions:
        if asked.settled:
            where = "Settled by another visit's answer: "
        else:
            where = f"Question {asks.index(asked) + 1} of {len(asks)}: " if len(asks) > 1 else ""
        out.print(f"{where}{asked.text}", markup=False, highlight=False)
        if asked.felt is not None:
            out.print(f"  {_felt(asked.felt, asked.slots, shown.time_zone)}", markup=False, highlight=False)
        for choice in asked.choices:
            nothing = "something not sold here" if choice.not_sold else "nobody took or put back anything"
            moves = "; ".join(_said(moved) for moved in choice.moves) or nothing
            facts = [] if choice.probability is None else [f"{choice.probability:.0%}"]
            if choice.total is not None:
                facts.append(f"total {format_money(choice.total, shown.currency)}")
            text = f"  {choice.number}: {moves}" + (f" ({', '.join(facts)})" if facts else "")
            out.print(text, markup=False, highlight=False)
    said = " ".join("--choice NUMBER" for _ in asks) or "--line SKU=COUNT (or --nothing)"
    out.print(f"Answer it: main.py reviews answer {shown.row.code} {said}", markup=False, highlight=False)


def _felt(felt: Felt, slots: tuple[str, ...], time_zone: str) -> str:
    where = ", ".join([felt.fixture, *slots])
    at = clock(felt.t, ZoneInfo(time_zone))
    if felt.silent:
        return f"{at}, {where}: the scale was silent and felt nothing"
    return f"{at}, {where}: {felt.delta_g:+.0f} g, give or take {felt.sd_g:.0f}"


def _said(moved: Moved) -> str:
    who = {"this": "this shopper", "other": "another shopper", "nobody": "somebody not followed"}[moved.who]
    return f"{who} {'took' if moved.count > 0 else 'put back'} {abs(moved.count)} {moved.name}"
