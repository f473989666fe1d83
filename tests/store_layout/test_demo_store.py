"""The demo store is sound, current, and its cameras see it all."""

from __future__ import annotations

import numpy as np
from shapely import Polygon

from store_layout.camera_geometry import camera_model
from store_layout.checks.products import gtin_check_digit
from store_layout.floor_plan import FloorPlan
from store_layout.reader import check_store
from tests.support.coverage import floor_grid, hand_places, seen_by
from tests.support.demo_store import FOLDER, demo_store
from tests.support.stores import small_store


def test_the_demo_store_reads_without_a_warning_and_is_what_the_generator_makes() -> None:
    check = check_store(FOLDER)
    assert check.problems == ()
    assert check.layout == demo_store()


def test_it_is_a_whole_shop() -> None:
    store = demo_store()
    assert 55 < Polygon(store.file.floor.outline).area < 65
    assert 40 < FloorPlan(store).walkable.area < 50
    assert all(len(slots) == 1 for slots in store.slots_of_scale.values())
    assert all(store.skus_of_slot.values())
    placed = {facing.sku for facing in store.planogram}
    assert placed == set(store.products)
    assert all(int(p.sku[-1]) == gtin_check_digit(p.sku[:-1]) for p in store.catalog)
    assert {p.tax_basis_points for p in store.catalog} == {700, 1900}


def test_its_cameras_see_the_floor_and_every_slot() -> None:
    store = demo_store()
    floor = seen_by(store, floor_grid(store, 0.2, 0.0)).sum(axis=0)
    assert np.mean(floor >= 1) > 0.98
    heads = seen_by(store, floor_grid(store, 0.2, 1.6)).sum(axis=0)
    assert np.mean(heads >= 1) > 0.995  # all but the dead corner beside the cooler
    assert np.mean(heads >= 2) > 0.98
    hands = seen_by(store, hand_places(store)).sum(axis=0)
    assert hands.min() >= 1
    assert np.mean(hands >= 2) > 0.9


def test_its_lenses_reach_the_corners_of_their_pictures() -> None:
    for camera in demo_store().file.camera:
        corners = np.array(
            [[0, 0], [camera.width, 0], [0, camera.height], [camera.width, camera.height]], float
        )
        _, rays = camera_model(camera).sight_lines(corners)
        assert np.isfinite(rays).all()


def test_the_small_test_store_is_seen_too() -> None:
    store = small_store()
    assert np.mean(seen_by(store, floor_grid(store, 0.2, 0.0)).any(axis=0)) > 0.9
    assert np.mean(seen_by(store, floor_grid(store, 0.2, 1.6)).any(axis=0)) > 0.99
    assert seen_by(store, hand_places(store)).any(axis=0).all()
