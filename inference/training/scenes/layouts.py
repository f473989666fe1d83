"""Random store layouts of three formats, in the project's own types."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon
from shapely import box as rectangle

from inference.training.scenes.crowd import Front
from store_layout.model import (
    Facing,
    Fixture,
    FixtureKind,
    Floor,
    Gate,
    Product,
    Slot,
    StoreFile,
    StoreInfo,
    StoreLayout,
)

Floats = NDArray[np.float64]
Rect = tuple[float, float, float, float]
"""x0, y0, x1, y1."""
Side = tuple[int, int]

FORMATS: tuple[tuple[float, tuple[float, float], tuple[float, float]], ...] = (
    (0.25, (4.0, 6.0), (3.8, 5.0)),
    (0.45, (7.0, 11.0), (6.0, 8.5)),
    (0.30, (12.0, 16.0), (9.0, 12.5)),
)
"""How often each format comes, and its length and width in metres: kiosk, convenience store, supermarket."""
PASSAGE_M = 0.85
"""At least so much is left between fixtures."""
STAND_M = 0.42
"""How far from a fixture somebody stands who looks at it."""


class Bay(NamedTuple):
    """What can be reached from one place before a fixture."""

    front: Front
    side: Side
    """The way its slots open."""
    slots: tuple[Slot, ...]


class RandomStore(NamedTuple):
    """A layout, and where people stand in it."""

    layout: StoreLayout
    bays: tuple[Bay, ...]


class _Draft:
    """A layout while it grows."""

    def __init__(self, rng: np.random.Generator, length: float, width: float) -> None:
        self.rng, self.length, self.width = rng, length, width
        self.fixtures: list[Fixture] = []
        self.slots: list[Slot] = []
        self.bays: list[Bay] = []
        self.kept: list[Polygon] = []

    def free(self, rect: Rect, gap: float) -> bool:
        """Whether a fixture fits there, within the walls, with a passage to the others."""
        x0, y0, x1, y1 = rect
        if x0 < -1e-6 or y0 < -1e-6 or x1 > self.length + 1e-6 or y1 > self.width + 1e-6:
            return False
        outline = rectangle(*rect).buffer(gap, join_style="mitre")
        return not any(outline.intersects(other) for other in self.kept)

    def add(self, kind: FixtureKind, rect: Rect, height: float, sides: tuple[Side, ...], gap: float) -> bool:
        """A fixture with slots at ``sides``; False where it does not fit."""
        if not self.free(rect, gap):
            return False
        name = f"F{len(self.fixtures)}"
        x0, y0, x1, y1 = (round(v, 3) for v in rect)
        outline = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
        fixture = Fixture(id=name, name=name, outline=outline, kind=kind, height=round(height, 2))
        self.fixtures.append(fixture)
        self.kept.append(rectangle(*rect))
        for side in sides:
            self._face(fixture, (x0, y0, x1, y1), side, len(sides))
        return True

    def keep_free(self, rect: Rect) -> None:
        """No fixture may come here: doors."""
        self.kept.append(rectangle(*rect))

    def _face(self, fixture: Fixture, rect: Rect, side: Side, faces: int) -> None:
        """Columns of slots on one side of a fixture."""
        along = 1 if side[0] else 0
        low, high = np.array(rect[:2]), np.array(rect[2:])
        span = high[along] - low[along]
        columns = max(1, round(span / float(self.rng.uniform(0.8, 1.3))))
        levels = _levels(self.rng, fixture.kind, fixture.height)
        depth = (high - low)[1 - along] / faces - 0.03
        for column in range(columns):
            a = low[along] + 0.04 + (span - 0.08) * column / columns
            b = low[along] + 0.04 + (span - 0.08) * (column + 1) / columns - 0.03
            slots = []
            for shelf, (z0, z1) in enumerate(levels):
                corner, other = low.copy(), high.copy()
                corner[along], other[along] = a, b
                across = 1 - along
                if side[across] > 0:
                    corner[across] = high[across] - depth
                else:
                    other[across] = low[across] + depth
                slots.append(
                    Slot(
                        id=f"{fixture.id}{'ensw'[_order(side)]}{column}{shelf}",
                        fixture=fixture.id,
                        shelf=shelf,
                        low=(round(float(corner[0]), 3), round(float(corner[1]), 3), round(z0, 3)),
                        high=(round(float(other[0]), 3), round(float(other[1]), 3), round(z1, 3)),
                    )
                )
            self.slots += slots
            self.bays.append(_bay(rect, side, (a + b) / 2, tuple(slots)))


def _order(side: Side) -> int:
    return ((1, 0), (0, 1), (0, -1), (-1, 0)).index(side)


def _bay(rect: Rect, side: Side, middle: float, slots: tuple[Slot, ...]) -> Bay:
    x0, y0, x1, y1 = rect
    edge = np.array([x1 if side[0] > 0 else x0, y1 if side[1] > 0 else y0])
    edge[1 if side[0] else 0] = middle
    stand = edge + STAND_M * np.array(side)
    inset = edge - 0.08 * np.array(side)
    targets = tuple(
        (float(inset[0]), float(inset[1]), s.low[2] + 0.4 * (s.high[2] - s.low[2])) for s in slots
    )
    heading = float(np.arctan2(-side[1], -side[0]))
    return Bay(Front(float(stand[0]), float(stand[1]), heading, targets), side, slots)


def _levels(rng: np.random.Generator, kind: FixtureKind, height: float) -> list[tuple[float, float]]:
    """Bottoms and tops of the shelves of a fixture."""
    if kind in {"table", "counter", "basket"} or (kind == "cooler" and height < 1.2):
        return [(height if kind in {"table", "counter"} else height * 0.45, height + 0.3)]
    first = float(rng.uniform(0.1, 0.3))
    count = max(2, min(6, round((height - first) / float(rng.uniform(0.28, 0.45)))))
    step = (height - first) / count
    return [(first + k * step, first + (k + 1) * step - 0.05) for k in range(count)]


def random_store(rng: np.random.Generator, products: tuple[Product, ...]) -> RandomStore:
    """A store of any format with ``products`` on its shelves."""
    weights = np.array([w for w, _, _ in FORMATS])
    _, lengths, widths = FORMATS[int(rng.choice(len(FORMATS), p=weights / weights.sum()))]
    draft = _Draft(rng, round(float(rng.uniform(*lengths)), 2), round(float(rng.uniform(*widths)), 2))
    door = _door(draft)
    _along_walls(draft)
    _islands(draft)
    _columns(draft)
    outline = ((0.0, 0.0), (draft.length, 0.0), (draft.length, draft.width), (0.0, draft.width))
    file = StoreFile(
        format=1,
        store=StoreInfo(id="random", name="Random store"),
        floor=Floor(outline=outline),
        fixture=tuple(draft.fixtures),
        slot=tuple(draft.slots),
        gate=(door,),
    )
    skus = [p.sku for p in products]
    planogram = [
        Facing(slot=slot.id, sku=skus[int(rng.integers(len(skus)))], stock=8) for slot in draft.slots
    ]
    return RandomStore(
        StoreLayout(file=file, catalog=products, planogram=tuple(planogram)), tuple(draft.bays)
    )


def _door(draft: _Draft) -> Gate:
    wide = float(draft.rng.uniform(1.4, 2.4))
    x = float(draft.rng.uniform(0.2, draft.length - wide - 0.2))
    draft.keep_free((x, 0.0, x + wide, 1.6))
    outline = ((x, 0.0), (x + wide, 0.0), (x + wide, 0.8), (x, 0.8))
    return Gate(id="door", name="Door", kind="both", outline=outline)


def _along_walls(draft: _Draft) -> None:
    """Shelves, coolers and counters with their backs to the walls."""
    rng = draft.rng
    for side in ((0, -1), (-1, 0), (1, 0), (0, 1)):
        if rng.random() < 0.15:
            continue
        span = draft.length if side[1] else draft.width
        at = float(rng.uniform(0.0, 0.6))
        while at < span - 1.2:
            long = min(float(rng.uniform(1.2, 4.5)), span - at - 0.05)
            kind: FixtureKind = ("wall_shelf", "cooler", "wall_shelf", "counter")[
                int(rng.choice(4, p=[0.4, 0.3, 0.2, 0.1]))
            ]
            deep = float(rng.uniform(0.35, 0.5)) if kind == "wall_shelf" else float(rng.uniform(0.5, 0.8))
            height = float(rng.uniform(1.5, 2.2)) if kind != "counter" else float(rng.uniform(0.85, 1.05))
            if rng.random() < 0.85:
                draft.add(kind, _at_wall(draft, side, at, long, deep), height, (side,), 0.02)
            at += long + (0.02 if rng.random() < 0.7 else float(rng.uniform(0.3, 1.2)))


def _at_wall(draft: _Draft, side: Side, at: float, long: float, deep: float) -> Rect:
    """A rectangle whose front looks along ``side``, at the opposite wall."""
    if side[1]:
        y0 = draft.width - deep if side[1] < 0 else 0.0
        return (at, y0, at + long, y0 + deep)
    x0 = draft.length - deep if side[0] < 0 else 0.0
    return (x0, at, x0 + deep, at + long)


def _islands(draft: _Draft) -> None:
    """Rows of gondolas with aisles between, some tables, chests and baskets among them."""
    rng = draft.rng
    upright = rng.random() < 0.5
    across, along = (draft.length, draft.width) if upright else (draft.width, draft.length)
    deep, aisle = float(rng.uniform(0.7, 1.0)), float(rng.uniform(1.1, 2.1))
    height = float(rng.uniform(1.25, 1.9))
    at = float(rng.uniform(1.5, 2.2))
    while at + deep < across - 1.4:
        start = float(rng.uniform(1.4, 2.4))
        while start < along - 2.2:
            long = min(float(rng.uniform(1.2, 5.0)), along - start - 1.3)
            _island(draft, upright, (at, start, deep, long), height)
            start += long + float(rng.uniform(1.0, 1.8))
        at += deep + aisle


def _island(draft: _Draft, upright: bool, place: Rect, height: float) -> None:
    rng = draft.rng
    at, start, deep, long = place
    kind: FixtureKind = ("gondola", "table", "cooler", "basket")[
        int(rng.choice(4, p=[0.76, 0.1, 0.08, 0.06]))
    ]
    if kind != "gondola":
        long, height = min(long, 2.0), float(rng.uniform(0.7, 0.95))
    rect = (at, start, at + deep, start + long) if upright else (start, at, start + long, at + deep)
    sides: tuple[Side, ...] = ((1, 0), (-1, 0)) if upright else ((0, 1), (0, -1))
    if long > 0.8:
        draft.add(kind, rect, height, sides, PASSAGE_M)


def _columns(draft: _Draft) -> None:
    for _ in range(int(draft.rng.integers(0, 4)) if draft.length > 7 else 0):
        side = float(draft.rng.uniform(0.25, 0.5))
        x, y = draft.rng.uniform(1, draft.length - 1), draft.rng.uniform(1, draft.width - 1)
        draft.add("column", (float(x), float(y), float(x) + side, float(y) + side), 3.5, (), 0.7)
