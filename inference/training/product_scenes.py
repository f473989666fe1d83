"""Plain shops full of people with goods in their hands: one picture gives twenty hands and more."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.mesh import Mesh, placed
from inference.simulation.rendering.poses import HandTarget, Stance
from inference.simulation.rendering.scene import Picture, Stage, Surface, Thing
from inference.simulation.rendering.solids import box, sheet
from inference.training.scenes import pictures
from inference.training.scenes.contracts import Side
from inference.training.scenes.lighting import indoors
from inference.training.scenes.noise import photo_like
from store_layout.aim import looking_at
from store_layout.camera_geometry import camera_model
from store_layout.model import Camera, Point3

HALF_X, HALF_Y = 4.2, 3.6
"""Of the floor, metres."""
BOARDS = (0.14, 0.52, 0.9, 1.28)
"""Heights of the shelves."""
DEEP = 0.42
PEOPLE = 20
APART = 0.55
CHEST_M = 1.1
TOP_M = 1.65
"""Height of the rows of shelves."""
SIZES = ((640, 360), (640, 360), (768, 432), (960, 540))
Floats = NDArray[np.float32]


class Goods(NamedTuple):
    """One product as it is drawn."""

    mesh: Mesh
    plain: Mesh
    surface: Surface
    size: tuple[float, float, float]


@dataclass(frozen=True)
class Front:
    """The open side of a row of shelves: a line along y."""

    x: float
    out: int
    """Towards whom stands before it: 1 or -1 along x."""
    low: float
    high: float


class Shop(NamedTuple):
    """A stage, and where in it people stand before shelves."""

    stage: Stage
    fronts: tuple[Front, ...]
    rows: tuple[float, ...]
    """x of the middles of the rows of shelves."""


def random_shop(rng: np.random.Generator, goods: Sequence[Goods], prints: dict[str, Picture]) -> Shop:
    """A room with up to three rows of shelves full of these goods."""
    shown = dict(prints)
    things = _room(rng, shown)
    fronts: list[Front] = []
    rows = _row_places(rng)
    for x in rows:
        low, high = -float(rng.uniform(1.2, 2.8)), float(rng.uniform(1.2, 2.8))
        metal = Surface(colour=pictures.neutral(rng, 0.25, 0.9), gloss=0.3)
        boards = [box((x - DEEP, low, z - 0.03), (x + DEEP, high, z)) for z in BOARDS]
        wall = box((x - 0.02, low, 0.0), (x + 0.02, high, TOP_M))
        things += [Thing(mesh, metal, np.eye(4, dtype=np.float32)[None]) for mesh in (*boards, wall)]
        for out in (1, -1):
            front = Front(x + out * DEEP, out, low, high)
            things += _stocked(rng, goods, front)
            fronts.append(front)
    low2, high2 = np.array([-HALF_X, -HALF_Y]), np.array([HALF_X, HALF_Y])
    lighting = indoors(rng, low2, high2, float(rng.uniform(2.6, 4.0)))
    return Shop(Stage(things, lighting, shown), tuple(fronts), tuple(rows))


def _row_places(rng: np.random.Generator) -> list[float]:
    count = int(rng.choice([0, 1, 2, 3], p=[0.3, 0.4, 0.22, 0.08]))
    gap = float(rng.uniform(2.0, 2.7))
    return [gap * (n - (count - 1) / 2) for n in range(count)]


def _room(rng: np.random.Generator, shown: dict[str, Picture]) -> list[Thing]:
    floor = [pictures.tiles, pictures.planks, pictures.terrazzo, pictures.carpet][int(rng.integers(4))](rng)
    shown["floor"] = floor.picture
    a, b, top = HALF_X + 1.5, HALF_Y + 1.5, 3.4
    eye = np.eye(4, dtype=np.float32)[None]
    ground = sheet((-a, -b, 0), (a, -b, 0), (a, b, 0), (-a, b, 0))
    things = [Thing(ground, Surface(picture="floor", repeat=floor.repeat, gloss=0.15), eye)]
    corners = [(-a, b), (a, b), (a, -b), (-a, -b)]
    for n, ((x0, y0), (x1, y1)) in enumerate(zip(corners, [*corners[1:], corners[0]], strict=True)):
        wall = sheet((x0, y0, 0), (x1, y1, 0), (x1, y1, top), (x0, y0, top), (0.0, 0.0, 1.0, 1.0))
        name = f"wall-{n}"
        if rng.random() < 0.6:
            shown[name] = photo_like(rng, 128, 256)
            things.append(Thing(wall, Surface(picture=name), eye))
        else:
            things.append(Thing(wall, Surface(colour=pictures.neutral(rng, 0.4, 0.95), grain=0.2), eye))
    return things


def _stocked(rng: np.random.Generator, goods: Sequence[Goods], front: Front) -> list[Thing]:
    """Goods in blocks along the boards, faced to the front, two deep."""
    places: dict[int, list[Floats]] = {}
    behind: dict[int, list[Floats]] = {}
    heading = 0.0 if front.out > 0 else math.pi
    for board, above in zip(BOARDS, [*BOARDS[1:], 1.8], strict=True):
        y = front.low + 0.03
        while y < front.high - 0.1:
            number = int(rng.integers(len(goods)))
            depth, width, height = goods[number].size
            if height > above - board - 0.05 or depth > DEEP - 0.05:
                y += 0.04
                continue
            for _ in range(int(rng.integers(1, 5))):
                if y + width > front.high:
                    break
                gone = rng.random() < 0.12
                for row in range(2):
                    inside = 0.012 + depth * (row + 0.5) + 0.004 * row
                    if (gone and row == 0) or inside + depth / 2 > DEEP - 0.02:
                        continue
                    spot = placed(
                        front.x - front.out * inside,
                        y + width / 2,
                        board,
                        heading + float(rng.normal(0, 0.06)),
                    )
                    (places if row == 0 else behind).setdefault(number, []).append(spot)
                y += width + 0.006
    found = [Thing(goods[n].mesh, goods[n].surface, np.stack(t)) for n, t in places.items()]
    found += [Thing(goods[n].plain, goods[n].surface, np.stack(t)) for n, t in behind.items()]
    return found


def random_camera(rng: np.random.Generator, name: str) -> Camera:
    """A camera under the ceiling, seldom straight down, that looks at the middle of the room."""
    width, height = SIZES[int(rng.integers(len(SIZES)))]
    angle, away = float(rng.uniform(0, 2 * math.pi)), float(rng.uniform(1.5, 5.6))
    eye: Point3 = (
        float(np.clip(away * math.cos(angle), -HALF_X - 1, HALF_X + 1)),
        float(np.clip(away * math.sin(angle), -HALF_Y - 1, HALF_Y + 1)),
        float(rng.uniform(2.3, 3.3)),
    )
    aim: Point3 = (float(rng.normal(0, 0.6)), float(rng.normal(0, 0.6)), float(rng.uniform(0.6, 1.2)))
    calibration = looking_at(eye, aim, width, height, float(rng.uniform(48, 95)))
    return Camera(id=name, name=name, width=width, height=height, calibration=calibration)


def random_people(rng: np.random.Generator, shop: Shop, camera: Camera) -> list[Stance]:
    """Stances of some people whom the camera sees; nobody stands in anything."""
    found: list[Stance] = []
    spots: list[tuple[float, float]] = []
    model = camera_model(camera)
    eye = np.asarray(model.position or (0.0, 0.0, 3.0))
    for _ in range(12 * PEOPLE):
        if len(found) >= PEOPLE:
            break
        stance = _reaching(rng, shop) if shop.fronts and rng.random() < 0.5 else _standing(rng)
        if not all(math.hypot(stance.x - x, stance.y - y) > APART for x, y in spots):
            continue
        if not all(abs(stance.x - front.x) > 0.3 or abs(stance.y) > 3.2 for front in shop.fronts):
            continue
        chest = np.array([stance.x, stance.y, CHEST_M])
        pixels, front_of = model.project(chest[None])
        u, v = pixels[0]
        inside = front_of[0] and 0.03 < u / camera.width < 0.97 and 0.06 < v / camera.height < 0.85
        if inside and np.hypot(*(chest - eye)[:2]) > 0.9 and not _hidden(eye, chest, shop):
            spots.append((stance.x, stance.y))
            found.append(stance)
    return found


def _hidden(eye: NDArray[np.float64], chest: NDArray[np.float64], shop: Shop) -> bool:
    """Whether a row of shelves stands between a camera and somebody's chest."""
    for x in shop.rows:
        share = (x - eye[0]) / (chest[0] - eye[0]) if abs(chest[0] - eye[0]) > 1e-6 else -1.0
        through = eye + share * (chest - eye)
        if 0.0 < share < 1.0 and abs(through[1]) < 2.0 and through[2] < TOP_M:
            return True
    return False


