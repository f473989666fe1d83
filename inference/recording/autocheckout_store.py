"""The store of a case of the AutoCheckout competition, with the gates that the case lacks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import shapely

from inference.messages import GateSignal, Skeletons
from inference.recording.autocheckout_case import (
    PLATE_HZ,
    Box,
    CatalogEntry,
    PlanogramEntry,
    PlateKey,
    read_lines,
    scale_of,
)
from inference.recording.format import RecordingError
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


class Sights(NamedTuple):
    """When and where shoppers came into view and left it, each in order of time."""

    first: list[tuple[float, Point2]]
    last: list[tuple[float, Point2]]


def sights_of(seen: dict[float, Skeletons]) -> Sights:
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
    return Sights(first, sorted(last + known))


def store_of(folder: Path, plates: set[PlateKey], sights: Sights) -> StoreLayout:
    """Fixtures, slots and goods as the case's planogram has them; a scale where there are plates' values.

    Raises :class:`RecordingError`, naming file and line, for lines that cannot be read or go together.
    """
    catalog = _catalog(folder / "products.json")
    slots: list[Slot] = []
    planogram: list[Facing] = []
    for number, entry in read_lines(folder / "planogram.json", PlanogramEntry):
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
    for _, line in read_lines(path, CatalogEntry):
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


def _slots(entry: PlanogramEntry, plates: set[PlateKey], taken: set[str]) -> Iterator[Slot]:
    """One slot per plate of the entry: its box cut into equal parts along its own x axis."""
    ids = sorted(plate.key for plate in entry.plate_ids)
    box = entry.global_coordinates
    width = box.dim_x / len(ids)
    for n, key in enumerate(ids):
        low, high = _placed(box, n * width, (n + 1) * width)
        name = scale_of(key)
        while name in taken:
            name += "b"
        yield Slot(
            id=name,
            fixture=f"gondola-{key[0]}",
            shelf=key[1],
            low=low,
            high=high,
            scale=scale_of(key) if key in plates else None,
        )


def _placed(box: Box, x0: float, x1: float) -> tuple[Point3, Point3]:
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


def _gates(fixtures: tuple[Fixture, ...], sights: Sights) -> tuple[Gate, ...]:
    solid = shapely.union_all([shapely.Polygon(fixture.outline) for fixture in fixtures])
    found: list[Gate] = []
    for kind, places in (("entry", sights.first), ("exit", sights.last)):
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


def gate_signals(layout: StoreLayout, sights: Sights) -> list[GateSignal]:
    """One person in before each first sight, one out after each last."""
    ins = [g for g in layout.file.gate if g.kind == "entry"]
    outs = [g for g in layout.file.gate if g.kind == "exit"]
    found = [GateSignal(_nearest(ins, xy), t - GATE_LEAD_S, "entry") for t, xy in sights.first]
    found += [GateSignal(_nearest(outs, xy), t + GATE_LEAD_S, "exit") for t, xy in sights.last]
    return sorted(found, key=lambda signal: signal.t)


def _nearest(gates: list[Gate], xy: Point2) -> str:
    return min(gates, key=lambda g: shapely.Polygon(g.outline).distance(shapely.Point(xy))).id
