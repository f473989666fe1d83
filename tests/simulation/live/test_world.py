"""A store that goes on: nothing is lost, nobody stands in a shelf, a day needs no more room than an hour."""

from __future__ import annotations

import gc
from collections import Counter

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.messages import GateSignal, WeightReading
from inference.messages.wire import Wanted
from inference.simulation import SimulationSettings
from inference.simulation.live import LiveEyes, LiveWorld, NotSentError
from inference.simulation.live.world import MOST_ITEMS, REMEMBERED
from store_layout.floor_plan import FloorPlan
from store_layout.model import StoreLayout
from tests.support.stores import small_store

LAYOUT = small_store()
FLOOR = FloorPlan(LAYOUT)
QUIET = SimulationSettings(arrivals_per_min=0.0)
CROWD = SimulationSettings(arrivals_per_min=8.0, scale_rate_hz=0.5)
"""Scales that seldom speak: what they say is looked at elsewhere."""
LEMON, ORANGE, WATER, CHOCOLATE, CRISPS, SOUP = (p.sku for p in LAYOUT.catalog[:6])


def units_on_shelves(world: LiveWorld) -> int:
    return sum(sum(found.values()) for found in world.stock.values())


def units_carried(world: LiveWorld) -> int:
    return sum(visitor.carries.total() for visitor in world._visitors)


def with_stock(layout: StoreLayout, stock: int) -> StoreLayout:
    planogram = tuple(msgspec.structs.replace(f, stock=stock) for f in layout.planogram)
    return msgspec.structs.replace(layout, planogram=planogram)


def run_until_left(world: LiveWorld, person: str, limit_s: float = 200.0) -> list[WeightReading | GateSignal]:
    said: list[WeightReading | GateSignal] = []
    while not any(s.person == person and s.state == "left" for s in world.sent):
        assert world.now < limit_s
        said += world.advance(world.now + 1.0)
    return said + world.advance(world.now + 3.0)


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_units_are_conserved_and_nobody_stands_in_a_fixture(seed: int) -> None:
    world = LiveWorld(LAYOUT, CROWD, seed)
    at_first = units_on_shelves(world)
    for second in range(1, 181):
        world.advance(float(second))
        gone = world.carried_out + units_carried(world) - world.brought
        assert units_on_shelves(world) + gone == at_first
        assert min((n for found in world.stock.values() for n in found.values()), default=0) >= 0
        bodies = world.bodies(world.now)
        assert len({body.person for body in bodies}) == len(bodies) <= world.most_inside + 1  # and staff
        assert all(FLOOR.inside((body.x, body.y)) for body in bodies)
        assert all(units > 0 for visitor in world._visitors for units in visitor.carries.values())
    assert world._number > 5


def test_hours_need_no_more_room_than_minutes() -> None:
    world = LiveWorld(LAYOUT, CROWD, 3)
    world.advance(600.0)
    sizes, came = [], []
    for minutes in (13, 18, 23):
        world.advance(60.0 * minutes)
        gc.collect()
        sizes.append(len(gc.get_objects()))
        came.append(world._number)
    assert sizes[-1] - sizes[0] < came[-1] - came[0], "not one thing stays of each who came"
    assert world._number > 120
    assert world.brought > 0, "staff fill up what is low"
    assert all(sum(found.values()) > 0 for found in world.stock.values())
    strays = sum(n for slot, found in world.stock.items() for sku, n in found.items()
                 if sku not in LAYOUT.skus_of_slot[slot])  # fmt: skip
    assert strays < 8, "and take away what stands in a wrong place"
    assert len(world.take_gone()) <= 4 * world.most_inside


def test_the_same_seed_and_commands_give_the_same_world_however_it_is_moved_on() -> None:
    def live(seed: int, steps: list[float]) -> tuple[list[WeightReading | GateSignal], object]:
        world = LiveWorld(LAYOUT, SimulationSettings(arrivals_per_min=10.0), seed)
        said = world.advance(2.0)
        world.send((Wanted(WATER, 2),))
        for t in steps:
            said += world.advance(t)
        return said, world.bodies(world.now)

    fine, coarse = [2.0 + 0.1 * n for n in range(1, 281)], [9.97, 10.02, 30.0]
    assert live(1, fine) == live(1, coarse)
    assert live(1, coarse)[0] != live(2, coarse)[0]


