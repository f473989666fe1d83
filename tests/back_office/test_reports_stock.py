"""What left the shelves: by product, by slot, and what is low."""

from __future__ import annotations

import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.back_office import Ledger, verify
from console.back_office.audit import log
from console.back_office.corrections import Change, Reason
from console.back_office.disputes import decide, open_dispute
from console.back_office.permissions import Actor, NotAllowedError
from console.back_office.reports.figures import ReportError
from console.back_office.reports.stock import SlotMoved, StockReport, stock_report
from console.back_office.reports.stock_entries import count_slots
from console.back_office.retention import purge
from console.back_office.reviews import answer, claim, issue_due
from inference.messages.results import CartLine, ClosedVisit, Restocked
from store_layout.model import Retention
from tests.back_office.questions import asked, doubtful, took
from tests.back_office.test_reports import MARA, SAM
from tests.back_office.visits import closed
from tests.support.stores import small_store

STORE = small_store()
LEMON, ORANGE, WATER = "2000000000015", "2000000000022", "2000000000039"
"""Lemon stands in A0 and in B2, water in A2 alone; 9 of each, and 12 fit."""


def took_from(number: int, *lines: CartLine) -> ClosedVisit:
    return msgspec.structs.replace(closed(f"v{number}", (("x", 1),)), lines=lines)


def line(sku: str, quantity: int, *scales: str) -> CartLine:
    return CartLine(sku, quantity, 0.99, tuple(f"{scale}@{n}.000" for n, scale in enumerate(scales, 100)))


def report(ledger: Ledger) -> StockReport:
    return stock_report(ledger, STORE, 0.0, 1e9)


def slot(found: StockReport, name: str) -> SlotMoved:
    return next(s for s in found.slots if s.slot == name)


def test_units_go_to_the_slot_of_the_scale_that_felt_them(ledger: Ledger) -> None:
    ledger.post_visit(took_from(1, line(LEMON, 2, "scale-A0"), line(WATER, 1, "scale-A2")), STORE)
    ledger.post_visit(took_from(2, line(LEMON, 3, "scale-A0", "scale-B2")), STORE)
    found = report(ledger)
    assert [(p.sku, p.units) for p in found.products] == [(LEMON, 5), (WATER, 1)]
    assert (slot(found, "A0").units, slot(found, "A0").shared, slot(found, "A0").left) == (4, 2, 5)
    assert (slot(found, "B2").units, slot(found, "B2").shared) == (1, 1)
    assert (slot(found, "A2").units, slot(found, "A2").state) == (1, "plenty")
    assert sum(s.units for s in found.slots) == 6
    assert found.low == ()


def test_what_is_low_comes_emptiest_first(ledger: Ledger) -> None:
    ledger.post_visit(took_from(1, line(WATER, 9, "scale-A2"), line(ORANGE, 6, "scale-A1")), STORE)
    ledger.post_visit(took_from(2, line(LEMON, 10, "scale-A0")), STORE)
    found = report(ledger)
    assert [(s.slot, s.left, s.state) for s in found.low] == [("A2", 0, "out"), ("A1", 3, "low")]
    assert slot(found, "A0").state == "refilled"
    unknown = msgspec.structs.replace(
        STORE, planogram=tuple(msgspec.structs.replace(f, stock=None) for f in STORE.planogram)
    )
    assert {s.state for s in stock_report(ledger, unknown, 0.0, 1e9).slots} == {"unknown"}


@pytest.mark.parametrize(
    ("reason", "units"), [("not_taken", 1), ("wrong_count", 1), ("damaged", 2), ("goodwill", 2)]
)
def test_a_refund_puts_back_what_was_never_taken(ledger: Ledger, reason: Reason, units: int) -> None:
    ledger.post_visit(took_from(1, line(LEMON, 2, "scale-A0")), STORE)
    changes = (Change(kind="remove", line=1, count=1),)
    found = open_dispute(ledger, SAM, 1, changes, reason, at=2000.0)
    decide(ledger, MARA, found.id, "accepted", at=2000.0)
    assert slot(report(ledger), "A0").units == units


def test_a_reviewers_answer_says_where_it_came_from(ledger: Ledger) -> None:
    asks = asked("scale-A0@7.000", took(1, (LEMON, 1)), took(1, (ORANGE, 1)))
    moved = msgspec.structs.replace(
        asks,
        alternatives=tuple(
            msgspec.structs.replace(a, moves=(msgspec.structs.replace(a.moves[0], slot=where),))
            for a, where in zip(asks.alternatives, ("A0", "A1"), strict=True)
        ),
    )
    ledger.post_visit(doubtful("v1", moved), STORE)
    claim(ledger, SAM, 1500.0, "v1")
    answer(ledger, SAM, "v1", {"scale-A0@7.000": 1}, 1500.0)
    issue_due(ledger, 1500.0, "v1")
    found = report(ledger)
    assert [(s.slot, s.units) for s in found.slots if s.units] == [("A1", 1)]


def test_of_purged_visits_only_products_with_one_place_are_known_by_slot(ledger: Ledger) -> None:
    ledger.post_visit(took_from(1, line(LEMON, 2, "scale-A0"), line(WATER, 1, "scale-A2")), STORE)
    ledger.database.execute("DELETE FROM visit")
    found = report(ledger)
    assert [(p.sku, p.units) for p in found.products] == [(LEMON, 2), (WATER, 1)]
    assert [(s.slot, s.sku, s.units) for s in found.slots if s.units] == [("A2", WATER, 1), ("", LEMON, 2)]
    assert found.slots[-1].slot == ""


