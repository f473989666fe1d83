"""Plays a recording back: one sequence of observations, in an order that the recording alone decides."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from operator import itemgetter
from typing import TypeVar

from inference.messages import Frame, Observation, Tick
from inference.recording.format import CameraStream, RecordingError
from inference.recording.pictures import FrameDetector, OnFrame, detected, frames
from inference.recording.reader import Recording
from inference.recording.streams import Item, frame_slots, recorded_streams

V = TypeVar("V")

TICK_S = 0.25
"""Step of the ticks: time-outs fall due even where every device is silent."""
_TICKS = "ticks"


class RecordingPlayer:
    """Merges all streams of a recording by ``(t, kind, device, seq)``, with ticks in between.

    Nothing is held but a few seconds of each stream and what the detector has under way. The sequence is the
    same each time, so that "the first N observations" means something after a crash.
    """

    def __init__(
        self,
        recording: Recording,
        detector: FrameDetector | None = None,
        on_frame: OnFrame | None = None,
    ) -> None:
        """``detector`` sees the pictures; without one, recorded detections stand in for them.

        ``on_frame`` gets each picture just before what was seen in it. Raises :class:`RecordingError` for a
        camera with neither detections nor a detector.
        """
        self._recording = recording
        self._detector = detector
        self._on_frame = on_frame
        self._live: list[CameraStream] = []
        recorded: list[CameraStream] = []
        for camera in recording.cameras:
            if camera.times is not None and detector is not None:
                self._live.append(camera)
            elif camera.detections_file is not None:
                recorded.append(camera)
            else:
                raise RecordingError(
                    f"camera {camera.id!r} has pictures and no recorded detections: name a detector"
                )
        self._shown = [c for c in recorded if c.times is not None and on_frame is not None]
        self._streams = recorded_streams(recording, recorded)

    def observations(self, start_at: int = 0) -> Iterator[Observation]:
        """All observations from number ``start_at`` on (ticks count)."""
        used, until = self._used(start_at) if start_at else (Counter[str](), float("-inf"))
        sources: list[Iterator[Item[Observation | Frame]]] = [
            stream.items(used[stream.name]) for stream in self._streams
        ]
        if self._detector is not None:
            pictures = [frames(self._recording, c, used[_pictures_of(c)]) for c in self._live]
            sources.append(detected(pictures, self._detector, self._on_frame))
        sources += [self._pictures_after(camera, until) for camera in self._shown]
        for value in self._ticking(heapq.merge(*sources, key=itemgetter(0)), used[_TICKS]):
            if not isinstance(value, Frame):
                yield value
            elif self._on_frame is not None:
                self._on_frame(value)

    # -- inside --------------------------------------------------------------------------------------

    def _used(self, count: int) -> tuple[Counter[str], float]:
        """How much of each stream the first ``count`` observations use, and the last one's time.

        Pictures are not decoded for it.
        """
        sources = [_named(stream.items(0), stream.name) for stream in self._streams]
        sources += [_named(frame_slots(self._recording, c), _pictures_of(c)) for c in self._live]
        used: Counter[str] = Counter()
        until = float("-inf")
        for value in islice(self._ticking(heapq.merge(*sources, key=itemgetter(0)), 0), count):
            if isinstance(value, Tick):
                used[_TICKS] += 1
                until = value.t
            else:
                name, until = value
                used[name] += 1
        return used, until

    def _ticking(self, items: Iterator[Item[V]], ticks: int) -> Iterator[V | Tick]:
        """The values with ticks in between, on a grid from the start; a tick precedes what is at its time.

        Ticks go on to the recording's end.
        """
        start = self._recording.started_at
        due = start + (ticks + 1) * TICK_S
        for key, value in items:
            while due <= key[0]:
                yield Tick(due)
                ticks += 1
                due = start + (ticks + 1) * TICK_S
            yield value
        while due <= start + (self._recording.about.duration or 0.0):
            yield Tick(due)
            ticks += 1
            due = start + (ticks + 1) * TICK_S

    def _pictures_after(self, camera: CameraStream, until: float) -> Iterator[Item[Frame]]:
        """Pictures to be shown beside recorded detections; they are not observations."""
        slots = (
            sum(1 for key, _ in frame_slots(self._recording, camera) if key[0] <= until) if until > 0 else 0
        )
        for key, picture in frames(self._recording, camera, slots):
            if isinstance(picture, Frame):
                # -1 in place of the line number: before the detections of the same frame.
                yield (*key[:4], -1), picture


def _named(items: Iterator[Item[V]], name: str) -> Iterator[Item[tuple[str, float]]]:
    return ((key, (name, key[0])) for key, _ in items)


def _pictures_of(camera: CameraStream) -> str:
    return f"pictures {camera.id}"
