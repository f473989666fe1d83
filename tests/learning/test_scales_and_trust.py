from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.learning import settings as s
from inference.learning.cases import Rest
from inference.learning.scales import (
    estimate_change_sd,
    estimate_noise,
    fit_noise,
    quiet_stretches,
    resting_sd,
)
from inference.learning.trust import estimate_trust, fit_trust
from inference.learning.weights import Weight
from tests.learning.cases import moved, settled, took


@settings(deadline=None)
@given(said=st.floats(0.5, 10.0))
def test_without_rest_the_noise_is_the_files(said: float) -> None:
    assert fit_noise(said, np.zeros(0), np.zeros(0)) == pytest.approx(said)
    assert not estimate_noise("s1", said, said, []).gain.sure


@settings(deadline=None, max_examples=40)
@given(true=st.floats(1.0, 12.0), drift=st.floats(-2.0, 2.0), seed=st.integers(0, 2**31))
def test_noise_is_found_under_drift_and_a_resolution_of_a_gram(true: float, drift: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    grams = np.round(4000.0 + drift * np.arange(400) / 20.0 + rng.normal(0.0, true, 400))
    assert resting_sd(grams) == pytest.approx(math.hypot(true, 0.29), rel=0.2)


def test_a_scale_that_is_noisier_than_its_file_says_is_found_and_one_that_is_not_is_left() -> None:
    rng = np.random.default_rng(1)
    noisy = [Rest("s1", float(n), 40, resting_sd(rng.normal(0.0, 6.0, 40))) for n in range(20)]
    found = estimate_noise("s1", 2.0, 2.0, noisy)
    assert found.gain.sure
    assert found.low_g < 6.0 < found.high_g
    quiet = [Rest("s1", float(n), 40, resting_sd(rng.normal(0.0, 2.0, 40))) for n in range(20)]
    assert not estimate_noise("s1", 2.0, 2.0, quiet).gain.sure


def test_stretches_beside_an_event_are_at_rest_and_the_event_is_not() -> None:
    rng = np.random.default_rng(2)
    t = np.arange(0.0, 12.0, 0.05)
    grams = 5000.0 - np.where(t > 6.0, 400.0, 0.0) + rng.normal(0.0, 2.0, len(t))
    found = quiet_stretches("s1", t.tolist(), grams.tolist(), 6.0)
    assert [r.readings for r in found] == [90, 89]
    assert all(r.sd_g == pytest.approx(2.0, rel=0.35) for r in found)
    leaning = grams + np.where(t < 4.0, 30.0 * np.sin(t), 0.0)
    assert [r.readings for r in quiet_stretches("s1", t.tolist(), leaning.tolist(), 6.0)] == [89]


def test_changes_that_noise_and_units_do_not_explain_are_the_scales() -> None:
    rng = np.random.default_rng(7)
    weights = {"cola": Weight(400.0, 1.0)}

    def events(sd: float) -> list[float]:
        return [400.0 + float(rng.normal(0.0, math.hypot(1.0, 0.5, sd))) for _ in range(40)]

    creeping = moved(*(settled(n, g, noise=math.hypot(0.5, 0.3)) for n, g in enumerate(events(6.0))))
    found = estimate_change_sd("s1", 0.3, 0.3, creeping, weights)
    assert found.gain.sure
    assert 4.0 < found.sd_g < 8.0
    sound = moved(*(settled(n, g, noise=math.hypot(0.5, 0.3)) for n, g in enumerate(events(0.3))))
    assert not estimate_change_sd("s1", 0.3, 0.3, sound, weights).gain.sure


# -- who ---------------------------------------------------------------------------------------------


def doubtful(n: int, *, right: bool, stated: float) -> object:
    """An event of which the engine says that 1 did it with ``stated``, else 2."""
    ways = (took(1, probability=stated), took(2, probability=1.0 - stated))
    return settled(n, 400.0, answer=took(1 if right else 2), stated=ways)


def asked(n: int, share_right: float, stated: float) -> list[object]:
    return [doubtful(i, right=i % 100 < 100 * share_right, stated=stated) for i in range(n)]


def test_nobody_asked_leaves_the_exponent_at_one() -> None:
    who, sd = fit_trust([], np.zeros(0))
    assert who == pytest.approx(1.0, abs=1e-3)
    assert sd == pytest.approx(s.TRUST_SD, rel=0.01)
    found = estimate_trust(1.0, [settled(1, 400.0, reviewed=False, sureness=0.99)])
    assert (found.events, found.gain.sure) == (0.0, False)


def test_stated_probabilities_that_hold_are_left_and_those_that_do_not_are_tempered() -> None:
    fair = estimate_trust(1.0, asked(200, 0.8, 0.8))  # type: ignore[arg-type]
    assert fair.who == pytest.approx(1.0, abs=0.1)
    assert not fair.gain.sure
    boasting = estimate_trust(1.0, asked(200, 0.7, 0.95))  # type: ignore[arg-type]
    assert boasting.gain.sure
    assert boasting.low < boasting.who < boasting.high < 1.0
    # 0.95 was right in 70 of 100: the exponent that says so is log(7/3) / log(19); the prior draws it to 1.
    assert boasting.who == pytest.approx(math.log(7 / 3) / math.log(19), rel=0.25)


@settings(deadline=None, max_examples=25)
@given(n=st.integers(0, 6), right=st.floats(0.0, 1.0), stated=st.floats(0.5, 0.99))
def test_few_answers_hardly_move_it(n: int, right: float, stated: float) -> None:
    events = asked(n, 0.0, stated)[: round(n * right)]
    assert 0.3 < estimate_trust(1.0, events).who < 2.0  # type: ignore[arg-type]


def test_what_was_stated_under_another_exponent_is_undone_first() -> None:
    half = [
        settled(
            i,
            400.0,
            answer=took(1 if i % 100 < 80 else 2),
            stated=(took(1, probability=2 / 3), took(2, probability=1 / 3)),
        )
        for i in range(400)
    ]
    # With exponent 0.5 in force, 0.8 to 0.2 is stated as 2/3 to 1/3.
    found = estimate_trust(0.5, half, eras=((0.0, 0.5),))
    assert found.who == pytest.approx(1.0, abs=0.1)
    assert found.gain.sure


def test_an_answer_that_names_nobody_of_them_says_nothing_of_who() -> None:
    other = settled(1, 400.0, answer=took(3), stated=(took(1, probability=0.6), took(2, probability=0.4)))
    found = estimate_trust(1.0, [other])
    assert (found.events, found.left_out) == (0.0, 1)
