"""Goods of shops that do not exist: more kinds of print and proportion than any one catalogue has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np

from inference.simulation.rendering.mesh import transformed
from inference.simulation.rendering.packaging import Packages, random_products
from inference.simulation.rendering.scene import Picture
from inference.training.product_scenes import Goods
from store_layout.model import Product

PRODUCTS, NEW = 32, 48
"""In the shops that are trained on, and in those that are measured on."""
HELD_OUT = frozenset({"juice", "gums", "coffee", "soup", "toothpaste", "yoghurt"})
"""Goods with these words in their names are not trained on, so that what is measured on them is new."""


class Assortment(NamedTuple):
    """The goods of one shop."""

    goods: tuple[Goods, ...]
    families: tuple[int, ...]
    """One for each: flavours of one thing, alike but for their print, have the same number."""
    prints: dict[str, Picture]
    new: tuple[bool, ...]
    """One for each: :func:`held_out`."""


def held_out(product: Product) -> bool:
    """Whether goods of this kind are kept for measuring."""
    return not HELD_OUT.isdisjoint(product.name.split())


def assortment_of(products: Sequence[Product], packages: Packages) -> Assortment:
    """The goods of a real catalogue, as they are."""
    numbers: dict[tuple[str, int, float], int] = {}
    goods = []
    for product in products:
        surface = packages.surface(product.sku)
        mesh, plain = packages.mesh(product.sku), packages.plain_mesh(product.sku)
        goods.append(Goods(mesh, plain, surface, packages.size(product.sku)))
    families = [numbers.setdefault(_family(product), len(numbers)) for product in products]
    new = tuple(held_out(product) for product in products)
    return Assortment(tuple(goods), tuple(families), dict(packages.pictures), new)


def _family(product: Product) -> tuple[str, int, float]:
    return (product.category, product.price, product.weight_g)


def random_assortment(rng: np.random.Generator, count: int = PRODUCTS, *, new: bool = False) -> Assortment:
    """Invented goods whose prints have colours, and whose packages proportions, of their own.

    ``new``: of all kinds; else those that are :func:`held_out` are left out.
    """
    products = [p for p in random_products(rng, count if new else 2 * count) if new or not held_out(p)]
    products = products[:count]
    packages = Packages(products, int(rng.integers(2**31)))
    numbers: dict[tuple[str, int, float], int] = {}
    goods: list[Goods] = []
    families: list[int] = []
    prints: dict[str, Picture] = {}
    shifts: dict[int, tuple[float, float, float]] = {}
    shapes: dict[int, np.ndarray] = {}
    for product in products:
        family = numbers.setdefault(_family(product), len(numbers))
        shift = shifts.setdefault(family, _shift(rng))
        shape = shapes.setdefault(family, np.diag([*np.exp(rng.normal(0, 0.08, 3)), 1.0]))
        own = _shift(rng) if rng.random() < 0.35 else shift
        surface = packages.surface(product.sku)
        name = surface.picture or product.sku
        prints[name] = recoloured(packages.pictures[name], own)
        mesh = transformed(packages.mesh(product.sku), shape)
        plain = transformed(packages.plain_mesh(product.sku), shape)
        depth, width, height = (float(v) for v in mesh.positions.max(axis=0) - mesh.positions.min(axis=0))
        gloss = float(np.clip(surface.gloss + rng.normal(0, 0.15), 0.0, 1.0))
        goods.append(Goods(mesh, plain, replace(surface, gloss=gloss), (depth, width, height)))
        families.append(family)
    return Assortment(tuple(goods), tuple(families), prints, tuple(held_out(p) for p in products))


def _shift(rng: np.random.Generator) -> tuple[float, float, float]:
    """Hue turned (0 to 1), and factors of saturation and value."""
    if rng.random() < 0.25:
        return (0.0, 1.0, 1.0)
    return (float(rng.random()), float(np.exp(rng.normal(0, 0.3))), float(np.exp(rng.normal(-0.05, 0.2))))


def recoloured(picture: Picture, shift: tuple[float, float, float]) -> Picture:
    """An RGB picture with its hue turned, and more or less saturated and bright."""
    hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV).astype(np.float32)
    hsv[..., 0] = (hsv[..., 0] + 180.0 * shift[0]) % 180.0
    hsv[..., 1:] = np.clip(hsv[..., 1:] * np.array(shift[1:], dtype=np.float32), 0, 255)
    return np.asarray(cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB), dtype=np.uint8)
