"""``main.py print``: a receipt, a refund or a supplement on paper or in a file."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from console.back_office import DocumentRow, Ledger
from console.back_office.audit import record
from console.back_office.corrections import SERIES
from console.back_office.ledger import RECEIPT_SERIES
from console.back_office.operators import OperatorError, SignInError
from console.back_office.permissions import Actor, NotAllowedError
from console.back_office.records import CorrectionRow
from console.cli.acting import PIN_VARIABLE, SCREEN, acts
from console.cli.places import DEMO_STORE, StoresLedgerOption, ledger_said
from console.cli.printers import (
    ERRORS,
    LocaleOption,
    PrinterOption,
    StoreOption,
    printers_file,
    queue_file,
    report,
    work_for,
)
from console.cli.say import JsonOption, errors_in_words, fail, out, print_json
from console.language import tr_noop
from console.printing.document import PrintableReceipt
from console.printing.papers import FILES, StoredPaper, file_bytes, job_body, stored_paper
from console.printing.printers import (
    PrinterSettings,
    choose,
    read_printers,
)
from console.printing.profiles import (
    GENERAL,
    PrinterProfile,
    profile_of,
)
from console.printing.queue import PrintQueue
from console.printing.stationery import Stationery, read_stationery
from store_layout.model import StoreInfo
from store_layout.reader import read_store
from store_layout.whole_files import write_asked_for

Note = Callable[[int], None]
"""Told a copy's number before the copy is made."""


# -- main.py print ---------------------------------------------------------------------------------------


