"""Unit weights: near the truth, at the catalogue without data, and not to be moved by what does not count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.learning import settings as s
from inference.learning.cases import worths
from inference.learning.weights import Weight, estimate_weight, fit_weight
from tests.learning.cases import moved, settled, took

GRAMS = st.floats(20.0, 1500.0)


def drawn(
    true: float, sd: float, n: int, seed: int, noise: float = 0.8
) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]:
    """Units, grams, noise, worth of ``n`` events."""
    rng = np.random.default_rng(seed)
    units = rng.integers(1, 4, n).astype(float)
    grams = units * true + rng.normal(0.0, 1.0, n) * np.sqrt(units * sd**2 + noise**2)
    return units, grams, np.full(n, noise), np.ones(n)


@settings(deadline=None)
@given(weight=GRAMS, sd=st.floats(0.0, 20.0))
def test_without_events_it_is_the_catalogues(weight: float, sd: float) -> None:
    nothing = np.zeros(0)
    found = fit_weight(Weight(weight, sd), nothing, nothing, nothing, nothing)
    assert (found.mean_g, found.sd_g) == (weight, sd)
    assert found.mean_sd_g == pytest.approx(s.PRIOR_SHARE * weight)


@settings(deadline=None, max_examples=60)
@given(catalogue=GRAMS, off=st.floats(-0.08, 0.08), share=st.floats(0.002, 0.007), seed=st.integers(0, 2**31))
def test_it_finds_a_weight_that_is_off(catalogue: float, off: float, share: float, seed: int) -> None:
    true = catalogue * (1 + off)
    seen = drawn(true, share * true, 40, seed)
    found = fit_weight(Weight(catalogue, share * catalogue), *seen)
    # Five of its own standard deviations, and what is left of a prior that is four of its own away.
    assert abs(found.mean_g - true) < 5 * found.mean_sd_g + 0.03 * abs(true - catalogue)
    assert 0.6 * share * catalogue < found.sd_g < 1.8 * max(share * true, 0.8)


def test_it_is_unbiased_and_its_interval_holds() -> None:
    true, catalogue = 412.0, Weight(400.0, 2.0)
    fits = [fit_weight(catalogue, *drawn(true, 2.0, 12, seed)) for seed in range(400)]
    errors = np.array([f.mean_g - true for f in fits])
    assert abs(errors.mean()) < 0.15, "a third of a per mille of the weight"
    inside = np.mean([abs(e) < s.INTERVAL_SDS * f.mean_sd_g for e, f in zip(errors, fits, strict=True)])
    assert 0.90 < inside < 0.99


@settings(deadline=None, max_examples=40)
@given(catalogue=GRAMS, off=st.floats(0.01, 0.08), seed=st.integers(0, 2**31))
def test_few_events_move_it_part_of_the_way_and_never_past_what_they_say(
    catalogue: float, off: float, seed: int
) -> None:
    units, grams, noise, worth = drawn(catalogue * (1 + off), 0.003 * catalogue, 3, seed)
    found = fit_weight(Weight(catalogue, 0.003 * catalogue), units, grams, noise, worth)
    each = grams / units
    assert min(catalogue, *each) <= found.mean_g <= max(catalogue, *each)


def test_a_wrong_answer_among_many_hardly_counts() -> None:
    units, grams, noise, worth = drawn(300.0, 1.0, 20, 5)
    spoiled = np.append(grams, 355.0)
    args = np.append(units, 1.0), spoiled, np.append(noise, 0.8), np.append(worth, 1.0)
    clean = fit_weight(Weight(300.0, 1.0), units, grams, noise, worth)
    assert fit_weight(Weight(300.0, 1.0), *args).mean_g == pytest.approx(clean.mean_g, abs=0.2)


def test_an_estimate_that_explains_more_than_the_catalogue_gains_and_one_that_does_not_does_not() -> None:
    rng = np.random.default_rng(3)
    off = moved(*(settled(n, 412.0 + float(rng.normal(0, 2.0))) for n in range(10)))
    catalogue = Weight(400.0, 2.0)
    found = estimate_weight("cola", catalogue, catalogue, off)
    assert found.gain.sure
    assert found.gain.mean > 1.0
    assert found.events == pytest.approx(10.0, abs=0.01)
    assert found.reviewed == 10
    right = moved(*(settled(n, 400.0 + float(rng.normal(0, 2.0))) for n in range(10)))
    assert not estimate_weight("cola", catalogue, catalogue, right).gain.sure


def test_what_is_in_force_and_right_is_not_proposed_again() -> None:
    rng = np.random.default_rng(4)
    off = moved(*(settled(n, 412.0 + float(rng.normal(0, 2.0))) for n in range(20)))
    catalogue = Weight(400.0, 2.0)
    first = estimate_weight("cola", catalogue, catalogue, off)
    again = estimate_weight("cola", catalogue, first.weight, off)
    assert again.weight == first.weight, "estimates start from the catalogue, not from the last estimate"
    assert not again.gain.sure


# -- what events count -------------------------------------------------------------------------------


@settings(deadline=None, max_examples=50)
@given(
    events=st.lists(
        st.tuples(st.booleans(), st.floats(0.9, 1.0), st.floats(0.0, 200 * s.DAY_S)), min_size=1, max_size=300
    )
)
def test_what_nobody_looked_at_never_counts_more_than_its_cap(
    events: list[tuple[bool, float, float]],
) -> None:
    made = [
        settled(n, 400.0, reviewed=r, sureness=1.0 if r else p, t=t) for n, (r, p, t) in enumerate(events)
    ]
    found = worths(made)
    issued = sum(w for w, e in zip(found, made, strict=True) if not e.reviewed)
    assert issued <= s.ISSUED_MOST + 1e-9
    for worth, event in zip(found, made, strict=True):
        assert 0.0 <= worth <= (1.0 if event.reviewed else s.ISSUED_WORTH)


def test_an_old_event_counts_half_after_its_half_life() -> None:
    old, new = settled(1, 400.0, t=0.0), settled(2, 400.0, t=s.HALF_LIFE_DAYS * s.DAY_S)
    assert worths([old, new]) == [0.5, 1.0]


def test_what_the_program_believed_cannot_run_away() -> None:
    """A thousand receipts that it was sure of, all explained by the wrong neighbour: it moves once."""
    catalogue = Weight(400.0, 2.0)
    wrong = moved(*(settled(n, 404.0, reviewed=False, sureness=0.95) for n in range(1000)))
    in_force, means = catalogue, []
    for _ in range(5):
        in_force = estimate_weight("cola", catalogue, in_force, wrong).weight
        means.append(in_force.mean_g)
    assert max(means) - min(means) < 1e-6, "applied again and again, it stays where the scales were"
    assert means[-1] <= 404.0


def test_only_events_of_one_product_one_way_without_doubt_say_what_it_weighs() -> None:
    from inference.learning.cases import moved_alone
    from inference.messages.results import Explanation, ItemMove

    two = Explanation(1.0, 1, (ItemMove("cola", 1, "a"), ItemMove("gum", 1, "a")))
    swap = Explanation(1.0, 1, (ItemMove("cola", 1, "a"), ItemMove("cola", -1, "b")))
    kept = settled(1, 800.0, answer=took(1, count=2))
    back = settled(2, -400.0, answer=took(1, count=-1))
    dropped = (
        settled(3, 430.0, answer=two),
        settled(4, 1.0, answer=swap),
        settled(5, 400.0, doubts=("outage",)),
        settled(6, -400.0, answer=took(1)),
        settled(7, 3.0, answer=took(None, sku="")),
    )
    found = moved_alone((kept, back, *dropped))
    assert [(m.units, m.grams, m.scale) for m in found] == [(2, 800.0, "s1"), (1, 400.0, "s1")]
