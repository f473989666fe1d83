"""Furniture of offices, halls, waiting rooms and store rooms."""

from __future__ import annotations

import numpy as np

from inference.simulation.rendering.mesh import Mesh, merged
from inference.simulation.rendering.scene import Surface
from inference.training.scenes.noise import photo_like
from inference.training.scenes.pictures import (
    cloth,
    colour,
    neutral,
    notice_board,
    planks,
    writing,
)
from inference.training.scenes.shapes import bar, box, lathe, moved, panel
from inference.training.scenes.stage_set import Maker, Part, Prop, StageSet

CHROME = Surface((0.6, 0.6, 0.62), gloss=0.7)


def wood(rng: np.random.Generator, stage: StageSet) -> Surface:
    """Wood, veneer or lacquer."""
    if rng.random() < 0.5:
        return Surface((1, 1, 1), stage.picture(planks(rng).picture), gloss=float(rng.uniform(0.05, 0.4)))
    return Surface(neutral(rng, 0.1, 0.95, 0.15), gloss=float(rng.uniform(0.05, 0.4)))


def seat_cover(rng: np.random.Generator, stage: StageSet) -> Surface:
    """Cloth, leather or plastic of a seat."""
    if rng.random() < 0.3:
        return Surface((1, 1, 1), stage.picture(cloth(rng)), (2, 2), gloss=0.05)
    return Surface(colour(rng, saturation=(0, 0.8), value=(0.05, 0.8)), gloss=float(rng.uniform(0.03, 0.4)))


def table(rng: np.random.Generator, stage: StageSet) -> Prop:
    """A table or desk with things on it."""
    wide, deep, high = (
        float(rng.uniform(0.6, 2.0)),
        float(rng.uniform(0.5, 0.9)),
        float(rng.uniform(0.45, 1.05)),
    )
    top = box((wide, deep, 0.04), (0, 0, high))
    legs = merged(
        [
            bar((x * wide * 0.46, y * deep * 0.43, 0), (x * wide * 0.46, y * deep * 0.43, high), 0.025, 5)
            for x in (-1, 1)
            for y in (-1, 1)
        ]
    )
    parts: list[Part] = [(top, wood(rng, stage)), (legs, CHROME)]
    for _ in range(int(rng.integers(0, 5))):
        size = tuple(rng.uniform(0.06, 0.3, 3))
        x, y = rng.uniform(-0.4, 0.4, 2) * (wide, deep)
        parts.append(
            (
                moved(box(size), float(x), float(y), high + 0.02, float(rng.uniform(0, 3))),
                Surface(colour(rng), gloss=0.2),
            )
        )
    if rng.random() < 0.4:
        screen = merged(
            [box((0.55, 0.04, 0.33), (0, 0.1, high + 0.3)), box((0.05, 0.05, 0.2), (0, 0.12, high + 0.1))]
        )
        parts.append((screen, Surface((0.04, 0.04, 0.05), gloss=0.5)))
        glow = Surface((1, 1, 1), stage.picture(writing(rng, 96, 56)), glow=0.2)
        parts.append((moved(panel(0.51, 0.29), 0, 0.078, high + 0.155), glow))
    return Prop.of(*parts)


def round_table(rng: np.random.Generator, stage: StageSet) -> Prop:
    """A round table or a high table on one leg."""
    r, high = float(rng.uniform(0.3, 0.75)), float(rng.choice([0.72, 1.08]))
    body = lathe([(r * 0.6, 0), (r * 0.6, 0.02), (0.04, 0.05), (0.04, high - 0.03)], 12)
    top = lathe([(r, high - 0.03), (r, high), (0.0, high)], 16, flat=True)
    return Prop.of((body, CHROME), (top, wood(rng, stage)))


def chair(rng: np.random.Generator, stage: StageSet) -> Prop:
    """A chair: plain, on a swivel, or with arms; its back is about as high as a crouching person."""
    cover, back = seat_cover(rng, stage), float(rng.uniform(0.75, 1.25))
    seat = box((0.46, 0.46, 0.07), (0, 0, 0.45))
    rest = moved(box((0.44, 0.06, back - 0.5), (0, 0, (back + 0.5) / 2)), 0, 0.2)
    if rng.random() < 0.4:
        feet = [
            bar((0, 0, 0.08), (0.28 * np.cos(a), 0.28 * np.sin(a), 0.04), 0.025, 4)
            for a in np.arange(5) * 1.2566
        ]
        frame = merged(
            [*feet, bar((0, 0, 0.08), (0, 0, 0.42), 0.035), bar((0, 0.22, 0.42), (0, 0.24, 0.6), 0.03)]
        )
    else:
        frame = merged(
            [bar((x, y, 0), (x * 0.95, y * 0.95, 0.45), 0.018, 5) for x in (-0.2, 0.2) for y in (-0.2, 0.2)]
        )
    parts: list[Part] = [
        (merged([seat, rest]), cover),
        (frame, CHROME if rng.random() < 0.6 else Surface((0.05, 0.05, 0.05))),
    ]
    if rng.random() < 0.3:
        arms = merged([box((0.06, 0.4, 0.05), (s * 0.26, 0, 0.66)) for s in (-1, 1)])
        parts.append((arms, cover))
    if rng.random() < 0.2:  # a jacket over the back
        parts.append((moved(box((0.5, 0.12, 0.55), (0, 0, back - 0.25)), 0, 0.2), seat_cover(rng, stage)))
    return Prop.of(*parts)


