"""Import of a case of the CPS-IoT AutoCheckout competition (2020) as a store and a recording.

A case is a folder of JSON lines: ``plate_data.json`` (load-cell plates of each gondola, 60 Hz, float32 in
base64, NaN where there is no plate), ``full_targets.json`` (3D skeletons), ``planogram.json`` and
``products.json``.

Frames, as found in the data and checked against it: planogram boxes are metres; a box spans
``[0, dim_x] x [0, dim_y] x [0, dim_z]`` in its own frame, which its ``global_coordinates`` turn about z and
move into the store. Gondolas 1 to 4 stand in a row along x with their open side at y = 0; shoppers walk at
y < 0. Skeletons are inches in the same frame: no more than a factor of 0.0254 is needed (at the one take of
the public case the right wrist is then 5 cm before the plate that lost the bottle).

The case has no gates. Where shoppers are first and last seen, gates are made, with signals at these times.
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
import shapely
from numpy.typing import NDArray

from inference.messages import GateSignal, Joint, Skeleton, Skeletons
from inference.recording.format import RecordingError, WeightBatch
from inference.recording.writer import RecordingWriter
from store_layout.model import (
    Facing,
    Fixture,
    Floor,
    Gate,
    Point2,
    Point3,
    Product,
    Scale,
    Slot,
    StoreFile,
    StoreInfo,
    StoreLayout,
)

INCH_M = 0.0254
PLATE_HZ = 60.0
NOISE_SD_G = 2.0
"""Published noise of these plates: 1.5 to 2.6 g."""
RESOLUTION_G = 0.1
LEAST_WEIGHT_SD_G = 2.0
WEIGHT_SD = 0.01
"""Unit weights in the case's list differ from what plates felt by up to about a hundredth."""
GATE_REACH_M = 0.5
"""Half the side of a gate made around a first or last sight."""
GATE_LEAD_S = 0.2
ROOM_M = 1.0
"""Floor added around everything that was seen."""
CLOCK_SLACK_S = 0.1
"""Plate batches later or earlier than this against a 60 Hz clock are a break."""
CLOCK_GAIN = 0.02
SENSOR = "skeletons"

T = TypeVar("T")


class _Id(msgspec.Struct, frozen=True):
    id: str | int = ""


class _Shelf(msgspec.Struct, frozen=True):
    gondola_id: _Id = _Id()
    shelf_index: int = 0


class _Plate(msgspec.Struct, frozen=True):
    shelf_id: _Shelf = _Shelf()
    plate_index: int = 0

    @property
    def key(self) -> tuple[int, int, int]:
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


class _Box(msgspec.Struct, frozen=True):
    dim_x: float
    dim_y: float
    dim_z: float
    transform: _Transform = _Transform()


class _Entry(msgspec.Struct, frozen=True):
    """A line of ``planogram.json``."""

    plate_ids: tuple[_Plate, ...]
    global_coordinates: _Box
    planogram_product_id: _Id = _Id()


class _Metadata(msgspec.Struct, frozen=True):
    name: str = ""
    price: float | None = None
    weight: float | None = None


class _Product(msgspec.Struct, frozen=True):
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


def import_autocheckout(folder: Path, out: Path) -> None:
    """Turn a case into a recording in ``out``, with its store folder in ``out/store``.

    Raises :class:`RecordingError`, naming file and line, for a case that is not one, and for an ``out`` that
    is not empty.
    """
    plates = _plates(folder / "plate_data.json")
    seen = _skeletons(folder / "full_targets.json")
    if not plates or not any(s.items for s in seen.values()):
        raise RecordingError(f"{folder}: no plate data, or no shopper: nothing to import")
    sights = _sights(seen)
    layout = _layout(folder, set(plates), sights)
    started = min(*seen, *(batches[0].t for batches in plates.values())) - 2 * GATE_LEAD_S
    note = "Imported from a CPS-IoT AutoCheckout case; gates were made where shoppers appear and disappear."
    with RecordingWriter(out, layout, started_at=started, recording_id=folder.name, note=note) as writer:
        for signal in _signals(layout, sights):
            writer.gate(signal)
        for skeletons in seen.values():
            writer.skeletons(skeletons)
        kept = (b for key, batches in plates.items() if _scale(key) in layout.scales for b in batches)
        for batch in sorted(kept, key=lambda b: (b.t, b.scale)):
            writer.weights(batch)


# -- files -----------------------------------------------------------------------------------------------


def _lines(path: Path, kind: type[T]) -> Iterator[tuple[int, T]]:
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


