"""The camera thread with sources that the test makes up."""

from __future__ import annotations

import itertools
import threading
import time

import pytest

from inference.capture import MemorySecrets, SecretsUnavailableError, camera_health, camera_thread
from inference.capture.sources import BadPictureError, SourceError
from tests.capture.support import FakeSource, Running, Step, camera, noise, wait_until


def endless(first: int = 0) -> FakeSource:
    return FakeSource(noise(first + i) for i in itertools.count())


def test_frames_are_numbered_and_their_times_never_go_back() -> None:
    with Running(camera(None, fps=0), endless) as running:
        frames = running.frames(20)
    seqs, times = [f.seq for f in frames], [f.t for f in frames]
    assert seqs == sorted(set(seqs))
    assert times == sorted(times)
    assert abs(times[-1] - time.time()) < 5.0
    assert all(f.camera == "cam-1" for f in frames)


def test_frames_beyond_the_wanted_rate_are_left_out_before_the_mailbox() -> None:
    began = time.monotonic()
    with Running(camera(None, fps=20), endless) as running:
        wait_until(lambda: running.thread.status().received > 100)
        delivered = running.mailbox.received
    assert delivered <= 20 * (time.monotonic() - began) + 2


def test_a_broken_source_is_opened_again_and_counted() -> None:
    broken = SourceError("the camera closed the connection")
    sources = iter([FakeSource([noise(1), broken]), endless(100)])
    with Running(camera(None, fps=0), lambda: next(sources)) as running:
        wait_until(lambda: running.thread.status().reconnects == 1)
        running.frames(3)
        wait_until(lambda: running.state() == "live")
        assert "closed the connection" in running.thread.status().last_error


def test_damaged_pictures_do_not_end_the_connection() -> None:
    damage = [BadPictureError("cut off"), BadPictureError("cut off")]
    steps: list[Step] = [noise(0), *damage, *(noise(i) for i in range(1, 500))]
    with Running(camera(None, fps=0), lambda: FakeSource(steps)) as running:
        running.frames(10)
        status = running.thread.status()
    assert status.reconnects == 0
    assert status.last_error == "cut off (2 damaged so far)"


def test_a_frozen_picture_is_lost_and_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """With shorter limits; test_mjpeg.py waits for the real ones."""
    for place, name, limit_s in (
        (camera_health, "FROZEN_LATE_S", 0.6),
        (camera_health, "FROZEN_LOST_S", 0.8),
        (camera_thread, "FROZEN_LOST_S", 0.8),
    ):
        monkeypatch.setattr(place, name, limit_s)
    image, thawed = noise(1), threading.Event()

    def freezing() -> FakeSource:
        return FakeSource(noise(i) if thawed.is_set() else image for i in itertools.count(2))

    with Running(camera(None, fps=0), freezing, keep=False) as running:
        wait_until(lambda: running.state() == "live")
        wait_until(lambda: running.state() == "lost")
        assert "frozen" in running.thread.status().why
        wait_until(lambda: running.thread.status().reconnects >= 1)
        running.mailbox.take(0)
        assert running.mailbox.take(0.3) is None
        thawed.set()
        wait_until(lambda: running.state() == "live")
        assert running.mailbox.take(60.0) is not None


def test_an_unexpected_error_does_not_take_the_thread_down(expected_logs: list[str]) -> None:
    expected_logs.append("camera cam-1: unexpected error")
    sources = iter([FakeSource([RuntimeError("a bug in a library")]), endless()])
    with Running(camera(None, fps=0), lambda: next(sources)) as running:
        running.frames(3)
        assert "RuntimeError" in running.thread.status().last_error


def test_restart_closes_the_source_and_opens_a_new_one() -> None:
    opened: list[FakeSource] = []

    def opener() -> FakeSource:
        opened.append(endless(1000 * len(opened)))
        return opened[-1]

    with Running(camera(None, fps=0), opener) as running:
        running.frames(2)
        running.thread.restart()
        wait_until(lambda: len(opened) == 2)
        assert opened[0].closed.is_set()
        before = running.mailbox.received
        wait_until(lambda: running.mailbox.received >= before + 2)
        running.thread.restart()
        wait_until(lambda: len(opened) == 3)
    assert opened[2].closed.is_set()


def test_restart_ends_a_long_wait() -> None:
    tries = itertools.count()

    def opener() -> FakeSource:
        if next(tries) < 6:
            raise SourceError("not there")
        return endless()

    with Running(camera(None, fps=0), opener) as running:
        for _ in range(2000):
            if running.state() == "live":
                break
            running.thread.restart()
            time.sleep(0.02)
        wait_until(lambda: running.state() == "live")


def test_an_ended_file_waits_for_a_restart() -> None:
    with Running(camera(None, fps=0), lambda: FakeSource([noise(1)], live=False)) as running:
        wait_until(lambda: running.state() == "ended")
        assert running.frames(1)[0].seq == 0
        running.thread.restart()
        assert running.frames(1)[0].seq == 1


def test_stopping_while_waiting_is_quick_and_the_state_is_off() -> None:
    def opener() -> FakeSource:
        raise SourceError("not there")

    with Running(camera(None), opener) as running:
        wait_until(lambda: running.state() == "lost")
        time.sleep(1.0)  # well into a longer wait
        running.thread.stop()
        wait_until(lambda: running.thread.join(0.0), 1.0)
        assert running.state() == "off"


@pytest.mark.parametrize(
    ("url", "part"),
    [(None, "no address"), ("ftp://joe:hunter2@x/y", "starts with"), ("file:/not/there.mp4", "no file")],
)
def test_a_camera_that_cannot_be_opened_says_why(url: str | None, part: str) -> None:
    with Running(camera(url)) as running:
        wait_until(lambda: running.state() == "lost")
        why = running.thread.status().why
    assert part in why
    assert "hunter2" not in why


def test_a_missing_keyring_is_told_and_retried() -> None:
    class NoSecrets(MemorySecrets):
        def get(self, key: str) -> str | None:
            raise SecretsUnavailableError(f"no keyring for {key}")

    with Running(camera("rtsp://127.0.0.1:9/x", user="joe"), secrets=NoSecrets()) as running:
        wait_until(lambda: running.state() == "lost")
        assert "no keyring for camera/demo/cam-1" in running.thread.status().why


def test_a_thread_that_was_never_started_can_be_joined() -> None:
    running = Running(camera(None))
    running.thread.stop()
    assert running.thread.join(0.1)
