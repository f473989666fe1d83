"""What stands about outdoors: vehicles, lamps, signs, barriers, benches."""

from __future__ import annotations

import numpy as np

from inference.simulation.rendering.mesh import Mesh, merged
from inference.simulation.rendering.scene import Colour, Surface
from inference.training.scenes.pictures import colour, neutral, notice_board, writing
from inference.training.scenes.shapes import Floats, bar, blob, box, lathe, mesh_of, moved, panel, slab, tube
from inference.training.scenes.stage_set import Maker, Part, Prop, StageSet

GLASS = Surface((0.08, 0.1, 0.12), gloss=0.9)
RUBBER = Surface((0.05, 0.05, 0.055), gloss=0.05)
STEEL = Surface((0.55, 0.56, 0.58), gloss=0.6)
WOOD_HUE, WOOD_SATURATION, WOOD_VALUE = (0.05, 0.1), (0.3, 0.6), (0.25, 0.6)

PAINTS: tuple[Colour, ...] = (
    (0.9, 0.9, 0.9), (0.7, 0.72, 0.74), (0.35, 0.36, 0.38), (0.06, 0.06, 0.07), (0.5, 0.06, 0.07),
    (0.1, 0.16, 0.4), (0.35, 0.55, 0.6), (0.15, 0.25, 0.17),
)  # fmt: skip
"""What cars are painted in, about as often as in a car park."""


def _hull(profile: Floats, wide: float, top_wide: float, waist: float) -> Mesh:
    """A side view ``[N, 2]`` (x, z; counter-clockwise), as wide as ``wide``, narrower above the ``waist``."""
    high = np.clip((profile[:, 1] - waist) / max(float(profile[:, 1].max() - waist), 1e-6), 0, 1)
    half = (wide + (top_wide - wide) * high) / 2
    flat = slab(profile, 0.0, 0.0)
    index = np.array([int(np.abs(profile - p).sum(axis=1).argmin()) for p in flat.positions[:, :2]])
    sides: list[Mesh] = []
    for sign in (-1.0, 1.0):
        points = np.column_stack([profile[index, 0], sign * half[index], profile[index, 1]])
        faces = flat.faces if sign < 0 else flat.faces[:, ::-1]
        sides.append(mesh_of(points, np.tile([0.0, sign, 0.0], (len(points), 1)), flat.uv, faces))
    for a in range(len(profile)):
        b = (a + 1) % len(profile)
        edge = profile[b] - profile[a]
        normal = np.array([edge[1], 0.0, -edge[0]]) / max(float(np.hypot(*edge)), 1e-9)
        corners = [(profile[i, 0], s * half[i], profile[i, 1]) for i, s in ((a, -1), (b, -1), (b, 1), (a, 1))]
        sides.append(mesh_of(corners, [normal] * 4, [(0, 0), (1, 0), (1, 1), (0, 1)], [(0, 2, 1), (0, 3, 2)]))
    return merged(sides)


def _wheels(long: float, wide: float, radius: float) -> tuple[Part, Part]:
    tyre = lathe(
        [(0.0, -0.1), (radius * 0.9, -0.1), (radius, -0.07), (radius, 0.07), (radius * 0.9, 0.1), (0.0, 0.1)],
        12,
    )
    rim = lathe([(radius * 0.6, 0.101), (0.0, 0.103)], 10)
    lying = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], dtype=np.float32)
    tyres: list[Mesh] = []
    rims: list[Mesh] = []
    for x in (-0.3 * long, 0.31 * long):
        for side in (-1, 1):
            turn = lying if side < 0 else lying * np.array([[1], [-1], [1]], dtype=np.float32)
            for source, kept in ((tyre, tyres), (rim, rims)):
                faces = source.faces if side < 0 else source.faces[:, ::-1]
                upright = Mesh(source.positions @ turn.T, source.normals @ turn.T, source.uv, faces)
                kept.append(moved(upright, x, side * (wide / 2 - 0.08), radius))
    return (merged(tyres), RUBBER), (merged(rims), STEEL)


