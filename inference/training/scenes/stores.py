"""Stores that no scene repeats: random layouts, goods, fittings, light and crowds."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.mesh import Mesh
from inference.simulation.rendering.room import store_stage
from inference.simulation.rendering.scene import Lighting, Surface
from inference.simulation.rendering.style import Style
from inference.training.scenes import carts, clutter
from inference.training.scenes.crowd import Habits
from inference.training.scenes.floor_map import FloorMap
from inference.training.scenes.furniture import picture_on_wall
from inference.training.scenes.layouts import RandomStore, random_store
from inference.training.scenes.lighting import indoors
from inference.training.scenes.rooms import room_rig, wall_place
from inference.training.scenes.setting import Setting
from inference.training.scenes.shapes import box
from inference.training.scenes.stage_set import Place, Prop, StageSet
from inference.training.scenes.stocking import RANGES, Range, goods, in_hand, stocked

Floats = NDArray[np.float64]

EMPTY = 0.06
"""Share of stores with hardly anything on their shelves: before the opening, or sold out."""
OWN_LIGHT = 0.5
"""Share of stores lit as the store itself would be; the others are lit at random."""
CEILING_GAP_M = 0.2
"""Cameras hang at least so far under the ceiling."""


def store_setting(rng: np.random.Generator) -> Setting:
    """A random store."""
    stock = goods(int(rng.integers(RANGES)))
    store = random_store(rng, stock.products)
    size = np.max(store.layout.file.floor.outline, axis=0)
    floor = FloorMap((0.0, 0.0), (float(size[0]), float(size[1])), 0.1)
    stage = StageSet(floor)
    style = msgspec.structs.replace(Style.random(rng), clutter=0)
    shell = store_stage(store.layout, rng, style)
    stage.things += shell.things
    stage.pictures.update(shell.pictures)
    stage.pictures.update(stock.packages.pictures)
    for fixture in store.layout.file.fixture:
        floor.block(np.array(fixture.outline), fixture.height)
    fullness = float(rng.uniform(0.0, 0.15)) if rng.random() < EMPTY else float(rng.uniform(0.55, 1.0))
    stage.things += stocked(rng, store, stock, fullness)
    _extras(rng, stage)
    lighting = _light(rng, shell.lighting, floor, style)
    habits, products = _habits(rng, store, stock)
    top = min(4.0, style.ceiling_m - CEILING_GAP_M)
    rig = room_rig(floor.low, floor.high, (2.1, top))
    most = min(12, 2 + int(floor.high.prod() / 6))
    return Setting(
        "store", stage, habits, (rig,), lighting, (1, most), children=0.15, staff=0.12, products=products
    )


def _light(rng: np.random.Generator, own: Lighting, floor: FloorMap, style: Style) -> Lighting:
    return own if rng.random() < OWN_LIGHT else indoors(rng, floor.low, floor.high, style.ceiling_m)


def _extras(rng: np.random.Generator, stage: StageSet) -> None:
    """What stands and hangs about in stores beside shelves, much of it shaped like people."""
    for _ in range(int(rng.integers(0, 7))):
        maker = clutter.INDOOR[int(rng.integers(len(clutter.INDOOR)))]
        stage.try_put(rng, maker(rng, stage), 5, 0.12)
    for _ in range(int(rng.integers(0, 4))):
        prop = picture_on_wall(rng, stage)
        place, _ = wall_place(rng, stage, 1.6, 0.03, float(rng.uniform(1.5, 2.0)))
        if place.y > 0.5:  # not on the doors, which are in the wall at y = 0
            stage.put(prop, place, block=False)
    if rng.random() < 0.4:
        _parked(rng, stage)
    if rng.random() < 0.3:
        _cartons(rng, stage)


def _parked(rng: np.random.Generator, stage: StageSet) -> None:
    """Trolleys nobody pushes, in a row."""
    prop = Prop.of(*carts.trolley(rng))
    first = stage.try_put(rng, prop, 5, 0.1)
    if first is None:
        return
    ahead = np.array([np.cos(first.heading), np.sin(first.heading)])
    for k in range(1, int(rng.integers(1, 5))):
        x, y = np.array([first.x, first.y]) + 0.28 * k * ahead
        if bool(((np.array([x, y]) > stage.floor.low + 1) & (np.array([x, y]) < stage.floor.high - 1)).all()):
            stage.put(prop, Place(float(x), float(y), first.heading))


def _cartons(rng: np.random.Generator, stage: StageSet) -> None:
    """Deliveries that wait to be unpacked."""
    carton = Prop.of((box((0.5, 0.38, 0.34)), Surface((0.62, 0.48, 0.32), gloss=0.05, grain=0.1)))
    for _ in range(int(rng.integers(1, 6))):
        place = stage.try_put(rng, carton, 3, 0.05)
        if place is not None and rng.random() < 0.5:
            stage.put(carton, place._replace(z=0.345, heading=place.heading + float(rng.normal(0, 0.2))))


def _habits(
    rng: np.random.Generator, store: RandomStore, stock: Range
) -> tuple[Habits, tuple[tuple[Mesh, Surface], ...]]:
    chosen = rng.choice(len(stock.products), size=min(8, len(stock.products)), replace=False)
    held = [in_hand(stock, stock.products[int(i)].sku) for i in chosen]
    products = (*held, carts.basket(rng), carts.bag(rng), carts.phone(rng))
    habits = Habits(
        acts={"walk": 0.9, "stand": 0.4, "talk": 0.25, "browse": 1.5, "queue": 0.15},
        fronts=[bay.front for bay in store.bays],
        lanes=(0.0, np.pi / 2),
        carried={
            "hang": 1.0,
            "phone": 0.08,
            "basket": 0.3,
            "trolley": 0.35,
            "pockets": 0.1,
            "folded": 0.05,
            "bag": 0.08,
        },
        trolleys=(carts.trolley(rng), carts.trolley(rng), carts.sack_truck(rng)),
        baskets=(len(held),),
        bags=(len(held) + 1,),
        phones=(len(held) + 2,),
        products=tuple(range(len(held))),
    )
    return habits, products
