"""Jobs from the queue to their printer, one after the other."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from console.language import tr
from console.printing.jobs import Job
from console.printing.listening import (
    SilentPrinterError,
    be_quiet,
    confirmation_query,
    hear_confirmation,
    trouble,
)
from console.printing.printer_lock import printer_lock
from console.printing.printers import PrinterSettings
from console.printing.queue import LONGEST_WAIT_S, PrintQueue
from console.printing.wires import CHUNK, Wire, WireError, wire_to

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 10
FIRST_WAIT_S = 5.0
"""Between attempts that sent nothing: twice as long each time. Ten of them are twenty minutes."""
CONFIRM_S = 15.0
"""A receipt of a metre takes five seconds to print."""

SendBlocks = Callable[[Job, bytes, PrinterSettings], None]
"""Gives a job of blocks to the operating system. Raises ``WireError`` when it did not take any of it."""
MakeWire = Callable[[PrinterSettings], Wire]


def wire_of(printer: PrinterSettings) -> Wire:
    """The wire that its address names."""
    return wire_to(printer.where)


def print_due(
    queue: PrintQueue,
    printer: PrinterSettings,
    *,
    make_wire: MakeWire = wire_of,
    send_blocks: SendBlocks | None = None,
    clock: Callable[[], float] = time.time,
    confirm_s: float = CONFIRM_S,
    stop: Callable[[], bool] = lambda: False,
) -> list[Job]:
    """Print what waits for this printer and is due; each job as it is afterwards.

    Stops at the first that could not be sent: the printer is off for the others too. Does nothing while
    another process prints to it. What a dead worker left is settled first. ``stop`` is asked between jobs.
    """
    done: list[Job] = []
    with printer_lock(queue.path, printer.name) as mine:
        if not mine:
            return done
        done += [job for job in queue.settle(printer.name) if job.state == "unknown"]
        while not stop() and (job := queue.claim(printer.name)) is not None:
            worker = _Worker(queue, printer, clock, confirm_s)
            if job.format == "blocks":
                done.append(worker.give(job, send_blocks))
            else:
                done.append(worker.send(job, make_wire(printer)))
            if done[-1].state in {"queued", "failed"}:
                break
    return done


class _Worker:
    def __init__(
        self, queue: PrintQueue, printer: PrinterSettings, clock: Callable[[], float], confirm_s: float
    ) -> None:
        self.queue, self.printer, self.clock, self.confirm_s = queue, printer, clock, confirm_s

    def send(self, job: Job, wire: Wire) -> Job:
        body = self.queue.body(job.id)
        how = self.printer.model.confirmation if wire.can_listen else "none"
        try:
            try:
                wire.open()
                why_not = ""
                if how != "none":
                    be_quiet(wire)
                    why_not = trouble(wire)
            except (WireError, SilentPrinterError) as error:
                why_not = str(error)
            if why_not:
                return self.put_off(job, why_not)
            self.queue.sending(job)
            return self.after(job, self.transmit(job, wire, body))
        finally:
            wire.close()

    def transmit(self, job: Job, wire: Wire, body: bytes) -> str | bool:
        """Whether the printer confirmed it, or why nobody knows."""
        how = self.printer.model.confirmation if wire.can_listen else "none"
        sent = 0
        try:
            for start in range(0, len(body), CHUNK):
                wire.send(body[start : start + CHUNK])
                sent = min(start + CHUNK, len(body))
            if how == "none":
                wire.finish()
                return False
            wire.send(confirmation_query(how, job.id))
            if hear_confirmation(wire, how, job.id, self.confirm_s):
                return True
            words = self.why(wire)
            if words:
                return tr("all was sent, but the printer did not say that it printed: {why}", why=words)
            return tr("all was sent, but the printer did not say that it printed")
        except WireError as error:
            return tr("{error} ({sent} of {all} bytes were sent)", error=error, sent=sent, all=len(body))

    def why(self, wire: Wire) -> str:
        """What the printer says of itself after it did not confirm."""
        try:
            return trouble(wire)
        except (WireError, SilentPrinterError):
            return ""

    def after(self, job: Job, came: str | bool) -> Job:
        if isinstance(came, bool):
            return self.queue.printed(job, confirmed=came)
        log.info("print job %d on %s: %s", job.id, self.printer.name, came)
        return self.queue.not_known(job, came)

    def put_off(self, job: Job, reason: str) -> Job:
        """Nothing was sent."""
        if job.attempts >= MOST_ATTEMPTS:
            return self.queue.failed(job, reason)
        wait = min(FIRST_WAIT_S * 2 ** (job.attempts - 1), LONGEST_WAIT_S)
        return self.queue.postpone(job, reason, self.clock() + wait)

    def give(self, job: Job, send_blocks: SendBlocks | None) -> Job:
        """To the operating system, which has a queue of its own and answers for the rest."""
        if send_blocks is None:
            return self.put_off(job, tr("this program cannot print to the operating system's printers"))
        body = self.queue.body(job.id)
        self.queue.sending(job)
        try:
            send_blocks(job, body, self.printer)
        except WireError as error:
            self.queue.not_taken(job)
            return self.put_off(job, str(error))
        return self.queue.printed(job, confirmed=False)
