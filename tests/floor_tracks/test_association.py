from __future__ import annotations

from itertools import permutations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from inference.floor_tracks import association
from inference.floor_tracks.appearance import cosine, gather, likenesses, mean_appearance
from inference.floor_tracks.association import best_assignment, best_pairs, pairs_of
from inference.floor_tracks.kalman import Fix
from inference.floor_tracks.people import newcomer, with_common_error
from inference.floor_tracks.rays import Ray
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.sightings import Sighting
from inference.floor_tracks.state import Track
from inference.messages import Appearance

S = Settings()


def look(*values: float) -> Appearance:
    return Appearance(np.array(values, dtype=np.float32))


def sighting(x: float, y: float, appearance: Appearance | None = None) -> Sighting:
    fix = Fix(x, y, 0.01, 0.0, 0.01)
    return Sighting(0, 0.9, fix, appearance, foot=fix)


def person(number: int, x: float, y: float, appearance: Appearance | None = None) -> Track:
    return newcomer(number, sighting(x, y, appearance), "cam", 0.0, S)


def gains(
    tracks: list[Track], seen: list[Sighting], wall_at_x: float | None = None
) -> dict[tuple[int, int], float]:
    def blocked(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.bool_]:
        wall = np.inf if wall_at_x is None else wall_at_x
        return np.asarray(np.sign(a[:, 0] - wall) != np.sign(b[:, 0] - wall))

    common = [with_common_error(t, S) for t in tracks]
    shown = [True] * len(tracks)
    found = pairs_of(
        tracks, common, shown, seen, sensor="cam", known=len(tracks), late=0.0, blocked=blocked, s=S
    )
    return {key: pair.gain for key, pair in found.items()}


@settings(max_examples=60)
@given(st.integers(1, 4), st.integers(1, 4), st.randoms(use_true_random=False))
def test_assignment_is_the_best_of_all(rows: int, columns: int, random: object) -> None:
    table = [[random.uniform(-5, 5) for _ in range(columns)] for _ in range(rows)]  # type: ignore[attr-defined]
    # padded with "stays alone", every assignment is a permutation
    size = rows + columns
    padded = [[table[r][c] if r < rows and c < columns else 0.0 for c in range(size)] for r in range(size)]
    best = max(sum(padded[r][p[r]] for r in range(rows)) for p in permutations(range(size), rows))
    found = best_assignment(table)
    assert sum(table[r][c] for r, c in found) == pytest.approx(best)
    assert all(table[r][c] > 0 for r, c in found)


@settings(max_examples=60)
@given(st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.floats(-5.0, 5.0), max_size=8))
def test_pairs_are_assigned_as_their_table_is(pairs: dict[tuple[int, int], float]) -> None:
    table = [[pairs.get((r, c), -1e3) for c in range(5)] for r in range(5)]
    found, wanted = best_pairs(pairs), best_assignment(table)
    assert sum(pairs[pair] for pair in found) == pytest.approx(sum(pairs[pair] for pair in wanted))
    assert found == sorted(found)
    assert all(pairs[pair] > 0.0 for pair in found)
    assert len({r for r, _ in found}) == len({c for _, c in found}) == len(found)


def test_nothing_to_assign() -> None:
    assert best_assignment([]) == []
    assert best_assignment([[]]) == []
    assert best_pairs({}) == []
    assert best_pairs({(0, 0): -1.0}) == []


@pytest.mark.parametrize("odd", [look(), look(0.0, 0.0), look(1.0, 0.0, 0.0), None])
def test_likenesses_of_a_frame_are_those_of_each_pair(odd: Appearance | None) -> None:
    """Also where one look is unlike the others: empty, of no length, of another model, or not there."""
    looks = [look(1.0, 0.0), look(0.6, 0.8), odd]
    tracks = [person(n, 0.0, 0.0) for n in range(3)]
    for track, known in zip(tracks, looks, strict=True):
        track.appearance = known
    seen = [sighting(0.0, 0.0, now) for now in (look(0.0, 2.0), odd, look(3.0, 1.0))]
    pairs = [(i, j) for i in range(3) for j in range(3)]
    alone = {(i, j): cosine(tracks[i].appearance, seen[j].appearance) for i, j in pairs}
    wanted = {pair: c for pair, c in alone.items() if c is not None}
    assert 4 <= len(wanted) < 9
    assert likenesses(pairs, tracks, seen) == pytest.approx(wanted, abs=1e-6)


def test_nearer_is_likelier_and_far_is_never() -> None:
    found = gains([person(1, 0.0, 0.0)], [sighting(0.1, 0.0), sighting(0.3, 0.0), sighting(3.0, 0.0)])
    assert found[0, 0] > found[0, 1]
    assert (0, 2) not in found


def test_appearance_decides_between_equally_near_people() -> None:
    red, blue = look(1.0, 0.0), look(0.0, 1.0)
    tracks = [person(1, 0.0, 0.0, red), person(2, 0.2, 0.0, blue)]
    found = gains(tracks, [sighting(0.1, 0.0, blue)])
    assert found[1, 0] - found[0, 0] == pytest.approx(2 * S.appearance_limit)


