"""Frames of recorded cameras, decoded when they fall due."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from itertools import islice
from operator import itemgetter
from typing import TypeVar

from inference.messages import Detections, Frame, Observation, Outage
from inference.recording.format import CameraStream, FrameTime, RecordingError
from inference.recording.reader import Recording
from inference.recording.streams import Item, Key, frame_slots
from inference.recording.video import Image, read_picture, read_video

FrameDetector = Callable[[Iterator[Frame]], Iterator[Detections]]
"""Detects people in frames: one ``Detections`` per frame, in the frames' order. It may work ahead."""
OnFrame = Callable[[Frame], None]
V = TypeVar("V")
DECODERS = 2
"""Threads that decode; each camera is one picture ahead."""


def frames(recording: Recording, camera: CameraStream, first: int = 0) -> Iterator[Item[Frame | Outage]]:
    """The pictures of one camera from slot number ``first`` on; an :class:`Outage` for one that is damaged.

    There is exactly one item for each slot, so that counting slots counts items.
    """
    slots = islice(frame_slots(recording, camera), first, None)
    pictures = _pictures if camera.kind == "pictures" else _video
    for key, entry, image in pictures(recording, camera, slots):
        if isinstance(image, str):
            recording.problems.add(camera.file, 0, f"frame {entry.frame}: {image}")
            yield key, Outage(camera.id, "camera", entry.t, entry.t, why=image)
        else:
            yield key, Frame(camera.id, entry.seq, entry.t, image)


def detected(
    sources: Iterable[Iterator[Item[Frame | Outage]]], detector: FrameDetector, on_frame: OnFrame | None
) -> Iterator[Item[Observation]]:
    """What the detector sees in the merged frames, in their order.

    Frames that it has under way are kept for ``on_frame``; outages wait until those before them are done.
    """
    with ThreadPoolExecutor(DECODERS, "decode") as decoders:
        yield from _detected([_one_ahead(source, decoders) for source in sources], detector, on_frame)


def _detected(
    sources: list[Iterator[Item[Frame | Outage]]], detector: FrameDetector, on_frame: OnFrame | None
) -> Iterator[Item[Observation]]:
    waiting: deque[Item[Frame | Outage]] = deque()

    def good() -> Iterator[Frame]:
        for item in heapq.merge(*sources, key=itemgetter(0)):
            waiting.append(item)
            if isinstance(item[1], Frame):
                yield item[1]

    def outages() -> Iterator[Item[Observation]]:
        while waiting and isinstance(waiting[0][1], Outage):
            key, outage = waiting.popleft()
            assert isinstance(outage, Outage)  # noqa: S101 - seen in the line above
            yield key, outage

    for seen in detector(good()):
        yield from outages()
        key, frame = waiting.popleft()
        if not isinstance(frame, Frame) or (frame.camera, frame.seq) != (seen.camera, seen.seq):
            raise RuntimeError(f"the detector answered for frame {seen.seq} of {seen.camera} out of turn")
        if on_frame is not None:
            on_frame(frame)
        yield key, seen
    yield from outages()


def _one_ahead(items: Iterator[V], decoders: ThreadPoolExecutor) -> Iterator[V]:
    """The same items; the next one is made in another thread while one is used."""
    following = decoders.submit(next, items, None)
    try:
        while (item := following.result()) is not None:
            following = decoders.submit(next, items, None)
            yield item
    finally:
        if not following.cancel():
            wait([following])


_Slots = Iterator[Item[FrameTime]]
_Pictures = Iterator[tuple[Key, FrameTime, Image | str]]


def _pictures(recording: Recording, camera: CameraStream, slots: _Slots) -> _Pictures:
    for key, entry in slots:
        try:
            yield key, entry, read_picture(recording.folder / camera.file / (entry.file or ""))
        except RecordingError as error:
            yield key, entry, str(error)


def _video(recording: Recording, camera: CameraStream, slots: _Slots) -> _Pictures:
    """Walk video and slots side by side. A video that ends or breaks leaves the other slots as damaged."""
    decoded: Iterator[Image] | None = None
    at, why = -1, ""
    image: Image | None = None
    for key, entry in slots:
        if decoded is None:
            decoded, at = read_video(recording.folder / camera.file, entry.frame), entry.frame - 1
        while at < entry.frame and not why:
            try:
                image, at = next(decoded), at + 1
            except StopIteration:
                why = "the video ends before it"
            except RecordingError as error:
                why = str(error)
        if why or image is None:
            yield key, entry, why
        else:
            yield key, entry, image
