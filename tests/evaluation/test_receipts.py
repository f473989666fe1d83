"""Receipts against true visits, counted by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from inference.evaluation.problems import EvaluationError
from inference.evaluation.receipts import (
    ReplayedLine,
    ReplayedVisit,
    match_visits,
    read_visits,
    score_receipts,
)
from inference.evaluation.tracks import Trail
from inference.recording.truth import TrueLine, TruePath, TrueVisit


def true(person: str, first: float, last: float | None, *, staff: bool = False, **lines: int) -> TrueVisit:
    return TrueVisit(person, first, last, tuple(TrueLine(s, q) for s, q in lines.items()), staff)


def replayed(
    name: str,
    first: float,
    last: float | None,
    decision: Literal["issue", "review", "nothing", "staff"] = "issue",
    track: int = 0,
    **lines: int,
) -> ReplayedVisit:
    return ReplayedVisit(
        name, track, first, last, tuple(ReplayedLine(s, q) for s, q in lines.items()), decision
    )


def test_every_kind_of_outcome_is_counted() -> None:
    truth = [
        true("right", 0, 100, milk=2, bread=1),
        true("wrong", 200, 300, milk=1),
        true("asked", 400, 500, wine=1),
        true("looked", 600, 700),
        true("missed", 800, 900, milk=1),
        true("staff", 1000, 1100, staff=True),
    ]
    visits = [
        replayed("a", 1, 99, milk=2, bread=1),
        replayed("b", 201, 301, milk=2),
        replayed("c", 399, 500, "review", wine=1),
        replayed("d", 600, 701, "nothing"),
        replayed("e", 1000, 1100, "staff"),
        replayed("ghost", 1500, 1600, "review", milk=1),
    ]
    score = score_receipts(truth, visits)
    assert (score.true_visits, score.visits, score.matched, score.missed, score.invented) == (5, 5, 4, 1, 1)
    assert (score.issued, score.issued_right, score.issued_right_share) == (2, 1, 0.5)
    assert (score.reviews, score.reviews_right, score.reviews_per_1000) == (2, 1, 400.0)
    assert (score.nothing, score.nothing_right) == (1, 1)
    # true 3 + 1 + 1 + 0 + 1; found 3 + 2 + 1 + 0 + 1; right 3 + 1 + 1.
    assert (score.items.true, score.items.found, score.items.hits) == (6, 7, 5)
    assert score.items.precision == pytest.approx(5 / 7)
    assert score.items.recall == pytest.approx(5 / 6)
    assert score.items.f1 == pytest.approx(2 * 5 / 13)


def test_the_same_product_on_two_lines_is_one_quantity() -> None:
    visit = ReplayedVisit("a", 0, 0, 9, (ReplayedLine("milk", 1), ReplayedLine("milk", 1)), "issue")
    assert score_receipts([true("p", 0, 9, milk=2)], [visit]).issued_right == 1


def test_a_receipt_for_staff_is_not_held_against_shoppers() -> None:
    score = score_receipts([true("s", 0, 9, staff=True, milk=1)], [replayed("a", 0, 9, milk=1)])
    assert (score.true_visits, score.visits, score.issued, score.invented) == (0, 0, 0, 0)
    assert score.items.precision is None


def path(person: str, x: float, first: float, last: float) -> TruePath:
    return TruePath(person, (first, last), ((x, 0.0), (x, 0.0)))


def trail(x: float, first: float, last: float) -> Trail:
    times = np.arange(first, last + 0.1, 0.5)
    return Trail(times, np.tile([x, 0.3], (len(times), 1)), 1.0)


def test_visits_at_the_same_time_are_told_apart_by_where_they_were() -> None:
    truth = [true("left", 0, 10, milk=1), true("right", 0, 10, bread=1)]
    visits = [replayed("a", 0, 10, track=1, bread=1), replayed("b", 0, 10, track=2, milk=1)]
    paths = [path("left", 0, 0, 10), path("right", 5, 0, 10)]
    assert match_visits(truth, visits, paths, {1: trail(5, 0, 10), 2: trail(0, 0, 10)}) == {0: 1, 1: 0}
    score = score_receipts(truth, visits, paths, {1: trail(5, 0, 10), 2: trail(0, 0, 10)})
    assert score.issued_right == 2


def test_a_track_that_was_elsewhere_is_another_visit() -> None:
    truth, visits = [true("p", 0, 10, milk=1)], [replayed("a", 0, 10, track=1, milk=1)]
    assert match_visits(truth, visits, [path("p", 0, 0, 10)], {1: trail(7, 0, 10)}) == {}
    assert match_visits(truth, visits, [path("p", 0, 0, 10)], {}) == {0: 0}  # no track: by time alone


def test_somebody_who_never_left_is_there_to_the_end() -> None:
    truth = [true("early", 0, 50), true("stays", 60, None)]
    visits = [replayed("a", 60, None, "nothing"), replayed("b", 0, 100, "nothing")]
    assert match_visits(truth, visits, [], {}) == {0: 1, 1: 0}


def test_too_little_in_common_is_no_match() -> None:
    assert match_visits([true("p", 0, 10)], [replayed("a", 9, 100)], [], {}) == {}


def test_the_file_of_visits_in_both_shapes(tmp_path: Path) -> None:
    row = (
        '{"visit":"v","code":"QK7","track":3,"entered_at":1.5,"left_at":null,"decision":"review","receipt":null,'
        '"lines":[{"sku":"0712","quantity":2,"probability":0.9,"events":["e1"]}]}'
    )
    expected = (ReplayedVisit("v", 3, 1.5, None, (ReplayedLine("0712", 2),), "review"),)
    for text in (f"[{row}]", f'{{"format":1,"visits":[{row}]}}'):
        (tmp_path / "visits.json").write_text(text)
        assert read_visits(tmp_path / "visits.json") == expected


@pytest.mark.parametrize("text", ["", "[{]", '{"visits": 3}', '[{"visit": "v"}]', "\x00"])
def test_a_bad_file_of_visits_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "visits.json").write_text(text)
    with pytest.raises(EvaluationError, match=r"visits\.json: not the visits"):
        read_visits(tmp_path / "visits.json")


def test_a_missing_file_of_visits_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="replay the recording first"):
        read_visits(tmp_path / "visits.json")
