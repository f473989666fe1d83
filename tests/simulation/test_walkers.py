"""Who is in the store at a moment of a long day."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inference.simulation.plans import Plan
from inference.simulation.walkers import Inside, Walker


def walker(first: int, length: int) -> Walker:
    xy = np.zeros((length, 2))
    plan = Plan(person=f"p{first}-{length}", arrive_s=0.0)
    return Walker(plan, 1.7, first, xy, np.zeros(length), [], ("door", 0.0), ("door", 0.0))


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 15)), max_size=12),
    st.lists(st.floats(0.0, 60.0), max_size=20).map(sorted),
)
def test_it_says_what_looking_at_everybody_says(spans: list[tuple[int, int]], times: list[float]) -> None:
    walkers = [walker(first, length) for first, length in spans]
    inside = Inside(walkers)
    for t in times:
        assert inside.at(t) == [i for i, w in enumerate(walkers) if w.first <= t < w.last]
