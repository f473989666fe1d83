"""Small stores, cameras and sources for the capture tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from queue import SimpleQueue

import av
import numpy as np
import pytest

from inference.capture import CameraThread, Mailbox, MemorySecrets, Secrets
from inference.capture.sources import Image, RawPicture, SourceEnded
from inference.messages import Frame
from store_layout.model import (
    Broker,
    Camera,
    Floor,
    Gate,
    PointsCalibration,
    Scale,
    StoreFile,
    StoreInfo,
    StoreLayout,
)

SQUARE = ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0))


def camera(url: str | None, fps: float = 30.0, user: str | None = None, id: str = "cam-1") -> Camera:
    """A camera at an address."""
    calibration = PointsCalibration(pairs=())
    return Camera(id=id, name=id, width=320, height=240, calibration=calibration, url=url, fps=fps, user=user)


def layout(
    scales: Iterable[str] = (),
    gates: Iterable[str] = (),
    cameras: Iterable[Camera] = (),
    broker: Broker | None = None,
    rate_hz: float = 20.0,
) -> StoreLayout:
    """A store ``demo`` with these devices."""
    file = StoreFile(
        format=1,
        store=StoreInfo(id="demo", name="Demo"),
        floor=Floor(outline=SQUARE),
        scale=tuple(Scale(id=s, rate_hz=rate_hz) for s in scales),
        gate=tuple(Gate(id=g, name=g, kind="both", outline=SQUARE) for g in gates),
        camera=tuple(cameras),
        broker=broker,
    )
    return StoreLayout(file=file)


PATIENCE_S = 60.0
"""A wait ends when what it waits for is there: the longest one costs only the tests that fail."""
TURN_S = 0.05
"""From one look to the next, on a computer that is not busy, at most."""


def wait_until(condition: Callable[[], bool], within_s: float = PATIENCE_S, what: str = "") -> float:
    """Wait for ``condition``; how long it took. Fails the test when it does not come true in time.

    ``within_s``: where that is promised. Time in which a busy machine let this process wait does not count.
    """
    took, last = 0.0, time.monotonic()
    while not condition():
        if took > within_s:
            pytest.fail(f"not within {within_s} s: {what or condition}")
        time.sleep(0.02)
        now = time.monotonic()
        took, last = took + min(now - last, TURN_S), now
    return took


def noise(seed: int, width: int = 64, height: int = 48) -> Image:
    """A picture that differs from every other seed's."""
    return np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)


Step = Image | Exception | Callable[[], None]


class FakeSource:
    """Gives pictures, raises errors and runs callables, in order; then it ends."""

    def __init__(self, steps: Iterable[Step], live: bool = True, every_s: float = 0.005) -> None:
        self.live = live
        self.closed = threading.Event()
        self._steps: Iterator[Step] = iter(steps)
        self._every_s = every_s
        self._count = 0

    def read(self) -> RawPicture:
        for step in self._steps:
            if isinstance(step, Exception):
                raise step
            if not isinstance(step, np.ndarray):
                step()
                continue
            time.sleep(self._every_s)
            self._count += 1
            media_t = None if self.live else self._count * self._every_s
            return RawPicture(media_t, lambda size, image=step: image)  # type: ignore[misc]  # binds early
        raise SourceEnded

    def close(self) -> None:
        self.closed.set()


class Running:
    """A camera thread that is stopped at the end of a ``with`` block.

    ``keep``: of every frame, so that none is lost where this thread has to wait for its turn.
    """

    def __init__(
        self,
        of: Camera,
        opener: Callable[[], FakeSource] | None = None,
        secrets: Secrets | None = None,
        folder: Path | None = None,
        size: tuple[int, int] | None = None,
        *,
        keep: bool = True,
    ) -> None:
        self.mailbox: Mailbox[Frame] = Mailbox()
        self._keep, self._kept = keep, SimpleQueue[Frame | None]()
        secrets = secrets or MemorySecrets()
        self.thread = CameraThread(
            of, self.mailbox, secrets, store="demo", folder=folder, size=size, opener=opener
        )

    def __enter__(self) -> Running:
        if self._keep:
            self.mailbox.listen(lambda: self._kept.put(self.mailbox.take(0)))
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.thread.stop()
        assert self.thread.join(PATIENCE_S), "the camera thread does not end"

    def state(self) -> str:
        return self.thread.status().state

    def frames(self, count: int, within_s: float = PATIENCE_S) -> list[Frame]:
        """The next ``count`` frames; for one that keeps them."""
        found: list[Frame] = []

        def came() -> bool:
            while len(found) < count and not self._kept.empty():
                frame = self._kept.get_nowait()
                if frame is not None:
                    found.append(frame)
            return len(found) == count

        wait_until(came, within_s, f"{count} frames")
        return found


def write_video(
    path: Path, frames: int = 12, fps: int = 10, *, width: int = 64, height: int = 48, codec: str = "mjpeg"
) -> Path:
    """A video file whose pictures differ."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for i in range(frames):
            frame = av.VideoFrame.from_ndarray(noise(i, width, height), format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
