"""Which receipts a search means, by index: a million of them are not looked through."""

from __future__ import annotations

import re

from console.back_office.ledger_file import LedgerFile

_NUMBER = re.compile(r"(?:R-)?0*(\d{1,15})", re.IGNORECASE)
_LAST = "\U0010ffff"
MOST_PRODUCTS = 500
"""Products that one search may mean."""


def numbers_matching(file: LedgerFile, search: str, limit: int) -> tuple[int, ...]:
    """Numbers of the latest receipts, newest first, that a search means.

    It is the receipt's number, the beginning of a visit's code, four digits of a card, or part of a product's
    name or sku.
    """
    found: set[int] = set()
    if (number := _NUMBER.fullmatch(search)) is not None:
        found.add(int(number[1]))
    if len(search) == 4 and search.isdecimal():
        found.update(_cards(file, search, limit))
    found.update(_codes(file, search, limit))
    for sku in skus_named(file, search):
        found.update(receipts_with(file, sku, limit))
    return tuple(sorted(found, reverse=True)[:limit])


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


def _codes(file: LedgerFile, search: str, limit: int) -> list[int]:
    rows = file.database.execute(
        "SELECT number FROM receipt_visit WHERE code COLLATE NOCASE >= ? AND code COLLATE NOCASE < ? "
        "ORDER BY number DESC LIMIT ?",
        (search, search + _LAST, limit),
    )
    return [number for (number,) in rows.fetchall()]


def _cards(file: LedgerFile, search: str, limit: int) -> list[int]:
    rows = file.database.execute(
        "SELECT DISTINCT receipt FROM payment_task WHERE last_four = ? ORDER BY receipt DESC LIMIT ?",
        (search, limit),
    )
    return [number for (number,) in rows.fetchall()]


def receipts_with(file: LedgerFile, sku: str, limit: int) -> list[int]:
    """Numbers of the newest receipts that have a product, newest first."""
    rows = file.database.execute(
        "SELECT DISTINCT number FROM document_line WHERE sku = ? AND series = 'R' "
        "ORDER BY number DESC LIMIT ?",
        (sku, limit),
    )
    return [number for (number,) in rows.fetchall()]