def _plates(path: Path) -> dict[tuple[int, int, int], list[WeightBatch]]:
    """Batches of every plate that is there, by (gondola, shelf, plate), on a steady clock."""
    found: dict[tuple[int, int, int], list[WeightBatch]] = {}
    clocks: dict[int, float] = {}
    for number, line in _lines(path, _PlateLine):
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
            found.setdefault(key, []).append(WeightBatch(_scale(key), t, data.freq_samp, values))
    return found


def _decoded(path: Path, number: int, values: _Values) -> NDArray[np.float32]:
    try:
        raw = np.frombuffer(base64.b64decode(values.data, validate=True), dtype="<f4")
        return raw.reshape(values.shape)
    except (binascii.Error, ValueError) as error:
        raise RecordingError(f"{path}:{number}: plate values do not decode: {error}") from error


def _skeletons(path: Path) -> dict[float, Skeletons]:
    """What the skeleton sensor saw, by time; of lines with the same time the last one counts."""
    found: dict[float, Skeletons] = {}
    for _, line in _lines(path, _TargetLine):
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


def _sights(seen: dict[float, Skeletons]) -> tuple[list[tuple[float, Point2]], list[tuple[float, Point2]]]:
    """Where and when shoppers came into view and left it: whenever their number rose or fell to none.

    Targets are followed by nearest head from one line to the next, which is enough to see who is new.
    """
    first: list[tuple[float, Point2]] = []
    last: list[tuple[float, Point2]] = []
    known: list[tuple[float, Point2]] = []
    for t, skeletons in seen.items():
        heads = [(s.head.x, s.head.y) for s in skeletons.items if s.head is not None]
        still: list[tuple[float, Point2]] = []
        for before in known:
            near = min(heads, key=lambda xy: math.dist(xy, before[1]), default=None)
            if near is not None and math.dist(near, before[1]) <= 1.0:
                heads.remove(near)
                still.append((t, near))
            elif t - before[0] <= 2.0:
                still.append(before)
            else:
                last.append(before)
        first += [(t, xy) for xy in heads]
        known = still + [(t, xy) for xy in heads]
    return first, sorted(last + known)


# -- the store -------------------------------------------------------------------------------------------


def _scale(key: tuple[int, int, int]) -> str:
    return "g{}-s{}-p{}".format(*key)


def _layout(
    folder: Path,
    plates: set[tuple[int, int, int]],
    sights: tuple[list[tuple[float, Point2]], list[tuple[float, Point2]]],
) -> StoreLayout:
    catalog = _catalog(folder / "products.json")
    slots: list[Slot] = []
    planogram: list[Facing] = []
    for number, entry in _lines(folder / "planogram.json", _Entry):
        sku = str(entry.planogram_product_id.id)
        if not sku:
            continue
        if sku not in catalog:
            raise RecordingError(
                f"{folder / 'planogram.json'}:{number}: product {sku!r} has no weight or no entry"
            )
        for slot in _slots(entry, plates, {s.id for s in slots}):
            slots.append(slot)
            planogram.append(Facing(slot=slot.id, sku=sku))
    scales = dict.fromkeys(slot.scale for slot in slots if slot.scale is not None)
    fixtures = _fixtures(slots)
    floor = _floor(fixtures, [xy for group in sights for _, xy in group])
    return StoreLayout(
        file=StoreFile(
            format=1,
            store=StoreInfo(id=folder.name, name=f"AutoCheckout {folder.name}", currency="USD"),
            floor=Floor(outline=floor),
            fixture=fixtures,
            slot=tuple(slots),
            scale=tuple(
                Scale(id=scale, rate_hz=PLATE_HZ, noise_sd_g=NOISE_SD_G, resolution_g=RESOLUTION_G)
                for scale in scales
            ),
            gate=_gates(fixtures, sights),
        ),
        catalog=tuple(catalog.values()),
        planogram=tuple(planogram),
    )


def _catalog(path: Path) -> dict[str, Product]:
    """Products that have a weight. Prices are major units; a missing one counts as one."""
    found: dict[str, Product] = {}
    for _, line in _lines(path, _Product):
        about = line.metadata
        if about.weight is None or not about.weight > 0:
            continue
        sku = str(line.product_id.id)
        found[sku] = Product(
            sku=sku,
            name=about.name.strip() or sku,
            price=round(100 * (about.price if about.price is not None else 1.0)),
            weight_g=round(about.weight, 3),
            weight_sd_g=round(max(LEAST_WEIGHT_SD_G, WEIGHT_SD * about.weight), 3),
        )
    return found


