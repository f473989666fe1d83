"""The real cmc1 recording, where it is at hand: 4 cameras, 3 people, two detectors."""

from __future__ import annotations

import pytest

from inference.floor_tracks import FloorTracker
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
