"""Which cameras are asked to show a slot."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from inference.evidence.manifest import FloorMoment, Seen, Sighting, Standing
from inference.evidence.views import Views
from inference.messages import KeyPoint
from store_layout.camera_geometry import camera_model
from store_layout.model import Fixture
from tests.evidence.scenes import LAYOUT, PLACE, SLOT, TALL, TRACK, T
from tests.support.stores import HEIGHT, WIDTH, rectangle

SIZES = {camera.id: (WIDTH, HEIGHT) for camera in LAYOUT.file.camera}
SLOTS = [LAYOUT.slots[SLOT]]
SHOPPER = Standing(TRACK, *PLACE, 0.1, TALL, False)
FLOOR = (FloorMoment(T, (SHOPPER,)),)


def names(views: Views, floor: tuple[FloorMoment, ...] = FLOOR, **seen: tuple[Seen, ...]) -> list[str]:
    return [view.camera for view in views.best(SIZES, SLOTS, T, floor, seen)]


def test_the_cameras_on_the_open_side_are_chosen() -> None:
    """Gondola B is reached from the north: the south camera looks at its back."""
    assert set(names(Views(LAYOUT))) == {"west", "east"}


def test_who_stands_in_the_way_costs_the_view() -> None:
    model = camera_model(LAYOUT.cameras["west"])
    assert model.position is not None
    way = np.array(model.position) - np.array(SLOTS[0].centre)
    x, y, _ = np.array(SLOTS[0].centre) + 0.35 * way
    alone = Views(LAYOUT).best(SIZES, SLOTS, T, FLOOR, {}, count=3)
    crowd = (FloorMoment(T, (SHOPPER, Standing(9, float(x), float(y), 0.1, 1.9, False))),)
    hidden = Views(LAYOUT).best(SIZES, SLOTS, T, crowd, {}, count=3)
    before, after = (next(v.score for v in found if v.camera == "west") for found in (alone, hidden))
    assert after == pytest.approx(0.4 * before)


def test_a_hand_that_was_seen_counts() -> None:
    """Two views that are else alike: the one in which the hand was seen comes first."""
    first, second = names(Views(LAYOUT))
    hand = camera_model(LAYOUT.cameras[second]).project(np.array([SLOTS[0].centre]))[0][0]
    person = Sighting(TRACK, (0, 0, 50, 200), right=KeyPoint(float(hand[0]), float(hand[1]), 0.9))
    scores = {v.camera: v.score for v in Views(LAYOUT).best(SIZES, SLOTS, T, FLOOR, {})}
    seen = {v.camera: v.score for v in Views(LAYOUT).best(SIZES, SLOTS, T, FLOOR, {
        second: (Seen(T, WIDTH, HEIGHT, (person,)),)
    })}  # fmt: skip
    assert seen[second] == pytest.approx(2 * scores[second])
    assert seen[first] == pytest.approx(scores[first])


def test_nothing_is_seen_through_walls_and_little_through_fixtures() -> None:
    between = Fixture(id="wall", name="", outline=rectangle(1.0, 2.6, 5.0, 2.7), height=2.7)
    blocked = msgspec.structs.replace(LAYOUT.file, fixture=(*LAYOUT.file.fixture, between))
    alone = {v.camera: v.score for v in Views(LAYOUT).best(SIZES, SLOTS, T, FLOOR, {}, count=3)}
    behind = {
        v.camera: v.score
        for v in Views(msgspec.structs.replace(LAYOUT, file=blocked)).best(
            SIZES, SLOTS, T, FLOOR, {}, count=3
        )
    }
    assert behind["west"] < 0.1 * alone["west"]
    notch = ((0.0, 0.0), (6.0, 0.0), (6.0, 5.0), (3.0, 5.0), (3.0, 3.0), (0.4, 3.0), (0.4, 5.0), (0.0, 5.0))
    floor = msgspec.structs.replace(LAYOUT.file.floor, outline=notch)
    walled = msgspec.structs.replace(LAYOUT, file=msgspec.structs.replace(LAYOUT.file, floor=floor))
    assert "west" not in names(Views(walled))


def test_what_is_outside_of_the_picture_is_not_seen() -> None:
    assert Views(LAYOUT).best({}, SLOTS, T, FLOOR, {}) == []
    assert Views(LAYOUT).best(SIZES, [], T, FLOOR, {}) == []
    assert Views(LAYOUT).best({"nobody": (WIDTH, HEIGHT)}, SLOTS, T, FLOOR, {}) == []
