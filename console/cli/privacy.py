"""``main.py privacy``: what is kept of people, for how long, and what goes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from console.back_office import Ledger
from console.back_office.money import format_money
from console.back_office.privacy import Erased, PersonalData, PrivacyError, erase, find
from console.back_office.retention import Purged, purge
from console.cli.acting import ActingOption, acts, opened
from console.cli.option_groups import OptionGroup, spread
from console.cli.places import DEMO_STORE, StoresLedgerOption, ledger_said
from console.cli.say import JsonOption, fail, out, print_json, row
from console.operations.personal_export import export_person
from console.printing.document import UnprintableError
from console.printing.stationery import StationeryError, read_stationery
from store_layout.model import Retention, StoreInfo
from store_layout.problems import StoreProblems
from store_layout.reader import read_store

app = typer.Typer(help="What is kept of people, for how long, and what goes.", no_args_is_help=True)
ERRORS = (PrivacyError, StoreProblems, StationeryError, UnprintableError, OSError)

TRACES = "  Somebody is reading, or the disk is full: the write-ahead log has traces until the next purge."

SaidArgument = Annotated[
    str, typer.Argument(help="The person's receipt: number (R-000012 or 12) or code.", show_default=False)
]
WhyOption = Annotated[
    str,
    typer.Option(help="Who asked, and how you know that it is theirs; no names.", show_default=False),
]


@dataclass(frozen=True)
class PlaceOptions(OptionGroup):
    """Whose data, and where they are."""

    store: Annotated[
        Path | None,
        typer.Option(
            "--store", help="Store folder with the periods. Without it: the demo store.", show_default=False
        ),
    ] = None
    ledger: StoresLedgerOption = None
    state: Annotated[
        Path | None,
        typer.Option(
            "--state", help="The engine's folder with its clips; without it, the one beside the ledger."
        ),
    ] = None
    as_json: JsonOption = False


class Place(msgspec.Struct, frozen=True):
    """Where a store's data are."""

    folder: Path
    store: StoreInfo
    periods: Retention
    state: Path


