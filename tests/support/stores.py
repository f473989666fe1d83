"""A small, complete store for tests: 6 x 5 m, two gondolas, ten slots on ten scales, three cameras, one gate.

```
y
5 +--------------------------------+
  |  west camera                   |
  |   [ gondola A        ]         |      A: x 1.5..3.9, y 3.2..3.8, slots A0..A5 seen from the south
  |                                |
  |   [ gondola B        ]         |      B: x 1.5..3.9, y 1.4..2.0, slots B0..B3 seen from the north
  |                                |
0 +---door (both)------------------+ x
  0                                6
```
"""

from __future__ import annotations

from store_layout.aim import looking_at
from store_layout.model import (
    Camera,
    Facing,
    Fixture,
    Floor,
    Gate,
    Point2,
    Point3,
    Product,
    Scale,
    Slot,
    StoreFile,
    StoreInfo,
    StoreLayout,
)

WIDTH, HEIGHT = 640, 360
FPS = 10.0
SHELF_HEIGHTS = (0.35, 0.8, 1.2)


def rectangle(x0: float, y0: float, x1: float, y1: float) -> tuple[Point2, ...]:
    """Corners, counter-clockwise."""
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def products() -> tuple[Product, ...]:
    """Eight products; the two lemonades weigh the same."""
    rows = [
        ("2000000000015", "Lemonade lemon 0.5 l", 149, 530.0, 2.0, 1900),
        ("2000000000022", "Lemonade orange 0.5 l", 149, 530.0, 2.0, 1900),
        ("2000000000039", "Water 1 l", 89, 1035.0, 3.0, 1900),
        ("2000000000046", "Chocolate bar", 119, 104.0, 1.0, 700),
        ("2000000000053", "Crisps 150 g", 199, 168.0, 2.0, 700),
        ("2000000000060", "Soup tin", 229, 465.0, 2.5, 700),
        ("2000000000077", "Batteries AA x4", 499, 98.0, 0.5, 1900),
        ("2000000000084", "Red wine 0.75 l", 699, 1240.0, 8.0, 1900),
    ]
    return tuple(
        Product(
            sku=sku,
            name=name,
            price=price,
            weight_g=weight,
            weight_sd_g=sd,
            tax_basis_points=tax,
            age_limit=16 if "wine" in name else None,
        )
        for sku, name, price, weight, sd, tax in rows
    )


def slots() -> tuple[Slot, ...]:
    """Two columns of three shelves on gondola A, two of two on gondola B, each on a scale of its own."""
    found = []
    for fixture, y0, y1, shelves in (("A", 3.2, 3.6, (0, 1, 2)), ("B", 1.6, 2.0, (0, 1))):
        for column in (0, 1):
            for shelf in shelves:
                number = f"{fixture}{column * len(shelves) + shelf}"
                z, x = SHELF_HEIGHTS[shelf], 1.6 + 1.1 * column
                low: Point3 = (x, y0, z)
                high: Point3 = (x + 1.0, y1, round(z + 0.3, 3))
                found.append(
                    Slot(id=number, fixture=fixture, shelf=shelf, low=low, high=high, scale=f"scale-{number}")
                )
    return tuple(found)


def planogram() -> tuple[Facing, ...]:
    """What stands where: one product a slot; the first two products stand in two places."""
    order = (0, 1, 2, 3, 4, 5, 6, 7, 0, 1)
    catalog = products()
    return tuple(
        Facing(slot=slot.id, sku=catalog[n].sku, facings=3, capacity=12, stock=9)
        for slot, n in zip(slots(), order, strict=True)
    )


def cameras() -> tuple[Camera, ...]:
    """Three corner cameras under the ceiling that together see the whole floor."""
    places: tuple[tuple[str, Point3, Point3], ...] = (
        ("west", (0.15, 4.85, 2.8), (3.4, 2.0, 0.5)),
        ("east", (5.85, 4.85, 2.8), (2.6, 2.0, 0.5)),
        ("south", (5.85, 0.15, 2.8), (2.2, 3.0, 0.5)),
    )
    return tuple(
        Camera(
            id=name,
            name=f"{name.title()} corner",
            width=WIDTH,
            height=HEIGHT,
            fps=FPS,
            calibration=looking_at(position, target, WIDTH, HEIGHT, 95.0),
        )
        for name, position, target in places
    )


def small_store() -> StoreLayout:
    """The store drawn above, valid in every respect."""
    return StoreLayout(
        file=StoreFile(
            format=1,
            store=StoreInfo(id="small", name="Small test store", currency="EUR", time_zone="Europe/Berlin"),
            floor=Floor(outline=rectangle(0.0, 0.0, 6.0, 5.0)),
            fixture=(
                Fixture(id="A", name="Gondola A", outline=rectangle(1.5, 3.2, 3.9, 3.8)),
                Fixture(id="B", name="Gondola B", outline=rectangle(1.5, 1.4, 3.9, 2.0), height=1.3),
            ),
            slot=slots(),
            scale=tuple(Scale(id=f"scale-{slot.id}") for slot in slots()),
            camera=cameras(),
            gate=(Gate(id="door", name="Door", kind="both", outline=rectangle(0.3, 0.0, 1.7, 0.6)),),
        ),
        catalog=products(),
        planogram=planogram(),
    )
