"""``main.py reviews``: the visits that a person has to decide."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from console.back_office import Ledger, UnknownProductError, known_answers
from console.back_office import reviews as desk
from console.back_office.money import format_money
from console.back_office.permissions import Actor
from console.back_office.review_answers import AnswerError
from console.back_office.review_rows import ReviewRow, openness
from console.back_office.reviews import ReviewCard, ReviewError
from console.cli.acting import ActingOption, acts, opened
from console.cli.places import LedgerOption, StoresLedgerOption, ledger_said
from console.cli.review_cards import print_card, shown_card
from console.cli.said import TimeZoneOption, clock, time_said, zone_of
from console.cli.say import JsonOption, out, print_json, row
from inference.messages.results import Question
from store_layout.problems import StoreProblems
from store_layout.reader import read_store

app = typer.Typer(help="Visits that a person has to decide.", no_args_is_help=True)

VisitArgument = Annotated[str, typer.Argument(help="The visit: its code or id.", show_default=False)]


@app.command("list")
def list_command(
    ledger: LedgerOption = None,
    time_zone: TimeZoneOption = None,
    as_json: JsonOption = False,
) -> None:
    """What waits, the most urgent first: by money at stake, doubt and waiting time."""
    now = time.time()
    with opened(ledger) as file:
        desk.issue_due(file, now)
        waiting = desk.queue(file, now)
        prices = [file.prices_of(card.visit) for card in waiting]
        zone = zone_of(file, time_zone)
    if as_json:
        print_json(waiting)
        return
    table = Table("Visit", "Since", "At stake", "Sure", "State", "With", box=None)
    for card, price in zip(waiting, prices, strict=True):
        since = clock(card.waiting_since, zone)
        stake = format_money(card.at_stake, price.currency) if price else card.at_stake
        table.add_row(
            *row(card.code, since, stake, f"{card.probability:.0%}", card.state, card.held_by(now) or "")
        )
    out.print(table if waiting else "Nothing waits.")


@app.command()
def claim(
    acting: ActingOption,
    visit: Annotated[str | None, typer.Argument(help="A certain visit; without it, the most urgent.")] = None,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a card and show its questions; it is kept for five minutes."""
    now = time.time()
    with opened(ledger, ReviewError) as file:
        actor = acts(file, acting)
        desk.issue_due(file, now)
        found = _known_card(file, actor, now) if visit is None else None
        if found is None:
            found = desk.claim(file, actor, now, None if visit is None else _visit(file, visit))
        shown = None if found is None else shown_card(file, found)
    if as_json:
        print_json(shown)
    elif shown is None:
        out.print("Nothing waits for you.")
    else:
        print_card(shown)


@app.command()
def answer(
    visit: VisitArgument,
    acting: ActingOption,
    choice: Annotated[
        list[str] | None,
        typer.Option(help="Per open question, in order: number of the alternative from 1, or none."),
    ] = None,
    line: Annotated[
        list[str] | None, typer.Option(help="SKU=COUNT: what was taken, instead of choices.")
    ] = None,
    nothing: Annotated[bool, typer.Option("--nothing", help="Nothing was taken.")] = False,
    note: Annotated[str, typer.Option(help="For the record.")] = "",
    store: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the store whose ledger it is, and whose prices hold where that has none. "
            "Without it: the demo store's.",
            show_default=False,
        ),
    ] = None,
    at_once: Annotated[bool, typer.Option("--issue", help="Issue it now; it cannot be undone then.")] = False,
    ledger: StoresLedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide a claimed card. For half a minute it can be undone; the next command after that issues it."""
    now = time.time()
    with opened(
        lambda: ledger_said(ledger, store), ReviewError, AnswerError, UnknownProductError, StoreProblems
    ) as file:
        actor, name = acts(file, acting), _visit(file, visit)
        desk.issue_due(file, now)
        card = desk.card(file, name)
        given = _lines(line or []) if line or nothing else None
        if known_answers.pending(file, actor.name) == name:
            card = msgspec.structs.replace(card, known={})
            chosen = {} if given is not None else _choices(card, choice or [])
            known_answers.answer_known(file, actor, chosen, now, lines=given)
            _say_answered(card.row, as_json)
            return
        desk.answer(
            file,
            actor,
            name,
            {} if given is not None else _choices(card, choice or []),
            now,
            lines=given,
            note=note,
            layout=None if store is None else read_store(store),
        )
        if at_once:
            desk.issue_due(file, now, name)
        _say(file, name, as_json)


@app.command()
def unsure(
    visit: VisitArgument,
    acting: ActingOption,
    why: Annotated[str, typer.Option(help="For the record.")] = "",
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hand a claimed card to a second person, and after them to a manager."""
    with opened(ledger, ReviewError) as file:
        name = _visit(file, visit)
        desk.unsure(file, acts(file, acting), name, time.time(), why)
        _say(file, name, as_json)


