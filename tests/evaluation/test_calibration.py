"""Calibration: by hand, and on errors drawn from the covariances that are claimed."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.evaluation.beliefs import BeliefLog, Beliefs
from inference.evaluation.calibration import (
    Calibration,
    mahalanobis2,
    tally_ellipses,
    tally_promises,
)
from inference.evaluation.tracks import score_tracks
from inference.evaluation.trails import Trail
from inference.messages import FloorUpdate, Person, TrackStarted
from inference.recording.truth import Point2, TruePath
from tests.evaluation.scenes import path, way

HERE, THERE = (0.0, 0.0), (5.0, 0.0)
UNIT = (1.0, 0.0, 1.0)


def person(
    track: int,
    t: float,
    at: Point2,
    *,
    covariance: tuple[float, float, float] = UNIT,
    identity: float = 1.0,
    last_seen: float | None = None,
) -> Person:
    seen = t if last_seen is None else last_seen
    return Person(track, t, at, covariance, (0.0, 0.0), 1.7, identity, hidden=seen < t, last_seen=seen)


def believed(*updates: FloorUpdate) -> Beliefs:
    log = BeliefLog()
    for update in updates:
        log(update)
    return log.beliefs()


def calibration(paths: list[TruePath], tracks: dict[int, Trail], beliefs: Beliefs) -> Calibration:
    found = score_tracks(paths, tracks, period_s=1.0, beliefs=beliefs).calibration
    assert found is not None
    return found


def test_distances_in_units_of_the_error() -> None:
    apart = np.array([[2.0, 0.0], [0.0, 2.0], [1.0, 1.0], [1.0, 0.0]])
    covariance = np.array([[4.0, 0, 1], [4, 0, 1], [2, 1, 2], [0, 0, 1]])
    # The inverse of ((2, 1), (1, 2)) is ((2, -1), (-1, 2)) / 3: (1, 1) is 2 / 3 away.
    assert mahalanobis2(apart, covariance).tolist() == pytest.approx([1.0, 4.0, 2 / 3, np.inf])


def test_ellipses_hold_what_they_promise_of_errors_that_are_as_claimed() -> None:
    rng = np.random.default_rng(4)
    claimed = np.array([[0.04, 0.018], [0.018, 0.01]])
    apart: NDArray[np.float64] = rng.multivariate_normal([0, 0], claimed, 40_000)
    score = tally_ellipses(mahalanobis2(apart, np.tile([0.04, 0.018, 0.01], (len(apart), 1)))).score()
    assert (score.inside_50, score.inside_90, score.inside_95) == pytest.approx((0.5, 0.9, 0.95), abs=0.01)
    assert score.mean_nees == pytest.approx(2.0, abs=0.05)
    # Half the true deviation claimed: 1 - 0.05 ** (1 / 4) of them inside the 95 % ellipse, NEES 8.
    sure = tally_ellipses(mahalanobis2(apart, np.tile([0.01, 0.0045, 0.0025], (len(apart), 1)))).score()
    assert sure.inside_95 == pytest.approx(1 - 0.05**0.25, abs=0.01)
    assert sure.mean_nees == pytest.approx(8.0, abs=0.2)


def test_the_limits_are_those_of_chi_squared() -> None:
    # 1.386, 4.605 and 5.991 with two degrees of freedom.
    score = tally_ellipses(np.array([1.38, 1.39, 4.60, 4.61, 5.99, 6.00])).score()
    assert (score.inside_50, score.inside_90, score.inside_95) == (1 / 6, 3 / 6, 5 / 6)


def test_seen_and_hidden_people_are_counted_apart() -> None:
    paths = [path("a", [HERE] * 6)]
    tracks = {1: way([(0.5, 0.0)] * 3)}
    beliefs = believed(
        *(FloorUpdate(float(t), (person(1, t, (0.5, 0.0)),)) for t in range(3)),
        FloorUpdate(4.0, (person(1, 4.0, (3.0, 0.0), last_seen=2.0),)),
    )
    found = calibration(paths, tracks, beliefs)
    assert (found.seen.samples, found.seen.inside_50, found.seen.mean_nees) == (3, 1.0, 0.25)
    # 3 m off at a deviation of 1 m: 9 is outside of all ellipses.
    assert (found.hidden.samples, found.hidden.inside_95, found.hidden.mean_nees) == (1, 0.0, 9.0)


def test_a_place_beyond_the_gate_counts_as_long_as_nobody_else_follows() -> None:
    paths = [path("a", [HERE] * 4)]
    places = [HERE, HERE, (1.5, 0.0), (1.5, 0.0)]
    beliefs = believed(*(FloorUpdate(float(t), (person(1, t, at),)) for t, at in enumerate(places)))
    found = calibration(paths, {1: way(places)}, beliefs)
    assert found.seen.samples == 4
    assert found.seen.mean_nees == pytest.approx(2 * 2.25 / 4)


def test_who_has_left_or_was_never_there_is_not_counted() -> None:
    paths = [path("a", [HERE] * 3)]
    tracks = {1: way([HERE] * 6), 2: way([THERE] * 6)}
    beliefs = believed(*(FloorUpdate(float(t), (person(1, t, HERE), person(2, t, THERE))) for t in range(6)))
    assert calibration(paths, tracks, beliefs).seen.samples == 3


def test_identity_is_kept_while_the_track_is_on_the_person_of_its_number() -> None:
    paths = [path("a", [HERE] * 10), path("b", [THERE] * 10)]
    places = [[HERE] * 6 + [THERE] * 4, [THERE] * 6 + [HERE] * 4]
    beliefs = believed(
        *(
            FloorUpdate(
                float(t),
                tuple(
                    person(i + 1, t, row[t], identity=1.0 if t < 6 else 0.7) for i, row in enumerate(places)
                ),
            )
            for t in range(10)
        )
    )
    found = calibration(paths, {1: way(places[0]), 2: way(places[1])}, beliefs).identity
    assert found.samples == 20
    assert found.promised == pytest.approx((12 * 1.0 + 8 * 0.7) / 20)
    assert found.kept == pytest.approx(12 / 20)
    assert found.brier == pytest.approx(8 * 0.49 / 20)
    assert [(c.above, c.to, c.samples, c.promised, c.kept) for c in found.classes] == [
        (0.5, 0.8, 8, pytest.approx(0.7), 0.0),
        (0.99, 1.0, 12, 1.0, 1.0),
    ]


def test_promises_at_the_edges_fall_into_a_class() -> None:
    tally = tally_promises(np.array([0.0, 0.5, 0.8, 1.0]), np.array([False, True, True, True]))
    assert tally.samples.tolist() == [2, 1, 0, 0, 0, 1]
    assert (tally + tally).score().samples == 8
    nothing = tally_promises(np.zeros(0), np.zeros(0, dtype=bool)).score()
    assert (nothing.samples, nothing.promised, nothing.classes) == (0, None, ())


def test_the_log_keeps_ten_updates_a_second_and_nothing_else() -> None:
    log = BeliefLog()
    for i in range(60):
        log(
            FloorUpdate(
                10.0 + i / 60, (person(1, 10.0 + i / 60, HERE, covariance=(0.1, 0.2, 0.3), identity=0.9),)
            )
        )
    beliefs = log.beliefs()
    assert len(beliefs.t) == 10
    assert beliefs.covariance[0].tolist() == [0.1, 0.2, 0.3]
    assert (beliefs.identity[0], beliefs.track[0], bool(beliefs.seen[0])) == (0.9, 1, True)
    empty = believed(FloorUpdate(0.0, (), (TrackStarted(1, 0.0, HERE, None),)))
    assert empty.xy.shape == (0, 2)


def test_without_beliefs_there_is_no_calibration() -> None:
    assert score_tracks([path("a", [HERE] * 3)], {1: way([HERE] * 3)}, period_s=1.0).calibration is None
