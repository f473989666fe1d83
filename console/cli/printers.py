"""``main.py printers``: the printers of this computer, and the jobs that wait for them."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer
from rich.table import Table

from console.back_office import LedgerError
from console.cli.places import state_dir
from console.cli.say import JsonOption, errors_in_words, out, print_json, row
from console.printing.delivery import print_due
from console.printing.document import UnprintableError
from console.printing.jobs import Job
from console.printing.paper_jobs import test_blocks, test_job
from console.printing.places import PrintPlaces
from console.printing.printers import (
    PrintersError,
    PrinterSettings,
    choose,
    read_printers,
    write_printers,
)
from console.printing.profiles import (
    GENERAL,
    Confirmation,
    UnknownProfileError,
    profile_of,
    usable_models,
)
from console.printing.queue import PrintQueue, QueueError
from console.printing.spooler import POLL_S, Spooler
from console.printing.stationery import StationeryError, read_stationery
from console.printing.texts import TextsError
from store_layout.problems import StoreProblems
from store_layout.reader import read_store

app = typer.Typer(help="The printers of this computer, and what they have to print.", no_args_is_help=True)

ERRORS = (
    LedgerError,
    OSError,
    PrintersError,
    QueueError,
    StationeryError,
    StoreProblems,
    TextsError,
    UnknownProfileError,
    UnprintableError,
)
PrinterArgument = Annotated[str, typer.Argument(help="The printer's name.", show_default=False)]
PrinterOption = Annotated[
    str | None, typer.Option("--printer", help="A printer's name; without it, the first.", show_default=False)
]
StoreOption = Annotated[
    Path | None,
    typer.Option("--store", help="Store folder, for the receipt's head and time zone.", show_default=False),
]
LocaleOption = Annotated[
    str | None,
    typer.Option(help="Language and customs, as de or en_GB; else the store's.", show_default=False),
]
JobArgument = Annotated[int, typer.Argument(help="The print job's number.", show_default=False)]


def printers_file() -> Path:
    """Where this computer's printers are written down."""
    return PrintPlaces(state_dir()).printers


def queue_file() -> Path:
    """The print queue of this computer."""
    return PrintPlaces(state_dir()).queue


def work_for(queue: PrintQueue, printer: PrinterSettings) -> list[Job]:
    """Print what is due on a printer, of whatever kind."""
    queue.purge()
    if printer.where.kind != "system":
        return print_due(queue, printer)
    from console.printing.system_printer import send_blocks

    return print_due(queue, printer, send_blocks=send_blocks)


def report(job: Job, tried: Sequence[Job], *, as_json: bool) -> None:
    """Say what became of a job; exit status 1 when it was not printed.

    ``tried``: the jobs that were tried on its printer just now.
    """
    if as_json:
        print_json(job)
    else:
        out.print(words_of(job, tried[-1] if tried else None), markup=False, highlight=False)
    if job.state != "printed":
        raise typer.Exit(1)


def words_of(job: Job, last: Job | None = None) -> str:
    """What became of a job, and what to do. ``last``: the job that was tried last on its printer."""
    head = f"Print job {job.id}, {job.what} on {job.printer}: "
    match job.state:
        case "printed" if job.confirmed:
            return head + "printed; the printer confirmed it"
        case "printed":
            return head + "handed over; this printer cannot say that it printed"
        case "unknown":
            return (
                f"{head}DID IT PRINT? {job.reason}. Look, and say so: "
                f"main.py printers answer {job.id} yes, or no to print it again"
            )
        case "queued":
            why = job.reason or "another program is printing to it"
            if not job.reason and last is not None:
                why = f"job {last.id}, which comes before it, is not printed: {last.reason}"
            return f"{head}waits ({why}). main.py printers work prints what waits; retry {job.id} tries now"
        case "failed":
            return f"{head}failed ({job.reason}). main.py printers retry {job.id}, or cancel {job.id}"
        case _:
            return head + job.state


# -- main.py printers ------------------------------------------------------------------------------------


@app.command("list")
def list_printers(as_json: JsonOption = False) -> None:
    """The printers of this computer; the first is used where none is named."""
    with errors_in_words(*ERRORS):
        printers = read_printers(printers_file())
    if as_json:
        print_json(printers)
        return
    table = Table("Name", "Address", "Profile", "Columns", "Says that it printed", box=None)
    for printer in printers:
        model = printer.model
        says = "no" if model.confirmation == "none" else f"yes, by {model.confirmation.replace('_', ' ')}"
        table.add_row(*row(printer.name, printer.address, printer.profile, model.columns, says))
    out.print(table if printers else "No printers. main.py printers add NAME ADDRESS")


