"""A report as lines of equal characters, and those as pages: what a PDF draws and a terminal can show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from console.back_office.reports.sheets import Column, Sheet, Table, cell_text
from console.language import tr
from console.printing.blocks import Text
from console.printing.columns import wrapped

GAP = 2
"""Characters between columns."""
LEAST = 8
"""No column of words is made narrower."""


def report_lines(sheet: Sheet, width: int) -> list[list[Text]]:
    """The report in pieces that stay together where a page has room for them, ``width`` characters wide.

    The first piece is the head; then each table is its title with headings and first row, and its other rows.
    """
    head = [Text(line, bold=True, tall=True) for line in wrapped(sheet.title, width)]
    names = max((len(name) for name, _ in sheet.facts), default=0) + GAP
    for name, words in sheet.facts:
        first, *rest = wrapped(words, width - names)
        head.append(Text(f"{name:<{names}}{first}"))
        head += [Text(" " * names + line) for line in rest]
    return [head, *(piece for table in sheet.tables if table.rows for piece in _pieces(table, sheet, width))]


def paginated(pieces: Sequence[Sequence[Text]], lines: int, foot: str) -> list[list[Text]]:
    """Pages of at most ``lines`` lines each, the last of them its foot: ``foot`` and the page's number."""
    pages: list[list[Text]] = [[]]
    for piece in pieces:
        if _high(pages[-1]) + _high(piece) > lines - 2 and pages[-1]:
            pages.append([])
        for line in piece:  # what is longer than a page goes on on the next
            if _high(pages[-1]) + _high([line]) > lines - 2:
                pages.append([])
            if line.text or pages[-1]:
                pages[-1].append(line)
    for number, page in enumerate(pages, start=1):
        page.extend([Text("")] * (lines - 1 - _high(page)))
        page.append(Text(f"{foot}   {tr('Page {n} of {all}', n=number, all=len(pages))}"))
    return pages


def _high(lines: Sequence[Text]) -> int:
    return sum(2 if line.tall else 1 for line in lines)


def _pieces(table: Table, sheet: Sheet, width: int) -> Iterator[list[Text]]:
    written = [
        [cell_text(value, c.kind, sheet.currency) for value, c in zip(row, table.columns, strict=True)]
        for row in table.all_rows
    ]
    heads = [_heading(column, sheet.currency) for column in table.columns]
    widths = _widths([heads, *written], table.columns, width)
    rows = [list(_row(cells, widths, table.columns)) for cells in written]
    last = len(rows) - 1 if table.total else len(rows)
    bold = [[Text(line, bold=number >= last) for line in row] for number, row in enumerate(rows)]
    titles = [Text(""), Text(table.title, bold=True)]
    notes = [Text(line) for line in wrapped(table.note, width)] if table.note else []
    heading = [Text(line) for line in _row(heads, widths, table.columns)]
    rule = Text("-" * (sum(widths) + GAP * (len(widths) - 1)))
    yield [*titles, *notes, *heading, rule, *bold[0]]
    yield from bold[1:]


def _heading(column: Column, currency: str) -> str:
    return f"{column.title} {currency}" if column.kind == "money" and currency else column.title


def _widths(rows: Sequence[Sequence[str]], columns: Sequence[Column], width: int) -> list[int]:
    """As wide as what they hold; where that is too much, the widest columns of words give way."""
    cells = rows[1:]
    found = [max(_longest_word(rows[0][i]), *(len(row[i]) for row in cells), 1) for i in range(len(columns))]
    while sum(found) + GAP * (len(found) - 1) > width:
        words = [i for i, column in enumerate(columns) if not column.is_number and found[i] > LEAST]
        if not words:
            break
        found[max(words, key=lambda i: found[i])] -= 1
    return found


def _longest_word(text: str) -> int:
    return max((len(word) for word in text.split()), default=0)


def _row(cells: Sequence[str], widths: Sequence[int], columns: Sequence[Column]) -> Iterator[str]:
    """A row as lines: long words wrap within their column, numbers stand at its right."""
    split = [wrapped(cell, width) for cell, width in zip(cells, widths, strict=True)]
    for number in range(max(len(lines) for lines in split)):
        parts = []
        for lines, width, column in zip(split, widths, columns, strict=True):
            text = lines[number] if number < len(lines) else ""
            parts.append(text.rjust(width) if column.is_number else text.ljust(width))
        yield (" " * GAP).join(parts).rstrip()
