"""Places that are none: random pictures on floor, walls and boxes. No background stands for anything."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from inference.simulation.rendering.scene import Lighting, Picture, Surface
from inference.training.scenes.clutter import INDOOR, OUTDOOR
from inference.training.scenes.crowd import Habits
from inference.training.scenes.floor_map import FloorMap
from inference.training.scenes.lighting import indoors, outdoors
from inference.training.scenes.noise import photo_like
from inference.training.scenes.pictures import FLOORS, WALLS, cloth, colour, gradient, writing
from inference.training.scenes.rooms import room_rig
from inference.training.scenes.setting import Setting
from inference.training.scenes.shapes import ball, blob, box, lathe, moved, panel, sheet
from inference.training.scenes.stage_set import Place, Prop, StageSet


def _pattern(rng: np.random.Generator) -> Picture:
    makers = (*FLOORS, *WALLS)
    return makers[int(rng.integers(len(makers)))](rng).picture


PICTURES: tuple[Callable[[np.random.Generator], Picture], ...] = (
    lambda rng: photo_like(rng, 256, 256),
    lambda rng: photo_like(rng, 256, 256),
    gradient,
    writing,
    cloth,
    _pattern,
)


def abstract_setting(rng: np.random.Generator) -> Setting:
    """A floor with walls around, all covered at random, and shapes about."""
    half = rng.uniform(3.5, 12.0, 2)
    tall = float(rng.uniform(3.0, 9.0))
    stage = StageSet(FloorMap((float(-half[0]), float(-half[1])), (float(half[0]), float(half[1])), 0.1))
    x, y = (float(v) for v in half)
    stage.add(sheet((-x, -y), (x, y), 0.0, uv="once"), _cover(rng, stage))
    for middle, long, turn in (
        ((0.0, y), 2 * x, 0.0),
        ((0.0, -y), 2 * x, np.pi),
        ((x, 0.0), 2 * y, -np.pi / 2),
        ((-x, 0.0), 2 * y, np.pi / 2),
    ):
        stage.add(moved(panel(long, tall), middle[0], middle[1], 0.0, float(turn)), _cover(rng, stage))
    for _ in range(int(rng.integers(0, 14))):
        _shape(rng, stage)
    makers = (*INDOOR, *OUTDOOR)
    for _ in range(int(rng.integers(0, 6))):
        stage.try_put(rng, makers[int(rng.integers(len(makers)))](rng, stage), 4, 0.1)
    habits = Habits(
        acts={"walk": 1.0, "stand": 1.0, "talk": 0.5},
        carried={"hang": 1.0, "phone": 0.2, "pockets": 0.2, "folded": 0.2},
    )
    rig = room_rig(-half, half, (1.6, min(tall - 0.2, 6.0)))
    return Setting("abstract", stage, habits, (rig,), _light(rng, half, tall), (1, 10))


def _light(rng: np.random.Generator, half: np.ndarray, tall: float) -> Lighting:
    return indoors(rng, -half, half, tall) if rng.random() < 0.5 else outdoors(rng)


def _cover(rng: np.random.Generator, stage: StageSet) -> Surface:
    repeat = float(rng.choice([1, 1, 2, 4]))
    shade = colour(rng, saturation=(0.0, 0.4), value=(0.5, 1.0))
    picture = PICTURES[int(rng.integers(len(PICTURES)))](rng)
    return Surface(
        shade,
        stage.picture(picture),
        (repeat, repeat),
        float(rng.uniform(0, 0.5)),
        grain=float(rng.uniform(0, 0.6)),
    )


def _shape(rng: np.random.Generator, stage: StageSet) -> None:
    """A box, ball, post or lump of any size up to a person's and beyond."""
    a, b, c = (float(v) for v in np.exp(rng.uniform(np.log(0.15), np.log(1.6), 3)))
    kind = int(rng.integers(4))
    if kind == 0:
        mesh = box((a, b, 1.3 * c))
    elif kind == 1:
        mesh = ball((a / 2, b / 2, c / 2), (0, 0, c / 2))
    elif kind == 2:
        mesh = lathe([(a / 3, 0), (b / 3, 1.2 * c), (0, 1.2 * c)], int(rng.integers(3, 12)))
    else:
        mesh = blob(rng, (a / 2, b / 2, c / 2), (0, 0, c / 2), 0.35, 1)
    surface = (
        _cover(rng, stage) if rng.random() < 0.6 else Surface(colour(rng), gloss=float(rng.uniform(0, 0.8)))
    )
    place = stage.try_put(rng, Prop.of((mesh, surface)), 4, 0.05)
    if place is not None and rng.random() < 0.3:
        stage.put(
            Prop.of((mesh, surface), solid=False),
            Place(place.x, place.y, 0.0, 1.0, float(rng.uniform(1.9, 2.5))),
            block=False,
        )
