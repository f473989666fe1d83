"""The pipeline, the published rule and the oracle over the same little session."""

from __future__ import annotations

import pytest

from inference.trials.baseline import changes, play_baseline
from inference.trials.ceiling import play_ceiling
from inference.trials.costs import STAGES
from inference.trials.ideas import IDEAS, without
from inference.trials.many import VISITS, Asked, run_many, run_one, trials
from inference.trials.ours import play
from tests.trials.made import session


def test_every_card_is_accounted_for_by_all_three() -> None:
    happened = session()
    cards = {f"card-{v.group or v.person}" for v in happened.truth.visits if not v.staff}
    played = play(happened, keep_floor=True)
    for payments in (
        played.payments,
        play_baseline(happened, played.floor, played.closed),
        play_ceiling(happened, 5),
    ):
        assert {p.token for p in payments} == cards
        assert sum(p.true_units for p in payments) == sum(
            line.quantity for v in happened.truth.visits if not v.staff for line in v.lines
        )
    assert all(p.right or p.decision == "review" for p in played.payments)
    assert any(p.right and p.decision == "issue" for p in played.payments)


def test_what_is_right_costs_nobody_anything() -> None:
    for payment in play(session()).payments:
        assert payment.right is (payment.over == payment.under == 0)


def test_what_each_stage_costs_is_what_the_pipeline_costs() -> None:
    played = play(session())
    assert set(played.stage_s) == set(STAGES)
    assert min(played.stage_s.values()) > 0.0
    assert 0.7 * played.pipeline_s < sum(played.stage_s.values()) <= played.pipeline_s


def test_the_published_rule_finds_most_of_what_the_hands_moved() -> None:
    happened = session()
    found = changes(happened.batches)
    hits = [
        any(
            c.scale == step.scale and abs(c.t_peak - move.t) < 1.5 and abs(c.delta_g - step.grams) < 15.0
            for c in found
        )
        for move, step in zip(happened.truth.moves, happened.steps, strict=True)
    ]
    # Hands that follow each other at once are one event to it.
    assert len(hits) > 5
    assert sum(hits) > 0.6 * len(hits)


def test_an_idea_that_is_off_is_on_again_afterwards() -> None:
    from inference.takes import settings

    before = settings.LOOK_WORTH
    with without(("contents",)):
        assert settings.LOOK_WORTH == 0.0
    assert before == settings.LOOK_WORTH > 0.0


@pytest.mark.parametrize("name", sorted(IDEAS))
def test_an_idea_names_settings_that_there_are(name: str) -> None:
    for module, setting, value in IDEAS[name].off:
        assert getattr(module, setting) != value


def test_formats_have_their_share_of_the_visits() -> None:
    found = trials(Asked(profile="normal", visits=1000))
    visits = {name: sum(t.visits for t in found if t.format == name) for name in {t.format for t in found}}
    assert visits == {"nano": 240, "convenience": 504, "supermarket": 240}
    assert len({t.seed for t in found}) == len(found)


def test_sessions_are_added_up_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VISITS, "nano", 2)
    asked = Asked(profile="normal", formats=("nano",), visits=1, seed=7)
    (trial,) = trials(asked)
    told: list[tuple[int, int]] = []
    alone = run_one(trial, asked)
    assert run_many(asked, 1, lambda done, total: told.append((done, total))).ours == alone.ours
    assert told == [(0, trial.visits), (trial.visits, trial.visits)]


def test_nothing_to_simulate_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one"):
        trials(Asked(profile="normal", formats=(), visits=10))
