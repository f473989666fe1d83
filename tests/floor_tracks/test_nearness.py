"""Who stands close to whom."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from inference.floor_tracks.kalman import Fix, at_rest
from inference.floor_tracks.nearness import close_pairs
from inference.floor_tracks.state import Track

METRES = st.floats(-3.0, 3.0)


def standing(x: float, y: float) -> Track:
    motion = at_rest(Fix(x, y, 0.01, 0.0, 0.01), 0.75)
    return Track(1, motion, 0.0, 0.0, (x, y), 0.0, (x, y), (0.0, 0.0), 1.7, 0.01)


@given(st.lists(st.tuples(METRES, METRES), max_size=12), st.floats(0.1, 2.0))
def test_all_two_that_are_close_are_found_once(places: list[tuple[float, float]], reach: float) -> None:
    found = close_pairs([standing(x, y) for x, y in places], reach)
    wanted = {
        (i, k): apart2
        for (i, (ax, ay)), (k, (bx, by)) in combinations(enumerate(places), 2)
        if (apart2 := (ax - bx) ** 2 + (ay - by) ** 2) < reach * reach
    }
    assert {(min(i, k), max(i, k)): apart2 for i, k, apart2 in found} == wanted
    assert len(found) == len(wanted)