@app.command("purge")
@spread
def purge_command(
    options: PlaceOptions,
    acting: Annotated[
        str | None, typer.Option("--as", help="Operator; not needed for a dry run.", show_default=False)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    compact: Annotated[
        bool | None,
        typer.Option(
            "--compact/--no-compact",
            help="Write the ledger's file anew, so that not even half-full pages show traces; sales wait for "
            "it. Without it: if the file is small.",
            show_default=False,
        ),
    ] = None,
    why: Annotated[str, typer.Option(help="For the record.")] = "",
) -> None:
    """Purge what is older than the store's periods. The engine does it by itself, once a day."""
    if acting is None and not dry_run:
        raise fail("--as says who purges; or say --dry-run")
    with _opened(options, read_only=dry_run) as (file, place):
        actor = None if acting is None or dry_run else acts(file, acting)
        found = purge(
            file,
            place.periods,
            place.state,
            now=time.time(),
            time_zone=place.store.time_zone,
            actor=actor,
            why=why,
            dry_run=dry_run,
            compact=compact,
        )
    if options.as_json:
        print_json(found)
    else:
        _say_purged(found)


@app.command("find")
@spread
def find_command(
    options: PlaceOptions,
    said: SaidArgument,
    acting: ActingOption,
    why: WhyOption,
) -> None:
    """Everything that is kept of whoever has this receipt. That you looked is in the audit log."""
    with _opened(options) as (file, place):
        found = find(file, acts(file, acting), said, place.state, at=time.time(), why=why)
    if options.as_json:
        print_json(found)
    else:
        _say_found(found)


@app.command("export")
@spread
def export_command(
    options: PlaceOptions,
    said: SaidArgument,
    to: Annotated[Path, typer.Option(help="The zip file to write.", show_default=False)],
    acting: ActingOption,
    why: WhyOption,
) -> None:
    """Write all of it into one zip file for them: data, receipts as PDF, evidence and clips."""
    with _opened(options) as (file, place):
        stationery = read_stationery(place.folder, place.store.name)
        found = find(file, acts(file, acting), said, place.state, at=time.time(), why=why)
        exported = export_person(
            file, found, to, state=place.state, stationery=stationery, time_zone=place.store.time_zone
        )
    if options.as_json:
        print_json(exported)
        return
    kinds = f"{', '.join(exported.documents) or 'no documents'}, {exported.evidence} pieces of evidence"
    out.print(f"{exported.file}: {kinds}, {exported.clips} clip files", markup=False, highlight=False)
    for missing in exported.missing:
        out.print(f"  missing: {missing}", markup=False, highlight=False)


@app.command("erase")
@spread
def erase_command(
    options: PlaceOptions,
    said: SaidArgument,
    acting: ActingOption,
    why: WhyOption,
) -> None:
    """Erase what may be erased of it, and say what remains and why. It cannot be undone."""
    with _opened(options) as (file, place):
        erased = erase(
            file,
            acts(file, acting),
            said,
            place.state,
            at=time.time(),
            why=why,
            periods=place.periods,
            time_zone=place.store.time_zone,
        )
    if options.as_json:
        print_json(erased)
    else:
        _say_erased(erased)


# -- parts -------------------------------------------------------------------------------------------


@contextmanager
def _opened(options: PlaceOptions, *, read_only: bool = False) -> Iterator[tuple[Ledger, Place]]:
    store, ledger = options.store, options.ledger
    if ledger is not None and store is None:
        raise fail("--ledger names a ledger: say with --store whose periods are meant")
    folder = store or DEMO_STORE
    with opened(lambda: ledger_said(ledger, store), *ERRORS, read_only=read_only) as file:
        layout = read_store(folder).file
        engine = options.state or file.path.parent / "engine"
        yield file, Place(folder, layout.store, layout.retention, engine)


def _say_purged(found: Purged) -> None:
    verb = "would go" if found.dry_run else "gone"
    rows, files = found.rows, found.files
    counted = (
        f"{rows.visits} visits, {rows.cards} cards, {rows.holds} holds, {rows.messages} messages, "
        f"{files.evidence} pieces of "
        f"evidence, {files.clips} clip files, {files.journals} old journals ({files.size / 2**20:.1f} MiB)"
    )
    out.print(f"{verb.capitalize()}: {counted}", markup=False, highlight=False)
    if found.documents.entries:
        said = f"{found.documents.documents} documents, with all {found.documents.entries} entries up to them"
        out.print(f"  {said}", markup=False, highlight=False)
    if found.documents.held_by:
        held = f"{found.documents.held_at}: {found.documents.held_by}"
        out.print(f"  older documents stay from {held}", markup=False, highlight=False)
    for reason, count in found.held.items():
        out.print(f"  {count} old visits stay: {reason}", markup=False, highlight=False)
    if files.clips_kept:
        out.print(f"  {files.clips_kept} old clip files stay for them", highlight=False)
    if found.traces:
        out.print(TRACES)


def _say_found(found: PersonalData) -> None:
    table = Table(box=None, show_header=False)
    for visit in found.visits:
        lines = ", ".join(f"{line.quantity} {line.sku}" for line in visit.lines) or "nothing"
        table.add_row(*row("Visit", visit.code, f"{lines}; {visit.decision}"))
    if found.receipt is not None:
        receipt = found.receipt.receipt
        table.add_row(*row("Receipt", found.receipt.label, format_money(receipt.total, receipt.currency)))
    for correction in found.corrections:
        amount = format_money(correction.correction.total, correction.correction.currency)
        table.add_row(*row(correction.correction.kind.capitalize(), correction.label, amount))
    for payment in found.payments:
        card = f"card ending in {payment.last_four}" if payment.last_four else "no card"
        amount = format_money(payment.amount, payment.currency)
        table.add_row(*row("Payment", payment.document, f"{amount}, {payment.state}, {card}"))
    for dispute in found.disputes:
        pieces = f"{len(dispute.evidence)} pieces of evidence"
        table.add_row(*row("Dispute", dispute.id, f"{dispute.state}; {dispute.message or '-'}; {pieces}"))
    for decision in found.decisions:
        table.add_row(*row("Review", decision.visit, f"answered by {decision.decided_by}"))
    table.add_row(*row("Clips", len(found.clips), "files"))
    table.add_row(*row("Log", len(found.log), "entries about the receipt"))
    out.print(table, markup=False, highlight=False)


def _say_erased(erased: Erased) -> None:
    rows = erased.rows
    counted = f"{rows.visits} visits, {rows.cards} cards, {rows.messages} messages, {erased.files} files"
    out.print(f"Erased of {erased.label}: {counted}", markup=False, highlight=False)
    for left in erased.remains:
        until = f" (until {left.until})" if left.until else ""
        out.print(f"  remains: {left.what}: {left.why}{until}", markup=False, highlight=False)
    if erased.traces:
        out.print(TRACES)
