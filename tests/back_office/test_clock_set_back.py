"""The computer's clock was wrong by a day and is set right: nothing waits for that day to come again."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.back_office import Ledger, holds
from console.back_office.hold_rows import latest
from console.back_office.operators import LOCK_AFTER, SignInError, is_locked, operators, sign_in
from console.back_office.payment_provider import SimulatedProvider
from console.back_office.payment_rows import of_receipt
from console.back_office.payment_sending import send_due
from console.back_office.reviews import answer, claim, issue_due, queue
from console.printing.queue import PrintQueue
from tests.back_office.people import PIN, crew
from tests.back_office.questions import asked, doubtful, took
from tests.back_office.visits import closed, layout

WRONG, RIGHT = 1_000_000.0 + 86_400.0, 1_000_000.0


def test_a_claim_is_over(ledger: Ledger) -> None:
    people = crew(ledger, "Sam", "Tess")
    question = asked("e1", took(1, ("cola", 1)), took(1, ("gum", 1)))
    ledger.post_visit(doubtful("v1", question), layout())
    assert claim(ledger, people["Sam"], WRONG) is not None
    assert claim(ledger, people["Tess"], WRONG + 1.0) is None
    assert [row.held_by(RIGHT) for row in queue(ledger, RIGHT)] == [None]
    assert claim(ledger, people["Tess"], RIGHT) is not None
    # A clock that is put right by a moment takes nobody's card away.
    assert [row.held_by(RIGHT - 2.0) for row in queue(ledger, RIGHT - 2.0)] == ["Tess"]


def test_an_answer_is_issued(ledger: Ledger) -> None:
    sam = crew(ledger, "Sam")["Sam"]
    question = asked("e1", took(1, ("cola", 1)), took(1, ("gum", 1)))
    ledger.post_visit(doubtful("v1", question), layout())
    claim(ledger, sam, WRONG)
    answer(ledger, sam, "v1", {"e1": 1}, WRONG)
    assert issue_due(ledger, WRONG + 1.0) == []
    assert issue_due(ledger, RIGHT) == ["v1"]
    assert ledger.document(1) is not None


def test_a_lock_ends(ledger: Ledger) -> None:
    crew(ledger, "Sam")
    for _ in range(LOCK_AFTER):
        with pytest.raises(SignInError):
            sign_in(ledger, "Sam", "000000", at=WRONG, screen="test")
    sam = next(o for o in operators(ledger) if o.name == "Sam")
    assert is_locked(sam, WRONG)
    assert not is_locked(sam, WRONG - 2 * 86_400.0)
    assert sign_in(ledger, "Sam", PIN["Sam"], at=WRONG - 2 * 86_400.0, screen="test").name == "Sam"


def test_a_payment_and_a_hold_are_sent(ledger: Ledger, tmp_path: Path) -> None:
    bank = SimulatedProvider(tmp_path / "bank.sqlite", clock=lambda: RIGHT)
    holds.note_entry(ledger, "times-out-1", WRONG, 1000, "EUR")
    ledger.post_visit(closed("v1", token="times-out-2"), layout())  # noqa: S106 - no password
    assert send_due(ledger, bank, WRONG).unanswered == 1
    assert send_due(ledger, bank, WRONG + 1.0).unanswered == 0  # it waits
    assert send_due(ledger, bank, RIGHT).unanswered == 1
    assert send_due(ledger, bank, RIGHT + 3_600.0).done == 1
    assert [task.state for task in of_receipt(ledger, 1)] == ["done"]
    assert [hold.state for hold in latest(ledger)] == ["held"]
    bank.close()


def test_a_print_job_is_tried(tmp_path: Path) -> None:
    now = [WRONG]
    with PrintQueue.open(tmp_path / "print.sqlite", clock=lambda: now[0]) as jobs:
        jobs.add("till", "test page", b"x")
        job = jobs.claim("till")
        assert job is not None
        jobs.postpone(job, "off", WRONG + 300.0)
        assert jobs.claim("till") is None
        now[0] = RIGHT
        assert jobs.claim("till") is not None
