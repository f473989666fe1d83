"""The ledger as it is read: visits, documents and the prices of their time, by what they go by."""

from __future__ import annotations

import json

import msgspec

from console.back_office.bodies import CorrectionBody, DocumentBody
from console.back_office.ledger_file import LedgerFile
from console.back_office.price_list import PriceList
from console.back_office.records import CorrectionRow, DocumentRow, VisitRow
from console.back_office.searching import receipts_meant
from inference.messages.results import ClosedVisit
from store_layout.model import StoreLayout

RECEIPT_SERIES = "R"

_SELECT_VISITS = (
    "SELECT v.body, r.number, w.visit IS NOT NULL, g.visit IS NOT NULL FROM visit v "
    "LEFT JOIN receipt_visit r ON r.visit = v.id "
    "LEFT JOIN review w ON w.visit = v.id AND w.state = 'issued' "
    "LEFT JOIN visit_group g ON g.visit = v.id AND g.settled = 0 "
)
_SELECT_DOCUMENTS = (
    "SELECT d.series, d.number, e.body, e.seq, e.hash FROM document d JOIN entry e ON e.seq = d.entry "
)


class LedgerReader(LedgerFile):
    """The reading half of an open ledger."""

    _priced: tuple[StoreLayout, PriceList] | None = None
    """The price list that was read or made last, and of which store folder."""

    def visit(self, visit: str) -> VisitRow | None:
        """A closed visit by its id."""
        rows = self._visits("WHERE v.id = ?", (visit,))
        return rows[0] if rows else None

    def visits(self, limit: int = 200, decision: str | None = None) -> list[VisitRow]:
        """The visits that closed last, newest first."""
        where, args = ("WHERE v.decision = ? ", (decision,)) if decision else ("", ())
        return self._visits(f"{where}ORDER BY v.closed_at DESC, v.id DESC LIMIT {int(limit)}", args)

    def prices_of(self, visit: str) -> PriceList | None:
        """The price list of the time when the visit closed; None: it is from before they were kept.

        Of a visit that was purged, the one that its receipt was priced by.
        """
        sha256 = self.scalar("SELECT price_list FROM visit_price WHERE visit = ?", visit) or self.scalar(
            "SELECT d.price_list FROM receipt_visit r JOIN document d ON d.series = r.series "
            "AND d.number = r.number WHERE r.visit = ?",
            visit,
        )
        return None if sha256 is None else self._prices(str(sha256))

    def latest_prices(self) -> PriceList | None:
        """The price list of the visit that closed last: the shop's terms as far as they are known.

        After all visits were purged, that of the latest receipt; None: nothing was ever sold.
        """
        sha256 = self.scalar(
            "SELECT p.price_list FROM visit v JOIN visit_price p ON p.visit = v.id "
            "ORDER BY v.closed_at DESC LIMIT 1"
        ) or self.scalar(
            "SELECT price_list FROM document WHERE series = ? AND price_list IS NOT NULL "
            "ORDER BY number DESC LIMIT 1",
            RECEIPT_SERIES,
        )
        return None if sha256 is None else self._prices(str(sha256))

    def document_of(self, visit: str) -> DocumentRow | None:
        """The receipt of a visit, alone or with those that paid together."""
        rows = self._documents(
            "JOIN receipt_visit v ON v.series = d.series AND v.number = d.number WHERE v.visit = ?", visit
        )
        return rows[0] if rows else None

    def document(self, number: int, series: str = RECEIPT_SERIES) -> DocumentRow | None:
        """A receipt by its number."""
        rows = self._documents("WHERE d.series = ? AND d.number = ? AND d.kind = 'receipt'", series, number)
        return rows[0] if rows else None

    def documents(
        self,
        limit: int = 200,
        search: str = "",
        *,
        total: int | None = None,
        issued: tuple[float, float] | None = None,
    ) -> list[DocumentRow]:
        """The latest receipts, newest first; ``search`` as :func:`receipts_meant` understands it.

        ``total``: what was paid, minor units; ``issued``: from when to when.
        """
        numbers = receipts_meant(self, search.strip(), limit, total=total, issued=issued)
        found = self._documents(
            "WHERE d.series = ? AND d.number IN (SELECT value FROM json_each(?))",
            RECEIPT_SERIES,
            json.dumps(numbers),
        )
        by_number = {document.number: document for document in found}
        return [by_number[number] for number in numbers if number in by_number]

    def corrections_of(self, number: int) -> list[CorrectionRow]:
        """Refunds and supplements of a receipt, in the order in which they were issued."""
        return self._corrections("WHERE d.of_number = ? ORDER BY e.seq", number)

    def correction(self, series: str, number: int) -> CorrectionRow | None:
        """A refund or a supplement by its series and number."""
        rows = self._corrections(
            "WHERE d.series = ? AND d.number = ? AND d.kind <> 'receipt'", series, number
        )
        return rows[0] if rows else None

    def counts(self) -> dict[str, int]:
        """How many visits were decided how."""
        rows = self._db.execute("SELECT decision, count(*) FROM visit GROUP BY decision ORDER BY decision")
        return {str(decision): int(n) for decision, n in rows}

    def _prices(self, sha256: str) -> PriceList:
        if self._priced is not None and self._priced[1].sha256 == sha256:
            return self._priced[1]
        body = self.scalar("SELECT body FROM price_list WHERE sha256 = ?", sha256)
        return msgspec.json.decode(body, type=PriceList)

    def _visits(self, tail: str, args: tuple[object, ...]) -> list[VisitRow]:
        rows = self._db.execute(_SELECT_VISITS + tail, args)
        return [
            VisitRow(msgspec.json.decode(body, type=ClosedVisit), number, bool(decided), bool(waits))
            for body, number, decided, waits in rows
        ]

    def _documents(self, tail: str, *args: object) -> list[DocumentRow]:
        return [
            DocumentRow(series, number, msgspec.json.decode(body, type=DocumentBody).document, seq, chained)
            for series, number, body, seq, chained in self._db.execute(_SELECT_DOCUMENTS + tail, args)
        ]

    def _corrections(self, tail: str, *args: object) -> list[CorrectionRow]:
        return [
            CorrectionRow(series, of, msgspec.json.decode(body, type=CorrectionBody).document, seq, chained)
            for series, of, body, seq, chained in self._db.execute(_SELECT_DOCUMENTS + tail, args)
        ]
