"""Figures of payments whose fate is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.trials.many import Asked, Result
from inference.trials.report import report, tables
from inference.trials.scoring import Tricky, by_trick, calibration_error, curve, reliability, score
from store_layout.model import Rules
from tests.trials.made import payment


def test_counts_and_shares() -> None:
    found = score(
        [
            payment(),
            payment(decision="review", right=False, over=150),
            payment(right=False, over=200, under=50),
            payment(decision="nothing"),
        ]
    )
    assert (found.payments, found.decided, found.decided_right) == (4, 3, 2)
    assert found.reviews_per_1000 == 250.0
    assert found.right_share == pytest.approx(2 / 3)
    assert found.over_per_1000 == found.under_per_1000 == 250.0
    assert (found.over_money, found.under_money) == (50.0, 12.5)
    assert found.f1 == pytest.approx(0.5)


def test_no_payments_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one"):
        score([])


def test_stated_as_true_is_calibrated() -> None:
    payments = [payment(probability=0.75, right=i % 4 != 0) for i in range(400)]
    assert calibration_error(payments) < 0.011
    boasting = [payment(probability=1.0, right=i % 4 != 0) for i in range(400)]
    assert calibration_error(boasting) == pytest.approx(0.25, abs=0.001)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_every_payment_is_in_one_bin(some: list[tuple[float, bool]]) -> None:
    payments = [payment(probability=p, right=right) for p, right in some]
    bins = reliability(payments)
    assert sum(b.count for b in bins) == len(payments)
    assert sum(b.count * b.true for b in bins) == pytest.approx(sum(right for _, right in some))


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.floats(0, 500), st.booleans(), st.booleans()), min_size=1, max_size=60
    )
)
def test_the_dearer_asking_is_the_less_is_asked_and_the_more_goes_wrong(
    some: list[tuple[float, float, bool, bool]],
) -> None:
    payments = [
        payment(probability=p, wrong_money=money, right=right, must_look=must)
        for p, money, right, must in some
    ]
    points = curve(payments, Rules())
    asked = [point.reviews_per_1000 for point in points]
    wrong = [point.wrong_per_1000 for point in points]
    assert asked == sorted(asked, reverse=True)
    assert wrong == sorted(wrong)
    assert min(asked) >= 1000.0 * sum(must for *_, must in some) / len(some) - 1e-9


def test_the_report_names_what_was_switched_off() -> None:
    result = Result(ours=(payment(),), baseline=(payment(right=False),), sessions=1, store_s=10.0)
    text = tables(
        report([(Asked(profile="normal"), result), (Asked(profile="crowd", off=("hands",)), result)])
    )
    assert "| normal, mixed | 1 | 0 | 1/1 = 1.000 |" in text
    assert "crowd, mixed, without: where hands were seen" in text
    assert "| normal, mixed | 1.000 | 0.000 |  |" in text


def test_the_report_tells_what_each_stage_cost_by_store_time_and_by_event() -> None:
    spent = {"floor": 2.0, "shelves": 0.5, "takes": 0.1, "visits": 0.04}
    result = Result(ours=(payment(),), events=20, sessions=1, store_s=10.0, pipeline_s=3.0, stage_s=spent)
    (told,) = report([(Asked(profile="normal"), result)])
    assert told.stage_ms_per_store_s["shelves"] == pytest.approx(50.0)
    assert told.stage_ms_per_event["takes"] == pytest.approx(5.0)
    assert "| normal, mixed | 200.00 / 100.0 | 50.00 / 25.0 | 10.00 / 5.0 | 4.00 / 2.0 |" in tables([told])


def test_payments_are_counted_for_each_kind_that_made_them_hard() -> None:
    payments = [
        payment(tricky=("handed", "swap")),
        payment(tricky=("handed",), decision="review", right=False),
        payment(tricky=("handed",), right=False),
        payment(),
    ]
    assert by_trick(payments) == (Tricky("handed", 3, 1, 1, 1), Tricky("swap", 1, 1, 0, 0))
    told = report([(Asked(profile="handed"), Result(ours=tuple(payments), store_s=10.0))])
    assert told[0].tricky == by_trick(payments)
    assert "| handed, mixed | handed | 3 | 1 | 1 | 1 |" in tables(told)
    assert "what made it hard" not in tables(report([(Asked(profile="normal"), Result(ours=(payment(),)))]))
