"""What people push and carry: trolleys, prams, baskets.

Pushed things are in the frame of who pushes them: they stand at the origin and face +x, their hands at a bar
1.0 m high and 0.35 m ahead.
"""

from __future__ import annotations

import numpy as np

from inference.simulation.rendering.mesh import merged, transformed
from inference.simulation.rendering.scene import Surface
from inference.training.scenes.pictures import colour, neutral
from inference.training.scenes.shapes import bar, box, lathe, moved, stretched, tube
from inference.training.scenes.stage_set import Part

Parts = tuple[Part, ...]
BAR_M = (0.35, 1.0)
"""Where hands are: ahead, and up."""


def trolley(rng: np.random.Generator) -> Parts:
    """A shopping trolley of wire or plastic, empty or full."""
    long, wide = float(rng.uniform(0.6, 0.85)), 0.5
    x0, x1 = BAR_M[0] + 0.05, BAR_M[0] + 0.05 + long
    wires = []
    for z, inset in ((0.55, 0.07), (0.7, 0.04), (0.85, 0.0)):
        a, b, w = x0 + 0.08, x1 - inset, wide / 2 - inset
        wires.append(tube([(a, -w, z), (b, -w, z), (b, w, z), (a, w, z), (a, -w, z)], 0.012, 4))
    for x in np.linspace(x0 + 0.1, x1 - 0.08, 5):
        wires += [bar((x, s * (wide / 2 - 0.07), 0.52), (x, s * wide / 2, 0.88), 0.007, 4) for s in (-1, 1)]
    wires.append(box((long - 0.1, wide - 0.15, 0.02), ((x0 + x1) / 2, 0, 0.52)))
    frame = [bar((x0, s * 0.22, BAR_M[1]), (x0 + 0.15, s * 0.22, 0.15), 0.018, 5) for s in (-1, 1)]
    frame += [bar((x0 + 0.1, s * 0.22, 0.15), (x1, s * 0.2, 0.12), 0.018, 5) for s in (-1, 1)]
    frame.append(bar((BAR_M[0], -0.26, BAR_M[1]), (BAR_M[0], 0.26, BAR_M[1]), 0.02, 6))
    wheels = [box((0.13, 0.04, 0.13), (x, y, 0.065)) for x in (x0 + 0.12, x1 - 0.03) for y in (-0.2, 0.2)]
    steel = (
        Surface(neutral(rng, 0.45, 0.75), gloss=0.6)
        if rng.random() < 0.6
        else Surface(colour(rng), gloss=0.3)
    )
    parts: list[Part] = [(merged([*wires, *frame]), steel), (merged(wheels), Surface((0.08, 0.08, 0.08)))]
    for _ in range(int(rng.integers(0, 6))):
        size = tuple(float(v) for v in rng.uniform(0.08, 0.25, 3))
        where = (float(rng.uniform(x0 + 0.2, x1 - 0.15)), float(rng.uniform(-0.12, 0.12)), 0.54 + size[2] / 2)
        parts.append((box((size[0], size[1], size[2]), where), Surface(colour(rng), gloss=0.3)))
    return tuple(parts)


def pram(rng: np.random.Generator) -> Parts:
    """A pram with its hood up or down."""
    x0 = BAR_M[0] + 0.1
    shade = Surface(colour(rng, saturation=(0.0, 0.8), value=(0.05, 0.7)), gloss=0.05)
    tub = box((0.75, 0.4, 0.25), (x0 + 0.45, 0, 0.62))
    hood = (
        moved(box((0.4, 0.42, 0.35), (0, 0, 0)), x0 + 0.3, 0, 0.88)
        if rng.random() < 0.7
        else box((0.1, 0.4, 0.1), (x0 + 0.1, 0, 0.78))
    )
    frame = [bar((BAR_M[0], s * 0.2, BAR_M[1]), (x0 + 0.8, s * 0.22, 0.2), 0.018, 5) for s in (-1, 1)]
    frame += [bar((x0 + 0.1, s * 0.22, 0.2), (x0 + 0.5, s * 0.2, 0.55), 0.018, 5) for s in (-1, 1)]
    frame.append(bar((BAR_M[0], -0.22, BAR_M[1]), (BAR_M[0], 0.22, BAR_M[1]), 0.02))
    wheels = [box((0.26, 0.05, 0.26), (x, y, 0.13)) for x in (x0 + 0.1, x0 + 0.8) for y in (-0.24, 0.24)]
    return ((merged([tub, hood]), shade), (merged([*frame, *wheels]), Surface((0.12, 0.12, 0.13), gloss=0.3)))


