"""Models and mailboxes that do what a test says."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np

from inference.detection.manifest import ModelError
from inference.detection.picture import Picture
from inference.messages import Detection, Frame


def frame(camera: str, seq: int, shade: int = 0) -> Frame:
    return Frame(camera, seq, seq / 10, np.full((8, 8, 3), shade, np.uint8))


class FakeModel:
    """Sees one person whose score is the picture's shade; shade 255 is a picture it fails on."""

    name = "fake"

    def __init__(self, before: Callable[[int], None] = lambda shade: None) -> None:
        self.sessions = 0
        self.at_work = 0
        self.most_at_work = 0
        self._lock = threading.Lock()
        self._before = before

    def session(self) -> FakeModel:
        self.sessions += 1
        return self

    def detect(self, image: Picture) -> tuple[Detection, ...]:
        shade = int(image[0, 0, 0])
        with self._lock:
            self.at_work += 1
            self.most_at_work = max(self.most_at_work, self.at_work)
        try:
            self._before(shade)
        finally:
            with self._lock:
                self.at_work -= 1
        if shade == 255:
            raise ModelError("fake.onnx", "cannot read white", "Paint it.")
        return (Detection((0, 0, 4, 8), shade / 255),)


class FakeBox:
    """A mailbox of one slot; ``refill`` makes it bring a new frame whenever it is asked."""

    def __init__(self, camera: str, refill: bool = False) -> None:
        self.camera, self._refill = camera, refill
        self._slot: Frame | None = None
        self._seq = 0
        self._lock = threading.Lock()
        self._listener: Callable[[], None] = lambda: None

    def listen(self, listener: Callable[[], None]) -> None:
        self._listener = listener

    def put(self, shade: int = 0) -> None:
        with self._lock:
            self._slot = frame(self.camera, self._seq, shade)
            self._seq += 1
        self._listener()

    def take(self, timeout: float | None = None) -> Frame | None:
        if self._refill:
            self.put()
        with self._lock:
            taken, self._slot = self._slot, None
        return taken
