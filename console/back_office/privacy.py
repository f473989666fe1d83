"""What is kept of one person: found by their receipt, and erased as far as documents may go.

Nobody's name is in the ledger: a person is who has the receipt, its number or its code. Who paid together is
found together. That somebody looked, and why, is in the chain; of what was erased it has only how much.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from console.back_office import payment_rows, purge_rows, retention, review_rows
from console.back_office.audit import AuditRow, log, record
from console.back_office.bodies import ReviewBody
from console.back_office.clip_files import clips_of, purge_clips
from console.back_office.dispute_rows import DisputeRow, disputes_of
from console.back_office.evidence_files import EvidenceFiles
from console.back_office.ledger import Ledger
from console.back_office.permissions import Actor, require
from console.back_office.records import CorrectionRow, DocumentRow
from console.language import tr_noop
from inference.messages.results import ClosedVisit
from store_layout.model import Retention

HIDDEN = "kept, not shown"


class PrivacyError(RuntimeError):
    """Nobody is found, or nothing can be erased; the text says why."""


class CardPayment(msgspec.Struct, frozen=True):
    """An order to the payment provider, without its token."""

    document: str
    kind: Literal["capture", "refund"]
    amount: int
    currency: str
    state: str
    last_four: str
    ref: str


class PersonalData(msgspec.Struct, frozen=True):
    """All that is kept of whoever has a receipt, or a visit without one."""

    label: str
    """The receipt's, or the visit's id where there is none."""
    names: tuple[str, ...]
    """Ids of the visits, also of those that are gone."""
    visits: tuple[ClosedVisit, ...]
    decisions: tuple[ReviewBody, ...]
    """What people answered about these visits; it outlives them, in the chain."""
    receipt: DocumentRow | None
    corrections: tuple[CorrectionRow, ...]
    payments: tuple[CardPayment, ...]
    disputes: tuple[DisputeRow, ...]
    clips: tuple[str, ...]
    """Files below the engine's clips."""
    log: tuple[AuditRow, ...]
    """Who did what about the receipt."""


class Remains(msgspec.Struct, frozen=True):
    """Something that was not erased."""

    what: str
    why: str
    until: str = ""
    """Day from which it may go; empty: when what keeps it is settled, or not at all."""


class Erased(msgspec.Struct, frozen=True):
    """What went, and what did not."""

    label: str
    rows: purge_rows.Gone
    files: int
    remains: tuple[Remains, ...]
    traces: bool
    """As :attr:`console.back_office.retention.Purged.traces`."""


def find(ledger: Ledger, actor: Actor, said: str, state: Path | None, *, at: float, why: str) -> PersonalData:
    """Everything about the receipt with this number or code, or the visit with this code.

    ``why`` is for the record. Raises :class:`PrivacyError`, ``NotAllowedError``.
    """
    require(actor, "look up personal data")
    _need_reason(why)
    found = _data(ledger, said, state)
    with ledger.writing(tr_noop("who looked")):
        record(ledger, actor, "looked up personal data", at=at, about=found.label, why=why)
    return found


def erase(
    ledger: Ledger,
    actor: Actor,
    said: str,
    state: Path | None,
    *,
    at: float,
    why: str,
    periods: Retention,
    time_zone: str,
) -> Erased:
    """Erase what may be erased of it, and say what remains and why. Said again, nothing more goes.

    ``why`` is for the record; it should not name the person. Raises :class:`PrivacyError`,
    ``NotAllowedError``, ``OSError`` for files that cannot be removed: say it again then.
    """
    require(actor, "erase personal data")
    _need_reason(why)
    with ledger.writing(tr_noop("the erasure")):
        found = _data(ledger, said, state)
        held = {visit.visit: purge_rows.holds_on(ledger, visit.visit) for visit in found.visits}
        free = [visit for visit in found.names if not held.get(visit)]
        decided = [dispute.id for dispute in found.disputes if dispute.state != "open"]
        hashes = {piece.sha256 for dispute in found.disputes for piece in dispute.evidence}
        gone = purge_rows.delete_visits(ledger, free) + purge_rows.clear_disputes(ledger, decided)
        if found.receipt is not None and not any(held.values()):
            gone += purge_rows.clear_cards(ledger, [found.receipt.number])
        retention.note(ledger, actor, at, why, gone, about=found.label, what="erased personal data")
    clips = 0 if state is None else purge_clips(state / retention.CLIPS, visits=free).files
    store = EvidenceFiles.of(ledger)
    files = clips + sum(store.discard(ledger, sha256) for sha256 in sorted(hashes))
    traces, _ = retention.leave_no_trace(ledger)
    codes = {visit.visit: visit.code for visit in found.visits}
    remains = [
        Remains(f"visit {codes[visit]} with its clips", reason)
        for visit, reasons in held.items()
        for reason in reasons
    ]
    remains += [
        Remains(f"dispute {d.id} with its message and evidence", "it is open")
        for d in found.disputes
        if d.state == "open"
    ]
    return Erased(found.label, gone, files, (*remains, *_by_law(found, periods, time_zone)), traces=traces)


