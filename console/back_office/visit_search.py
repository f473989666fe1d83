"""Finding a visit by what somebody still knows of it: any part of what the ledger can look up, all at once.

Each word of a search may be a receipt's number, the beginning of a code, four digits of a card, an amount, a
day, a time, or a part of a product's name. Every word has to fit. All of it goes by indices: fifty thousand
visits are not looked through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import msgspec

from console.back_office.dispute_rows import State as DisputeState
from console.back_office.ledger import Ledger
from console.back_office.ledger_file import LedgerFile
from console.back_office.records import DocumentRow, VisitRow
from console.back_office.searching import receipts_with, skus_named
from inference.messages.results import ClosedVisit
from store_layout.currency import to_minor

VisitState = Literal["receipt", "issue", "review", "nothing", "staff"]
STATES: tuple[VisitState, ...] = get_args(VisitState)
AROUND = timedelta(minutes=15)
"""A time of day means the visits that closed so near to it."""
DAYS_BACK = 31
"""A time of day without a day is looked for on so many days."""
LONGEST_VISIT_S = 86_400.0
_NUMBER = re.compile(r"(?:R-)?0*(\d{1,15})", re.IGNORECASE)
_TIME = re.compile(r"([01]?\d|2[0-3])[:h]([0-5]\d)", re.IGNORECASE)
_ISO_DAY = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)")
_DAY = re.compile(r"(\d\d?)\.(\d\d?)\.(\d{4})?")
_AMOUNT = re.compile(r"[^\d.,+-]{0,4}(\d+(?:[.,]\d{1,3})?)[^\d.,]{0,4}")
_LAST = "\U0010ffff"


class Sought(msgspec.Struct, frozen=True):
    """What is looked for. Nothing said: the latest visits."""

    text: str = ""
    day: date | None = None
    """The shop's day on which the visit closed."""
    state: VisitState | None = None
    disputed: bool = False
    """Only those whose receipt somebody has disputed."""
    unpaid: bool = False
    """Only those of which something could not be charged or given back."""
    reviewed: bool = False
    """Only those that a person has decided."""

    @property
    def is_all(self) -> bool:
        """Whether nothing narrows it."""
        return self == Sought(text=self.text) and not self.text.strip()


class VisitEntry(msgspec.Struct, frozen=True):
    """A visit, its receipt, and what came of it."""

    row: VisitRow
    document: DocumentRow | None
    disputed: DisputeState | None = None
    """Of its last dispute."""
    corrected: int = 0
    """What refunds and supplements come to, minor units; below 0: given back."""
    unpaid: bool = False


class Shop(msgspec.Struct, frozen=True):
    """What the words of a search mean here and now."""

    zone: ZoneInfo
    currency: str
    now: float
    """Store time, from which days are counted back."""
    products: tuple[tuple[str, str], ...] = ()
    """(sku, name) of the catalogue: what was not sold yet is known by it."""


def find_visits(ledger: Ledger, sought: Sought, shop: Shop, limit: int = 200) -> list[VisitEntry]:
    """The latest visits that fit, newest first."""
    where, args = _filters(sought, shop.zone)
    words = sought.text.split()
    newest = limit if len(words) == 1 and not where else None
    for word in words:
        sql, values = _meanings(ledger, word, sought.day, shop, newest=newest)
        where.append(f"v.id IN ({sql})")
        args += values
    conditions = " AND ".join(where) or "1"
    sql = (
        "SELECT v.id FROM visit v LEFT JOIN receipt_visit r ON r.visit = v.id "  # noqa: S608 - ours; what
        f"WHERE {conditions} ORDER BY v.closed_at DESC, v.id DESC LIMIT ?"  # was typed is bound
    )
    found = ledger.database.execute(sql, (*args, limit)).fetchall()
    return rows_of(ledger, [visit for (visit,) in found])


def latest_visits(ledger: Ledger, limit: int) -> list[VisitEntry]:
    """The visits that closed last, newest first."""
    found = ledger.database.execute(
        "SELECT id FROM visit ORDER BY closed_at DESC, id DESC LIMIT ?", (limit,)
    ).fetchall()
    return rows_of(ledger, [visit for (visit,) in found])


