"""How often something happens, and when it may happen."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

Clock = Callable[[], float]
"""Seconds; the wall clock or a monotonic one."""


class RateMeter:
    """Events a second over a sliding window."""

    def __init__(self, window_s: float = 5.0) -> None:
        self._window = window_s
        self._buckets: deque[tuple[float, int]] = deque()
        self._started: float | None = None

    def add(self, now: float, count: int = 1) -> None:
        """``count`` events happened at ``now`` (a monotonic clock). Events within 50 ms share a bucket."""
        if self._started is None:
            self._started = now
        if self._buckets and now - self._buckets[-1][0] < 0.05:
            at, before = self._buckets[-1]
            self._buckets[-1] = (at, before + count)
        else:
            self._buckets.append((now, count))
        self._forget(now)

    def rate(self, now: float) -> float:
        """Events a second in the window that ends at ``now``; 0 before the first second is over."""
        self._forget(now)
        if self._started is None or not self._buckets:
            return 0.0
        span = min(self._window, now - self._started)
        return sum(count for _, count in self._buckets) / span if span >= 1.0 else 0.0

    def _forget(self, now: float) -> None:
        while self._buckets and now - self._buckets[0][0] > self._window:
            self._buckets.popleft()


class Pacer:
    """Lets through at most so many events a second, evenly, without drifting below the target."""

    def __init__(self, per_second: float) -> None:
        """``per_second`` 0 or less lets everything through."""
        self._period = 1.0 / per_second if per_second > 0 else 0.0
        self._due: float | None = None

    def allows(self, t: float) -> bool:
        """Whether the event at ``t`` goes through. Up to a quarter period early is on time: jitter."""
        if self._period == 0.0:
            return True
        if self._due is None or t < self._due - 4 * self._period:  # the first, or time was set back
            self._due = t
        if t < self._due - self._period / 4:
            return False
        self._due = max(self._due + self._period, t - self._period)
        return True


class ArrivalClock:
    """The wall clock for stamping arrivals: it never goes backwards and does not jump with small steps.

    It runs with the monotonic clock. Where the wall clock is found elsewhere (the time service set it), it
    jumps forward by more than ``jump_s``, and otherwise is slewed towards it by at most a tenth of the time
    that passed.
    """

    def __init__(
        self, wall: Clock = time.time, monotonic: Clock = time.monotonic, jump_s: float = 2.0
    ) -> None:
        self._wall, self._monotonic, self._jump = wall, monotonic, jump_s
        self._last_mono = monotonic()
        self._t = wall()

    def now(self) -> float:
        """Seconds since the epoch. One thread at a time."""
        mono, wall = self._monotonic(), self._wall()
        passed = max(0.0, mono - self._last_mono)
        self._last_mono = mono
        expected = self._t + passed
        error = wall - expected
        if error > self._jump:
            self._t = wall
        else:
            self._t = expected + max(-passed / 10, min(passed / 10, error))
        return self._t
