"""By which gate somebody came who was not seen in it."""

from __future__ import annotations

import pytest
import shapely

from inference.floor_tracks import FloorTracker
from inference.floor_tracks.gates import Gates, came_by
from inference.floor_tracks.kalman import Fix
from inference.floor_tracks.people import newcomer
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.sightings import Sighting
from inference.floor_tracks.state import Entry, FloorTracksState
from inference.messages import Tick
from tests.floor_tracks.told import LAYOUT

S = Settings()


@pytest.mark.parametrize(
    ("since", "first_seen", "people", "gate"),
    [
        pytest.param(2.5, 1.0, 1, "door", id="walked here since"),
        pytest.param(0.8, 0.5, 1, None, id="nobody walks so fast"),
        pytest.param(2.5, 1.0, 0, None, id="all were seen"),
        pytest.param(2.5, 4.5, 1, None, id="was here long before"),
        pytest.param(8.0, 1.0, 1, None, id="let in long ago"),
    ],
)
def test_whom_the_gate_let_in_unseen_may_have_walked(
    since: float, first_seen: float, people: int, gate: str | None
) -> None:
    """Not by the first sight: a false alarm on the other side of the store began what became them."""
    state = FloorTracksState()
    state.t, state.entries = 100.0, [Entry("door", 100.0 - since, people)]
    x = newcomer(1, Sighting(0, 0.9, Fix(1.2, 3.6, 0.01, 0.0, 0.01), None), "west", 100.0 - first_seen, S)
    x.first_xy = (5.6, 3.8)
    assert came_by(Gates(LAYOUT), state, x, S) == gate


def test_one_signal_makes_one_person_of_two_views_of_them() -> None:
    """A camera that sees them badly puts them elsewhere, more than a step away: the surer view is they."""
    tracker = FloorTracker(LAYOUT)
    state = tracker.state
    state.t, state.entries = 12.0, [Entry("door", 11.9, 1)]
    tracker.observe(Tick(12.0))
    for number, at, hits in ((1, (0.4, 0.1), 2), (2, (1.2, 0.6), 3)):
        x = newcomer(number, Sighting(0, 0.9, Fix(*at, 0.05, 0.0, 0.05), None), "west", 11.8, S)
        x.hits, x.found_share, x.last_seen, x.t = hits, 0.75, 12.0, 12.0
        state.tentative.append(x)
    update = tracker.observe(Tick(12.05))
    assert update is not None
    assert [(s.position, s.gate) for s in update.started] == [((1.2, 0.6), "door")]
    assert [x.number for x in state.tentative] == [1]


def _views(*known: tuple[int, tuple[float, float], int]) -> FloorTracker:
    """Of views, by number, place and hits, with a gate that told of one person a moment ago."""
    tracker = FloorTracker(LAYOUT)
    state = tracker.state
    state.t, state.signalling, state.entries = 12.0, ["door"], [Entry("door", 11.9, 1)]
    tracker.observe(Tick(12.0))
    for number, at, hits in known:
        x = newcomer(number, Sighting(0, 0.9, Fix(*at, 0.05, 0.0, 0.05), None), "west", 11.5, S)
        x.hits, x.found_share, x.last_seen, x.t = hits, 0.75, 12.0, 12.0
        state.tentative.append(x)
    return tracker


def test_of_two_views_that_are_as_good_the_one_in_the_door_is_they() -> None:
    (gate,) = LAYOUT.file.gate
    inside = shapely.Polygon(gate.outline).centroid
    update = _views((1, (inside.x + 0.6, inside.y + 0.6), 2), (2, (inside.x, inside.y), 2)).observe(
        Tick(12.05)
    )
    assert update is not None
    assert [s.position for s in update.started] == [(inside.x, inside.y)]


@pytest.mark.parametrize(
    ("beside", "told", "expected"),
    [
        pytest.param(0, 1, 1, id="cameras that disagree about one"),
        pytest.param(S.beside_frames, 1, 2, id="seen beside each other: one slipped in behind"),
        pytest.param(0, 2, 2, id="the gate told of two"),
    ],
)
def test_a_view_that_has_been_seen_long_enough_is_another_person_where_that_is_known(
    beside: int, told: int, expected: int
) -> None:
    tracker = _views((1, (0.4, 0.1), 6), (2, (1.1, 0.8), 5))
    tracker.state.entries[0].people = told
    tracker.state.tentative[1].beside = beside
    found = [tracker.observe(Tick(12.05 + 0.05 * n)) for n in range(2)]
    assert sum(len(update.started) for update in found if update is not None) == expected


@pytest.mark.parametrize(
    ("at", "way", "gone_after"),
    [
        pytest.param((1.0, 0.4), (0.0, 0.0), 0.3, id="in the door"),
        pytest.param((1.0, 0.8), (0.0, -1.2), 0.3, id="walking out"),
        pytest.param((1.0, 1.5), (0.0, 0.0), 1.1, id="at the shelf beside it"),
    ],
)
def test_whoever_stands_beside_the_door_as_somebody_leaves_does_not_go_for_a_missed_picture(
    at: tuple[float, float], way: tuple[float, float], gone_after: float
) -> None:
    tracker = FloorTracker(LAYOUT)
    state = tracker.state
    state.t = 12.0
    tracker.observe(Tick(12.0))
    p = newcomer(1, Sighting(0, 0.9, Fix(*at, 0.01, 0.0, 0.01), None), "west", 12.0, S)
    p.belief, p.leaving, p.leaving_t = {1: 1.0}, "door", 12.0
    p.leaving_beside = at[1] > 1.1
    p.last_seen, p.last_xy, p.last_uv, p.steady_xy = 12.0, at, way, at
    state.people.append(p)
    gone = None
    for step in range(1, 40):
        update = tracker.observe(Tick(12.0 + 0.05 * step))
        if update is not None and update.ended:
            gone = 0.05 * step
            break
    assert gone == pytest.approx(gone_after, abs=0.15)
