"""Stores made up in code, for the window's tests: as many gondolas and cameras as a test wants."""

from __future__ import annotations

import math

from store_layout.aim import looking_at
from store_layout.model import (
    Camera,
    Facing,
    Fixture,
    Floor,
    Gate,
    Point2,
    Product,
    Scale,
    Slot,
    StoreFile,
    StoreInfo,
    StoreLayout,
)

PRODUCTS = (
    ("4001", "Cola Zero 0.33 l", 129, 355.0),
    ("4002", "Sparkling Water 0.5 l", 89, 520.0),
    ("4003", "Salted Crisps 175 g", 219, 190.0),
    ("4004", "Dark Chocolate 70 %", 189, 104.0),
    ("4005", "Oat Drink 1 l", 199, 1045.0),
    ("4006", "Espresso Beans 250 g", 549, 268.0),
    ("4007", "Falafel Wrap", 395, 240.0),
    ("4008", "Mixed Nuts 150 g", 329, 162.0),
    ("4009", "Natural Yoghurt 500 g", 149, 530.0),
    ("4010", "Rye Bread, sliced", 259, 505.0),
)


def _box(x1: float, y1: float, x2: float, y2: float) -> tuple[Point2, ...]:
    return ((x1, y1), (x2, y1), (x2, y2), (x1, y2))


def aisles(gondolas: int = 4, cameras: int = 8, currency: str = "EUR") -> StoreLayout:
    """A hall of ``gondolas`` parallel gondolas with a cooler along the back wall and one gate."""
    width, depth = 3.0 + 2.4 * gondolas, 9.0
    fixtures, slots, scales, planogram = [], [], [], []
    cooler = Fixture(
        id="cooler", name="Cooler", outline=_box(1.0, depth - 0.8, width - 1.0, depth), kind="cooler"
    )
    fixtures.append(cooler)
    places: list[tuple[str, float, float, float, float]] = []
    for i in range(gondolas):
        x, name = 2.0 + 2.4 * i, f"g{i + 1}"
        fixtures.append(Fixture(id=name, name=f"Gondola {i + 1}", outline=_box(x, 2.4, x + 1.0, 6.6)))
        places += [
            (name, x + side, 2.4 + 0.6 * k, x + side + 0.5, 3.0 + 0.6 * k)
            for side in (0.0, 0.5)
            for k in range(7)
        ]
    many = math.floor((width - 2.0) / 0.8)
    places += [("cooler", 1.0 + 0.8 * k, depth - 0.8, 1.8 + 0.8 * k, depth) for k in range(many)]
    for n, (fixture, x1, y1, x2, y2) in enumerate(places):
        slot, sku = f"{fixture}-{n:03d}", PRODUCTS[n % len(PRODUCTS)][0]
        scales.append(Scale(id=f"s{n:03d}"))
        slots.append(
            Slot(id=slot, fixture=fixture, shelf=1, low=(x1, y1, 0.9), high=(x2, y2, 1.2), scale=f"s{n:03d}")
        )
        planogram.append(Facing(slot=slot, sku=sku))
    fixtures.append(
        Fixture(id="column", name="", outline=_box(width - 1.2, 1.0, width - 0.8, 1.4), kind="column")
    )
    views = []
    for n in range(cameras):
        left = n % 2 == 0
        y = 1.0 + (depth - 2.0) * (n // 2) / max(1, (cameras - 1) // 2)
        eye = (0.2 if left else width - 0.2, y, 3.0)
        views.append(
            Camera(
                id=f"cam{n + 1}",
                name=("West " if left else "East ") + str(n // 2 + 1),
                width=1280,
                height=720,
                calibration=looking_at(eye, (width / 2, depth / 2, 0.6), 1280, 720, 83.0),
            )
        )
    file = StoreFile(
        format=1,
        store=StoreInfo(id="demo", name="Corner Store", currency=currency, time_zone="Europe/Berlin"),
        floor=Floor(outline=((0.0, 0.0), (width, 0.0), (width, depth), (0.0, depth))),
        fixture=tuple(fixtures),
        slot=tuple(slots),
        scale=tuple(scales),
        camera=tuple(views),
        gate=(
            Gate(
                id="door", name="Door", kind="both", outline=_box(width / 2 - 1.0, 0.0, width / 2 + 1.0, 0.7)
            ),
        ),
    )
    catalog = tuple(
        Product(sku=s, name=n, price=p, weight_g=w, tax_basis_points=700) for s, n, p, w in PRODUCTS
    )
    return StoreLayout(file=file, catalog=catalog, planogram=tuple(planogram))
