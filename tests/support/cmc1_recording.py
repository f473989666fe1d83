"""CMC1 with the boxes of its two published detectors, as recordings of our own kind."""

from __future__ import annotations

from pathlib import Path

import msgspec

from inference.recording.truth import TruePath, Truth
from inference.recording.writer import RecordingWriter
from tests.floor_tracks import cmc1

STARTED_AT = 0.0


def truth(folder: Path) -> Truth:
    """One path for each unbroken run of frames of a person."""
    rows = cmc1.truth(folder)
    paths: list[TruePath] = []
    for person in sorted({person for there in rows.values() for person in there}):
        run: list[int] = []
        for frame in [*sorted(frame for frame, there in rows.items() if person in there), -1]:
            if run and frame != run[-1] + 1:
                times = tuple(STARTED_AT + (n - 1) / cmc1.FPS for n in run)
                paths.append(TruePath(f"{person}", times, tuple(rows[n][person] for n in run)))
                run = []
            run.append(frame)
    return Truth(paths=tuple(paths), frame_period_s=1 / cmc1.FPS)


def write_recording(folder: Path, out: Path, detector: cmc1.Detector, *, appearance: bool) -> Path:
    """Write one detector's boxes of all cameras, with store and truth, as a recording into ``out``.

    ``appearance``: with the features that the detector gave, where it gave any. For a test's own folder: no
    byte of the data belongs into the project. Raises ``RecordingError`` where ``out`` holds something.
    """
    with RecordingWriter(
        out, cmc1.layout(folder), started_at=STARTED_AT, appearance=appearance, note=f"CMC1, {detector}"
    ) as writer:
        for seen in cmc1.observations(folder, detector):
            writer.detections(msgspec.structs.replace(seen, t=STARTED_AT + seen.t))
        writer.truth(truth(folder))
    return out