def armchair(rng: np.random.Generator, stage: StageSet) -> Prop:
    """An armchair or a sofa."""
    wide = float(rng.choice([0.85, 1.5, 2.0]))
    back = float(rng.uniform(0.7, 1.0))
    body = merged(
        [
            box((wide, 0.8, 0.42)),
            box((wide, 0.2, back), (0, 0.32, back / 2)),
            *(box((0.16, 0.8, 0.6), (s * (wide / 2 - 0.08), 0, 0.3)) for s in (-1, 1)),
        ]
    )
    return Prop.of((body, seat_cover(rng, stage)))


def chair_row(rng: np.random.Generator, stage: StageSet) -> Prop:
    """Joined chairs of a waiting room."""
    one, count = chair(rng, stage), int(rng.integers(2, 6))
    parts = [
        (merged([moved(mesh, (k - (count - 1) / 2) * 0.55) for k in range(count)]), surface)
        for mesh, surface in one.parts
    ]
    return Prop.of(*parts)


def cupboard(rng: np.random.Generator, stage: StageSet) -> Prop:
    """A cupboard, locker, fridge or vending machine."""
    wide, deep, high = (
        float(rng.uniform(0.5, 1.3)),
        float(rng.uniform(0.35, 0.7)),
        float(rng.uniform(0.7, 2.1)),
    )
    parts: list[Part] = [(box((wide, deep, high)), wood(rng, stage))]
    kind = rng.random()
    if kind < 0.3:
        face = Surface((1, 1, 1), stage.picture(writing(rng)), gloss=0.4, glow=float(rng.uniform(0, 0.3)))
        parts.append((moved(panel(wide * 0.9, high * 0.9), 0, -deep / 2 - 0.005, high * 0.05), face))
    else:
        doors = max(1, round(wide / 0.45))
        gaps = [
            box((0.012, 0.01, high * 0.96), ((k / doors - 0.5) * wide, -deep / 2, high / 2))
            for k in range(1, doors)
        ]
        knobs = [
            box((0.03, 0.03, 0.14), (((k + 0.5) / doors - 0.4) * wide, -deep / 2 - 0.01, high * 0.5))
            for k in range(doors)
        ]
        parts.append((merged([*gaps, *knobs]), Surface((0.1, 0.1, 0.1), gloss=0.3)))
    return Prop.of(*parts)


def shelf(rng: np.random.Generator, stage: StageSet) -> Prop:
    """Open shelves with boxes, books or files."""
    wide, deep, high = (
        float(rng.uniform(0.8, 2.2)),
        float(rng.uniform(0.3, 0.6)),
        float(rng.uniform(1.0, 2.4)),
    )
    floors = int(rng.integers(2, 6))
    boards = [box((wide, deep, 0.03), (0, 0, high * k / floors + 0.1)) for k in range(floors)]
    boards += [box((0.04, deep, high), (s * wide / 2, 0, high / 2)) for s in (-1, 1)]
    parts: list[Part] = [(merged(boards), wood(rng, stage))]
    shades = [Surface(colour(rng), gloss=0.1) for _ in range(4)] + [
        Surface((1, 1, 1), stage.picture(writing(rng, 64, 64)))
    ]
    stock: dict[int, list[Mesh]] = {k: [] for k in range(len(shades))}
    for k in range(floors):
        x = -wide / 2 + 0.05
        while x < wide / 2 - 0.3:
            w, h = float(rng.uniform(0.05, 0.35)), float(rng.uniform(0.3, 0.8)) * high / floors
            if rng.random() < 0.85:
                where = (x + w / 2, float(rng.uniform(-0.05, 0.05)), high * k / floors + 0.115 + h / 2)
                stock[int(rng.integers(len(shades)))].append(box((w * 0.95, deep * 0.8, h), where))
            x += w
    parts += [(merged(kept), shades[k]) for k, kept in stock.items() if kept]
    return Prop.of(*parts)


