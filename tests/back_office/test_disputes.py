from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from console.back_office import Ledger, verify
from console.back_office.audit import log
from console.back_office.corrections import Change, CorrectionError
from console.back_office.dispute_rows import disputes
from console.back_office.disputes import (
    Decided,
    DisputeError,
    attach,
    decide,
    open_dispute,
    standing,
)
from console.back_office.outlook import DAY_S
from console.back_office.permissions import Actor, NotAllowedError
from store_layout.model import Rules
from tests.back_office.people import crew
from tests.back_office.test_verify import plant
from tests.back_office.visits import closed, layout

AT = 2000.0
ONE_COLA = (Change(kind="remove", line=1, count=1),)


@pytest.fixture(name="people")
def _people(ledger: Ledger) -> dict[str, Actor]:
    ledger.post_visit(closed("v1", (("cola", 3), ("milk", 1))), layout(rules=Rules(refund_limit=300)))
    return crew(ledger, "Noor", "Sam", "Kim")


def refunded(
    ledger: Ledger, people: dict[str, Actor], changes: tuple[Change, ...], approver: str = ""
) -> Decided:
    found = open_dispute(ledger, people["Sam"], 1, changes, "not_taken", at=AT)
    second = people[approver] if approver else None
    return decide(ledger, people["Mara"], found.id, "accepted", at=AT + 1, approver=second)


def test_a_refund_is_a_document_of_its_own_that_refers_to_the_receipt(
    ledger: Ledger, people: dict[str, Actor]
) -> None:
    before = ledger.document(1)
    decided = refunded(ledger, people, ONE_COLA)
    (document,) = decided.documents
    assert (document.label, document.correction.of, document.correction.total) == ("C-000001", 1, -149)
    assert [(t.basis_points, t.net, t.tax, t.gross) for t in document.correction.taxes] == [
        (1900, -126, -23, -149)  # 71 of 447, then 48 of 298
    ]
    assert (document.correction.decided_by, document.correction.reason) == ("Mara", "not_taken")
    assert ledger.document(1) == before
    assert ledger.documents() == [before]
    assert standing(ledger, 1).total == 298 + 119
    assert [row.what for row in log(ledger, about="R-000001")] == [
        "accepted the dispute",
        "opened a dispute",
    ]
    assert verify(ledger).sound


def test_said_again_nothing_is_given_back_twice(ledger: Ledger, people: dict[str, Actor]) -> None:
    mara = people["Mara"]
    for _ in range(2):
        found = open_dispute(ledger, people["Sam"], 1, ONE_COLA, "not_taken", at=AT, key="k1")
        decided = decide(ledger, mara, found.id, "accepted", at=AT)
    assert not decided.new
    assert len(ledger.corrections_of(1)) == 1
    with pytest.raises(DisputeError, match="says something else"):
        open_dispute(ledger, people["Sam"], 1, ONE_COLA, "damaged", at=AT, key="k1")
    with pytest.raises(DisputeError, match="was accepted by Mara"):
        decide(ledger, mara, found.id, "declined", at=AT)


def test_partial_and_repeated_and_never_more_than_was_paid(ledger: Ledger, people: dict[str, Actor]) -> None:
    refunded(ledger, people, ONE_COLA)
    refunded(ledger, people, ONE_COLA)
    refunded(ledger, people, (*ONE_COLA, Change(kind="remove", line=2, count=1)), approver="Noor")
    assert [row.label for row in ledger.corrections_of(1)] == ["C-000001", "C-000002", "C-000003"]
    assert standing(ledger, 1).total == 0
    with pytest.raises(CorrectionError, match="0 that stand"):
        refunded(ledger, people, ONE_COLA)
    assert verify(ledger).sound


def test_two_open_disputes_about_the_same_unit_give_it_back_once(
    ledger: Ledger, people: dict[str, Actor]
) -> None:
    all_three = (Change(kind="remove", line=1, count=3),)
    first, second = (open_dispute(ledger, people["Sam"], 1, all_three, "not_taken", at=AT) for _ in range(2))
    decide(ledger, people["Mara"], first.id, "accepted", at=AT, approver=people["Noor"])
    with pytest.raises(CorrectionError):
        decide(ledger, people["Mara"], second.id, "accepted", at=AT, approver=people["Noor"])
    assert [d.state for d in disputes(ledger)] == ["open", "accepted"]
    decide(ledger, people["Mara"], second.id, "declined", at=AT)
    assert len(ledger.corrections_of(1)) == 1
    assert verify(ledger).sound


def test_a_swap_is_a_refund_and_a_supplement_in_one_transaction(
    ledger: Ledger, people: dict[str, Actor]
) -> None:
    swap = (*ONE_COLA, Change(kind="add", sku="gum", count=2))
    decided = refunded(ledger, people, swap)
    assert [(d.label, d.correction.total) for d in decided.documents] == [
        ("C-000001", -149),
        ("S-000001", 198),
    ]
    assert standing(ledger, 1).total == 417 + 198
    refunded(ledger, people, (Change(kind="remove", line=3, count=1),))
    assert standing(ledger, 1).total == 417 + 99
    assert verify(ledger).sound