def print_receipt(
    receipt: Annotated[
        str,
        typer.Argument(
            help="Number of the document (R-000012 or 12, C-000001, S-000001), or the receipt's code.",
            show_default=False,
        ),
    ],
    copy: Annotated[bool, typer.Option("--copy", help="A copy, marked so with its number.")] = False,
    acting: Annotated[
        str | None,
        typer.Option(
            "--as",
            help=f"Operator who makes the copy, for the audit log; the PIN is asked for, or {PIN_VARIABLE}.",
            show_default=False,
        ),
    ] = None,
    why: Annotated[str, typer.Option(help="Why there is a copy, for the audit log.")] = "",
    printer: PrinterOption = None,
    to: Annotated[
        Path | None,
        typer.Option(
            help="Write a file instead: .pdf, .html, .txt, .eml (for mail), .png (as it will be printed) "
            "or .bin (the printer's bytes).",
            show_default=False,
        ),
    ] = None,
    store: StoreOption = None,
    ledger: StoresLedgerOption = None,
    locale: LocaleOption = None,
    profile: Annotated[
        str | None,
        typer.Option(help="Kind of printer for .png and .bin; else the printer's.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Print a receipt, a refund or a supplement, once; after that, copies.

    Exit status 0: it was printed, or the file was written.
    """
    if acting is not None and not copy:
        raise fail("--as says who makes a copy: give --copy as well")
    with errors_in_words(*ERRORS, OperatorError, SignInError, NotAllowedError):
        info = None if store is None else read_store(store).file.store
        path = ledger_said(ledger, store)
        found, time_zone = _find(receipt, path)
        info, folder = _store_of(found, info, store, time_zone)
        stationery = read_stationery(folder, info.name, locale)
        document = found.on(stationery, info.time_zone)
        if to is not None:
            kind = _profile_for(profile, printer) if to.suffix.lower() in {".png", ".bin"} else GENERAL[0]
            note = _note(path, acting, found.row.label, why) if copy else None
            _write(document, found.key, stationery, to, kind, note, as_json=as_json)
            return
        chosen = choose(read_printers(printers_file()), printer)
        note = _note(path, acting, found.row.label, why) if copy else None
        _print(document, found.key, stationery, chosen, note, as_json=as_json)


def _note(path: Path, acting: str | None, label: str, why: str) -> Note:
    """Sign in who makes the copy, where somebody is named; gives what writes it into the audit log."""
    actor: Actor | None = None
    if acting is not None:
        with Ledger.open(path) as ledger:
            actor = acts(ledger, acting)

    def note(number: int) -> None:
        with Ledger.open(path) as ledger, ledger.writing(tr_noop("the audit log")):
            what, at = f"made copy {number}", time.time()
            record(ledger, actor, what, at=at, about=label, why=why, screen=SCREEN)

    return note


def _find(words: str, path: Path) -> tuple[StoredPaper, str]:
    """The document, and the time zone of its shop as the prices of its time say."""
    with Ledger.open(path, read_only=True) as ledger:
        row = _row(ledger, words, path)
        number = row.number if isinstance(row, DocumentRow) else row.correction.of
        of = row if isinstance(row, DocumentRow) else ledger.document(number)
        if of is None:
            raise fail(f"{path}: the receipt of {row.label} is not there; main.py ledger verify says more")
        prices = ledger.prices_of(of.receipt.visit)
        return stored_paper(ledger, row, of), "UTC" if prices is None else prices.time_zone


def _row(ledger: Ledger, words: str, path: Path) -> DocumentRow | CorrectionRow:
    if number := re.fullmatch(r"(?:([A-Z]+)-)?0*([0-9]{1,12})", words.upper()):
        series, digits = number.groups(RECEIPT_SERIES)
        found = (
            ledger.correction(series, int(digits))
            if series in SERIES.values()
            else ledger.document(int(digits), series)
        )
        if found is not None:
            return found
    code = words.upper()
    coded = [row for row in ledger.documents(search=words) if code in {row.receipt.code, *row.receipt.codes}]
    if not coded:
        raise fail(f"{path}: there is no document {words!r}; main.py ledger receipts lists receipts")
    if len(coded) > 1:
        labels = ", ".join(row.label for row in coded)
        raise fail(f"{len(coded)} receipts have the code {words}: say which by its number: {labels}")
    return coded[0]


def _store_of(
    found: StoredPaper, info: StoreInfo | None, folder: Path | None, time_zone: str
) -> tuple[StoreInfo, Path | None]:
    """Whose receipt it is. The demo store's head is only for the demo store's receipts."""
    of = found.of.receipt.store
    if info is not None and info.id != of:
        raise fail(f"{found.row.label} is of the store {of}, and {folder} is {info.id}")
    if info is None:
        demo = read_store(DEMO_STORE).file.store
        if demo.id == of:
            return demo, DEMO_STORE
        return StoreInfo(id=of, name=of, time_zone=time_zone), None
    return info, folder


def _profile_for(profile: str | None, printer: str | None) -> PrinterProfile:
    if profile is not None:
        return profile_of(profile)
    printers = read_printers(printers_file())
    return choose(printers, printer).model if printers or printer else GENERAL[0]


def _write(
    document: PrintableReceipt,
    key: str,
    stationery: Stationery,
    to: Path,
    profile: PrinterProfile,
    note: Note | None,
    *,
    as_json: bool,
) -> None:
    """``note``: it is a copy."""
    suffix = to.suffix.lower()
    if suffix not in FILES:
        raise fail(f"{to}: what kind of file? Its name ends with one of {', '.join(FILES)}")
    if note is not None:
        with PrintQueue.open(queue_file()) as queue:
            document = msgspec.structs.replace(document, copy=queue.next_copy(key))
    data = file_bytes(document, stationery, suffix, profile)
    if note is not None:
        note(document.copy)
    write_asked_for(to, data)
    if as_json:
        print_json({"file": str(to), "bytes": len(data), "document": document.number, "copy": document.copy})
    else:
        out.print(f"{to}: {document.number}, {len(data)} bytes", markup=False, highlight=False)


def _print(
    document: PrintableReceipt,
    key: str,
    stationery: Stationery,
    printer: PrinterSettings,
    note: Note | None,
    *,
    as_json: bool,
) -> None:
    """``note``: it is a copy."""

    def noted(number: int) -> bytes:
        body, _ = job_body(msgspec.structs.replace(document, copy=number), printer, stationery)
        if note is not None:
            note(number)
        return body

    with PrintQueue.open(queue_file()) as queue:
        job = queue.add_document(
            printer.name,
            key,
            noted,
            given=None if note is None else queue.next_copy(key),
            what=document.number,
            job_format="blocks" if printer.where.kind == "system" else "escpos",
        )
        tried = work_for(queue, printer)
        report(queue.job(job.id), tried, as_json=as_json)
