"""What the benchmark runs on: the demo session, with pictures painted for its cameras."""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.messages import Detections, Frame
from inference.recording import Recording, RecordingPlayer, RecordingWriter

Size = tuple[int, int]
SUBSTREAM: Size = (640, 360)
FULL: Size = (1280, 720)
"""Pictures as cameras send them: their second stream, and their first."""


def write_material(demo: Path, target: Path, *, seconds: float, skip: float, size: Size = SUBSTREAM) -> Path:
    """Copy ``seconds`` of the demo from ``skip`` on, with H.264 pictures of its cameras beside them.

    The pictures show textured rectangles where people are: decoding and resizing cost what they cost, while
    what is seen in them is taken from the recorded detections.
    """
    recording = Recording.open(demo)
    start = recording.started_at + skip
    with RecordingWriter(
        target, recording.layout, started_at=start, recording_id="bench", raw_video=True, simulated=True
    ) as writer:
        for seen in RecordingPlayer(recording).observations():
            if not start <= seen.t < start + seconds:
                continue
            if isinstance(seen, Detections):
                writer.frame(Frame(seen.camera, seen.seq, seen.t, paint(seen, size)))
            writer.observe(seen)
    return target


def paint(seen: Detections, size: Size) -> NDArray[np.uint8]:
    """A BGR picture: still texture of the camera, rectangles with a texture of their own for people."""
    width, height = size
    picture = _texture(width, height, crc32(seen.camera.encode()))
    for i, item in enumerate(seen.items):
        x1, x2 = (int(np.clip(v * width / seen.width, 0, width)) for v in item.box[::2])
        y1, y2 = (int(np.clip(v * height / seen.height, 0, height)) for v in item.box[1::2])
        if x2 > x1 and y2 > y1:
            picture[y1:y2, x1:x2] = _texture(x2 - x1, y2 - y1, i)
    return picture


def _texture(width: int, height: int, seed: int) -> NDArray[np.uint8]:
    coarse = np.random.default_rng(seed).integers(30, 220, (max(2, height // 24), max(2, width // 24), 3))
    return cv2.resize(coarse.astype(np.uint8), (width, height), interpolation=cv2.INTER_CUBIC).astype(
        np.uint8
    )
