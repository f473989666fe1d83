"""Who pays together gets one receipt, when the last of them has been decided."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.back_office import Ledger, verify
from inference.messages.results import ClosedVisit
from tests.back_office.visits import closed, layout

CARD_2 = {"token": "card-2"}


def member(visit: str, lines: tuple[tuple[str, int], ...] = (("cola", 1),), **changes: object) -> ClosedVisit:
    return closed(visit, lines, **{"token": "card-1", "people": 2, "entered_at": 1000.0, **changes})


@pytest.fixture(name="ledger")
def _ledger(tmp_path: Path) -> Ledger:
    return Ledger.open(tmp_path / "l.sqlite")


def test_the_last_of_a_group_brings_the_receipt_for_all(ledger: Ledger) -> None:
    first = ledger.post_visit(member("v1"), layout())
    assert first.document is None
    assert [row.state for row in ledger.visits()] == ["issue"]
    assert verify(ledger).sound
    last = ledger.post_visit(member("v2", (("cola", 1), ("gum", 1))), layout())
    assert last.document is not None
    assert last.document == ledger.document_of("v1") == ledger.document_of("v2")
    assert [(x.sku, x.quantity) for x in last.document.receipt.lines] == [("cola", 2), ("gum", 1)]
    assert [row.state for row in ledger.visits()] == ["receipt", "receipt"]
    assert ledger.documents(search="K2-204") == ledger.documents(search="K1-204") == [last.document]
    assert not ledger.post_visit(member("v1"), layout()).new
    assert verify(ledger).sound
    ledger.close()


def test_members_with_nothing_and_staff_add_nothing(ledger: Ledger) -> None:
    ledger.post_visit(member("v1", people=3), layout())
    ledger.post_visit(member("v2", (), people=3), layout())
    posted = ledger.post_visit(member("v3", people=3, decision="staff"), layout())
    document = ledger.document_of("v1")
    assert document is not None
    assert document.receipt.visits == ()
    assert posted.document is None
    ledger.post_visit(member("v4", (), **CARD_2), layout())
    ledger.post_visit(member("v5", (), **CARD_2), layout())
    assert len(ledger.documents()) == 1
    assert verify(ledger).sound
    ledger.close()


def test_somebody_whom_no_camera_followed_is_not_waited_for_for_ever(ledger: Ledger) -> None:
    ledger.post_visit(member("v1"), layout())
    ledger.post_visit(closed("v8", closed_at=2000.0), layout())
    assert ledger.document_of("v1") is None
    ledger.post_visit(closed("v9", closed_at=4000.0), layout())
    assert ledger.document_of("v1") is not None
    late = ledger.post_visit(member("v2", closed_at=5000.0), layout())
    assert late.document is not None
    assert late.document != ledger.document_of("v1")
    assert verify(ledger).sound
    ledger.close()


def test_the_same_card_tomorrow_is_another_payment(ledger: Ledger) -> None:
    for visit, entered_at in (("v1", 1000.0), ("v2", 87400.0)):
        ledger.post_visit(member(visit, entered_at=entered_at, closed_at=entered_at + 60), layout())
    assert ledger.document_of("v1") is not None  # it had waited half an hour for somebody else
    assert ledger.document_of("v2") is None
    ledger.settle_groups()
    assert ledger.document_of("v2") is not None
    ledger.close()


def test_a_product_that_was_taken_off_the_catalogue_meanwhile_keeps_its_price(ledger: Ledger) -> None:
    store = layout()
    ledger.post_visit(member("v1", (("cola", 2),)), store)
    without = msgspec.structs.replace(store, catalog=tuple(p for p in store.catalog if p.sku != "cola"))
    posted = ledger.post_visit(member("v2", (("gum", 1),)), without)
    assert posted.document is not None
    assert posted.document.receipt.total == 298 + 99
    assert verify(ledger).sound
    ledger.close()


def test_price_lists_are_kept_once_for_each_change(ledger: Ledger) -> None:
    posted = ledger.post_visit(closed(), layout())
    assert posted.document is not None
    prices = ledger.prices_of("v1")
    assert prices is not None
    assert prices.products == {p.sku: p for p in layout().catalog}
    dearer = tuple(msgspec.structs.replace(p, price=p.price + 1) for p in layout().catalog)
    ledger.post_visit(closed("v2"), msgspec.structs.replace(layout(), catalog=dearer))
    assert ledger.scalar("SELECT count(*) FROM price_list") == 2
    ledger.close()


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(6)), st.integers(1, 3))
def test_any_order_gives_one_receipt_a_group(order: list[int], people: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "l.sqlite") as ledger:
        for n in order:
            group = n // people
            entered_at = 1000.0 + 100 * group
            visit = member(f"v{n}", people=people, token=f"card-{group}", entered_at=entered_at)
            ledger.post_visit(visit, layout())
            ledger.post_visit(visit, layout())
        documents = ledger.documents()
        assert sum(x.quantity for d in documents for x in d.receipt.lines) == 6
        assert len(documents) == 6 // people
        assert verify(ledger).sound
