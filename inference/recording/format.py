"""Recording format 1: what stands in ``recording.json`` and in each line beside it. See README.md here."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote

import msgspec

from inference.messages import Detections, GateSignal, Outage, Skeletons, StaffMark, WeightReading

FORMAT = 1
MANIFEST = "recording.json"
TRUTH = "truth.json"
STORE = "store"

CameraKind = Literal["video", "pictures", "detections"]


class RecordingError(ValueError):
    """This recording cannot be used (or written) as it is; the text names the file and the remedy."""


class LineProblem(msgspec.Struct, frozen=True):
    """A line that could not be used. The rest of the recording goes on without it."""

    file: str
    """Relative to the recording's folder."""
    line: int
    """Counts from 1; 0 where the problem is not one of a line."""
    reason: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.reason}"


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Part of ``recording.json``: unknown fields are mistakes of a newer or a foreign writer."""


class CameraStream(_Entry, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What was kept of one camera."""

    id: str
    """Id of the camera in the store folder."""
    kind: CameraKind
    file: str
    """The video, the folder of pictures, or the detections."""
    fps: float
    """Nominal; the true times are in ``times`` or in the detections."""
    times: str | None = None
    """For video and pictures: one :class:`FrameTime` a line."""
    detections: str | None = None
    """Recorded detections beside a video or pictures: they stand in where no detector is given."""

    @property
    def detections_file(self) -> str | None:
        """Where this camera's recorded detections are, if there are any."""
        return self.file if self.kind == "detections" else self.detections


class SensorStream(_Entry, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What was kept of one 3D sensor."""

    id: str
    file: str


class RecordingFile(_Entry, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """``recording.json``."""

    format: Literal[1]
    id: str
    store: str
    """Id of the store; its folder is copied to ``store/``."""
    started_at: float
    """Store time of the beginning, seconds since the epoch."""
    duration: float | None = None
    """Seconds. None: the recording was cut off, or is still being written."""
    cameras: tuple[CameraStream, ...] = ()
    sensors: tuple[SensorStream, ...] = ()
    scales: str | None = None
    gates: str | None = None
    outages: str | None = None
    staff: str | None = None
    raw_video: bool = False
    """Holds pictures of the store."""
    appearance: bool = False
    """Holds appearance vectors of the people in it."""
    simulated: bool = False
    """Nobody in it exists."""
    expires_at: float | None = None
    """Wall clock, seconds since the epoch: delete it by then. Always set where real people can be seen."""
    note: str = ""


class FrameTime(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of ``cameras/<id>.times.jsonl``: when a picture was taken."""

    frame: int
    """Place in the video in order of presentation, from 0; for pictures, of the line."""
    t: float
    seq: int
    """Number of the frame at the camera; a jump is a dropped frame."""
    file: str | None = None
    """For pictures: the file's name in the folder."""


class WeightBatch(msgspec.Struct, frozen=True, tag="weights", omit_defaults=True):
    """Evenly spaced readings of one scale: reading ``i`` is at ``t + i / rate_hz``."""

    scale: str
    t: float
    rate_hz: float
    grams: tuple[float | None, ...]
    """None: no reading came at that moment."""
    seq: int | None = None
    """Number of the first reading; the others count on."""


ScaleLine = WeightReading | WeightBatch

LINE_TYPES: dict[str, object] = {
    "recording": RecordingFile,
    "detections": Detections,
    "frame_time": FrameTime,
    "scales": ScaleLine,
    "gates": GateSignal,
    "sensors": Skeletons,
    "outages": Outage,
    "staff": StaffMark,
}
"""Schema name -> type of the file's lines (``recording``: of the whole file)."""


def file_name(device: str) -> str:
    """A file name for a device id: anything a file system may object to is percent-encoded."""
    name = quote(device, safe=" +,=@")
    return name.replace(".", "%2E") if name.startswith(".") else name
