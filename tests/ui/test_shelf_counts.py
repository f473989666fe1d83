from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.item_models.shelf_counts import Goods, count_units
from console.item_models.shelf_tasks import WAIT_S, ShelfTasks
from console.item_models.shelves import ShelfBook, SlotNow
from console.operations.gondolas import faces
from inference.messages.shelves import Misplaced, ScaleView, SlotMove
from inference.messages.wire import Snapshot, SourceStatus
from store_layout.model import Facing, StoreLayout
from tests.support.layouts import aisles

COLA, BAR = Goods(548.0, 2.5), Goods(43.0, 0.5)
SLOT, SKU, WEIGHT = "g1-000", "4001", 355.0


@given(units=st.integers(0, 30), weight=st.floats(40, 2000), off=st.floats(-4, 4))
def test_whole_units_are_counted_surely(units: int, weight: float, off: float) -> None:
    found = count_units(units * weight + off, 2.0, (Goods(weight, 0.004 * weight),))
    assert found is not None
    assert found[0].units == units
    assert found[0].probability <= 1.0
    if units * weight < 10_000:
        assert found[0].probability > 0.7


def test_half_a_unit_is_no_count_and_small_units_on_a_full_scale_are_doubtful() -> None:
    half = count_units(9.5 * 548, 2.0, (COLA,))
    assert half is not None
    assert half[0].probability < 0.05
    many = count_units(200 * 43, 2.0, (BAR,))
    few = count_units(5 * 43, 2.0, (BAR,))
    assert many is not None
    assert few is not None
    assert many[0].probability < few[0].probability
    assert few[0].probability > 0.99


def test_products_that_share_a_scale_are_told_apart_by_weight_and_books() -> None:
    tea, cola = Goods(100.0, 1.0, 4), Goods(548.0, 2.5, 3)
    found = count_units(3 * 100 + 3 * 548, 2.0, (tea, cola))
    assert found is not None
    assert [count.units for count in found] == [3, 3]
    assert min(count.probability for count in found) > 0.95
    twin = msgspec.structs.replace(tea, by_books=2)
    doubtful = count_units(500.0, 2.0, (tea, twin))
    assert doubtful is not None
    assert sum(count.units for count in doubtful) == 5
    assert all(count.probability < 0.9 for count in doubtful), "equal weights cannot be told apart"


@pytest.mark.parametrize("goods", [(), (Goods(0.0, 0.0),), (COLA, BAR), (BAR,) * 4])
def test_where_weight_cannot_tell_nothing_is_claimed(goods: tuple[Goods, ...]) -> None:
    assert count_units(1000.0, 2.0, goods) is None


# -- slots -----------------------------------------------------------------------------------------------


def stocked(stock: int | None = 12, capacity: int | None = 12) -> StoreLayout:
    layout = aisles(1, 1)
    planogram = tuple(
        Facing(slot=f.slot, sku=f.sku, stock=stock, capacity=capacity) for f in layout.planogram
    )
    return msgspec.structs.replace(layout, planogram=planogram)


def snapshot(level_g: float, t: float = 100.0, **more: object) -> Snapshot:
    changes = {name: more.pop(name) for name in ("moved", "misplaced") if name in more}
    scale = msgspec.structs.replace(ScaleView("s000", t, level_g, 1.5, False), **more)
    return msgspec.structs.replace(Snapshot("e", 1, t, SourceStatus("live", "s")), scales=(scale,), **changes)


def slot_of(layout: StoreLayout, *shots: Snapshot) -> SlotNow:
    book = ShelfBook(layout)
    for shot in shots:
        book.follow(shot)
    return book.slots[SLOT]


def test_the_zero_is_the_operators_else_the_starting_stocks_else_the_devices() -> None:
    plate = 500.0
    by_stock = slot_of(stocked(), snapshot(plate + 11 * WEIGHT, first_g=plate + 12 * WEIGHT))
    assert (by_stock.zero_from, by_stock.zero_g) == ("stock", plate)
    assert by_stock.goods[0].count is not None
    assert by_stock.goods[0].count.units == 11
    device = slot_of(stocked(stock=None), snapshot(11 * WEIGHT, first_g=12 * WEIGHT))
    assert (device.zero_from, device.level_g, device.expected_g) == ("device", 11 * WEIGHT, None)
    told = slot_of(stocked(), snapshot(3 * WEIGHT, first_g=0.0, zero_g=40.0, zeroed_at=50.0))
    assert (told.zero_from, told.level_g) == ("operator", 3 * WEIGHT)


def test_the_books_and_misplaced_goods_say_what_should_be_there() -> None:
    other = "4004"
    now = slot_of(
        stocked(),
        snapshot(
            10 * WEIGHT + 104.0,
            zeroed_at=1.0,
            moved=(SlotMove(SLOT, SKU, 2),),
            misplaced=(Misplaced(SLOT, other, 0.98),),
        ),
    )
    assert now.expected_g == 10 * WEIGHT + 104.0
    assert now.goods[0].by_books == 10
    assert now.goods[0].count is not None
    assert now.goods[0].count.units == 10
    assert now.goods[0].count.probability > 0.99


