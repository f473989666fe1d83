"""Makes ``assets/demo_store``: an invented corner shop of some 60 m2. ``python -m tests.support.demo_store``.

```
y 6.4 +--------------------------------------------+
      |    [ K1 drinks cooler          ][K2 freezer]|  stock room
      |                                            +--------+ y 5.0
      | B1      G1       G2       G3               |     W1 |
      | bake   | |      | |      | |      P1       |     wine
      | off    | |      | |      | |     table     |        |
      |                                                     |
    0 +--[entry][exit]--------------------------------------+ x 10
```
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from store_layout.aim import looking_at
from store_layout.checks.products import gtin_check_digit
from store_layout.model import (
    Camera,
    Facing,
    Fixture,
    FixtureKind,
    Floor,
    Gate,
    Point3,
    Product,
    Scale,
    Slot,
    StoreFile,
    StoreInfo,
    StoreLayout,
)
from store_layout.product_pictures import FOLDER as PICTURES
from store_layout.writer import write_store
from tests.support.stores import rectangle

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "demo_store"
WIDTH, HEIGHT = 640, 360
LENS = (-0.19, 0.042, 0.0004, -0.0003, -0.004)
"""A wide security lens: mild barrel distortion, and no fold within the picture."""


class Goods(NamedTuple):
    """A line of the catalogue: price in cents, weight and spread in grams, tax in basis points."""

    name: str
    price: int
    weight: float
    sd: float
    tax: int
    category: str
    age: int | None = None


GOODS = (
    Goods("Cola 0.5 l", 149, 548, 2.5, 1900, "drinks"),
    Goods("Cola zero 0.5 l", 149, 548, 2.5, 1900, "drinks"),
    Goods("Orange lemonade 0.5 l", 139, 545, 2.5, 1900, "drinks"),
    Goods("Still water 0.75 l", 99, 782, 3.0, 1900, "drinks"),
    Goods("Sparkling water 0.75 l", 99, 782, 3.0, 1900, "drinks"),
    Goods("Apple spritzer 0.5 l", 129, 540, 2.5, 1900, "drinks"),
    Goods("Iced tea peach 0.5 l", 159, 544, 2.5, 1900, "drinks"),
    Goods("Energy drink 250 ml", 179, 271, 1.2, 1900, "drinks"),
    Goods("Orange juice 1 l", 279, 1078, 4.0, 1900, "drinks"),
    Goods("Whole milk 1 l", 139, 1062, 3.0, 700, "chilled"),
    Goods("Oat drink 1 l", 229, 1066, 3.0, 1900, "chilled"),
    Goods("Strawberry yoghurt 150 g", 79, 162, 1.0, 700, "chilled"),
    Goods("Peach yoghurt 150 g", 79, 162, 1.0, 700, "chilled"),
    Goods("Butter 250 g", 259, 256, 0.8, 700, "chilled"),
    Goods("Gouda slices 200 g", 249, 218, 1.5, 700, "chilled"),
    Goods("Ham sandwich", 349, 192, 5.0, 700, "chilled"),
    Goods("Caesar salad bowl", 499, 318, 7.0, 700, "chilled"),
    Goods("Milk chocolate 100 g", 149, 108, 0.6, 700, "sweets"),
    Goods("Dark chocolate 100 g", 149, 108, 0.6, 700, "sweets"),
    Goods("Nut bar 40 g", 129, 43, 0.5, 700, "sweets"),
    Goods("Fruit gums 200 g", 119, 209, 1.5, 700, "sweets"),
    Goods("Butter biscuits 250 g", 199, 274, 1.8, 700, "sweets"),
    Goods("Salted crisps 175 g", 229, 194, 2.0, 700, "snacks"),
    Goods("Paprika crisps 175 g", 229, 194, 2.0, 700, "snacks"),
    Goods("Roasted peanuts 200 g", 199, 212, 1.2, 700, "snacks"),
    Goods("Pretzel sticks 125 g", 109, 147, 1.5, 700, "snacks"),
    Goods("Popcorn sweet 100 g", 169, 116, 1.5, 700, "snacks"),
    Goods("Spaghetti 500 g", 119, 511, 1.5, 700, "pantry"),
    Goods("Fusilli 500 g", 119, 511, 1.5, 700, "pantry"),
    Goods("Tomato sauce 400 g", 249, 638, 4.0, 700, "pantry"),
    Goods("Basil pesto 190 g", 299, 358, 2.5, 700, "pantry"),
    Goods("Basmati rice 500 g", 219, 512, 1.5, 700, "pantry"),
    Goods("Lentil soup 400 g", 229, 462, 2.5, 700, "pantry"),
    Goods("Muesli 500 g", 349, 548, 2.5, 700, "pantry"),
    Goods("Strawberry jam 340 g", 279, 546, 3.5, 700, "pantry"),
    Goods("Ground coffee 250 g", 499, 263, 1.0, 700, "pantry"),
    Goods("Toast bread 500 g", 169, 508, 6.0, 700, "bakery"),
    Goods("Butter croissant", 119, 68, 4.0, 700, "bakery"),
    Goods("Pretzel", 99, 88, 5.0, 700, "bakery"),
    Goods("Pizza margherita", 329, 412, 6.0, 700, "frozen"),
    Goods("Vanilla ice cream 500 ml", 399, 304, 4.0, 700, "frozen"),
    Goods("Toothpaste 75 ml", 179, 104, 0.8, 1900, "household"),
    Goods("Paper tissues 10 x 10", 199, 162, 2.5, 1900, "household"),
    Goods("AA batteries, 4", 549, 98, 0.4, 1900, "household"),
    Goods("Phone cable USB-C", 999, 46, 0.4, 1900, "household"),
    Goods("Red wine 0.75 l", 699, 1236, 9.0, 1900, "wine", 16),
    Goods("White wine 0.75 l", 699, 1238, 9.0, 1900, "wine", 16),
)


class Rack(NamedTuple):
    """One face of a fixture, divided into columns and shelves; ``face`` is the side people stand at."""

    fixture: str
    face: str
    start: float
    end: float
    edge: float
    depth: float
    columns: int
    shelves: tuple[float, ...]
    room: float
    goods: str
    """Product of each slot by its number in GOODS, column by column from the bottom; ``a+b`` share a slot."""


GONDOLA, COOLER, WALL = (0.28, 0.72, 1.16), (0.2, 0.62, 1.04, 1.46), (0.35, 0.85, 1.35)
RACKS = (
    Rack("G1", "w", 1.95, 4.45, 1.75, 0.42, 2, GONDOLA, 0.32, "36 33 34 36 35 34"),
    Rack("G1", "e", 1.95, 4.45, 2.65, 0.42, 2, GONDOLA, 0.32, "31 27 29 32 28 30"),
    Rack("G2", "w", 1.95, 4.45, 3.95, 0.42, 2, GONDOLA, 0.32, "24 22 20 25 23 19"),
    Rack("G2", "e", 1.95, 4.45, 4.85, 0.42, 2, GONDOLA, 0.32, "21 17 19 20 18 26"),
    Rack("G3", "w", 1.95, 4.45, 6.15, 0.42, 2, GONDOLA, 0.32, "42 41 44 42 43 44"),
    Rack("G3", "e", 1.95, 4.45, 7.05, 0.42, 2, GONDOLA, 0.32, "32 30 22+23 22 23 19"),
    Rack("K1", "s", 0.85, 5.05, 5.75, 0.55, 3, COOLER, 0.34, "3 0 6 7 4 1 5 2 9 8 11 15"),
    Rack("K2", "s", 5.2, 7.7, 5.7, 0.6, 2, (0.4,), 0.35, "39 40"),
    Rack("W1", "w", 1.55, 4.45, 9.6, 0.38, 2, WALL, 0.36, "45 46 12 10 16 13+14"),
    Rack("P1", "w", 2.45, 3.55, 8.15, 0.7, 2, (0.8,), 0.3, "3 0"),
    Rack("B1", "e", 2.25, 4.35, 0.55, 0.45, 2, (0.9,), 0.25, "37 38"),
)


def catalog() -> tuple[Product, ...]:
    """The goods with numbers of the range that GS1 leaves to the shop itself (20...)."""
    found = []
    for number, goods in enumerate(GOODS, start=1):
        digits = f"2000010{number * 7:05d}"
        found.append(
            Product(
                sku=f"{digits}{gtin_check_digit(digits)}",
                name=goods.name,
                price=goods.price,
                weight_g=float(goods.weight),
                weight_sd_g=goods.sd,
                tax_basis_points=goods.tax,
                category=goods.category,
                age_limit=goods.age,
            )
        )
    return tuple(found)


def slots_of(rack: Rack) -> list[Slot]:
    """Slots of one face, column by column from the bottom."""
    found = []
    width = (rack.end - rack.start) / rack.columns
    inward = {"w": (0, 1), "e": (0, -1), "s": (1, 1)}[rack.face]
    near, far = sorted((rack.edge, rack.edge + inward[1] * rack.depth))
    for column in range(rack.columns):
        a, b = rack.start + column * width + 0.02, rack.start + (column + 1) * width - 0.02
        for shelf, z in enumerate(rack.shelves):
            name = f"{rack.fixture}{rack.face}{column + 1}{shelf + 1}"
            x0, x1, y0, y1 = (near, far, a, b) if inward[0] == 0 else (a, b, near, far)
            low: Point3 = (round(x0, 3), round(y0, 3), z)
            high: Point3 = (round(x1, 3), round(y1, 3), round(z + rack.room, 3))
            found.append(
                Slot(id=name, fixture=rack.fixture, shelf=shelf, low=low, high=high, scale=f"scale-{name}")
            )
    return found


def planogram() -> tuple[Facing, ...]:
    """What stands in each slot, some nine tenths full."""
    products, found = catalog(), []
    for rack in RACKS:
        for slot, numbers in zip(slots_of(rack), rack.goods.split(), strict=True):
            sharing = numbers.split("+")
            facings = 6 // len(sharing)
            for number in sharing:
                deep = 2 if GOODS[int(number)].weight > 700 else 4
                room = facings * deep
                stock = room - 1 - int(number) % 3
                found.append(
                    Facing(
                        slot=slot.id,
                        sku=products[int(number)].sku,
                        facings=facings,
                        capacity=room,
                        stock=stock,
                    )
                )
    return tuple(found)


def _fixture(
    name: str, words: str, kind: FixtureKind, box: tuple[float, float, float, float], height: float
) -> Fixture:
    return Fixture(id=name, name=words, kind=kind, outline=rectangle(*box), height=height)


def fixtures() -> tuple[Fixture, ...]:
    """Three gondolas, two coolers, a wall shelf, a table, the bake-off and the post between the gates."""
    return (
        _fixture("G1", "Breakfast and pantry", "gondola", (1.75, 1.9, 2.65, 4.5), 1.5),
        _fixture("G2", "Snacks and sweets", "gondola", (3.95, 1.9, 4.85, 4.5), 1.5),
        _fixture("G3", "Household and offers", "gondola", (6.15, 1.9, 7.05, 4.5), 1.5),
        _fixture("K1", "Drinks and chilled", "cooler", (0.8, 5.75, 5.1, 6.4), 2.0),
        _fixture("K2", "Chest freezer", "cooler", (5.1, 5.7, 7.8, 6.4), 0.9),
        _fixture("W1", "Wine and fresh", "wall_shelf", (9.6, 1.5, 10.0, 4.5), 1.8),
        _fixture("P1", "Offer of the week", "table", (8.1, 2.4, 8.9, 3.6), 0.8),
        _fixture("B1", "Bake-off", "counter", (0.0, 2.2, 0.55, 4.4), 0.9),
        _fixture("post", "Gate post", "other", (1.75, 0.0, 1.9, 0.7), 1.1),
    )


def cameras() -> tuple[Camera, ...]:
    """Hung by a search for places from which they see the whole floor, and the hands at every slot past the
    backs of those who reach in."""
    places: tuple[tuple[str, str, Point3, Point3], ...] = (
        ("front-left", "Gates and front aisle", (0.89, 0.13, 2.9), (2.08, 1.34, 1.86)),
        ("front-right", "Table and front aisle", (9.62, 0.13, 2.9), (8.45, 1.23, 1.93)),
        ("back-left", "Bake-off and gates", (0.12, 5.29, 2.9), (1.7, 3.99, 0.88)),
        ("back-middle", "Drinks and chilled", (3.24, 5.76, 2.9), (4.3, 4.25, 1.6)),
        ("freezer", "Chilled and snacks", (5.93, 5.67, 2.9), (4.71, 4.54, 1.37)),
        ("back-right", "Freezer and wine", (7.63, 6.28, 2.9), (6.91, 4.01, 1.29)),
    )
    return tuple(
        Camera(
            id=name,
            name=words,
            width=WIDTH,
            height=HEIGHT,
            fps=8.0,
            calibration=looking_at(place, target, WIDTH, HEIGHT, 82.0, distortion=LENS, error_px=0.8),
        )
        for name, words, place, target in places
    )


def demo_store() -> StoreLayout:
    """The whole shop."""
    slots = tuple(slot for rack in RACKS for slot in slots_of(rack))
    outline = ((0.0, 0.0), (10.0, 0.0), (10.0, 5.0), (7.8, 5.0), (7.8, 6.4), (0.0, 6.4))
    return StoreLayout(
        file=StoreFile(
            format=1,
            store=StoreInfo(id="corner-shop", name="Corner Shop", currency="EUR", time_zone="Europe/Berlin"),
            floor=Floor(outline=outline),
            fixture=fixtures(),
            slot=slots,
            scale=tuple(Scale(id=f"scale-{slot.id}") for slot in slots),
            camera=cameras(),
            gate=(
                Gate(id="entry", name="Entry", kind="entry", outline=rectangle(0.55, 0.0, 1.7, 0.75)),
                Gate(id="exit", name="Exit", kind="exit", outline=rectangle(1.95, 0.0, 3.1, 0.75)),
            ),
        ),
        catalog=catalog(),
        planogram=planogram(),
    )


def write_demo_store() -> None:
    """The folder, with pictures of its products as its rendered cameras would see them."""
    from inference.simulation.rendering.session_scene import STORE_SEED
    from inference.training.product_pictures import write_product_pictures

    write_store(demo_store(), FOLDER)
    write_product_pictures(catalog(), STORE_SEED, FOLDER / PICTURES)


if __name__ == "__main__":
    write_demo_store()
