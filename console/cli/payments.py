"""``main.py payments``: what was charged, what is to be, and what could not be."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer
from rich.table import Table

from console.back_office import payments as desk
from console.back_office.hold_rows import latest
from console.back_office.money import format_money
from console.back_office.payment_provider import SimulatedProvider, embedded_provider
from console.back_office.payment_rows import tasks
from console.back_office.payments import PaymentError
from console.cli.acting import ActingOption, acts, opened
from console.cli.places import LedgerOption
from console.cli.said import receipt_said
from console.cli.say import JsonOption, fail, out, print_json, row

app = typer.Typer(help="What was charged, what is to be, and what could not be.", no_args_is_help=True)

ReceiptArgument = Annotated[
    str, typer.Argument(help="The receipt: number (R-000012 or 12) or code.", show_default=False)
]


@app.command("list")
def list_command(
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many at most.")] = 50,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Orders to the provider, newest first."""
    with opened(ledger, read_only=True) as file:
        found = tasks(file, limit)
    if as_json:
        print_json([msgspec.structs.replace(task, token="") for task in found])
        return
    table = Table("Order", "Amount", "State", "Attempts", "Card", "Said", box=None)
    for task in found:
        amount = format_money(task.amount, task.currency)
        table.add_row(*row(task.key, amount, task.state, task.attempts, task.last_four, task.said))
    out.print(table if found else "No payments.")


@app.command()
def send(
    books: Annotated[
        Path | None,
        typer.Option(help="Books of the simulated provider; without it, beside the ledger.", dir_okay=False),
    ] = None,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send what is due to the simulated provider: no money moves."""
    with opened(ledger, PaymentError) as file:
        try:
            provider = embedded_provider(file.path) if books is None else SimulatedProvider(books)
        except sqlite3.Error as error:
            raise fail(
                f"{books or file.path.parent}: these are no books of the simulated provider ({error}); "
                "name another file, or none"
            ) from error
        try:
            sent = desk.send_due(file, provider, time.time())
        finally:
            provider.close()
    if as_json:
        print_json(sent)
    else:
        out.print(f"{sent.done} done, {sent.declined} declined, {sent.unanswered} without an answer.")


@app.command("holds")
def holds_command(
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many at most.")] = 50,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """What is kept back on cards from the entry on, newest first, and what became of it."""
    with opened(ledger, read_only=True) as file:
        found = latest(file, limit)
    if as_json:
        print_json([msgspec.structs.replace(hold, token="") for hold in found])
        return
    table = Table("Hold", "Amount", "Card", "State", "Taken by", "Said", box=None)
    for hold in found:
        amount = format_money(hold.amount, hold.currency)
        table.add_row(*row(hold.key, amount, hold.last_four, hold.state, hold.capture, hold.said))
    out.print(table if found else "Nothing is held.")


@app.command()
def unpaid(ledger: LedgerOption = None, as_json: JsonOption = False) -> None:
    """Receipts that could not be charged, or money that could not be given back, with what can be done."""
    with opened(ledger, read_only=True) as file:
        found = desk.unpaid(file)
    if as_json:
        print_json(found)
        return
    table = Table("Receipt", "Code", "Owed", "Why", "What can be done", box=None)
    for entry in found:
        table.add_row(
            *row(
                f"R-{entry.receipt:06d}",
                entry.code,
                format_money(entry.owed, entry.currency),
                entry.why,
                "; ".join(entry.next_steps),
            )
        )
    out.print(table if found else "Everything is paid.")


@app.command()
def retry(
    receipt: ReceiptArgument,
    acting: ActingOption,
    token: Annotated[
        str | None,
        typer.Option(help="The provider's token of another card; without it, the same card again."),
    ] = None,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Order again what is owed of an unpaid receipt; a running store sends it, or ``send``."""
    with opened(ledger, PaymentError) as file:
        actor, number = acts(file, acting), receipt_said(file, receipt).number
        task = desk.try_again(file, actor, number, time.time(), token=token)
    if as_json:
        print_json(msgspec.structs.replace(task, token=""))
    else:
        out.print(f"{task.key}: {task.state}", markup=False, highlight=False)


@app.command()
def settle(
    receipt: ReceiptArgument,
    how: Annotated[
        Literal["counter", "written_off"], typer.Argument(help="Paid at the counter, or not at all.")
    ],
    acting: ActingOption,
    why: Annotated[str, typer.Option(help="For the record; needed to write off.")] = "",
    cash: Annotated[bool, typer.Option("--cash", help="With coins: rounded to the smallest one.")] = False,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """What is owed was paid or given back at the counter, or is written off (managers)."""
    with opened(ledger, PaymentError) as file:
        actor, document = acts(file, acting), receipt_said(file, receipt)
        amount = desk.settle(file, actor, document.number, how, at=time.time(), why=why, cash=cash)
    if as_json:
        print_json({"receipt": document.number, "amount": amount, "how": how})
    else:
        money = format_money(abs(amount), document.receipt.currency)
        paid = "is collected" if amount > 0 else "goes back to the shopper"
        done = paid if how == "counter" else "is written off"
        out.print(f"{document.label}: {money} {done}.", markup=False, highlight=False)
