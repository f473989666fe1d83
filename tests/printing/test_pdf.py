from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtPrintSupport import QPrinter
from pytestqt.qtbot import QtBot

from console.printing.blocks import Text
from console.printing.delivery import print_due
from console.printing.layout import Paper
from console.printing.paper_jobs import receipt_blocks
from console.printing.pdf import COLUMNS, DOTS, PRINTED_MM, block_mm, draw, height_mm, pdf
from console.printing.printers import PrinterSettings
from console.printing.queue import PrintQueue
from console.printing.system_printer import pack, paint, send_blocks
from tests.printing.receipts import draw_logo, receipt, stationery

MM_TO_POINT = 72 / 25.4


def page_sizes(file: bytes) -> list[tuple[float, float]]:
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", file)
    return [(float(w) / MM_TO_POINT, float(h) / MM_TO_POINT) for w, h in boxes]


def test_a_pdf_is_one_page_as_wide_as_the_roll_and_as_long_as_the_receipt(qtbot: QtBot) -> None:
    short, long = pdf(receipt(), stationery()), pdf(receipt(lines=receipt().lines * 30), stationery())
    assert short.startswith(b"%PDF-")
    ((wide, high),), ((_, longer),) = page_sizes(short), page_sizes(long)
    assert wide == pytest.approx(80, abs=0.5)
    assert longer - high == pytest.approx(29 * 6 * 4.23, abs=1)
    assert b"/FontFile2" in short  # letters, not a picture of them


def test_what_is_drawn_is_the_receipt(qtbot: QtBot, tmp_path: Path) -> None:
    blocks = receipt_blocks(
        receipt(), Paper(COLUMNS), DOTS, stationery(logo=draw_logo(tmp_path / "logo.png"))
    )
    scale = 12.0
    image = QImage(
        round(PRINTED_MM * scale), round(height_mm(blocks) * scale), QImage.Format.Format_Grayscale8
    )
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.scale(scale, scale)
    rows = []
    for block in blocks:
        draw(painter, block)
        painter.translate(0, block_mm(block))
        rows.append(block_mm(block) * scale)
    painter.end()
    pixels = np.asarray(image.constBits()).reshape(image.height(), image.bytesPerLine())[:, : image.width()]
    assert cv2.QRCodeDetectorAruco().detectAndDecode(np.ascontiguousarray(pixels))[0] == "K1-204"
    top = 0.0
    for block, high in zip(blocks, rows, strict=True):  # each line has ink of its own, within its own place
        if isinstance(block, Text) and block.text.strip("- "):
            band = pixels[round(top) : round(top + high)] < 128
            assert band.any(), block
            columns = np.argwhere(band.any(0))
            wide = len(block.text.strip()) * PRINTED_MM / COLUMNS * scale * (2 if block.wide else 1)
            assert np.ptp(columns) <= wide
        top += high


def test_a_program_without_a_window_makes_a_pdf(tmp_path: Path) -> None:
    program = (
        "import sys; from console.printing.pdf import pdf;"
        "from tests.printing.receipts import receipt, stationery;"
        "open(sys.argv[1], 'wb').write(pdf(receipt(), stationery()))"
    )
    environment = {
        k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    }
    subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "r.pdf")], env=environment, check=True, timeout=60
    )
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF-")


def test_the_systems_printer_gets_pages(qtbot: QtBot, tmp_path: Path) -> None:
    for lines, pages in ((1, 1), (30, 4)):
        blocks = receipt_blocks(receipt(lines=receipt().lines * lines), Paper(COLUMNS), DOTS, stationery())
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(tmp_path / "out.pdf"))
        assert paint(blocks, printer) == pages
        sizes = page_sizes((tmp_path / "out.pdf").read_bytes())
        assert len(sizes) == pages
        assert sizes[0][1] > 250  # A4 or Letter


def test_a_printer_that_the_system_does_not_have_gets_nothing(qtbot: QtBot, tmp_path: Path) -> None:
    nobody = PrinterSettings(name="office", address="system:No such printer")
    with PrintQueue.open(tmp_path / "print.sqlite") as queue:
        blocks = receipt_blocks(receipt(), Paper(COLUMNS), DOTS, stationery())
        queue.add("office", "R-000012", pack(blocks), "blocks")
        (job,) = print_due(queue, nobody, send_blocks=send_blocks)
    assert job.state == "queued"
    assert "no printer 'No such printer'" in job.reason
