"""HTTP cameras on loopback."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import cv2
import pytest

from inference.capture import MemorySecrets, probe_camera
from tests.capture.support import Running, camera, noise, wait_until
from tests.support.mjpeg_server import MjpegServer, Part


def jpeg(seed: int) -> bytes:
    return bytes(cv2.imencode(".jpg", noise(seed, 160, 120))[1].tobytes())


def moving() -> Iterator[Part]:
    for i in itertools.count():
        yield jpeg(i)
        yield 0.04


def damaged() -> Iterator[Part]:
    for i in itertools.count():
        whole = jpeg(i)
        match i % 10:
            case 3:
                yield whole[: len(whole) // 2]
            case 6:
                yield b"garbage" * 100
            case 8:
                yield b""
            case _:
                yield whole
        yield 0.02


def stuck() -> Iterator[Part]:
    """Moves for a second, then shows the same picture for ever."""
    yield from itertools.islice(moving(), 50)
    while True:
        yield jpeg(0)
        yield 0.04


@pytest.fixture
def serve() -> Iterator[list[MjpegServer]]:
    """A list whose servers are closed after the test."""
    servers: list[MjpegServer] = []
    yield servers
    for server in servers:
        server.close()


def test_pictures_come_and_the_connection_stays(serve: list[MjpegServer]) -> None:
    serve.append(MjpegServer(moving))
    with Running(camera(serve[0].url, fps=0)) as running:
        frames = running.frames(10)
        assert frames[0].image.shape == (120, 160, 3)
        assert running.thread.status().state == "live"
    assert serve[0].connections == 1


def test_damaged_pictures_are_counted_and_left_out(serve: list[MjpegServer]) -> None:
    serve.append(MjpegServer(damaged))
    with Running(camera(serve[0].url, fps=0)) as running:
        frames = running.frames(30)
        status = running.thread.status()
    assert "damaged so far" in status.last_error
    for frame in frames:  # noise has no flat part; the grey of a cut picture has
        assert frame.image[-20:].std() > 10
    assert status.state == "live"


def test_a_frozen_picture_is_noticed_within_five_seconds(serve: list[MjpegServer]) -> None:
    serve.append(MjpegServer(stuck))
    with Running(camera(serve[0].url, fps=0)) as running:
        running.frames(2)
        wait_until(lambda: running.state() == "lost", 6.5)
        assert "frozen" in running.thread.status().why


def test_a_silent_camera_is_noticed_within_five_seconds(serve: list[MjpegServer]) -> None:
    def falls_silent() -> Iterable[Part]:
        return itertools.chain(itertools.islice(moving(), 20), [60.0])

    serve.append(MjpegServer(falls_silent))
    with Running(camera(serve[0].url, fps=0)) as running:
        running.frames(9)
        late = wait_until(lambda: running.state() == "late", 3.5)
        wait_until(lambda: running.thread.status().reconnects > 0, 5.0 - late)


def test_the_password_comes_from_the_secrets(serve: list[MjpegServer]) -> None:
    serve.append(MjpegServer(moving, login="joe:p@ss w/rd"))
    url = serve[0].url
    right = MemorySecrets({"camera/demo/cam-1": "p@ss w/rd"})
    with Running(camera(url, fps=0, user="joe"), secrets=right) as running:
        running.frames(2)
    wrong = probe_camera(url, MemorySecrets({"k": "wrong"}), user="joe", key="k")
    assert "refuses the user or password" in wrong.error
    assert probe_camera(url, right, user="joe", key="camera/demo/cam-1").error == ""


def test_probing_measures_the_rate(serve: list[MjpegServer]) -> None:
    serve.append(MjpegServer(moving))
    found = probe_camera(serve[0].url, MemorySecrets())
    assert (found.width, found.height, found.codec, found.error) == (160, 120, "mjpeg", "")
    assert found.fps is not None


@pytest.mark.parametrize("body", [[b"no picture at all" * 20, 1.0], []])
def test_a_server_that_is_no_camera(serve: list[MjpegServer], body: list[Part]) -> None:
    serve.append(MjpegServer(lambda: body))
    found = probe_camera(serve[0].url, MemorySecrets(), timeout_s=2.0)
    assert found.error
    assert found.width == 0
