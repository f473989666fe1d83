"""``main.py disputes`` and ``main.py refund``: what is wrong with a receipt, and what is done about it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

from console.back_office import Ledger, UnknownProductError
from console.back_office import disputes as desk
from console.back_office.corrections import Change, CorrectionError, Reason
from console.back_office.dispute_rows import DisputeRow, Source, State, disputes
from console.back_office.disputes import Decided, DisputeError
from console.back_office.evidence_files import EvidenceFileError, attach_file
from console.back_office.money import format_money
from console.back_office.receipts import ReceiptLine
from console.back_office.records import DocumentRow
from console.cli.acting import ActingOption, ApproverOption, acts, approves, opened
from console.cli.option_groups import OptionGroup, spread
from console.cli.places import LedgerOption, StoresLedgerOption, ledger_said
from console.cli.said import (
    TimeZoneOption,
    amount_said,
    clock,
    currency_said,
    receipt_said,
    time_said,
    zone_of,
)
from console.cli.say import JsonOption, out, print_json, row
from console.language import tr_noop
from store_layout.model import StoreLayout
from store_layout.problems import StoreProblems
from store_layout.reader import read_store

app = typer.Typer(help="What is wrong with a receipt, and what is done about it.", no_args_is_help=True)
ERRORS = (DisputeError, EvidenceFileError, CorrectionError, UnknownProductError, StoreProblems)

ReceiptArgument = Annotated[
    str, typer.Argument(help="The receipt: number (R-000012 or 12) or code.", show_default=False)
]
DisputeArgument = Annotated[str, typer.Argument(help="The dispute's id.", show_default=False)]
ReasonOption = Annotated[Reason, typer.Option(help="Why.", show_default=False)]
KeyOption = Annotated[
    str,
    typer.Option(help="Makes it safe to say again: the same key is the same dispute.", show_default=False),
]
StoreOption = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the store whose ledger it is, and whose terms hold where that has none of the time. "
        "Without it: the demo store's.",
        show_default=False,
    ),
]


@dataclass(frozen=True)
class ChangeOptions(OptionGroup):
    """What should be otherwise."""

    remove: Annotated[
        list[str] | None,
        typer.Option(help="LINE[=UNITS]: so many were not taken; counted as on the receipt."),
    ] = None
    count: Annotated[list[str] | None, typer.Option(help="LINE=UNITS: so many it should be.")] = None
    price: Annotated[list[str] | None, typer.Option(help="LINE=AMOUNT: so much is taken off that line.")] = (
        None
    )
    goodwill: Annotated[
        str | None,
        typer.Option(
            help="An amount off all lines together, such as 1.50; as they are, with tax or without."
        ),
    ] = None


@app.command()
def find(
    search: Annotated[
        str, typer.Argument(help="Number, code, last four digits of the card, product name or GTIN.")
    ] = "",
    amount: Annotated[str | None, typer.Option(help="What was paid, such as 3.49.")] = None,
    near: Annotated[str | None, typer.Option(help="When, such as 2026-11-20T14:05.")] = None,
    within: Annotated[float, typer.Option(help="Minutes before and after.", min=0)] = 30.0,
    currency: Annotated[
        str | None,
        typer.Option(help="Of the amount, such as EUR; without it, the shop's.", show_default=False),
    ] = None,
    time_zone: TimeZoneOption = None,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find a receipt by what a shopper still knows of it."""
    with opened(ledger, *ERRORS, read_only=True) as file:
        zone, issued, total = zone_of(file, time_zone), None, None
        if near is not None:
            at = time_said(near, zone)
            issued = (at - within * 60, at + within * 60)
        if amount is not None:
            total = amount_said(amount, _currency(file, currency))
        found = file.documents(50, search, total=total, issued=issued)
    if as_json:
        print_json(found)
        return
    table = Table("Number", "Issued", "Code", "Total", "Line by line", box=None)
    for d in found:
        at_clock = clock(d.receipt.issued_at, zone)
        lines = ", ".join(_line(n, line) for n, line in enumerate(d.receipt.lines, start=1))
        table.add_row(
            *row(d.label, at_clock, d.receipt.code, format_money(d.receipt.total, d.receipt.currency), lines)
        )
    out.print(table if found else "No receipts.")


def _line(number: int, line: ReceiptLine) -> str:
    """As ``--remove`` and ``--price`` name it. Deposits go with their product, promotions with theirs."""
    kind = "" if line.kind == "product" else f" ({line.kind})"
    return f"{number}: {line.quantity} {line.name}{kind}"


def _currency(file: Ledger, said: str | None) -> str:
    if said is not None:
        return currency_said(said)
    prices = file.latest_prices()
    return "EUR" if prices is None else prices.currency


