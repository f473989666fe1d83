"""``catalog.csv``, ``planogram.csv``, ``promotions.csv``: rows to typed entries, and back.

Prices are major units in the file (``2.49``) and minor units in the model (``249``), with no float between.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec

from store_layout.csv_tables import Row, Table, is_shortened, parse_number, read_table
from store_layout.currency import decimals_of, to_major
from store_layout.findings import CATALOG, PLANOGRAM, PROMOTIONS, Finding
from store_layout.model import Facing, Product, Promotion
from store_layout.said import Words, said

T = TypeVar("T", Product, Facing, Promotion)
MONEY = frozenset({"price", "deposit", "amount", "minimum"})
"""Columns in major units of the currency."""


def read_products(
    content: bytes, currency: str | None
) -> tuple[dict[int, Product], dict[int, str], list[Finding]]:
    """Products by row, the skus of all rows (also of those with mistakes), and what was found.

    Without a ``currency`` (it could not be read) prices are taken to have two decimals at most.
    """
    table = _table(CATALOG, content, Product)
    reading = _Reading(CATALOG, table, decimals_of(currency) if currency else 2, currency or "the currency")
    products = reading.rows(Product)
    return products, {row.number: row.cells.get("sku", "") for row in table.rows}, table.findings


def read_facings(content: bytes) -> tuple[dict[int, Facing], list[Finding]]:
    """Facings by row, and what was found."""
    table = _table(PLANOGRAM, content, Facing)
    facings = _Reading(PLANOGRAM, table, 0, "").rows(Facing)
    return facings, table.findings


def read_promotions(content: bytes, currency: str | None) -> tuple[dict[int, Promotion], list[Finding]]:
    """Promotions by row, and what was found. ``currency`` as for :func:`read_products`."""
    table = _table(PROMOTIONS, content, Promotion)
    reading = _Reading(
        PROMOTIONS, table, decimals_of(currency) if currency else 2, currency or "the currency"
    )
    return reading.rows(Promotion), table.findings


def lines_of_rows(content: bytes, file: str) -> dict[int, int]:
    """Line on which each row starts; -1 is the header."""
    table = read_table(file, content, (), ())
    first = 2 if content.lstrip(b"\xef\xbb\xbf").startswith(b"sep=") else 1
    return {-1: first, **{row.number: row.line for row in table.rows}}


def catalog_text(catalog: Iterable[Product], currency: str) -> str:
    """The catalogue as CSV with commas and decimal points."""
    return _text(Product, (_plain(product, currency) for product in catalog))


def planogram_text(planogram: Iterable[Facing]) -> str:
    """The planogram as CSV."""
    return _text(Facing, (_plain(facing) for facing in planogram))


def promotions_text(promotions: Iterable[Promotion], currency: str) -> str:
    """The promotions as CSV; days as in ISO 8601."""
    return _text(Promotion, (_plain(promotion, currency) for promotion in promotions))


def _table(file: str, content: bytes, kind: type[T]) -> Table:
    fields = msgspec.structs.fields(kind)
    return read_table(file, content, [f.name for f in fields], [f.name for f in fields if f.required])


def _plain(entry: Product | Facing | Promotion, currency: str = "") -> dict[str, str]:
    values = msgspec.structs.asdict(entry)
    for name in MONEY & values.keys():
        if values[name] is not None:
            values[name] = format(to_major(values[name], currency), "f")
    return {name: "" if value is None else str(value) for name, value in values.items()}


def _text(kind: type[T], rows: Iterable[dict[str, str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [f.name for f in msgspec.structs.fields(kind)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


class _Reading:
    """Turns the cells of one file into values, noting what does not fit."""

    def __init__(self, file: str, table: Table, decimals: int, currency: str) -> None:
        self._file, self._table, self._decimals, self._currency = file, table, decimals, currency

    def rows(self, kind: type[T]) -> dict[int, T]:
        read = {row.number: self._row(row, kind) for row in self._table.rows}
        return {number: entry for number, entry in read.items() if entry is not None}

    def _row(self, row: Row, kind: type[T]) -> T | None:
        values: dict[str, Any] = {}
        sound = True
        for field in msgspec.structs.fields(kind):
            text = row.cells.get(field.name, "")
            if not text:
                if field.required:
                    sound = False
                    if field.name in self._table.columns:
                        self._add(
                            row, field.name, said("the cell is empty"), said("Fill it in, or remove the row")
                        )
                continue
            try:
                values[field.name] = self._value(field.name, field.type, text)
            except ValueError as error:
                sound = False
                self._add(row, field.name, *error.args)
        return kind(**values) if sound else None

    def _value(self, name: str, kind: Any, text: str) -> object:
        """A cell's value. Raises ``ValueError(what, remedy)``."""
        if name == "sku" and is_shortened(text):
            what = said("{text} is a number that a spreadsheet has shortened", text=repr(text))
            raise ValueError(
                what, said("Format the column as text before typing or pasting the numbers, and export again")
            )
        plain = (
            next(k for k in get_args(kind) if k is not NoneType) if get_origin(kind) is UnionType else kind
        )
        if plain is str:
            return text
        if plain is date:
            return _day(text)
        if get_origin(plain) is Literal:
            if text not in get_args(plain):
                raise ValueError(
                    said("{text} is not known here", text=repr(text)),
                    said("Write one of {names}", names=", ".join(get_args(plain))),
                )
            return text
        number = self._number(text)
        if name in MONEY:
            return self._price(number, text)
        if plain is int:
            if number != number.to_integral_value():
                raise ValueError(
                    said("{text} is not a whole number", text=repr(text)), said("Write a whole number")
                )
            return int(number)
        return float(number)

    def _number(self, text: str) -> Decimal:
        try:
            return parse_number(text, decimal_comma=self._table.decimal_comma)
        except ValueError as error:
            what = error.args[0]
            raise ValueError(what, said("Write digits only, with one decimal mark and no unit")) from None

    def _price(self, number: Decimal, text: str) -> int:
        minor = number.scaleb(self._decimals)
        if minor != minor.to_integral_value():
            what = said(
                "{text} has more decimals than {currency} has ({decimals})",
                text=repr(text),
                currency=self._currency,
                decimals=self._decimals,
            )
            raise ValueError(what, said("Round the price to what can be paid"))
        return int(minor)

    def _add(self, row: Row, column: str, what: Words, remedy: Words) -> None:
        self._table.findings.append(Finding(self._file, (row.number, column), what, remedy))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(
            said("{text} is not a day", text=repr(text)), said("Write year-month-day, such as 2026-11-30")
        ) from None
