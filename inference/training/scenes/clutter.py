"""Things that could be taken for people, and are not: what false alarms came from.

Slim, upright, of a person's height, with something like a head or limbs, often in the same cloth.
"""

from __future__ import annotations

import numpy as np

from inference.simulation.rendering.mesh import Mesh, merged
from inference.simulation.rendering.scene import Surface
from inference.training.scenes.pictures import cloth, colour, neutral, writing
from inference.training.scenes.shapes import (
    ball,
    bar,
    blob,
    box,
    capsule,
    lathe,
    moved,
    panel,
    stretched,
    tube,
)
from inference.training.scenes.stage_set import Maker, Part, Prop, StageSet

METAL_GLOSS, PLASTIC_GLOSS = 0.6, 0.35


def _paint(rng: np.random.Generator) -> Surface:
    shade = neutral(rng, 0.03, 0.95, 0.05) if rng.random() < 0.6 else colour(rng)
    return Surface(shade, gloss=float(rng.uniform(0.05, METAL_GLOSS)))


def mannequin(rng: np.random.Generator, _: StageSet) -> Prop:
    """A shop window dummy of plain plastic on a plate: whole, without a head, or only a bust on a pole."""
    tall = float(rng.uniform(1.6, 1.9))
    s = tall / 1.75
    parts: list[Mesh] = [lathe([(0.18, 0.0), (0.18, 0.015), (0.0, 0.02)], 12, flat=True)]
    kind = rng.random()
    if kind < 0.25:
        parts.append(bar((0, 0, 0), (0, 0, 0.85 * s), 0.02))
    else:
        for side in (-1, 1):
            knee = (side * 0.1 * s, float(rng.uniform(-0.06, 0.02)), 0.5 * s)
            parts.append(capsule((side * 0.09 * s, 0, 0.9 * s), knee, 0.085 * s, 0.055 * s))
            parts.append(capsule(knee, (side * 0.1 * s, 0.03, 0.06), 0.055 * s, 0.035 * s))
    parts.append(_torso(s))
    if kind >= 0.15:
        for side in (-1, 1):
            elbow = (side * float(rng.uniform(0.22, 0.33)) * s, float(rng.uniform(-0.1, 0.1)), 1.15 * s)
            hand = (
                side * float(rng.uniform(0.15, 0.35)) * s,
                float(rng.uniform(-0.3, 0.05)),
                float(rng.uniform(0.85, 1.1)) * s,
            )
            parts.append(capsule((side * 0.17 * s, 0, 1.42 * s), elbow, 0.048 * s, 0.04 * s))
            parts.append(capsule(elbow, hand, 0.04 * s, 0.03 * s))
    if rng.random() < 0.5:
        parts.append(capsule((0, 0, 1.45 * s), (0, 0, 1.55 * s), 0.045 * s))
        parts.append(ball((0.075 * s, 0.095 * s, 0.115 * s), (0, -0.01, 1.64 * s)))
    shade = neutral(rng, 0.75, 0.97, 0.06) if rng.random() < 0.7 else neutral(rng, 0.05, 0.3, 0.02)
    return Prop.of((merged(parts), Surface(shade, gloss=float(rng.uniform(0.2, 0.6)))))


def _torso(s: float) -> Mesh:
    turned = lathe(
        [(0.06, 0.84), (0.15, 0.9), (0.155, 0.97), (0.115, 1.12), (0.15, 1.3), (0.16, 1.4), (0.05, 1.47)], 10
    )
    return stretched(turned, 1.15 * s, 0.75 * s, s)


def statue(rng: np.random.Generator, _: StageSet) -> Prop:
    """A figure of stone or bronze in robes on a plinth, or a bust."""
    base = float(rng.uniform(0.3, 1.2))
    stone = Surface(
        neutral(rng, 0.35, 0.8, 0.06)
        if rng.random() < 0.7
        else colour(rng, (0.3, 0.45), (0.1, 0.3), (0.2, 0.5)),
        grain=0.5,
    )
    plinth = box((0.7, 0.7, base))
    robe = lathe(
        [(0.34, base), (0.3, base + 0.5), (0.22, base + 1.0), (0.25, base + 1.35), (0.1, base + 1.5)], 9
    )
    head = blob(rng, (0.1, 0.11, 0.14), (0, 0, base + 1.62), 0.1, 1)
    return Prop.of((merged([plinth, robe, head]), stone))


