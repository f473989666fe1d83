"""What the benchmark runs on: a part of a recording with videos, at the size of a camera's stream."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from inference.messages import Detections, Frame
from inference.recording import Recording, RecordingPlayer, RecordingWriter

Size = tuple[int, int]
SUBSTREAM: Size = (640, 360)
FULL: Size = (1280, 720)
"""Pictures as cameras send them: their second stream, and their first."""


def write_material(demo: Path, target: Path, *, seconds: float, skip: float, size: Size = SUBSTREAM) -> Path:
    """Copy ``seconds`` of a recording from ``skip`` on, its videos encoded anew at ``size`` (width, height).

    Recorded detections are copied too: they stand in where no detector is run.

    Raises ``RecordingError`` for a recording that cannot be read.
    """
    recording = Recording.open(demo)
    start = recording.started_at + skip
    with RecordingWriter(
        target, recording.layout, started_at=start, recording_id="bench", raw_video=True, simulated=True
    ) as writer:

        def within(t: float) -> bool:
            return start <= t < start + seconds

        def copied(frames: Iterator[Frame]) -> Iterator[Detections]:
            for frame in frames:
                if within(frame.t):
                    larger = cv2.resize(frame.image, size, interpolation=cv2.INTER_LINEAR)
                    writer.frame(Frame(frame.camera, frame.seq, frame.t, np.asarray(larger, dtype=np.uint8)))
                yield Detections(frame.camera, frame.t, frame.seq, *size)

        for camera in recording.cameras:
            if camera.detections_file is not None:
                for known in recording.detections(camera):
                    if within(known.t):
                        writer.detections(known)
        for seen in RecordingPlayer(recording, copied).observations():
            if seen.t >= start + seconds:
                break
            if within(seen.t) and not isinstance(seen, Detections):
                writer.observe(seen)
    return target
