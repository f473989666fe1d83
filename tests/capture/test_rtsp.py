"""A real RTSP camera on loopback: picture at once, and every way of failing noticed and mended."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from inference.capture import LiveDevices, MemorySecrets, probe_camera
from inference.messages import Observation, Outage
from tests.capture.support import Running, camera, layout, wait_until
from tests.support.rtsp_server import RtspServer

pytestmark = pytest.mark.alone

FIRST_PICTURE_S = 3.0
NOTICED_S = 5.0
RECOVERED_S = 10.0


def serve(login: str = "") -> RtspServer:
    """A server; skips the test with the reason where none can be started."""
    try:
        return RtspServer(login=login)
    except (RuntimeError, OSError) as error:
        pytest.skip(str(error))


@pytest.fixture
def server() -> Iterator[RtspServer]:
    running = serve()
    yield running
    running.kill()


def test_the_first_picture_comes_within_three_seconds(server: RtspServer) -> None:
    with Running(camera(server.url, fps=10)) as running:
        frame = running.frames(1, FIRST_PICTURE_S)[0]
        assert frame.image.shape == (240, 320, 3)
        assert frame.image.max() > 200  # the ball is white, the rest is black
        assert abs(frame.t - time.time()) < 10.0


@pytest.mark.slow
def test_frozen_killed_and_restarted_are_noticed_and_mended(server: RtspServer) -> None:
    seen: list[Observation] = []
    devices = LiveDevices(layout(cameras=[camera(server.url, fps=10)]), MemorySecrets())

    def state() -> str:
        seen.extend(devices.readings.drain())
        return devices.statuses()[0].state

    devices.start()
    try:
        wait_until(lambda: state() == "live", FIRST_PICTURE_S, "first picture")
        server.freeze()
        wait_until(lambda: state() == "lost", NOTICED_S, "frozen server noticed")
        assert "trying again" in devices.statuses()[0].why or "connecting again" in devices.statuses()[0].why
        server.thaw()
        wait_until(lambda: state() == "live", RECOVERED_S, "used again after a freeze")
        wait_until(lambda: state() == "live" and _ended(seen) == 1, 5.0, "the first outage ended")

        server.kill()
        wait_until(lambda: state() == "late", 2.0, "killed server noticed")
        wait_until(lambda: state() == "lost", NOTICED_S, "killed server lost")
        server.start()
        wait_until(lambda: state() == "live", RECOVERED_S, "used again after a restart")
        assert devices.statuses()[0].reconnects >= 2
        wait_until(lambda: state() == "live" and _ended(seen) == 2, 5.0, "the second outage ended")
    finally:
        devices.stop()
    outages = [o for o in seen if isinstance(o, Outage)]
    assert [(o.device, o.kind, o.over) for o in outages] == [
        ("cam-1", "camera", o % 2 == 1) for o in range(4)
    ]
    for begun, ended in (outages[:2], outages[2:]):
        assert begun.since == ended.since <= begun.t <= ended.t
        assert begun.t - begun.since <= NOTICED_S + 0.5


def _ended(seen: list[Observation]) -> int:
    return sum(isinstance(o, Outage) and o.over for o in seen)


def test_stopping_while_the_server_is_frozen_is_quick(server: RtspServer) -> None:
    with Running(camera(server.url)) as running:
        running.frames(2)
        server.freeze()
        time.sleep(0.3)
        running.thread.stop()
        wait_until(lambda: running.thread.join(0.0), 2.5)
        server.thaw()


def test_opening_a_frozen_server_can_be_stopped_too(server: RtspServer) -> None:
    server.freeze()
    with Running(camera(server.url)) as running:
        time.sleep(0.5)
        running.thread.stop()
        wait_until(lambda: running.thread.join(0.0), 2.5)
    server.thaw()


def test_a_password_is_used_and_never_shown() -> None:
    server = serve(login="joe:pa:ss@w0/rd")
    try:
        secrets = MemorySecrets({"camera/demo/cam-1": "pa:ss@w0/rd"})
        with Running(camera(server.url, user="joe"), secrets=secrets) as running:
            running.frames(2)
        found = probe_camera(server.url, secrets, user="joe", key="camera/demo/cam-1")
        assert (found.width, found.height, found.codec, found.error) == (320, 240, "h264", "")
        refused = probe_camera(server.url.replace("//", "//joe:hunter2@"), secrets)
        assert "refuses the user or password" in refused.error
        assert "hunter2" not in repr(refused)
        lost = probe_camera(
            server.url.replace("/cam", "/other"), secrets, user="joe", key="camera/demo/cam-1"
        )
        assert "no such stream" in lost.error
    finally:
        server.kill()
