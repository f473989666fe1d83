"""Writes a recording while it happens. Cut off at any moment, what was flushed can be replayed."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import msgspec

from inference.messages import (
    AnotherShopper,
    Detections,
    Frame,
    GateSignal,
    LineMark,
    Observation,
    Outage,
    SameShopper,
    ScaleTare,
    ShopperMark,
    Skeletons,
    StaffMark,
    Tick,
    WeightReading,
)
from inference.messages.codec import to_json
from inference.recording.format import (
    MANIFEST,
    STORE,
    TRUTH,
    CameraStream,
    FrameTime,
    RecordingError,
    RecordingFile,
    SensorStream,
    WeightBatch,
    file_name,
)
from inference.recording.lines import LineFile
from inference.recording.truth import Truth
from inference.recording.video import VideoFile
from store_layout.model import StoreLayout
from store_layout.product_pictures import product_pictures

S = TypeVar("S", Detections, Skeletons)
KEEP_S = 30 * 86400.0
"""How long a recording in which real people can be seen is kept unless it is told otherwise."""


class RecordingWriter:
    """Streams observations into a recording folder, in the order given. Use as a context manager.

    Nothing that shows people is kept unless it is asked for: ``raw_video`` allows :meth:`frame` and the
    other pictures, ``appearance`` keeps the vectors of detections. Either way the recording says so, and it
    expires (``expires_at``, wall clock; by default in 30 days) unless the people in it are ``simulated``.
    """

    def __init__(
        self,
        folder: Path,
        layout: StoreLayout,
        *,
        started_at: float,
        recording_id: str | None = None,
        store_folder: Path | None = None,
        raw_video: bool = False,
        appearance: bool = False,
        simulated: bool = False,
        expires_at: float | None = None,
        compress: bool = True,
        note: str = "",
    ) -> None:
        """Make the folder and begin.

        ``store_folder``: its files are copied as they are; None: the layout is written. Raises
        :class:`RecordingError` where the folder holds something already.
        """
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise RecordingError(f"{folder}: not empty; a recording is written to a new folder")
        folder.mkdir(parents=True, exist_ok=True)
        if expires_at is None and not simulated and (raw_video or appearance):
            expires_at = time.time() + KEEP_S
        self.folder = folder
        self._suffix = ".jsonl.gz" if compress else ".jsonl"
        self._cameras = layout.cameras
        self._lines: dict[str, LineFile] = {}
        self._videos: dict[str, VideoFile] = {}
        self._frames: dict[str, int] = {}
        self._last_t = started_at
        self._closed = False
        self._about = RecordingFile(
            format=1,
            id=recording_id or folder.name,
            store=layout.file.store.id,
            started_at=started_at,
            raw_video=raw_video,
            appearance=appearance,
            simulated=simulated,
            expires_at=expires_at,
            note=note,
        )
        _write_store(layout, store_folder, folder / STORE)
        self._write_manifest()

    def __enter__(self) -> RecordingWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close; after an exception the recording stays marked as cut off."""
        self.close(complete=kind is None)

    # -- what devices say ----------------------------------------------------------------------------

    def observe(self, seen: Observation) -> None:
        """Write any observation. Not ticks, which the player makes, nor tares, which change no event.

        Nor an operator's corrections: they are about what an engine made of it, not of what was seen.
        """
        match seen:
            case Detections():
                self.detections(seen)
            case Skeletons():
                self.skeletons(seen)
            case WeightReading():
                self.weight(seen)
            case GateSignal():
                self.gate(seen)
            case Outage():
                self.outage(seen)
            case StaffMark():
                self.staff(seen)
            case Tick() | SameShopper() | AnotherShopper() | ShopperMark() | LineMark() | ScaleTare():
                pass

    def detections(self, seen: Detections) -> None:
        """Write what one camera saw; without its appearances unless they were asked for."""
        known = self._stream_of(seen.camera)
        name = known.detections_file if known else None
        if name is None:
            name = f"cameras/{file_name(seen.camera)}.detections{self._suffix}"
            if known is None:
                self._add_camera(seen.camera, "detections", name)
            else:
                self._replace_camera(msgspec.structs.replace(known, detections=name))
        if not self._about.appearance:
            seen = without_appearance(seen)
        self._line(name, seen, seen.t)

    def skeletons(self, seen: Skeletons) -> None:
        """Write what one 3D sensor saw."""
        name = f"sensors/{file_name(seen.sensor)}{self._suffix}"
        if all(s.id != seen.sensor for s in self._about.sensors):
            self._update(sensors=(*self._about.sensors, SensorStream(id=seen.sensor, file=name)))
        if not self._about.appearance:
            seen = without_appearance(seen)
        self._line(name, seen, seen.t)

    def weight(self, seen: WeightReading) -> None:
        """Write one reading."""
        self._line(self._part("scales", self._suffix), seen, seen.t)

    def weights(self, batch: WeightBatch) -> None:
        """Write evenly spaced readings of one scale: far smaller than one by one. At most a few seconds."""
        self._line(self._part("scales", self._suffix), batch, batch.t)
        self._last_t = max(self._last_t, batch.t + max(0, len(batch.grams) - 1) / batch.rate_hz)

    def gate(self, seen: GateSignal) -> None:
        """Write a gate signal."""
        self._line(self._part("gates", ".jsonl"), seen, seen.t)

    def outage(self, seen: Outage) -> None:
        """Write that a device was silent."""
        self._line(self._part("outages", ".jsonl"), seen, seen.t)

    def staff(self, seen: StaffMark) -> None:
        """Write what an operator said about a visit."""
        self._line(self._part("staff", ".jsonl"), seen, seen.t)

    # -- pictures ------------------------------------------------------------------------------------

    def frame(self, frame: Frame) -> None:
        """Encode one picture of a camera. Raises :class:`RecordingError` without ``raw_video``."""
        self._need_raw_video()
        base = f"cameras/{file_name(frame.camera)}"
        if frame.camera not in self._videos:
            height, width = frame.image.shape[:2]
            fps = self._cameras[frame.camera].fps if frame.camera in self._cameras else 10.0
            self._videos[frame.camera] = VideoFile(self.folder / f"{base}.mp4", width, height, fps)
            self._add_pictures(frame.camera, "video", f"{base}.mp4", f"{base}.times.jsonl", fps)
        self._videos[frame.camera].write(frame.image)
        number = self._frames.get(frame.camera, 0)
        self._frames[frame.camera] = number + 1
        self._line(f"{base}.times.jsonl", FrameTime(number, frame.t, frame.seq), frame.t)

    def video(self, camera: str, source: Path, times: Sequence[FrameTime], fps: float) -> None:
        """Take in a video that exists already; ``times`` has one entry per frame, ascending."""
        self._need_raw_video()
        base = f"cameras/{file_name(camera)}"
        target = f"{base}{source.suffix.lower()}"
        _copy(source, self.folder / target)
        self._add_pictures(camera, "video", target, f"{base}.times.jsonl", fps)
        self._times(f"{base}.times.jsonl", times)

    def pictures(self, camera: str, source: Path, times: Sequence[FrameTime], fps: float) -> None:
        """Take in a folder of pictures; each of ``times`` names its ``file`` in ``source``."""
        self._need_raw_video()
        base = f"cameras/{file_name(camera)}"
        for entry in times:
            if entry.file is None or Path(entry.file).name != entry.file:
                raise RecordingError(
                    f"camera {camera}: frame {entry.frame} does not name a file of the folder"
                )
            _copy(source / entry.file, self.folder / base / entry.file)
        self._add_pictures(camera, "pictures", base, f"{base}.times.jsonl", fps)
        self._times(f"{base}.times.jsonl", times)

    # -- the end -------------------------------------------------------------------------------------

    def truth(self, truth: Truth) -> None:
        """Write what really happened."""
        _replace(self.folder / TRUTH, to_json(truth))

    def close(self, *, complete: bool = True, ended_at: float | None = None) -> None:
        """End all files; ``complete`` sets the duration (up to ``ended_at`` or the last line)."""
        if self._closed:
            return
        self._closed = True
        for video in self._videos.values():
            video.close()
        for lines in self._lines.values():
            lines.close()
        if complete:
            end = self._last_t if ended_at is None else ended_at
            self._update(duration=round(end - self._about.started_at, 6))

    # -- inside --------------------------------------------------------------------------------------

    def _stream_of(self, camera: str) -> CameraStream | None:
        return next((c for c in self._about.cameras if c.id == camera), None)

    def _add_camera(self, camera: str, kind: str, file: str) -> None:
        fps = self._cameras[camera].fps if camera in self._cameras else 10.0
        stream = msgspec.convert({"id": camera, "kind": kind, "file": file, "fps": fps}, CameraStream)
        self._update(cameras=(*self._about.cameras, stream))

    def _add_pictures(self, camera: str, kind: str, file: str, times: str, fps: float) -> None:
        known = self._stream_of(camera)
        detections = known.detections_file if known else None
        stream = msgspec.convert(
            {"id": camera, "kind": kind, "file": file, "times": times, "fps": fps, "detections": detections},
            CameraStream,
        )
        if known:
            self._replace_camera(stream)
        else:
            self._update(cameras=(*self._about.cameras, stream))

    def _replace_camera(self, stream: CameraStream) -> None:
        self._update(cameras=tuple(stream if c.id == stream.id else c for c in self._about.cameras))

    def _part(self, name: str, suffix: str) -> str:
        file = f"{name}{suffix}"
        if getattr(self._about, name) is None:
            self._update(**{name: file})
        return file

    def _times(self, file: str, times: Sequence[FrameTime]) -> None:
        for entry in times:
            self._line(file, entry, entry.t)

    def _line(self, file: str, value: object, t: float) -> None:
        if self._closed:
            raise RecordingError(f"{self.folder}: this recording has been closed")
        if file not in self._lines:
            self._lines[file] = LineFile(self.folder / file)
        self._lines[file].write(value, t)
        self._last_t = max(self._last_t, t)

    def _update(self, **changes: object) -> None:
        self._about = msgspec.structs.replace(self._about, **changes)
        self._write_manifest()

    def _write_manifest(self) -> None:
        _replace(
            self.folder / MANIFEST, msgspec.json.format(msgspec.json.encode(self._about), indent=2) + b"\n"
        )

    def _need_raw_video(self) -> None:
        if not self._about.raw_video:
            raise RecordingError("pictures of people are only kept in a recording made with raw_video=True")


