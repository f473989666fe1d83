"""The streams of a recording as ordered sequences of ``(key, value)``, ready to be merged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from operator import itemgetter
from typing import NamedTuple, TypeVar

from inference.messages import (
    Detections,
    Observation,
    Skeletons,
    WeightReading,
)
from inference.recording.format import CameraStream, FrameTime, WeightBatch
from inference.recording.lines import LineReader
from inference.recording.reader import Recording

V = TypeVar("V")
Seen = TypeVar("Seen", bound=Observation)
Key = tuple[float, int, str, int, int]
"""``(t, kind, device, seq, place in the stream)``: a total order of everything in a recording."""
Item = tuple[Key, V]

SLACK_S = 2.0
"""How late a line may be and still be put in its place."""

KINDS = ("tick", "outage", "gate", "camera", "sensor", "weight", "staff")
"""Order of what happens at the same instant."""
TICK, OUTAGE, GATE, CAMERA, SENSOR, WEIGHT, STAFF = range(len(KINDS))


class Stream(NamedTuple):
    """One source of observations."""

    name: str
    items: Callable[[int], Iterator[Item[Observation]]]
    """The items in order of their keys, from a number on."""


def recorded_streams(recording: Recording, cameras: Iterable[CameraStream]) -> list[Stream]:
    """Everything that needs no detector; of cameras, the recorded detections of those given."""

    def stream(name: str, lines: Callable[[], Iterator[Item[Observation]]]) -> Stream:
        return Stream(name, lambda first: _from(lines(), first))

    return [
        *(stream(f"camera {c.id}", partial(_detections, recording, c)) for c in cameras),
        *(
            stream(f"sensor {s.id}", partial(_keyed, recording.skeletons(s), _key_of_skeletons))
            for s in recording.about.sensors
        ),
        stream("scales", partial(_weights, recording)),
        stream("gates", lambda: _keyed(recording.gates(), lambda s: (s.t, GATE, s.gate, 0))),
        stream("outages", lambda: _keyed(recording.outages(), lambda s: (s.t, OUTAGE, s.device, 0))),
        stream("staff", lambda: _keyed(recording.staff(), lambda s: (s.t, STAFF, s.code, 0))),
    ]


def frame_slots(recording: Recording, camera: CameraStream) -> Iterator[Item[FrameTime]]:
    """When each picture of a camera falls due. Those that go back in time or in the video are reported."""
    times = recording.frame_times(camera)
    last_t, last_frame = -1.0, -1
    for number, entry in times.numbered():
        if entry.t < last_t or entry.frame <= last_frame:
            times.problems.add(times.file, number, "a frame out of order")
            continue
        last_t, last_frame = entry.t, entry.frame
        yield (entry.t, CAMERA, camera.id, entry.seq, number), entry


def _detections(recording: Recording, camera: CameraStream) -> Iterator[Item[Detections]]:
    return _keyed(recording.detections(camera), lambda s: (s.t, CAMERA, s.camera, s.seq))


def _key_of_skeletons(seen: Skeletons) -> tuple[float, int, str, int]:
    return (seen.t, SENSOR, seen.sensor, seen.seq)


def _keyed(
    lines: LineReader[Seen], head: Callable[[Seen], tuple[float, int, str, int]]
) -> Iterator[Item[Seen]]:
    return _in_order(lines, lambda number, value: [((*head(value), number), value)])


def _weights(recording: Recording) -> Iterator[Item[WeightReading]]:
    lines = recording.scale_lines()

    def readings(number: int, line: WeightReading | WeightBatch) -> list[Item[WeightReading]]:
        if isinstance(line, WeightReading):
            return [((line.t, WEIGHT, line.scale, line.seq or 0, number), line)]
        scale, t, seq, step = line.scale, line.t, line.seq, 1.0 / line.rate_hz
        return [
            (
                (at, WEIGHT, scale, i, number),
                WeightReading(scale, at, grams, None if seq is None else seq + i),
            )
            for i, grams in enumerate(line.grams)
            if grams is not None
            for at in (t + i * step,)
        ]

    return _in_order(lines, readings)


def _in_order(lines: LineReader[V], parts: Callable[[int, V], list[Item[Seen]]]) -> Iterator[Item[Seen]]:
    """Sort within :data:`SLACK_S`: keep what is newer than that, pass on the rest in order.

    ``parts`` makes the items of a line; none of them may be older than its first.
    """
    held: list[Item[Seen]] = []
    newest = released = float("-inf")
    for number, value in lines.numbered():
        items = parts(number, value)
        if not items:
            continue
        t = items[0][0][0]
        if t < released:
            lines.problems.add(
                lines.file, number, f"{newest - t:.1f} s out of order; at most {SLACK_S:.0f} s"
            )
            continue
        held += items
        newest = max(newest, t)
        if newest - SLACK_S > released + SLACK_S / 2:
            released = newest - SLACK_S
            held.sort(key=itemgetter(0))
            count = next((i for i, (key, _) in enumerate(held) if key[0] >= released), len(held))
            yield from held[:count]
            del held[:count]
    held.sort(key=itemgetter(0))
    yield from held


def _from(items: Iterator[Item[V]], first: int) -> Iterator[Item[V]]:
    for _ in range(first):
        if next(items, None) is None:
            break
    return items
