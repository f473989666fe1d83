"""Blocks to the bytes that a printer understands."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from PIL import Image

from console.printing import code_pages
from console.printing.blocks import Block, Cut, Feed, Picture, Text
from console.printing.dots import as_image
from console.printing.escpos_library import Dummy, Profile
from console.printing.profiles import PrinterProfile

SINGLE_BYTE = b"\x1c."
"""``FS .``: a byte is a character."""
BAND_DOTS = 240
"""Pictures go out in bands of this height, for printers with little memory."""


class _Style(msgspec.Struct, frozen=True):
    align: str = "left"
    bold: bool = False
    width: int = 1
    height: int = 1


class _Model(Profile):  # type: ignore[misc]  # the library has no types
    """A profile as python-escpos wants it: with the code pages that we trust, and no others."""

    def __init__(self, profile: PrinterProfile) -> None:
        super().__init__(
            columns=profile.columns,
            features={
                "paperFullCut": profile.cutter == "full",
                "paperPartCut": profile.cutter == "partial",
            },
        )
        self.profile_data = {
            "codePages": {str(number): page for page, number in profile.code_pages},
            "fonts": {"0": {"name": "Font A", "columns": profile.columns}},
            "media": {"width": {"pixels": profile.dots}},
        }


def to_bytes(blocks: Iterable[Block], profile: PrinterProfile) -> bytes:
    """The job for a printer of this profile. The same blocks give the same bytes."""
    writer = _Writer(profile)
    for block in blocks:
        writer.write(block)
    return bytes(writer.printer.output)


class _Writer:
    def __init__(self, profile: PrinterProfile) -> None:
        self.profile = profile
        self.printer = Dummy(profile=_Model(profile))
        self.printer.hw("INIT")
        if profile.single_byte_first:
            self.printer._raw(SINGLE_BYTE)
        self.printer.line_spacing()
        self.printer.charcode(profile.pages[0])
        self.style = _Style()

    def write(self, block: Block) -> None:
        match block:
            case Text():
                self.text(block)
            case Picture():
                self.picture(block)
            case Feed():
                self.restyle(_Style())
                self.printer.ln(block.lines)
            case Cut():
                self.restyle(_Style())
                self.printer.cut(mode="PART" if self.profile.cutter == "partial" else "FULL")

    def text(self, block: Text) -> None:
        self.restyle(
            _Style(block.align, block.bold, width=2 if block.wide else 1, height=2 if block.tall else 1)
        )
        for page, part in code_pages.runs(
            code_pages.printable(block.text, self.profile.pages), self.profile.pages
        ):
            self.printer.charcode(page)
            self.printer.text(part)
        self.printer.ln()

    def picture(self, picture: Picture) -> None:
        """In the middle, by white dots on its left: not every printer centres pictures."""
        self.restyle(_Style())
        image = as_image(picture)
        if image.width > self.profile.dots:
            raise ValueError(f"{picture.what}: {image.width} dots do not fit a roll of {self.profile.dots}")
        left = (self.profile.dots - image.width) // 2
        placed = Image.new("1", (left + image.width, image.height), 1)
        placed.paste(image, (left, 0))
        self.printer.image(placed, fragment_height=BAND_DOTS)

    def restyle(self, style: _Style) -> None:
        """Say only what changes."""
        old, self.style = self.style, style
        if (old.width, old.height) != (style.width, style.height):
            self.printer.set(custom_size=True, width=style.width, height=style.height)
        if old.bold != style.bold:
            self.printer.set(bold=style.bold)
        if old.align != style.align:
            self.printer.set(align=style.align)
