"""What a job looks like on paper: the very bytes that are sent, drawn.

A small printer: it knows the commands of :mod:`console.printing.commands`, keeps the state that a printer
keeps (page, size, emphasis, place on the roll), and burns dots. One pixel is one dot. Letters are those of a
bundled font in the printer's cells; a real printer has a little other letters in the same places.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

import msgspec
from PIL import Image, ImageDraw, ImageFont

from console.printing.code_pages import codec_of
from console.printing.commands import Command, commands
from console.printing.profiles import INCH_MM, PrinterProfile

FONT_FILE = Path(__file__).parent / "fonts" / "DejaVuSansMono.ttf"
FONT_PIXELS = 20
"""Its letters are then 12 dots wide."""
CELL_HEIGHT = 24
LINES_PER_INCH = 6
"""``ESC 2``: the printers' usual distance of lines."""
EDGE_DOTS = 16
"""White above the first line: how far the paper is out when printing begins."""
ENCODING_FIRST = "cp437"
"""Page 0, on which a printer is after ``ESC @``."""


class Preview(msgspec.Struct, frozen=True):
    """What came out."""

    image: Image.Image
    """Grey, one pixel a dot, as wide as the roll."""
    text: tuple[str, ...]
    """The lines of text, as they were decoded by the page that was chosen."""
    cuts: tuple[int, ...]
    """Rows at which the paper was cut."""
    dpi: int


def preview(job: bytes, profile: PrinterProfile) -> Preview:
    """Draw a job. Raises :class:`~console.printing.commands.UnknownCommandError`."""
    printer = _PaperPrinter(profile)
    for command in commands(job):
        printer.obey(command)
    return printer.result()


def png_bytes(drawn: Preview) -> bytes:
    """The picture as a PNG file that says how large it is on paper."""
    file = BytesIO()
    drawn.image.save(file, "PNG", dpi=(drawn.dpi, drawn.dpi))
    return file.getvalue()


class _Cell(msgspec.Struct, frozen=True):
    """A character waiting in the line's buffer."""

    character: str
    times: int
    """How many times as wide as it is by itself."""
    width: int
    height: int
    bold: bool


class _PaperPrinter:
    def __init__(self, profile: PrinterProfile) -> None:
        self.profile = profile
        self.codecs = {number: codec_of(page) for page, number in profile.code_pages}
        self.spacing = round(profile.dpi / LINES_PER_INCH)
        self.pieces: list[tuple[int, int, Image.Image]] = []
        self.lines: list[str] = []
        self.cuts: list[int] = []
        self.y = EDGE_DOTS
        self.buffer: list[_Cell] = []
        self.reset()
        self.orders: dict[str, Callable[[Command], None]] = {
            "LF": lambda _: self.line_feed(),
            "text": lambda c: self.write(c.data),
            "ESC @": lambda _: self.reset(),
            "ESC 2": lambda _: None,
            "ESC E": lambda c: setattr(self, "bold", bool(c.numbers[0] & 1)),
            "ESC a": lambda c: setattr(self, "align", c.numbers[0] % 48),
            "ESC d": lambda c: self.feed(c.numbers[0]),
            "ESC t": self.choose_page,
            "FS .": lambda _: None,
            "GS !": self.choose_size,
            "GS V": lambda _: self.cuts.append(self.y),
            "GS v 0": self.raster,
            "GS r": lambda _: None,
            "GS ( H": lambda _: None,
            "DLE EOT": lambda _: None,
        }

    def obey(self, command: Command) -> None:
        self.orders[command.name](command)

    def reset(self) -> None:
        self.buffer.clear()
        self.bold, self.align, self.wide, self.tall = False, 0, 1, 1
        self.codec = ENCODING_FIRST

    def choose_page(self, command: Command) -> None:
        number = command.numbers[0]
        if number not in self.codecs:
            raise ValueError(f"byte {command.at}: {self.profile.name} has no code page {number}")
        self.codec = self.codecs[number]

    def choose_size(self, command: Command) -> None:
        self.wide, self.tall = (command.numbers[0] >> 4 & 7) + 1, (command.numbers[0] & 7) + 1

    def write(self, data: bytes) -> None:
        for character in data.decode(self.codec, errors="replace"):
            width = self.profile.cell * self.wide
            if self.buffered + width > self.profile.dots:
                self.line_feed()  # a printer breaks a line that is too long
            self.buffer.append(_Cell(character, self.wide, width, CELL_HEIGHT * self.tall, self.bold))

    @property
    def buffered(self) -> int:
        return sum(cell.width for cell in self.buffer)

    def line_feed(self) -> None:
        self.lines.append("".join(cell.character for cell in self.buffer))
        high = max((cell.height for cell in self.buffer), default=CELL_HEIGHT)
        x = (self.profile.dots - self.buffered) * self.align // 2
        for cell in self.buffer:
            # Letters of all sizes stand on one line.
            self.pieces.append((x, self.y + high - cell.height, _glyph(cell)))
            x += cell.width
        self.y += max(self.spacing, high)
        self.buffer.clear()

    def feed(self, lines: int) -> None:
        if self.buffer:
            self.line_feed()
            lines -= 1
        self.y += self.spacing * max(lines, 0)

    def raster(self, command: Command) -> None:
        if self.buffer:
            self.line_feed()
        _, across, high = command.numbers
        picture = Image.frombytes("1", (across * 8, high), command.data)
        self.pieces.append((0, self.y, picture.convert("L").point(lambda value: 255 - value)))
        self.y += high

    def result(self) -> Preview:
        if self.buffer:
            self.line_feed()
        roll = round(self.profile.paper_mm / INCH_MM * self.profile.dpi)
        left = max((roll - self.profile.dots) // 2, 0)
        paper = Image.new("L", (max(roll, self.profile.dots), self.y + EDGE_DOTS), 255)
        for x, y, piece in self.pieces:
            paper.paste(piece, (left + x, y))
        draw = ImageDraw.Draw(paper)
        for cut in self.cuts:
            for x in range(0, paper.width, 16):
                draw.line(((x, cut), (x + 7, cut)), fill=160)
        return Preview(image=paper, text=tuple(self.lines), cuts=tuple(self.cuts), dpi=self.profile.dpi)


@cache
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT_FILE, FONT_PIXELS)


@cache
def _glyph(cell: _Cell) -> Image.Image:
    """A character in its cell, enlarged as printers do: each dot becomes several."""
    wide, tall = cell.width, cell.height
    image = Image.new("L", (wide // cell.times, CELL_HEIGHT), 255)
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"  # a dot is burnt or it is not
    draw.text((0, 0), cell.character, font=_font(), fill=0)
    if cell.bold:
        draw.text((1, 0), cell.character, font=_font(), fill=0)
    return image.resize((wide, tall), Image.Resampling.NEAREST)
