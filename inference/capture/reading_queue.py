"""The way of scale readings and gate signals to the engine: bounded, and never dropped silently."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable

import msgspec

from inference.messages import Detections, GateSignal, Observation, Outage, Skeletons, WeightReading

OVERFLOW = "the engine did not keep up: {count} messages were lost"


class _Lost(msgspec.Struct):
    """What an overflow swallowed of one device."""

    outage: Outage
    count: int = 1

    def add(self, outage: Outage) -> None:
        """One more lost message (or an outage that found no room) of the same device."""
        self.count += 1
        since, until = min(self.outage.since, outage.since), max(self.outage.t, outage.t)
        self.outage = msgspec.structs.replace(outage, since=since, t=until)


class ReadingQueue:
    """First in, first out, with room for ``capacity`` observations.

    When it is full the arriving observation is lost, but not silently: it becomes part of an
    :class:`Outage` of its device, which takes the place in the order where the loss was. The pipeline puts
    the visits that such an outage touches into review. An outage is never lost itself: for want of room it
    is merged into its device's.
    """

    def __init__(self, capacity: int = 20_000) -> None:
        """20,000 readings are 16 s of 60 scales at 20 Hz."""
        if capacity < 1:
            raise ValueError(f"a queue needs room for at least 1, not {capacity}")
        self._capacity = capacity
        self._items: deque[Observation] = deque()
        self._lost: dict[tuple[str, str], _Lost] = {}
        self._change = threading.Condition()
        self._overflowed = 0
        self._received = 0
        self._closed = False

    def put(self, item: Observation) -> bool:
        """Queue ``item``; never waits. False when there was no room (recorded) or the queue is closed."""
        with self._change:
            return self._put(item)

    def put_many(self, items: Iterable[Observation]) -> int:
        """Queue several under one lock; the number that found room."""
        with self._change:
            return sum([self._put(item) for item in items])

    def drain(self, limit: int = 1000, timeout: float = 0.0) -> list[Observation]:
        """Up to ``limit`` observations in order of arrival (a few outages more when there was an overflow).

        Waits up to ``timeout`` seconds for the first; an empty list when none came or the queue is closed.
        """
        with self._change:
            self._change.wait_for(lambda: self._items or self._lost or self._closed, timeout)
            batch = [self._items.popleft() for _ in range(min(limit, len(self._items)))]
            if not self._items:
                batch += self._take_lost()
            return batch

    def close(self) -> None:
        """Accept nothing more and wake whoever waits; what is queued can still be drained."""
        with self._change:
            self._closed = True
            self._change.notify_all()

    @property
    def closed(self) -> bool:
        """Whether :meth:`close` was called."""
        return self._closed

    @property
    def overflowed(self) -> int:
        """Observations lost for want of room since the start."""
        return self._overflowed

    @property
    def received(self) -> int:
        """Observations that found room since the start."""
        return self._received

    def __len__(self) -> int:
        """How many wait now."""
        return len(self._items)

    def _put(self, item: Observation) -> bool:
        if self._closed:
            return False
        if len(self._items) >= self._capacity:
            self._record(item)
            return False
        if self._lost:
            self._items.extend(self._take_lost())
        self._items.append(item)
        self._received += 1
        self._change.notify()
        return True

    def _record(self, item: Observation) -> None:
        self._overflowed += 1
        outage = outage_of(item)
        key = (outage.kind, outage.device)
        if key in self._lost:
            self._lost[key].add(outage)
        else:
            self._lost[key] = _Lost(outage)

    def _take_lost(self) -> list[Outage]:
        """The overflow so far as outages, each saying how much of its device was lost."""
        found = [
            msgspec.structs.replace(lost.outage, why=OVERFLOW.format(count=lost.count))
            for lost in self._lost.values()
        ]
        self._lost.clear()
        return sorted(found, key=lambda outage: outage.t)


def outage_of(item: Observation) -> Outage:
    """The time of ``item``, marked as not known. Raises ``TypeError`` for what no device says."""
    match item:
        case WeightReading(scale=scale, t=t):
            return Outage(scale, "scale", t, t)
        case GateSignal(gate=gate, t=t):
            return Outage(gate, "gate", t, t)
        case Detections(camera=camera, t=t):
            return Outage(camera, "camera", t, t)
        case Skeletons(sensor=sensor, t=t):
            return Outage(sensor, "camera", t, t)
        case Outage():
            return item
        case _:  # staff marks and ticks come from the engine itself, not through here
            raise TypeError(f"a {type(item).__name__} does not come from a device")