def test_only_the_time_that_was_asked_for(ledger: Ledger) -> None:
    ledger.post_visit(took_from(1, line(LEMON, 2, "scale-A0")), STORE)
    at = closed("v1").closed_at
    assert stock_report(ledger, STORE, 0.0, at).products == ()
    assert stock_report(ledger, STORE, at, at + 1).products[0].units == 2


def staff(number: int, *restocked: Restocked, at: float = 1500.0) -> ClosedVisit:
    made = closed(f"v{number}", (), decision="staff", closed_at=at)
    return msgspec.structs.replace(made, restocked=restocked)


def test_what_staff_put_in_is_counted_and_outlives_their_visit(ledger: Ledger) -> None:
    ledger.post_visit(took_from(1, line(WATER, 7, "scale-A2")), STORE)
    for _ in range(2):  # the engine may say it again
        ledger.post_visit(staff(2, Restocked("A2", WATER, 6), Restocked("A1", ORANGE, -1)), STORE)
    ledger.post_visit(took_from(3, line(WATER, 3, "scale-A2")), STORE)
    purge(ledger, Retention(), None, now=1e9)
    assert ledger.visits() == []
    found = report(ledger)
    water, orange = slot(found, "A2"), slot(found, "A1")
    assert (water.stock, water.restocked, water.units, water.left) == (9, 6, 10, 5)
    assert (orange.stock, orange.restocked, orange.units, orange.left) == (9, -1, 0, 8)
    assert {p.sku: (p.units, p.restocked) for p in found.products} == {WATER: (10, 6), ORANGE: (0, -1)}
    assert verify(ledger).sound


def test_a_counting_says_what_is_missing_and_is_counted_on_from(ledger: Ledger) -> None:
    ledger.post_visit(took_from(1, line(WATER, 2, "scale-A2")), STORE)  # at 1102.5
    count_slots(
        ledger, SAM, STORE, {("A2", WATER): 6, ("A1", ORANGE): 10}, at=1200.0, why="the month is over"
    )
    ledger.post_visit(staff(2, Restocked("A2", WATER, 4), at=1500.0), STORE)
    count_slots(ledger, SAM, STORE, {("A2", WATER): 10}, at=1600.0)
    found = report(ledger)
    assert [(d.count.slot, d.expected, d.count.units, d.units, d.worth) for d in found.differences] == [
        ("A1", 9, 10, 1, STORE.products[ORANGE].price),
        ("A2", 7, 6, -1, -STORE.products[WATER].price),
        ("A2", 10, 10, 0, 0),
    ]
    assert (slot(found, "A2").difference, slot(found, "A2").left) == (-1, 10)
    later = stock_report(ledger, STORE, 1300.0, 1e9)  # begins with what was counted then
    assert (slot(later, "A2").stock, slot(later, "A2").difference, slot(later, "A2").left) == (6, 0, 10)
    assert slot(later, "A0").stock == 9
    assert log(ledger)[0].what == "counted the stock"


def test_what_cannot_be_counted_is_refused_whole(ledger: Ledger) -> None:
    for units in ({("A2", WATER): 1, ("A2", LEMON): 1}, {("Z9", WATER): 1}, {("A2", WATER): -1}):
        with pytest.raises(ReportError):
            count_slots(ledger, SAM, STORE, units, at=1.0)
    with pytest.raises(NotAllowedError, match="may not count the stock"):
        count_slots(ledger, Actor("Kim", "kiosk", "test"), STORE, {("A2", WATER): 1}, at=1.0)
    assert ledger.head()[0] == 0


@given(
    st.lists(
        st.tuples(st.sampled_from(["sell", "fill", "count"]), st.integers(1, 6)), min_size=1, max_size=12
    ),
    st.integers(0, 12),
)
@settings(max_examples=20, deadline=None)
def test_stock_is_what_was_there_with_all_that_came_and_less_all_that_went(
    steps: list[tuple[str, int]], begins: int
) -> None:
    """Whenever the report begins: what lies there at its end is the same, and the sum holds."""
    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "l.sqlite") as ledger:
        ledger.database.execute("PRAGMA synchronous = OFF")
        lies, first_count = 9, None
        for n, (what, units) in enumerate(steps):
            at = 1000.0 + n
            if what == "sell":
                visit = msgspec.structs.replace(took_from(n, line(WATER, units, "scale-A2")), closed_at=at)
                ledger.post_visit(visit, STORE)
                lies -= units
            elif what == "fill":
                ledger.post_visit(staff(n, Restocked("A2", WATER, units), at=at), STORE)
                lies += units
            else:
                count_slots(ledger, SAM, STORE, {("A2", WATER): units}, at=at)
                lies, first_count = units, at if first_count is None else first_count
        since = 1000.0 + begins - 0.5
        found = slot(stock_report(ledger, STORE, since, 1e9), "A2")
        assert found.stock is not None
        assert found.left == found.stock + found.restocked - found.units + found.difference
        if first_count is not None or since < 1000.0:
            assert found.left == lies
