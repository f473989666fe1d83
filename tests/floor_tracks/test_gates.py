"""By which gate somebody came who was not seen in it."""

from __future__ import annotations

import pytest

from inference.floor_tracks.gates import Gates, came_by
from inference.floor_tracks.kalman import Fix
from inference.floor_tracks.people import newcomer
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.sightings import Sighting
from inference.floor_tracks.state import Entry, FloorTracksState
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
