"""Precision and recall on small scenes whose counts are worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.evaluation.detections import score_boxes
from inference.messages import Detection, Detections
from inference.messages.observations import Box
from inference.recording.truth import TrueBox

A: Box = (0, 0, 10, 20)
B: Box = (100, 0, 110, 20)
NEAR_A: Box = (0, 0, 10, 15)
"""Overlaps A by 150 / 200 = 0.75."""
HALF_A: Box = (0, 0, 10, 9.9)
"""Overlaps A by 99 / 200: just not enough."""


def picture(t: float, *finds: tuple[Box, float]) -> Detections:
    return Detections("c", t, 0, 640, 480, tuple(Detection(box, score) for box, score in finds))


def test_hits_misses_and_false_finds() -> None:
    truth = [TrueBox(0.0, "p", A), TrueBox(0.0, "q", B), TrueBox(1.0, "p", A)]
    seen = [picture(0.0, (NEAR_A, 0.9), ((50, 0, 60, 20), 0.8)), picture(1.0, (HALF_A, 0.9))]
    score = score_boxes("c", truth, seen, 0.25)
    assert (score.frames, score.true, score.found, score.hits) == (2, 3, 3, 1)
    assert score.precision == pytest.approx(1 / 3)
    assert score.recall == pytest.approx(1 / 3)
    assert score.f1 == pytest.approx(1 / 3)


def test_one_person_is_found_once_and_the_better_find_takes_the_box() -> None:
    truth = [TrueBox(0.0, "p", A)]
    score = score_boxes("c", truth, [picture(0.0, (NEAR_A, 0.5), (A, 0.9))], 0.25)
    assert (score.found, score.hits) == (2, 1)
    assert score_boxes("c", truth, [picture(0.0, (NEAR_A, 0.5), (A, 0.9))], 0.6).found == 1


def test_boxes_to_be_ignored_under_both_rules() -> None:
    truth = [TrueBox(0.0, "p", A), TrueBox(0.0, "ghost", B, ignore=True)]
    seen = [picture(0.0, (A, 0.9), (B, 0.8), (B, 0.7))]
    lenient = score_boxes("c", truth, seen, 0.25)
    assert (lenient.true, lenient.found, lenient.hits, lenient.ignored) == (1, 2, 1, 1)
    literal = score_boxes("c", truth, seen, 0.25, rule="literal")
    assert (literal.true, literal.found, literal.hits, literal.ignored) == (1, 3, 1, 0)


def test_a_find_on_a_person_beside_an_ignored_box_is_a_hit_first() -> None:
    truth = [TrueBox(0.0, "ghost", A, ignore=True), TrueBox(0.0, "p", NEAR_A)]
    score = score_boxes("c", truth, [picture(0.0, (A, 0.9))], 0.25)
    assert (score.hits, score.ignored, score.recall) == (1, 0, 1.0)


def test_pictures_belong_to_the_truth_nearest_in_time() -> None:
    truth = [TrueBox(0.0, "p", A), TrueBox(0.2, "p", A), TrueBox(0.4, "p", A)]
    seen = [picture(0.01, (A, 1)), picture(0.1, (B, 1)), picture(0.19, (A, 1)), picture(9.0, (B, 1))]
    score = score_boxes("c", truth, seen, 0.25)
    assert (score.frames, score.true, score.found, score.hits) == (2, 3, 2, 2)


def test_a_picture_in_a_hole_of_the_truth_shows_nobody() -> None:
    truth = [TrueBox(0.0, "p", A), TrueBox(0.2, "p", A), TrueBox(0.8, "p", A)]
    seen = [picture(i / 5, (A, 1)) for i in range(5)]
    assert score_boxes("c", truth, seen, 0.25).found == 3
    with_period = score_boxes("c", truth, seen, 0.25, period_s=0.2)
    assert (with_period.frames, with_period.found, with_period.hits) == (5, 5, 3)


def test_nothing_at_all_has_no_rates() -> None:
    score = score_boxes("c", [], [picture(0.0, (A, 1))], 0.25)
    assert (score.precision, score.recall, score.f1) == (None, None, None)
    missed = score_boxes("c", [TrueBox(0.0, "p", A)], [], 0.25)
    assert (missed.precision, missed.recall, missed.f1) == (None, 0.0, None)


boxes = st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(1, 20), st.integers(1, 20)).map(
    lambda b: (float(b[0]), float(b[1]), float(b[0] + b[2]), float(b[1] + b[3]))
)


@given(
    st.lists(st.tuples(boxes, st.booleans()), max_size=6),
    st.lists(st.tuples(boxes, st.floats(0, 1)), max_size=6),
)
@settings(max_examples=100, deadline=None)
def test_counts_hold_together(true: list[tuple[Box, bool]], finds: list[tuple[Box, float]]) -> None:
    truth = [TrueBox(0.0, str(i), box, ignore) for i, (box, ignore) in enumerate(true)]
    lenient = score_boxes("c", truth, [picture(0.0, *finds)], 0.3)
    literal = score_boxes("c", truth, [picture(0.0, *finds)], 0.3, rule="literal")
    assert lenient.hits == literal.hits <= min(lenient.true, lenient.found)
    assert lenient.found + lenient.ignored == literal.found
