"""Opens a recording: everything is validated here, once, where it enters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TypeVar

import msgspec

from inference.messages import (
    Detections,
    GateSignal,
    Observation,
    Outage,
    Skeletons,
    StaffMark,
    WeightReading,
)
from inference.messages.checks import problem_of
from inference.messages.codec import CodecError, from_json
from inference.recording.format import (
    MANIFEST,
    STORE,
    TRUTH,
    CameraStream,
    FrameTime,
    RecordingError,
    RecordingFile,
    ScaleLine,
    SensorStream,
    WeightBatch,
)
from inference.recording.lines import LineReader, Problems
from inference.recording.truth import Truth
from store_layout.model import StoreLayout

Seen = TypeVar("Seen", bound=Observation)

LONGEST_S = 7 * 86400.0
"""How long a recording may be."""
LAST_START = 1e11
"""Seconds since 1970; what is above was meant as milliseconds."""
MARGIN_S = 60.0
"""How far a time may lie outside of the recording."""


class Recording:
    """A recording folder, opened. Streams are read anew at each call and never held as a whole."""

    def __init__(self, folder: Path, about: RecordingFile, layout: StoreLayout) -> None:
        self.folder = folder
        self.about = about
        self.layout = layout
        self.problems = Problems()
        """What could not be used so far; grows while streams are read."""
        for camera in about.cameras:
            if camera.id not in layout.cameras:
                reason = f"camera {camera.id!r} is not in the store folder; it is left out"
                self.problems.add(MANIFEST, 0, reason)
        self._cameras = tuple(c for c in about.cameras if c.id in layout.cameras)

    @classmethod
    def open(cls, folder: Path, now: float | None = None) -> Recording:
        """Read ``recording.json`` and the store beside it.

        ``now``: wall clock; a recording that has expired by then is refused. Raises :class:`RecordingError`
        naming the file at fault, and ``StoreProblems`` for a store folder that does not hold.
        """
        from store_layout.reader import read_store

        about = _read_manifest(folder)
        if now is not None and about.expires_at is not None and now >= about.expires_at:
            raise RecordingError(f"{folder}: this recording has expired; delete it")
        if not (folder / STORE).is_dir():
            raise RecordingError(f"{folder / STORE}: the copy of the store folder is missing; put it back")
        return cls(folder, about, read_store(folder / STORE))

    @property
    def cameras(self) -> tuple[CameraStream, ...]:
        """What was kept of each camera."""
        return self._cameras

    @property
    def started_at(self) -> float:
        """Store time of the beginning, seconds since the epoch."""
        return self.about.started_at

    @cached_property
    def duration(self) -> float:
        """Seconds. For a recording that was cut off: up to its last whole line (reads everything once)."""
        if self.about.duration is not None:
            return self.about.duration
        return max((t for t in self._last_times()), default=self.started_at) - self.started_at

    @cached_property
    def truth(self) -> Truth | None:
        """What really happened; None where nobody knows. Raises :class:`RecordingError` on a bad file."""
        path = self.folder / TRUTH
        if not path.is_file():
            return None
        try:
            truth = from_json(path.read_bytes(), Truth)
        except (CodecError, RecursionError) as error:
            raise RecordingError(f"{path}: {error}") from error
        if truth.format != 1:
            raise RecordingError(f"{path}: format {truth.format} is not known here; this program reads 1")
        return truth

    # -- streams -------------------------------------------------------------------------------------

    def detections(self, camera: CameraStream) -> LineReader[Detections]:
        """Recorded detections of one camera, in the file's order; none where none were kept."""
        return self._lines(
            camera.detections_file, Detections, lambda seen: _foreign("camera", seen.camera, camera.id)
        )

    def frame_times(self, camera: CameraStream) -> LineReader[FrameTime]:
        """When each picture of one camera was taken, in the file's order."""

        def check(entry: FrameTime) -> str | None:
            return self._problem_of_t(entry.t) or _problem_of_frame(entry, camera)

        return LineReader(self.folder, camera.times, FrameTime, self.problems, check)

    def skeletons(self, sensor: SensorStream) -> LineReader[Skeletons]:
        """What one 3D sensor saw, in the file's order."""
        return self._lines(sensor.file, Skeletons, lambda seen: _foreign("sensor", seen.sensor, sensor.id))

    def scale_lines(self) -> LineReader[ScaleLine]:
        """Readings and batches of all scales, in the file's order."""
        kind: type[ScaleLine] = ScaleLine  # type: ignore[assignment]  # a union serves as a type to decode
        return LineReader(self.folder, self.about.scales, kind, self.problems, self._problem_of_scale)

    def gates(self) -> LineReader[GateSignal]:
        """Gate signals, in the file's order."""
        known = self.layout.gates
        return self._lines(
            self.about.gates,
            GateSignal,
            lambda seen: None if seen.gate in known else f"gate {seen.gate!r} is not in the store folder",
        )

    def outages(self) -> LineReader[Outage]:
        """Times without a device, in the file's order."""
        return self._lines(self.about.outages, Outage)

    def staff(self) -> LineReader[StaffMark]:
        """Marks set by an operator, in the file's order."""
        return self._lines(self.about.staff, StaffMark)

    # -- inside --------------------------------------------------------------------------------------

    def _lines(
        self, file: str | None, kind: type[Seen], check: Callable[[Seen], str | None] | None = None
    ) -> LineReader[Seen]:
        def all_checks(value: Seen) -> str | None:
            return self._problem_of(value) or (check(value) if check else None)

        return LineReader(self.folder, file, kind, self.problems, all_checks)

    def _problem_of(self, seen: Observation) -> str | None:
        wrong = problem_of(seen)
        return self._problem_of_t(seen.t) if wrong is None else str(wrong)

    def _problem_of_t(self, t: float) -> str | None:
        """A time far outside of the recording is damage: the player would tick all the way to it."""
        length = LONGEST_S if self.about.duration is None else self.about.duration
        if -MARGIN_S <= t - self.started_at <= length + MARGIN_S:
            return None
        return f"time {t!r} is not within the recording"

    def _problem_of_scale(self, line: ScaleLine) -> str | None:
        if line.scale not in self.layout.scales:
            return f"scale {line.scale!r} is not in the store folder"
        if isinstance(line, WeightReading):
            return self._problem_of(line)
        return _problem_of_batch(line) or self._problem_of_t(line.t)

    def _last_times(self) -> Iterator[float]:
        for line in self.scale_lines():
            yield line.t if isinstance(line, WeightReading) else _end_of(line)
        yield from (seen.t for seen in self.gates())
        yield from (seen.t for seen in self.outages())
        for camera in self.cameras:
            yield from (seen.t for seen in self.detections(camera))
            yield from (entry.t for entry in self.frame_times(camera))
        for sensor in self.about.sensors:
            yield from (seen.t for seen in self.skeletons(sensor))


