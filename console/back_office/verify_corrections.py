"""Proof of refunds and supplements: each follows from its receipt and what was corrected before it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlite_utils import Database

from console.back_office.bodies import CorrectionBody, DocumentBody
from console.back_office.corrections import (
    Account,
    Correction,
    account_of,
    applied,
    difference,
)


def correction_faults(db: Database, body: CorrectionBody, columns: list[object]) -> list[str]:
    """What differs between the chain's document and its rows. ``columns`` as ``verify`` reads them."""
    correction = body.document
    told = [
        correction.visit,
        correction.code,
        correction.issued_at,
        correction.currency,
        correction.total,
        correction.kind,
    ]
    faults = [] if told == columns else ["the table differs from the chain"]
    rows = db.execute(
        "SELECT sku, name, quantity, amount FROM document_line WHERE series = ? AND number = ? ORDER BY line",
        (body.series, body.number),
    ).fetchall()
    if rows != [(x.sku, x.name, x.quantity, x.amount) for x in correction.lines]:
        faults.append("its lines in the table differ from the chain")
    return faults


def account_faults(db: Database) -> Iterator[tuple[str, str]]:
    """Document and what is wrong with it, over all receipts that were corrected."""
    rows = db.execute(
        "SELECT e.body, e.kind FROM entry e WHERE e.kind IN ('refund', 'supplement') ORDER BY e.seq"
    )
    accounts: dict[int, Account] = {}
    for body, _ in rows.fetchall():
        try:
            chained = msgspec.json.decode(body, type=CorrectionBody)
        except msgspec.MsgspecError:
            continue  # the chain is broken there, and says so
        correction, place = chained.document, f"document {chained.series}-{chained.number:06d}"
        account = accounts.get(correction.of) or _account(db, correction.of)
        if account is None:
            yield place, f"there is no receipt {correction.of} that it could refer to"
            continue
        after = applied(account, correction.lines)
        accounts[correction.of] = after
        for what in _faults(correction, account, after):
            yield place, what


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
        "WHERE d.kind = 'receipt' AND d.number = ?",
        (number,),
    ).fetchone()
    if found is None:
        return None
    try:
        return account_of(msgspec.json.decode(found[0], type=DocumentBody).document)
    except msgspec.MsgspecError:
        return None
