"""A command is not kept waiting by many observations that each cost much."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inference.engine.turns import LEAST, MOST, SLOW_S, TurnSize


@given(st.lists(st.floats(1e-6, 0.02), min_size=1, max_size=60))
def test_turns_come_to_be_as_long_as_somebody_may_wait(costs: list[float]) -> None:
    """``costs``: seconds of one observation, turn by turn."""
    size = TurnSize()
    for cost in costs:
        size.took(size.most, size.most * cost)
        assert LEAST <= size.most <= MOST
    for _ in range(10):
        size.took(size.most, size.most * costs[-1])
    assert size.most == LEAST or size.most * costs[-1] <= SLOW_S


def test_what_is_cheap_is_taken_by_the_heap_again() -> None:
    size = TurnSize()
    for _ in range(10):
        size.took(size.most, 1.0)
    assert size.most == LEAST
    size.took(LEAST - 1, 0.0)  # there was no more to take
    assert size.most == LEAST
    for _ in range(10):
        size.took(size.most, 0.001)
    assert size.most == MOST
