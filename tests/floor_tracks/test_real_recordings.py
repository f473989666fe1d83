"""The real cmc1 recording, where it is at hand: 4 cameras, 3 people, two detectors."""

from __future__ import annotations

import pytest

from inference.floor_tracks import FloorTracker
from inference.floor_tracks.settings import Settings
from tests.floor_tracks import cmc1
from tests.support.data import shared_data


@pytest.mark.parametrize("detector", ["faster_rcnn", "fairmot"])
def test_cmc1_is_followed_without_a_switch(detector: cmc1.Detector) -> None:
    folder = shared_data("cmc1")
    found = cmc1.score(
        FloorTracker(cmc1.layout(folder)), cmc1.observations(folder, detector), cmc1.truth(folder), 1.0
    )
    assert found.truths == 656
    assert found.switches == 0
    assert found.missed <= 4
    assert found.false <= 2  # two are seen one frame before the truth of them begins
    assert found.mean_error <= 0.083  # metres; the published tracker's figure
    assert 0.85 <= found.inside / len(found.errors) <= 0.999


def test_cmc1_is_placed_better_by_what_the_cameras_learn_of_their_feet() -> None:
    folder = shared_data("cmc1")

    def error(settings: Settings) -> float:
        tracker = FloorTracker(cmc1.layout(folder), settings)
        seen = cmc1.observations(folder, "faster_rcnn")
        return cmc1.score(tracker, seen, cmc1.truth(folder), 1.0).mean_error

    assert error(Settings()) < 0.95 * error(Settings(learn_camera_errors=False))
