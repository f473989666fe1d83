"""Goods that one shopper takes and another puts back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.messages import GateSignal
from inference.visits.hypotheses import Choice, Option, joint
from tests.support.stores import small_store
from tests.visits.days import Day, T, attribution, lines, move

LEMON, WATER = (small_store().catalog[i].sku for i in (0, 2))


def handed_on(*, together: bool, sure: float = 0.99) -> Day:
    """The first takes two, the second gives one of them back, far from the first."""
    day = Day(small_store())
    if together:
        day.results += day.book.gate(GateSignal("door", T, "entry", people=2, token="tok-1"))  # noqa: S106
    day.enter(1, 0)
    day.enter(2, 1)
    day.happen(attribution("e1", 5, (0.999, 1, move(LEMON))))
    day.happen(attribution("e2", 8, (0.999, 1, move(WATER, 1, "A2"))))
    if together:
        assert day.book.holdings()[2].get(LEMON, 0.0) == pytest.approx(0.999, abs=0.01)
    day.happen(
        attribution("e3", 12, (sure, 2, move(LEMON, -1)), (1 - sure, None, move(LEMON, -1)), delta_g=530.0)
    )
    day.leave(2, 20)
    day.leave(1, 22)
    day.until(160)
    return day


def test_what_a_companion_puts_back_is_not_charged() -> None:
    day = handed_on(together=True)
    assert [day.closed[n].decision for n in (1, 2)] == ["issue", "nothing"]
    assert lines(day.closed[1]) == {WATER: 1}
    assert lines(day.closed[2]) == {}


def test_what_a_stranger_puts_back_is_asked_about() -> None:
    """They may have taken one unnoticed, or been handed it: who took the first is asked about it."""
    day = handed_on(together=False)
    assert day.closed[1].decision == "review"
    assert lines(day.closed[1]) == {WATER: 1}
    (question,) = day.closed[1].questions
    assert question.event == "e3"
    taker, other = (day.closed[n].code for n in (1, 2))
    assert question.text == (
        f"One Lemonade lemon 0.5 l, put back by the shopper with code {other}: "
        f"had the shopper with code {taker} taken it?"
    )
    assert [e.units(1) for e in question.alternatives] == [{LEMON: -1}, {}]
    assert [e.doers() for e in question.alternatives] == [(2,), ()]


def test_who_has_taken_one_of_their_own_gives_back_that() -> None:
    day = Day(small_store())
    day.enter(1, 0)
    day.enter(2, 1)
    day.happen(attribution("e1", 5, (0.999, 1, move(LEMON))))
    day.happen(attribution("e2", 8, (0.999, 2, move(LEMON))))
    day.happen(attribution("e3", 12, (0.999, 2, move(LEMON, -1)), delta_g=530.0))
    day.leave(2, 20)
    day.leave(1, 22)
    day.until(160)
    assert [(day.closed[n].decision, lines(day.closed[n])) for n in (1, 2)] == [
        ("issue", {LEMON: 1}),
        ("nothing", {}),
    ]


moves = st.lists(
    st.tuples(st.integers(1, 3), st.sampled_from([LEMON, WATER]), st.sampled_from([1, -1])), max_size=7
)


@given(moves)
def test_nothing_appears_and_no_cart_owes_anything(made: list[tuple[int, str, int]]) -> None:
    """However goods go from hand to hand: each cart's units are what was taken less what was given back."""
    choices = [
        Choice(
            attribution(f"e{n}", n, (1.0, track, move(sku, count))),
            (Option(0, 1.0, (((track, sku), count),)),),
        )
        for n, (track, sku, count) in enumerate(made)
    ]
    found = joint(choices, 200, {1: "a", 2: "a"})
    assert sum(h.probability for h in found.hypotheses) == pytest.approx(1.0)
    taken = {sku: sum(n > 0 for _, s, n in made if s == sku) for sku in (LEMON, WATER)}
    for hypothesis in found.hypotheses:
        assert all(count > 0 for _, count in hypothesis.contents)
        for sku in (LEMON, WATER):
            assert sum(count for (_, s), count in hypothesis.contents if s == sku) <= taken[sku]
