"""Who follows whom: switches, swaps, and a track that strays or hides."""

from __future__ import annotations

from inference.evaluation.comparison import compare
from inference.evaluation.following import Following, follow
from inference.evaluation.trails import Trail
from inference.recording.truth import TruePath
from tests.evaluation.scenes import path, way

HERE, THERE = (0.0, 0.0), (5.0, 0.0)


def followed(paths: list[TruePath], tracks: dict[int, Trail]) -> Following:
    return follow(compare(paths, tracks, 1.0, 1.0))


def test_an_exchange_is_two_swaps_and_a_new_track_is_none() -> None:
    paths = [path("a", [HERE] * 10), path("b", [THERE] * 10)]
    exchanged = followed(paths, {1: way([HERE] * 6 + [THERE] * 4), 2: way([THERE] * 6 + [HERE] * 4)})
    assert [(s.t, s.person, s.track, s.at, s.swap) for s in exchanged.switches] == [
        (6.0, 0, 2, HERE, True),
        (6.0, 1, 1, THERE, True),
    ]
    assert exchanged.swaps == 2
    pieces = followed(paths, {1: way([HERE] * 6), 2: way([THERE] * 10), 3: way([HERE] * 4, 6)})
    assert [(s.person, s.track, s.swap) for s in pieces.switches] == [(0, 3, False)]
    assert pieces.swaps == 0


def test_a_track_that_goes_over_to_a_newcomer_is_a_swap_and_no_switch() -> None:
    # b has no earlier track, so CLEAR MOT sees no switch; but a's track is on b now.
    found = followed([path("a", [HERE] * 5), path("b", [THERE] * 5, 5)], {1: way([HERE] * 5 + [THERE] * 5)})
    assert (len(found.switches), found.swaps) == (0, 1)


def test_a_strayed_track_keeps_its_person_until_another_takes_over() -> None:
    paths = [path("a", [HERE] * 8)]
    found = followed(paths, {1: way([HERE] * 3 + [(3.0, 0.0)] * 5), 2: way([HERE] * 2, 6)})
    assert [now.get(1) for now in found.matches] == [0, 0, 0, None, None, None, None, None]
    assert [now.get(1) for now in found.whose] == [0, 0, 0, 0, 0, 0, None, None]
    assert found.missed == (frozenset(),) * 3 + (frozenset({0}),) * 3 + (frozenset(),) * 2
    assert found.false[3] == {1}


def test_a_number_stands_for_whom_the_track_was_on_first() -> None:
    paths = [path("a", [HERE] * 10), path("b", [THERE] * 10)]
    found = followed(paths, {1: way([HERE] * 3 + [THERE] * 7)})
    assert found.named == {1: 0}


def test_nothing_to_compare() -> None:
    assert followed([], {1: way([HERE] * 3)}).matches == ()
