"""The ledger: one SQLite file that keeps visits and documents, and forgets nothing it issued.

Posting is idempotent by cause: the engine posts again whatever it is not sure of after a crash, and nothing
is doubled. Numbers are given inside the transaction that writes the document, so there are no gaps.
One :class:`Ledger` per thread; several processes may have the file open (WAL).
"""

from __future__ import annotations

import msgspec

from console.back_office import groups, holds, payment_rows, review_rows
from console.back_office.bodies import DocumentBody, RestockBody, ReviewBody, VisitCommitment
from console.back_office.chain import canonical, digest
from console.back_office.cut_rows import last_cut, latest_cut
from console.back_office.ledger_file import LedgerError, immediate
from console.back_office.ledger_reading import RECEIPT_SERIES, LedgerReader
from console.back_office.price_list import PriceList
from console.back_office.receipts import UnknownProductError, price_lines, price_visits
from console.back_office.records import DocumentRow
from console.back_office.searching import remember_names
from console.language import tr, tr_noop
from inference.messages.results import CartLine, ClosedVisit
from store_layout.model import StoreLayout

__all__ = ["RECEIPT_SERIES", "Ledger", "LedgerError", "Posted", "immediate"]


class Posted(msgspec.Struct, frozen=True):
    """What posting a visit led to."""

    visit: str
    document: DocumentRow | None
    new: bool
    """False: it had been posted before, and nothing was written now."""


_Decided = tuple[ClosedVisit, ReviewBody | None]