@app.command()
def add(
    name: PrinterArgument,
    address: Annotated[
        str,
        typer.Argument(
            help="tcp://HOST[:9100], serial:DEVICE[?baud=38400], usb:VENDOR:PRODUCT, file:PATH, system:NAME.",
            show_default=False,
        ),
    ],
    profile: Annotated[str, typer.Option(help="Kind of printer; see main.py printers profiles.")] = "80mm",
    confirmation: Annotated[
        Confirmation | None,
        typer.Option(help="How it says that it printed, where the profile is wrong.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Add a printer, or change the one of that name."""
    with errors_in_words(*ERRORS):
        new = PrinterSettings(name=name, address=address, profile=profile, confirmation=confirmation).check()
        old = read_printers(printers_file())
        kept = tuple(new if printer.name == name else printer for printer in old)
        write_printers(printers_file(), kept if new in kept else (*kept, new))
    if as_json:
        print_json(new)
    else:
        out.print(f"{name}: {address}, {profile}. Try it: main.py printers test {name}", highlight=False)


@app.command()
def remove(name: PrinterArgument, as_json: JsonOption = False) -> None:
    """Forget a printer. What waits for it stays in the queue."""
    with errors_in_words(*ERRORS):
        printers = read_printers(printers_file())
        gone = choose(printers, name)
        write_printers(printers_file(), tuple(printer for printer in printers if printer.name != name))
    if as_json:
        print_json(gone)
    else:
        out.print(f"{name} is forgotten", markup=False, highlight=False)


@app.command()
def profiles(as_json: JsonOption = False) -> None:
    """The kinds of printers that are known."""
    known = [*GENERAL, *(profile_of(name) for name in usable_models())]
    if as_json:
        print_json(
            [{"name": p.name, "about": p.about, "paper_mm": p.paper_mm, "columns": p.columns} for p in known]
        )
        return
    table = Table("Profile", "Printer", "Paper", "Columns", box=None)
    for p in known:
        table.add_row(*row(p.name, p.about, f"{p.paper_mm} mm", p.columns))
    out.print(table)


@app.command("test")
def print_test_page(
    name: PrinterArgument, store: StoreOption = None, locale: LocaleOption = None, as_json: JsonOption = False
) -> None:
    """Print a page that shows width, letters, signs, logo, QR code and cutter. Exit status 0: printed."""
    with errors_in_words(*ERRORS):
        printer = choose(read_printers(printers_file()), name)
        stationery = read_stationery(
            store, "" if store is None else read_store(store).file.store.name, locale
        )
        with PrintQueue.open(queue_file()) as queue:
            if printer.where.kind == "system":
                from console.printing.system_printer import pack

                page = tuple(test_blocks(name, GENERAL[0], stationery))
                job = queue.add(name, "test page", pack(page), "blocks")
            else:
                job = queue.add(name, "test page", test_job(name, printer.model, stationery))
            tried = work_for(queue, printer)
            report(queue.job(job.id), tried, as_json=as_json)


@app.command()
def jobs(printer: PrinterOption = None, as_json: JsonOption = False) -> None:
    """The latest print jobs, newest first; those that somebody must look at are marked."""
    with errors_in_words(*ERRORS), PrintQueue.open(queue_file()) as queue:
        found = queue.jobs(printer=printer)
    if as_json:
        print_json(found)
        return
    table = Table("Job", "What", "Printer", "State", "Why", box=None)
    for job in found:
        state = "DID IT PRINT?" if job.state == "unknown" else job.state
        table.add_row(*row(job.id, job.what, job.printer, state, job.reason))
    out.print(table if found else "No print jobs.")


@app.command()
def work(
    follow: Annotated[bool, typer.Option("--follow", help="Go on until it is stopped (Ctrl+C).")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print what waits and is due, on all printers. Exit status 0: nothing is left waiting or in doubt."""
    with errors_in_words(*ERRORS), PrintQueue.open(queue_file()) as queue:
        printers = read_printers(printers_file())
        if follow:
            _follow(queue, printers, as_json=as_json)
        done = [job for printer in printers for job in work_for(queue, printer)]
        left = queue.jobs("queued", "unknown", "failed")
    if as_json:
        print_json({"done": done, "left": left})
    else:
        for job in {job.id: job for job in [*done, *left]}.values():
            out.print(words_of(job), markup=False, highlight=False)
        if not done and not left:
            out.print("Nothing waits.")
    if left:
        raise typer.Exit(1)


def _follow(queue: PrintQueue, printers: tuple[PrinterSettings, ...], *, as_json: bool) -> None:
    """Until Ctrl+C. With ``as_json`` a line of JSON for each job that was tried."""

    def say(job: Job) -> None:
        out.print(
            msgspec.json.encode(job).decode() if as_json else words_of(job), markup=False, highlight=False
        )

    # Both end it, also where whoever started it had Ctrl+C ignored (a job in the background, a service).
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.default_int_handler)
    systems = [printer for printer in printers if printer.where.kind == "system"]
    with Spooler(queue.path, printers, say), suppress(KeyboardInterrupt):
        while True:
            for printer in systems:
                for job in work_for(queue, printer):
                    say(job)
            time.sleep(POLL_S)


@app.command()
def answer(
    job: JobArgument,
    printed: Annotated[
        Literal["yes", "no"], typer.Argument(help="yes: it came out. no: print it again.", show_default=False)
    ],
    as_json: JsonOption = False,
) -> None:
    """Say whether a job printed of which nobody else can say it. After a no it is printed again."""
    with errors_in_words(*ERRORS), PrintQueue.open(queue_file()) as queue:
        answered, tried = queue.answer(job, printed=printed == "yes"), list[Job]()
        if printed == "no":
            tried = work_for(queue, choose(read_printers(printers_file()), answered.printer))
        report(queue.job(job), tried, as_json=as_json)


@app.command()
def retry(job: JobArgument, as_json: JsonOption = False) -> None:
    """Try a job now that failed or waits."""
    with errors_in_words(*ERRORS), PrintQueue.open(queue_file()) as queue:
        tried = work_for(queue, choose(read_printers(printers_file()), queue.retry(job).printer))
        report(queue.job(job), tried, as_json=as_json)


@app.command()
def cancel(job: JobArgument, as_json: JsonOption = False) -> None:
    """Give a job up."""
    with errors_in_words(*ERRORS), PrintQueue.open(queue_file()) as queue:
        cancelled = queue.cancel(job)
    if as_json:
        print_json(cancelled)
    else:
        out.print(words_of(cancelled), markup=False, highlight=False)