def without_appearance(seen: S) -> S:
    """The same sighting without the vectors that tell people apart."""
    if all(item.appearance is None for item in seen.items):
        return seen
    items = tuple(msgspec.structs.replace(item, appearance=None) for item in seen.items)
    return msgspec.structs.replace(seen, items=items)


def _write_store(layout: StoreLayout, source: Path | None, target: Path) -> None:
    if source is not None:
        target.mkdir(parents=True)
        pictures = product_pictures(source, layout.catalog).values()
        of_products = [path.relative_to(source).as_posix() for paths in pictures for path in paths]
        for name in dict.fromkeys([*_store_files(layout), *of_products]):
            if (source / name).is_file():
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / name, target / name)
        return
    from store_layout.writer import write_store

    write_store(layout, target)


def _store_files(layout: StoreLayout) -> tuple[str, ...]:
    """What belongs to a store folder. Anything else that lies in it (a video, notes) stays where it is."""
    pictures = (layout.file.floor.plan, *(product.picture for product in layout.catalog))
    return (
        "store.toml",
        "catalog.csv",
        "planogram.csv",
        "promotions.csv",
        "learned.toml",
        *dict.fromkeys(p for p in pictures if p),
    )


def _copy(source: Path, target: Path) -> None:
    """Link where the file system can, else copy. Raises :class:`RecordingError` naming what is missing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source.resolve(strict=True), target)
    except FileNotFoundError as error:
        raise RecordingError(f"{source}: there is no such file") from error
    except OSError:
        shutil.copyfile(source, target)


def _replace(path: Path, data: bytes) -> None:
    """Write a whole file, or leave the old one as it was."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(data)
    fresh.replace(path)