def sack_truck(rng: np.random.Generator) -> Parts:
    """A cage or flat trolley with cartons, as staff push them."""
    x0, high = BAR_M[0] + 0.05, float(rng.uniform(0.3, 1.0))
    deck = box((0.8, 0.55, 0.06), (x0 + 0.45, 0, 0.18))
    handle = [bar((x0 + 0.02, s * 0.25, 0.18), (BAR_M[0], s * 0.25, BAR_M[1]), 0.018, 5) for s in (-1, 1)]
    handle.append(bar((BAR_M[0], -0.25, BAR_M[1]), (BAR_M[0], 0.25, BAR_M[1]), 0.018))
    wheels = [box((0.14, 0.05, 0.14), (x, y, 0.07)) for x in (x0 + 0.12, x0 + 0.78) for y in (-0.22, 0.22)]
    cartons = box((0.7, 0.5, high), (x0 + 0.45, 0, 0.21 + high / 2))
    return (
        (merged([deck, *handle, *wheels]), Surface(neutral(rng, 0.2, 0.6), gloss=0.4)),
        (cartons, Surface(colour(rng, (0.06, 0.1), (0.25, 0.5), (0.45, 0.75)))),
    )


def basket(rng: np.random.Generator) -> Part:
    """A shopping basket on a forearm that is held level: its handle at the origin, x along the fingers."""
    wide, long, deep = 0.28, 0.42, 0.22
    drop = 0.2
    rim = lathe([(0.62, 0.0), (0.72, deep)], 4)  # a square cone: four sides of a basket
    turned = moved(stretched(rim, long, wide), -0.08, 0, -drop - deep)
    lid = box((0.36, 0.24, 0.02), (-0.08, 0, -drop - 0.03))
    arch = tube(
        [(-0.08, -0.13, -drop), (-0.08, -0.1, -0.02), (-0.08, 0.1, -0.02), (-0.08, 0.13, -drop)], 0.012, 4
    )
    return merged([turned, lid, arch]), Surface(
        colour(rng, saturation=(0.3, 1.0), value=(0.15, 0.9)), gloss=0.3
    )


def phone(rng: np.random.Generator) -> Part:
    """A telephone in a palm: long along the fingers."""
    shade = neutral(rng, 0.02, 0.25, 0.03) if rng.random() < 0.7 else colour(rng)
    return box((0.15, 0.009, 0.072), (0.03, 0.0, 0.0)), Surface(shade, gloss=0.6)


def bag(rng: np.random.Generator) -> Part:
    """A carrier bag in a hand whose arm hangs, so that the fingers point down."""
    wide, high = float(rng.uniform(0.22, 0.38)), float(rng.uniform(0.25, 0.42))
    body = lathe([(0.4, 0.0), (0.5, high * 0.3), (0.42, high)], 6)
    hung = moved(stretched(body, wide, 0.16), 0, 0, -high - 0.12)
    loop = tube([(-0.06, 0, -0.14), (0, 0, 0), (0.06, 0, -0.14)], 0.008, 4)
    shade = neutral(rng, 0.6, 0.98, 0.1) if rng.random() < 0.5 else colour(rng)
    # What hangs down is along the fingers, and the palm's upright axis points ahead.
    fingers = np.array([[0, 0, -1, 0], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]], dtype=np.float32)
    return transformed(merged([hung, loop]), fingers), Surface(shade, gloss=0.25)
