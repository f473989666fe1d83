"""Reports on a terminal."""

from __future__ import annotations

from rich.table import Table

from console.back_office.reports.sheets import Sheet, cell_text
from console.back_office.reports.sheets import Table as SheetTable
from console.cli.say import out

WORDS_ROWS = 15
"""Rows of a table on a terminal; files and --json have all."""
MANY_COLUMNS = 8
"""More of them stand closer together."""
LONGEST_WORD = 12
"""A column is as wide as its longest word up to this; longer ones are folded where there is no room."""


def show_sheet(sheet: Sheet) -> None:
    """On a terminal: facts, then each table that has rows."""
    out.print(sheet.title, style="bold", markup=False, highlight=False)
    for name, words in sheet.facts:
        out.print(f"{name}: {words}", markup=False, highlight=False)
    for table in sheet.tables:
        if not table.rows:
            continue
        money = any(column.kind == "money" for column in table.columns)
        title = f"{table.title}, {sheet.currency}" if money and sheet.currency else table.title
        rows = [
            [cell_text(value, c.kind, sheet.currency) for value, c in zip(row, table.columns, strict=True)]
            for row in (*table.rows[:WORDS_ROWS], *([table.total] if table.total else []))
        ]
        title = f"{table.title}, {sheet.currency}" if _has_money(table) and sheet.currency else table.title
        apart = 2 if len(table.columns) <= MANY_COLUMNS else 1
        shown = Table(title=title, box=None, title_justify="left", padding=(0, apart, 0, 0), pad_edge=False)
        for column, below in zip(table.columns, zip(*rows, strict=True), strict=True):
            texts = " ".join([column.title, *below]).split()
            shown.add_column(
                column.title,
                justify="right" if column.is_number else "left",
                overflow="fold",
                min_width=min(LONGEST_WORD, max(map(len, texts), default=0)),
            )
        for cells in rows:
            shown.add_row(*cells)
        out.print(shown)
        if len(table.rows) > WORDS_ROWS:
            out.print(f"... and {len(table.rows) - WORDS_ROWS} more", highlight=False)


def _has_money(table: SheetTable) -> bool:
    return any(column.kind == "money" for column in table.columns)