def rows_of(ledger: Ledger, ids: list[str]) -> list[VisitEntry]:
    """These visits with what came of them, in this order; those that are not there are left out.

    They come without their traces: a list needs none, and they are the most of a visit.
    """
    if not ids:
        return []
    told = json.dumps(ids)
    visits = {visit: row for visit in ids if (row := ledger.visit(visit)) is not None}
    after = {
        visit: (state, corrected, bool(unpaid))
        for visit, state, corrected, unpaid in ledger.database.execute(
            "SELECT r.visit, (SELECT state FROM dispute WHERE receipt = r.number "
            "ORDER BY opened_at DESC, id DESC LIMIT 1), "
            "(SELECT coalesce(sum(total), 0) FROM document WHERE of_number = r.number), "
            "EXISTS (SELECT 1 FROM payment_task p WHERE p.receipt = r.number "
            "AND p.state IN ('declined', 'no_card')) "
            "FROM receipt_visit r WHERE r.visit IN (SELECT value FROM json_each(?))",
            (told,),
        ).fetchall()
    }
    return [
        VisitEntry(
            msgspec.structs.replace(row, visit=msgspec.structs.replace(row.visit, trace=msgspec.UNSET)),
            None if row.document is None else ledger.document(row.document),
            *after.get(visit, (None, 0, False)),
        )
        for visit, row in visits.items()
    ]


def codes_beside(ledger: LedgerFile, visit: ClosedVisit, tracks: Iterable[int]) -> dict[int, str]:
    """Codes of these tracks, as far as their visits overlap this one and are closed; its own among them."""
    found = {visit.track: visit.code}
    wanted = set(tracks) - {visit.track}
    if wanted:
        rows = ledger.database.execute(
            "SELECT json_extract(body, '$.track'), code FROM visit "
            "WHERE closed_at >= ? AND closed_at <= ? AND entered_at <= ?",
            (visit.entered_at, visit.closed_at + LONGEST_VISIT_S, visit.closed_at),
        )
        found |= {track: code for track, code in rows.fetchall() if track in wanted}
    return found


# -- parts -------------------------------------------------------------------------------------------

_STATE_SQL: dict[VisitState, str] = {
    "receipt": "r.number IS NOT NULL",
    "issue": "r.number IS NULL AND (v.decision = 'issue' OR EXISTS (SELECT 1 FROM review w "
    "JOIN visit_group g ON g.visit = w.visit AND g.settled = 0 WHERE w.visit = v.id AND w.state = 'issued'))",
    "review": "r.number IS NULL AND v.id IN (SELECT visit FROM review WHERE state <> 'issued')",
    "nothing": "r.number IS NULL AND (v.decision = 'nothing' OR EXISTS (SELECT 1 FROM review w "
    "WHERE w.visit = v.id AND w.state = 'issued' AND NOT EXISTS "
    "(SELECT 1 FROM visit_group g WHERE g.visit = w.visit AND g.settled = 0)))",
    "staff": "v.decision = 'staff'",
}
"""As :attr:`VisitRow.state` says it."""


_OF_RECEIPTS = "v.id IN (SELECT visit FROM receipt_visit WHERE series = 'R' AND number IN ({}))"
_WAITING = (
    "SELECT visit FROM review WHERE state <> 'issued' UNION SELECT visit FROM visit_group WHERE settled = 0"
)
"""Visits that have lines and no receipt: few, where all others are very many."""


def _filters(sought: Sought, zone: ZoneInfo) -> tuple[list[str], list[object]]:
    where: list[str] = []
    args: list[object] = []
    if sought.day is not None:
        where.append("v.closed_at >= ? AND v.closed_at < ?")
        args += _day(sought.day, zone)
    if sought.state is not None:
        where.append(f"({_STATE_SQL[sought.state]})")
    if sought.disputed:
        where.append(_OF_RECEIPTS.format("SELECT receipt FROM dispute"))
    if sought.unpaid:
        failed = "SELECT receipt FROM payment_task WHERE state IN ('declined', 'no_card')"
        where.append(_OF_RECEIPTS.format(failed))
    if sought.reviewed:
        where.append("v.id IN (SELECT visit FROM review WHERE state = 'issued')")
    return where, args


