"""Which receipts a search means, by index: a million of them are not looked through.

Beside other conditions, what is found by text is few receipts or many. Few are collected. Many are not, but
asked for one by one while receipts are read newest first, where they come soon because they are many.
"""

from __future__ import annotations

import json
import re

import msgspec

from console.back_office.ledger_file import LedgerFile

_NUMBER = re.compile(r"(?:R-)?0*(\d{1,15})", re.IGNORECASE)
_CODE = re.compile(r"[A-Z]\d*(?:-\d*)?$", re.IGNORECASE)
"""The beginning of a visit's code, such as ``K7-204``."""
_LAST = "\U0010ffff"
MOST_PRODUCTS = 500
"""Products that one search may mean."""
FEW = 5_000
"""Receipts that are collected before the others that a search may mean are asked for one by one."""


class _Filter(msgspec.Struct, frozen=True):
    """Conditions on ``document d``, as SQL with its arguments."""

    sql: str = ""
    args: tuple[object, ...] = ()

    def __add__(self, other: _Filter) -> _Filter:
        """Both have to hold."""
        return _Filter(self.sql + other.sql, self.args + other.args)


def receipts_meant(
    file: LedgerFile,
    search: str,
    limit: int,
    *,
    total: int | None = None,
    issued: tuple[float, float] | None = None,
) -> list[int]:
    """Numbers of the latest receipts that fit all that is given, newest first.

    ``search`` is the receipt's number, the beginning of a visit's code, four digits of a card, or part of a
    product's name or sku; empty: any. ``total``: what was paid, minor units; ``issued``: from when to when.
    """
    if search and total is None and issued is None:
        return _latest_matching(file, search, limit)
    wanted = _Filter() if total is None else _Filter("AND d.total = ? ", (total,))
    # By an index that has the order too; nothing is sorted, however many there are.
    order = "d.number DESC"
    if issued is not None:
        wanted += _Filter("AND d.issued_at BETWEEN ? AND ? ", issued)
        order = "d.issued_at DESC, d.number DESC"
    if search:
        wanted += _matching(file, search)
    rows = file.database.execute(
        f"SELECT d.number FROM document d WHERE d.series = 'R' {wanted.sql}ORDER BY {order} LIMIT ?",  # noqa: S608 - conditions of our own
        (*wanted.args, limit),
    )
    return [number for (number,) in rows.fetchall()]


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


def receipts_with(file: LedgerFile, sku: str, limit: int) -> list[int]:
    """Numbers of the newest receipts that have a product, newest first."""
    rows = file.database.execute(
        "SELECT DISTINCT number FROM document_line WHERE sku = ? AND series = 'R' "
        "ORDER BY number DESC LIMIT ?",
        (sku, limit),
    )
    return [number for (number,) in rows.fetchall()]


def _queries(search: str, skus: list[str]) -> list[tuple[str, tuple[object, ...]]]:
    """Each gives numbers of receipts that are meant."""
    found: list[tuple[str, tuple[object, ...]]] = []
    if (number := _NUMBER.fullmatch(search)) is not None:
        found.append(("SELECT number FROM document WHERE series = 'R' AND number = ?", (int(number[1]),)))
    if _is_card(search):
        found.append(("SELECT DISTINCT receipt FROM payment_task WHERE last_four = ?", (search,)))
    by_code = "SELECT number FROM receipt_visit WHERE code COLLATE NOCASE >= ? AND code COLLATE NOCASE < ?"
    by_sku = "SELECT DISTINCT number FROM document_line WHERE sku = ? AND series = 'R'"
    return [*found, (by_code, (search, search + _LAST)), *((by_sku, (sku,)) for sku in skus)]


def _all_numbers(file: LedgerFile, search: str, skus: list[str]) -> set[int] | None:
    """Numbers of all receipts that are meant; None: they are many."""
    found: set[int] = set()
    for sql, args in _queries(search, skus):
        found.update(n for (n,) in file.database.execute(f"{sql} LIMIT {FEW + 1}", args).fetchall())
        if len(found) > FEW:
            return None
    return found


def _is_card(search: str) -> bool:
    return len(search) == 4 and search.isdecimal()


def _latest_matching(file: LedgerFile, search: str, limit: int) -> list[int]:
    """Numbers of the latest receipts that the words mean, newest first."""
    found: set[int] = set()
    for sql, args in _queries(search, skus_named(file, search)):
        found.update(
            n for (n,) in file.database.execute(f"{sql} ORDER BY 1 DESC LIMIT {limit}", args).fetchall()
        )
    return sorted(found, reverse=True)[:limit]


def _matching(file: LedgerFile, search: str) -> _Filter:
    """What a receipt fulfils that the words mean, where there are other conditions as well."""
    skus = skus_named(file, search)
    numbers = _all_numbers(file, search, skus)
    if numbers is not None:
        return _Filter("AND d.number IN (SELECT value FROM json_each(?)) ", (json.dumps(sorted(numbers)),))
    parts = [
        _Filter(
            "EXISTS (SELECT 1 FROM document_line l WHERE l.series = d.series AND l.number = d.number "
            "AND l.sku IN (SELECT value FROM json_each(?)))",
            (json.dumps(skus),),
        )
    ]
    if _CODE.match(search):
        parts.append(
            _Filter(
                "EXISTS (SELECT 1 FROM receipt_visit v WHERE v.series = d.series "
                "AND v.number = d.number AND v.code COLLATE NOCASE >= ? AND v.code COLLATE NOCASE < ?)",
                (search, search + _LAST),
            )
        )
    if _is_card(search):
        parts.append(
            _Filter(
                "EXISTS (SELECT 1 FROM payment_task t WHERE t.receipt = d.number AND t.last_four = ?)",
                (search,),
            )
        )
    if (number := _NUMBER.fullmatch(search)) is not None:
        parts.append(_Filter("d.number = ?", (int(number[1]),)))
    return _Filter(
        f"AND ({' OR '.join(part.sql for part in parts)}) ", tuple(arg for part in parts for arg in part.args)
    )
