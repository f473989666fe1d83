"""Interiors that are no stores: offices, corridors, halls, waiting rooms, store rooms, living rooms."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.mesh import merged
from inference.simulation.rendering.scene import Surface
from inference.training.scenes import carts, clutter, furniture
from inference.training.scenes.cameras import Rig
from inference.training.scenes.crowd import Front, Habits
from inference.training.scenes.floor_map import FloorMap
from inference.training.scenes.lighting import indoors
from inference.training.scenes.pictures import FLOORS, WALLS, colour, neutral, notice_board
from inference.training.scenes.setting import Setting
from inference.training.scenes.shapes import box, lathe, moved, panel, sheet
from inference.training.scenes.stage_set import Maker, Part, Place, Prop, StageSet

Floats = NDArray[np.float64]


class Interior(NamedTuple):
    """A kind of room. Numbers are ranges to draw from, metres."""

    length: tuple[float, float]
    width: tuple[float, float]
    ceiling: tuple[float, float]
    furniture: tuple[Maker, ...]
    density: tuple[float, float]
    """Pieces of furniture for each square metre."""
    people: tuple[int, int]


INTERIORS: tuple[tuple[float, Interior], ...] = (
    (0.25, Interior((5, 14), (4, 9), (2.4, 3.2), furniture.OFFICE, (0.08, 0.3), (1, 8))),
    (0.2, Interior((9, 26), (1.9, 4), (2.4, 3.2), furniture.WAITING, (0.0, 0.08), (1, 9))),
    (0.2, Interior((12, 26), (9, 18), (3, 6), furniture.HALL, (0.01, 0.06), (2, 16))),
    (0.15, Interior((5, 12), (4, 9), (2.4, 3.4), furniture.WAITING, (0.1, 0.25), (1, 10))),
    (0.12, Interior((7, 18), (5, 12), (3, 5), furniture.STORE_ROOM, (0.08, 0.25), (1, 6))),
    (0.08, Interior((3.5, 7), (3, 6), (2.3, 2.8), furniture.HOME, (0.15, 0.35), (1, 5))),
)
"""Offices, corridors, halls, waiting rooms, store rooms, homes, with how often each comes."""


def room_setting(rng: np.random.Generator) -> Setting:
    """A random interior."""
    weights = np.array([w for w, _ in INTERIORS])
    interior = INTERIORS[int(rng.choice(len(INTERIORS), p=weights / weights.sum()))][1]
    size = np.array([rng.uniform(*interior.length), rng.uniform(*interior.width)])
    ceiling = float(rng.uniform(*interior.ceiling))
    low, high = -size / 2, size / 2
    floor = FloorMap((float(low[0]), float(low[1])), (float(high[0]), float(high[1])), 0.1)
    stage = StageSet(floor)
    lamps = shell(rng, stage, ceiling)
    fronts = [*_on_walls(rng, stage, ceiling), *_furnish(rng, stage, interior)]
    top = min(lamps - 0.12, 4.0)
    habits = Habits(
        acts={"walk": 1.0, "stand": 0.6, "talk": 0.5, "browse": 0.35, "queue": 0.15},
        fronts=fronts,
        phones=(0, 1),
        bags=(2,),
        products=(3,),
        lanes=(0.0,) if size[0] > 2 * size[1] else (),
        carried={"hang": 1.0, "phone": 0.15, "pockets": 0.2, "folded": 0.12, "bag": 0.1},
    )
    rigs = (room_rig(low, high, (min(2.1, top), top)),)
    return Setting(
        "room",
        stage,
        habits,
        rigs,
        indoors(rng, low, high, ceiling),
        interior.people,
        children=0.1,
        staff=0.1,
        products=hand_things(rng),
    )


def hand_things(rng: np.random.Generator) -> tuple[Part, ...]:
    """Two telephones, a bag, and a book or parcel."""
    size = tuple(float(v) for v in rng.uniform((0.12, 0.03, 0.1), (0.3, 0.12, 0.25)))
    parcel = box((size[0], size[1], size[2]), (0, 0, 0)), Surface(colour(rng), gloss=0.2)
    return (carts.phone(rng), carts.phone(rng), carts.bag(rng), parcel)


def room_rig(low: Floats, high: Floats, height: tuple[float, float]) -> Rig:
    """Cameras in corners, on walls and under the ceiling."""

    def place(rng: np.random.Generator, count: int) -> Floats:
        share = rng.uniform(0.03, 0.97, (count, 2))
        kind = rng.random(count)
        edge = np.where(rng.random((count, 2)) < 0.5, 0.0, 1.0)
        share = np.where((kind < 0.45)[:, None], edge, share)  # corners
        wall = (kind >= 0.45) & (kind < 0.75)
        along = rng.random(count) < 0.5
        share[wall & along, 0] = edge[wall & along, 0]
        share[wall & ~along, 1] = edge[wall & ~along, 1]
        inset = np.minimum(0.12 + rng.uniform(0, 0.2, (count, 2)), 0.2 * (high - low))
        xy = np.clip(low + share * (high - low), low + inset, high - inset)
        return np.column_stack([xy, rng.uniform(*height, count)])

    return Rig(place, (52, 112), (14, 80), 0.25, 1.0)


def shell(rng: np.random.Generator, stage: StageSet, ceiling: float) -> float:
    """Floor, walls and ceiling of a room; the height at which its lamps hang."""
    (x0, y0), (x1, y1) = stage.floor.low.tolist(), stage.floor.high.tolist()
    ground = FLOORS[int(rng.integers(len(FLOORS)))](rng)
    gloss = float(rng.uniform(0.0, 0.6))
    tint = float(rng.uniform(0.75, 1.0))
    stage.add(
        sheet((x0, y0), (x1, y1), 0.0, uv="metres"),
        Surface(
            (tint, tint, tint),
            stage.picture(ground.picture),
            ground.repeat,
            gloss,
            grain=float(rng.uniform(0, 0.3)),
        ),
    )
    first = WALLS[int(rng.integers(len(WALLS)))](rng)
    name = stage.picture(first.picture)
    sides = (
        ((0.0, y1), x1 - x0, 0.0),
        ((0.0, y0), x1 - x0, np.pi),
        ((x1, 0.0), y1 - y0, -np.pi / 2),
        ((x0, 0.0), y1 - y0, np.pi / 2),
    )
    for middle, long, turn in sides:
        shade = (
            (1.0, 1.0, 1.0) if rng.random() < 0.75 else colour(rng, saturation=(0.1, 0.6), value=(0.5, 1.0))
        )
        stage.add(
            moved(panel(long, ceiling, uv="metres"), middle[0], middle[1], 0.0, turn),
            Surface(shade, name, first.repeat, 0.08, grain=0.1),
        )
        if rng.random() < 0.6:
            skirting = moved(box((long, 0.02, 0.1), (0, -0.01, 0.05)), middle[0], middle[1], 0.0, turn)
            stage.add(skirting, Surface(neutral(rng, 0.1, 0.95)))
    stage.add(
        sheet((x0, y0), (x1, y1), ceiling, uv="metres", up=False), Surface(neutral(rng, 0.6, 0.95), grain=0.1)
    )
    return _ceiling_lamps(rng, stage, ceiling)


def _ceiling_lamps(rng: np.random.Generator, stage: StageSet, ceiling: float) -> float:
    long, wide = (1.2, 0.3) if rng.random() < 0.5 else (0.6, 0.6)
    drop = 0.5 if ceiling > 3.2 and rng.random() < 0.4 else 0.03
    lamp = Prop.of(
        (box((long, wide, 0.05)), Surface((1, 1, 0.97), glow=float(rng.uniform(0.3, 1.0)))), solid=False
    )
    gap = rng.uniform(1.8, 3.5, 2)
    xs = np.arange(stage.floor.low[0] + gap[0] / 2, stage.floor.high[0], gap[0])
    ys = np.arange(stage.floor.low[1] + gap[1] / 2, stage.floor.high[1], gap[1])
    places = [Place(float(x), float(y), 0.0, 1.0, ceiling - drop) for x in xs for y in ys]
    stage.many(lamp, places[:60], block=False)
    return ceiling - drop


def wall_place(
    rng: np.random.Generator, stage: StageSet, wide: float, off: float, z: float = 0.0
) -> tuple[Place, Floats]:
    """Somewhere along a random wall, ``off`` metres before it, facing inwards; and the inward direction."""
    side = int(rng.integers(4))
    low, high = stage.floor.low, stage.floor.high
    along = rng.uniform(np.minimum(low + wide / 2 + 0.1, 0), np.maximum(high - wide / 2 - 0.1, 0))
    turn = (0.0, -np.pi / 2, np.pi, np.pi / 2)[side]
    inward = np.array([(0, -1), (-1, 0), (0, 1), (1, 0)][side], dtype=np.float64)
    edge = high if side < 2 else low
    xy = np.where(inward == 0, along, edge + inward * off)
    return Place(float(xy[0]), float(xy[1]), turn, 1.0, z), inward


def _on_walls(rng: np.random.Generator, stage: StageSet, ceiling: float) -> list[Front]:
    """Doors, windows, pictures, boards, hand rails; what is looked at comes back as places to stand."""
    fronts: list[Front] = []
    length = 2 * float((stage.floor.high - stage.floor.low).sum())
    for _ in range(int(length * rng.uniform(0.08, 0.35)) + 1):
        kind = rng.random()
        if kind < 0.25:
            prop, z = _door(rng), 0.0
        elif kind < 0.45:
            prop, z = _window(rng, ceiling), float(rng.uniform(0.5, 1.0))
        elif kind < 0.6:
            face = Surface((1, 1, 1), stage.picture(notice_board(rng)))
            prop, z = Prop.of((panel(1.5, 1.0), face), solid=False), 1.0
        else:
            prop, z = furniture.picture_on_wall(rng, stage), float(rng.uniform(0.8, 1.5))
        if z + prop.height > ceiling:
            continue
        wide = 2 * float(np.abs(prop.parts[0][0].positions[:, 0]).max())
        place, inward = wall_place(rng, stage, wide, 0.03, z)
        stage.put(prop, place, block=False)
        if rng.random() < 0.6:
            x, y = np.array([place.x, place.y]) + inward * rng.uniform(0.45, 0.9)
            fronts.append(Front(float(x), float(y), float(np.arctan2(-inward[1], -inward[0]))))
    return fronts


def _door(rng: np.random.Generator) -> Prop:
    wide, high = float(rng.choice([0.9, 0.9, 1.8])), 2.05
    leaf = Surface(
        neutral(rng, 0.15, 0.9, 0.2) if rng.random() < 0.6 else colour(rng, value=(0.2, 0.8)), gloss=0.2
    )
    frame = Surface(neutral(rng, 0.1, 0.9))
    handle = box((0.12, 0.05, 0.03), (wide * 0.38, -0.04, 1.0))
    return Prop.of(
        (box((wide + 0.14, 0.04, high + 0.07), (0, 0.02, (high + 0.07) / 2)), frame),
        (box((wide, 0.05, high), (0, 0.005, high / 2)), leaf),
        (handle, Surface((0.6, 0.6, 0.6), gloss=0.7)),
        solid=False,
    )


def _window(rng: np.random.Generator, ceiling: float) -> Prop:
    wide, high = float(rng.uniform(0.8, 3.0)), float(rng.uniform(0.8, max(0.9, ceiling - 1.4)))
    sky = Surface(
        colour(rng, (0.5, 0.65), (0.0, 0.35), (0.3, 1.0)), gloss=0.4, glow=float(rng.uniform(0.1, 0.8))
    )
    panes = max(1, round(wide / 0.9))
    bars = [box((0.05, 0.05, high), ((k / panes - 0.5) * wide, 0, high / 2)) for k in range(panes + 1)]
    bars += [box((wide, 0.05, 0.05), (0, 0, z)) for z in (0.0, high)]
    return Prop.of(
        (moved(panel(wide, high), 0, 0.0), sky), (merged(bars), Surface(neutral(rng, 0.2, 0.95))), solid=False
    )


def _furnish(rng: np.random.Generator, stage: StageSet, interior: Interior) -> list[Front]:
    """Furniture against walls and in the room, and things shaped like people."""
    fronts: list[Front] = []
    area = float(np.prod(stage.floor.high - stage.floor.low))
    count = int(area * rng.uniform(*interior.density)) + 1
    kinds = [
        interior.furniture[int(i)](rng, stage)
        for i in rng.integers(len(interior.furniture), size=min(count, 8))
    ]
    for _ in range(count):
        prop = kinds[int(rng.integers(len(kinds)))]
        place = _against_wall(rng, stage, prop) if rng.random() < 0.55 else stage.try_put(rng, prop, 4, 0.2)
        if place is not None and rng.random() < 0.7:
            off = prop.size[1] / 2 + rng.uniform(0.35, 0.5)
            x, y = place.x + off * np.sin(place.heading), place.y - off * np.cos(place.heading)
            target = (place.x, place.y, float(np.clip(prop.height * rng.uniform(0.5, 1.0), 0.4, 1.6)))
            fronts.append(Front(float(x), float(y), place.heading + np.pi / 2, (target,)))
    for _ in range(int(rng.integers(0, 5)) + int(area / 60)):
        maker = clutter.INDOOR[int(rng.integers(len(clutter.INDOOR)))]
        stage.try_put(rng, maker(rng, stage), 4, 0.1)
    if area > 80 and rng.random() < 0.6:
        _pillars(rng, stage)
    if rng.random() < 0.3:
        _rugs(rng, stage)
    return fronts


def _against_wall(rng: np.random.Generator, stage: StageSet, prop: Prop) -> Place | None:
    for _ in range(4):
        place, _ = wall_place(rng, stage, prop.size[0], prop.size[1] / 2 + 0.03)
        if stage.fits(prop, place, -0.02):
            stage.put(prop, place)
            return place
    return None


def _pillars(rng: np.random.Generator, stage: StageSet) -> None:
    wide = float(rng.uniform(0.15, 0.4))
    high = 6.0
    shape = lathe([(wide, 0), (wide, high)], 14) if rng.random() < 0.5 else box((2 * wide, 2 * wide, high))
    pillar = Prop.of((shape, Surface(neutral(rng, 0.3, 0.95, 0.1), gloss=0.2, grain=0.2)))
    gap = float(rng.uniform(3.5, 6.5))
    xs = np.arange(stage.floor.low[0] + gap, stage.floor.high[0] - 1, gap)
    ys = np.arange(stage.floor.low[1] + gap, stage.floor.high[1] - 1, gap)
    places = [Place(float(x), float(y)) for x in xs for y in ys]
    stage.many(pillar, [p for p in places if stage.fits(pillar, p, 0.0)])


def _rugs(rng: np.random.Generator, stage: StageSet) -> None:
    pattern = FLOORS[2](rng)
    size = np.minimum(rng.uniform(1.2, 4.0, 2), 0.7 * (stage.floor.high - stage.floor.low))
    mesh = box((float(size[0]), float(size[1]), 0.012), uv="metres")
    rug = Prop.of((mesh, Surface((1, 1, 1), stage.picture(pattern.picture), pattern.repeat)), solid=False)
    x, y = rng.uniform(stage.floor.low + size / 2, stage.floor.high - size / 2)
    stage.put(rug, Place(float(x), float(y)), block=False)