def _meanings(
    ledger: Ledger, word: str, on: date | None, shop: Shop, *, newest: int | None
) -> tuple[str, list[object]]:
    """A query for the ids of all visits that one word may mean.

    ``newest``: so many of the newest are enough, because nothing else narrows them.
    """
    parts = ["SELECT id FROM visit WHERE code >= ? AND code < ?"]
    args: list[object] = [word.upper(), word.upper() + _LAST]
    if (number := _NUMBER.fullmatch(word)) is not None:
        parts.append("SELECT visit FROM receipt_visit WHERE series = 'R' AND number = ?")
        args.append(int(number[1]))
    if len(word) == 4 and word.isdecimal():
        parts.append(
            "SELECT v.visit FROM payment_task p JOIN receipt_visit v ON v.series = 'R' "
            "AND v.number = p.receipt WHERE p.last_four = ?"
        )
        args.append(word)
    if (total := _amount(word, shop.currency)) is not None:
        parts.append(
            "SELECT v.visit FROM document d JOIN receipt_visit v ON v.series = d.series "
            "AND v.number = d.number WHERE d.total = ? AND d.kind = 'receipt'"
        )
        args.append(total)
    for start, end in _times(word, on, shop):
        parts.append("SELECT id FROM visit WHERE closed_at >= ? AND closed_at < ?")
        args += (start, end)
    skus = {*skus_named(ledger, word)}
    skus |= {sku for sku, name in shop.products if word.casefold() in f"{name} {sku}".casefold()}
    if skus:
        told = json.dumps(sorted(skus))
        if newest is None:
            parts.append(
                "SELECT v.visit FROM document_line l JOIN receipt_visit v ON v.series = l.series "
                "AND v.number = l.number WHERE l.series = 'R' AND l.sku IN (SELECT value FROM json_each(?))"
            )
            args.append(told)
        else:
            numbers = {number for sku in skus for number in receipts_with(ledger, sku, newest)}
            parts.append(
                "SELECT visit FROM receipt_visit WHERE series = 'R' "
                "AND number IN (SELECT value FROM json_each(?))"
            )
            args.append(json.dumps(sorted(numbers, reverse=True)[:newest]))
        parts.append(
            f"SELECT visit FROM visit_line WHERE visit IN ({_WAITING}) "  # noqa: S608 - our own words
            "AND sku IN (SELECT value FROM json_each(?))"
        )
        args.append(told)
    return " UNION ".join(parts), args


def _amount(word: str, currency: str) -> int | None:
    """What somebody paid, if the word can be that; a whole number is a number of something else too."""
    found = _AMOUNT.fullmatch(word)
    if found is None:
        return None
    try:
        return to_minor(Decimal(found[1].replace(",", ".")), currency)
    except (InvalidOperation, ValueError):
        return None


def _times(word: str, on: date | None, shop: Shop) -> list[tuple[float, float]]:
    """Stretches of store time that a word may mean."""
    today = datetime.fromtimestamp(shop.now, UTC).astimezone(shop.zone).date()
    if (clock := _TIME.fullmatch(word)) is not None:
        at = time(int(clock[1]), int(clock[2]))
        days = [on] if on is not None else [today - timedelta(days=back) for back in range(DAYS_BACK)]
        moments = [datetime.combine(day, at, shop.zone) for day in days]
        return [((m - AROUND).timestamp(), (m + AROUND).timestamp()) for m in moments]
    day = _day_named(word, today)
    return [] if day is None else [_day(day, shop.zone)]


def _day_named(word: str, today: date) -> date | None:
    try:
        if (iso := _ISO_DAY.fullmatch(word)) is not None:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if (written := _DAY.fullmatch(word)) is not None:
            named = date(int(written[3] or today.year), int(written[2]), int(written[1]))
            if written[3] is None and named > today:
                return named.replace(year=today.year - 1)
            return named
    except ValueError:
        return None
    return None


def _day(day: date, zone: ZoneInfo) -> tuple[float, float]:
    begin = datetime.combine(day, time(), zone)
    return begin.timestamp(), datetime.combine(day + timedelta(days=1), time(), zone).timestamp()