def test_somebody_is_sent_takes_what_was_wanted_and_leaves() -> None:
    world = LiveWorld(LAYOUT, QUIET, 4)
    first = world.advance(5.0)
    sent = world.send((Wanted(WATER, 2), Wanted("B0")))
    assert sent.state == "coming"
    said = [*first, *run_until_left(world, sent.person)]
    assert [(s.kind, s.token) for s in said if isinstance(s, GateSignal)] == [
        ("entry", sent.token),
        ("exit", sent.token),
    ]
    (left,) = world.sent
    in_b0 = LAYOUT.skus_of_slot["B0"][0]
    assert {item.sku: item.count for item in left.has} == {WATER: 2, in_b0: 1}
    assert left.since > sent.since
    assert world.bodies(world.now) == []
    weighed: dict[str, list[WeightReading]] = {}
    for reading in said:
        if isinstance(reading, WeightReading):
            weighed.setdefault(reading.scale, []).append(reading)
    for scale, readings in weighed.items():
        (slot,) = LAYOUT.slots_of_scale[scale]
        taken = 9 - sum(world.stock[slot.id].values())
        product = LAYOUT.products[LAYOUT.skus_of_slot[slot.id][0]]
        change = np.mean([r.grams for r in readings[-20:]]) - np.mean([r.grams for r in readings[:20]])
        assert change == pytest.approx(-taken * product.weight_g, abs=6.0 + 4 * taken * product.weight_sd_g)
        assert [r.seq for r in readings] == list(range(1, len(readings) + 1))
        assert np.diff([r.t for r in readings]) == pytest.approx(1 / 20.0, abs=1e-3)


def test_readings_come_in_order_of_time() -> None:
    world = LiveWorld(LAYOUT, SimulationSettings(arrivals_per_min=10.0), 1)
    for second in range(1, 40):
        said = world.advance(float(second))
        times = [one.t - SimulationSettings().started_at for one in said]
        assert times == sorted(times)
        assert second - 1.0 < times[0] <= times[-1] < second + 1e-3


def test_what_was_taken_is_in_the_hand_and_then_carried() -> None:
    world = LiveWorld(LAYOUT, QUIET, 4)
    world.send((Wanted(SOUP),))
    held: list[float] = []
    reached = False
    while not held or world.now < held[0] + 4.0:
        world.advance(world.now + 0.1)
        assert world.now < 60.0
        for body in world.bodies(world.now):
            reached |= any(r.share > 0.9 for r in body.reaches)
            if any(sku == SOUP for _, sku in body.held):
                held.append(world.now)
    assert reached
    assert 1.0 < held[-1] - held[0] < 4.0
    assert world.sent[0].has == (Wanted(SOUP, 1),)


def test_nothing_wanted_is_somebody_who_only_looks() -> None:
    world = LiveWorld(LAYOUT, QUIET, 4)
    run_until_left(world, world.send(()).person)
    assert world.sent[0].has == ()


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ((Wanted("nonsense"),), "no product and no slot 'nonsense'"),
        ((Wanted(WATER, 3), Wanted(SOUP, MOST_ITEMS)), "nobody carries 23 things"),
        ((Wanted(WATER), Wanted(WATER)), "named once"),
        ((Wanted(WATER, 0),), "a count of at least 1"),
        ((Wanted(SOUP, 10),), "only 9 of Soup tin are left"),
        ((Wanted("A5", 10),), "only 9 of Soup tin in slot A5 are left"),
    ],
)
def test_a_refusal_says_why(wanted: tuple[Wanted, ...], why: str) -> None:
    world = LiveWorld(LAYOUT, QUIET, 1)
    with pytest.raises(NotSentError, match=why):
        world.send(wanted)
    assert world.sent == ()


def test_what_somebody_is_on_the_way_to_is_not_promised_again() -> None:
    world = LiveWorld(with_stock(LAYOUT, 2), QUIET, 1)
    world.send((Wanted(SOUP, 2),))
    with pytest.raises(NotSentError, match="Soup tin is sold out"):
        world.send((Wanted(SOUP),))
    world.advance(1.0)
    with pytest.raises(NotSentError, match="sold out"):
        world.send((Wanted("A5"),))


def test_a_product_in_two_places_is_fetched_from_both() -> None:
    world = LiveWorld(LAYOUT, QUIET, 2)
    sent = world.send((Wanted(LEMON, 14),))
    run_until_left(world, sent.person)
    assert world.sent[0].has == (Wanted(LEMON, 14),)


