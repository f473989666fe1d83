"""CSV as spreadsheets write it: BOM or not, commas, semicolons or tabs, decimal points or commas."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from store_layout.findings import Finding
from store_layout.said import said

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:(,\d{3})+(\.\d+)?|(\.\d{3})+(,\d+)?)", re.ASCII)
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_LARGEST_EXPONENT = 15
_SHORTENED = re.compile(r"\d+([.,]\d+)?[eE]\+\d+")


@dataclass(frozen=True, slots=True)
class Row:
    """One record below the header: cells by column name, stripped of surrounding blanks."""

    number: int
    line: int
    cells: dict[str, str]


@dataclass(slots=True)
class Table:
    """A CSV file as far as it could be read."""

    rows: list[Row] = field(default_factory=list)
    columns: frozenset[str] = frozenset()
    decimal_comma: bool = False
    findings: list[Finding] = field(default_factory=list)


def read_table(file: str, content: bytes, known: Iterable[str], required: Iterable[str]) -> Table:
    """Rows of a CSV file. Header names are matched without regard to case; unknown columns are ignored.

    Never raises: what is wrong is in ``findings``.
    """
    table = Table()
    text = _decode(file, content, table.findings)
    if text is None:
        return table
    skipped = 0
    if (hint := re.match(r"sep=(.)\r?\n", text)) is not None:  # Excel's own way to name the delimiter
        text, skipped = text[hint.end() :], 1
    delimiter = hint[1] if hint else _delimiter(text)
    records = _records(file, text, delimiter, skipped, table.findings)
    if not records:
        what, remedy = (
            said("the file is empty"),
            said("Write the column names on the first line: {names}", names=", ".join(known)),
        )
        table.findings.append(Finding(file, (), what, remedy))
        return table
    names = _header(file, records[0][1], tuple(known), tuple(required), table)
    table.rows = _rows(file, records[1:], names, table.findings)
    table.decimal_comma = delimiter != "," and any(
        re.fullmatch(r"[+-]?\d*,\d+", cell) for row in table.rows for cell in row.cells.values()
    )
    return table


def is_shortened(text: str) -> bool:
    """Whether a spreadsheet has made ``4.01235E+12`` of a product number: its digits are lost."""
    return _SHORTENED.fullmatch(text) is not None


def parse_number(text: str, *, decimal_comma: bool) -> Decimal:
    """A number with a decimal point or comma, and perhaps thousands separators. Raises ``ValueError``."""
    mark = "," if decimal_comma else "."
    if _AMBIGUOUS.fullmatch(text) and mark not in text:
        whole, part = re.split(r"[.,]", text)
        raise ValueError(
            said(
                "{text} may mean {whole}{part} or {whole}{mark}{part}",
                text=repr(text),
                whole=whole,
                part=part,
                mark=mark,
            )
        )
    if _NUMBER.fullmatch(text):
        plain = text.replace(",", ".")
    elif _THOUSANDS.fullmatch(text):
        last = max(text.rfind(","), text.rfind("."))
        single = len({c for c in text if c in ",."}) == 1
        digits = re.sub(r"[.,]", "", text[:last]) + ("" if single else ".") + text[last + 1 :]
        plain = digits
    else:
        raise ValueError(said("{text} is not a number", text=repr(text)))
    number = Decimal(plain)
    if number.adjusted() > _LARGEST_EXPONENT:
        raise ValueError(said("{text} is too large", text=repr(text)))
    return number


def _decode(file: str, content: bytes, findings: list[Finding]) -> str | None:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "cp1252":
            what = said("the text is not UTF-8; it was read as Windows-1252")
            remedy = said("Look at the letters with accents, and export as UTF-8")
            findings.append(Finding(file, (), what, remedy, "warning"))
        return text
    findings.append(
        Finding(file, (), said("the text is in no encoding that is known"), said("Export it as UTF-8"))
    )
    return None


def _delimiter(text: str) -> str:
    header = re.sub(r'"[^"]*"', "", text.split("\n", 1)[0])
    return max(",;\t", key=header.count)


def _records(
    file: str, text: str, delimiter: str, skipped: int, findings: list[Finding]
) -> list[tuple[int, list[str]]]:
    """Each record that is not blank, with the line it starts on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[tuple[int, list[str]]] = []
    line = 1 + skipped
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                records.append((line, [cell.strip() for cell in cells]))
            line = reader.line_num + 1 + skipped
    except csv.Error as error:
        what = said(
            "line {line} cannot be read ({error}); what follows was not looked at", line=line, error=error
        )
        findings.append(Finding(file, (), what, said("Look for a quotation mark without its partner")))
    return records


def _header(
    file: str, header: list[str], known: tuple[str, ...], required: tuple[str, ...], table: Table
) -> list[str | None]:
    """The known name of each column, None for those to ignore."""
    names: list[str | None] = []
    for cell in header:
        name = re.sub(r"[\s-]+", "_", cell.lower())
        if name in known and name in names:
            what, remedy = said("the column {name} stands twice", name=name), said("Remove one of them")
            table.findings.append(Finding(file, (-1, name), what, remedy))
            names.append(None)
        elif name in known:
            names.append(name)
        else:
            if cell:
                what, remedy = (
                    said("the column {cell} is not known and is ignored", cell=repr(cell)),
                    said("Known: {names}", names=", ".join(known)),
                )
                table.findings.append(Finding(file, (-1, cell), what, remedy, "warning"))
            names.append(None)
    table.columns = frozenset(name for name in names if name is not None)
    for name in required:
        if name not in table.columns:
            what, remedy = (
                said("the column {name} is missing", name=name),
                said("Add it to the header, with a value in each row"),
            )
            table.findings.append(Finding(file, (-1, name), what, remedy))
    return names


def _rows(
    file: str, records: list[tuple[int, list[str]]], names: list[str | None], findings: list[Finding]
) -> list[Row]:
    rows = []
    for number, (line, cells) in enumerate(records):
        if len(cells) > len(names) and any(cells[len(names) :]):
            what = said(
                "{cells} cells in a row, but {columns} columns in the header",
                cells=len(cells),
                columns=len(names),
            )
            remedy = said("Put text that contains the delimiter in quotation marks")
            findings.append(Finding(file, (number,), what, remedy))
        padded = [*cells, *[""] * (len(names) - len(cells))]
        known = {name: cell for name, cell in zip(names, padded, strict=False) if name is not None}
        rows.append(Row(number, line, known))
    return rows