def car(rng: np.random.Generator, _: StageSet) -> Prop:
    """A saloon, hatchback or estate, front towards +x."""
    long, wide, high = (
        float(rng.uniform(3.6, 4.8)),
        float(rng.uniform(1.65, 1.9)),
        float(rng.uniform(1.38, 1.6)),
    )
    kind = rng.random()
    h, waist = long / 2, 0.62 * high
    boot = 0.2 if kind < 0.4 else 0.02
    body = np.array(
        [
            (-h, 0.3),
            (h, 0.28),
            (h, 0.6),
            (h - 0.1, 0.72),
            (0.22 * long, waist),
            (-(0.5 - boot) * long + 0.1, waist + 0.03),
            (-h, waist - 0.05),
        ]
    )
    cabin = np.array(
        [
            (0.24 * long, waist - 0.02),
            (0.07 * long, high),
            (-0.22 * long, high),
            (-(0.5 - boot) * long + 0.05, waist),
        ]
    )
    shade = PAINTS[int(rng.integers(len(PAINTS)))]
    paint = Surface(shade, gloss=0.7)
    roof = np.array(
        [
            (0.068 * long, high - 0.03),
            (0.06 * long, high + 0.012),
            (-0.21 * long, high + 0.012),
            (-0.23 * long, high - 0.03),
        ]
    )
    parts: list[Part] = [
        (_hull(body, wide, wide * 0.94, 0.4), paint),
        (_hull(cabin, wide * 0.94, wide * 0.74, waist), GLASS),
        (
            merged([_hull(roof, wide * 0.745, wide * 0.73, high - 0.03), *_pillars(long, wide, waist, high)]),
            paint,
        ),
        *_wheels(long, wide, 0.31),
        *_lights(long, wide),
    ]
    return Prop(tuple(parts), (long, wide), high)


def _pillars(long: float, wide: float, waist: float, high: float) -> list[Mesh]:
    found = []
    for side in (-1, 1):
        low, top = side * wide * 0.468, side * wide * 0.372
        for x0, x1 in ((0.235 * long, 0.068 * long), (-0.06 * long, -0.07 * long)):
            found.append(bar((x0, low, waist), (x1, top, high), 0.03, 4))
    return found


def _lights(long: float, wide: float) -> list[Part]:
    front = merged([box((0.06, 0.3, 0.13), (long / 2 - 0.03, s * (wide / 2 - 0.22), 0.62)) for s in (-1, 1)])
    back = merged([box((0.06, 0.22, 0.16), (-long / 2 + 0.02, s * (wide / 2 - 0.15), 0.75)) for s in (-1, 1)])
    plates = merged([box((0.02, 0.5, 0.11), (s * long / 2, 0, 0.45)) for s in (-1, 1)])
    return [
        (front, Surface((0.9, 0.9, 0.88), gloss=0.8)),
        (back, Surface((0.6, 0.05, 0.05), gloss=0.5)),
        (plates, Surface((0.9, 0.88, 0.7))),
    ]


