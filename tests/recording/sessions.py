"""Small recordings for the tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inference.messages import (
    Appearance,
    Detection,
    Detections,
    Frame,
    GateSignal,
    Joint,
    KeyPoint,
    Observation,
    Outage,
    Skeleton,
    Skeletons,
    StaffMark,
    Tick,
    WeightReading,
)
from inference.recording import Recording, RecordingPlayer, RecordingWriter
from tests.support.stores import small_store

LAYOUT = small_store()
START = 1_772_442_000.0
CAMERA, OTHER_CAMERA = (c.id for c in LAYOUT.file.camera[:2])
SCALE, OTHER_SCALE = (s.id for s in LAYOUT.file.scale[:2])
GATE = LAYOUT.file.gate[0].id


def detections(t: float, seq: int, camera: str = CAMERA, people: int = 1) -> Detections:
    """Somebody seen with everything that a detector can say."""
    one = Detection(
        box=(10.0, 20.0, 50.5, 140.25),
        score=0.875,
        head=KeyPoint(30.0, 25.0, 0.9),
        foot=KeyPoint(31.0, 139.0, 0.8),
        wrist_left=None,
        wrist_right=KeyPoint(45.5, 90.0, 0.5),
        appearance=Appearance(np.array([0.6, -0.8, 0.0], np.float32)),
    )
    return Detections(camera, START + t, seq, 640, 360, (one,) * people)


def everything() -> list[Observation]:
    """One of each kind, in order."""
    body = Skeleton(0.9, head=Joint(1.0, 2.0, 1.7), wrist_left=Joint(1.2, 2.1, 1.0, 0.5))
    return [
        GateSignal(GATE, START + 0.5, "entry", 2, "card-1"),
        detections(1.0, 1),
        Skeletons("depth-1", START + 1.1, 7, (body,)),
        WeightReading(SCALE, START + 1.2, 812.5, 4),
        WeightReading(SCALE, START + 1.25, -3.0),
        Outage(SCALE, "scale", START + 1.3, START + 2.0, why="cable"),
        StaffMark("QX7", START + 2.5),
        detections(3.0, 2, people=0),
    ]


def write(folder: Path, seen: list[Observation], *, compress: bool = False, appearance: bool = False) -> Path:
    """A whole recording."""
    with RecordingWriter(
        folder, LAYOUT, started_at=START, compress=compress, appearance=appearance
    ) as writer:
        for observation in seen:
            writer.observe(observation)
    return folder


def played(folder: Path, start_at: int = 0) -> list[Observation]:
    """All observations but the ticks."""
    player = RecordingPlayer(Recording.open(folder))
    return [seen for seen in player.observations(start_at) if not isinstance(seen, Tick)]


def picture(number: int, width: int = 64, height: int = 48) -> Frame:
    """A picture whose brightness says which one it is."""
    image = np.full((height, width, 3), 8 * number, np.uint8)
    return Frame(CAMERA, 100 + number, START + number / 10, image)


def number_in(image: np.ndarray) -> int:
    """Which picture this is, after lossy coding."""
    return round(float(image.mean()) / 8)
