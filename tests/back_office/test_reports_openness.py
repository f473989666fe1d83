"""How openly it was decided, counted by hand, and kept when the visits are gone."""

from __future__ import annotations

import math

import pytest

from console.back_office import Ledger
from console.back_office.corrections import Change
from console.back_office.disputes import decide, open_dispute
from console.back_office.permissions import Actor
from console.back_office.reports.closing import close_day
from console.back_office.reports.openness import CorrectionSum, Openness, TimeClasses, openness
from console.back_office.reports.periods import openness_report
from console.back_office.reviews import answer, claim, issue_due, skip, unsure
from tests.back_office.questions import asked, doubtful, took
from tests.back_office.test_reports import BERLIN, MARA, MON, SAM, TUE, berlin, refund, sell, store

TESS = Actor("Tess", "staff", "test")


def doubt(ledger: Ledger, number: int, at: float) -> None:
    """A visit that was counted with one cola (149), and may have been milk (119), beer (137) or gum twice."""
    alternatives = (took(number, ("cola", 1)), took(number, ("milk", 1)), took(number, ("gum", 2)))
    question = asked(f"e{number}", *alternatives, took(None))
    times = {"entered_at": at - 300, "left_at": at - 2, "closed_at": at}
    ledger.post_visit(doubtful(f"v{number}", question, **times), store())


def decided(ledger: Ledger, number: int, choice: int | None, at: float, who: Actor = SAM) -> None:
    claim(ledger, who, at, f"v{number}")
    answer(ledger, who, f"v{number}", {f"e{number}": choice}, at + 12)
    issue_due(ledger, at + 12, f"v{number}")


@pytest.fixture(name="monday")
def _monday(ledger: Ledger) -> Ledger:
    for number in range(1, 7):
        sell(ledger, f"v{number}", (("cola", 1),), berlin(23, 10, number))
    ledger_visit = {"entered_at": berlin(23, 9), "left_at": berlin(23, 9), "closed_at": berlin(23, 9)}
    from tests.back_office.visits import closed

    ledger.post_visit(closed("v7", (), **ledger_visit), store())
    ledger.post_visit(closed("v8", (), decision="staff", **ledger_visit), store())
    for number in range(11, 16):
        doubt(ledger, number, berlin(23, 12, number))
    decided(ledger, 11, 0, berlin(23, 12, 20))  # as counted
    decided(ledger, 12, 1, berlin(23, 12, 21))  # milk: cheaper
    decided(ledger, 13, 2, berlin(23, 12, 22), TESS)  # two gums: dearer
    claim(ledger, SAM, berlin(23, 12, 30), "v14")
    skip(ledger, SAM, "v14", berlin(23, 12, 30) + 4)
    claim(ledger, SAM, berlin(23, 12, 31), "v14")
    unsure(ledger, SAM, "v14", berlin(23, 12, 31) + 20)
    refund(ledger, 1, berlin(23, 18), Change(kind="remove", line=1, count=1))
    refund(ledger, 2, berlin(24, 18), Change(kind="add", sku="gum", count=1))
    refused = open_dispute(ledger, SAM, 3, (Change(kind="goodwill", amount=10),), "other", at=berlin(23, 19))
    decide(ledger, MARA, refused.id, "declined", at=berlin(23, 19))
    return ledger


def test_a_day_by_hand(monday: Ledger) -> None:
    found = openness(monday, *BERLIN.bounds(MON))
    assert (found.visits, found.staff, found.nothing) == (13, 1, 1)
    assert (found.seen, found.followed, found.waiting) == (3, 0, 2)
    assert found.share_seen == 5 / 13
    assert (found.for_shopper, found.for_shop, found.same_money) == (1, 1, 0)
    assert (found.work_s, found.unsure, found.skipped, found.reviewers) == (3 * 12 + 4 + 20, 1, 1, 2)
    assert found.corrections == (CorrectionSum("refund", "not_taken", 1, -149),)
    assert (found.refunds.amount, found.supplements.count, found.declined) == (-149, 0, 1)
    # Six receipts 2 s after the exit, three after 9 to 11 minutes.
    assert found.times.total == 9
    assert found.p50_s == pytest.approx(2.0)
    assert found.p95_s == pytest.approx(2 + 9 * 60 + 12)
    tuesday = openness(monday, *BERLIN.bounds(TUE))
    assert tuesday == Openness(corrections=(CorrectionSum("supplement", "not_taken", 1, 99),))


def test_an_answer_for_somebody_elses_visit_was_seen_by_nobody(ledger: Ledger) -> None:
    at = berlin(23, 12)
    times = {"entered_at": at - 300, "left_at": at - 2, "closed_at": at}
    for number, other in ((1, 2), (2, 1)):
        question = asked("e1", took(number, ("cola", 1)), took(other, ("cola", 1)))
        ledger.post_visit(doubtful(f"v{number}", question, **times), store())
    claim(ledger, SAM, at, "v1")
    answer(ledger, SAM, "v1", {"e1": 0}, at)
    issue_due(ledger, at + 100)
    issue_due(ledger, at + 200)
    found = openness(ledger, *BERLIN.bounds(MON))
    assert (found.seen, found.followed, found.waiting, found.for_shopper) == (1, 1, 0, 0)


def test_days_add_up(monday: Ledger) -> None:
    report = openness_report(monday, MON, TUE, BERLIN)
    assert [day.openness.visits for day in report.days] == [13, 0]
    assert report.whole.corrections == (
        CorrectionSum("refund", "not_taken", 1, -149),
        CorrectionSum("supplement", "not_taken", 1, 99),
    )
    assert report.whole.p50_s == pytest.approx(2.0), "the other day has no receipts"
    sell(monday, "v99", (("cola", 1),), berlin(24, 20))
    both = openness_report(monday, MON, TUE, BERLIN).whole
    assert (both.visits, both.p50_s, both.quantile(0.5), both.quantile(0.95)) == (14, None, 2.0, 600.0)


def test_when_visits_are_purged_the_close_still_tells_of_them(monday: Ledger) -> None:
    before = openness(monday, *BERLIN.bounds(MON))
    close_day(monday, MARA, MON, BERLIN, at=berlin(24, 9))
    monday.database.execute("DELETE FROM visit")
    report = openness_report(monday, MON, TUE, BERLIN)
    assert (report.days[0].purged, report.days[0].openness) == (True, before)
    assert (report.days[1].purged, report.whole.visits) == (False, 13)


def test_classes_of_times() -> None:
    some = TimeClasses.of([0.0, 1.9, 2.0, 2.1, 90_000.0])
    assert (some.total, some.counts[2], some.counts[3], some.counts[-1]) == (5, 2, 1, 1)
    both = Openness(times=some + TimeClasses.of([2.0]))
    assert (both.quantile(0.5), both.quantile(0.8), both.quantile(0.95)) == (2.0, 3.0, math.inf)
    assert Openness().quantile(0.5) is None
    assert Openness().share_seen == 0.0
