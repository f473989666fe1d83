"""Which receipts a search means, by index: a million of them are not looked through.

What is found by text is few receipts or many. Few are collected; many are not, but asked for one by one
while receipts are read newest first, where the wanted ones come soon because they are many.
"""

from __future__ import annotations

import json
import re

import msgspec

from console.back_office.ledger_file import LedgerFile

_NUMBER = re.compile(r"(?:R-)?0*(\d{1,15})", re.IGNORECASE)
_LAST = "\U0010ffff"
MOST_PRODUCTS = 500
"""Products that one search may mean."""
FEW = 2_000
"""Receipts that are collected before the others that a search may mean are asked for one by one."""


class Filter(msgspec.Struct, frozen=True):
    """Conditions on ``document d``, as SQL with its arguments; they begin with AND."""

    sql: str = ""
    args: tuple[object, ...] = ()

    def __add__(self, other: Filter) -> Filter:
        """Both have to hold."""
        return Filter(self.sql + other.sql, self.args + other.args)


def matching(file: LedgerFile, search: str) -> Filter:
    """What a receipt that the search means fulfils.

    It is the receipt's number, the beginning of a visit's code, four digits of a card, or part of a product's
    name or sku.
    """
    skus = skus_named(file, search)
    numbers = _numbers(file, search, skus)
    if numbers is not None:
        return Filter("AND d.number IN (SELECT value FROM json_each(?)) ", (json.dumps(sorted(numbers)),))
    number = _NUMBER.fullmatch(search)
    digits = search if _is_card(search) else None
    return Filter(
        "AND (d.number = ? OR EXISTS (SELECT 1 FROM receipt_visit v WHERE v.series = d.series "
        "AND v.number = d.number AND v.code COLLATE NOCASE >= ? AND v.code COLLATE NOCASE < ?) "
        "OR EXISTS (SELECT 1 FROM payment_task t WHERE t.receipt = d.number AND t.last_four = ?) "
        "OR EXISTS (SELECT 1 FROM document_line l WHERE l.series = d.series AND l.number = d.number "
        "AND l.sku IN (SELECT value FROM json_each(?)))) ",
        (None if number is None else int(number[1]), search, search + _LAST, digits, json.dumps(skus)),
    )


def remember_names(file: LedgerFile, lines: list[tuple[str, str]]) -> None:
    """Keep (sku, name) of what was sold, once. Within a transaction."""
    for line in lines:
        file.database.execute("INSERT OR IGNORE INTO sold_product VALUES (?, ?)", line)


def skus_named(file: LedgerFile, search: str) -> list[str]:
    """Products of which something was sold whose name or sku has this in it."""
    like = "%" + search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    rows = file.database.execute(
        "SELECT DISTINCT sku FROM sold_product "
        "WHERE name LIKE ? ESCAPE '\\' OR sku LIKE ? ESCAPE '\\' LIMIT ?",
        (like, like, MOST_PRODUCTS),
    )
    return [sku for (sku,) in rows.fetchall()]


def _numbers(file: LedgerFile, search: str, skus: list[str]) -> set[int] | None:
    """Numbers of all receipts that are meant; None: they are many."""
    found: set[int] = set()
    if (number := _NUMBER.fullmatch(search)) is not None:
        found.add(int(number[1]))
    queries: list[tuple[str, tuple[object, ...]]] = [
        (
            "SELECT number FROM receipt_visit WHERE code COLLATE NOCASE >= ? AND code COLLATE NOCASE < ? ",
            (search, search + _LAST),
        )
    ]
    if _is_card(search):
        queries.append(("SELECT receipt FROM payment_task WHERE last_four = ? ", (search,)))
    queries += [("SELECT number FROM document_line WHERE sku = ? AND series = 'R' ", (sku,)) for sku in skus]
    for sql, args in queries:
        found.update(n for (n,) in file.database.execute(f"{sql}LIMIT {FEW + 1}", args).fetchall())
        if len(found) > FEW:
            return None
    return found


def _is_card(search: str) -> bool:
    return len(search) == 4 and search.isdecimal()
