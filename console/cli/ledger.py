"""``main.py ledger``: what has been issued, and whether it is still as it was written."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from console.back_office import LedgerError, verify
from console.back_office.ledger import RECEIPT_SERIES
from console.back_office.ledger_copies import Copied, back_up, put_back
from console.back_office.money import format_money
from console.back_office.operators import SignInError
from console.back_office.permissions import NotAllowedError
from console.back_office.receipts import ReceiptLine
from console.back_office.verify_streams import OnProgress
from console.cli.acting import opened, signing
from console.cli.ledger_views import show, visits
from console.cli.places import LedgerOption, ledger_said
from console.cli.said import TimeZoneOption, clock, zone_of
from console.cli.say import JsonOption, err, errors_in_words, out, print_json, row
from store_layout.problems import StoreProblems

app = typer.Typer(help="Receipts and visits on record.", no_args_is_help=True)
app.command()(show)
app.command()(visits)


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
    with opened(ledger, read_only=True) as file, _progress("Stopped: nothing is proved.") as told:
        found = verify(file, head, on_progress=told)
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
def backup(
    to: Annotated[
        Path,
        typer.Argument(help="The file to write, or a folder in which it gets a name.", show_default=False),
    ],
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy the ledger into one file while the shop goes on, and prove the copy.

    It has what the ledger has of people: keep it as safe, and no longer. Evidence of disputes is in files
    beside the ledger.
    """
    with errors_in_words(LedgerError, StoreProblems), _progress("Stopped: nothing was written.") as told:
        made = back_up(ledger_said(ledger), to, on_progress=told)
    if as_json:
        print_json(made)
        return
    _say_copied(made)
    out.print(f"If it is ever needed: main.py ledger restore {made.file}", markup=False, highlight=False)


@app.command()
def restore(
    copy: Annotated[Path, typer.Argument(help="A copy that was made with backup.", show_default=False)],
    acting: Annotated[
        str | None,
        typer.Option(
            "--as",
            help="Manager, as of the copy; not needed where it has no operators.",
            show_default=False,
        ),
    ] = None,
    older: Annotated[
        bool,
        typer.Option("--older", help="Also where the ledger has later documents: they are then lost."),
    ] = False,
    ledger: LedgerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a copy in the place of the ledger: proved first, and the one that is there is moved aside.

    Whose data were erased after the copy was made is in it again: erase them once more.
    """
    sign = None if acting is None else signing(acting)
    with (
        errors_in_words(LedgerError, SignInError, NotAllowedError, StoreProblems),
        _progress("Stopped: nothing was changed.") as told,
    ):
        done = put_back(
            copy,
            ledger_said(ledger),
            sign,
            at=time.time(),
            older=older,
            on_progress=told,
        )
    if as_json:
        print_json(done)
        return
    _say_copied(done)
    if done.moved_aside:
        out.print(f"The one that was there is {done.moved_aside}", markup=False, highlight=False)


@app.command()
def settle(ledger: LedgerOption = None, as_json: JsonOption = False) -> None:
    """Issue the receipts that still wait for members of their group: nobody of them is inside any more."""
    with opened(ledger) as file:
        before = file.next_number(RECEIPT_SERIES)
        file.settle_groups()
        issued = file.next_number(RECEIPT_SERIES) - before
    if as_json:
        print_json({"issued": issued})
    else:
        out.print(f"{issued} issued.")


@app.command()
def receipts(
    search: Annotated[str, typer.Argument(help="Code, number, product name or GTIN.")] = "",
    ledger: LedgerOption = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 20,
    time_zone: TimeZoneOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the latest receipts, newest first."""
    with opened(ledger, read_only=True) as file:
        zone, documents = zone_of(file, time_zone), file.documents(limit, search)
    if as_json:
        print_json(documents)
        return
    table = Table("Number", "Issued", "Code", "Items", "Total", box=None)
    for d in documents:
        issued = clock(d.receipt.issued_at, zone)
        items = ", ".join(_item(line) for line in d.receipt.lines if line.kind == "product")
        total = format_money(d.receipt.total, d.receipt.currency)
        table.add_row(*row(d.label, issued, d.receipt.code, items, total))
    out.print(table if documents else "No receipts.")


@contextmanager
def _progress(stopped: str) -> Iterator[OnProgress]:
    """A bar for each part, where somebody looks. ``stopped`` is said after Ctrl-C."""
    columns = (TextColumn("{task.description:10}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bars:
        parts: dict[str, TaskID] = {}

        def told(part: str, done: int, of: int) -> None:
            if part not in parts:
                parts[part] = bars.add_task(part, total=of)
            bars.update(parts[part], completed=done, total=of)

        try:
            yield told
        except KeyboardInterrupt as interrupt:
            bars.stop()
            err.print(stopped, style="red")
            raise typer.Exit(130) from interrupt


def _say_copied(made: Copied) -> None:
    counted = f"{made.entries} entries, {made.documents} documents, {made.visits} visits"
    out.print(
        f"{made.file}: {counted}, {made.bytes / 2**20:.1f} MiB, sound. Head {made.head}",
        markup=False,
        highlight=False,
    )


def _item(line: ReceiptLine) -> str:
    """With a mark where staff have to look at the shopper's age."""
    age = f" ({line.age_limit}+)" if line.age_limit else ""
    return f"{line.quantity} {line.name}{age}"
