"""``main.py ledger visits`` and ``main.py ledger show``: what is on record, to be looked at."""

from __future__ import annotations

import time
from datetime import date
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from console.back_office import payment_rows
from console.back_office.corrections import Account, account_of
from console.back_office.dispute_rows import DisputeRow, disputes_of
from console.back_office.ledger import Ledger
from console.back_office.money import format_money
from console.back_office.payment_rows import PaymentTask
from console.back_office.payments import owed
from console.back_office.records import CorrectionRow, DocumentRow
from console.back_office.visit_search import Shop, Sought, VisitEntry, VisitState, find_visits
from console.cli.acting import opened
from console.cli.places import LedgerOption
from console.cli.said import SaidError, TimeZoneOption, clock, receipt_said, zone_of
from console.cli.say import JsonOption, out, print_json, row


class Shown(msgspec.Struct, frozen=True):
    """A receipt with all that refers to it, for a program."""

    document: DocumentRow
    corrections: tuple[CorrectionRow, ...]
    standing: Account
    """What stands of it, line by line."""
    standing_total: int
    owed: int
    """What is to be paid of it still; below 0: to be given back. What is under way is not counted as paid."""
    payments: tuple[PaymentTask, ...]
    """Without the card's token."""
    disputes: tuple[DisputeRow, ...]


def visits(
    search: Annotated[
        list[str] | None,
        typer.Argument(
            help="Words that all fit: number, code, last four digits, amount, day, time, product.",
            show_default=False,
        ),
    ] = None,
    day: Annotated[
        str | None, typer.Option(help="Only those that closed on it, such as 2026-11-20.", show_default=False)
    ] = None,
    state: Annotated[
        VisitState | None, typer.Option(help="Only those; nothing: they took nothing.", show_default=False)
    ] = None,
    disputed: Annotated[bool, typer.Option("--disputed", help="Only those somebody disputed.")] = False,
    unpaid: Annotated[bool, typer.Option("--unpaid", help="Only those that could not be charged.")] = False,
    reviewed: Annotated[bool, typer.Option("--reviewed", help="Only those that a person decided.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 20,
    time_zone: TimeZoneOption = None,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the latest visits, newest first, also those that took nothing and have no receipt."""
    with opened(ledger, read_only=True) as file:
        zone, prices = zone_of(file, time_zone), file.latest_prices()
        currency = "EUR" if prices is None else prices.currency
        products = () if prices is None else tuple((p.sku, p.name) for p in prices.catalog)
        sought = Sought(
            text=" ".join(search or []),
            day=None if day is None else _day(day),
            state=state,
            disputed=disputed,
            unpaid=unpaid,
            reviewed=reviewed,
        )
        found = find_visits(file, sought, Shop(zone, currency, time.time(), products), limit)
    if as_json:
        print_json([_without_token(entry) for entry in found])
        return
    table = Table("Code", "Left", "State", "Receipt", "Total", "Corrected", "Disputed", "Took", box=None)
    names = {} if prices is None else {sku: product.name for sku, product in prices.products.items()}
    for entry in found:
        visit, document = entry.row.visit, entry.document
        total = None if document is None else format_money(document.receipt.total, document.receipt.currency)
        corrected = format_money(entry.corrected, currency) if entry.corrected else None
        took = ", ".join(f"{line.quantity} {names.get(line.sku, line.sku)}" for line in visit.lines)
        said = f"{entry.row.state}, unpaid" if entry.unpaid else entry.row.state
        label = None if document is None else document.label
        left = clock(visit.closed_at if visit.left_at is None else visit.left_at, zone)
        table.add_row(*row(visit.code, left, said, label, total, corrected, entry.disputed, took))
    out.print(table if found else "No visits.")


def show(
    receipt: Annotated[
        str, typer.Argument(help="The receipt: number (R-000012 or 12) or code.", show_default=False)
    ],
    time_zone: TimeZoneOption = None,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a receipt line by line, with its corrections, payments, disputes, and what stands of it."""
    with opened(ledger, read_only=True) as file:
        zone, shown = zone_of(file, time_zone), _shown(file, receipt_said(file, receipt))
    if as_json:
        print_json(shown)
        return
    first = shown.document.receipt
    code, issued = ", ".join(first.codes or (first.code,)), clock(first.issued_at, zone)
    out.print(f"{shown.document.label}, {code}, {issued}", highlight=False, markup=False)
    out.print(_lines(shown))
    for correction in shown.corrections:
        body = correction.correction
        amount, at = format_money(body.total, body.currency), clock(body.issued_at, zone)
        words = f"{correction.label}, {body.kind}, {at}: {amount}, {body.reason}, by {body.decided_by}"
        out.print(words, highlight=False, markup=False)
    for dispute in shown.disputes:
        words = f"Dispute {dispute.id}: {dispute.state}, {dispute.reason}, opened by {dispute.opened_by}"
        out.print(words, highlight=False, markup=False)
    for task in shown.payments:
        amount = format_money(task.amount if task.kind == "capture" else -task.amount, task.currency)
        card = f", card ending in {task.last_four}" if task.last_four else ""
        said = f" ({task.said})" if task.said else ""
        out.print(f"{task.document}: {amount}, {task.state}{said}{card}", highlight=False, markup=False)
    stands, left = (format_money(n, first.currency) for n in (shown.standing_total, shown.owed))
    still = f", {left} of it is not settled" if shown.owed else ""
    out.print(f"It stands at {stands}{still}.", highlight=False, markup=False)


# -- parts -------------------------------------------------------------------------------------------


def _shown(file: Ledger, document: DocumentRow) -> Shown:
    corrections = tuple(file.corrections_of(document.number))
    account = account_of(document.receipt, [each.correction for each in corrections])
    tasks = payment_rows.of_receipt(file, document.number)
    return Shown(
        document=document,
        corrections=corrections,
        standing=account,
        standing_total=account.total,
        owed=owed(file, document.number),
        payments=tuple(msgspec.structs.replace(task, token="") for task in tasks),
        disputes=tuple(disputes_of(file, document.number)),
    )


def _lines(shown: Shown) -> Table:
    """The lines as ``--remove`` and ``--price`` name them, also those that a supplement added."""
    receipt = shown.document.receipt
    stands = {position.line: position for position in shown.standing.positions}
    table = Table("Line", "What", "Kind", "Units", "Amount", "Stands", box=None)
    for number, line in enumerate(receipt.lines, start=1):
        left = stands.get(number)
        now = None if left is None else f"{left.units}, {format_money(left.amount, receipt.currency)}"
        age = f" ({line.age_limit}+)" if line.age_limit else ""
        amount = format_money(line.amount, receipt.currency)
        table.add_row(*row(number, f"{line.name}{age}", line.kind, line.quantity, amount, now))
    for left in shown.standing.positions:
        if left.line > len(receipt.lines):
            now = f"{left.units}, {format_money(left.amount, receipt.currency)}"
            table.add_row(*row(left.line, left.name, f"{left.kind}, added", None, None, now))
    for rate in receipt.taxes:
        money = format_money(rate.tax, receipt.currency)
        table.add_row(*row(None, f"tax of {rate.basis_points / 100:g} %", None, None, money))
    table.add_row(*row(None, "total", None, None, format_money(receipt.total, receipt.currency)))
    return table


def _without_token(entry: VisitEntry) -> VisitEntry:
    visit = msgspec.structs.replace(entry.row.visit, token=None)
    return msgspec.structs.replace(entry, row=msgspec.structs.replace(entry.row, visit=visit))


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise SaidError(f"{said!r} is no day: write it as 2026-11-20") from None
