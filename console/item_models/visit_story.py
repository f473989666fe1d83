"""What happened to a visit and its documents, as one story in the order of time."""

from __future__ import annotations

import msgspec

from console.back_office.records import CorrectionRow
from console.item_models.dispute_drafting import reason_words, signed
from console.item_models.words import ShopWords, day_and_time
from console.language import tr
from console.operations.health import Tone
from console.operations.visit_dossier import Dossier


class Happened(msgspec.Struct, frozen=True):
    """One thing that happened."""

    t: float
    when: str
    what: str
    who: str
    why: str
    amount: str = ""
    tone: Tone = "neutral"


def story_of(dossier: Dossier, words: ShopWords) -> tuple[Happened, ...]:
    """All of it, newest first."""
    found = [*_visit(dossier, words), *_documents(dossier, words), *_log(dossier, words)]
    return tuple(sorted(found, key=lambda each: -each.t))


def _visit(dossier: Dossier, words: ShopWords) -> list[Happened]:
    visit, review = dossier.visit, dossier.review
    gates = {gate.id: gate.name or gate.id for gate in words.layout.file.gate}
    found = [
        _at(visit.entered_at, tr("Came in"), words, why=gates.get(visit.gate_in or "", visit.gate_in or ""))
    ]
    if visit.left_at is not None:
        went = gates.get(visit.gate_out or "", visit.gate_out or "")
        found.append(_at(visit.left_at, tr("Left"), words, why=went))
    if review is not None:
        why = review.note or (tr("Settled by the answer about another visit") if review.follows else "")
        found.append(_at(review.decided_at, tr("Decided in a review"), words, who=review.decided_by, why=why))
    return found


def _documents(dossier: Dossier, words: ShopWords) -> list[Happened]:
    found = []
    for paper in dossier.papers:
        row = paper.row
        if isinstance(row, CorrectionRow):
            correction = row.correction
            kind = tr("Refund") if correction.kind == "refund" else tr("Supplement")
            who = correction.decided_by
            if correction.approved_by:
                who = tr("{who}, with {second}", who=who, second=correction.approved_by)
            told = _at(correction.issued_at, f"{kind} {paper.label}", words, who=who, tone="waiting")
            amount, why = signed(correction.total, words), reason_words(correction.reason)
            found.append(msgspec.structs.replace(told, why=why, amount=amount))
        else:
            told = _at(row.receipt.issued_at, f"{tr('Receipt')} {paper.label}", words, tone="good")
            found.append(msgspec.structs.replace(told, amount=words.money(row.receipt.total)))
    return found


def _log(dossier: Dossier, words: ShopWords) -> list[Happened]:
    found = []
    for line in dossier.log:
        who = line.who or tr("Nobody signed in")
        if line.approved_by:
            who = tr("{who}, with {second}", who=who, second=line.approved_by)
        why = reason_words(line.why)
        found.append(_at(line.at, audit_words(line.what), words, who=who, why=why))
    return found


def audit_words(what: str) -> str:
    """What the log says was done, in the language of the window; what is not known stays as it is."""
    if what.startswith("made copy "):
        return tr("Made copy {number}", number=what.removeprefix("made copy "))
    known = {
        "opened a dispute": tr("Opened a dispute"),
        "attached evidence": tr("Attached evidence"),
        "accepted the dispute": tr("Accepted the dispute"),
        "declined the dispute": tr("Declined the dispute"),
        "tried the card again": tr("Tried the card again"),
        "settled the payment at the counter": tr("Settled the payment at the counter"),
        "tried another card": tr("Tried another card"),
        "wrote the payment off": tr("Wrote the payment off"),
        "answered the review": tr("Answered the review"),
        "undid the answer": tr("Took the answer back"),
        "was unsure of the review": tr("Was unsure, and left it to somebody else"),
        "looked up personal data": tr("Looked up personal data"),
    }
    return known.get(what, what[:1].upper() + what[1:])


def _at(
    t: float, what: str, words: ShopWords, *, who: str = "", why: str = "", tone: Tone = "neutral"
) -> Happened:
    return Happened(t, day_and_time(t, words.zone), what, who, why, tone=tone)
