"""All that is known of one visit, read from the ledger in one piece of work for a worker thread."""

from __future__ import annotations

from pathlib import Path

import msgspec

from console.back_office import audit, hold_rows, payment_rows, payments
from console.back_office.bodies import ReviewBody
from console.back_office.corrections import Account, Correction, account_of
from console.back_office.dispute_rows import DisputeRow, disputes_of
from console.back_office.groups import company_of
from console.back_office.hold_rows import Hold
from console.back_office.ledger import Ledger
from console.back_office.payment_rows import PaymentTask
from console.back_office.payments import Unpaid
from console.back_office.price_list import PriceList
from console.back_office.records import CorrectionRow, DocumentRow, VisitRow
from console.back_office.visit_search import codes_beside
from console.printing.papers import StoredPaper, stored_paper
from inference.messages.results import ClosedVisit, VisitTrace

LOG_LINES = 100


class Dossier(msgspec.Struct, frozen=True):
    """One closed visit with everything that followed from it."""

    row: VisitRow
    """With its trace."""
    papers: tuple[StoredPaper, ...]
    """The receipt, then what corrects it, in the order in which they were issued; none before the receipt."""
    members: tuple[VisitRow, ...]
    """Others who pay together with this visit."""
    disputes: tuple[DisputeRow, ...]
    """Newest first."""
    log: tuple[audit.AuditRow, ...]
    """Who did what to the visit and its documents, newest first."""
    codes: dict[int, str]
    """Track -> code of those who may have had a hand in it."""
    prices: PriceList | None
    """Of the time when the visit closed."""
    tasks: tuple[PaymentTask, ...]
    unpaid: Unpaid | None
    review: ReviewBody | None
    """What a person decided about it."""
    hold: Hold | None = None
    """What was kept back on the card at the entry, and became of it."""

    @property
    def visit(self) -> ClosedVisit:
        """The visit."""
        return self.row.visit

    @property
    def trace(self) -> VisitTrace | None:
        """How it went; None: it is from before that was kept."""
        found = self.row.visit.trace
        return found if isinstance(found, VisitTrace) else None

    @property
    def receipt(self) -> DocumentRow | None:
        """Its receipt."""
        return self.papers[0].of if self.papers else None

    @property
    def corrections(self) -> tuple[Correction, ...]:
        """What corrects it, in order."""
        rows = [paper.row for paper in self.papers]
        return tuple(row.correction for row in rows if isinstance(row, CorrectionRow))

    @property
    def account(self) -> Account | None:
        """What stands of the receipt."""
        return None if self.receipt is None else account_of(self.receipt.receipt, self.corrections)

    @property
    def last_four(self) -> str:
        """Of the card that was charged; empty: none was."""
        charged = [t.last_four for t in self.tasks if t.kind == "capture" and t.state == "done"]
        return charged[-1] if charged else ""


def read_dossier(path: Path, visit: str) -> Dossier | None:
    """All about one visit; None: it is not in the ledger. Raises ``LedgerError``, ``sqlite3.Error``."""
    if not path.exists():
        return None
    with Ledger.open(path, read_only=True) as ledger:
        row = ledger.visit(visit)
        if row is None:
            return None
        receipt = None if row.document is None else ledger.document(row.document)
        papers = () if receipt is None else _papers(ledger, receipt)
        number = 0 if receipt is None else receipt.number
        about = [visit, *(paper.label for paper in papers)]
        lines = [line for name in about for line in audit.log(ledger, LOG_LINES, name)]
        company = company_of(ledger, visit)
        body = ledger.scalar("SELECT body FROM entry WHERE cause = ?", f"review:{visit}")
        return Dossier(
            row=row,
            papers=papers,
            members=tuple(
                found for name in company if name != visit and (found := ledger.visit(name)) is not None
            ),
            disputes=tuple(reversed(disputes_of(ledger, number))) if number else (),
            log=tuple(sorted(lines, key=lambda line: -line.entry)),
            codes=codes_beside(ledger, row.visit, _tracks(row.visit)),
            prices=ledger.prices_of(visit if receipt is None else receipt.receipt.visit),
            tasks=tuple(payment_rows.of_receipt(ledger, number)) if number else (),
            unpaid=payments.unpaid_of(ledger, number) if number else None,
            hold=hold_rows.of_visits(ledger, company),
            review=None if body is None else msgspec.json.decode(body, type=ReviewBody),
        )


def _papers(ledger: Ledger, receipt: DocumentRow) -> tuple[StoredPaper, ...]:
    rows: tuple[DocumentRow | CorrectionRow, ...] = (receipt, *ledger.corrections_of(receipt.number))
    return tuple(stored_paper(ledger, row, receipt) for row in rows)


def _tracks(visit: ClosedVisit) -> set[int]:
    """Everybody whom its evidence names."""
    ways = [e for q in visit.questions for e in q.alternatives]
    if isinstance(visit.trace, VisitTrace):
        ways += [e for ground in visit.trace.grounds for e in ground.explanations]
    return {track for way in ways for track in way.tracks()}