def test_walking_through_a_fixture_costs() -> None:
    tracks, seen = [person(1, 0.0, 0.0)], [sighting(0.45, 0.0)]
    assert gains(tracks, seen)[0, 0] - gains(tracks, seen, wall_at_x=0.2)[0, 0] == pytest.approx(S.wall_cost)


def test_walls_are_not_asked_about_where_they_change_nothing() -> None:
    """A pair that nobody contests, and that gains more than a wall costs, is the best one either way."""
    far, near = [person(1, 0.0, 0.0)], [sighting(0.42, 0.0)]
    far[0].motion = newcomer(1, sighting(0.4, 0.0), "cam", 0.0, S).motion  # expected there: walking
    alone = gains(far, near)[0, 0]
    assert alone > S.wall_cost
    assert gains(far, near, wall_at_x=0.2)[0, 0] == alone
    rival = person(2, 0.5, 0.0)
    contested = gains([*far, rival], near)[0, 0]
    assert contested - gains([*far, rival], near, wall_at_x=0.2)[0, 0] == pytest.approx(S.wall_cost)


def crowd(many: int, seed: int) -> tuple[list[Track], list[Sighting]]:
    """People close together before one camera at the origin, 3 m up; of some the feet are hidden."""
    rng = np.random.default_rng(seed)
    tracks, seen = [], []
    for n in range(many):
        x, y = rng.uniform((4.0, -2.0), (8.0, 2.0)).tolist()
        tall, from_m = float(rng.uniform(1.55, 1.95)), float(rng.choice([0.0, 0.6]))
        eye, foot = (0.0, 0.0, 3.0), Fix(x, y, 0.02, 0.005, 0.01)
        top = Ray(x / (tall - 3.0), y / (tall - 3.0), 0.003, 0.001, 0.002)
        found = Sighting(n, 0.9, foot, foot=foot, top=top, implied_m=tall - from_m, origin=eye)
        track = newcomer(n + 1, found, "cam", 0.0, S)
        track.height_m, track.height_var = tall, 0.05**2
        tracks.append(track)
        seen.append(found)
    seen[0].top = None
    seen[1].low_foot, seen[1].foot = seen[1].foot, None
    seen[2].origin = (0.0, 0.0, 1.6)  # the head is level with the camera: it says nothing
    return tracks, seen


@pytest.mark.parametrize("late", [0.0, 0.2])
def test_a_crowd_is_placed_as_its_people_one_by_one(monkeypatch: pytest.MonkeyPatch, late: float) -> None:
    tracks, seen = crowd(25, 3)
    common = [with_common_error(t, S) for t in tracks]

    def pairs(crowded: int) -> dict[tuple[int, int], association.Pair]:
        monkeypatch.setattr(association, "CROWDED", crowded)
        return pairs_of(
            tracks,
            common,
            [True] * len(tracks),
            seen,
            sensor="cam",
            known=len(tracks),
            late=late,
            blocked=lambda a, _: np.zeros(len(a), dtype=bool),
            s=S,
        )

    at_once, singly = pairs(1), pairs(10_000)
    assert list(at_once) == list(singly)
    assert len(singly) > 60
    for key, pair in singly.items():
        assert at_once[key].gain == pytest.approx(pair.gain, abs=1e-9)
        assert msgspec.to_builtins(at_once[key].fix) == pytest.approx(msgspec.to_builtins(pair.fix), abs=1e-9)


@pytest.mark.parametrize("nothing", [look(0.0, 0.0), look(*8 * [0.0])])
def test_what_a_frame_shows_is_gathered_as_for_each_alone(nothing: Appearance) -> None:
    rng = np.random.default_rng(4)
    looks = [Appearance(rng.normal(size=8).astype(np.float32)) for _ in range(8)]
    shown: list[Appearance | None] = [*looks[:4], None, nothing, look(1.0, 2.0), look(3.0, 4.0)]
    tracks = [person(n, 0.0, 0.0, each) for n, each in enumerate(looks)]
    tracks[3].appearance, tracks[3].looks = None, 0
    tracks[2].looks = 70
    wanted = [mean_appearance(t.appearance, new, t.looks, S) for t, new in zip(tracks, shown, strict=True)]
    gather(zip(tracks, shown, strict=True), S)
    assert [(t.appearance, t.looks) for t in tracks] == wanted


def test_cosine_of_unknown_looks_is_unknown() -> None:
    assert cosine(None, look(1.0)) is None
    assert cosine(look(), look(1.0)) is None
    assert cosine(look(1.0, 0.0), look(1.0)) is None
    assert cosine(look(0.0, 0.0), look(1.0, 0.0)) is None
    assert cosine(look(2.0, 0.0), look(1.0, 1.0)) == pytest.approx(0.7071, abs=1e-4)


def test_mean_appearance_leaves_old_arrays_alone() -> None:
    first, looks = mean_appearance(None, look(2.0, 0.0), 0, S)
    assert first is not None
    before = first.vector.copy()
    second, looks = mean_appearance(first, look(0.0, 5.0), looks, S)
    assert second is not None
    assert looks == 2
    assert np.array_equal(first.vector, before)
    assert second.vector.tolist() == pytest.approx([0.5, 0.5])
    assert mean_appearance(second, None, looks, S) == (second, 2)
