"""What a printer can do: its width, characters, cutter, and whether it can say that something was printed.

Three general profiles, and each model of the printer database that comes with python-escpos by its name.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec

from console.language import tr
from console.printing.code_pages import PREFERRED

Cutter = Literal["full", "partial", "none"]
Confirmation = Literal["process_id", "status", "none"]
"""How a printer says that a job came out.

- ``process_id``: it sends back the job's number when all before it is printed (``GS ( H``, newer Epsons).
- ``status``: it answers a status query that waits in line behind the job (``GS r``).
- ``none``: it never speaks; a job counts as printed when all of it was handed over.
"""

INCH_MM = 25.4
CHARACTER_DOTS = range(8, 17)
"""Widths of a character that there are; a profile with another one is wrong."""


class UnknownProfileError(LookupError):
    """No printer of that name, or one whose width nobody wrote down."""


class PrinterProfile(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of printer."""

    name: str
    about: str
    paper_mm: int
    """Width of the roll: 58 or 80."""
    dots: int
    """Width that is printed on, in dots."""
    columns: int
    """Characters of font A in a line."""
    dpi: int = 203
    code_pages: tuple[tuple[str, int], ...]
    """``(page, its number in ESC t)``, in the order in which they are tried."""
    cutter: Cutter
    confirmation: Confirmation
    single_byte_first: bool = True
    """Send ``FS .`` first: printers for the Chinese market read two bytes as one character until told."""

    @property
    def pages(self) -> tuple[str, ...]:
        """Names of the code pages, in the order in which they are tried."""
        return tuple(page for page, _ in self.code_pages)

    @property
    def cell(self) -> int:
        """Width of a character in dots."""
        return self.dots // self.columns


_EPSON_PAGES = (
    ("CP858", 19),
    ("CP1252", 16),
    ("CP437", 0),
    ("CP852", 18),
    ("CP866", 17),
    ("CP737", 14),
    ("CP857", 13),
)


_EVERY_PRINTER = PrinterProfile(
    name="80mm",
    about="any ESC/POS printer, 80 mm roll, 48 columns",
    paper_mm=80,
    dots=576,
    columns=48,
    code_pages=_EPSON_PAGES,
    cutter="partial",
    confirmation="none",
)
GENERAL = (
    _EVERY_PRINTER,
    msgspec.structs.replace(
        _EVERY_PRINTER,
        name="80mm-42",
        about="any ESC/POS printer, 80 mm roll, 42 columns",
        dots=512,
        columns=42,
        dpi=180,
    ),
    msgspec.structs.replace(
        _EVERY_PRINTER,
        name="58mm",
        about="any ESC/POS printer, 58 mm roll, 32 columns",
        paper_mm=58,
        dots=384,
        columns=32,
        cutter="none",
    ),
)


@cache
def profile_of(name: str) -> PrinterProfile:
    """A profile by its name. Raises :class:`UnknownProfileError` naming those there are."""
    for general in GENERAL:
        if general.name == name:
            return general
    models = _database()
    if name not in models:
        known = ", ".join([*(p.name for p in GENERAL), *usable_models()])
        raise UnknownProfileError(
            tr("there is no printer profile {name}. Known: {known}", name=repr(name), known=known)
        )
    profile = _from_database(name, models[name])
    if profile is None:
        raise UnknownProfileError(
            tr(
                "the printer database does not say how wide {name} prints; take 80mm, 80mm-42 or 58mm "
                "instead",
                name=name,
            )
        )
    return profile


@cache
def usable_models() -> tuple[str, ...]:
    """Models of the database of which enough is known."""
    return tuple(name for name, entry in _database().items() if _from_database(name, entry) is not None)


@cache
def _database() -> dict[str, dict[str, Any]]:
    # Read as it lies in the package: importing the package for it would cost half a second.
    text = files("escpos").joinpath("capabilities.json").read_text(encoding="utf-8")
    models: dict[str, dict[str, Any]] = json.loads(text)["profiles"]
    return models


def _from_database(name: str, entry: dict[str, Any]) -> PrinterProfile | None:
    dots, columns = entry["media"]["width"].get("pixels"), entry["fonts"]["0"]["columns"]
    features = entry["features"]
    if not isinstance(dots, int) or dots // columns not in CHARACTER_DOTS or not features["bitImageRaster"]:
        return None
    if features["starCommands"]:
        return None  # another language, which only looks like this one
    numbers = {page: int(number) for number, page in entry["codePages"].items()}
    pages = tuple((page, numbers[page]) for page in PREFERRED if page in numbers)
    if not pages:
        return None
    cutter: Cutter = "partial" if features["paperPartCut"] else "full" if features["paperFullCut"] else "none"
    dpi = entry["media"]["dpi"] if isinstance(entry["media"].get("dpi"), int) else 203
    return PrinterProfile(
        name=name,
        about=f"{entry['vendor']} {entry['name']}",
        paper_mm=58 if dots / dpi * INCH_MM < 54 else 80,
        dpi=dpi,
        dots=dots,
        columns=columns,
        code_pages=pages,
        cutter=cutter,
        confirmation="status" if entry["vendor"] == "Epson" else "none",
        single_byte_first=entry["vendor"] != "Epson",
    )