def test_a_dumb_scale_counts_nothing_and_a_hand_leaves_the_count_as_it_was() -> None:
    dumb = slot_of(stocked(), snapshot(5 * WEIGHT, zeroed_at=1.0, faults=("stuck",)))
    assert dumb.goods[0].count is None
    assert dumb.stock == ""
    calm, hand = snapshot(5 * WEIGHT, zeroed_at=1.0), snapshot(4000.0, zeroed_at=1.0, active=True)
    before = slot_of(stocked(), calm)
    assert slot_of(stocked(), calm, hand).goods == before.goods


@pytest.mark.parametrize(("units", "stock"), [(12, ""), (4, ""), (3, "low"), (1, "low"), (0, "empty")])
def test_low_and_empty(units: int, stock: str) -> None:
    assert slot_of(stocked(), snapshot(units * WEIGHT, zeroed_at=1.0)).stock == stock


def test_a_face_has_its_slots_as_they_stand() -> None:
    layout = aisles(2, 1)
    by_key = {face.key: face for face in faces(layout)}
    assert set(by_key) == {"cooler 0 -1", "g1 -1 0", "g1 1 0", "g2 -1 0", "g2 1 0"}
    assert sum(len(face.slots) for face in by_key.values()) == len(layout.file.slot)
    left, right = by_key["g1 -1 0"], by_key["g1 1 0"]
    # who looks at the left side has the far end (large y) at the left hand, and the other way round
    assert [p.slot.low[1] for p in left.slots] == sorted((p.slot.low[1] for p in left.slots), reverse=True)
    assert [p.slot.low[1] for p in right.slots] == sorted(p.slot.low[1] for p in right.slots)
    assert left.width == pytest.approx(4.2)
    assert all(p.left >= 0 and p.left + p.width <= left.width + 1e-9 for p in left.slots)


# -- tasks -----------------------------------------------------------------------------------------------


def followed(tasks: ShelfTasks, level_g: float, t: float, **more: object) -> None:
    tasks.follow([slot_of(stocked(), snapshot(level_g, t, zeroed_at=1.0, **more))], t)


def test_a_task_is_over_when_the_scale_shows_it() -> None:
    tasks = ShelfTasks({SKU: WEIGHT})
    followed(tasks, 2 * WEIGHT, 100.0)
    (task,) = tasks.tasks
    assert (task.kind, task.units, task.since, task.state) == ("fill", 2, 100.0, "open")
    assert tasks.say_done(task.key, 110.0)
    assert not tasks.say_done(task.key, 111.0), "said already"
    followed(tasks, 2 * WEIGHT, 120.0)
    assert tasks.tasks[0].state == "said"
    followed(tasks, 12 * WEIGHT, 125.0)
    assert tasks.tasks == ()
    assert tasks.confirmed == 1


def test_a_word_that_no_scale_shows_opens_the_task_again() -> None:
    tasks = ShelfTasks({SKU: WEIGHT})
    followed(tasks, 2 * WEIGHT, 100.0)
    key = tasks.tasks[0].key
    tasks.say_done(key, 100.0)
    followed(tasks, 2 * WEIGHT, 101.0 + WAIT_S)
    assert [task.state for task in tasks.tasks] == ["unseen"]
    assert tasks.say_done(key, 102.0 + WAIT_S)
    assert tasks.take_back(key)
    assert [task.state for task in tasks.tasks] == ["open"]
    assert not tasks.take_back(key)
    assert tasks.confirmed == 0


def test_a_fault_does_not_do_a_task() -> None:
    tasks = ShelfTasks({SKU: WEIGHT})
    followed(tasks, 2 * WEIGHT, 100.0)
    tasks.say_done(tasks.tasks[0].key, 100.0)
    followed(tasks, 2 * WEIGHT, 105.0, faults=("silent",))
    assert len(tasks.tasks) == 1
    assert tasks.confirmed == 0


@pytest.mark.parametrize(("felt", "left"), [(-104.0, 0), (-355.0, 1), (104.0, 1)])
def test_tidied_goods_show_as_a_step_of_their_weight(felt: float, left: int) -> None:
    tasks = ShelfTasks({SKU: WEIGHT, "4004": 104.0})
    stray = (Misplaced(SLOT, "4004", 0.97),)
    followed(tasks, 12 * WEIGHT + 104, 100.0, misplaced=stray)
    (task,) = tasks.tasks
    assert (task.kind, task.units) == ("tidy", 1)
    tasks.say_done(task.key, 101.0)
    # somebody of the staff took it: the engine may go on believing that it lies there
    followed(tasks, 12 * WEIGHT, 103.0, misplaced=stray, event_t=102.0, event_g=felt)
    assert len([t for t in tasks.tasks if t.kind == "tidy"]) == left
    assert tasks.confirmed == 1 - left
