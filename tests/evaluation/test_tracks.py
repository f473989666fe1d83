"""Tracks against paths: every count of the small scenes is worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.evaluation.problems import EvaluationError
from inference.evaluation.tracks import examine_tracks, score_tracks
from inference.evaluation.trails import Trail, evaluation_times, read_tracks
from inference.recording.truth import Point2, TruePath


def still(person: str, at: Point2, first: int = 0, last: int = 9, *, ignore: bool = False) -> TruePath:
    """Stands at one place for the whole seconds from first to last."""
    times = tuple(float(t) for t in range(first, last + 1))
    return TruePath(person, times, (at,) * len(times), ignore)


def trail(at: Point2, first: int = 0, last: int = 9) -> Trail:
    times = np.arange(first, last + 1, dtype=float)
    return Trail(times, np.tile(np.array(at, float), (len(times), 1)), 1.0)


def test_perfect_tracks() -> None:
    paths = [still("a", (0, 0)), still("b", (5, 0))]
    score = score_tracks(paths, {1: trail((0, 0.3)), 2: trail((5, 0))}, period_s=1.0)
    assert (score.steps, score.true, score.found, score.matches) == (10, 20, 20, 20)
    assert (score.misses, score.false, score.switches) == (0, 0, 0)
    assert (score.mota, score.idf1) == (1.0, 1.0)
    assert score.error_mean_m == pytest.approx(0.15)  # half of them 0.3 m, half 0
    assert score.error_p90_m == pytest.approx(0.3)


def test_a_swap_of_identities() -> None:
    # After 6 of 10 steps the two tracks change places: two switches. MOTA = 1 - 2 / 20.
    # Each track follows its first person for 6 of 10 steps, so IDF1 = 2 * 12 / (20 + 20).
    first = np.arange(10.0)
    ways = [
        [(0, 0) if t < 6 else (5, 0) for t in range(10)],
        [(5, 0) if t < 6 else (0, 0) for t in range(10)],
    ]
    tracks = {i + 1: Trail(first, np.array(way, float), 1.0) for i, way in enumerate(ways)}
    score = score_tracks([still("a", (0, 0)), still("b", (5, 0))], tracks, period_s=1.0)
    assert (score.switches, score.misses, score.false) == (2, 0, 0)
    assert score.mota == pytest.approx(0.9)
    assert score.idf1 == pytest.approx(0.6)
    assert (score.swaps, score.swaps_per_100_visits) == (2, 100.0)


def test_a_miss_a_false_track_and_the_gate() -> None:
    # b is never followed: 10 misses. Track 2 is 1.2 m from a, track 1 is 0.9 m: 10 false. MOTA = 1 - 20 / 20.
    paths = [still("a", (0, 0)), still("b", (5, 0))]
    score = score_tracks(paths, {1: trail((0.9, 0)), 2: trail((-1.2, 0))}, period_s=1.0)
    assert (score.matches, score.misses, score.false, score.switches) == (10, 10, 10, 0)
    assert score.mota == pytest.approx(0.0)
    assert score.idf1 == pytest.approx(2 * 10 / (20 + 20))
    assert score.error_median_m == pytest.approx(0.9)


def test_a_track_on_somebody_to_be_ignored_counts_neither_way() -> None:
    paths = [still("a", (0, 0)), still("ghost", (5, 0), 0, 4, ignore=True)]
    score = score_tracks(paths, {1: trail((0, 0)), 2: trail((5, 0.2))}, period_s=1.0)
    # From second 5 on the ghost is gone and its track is false.
    assert (score.true, score.found, score.false) == (10, 15, 5)
    assert score.people == 1


def test_a_person_in_two_pieces_is_one_person() -> None:
    paths = [still("a", (0, 0), 0, 3), still("a", (0, 0), 6, 9)]
    score = score_tracks(paths, {1: trail((0, 0))}, period_s=1.0)
    assert (score.people, score.true, score.false) == (1, 8, 2)
    assert score.idf1 == pytest.approx(16 / 18)


def test_without_tracks_and_without_people() -> None:
    nobody = score_tracks([], {1: trail((0, 0))}, period_s=1.0)
    assert (nobody.steps, nobody.mota, nobody.error_median_m) == (0, None, None)
    blind = score_tracks([still("a", (0, 0))], {}, period_s=1.0)
    assert (blind.misses, blind.mota, blind.idf1, blind.error_p90_m) == (10, 0.0, 0.0, None)


def test_recordings_are_added_up_and_not_averaged() -> None:
    # Ten steps of one person, all right; thirty of another, none right and half as many false.
    good = examine_tracks([still("a", (0, 0))], {1: trail((0.2, 0))}, period_s=1.0).tally
    bad = examine_tracks([still("a", (0, 0), 0, 29)], {1: trail((9, 9), 0, 14)}, period_s=1.0).tally
    both = (good + bad).score()
    assert (both.steps, both.people, both.tracks) == (40, 2, 2)
    assert (both.true, both.found, both.matches, both.misses, both.false) == (40, 25, 10, 30, 15)
    assert both.mota == pytest.approx(1 - 45 / 40)
    assert both.idf1 == pytest.approx(2 * 10 / (40 + 25))
    assert both.recall == 0.25
    assert both.error_median_m == pytest.approx(0.2)
    # 0.2 m off is found at .05 ... .80: there DetA = 10 / (40 + 15) and AssA = 1.
    assert both.hota is not None
    assert both.hota.deta == pytest.approx(16 / 19 * 10 / 55)
    assert both.hota.hota == pytest.approx(16 / 19 * (10 / 55) ** 0.5)
    assert both.calibration is None


def test_a_sum_over_other_steps_has_no_step() -> None:
    fine, coarse = (examine_tracks([still("a", (0, 0))], {}, period_s=step).tally for step in (0.5, 1.0))
    assert (fine + fine).score().period_s == 0.5
    assert (fine + coarse).score().period_s is None


# -- sampling --------------------------------------------------------------------------------------------


def test_a_trail_is_straight_between_samples_and_nowhere_in_gaps() -> None:
    way = Trail(np.array([0.0, 1.0, 3.0]), np.array([[0, 0], [2, 0], [2, 8]], float), 1.5)
    found = way.at(np.array([-0.5, 0.0, 0.25, 1.0, 2.0, 3.0, 3.0005, 3.1]))
    assert np.isnan(found[0]).all()
    assert found[1].tolist() == [0, 0]
    assert found[2].tolist() == [0.5, 0]
    assert found[3].tolist() == [2, 0]
    assert np.isnan(found[4]).all()  # in a gap of 2 s
    assert found[5].tolist() == [2, 8]
    assert found[6].tolist() == [2, 8]  # times in the file are rounded to a millisecond
    assert np.isnan(found[7]).all()


def test_times_of_the_comparison() -> None:
    paths = [still("a", (0, 0), 2, 4), still("b", (0, 0), 3, 6)]
    assert evaluation_times(paths, 0.5).tolist() == [2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6]
    assert len(evaluation_times(paths, None)) == 21
    assert len(evaluation_times([TruePath("a", (), ())], 1.0)) == 0


def test_times_far_from_zero_keep_their_steps() -> None:
    start = 1_236_000_000.0
    path = TruePath("a", tuple(start + i / 7 for i in range(300)), ((0.0, 0.0),) * 300)
    assert len(evaluation_times([path], 1 / 7)) == 300
    rounded = [round(t, 3) for t in path.t]  # as tracks.csv has them
    score = score_tracks([path], {1: Trail(np.array(rounded), np.zeros((300, 2)), 1.0)}, period_s=1 / 7)
    assert (score.matches, score.misses) == (300, 0)


# -- the file --------------------------------------------------------------------------------------------


def test_the_file_of_tracks_is_read(tmp_path: Path) -> None:
    file = tmp_path / "tracks.csv"
    file.write_text("t,track,x_m,y_m\n2.0,7,1.0,2.0\n1.0,7,0.0,2.0\n1.0,3,5,5\n")
    tracks = read_tracks(file)
    assert list(tracks) == [3, 7]
    assert tracks[7].at(np.array([1.5])).tolist() == [[0.5, 2.0]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ":1: the columns"),
        ("t,track,x\n1,2,3\n", ":1: the columns"),
        ("t,track,x_m,y_m\n1,2,3,4\n1,2,3,far\n", ":3: 'far' is not a number"),
        ("t,track,x_m,y_m\n1,2,3\n", ":2: None is not a number"),
        ("t,track,x_m,y_m\n1,2,3,nan\n", ":2: 'nan' is not a number"),
    ],
)
def test_a_bad_file_of_tracks_names_the_line(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "tracks.csv"
    file.write_text(text)
    with pytest.raises(EvaluationError) as caught:
        read_tracks(file)
    assert words in str(caught.value)
    assert "tracks.csv" in str(caught.value)


def test_a_missing_or_binary_file_of_tracks(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_tracks(tmp_path / "tracks.csv")
    (tmp_path / "tracks.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_tracks(tmp_path / "tracks.csv")