def coat_rack(rng: np.random.Generator, stage: StageSet) -> Prop:
    """A stand with coats and a hat, or a bare one."""
    tall = float(rng.uniform(1.6, 1.95))
    frame = [bar((0, 0, 0), (0, 0, tall), 0.022)]
    for angle in np.arange(4) * np.pi / 2:
        c, s = float(np.cos(angle)), float(np.sin(angle))
        frame.append(bar((0, 0, 0.1), (0.28 * c, 0.28 * s, 0.0), 0.018))
        frame.append(bar((0, 0, tall - 0.2), (0.16 * c, 0.16 * s, tall - 0.08), 0.012))
    parts: list[Part] = [(merged(frame), _paint(rng))]
    for _ in range(int(rng.integers(0, 5))):
        angle = float(rng.uniform(0, 2 * np.pi))
        long = float(rng.uniform(0.6, 1.15))
        coat = _hanging(rng, long)
        x, y = 0.14 * np.cos(angle), 0.14 * np.sin(angle)
        parts.append((moved(coat, float(x), float(y), tall - 0.12 - long, angle), _cloth(rng, stage)))
    if rng.random() < 0.4:
        parts.append((ball((0.13, 0.13, 0.09), (0.0, 0.0, tall + 0.02)), _cloth(rng, stage)))
    return Prop.of(*parts)


def _hanging(rng: np.random.Generator, long: float) -> Mesh:
    wide = float(rng.uniform(0.16, 0.24))
    turned = lathe([(wide * 1.2, 0.0), (wide, long * 0.5), (wide, long * 0.8), (0.05, long)], 8)
    return stretched(turned, 0.6, 1.0)


def _cloth(rng: np.random.Generator, stage: StageSet) -> Surface:
    if rng.random() < 0.5:
        return Surface(colour(rng, saturation=(0, 0.8), value=(0.05, 0.9)), gloss=0.03)
    return Surface((1.0, 1.0, 1.0), stage.picture(cloth(rng)), (2.0, 2.0), gloss=0.03)


def clothes_rail(rng: np.random.Generator, stage: StageSet) -> Prop:
    """A rail with a row of garments, as in a clothes shop or a cloakroom."""
    long, tall = float(rng.uniform(0.9, 1.8)), float(rng.uniform(1.3, 1.75))
    frame = [bar((s * long / 2, 0, 0), (s * long / 2, 0, tall), 0.018) for s in (-1, 1)]
    frame += [bar((s * long / 2, -0.25, 0.04), (s * long / 2, 0.25, 0.04), 0.018) for s in (-1, 1)]
    frame.append(bar((-long / 2, 0, tall), (long / 2, 0, tall), 0.015))
    parts: list[Part] = [(merged(frame), _paint(rng))]
    for x in np.arange(-long / 2 + 0.1, long / 2 - 0.05, float(rng.uniform(0.09, 0.2))):
        if rng.random() < 0.8:
            drop = float(rng.uniform(0.6, min(1.2, tall - 0.1)))
            garment = moved(_hanging(rng, drop), float(x), 0.0, tall - drop)
            parts.append((garment, _cloth(rng, stage)))
    return Prop.of(*parts)


def tripod(rng: np.random.Generator, _: StageSet) -> Prop:
    """Three legs with a camera, a level or a lamp on top."""
    tall = float(rng.uniform(1.1, 1.8))
    hub = tall * float(rng.uniform(0.6, 0.85))
    reach = float(rng.uniform(0.25, 0.5))
    legs = [
        bar((0, 0, hub), (reach * np.cos(a), reach * np.sin(a), 0.0), 0.018, 5)
        for a in float(rng.uniform(0, 2)) + np.arange(3) * 2 * np.pi / 3
    ]
    head = box(tuple(rng.uniform(0.08, 0.22, 3)), (0, 0, tall))
    return Prop.of((merged([*legs, bar((0, 0, hub), (0, 0, tall), 0.022), head]), _paint(rng)))


