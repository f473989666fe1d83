"""The last seconds of each camera: small, few, encoded; in memory only."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.messages import Frame

MAX_WIDTH, MAX_HEIGHT = 640, 360
RATE_HZ = 5.0
KEPT_S = 40.0
"""Longer than the slowest shelf event takes to settle."""
EARLY_S = 0.01
"""Cameras' clocks are rounded: so much before its time a picture is not too early."""
SET_BACK_S = 1.0
"""Whose pictures go back further than this had the clock set."""
QUALITY = 70
"""Of JPEG: products can still be told apart, and a picture takes some 30 kB."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One encoded picture."""

    t: float
    width: int
    height: int
    jpeg: bytes

    def picture(self) -> NDArray[np.uint8]:
        """``[height, width, 3]``, BGR."""
        decoded = cv2.imdecode(np.frombuffer(self.jpeg, np.uint8), cv2.IMREAD_COLOR)
        return np.asarray(decoded, np.uint8)


class Film:
    """Takes pictures from the threads that decode them. Time is the pictures' own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shots: dict[str, deque[Shot]] = {}
        self._due: dict[str, float] = {}

    def take(self, frame: Frame) -> None:
        """Keep a picture, at most ``RATE_HZ`` a second and camera; safe from any thread."""
        with self._lock:
            due = self._due.get(frame.camera, frame.t)
            if frame.t < due - SET_BACK_S:
                due = frame.t
            elif frame.t < due - EARLY_S:
                return
            # From picture to picture, so that 10 a second are halved and not thinned to every third.
            self._due[frame.camera] = max(due, frame.t - 0.5 / RATE_HZ) + 1.0 / RATE_HZ
        shot = encoded(frame)
        with self._lock:
            shots = self._shots.setdefault(frame.camera, deque())
            if shots and shots[-1].t >= shot.t:  # the clock was set back: what was said of then is void
                shots.clear()
            shots.append(shot)
            while shots[0].t < shot.t - KEPT_S:
                shots.popleft()

    def between(self, begin: float, end: float) -> dict[str, tuple[Shot, ...]]:
        """By camera, the pictures of that time; references, nothing is copied."""
        with self._lock:
            found = {c: tuple(s for s in shots if begin <= s.t <= end) for c, shots in self._shots.items()}
        return {camera: shots for camera, shots in found.items() if shots}

    @property
    def size(self) -> int:
        """Bytes that the pictures take."""
        with self._lock:
            return sum(len(shot.jpeg) for shots in self._shots.values() for shot in shots)


def encoded(frame: Frame) -> Shot:
    """A picture, scaled down to 640x360 at most, its shape kept."""
    image = frame.image
    height, width = image.shape[:2]
    scale = min(1.0, MAX_WIDTH / width, MAX_HEIGHT / height)
    if scale < 1.0:
        width, height = max(2, round(width * scale)), max(2, round(height * scale))
        image = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return Shot(frame.t, width, height, data.tobytes())