def test_a_full_store_lets_nobody_in_and_staff_fill_up_what_is_low() -> None:
    world = LiveWorld(LAYOUT, QUIET, 1)
    for _ in range(world.most_inside):
        world.send((Wanted(CHOCOLATE),))
    with pytest.raises(NotSentError, match=f"the store is full: {world.most_inside} people"):
        world.send((Wanted(CRISPS),))
    world.advance(120.0)
    for _ in range(2):
        world.send((Wanted(SOUP, 4),))
        world.advance(world.now + 60.0)
    assert world.stock["A5"][SOUP] > 1
    assert world.brought > 0


def test_only_the_latest_are_told_of() -> None:
    world = LiveWorld(LAYOUT, QUIET, 1)
    people = []
    for _ in range(REMEMBERED + 2):
        people.append(world.send(()).person)
        world.advance(world.now + 25.0)
    assert [s.person for s in world.sent] == people[2:]


def test_cameras_see_who_is_there_and_forget_who_has_left() -> None:
    world = LiveWorld(LAYOUT, QUIET, 4)
    eyes = LiveEyes(LAYOUT, QUIET, 4)
    sent = world.send((Wanted(SOUP),))
    seen: Counter[str] = Counter()
    frames: Counter[str] = Counter()
    while not any(s.state == "left" for s in world.sent):
        world.advance(world.now + 0.5)
        for found in eyes.look(world):
            assert found.t <= QUIET.started_at + world.now
            frames[found.camera] += 1
            seen[found.camera] += any(item.score > 0.6 for item in found.items)
    assert set(frames) == set(LAYOUT.cameras)
    assert all(n == pytest.approx(world.now * 10.0, rel=0.06) for n in frames.values())
    assert sum(seen.values()) > 0.5 * sum(frames.values())
    assert all(sent.person in eye.camera._errors for eye in eyes._eyes)
    world.advance(world.now + 2.0)
    eyes.look(world)
    assert not any(eye.camera._errors for eye in eyes._eyes)


def test_a_store_without_a_gate_is_refused() -> None:
    file = msgspec.structs.replace(LAYOUT.file, gate=())
    with pytest.raises(ValueError, match="no gate"):
        LiveWorld(msgspec.structs.replace(LAYOUT, file=file), QUIET, 1)


def test_into_a_paused_store_nobody_comes_and_whoever_is_inside_finishes() -> None:
    world = LiveWorld(LAYOUT, CROWD, 4)
    world.advance(40.0)
    sent = world.send([Wanted(WATER)])
    world.advance(42.0)
    inside = {visitor.person for visitor in world._visitors}
    assert sent.person in inside
    world.is_open = False
    with pytest.raises(NotSentError, match="the store is paused"):
        world.send([Wanted(WATER)])
    came: set[str] = set()
    while world.now < 240.0:
        world.advance(world.now + 1.0)
        came |= {visitor.person for visitor in world._visitors if visitor.person.startswith("p")}
    assert came <= inside
    assert [(s.state, s.has) for s in world.sent] == [("left", (Wanted(WATER),))]
    assert not any(visitor.person.startswith("p") for visitor in world._visitors)
    world.is_open = True
    assert world.send([Wanted(WATER)]).state == "coming"
    world.advance(300.0)
    assert any(visitor.person.startswith("p") for visitor in world._visitors)


def test_staff_fill_the_shelves_of_a_paused_store_too() -> None:
    world = LiveWorld(LAYOUT, QUIET, 1)
    world.send((Wanted(SOUP, 8),))
    world.advance(60.0)
    world.is_open = False
    world.advance(world.now + 60.0)
    assert world.brought > 0


def test_a_gate_held_shut_lets_nobody_in_and_everybody_out() -> None:
    world = LiveWorld(LAYOUT, CROWD, 4)
    world.advance(40.0)
    inside = {visitor.person for visitor in world._visitors}
    assert inside
    world.hold("door", "shut")
    with pytest.raises(NotSentError, match="held shut"):
        world.send([Wanted(WATER)])
    world.advance(240.0)
    left = {visitor.person for visitor in world._visitors if visitor.person.startswith("p")}
    assert left <= inside
    assert not left
    world.hold("door", "free")
    world.advance(300.0)
    assert any(visitor.person.startswith("p") for visitor in world._visitors)