def floor_lamp(rng: np.random.Generator, _: StageSet) -> Prop:
    """A lamp on a stand: a shade as large as a head or a hat."""
    tall = float(rng.uniform(1.3, 1.9))
    stand = merged(
        [lathe([(0.16, 0), (0.15, 0.03), (0.0, 0.04)], 10, flat=True), bar((0, 0, 0), (0, 0, tall), 0.014)]
    )
    low, high = float(rng.uniform(0.12, 0.26)), float(rng.uniform(0.06, 0.2))
    shade = lathe([(low, tall - 0.25), (high, tall + 0.05)], 12)
    glow = float(rng.uniform(0.0, 0.8)) if rng.random() < 0.5 else 0.0
    return Prop.of((stand, _paint(rng)), (shade, Surface(neutral(rng, 0.5, 1.0, 0.15), glow=glow)))


def roll_up(rng: np.random.Generator, stage: StageSet) -> Prop:
    """A standing banner, printed on both sides."""
    wide, tall = float(rng.uniform(0.5, 1.0)), float(rng.uniform(1.5, 2.1))
    print_ = Surface((1, 1, 1), stage.picture(writing(rng, 96, 208)), gloss=0.15)
    sheets = merged([panel(wide, tall), moved(panel(wide, tall), turn=np.pi, y=0.004)])
    return Prop.of((box((wide, 0.2, 0.07)), _paint(rng)), (moved(sheets, z=0.05), print_))


def cut_out(rng: np.random.Generator, stage: StageSet) -> Prop:
    """A cardboard display: flat, one figure's outline in bold colours, or a tall card."""
    wide, tall = float(rng.uniform(0.35, 0.6)), float(rng.uniform(1.2, 1.8))
    body = [(panel(wide, tall * 0.8)), moved(panel(wide, tall * 0.8), turn=np.pi, y=0.01)]
    head = moved(panel(wide * 0.5, tall * 0.2), z=tall * 0.8)
    face = Surface((1, 1, 1), stage.picture(writing(rng, 64, 96)))
    return Prop.of(
        (merged(body), Surface((1, 1, 1), stage.picture(cloth(rng)))),
        (head, face),
        (box((wide, 0.3, 0.03)), _paint(rng)),
    )


def wrapped_stack(rng: np.random.Generator, stage: StageSet) -> Prop:
    """Boxes or sacks as tall as somebody, in cloth-like patterns."""
    parts: list[Part] = []
    z, wide = 0.0, float(rng.uniform(0.35, 0.55))
    while z < rng.uniform(0.9, 1.7):
        high = float(rng.uniform(0.2, 0.5))
        size = (wide * float(rng.uniform(0.6, 1)), wide * float(rng.uniform(0.6, 1)), high)
        parts.append((moved(box(size), z=z, turn=float(rng.normal(0, 0.2))), _cloth(rng, stage)))
        z += high
    return Prop.of(*parts)


def column(rng: np.random.Generator, _: StageSet) -> Prop:
    """A slim column or post of a person's width, sometimes in two colours."""
    tall, wide = float(rng.uniform(1.2, 3.0)), float(rng.uniform(0.08, 0.25))
    turn = float(rng.uniform(0.3, 0.8)) * tall
    return Prop.of(
        (lathe([(wide, 0), (wide, turn)], 10), _paint(rng)),
        (
            merged([lathe([(wide, turn), (wide, tall)], 10), lathe([(wide, tall), (0, tall)], 10)]),
            _paint(rng),
        ),
    )


