"""Who fits where, and what is in sight."""

from __future__ import annotations

import numpy as np
import pytest

from inference.training.scenes.floor_map import FloorMap


@pytest.fixture
def room() -> FloorMap:
    """4 x 3 m with a shelf of 1.5 m across its middle, 0.4 m deep, that leaves 1 m free at the top."""
    floor = FloorMap((0.0, 0.0), (4.0, 3.0), 0.1)
    floor.block_box(2.0, 1.0, 0.0, (0.4, 2.0), 1.5)
    return floor


def test_nobody_fits_into_a_shelf_or_a_wall(room: FloorMap) -> None:
    places = np.array([(2.0, 1.0), (0.1, 1.5), (1.0, 1.5), (2.3, 1.0), (5.0, 1.0)])
    assert room.fits(places, room.room(), 0.27).tolist() == [False, False, True, False, False]


def test_cells_keep_clear_of_everything(room: FloorMap) -> None:
    cells, liked = room.cells(0.3)
    assert len(cells) == len(liked) > 100
    assert cells.min() > 0.2
    assert not ((np.abs(cells[:, 0] - 2.0) < 0.4) & (cells[:, 1] < 2.0)).any()


def test_a_shelf_hides_what_is_low_behind_it_and_nothing_beside_it(room: FloorMap) -> None:
    eye = np.array([0.5, 1.0, 2.0])
    points = np.array([(3.5, 1.0, 0.2), (3.5, 1.0, 1.9), (0.5, 2.5, 0.2), (1.2, 1.0, 0.2)])
    assert room.sees(eye, points).tolist() == [False, True, True, True]


def test_walls_end_every_sight(room: FloorMap) -> None:
    eye = np.array([0.5, 2.5, 2.0])
    assert not room.sees(eye, np.array([[8.0, 2.5, 2.0]])).any()
    outside = FloorMap((0.0, 0.0), (4.0, 3.0), 0.1, wall=0.0)
    assert outside.sees(eye, np.array([[8.0, 2.5, 2.0]])).all()


def test_low_things_are_in_the_way_of_feet_only() -> None:
    floor = FloorMap((0.0, 0.0), (4.0, 4.0), 0.1)
    floor.block_box(2.0, 2.0, 0.3, (1.0, 1.0), 0.1)
    assert floor.taken.any()
    assert not floor.heights.any()
