"""Pictures for the roll: QR codes and logos in black and white dots."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M

from console.language import tr
from console.printing.blocks import Picture
from console.printing.document import UnprintableError
from console.printing.stationery import open_logo

QUIET = 4
"""Modules left white around a QR code, as ISO/IEC 18004 asks."""
LOGO_DOTS = 160
"""A logo is at most 2 cm high: paper is money."""
QR_SHARE = 0.55
"""How much of the roll's width a QR code takes: 26 to 40 mm, which any telephone reads."""


@lru_cache(maxsize=32)
def qr_modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """The QR code of a text without its quiet zone, rows of modules, True is black."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())


def qr_picture(text: str, alt: str, dots: int) -> Picture:
    """A QR code for a roll of ``dots`` width. Drawn here and not by the printer.

    The printer's own drawing is another on every model, and some have none; dots are the same on all of them
    and in the preview.
    """
    modules = qr_modules(text)
    across = len(modules) + 2 * QUIET
    scale = max(int(dots * QR_SHARE) // across, 2)
    if scale * across > dots:
        raise UnprintableError(
            tr(
                "a QR code of {count} characters does not fit a roll of {dots} dots; shorten qr_prefix",
                count=len(text),
                dots=dots,
            )
        )
    small = Image.new("1", (across, across), 1)
    for y, row in enumerate(modules):
        for x, black in enumerate(row):
            if black:
                small.putpixel((QUIET + x, QUIET + y), 0)
    return as_picture(small.resize((across * scale, across * scale), Image.Resampling.NEAREST), "qr", alt)


def logo_picture(path: Path, alt: str, dots: int) -> Picture:
    """A logo for a roll of ``dots`` width: made to fit, greys as a pattern of dots.

    Raises :class:`~console.printing.stationery.StationeryError`.
    """
    grey = open_logo(path)
    factor = min(dots / grey.width, LOGO_DOTS / grey.height)
    size = (max(round(grey.width * factor), 1), max(round(grey.height * factor), 1))
    return as_picture(grey.resize(size, Image.Resampling.LANCZOS).convert("1"), "logo", alt)


def as_picture(image: Image.Image, what: str, alt: str) -> Picture:
    """A black and white Pillow image as dots."""
    inverted = image.convert("L").point(lambda value: 0 if value > 127 else 255).convert("1")
    return Picture(
        what="qr" if what == "qr" else "logo",
        alt=alt,
        width=image.width,
        height=image.height,
        rows=inverted.tobytes(),
    )


def as_image(picture: Picture) -> Image.Image:
    """Dots as a Pillow image: 0 is black."""
    inverted = Image.frombytes("1", (picture.width, picture.height), picture.rows)
    return inverted.convert("L").point(lambda value: 255 - value).convert("1")