def plant(rng: np.random.Generator, _: StageSet) -> Prop:
    """A pot plant between knee and head height: a ball, a cone or a tuft."""
    tall, pot = float(rng.uniform(0.6, 2.0)), float(rng.uniform(0.13, 0.25))
    green = Surface(colour(rng, (0.2, 0.42), (0.3, 0.8), (0.12, 0.5)), grain=0.9, gloss=0.1)
    kind = rng.random()
    crown: list[Mesh]
    if kind < 0.35:
        crown = [lathe([(tall * 0.2, 0.45), (tall * 0.17, 0.45 + tall * 0.3), (0.01, 0.45 + tall)], 8)]
    elif kind < 0.65:
        crown = [blob(rng, (tall * 0.25, tall * 0.25, tall * 0.35), (0, 0, 0.3 + tall * 0.6), 0.35, 1)]
    else:
        crown = [_leaf(rng, tall) for _ in range(int(rng.integers(7, 16)))]
    body = lathe([(pot * 0.75, 0), (pot, 0.38), (0.0, 0.38)], 9, flat=True)
    stem = bar((0, 0, 0.3), (0, 0, 0.4 + 0.5 * tall), 0.02)
    return Prop.of((body, _paint(rng)), (merged([*crown, stem]), green))


def _leaf(rng: np.random.Generator, tall: float) -> Mesh:
    angle, out = rng.uniform(0, 2 * np.pi), rng.uniform(0.1, 0.5) * tall
    c, s = np.cos(angle), np.sin(angle)
    top = 0.35 + tall * rng.uniform(0.5, 1.0)
    path = [(0, 0, 0.35), (0.4 * out * c, 0.4 * out * s, top), (out * c, out * s, top - 0.3 * out)]
    return tube(path, [0.015, float(rng.uniform(0.03, 0.07)), 0.005], 4)


def parasol(rng: np.random.Generator, stage: StageSet) -> Prop:
    """A closed parasol or a covered patio heater: a slim cone of cloth on a foot."""
    tall = float(rng.uniform(1.7, 2.5))
    cover = lathe([(0.2, 0.7), (0.14, tall * 0.75), (0.03, tall)], 9)
    foot = merged(
        [lathe([(0.3, 0), (0.3, 0.06), (0, 0.08)], 10, flat=True), bar((0, 0, 0), (0, 0, 1), 0.025)]
    )
    return Prop.of((foot, _paint(rng)), (cover, _cloth(rng, stage)))


def water_cooler(rng: np.random.Generator, _: StageSet) -> Prop:
    """A bottle on a stand, a gas bottle or a fire extinguisher: a body with a narrower head."""
    tall, wide = float(rng.uniform(0.5, 1.35)), float(rng.uniform(0.09, 0.2))
    neck = tall * float(rng.uniform(0.65, 0.85))
    body = lathe([(wide, 0.0), (wide, neck * 0.9), (wide * 0.4, neck)], 9)
    top = lathe(
        [(wide * 0.45, neck), (wide * 0.75, neck + 0.3 * (tall - neck)), (wide * 0.6, tall), (0, tall)], 9
    )
    return Prop.of((body, _paint(rng)), (top, _paint(rng)))


def meter(rng: np.random.Generator, stage: StageSet) -> Prop:
    """A ticket machine, a parking meter, a hand sanitiser: a box for a head on a post."""
    tall, wide = float(rng.uniform(1.0, 1.75)), float(rng.uniform(0.14, 0.45))
    high = float(rng.uniform(0.25, 0.75))
    post = box((float(rng.uniform(0.05, wide)), 0.08, tall - high))
    head = box((wide, wide * 0.6, high), (0, 0, tall - high / 2))
    face = moved(panel(wide * 0.8, high * 0.8), 0, -wide * 0.3 - 0.005, tall - high * 0.9)
    screen = Surface(
        (1, 1, 1), stage.picture(writing(rng, 48, 64)), gloss=0.4, glow=float(rng.uniform(0, 0.2))
    )
    foot = lathe([(0.16, 0.0), (0.15, 0.03), (0.0, 0.035)], 10, flat=True)
    return Prop.of((merged([post, foot]), _paint(rng)), (head, _paint(rng)), (face, screen))


