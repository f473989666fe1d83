"""Prints what waits, for as long as it runs: a thread per printer, so that none holds up another."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from console.printing.delivery import MakeWire, print_due, wire_of
from console.printing.jobs import Job
from console.printing.printers import PrinterSettings
from console.printing.queue import PrintQueue, QueueError

log = logging.getLogger(__name__)

POLL_S = 2.0
"""How often it looks for jobs that other programs queued, or that are due again."""


class Spooler:
    """Threads for printers that speak ESC/POS; the operating system's need the program's main thread."""

    def __init__(
        self,
        queue: Path,
        printers: Iterable[PrinterSettings],
        on_job: Callable[[Job], None],
        *,
        make_wire: MakeWire = wire_of,
        poll_s: float = POLL_S,
    ) -> None:
        """``on_job`` is called in a printer's thread, with each job that was tried."""
        self._queue, self._on_job, self._make_wire, self._poll_s = queue, on_job, make_wire, poll_s
        self._stopping = threading.Event()
        self._wake: list[threading.Event] = []
        self._threads: list[threading.Thread] = []
        for printer in printers:
            if printer.where.kind != "system":
                wake = threading.Event()
                self._wake.append(wake)
                self._threads.append(
                    threading.Thread(target=self._serve, args=(printer, wake), name=f"printer-{printer.name}")
                )

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def nudge(self) -> None:
        """Look at once: something was queued."""
        for wake in self._wake:
            wake.set()

    def stop(self) -> None:
        """End, after what is being sent; a printer that stalls is given up when its time is over."""
        self._stopping.set()
        self.nudge()
        for thread in self._threads:
            thread.join()

    def _serve(self, printer: PrinterSettings, wake: threading.Event) -> None:
        while not self._stopping.is_set():
            wake.clear()
            try:
                with PrintQueue.open(self._queue) as queue:
                    for job in print_due(
                        queue, printer, make_wire=self._make_wire, stop=self._stopping.is_set
                    ):
                        self._on_job(job)
            except QueueError as error:
                log.warning("%s: %s", printer.name, error)
            if not self._stopping.is_set():
                wake.wait(self._poll_s)
