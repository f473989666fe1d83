"""Goods on the shelves of random stores, fast and in few triangles: whole rows at once, first rows only."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.mesh import Mesh, placed, transformed
from inference.simulation.rendering.packaging import Packages, random_products
from inference.simulation.rendering.scene import Surface, Thing
from inference.training.scenes.layouts import RandomStore
from store_layout.model import Product, Slot

Floats = NDArray[np.float64]

RANGES = 12
"""So many ranges of goods are invented; a store carries one of them."""
GOODS = 40
"""Products in a range."""
PLAIN_FROM = 24
"""Of products with more units than this, the simpler mesh is drawn."""
UNITS = 1200
"""At most about so many units are drawn in a store, but :data:`LEAST` in a full slot."""
LEAST = 7


class Range:
    """A range of goods with its packages; sizes are kept, for they are asked often."""

    def __init__(self, number: int) -> None:
        self.products: tuple[Product, ...] = random_products(np.random.default_rng([77, number]), GOODS)
        self.packages = Packages(self.products, number)
        self.sizes = {p.sku: np.array(self.packages.size(p.sku)) for p in self.products}


@lru_cache(maxsize=RANGES)
def goods(number: int) -> Range:
    """A range by its number, 0 to :data:`RANGES` - 1."""
    return Range(number)


def stocked(rng: np.random.Generator, store: RandomStore, stock: Range, fullness: float) -> list[Thing]:
    """Units on all shelves; ``fullness`` 0 to 1: the share of places that are taken."""
    layout = store.layout
    placed_units: dict[str, list[Floats]] = {}
    budget = max(LEAST, UNITS // max(1, len(layout.file.slot)))
    for bay in store.bays:
        for slot in bay.slots:
            if rng.random() < 0.25 + fullness:
                sku, size = _fitting(rng, stock, layout.skus_of_slot[slot.id][0], slot)
                found = _rows(rng, slot, bay.side, size, budget=budget, fullness=fullness)
                if len(found):
                    placed_units.setdefault(sku, []).append(found)
    things = []
    for sku, parts in placed_units.items():
        transforms = np.concatenate(parts).astype(np.float32)
        mesh = stock.packages.plain_mesh(sku) if len(transforms) > PLAIN_FROM else stock.packages.mesh(sku)
        things.append(Thing(mesh, stock.packages.surface(sku), transforms))
    return things


def _fitting(rng: np.random.Generator, stock: Range, sku: str, slot: Slot) -> tuple[str, Floats]:
    """The planogram's product, or another that is not too tall for the shelf."""
    room = slot.high[2] - slot.low[2]
    for _ in range(4):
        if stock.sizes[sku][2] <= room:
            break
        sku = stock.products[int(rng.integers(len(stock.products)))].sku
    return sku, stock.sizes[sku]


def _rows(
    rng: np.random.Generator,
    slot: Slot,
    front: tuple[int, int],
    size: Floats,
    *,
    budget: int,
    fullness: float,
) -> Floats:
    """``[N, 4, 4]`` places of one product: columns along the front, one or two rows, stacks of low things."""
    low, high = np.array(slot.low), np.array(slot.high)
    out, right = np.array(front, dtype=np.float64), np.array([-front[1], front[0]], dtype=np.float64)
    room = high - low
    wide, deep = float(np.abs(room[:2] @ right)), float(np.abs(room[:2] @ out))
    scale = min(1.0, room[2] / size[2], deep / size[0])
    depth, width, height = size * scale
    pitch = width + float(rng.uniform(0.005, 0.03))
    columns = min(int(wide / pitch), budget)
    if columns < 1:
        return np.zeros((0, 4, 4))
    levels = max(1, min(3, int(room[2] / height), budget // columns)) if height < 0.14 else 1
    count = 2 if 2 * columns * levels <= budget and deep > 2 * depth else 1
    c, r, k = (
        v.ravel() for v in np.meshgrid(np.arange(columns), np.arange(count), np.arange(levels), indexing="ij")
    )
    taken = rng.random((columns, count)) < fullness
    kept = taken[c, r]
    c, r, k = c[kept], r[kept], k[kept]
    middle = (low[:2] + high[:2]) / 2 + np.abs(room[:2] @ out) / 2 * out
    along = (c - (columns - 1) / 2) * (wide / columns) + rng.normal(0, 0.004, len(c))
    back = 0.015 + depth / 2 + r * (depth + 0.01) + rng.uniform(0, 0.012, len(c))
    xy = middle + along[:, None] * right - back[:, None] * out
    turn = np.arctan2(out[1], out[0]) + rng.normal(0, 0.06, len(c))
    matrices = np.zeros((len(c), 4, 4))
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    matrices[:, 0, 0], matrices[:, 0, 1], matrices[:, 1, 0], matrices[:, 1, 1] = cos, -sin, sin, cos
    matrices[:, 2, 2], matrices[:, 3, 3] = scale, 1.0
    matrices[:, :2, 3], matrices[:, 2, 3] = xy, low[2] + k * height
    return matrices


def in_hand(stock: Range, sku: str) -> tuple[Mesh, Surface]:
    """A product in the frame of a palm: its middle at the origin."""
    mesh = stock.packages.mesh(sku)
    matrix = placed(0.0, 0.0, -float(stock.sizes[sku][2]) / 2)
    return transformed(mesh, matrix), stock.packages.surface(sku)
