"""Trees, bushes and hedges, in few triangles and many shapes."""

from __future__ import annotations

import numpy as np

from inference.simulation.rendering.mesh import Mesh, merged
from inference.simulation.rendering.scene import Colour, Picture, Surface
from inference.training.scenes.noise import cloudy, fine, mixed
from inference.training.scenes.pictures import colour
from inference.training.scenes.shapes import bar, blob, box, lathe, tube
from inference.training.scenes.stage_set import Maker, Prop, StageSet

BARK_VALUE = (0.15, 0.45)


def foliage(rng: np.random.Generator) -> Surface:
    """Leaves of one kind: greens, and autumn now and then. Its mottling comes with :func:`leaf_picture`."""
    hue = (0.18, 0.37) if rng.random() < 0.85 else (0.02, 0.15)
    return Surface(colour(rng, hue, (0.25, 0.65), (0.2, 0.55)), grain=1.0, gloss=0.04)


def leaf_picture(rng: np.random.Generator) -> Picture:
    """Light and dark leaves, grey: to be multiplied with a foliage colour."""
    light = 0.6 * fine(rng, 96, 96) + 0.4 * cloudy(rng, 96, 96, 1.0)
    return mixed((0.35, 0.35, 0.35), (1.0, 1.0, 1.0), np.clip(light, 0, 1).astype(np.float32))


def _leaves(rng: np.random.Generator, stage: StageSet) -> Surface:
    plain = foliage(rng)
    brighter: Colour = tuple(min(1.0, 1.5 * c) for c in plain.colour)  # type: ignore[assignment]
    return Surface(brighter, stage.picture(leaf_picture(rng)), (4.0, 3.0), gloss=0.03, grain=0.6)


def conifer(rng: np.random.Generator, stage: StageSet) -> Prop:
    """A cone of green, from the height of a child to that of a house."""
    tall = float(np.exp(rng.uniform(np.log(1.2), np.log(9))))
    wide = tall * float(rng.uniform(0.1, 0.28))
    tiers = int(rng.integers(1, 5))
    parts: list[Mesh] = []
    for tier in range(tiers):
        low = tall * (0.08 + 0.85 * tier / tiers)
        top = min(tall, low + tall * 1.25 / tiers)
        r = wide * (1 - 0.8 * tier / tiers)
        parts.append(
            lathe([(r * 0.6, low - 0.02 * tall), (r, low), (r * 0.55, (low + top) / 2), (0.01, top)], 9)
        )
    trunk = bar((0, 0, 0), (0, 0, tall * 0.15), max(0.03, tall * 0.02))
    prop = Prop.of(
        (merged(parts), _leaves(rng, stage)),
        (trunk, Surface(colour(rng, (0.05, 0.1), (0.2, 0.5), BARK_VALUE))),
    )
    return prop._replace(size=(min(1.4 * wide, 2.5), min(1.4 * wide, 2.5)))


def broadleaf(rng: np.random.Generator, stage: StageSet) -> Prop:
    """A trunk with a crown of a few lumps; people walk under it."""
    tall = float(rng.uniform(3.0, 9.0))
    stem = tall * float(rng.uniform(0.25, 0.45))
    wood = [
        tube([(0, 0, 0), (0.05, 0, stem), (0.1, 0.05, stem * 1.5)], [0.03 * tall, 0.022 * tall, 0.01 * tall])
    ]
    crown = []
    for _ in range(int(rng.integers(2, 5))):
        r = tall * float(rng.uniform(0.16, 0.3))
        x, y = rng.normal(0, tall * 0.1, 2)
        crown.append(
            blob(rng, (r, r, r * 0.8), (float(x), float(y), tall - r * float(rng.uniform(0.8, 1.5))), 0.25, 2)
        )
    parts = (
        (merged(crown), _leaves(rng, stage)),
        (merged(wood), Surface(colour(rng, (0.05, 0.1), (0.1, 0.5), BARK_VALUE), grain=0.6)),
    )
    return Prop(parts, (0.07 * tall, 0.07 * tall), stem)


def bare_tree(rng: np.random.Generator, _: StageSet) -> Prop:
    """A tree without leaves, or a sapling tied to a stake: slim and upright."""
    tall = float(rng.uniform(2.0, 7.0))
    thick = 0.014 * tall
    parts = [tube([(0, 0, 0), (0, 0, tall * 0.5), (0.04 * tall, 0, tall)], [thick, thick * 0.7, 0.006])]
    for z in tall * rng.uniform(0.35, 0.9, int(rng.integers(5, 14))):
        angle = rng.uniform(0, 2 * np.pi)
        reach = tall * rng.uniform(0.08, 0.25)
        end = (reach * np.cos(angle), reach * np.sin(angle), z + reach * rng.uniform(0.5, 1.5))
        parts.append(tube([(0, 0, z), end], [thick * 0.4, 0.005], 4))
    if tall < 4 and rng.random() < 0.6:
        parts.append(bar((0.12, 0, 0), (0.12, 0, 1.2), 0.035))
    bark = Surface(colour(rng, (0.04, 0.12), (0.05, 0.4), BARK_VALUE))
    return Prop((((merged(parts)), bark),), (0.2, 0.2), tall)


def bush(rng: np.random.Generator, stage: StageSet) -> Prop:
    """One or more lumps of leaves from the knee to above the head."""
    lumps = []
    for _ in range(int(rng.integers(1, 4))):
        r = float(rng.uniform(0.3, 0.9))
        x, y = rng.normal(0, 0.35, 2)
        high = r * float(rng.uniform(0.7, 1.4))
        lumps.append(blob(rng, (r, r, high), (float(x), float(y), high * 0.7), 0.25, 2 if r > 0.5 else 1))
    return Prop.of((merged(lumps), _leaves(rng, stage)))


def hedge(rng: np.random.Generator, stage: StageSet) -> Prop:
    """A clipped hedge."""
    long, tall, deep = float(rng.uniform(2, 9)), float(rng.uniform(0.5, 2.0)), float(rng.uniform(0.4, 0.9))
    return Prop.of((box((long, deep, tall), uv="metres"), _leaves(rng, stage)))


TREES: tuple[Maker, ...] = (conifer, conifer, broadleaf, broadleaf, bare_tree, bush, bush, hedge)
