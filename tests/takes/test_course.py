"""What a plate felt while one took and another gave back, one right after the other."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.messages import Attribution, Course, ItemMove, ShelfEvent
from inference.takes import course
from inference.takes.settings import HAND_ON_S, LASTED_FLOOR
from tests.support.stores import small_store
from tests.takes.scenes import T, event, standing, watched
from tests.takes.test_explainer import LEMON, one_scale

UNIT_G = next(p.weight_g for p in small_store().catalog if p.sku == LEMON)


def felt(delta_g: float, impulse_gs: float | None, *, lasted_s: float = 2.2) -> ShelfEvent:
    """One scale's change whose plate was shaken most in the middle of it."""
    change = event([("scale-A0", delta_g)], one_scale((LEMON, 1)))
    known = None if impulse_gs is None else Course(impulse_gs, 16.0)
    half = 0.5 * lasted_s
    return msgspec.structs.replace(change, t_start=T - half, t_end=T + half, course=known)


def left_by(first_g: float, last_g: float, lasted_s: float = 2.2) -> float:
    """Impulse of what came or went when the first and the last hand were in."""
    return first_g * (lasted_s - HAND_ON_S / 2) + last_g * HAND_ON_S / 2


@given(
    impulse=st.floats(-5e3, 5e3),
    sd=st.floats(0.1, 300.0),
    grams=st.tuples(st.floats(-5e3, 5e3), st.floats(-5e3, 5e3)),
    lasted_s=st.floats(1.3, 8.0),
)
def test_it_says_something_finite_never_all_and_the_same_of_giving_as_of_taking(
    impulse: float, sd: float, grams: tuple[float, float], lasted_s: float
) -> None:
    change = msgspec.structs.replace(felt(sum(grams), 0.0, lasted_s=lasted_s), course=Course(impulse, sd))
    ratio = course.in_order(change, *grams)
    assert math.isfinite(ratio)
    assert ratio >= math.log(LASTED_FLOOR) - 1e-9
    turned = msgspec.structs.replace(change, delta_g=-change.delta_g, course=Course(-impulse, sd))
    assert course.in_order(turned, *(-g for g in grams)) == pytest.approx(ratio, abs=1e-6)


@given(back=st.floats(60.0, 2000.0), more=st.floats(60.0, 2000.0))
def test_what_lay_there_speaks_for_the_order_that_leaves_it(back: float, more: float) -> None:
    """One takes, the other gives back less; the plate was light for as long as that took."""
    taken = -(back + more)
    change = felt(-more, left_by(taken, back))
    assert course.in_order(change, taken, back) > max(0.0, course.in_order(change, back, taken))
    assert course.in_any_order(change, taken, back) == course.in_any_order(change, back, taken)


def test_where_nothing_is_known_of_it_nothing_is_said() -> None:
    assert course.in_order(felt(-500.0, None), -1000.0, 500.0) == 0.0


def test_of_two_who_both_took_no_order_is_told() -> None:
    products = small_store().products
    mine, other = ItemMove(LEMON, 1, "A0"), ItemMove(LEMON, 1, "A0", 2)
    assert course.orders(felt(-2 * UNIT_G, -500.0), mine, other, products) == (0.0, -math.inf, -math.inf)


def took_two_as_another_gave_one_back(impulse_gs: float | None, *, first: int = 1) -> float:
    """Probability that it was so, where one unit less is felt in the end, and ``first`` reached in first."""
    late_s = {1: -0.6, 2: 0.6} if first == 1 else {1: 0.6, 2: -0.6}
    people = [
        *standing(1, (1.9, 2.78), reaching=(1.9, 3.3, 0.45), other_hand=(1.65, 2.78, 0.88), late_s=late_s[1]),
        *standing(2, (2.4, 2.78), reaching=(2.4, 3.3, 0.45), other_hand=(2.65, 2.78, 0.88), late_s=late_s[2]),
    ]
    explainer = watched(one_scale((LEMON, 1)), people)
    found: Attribution
    (found,) = explainer.explain([felt(-UNIT_G, impulse_gs)], {2: {LEMON: 1.0}})
    return sum(
        e.probability for e in found.explanations if (e.units(1), e.units(2)) == ({LEMON: 2}, {LEMON: -1})
    )


def test_two_were_missing_for_a_while_of_which_one_came_back() -> None:
    light, as_one_hand_leaves_it = left_by(-2 * UNIT_G, UNIT_G), -UNIT_G * 1.1
    shown, not_told = (took_two_as_another_gave_one_back(some) for some in (light, None))
    assert shown > max(0.5, not_told)
    assert took_two_as_another_gave_one_back(as_one_hand_leaves_it) < not_told


def test_whose_hand_was_in_first_must_fit_what_lay_there() -> None:
    light = left_by(-2 * UNIT_G, UNIT_G)
    assert took_two_as_another_gave_one_back(light, first=2) < took_two_as_another_gave_one_back(light)