def _by_law(found: PersonalData, periods: Retention, time_zone: str) -> list[Remains]:
    receipt = found.receipt
    if receipt is None:
        return [Remains("the visit's id and hash in the chain", "they prove that nothing was changed")]
    last = max([receipt.receipt.issued_at, *(row.correction.issued_at for row in found.corrections)])
    year = datetime.fromtimestamp(last, ZoneInfo(time_zone)).year
    labels = ", ".join([receipt.label, *(row.label for row in found.corrections)])
    law = f"tax law wants documents for {periods.documents_years} years after the year of issue"
    until = f"{year + periods.documents_years + 1}-01-01"
    return [
        Remains(labels, law, until),
        Remains("amounts and references of payments", "they prove what was paid for these documents", until),
        Remains("who did what about them", "the chain proves that no document was changed", until),
        Remains("their numbers, days and totals", "they prove that none is missing"),
    ]


def _need_reason(why: str) -> None:
    if not why.strip():
        raise PrivacyError("Say why: who asked, and how you made sure that the receipt is theirs")


def _data(ledger: Ledger, said: str, state: Path | None) -> PersonalData:
    receipt = _receipt(ledger, said.strip())
    names = _visits(ledger, receipt, said.strip())
    if not names:
        raise PrivacyError(f"there is no receipt and no visit {said!r}: look at the receipt's number or code")
    label = names[0] if receipt is None else receipt.label
    number = None if receipt is None else receipt.number
    rows = [_shown(row.visit) for name in names if (row := ledger.visit(name)) is not None]
    disputes = () if number is None else tuple(disputes_of(ledger, number))
    clips = state / retention.CLIPS if state is not None else None
    return PersonalData(
        label=label,
        names=tuple(names),
        visits=tuple(rows),
        decisions=tuple(_decisions(ledger, names)),
        receipt=receipt,
        corrections=() if number is None else tuple(ledger.corrections_of(number)),
        payments=() if number is None else tuple(_payments(ledger, number)),
        disputes=disputes,
        clips=()
        if clips is None
        else tuple(path.relative_to(clips).as_posix() for path in clips_of(clips, names)),
        log=tuple(log(ledger, 1000, label)),
    )


def _shown(visit: ClosedVisit) -> ClosedVisit:
    """Without the payment token: who has it could charge the card."""
    return visit if visit.token is None else msgspec.structs.replace(visit, token=HIDDEN)


def _receipt(ledger: Ledger, said: str) -> DocumentRow | None:
    number = said.upper().removeprefix("R-")
    if number.isdecimal() and (found := ledger.document(int(number))) is not None:
        return found
    exact = [d for d in ledger.documents(10, said) if said in {d.receipt.code, *d.receipt.codes}]
    if len(exact) > 1:
        labels = ", ".join(d.label for d in exact)
        raise PrivacyError(f"the code {said} is on {labels}: say the number of the receipt")
    return exact[0] if exact else None


def _visits(ledger: Ledger, receipt: DocumentRow | None, said: str) -> list[str]:
    """Ids of the visits, also of those that are gone; of a code that several visits had, one cannot tell."""
    if receipt is not None:
        return list(receipt.receipt.visits or (receipt.receipt.visit,))
    rows = ledger.database.execute("SELECT id FROM visit WHERE code = ?", (said,)).fetchall()
    if len(rows) > 1:
        raise PrivacyError(f"{len(rows)} visits had the code {said}, and no receipt tells which is meant")
    return [visit for (visit,) in rows]


def _decisions(ledger: Ledger, visits: list[str]) -> list[ReviewBody]:
    found = []
    for visit in visits:
        body = ledger.scalar("SELECT body FROM entry WHERE cause = ?", f"review:{visit}")
        card = review_rows.row(ledger, visit)
        if body is not None:
            found.append(msgspec.json.decode(body, type=ReviewBody))
        elif card is not None and card.answer is not None:
            found.append(card.answer)
    return found


def _payments(ledger: Ledger, number: int) -> list[CardPayment]:
    return [
        CardPayment(t.document, t.kind, t.amount, t.currency, t.state, t.last_four, t.ref)
        for t in payment_rows.of_receipt(ledger, number)
    ]
