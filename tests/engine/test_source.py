from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from inference.engine.pacing import Pacer
from inference.engine.source import AHEAD, RecordingSource, SourceError
from inference.messages import Frame, Observation, Tick
from tests.support.fake_pipeline import STARTED_AT, fake_observations

SEEN = fake_observations(200)


def source_of(observations: list[Observation], **options: object) -> RecordingSource:
    return RecordingSource(
        lambda position, _: iter(list(observations[position:])),
        "r",
        STARTED_AT,
        2.0,
        **options,  # type: ignore[arg-type]  # of any test
    )


def all_of(source: RecordingSource) -> list[Observation]:
    found: list[Observation] = []
    while not source.ended:
        found += source.take(7, 1.0)
    return found


@pytest.fixture
def playing() -> Iterator[Callable[..., RecordingSource]]:
    made: list[RecordingSource] = []

    def play(position: int = 0, **options: object) -> RecordingSource:
        def observations(start: int, on_frame: Callable[[Frame], None]) -> Iterator[Observation]:
            for seen in SEEN[start:]:
                on_frame(Frame("c0", 0, seen.t, np.zeros((2, 2, 3), np.uint8)))
                yield seen

        made.append(RecordingSource(observations, "r", STARTED_AT, 2.0, **options))  # type: ignore[arg-type]
        made[-1].start(position)
        return made[-1]

    yield play
    for source in made:
        source.close()


@pytest.mark.parametrize("position", [0, 1, 150, 200])
def test_goes_on_at_any_position(position: int, playing: Callable[..., RecordingSource]) -> None:
    source = playing(position, speed=None)
    assert all_of(source) == SEEN[position:]
    assert source.status().ended
    assert source.devices()[0].state == "ended"


def test_a_paused_recording_says_nothing_until_it_goes_on(playing: Callable[..., RecordingSource]) -> None:
    shown: list[float] = []
    source = playing(speed=None, paused=True, show=lambda frame: shown.append(frame.t))
    assert source.take(10, 0.1) == []
    assert shown == []
    assert source.status().paused
    source.pause(False)
    assert all_of(source) == SEEN
    assert shown == [s.t for s in SEEN]


def test_a_reader_that_is_far_ahead_waits() -> None:
    read = [0]

    def endless(position: int, _: object) -> Iterator[Observation]:
        while True:
            read[0] += 1
            yield Tick(STARTED_AT + read[0])

    source = RecordingSource(endless, "r", STARTED_AT, 1.0, speed=None)
    source.start(0)
    until = time.monotonic() + 60
    while read[0] <= AHEAD and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.05)
    assert AHEAD < read[0] <= AHEAD + 2
    assert len(source.take(100, 1.0)) == 100
    source.close()


def test_a_recording_that_breaks_is_an_error_after_its_good_part() -> None:
    def breaking(position: int, _: object) -> Iterator[Observation]:
        yield from SEEN[:5]
        raise ValueError("c0.mp4 is cut short")

    source = RecordingSource(breaking, "r", STARTED_AT, 1.0, speed=None)
    source.start(0)
    found: list[Observation] = []
    while len(found) < 5:
        found += source.take(2, 1.0)
    with pytest.raises(SourceError, match=r"recording r: c0\.mp4 is cut short"):
        source.take(2, 60.0)  # as soon as the reader has come to it
    assert found == SEEN[:5]
    assert not source.ended
    source.close()


def test_commands_that_make_no_sense_are_refused() -> None:
    source = source_of(SEEN)
    assert source.set_speed(0.0) == "a speed of 0 is outside 0.01 to 1000"
    assert source.set_speed(8.0) is None
    assert source.status().speed == 8.0
    assert source.restart_device("c0") == "c0 is played from a recording"
    source.close()


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_pace_follows_speed_pauses_and_lateness() -> None:
    clock = Clock()
    pacer = Pacer(2.0, clock=clock)
    assert pacer.wait(1000.0)
    assert pacer._left(1004.0) == 2.0
    clock.now += 1.0
    assert pacer._left(1004.0) == 1.0
    pacer.set_speed(4.0)
    assert pacer._left(1004.0) == 1.0  # from the last position, 1000
    pacer.pause(True)
    assert pacer._left(1004.0) is None
    pacer.pause(False)
    clock.now += 50.0
    assert pacer._left(1001.0) == 0.25
    clock.now += 50.0
    assert pacer.wait(1001.0)
    assert pacer._left(1002.0) == 0.25  # it does not rush to catch up
    pacer.set_speed(None)
    assert pacer._left(9999.0) == 0.0
    pacer.close()
    assert not pacer.wait(1.0)


def test_closing_frees_whoever_waits() -> None:
    pacer = Pacer(0.01)
    pacer.wait(0.0)
    answers: list[bool] = []
    waiter = threading.Thread(target=lambda: answers.append(pacer.wait(1e6)))
    waiter.start()
    pacer.close()
    waiter.join(60)
    assert answers == [False]
