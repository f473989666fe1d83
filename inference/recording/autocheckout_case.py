"""The files of a case of the CPS-IoT AutoCheckout competition (2020): their lines, and what they say.

All are JSON lines: ``plate_data.json`` has the load-cell plates of each gondola (60 Hz, float32 in base64,
NaN where there is no plate), ``full_targets.json`` 3D skeletons in inches, ``planogram.json`` boxes in
metres, and ``products.json`` names, prices and weights.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.messages import Joint, Skeleton, Skeletons
from inference.recording.format import RecordingError, WeightBatch

INCH_M = 0.0254
PLATE_HZ = 60.0
CLOCK_SLACK_S = 0.1
"""Plate batches later or earlier than this against a 60 Hz clock are a break."""
CLOCK_GAIN = 0.02
SENSOR = "skeletons"

PlateKey = tuple[int, int, int]
"""Gondola, shelf, plate."""

T = TypeVar("T")


class _Id(msgspec.Struct, frozen=True):
    id: str | int = ""


class _Shelf(msgspec.Struct, frozen=True):
    gondola_id: _Id = _Id()
    shelf_index: int = 0


class PlateId(msgspec.Struct, frozen=True):
    """Which plate, as the planogram names it."""

    shelf_id: _Shelf = _Shelf()
    plate_index: int = 0

    @property
    def key(self) -> PlateKey:
        """The same as in ``plate_data.json``."""
        return int(self.shelf_id.gondola_id.id or 0), self.shelf_id.shelf_index, self.plate_index


class _Xyz(msgspec.Struct, frozen=True):
    x: float = 0.0
    y: float = 0.0
    z: float = 0.0


class _Point(msgspec.Struct, frozen=True):
    """A joint, inches. A coordinate that is left out is one that was not found."""

    x: float = math.nan
    y: float = math.nan
    z: float = math.nan


class _Transform(msgspec.Struct, frozen=True):
    translation: _Xyz = _Xyz()
    rotation: _Xyz = _Xyz()


class Box(msgspec.Struct, frozen=True):
    """A part of a shelf, metres, in a frame of its own that ``transform`` turns and moves into the store."""

    dim_x: float
    dim_y: float
    dim_z: float
    transform: _Transform = _Transform()


class PlanogramEntry(msgspec.Struct, frozen=True):
    """A line of ``planogram.json``."""

    plate_ids: tuple[PlateId, ...]
    global_coordinates: Box
    planogram_product_id: _Id = _Id()


class _Metadata(msgspec.Struct, frozen=True):
    name: str = ""
    price: float | None = None
    weight: float | None = None


class CatalogEntry(msgspec.Struct, frozen=True):
    """A line of ``products.json``."""

    product_id: _Id
    metadata: _Metadata = _Metadata()


class _Values(msgspec.Struct, frozen=True):
    data: str
    shape: tuple[int, int, int]
    """Samples, shelves, plates."""


class _PlateData(msgspec.Struct, frozen=True):
    values: _Values
    freq_samp: float = PLATE_HZ


class _PlateDocument(msgspec.Struct, frozen=True):
    plate_data: _PlateData


class _PlateLine(msgspec.Struct, frozen=True):
    """A line of ``plate_data.json``; ``timestamp`` is when the batch was sent, after its last sample."""

    timestamp: float
    gondola_id: int
    document: _PlateDocument


class _Scored(msgspec.Struct, frozen=True):
    point: _Point | None = None
    score: float = 0.0


class _Target(msgspec.Struct, frozen=True):
    target_id: _Id
    head: _Scored = _Scored()
    l_hip: _Scored = _Scored()
    r_hip: _Scored = _Scored()
    l_wrist: _Scored = _Scored()
    r_wrist: _Scored = _Scored()


class _Targets(msgspec.Struct, frozen=True):
    targets: tuple[_Target, ...] = ()


class _TargetDocument(msgspec.Struct, frozen=True):
    targets: _Targets = _Targets()


class _TargetLine(msgspec.Struct, frozen=True):
    """A line of ``full_targets.json``."""

    timestamp: float
    document: _TargetDocument


def read_lines(path: Path, kind: type[T]) -> Iterator[tuple[int, T]]:
    """Lines and their numbers. :class:`RecordingError` names file and line of one that is no ``kind``."""
    decoder = msgspec.json.Decoder(kind)
    try:
        text = path.read_bytes()
    except OSError as error:
        raise RecordingError(
            f"{path}: cannot be read ({error.strerror}); is this an AutoCheckout case?"
        ) from error
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield number, decoder.decode(line)
        except (msgspec.MsgspecError, ValueError) as error:
            raise RecordingError(f"{path}:{number}: {error}") from error


def read_plates(path: Path) -> dict[PlateKey, list[WeightBatch]]:
    """Batches of every plate that is there, by (gondola, shelf, plate), on a steady clock."""
    found: dict[PlateKey, list[WeightBatch]] = {}
    clocks: dict[int, float] = {}
    for number, line in read_lines(path, _PlateLine):
        data = line.document.plate_data
        grams = _decoded(path, number, data.values)
        if data.freq_samp <= 0 or not len(grams):
            raise RecordingError(f"{path}:{number}: {len(grams)} samples at {data.freq_samp} Hz")
        length = len(grams) / data.freq_samp
        t = line.timestamp - length
        due = clocks.get(line.gondola_id)
        if due is not None and abs(t - due) <= CLOCK_SLACK_S:
            # samples are evenly spaced; when a batch was sent is not
            t = due + CLOCK_GAIN * (t - due)
        clocks[line.gondola_id] = t + length
        there = ~np.isnan(grams).all(axis=0)
        for shelf, plate in np.argwhere(there).tolist():
            key = (line.gondola_id, shelf, plate)
            values = tuple(round(g, 2) if math.isfinite(g) else None for g in grams[:, shelf, plate].tolist())
            found.setdefault(key, []).append(WeightBatch(scale_of(key), t, data.freq_samp, values))
    return found


def _decoded(path: Path, number: int, values: _Values) -> NDArray[np.float32]:
    try:
        raw = np.frombuffer(base64.b64decode(values.data, validate=True), dtype="<f4")
        return raw.reshape(values.shape)
    except (binascii.Error, ValueError) as error:
        raise RecordingError(f"{path}:{number}: plate values do not decode: {error}") from error


def read_skeletons(path: Path) -> dict[float, Skeletons]:
    """What the skeleton sensor saw, by time; of lines with the same time the last one counts."""
    found: dict[float, Skeletons] = {}
    for _, line in read_lines(path, _TargetLine):
        targets = sorted(line.document.targets.targets, key=lambda target: str(target.target_id.id))
        items = tuple(s for target in targets if (s := _skeleton(target)) is not None)
        found[line.timestamp] = Skeletons(SENSOR, line.timestamp, 0, items)
    ordered = sorted(found.items())
    return {t: msgspec.structs.replace(seen, seq=n) for n, (t, seen) in enumerate(ordered)}


def _skeleton(target: _Target) -> Skeleton | None:
    head = _joint(target.head)
    if head is None:
        return None
    return Skeleton(
        score=head.score,
        head=head,
        pelvis=_middle(_joint(target.l_hip), _joint(target.r_hip)),
        wrist_left=_joint(target.l_wrist),
        wrist_right=_joint(target.r_wrist),
    )


def _joint(scored: _Scored) -> Joint | None:
    p = scored.point
    if p is None or not all(map(math.isfinite, (p.x, p.y, p.z))):
        return None
    return Joint(p.x * INCH_M, p.y * INCH_M, p.z * INCH_M, min(1.0, max(0.0, scored.score)))


def _middle(a: Joint | None, b: Joint | None) -> Joint | None:
    if a is None or b is None:
        return None
    return Joint((a.x + b.x) / 2, (a.y + b.y) / 2, (a.z + b.z) / 2, min(a.score, b.score))


def scale_of(key: PlateKey) -> str:
    """The scale that a plate becomes."""
    return "g{}-s{}-p{}".format(*key)