def _reaching(rng: np.random.Generator, shop: Shop) -> Stance:
    front = shop.fronts[int(rng.integers(len(shop.fronts)))]
    y = float(rng.uniform(front.low, front.high))
    x = front.x + front.out * float(rng.uniform(0.34, 0.55))
    heading = (math.pi if front.out > 0 else 0.0) + float(rng.normal(0, 0.25))
    height = BOARDS[int(rng.integers(len(BOARDS)))] + float(rng.uniform(0.05, 0.22))
    target = (front.x - front.out * float(rng.uniform(-0.1, 0.15)), y + float(rng.normal(0, 0.15)), height)
    hand = HandTarget(target, float(rng.choice([0.25, 0.5, 0.75, 1.0])))
    low = float(np.clip((0.9 - height) / 0.75, 0, 1)) * hand.share
    crouch = low * float(rng.uniform(0.3, 1.0)) if rng.random() < 0.7 else 0.0
    left = rng.random() < 0.4
    return Stance(
        x=x,
        y=y,
        heading=heading,
        crouch=crouch,
        lean=0.8 * max(0.0, low - crouch),
        look_down=float(rng.uniform(0.0, 0.6)),
        left=hand if left else None,
        right=None if left else hand,
        seed=int(rng.integers(2**31)),
    )