def counter(rng: np.random.Generator, stage: StageSet) -> Prop:
    """A counter or a reception desk."""
    wide, deep, high = (
        float(rng.uniform(1.2, 3.5)),
        float(rng.uniform(0.5, 0.8)),
        float(rng.uniform(0.9, 1.15)),
    )
    top = box((wide + 0.06, deep + 0.08, 0.05), (0, 0, high))
    return Prop.of((box((wide, deep, high), uv="metres"), wood(rng, stage)), (top, wood(rng, stage)))


def partition(rng: np.random.Generator, stage: StageSet) -> Prop:
    """A screen between desks, or a stand with notices."""
    wide, high = float(rng.uniform(1.0, 2.4)), float(rng.uniform(1.1, 1.9))
    parts: list[Part] = [(box((wide, 0.06, high)), seat_cover(rng, stage))]
    if rng.random() < 0.5:
        face = Surface((1, 1, 1), stage.picture(notice_board(rng)))
        parts.append((moved(panel(wide * 0.8, high * 0.5), 0, -0.036, high * 0.4), face))
    return Prop.of(*parts)


def pallet(rng: np.random.Generator, stage: StageSet) -> Prop:
    """Cartons on a pallet, or a cage trolley."""
    parts: list[Part] = [
        (box((1.2, 0.8, 0.14)), Surface(colour(rng, (0.06, 0.1), (0.3, 0.5), (0.4, 0.7)), grain=0.5))
    ]
    cartons = [
        Surface(colour(rng, (0.06, 0.1), (0.25, 0.5), (0.5, 0.75)), gloss=0.05),
        seat_cover(rng, stage),
    ]
    for level in range(int(rng.integers(1, 5))):
        for x in (-0.3, 0.3):
            if rng.random() < 0.85:
                parts.append(
                    (box((0.57, 0.74, 0.36), (x, 0, 0.33 + 0.37 * level)), cartons[int(rng.random() < 0.2)])
                )
    return Prop.of(*parts)


def steps(rng: np.random.Generator, _: StageSet) -> Prop:
    """A flight of steps or a platform; nobody is on it."""
    wide, count = float(rng.uniform(1.0, 3.0)), int(rng.integers(2, 9))
    blocks = [box((wide, 0.3 * (count - k), 0.17), (0, 0.15 * k, 0.17 * k + 0.085)) for k in range(count)]
    return Prop.of((merged(blocks), Surface(neutral(rng, 0.3, 0.8, 0.08), grain=0.3)))


def ladder(rng: np.random.Generator, _: StageSet) -> Prop:
    """A step ladder."""
    tall = float(rng.uniform(1.0, 2.2))
    rails = [
        bar((x, y * 0.3 * tall, 0), (x * 0.8, 0, tall), 0.025, 5) for x in (-0.22, 0.22) for y in (-1, 1)
    ]
    rungs = [
        box((0.38, 0.08, 0.03), (0, -0.3 * tall * (1 - z / tall), z)) for z in np.arange(0.25, tall, 0.25)
    ]
    return Prop.of((merged([*rails, *rungs]), CHROME))


def picture_on_wall(rng: np.random.Generator, stage: StageSet) -> Prop:
    """A framed picture, poster or screen, to hang up; the middle of its lower edge at the origin."""
    wide, high = float(rng.uniform(0.3, 1.6)), float(rng.uniform(0.3, 1.4))
    picture = photo_like(rng, 96, 96) if rng.random() < 0.35 else writing(rng)
    glow = float(rng.uniform(0.1, 0.5)) if rng.random() < 0.15 else 0.0
    frame = box((wide + 0.06, 0.03, high + 0.06), (0, 0.01, high / 2))
    face = moved(panel(wide, high), 0, -0.008)
    return Prop.of(
        (frame, Surface(neutral(rng, 0.02, 0.9))),
        (face, Surface((1, 1, 1), stage.picture(picture), gloss=0.3, glow=glow)),
        solid=False,
    )


OFFICE: tuple[Maker, ...] = (table, table, chair, chair, cupboard, shelf, partition)
WAITING: tuple[Maker, ...] = (chair_row, chair_row, round_table, armchair, counter, partition, chair)
HALL: tuple[Maker, ...] = (counter, chair_row, steps, partition, round_table, cupboard)
STORE_ROOM: tuple[Maker, ...] = (shelf, shelf, pallet, pallet, pallet, ladder, cupboard)
HOME: tuple[Maker, ...] = (armchair, table, chair, round_table, shelf, cupboard)
