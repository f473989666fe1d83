"""Stores of three formats, with any kind of scales, for trials: plain layouts with awkward goods.

Boards of 1.2 m carry four slots of 0.3 m. What they lie on is one scale a slot, a half board, a whole board,
or any of these in one store. Goods come in families: flavours side by side that weigh the same, or nearly.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from store_layout.aim import looking_at
from store_layout.model import (
    Camera,
    Facing,
    Fixture,
    FixtureKind,
    Floor,
    Gate,
    GateKind,
    Point2,
    Point3,
    Product,
    Scale,
    Slot,
    StoreFile,
    StoreInfo,
    StoreLayout,
)

FormatName = Literal["nano", "convenience", "supermarket"]
ScaleKind = Literal["slot", "half", "shelf", "mixed"]

BOARD_M = 1.2
SLOTS = 4
"""On one board."""
HALVES: tuple[Literal["slot", "half", "shelf"], ...] = ("slot", "half", "shelf")
STOCK = 12
SPREAD = (0.002, 0.007)
"""Standard deviation of unit weights, share of the weight (AutoCheckout's products: 0.2 to 0.7 %)."""
WEIGHTS_G = (35.0, 1300.0)
FAMILY = 0.35
"""Chance that a product has flavours beside it ..."""
SAME_WEIGHT = 0.6
"""... and that these weigh exactly the same; else they differ by a little:"""
NEARLY = (0.008, 0.04)
SAME_PRICE = 0.85
TWO_FACINGS = 0.15
"""Share of products with two slots side by side."""


class _Stand(NamedTuple):
    """A fixture, and the sides from which it is served: x0, y0, x1, y1 in metres."""

    kind: FixtureKind
    rect: tuple[float, float, float, float]
    sides: str
    """Any of n, e, s, w."""
    shelves: tuple[float, ...]
    """Heights of the boards."""


LOW = (0.2, 0.65, 1.1)
HIGH = (0.2, 0.65, 1.1, 1.5)


class _Format(NamedTuple):
    size: Point2
    stands: tuple[_Stand, ...]
    gates: tuple[tuple[GateKind, float, float], ...]
    """Kind, and from where to where along the front wall."""
    cameras: tuple[tuple[float, float, float, float], ...]
    """Place, and the point of the floor looked at."""


FORMATS: dict[FormatName, _Format] = {
    "nano": _Format(
        (5.0, 4.0),
        (
            _Stand("wall_shelf", (1.0, 3.6, 4.6, 4.0), "s", HIGH),
            _Stand("wall_shelf", (4.6, 1.0, 5.0, 3.4), "w", HIGH),
            _Stand("gondola", (1.7, 1.7, 2.9, 2.4), "ns", LOW),
        ),
        (("both", 0.2, 1.5),),
        ((0.1, 0.1, 2.6, 2.4), (4.9, 0.1, 2.2, 2.2), (0.1, 3.9, 2.8, 1.6), (4.9, 3.9, 2.4, 1.6)),
    ),
    "convenience": _Format(
        (10.0, 6.0),
        (
            _Stand("gondola", (2.0, 1.8, 2.8, 4.2), "ew", LOW),
            _Stand("gondola", (4.5, 1.8, 5.3, 4.2), "ew", LOW),
            _Stand("gondola", (7.0, 1.8, 7.8, 4.2), "ew", LOW),
            _Stand("cooler", (1.0, 5.5, 8.2, 6.0), "s", LOW),
        ),
        (("entry", 0.3, 1.5), ("exit", 8.2, 9.4)),
        (
            (0.1, 0.1, 3.4, 2.8),
            (9.9, 0.1, 6.6, 2.8),
            (0.1, 5.4, 3.2, 3.0),
            (9.9, 5.9, 6.6, 3.0),
            (3.65, 0.1, 3.65, 4.0),
            (6.15, 0.1, 6.15, 4.0),
        ),
    ),
    "supermarket": _Format(
        (15.0, 10.0),
        (
            _Stand("gondola", (2.2, 2.2, 3.1, 7.0), "ew", LOW),
            _Stand("gondola", (5.2, 2.2, 6.1, 7.0), "ew", LOW),
            _Stand("gondola", (8.2, 2.2, 9.1, 7.0), "ew", LOW),
            _Stand("gondola", (11.2, 2.2, 12.1, 7.0), "ew", LOW),
            _Stand("cooler", (1.5, 9.5, 13.5, 10.0), "s", LOW),
        ),
        (("entry", 0.4, 2.0), ("exit", 12.6, 14.2)),
        (
            (0.1, 0.1, 4.0, 4.0),
            (14.9, 0.1, 11.0, 4.0),
            (0.1, 9.3, 4.0, 6.0),
            (14.9, 9.9, 11.0, 6.0),
            (4.15, 0.1, 4.15, 5.0),
            (7.15, 0.1, 7.15, 5.0),
            (10.15, 0.1, 10.15, 5.0),
            (4.15, 9.3, 4.15, 4.0),
            (7.15, 9.3, 7.15, 4.0),
            (10.15, 9.3, 10.15, 4.0),
        ),
    ),
}
CAMERA_HEIGHT_M = 2.9
WIDTH, HEIGHT, FIELD_DEG = 640, 360, 95.0
GATE_DEPTH_M = 0.7


def store_of(
    name: FormatName, scales: ScaleKind, seed: int, *, fps: float = 6.0, rate_hz: float = 10.0
) -> StoreLayout:
    """A store of this format. The seed decides goods, and in a mixed store which board lies on what."""
    form = FORMATS[name]
    rng = np.random.default_rng([seed, 77])
    fixtures, boards = [], []
    for number, stand in enumerate(form.stands):
        x0, y0, x1, y1 = stand.rect
        about = f"F{number}"
        outline = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
        height = max(stand.shelves) + 0.4
        fixtures.append(
            Fixture(id=about, name=f"Fixture {number + 1}", outline=outline, kind=stand.kind, height=height)
        )
        boards += [board for side in stand.sides for board in _boards(about, stand, side)]
    slots: list[Slot] = []
    plates: list[Scale] = []
    for board in boards:
        kind = HALVES[int(rng.integers(3))] if scales == "mixed" else scales
        each = {"slot": 1, "half": SLOTS // 2, "shelf": SLOTS}[kind]
        for first in range(0, SLOTS, each):
            plate = f"scale-{board[first][0]}"
            plates.append(Scale(id=plate, rate_hz=rate_hz))
            for slot, fixture, shelf, low, high in board[first : first + each]:
                slots.append(Slot(id=slot, fixture=fixture, shelf=shelf, low=low, high=high, scale=plate))
    catalog, planogram = _goods([[slot[0] for slot in board] for board in boards], rng)
    length, width = form.size
    return StoreLayout(
        file=StoreFile(
            format=1,
            store=StoreInfo(id=f"{name}-{scales}-{seed}", name=f"{name.title()} {seed}"),
            floor=Floor(outline=((0.0, 0.0), (length, 0.0), (length, width), (0.0, width))),
            fixture=tuple(fixtures),
            slot=tuple(slots),
            scale=tuple(plates),
            camera=tuple(_camera(i, place, fps) for i, place in enumerate(form.cameras)),
            gate=tuple(_gate(kind, a, b) for kind, a, b in form.gates),
        ),
        catalog=catalog,
        planogram=planogram,
    )


_Place = tuple[str, str, int, Point3, Point3]
"""Id, fixture, shelf, low and high corner of a slot to be."""


def _boards(fixture: str, stand: _Stand, side: str) -> list[list[_Place]]:
    """The boards of one side of a fixture, each with its slots from left to right."""
    x0, y0, x1, y1 = stand.rect
    along_x = side in "ns"
    start, end = (x0, x1) if along_x else (y0, y1)
    depth = (y1 - y0) if along_x else (x1 - x0)
    deep = depth / (2 if len(stand.sides) > 1 else 1) - 0.02
    found: list[list[_Place]] = []
    for column in range(round((end - start) / BOARD_M)):
        for shelf, z in enumerate(stand.shelves):
            board: list[_Place] = []
            for k in range(SLOTS):
                a = start + column * BOARD_M + k * BOARD_M / SLOTS
                b = a + BOARD_M / SLOTS - 0.01
                edge = {
                    "s": (y0, y0 + deep),
                    "n": (y1 - deep, y1),
                    "w": (x0, x0 + deep),
                    "e": (x1 - deep, x1),
                }
                c, d = edge[side]
                low = (a, c, z) if along_x else (c, a, z)
                high = (b, d, z + 0.35) if along_x else (d, b, z + 0.35)
                board.append((f"{fixture}{side}{column}{shelf}{k}", fixture, shelf, _mm(low), _mm(high)))
            found.append(board)
    return found


def _mm(point: Point3) -> Point3:
    x, y, z = point
    return (round(x, 3), round(y, 3), round(z, 3))


def _camera(number: int, place: tuple[float, float, float, float], fps: float) -> Camera:
    x, y, to_x, to_y = place
    calibration = looking_at((x, y, CAMERA_HEIGHT_M), (to_x, to_y, 0.6), WIDTH, HEIGHT, FIELD_DEG)
    return Camera(
        id=f"c{number}",
        name=f"Camera {number + 1}",
        width=WIDTH,
        height=HEIGHT,
        fps=fps,
        calibration=calibration,
    )


def _gate(kind: GateKind, a: float, b: float) -> Gate:
    outline = ((a, 0.0), (b, 0.0), (b, GATE_DEPTH_M), (a, GATE_DEPTH_M))
    return Gate(id=kind, name=kind.title(), kind=kind, outline=outline)


def _goods(
    boards: list[list[str]], rng: np.random.Generator
) -> tuple[tuple[Product, ...], tuple[Facing, ...]]:
    """A catalogue, and what stands in each slot: along each board, family by family."""
    products: list[Product] = []
    facings: list[Facing] = []
    family = 0
    for board in boards:
        while board:
            low, high = np.log(WEIGHTS_G)
            grams = float(np.exp(rng.uniform(low, high)))
            price = int(rng.integers(7, 70)) * 10 - 1
            flavours = int(rng.integers(2, 4)) if rng.random() < FAMILY else 1
            alike = rng.random() < SAME_WEIGHT
            family += 1
            for flavour in range(flavours):
                if not board:
                    break
                factor = 1.0
                if flavour and not alike:
                    factor += float(rng.uniform(*NEARLY)) * float(rng.choice((-1.0, 1.0)))
                cost = price if rng.random() < SAME_PRICE else int(rng.integers(7, 70)) * 10 - 1
                weight = round(grams * factor, 0)
                sku = f"{20000000 + len(products):08d}"
                products.append(
                    Product(
                        sku=sku,
                        name=f"Product {family}{'abc'[flavour] if flavours > 1 else ''}",
                        price=cost,
                        weight_g=weight,
                        weight_sd_g=round(max(0.3, weight * float(rng.uniform(*SPREAD))), 2),
                    )
                )
                wide = 2 if flavours == 1 and len(board) > 1 and rng.random() < TWO_FACINGS else 1
                for slot in board[:wide]:
                    facings.append(Facing(slot=slot, sku=sku, facings=3, stock=STOCK))
                del board[:wide]
    return tuple(products), tuple(facings)