def test_limits_by_role(ledger: Ledger, people: dict[str, Actor]) -> None:
    found = open_dispute(ledger, people["Kim"], 1, ONE_COLA, "damaged", at=AT, source="shopper")
    for name in ("Sam", "Kim"):
        with pytest.raises(NotAllowedError, match="may not decide a dispute"):
            decide(ledger, people[name], found.id, "accepted", at=AT)
    decide(ledger, people["Mara"], found.id, "accepted", at=AT)
    refunded(ledger, people, ONE_COLA)  # 298 of 300 in parts
    found = open_dispute(ledger, people["Sam"], 1, ONE_COLA, "damaged", at=AT)
    for second in (None, people["Mara"], people["Sam"]):
        with pytest.raises(NotAllowedError, match=r"€4.47 is above the limit of €3.00|may not"):
            decide(ledger, people["Mara"], found.id, "accepted", at=AT, approver=second)
    assert len(ledger.corrections_of(1)) == 2
    decided = decide(ledger, people["Mara"], found.id, "accepted", at=AT, approver=people["Noor"])
    assert decided.documents[0].correction.approved_by == "Noor"
    assert log(ledger, 1)[0].approved_by == "Noor"


def test_after_a_week_two_managers_are_needed(ledger: Ledger, people: dict[str, Actor]) -> None:
    late = 1102.5 + 7 * DAY_S + 1
    with pytest.raises(NotAllowedError, match="older than 7 days"):
        open_dispute(ledger, people["Sam"], 1, ONE_COLA, "damaged", at=late)
    found = open_dispute(ledger, people["Mara"], 1, ONE_COLA, "damaged", at=late)
    with pytest.raises(NotAllowedError, match="was older than 7 days"):
        decide(ledger, people["Mara"], found.id, "accepted", at=late)
    in_time = open_dispute(ledger, people["Sam"], 1, ONE_COLA, "damaged", at=late - 2)
    assert decide(ledger, people["Mara"], in_time.id, "accepted", at=late + 2).new
    assert decide(ledger, people["Mara"], found.id, "accepted", at=late, approver=people["Noor"]).new


def test_evidence_is_attached_while_it_is_open(ledger: Ledger, people: dict[str, Actor]) -> None:
    found = open_dispute(ledger, people["Sam"], 1, ONE_COLA, "damaged", at=AT)
    for _ in range(2):
        kept = attach(ledger, people["Sam"], found.id, "photo.jpg", "ab" * 32, at=AT)
    assert [(e.name, e.operator) for e in kept.evidence] == [("photo.jpg", "Sam")]
    decide(ledger, people["Mara"], found.id, "declined", at=AT, why="not ours")
    with pytest.raises(DisputeError, match="was decided by Mara"):
        attach(ledger, people["Sam"], found.id, "other.jpg", "cd" * 32, at=AT)
    assert verify(ledger).sound


@pytest.mark.parametrize(
    ("number", "changes", "words"),
    [
        (7, ONE_COLA, "no receipt R-000007"),
        (1, (), "says what should be otherwise"),
        (1, (Change(kind="remove", line=9, count=1),), "line 9 is no product"),
        (1, (Change(kind="add", sku="mystery", count=1),), "mystery is not in the catalogue"),
        (1, (Change(kind="add", sku="gum"),), "count of 1"),
    ],
)
def test_what_cannot_be_is_refused_at_once(
    ledger: Ledger, people: dict[str, Actor], number: int, changes: tuple[Change, ...], words: str
) -> None:
    with pytest.raises((DisputeError, CorrectionError, LookupError), match=words):
        open_dispute(ledger, people["Sam"], number, changes, "other", at=AT)
    assert disputes(ledger) == []


PLANTED = {
    "an amount in the table": ("UPDATE document SET total = -1 WHERE kind = 'refund'", "differs"),
    "a line": ("UPDATE document_line SET quantity = -2 WHERE series = 'C'", "lines"),
    "a missing refund": ("DELETE FROM document WHERE kind = 'refund'", "missing from the table"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_change_is_found(tmp_path: Path, name: str) -> None:
    sql, what = PLANTED[name]
    path = tmp_path / "l.sqlite"
    with Ledger.open(path) as ledger:
        ledger.post_visit(closed("v1", (("cola", 3),)), layout())
        refunded(ledger, crew(ledger, "Sam"), ONE_COLA)
        assert verify(ledger).sound
    conn = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="immutable"):
        conn.execute("UPDATE dispute SET state = 'open'")
    conn.close()
    plant(path, sql)
    with Ledger.open(path) as ledger:
        assert any(what in finding.what for finding in verify(ledger).findings)


def test_a_refund_of_more_than_was_paid_is_found_though_its_hash_is_right(ledger: Ledger) -> None:
    import msgspec

    from console.back_office.disputes import _issue

    ledger.post_visit(closed("v1", (("cola", 3),)), layout())
    people = crew(ledger, "Sam")
    first = refunded(ledger, people, (Change(kind="remove", line=1, count=2),)).documents[0].correction
    with ledger.writing("a forged refund"):
        _issue(ledger, msgspec.structs.replace(first, dispute="forged"))
    found = [f.what for f in verify(ledger).findings]
    assert "it gives back more than was paid" in found
