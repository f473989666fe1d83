"""A report as tables with headings: what stands on the screen, in a PDF, in a spreadsheet and on a terminal.

Cells are values, not words: whoever shows them writes them (:func:`cell_text`) or hands them on as numbers.
"""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_datetime, format_skeleton

from console.back_office.money import format_amount
from console.language import ENGLISH, language, tr
from console.language.writing import decimal, percent, up_to

Kind = Literal["text", "count", "number", "money", "rate", "share", "seconds", "minutes", "day"]
"""``money``: minor units; ``rate``: basis points; ``share``: 0 to 1; ``day``: a date; ``number``: a count, or
with one decimal; else as it says."""
Value = str | int | float | date | None
NUMBERS: frozenset[Kind] = frozenset({"count", "number", "money", "rate", "share", "seconds", "minutes"})
NOTHING = "\N{EN DASH}"


class Column(msgspec.Struct, frozen=True):
    """A column: what stands over it, and what its cells are."""

    title: str
    kind: Kind = "text"

    @property
    def is_number(self) -> bool:
        """Written to the right."""
        return self.kind in NUMBERS


class Table(msgspec.Struct, frozen=True):
    """Rows under a heading."""

    name: str
    """Stable, for programs."""
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: tuple[Value, ...] = ()
    """A last row that sums the others; empty: there is none."""
    note: str = ""
    """What a reader has to know."""

    @property
    def all_rows(self) -> tuple[tuple[Value, ...], ...]:
        """With the total."""
        return (*self.rows, self.total) if self.total else self.rows


class Sheet(msgspec.Struct, frozen=True):
    """A whole report."""

    title: str
    facts: tuple[tuple[str, str], ...]
    """What is said once: name and words."""
    tables: tuple[Table, ...]
    currency: str

    def table(self, name: str) -> Table:
        """By its name. Raises ``KeyError``."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)


def cell_text(value: Value, kind: Kind, currency: str) -> str:
    """A cell in the words and figures of the chosen language."""
    match value:
        case None:
            return NOTHING
        case str():
            return value
        case date():
            return day_words(value)
    match kind:
        case "money":
            return format_amount(int(value), currency, language())
        case "rate":
            return percent(value / 10_000, 2)
        case "share":
            return percent(value, 1)
        case "seconds":
            return seconds_words(float(value))
        case "minutes":
            return decimal(value, 1)
        case _:
            return up_to(value, 1)


def seconds_words(seconds: float) -> str:
    """``1.5 s``, ``2:05 min``, ``1:02 h``; what has no upper end says so."""
    if math.isinf(seconds):
        return tr("over a day")
    if seconds < 60:
        return tr("{n} s", n=up_to(seconds, 1))
    whole = round(seconds)
    if whole < 3600:
        return tr("{n} min", n=f"{whole // 60}:{whole % 60:02d}")
    return tr("{n} h", n=f"{whole // 3600}:{whole % 3600 // 60:02d}")


def moment_words(t: float, zone: ZoneInfo) -> str:
    """Date and time by the shop's clock."""
    when = datetime.fromtimestamp(t, zone)
    return str(format_datetime(when, "medium", locale=_of_dates()))


def day_words(day: date) -> str:
    """A day with its weekday: ``Mon, 23 Nov 2026``."""
    return str(format_skeleton("yMMMEd", day, locale=_of_dates()))


def _of_dates() -> str:
    """English days are written with the day before the month, and hours up to 24."""
    return "en_GB" if language() == ENGLISH else language()
