"""A receipt as PDF: the lines of the roll as text that can be searched, on a page as wide as the roll.

Qt draws it, so a program that has no window gets an invisible one. Only this module and
:mod:`console.printing.system_printer` know Qt.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSizeF
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
)

from console.printing.blocks import Block, Cut, Feed, Picture, Text
from console.printing.document import PrintableReceipt
from console.printing.dots import as_image
from console.printing.layout import Paper
from console.printing.paper_jobs import receipt_blocks
from console.printing.preview import FONT_FILE
from console.printing.stationery import Stationery

COLUMNS = 48
WIDTH_MM, PRINTED_MM = 80.0, 72.0
CELL_MM = PRINTED_MM / COLUMNS
DOTS = 576
"""Pictures are made for this width and drawn into :data:`PRINTED_MM`."""
MARGIN_MM = 6.0
LINE_MM = 4.23
"""Six lines an inch, as on the roll."""
_RESOLUTION = 1200
_FONT_SHARE = 0.78
"""A letter's size in its line."""
MM_PER_INCH = 25.4


def pdf(receipt: PrintableReceipt, stationery: Stationery) -> bytes:
    """A PDF file of one page, as long as the receipt. Errors as :func:`~.paper_jobs.receipt_blocks`."""
    blocks = receipt_blocks(receipt, Paper(COLUMNS), DOTS, stationery)
    size = (WIDTH_MM, height_mm(blocks) + 2 * MARGIN_MM)
    left = (WIDTH_MM - PRINTED_MM) / 2
    return pdf_of((blocks,), size, (left, MARGIN_MM), f"{receipt.number} - {receipt.shop.name}")


def pdf_of(
    pages: Sequence[Sequence[Block]], size_mm: tuple[float, float], corner_mm: tuple[float, float], title: str
) -> bytes:
    """A PDF file of pages of one size, each with blocks under each other from ``corner_mm`` on.

    A text aligned to the left may be as long as the page is wide: a character is :data:`CELL_MM` wide.
    """
    ensure_application()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_RESOLUTION)
    writer.setTitle(title)
    writer.setCreator("openaisle")
    exact = QPageSize.SizeMatchPolicy.ExactMatch
    writer.setPageSize(QPageSize(QSizeF(*size_mm), QPageSize.Unit.Millimeter, "", exact))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Millimeter)
    painter = QPainter(writer)
    try:
        dots_per_mm = _RESOLUTION / MM_PER_INCH
        for number, blocks in enumerate(pages):
            if number:
                writer.newPage()
            painter.save()
            painter.scale(dots_per_mm, dots_per_mm)
            painter.translate(*corner_mm)
            for block in blocks:
                draw(painter, block)
                painter.translate(0, block_mm(block))
            painter.restore()
    finally:
        painter.end()
        buffer.close()
    return bytes(data.data())


def ensure_application() -> None:
    """A Qt application, if this program has none: without a display an invisible one."""
    if QGuiApplication.instance() is None:
        if sys.platform.startswith("linux") and not (
            os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        ):
            os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        _keep.append(QGuiApplication([]))


_keep: list[QGuiApplication] = []


def height_mm(blocks: tuple[Block, ...]) -> float:
    """How long it all is."""
    return sum(block_mm(block) for block in blocks)


def block_mm(block: Block) -> float:
    """How high a block is."""
    match block:
        case Text():
            return LINE_MM * (1.7 if block.tall else 1.0)
        case Picture():
            return block.height / DOTS * PRINTED_MM
        case Feed():
            return LINE_MM * block.lines
        case Cut():
            return 0.0


def draw(painter: QPainter, block: Block) -> None:
    """Draw a block from the painter's origin on, in millimetres, :data:`PRINTED_MM` wide."""
    match block:
        case Text():
            _draw_text(painter, block)
        case Picture():
            _draw_picture(painter, block)
        case _:
            pass


def _draw_text(painter: QPainter, block: Text) -> None:
    cell = CELL_MM * (2 if block.wide else 1)
    font, advance = _font(bold=block.bold)
    metrics = QFontMetricsF(font)
    across = cell * len(block.text)
    left = {"left": 0.0, "center": (PRINTED_MM - across) / 2, "right": PRINTED_MM - across}[block.align]
    high = block_mm(block)
    painter.save()
    # The font is set large and scaled down: Qt rounds letters' places to whole units.
    painter.translate(left, high * (1 + _FONT_SHARE) / 2 - high * 0.12)
    painter.scale(cell / advance, high * _FONT_SHARE / metrics.height())
    painter.setFont(font)
    painter.setPen(QColor("black"))
    painter.drawText(0, 0, block.text)
    painter.restore()


def _draw_picture(painter: QPainter, block: Picture) -> None:
    file = BytesIO()
    as_image(block).save(file, "PNG")
    image = QImage.fromData(file.getvalue())
    width, height = (side / DOTS * PRINTED_MM for side in (block.width, block.height))
    painter.drawImage(QRectF((PRINTED_MM - width) / 2, 0, width, height), image)


@cache
def _family(file: Path) -> str:
    number = QFontDatabase.addApplicationFont(str(file))
    return QFontDatabase.applicationFontFamilies(number)[0]


def _font(*, bold: bool) -> tuple[QFont, float]:
    """The roll's font at 100 units, and how far a letter moves on."""
    font = QFont(_family(FONT_FILE))
    font.setPixelSize(100)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    font.setStyleHint(QFont.StyleHint.Monospace, QFont.StyleStrategy.NoFontMerging)
    font.setBold(bold)
    return font, QFontMetricsF(font).horizontalAdvance("0")
