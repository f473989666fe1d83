"""``main.py print``: a receipt on paper or in a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from console.back_office import DocumentRow, Ledger
from console.cli.ledger import LedgerOption, default_ledger
from console.cli.places import DEMO_STORE, state_dir
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
from console.printing.document import PrintableReceipt
from console.printing.from_ledger import printable
from console.printing.layout import Paper
from console.printing.paper_jobs import receipt_blocks, receipt_job
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

FILES = (".pdf", ".html", ".txt", ".eml", ".png", ".bin")


# -- main.py print ---------------------------------------------------------------------------------------


def print_receipt(
    receipt: Annotated[str, typer.Argument(help="Number or code of the receipt.", show_default=False)],
    copy: Annotated[bool, typer.Option("--copy", help="A copy, marked so with its number.")] = False,
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
    ledger: LedgerOption = None,
    locale: LocaleOption = None,
    profile: Annotated[
        str | None,
        typer.Option(help="Kind of printer for .png and .bin; else the printer's.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Print a receipt, once; after that, copies. Exit status 0: it was printed, or the file was written."""
    with errors_in_words(*ERRORS):
        info = None if store is None else read_store(store).file.store
        found = _find(receipt, ledger or _ledger_of(info))
        info, folder = _store_of(found, info, store)
        stationery = read_stationery(folder, info.name, locale)
        document = printable(
            found,
            stationery.shop,
            info.time_zone,
            qr_prefix=stationery.qr_prefix,
        )
        key = f"{found.label} {found.hash}"
        if to is not None:
            kind = _profile_for(profile, printer) if to.suffix.lower() in {".png", ".bin"} else None
            _write(document, key, stationery, to, kind, copy=copy, as_json=as_json)
            return
        chosen = choose(read_printers(printers_file()), printer)
        _print(document, key, stationery, chosen, copy=copy, as_json=as_json)


def _ledger_of(info: StoreInfo | None) -> Path:
    return default_ledger() if info is None else state_dir() / f"live-{info.id}" / "ledger.sqlite"


def _find(words: str, path: Path) -> DocumentRow:
    with Ledger.open(path, read_only=True) as ledger:
        if number := re.fullmatch(r"(?:([A-Z]+)-)?0*(\d{1,12})", words):
            series, digits = number.groups()
            found = ledger.document(int(digits), series) if series else ledger.document(int(digits))
            if found is not None:
                return found
        coded = [row for row in ledger.documents(search=words) if row.receipt.code == words]
    if not coded:
        raise fail(f"{path}: there is no receipt {words!r}; main.py ledger receipts lists them")
    if len(coded) > 1:
        labels = ", ".join(row.label for row in coded)
        raise fail(f"{len(coded)} receipts have the code {words}: say which by its number: {labels}")
    return coded[0]


def _store_of(
    found: DocumentRow, info: StoreInfo | None, folder: Path | None
) -> tuple[StoreInfo, Path | None]:
    """Whose receipt it is. The demo store's head is only for the demo store's receipts."""
    if info is not None and info.id != found.receipt.store:
        raise fail(f"{found.label} is of the store {found.receipt.store}, and {folder} is {info.id}")
    if info is None:
        demo = read_store(DEMO_STORE).file.store
        if demo.id == found.receipt.store:
            return demo, DEMO_STORE
        return StoreInfo(id=found.receipt.store, name=found.receipt.store), None
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
    profile: PrinterProfile | None,
    *,
    copy: bool,
    as_json: bool,
) -> None:
    suffix = to.suffix.lower()
    if suffix not in FILES:
        raise fail(f"{to}: what kind of file? Its name ends with one of {', '.join(FILES)}")
    if copy:
        with PrintQueue.open(queue_file()) as queue:
            document = msgspec.structs.replace(document, copy=queue.next_copy(key))
    data = _file(document, stationery, suffix, profile)
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(data)
    if as_json:
        print_json({"file": str(to), "bytes": len(data), "document": document.number, "copy": document.copy})
    else:
        out.print(f"{to}: {document.number}, {len(data)} bytes", markup=False, highlight=False)


def _file(
    document: PrintableReceipt, stationery: Stationery, suffix: str, profile: PrinterProfile | None
) -> bytes:
    if profile is not None:
        job = receipt_job(document, profile, stationery)
        if suffix == ".bin":
            return job
        from console.printing.preview import png_bytes, preview

        return png_bytes(preview(job, profile))
    if suffix == ".pdf":
        from console.printing.pdf import pdf

        return pdf(document, stationery)
    from console.printing import mail

    match suffix:
        case ".html":
            return mail.html(document, stationery).encode()
        case ".eml":
            return mail.message(document, stationery).as_bytes()
        case _:
            return mail.plain_text(document, stationery).encode()


def _print(
    document: PrintableReceipt,
    key: str,
    stationery: Stationery,
    printer: PrinterSettings,
    *,
    copy: bool,
    as_json: bool,
) -> None:
    system = printer.where.kind == "system"

    def render(number: int) -> bytes:
        numbered = msgspec.structs.replace(document, copy=number)
        if not system:
            return receipt_job(numbered, printer.model, stationery)
        from console.printing import pdf, system_printer

        return system_printer.pack(receipt_blocks(numbered, Paper(pdf.COLUMNS), pdf.DOTS, stationery))

    with PrintQueue.open(queue_file()) as queue:
        job = queue.add_document(
            printer.name,
            key,
            render,
            copy=copy,
            what=document.number,
            job_format="blocks" if system else "escpos",
        )
        work_for(queue, printer)
        report(queue.job(job.id), as_json=as_json)
