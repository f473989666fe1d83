"""Pictures that a process of its own makes: newest first, told of when they fail, and nothing left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import pytest

from inference.engine.rendered_pictures import RenderedPictures
from inference.engine.shared_block import create_block
from inference.messages import Frame
from inference.simulation.live.pictures import Moment
from tests.engine import picture_makers as makers
from tests.support.stores import FPS, HEIGHT, WIDTH, small_store

LAYOUT = small_store()
SHM = Path("/dev/shm")  # noqa: S108  # where Linux shows shared memory
NO_PICTURES = "no pictures of the simulated store"
STARTED_AT = 1_000_000.0
LIMIT_S = 60.0
ASKED = threading.Event()
"""A picture was asked for."""


@pytest.fixture(autouse=True)
def no_shared_memory_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Of its own: other tests make some at the same time."""
    made: list[str] = []

    def noted(name: str, size: int) -> SharedMemory:
        made.append(name)
        return create_block(name, size)

    monkeypatch.setattr("inference.engine.rendered_pictures.create_block", noted)
    yield
    assert made
    assert [name for name in made if (SHM / name).exists()] == []


@pytest.fixture
def open_pictures(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], RenderedPictures]]:
    monkeypatch.setattr("inference.engine.rendered_pictures.RETRY_S", 0.05)
    made: list[RenderedPictures] = []
    began = time.monotonic()

    ASKED.clear()

    def moment() -> Moment:
        ASKED.set()
        return Moment(time.monotonic() - began, (), {"A0": {"x": 7}})

    def start(maker: str) -> RenderedPictures:
        made.append(RenderedPictures(LAYOUT, 1, maker, moment, STARTED_AT))
        made[-1].start()
        return made[-1]

    yield start
    for pictures in made:
        pictures.stop()


def until(condition: Callable[[], object], limit_s: float = LIMIT_S) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def states(pictures: RenderedPictures) -> dict[str, str]:
    return {status.device: status.state for status in pictures.statuses()}


def test_every_camera_gets_its_pictures_at_its_rate(open_pictures: Callable[[str], RenderedPictures]) -> None:
    pictures = open_pictures(makers.PLAIN)
    assert set(states(pictures).values()) == {"connecting"}
    assert not pictures.delivers
    frames: dict[str, list[Frame]] = {camera: [] for camera in LAYOUT.cameras}
    boxes = pictures.mailboxes
    until(lambda: pictures.delivers)  # after a second at least
    began = time.monotonic()
    while (passed := time.monotonic() - began) < 1.5 or min(map(len, frames.values())) < 3:
        assert passed < LIMIT_S
        for camera, box in boxes.items():
            if (frame := box.take(0.01)) is not None:
                frames[camera].append(frame)
    passed = time.monotonic() - began
    for camera, found in frames.items():
        assert len(found) <= passed * FPS + 3
        assert all(f.camera == camera and f.image.shape == (HEIGHT, WIDTH, 3) for f in found)
        assert [f.seq for f in found] == sorted(f.seq for f in found)
        for frame in found:
            blue, green, red = frame.image[0, 0].tolist()
            assert (blue, green) == (0, 7)
            assert (red - 10 * (frame.t - STARTED_AT) + 1) % 256 <= 2  # rounded on both sides
            assert (frame.image == frame.image[0, 0]).all()
    until(lambda: set(states(pictures).values()) == {"live"})
    assert all(s.received > 0 and s.latency_s is not None for s in pictures.statuses())


def test_what_nobody_takes_is_dropped_and_counted(open_pictures: Callable[[str], RenderedPictures]) -> None:
    pictures = open_pictures(makers.PLAIN)
    until(lambda: all(s.dropped >= 3 for s in pictures.statuses()))
    newest = pictures.mailboxes["west"].take(0)
    assert newest is not None
    assert newest.seq > 3


def test_where_nothing_can_be_rendered_it_says_why_and_does_not_go_on(
    open_pictures: Callable[[str], RenderedPictures], expected_logs: list[str]
) -> None:
    expected_logs.append(NO_PICTURES)
    pictures = open_pictures(makers.BROKEN)
    until(lambda: set(states(pictures).values()) == {"lost"})
    assert not pictures.delivers
    assert "there is no graphics driver here" in pictures.why_not
    assert all("graphics driver" in s.why for s in pictures.statuses())
    until(lambda: "pictures" not in {thread.name for thread in threading.enumerate()})


def test_a_camera_that_fails_does_not_stop_the_others(
    open_pictures: Callable[[str], RenderedPictures],
) -> None:
    pictures = open_pictures(makers.SICK)
    until(lambda: states(pictures)["east"] == states(pictures)["south"] == "live")
    west = next(s for s in pictures.statuses() if s.device == "west")
    assert west.received == 0
    until(lambda: "this lens is broken" in next(iter(pictures.statuses())).last_error)


def test_a_process_that_dies_is_started_again_until_there_is_no_hope(
    open_pictures: Callable[[str], RenderedPictures],
    expected_logs: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected_logs.append(NO_PICTURES)
    monkeypatch.setattr("inference.engine.rendered_pictures.MOST_ENDS", 2)
    pictures = open_pictures(makers.MORTAL)
    until(lambda: sum(s.received for s in pictures.statuses()) > 4)
    until(lambda: "ended with status 3" in pictures.why_not and set(states(pictures).values()) == {"lost"})
    until(lambda: "pictures" not in {thread.name for thread in threading.enumerate()})


def test_a_process_that_hangs_is_ended_by_force(open_pictures: Callable[[str], RenderedPictures]) -> None:
    pictures = open_pictures(makers.STUCK)
    until(ASKED.is_set)  # it has a picture to make for ten minutes from now on
    pictures.stop()
    assert "pictures" not in {thread.name for thread in threading.enumerate()}
