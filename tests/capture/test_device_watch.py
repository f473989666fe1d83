"""One MQTT device: what it left out, what came twice, and when it fell silent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.capture.device_watch import DeviceWatch, Now
from inference.capture.payloads import DeviceTopic
from inference.messages import Detections, GateSignal, Observation, Outage, WeightReading

START = 1_700_000_000.0


class Bench:
    """A watched device, and a clock in the test's hand."""

    def __init__(self, kind: DeviceTopic = "scale", rate_hz: float = 20.0) -> None:
        self.now = Now(START, 100.0)
        self.watch = DeviceWatch("s1", kind, rate_hz, self.now)

    def wait(self, seconds: float) -> None:
        self.now = Now(self.now.wall + seconds, self.now.mono + seconds)

    def reading(self, t: float, seq: int | None = None) -> list[Observation]:
        return self.watch.accept(WeightReading("s1", START + t, 100.0, seq), self.now)

    def state(self, link: str = "") -> str:
        return self.watch.status(self.now, link).state


def outages(items: list[Observation]) -> list[Outage]:
    return [item for item in items if isinstance(item, Outage)]


def test_readings_in_order_pass_unchanged() -> None:
    bench = Bench()
    for i in range(100):
        bench.wait(0.05)
        assert bench.reading(i * 0.05, i) == [WeightReading("s1", START + i * 0.05, 100.0, i)]
    status = bench.watch.status(bench.now)
    assert (status.state, status.received, status.dropped, status.why) == ("live", 100, 0, "")
    assert status.rate_hz == pytest.approx(20.0, abs=0.5)


def test_a_jump_in_seq_is_an_outage_before_the_reading() -> None:
    bench = Bench()
    bench.reading(0.0, 1)
    found = bench.reading(0.2, 5)
    assert isinstance(found[0], Outage)
    assert (found[0].since, found[0].t, found[0].over) == (START, START + 0.2, True)
    assert "3 readings were lost" in found[0].why
    assert found[1:] == [WeightReading("s1", START + 0.2, 100.0, 5)]
    assert bench.watch.status(bench.now).dropped == 3


def test_a_hole_in_time_is_an_outage_without_numbers_too() -> None:
    bench = Bench()
    bench.reading(0.0)
    assert outages(bench.reading(0.4)) == []
    (hole,) = outages(bench.reading(2.0))
    assert (hole.since, hole.t) == (START + 0.4, START + 2.0)


def test_a_device_that_starts_counting_again_was_away() -> None:
    bench = Bench()
    bench.reading(0.0, 500)
    (hole,) = outages(bench.reading(0.05, 0))
    assert "started counting again" in hole.why
    assert bench.watch.status(bench.now).dropped == 0


def test_delivered_twice_counts_once() -> None:
    bench = Bench()
    for i in range(3):
        bench.reading(i * 0.05, i)
    assert bench.reading(0.05, 1) == []
    assert bench.reading(0.1, 2) == []
    assert outages(bench.reading(0.15, 3)) == []


def test_a_clock_set_back_is_reported_and_waited_for() -> None:
    bench = Bench()
    bench.reading(100.0, 1)
    (begun,) = bench.reading(95.0, 2)
    assert isinstance(begun, Outage)
    assert not begun.over
    assert bench.reading(95.05, 3) == []
    assert bench.state() == "late"
    assert "clock went back by 5.0 s" in bench.watch.status(bench.now).why
    (ended,) = outages(bench.reading(100.5, 4))
    assert (ended.since, ended.t, ended.over) == (START + 100.0, START + 100.5, True)
    assert bench.state() == "live"


def test_silence_is_noticed_within_five_seconds_and_once() -> None:
    bench = Bench()
    bench.reading(0.0)
    bench.wait(1.6)
    assert (bench.state(), bench.watch.silence(bench.now)) == ("late", None)
    bench.wait(2.5)
    found = bench.watch.silence(bench.now)
    assert found is not None
    assert (found.kind, found.since, found.over) == ("scale", START, False)
    assert found.t == pytest.approx(START + 4.1)
    assert bench.state() == "lost"
    bench.wait(10)
    assert bench.watch.silence(bench.now) is None
    (ended,) = outages(bench.reading(20.0))
    assert (ended.since, ended.t, ended.over) == (START, START + 20.0, True)
    assert bench.state() == "live"


def test_a_scale_that_never_speaks_is_an_outage_from_the_start() -> None:
    bench = Bench()
    assert bench.state() == "connecting"
    bench.wait(4.5)
    found = bench.watch.silence(bench.now)
    assert found is not None
    assert found.since == START
    assert "never heard" in bench.watch.status(bench.now).why
    (ended,) = outages(bench.reading(9.0))
    assert (ended.since, ended.over) == (START, True)


def test_a_gate_may_be_silent_and_a_person_counts_once() -> None:
    bench = Bench(kind="gate", rate_hz=0.0)
    signal = GateSignal("s1", START, "entry", 1, "tok_1")
    assert bench.state() == "live"
    assert bench.watch.accept(signal, bench.now) == [signal]
    assert bench.watch.accept(signal, bench.now) == []
    other = GateSignal("s1", START, "exit", 1, "tok_1")
    assert bench.watch.accept(other, bench.now) == [other]
    bench.wait(3600)
    assert bench.watch.silence(bench.now) is None
    assert bench.state() == "live"
    assert bench.state(link="the broker cannot be reached") == "lost"


def test_detections_may_leave_out_numbers_but_not_seconds() -> None:
    bench = Bench(kind="camera", rate_hz=10.0)

    def see(t: float, seq: int) -> list[Observation]:
        return bench.watch.accept(Detections("s1", START + t, seq, 640, 480), bench.now)

    assert outages(see(0.0, 1)) == []
    assert outages(see(0.2, 9)) == []
    assert see(0.1, 10) == []
    (hole,) = outages(see(1.5, 11))
    assert hole.kind == "camera"


def test_problems_are_counted_and_new_ones_stand_out() -> None:
    bench = Bench()
    assert bench.watch.problem("not JSON", bench.now)
    assert not bench.watch.problem("not JSON", bench.now)
    assert bench.watch.problem("grams missing", bench.now)
    assert "3 unusable so far" in bench.watch.status(bench.now).last_error


def test_ever_new_problems_do_not_fill_the_log() -> None:
    bench = Bench()
    logged = 0
    for i in range(2400):  # two minutes
        bench.wait(0.05)
        logged += bench.watch.problem(f"its clock is {i} ms ahead", bench.now)
    assert logged == 6  # five at once, and one a minute later


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=60))
def test_what_reaches_the_engine_is_in_order_and_every_loss_is_in_an_outage(
    steps: list[tuple[int, bool]],
) -> None:
    """``steps``: how many readings are lost on the way before the next, and whether it arrives twice."""
    bench = Bench()
    got: list[Observation] = []
    seq = 0
    for lost, twice in steps:
        seq += 1 + lost
        for _ in range(1 + twice):
            got += bench.reading(seq * 0.05, seq)
    readings = [item for item in got if isinstance(item, WeightReading)]
    assert [r.t for r in readings] == sorted({r.t for r in readings})
    assert len(readings) == len(steps)
    assert len(outages(got)) == sum(lost > 0 for lost, _ in steps[1:])
    for hole in outages(got):
        after = got[got.index(hole) + 1]
        assert after.t == hole.t
    assert bench.watch.status(bench.now).dropped == sum(lost for lost, _ in steps[1:])
