"""Proof of refunds and supplements: each follows from its receipt and what was corrected before it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from console.back_office.bodies import CorrectionBody, CutBody, DocumentBody
from console.back_office.corrections import (
    Account,
    Correction,
    account_of,
    applied,
    difference,
)
from console.back_office.cut_rows import last_cut
from console.back_office.database import Database
from console.back_office.verify_streams import Fault, Row


def correction_faults(correction: Correction, columns: list[object], lines: list[Row]) -> list[str]:
    """What differs between the chain's document and its rows, given as ``verify_documents`` reads them."""
    said = [
        correction.kind,
        correction.visit,
        correction.code,
        correction.issued_at,
        correction.currency,
        correction.total,
    ]
    faults = [] if said == columns else ["the table differs from the chain"]
    told = [(sku, name, quantity, amount) for sku, name, quantity, _, amount in lines]
    if told != [(x.sku, x.name, x.quantity, x.amount) for x in correction.lines]:
        faults.append("its lines in the table differ from the chain")
    return faults


def account_faults(db: Database, cut: CutBody | None = None) -> Iterator[Fault]:
    """What is wrong with refunds and supplements, over all receipts that were corrected.

    Of those whose receipt was cut off nothing can be counted.
    """
    known_from = last_cut(cut, "R") + 1
    rows = db.execute("SELECT seq, body FROM entry WHERE kind IN ('refund', 'supplement') ORDER BY seq")
    accounts: dict[int, Account] = {}
    for seq, body in rows:
        try:
            chained = msgspec.json.decode(body, type=CorrectionBody)
        except msgspec.MsgspecError:
            continue  # the chain is broken there, and says so
        correction, place = chained.document, f"document {chained.series}-{chained.number:06d}"
        if correction.of < known_from:
            continue
        account = accounts.get(correction.of) or _account(db, correction.of)
        if account is None:
            yield seq, place, f"there is no receipt {correction.of} that it could refer to"
            continue
        after = applied(account, correction.lines)
        accounts[correction.of] = after
        for what in _faults(correction, account, after):
            yield seq, place, what


def _faults(correction: Correction, before: Account, after: Account) -> Iterator[str]:
    if any(position.amount < 0 or position.units < 0 for position in after.positions):
        yield "it gives back more than was paid"
    if correction.taxes != difference(before, after):
        yield "its tax table does not follow from its lines"
    if after.total - before.total != correction.total:
        yield "its total is not what it changes of its receipt"
    if after.total < 0:
        yield "more was given back than was paid"
    if (correction.kind == "refund" and correction.total > 0) or (
        correction.kind == "supplement" and correction.total < 0
    ):
        yield f"it is no {correction.kind}"


def _account(db: Database, number: int) -> Account | None:
    found = db.execute(
        "SELECT e.body FROM document d JOIN entry e ON e.seq = d.entry "
        "WHERE d.series = 'R' AND d.number = ? AND d.kind = 'receipt'",
        (number,),
    ).fetchone()
    if found is None:
        return None
    try:
        return account_of(msgspec.json.decode(found[0], type=DocumentBody).document)
    except msgspec.MsgspecError:
        return None
