from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.capture.rates import ArrivalClock, Pacer, RateMeter


def test_the_rate_over_a_sliding_window() -> None:
    meter = RateMeter(window_s=5.0)
    for i in range(201):
        meter.add(i * 0.05)
    assert meter.rate(10.0) == pytest.approx(20.0, rel=0.02)
    assert meter.rate(12.5) == pytest.approx(10.0, rel=0.05)
    assert meter.rate(20.0) == 0.0


def test_no_rate_is_claimed_in_the_first_second() -> None:
    meter = RateMeter()
    assert meter.rate(0.0) == 0.0
    meter.add(0.0)
    meter.add(0.5)
    assert meter.rate(0.5) == 0.0
    assert meter.rate(1.0) == pytest.approx(2.0)


@given(st.floats(3.0, 60.0), st.floats(0.5, 1.0))
def test_the_pacer_reaches_its_target_and_no_more(source_fps: float, share: float) -> None:
    target = source_fps * share
    pacer = Pacer(target)
    passed = sum(pacer.allows(i / source_fps) for i in range(int(source_fps * 20)))
    assert 0.9 * target * 20 - 2 <= passed <= target * 20 + 2


def test_a_pacer_without_a_target_lets_everything_through() -> None:
    pacer = Pacer(0.0)
    assert all(pacer.allows(0.0) for _ in range(10))


def test_a_pacer_goes_on_after_time_was_set_back() -> None:
    pacer = Pacer(10.0)
    assert pacer.allows(1000.0)
    assert not pacer.allows(1000.01)
    assert pacer.allows(5.0)


class FakeTime:
    def __init__(self) -> None:
        self.wall, self.mono = 1000.0, 50.0

    def pass_(self, seconds: float, step: float = 0.0) -> None:
        self.mono += seconds
        self.wall += seconds + step


def test_arrivals_follow_the_wall_clock() -> None:
    time = FakeTime()
    clock = ArrivalClock(lambda: time.wall, lambda: time.mono)
    time.pass_(3.0)
    assert clock.now() == pytest.approx(1003.0)
    time.pass_(1.0, step=60.0)
    assert clock.now() == pytest.approx(1064.0)


def test_a_clock_set_back_is_reached_slowly() -> None:
    time = FakeTime()
    clock = ArrivalClock(lambda: time.wall, lambda: time.mono)
    time.pass_(1.0, step=-0.5)
    assert clock.now() == pytest.approx(1000.9)
    for _ in range(10):
        time.pass_(1.0)
        last = clock.now()
    assert last == pytest.approx(time.wall)


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(-3600, 3600)), max_size=50))
def test_stamps_never_go_backwards(steps: list[tuple[float, float]]) -> None:
    time = FakeTime()
    clock = ArrivalClock(lambda: time.wall, lambda: time.mono)
    last = clock.now()
    for passed, step in steps:
        time.pass_(passed, step)
        now = clock.now()
        assert now >= last
        last = now
