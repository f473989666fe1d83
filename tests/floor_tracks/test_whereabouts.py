"""Where somebody hidden may be: along the walkable ways, and not where cameras look."""

from __future__ import annotations

import numpy as np
import pytest

from inference.floor_tracks import Settings
from inference.floor_tracks.kalman import Fix, at_rest
from inference.floor_tracks.measurement import Measurer
from inference.floor_tracks.state import Track
from inference.floor_tracks.views import View
from inference.floor_tracks.whereabouts import Whereabouts
from store_layout.floor_plan import FloorPlan
from tests.support.stores import small_store

LAYOUT = small_store()
S = Settings()
PLAN = FloorPlan(LAYOUT)
PLACES = Whereabouts(LAYOUT, PLAN, S)


def somebody(x: float, y: float, sd: float = 0.1) -> Track:
    motion = at_rest(Fix(x, y, sd * sd, 0.0, sd * sd), 0.1)
    return Track(1, motion, 0.0, 0.0, (x, y), 0.0, (x, y), (0.0, 0.0), 1.7, 0.01)


def seen_for(view: View, track: Track, seconds: float, seen: tuple[Track, ...] = ()) -> None:
    for _ in range(int(seconds * 10)):
        PLACES.looked("west", view, 0.1, [track], seen)


def view() -> View:
    found = Measurer(LAYOUT, S).views()["west"]
    assert found.model.position is not None
    return found


def cell_in_view(track: Track) -> int:
    """The likeliest cell that loses the most when the camera looks."""
    assert track.cells is not None
    before = track.cells.copy()
    PLACES.looked("west", view(), 0.1, [track], ())
    return int(np.argmin(np.where(before > 1e-4, track.cells / np.maximum(before, 1e-12), np.inf)))


def test_every_cell_can_be_stood_on_and_keeps_all_probability() -> None:
    assert PLAN.inside_many(PLACES.cells).all()
    track = somebody(1.0, 1.0)
    for t in (0.5, 3.0, 60.0):
        PLACES.spread(track, t)
        assert track.cells is not None
        assert track.cells.sum() == pytest.approx(1.0)
        assert track.cells.min() >= 0.0


def test_the_walk_never_crosses_a_fixture() -> None:
    track = somebody(1.0, 1.0)
    for t in np.arange(0.1, 3.0, 0.1):
        before = track.cells
        PLACES.spread(track, float(t))
        assert track.cells is not None
        if before is None:
            continue
        fresh = np.flatnonzero((track.cells > 0.0) & (before == 0.0))
        for cell in fresh:
            near = np.flatnonzero(
                (before > 0.0) & (np.linalg.norm(PLACES.cells - PLACES.cells[cell], axis=1) < 1.0)
            )
            assert any(not PLAN.blocked(PLACES.cells[k], PLACES.cells[cell]) for k in near.tolist())


def test_the_doubt_saturates_at_the_size_of_the_floor() -> None:
    track = somebody(1.0, 1.0)
    for t in np.arange(1.0, 400.0, 10.0):
        PLACES.spread(track, float(t))
    spread = PLACES.cells.var(axis=0)
    assert track.motion.xx == pytest.approx(spread[0], rel=0.2)
    assert track.motion.yy == pytest.approx(spread[1], rel=0.2)
    assert PLAN.inside((track.motion.x, track.motion.y))


def test_nobody_stays_where_a_camera_looks_and_does_not_see_them() -> None:
    track = somebody(2.0, 1.2, sd=1.0)
    PLACES.spread(track, 0.0)
    assert track.cells is not None
    cell = cell_in_view(track)
    before = float(track.cells[cell])
    seen_for(view(), track, 4.0)
    assert track.cells[cell] < 0.3 * before
    assert track.cells.sum() == pytest.approx(1.0)


def test_who_stands_behind_another_is_not_looked_at() -> None:
    eye = view().model.position
    assert eye is not None
    track = somebody(2.0, 1.2, sd=1.0)
    PLACES.spread(track, 0.0)
    assert track.cells is not None
    cell = cell_in_view(track)
    x, y = PLACES.cells[cell]
    nearer = somebody(float(x + 0.1 * (eye[0] - x)), float(y + 0.1 * (eye[1] - y)))
    before = float(track.cells[cell])
    seen_for(view(), track, 2.0, (nearer,))
    assert track.cells[cell] >= before


def test_the_density_is_that_of_the_cells() -> None:
    track = somebody(1.0, 1.0, sd=0.3)
    assert PLACES.density(track, track.motion) is None
    PLACES.spread(track, 0.0)
    here = PLACES.density(track, Fix(1.0, 1.0, 0.01, 0.0, 0.01))
    there = PLACES.density(track, Fix(4.5, 2.5, 0.01, 0.0, 0.01))
    assert here is not None
    assert there is not None
    assert here > 100 * there
