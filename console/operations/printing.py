"""Papers on screen, on printers and in files: what the window asks of printing, off its thread."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from PIL import Image
from PySide6.QtCore import QObject, QTimer, Signal

from console.back_office.audit import record
from console.back_office.ledger import Ledger, LedgerError
from console.back_office.permissions import Actor
from console.language import tr, tr_noop
from console.language.sentences import in_words
from console.operations.background import Background
from console.printing.delivery import print_due
from console.printing.document import PrintableReceipt, UnprintableError
from console.printing.jobs import Job
from console.printing.paper_jobs import receipt_job
from console.printing.papers import StoredPaper, file_bytes, job_body
from console.printing.places import PrintPlaces
from console.printing.printers import PrintersError, PrinterSettings, choose, read_printers
from console.printing.profiles import GENERAL, PrinterProfile, UnknownProfileError
from console.printing.queue import PrintQueue, QueueError
from console.printing.stationery import Stationery, StationeryError, read_stationery
from console.printing.texts import TextsError
from store_layout.model import StoreLayout
from store_layout.whole_files import write_asked_for

SCREEN = "window"
WORK_MS = 5000
"""How often what waits for a printer is tried again."""
ERRORS = (
    LedgerError,
    OSError,
    PrintersError,
    QueueError,
    StationeryError,
    TextsError,
    UnknownProfileError,
    UnprintableError,
    sqlite3.Error,
)


class Shown(msgspec.Struct, frozen=True):
    """A paper as its printer would print it, and what has become of it there."""

    key: str
    label: str
    image: Image.Image | None
    """One pixel a dot; None: it cannot be printed, and ``problem`` says why."""
    dpi: int
    text: tuple[str, ...]
    """The same as lines of text, for a screen reader."""
    printers: tuple[str, ...]
    is_copy: bool
    """The original is out: what is printed now is a copy, and marked so."""
    jobs: tuple[Job, ...]
    """Of this paper, newest first."""
    problem: str = ""


class PrintDesk(QObject):
    """One paper at a time. Call a method; ``changed`` follows, or ``said``."""

    changed = Signal()
    said = Signal(str)
    """Done, in words for a notice."""
    failed = Signal(str)

    def __init__(
        self,
        ledger: Path,
        places: PrintPlaces,
        layout: StoreLayout,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.places, self._ledger, self._layout = places, ledger, layout
        self.shown: Shown | None = None
        self._paper: StoredPaper | None = None
        self._background = Background(self, workers=1)
        self._work = QTimer(self)
        self._work.setInterval(WORK_MS)
        self._work.timeout.connect(self._print_what_waits)

    def close(self) -> None:
        """Wait for what is being sent; what waits stays in the queue."""
        self._work.stop()
        self._background.close()

    @property
    def busy(self) -> bool:
        """Whether something asked for is still to come."""
        return self._background.busy

    @property
    def paper(self) -> StoredPaper | None:
        """What is looked at."""
        return self._paper

    # -- looking -------------------------------------------------------------------------------------

    def look_at(self, paper: StoredPaper | None) -> None:
        """Show this paper as it would be printed."""
        if paper == self._paper:
            return
        self._paper = paper
        if paper is None:
            self.shown = None
            self.changed.emit()
        else:
            self.refresh()

    def refresh(self) -> None:
        """Look again at the paper and its jobs."""
        paper, before = self._paper, self.shown
        if paper is not None:
            self._background.run(lambda: self._look(paper, before), self._looked, self._not_done)

    def _looked(self, shown: Shown) -> None:
        if self._paper is None or shown.key != self._paper.key:
            return
        if shown != self.shown:
            self.shown = shown
            self.changed.emit()
        waits = any(job.state in {"queued", "printing"} for job in shown.jobs)
        if waits != self._work.isActive():
            if waits:
                self._work.start()
            else:
                self._work.stop()

    def _look(self, paper: StoredPaper, before: Shown | None) -> Shown:
        """In the worker. The picture of a paper is drawn once."""
        printers, problem = self._printers()
        image: Image.Image | None = None
        dpi, text = 0, tuple[str, ...]()
        if before is not None and before.key == paper.key and before.image is not None:
            image, dpi, text = before.image, before.dpi, before.text
        else:
            try:
                from console.printing.preview import preview

                profile = _profile(printers)
                drawn = preview(receipt_job(self._on(paper), profile, self._stationery()), profile)
                image, dpi, text = drawn.image, drawn.dpi, drawn.text
            except ERRORS as error:
                problem = in_words(error)
        jobs: tuple[Job, ...] = ()
        given = False
        try:
            with PrintQueue.open(self.places.queue) as queue:
                jobs = tuple(job for job in queue.jobs() if job.document == paper.key)
                given = queue.is_given(paper.key)
        except QueueError as error:
            problem = problem or in_words(error)
        return Shown(
            paper.key, paper.label, image, dpi, text, tuple(p.name for p in printers), given, jobs, problem
        )

    # -- doing ---------------------------------------------------------------------------------------

    def print(self, printer: str, actor: Actor | None) -> None:
        """Print the paper: its original, once; after that its next copy, which the log tells of."""
        if (paper := self._paper) is None:
            return

        def work() -> Job:
            chosen = choose(read_printers(self.places.printers), printer)
            document, stationery = self._on(paper), self._stationery()

            def body(number: int) -> bytes:
                return job_body(msgspec.structs.replace(document, copy=number), chosen, stationery)[0]

            with PrintQueue.open(self.places.queue) as queue:
                number = queue.next_copy(paper.key) if queue.is_given(paper.key) else None
                if number is not None:
                    self._note(paper.label, actor, f"made copy {number}")
                job = queue.add_document(
                    chosen.name,
                    paper.key,
                    body,
                    given=number,
                    what=paper.label,
                    job_format="blocks" if chosen.where.kind == "system" else "escpos",
                )
                if chosen.where.kind != "system":
                    print_due(queue, chosen)
                return queue.job(job.id)

        self._background.run(work, self._printed, self._not_done)

    def answer(self, job: int, *, printed: bool) -> None:
        """Did it print? A no prints it again."""
        self._queue_work(lambda queue: queue.answer(job, printed=printed))

    def retry(self, job: int) -> None:
        """Try a job again now."""
        self._queue_work(lambda queue: queue.retry(job))

    def cancel(self, job: int) -> None:
        """Give a job up."""
        self._queue_work(lambda queue: queue.cancel(job))

    def save(self, to: Path, actor: Actor | None) -> None:
        """Write the paper as a file of the kind that its name says; a copy, once the original is out."""
        if (paper := self._paper) is None:
            return

        def work() -> str:
            write_asked_for(to, self._file(paper, to.suffix.lower(), actor))
            return tr("{label} is saved as {file}", label=paper.label, file=to)

        self._background.run(work, self._was_said, self._not_done)

    def html(self, actor: Actor | None, take: Callable[[str], object]) -> None:
        """Give the paper as a page for an e-mail to ``take``, on the window's thread."""
        if (paper := self._paper) is None:
            return

        def taken(page: str) -> None:
            take(page)
            self._was_said(tr("{label} is on the clipboard, ready to paste into a mail", label=paper.label))

        self._background.run(lambda: self._file(paper, ".html", actor).decode(), taken, self._not_done)

    # -- parts ---------------------------------------------------------------------------------------

    def _file(self, paper: StoredPaper, suffix: str, actor: Actor | None) -> bytes:
        document = self._on(paper)
        with PrintQueue.open(self.places.queue) as queue:
            if queue.is_given(paper.key):
                document = msgspec.structs.replace(document, copy=queue.next_copy(paper.key))
        profile = _profile(self._printers()[0])
        data = file_bytes(document, self._stationery(), suffix, profile)
        if document.copy:
            self._note(paper.label, actor, f"made copy {document.copy}")
        return data

    def _on(self, paper: StoredPaper) -> PrintableReceipt:
        return paper.on(self._stationery(), self._layout.file.store.time_zone)

    def _stationery(self) -> Stationery:
        return read_stationery(self.places.store, self._layout.file.store.name)

    def _printers(self) -> tuple[tuple[PrinterSettings, ...], str]:
        try:
            return read_printers(self.places.printers), ""
        except PrintersError as error:
            return (), in_words(error)

    def _note(self, label: str, actor: Actor | None, what: str) -> None:
        with Ledger.open(self._ledger) as ledger, ledger.writing(tr_noop("the audit log")):
            record(ledger, actor, what, at=time.time(), about=label, screen=SCREEN)

    def _printed(self, job: Job) -> None:
        if job.format == "blocks":
            self._give_to_the_system(job.printer)
        if job.state == "printed":
            self._was_said(tr("{what} is printed on {printer}", what=job.what, printer=job.printer))
        self.refresh()

    def _give_to_the_system(self, printer: str) -> None:
        """The operating system's printers are Qt's, and want the window's own thread."""
        from console.printing.system_printer import send_blocks

        try:
            chosen = choose(read_printers(self.places.printers), printer)
            with PrintQueue.open(self.places.queue) as queue:
                print_due(queue, chosen, send_blocks=send_blocks)
        except ERRORS as error:
            self._not_done(error)

    def _queue_work(self, work: Callable[[PrintQueue], Job]) -> None:
        def whole() -> None:
            with PrintQueue.open(self.places.queue) as queue:
                work(queue)
            self._send_what_waits()

        self._background.run(whole, lambda _: self.refresh(), self._not_done)

    def _print_what_waits(self) -> None:
        if not self._background.busy:
            self._background.run(self._send_what_waits, lambda _: self.refresh(), self._not_done)

    def _send_what_waits(self) -> None:
        with PrintQueue.open(self.places.queue) as queue:
            for printer in self._printers()[0]:
                if printer.where.kind != "system":
                    print_due(queue, printer)

    def _was_said(self, words: str) -> None:
        self.said.emit(words)
        self.refresh()

    def _not_done(self, error: Exception) -> None:
        if not isinstance(error, ERRORS):
            raise error
        self.failed.emit(f"{in_words(error)}.")
        self.refresh()


def _profile(printers: tuple[PrinterSettings, ...]) -> PrinterProfile:
    """Of the first printer that prints on a roll."""
    rolls = [printer.model for printer in printers if printer.where.kind != "system"]
    return rolls[0] if rolls else GENERAL[0]
