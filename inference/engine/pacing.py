"""When a recorded moment is due."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

LATE_S = 2.0
"""Who is further behind than this has lost the pace: it starts anew from there instead of rushing."""


class Pacer:
    """Maps recorded time to the wall clock; changed by one thread, waited on by another."""

    def __init__(
        self, speed: float | None, paused: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``speed``: times real time; None: as fast as the machine allows."""
        self._clock = clock
        self._change = threading.Condition()
        self._speed = speed
        self._paused = paused
        self._closed = False
        self._anchor: tuple[float, float] | None = None
        self._position: float | None = None

    @property
    def speed(self) -> float | None:
        """Times real time."""
        return self._speed

    @property
    def paused(self) -> bool:
        """Nothing is due."""
        return self._paused

    def set_speed(self, speed: float | None) -> None:
        """From this moment on."""
        with self._change:
            self._speed = speed
            self._anchor = None
            self._change.notify_all()

    def pause(self, paused: bool) -> None:
        """Hold, or go on."""
        with self._change:
            self._paused = paused
            self._anchor = None
            self._change.notify_all()

    def close(self) -> None:
        """Let whoever waits go."""
        with self._change:
            self._closed = True
            self._change.notify_all()

    def wait(self, t: float) -> bool:
        """Block until recorded time ``t`` is due; false when closed."""
        with self._change:
            while not self._closed:
                left = self._left(t)
                if left is not None and left <= 0:
                    self._position = t
                    return True
                self._change.wait(left)
            return False

    def _left(self, t: float) -> float | None:
        """Seconds until ``t`` is due; None: not before something changes."""
        if self._paused:
            return None
        if self._speed is None:
            return 0.0
        now = self._clock()
        if self._anchor is None:
            self._anchor = (now, t if self._position is None else self._position)
        began, began_t = self._anchor
        left = began + (t - began_t) / self._speed - now
        if left < -LATE_S:
            self._anchor = (now, t)
        return left
