"""The last minutes of every scale, in memory only: about ten samples a second, and nothing of it on disk."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from inference.messages import WeightReading

KEPT_S = 180.0
SAMPLES_HZ = 10
"""Readings within a tenth of a second are averaged into one sample."""
FIRST_S = 1.0
"""A scale's first level is the mean of so long."""
MOST = 4096
"""Scales, for devices that make up names."""


class Trace:
    """A ring of one scale's samples; grams as the device says them."""

    __slots__ = ("_bin", "_first_n", "_first_sum", "_first_t", "_grams", "_n", "_place", "_sum", "_times")

    def __init__(self) -> None:
        self._times, self._grams = array("d"), array("f")
        self._place = 0
        self._bin = 0
        self._sum, self._n = 0.0, 0
        self._first_t, self._first_sum, self._first_n = 0.0, 0.0, 0

    def feed(self, t: float, grams: float) -> None:
        """Take a reading; of one that is late nothing is kept."""
        number = int(t * SAMPLES_HZ)
        if number > self._bin:
            if self._n:
                self._keep((self._bin + 0.5) / SAMPLES_HZ, self._sum / self._n)
            self._bin, self._sum, self._n = number, grams, 1
        elif number == self._bin:
            self._sum += grams
            self._n += 1

    def since(self, after: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Times and grams of the samples later than ``after``, in order."""
        times = self._times[self._place :] + self._times[: self._place]
        grams = self._grams[self._place :] + self._grams[: self._place]
        first = next((i for i, t in enumerate(times) if t > after), len(times))
        return tuple(times[first:]), tuple(grams[first:])

    def first_level(self, t: float, grams: float) -> float | None:
        """Feed the first readings: the mean of the first second once it is over."""
        if not self._first_n:
            self._first_t = t
        self._first_sum += grams
        self._first_n += 1
        return self._first_sum / self._first_n if t - self._first_t >= FIRST_S else None

    def _keep(self, t: float, grams: float) -> None:
        if len(self._times) < round(KEPT_S * SAMPLES_HZ):
            self._times.append(t)
            self._grams.append(grams)
            return
        self._times[self._place], self._grams[self._place] = t, grams
        self._place = (self._place + 1) % len(self._times)


class Traces:
    """By scale. Made as scales speak."""

    def __init__(self) -> None:
        self._of: dict[str, Trace] = {}

    def feed(self, reading: WeightReading) -> Trace:
        """Take one reading; gives its scale's trace."""
        trace = self._of.get(reading.scale)
        if trace is None:
            trace = Trace()
            if len(self._of) < MOST:
                self._of[reading.scale] = trace
        trace.feed(reading.t, reading.grams)
        return trace

    def forget(self, scales: Iterable[str]) -> None:
        """Nothing of these is of use any more."""
        for scale in scales:
            self._of.pop(scale, None)

    def since(self, scale: str, after: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Times and grams of one scale; none of one that has not spoken."""
        trace = self._of.get(scale)
        return ((), ()) if trace is None else trace.since(after)
