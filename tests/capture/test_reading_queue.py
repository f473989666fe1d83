from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.capture import ReadingQueue
from inference.messages import Detections, GateSignal, Observation, Outage, Skeletons, Tick, WeightReading


def reading(scale: str, t: float) -> WeightReading:
    return WeightReading(scale, t, 100.0)


def test_first_in_first_out() -> None:
    queue = ReadingQueue(10)
    items = [reading("a", float(i)) for i in range(5)]
    assert queue.put_many(items) == 5
    assert queue.drain(limit=2) == items[:2]
    assert queue.drain() == items[2:]
    assert queue.drain() == []
    assert (queue.received, queue.overflowed, len(queue)) == (5, 0, 0)


def test_an_overflow_is_an_outage_of_the_device_where_the_loss_was() -> None:
    queue = ReadingQueue(2)
    queue.put_many([reading("a", 1.0), reading("b", 2.0), reading("a", 3.0), reading("a", 4.0)])
    queue.put(GateSignal("g", 5.0, "exit"))
    assert queue.drain(limit=1) == [reading("a", 1.0)]
    queue.put(reading("a", 6.0))
    seen = queue.drain()
    assert seen[0] == reading("b", 2.0)
    lost_a, lost_g = seen[1], seen[2]
    assert isinstance(lost_a, Outage)
    assert isinstance(lost_g, Outage)
    assert (lost_a.device, lost_a.kind, lost_a.since, lost_a.t, lost_a.over) == ("a", "scale", 3.0, 4.0, True)
    assert "2 messages were lost" in lost_a.why
    assert (lost_g.device, lost_g.kind, lost_g.since) == ("g", "gate", 5.0)
    assert seen[3:] == [reading("a", 6.0)]
    assert queue.overflowed == 3


def test_an_overflow_is_known_even_when_nothing_comes_after_it() -> None:
    queue = ReadingQueue(1)
    queue.put_many([reading("a", 1.0), reading("a", 2.0)])
    first, lost = queue.drain()
    assert first == reading("a", 1.0)
    assert isinstance(lost, Outage)
    assert queue.drain() == []


def test_an_outage_is_merged_rather_than_lost() -> None:
    queue = ReadingQueue(1)
    queue.put(reading("a", 1.0))
    queue.put(Outage("a", "scale", 0.5, 9.0))
    queue.put(reading("a", 10.0))
    _, lost = queue.drain()
    assert isinstance(lost, Outage)
    assert (lost.since, lost.t) == (0.5, 10.0)


@pytest.mark.parametrize(
    ("item", "device", "kind"),
    [
        (Detections("c", 1.0, 1, 640, 480), "c", "camera"),
        (Skeletons("s", 1.0, 1), "s", "camera"),
        (GateSignal("g", 1.0, "entry"), "g", "gate"),
    ],
)
def test_whatever_a_device_says_becomes_its_outage(item: Observation, device: str, kind: str) -> None:
    queue = ReadingQueue(1)
    queue.put(reading("a", 0.0))
    assert not queue.put(item)
    lost = queue.drain()[1]
    assert isinstance(lost, Outage)
    assert (lost.device, lost.kind) == (device, kind)


def test_ticks_do_not_come_from_devices() -> None:
    queue = ReadingQueue(1)
    queue.put(reading("a", 0.0))
    with pytest.raises(TypeError, match="Tick"):
        queue.put(Tick(1.0))


def test_room_for_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        ReadingQueue(0)


def test_closing_wakes_and_refuses() -> None:
    queue = ReadingQueue(5)
    queue.put(reading("a", 1.0))
    queue.close()
    assert not queue.put(reading("a", 2.0))
    assert queue.drain(timeout=5.0) == [reading("a", 1.0)]
    assert queue.drain(timeout=5.0) == []
    assert queue.closed


def test_draining_waits_for_the_first() -> None:
    queue = ReadingQueue(5)
    later = threading.Timer(0.05, queue.put, (reading("a", 1.0),))
    later.start()
    assert queue.drain(timeout=60.0) == [reading("a", 1.0)]
    later.join()


@given(
    st.integers(1, 6),
    st.lists(st.one_of(st.sampled_from("ab"), st.integers(1, 8)), max_size=80),
)
def test_every_reading_arrives_in_order_or_lies_in_an_outage(capacity: int, steps: list[str | int]) -> None:
    queue = ReadingQueue(capacity)
    put: list[WeightReading] = []
    got: list[Observation] = []
    for step in steps:
        if isinstance(step, int):
            got += queue.drain(limit=step)
        else:
            put.append(reading(step, float(len(put))))
            queue.put(put[-1])
    while more := queue.drain():
        got += more
    arrived = [item for item in got if isinstance(item, WeightReading)]
    outages = [item for item in got if isinstance(item, Outage)]
    lost = [item for item in put if item not in arrived]
    assert arrived == [item for item in put if item not in lost]
    assert len(lost) == queue.overflowed
    for item in lost:
        assert any(o.device == item.scale and o.since <= item.t <= o.t for o in outages)
    for outage in outages:  # it comes after what was before it, and before what was after it
        at = got.index(outage)
        assert all(i.t <= outage.t for i in got[:at])
        assert all(i.t >= outage.since for i in got[at:] if isinstance(i, WeightReading))
