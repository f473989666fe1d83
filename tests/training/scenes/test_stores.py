"""Random stores: what stands where can be, and goods are in their slots."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import Polygon

from inference.training.scenes.layouts import RandomStore, random_store
from inference.training.scenes.stocking import goods, in_hand, stocked
from store_layout.model import StoreLayout

SEEDS = range(8)


@pytest.fixture(scope="module")
def stores() -> list[RandomStore]:
    return [random_store(np.random.default_rng(seed), goods(0).products) for seed in SEEDS]


def outlines(layout: StoreLayout) -> dict[str, Polygon]:
    return {fixture.id: Polygon(fixture.outline) for fixture in layout.file.fixture}


def test_fixtures_stand_inside_and_not_in_each_other(stores: list[RandomStore]) -> None:
    for store in stores:
        floor = Polygon(store.layout.file.floor.outline).buffer(0.01)
        solid = list(outlines(store.layout).values())
        assert len(solid) >= 1
        assert all(floor.covers(one) for one in solid)
        assert not any(a.intersection(b).area > 1e-6 for i, a in enumerate(solid) for b in solid[:i])


def test_slots_are_on_their_fixtures_and_have_names_of_their_own(stores: list[RandomStore]) -> None:
    for store in stores:
        solid = outlines(store.layout)
        names = [slot.id for slot in store.layout.file.slot]
        assert len(set(names)) == len(names)
        for slot in store.layout.file.slot:
            assert all(a < b for a, b in zip(slot.low, slot.high, strict=True))
            corners = Polygon([slot.low[:2], (slot.high[0], slot.low[1]), slot.high[:2]])
            assert solid[slot.fixture].buffer(0.01).covers(corners)


def test_formats_differ_in_size(stores: list[RandomStore]) -> None:
    areas = [Polygon(store.layout.file.floor.outline).area for store in stores]
    assert min(areas) < 60.0 < max(areas)


def test_people_stand_before_the_shelves_that_they_reach(stores: list[RandomStore]) -> None:
    for store in stores:
        for bay in store.bays:
            for target in bay.front.targets:
                way = np.array(target[:2]) - (bay.front.x, bay.front.y)
                facing = np.array([np.cos(bay.front.heading), np.sin(bay.front.heading)])
                assert 0.3 < np.linalg.norm(way) < 0.7
                assert way @ facing > 0.95 * np.linalg.norm(way)


def test_goods_stand_in_slots(stores: list[RandomStore]) -> None:
    store = stores[2]
    low = np.array([slot.low for slot in store.layout.file.slot])
    high = np.array([slot.high for slot in store.layout.file.slot])
    things = stocked(np.random.default_rng(1), store, goods(0), 0.9)
    places = np.concatenate([thing.transforms[:, :3, 3] for thing in things])
    inside = np.all((places[:, None] > low - 0.02) & (places[:, None] < high + 0.02), axis=2)
    assert len(places) > 50
    assert inside.any(axis=1).all()


def test_a_product_in_a_hand_has_its_middle_in_the_palm() -> None:
    stock = goods(0)
    mesh, surface = in_hand(stock, stock.products[0].sku)
    middle = (mesh.positions.min(axis=0) + mesh.positions.max(axis=0)) / 2
    np.testing.assert_allclose(middle, 0.0, atol=0.01)
    assert surface.picture in stock.packages.pictures