def _end_of(batch: WeightBatch) -> float:
    return batch.t + max(0, len(batch.grams) - 1) / batch.rate_hz


def _problem_of_frame(entry: FrameTime, camera: CameraStream) -> str | None:
    if entry.frame < 0:
        return f"frame {entry.frame} is before the first"
    if camera.kind == "pictures" and entry.file is None:
        return "it does not name the picture's file"
    if entry.file is not None and PurePosixPath(entry.file).name != entry.file:
        return f"file {entry.file!r} is not a name in the camera's folder"
    return None


def _problem_of_batch(batch: WeightBatch) -> str | None:
    if not 0 < batch.rate_hz <= 10_000:
        return f"a rate of {batch.rate_hz} readings a second"
    return None


def _foreign(what: str, found: str, device: str) -> str | None:
    return None if found == device else f"{what} {found!r} in the file of {device!r}"


def _read_manifest(folder: Path) -> RecordingFile:
    path = folder / MANIFEST
    try:
        data = path.read_bytes()
        version = msgspec.json.decode(data, type=_Version).format
        if version != 1:
            raise RecordingError(f"{path}: format {version} is not known here; this program reads 1")
        about = msgspec.json.decode(data, type=RecordingFile)
    except FileNotFoundError as error:
        raise RecordingError(f"{path}: there is no such file; this is not a recording folder") from error
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise RecordingError(f"{path}: {error}") from error
    except RecursionError as error:
        raise RecordingError(f"{path}: nested too deeply") from error
    _check_times(path, about)
    _check_files(path, about)
    return about


def _check_times(path: Path, about: RecordingFile) -> None:
    if not 0 <= about.started_at < LAST_START:
        raise RecordingError(f"{path}: started_at {about.started_at!r} is not a time in seconds since 1970")
    if about.duration is not None and not 0 <= about.duration <= LONGEST_S:
        raise RecordingError(f"{path}: a duration of {about.duration!r} s; at most {LONGEST_S:.0f}")


def _check_files(path: Path, about: RecordingFile) -> None:
    """Every file it names must be inside the folder, and there; every camera is named once."""
    ids = [camera.id for camera in about.cameras]
    if len(set(ids)) < len(ids):
        raise RecordingError(f"{path}: a camera is named twice")
    named = [about.scales, about.gates, about.outages, about.staff, *(s.file for s in about.sensors)]
    for camera in about.cameras:
        named += [camera.file, camera.times, camera.detections]
        if camera.kind != "detections" and camera.times is None:
            raise RecordingError(
                f"{path}: camera {camera.id!r} has pictures but names no file of their times"
            )
    for name in named:
        if name is None:
            continue
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise RecordingError(f"{path}: {name!r} is outside of the recording")
        if not (path.parent / name).exists():
            raise RecordingError(f"{path}: {name!r} is named but missing; put it back or take it out")


class _Version(msgspec.Struct):
    format: int
