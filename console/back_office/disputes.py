"""What shoppers and staff say is wrong with a receipt, and what is done about it.

A dispute says which lines should be otherwise and why. A manager decides it; what follows are documents of
their own that refer to the receipt: a refund, a supplementary receipt, or both, in one transaction. Above the
limit, and where it was opened after the time for disputes, a second person has to agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from console.back_office import dispute_rows as rows
from console.back_office import payment_rows
from console.back_office.audit import record
from console.back_office.bodies import CorrectionBody
from console.back_office.corrections import (
    SERIES,
    Account,
    Change,
    Correction,
    Reason,
    account_of,
)
from console.back_office.dispute_rows import DisputeRow, Source
from console.back_office.ledger import RECEIPT_SERIES, Ledger
from console.back_office.outlook import drafts_of, is_late, why_second
from console.back_office.permissions import Actor, NotAllowedError, require, require_second
from console.back_office.price_list import PriceList
from console.back_office.records import CorrectionRow, DocumentRow
from console.language import tr, tr_noop
from store_layout.model import StoreLayout

NOBODY = ""


class DisputeError(RuntimeError):
    """The dispute cannot be opened or decided; the text says why."""


class Decided(msgspec.Struct, frozen=True):
    """What a decision led to."""

    dispute: DisputeRow
    documents: tuple[CorrectionRow, ...]
    new: bool
    """False: it had been decided so before, and nothing was written now."""


def open_dispute(
    ledger: Ledger,
    actor: Actor,
    number: int,
    changes: Sequence[Change],
    reason: Reason,
    *,
    at: float,
    message: str = "",
    source: Source = "staff",
    key: str = "",
    layout: StoreLayout | None = None,
) -> DisputeRow:
    """Say what is wrong with receipt ``number``. Nothing is given back yet.

    ``key`` makes it safe to say again: the same one gives the same dispute. ``layout`` has the terms for a
    receipt from before they were kept. Raises :class:`DisputeError`, ``CorrectionError``,
    ``UnknownProductError``, ``NotAllowedError``.
    """
    require(actor, "open a dispute")
    with ledger.writing(tr_noop("the dispute")):
        receipt = _receipt(ledger, number)
        name = f"{receipt.label}/{key or rows.next_key(ledger, number)}"
        known = rows.row(ledger, name)
        if known is not None:
            if (known.changes, known.reason) != (tuple(changes), reason):
                raise DisputeError(tr("dispute {name} is there already and says something else", name=name))
            return known
        if not changes:
            raise DisputeError(
                tr("A dispute says what should be otherwise: name a line, a product or an amount")
            )
        prices = _terms(ledger, receipt, layout)
        if is_late(receipt.receipt, prices, at) and actor.role != "manager":
            raise NotAllowedError(
                tr(
                    "{label} is older than {days} days: only a manager may dispute it",
                    label=receipt.label,
                    days=prices.refund_days,
                )
            )
        account = account_of(receipt.receipt, [row.correction for row in ledger.corrections_of(number)])
        drafts_of(account, changes, prices)
        rows.insert(
            ledger,
            DisputeRow(
                id=name,
                receipt=number,
                opened_at=at,
                opened_by=actor.name,
                source=source,
                reason=reason,
                message=message,
                changes=tuple(changes),
                state="open",
                decided_at=0.0,
                decided_by=NOBODY,
            ),
        )
        record(ledger, actor, "opened a dispute", at=at, about=receipt.label, why=reason)
        return _dispute(ledger, name)


def attach(ledger: Ledger, actor: Actor, dispute: str, name: str, sha256: str, *, at: float) -> DisputeRow:
    """Note a piece of evidence of an open dispute: what it is called, and the hash of its bytes."""
    with ledger.writing(tr_noop("the evidence")):
        found = attachable(ledger, actor, dispute)
        if rows.attach(ledger, dispute, name, sha256, at=at, operator=actor.name):
            # The name may tell of somebody: it is in the table, from where it can be purged.
            record(ledger, actor, "attached evidence", at=at, about=_label(found), why=sha256)
        return _dispute(ledger, dispute)


def attachable(ledger: Ledger, actor: Actor, dispute: str) -> DisputeRow:
    """The dispute, which is open. Raises :class:`DisputeError`, ``NotAllowedError``."""
    require(actor, "open a dispute")
    found = _dispute(ledger, dispute)
    if found.state != "open":
        raise DisputeError(
            tr(
                "{dispute} was decided by {decided_by}: nothing can be attached",
                dispute=dispute,
                decided_by=found.decided_by,
            )
        )
    return found


def decide(
    ledger: Ledger,
    actor: Actor,
    dispute: str,
    verdict: Literal["accepted", "declined"],
    *,
    at: float,
    approver: Actor | None = None,
    why: str = "",
    layout: StoreLayout | None = None,
) -> Decided:
    """Accept or decline. Said again, what came of it is given again, and nothing is written twice."""
    require(actor, "decide a dispute")
    with ledger.writing(tr_noop("the decision")):
        found = _dispute(ledger, dispute)
        if found.state != "open":
            if found.state != verdict:
                who = found.decided_by
                raise DisputeError(
                    tr("{dispute} was accepted by {who}", dispute=dispute, who=who)
                    if found.state == "accepted"
                    else tr("{dispute} was declined by {who}", dispute=dispute, who=who)
                )
            return Decided(found, _documents(ledger, dispute), new=False)
        receipt = _receipt(ledger, found.receipt)
        second = NOBODY
        if verdict == "accepted":
            prices = _terms(ledger, receipt, layout)
            second = _correct(ledger, actor, found, receipt, prices, approver=approver, at=at, why=why)
        rows.decide(ledger, dispute, verdict, actor.name, at)
        what = f"{verdict} the dispute"
        record(ledger, actor, what, at=at, about=receipt.label, why=why or found.reason, approved_by=second)
        return Decided(_dispute(ledger, dispute), _documents(ledger, dispute), new=True)


def standing(ledger: Ledger, number: int) -> Account:
    """What stands of a receipt after all its corrections."""
    receipt = _receipt(ledger, number)
    return account_of(receipt.receipt, [row.correction for row in ledger.corrections_of(number)])


# -- parts -------------------------------------------------------------------------------------------


def _correct(
    ledger: Ledger,
    actor: Actor,
    found: DisputeRow,
    receipt: DocumentRow,
    prices: PriceList,
    *,
    approver: Actor | None,
    at: float,
    why: str,
) -> str:
    """Write the documents; gives the second person's name where one was needed."""
    before = [row.correction for row in ledger.corrections_of(found.receipt)]
    drafts = drafts_of(account_of(receipt.receipt, before), found.changes, prices)
    reason = why_second(
        receipt.receipt, before, drafts, prices, label=receipt.label, opened_at=found.opened_at
    )
    second = require_second(actor, approver, "decide a dispute", reason).name if reason else NOBODY
    for draft in drafts:
        _issue(
            ledger,
            Correction(
                kind=draft.kind,
                store=receipt.receipt.store,
                visit=receipt.receipt.visit,
                code=receipt.receipt.code,
                issued_at=at,
                currency=receipt.receipt.currency,
                of=found.receipt,
                lines=draft.lines,
                taxes=draft.taxes,
                total=draft.total,
                reason=found.reason,
                dispute=found.id,
                decided_by=actor.name,
                approved_by=second,
                note=why,
            ),
        )
    return second


