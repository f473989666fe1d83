"""Where people can walk."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store_layout.floor_plan import FloorPlan
from store_layout.model import Fixture, Gate, StoreLayout
from tests.support.stores import rectangle, small_store

PLAN = FloorPlan(small_store())


def with_parts(fixtures: tuple[Fixture, ...] = (), gates: tuple[Gate, ...] = ()) -> StoreLayout:
    store = small_store()
    file = msgspec.structs.replace(
        store.file, fixture=(*store.file.fixture, *fixtures), gate=(*store.file.gate, *gates)
    )
    return StoreLayout(file=file, catalog=store.catalog, planogram=store.planogram)


def test_the_walkable_area_is_the_floor_less_the_fixtures() -> None:
    assert PLAN.walkable.area == pytest.approx(6 * 5 - 2 * 2.4 * 0.6)
    assert PLAN.inside((1.0, 1.0))
    assert PLAN.inside(np.array([0.0, 5.0]))
    assert not PLAN.inside((2.0, 1.7))
    assert not PLAN.inside((-0.1, 1.0))


@pytest.mark.parametrize(
    ("a", "b", "blocked"),
    [
        ((1.0, 1.0), (5.0, 1.0), False),
        ((2.0, 1.0), (2.0, 2.5), True),  # through gondola B
        ((1.5, 1.4), (3.9, 1.4), False),  # along its edge
        ((1.0, 1.0), (7.0, 1.0), True),  # out of the building
        ((1.0, 2.5), (4.5, 2.5), False),  # down the aisle
        ((3.0, 2.5), (3.0, 2.5), False),  # standing still
        ((2.0, 1.7), (2.0, 1.7), True),  # standing in a gondola
    ],
)
def test_ways(a: tuple[float, float], b: tuple[float, float], blocked: bool) -> None:
    assert PLAN.blocked(a, b) is blocked
    assert PLAN.blocked(np.array(b), np.array(a)) is blocked
    assert PLAN.blocked_many(np.array([a, a]), np.array(b)).tolist() == [blocked, blocked]


def test_gates_are_walkable_and_found() -> None:
    far = Gate(id="back", name="Back", kind="exit", outline=rectangle(5.9, 2.0, 6.4, 3.0))
    plan = FloorPlan(with_parts(gates=(far,)))
    assert plan.inside((6.3, 2.5))
    assert plan.gate_at((6.3, 2.5)) == "back"
    assert plan.gate_at((1.0, 0.3)) == "door"
    assert plan.gate_at((1.0, 0.9)) is None
    assert plan.gate_at((1.0, 0.9), 0.31) == "door"
    assert plan.gate_at((1.0, 0.9), 0.29) is None
    assert plan.gate_at((4.5, 1.5), 10.0) == "back"
    assert FloorPlan(with_parts()).gate_at((9.0, 9.0), 0.5) is None


def test_a_store_without_gates_has_none_anywhere() -> None:
    store = small_store()
    bare = StoreLayout(file=msgspec.structs.replace(store.file, gate=()))
    assert FloorPlan(bare).gate_at((1.0, 0.3), 5.0) is None


def test_a_fixture_across_the_store_parts_the_floor() -> None:
    wall = Fixture(id="W", name="Wall", outline=rectangle(4.5, 0.0, 4.6, 5.0))
    plan = FloorPlan(with_parts((wall,)))
    assert plan.walkable.geom_type == "MultiPolygon"
    assert plan.blocked((4.0, 1.0), (5.0, 1.0))
    assert plan.inside((5.0, 1.0))


@settings(deadline=None)
@given(st.floats(-20, 20), st.floats(-20, 20))
def test_the_nearest_walkable_point_is_walkable_and_nearest(x: float, y: float) -> None:
    near = PLAN.nearest_walkable((x, y))
    assert PLAN.inside(near)
    if PLAN.inside((x, y)):
        assert near == (x, y)
    else:
        samples = np.array([[i / 5, j / 5] for i in range(31) for j in range(26)])
        samples = samples[PLAN.inside_many(samples)]
        reach = np.hypot(*(np.array(near) - (x, y)))
        assert reach <= np.hypot(*(samples - (x, y)).T).min() + 0.002
