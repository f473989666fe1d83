"""Units stand inside their slots, exactly as many as are counted, and keep still when others are taken."""

from __future__ import annotations

from collections import Counter

import msgspec
import numpy as np
import pytest

from inference.simulation.rendering.mesh import transformed
from inference.simulation.rendering.packaging import Packages
from inference.simulation.rendering.scene import Thing
from inference.simulation.rendering.shelving import UnitPlace, stock_things, unit_places
from inference.simulation.rendering.slot_fronts import slot_front
from store_layout.model import Slot, StoreLayout
from tests.support.demo_store import demo_store
from tests.support.stores import small_store

LAYOUT = demo_store()
PACKAGES = Packages(LAYOUT.catalog)
MM = 0.001


def stock_of(layout: StoreLayout, slot: str) -> dict[str, int]:
    return {f.sku: f.stock if f.stock is not None else 10 for f in layout.planogram if f.slot == slot}


def places(slot: str, counts: dict[str, int], seed: int = 3) -> list[UnitPlace]:
    return unit_places(LAYOUT, PACKAGES, slot, counts, np.random.default_rng(seed))


def bounds(packages: Packages, place: UnitPlace) -> tuple[np.ndarray, np.ndarray]:
    positions = transformed(packages.mesh(place.sku), place.transform).positions
    return positions.min(axis=0), positions.max(axis=0)


def keys(found: list[UnitPlace]) -> Counter[tuple[str, bytes]]:
    return Counter((place.sku, place.transform.tobytes()) for place in found)


def columns_of(found: list[UnitPlace]) -> list[list[UnitPlace]]:
    """Units of a slot that opens along x, by how they stand behind one another."""
    columns: list[list[UnitPlace]] = []
    for place in sorted(found, key=lambda p: float(p.transform[1, 3])):
        if columns and place.transform[1, 3] - columns[-1][-1].transform[1, 3] < 0.04:
            columns[-1].append(place)
        else:
            columns.append([place])
    return columns


def assert_inside(packages: Packages, slot: Slot, found: list[UnitPlace]) -> None:
    for place in found:
        low, high = bounds(packages, place)
        assert np.all(low >= np.array(slot.low) - MM), (slot.id, place.sku, low - slot.low)
        assert np.all(high <= np.array(slot.high) + MM), (slot.id, place.sku, slot.high - high)


@pytest.mark.parametrize("slot", LAYOUT.file.slot, ids=lambda s: s.id)
def test_units_are_inside_their_slot_and_as_many_as_counted(slot: Slot) -> None:
    counts = stock_of(LAYOUT, slot.id)
    found = places(slot.id, counts)
    assert Counter(place.sku for place in found) == counts
    assert_inside(PACKAGES, slot, found)


def test_units_face_the_customer() -> None:
    for slot in LAYOUT.file.slot:
        front = np.array(slot_front(LAYOUT, slot))
        for place in places(slot.id, stock_of(LAYOUT, slot.id)):
            assert np.linalg.det(place.transform[:3, :3]) > 0
            assert place.transform[:2, 0] @ front > 0.7 or place.transform[2, 0] > 0.9


@pytest.mark.parametrize(
    ("slot", "front"),
    [("G1w11", (-1, 0)), ("G1e11", (1, 0)), ("K1s11", (0, -1)), ("W1w11", (-1, 0)), ("B1e11", (1, 0))],
)
def test_the_front_is_where_people_stand(slot: str, front: tuple[int, int]) -> None:
    assert slot_front(LAYOUT, LAYOUT.slots[slot]) == front


@pytest.mark.parametrize("slot", ["G1w11", "G2e23", "K1s33", "K2s11", "W1w23", "P1w11", "B1e21"])
def test_taking_one_takes_one_place_and_leaves_the_others(slot: str) -> None:
    counts = stock_of(LAYOUT, slot)
    for sku in counts:
        counts[sku] += 3
    before = places(slot, counts)
    while sum(counts.values()):
        sku = max(counts, key=lambda s: counts[s])
        counts[sku] -= 1
        after = places(slot, counts)
        gone = keys(before) - keys(after)
        assert not keys(after) - keys(before)
        assert [key[0] for key in gone.elements()] == [sku]
        before = after
    assert before == []