def van(rng: np.random.Generator, stage: StageSet) -> Prop:
    """A delivery van, front towards +x, often white and sometimes lettered."""
    long, wide, high = float(rng.uniform(4.6, 6.0)), 1.95, float(rng.uniform(1.9, 2.6))
    h = long / 2
    body = np.array(
        [
            (-h, 0.35),
            (h, 0.35),
            (h, 0.85),
            (h - 0.55, 1.1),
            (h - 1.25, high - 0.12),
            (h - 1.6, high),
            (-h, high),
        ]
    )
    shade = (0.9, 0.9, 0.9) if rng.random() < 0.6 else PAINTS[int(rng.integers(len(PAINTS)))]
    screen = np.array([(h - 0.6, 1.13), (h - 1.2, high - 0.2), (h - 1.23, high - 0.22), (h - 0.63, 1.11)])
    windows = merged([box((0.7, 0.02, 0.5), (h - 1.55, s * (wide / 2 + 0.0), 1.5)) for s in (-1, 1)])
    rear = merged([box((0.02, 0.7, 0.5), (-h - 0.0, s * 0.42, high - 0.5)) for s in (-1, 1)])
    parts: list[Part] = [
        (_hull(body, wide, wide * 0.93, 1.1), Surface(shade, gloss=0.6)),
        (merged([_hull(screen, wide * 0.9, wide * 0.85, 1.1), windows, rear]), GLASS),
        *_wheels(long, wide, 0.34),
        *_lights(long, wide),
    ]
    if rng.random() < 0.4:
        side = merged(
            [
                moved(panel(1.8, 0.8), -0.5, -wide / 2 - 0.012, 1.0),
                moved(panel(1.8, 0.8), -0.5, wide / 2 + 0.012, 1.0, np.pi),
            ]
        )
        parts.append((side, Surface((1, 1, 1), stage.picture(writing(rng, 160, 80)))))
    return Prop(tuple(parts), (long, wide), high)


def lamp_post(rng: np.random.Generator, stage: StageSet) -> Prop:
    """A lamp on a pole, straight or with an arm, sometimes with a sign on it."""
    tall, reach = float(rng.uniform(3.5, 8)), float(rng.uniform(0, 1.2))
    pole = Surface(neutral(rng, 0.15, 0.75, 0.05), gloss=0.4)
    path = [(0, 0, 0), (0, 0, tall - 0.6), (reach * 0.3, 0, tall - 0.15), (reach, 0, tall)]
    body = merged([tube(path, [0.08, 0.055, 0.045, 0.04]), lathe([(0.11, 0), (0.11, 0.7), (0.08, 0.75)], 8)])
    head = box((0.55, 0.2, 0.1), (reach + 0.15, 0, tall + 0.02))
    parts: list[Part] = [(body, pole), (head, Surface((0.85, 0.85, 0.82), gloss=0.3))]
    if rng.random() < 0.35:
        wide, z = float(rng.uniform(0.4, 0.8)), float(rng.uniform(1.6, 2.3))
        plate = merged(
            [moved(panel(wide, wide * 1.3), 0, -0.09, z), moved(panel(wide, wide * 1.3), 0, 0.09, z, np.pi)]
        )
        parts.append((plate, Surface((1, 1, 1), stage.picture(writing(rng, 64, 84)))))
    return Prop(tuple(parts), (0.25, 0.25), tall)


def sign(rng: np.random.Generator, _: StageSet) -> Prop:
    """A traffic sign: a disc, triangle or plate on a pole of a person's height or more."""
    tall, wide = float(rng.uniform(1.3, 2.6)), float(rng.uniform(0.2, 0.4))
    corners = int(rng.choice([3, 4, 16]))
    plate = lathe([(wide, 0.0), (0.0, 0.006)], corners)
    upright = Mesh(
        plate.positions[:, [0, 2, 1]] * np.array([1, -1, 1], np.float32),
        plate.normals[:, [0, 2, 1]] * np.array([1, -1, 1], np.float32),
        plate.uv,
        plate.faces,
    )
    rim = Surface((0.75, 0.08, 0.08) if rng.random() < 0.5 else colour(rng, value=(0.4, 0.9)), gloss=0.3)
    inner = Mesh(upright.positions * np.float32(0.72), upright.normals, upright.uv, upright.faces)
    back = moved(upright, turn=np.pi)
    parts: list[Part] = [
        (bar((0, 0, 0), (0, 0, tall + 0.1), 0.03), STEEL),
        (moved(upright, y=-0.04, z=tall), rim),
        (moved(inner, y=-0.048, z=tall), Surface(neutral(rng, 0.8, 1.0))),
        (moved(back, y=-0.03, z=tall), STEEL),
    ]
    return Prop(tuple(parts), (0.15, 0.15), tall)


