"""Fixtures are built around their slots, and what stands about is sound."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np
import pytest

from inference.simulation.rendering.decorations import DECORATIONS, basket, trolley
from inference.simulation.rendering.fixtures import add_fixture
from inference.simulation.rendering.mesh import Mesh, merged
from inference.simulation.rendering.style import Pile, Style
from store_layout.model import Fixture, FixtureKind, Slot, StoreLayout
from tests.support.demo_store import demo_store
from tests.support.stores import rectangle, small_store

DEMO = demo_store()
KINDS: tuple[FixtureKind, ...] = (
    "gondola",
    "cooler",
    "table",
    "wall_shelf",
    "basket",
    "counter",
    "column",
    "other",
)


def built(layout: StoreLayout, fixture: Fixture) -> tuple[Mesh, Pile]:
    pile = Pile()
    add_fixture(pile, layout, fixture, Style())
    return merged([thing.mesh for thing in pile.things()]), pile


class Extents(NamedTuple):
    """Of each triangle. Fixtures are built of upright and level faces, so this is where they are."""

    low: np.ndarray
    high: np.ndarray

    def within(self, slot: Slot) -> int:
        """How many triangles are more than 3 mm inside a slot."""
        low, high = np.array(slot.low) + 0.003, np.array(slot.high) - 0.003
        return int(np.all((self.low < high) & (self.high > low), axis=1).sum())

    def levels(self, x: float, y: float) -> np.ndarray:
        """Heights of what lies level above or below a point of the floor."""
        over = np.all((self.low[:, :2] <= [x, y]) & (self.high[:, :2] >= [x, y]), axis=1)
        level = self.high[:, 2] - self.low[:, 2] < 1e-6
        return np.asarray(self.high[over & level, 2])


def extents(mesh: Mesh) -> Extents:
    corners = mesh.positions[mesh.faces]
    return Extents(corners.min(axis=1), corners.max(axis=1))


@pytest.mark.parametrize("layout", [DEMO, small_store()], ids=["demo", "small"])
def test_nothing_of_a_fixture_is_in_a_slot(layout: StoreLayout) -> None:
    for fixture in layout.file.fixture:
        found = extents(built(layout, fixture)[0])
        for slot in layout.file.slot:
            assert found.within(slot) == 0, (fixture.id, slot.id)


def test_a_board_lies_right_under_every_slot() -> None:
    for fixture in DEMO.file.fixture:
        slots = [slot for slot in DEMO.file.slot if slot.fixture == fixture.id]
        if not slots:
            continue
        found = extents(built(DEMO, fixture)[0])
        for slot in slots:
            levels = found.levels(slot.centre[0], slot.centre[1])
            assert np.abs(levels - slot.low[2]).min() < 0.006, slot.id


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_keeps_out_of_its_slots_and_near_its_outline(kind: FixtureKind) -> None:
    layout = small_store()
    for height in (0.9, 1.6):
        for fixture in layout.file.fixture:
            changed = msgspec.structs.replace(fixture, kind=kind, height=height)
            file = msgspec.structs.replace(
                layout.file, fixture=tuple(changed if f.id == fixture.id else f for f in layout.file.fixture)
            )
            mesh, _ = built(msgspec.structs.replace(layout, file=file), changed)
            found = extents(mesh)
            slots = [slot for slot in file.slot if slot.fixture == fixture.id]
            for slot in slots:
                assert found.within(slot) == 0, (height, slot.id)
            low, high = np.min(fixture.outline, axis=0), np.max(fixture.outline, axis=0)
            assert np.all(mesh.positions[:, :2] >= low - 0.08)
            assert np.all(mesh.positions[:, :2] <= high + 0.08)
            assert mesh.positions[:, 2].min() >= -1e-6


@pytest.mark.parametrize("kind", KINDS)
def test_a_fixture_without_slots_stands_there_all_the_same(kind: FixtureKind) -> None:
    shape = ((1.0, 1.0), (2.0, 1.2), (1.9, 2.0), (1.2, 1.8))
    fixture = Fixture(id="X", name="Odd", kind=kind, outline=shape, height=1.1)
    mesh, _ = built(small_store(), fixture)
    assert mesh.positions[:, 2].max() >= 1.0
    corners = mesh.positions[mesh.faces].astype(np.float64)
    wound = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (np.einsum("ij,ij->i", wound, mesh.normals[mesh.faces[:, 0]]) >= -1e-9).all()


def test_surfaces_name_pictures_that_are_there() -> None:
    for fixture in DEMO.file.fixture:
        _, pile = built(DEMO, fixture)
        named = {thing.surface.picture for thing in pile.things()} - {None}
        assert named <= set(pile.pictures)


def test_a_gondola_says_its_name_and_has_price_rails() -> None:
    _, pile = built(DEMO, DEMO.fixtures["G1"])
    assert "sign-Breakfast and pantry" in pile.pictures
    assert "price-rail" in pile.pictures


def test_outlines_turn_with_the_fixture() -> None:
    fixture = Fixture(id="Y", name="Post", kind="other", outline=rectangle(0.0, 0.0, 0.2, 0.4), height=1.0)
    mesh, _ = built(small_store(), fixture)
    assert np.allclose(mesh.positions[:, :2].max(axis=0), [0.2, 0.4], atol=0.01)


@pytest.mark.parametrize("name", DECORATIONS)
def test_a_decoration_stands_on_the_floor_and_is_seeded(name: str) -> None:
    one, same, other = (DECORATIONS[name](np.random.default_rng(seed)) for seed in (1, 1, 2))
    mesh = merged([part for part, _ in one])
    assert np.array_equal(mesh.positions, merged([part for part, _ in same]).positions)
    assert [surface for _, surface in one] == [surface for _, surface in same]
    assert name == "trolley" or one[0][1] != other[0][1] or len(mesh.positions) != len(other[0][0].positions)
    assert -0.02 < mesh.positions[:, 2].min() < 0.02
    assert np.abs(mesh.positions[:, :2]).max() < 0.6
    assert 0.2 < mesh.positions[:, 2].max() < 2.0
    assert len(mesh.faces) < 1000
    assert np.allclose(np.linalg.norm(mesh.normals, axis=1), 1.0, atol=1e-3)


def test_a_trolley_and_a_basket_have_handles() -> None:
    top = max(float(mesh.positions[:, 2].max()) for mesh, _ in trolley())
    assert 0.95 < top < 1.1
    assert len(trolley()) == 3
    assert 0.3 < max(float(mesh.positions[:, 2].max()) for mesh, _ in basket()) < 0.5