def _standing(rng: np.random.Generator) -> Stance:
    """Walks, or looks at what is in the hand."""
    x, y = float(rng.uniform(-HALF_X, HALF_X)), float(rng.uniform(-HALF_Y, HALF_Y))
    heading = float(rng.uniform(0, 2 * math.pi))
    hands: list[HandTarget | None] = [None, None]
    if rng.random() < 0.5:
        for n, side in ((0, 1), (1, -1)):
            if rng.random() < 0.6:
                ahead, aside = float(rng.uniform(0.22, 0.4)), side * float(rng.uniform(0.0, 0.28))
                c, s = math.cos(heading), math.sin(heading)
                target = (
                    x + c * ahead - s * aside,
                    y + s * ahead + c * aside,
                    float(rng.uniform(0.85, 1.4)),
                )
                hands[n] = HandTarget(target, 1.0)
    return Stance(
        x=x,
        y=y,
        heading=heading,
        phase=float(rng.uniform(0, 1)),
        stride=float(rng.uniform(0.3, 1.0)) if rng.random() < 0.4 else 0.0,
        look=float(rng.normal(0, 0.3)),
        look_down=float(rng.uniform(0.0, 0.5)),
        left=hands[0],
        right=hands[1],
        arms=str(rng.choice(["hang", "phone", "basket", "pockets", "bag"], p=[0.72, 0.1, 0.08, 0.05, 0.05])),
        seed=int(rng.integers(2**31)),
    )


def in_palm(rng: np.random.Generator, palm: Floats, size: tuple[float, float, float]) -> Floats:
    """Where something upright of this size is that a hand holds: 4x4, its own frame to the world."""
    tilt = np.eye(4)
    if rng.random() < 0.6:
        yaw, lean = rng.normal(0, 0.5) + (math.pi if rng.random() < 0.3 else 0.0), rng.normal(0, 0.25, 2)
    else:
        yaw, lean = rng.uniform(0, 2 * math.pi), rng.normal(0, 0.8, 2)
    tilt[:3, :3] = _turn(0, lean[0]) @ _turn(1, lean[1]) @ _turn(2, yaw)
    down = np.eye(4)
    down[:3, 3] = [0.0, 0.0, -size[2] * float(np.clip(rng.normal(0.5, 0.12), 0.15, 0.9))]
    shift = np.eye(4)
    shift[:3, 3] = rng.normal(0, 0.012, 3)
    return (palm.astype(np.float64) @ shift @ tilt @ down).astype(np.float32)


def other_thing(rng: np.random.Generator, palm: Floats) -> Thing:
    """Something in a hand that is no product: a phone, a purse, a sheet of paper."""
    kinds = ((0.075, 0.008, 0.15), (0.1, 0.02, 0.19), (0.15, 0.002, 0.21), (0.04, 0.03, 0.06))
    size = np.array(kinds[int(rng.integers(len(kinds)))]) * rng.uniform(0.8, 1.25)
    grey = pictures.neutral(rng, 0.03, 0.95)
    colour = grey if rng.random() < 0.7 else pictures.colour(rng)
    slab = box(tuple(-size / 2), tuple(size / 2))
    where = in_palm(rng, palm, (0.0, 0.0, 0.0))
    return Thing(slab, Surface(colour=colour, gloss=float(rng.uniform(0, 0.8))), where[None])


def _turn(axis: int, angle: float) -> NDArray[np.float64]:
    c, s = math.cos(angle), math.sin(angle)
    a, b = [(1, 2), (2, 0), (0, 1)][axis]
    matrix = np.eye(3)
    matrix[a, a], matrix[a, b], matrix[b, a], matrix[b, b] = c, -s, s, c
    return matrix


SIDES: tuple[Side, Side] = ("left", "right")