def _slots(entry: _Entry, plates: set[tuple[int, int, int]], taken: set[str]) -> Iterator[Slot]:
    """One slot per plate of the entry: its box cut into equal parts along its own x axis."""
    ids = sorted(plate.key for plate in entry.plate_ids)
    box = entry.global_coordinates
    width = box.dim_x / len(ids)
    for n, key in enumerate(ids):
        low, high = _placed(box, n * width, (n + 1) * width)
        name = _scale(key)
        while name in taken:
            name += "b"
        yield Slot(
            id=name,
            fixture=f"gondola-{key[0]}",
            shelf=key[1],
            low=low,
            high=high,
            scale=_scale(key) if key in plates else None,
        )


def _placed(box: _Box, x0: float, x1: float) -> tuple[Point3, Point3]:
    """Corners in the store of a part of the box, turned about z."""
    move, turn = box.transform.translation, box.transform.rotation.z
    c, s = math.cos(turn), math.sin(turn)
    corners = [(move.x + c * x - s * y, move.y + s * x + c * y) for x in (x0, x1) for y in (0.0, box.dim_y)]
    xs, ys = [p[0] for p in corners], [p[1] for p in corners]
    low = (round(min(xs), 4), round(min(ys), 4), round(move.z, 4))
    high = (round(max(xs), 4), round(max(ys), 4), round(move.z + box.dim_z, 4))
    return low, high


def _fixtures(slots: list[Slot]) -> tuple[Fixture, ...]:
    found = []
    for name in dict.fromkeys(slot.fixture for slot in slots):
        mine = [slot for slot in slots if slot.fixture == name]
        x0, y0 = (min(slot.low[i] for slot in mine) for i in (0, 1))
        x1, y1 = (max(slot.high[i] for slot in mine) for i in (0, 1))
        height = max(slot.high[2] for slot in mine)
        words = name.replace("-", " ").capitalize()
        found.append(Fixture(id=name, name=words, outline=_rectangle(x0, y0, x1, y1), height=height))
    return tuple(found)


def _rectangle(x0: float, y0: float, x1: float, y1: float) -> tuple[Point2, ...]:
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def _floor(fixtures: tuple[Fixture, ...], seen: list[Point2]) -> tuple[Point2, ...]:
    """A rectangle around fixtures and people. The back of the row of gondolas is a wall."""
    points = [p for fixture in fixtures for p in fixture.outline]
    x0, x1 = (f([p[0] for p in (*points, *seen)]) for f in (min, max))
    y0 = min(p[1] for p in (*points, *seen))
    y1 = max(p[1] for p in points)
    return tuple(
        (round(x, 3), round(y, 3))
        for x, y in _rectangle(x0 - ROOM_M, y0 - ROOM_M, x1 + ROOM_M, max([y1, *(p[1] for p in seen)]))
    )


def _gates(
    fixtures: tuple[Fixture, ...], sights: tuple[list[tuple[float, Point2]], list[tuple[float, Point2]]]
) -> tuple[Gate, ...]:
    solid = shapely.union_all([shapely.Polygon(fixture.outline) for fixture in fixtures])
    found: list[Gate] = []
    for kind, places in (("entry", sights[0]), ("exit", sights[1])):
        zones = shapely.union_all(
            [shapely.Point(xy).buffer(GATE_REACH_M, cap_style="square") for _, xy in places]
        )
        free = shapely.difference(zones, solid)
        parts = [p for p in getattr(free, "geoms", [free]) if p.area > 0.05]
        for n, part in enumerate(parts, start=1):
            outline = tuple((round(x, 3), round(y, 3)) for x, y in list(part.exterior.coords)[:-1])
            found.append(
                Gate(
                    id=f"{kind}-{n}",
                    name=f"{kind.capitalize()} {n}",
                    kind="entry" if kind == "entry" else "exit",
                    outline=outline,
                )
            )
    return tuple(found)


def _signals(
    layout: StoreLayout, sights: tuple[list[tuple[float, Point2]], list[tuple[float, Point2]]]
) -> list[GateSignal]:
    """One person in before each first sight, one out after each last."""
    ins = [g for g in layout.file.gate if g.kind == "entry"]
    outs = [g for g in layout.file.gate if g.kind == "exit"]
    found = [GateSignal(_nearest(ins, xy), t - GATE_LEAD_S, "entry") for t, xy in sights[0]]
    found += [GateSignal(_nearest(outs, xy), t + GATE_LEAD_S, "exit") for t, xy in sights[1]]
    return sorted(found, key=lambda signal: signal.t)


def _nearest(gates: list[Gate], xy: Point2) -> str:
    return min(gates, key=lambda g: shapely.Polygon(g.outline).distance(shapely.Point(xy))).id
