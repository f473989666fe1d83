"""A session on disk: written while it happens, replayed as it was. The format: README.md here.

``inference.recording.replay`` runs the whole pipeline over a recording; it is imported by its own name.
"""

from inference.recording.format import (
    CameraStream,
    FrameTime,
    LineProblem,
    RecordingError,
    RecordingFile,
    WeightBatch,
)
from inference.recording.pictures import FrameDetector, OnFrame
from inference.recording.player import TICK_S, RecordingPlayer
from inference.recording.reader import Recording
from inference.recording.truth import Truth
from inference.recording.writer import RecordingWriter

__all__ = [
    "TICK_S",
    "CameraStream",
    "FrameDetector",
    "FrameTime",
    "LineProblem",
    "OnFrame",
    "Recording",
    "RecordingError",
    "RecordingFile",
    "RecordingPlayer",
    "RecordingWriter",
    "Truth",
    "WeightBatch",
]