def _issue(ledger: Ledger, correction: Correction) -> None:
    series = SERIES[correction.kind]
    number = ledger.next_number(series)
    entry = ledger.append(
        f"{correction.kind}:{correction.dispute}",
        correction.kind,
        CorrectionBody(series, number, correction),
    )
    ledger.database.execute(
        "INSERT INTO document (series, number, kind, visit, code, issued_at, currency, total, entry, "
        "of_number) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            series,
            number,
            correction.kind,
            correction.visit,
            correction.code,
            correction.issued_at,
            correction.currency,
            correction.total,
            entry,
            correction.of,
        ),
    )
    ledger.write_lines(series, number, [(x.sku, x.name, x.quantity, 0, x.amount) for x in correction.lines])
    visit = ledger.visit(correction.visit)
    payment_rows.order(
        ledger,
        "refund" if correction.kind == "refund" else "capture",
        receipt=correction.of,
        document=f"{series}-{number:06d}",
        token=None if visit is None else visit.visit.token,
        amount=abs(correction.total),
        currency=correction.currency,
    )


def _terms(ledger: Ledger, receipt: DocumentRow, layout: StoreLayout | None) -> PriceList:
    prices = ledger.prices_of(receipt.receipt.visit)
    if prices is not None:
        return prices
    if layout is None:
        raise DisputeError(
            tr("{label} is from before its terms were kept: name the store folder", label=receipt.label)
        )
    return PriceList.of(layout)


def _receipt(ledger: Ledger, number: int) -> DocumentRow:
    found = ledger.document(number)
    if found is None:
        raise DisputeError(
            tr(
                "there is no receipt {label}",
                label=f"{RECEIPT_SERIES}-{number:06d}",
            )
        )
    return found


def _dispute(ledger: Ledger, name: str) -> DisputeRow:
    found = rows.row(ledger, name)
    if found is None:
        raise DisputeError(tr("there is no dispute {name}", name=name))
    return found


def _documents(ledger: Ledger, dispute: str) -> tuple[CorrectionRow, ...]:
    found = _dispute(ledger, dispute)
    return tuple(row for row in ledger.corrections_of(found.receipt) if row.correction.dispute == dispute)


def _label(dispute: DisputeRow) -> str:
    return f"{RECEIPT_SERIES}-{dispute.receipt:06d}"