@app.command("list")
def list_command(
    state: Annotated[State | None, typer.Option(help="Only those.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """The latest disputes, newest first."""
    with opened(ledger, read_only=True) as file:
        found = disputes(file, state, limit)
    if as_json:
        print_json(found)
        return
    table = Table("Dispute", "State", "Reason", "Opened by", "Decided by", "Message", box=None)
    for d in found:
        table.add_row(*row(d.id, d.state, d.reason, d.opened_by, d.decided_by, d.message))
    out.print(table if found else "No disputes.")


@app.command("open")
@spread
def open_command(
    receipt: ReceiptArgument,
    reason: ReasonOption,
    acting: ActingOption,
    change: ChangeOptions,
    add: Annotated[list[str] | None, typer.Option(help="SKU[=UNITS]: was taken and not charged.")] = None,
    message: Annotated[str, typer.Option(help="What the shopper or staff say.")] = "",
    source: Annotated[Source, typer.Option(help="Who says so.")] = "staff",
    key: KeyOption = "",
    store: StoreOption = None,
    ledger: StoresLedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is wrong with a receipt. Nothing is given back yet."""
    with opened(lambda: ledger_said(ledger, store), *ERRORS) as file:
        actor, document = acts(file, acting), receipt_said(file, receipt)
        found = desk.open_dispute(
            file,
            actor,
            document.number,
            _changes(file, document, change, add),
            reason,
            at=time.time(),
            message=message,
            source=source,
            key=key,
            layout=_layout(store),
        )
    _say_dispute(found, as_json)


@app.command()
def attach(
    dispute: DisputeArgument,
    file: Annotated[Path, typer.Argument(help="A picture, a clip, a letter.", exists=True, dir_okay=False)],
    acting: ActingOption,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep a piece of evidence beside the ledger, for as long as the dispute's time lasts."""
    with opened(ledger, *ERRORS) as opened_ledger:
        actor = acts(opened_ledger, acting)
        found = attach_file(opened_ledger, actor, dispute, file, at=time.time())
    _say_dispute(found, as_json)


@app.command()
def decide(
    dispute: DisputeArgument,
    verdict: Annotated[Literal["accepted", "declined"], typer.Argument(help="What is decided.")],
    acting: ActingOption,
    approver: ApproverOption = None,
    why: Annotated[str, typer.Option(help="For the record.")] = "",
    store: StoreOption = None,
    ledger: StoresLedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Accept, which issues a refund or a supplementary receipt or both, or decline."""
    with opened(lambda: ledger_said(ledger, store), *ERRORS) as file:
        actor, second = acts(file, acting), approves(file, approver)
        decided = desk.decide(
            file,
            actor,
            dispute,
            verdict,
            at=time.time(),
            approver=second,
            why=why,
            layout=_layout(store),
        )
    _say_decided(decided, as_json)


@spread
def refund(
    receipt: ReceiptArgument,
    reason: ReasonOption,
    acting: ActingOption,
    change: ChangeOptions,
    approver: ApproverOption = None,
    why: Annotated[str, typer.Option(help="For the record.")] = "",
    key: KeyOption = "",
    store: StoreOption = None,
    ledger: StoresLedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give money back on a receipt: a dispute, opened and accepted at once."""
    with opened(lambda: ledger_said(ledger, store), *ERRORS) as file:
        actor, second = acts(file, acting), approves(file, approver)
        document, layout = receipt_said(file, receipt), _layout(store)
        changes = _changes(file, document, change)
        with file.writing(tr_noop("the refund")):
            found = desk.open_dispute(
                file,
                actor,
                document.number,
                changes,
                reason,
                at=time.time(),
                message=why,
                key=key,
                layout=layout,
            )
            decided = desk.decide(
                file, actor, found.id, "accepted", at=time.time(), approver=second, why=why, layout=layout
            )
    _say_decided(decided, as_json)


# -- parts -------------------------------------------------------------------------------------------


def _changes(
    file: Ledger, document: DocumentRow, said: ChangeOptions, add: list[str] | None = None
) -> tuple[Change, ...]:
    currency = document.receipt.currency
    found: list[Change] = []
    for text in said.remove or []:
        line, units = _pair(text, "1")
        found.append(Change(kind="remove", line=_whole(line), count=_whole(units)))
    for text in said.count or []:
        line, units = _pair(text, None)
        found.append(_counted(file, document, _whole(line), _whole(units)))
    for text in said.price or []:
        line, amount = _pair(text, None)
        found.append(Change(kind="price", line=_whole(line), amount=amount_said(amount, currency)))
    for text in add or []:
        sku, units = _pair(text, "1")
        found.append(Change(kind="add", sku=sku, count=_whole(units)))
    if said.goodwill is not None:
        found.append(Change(kind="goodwill", amount=amount_said(said.goodwill, currency)))
    return tuple(found)


def _counted(file: Ledger, document: DocumentRow, line: int, units: int) -> Change:
    position = desk.standing(file, document.number).position(line)
    if units == position.units:
        raise CorrectionError(f"line {line}: {units} units stand already")
    if units < position.units:
        return Change(kind="remove", line=line, count=position.units - units)
    return Change(kind="add", sku=position.sku, count=units - position.units)


def _pair(text: str, default: str | None) -> tuple[str, str]:
    left, equals, right = text.rpartition("=")
    if equals:
        return left, right
    if default is None:
        raise DisputeError(f"{text!r}: write it with an equals sign, such as 2=1")
    return text, default


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise DisputeError(f"{text!r} is not a whole number")
    return int(text)


def _layout(store: Path | None) -> StoreLayout | None:
    return None if store is None else read_store(store)


def _say_dispute(found: DisputeRow, as_json: bool) -> None:
    if as_json:
        print_json(found)
    else:
        out.print(f"Dispute {found.id}: {found.state}", markup=False, highlight=False)


def _say_decided(decided: Decided, as_json: bool) -> None:
    if as_json:
        print_json(decided)
        return
    _say_dispute(decided.dispute, as_json)
    for d in decided.documents:
        total = format_money(d.correction.total, d.correction.currency)
        out.print(f"  {d.correction.kind} {d.label}: {total}", markup=False, highlight=False)