def test_the_front_most_of_a_fullest_column_goes_first() -> None:
    slot = LAYOUT.slots["G1w23"]
    counts = stock_of(LAYOUT, slot.id)
    before = places(slot.id, counts)
    columns = columns_of(before)
    (sku,) = counts
    after = places(slot.id, {sku: counts[sku] - 1})
    ((_, raw),) = (keys(before) - keys(after)).elements()
    gone = np.frombuffer(raw, dtype=np.float32).reshape(4, 4)
    (its,) = [column for column in columns if any(np.array_equal(p.transform, gone) for p in column)]
    # It opens to -x: the front is where x is least.
    assert float(gone[0, 3]) == min(float(p.transform[0, 3]) for p in its)
    assert len(its) == max(len(column) for column in columns)


def test_other_products_in_the_slot_do_not_matter() -> None:
    slot = "G3e13"
    counts = stock_of(LAYOUT, slot)
    first, second = counts
    alone = places(slot, {first: counts[first]})
    both = places(slot, counts)
    assert not keys(alone) - keys(both)
    assert {sku for sku, _ in keys(both) - keys(alone)} == {second}


def test_a_foreign_unit_stands_before_the_first_row_and_moves_nobody() -> None:
    slot = LAYOUT.slots["G1w11"]
    foreign = next(p.sku for p in LAYOUT.catalog if p.name == "Cola 0.5 l")
    counts = stock_of(LAYOUT, slot.id)
    before, after = places(slot.id, counts), places(slot.id, {**counts, foreign: 2})
    assert not keys(before) - keys(after)
    strangers = [place for place in after if place.sku == foreign]
    assert len(strangers) == 2
    first_row = min(bounds(PACKAGES, place)[0][0] for place in before)
    for place in strangers:
        low, high = bounds(PACKAGES, place)
        assert slot.low[0] - 0.06 < low[0] < first_row
        assert slot.low[1] - MM <= low[1] <= high[1] <= slot.high[1] + MM
        assert low[2] == pytest.approx(slot.low[2], abs=MM)


def test_more_than_fit_are_still_counted_and_inside() -> None:
    slot = LAYOUT.slots["W1w11"]
    (sku,) = stock_of(LAYOUT, slot.id)
    found = places(slot.id, {sku: 300})
    assert len(found) == 300
    assert_inside(PACKAGES, slot, found)


def test_what_is_too_tall_lies_and_what_is_too_large_shrinks() -> None:
    layout = small_store()
    packages = Packages(layout.catalog)
    low = tuple(
        msgspec.structs.replace(slot, high=(*slot.high[:2], slot.low[2] + 0.09)) for slot in layout.file.slot
    )
    flat = msgspec.structs.replace(layout, file=msgspec.structs.replace(layout.file, slot=low))
    for slot in low:
        found = unit_places(flat, packages, slot.id, stock_of(flat, slot.id), np.random.default_rng(0))
        assert len(found) == sum(stock_of(flat, slot.id).values())
        assert_inside(packages, slot, found)


def test_the_same_generator_gives_the_same_places() -> None:
    counts = stock_of(LAYOUT, "G2w12")
    assert keys(places("G2w12", counts)) == keys(places("G2w12", counts))
    assert keys(places("G2w12", counts)) != keys(places("G2w12", counts, seed=4))


def test_the_whole_store_is_drawn_with_few_triangles_and_every_unit() -> None:
    found = [p for slot in LAYOUT.file.slot for p in places(slot.id, stock_of(LAYOUT, slot.id))]
    things = stock_things(PACKAGES, found)
    assert sum(len(thing.transforms) for thing in things) == len(found) > 1000
    assert sum(_triangles(thing) for thing in things) < 80_000
    assert len(things) <= 2 * len(LAYOUT.catalog)
    assert {thing.surface.picture for thing in things} <= set(PACKAGES.pictures)


def test_a_unit_that_comes_to_the_front_is_drawn_in_full() -> None:
    slot = "G1w23"
    (sku,) = stock_of(LAYOUT, slot)
    deep = max(columns_of(places(slot, stock_of(LAYOUT, slot))), key=len)
    front, back = sorted(deep, key=lambda p: float(p.transform[0, 3]))[:2]
    full = len(PACKAGES.mesh(sku).faces)
    both, alone = stock_things(PACKAGES, [front, back]), stock_things(PACKAGES, [back])
    assert sorted(len(thing.mesh.faces) == full for thing in both) == [False, True]
    assert [len(thing.mesh.faces) for thing in alone] == [full]


def _triangles(thing: Thing) -> int:
    return len(thing.mesh.faces) * len(thing.transforms)
