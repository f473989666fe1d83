"""HOTA: cases worked out by hand, figures of TrackEval 1.3.0, and what must hold for any scene."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.evaluation.comparison import compare
from inference.evaluation.hota import HotaScore, HotaTally, tally_hota
from inference.evaluation.trails import Trail
from inference.recording.truth import Point2, TruePath
from tests.evaluation.scenes import crowd, path, way

HERE, THERE = (0.0, 0.0), (5.0, 0.0)


def tally(paths: list[TruePath], tracks: dict[int, Trail]) -> HotaTally:
    return tally_hota(compare(paths, tracks, 1.0, 1.0).steps, 1.0)


def score(paths: list[TruePath], tracks: dict[int, Trail]) -> HotaScore:
    found = tally(paths, tracks).score()
    assert found is not None
    return found


def test_an_exchange_after_six_of_ten_steps() -> None:
    # Everybody is found: DetA = 1. Of 20 hits 12 belong to pairs that share 6 of 10 + 10 - 6 steps,
    # 8 to pairs that share 4 of 10 + 10 - 4: AssA = (12 * 6 / 14 + 8 * 4 / 16) / 20.
    paths = [path("a", [HERE] * 10), path("b", [THERE] * 10)]
    tracks = {1: way([HERE] * 6 + [THERE] * 4), 2: way([THERE] * 6 + [HERE] * 4)}
    found = score(paths, tracks)
    associated = (12 * 6 / 14 + 8 * 4 / 16) / 20
    assert found.deta == pytest.approx(1.0)
    assert found.assa == pytest.approx(associated)
    assert found.hota == pytest.approx(math.sqrt(associated))
    assert found.loca == pytest.approx(1.0)


def test_a_track_beside_a_person_counts_at_the_thresholds_below_its_similarity() -> None:
    # 0.3 m off is a similarity of .7: found at .05 ... .70, which are 14 of 19 thresholds.
    found = score([path("a", [HERE] * 10)], {1: way([(0.3, 0.0)] * 10)})
    assert [at.hota for at in found.by_alpha] == pytest.approx([1.0] * 14 + [0.0] * 5)
    assert (found.hota, found.deta, found.assa) == pytest.approx((14 / 19,) * 3)
    assert found.loca == pytest.approx(0.7)
    assert [at.loca for at in found.by_alpha[14:]] == [None] * 5


def test_misses_and_false_positions() -> None:
    # Found at 6 of 10 steps, and at 2 more the track is elsewhere: DetA = 6 / (6 + 4 + 2).
    # The pair shares 6 of the 10 + 8 - 6 steps at which either was there: AssA = 6 / 12.
    found = score([path("a", [HERE] * 10)], {1: way([HERE] * 6 + [THERE] * 2)})
    assert (found.deta, found.assa, found.hota) == pytest.approx((0.5, 0.5, 0.5))


def test_a_person_in_pieces_is_associated_half() -> None:
    found = score([path("a", [HERE] * 10)], {1: way([HERE] * 5), 2: way([HERE] * 5, 5)})
    assert (found.deta, found.assa) == pytest.approx((1.0, 0.5))


def test_a_place_beyond_the_gate_is_no_match() -> None:
    found = score([path("a", [HERE] * 10)], {1: way([(1.01, 0.0)] * 10)})
    assert (found.hota, found.deta, found.loca) == (0.0, 0.0, None)


def test_nobody_and_nothing_has_no_score() -> None:
    assert tally([], {}).score() is None
    blind = score([path("a", [HERE] * 3)], {})
    assert (blind.hota, blind.deta, blind.assa, blind.loca) == (0.0, 0.0, 0.0, None)


def test_a_crowd_scores_what_trackeval_says() -> None:
    paths, tracks = crowd()
    found = score(paths, tracks)
    assert (found.hota, found.deta, found.assa, found.loca) == pytest.approx(
        (0.301568, 0.380285, 0.241985, 0.745318), abs=1e-6
    )
    hits = tally(paths, tracks).hits.tolist()
    assert hits == [90, 90, 88, 86, 83, 80, 80, 79, 76, 74, 69, 57, 53, 41, 25, 13, 8, 2, 1]


def test_recordings_are_added_up_as_trackeval_combines_sequences() -> None:
    paths, tracks = crowd()
    two = [p for p in paths if p.person in "ab"], {n: tracks[n] for n in (1, 2)}
    found = (tally(paths, tracks) + tally(*two)).score()
    assert found is not None
    assert (found.hota, found.deta, found.assa, found.loca) == pytest.approx(
        (0.338016, 0.473705, 0.243884, 0.752394), abs=1e-6
    )


places = st.tuples(st.floats(-3, 3), st.floats(-3, 3))


@st.composite
def scenes(draw: st.DrawFn) -> list[list[Point2]]:
    """Two to four people at 4 to 12 steps, 10 m apart, so that nobody is taken for another."""
    steps, people = draw(st.integers(4, 12)), draw(st.integers(2, 4))
    rows = [draw(st.lists(places, min_size=steps, max_size=steps)) for _ in range(people)]
    return [[(x + 10.0 * i, y) for x, y in row] for i, row in enumerate(rows)]


@given(scenes())
@settings(max_examples=60, deadline=None)
def test_perfect_tracks_score_one(rows: list[list[Point2]]) -> None:
    found = score([path(str(i), row) for i, row in enumerate(rows)], {i: way(r) for i, r in enumerate(rows)})
    assert (found.hota, found.deta, found.assa, found.loca) == pytest.approx((1.0,) * 4)


@given(scenes(), st.data())
@settings(max_examples=60, deadline=None)
def test_an_exchange_costs_association_and_no_detection(
    rows: list[list[Point2]], data: st.DataObject
) -> None:
    at = data.draw(st.integers(1, len(rows[0]) - 1))
    paths = [path(str(i), row) for i, row in enumerate(rows)]
    tracks = {i: way(row) for i, row in enumerate(rows)}
    tracks[0], tracks[1] = way(rows[0][:at] + rows[1][at:]), way(rows[1][:at] + rows[0][at:])
    found = score(paths, tracks)
    assert found.deta == pytest.approx(1.0)
    assert found.loca == pytest.approx(1.0)
    assert found.assa < 1.0 - 1e-6
    assert found.hota == pytest.approx(math.sqrt(found.assa))


@given(scenes(), st.lists(places, min_size=48, max_size=48))
@settings(max_examples=60, deadline=None)
def test_scores_are_shares_and_hota_lies_between_its_parts(
    rows: list[list[Point2]], off: list[Point2]
) -> None:
    steps = len(rows[0])
    tracks = {
        i: way([(x + dx / 3, y + dy / 3) for (x, y), (dx, dy) in zip(row, off[i * steps :], strict=False)])
        for i, row in enumerate(rows)
        if len(off) >= (i + 1) * steps
    }
    found = score([path(str(i), row) for i, row in enumerate(rows)], tracks)
    for at in found.by_alpha:
        low, high = sorted((at.deta, at.assa))
        assert 0.0 <= low <= at.hota + 1e-9
        assert at.hota - 1e-9 <= high <= 1.0 + 1e-9
    hits = [at.deta for at in found.by_alpha]
    assert hits == sorted(hits, reverse=True)
