"""Who takes something out of a slot takes out of it again."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.messages import Attribution, Person
from inference.takes import settings as s
from inference.takes.joint import NOBODY, Doer, again, assign
from inference.trials.ideas import without
from store_layout.model import Point3, StoreLayout
from tests.support.stores import small_store
from tests.takes.scenes import T, event, hand, person, watched
from tests.takes.test_explainer import LEMON

IN_SLOT: Point3 = (1.9, 3.3, 0.45)
UNIT_G = next(p.weight_g for p in small_store().catalog if p.sku == LEMON)
DOERS = tuple(Doer(((track, "right"),)) for track in (1, 2, 3))


def two_takings(layout: StoreLayout, apart_s: float) -> dict[float, Attribution]:
    """Two stand there and only one's hand is seen, when one more is taken; by the event's moment."""
    people: list[Person] = []
    for i in range(-15, 15 + round(10 * apart_s)):
        t = T + 0.1 * i
        hands = (hand(IN_SLOT, t),) if abs(t - T - apart_s) < 0.35 else ()
        people += [person(1, (1.8, 2.78), t, hands), person(2, (2.2, 2.78), t)]
    explainer = watched(layout, people)
    found = {}
    for at in (T, T + apart_s):
        for attribution in explainer.explain([event([("scale-A0", -UNIT_G)], layout, at)], {}):
            found[attribution.event.t_peak] = attribution
    return found


def by_first(attribution: Attribution) -> float:
    return sum(e.probability for e in attribution.explanations if e.track == 1)


def test_the_clear_one_of_two_says_whose_the_other_was() -> None:
    layout = small_store()
    found = two_takings(layout, 1.8)
    assert by_first(found[T + 1.8]) > 0.95
    with without(("again",)):
        before = two_takings(layout, 1.8)
    assert by_first(found[T]) > by_first(before[T]) + 0.1
    assert by_first(found[T]) < 0.97, "another may have taken one too"


def test_what_comes_later_says_nothing_of_it() -> None:
    layout = small_store()
    apart_s = s.AGAIN_S + 0.5
    with without(("again",)):
        before = two_takings(layout, apart_s)
    assert by_first(two_takings(layout, apart_s)[T]) == pytest.approx(by_first(before[T]))


def test_giving_back_is_no_taking_and_another_scale_is_another_thing() -> None:
    layout = small_store()
    one, later = (event([("scale-A0", -UNIT_G)], layout, T + t) for t in (0.0, 1.8))
    assert again(one, later)
    assert not again(one, event([("scale-A0", UNIT_G)], layout, T + 1.8))
    assert not again(one, event([("scale-A1", -UNIT_G)], layout, T + 1.8))
    assert not again(one, msgspec.structs.replace(later, t_peak=T + s.AGAIN_S + 0.1))


SCORES = st.fixed_dictionaries({doer: st.floats(-6.0, 6.0) for doer in (*DOERS, NOBODY)})


@given(scores=st.lists(SCORES, min_size=2, max_size=4))
def test_probabilities_sum_to_one_and_one_slot_speaks_for_one_person_more_than_two_do(
    scores: list[dict[Doer, float]],
) -> None:
    layout = small_store()
    events = [event([("scale-A0", -UNIT_G)], layout, T + 0.9 * n) for n in range(len(scores))]
    one_slot = [{doer: {"A0": 1.0} for doer in DOERS}] * len(scores)
    slots_apart = [{doer: {f"slot-{n}": 1.0} for doer in DOERS} for n in range(len(scores))]
    near, apart = (assign(events, scores, slots) for slots in (one_slot, slots_apart))
    for found in (*near, *apart):
        assert sum(found.values()) == pytest.approx(1.0)
    alone = assign(events, scores)
    assert [{d: pytest.approx(p, abs=1e-6) for d, p in found.items()} for found in alone] == apart


@given(p=st.floats(0.02, 0.98), q=st.floats(0.02, 0.98))
def test_two_events_of_two_people_are_weighed_as_the_numbers_say(p: float, q: float) -> None:
    layout = small_store()
    events = [event([("scale-A0", -UNIT_G)], layout, T + 1.8 * n) for n in range(2)]
    scores = [{DOERS[0]: math.log(x), DOERS[1]: math.log1p(-x)} for x in (p, q)]
    slots = [{doer: {"A0": 1.0} for doer in DOERS}] * 2
    first = s.AGAIN * p * q + p * (1 - q)
    second = s.AGAIN * (1 - p) * (1 - q) + (1 - p) * q
    assert assign(events, scores, slots)[0][DOERS[0]] == pytest.approx(first / (first + second))