@app.command()
def skip(
    visit: VisitArgument, acting: ActingOption, ledger: LedgerOption = None, as_json: JsonOption = False
) -> None:
    """Give a claimed card back; it comes last."""
    with opened(ledger, ReviewError) as file:
        name = _visit(file, visit)
        desk.skip(file, acts(file, acting), name, time.time())
        _say(file, name, as_json)


@app.command()
def undo(
    visit: VisitArgument, acting: ActingOption, ledger: LedgerOption = None, as_json: JsonOption = False
) -> None:
    """Take one's answer back, before it is issued."""
    with opened(ledger, ReviewError) as file:
        name = _visit(file, visit)
        desk.undo(file, acts(file, acting), name, time.time())
        _say(file, name, as_json)


@app.command()
def issue(ledger: LedgerOption = None, as_json: JsonOption = False) -> None:
    """Issue the receipts of all answers that can no longer be undone."""
    with opened(ledger, ReviewError) as file:
        issued = desk.issue_due(file, time.time())
    if as_json:
        print_json(issued)
    else:
        out.print(f"{len(issued)} issued.")


@app.command()
def score(acting: ActingOption, ledger: LedgerOption = None, as_json: JsonOption = False) -> None:
    """How often one was right on cards whose answer was known; only one's own."""
    with opened(ledger) as file:
        found = known_answers.score(file, acts(file, acting).name)
    if as_json:
        print_json(found)
    else:
        words = f"{found.right} of {found.shown} known cards right." if found.shown else "None was shown yet."
        out.print(words, highlight=False)


@app.command()
def report(
    since: Annotated[
        str | None,
        typer.Option(help="Visits closed from then on, such as 2026-11-20 or 2026-11-20T14:05."),
    ] = None,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """How often a person decided, how long that took, and how often they said otherwise."""
    with opened(ledger, read_only=True) as file:
        found = openness(file, 0.0 if since is None else time_said(since, zone_of(file, None)))
    if as_json:
        print_json(found)
        return
    out.print(
        f"{found.reviewed} of {found.visits} visits decided by a person "
        f"({found.per_1000_visits:.1f} per 1,000), {found.followed} more by an answer to another, "
        f"{found.waiting} wait. "
        f"{found.seconds / 60:.1f} minutes of work; {found.changed} answers changed the lines, "
        f"{found.unsure} were handed on, {found.skipped} skipped.",
        highlight=False,
    )


# -- parts -------------------------------------------------------------------------------------------


def _visit(file: Ledger, said: str) -> str:
    """Id of the visit in review that goes by this code or id."""
    found = file.scalar(
        "SELECT r.visit FROM review r JOIN visit v ON v.id = r.visit WHERE v.id = ? OR v.code = ? "
        "ORDER BY r.state = 'issued', v.closed_at DESC LIMIT 1",
        said,
        said,
    )
    if found is None:
        raise ReviewError(f"no visit {said} is in review")
    return str(found)


def _known_card(file: Ledger, actor: Actor, now: float) -> ReviewCard | None:
    """A card whose answer is known, where one is due or held."""
    if known_answers.pending(file, actor.name) is None and not known_answers.is_due(file, actor.name):
        return None
    found = known_answers.show_known(file, actor, now)
    return None if found is None else ReviewCard(*found, known={})


def _say_answered(card: ReviewRow, as_json: bool) -> None:
    """As for any card."""
    told = msgspec.structs.replace(card, state="answered", answer=None)
    if as_json:
        print_json({"review": told, "receipt": None})
    else:
        out.print(f"{card.code}: answered", markup=False, highlight=False)


def _choices(card: ReviewCard, said: list[str]) -> dict[str, int | None]:
    asked = [question for question in card.visit.questions if question.event not in card.known]
    if len(said) != len(asked):
        raise AnswerError(
            f"{card.row.code} has {len(asked)} open questions, and {len(said)} choices were given"
        )
    return {q.event: _number(text, q) for q, text in zip(asked, said, strict=True)}


def _number(text: str, question: Question) -> int | None:
    if text.lower() == "none":
        return None
    if not (text.isdecimal() and 1 <= int(text) <= len(question.alternatives)):
        raise AnswerError(f"{text!r} is no choice: 1 to {len(question.alternatives)}, or none")
    return int(text) - 1


def _lines(said: list[str]) -> dict[str, int]:
    found = {}
    for text in said:
        sku, _, count = text.rpartition("=")
        if not (sku and count.isdecimal()):
            raise AnswerError(f"{text!r} is no line: write SKU=COUNT")
        found[sku] = int(count)
    return found


def _say(file: Ledger, visit: str, as_json: bool) -> None:
    card, document = desk.card(file, visit), file.document_of(visit)
    if as_json:
        print_json({"review": card.row, "receipt": None if document is None else document.label})
        return
    receipt = f", receipt {document.label}" if document is not None else ""
    out.print(f"{card.row.code}: {card.row.state}{receipt}", markup=False, highlight=False)
