"""Visits that are over, with their receipts, from the ledger."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QObject

from console.back_office.visit_search import VisitEntry
from console.item_models.keyed_rows import Column, KeyedRows
from console.item_models.question_words import asked
from console.item_models.words import DASH, ShopWords, day_and_time, goods_words, left_words, span
from console.language import tr, tr_noop
from console.language.sentences import in_words
from console.theme.icons import Icon


class ClosedRow(msgspec.Struct, frozen=True):
    """One closed visit as the list shows it."""

    entry: VisitEntry
    items: int
    value: int
    goods: str
    """What was taken, in a line."""

    @property
    def left_at(self) -> float:
        """When they left; when the visit was closed if nobody saw them leave."""
        visit = self.entry.row.visit
        return visit.closed_at if visit.left_at is None else visit.left_at


STAY, ITEMS, TOTAL, OUTCOME = 2, 3, 4, 5
"""Columns."""
OUTCOME_WORDS: dict[str, str] = {
    "receipt": tr_noop("Receipt"),
    "issue": tr_noop("Receipt to come"),
    "review": tr_noop("Needs review"),
    "nothing": tr_noop("Nothing taken"),
    "staff": tr_noop("Staff"),
    "unpaid": tr_noop("Unpaid"),
    "disputed": tr_noop("Disputed"),
    "corrected": tr_noop("Corrected"),
}
_SIGNS: dict[str, tuple[str, Icon | None]] = {
    "receipt": ("good", Icon.GOOD),
    "issue": ("waiting", Icon.WAITING),
    "review": ("waiting", Icon.WAITING),
    "nothing": ("neutral", None),
    "staff": ("neutral", Icon.STAFF),
    "unpaid": ("wrong", Icon.WRONG),
    "disputed": ("waiting", Icon.WAITING),
    "corrected": ("neutral", Icon.GOOD),
}


def outcome(row: ClosedRow) -> tuple[str, str, Icon | None]:
    """What became of the visit: word, tone and sign. What somebody has to do something about comes first."""
    entry = row.entry
    state = entry.row.state
    if entry.disputed == "open":
        state = "disputed"
    elif entry.unpaid:
        state = "unpaid"
    elif entry.corrected:
        state = "corrected"
    return tr(OUTCOME_WORDS[state]), *_SIGNS[state]


def why(entry: VisitEntry, words: ShopWords) -> str:
    """Why there is no receipt yet, or what staff should know, a line each; empty when all is plain."""
    visit = entry.row.visit
    return "\n".join(
        [
            *(asked(question, words, {visit.track: visit.code}) for question in visit.questions),
            *(in_words(note) for note in visit.notes),
        ]
    )


def longest_outcome() -> str:
    """The longest of the words for what became of a visit."""
    return max((tr(word) for word in OUTCOME_WORDS.values()), key=len)


class ClosedVisitsModel(KeyedRows[ClosedRow]):
    """Closed visits, newest first."""

    def __init__(self, words: ShopWords, parent: QObject | None = None) -> None:
        super().__init__(
            (
                Column(
                    tr("Left"),
                    lambda r: left_words(r.left_at, self._now, words.zone, live=self._live),
                    lambda r: r.left_at,
                    tip=lambda r: day_and_time(r.left_at, words.zone),
                ),
                Column(tr("Visit"), lambda r: r.entry.row.visit.code),
                Column(tr("Stay"), _stay, lambda r: r.left_at - r.entry.row.visit.entered_at, number=True),
                Column(
                    tr("Items"), lambda r: str(r.items) if r.items else DASH, lambda r: r.items, number=True
                ),
                Column(
                    tr("Total"),
                    lambda r: words.money(r.value) if r.items else DASH,
                    lambda r: r.value,
                    number=True,
                ),
                Column(
                    tr("Outcome"),
                    lambda r: outcome(r)[0],
                    tone=lambda r: outcome(r)[1],
                    sign=lambda r: outcome(r)[2],
                    tip=lambda r: why(r.entry, words),
                ),
                Column(tr("Receipt"), lambda r: r.entry.document.label if r.entry.document else DASH),
                Column(tr("What"), lambda r: r.goods, tip=lambda r: r.goods),
            ),
            key=lambda r: r.entry.row.visit.visit,
            parent=parent,
        )
        self._words = words
        self._now = 0.0
        self._live = False

    def tell_time(self, now: float, *, live: bool) -> None:
        """Store time, which "how long ago" counts to; said again at most once a second."""
        if live == self._live and 0.0 <= now - self._now < 1.0:
            return
        passed = live or self._live or now < self._now or self._now == 0.0
        self._now, self._live = now, live
        if passed and self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, 0))

    def show(self, entries: tuple[VisitEntry, ...]) -> None:
        """Take what the ledger said."""
        self.replace([self._row(entry) for entry in entries])

    def longest(self) -> dict[int, str]:
        """By column, the longest of its figures."""
        if not self._rows:
            return {}
        stays = max((_stay(row) for row in self._rows), key=len)
        return {STAY: stays, TOTAL: self._words.money(max(row.value for row in self._rows))}

    def _row(self, entry: VisitEntry) -> ClosedRow:
        visit, document = entry.row.visit, entry.document
        value = (
            document.receipt.total
            if document
            else sum(self._words.price(line.sku, line.quantity) for line in visit.lines)
        )
        return ClosedRow(
            entry=entry,
            items=sum(line.quantity for line in visit.lines),
            value=value,
            goods=goods_words(visit.lines, self._words),
        )


def _stay(row: ClosedRow) -> str:
    visit = row.entry.row.visit
    return DASH if visit.left_at is None else span(visit.left_at - visit.entered_at)
