"""Receipts on a printer of the operating system: drawn by Qt, queued and answered for by the system."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QPageLayout, QPainter
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from console.language import tr
from console.printing.blocks import Block
from console.printing.jobs import Job
from console.printing.pdf import MARGIN_MM, MM_PER_INCH, PRINTED_MM, block_mm, draw, ensure_application
from console.printing.printers import PrinterSettings
from console.printing.wires import WireError

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(tuple[Block, ...])


def pack(blocks: Sequence[Block]) -> bytes:
    """Blocks as the body of a job."""
    return _ENCODER.encode(blocks)


def send_blocks(job: Job, body: bytes, printer: PrinterSettings) -> None:
    """Give a job to the system. Raises ``WireError`` when it does not take it; nothing was printed then."""
    ensure_application()
    name = printer.where.target
    known = QPrinterInfo.availablePrinterNames()
    info = QPrinterInfo.printerInfo(name) if name else QPrinterInfo.defaultPrinter()
    if info.isNull():
        there = f"Known: {', '.join(known)}" if known else "The system has none"
        raise WireError(
            tr("the system has no printer {name}. {there}", name=repr(name), there=there)
            if name
            else tr("the system has no printer")
        )
    target = QPrinter(info, QPrinter.PrinterMode.HighResolution)
    target.setDocName(job.what)
    paint(_DECODER.decode(body), target)


def paint(blocks: Sequence[Block], printer: QPrinter) -> int:
    """Draw blocks on the printer's paper, at the top left, on as many pages as they need; how many.

    Raises ``WireError`` when the system does not let it begin.
    """
    margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
    printer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    painter = QPainter()
    if not painter.begin(printer):
        raise WireError(
            tr("{value}: the system does not let it print", value=printer.printerName() or "the printer")
        )
    try:
        page = printer.pageLayout().paintRect(QPageLayout.Unit.Millimeter)
        shrink = min(page.width() / PRINTED_MM, 1.0)
        scale = printer.resolution() / MM_PER_INCH * shrink
        painter.scale(scale, scale)
        room, used, pages = page.height() / shrink, 0.0, 1
        for block in blocks:
            high = block_mm(block)
            if used and used + high > room:
                printer.newPage()
                painter.translate(0, -used)
                used, pages = 0.0, pages + 1
            draw(painter, block)
            painter.translate(0, high)
            used += high
    finally:
        painter.end()
    return pages
