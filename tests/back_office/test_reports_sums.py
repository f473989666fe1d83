"""Days sum to the period and to the documents, whatever is sold, given back, written late or closed."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import closing
from datetime import date
from functools import reduce
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from console.back_office import Ledger, verify
from console.back_office.bodies import CorrectionBody, DocumentBody
from console.back_office.corrections import Change, CorrectionError
from console.back_office.disputes import decide, open_dispute
from console.back_office.payment_provider import SimulatedProvider
from console.back_office.payments import send_due
from console.back_office.reports.business_days import BusinessDays
from console.back_office.reports.closing import CloseError, close_day, closes, open_days
from console.back_office.reports.figures import Figures
from console.back_office.reports.periods import day_report, period_report
from tests.back_office.test_reports import BERLIN, MARA, berlin, sell

FIRST, LAST = date(2026, 11, 18), date(2026, 12, 2)
SKUS = ("cola", "milk", "gum", "beer")
NOON = berlin(20, 12)
lines = st.lists(
    st.tuples(st.sampled_from(SKUS), st.integers(1, 4)), min_size=1, max_size=3, unique_by=lambda x: x[0]
).map(tuple)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("sell"), lines, st.sampled_from((0.0, 0.0, 40.0))),
        st.tuples(
            st.just("correct"),
            st.integers(0, 5),
            st.sampled_from(
                (
                    Change(kind="remove", line=1, count=1),
                    Change(kind="goodwill", amount=37),
                    Change(kind="add", sku="beer", count=2),
                )
            ),
        ),
        st.just(("pay",)),
        st.tuples(st.just("wait"), st.floats(0.5, 30.0)),
        st.tuples(st.just("close"), st.booleans()),
    ),
    min_size=3,
    max_size=25,
)


@given(steps=steps, days=st.sampled_from((BERLIN, BusinessDays("Asia/Kathmandu"))))
@settings(max_examples=30, deadline=None)
def test_days_sum_to_the_period_and_to_the_documents(
    steps: list[tuple[object, ...]], days: BusinessDays
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Ledger.open(Path(folder) / "l.sqlite") as ledger,
        closing(SimulatedProvider(Path(folder) / "bank.sqlite")) as bank,
    ):
        ledger.database.execute("PRAGMA synchronous = OFF")
        kept: dict[date, Figures] = {}
        now = NOON
        for number, step in enumerate(steps, start=1):
            now += 60.0
            match step:
                case ("sell", tuple(taken), float(hours)):  # written so many hours after it was closed
                    card = "declines" if number % 3 == 0 else "card"
                    sell(ledger, f"v{number}", taken, now - hours * 3600, f"{card}-{number}")
                case ("correct", int(which), Change() as change):
                    _correct(ledger, which, change, now)
                case ("pay",):
                    send_due(ledger, bank, now)
                case ("wait", float(hours)):
                    now += hours * 3600
                case ("close", bool(early)):
                    _close(ledger, days, now, kept, early=early)
            _check(ledger, days, kept)
        found = verify(ledger)
        assert found.sound, found.findings


def _correct(ledger: Ledger, which: int, change: Change, now: float) -> None:
    documents = ledger.documents()
    if not documents:
        return
    number = documents[which % len(documents)].number
    try:
        found = open_dispute(ledger, MARA, number, (change,), "wrong_count", at=now)
        decide(
            ledger, MARA, found.id, "accepted", at=now, approver=msgspec.structs.replace(MARA, name="Noor")
        )
    except CorrectionError:
        pass  # nothing of it stands


def _close(ledger: Ledger, days: BusinessDays, now: float, kept: dict[date, Figures], *, early: bool) -> None:
    waiting = open_days(ledger, days)
    if not waiting:
        return
    before = day_report(ledger, waiting[0], days).figures
    try:
        made = close_day(ledger, MARA, waiting[0], days, at=now, why="early" if early else "")
    except CloseError:
        assert now < days.bounds(waiting[0])[1]
        return
    assert made.new
    assert made.row.close.figures == before
    kept[waiting[0]] = before


def _check(ledger: Ledger, days: BusinessDays, kept: dict[date, Figures]) -> None:
    whole = period_report(ledger, FIRST, LAST, days)
    assert reduce(Figures.__add__, (day.figures for day in whole.days), Figures()) == whole.figures
    assert {row.close.day: row.close.figures for row in closes(ledger)} == kept
    assert whole.figures.gross == (ledger.scalar("SELECT sum(total) FROM document") or 0)
    counts = dict(ledger.database.execute("SELECT kind, count(*) FROM document GROUP BY kind").fetchall())
    f = whole.figures
    told = {"receipt": f.receipts.count, "refund": f.refunds.count, "supplement": f.supplements.count}
    assert {kind: count for kind, count in told.items() if count} == counts
    taxes: Counter[int] = Counter()
    units: Counter[str] = Counter()
    for kind, body in ledger.database.execute(
        "SELECT kind, body FROM entry WHERE kind IN ('receipt', 'refund', 'supplement')"
    ).fetchall():
        document = (
            msgspec.json.decode(body, type=DocumentBody).document
            if kind == "receipt"
            else msgspec.json.decode(body, type=CorrectionBody).document
        )
        taxes.update({rate.basis_points: rate.tax for rate in document.taxes})
        for line in document.lines:
            if line.kind == "product":
                units[line.sku] += line.quantity
    assert {rate.basis_points: rate.tax for rate in f.taxes} == dict(taxes)
    assert {p.sku: p.units - p.units_back for p in f.products} == dict(units)
    assert sum(h.gross + h.back for h in f.hours) == f.gross
    assert sum(p.amount + p.amount_back for p in f.products) + f.deposits + f.deposits_back == f.gross
    paid = ledger.scalar(
        "SELECT coalesce(sum(json_extract(body, '$.amount')), 0) FROM entry WHERE kind = 'payment'"
    )
    assert sum(m.amount for m in f.movements) == paid