def glass_screen(rng: np.random.Generator, _: StageSet) -> Prop:
    """Panes in a frame: people stand behind them and are seen all the same."""
    wide, tall = float(rng.uniform(0.9, 2.4)), float(rng.uniform(1.1, 2.1))
    low = 0.08 if rng.random() < 0.7 else 0.7
    tint = neutral(rng, 0.75, 0.95, 0.1)
    pane = box((wide - 0.04, 0.015, tall - low), (0, 0, (tall + low) / 2))
    frame = [box((0.05, 0.06, tall), (s * wide / 2, 0, tall / 2)) for s in (-1, 1)]
    frame += [box((wide, 0.05, 0.05), (0, 0, z)) for z in (low, tall)]
    if low > 0.5:
        frame.append(box((wide, 0.05, low), (0, 0, low / 2)))
    glass = Surface(tint, gloss=0.9, opacity=float(rng.uniform(0.08, 0.35)))
    prop = Prop.of((merged(frame), _paint(rng)), (pane, glass))
    # Its height is that of what cannot be seen through.
    return prop._replace(height=low)


def shelter(rng: np.random.Generator, stage: StageSet) -> Prop:
    """A bus shelter or a trolley bay: glass on three sides, a roof, a poster."""
    wide, deep, tall = (
        float(rng.uniform(2.0, 4.0)),
        float(rng.uniform(1.0, 1.6)),
        float(rng.uniform(2.2, 2.5)),
    )
    posts = [
        bar((x * wide / 2, y * deep / 2, 0), (x * wide / 2, y * deep / 2, tall), 0.035)
        for x in (-1, 1)
        for y in (-1, 1)
    ]
    roof = box((wide + 0.3, deep + 0.4, 0.1), (0, 0, tall))
    back = box((wide, 0.015, tall - 0.4), (0, deep / 2, tall / 2 + 0.05))
    side = box((0.015, deep, tall - 0.4), (-wide / 2, 0, tall / 2 + 0.05))
    glass = Surface(neutral(rng, 0.75, 0.95, 0.1), gloss=0.9, opacity=float(rng.uniform(0.1, 0.35)))
    poster = [moved(panel(deep * 0.9, tall * 0.7), wide / 2, 0, 0.4, s * np.pi / 2) for s in (-1, 1)]
    bench = box((wide * 0.7, 0.35, 0.06), (0, deep / 2 - 0.3, 0.45))
    print_ = Surface((1, 1, 1), stage.picture(writing(rng)), glow=float(rng.uniform(0, 0.15)))
    prop = Prop.of(
        (merged([*posts, roof, bench]), _paint(rng)), (merged([back, side]), glass), (merged(poster), print_)
    )
    return prop._replace(height=0.5)


def open_parasol(rng: np.random.Generator, stage: StageSet) -> Prop:
    """An open parasol: hides whoever is under it from a camera above."""
    tall, wide = float(rng.uniform(2.1, 2.6)), float(rng.uniform(0.9, 1.6))
    cover = lathe([(wide, tall - 0.45), (wide * 0.5, tall - 0.15), (0.02, tall)], 8)
    below = lathe([(0.02, tall - 0.01), (wide * 0.5, tall - 0.16), (wide, tall - 0.46)], 8)
    foot = merged(
        [lathe([(0.3, 0), (0.3, 0.06), (0, 0.08)], 10, flat=True), bar((0, 0, 0), (0, 0, tall), 0.03)]
    )
    prop = Prop.of((foot, _paint(rng)), (merged([cover, below]), _cloth(rng, stage)))
    return prop._replace(size=(0.6, 0.6), height=0.1)


INDOOR: tuple[Maker, ...] = (
    mannequin, coat_rack, coat_rack, clothes_rail, tripod, floor_lamp, roll_up, cut_out, wrapped_stack,
    column, plant, plant, statue, water_cooler, water_cooler, meter, glass_screen, glass_screen,
)  # fmt: skip
OUTDOOR: tuple[Maker, ...] = (
    statue, tripod, tripod, roll_up, column, plant, parasol, wrapped_stack, mannequin, coat_rack, meter,
    meter, water_cooler, glass_screen, shelter, shelter, open_parasol,
)  # fmt: skip
