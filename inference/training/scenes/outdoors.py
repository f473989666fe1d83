"""Places under the sky: greens with paths, car parks, streets, squares, yards."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.scene import Surface
from inference.training.scenes import carts
from inference.training.scenes.buildings import fence, horizon, house, kerb, ring_of_places, tape, wall
from inference.training.scenes.cameras import Rig
from inference.training.scenes.clutter import OUTDOOR
from inference.training.scenes.crowd import Front, Habits
from inference.training.scenes.floor_map import FloorMap, rectangle
from inference.training.scenes.ground import Ground, Way, bent_line
from inference.training.scenes.lighting import outdoors as daylight
from inference.training.scenes.plants import TREES
from inference.training.scenes.rooms import hand_things
from inference.training.scenes.setting import Setting
from inference.training.scenes.shapes import sheet
from inference.training.scenes.sky import clouds
from inference.training.scenes.stage_set import Maker, Place, StageSet
from inference.training.scenes.street import FURNITURE, bicycle, bollard, car, cone, lamp_post, van

Floats = NDArray[np.float64]

HALF_M = 34.0
"""The ground is painted so far from the middle; people are within :data:`ROAM_M`."""
ROAM_M = 24.0
STEP_M = 0.25
FAR_GROUND_M = 100.0
CLOUDY = 0.6
"""Share of skies with something in them."""


class Theme(NamedTuple):
    """What a place is like. Numbers are ranges to draw from."""

    base: tuple[str, ...]
    paths: tuple[int, int]
    path_materials: tuple[str, ...]
    path_width: tuple[float, float]
    patches: tuple[int, int]
    trees: tuple[int, int]
    cars: tuple[int, int]
    clutter: tuple[int, int]
    buildings: float
    """Chance of each place for one."""


GREEN = Theme(
    ("grass",), (1, 4), ("asphalt", "asphalt", "paving", "gravel"), (1.6, 7), (0, 4), (5, 22), (0, 7),
    (10, 34), 0.6,
)  # fmt: skip
CAR_PARK = Theme(("asphalt",), (0, 2), ("grass", "paving"), (2, 5), (1, 5), (2, 12), (5, 18), (10, 30), 0.6)
STREET = Theme(("paving", "asphalt"), (1, 3), ("asphalt",), (5, 9), (0, 3), (2, 12), (4, 14), (14, 40), 0.85)
SQUARE = Theme(
    ("paving", "paving", "gravel"), (0, 2), ("paving", "asphalt"), (2, 5), (0, 4), (4, 16), (0, 4),
    (14, 44), 0.75,
)  # fmt: skip
YARD = Theme(
    ("gravel", "soil", "snow", "asphalt"), (0, 3), ("asphalt", "gravel", "soil"), (2, 6), (1, 5), (2, 14),
    (0, 8), (12, 40), 0.5,
)  # fmt: skip
THEMES = ((0.3, GREEN), (0.18, CAR_PARK), (0.2, STREET), (0.2, SQUARE), (0.12, YARD))
"""How often each comes."""


def outdoor_setting(rng: np.random.Generator) -> Setting:
    """A random place outdoors."""
    weights = np.array([w for w, _ in THEMES])
    theme = THEMES[int(rng.choice(len(THEMES), p=weights / weights.sum()))][1]
    floor = FloorMap((-HALF_M, -HALF_M), (HALF_M, HALF_M), STEP_M, wall=0.0)
    stage = StageSet(floor)
    ground = Ground(rng, HALF_M, theme.base[int(rng.integers(len(theme.base)))])
    ways = _paint(rng, theme, ground, stage)
    _buildings(rng, theme, stage)
    _cars(rng, theme, stage, ways)
    fronts = _scatter(rng, theme, stage, ways)
    _outside_is_far(floor)
    name = stage.picture(ground.picture)
    stage.add(
        sheet((-HALF_M, -HALF_M), (HALF_M, HALF_M), 0.0, uv="once"),
        Surface((1, 1, 1), name, gloss=0.04, grain=float(rng.uniform(0.05, 0.5))),
    )
    far = FAR_GROUND_M
    stage.add(sheet((-far, -far), (far, far), -0.03, uv="once"), Surface(ground.mean, grain=0.6, gloss=0.0))
    horizon(rng, stage, far * 0.8)
    lighting = daylight(rng)
    if rng.random() < CLOUDY:
        clouds(rng, stage, lighting, far * 0.95)
    lanes = tuple(float(np.arctan2(*(way.line[25] - way.line[14])[::-1])) for way in ways)
    habits = Habits(
        acts={"walk": 1.0, "stand": 0.35, "talk": 0.3, "browse": 0.08, "queue": 0.05},
        fronts=fronts,
        lanes=lanes,
        carried={"hang": 1.0, "phone": 0.1, "pockets": 0.25, "folded": 0.08, "bag": 0.12, "trolley": 0.04},
    )
    habits.trolleys = (carts.pram(rng), carts.pram(rng), carts.sack_truck(rng))
    habits.phones, habits.bags, habits.products = (0, 1), (2,), (3,)
    return Setting(
        "outdoor", stage, habits, _rigs(), lighting, (1, 18), children=0.12, products=hand_things(rng)
    )


def _rigs() -> tuple[Rig, ...]:
    """Cameras on masts, walls and roofs, all around."""

    def place(rng: np.random.Generator, count: int) -> Floats:
        angle = rng.uniform(0, 2 * np.pi, count)
        out = rng.uniform(0.2, 1.1, count) * ROAM_M
        low = np.where(rng.random(count) < 0.5, 2.0, 4.5)
        high = np.exp(rng.uniform(np.log(low), np.log(10.0)))
        return np.column_stack([out * np.cos(angle), out * np.sin(angle), high])

    return (Rig(place, (28, 92), (4, 62), 1.0, 0.6),)


def _paint(rng: np.random.Generator, theme: Theme, ground: Ground, stage: StageSet) -> list[Way]:
    for _ in range(int(rng.integers(theme.patches[0], theme.patches[1] + 1))):
        x, y = rng.uniform(-ROAM_M, ROAM_M, 2)
        size = (float(rng.uniform(3, 18)), float(rng.uniform(3, 14)))
        material = str(rng.choice(["grass", "asphalt", "paving", "gravel", "soil"]))
        outline = rectangle(float(x), float(y), float(rng.uniform(0, np.pi)), size)
        ground.lay(material, ground.area(outline), soft=1.5 if material in {"soil", "gravel"} else 0.0)
    ways = []
    for _ in range(int(rng.integers(theme.paths[0], theme.paths[1] + 1))):
        width = float(rng.uniform(*theme.path_width))
        way = Way(bent_line(rng, HALF_M, float(rng.uniform(0, 0.25))), width)
        material = theme.path_materials[int(rng.integers(len(theme.path_materials)))]
        ground.lay(material, ground.band(way), soft=float(rng.choice([0.0, 0.8])))
        _edges(rng, ground, stage, way, material)
        _like(stage.floor, way)
        ways.append(way)
    if theme.cars[1] > 8 and rng.random() < 0.7:
        _bays(rng, ground)
    for _ in range(int(rng.integers(0, 4))):
        x, y, turn = rng.uniform(-ROAM_M, ROAM_M), rng.uniform(-ROAM_M, ROAM_M), rng.uniform(0, np.pi)
        reach = np.outer((-1, 1), (np.cos(turn), np.sin(turn))) * rng.uniform(2, 10)
        shade = (0.85, 0.85, 0.82) if rng.random() < 0.7 else (0.85, 0.7, 0.2)
        ground.line(np.array([x, y]) + reach, 0.12, shade)
    ground.spots(int(rng.integers(0, 40)))
    return ways


def _edges(rng: np.random.Generator, ground: Ground, stage: StageSet, way: Way, material: str) -> None:
    """Kerbs and lines along a road."""
    along = np.gradient(way.line, axis=0)
    across = np.column_stack([-along[:, 1], along[:, 0]]) / np.linalg.norm(along, axis=1, keepdims=True)
    inside = (np.abs(way.line) < HALF_M - 1).all(axis=1)
    if material == "asphalt" and way.width > 3:
        shade = (0.85, 0.85, 0.82) if rng.random() < 0.6 else (0.82, 0.7, 0.25)
        if rng.random() < 0.5:
            ground.line(way.line, 0.12, (0.85, 0.85, 0.82), dashes=float(rng.uniform(1, 4)))
        for side in (-1, 1):
            for double in range(int(rng.integers(0, 3))):
                ground.line(way.line + side * across * (way.width / 2 - 0.35 - 0.25 * double), 0.1, shade)
    if rng.random() < 0.6 and inside.sum() > 2:
        stone = Surface((0.62, 0.61, 0.58), grain=0.4, gloss=0.05)
        for side in (-1, 1):
            stage.add(
                kerb((way.line + side * across * way.width / 2)[inside], high=float(rng.uniform(0.03, 0.12))),
                stone,
            )


def _like(floor: FloorMap, way: Way) -> None:
    """People keep to paths, mostly."""
    along = np.gradient(way.line, axis=0)
    across = np.column_stack([-along[:, 1], along[:, 0]]) / np.linalg.norm(along, axis=1, keepdims=True)
    for a in range(len(way.line) - 1):
        ends = way.line[[a, a + 1]]
        off = across[[a, a + 1]] * way.width / 2
        floor.like(np.concatenate([ends - off, (ends + off)[::-1]]), 4.0)


def _bays(rng: np.random.Generator, ground: Ground) -> None:
    """Marked parking bays."""
    x, y, turn = rng.uniform(-12, 12), rng.uniform(-12, 12), rng.uniform(0, np.pi)
    along, across = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    for k in range(int(rng.integers(4, 12))):
        start = np.array([x, y]) + (k - 5) * 2.5 * along
        ground.line(np.stack([start, start + 5 * across]), 0.1, (0.85, 0.85, 0.82))


def _buildings(rng: np.random.Generator, theme: Theme, stage: StageSet) -> None:
    edge = np.array([ROAM_M + 1.0] * 2) * rng.uniform(0.62, 1.1, 2)
    for place, wide in ring_of_places(rng, -edge, edge):
        if rng.random() > theme.buildings:
            continue
        deep = float(rng.uniform(6, 12))
        heading = place.heading
        # The place is the middle of the front; the house stands behind it.
        back = np.array([-np.sin(heading), np.cos(heading)]) * deep / 2
        stage.put(house(rng, stage, wide, deep), Place(place.x + back[0], place.y + back[1], heading))


def _cars(rng: np.random.Generator, theme: Theme, stage: StageSet, ways: list[Way]) -> None:
    """Parked in rows, along roads, or anywhere."""
    count = int(rng.integers(theme.cars[0], theme.cars[1] + 1))
    kinds = [van(rng, stage) if rng.random() < 0.25 else car(rng, stage) for _ in range(min(count, 5))]
    row = (rng.uniform(-ROAM_M, ROAM_M, 2), float(rng.uniform(0, 2 * np.pi)))
    for k in range(count):
        prop = kinds[int(rng.integers(len(kinds)))]
        if ways and rng.random() < 0.4:
            way = ways[int(rng.integers(len(ways)))]
            at = int(rng.integers(8, len(way.line) - 8))
            along = way.line[at + 1] - way.line[at]
            heading = float(np.arctan2(along[1], along[0]))
            off = (way.width / 2 + (1.1 if rng.random() < 0.5 else -1.1)) * (1 if rng.random() < 0.5 else -1)
            x, y = way.line[at] + off * np.array([-np.sin(heading), np.cos(heading)])
        elif rng.random() < 0.75:
            (x, y), heading = (
                row[0] + 2.6 * k * np.array([np.cos(row[1]), np.sin(row[1])]),
                row[1] + np.pi / 2,
            )
        else:
            (x, y), heading = rng.uniform(-ROAM_M, ROAM_M, 2), float(rng.uniform(0, 2 * np.pi))
        place = Place(float(x), float(y), heading + (np.pi if rng.random() < 0.4 else 0.0))
        if stage.fits(prop, place, 0.3):
            stage.put(prop, place)


def _scatter(rng: np.random.Generator, theme: Theme, stage: StageSet, ways: list[Way]) -> list[Front]:
    """Trees and street furniture; most near the middle, where people are. Returns what may be looked at."""
    _strew(rng, stage, TREES, int(rng.integers(theme.trees[0], theme.trees[1] + 1)), 0.8)
    count = int(rng.integers(theme.clutter[0], theme.clutter[1] + 1))
    odd = int(count * rng.uniform(0.1, 0.4))
    places = _strew(rng, stage, FURNITURE, count - odd, 0.55) + _strew(rng, stage, OUTDOOR, odd, 0.5)
    fronts = [
        Front(
            float(p.x + 0.8 * np.sin(p.heading)), float(p.y - 0.8 * np.cos(p.heading)), p.heading + np.pi / 2
        )
        for p in places
        if rng.random() < 0.3
    ]
    _rows(rng, stage, ways)
    for _ in range(int(rng.integers(0, 3))):
        x, y, turn = *rng.uniform(-ROAM_M, ROAM_M, 2), float(rng.choice([0, np.pi / 2])) + rng.normal(0, 0.1)
        long = float(rng.uniform(4, 16))
        barrier = fence(rng, long) if rng.random() < 0.7 else wall(rng, stage, long)
        if stage.fits(barrier, Place(float(x), float(y), float(turn)), 0.0):
            stage.put(barrier, Place(float(x), float(y), float(turn)))
    if rng.random() < 0.25:
        start = rng.uniform(-ROAM_M / 2, ROAM_M / 2, 2)
        points = start + np.cumsum(rng.uniform(-4, 4, (int(rng.integers(3, 6)), 2)), axis=0)
        stage.put(tape(rng, points), Place(0.0, 0.0))
    return fronts


ROWS: tuple[tuple[Maker, float], ...] = ((bollard, 1.6), (cone, 2.0), (lamp_post, 9.0), (bicycle, 0.7))
"""What stands in rows, and how far apart, metres."""


def _rows(rng: np.random.Generator, stage: StageSet, ways: list[Way]) -> None:
    """Bollards, cones, lamps or bicycles in a row, as they come."""
    for _ in range(int(rng.integers(0, 3))):
        maker, gap = ROWS[int(rng.integers(len(ROWS)))]
        prop = maker(rng, stage)
        start, way = rng.uniform(-ROAM_M / 2, ROAM_M / 2, 2), float(rng.uniform(0, 2 * np.pi))
        if ways:
            road = ways[int(rng.integers(len(ways)))]
            at = int(rng.integers(10, len(road.line) - 10))
            along = road.line[at + 1] - road.line[at]
            way = float(np.arctan2(along[1], along[0]))
            start = road.line[at] + (road.width / 2 + 0.4) * np.array([-np.sin(way), np.cos(way)])
        steps = np.arange(int(rng.integers(3, 9))) * gap
        turn = way + np.pi / 2 if maker is bicycle else way
        places = [
            Place(float(start[0] + s * np.cos(way)), float(start[1] + s * np.sin(way)), turn) for s in steps
        ]
        stage.many(prop, [p for p in places if stage.fits(prop, p, 0.05)])


def _strew(
    rng: np.random.Generator, stage: StageSet, makers: tuple[Maker, ...], count: int, spread: float
) -> list[Place]:
    """About ``count`` props of a few kinds where they fit, nearer to the middle for a smaller ``spread``."""
    found: list[Place] = []
    left = count
    while left > 0:
        prop = makers[int(rng.integers(len(makers)))](rng, stage)
        alike = min(left, int(rng.integers(1, 6)))
        places: list[Place] = []
        for _ in range(alike):
            x, y = rng.normal(0, spread * ROAM_M, 2)
            scale = float(rng.uniform(0.85, 1.15))
            place = Place(float(x), float(y), float(rng.uniform(0, 2 * np.pi)), scale)
            near = np.hypot([p.x - x for p in places], [p.y - y for p in places])
            if stage.fits(prop, place, 0.15) and (near > 1.2 * max(prop.size)).all():
                places.append(place)
        stage.many(prop, places)
        found += places
        left -= alike
    return found


def _outside_is_far(floor: FloorMap) -> None:
    """Nobody roams beyond the middle."""
    x = floor.low[0] + (np.arange(floor.heights.shape[0]) + 0.5) * floor.step
    y = floor.low[1] + (np.arange(floor.heights.shape[1]) + 0.5) * floor.step
    far = (np.abs(x)[:, None] > ROAM_M) | (np.abs(y)[None] > ROAM_M)
    floor.taken |= far
