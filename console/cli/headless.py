"""A store without a window: each visit is printed with its receipt as it happens."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from console.back_office import Ledger
from console.back_office.money import format_money
from console.cli.picture import Witness
from console.cli.say import out
from console.cli.sending import Sending
from console.engine_process.headless import run_headless
from console.engine_process.spec import EngineSpec
from inference.messages import VisitClosed
from inference.messages.wire import Wanted
from store_layout.model import StoreLayout

PICTURE_SIZE = (1366, 768)


def print_as_it_happens(
    spec: EngineSpec, layout: StoreLayout, picture: Path, wanted: tuple[Wanted, ...] | None = None
) -> None:
    """Run the engine in this process; print each visit, and leave a picture of what the window would show.

    ``wanted``: send one shopper in for these, and end when they have left. Raises ``typer.Exit`` if that was
    refused.
    """
    kind = "simulated" if spec.simulated else "live"
    what = (
        f"{kind}; end it with Ctrl-C" if spec.recording is None else f"recording {Path(spec.recording).name}"
    )
    out.print(f"{layout.file.store.name}, {what}", markup=False, highlight=False)
    printer, witness = VisitPrinter(spec.ledger_path, layout), Witness()
    sending = None if wanted is None else Sending(wanted, layout)

    def on_visit(closed: VisitClosed) -> None:
        printer.visit(closed)
        if sending is not None:
            sending.visit(closed)

    summary = run_headless(spec, on_visit, witness.see, on_start=None if sending is None else sending.begin)
    out.print(
        f"{summary.observations} observations, {printer.count} visits. Ledger: {spec.ledger_path}",
        markup=False,
        highlight=False,
    )
    if witness.saw_something:
        with witness.window(layout, spec.ledger_path, clips=spec.clips_path) as render:
            render(picture, PICTURE_SIZE, "dark", "live")
        out.print(f"What the window would have shown: {picture}", markup=False, highlight=False)
    if sending is not None and sending.refused:
        raise typer.Exit(1)


class VisitPrinter:
    """Prints each visit with its receipt, once."""

    def __init__(self, ledger: Path, layout: StoreLayout) -> None:
        self._ledger, self._layout = ledger, layout
        self._zone = ZoneInfo(layout.file.store.time_zone)
        self._lock = threading.Lock()
        self._seen: set[str] = set()

    @property
    def count(self) -> int:
        """Visits printed."""
        return len(self._seen)

    def visit(self, closed: VisitClosed) -> None:
        """Called when the ledger has the visit; after a crash perhaps again."""
        visit = closed.closed
        with self._lock:
            if visit.visit in self._seen:
                return
            self._seen.add(visit.visit)
        with Ledger.open(self._ledger, read_only=True) as ledger:
            row, document = ledger.visit(visit.visit), ledger.document_of(visit.visit)
        if row is not None:
            visit = row.visit
        at = datetime.fromtimestamp(visit.closed_at, self._zone).strftime("%H:%M:%S")
        lines = ", ".join(f"{x.quantity} {self._name(x.sku)}" for x in visit.lines) or "nothing"
        match visit.decision:
            case "issue" if document is not None:
                total = format_money(document.receipt.total, document.receipt.currency)
                outcome = f"receipt {document.label}, {total}"
            case "issue":
                outcome = "one receipt with those who pay together, when the last of them is decided"
            case "review":
                asked = "; ".join(question.text for question in visit.questions) or "; ".join(
                    str(note) for note in visit.notes
                )
                outcome = f"to a person: {asked}"
            case other:
                outcome = {"nothing": "no receipt", "staff": "staff, not charged"}.get(other, other)
        out.print(f"{at}  {visit.code:8} {lines}: {outcome}", markup=False, highlight=False)

    def _name(self, sku: str) -> str:
        product = self._layout.products.get(sku)
        return product.name if product else sku
