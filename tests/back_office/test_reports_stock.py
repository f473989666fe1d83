"""What left the shelves: by product, by slot, and what is low."""

from __future__ import annotations

import msgspec
import pytest

from console.back_office import Ledger
from console.back_office.corrections import Change, Reason
from console.back_office.disputes import decide, open_dispute
from console.back_office.reports.stock import SlotMoved, StockReport, stock_report
from console.back_office.reviews import answer, claim, issue_due
from inference.messages.results import CartLine, ClosedVisit
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
