"""Proof of documents: numbers without a gap, tables as the chain says, sums that follow from the lines."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from console.back_office.bodies import CorrectionBody, CutBody, DocumentBody
from console.back_office.database import Database
from console.back_office.receipts import Receipt, tax_table
from console.back_office.verify_corrections import correction_faults
from console.back_office.verify_streams import Beside, Fault, OnProgress, Row, count, told

_RECEIPT = msgspec.json.Decoder(DocumentBody)
_CORRECTION = msgspec.json.Decoder(CorrectionBody)


def document_faults(
    db: Database, cut: CutBody | None = None, on_progress: OnProgress | None = None
) -> Iterator[Fault]:
    """All that is wrong, in the order of series and number. Numbers go on after those that were cut off."""
    expected = {row.series: row.last + 1 for row in cut.series} if cut else {}
    lines = Beside(
        db.execute(
            "SELECT series, number, sku, name, quantity, unit_price, amount FROM document_line "
            "ORDER BY series, number, line"
        ),
        2,
    )
    covered = Beside(
        db.execute("SELECT series, number, visit FROM receipt_visit ORDER BY series, number, visit"), 2
    )
    rows = db.execute(
        "SELECT d.series, d.number, e.body, d.kind, d.visit, d.code, d.issued_at, d.currency, d.total "
        "FROM document d LEFT JOIN entry e ON e.seq = d.entry ORDER BY d.series, d.number"
    )
    for series, number, body, *columns in told(rows, "documents", lambda: count(db, "document"), on_progress):
        place = f"document {series}-{number:06d}"
        want = expected.get(series, 1)
        if number != want:
            yield 0, place, f"numbers {want} to {number - 1} are missing"
        expected[series] = number + 1
        beside = lines.take(series, number), covered.take(series, number)
        for what in _faults((series, number), columns, body, *beside):
            yield 0, place, what
    for what, left in (("lines", lines), ("visits", covered)):
        for series, number in left.strays():
            yield 0, f"document {series}-{number:06d}", f"has {what} in the table, but is not there"
    issued = db.execute(
        "SELECT seq FROM entry WHERE kind IN ('receipt', 'refund', 'supplement') "
        "AND NOT EXISTS (SELECT 1 FROM document d WHERE d.entry = entry.seq) ORDER BY seq"
    )
    for (seq,) in issued:
        yield seq, f"entry {seq}", "its document is missing from the table"


def _faults(
    called: tuple[str, int],
    columns: list[object],
    body: str | None,
    lines: list[Row],
    covered: list[Row],
) -> list[str]:
    if body is None:
        return ["has no entry in the chain"]
    chained: DocumentBody | CorrectionBody
    try:
        chained = (_RECEIPT if columns[0] == "receipt" else _CORRECTION).decode(body)
    except msgspec.MsgspecError as error:
        return [f"its entry cannot be read: {error}"]
    faults: list[str] = []
    if (chained.series, chained.number) != called:
        faults.append(f"its entry says {chained.series}-{chained.number:06d}")
    if isinstance(chained, CorrectionBody):
        return faults + correction_faults(chained.document, columns, lines)
    receipt = chained.document
    said = [receipt.kind, receipt.visit, receipt.code, receipt.issued_at, receipt.currency, receipt.total]
    if said != columns:
        faults.append("the table differs from the chain")
    if lines != [(x.sku, x.name, x.quantity, x.unit_price, x.amount) for x in receipt.lines]:
        faults.append("its lines in the table differ from the chain")
    if [visit for (visit,) in covered] != sorted(receipt.visits or (receipt.visit,)):
        faults.append("the table has it for other visits than the chain")
    return faults + _sum_faults(receipt)


def _sum_faults(receipt: Receipt) -> list[str]:
    faults = [
        f"line {i}: {line.quantity} x {line.unit_price} is not {line.amount}"
        for i, line in enumerate(receipt.lines, start=1)
        if line.quantity * line.unit_price != line.amount
    ]
    follows = any(receipt.taxes == tax_table(receipt.lines, included=included) for included in (True, False))
    if not follows:
        faults.append("its tax table does not follow from its lines")
    if sum(rate.gross for rate in receipt.taxes) != receipt.total:
        faults.append("its total is not the sum of its tax table")
    off: dict[int, int] = {}
    for line in receipt.lines:
        taken = line.amount if line.kind == "promotion" else 0
        off[line.tax_basis_points] = off.get(line.tax_basis_points, 0) + line.reduced + taken
    if any(off.values()):
        faults.append("its promotions do not sum to what its lines are reduced by")
    return faults
