"""Hands on a plate that weighs afterwards what it weighed."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.messages import Attribution, Person, ShelfEvent, Stir
from inference.takes import TakeExplainer, stirs
from inference.takes.settings import LASTED_FLOOR
from tests.support.stores import small_store
from tests.takes.scenes import T, event, standing, watched
from tests.takes.test_explainer import CHOCOLATE, SOUP, one_scale

WEIGHT = {p.sku: p.weight_g for p in small_store().catalog}
LAY_THERE = Stir(0.6 * WEIGHT[SOUP], 12.0)
"""A soup lay there for 0.6 s too long."""
ONLY_HANDS = Stir(3.0, 12.0)


def company(*, both: bool) -> list[Person]:
    """Two people side by side before one slot: the first one's hand is in it, perhaps the other's too."""
    rest = (2.65, 2.78, 0.88)
    return [
        *standing(1, (1.9, 2.78), reaching=(1.9, 3.3, 0.45), other_hand=(1.65, 2.78, 0.88)),
        *standing(2, (2.4, 2.78), reaching=(2.4, 3.3, 0.45) if both else rest, other_hand=rest),
    ]


def scene(stir: Stir, *, both: bool = True) -> tuple[TakeExplainer, ShelfEvent]:
    layout = one_scale((CHOCOLATE, 1), (SOUP, 1))
    felt = msgspec.structs.replace(
        event([("scale-A0", 0.3)], layout), t_start=T - 0.8, t_end=T + 0.8, stir=stir
    )
    return watched(layout, company(both=both)), felt


def stirred(held: dict[int, dict[str, float]], stir: Stir, *, both: bool = True) -> list[Attribution]:
    explainer, felt = scene(stir, both=both)
    return explainer.explain([felt], held)


def exchanged(found: list[Attribution]) -> float:
    """Probability that the first took a soup that the second gave back."""
    return sum(
        e.probability
        for attribution in found
        for e in attribution.explanations
        if (e.units(1), e.units(2)) == ({SOUP: 1}, {SOUP: -1})
    )


def test_one_gives_back_what_another_takes() -> None:
    """The second held it, two hands were there, and for a while one more lay on the plate."""
    assert exchanged(stirred({2: {SOUP: 1.0}}, LAY_THERE)) > 0.9


def test_who_takes_first_leaves_less_on_the_plate() -> None:
    """Where both hands were in all the time, either may have been first."""
    missing = Stir(-LAY_THERE.impulse_gs, LAY_THERE.impulse_sd_gs)
    assert exchanged(stirred({2: {SOUP: 1.0}}, missing)) == pytest.approx(
        exchanged(stirred({2: {SOUP: 1.0}}, LAY_THERE))
    )


def one_after_the_other(stir: Stir) -> float:
    """The second's hand is in first and the first's half a second later; the second holds a soup."""
    layout = one_scale((CHOCOLATE, 1), (SOUP, 1))
    felt = msgspec.structs.replace(
        event([("scale-A0", 0.3)], layout), t_start=T - 0.8, t_end=T + 0.9, stir=stir
    )
    people = [
        *standing(1, (1.9, 2.78), reaching=(1.9, 3.3, 0.45), other_hand=(1.65, 2.78, 0.88), late_s=0.4),
        *standing(2, (2.4, 2.78), reaching=(2.4, 3.3, 0.45), other_hand=(2.65, 2.78, 0.88), late_s=-0.3),
    ]
    return exchanged(watched(layout, people).explain([felt], {2: {SOUP: 1.0}}))


def test_who_is_in_first_and_what_lay_there_must_fit() -> None:
    """One more lay there, so who gives back came first; had something been missing, who takes did."""
    missing = Stir(-LAY_THERE.impulse_gs, LAY_THERE.impulse_sd_gs)
    fits, does_not = one_after_the_other(LAY_THERE), one_after_the_other(missing)
    assert fits > 0.95
    assert does_not < fits


def test_hands_beside_a_taking_are_weighed_alike() -> None:
    beside = msgspec.structs.replace(LAY_THERE, beside=True)
    assert exchanged(stirred({2: {SOUP: 1.0}}, beside)) > 0.9


def test_what_lay_there_speaks_for_it() -> None:
    with_it, without = (exchanged(stirred({2: {SOUP: 1.0}}, stir)) for stir in (LAY_THERE, ONLY_HANDS))
    assert without < 0.5 < with_it


@pytest.mark.parametrize("held", [{}, {2: {CHOCOLATE: 0.01}}])
def test_where_nobody_holds_what_could_be_taken_it_is_not_told_of(held: dict[int, dict[str, float]]) -> None:
    assert not stirred(held, LAY_THERE)


def test_one_hand_alone_only_touched_it() -> None:
    assert exchanged(stirred({2: {SOUP: 1.0}}, ONLY_HANDS, both=False)) < 0.02


def test_what_was_told_of_is_told_of_again() -> None:
    """A later event of the scene brings it again, whatever it is then believed to be."""
    explainer, felt = scene(LAY_THERE)
    (first,) = explainer.explain([felt], {2: {SOUP: 1.0}})
    assert explainer.state.told == [first.event.id]
    assert [a.event.id for a in explainer._told([first])] == [first.event.id]


@given(
    impulse=st.floats(-5e3, 5e3),
    sd=st.floats(0.1, 300.0),
    grams=st.floats(1.0, 5e3),
    sign=st.sampled_from([-1, 1]),
    apart=st.none() | st.floats(0.0, 5.0),
)
def test_an_impulse_says_something_finite_and_never_all(
    impulse: float, sd: float, grams: float, sign: int, apart: float | None
) -> None:
    ratio = stirs.lain(Stir(impulse, sd), sign * grams, apart)
    assert math.isfinite(ratio)
    assert ratio >= math.log(0.5 * LASTED_FLOOR) - 1e-9


def test_much_more_than_hands_leave_speaks_for_goods_and_nothing_against_them() -> None:
    assert stirs.lain(Stir(300.0, 10.0), 500.0, None) > 2.0
    assert stirs.lain(Stir(0.0, 10.0), 500.0, None) < -1.0


def test_what_lay_there_as_long_as_the_hands_were_apart_speaks_for_it_most() -> None:
    """500 g for .6 s; no longer, no shorter, and the other way round not at all."""
    fits = stirs.lain(Stir(300.0, 10.0), 500.0, 0.6)
    assert fits > stirs.lain(Stir(300.0, 10.0), 500.0, None)
    assert fits > max(stirs.lain(Stir(300.0, 10.0), 500.0, apart) for apart in (0.0, 1.2)) + 1.0
    assert stirs.lain(Stir(-300.0, 10.0), 500.0, 0.6) < -2.0