def board(rng: np.random.Generator, stage: StageSet) -> Prop:
    """A notice board or map on one or two posts, or a lectern with a slanting plate."""
    wide, tall = float(rng.uniform(0.5, 1.8)), float(rng.uniform(0.5, 1.1))
    low = float(rng.uniform(0.7, 1.1))
    paint = Surface(colour(rng, saturation=(0.2, 0.9), value=(0.1, 0.6)))
    posts = [
        bar((x, 0, 0), (x, 0, low + tall), 0.04) for x in ((0.0,) if wide < 0.9 else (-wide / 2, wide / 2))
    ]
    frame = box((wide + 0.08, 0.05, tall + 0.08), (0, 0, low + tall / 2))
    print_ = notice_board(rng) if rng.random() < 0.6 else writing(rng, 128, 96)
    faces = merged([moved(panel(wide, tall), 0, -0.03, low), moved(panel(wide, tall), 0, 0.03, low, np.pi)])
    return Prop.of((merged([*posts, frame]), paint), (faces, Surface((1, 1, 1), stage.picture(print_))))


def bin_(rng: np.random.Generator, _: StageSet) -> Prop:
    """A litter bin or a wheeled bin."""
    paint = Surface(colour(rng, (0.2, 0.7), (0.1, 0.8), (0.08, 0.45)), gloss=0.25)
    if rng.random() < 0.5:
        tall = float(rng.uniform(0.7, 1.15))
        return Prop.of(
            (
                lathe(
                    [(0.2, 0), (0.26, tall), (0.27, tall), (0.2, tall + 0.08), (0, tall + 0.1)], 10, flat=True
                ),
                paint,
            )
        )
    lid = Surface(colour(rng, value=(0.2, 0.8)), gloss=0.25)
    return Prop.of((box((0.55, 0.65, 0.95)), paint), (box((0.6, 0.72, 0.1), (0, 0, 1.0)), lid))


def bollard(rng: np.random.Generator, _: StageSet) -> Prop:
    """A post at knee to hip height."""
    tall, wide = float(rng.uniform(0.6, 1.1)), float(rng.uniform(0.05, 0.12))
    paint = Surface(neutral(rng, 0.05, 0.8, 0.1), gloss=0.3)
    band = Surface(colour(rng, value=(0.6, 1)) if rng.random() < 0.5 else (0.9, 0.9, 0.9))
    return Prop.of(
        (merged([lathe([(wide, 0), (wide, tall), (0, tall + wide)], 9)]), paint),
        (lathe([(wide + 0.004, tall * 0.75), (wide + 0.004, tall * 0.9)], 9), band),
    )


def cone(rng: np.random.Generator, _: StageSet) -> Prop:
    """A traffic cone."""
    tall = float(rng.uniform(0.45, 0.9))
    orange = Surface(colour(rng, (0.02, 0.09), (0.75, 0.95), (0.75, 1.0)), gloss=0.2)
    body = merged(
        [
            box((tall * 0.55, tall * 0.55, 0.04)),
            lathe([(tall * 0.22, 0.04), (tall * 0.05, tall), (0, tall)], 10),
        ]
    )
    stripe = lathe([(tall * 0.155 + 0.004, tall * 0.45), (tall * 0.115 + 0.004, tall * 0.65)], 10)
    return Prop.of((body, orange), (stripe, Surface((0.92, 0.92, 0.92))))