class Ledger(LedgerReader):
    """An open ledger, to read and to write."""

    def post_visit(self, closed: ClosedVisit, layout: StoreLayout) -> Posted:
        """Keep a closed visit and, where it was decided so, issue its receipt: both or neither.

        A visit that holds something without a price goes into review instead of being lost. The receipt of a
        group on one payment comes with the last of them.
        """
        prices = self._price_list(layout)
        unknown = [line.sku for line in closed.lines if line.sku not in prices.products]
        if closed.decision == "issue" and unknown:
            note = str(UnknownProductError(f"product {unknown[0]} is not in the catalogue"))
            closed = msgspec.structs.replace(closed, decision="review", notes=(*closed.notes, note))
        with self.writing(tr("visit {code}", code=closed.code)):
            cut = latest_cut(self.database)
            # Of what was cut off only this is left: all that is older was known.
            new = not (self.has_entry(f"visit:{closed.visit}") or (cut and closed.closed_at < cut.before))
            if new:
                self._write_visit(closed, prices)
                if closed.decision == "review":
                    review_rows.enqueue(self, closed, _worth(closed, prices))
                self._settle(closed.visit)
                self.settle_groups(closed.closed_at)
        return Posted(closed.visit, self.document_of(closed.visit), new=new)

    def decide(self, visit: str, body: ReviewBody) -> None:
        """Write a person's decision about a visit, and what follows: its receipt, or that of its group."""
        with self.writing(tr("the decision about {visit}", visit=visit)):
            cause = f"review:{visit}"
            if not self.has_entry(cause):
                self.append(cause, "review", body)
                self._settle(visit)

    def settle_groups(self, now: float | None = None) -> None:
        """Issue what has waited long enough for members of its group; without ``now``, all that waits."""
        with self.writing(tr_noop("the receipt of a group")):
            for visit in groups.overdue(self, now):
                self._settle(visit, complete=True)

    def _settle(self, visit: str, *, complete: bool = False) -> None:
        """Issue the receipt for the visit and those that pay with it, if all are decided."""
        row = self.visit(visit)
        if row is None:
            return
        waiting: tuple[str, ...] = (visit,)
        all_closed = True
        if groups.is_grouped(row.visit):
            waiting, all_closed = groups.waiting_with(self, visit)
        members = [self._decision(name) for name in waiting]
        decided = [member for member in members if member is not None]
        if not (all_closed or complete) or len(decided) < len(members):
            return
        groups.mark_settled(self, waiting)
        if paying := tuple(member for member in decided if member[0].decision == "issue"):
            self._issue(paying)
        else:
            for closed, _ in decided:
                holds.settle(self, closed.token, closed.entered_at, closed.visit, None)

    def _decision(self, visit: str) -> _Decided | None:
        """The visit with the lines that are to be paid, and who decided them when; None: it is open."""
        row = self.visit(visit)
        if row is None:
            return None
        if row.visit.decision != "review":
            return row.visit, None
        body = self.scalar("SELECT body FROM entry WHERE cause = ?", f"review:{visit}")
        if body is None:
            return None
        review = msgspec.json.decode(body, type=ReviewBody)
        lines = tuple(CartLine(line.sku, line.quantity, 1.0) for line in review.lines)
        decided = msgspec.structs.replace(row.visit, lines=lines, decision="issue" if lines else "nothing")
        return decided, review

    def _write_visit(self, closed: ClosedVisit, prices: PriceList) -> None:
        body = canonical(closed)
        commitment = VisitCommitment("visit", closed.visit, digest(body))
        self.append(f"visit:{closed.visit}", "visit", commitment)
        self._db.execute(
            "INSERT INTO visit (id, code, entered_at, left_at, closed_at, decision, body) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                closed.visit,
                closed.code,
                closed.entered_at,
                closed.left_at,
                closed.closed_at,
                closed.decision,
                body.decode(),
            ),
        )
        for i, line in enumerate(closed.lines, start=1):
            self._db.execute(
                "INSERT INTO visit_line (visit, line, sku, quantity, probability) VALUES (?, ?, ?, ?, ?)",
                (closed.visit, i, line.sku, line.quantity, line.probability),
            )
        self._keep_prices(closed.visit, prices)
        if isinstance(closed.restocked, tuple) and closed.restocked:
            body_of = RestockBody("restock", closed.closed_at, closed.restocked)
            self.append(f"restock:{closed.visit}", "restock", body_of)
        if groups.is_grouped(closed):
            groups.join_group(self, closed)

    def keep_prices(self, visit: str, layout: StoreLayout) -> None:
        """Price a visit by this store folder from now on, where nothing was issued for it."""
        with self.writing(tr_noop("the price list")):
            self._keep_prices(visit, self._price_list(layout))

    def _keep_prices(self, visit: str, prices: PriceList) -> None:
        if self.scalar("SELECT 1 FROM price_list WHERE sha256 = ?", prices.sha256) is None:
            self._db.execute("INSERT INTO price_list VALUES (?, ?)", (prices.sha256, prices.body.decode()))
        self._db.execute("INSERT OR REPLACE INTO visit_price VALUES (?, ?)", (visit, prices.sha256))

    def _issue(self, paying: tuple[_Decided, ...]) -> None:
        visits = tuple(visit for visit, _ in paying)
        reviews = [review for _, review in paying if review is not None]
        last = max(visits, key=lambda visit: (visit.closed_at, visit.visit))
        prices = self.prices_of(last.visit)
        if prices is None:
            raise LedgerError(f"the prices of visit {last.code} are not in the ledger")
        receipt = price_visits(
            visits,
            self._with_all_products(prices, visits),
            issued_at=max([last.closed_at, *(review.decided_at for review in reviews)]),
            decided_by=", ".join(dict.fromkeys(review.decided_by for review in reviews)),
        )
        number = self.next_number(RECEIPT_SERIES)
        entry = self.append(
            f"receipt:{receipt.visit}", "receipt", DocumentBody(RECEIPT_SERIES, number, receipt)
        )
        self._db.execute(
            "INSERT INTO document (series, number, kind, visit, code, issued_at, currency, total, entry, "
            "price_list) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                RECEIPT_SERIES,
                number,
                receipt.kind,
                receipt.visit,
                receipt.code,
                receipt.issued_at,
                receipt.currency,
                receipt.total,
                entry,
                prices.sha256,
            ),
        )
        for visit in visits:
            self._db.execute(
                "INSERT INTO receipt_visit VALUES (?, ?, ?, ?)",
                (visit.visit, visit.code, RECEIPT_SERIES, number),
            )
        self.write_lines(
            RECEIPT_SERIES,
            number,
            [(x.sku, x.name, x.quantity, x.unit_price, x.amount) for x in receipt.lines],
        )

        order = payment_rows.order(
            self,
            "capture",
            receipt=number,
            document=f"{RECEIPT_SERIES}-{number:06d}",
            token=visits[0].token,
            amount=receipt.total,
            currency=receipt.currency,
        )
        holds.settle(self, visits[0].token, visits[0].entered_at, visits[0].visit, order)

    def _with_all_products(self, prices: PriceList, visits: tuple[ClosedVisit, ...]) -> PriceList:
        """The list, and from the lists of who left earlier what it no longer has."""
        missing = {
            line.sku: product
            for visit in visits
            for line in visit.lines
            if line.sku not in prices.products
            and (own := self.prices_of(visit.visit)) is not None
            and (product := own.products.get(line.sku)) is not None
        }
        if not missing:
            return prices
        return msgspec.structs.replace(prices, catalog=(*prices.catalog, *missing.values()))

    def next_number(self, series: str) -> int:
        """The number that follows the last one given. Within a transaction."""
        last = self.scalar("SELECT coalesce(max(number), 0) FROM document WHERE series = ?", series)
        return 1 + int(last or last_cut(latest_cut(self.database), series))

    def write_lines(self, series: str, number: int, lines: list[tuple[str, str, int, int, int]]) -> None:
        """The lines of a document, for searching: sku, name, quantity, unit price, amount."""
        remember_names(self, [(sku, name) for sku, name, *_ in lines])
        for i, line in enumerate(lines, start=1):
            self._db.execute(
                "INSERT INTO document_line (series, number, line, sku, name, quantity, unit_price, amount) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (series, number, i, *line),
            )

    def _price_list(self, layout: StoreLayout) -> PriceList:
        if self._priced is None or self._priced[0] is not layout:
            self._priced = layout, PriceList.of(layout)
        return self._priced[1]


def _worth(closed: ClosedVisit, prices: PriceList) -> int:
    """What the lines cost that have a price."""
    units = {line.sku: line.quantity for line in closed.lines if line.sku in prices.products}
    return sum(line.amount for line in price_lines(units, prices, closed.closed_at))
