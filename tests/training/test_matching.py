"""Average precision and its neighbours against cases that were worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from inference.training.matching import Matched, auc, calibration_error, counted, curve, match, platt

BOX = np.array([[0.0, 0, 10, 20]])


def outcome(scores: list[float], hits: list[bool], wanted: int) -> Matched:
    person = np.where(hits, np.arange(len(hits)), -1)
    return Matched(np.array(scores), person, np.ones(len(hits), bool), wanted)


def test_average_precision_by_hand() -> None:
    # Falling by score: hit, miss, hit, miss, hit; four people. Recall .25 .25 .5 .5 .75,
    # precision 1, 1/2, 2/3, 1/2, 3/5; envelope 1, 2/3, 2/3, 3/5, 3/5.
    found = curve([outcome([0.9, 0.7, 0.5], [True, True, True], 3), outcome([0.8, 0.6], [False, False], 1)])
    assert found.average_precision == pytest.approx(0.25 * (1 + 2 / 3 + 3 / 5))
    assert found.at(0.65) == pytest.approx((2 / 3, 0.5, 4 / 7))
    assert found.at(0.95) == (0.0, 0.0, 0.0)
    threshold, precision, recall, f1 = found.best()
    assert (threshold, precision, recall) == pytest.approx((0.5, 3 / 5, 3 / 4))
    assert f1 == pytest.approx(2 / 3)


def test_nothing_found_is_worth_nothing() -> None:
    assert curve([outcome([], [], 2)]).average_precision == 0
    assert curve([]).best() == (0.5, 0.0, 0.0, 0.0)


def test_the_best_detection_takes_the_person_and_a_second_one_is_wrong() -> None:
    boxes = np.array([[0.0, 1, 10, 20], [0, 0, 10, 20]])
    found = match(boxes, np.array([0.4, 0.8]), BOX, np.array([True]))
    assert found.scores.tolist() == [0.8, 0.4]
    assert found.person.tolist() == [0, -1]
    assert found.counts.tolist() == [True, True]


def test_people_to_be_ignored_absorb_detections() -> None:
    truth = np.array([[0.0, 0, 10, 20], [50, 0, 60, 20]])
    boxes = np.array([[50.0, 0, 60, 20], [50, 0, 60, 19], [90, 0, 99, 20]])
    found = match(boxes, np.array([0.9, 0.8, 0.7]), truth, np.array([True, False]))
    assert found.wanted == 1
    assert found.person.tolist() == [-1, -1, -1]
    assert found.counts.tolist() == [False, False, True]


def test_half_an_overlap_is_enough_and_less_is_not() -> None:
    half = np.array([[0.0, 0, 10, 10]])
    assert match(half, np.array([0.5]), BOX, np.array([True])).person.tolist() == [0]
    assert match(half * 0.99, np.array([0.5]), BOX, np.array([True])).person.tolist() == [-1]


def test_a_picture_without_people_only_has_wrong_detections() -> None:
    found = match(BOX, np.array([0.5]), np.zeros((0, 4)), np.zeros(0, bool))
    scores, hit = counted([found])
    assert scores.tolist() == [0.5]
    assert hit.tolist() == [False]


def test_calibration_error_by_hand() -> None:
    # Bin 0.9-1: mean score 0.95, one of two found: 0.45 apart. Bin 0.1-0.2: 0.15, none found.
    scores, hit = np.array([0.92, 0.98, 0.15, 0.15]), np.array([True, False, False, False])
    assert calibration_error(scores, hit) == pytest.approx((2 * 0.45 + 2 * 0.15) / 4)
    assert calibration_error(np.zeros(0), np.zeros(0, bool)) == 0


def test_auc_counts_ties_as_half() -> None:
    assert auc(np.array([1.0, 0.5]), np.array([0.5, 0.0])) == pytest.approx((1 + 0.75) / 2)
    assert auc(np.zeros(0), np.ones(2)) is None


def test_platt_scaling_finds_the_logit_that_scores_were_bent_by() -> None:
    rng = np.random.default_rng(3)
    logit = rng.normal(0, 2, 20_000)
    hit = rng.random(20_000) < 1 / (1 + np.exp(-logit))
    slope, offset = platt(1 / (1 + np.exp(-(2 * logit + 1))), hit)
    assert slope == pytest.approx(0.5, abs=0.02)
    assert offset == pytest.approx(-0.5, abs=0.05)
    assert platt(np.array([0.4, 0.6]), np.array([True, True])) == (1.0, 0.0)
