"""A real camera stream through the real engine process into the real window."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import msgspec
import numpy as np
import pytest

from tests.live.conftest import OpenDesk, store_with
from tests.live.desk import Desk
from tests.support.rtsp_server import RtspServer
from tests.support.stores import small_store

pytestmark = pytest.mark.alone

log = logging.getLogger(__name__)

PICTURE_S = 3.0
NOTICED_S = 5.0
RECOVERED_S = 10.0
CAMERA = "west"


@pytest.fixture
def server() -> Iterator[RtspServer]:
    try:
        running = RtspServer(width=640, height=360)
    except (RuntimeError, OSError) as error:
        pytest.skip(str(error))
    yield running
    running.kill()


def shows_ball(desk: Desk) -> bool:
    """The test picture is a white ball on black; a wire frame, veiled or not, is light in this theme."""
    tile = desk.tile(CAMERA)
    return bool(np.mean(tile.max(axis=2) < 30) > 0.8 and (tile.min(axis=2) > 200).any())


@pytest.mark.slow
def test_a_camera_is_in_the_window_at_once_and_its_failures_are_told(
    server: RtspServer, open_desk: OpenDesk
) -> None:
    camera = msgspec.structs.replace(small_store().cameras[CAMERA], url=server.url, fps=10.0)
    desk = open_desk(store_with((camera,)))

    desk.wait(lambda: desk.link.state == "running", 100.0, "engine running")
    measured("console start to engine", time.monotonic() - desk.began)
    measured("engine to picture", desk.wait(lambda: shows_ball(desk), PICTURE_S, "first picture painted"))
    measured("console start to picture", time.monotonic() - desk.began)
    first = desk.tile(CAMERA)
    desk.wait(lambda: bool(np.any(desk.tile(CAMERA) != first)), 2.0, "the picture moves")
    assert desk.row(CAMERA)["State"] == "Live"
    desk.look_at_tiles()

    server.freeze()
    measured("frozen noticed", desk.wait(lambda: desk.is_veiled(CAMERA), NOTICED_S, "frozen server"))
    row = desk.row(CAMERA)
    assert row["State"] in ("Late", "Lost")
    assert "sent nothing" in row["Why"] or "no picture for" in row["Why"]
    desk.wait(lambda: desk.row(CAMERA)["State"] == "Lost", NOTICED_S, "frozen server is lost")
    desk.qtbot.wait(2000)  # into the backoff
    desk.look_at_tiles()
    server.thaw()
    measured("used again after a freeze", desk.wait(lambda: shows_ball(desk), RECOVERED_S, "thawed"))
    assert desk.row(CAMERA)["State"] == "Live"

    desk.look_at_tiles()
    server.kill()
    measured("kill noticed", desk.wait(lambda: desk.is_veiled(CAMERA), NOTICED_S, "killed server"))
    desk.wait(lambda: "refuses the connection" in desk.row(CAMERA)["Why"], NOTICED_S, "says why")
    desk.wait(lambda: desk.row(CAMERA)["State"] == "Lost", NOTICED_S, "killed server is lost")
    desk.look_at_tiles()
    server.start()
    measured("used again after a restart", desk.wait(lambda: shows_ball(desk), RECOVERED_S, "restarted"))
    row = desk.row(CAMERA)
    assert row["State"] == "Live"
    assert int(row["Reconnects"]) >= 2


def measured(what: str, seconds: float) -> None:
    log.info("%s: %.2f s", what, seconds)
