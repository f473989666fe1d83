"""Which entries of the chain belong to a day: by their time, and each to one day for good.

A close covers what was issued before its end and is in no earlier close. So a receipt that was written after
its day had been closed (its group was waited for, the engine was down) falls in the next close, and nothing
is counted twice or never. Documents and payments go by the same rule: with an entry's number ``seq`` and its
time ``t``, a stretch holds it when ``t < until`` and (``t >= since`` or ``seq > after``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from console.back_office.bodies import CorrectionBody, DocumentBody, PaymentBody
from console.back_office.ledger_file import LedgerFile
from console.back_office.price_list import PriceList
from console.back_office.reports.business_days import BusinessDays
from console.back_office.reports.counting import Count
from console.back_office.reports.figures import Figures

NEVER = 2**62
"""Beyond every entry's number."""


class Stretch(msgspec.Struct, frozen=True):
    """A piece of time, and what of the chain belongs to it."""

    since: float
    until: float
    after: int = NEVER
    """Entry of the close before: what was written after it counts though it is from before ``since``."""
    first_open: int = 0
    """Payments with a lower entry number are in earlier closes."""
    before: int = NEVER
    """Only entries with a lower number."""


DOCUMENTS = """
    SELECT d.entry, d.series, d.number, d.of_number, d.kind, d.price_list FROM document d
    WHERE d.issued_at >= :since AND d.issued_at < :until AND d.entry < :before
    UNION ALL
    SELECT d.entry, d.series, d.number, d.of_number, d.kind, d.price_list FROM document d
    WHERE d.entry > :after AND d.entry < :before AND +d.issued_at < :since
"""
"""By ``document_issued``, and what came late by the entry's number."""
_BODIES = f"""
    SELECT d.kind, e.body, coalesce(d.price_list, r.price_list) FROM ({DOCUMENTS}) d
    JOIN entry e ON e.seq = d.entry
    LEFT JOIN document r ON r.series = 'R' AND r.number = d.of_number
    ORDER BY d.entry
"""  # noqa: S608 - our own text
"""In the chain's order: what a product was called last must not depend on how SQLite finds it."""
_PAYMENTS = """
    SELECT seq, json_extract(body, '$.at'), body FROM entry INDEXED BY entry_payment_at
    WHERE kind = 'payment' AND seq >= :first_open AND seq < :before
    AND json_extract(body, '$.at') >= :since AND json_extract(body, '$.at') < :until
    UNION ALL
    SELECT seq, json_extract(body, '$.at'), body FROM entry
    WHERE kind = 'payment' AND seq > :after AND seq < :before AND json_extract(body, '$.at') < :since
"""
"""By the time, which SQLite does not choose by itself: by kind and number it would read all payments."""
_receipt = msgspec.json.Decoder(DocumentBody)
_correction = msgspec.json.Decoder(CorrectionBody)
_payment = msgspec.json.Decoder(PaymentBody)


def figures_of(file: LedgerFile, days: BusinessDays, stretches: Sequence[Stretch]) -> list[Figures]:
    """What each of these comes to. Stretches follow each other in time and do not overlap.

    Raises :class:`~.figures.ReportError` where a stretch has documents in two currencies.
    """
    counts = [Count(days, stretch.since) for stretch in stretches]
    categories = _Categories(file)
    for stretch, count in zip(stretches, counts, strict=True):
        for kind, body, price_list in file.database.execute(_BODIES, msgspec.structs.asdict(stretch)):
            known = categories.of(price_list)
            if kind == "receipt":
                count.receipt(_receipt.decode(body), known)
            else:
                count.correction(_correction.decode(body), known)
    _count_payments(file, stretches, counts)
    return [count.figures() for count in counts]


def first_payment_from(file: LedgerFile, t: float, first_open: int) -> int | None:
    """The first entry of a payment, from ``first_open`` on, that was made at ``t`` or later."""
    found = file.scalar(
        "SELECT min(seq) FROM entry INDEXED BY entry_payment_at "
        "WHERE kind = 'payment' AND seq >= ? AND json_extract(body, '$.at') >= ?",
        first_open,
        t,
    )
    return None if found is None else int(found)


def _count_payments(file: LedgerFile, stretches: Sequence[Stretch], counts: Iterable[Count]) -> None:
    """Payments have no table by time: one pass over them serves all stretches."""
    if not stretches:
        return
    whole = Stretch(
        since=stretches[0].since,
        until=stretches[-1].until,
        after=min(stretch.after for stretch in stretches),
        first_open=min(stretch.first_open for stretch in stretches),
        before=max(stretch.before for stretch in stretches),
    )
    pairs = tuple(zip(stretches, counts, strict=True))
    for seq, at, body in file.database.execute(_PAYMENTS, msgspec.structs.asdict(whole)):
        for stretch, count in pairs:
            if at < stretch.until and (at >= stretch.since or seq > stretch.after):
                count.payment(_payment.decode(body))
                break


class _Categories:
    """Categories of products by price list, each list read once."""

    def __init__(self, file: LedgerFile) -> None:
        self._file = file
        self._known: dict[str | None, dict[str, str]] = {None: {}}

    def of(self, sha256: str | None) -> dict[str, str]:
        known = self._known.get(sha256)
        if known is None:
            body = self._file.scalar("SELECT body FROM price_list WHERE sha256 = ?", sha256)
            found = () if body is None else msgspec.json.decode(body, type=PriceList).catalog
            known = self._known[sha256] = {product.sku: product.category for product in found}
        return known
