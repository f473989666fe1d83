"""Small stores, cameras and sources for the capture tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

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


def wait_until(condition: Callable[[], bool], within_s: float, what: str = "") -> float:
    """Wait for ``condition``; how long it took. Fails the test when it does not come true in time."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > within_s:
            pytest.fail(f"not within {within_s} s: {what or condition}")
        time.sleep(0.02)
    return time.monotonic() - began


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
    """A camera thread that is stopped at the end of a ``with`` block."""

    def __init__(
        self,
        of: Camera,
        opener: Callable[[], FakeSource] | None = None,
        secrets: Secrets | None = None,
        folder: Path | None = None,
        size: tuple[int, int] | None = None,
    ) -> None:
        self.mailbox: Mailbox[Frame] = Mailbox()
        secrets = secrets or MemorySecrets()
        self.thread = CameraThread(
            of, self.mailbox, secrets, store="demo", folder=folder, size=size, opener=opener
        )

    def __enter__(self) -> Running:
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.thread.stop()
        assert self.thread.join(6.0), "the camera thread does not end"

    def state(self) -> str:
        return self.thread.status().state

    def frames(self, count: int, within_s: float = 5.0) -> list[Frame]:
        """The next ``count`` frames."""
        until = time.monotonic() + within_s
        found: list[Frame] = []
        while len(found) < count:
            frame = self.mailbox.take(max(0.0, until - time.monotonic()))
            if frame is None:
                pytest.fail(
                    f"only {len(found)} of {count} frames within {within_s} s: {self.thread.status()}"
                )
            found.append(frame)
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
