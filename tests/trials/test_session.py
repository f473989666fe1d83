"""Sessions in memory: the same each time, in order, and of one piece with their truth."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from inference.messages import Detections, GateSignal, Tick, WeightReading
from inference.recording import Recording, RecordingPlayer
from inference.trials.many import named
from inference.trials.session import Trial, happen, record
from tests.trials.made import session


def test_the_same_trial_is_the_same_session() -> None:
    trial = Trial(profile="normal", format="nano", scales="mixed", seed=5, visits=4)
    again = happen(trial)
    first = session()
    assert again.layout == first.layout
    assert again.observations == first.observations
    assert again.truth == first.truth


def test_observations_come_in_order_with_ticks() -> None:
    seen = session().observations
    assert all(a.t <= b.t for a, b in pairwise(seen))
    kinds = {type(each) for each in seen}
    assert kinds == {Detections, GateSignal, Tick, WeightReading}


def test_a_session_can_be_recorded_and_says_the_same(tmp_path: Path) -> None:
    trial = Trial(profile="normal", format="nano", scales="mixed", seed=5, visits=4)
    record(trial, tmp_path / "recording")
    recording = Recording.open(tmp_path / "recording")
    assert recording.truth == session().truth
    seen = [o for o in RecordingPlayer(recording).observations() if isinstance(o, WeightReading)]
    made = [o for o in session().observations if isinstance(o, WeightReading)]
    assert [(o.scale, o.grams) for o in seen] == [(o.scale, o.grams) for o in made]


@pytest.mark.parametrize("name", ["normal", "normal:nano:mixed:x", "holiday:nano:mixed:1"])
def test_a_name_that_is_no_session(name: str) -> None:
    with pytest.raises(ValueError, match="is no session: name one like"):
        named(name)


def test_a_session_by_its_name() -> None:
    assert named("crowd:nano:slot:7:card-p3") == Trial(
        profile="crowd", format="nano", scales="slot", seed=7, visits=20
    )


def test_each_move_has_its_step_on_a_scale() -> None:
    happened = session()
    assert len(happened.steps) == len(happened.truth.moves) > 0
    for move, step in zip(happened.truth.moves, happened.steps, strict=True):
        assert happened.layout.slots[move.slot].scale == step.scale
        assert (step.grams < 0) is (move.count > 0)
        each = abs(step.grams) / abs(move.count)
        assert abs(each / happened.layout.products[move.sku].weight_g - 1.0) < 0.06
