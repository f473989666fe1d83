"""The printers of this computer as devices: what became of what they had to print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from console.language import tr, tr_n
from console.printing.jobs import Job
from console.printing.paper_jobs import test_blocks, test_job
from console.printing.printers import PrinterSettings, choose, read_printers
from console.printing.profiles import GENERAL
from console.printing.queue import PrintQueue
from console.printing.stationery import read_stationery
from inference.messages.wire import DeviceStatus

PRINTERS, QUEUE = "printers.toml", "print_jobs.sqlite"
"""In this computer's state folder."""
TEST = "test page"


def printer_rows(state: Path) -> tuple[DeviceStatus, ...]:
    """All printers. Raises ``PrintersError``, ``QueueError``, ``OSError``."""
    printers = read_printers(state / PRINTERS)
    if not printers:
        return ()
    with PrintQueue.open(state / QUEUE) as queue:
        return tuple(_row(printer, queue.jobs(printer=printer.name)) for printer in printers)


def _what(job: Job) -> str:
    return tr("A test receipt") if job.what == TEST else job.what


def _row(printer: PrinterSettings, jobs: Sequence[Job]) -> DeviceStatus:
    """Its state by its jobs, newest first: what somebody must look at comes before what waits."""
    done = sum(job.state == "printed" for job in jobs)

    def row(job: Job | None, state: str, why: str) -> DeviceStatus:
        return DeviceStatus(
            printer.name,
            "printer",
            state,  # type: ignore[arg-type]  # one of the words
            0.0 if job is None else job.changed,
            why=why,
            received=done,
            last_error="" if job is None or state == "live" else job.reason,
        )

    for job in jobs:
        if job.state == "unknown":
            return row(job, "lost", tr("Did {what} come out? Look, and say so", what=_what(job)))
    for job in jobs:
        if job.state == "failed":
            return row(job, "lost", tr("{what} was not printed", what=_what(job)))
    waiting = [job for job in jobs if job.state in ("queued", "printing")]
    if waiting:
        why = tr_n("{n} job waits", "{n} jobs wait", len(waiting))
        return row(waiting[-1], "late" if waiting[-1].reason else "connecting", why)
    last = next((job for job in jobs if job.state == "printed"), None)
    if last is None:
        return row(None, "off", tr("Nothing was printed on it yet: print a test receipt"))
    if last.confirmed:
        return row(last, "live", tr("{what} was printed, and the printer confirmed it", what=_what(last)))
    return row(last, "live", tr("{what} was handed over; it cannot say that it printed", what=_what(last)))


def print_test(state: Path, name: str, store: Path | None, store_name: str) -> Job:
    """Put a test receipt into the queue, print what is due there, and give what became of it.

    Raises ``PrintersError``, ``QueueError``, ``StationeryError``, ``UnprintableError``, ``OSError``.
    """
    from console.printing.delivery import print_due

    printer = choose(read_printers(state / PRINTERS), name)
    stationery = read_stationery(store, store_name)
    with PrintQueue.open(state / QUEUE) as queue:
        if printer.where.kind == "system":
            from console.printing.system_printer import pack, send_blocks

            page = tuple(test_blocks(name, GENERAL[0], stationery))
            job = queue.add(name, TEST, pack(page), "blocks")
            print_due(queue, printer, send_blocks=send_blocks)
        else:
            job = queue.add(name, TEST, test_job(name, printer.model, stationery))
            print_due(queue, printer)
        return queue.job(job.id)
