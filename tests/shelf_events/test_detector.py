"""Scales of a shelf together, outages, and checkpoints."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.messages import Alarm, Outage, ShelfEvent, Tick, WeightReading
from inference.messages.codec import from_msgpack, to_msgpack
from inference.shelf_events import ShelfEventDetector, ShelfEventsState
from store_layout.model import (
    Facing,
    Fixture,
    Floor,
    Product,
    Scale,
    Slot,
    StoreFile,
    StoreInfo,
    StoreLayout,
)
from tests.shelf_events.signals import START, Action, Signal, merged


def shelf(skus: tuple[str, ...]) -> StoreLayout:
    """One shelf, plates of 10 cm side by side, one product on each. Cola weighs 350 g, tea 200 g."""
    return StoreLayout(
        file=StoreFile(
            format=1,
            store=StoreInfo(id="t", name="T"),
            floor=Floor(outline=((0, 0), (5, 0), (5, 5), (0, 5))),
            fixture=(Fixture(id="F", name="F", outline=((1, 1), (3, 1), (3, 1.4), (1, 1.4))),),
            slot=tuple(
                Slot(
                    id=f"slot{i}",
                    fixture="F",
                    shelf=0,
                    low=(1 + 0.1 * i, 1, 1),
                    high=(1.1 + 0.1 * i, 1.4, 1.2),
                    scale=f"p{i}",
                )
                for i in range(len(skus))
            ),
            scale=tuple(Scale(id=f"p{i}") for i in range(len(skus))),
        ),
        catalog=(
            Product(sku="cola", name="Cola", price=100, weight_g=350.0),
            Product(sku="tea", name="Tea", price=100, weight_g=200.0),
        ),
        planogram=tuple(Facing(slot=f"slot{i}", sku=sku) for i, sku in enumerate(skus)),
    )


def played(layout: StoreLayout, signals: list[Signal]) -> list[ShelfEvent | Alarm | Outage]:
    detector = ShelfEventDetector(layout)
    found = [item for reading in merged(signals) for item in detector.observe(reading)]
    return found + detector.finish(START + 20)


def plates(*deltas: float, at: tuple[float, ...] = ()) -> list[Signal]:
    times = at or (5.0,) * len(deltas)
    return [
        Signal(scale=f"p{i}", actions=(Action(t, d),) if d else (), seed=i)
        for i, (d, t) in enumerate(zip(deltas, times, strict=True))
    ]


def test_an_item_across_two_plates_is_one_event() -> None:
    (event,) = played(shelf(("cola", "cola")), plates(-220.0, -130.0, at=(5.0, 5.15)))
    assert isinstance(event, ShelfEvent)
    assert event.delta_g == pytest.approx(-350.0, abs=4)
    assert [c.scale for c in event.changes] == ["p0", "p1"]
    assert event.fixture == "F"


def test_a_small_share_on_the_neighbouring_plate_belongs_to_the_event() -> None:
    (event,) = played(shelf(("cola", "cola")), plates(-342.0, -8.0))
    assert isinstance(event, ShelfEvent)
    assert event.delta_g == pytest.approx(-350.0, abs=4)


def test_the_same_product_from_two_plates_at_once_is_one_event() -> None:
    (event,) = played(shelf(("cola", "cola")), plates(-350.0, -350.0))
    assert isinstance(event, ShelfEvent)
    assert event.delta_g == pytest.approx(-700.0, abs=5)


def test_different_products_that_make_sense_alone_stay_two_events() -> None:
    events = played(shelf(("cola", "tea")), plates(-350.0, -200.0))
    assert sorted(round(e.delta_g / 10) * 10 for e in events if isinstance(e, ShelfEvent)) == [-350, -200]
    assert [("overlap" in e.doubts) for e in events if isinstance(e, ShelfEvent)] == [False, True]


def test_a_take_and_a_return_at_once_stay_two_events() -> None:
    events = played(shelf(("cola", "cola")), plates(-350.0, 350.0))
    assert len(events) == 2


def test_plates_apart_stay_two_events() -> None:
    events = played(shelf(("cola", "tea", "cola")), plates(-200.0, 0.0, -150.0))
    assert len(events) == 2


def test_an_event_alone_does_not_wait_for_a_restless_neighbour() -> None:
    neighbour = Signal(scale="p1", actions=tuple(Action(4.0 + i, 0.0, 1.0) for i in range(6)), seed=3)
    found = played(shelf(("cola", "tea")), [plates(-350.0)[0], neighbour])
    (event,) = found
    assert isinstance(event, ShelfEvent)
    assert event.t_settled < START + 5.6 + 0.7


def halves(first: float, second: float, apart_s: float = 1.3) -> list[ShelfEvent | Alarm | Outage]:
    """What comes of two changes of one plate, so many seconds from hand to hand."""
    actions = (Action(5.0, first, push_g=30.0), Action(5.0 + apart_s, second, push_g=30.0))
    return played(shelf(("cola",)), [Signal(scale="p0", actions=actions)])


def test_a_hand_that_rests_with_what_it_lifts_makes_one_event() -> None:
    (event,) = halves(-130.0, -220.0)
    assert isinstance(event, ShelfEvent)
    assert event.delta_g == pytest.approx(-350.0, abs=6)
    assert event.t_start < START + 5.4 < START + 6.0 < event.t_peak < event.t_end


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(-350.0, -350.0, id="each makes sense alone"),
        pytest.param(-350.0, -130.0, id="one makes sense alone"),
        pytest.param(-130.0, -140.0, id="nothing weighs both"),
    ],
)
def test_what_is_no_half_stays_two_events(first: float, second: float) -> None:
    found = [event.delta_g for event in halves(first, second) if isinstance(event, ShelfEvent)]
    assert found == pytest.approx([first, second], abs=6)


def test_what_comes_later_is_no_half_of_it() -> None:
    assert len(halves(-130.0, -220.0, apart_s=3.0)) == 2


def test_what_no_product_explains_waits_only_a_moment() -> None:
    detector = ShelfEventDetector(shelf(("cola",)))
    signal = Signal(scale="p0", actions=(Action(5.0, -130.0),))
    found = [item for reading in merged([signal]) for item in detector.observe(reading)]
    (event,) = (item for item in found if isinstance(item, ShelfEvent))
    assert event.t_settled - event.t_end < 2.0


def test_ids_come_from_the_cause() -> None:
    first = played(shelf(("cola", "tea")), plates(-350.0, -200.0))
    assert first == played(shelf(("cola", "tea")), plates(-350.0, -200.0))
    assert len({e.id for e in first if isinstance(e, ShelfEvent)}) == 2


def test_an_unknown_scale_is_reported_once() -> None:
    detector = ShelfEventDetector(shelf(("cola",)))
    found = [item for i in range(3) for item in detector.observe(WeightReading("ghost", START + i, 1.0))]
    (alarm,) = found
    assert isinstance(alarm, Alarm)
    assert "'ghost'" in alarm.text


def test_an_outage_during_an_action_is_a_doubt() -> None:
    detector = ShelfEventDetector(shelf(("cola",)))
    found = []
    for reading in plates(-350.0)[0].readings():
        found += detector.observe(reading)
        if abs(reading.t - START - 5.4) < 0.02:
            found += detector.observe(Outage("p0", "scale", reading.t - 0.5, reading.t))
        found += detector.observe(Tick(reading.t))
    (event,) = found
    assert isinstance(event, ShelfEvent)
    assert event.doubts == ("outage",)


@settings(max_examples=25, deadline=None)
@given(cut=st.integers(0, 799), delta=st.sampled_from([-350.0, -220.0, -15.0, 350.0]))
def test_a_restored_detector_goes_on_bit_for_bit(cut: int, delta: float) -> None:
    layout = shelf(("cola", "cola"))
    readings = merged(plates(delta, -130.0))
    whole, first, second = (ShelfEventDetector(layout) for _ in range(3))
    expected = [item for r in readings for item in whole.observe(r)]
    found = [item for r in readings[:cut] for item in first.observe(r)]
    second.state = from_msgpack(to_msgpack(first.state), ShelfEventsState)
    found += [item for r in readings[cut:] for item in second.observe(r)]
    assert found == expected
    assert to_msgpack(second.state) == to_msgpack(whole.state)


def test_a_state_of_a_smaller_store_is_taken_up() -> None:
    small, large = ShelfEventDetector(shelf(("cola",))), ShelfEventDetector(shelf(("cola", "tea")))
    large.state = msgspec.structs.replace(small.state)
    (event,) = [item for r in merged(plates(0.0, -200.0)) for item in large.observe(r)]
    assert isinstance(event, ShelfEvent)
    assert event.changes[0].scale == "p1"


def stirs(signal: Signal) -> list[ShelfEvent]:
    found = played(shelf(("cola",)), [signal])
    return [e for e in found if isinstance(e, ShelfEvent)]


def test_a_touch_is_told_of_as_one_that_changed_nothing() -> None:
    (felt,) = stirs(Signal(scale="p0", actions=(Action(5.0, 0.0),)))
    assert felt.stir is not None
    assert abs(felt.delta_g) < 3.0
    assert felt.t_peak == pytest.approx(START + 5.3, abs=0.4)


@pytest.mark.parametrize("delta", [350.0, -350.0])
def test_what_lay_there_for_a_while_is_in_the_impulse(delta: float) -> None:
    """Half a second of a cola more, or less, than before and after."""
    hands = (Action(5.0, delta, push_g=40.0), Action(5.5, -delta, push_g=40.0))
    (felt,) = stirs(Signal(scale="p0", actions=hands))
    assert felt.stir is not None
    assert felt.stir.impulse_gs == pytest.approx(0.5 * delta, abs=40.0)
    assert abs(felt.stir.impulse_gs) > 2 * felt.stir.impulse_sd_gs


def test_long_rummaging_and_a_breath_on_the_plate_are_nothing() -> None:
    long = tuple(Action(5.0 + 0.5 * i, 0.0) for i in range(12))
    assert stirs(Signal(scale="p0", actions=long)) == []
    assert stirs(Signal(scale="p0", actions=(Action(5.0, 0.0, push_g=15.0),))) == []


def test_an_exchange_beside_a_taking_is_an_event_of_its_own() -> None:
    """One takes a cola, and at once another gives one back and a third takes one."""
    hands = tuple(Action(t, g, push_g=40.0) for t, g in ((3.8, -350.0), (4.6, 350.0), (5.3, -350.0)))
    felt = stirs(Signal(scale="p0", actions=hands))
    assert len({e.id for e in felt}) == 2
    (moved,), (stirred,) = [e for e in felt if e.stir is None], [e for e in felt if e.stir is not None]
    assert moved.delta_g == pytest.approx(-350.0, abs=8.0)
    assert stirred.stir is not None
    assert stirred.stir.beside
    assert stirred.fixture == moved.fixture
    assert stirred.t_settled == moved.t_settled
