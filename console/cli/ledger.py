"""``main.py ledger``: what has been issued, and whether it is still as it was written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from console.back_office import Ledger, LedgerError, verify
from console.back_office.ledger import RECEIPT_SERIES
from console.back_office.money import format_money
from console.back_office.receipts import ReceiptLine
from console.back_office.verify_streams import OnProgress
from console.cli.places import state_dir
from console.cli.say import JsonOption, err, errors_in_words, out, print_json, row
from store_layout.model import StoreInfo

app = typer.Typer(help="Receipts and visits on record.", no_args_is_help=True)

LedgerOption = Annotated[
    Path | None,
    typer.Option("--ledger", help="The ledger file; without it, the console's own.", show_default=False),
]


def default_ledger() -> Path:
    """The ledger of the demo console."""
    return state_dir() / "demo" / "ledger.sqlite"


def ledger_of(store: StoreInfo | None) -> Path:
    """The ledger of a live store; None: the demo console's."""
    return default_ledger() if store is None else state_dir() / f"live-{store.id}" / "ledger.sqlite"


@app.command("verify")
def verify_command(
    ledger: LedgerOption = None,
    head: Annotated[
        str | None, typer.Option(help="Hash of an entry written down earlier, which must still be there.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Prove chain, numbering and sums; exit status 1 names the first thing that was changed.

    It only reads, and can be stopped with Ctrl-C.
    """
    with errors_in_words(LedgerError), Ledger.open(ledger or default_ledger(), read_only=True) as opened:
        try:
            with _progress() as told:
                found = verify(opened, head, on_progress=told)
        except KeyboardInterrupt as stopped:
            err.print("Stopped: nothing is proved.", style="red")
            raise typer.Exit(130) from stopped
    if as_json:
        print_json(found)
    else:
        counted = f"{found.entries} entries, {found.documents} documents, {found.visits} visits"
        out.print(
            f"{'Sound' if found.sound else 'NOT as it was written'}: {counted}. Head {found.head}",
            highlight=False,
        )
        for finding in found.findings:
            out.print(f"  {finding.place}: {finding.what}", highlight=False, markup=False)
    raise typer.Exit(0 if found.sound else 1)


@app.command()
def settle(ledger: LedgerOption = None, as_json: JsonOption = False) -> None:
    """Issue the receipts that still wait for members of their group: nobody of them is inside any more."""
    with errors_in_words(LedgerError), Ledger.open(ledger or default_ledger()) as opened:
        before = opened.next_number(RECEIPT_SERIES)
        opened.settle_groups()
        issued = opened.next_number(RECEIPT_SERIES) - before
    if as_json:
        print_json({"issued": issued})
    else:
        out.print(f"{issued} issued.")


@app.command()
def receipts(
    search: Annotated[str, typer.Argument(help="Code, number, product name or GTIN.")] = "",
    ledger: LedgerOption = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 20,
    time_zone: Annotated[str, typer.Option(help="IANA name for the times.")] = "UTC",
    as_json: JsonOption = False,
) -> None:
    """List the latest receipts, newest first."""
    with errors_in_words(LedgerError), Ledger.open(ledger or default_ledger(), read_only=True) as opened:
        documents = opened.documents(limit, search)
    if as_json:
        print_json(documents)
        return
    table = Table("Number", "Issued", "Code", "Items", "Total", box=None)
    for d in documents:
        issued = datetime.fromtimestamp(d.receipt.issued_at, ZoneInfo(time_zone)).strftime(
            "%Y-%m-%d %H:%M:%S"
        )
        items = ", ".join(_item(line) for line in d.receipt.lines if line.kind == "product")
        total = format_money(d.receipt.total, d.receipt.currency)
        table.add_row(*row(d.label, issued, d.receipt.code, items, total))
    out.print(table if documents else "No receipts.")


@contextmanager
def _progress() -> Iterator[OnProgress]:
    """A bar for each part, where somebody looks."""
    columns = (TextColumn("{task.description:10}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bars:
        parts: dict[str, TaskID] = {}

        def told(part: str, done: int, of: int) -> None:
            if part not in parts:
                parts[part] = bars.add_task(part, total=of)
            bars.update(parts[part], completed=done, total=of)

        yield told


def _item(line: ReceiptLine) -> str:
    """With a mark where staff have to look at the shopper's age."""
    age = f" ({line.age_limit}+)" if line.age_limit else ""
    return f"{line.quantity} {line.name}{age}"