def bench(rng: np.random.Generator, _: StageSet) -> Prop:
    """A bench with or without a back."""
    long = float(rng.uniform(1.3, 2.2))
    slats = [box((long, 0.12, 0.04), (0, y, 0.45)) for y in (-0.15, 0.0, 0.15)]
    if rng.random() < 0.7:
        slats += [box((long, 0.03, 0.11), (0, 0.24, z)) for z in (0.62, 0.8)]
    legs = merged([box((0.06, 0.42, 0.45), (s * (long / 2 - 0.2), 0.02, 0.225)) for s in (-1, 1)])
    wood = Surface(colour(rng, WOOD_HUE, WOOD_SATURATION, WOOD_VALUE), grain=0.3)
    return Prop.of((merged(slats), wood), (legs, STEEL))


def bicycle(rng: np.random.Generator, _: StageSet) -> Prop:
    """A parked bicycle."""
    ring = np.linspace(0, 2 * np.pi, 15)
    wheels = [
        tube(np.column_stack([x + 0.33 * np.cos(ring), 0 * ring, 0.34 + 0.33 * np.sin(ring)]), 0.02, 4)
        for x in (-0.52, 0.52)
    ]
    joints = {
        "rear": (-0.52, 0, 0.34),
        "crank": (-0.05, 0, 0.3),
        "seat": (-0.2, 0, 0.85),
        "head": (0.38, 0, 0.8),
        "front": (0.52, 0, 0.34),
    }
    links = (
        ("rear", "crank"),
        ("rear", "seat"),
        ("crank", "seat"),
        ("crank", "head"),
        ("seat", "head"),
        ("head", "front"),
    )
    frame = [bar(joints[a], joints[b], 0.02, 5) for a, b in links]
    frame.append(bar((0.34, -0.28, 1.0), (0.34, 0.28, 1.0), 0.015, 4))
    black = merged(
        [*wheels, box((0.25, 0.14, 0.06), (-0.22, 0, 0.95)), bar((0.38, 0, 0.8), (0.34, 0, 1.0), 0.015)]
    )
    return Prop.of((merged(frame), Surface(colour(rng), gloss=0.5)), (black, RUBBER))


def barrier(rng: np.random.Generator, _: StageSet) -> Prop:
    """A crowd barrier, or a plank between trestles in two colours."""
    if rng.random() < 0.5:
        rods = [bar((float(x), 0, 0.15), (x, 0, 1.05), 0.01, 4) for x in np.linspace(-1.05, 1.05, 14)]
        rods += [bar((-1.1, 0, z), (1.1, 0, z), 0.02, 5) for z in (0.15, 1.07)]
        rods += [box((0.05, 0.5, 0.05), (s * 0.85, 0, 0.03)) for s in (-1, 1)]
        return Prop.of((merged(rods), STEEL))
    feet = merged([box((0.08, 0.4, 0.9), (s * 0.9, 0, 0.45)) for s in (-1, 1)])
    stripes: dict[bool, list[Mesh]] = {False: [], True: []}
    for number, x in enumerate(np.linspace(-1.05, 1.05, 8)):
        stripes[number % 2 == 0].append(box((0.3, 0.03, 0.2), (float(x), -0.06, 0.85)))
    red = Surface(colour(rng, (-0.02, 0.06), (0.7, 0.95), (0.6, 0.9)))
    return Prop.of(
        (feet, STEEL), (merged(stripes[True]), red), (merged(stripes[False]), Surface((0.9, 0.9, 0.9)))
    )


def heap(rng: np.random.Generator, _: StageSet) -> Prop:
    """Something bright that somebody left on the ground: a jacket, a bag, a crate."""
    shade = Surface(colour(rng, saturation=(0.0, 1.0)), gloss=0.1)
    if rng.random() < 0.4:
        return Prop.of((box((0.5, 0.35, 0.3)), shade))
    return Prop.of((blob(rng, (0.35, 0.22, 0.1), (0, 0, 0.08), 0.4, 1), shade))


FURNITURE: tuple[Maker, ...] = (
    lamp_post, sign, sign, board, bin_, bin_, bollard, bollard, cone, cone, bench, bench, bicycle, barrier,
    heap,
)  # fmt: skip
