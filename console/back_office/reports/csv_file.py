"""Reports for spreadsheets: RFC 4180, with amounts as plain decimal numbers.

A spreadsheet takes a text that begins like a formula for one, also from a product's or an operator's name:
such a text gets an apostrophe before it, which spreadsheets show as text. Numbers stay numbers.
"""

from __future__ import annotations

import csv
import io
from datetime import date

from console.back_office.reports.sheets import Column, Sheet, Value
from store_layout.currency import decimals_of, to_major

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Also as full-width signs, which some programs read the same."""
ENCODING = "utf-8-sig"
"""With a mark at the beginning, by which spreadsheets know UTF-8."""


def csv_bytes(sheet: Sheet) -> bytes:
    """The report: title, facts, then each table under its title, with an empty line between."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([safe(sheet.title)])
    writer.writerows([safe(name), safe(words)] for name, words in sheet.facts)
    for table in sheet.tables:
        writer.writerow([])
        writer.writerow([safe(table.title)])
        writer.writerow([safe(_heading(column, sheet.currency)) for column in table.columns])
        for row in table.all_rows:
            writer.writerow(
                [
                    _cell(value, column, sheet.currency)
                    for value, column in zip(row, table.columns, strict=True)
                ]
            )
    return text.getvalue().encode(ENCODING)


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(BEGINS_A_FORMULA) else text


def _heading(column: Column, currency: str) -> str:
    unit = {"money": currency, "rate": "%", "share": "%", "seconds": "s", "minutes": "min"}.get(
        column.kind, ""
    )
    return f"{column.title} ({unit})" if unit else column.title


def _cell(value: Value, column: Column, currency: str) -> str:
    match value:
        case None:
            return ""
        case str():
            return safe(value)
        case date():
            return value.isoformat()
    match column.kind:
        case "money":
            return f"{to_major(int(value), currency):.{decimals_of(currency)}f}"
        case "rate":
            return f"{value / 100:g}"
        case "share":
            return f"{100 * value:.2f}"
        case _:
            return f"{value:.10g}" if isinstance(value, float) else str(value)
