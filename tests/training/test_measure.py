"""What is said about a detector that is known to be right, shifted or blind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.messages import Appearance, Detection, KeyPoint
from inference.training.example_types import Example, TrainingPerson
from inference.training.measure import BODY_M, Sighting, held_out_examples, measure
from tests.training.toys import toy_folder, toy_scene

EXAMPLES = [e for n in range(5) for e in toy_scene(n, np.random.default_rng(n))]


def seen(person: TrainingPerson, shift: float = 0.0, score: float = 0.9) -> Detection:
    x1, y1, x2, y2 = person.box
    head, foot, left, right = (KeyPoint(x, y + shift * person.height_px, 1.0) for x, y, _ in person.points)
    vector = np.array([np.cos(person.identity), np.sin(person.identity)], np.float32)
    return Detection((x1, y1, x2, y2), score, head, foot, left, right, Appearance(vector))


def all_seen(shift: float = 0.0) -> list[Sighting]:
    return [Sighting(e, tuple(seen(p, shift) for p in e.people)) for e in EXAMPLES]


def test_a_perfect_detector() -> None:
    found = measure(all_seen())
    assert (found.ap50, found.ap50_all, found.f1) == (1.0, 1.0, 1.0)
    assert found.people == sum(len(e.people) for e in EXAMPLES)
    assert (found.foot_error, found.head_error, found.wrists_near, found.hands_right) == (0.0, 0.0, 1.0, 1.0)
    assert found.appearance_auc == 1.0
    assert found.calibration_error == pytest.approx(0.1)
    assert found.by_kind["toy"].people == found.people


def test_points_that_are_off_are_told_as_shares_and_metres() -> None:
    found = measure(all_seen(shift=0.1))
    assert found.foot_error == pytest.approx(0.1)
    assert found.wrist_error_m == pytest.approx(0.1 * BODY_M)
    assert found.wrists_near == 0.0


def test_a_hand_called_by_the_other_name_is_near_but_not_right() -> None:
    crossed = [
        Sighting(
            s.example,
            tuple(
                Detection(d.box, d.score, d.head, d.foot, wrist_left=d.wrist_right, wrist_right=d.wrist_left)
                for d in s.found
            ),
        )
        for s in all_seen()
    ]
    found = measure(crossed)
    assert (found.wrists_near, found.hands_right) == (1.0, 0.0)
    assert found.appearance_auc is None


def test_a_blind_detector() -> None:
    found = measure([Sighting(e, ()) for e in EXAMPLES])
    assert (found.ap50, found.recall, found.f1) == (0.0, 0.0, 0.0)
    assert found.foot_error is None


def test_people_who_are_mostly_hidden_are_missed_by_one_measure_only() -> None:
    (first, *_) = EXAMPLES
    hidden = TrainingPerson(10_000, (200.0, 0, 220, 60), 0.3, *first.people[0].points, 60.0)
    example = Example(1, 160, 128, first.jpeg, (*first.people, hidden), "toy")
    found = measure([Sighting(example, tuple(seen(p) for p in first.people))])
    assert found.ap50 == 1.0
    assert found.ap50_all == pytest.approx(len(first.people) / (len(first.people) + 1))


def test_sizes_are_those_in_the_networks_input() -> None:
    at_half = measure(all_seen(), scale=0.5)
    assert at_half.by_size["0-40"].people + at_half.by_size["40-80"].people == at_half.people
    assert at_half.by_size["over 160"].people == 0


def test_held_out_examples_are_taken_by_whole_scenes(tmp_path: Path) -> None:
    toy_folder(tmp_path, 10, seed=1)
    everything, some = held_out_examples(tmp_path), held_out_examples(tmp_path, 12)
    assert len(everything) == 40
    assert len(some) == 12
    assert len({e.scene for e in some}) == 3
    with pytest.raises(ValueError, match="no examples"):
        held_out_examples(tmp_path / "nowhere")
