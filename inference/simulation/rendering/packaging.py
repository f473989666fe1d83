"""What products look like: shape, size and print, the same for a product and seed wherever it is asked."""

from __future__ import annotations

import colorsys
import zlib
from collections.abc import Iterable, Mapping
from functools import cached_property

import numpy as np

from inference.simulation.rendering.goods import (
    amount_of,
    big_word,
    contents_of,
    ground_of,
    kind_of,
    motif_of,
    random_products,
    words_of,
)
from inference.simulation.rendering.labels import (
    LAYOUTS,
    MOTIFS,
    Design,
    Rgb,
    difference,
    luminance,
    paint,
    paint_bare,
    paint_round,
    shade,
)
from inference.simulation.rendering.mesh import Mesh
from inference.simulation.rendering.package_shapes import KINDS, Kind, Size
from inference.simulation.rendering.scene import Picture, Surface
from store_layout.model import Product

__all__ = ["Packages", "random_products"]

APART = 45.0
"""Least colour difference (CIE 1976) between the prints of two flavours of one thing."""
_BRANDS = (
    "HALMI", "ORVELO", "TUNDA", "BRISKO", "KELMAR", "ZANTU", "FEROLO", "MIRABU", "PELUNA", "SORRIG",
    "VANDEL", "QIRRO", "LUTTE", "DOMIKA", "ERVINO", "GALTRI", "NUSKA", "WIBBEL", "TARPO", "JOSSA",
)  # fmt: skip
_WHITE, _SILVER = (246, 244, 238), (196, 200, 206)


class Packages:
    """Meshes, surfaces and label pictures of the products of a store, by sku."""

    def __init__(self, products: Iterable[Product], seed: int = 0) -> None:
        self._products = {product.sku: product for product in products}
        self._kinds = {sku: kind_of(product) for sku, product in self._products.items()}
        self._designs: dict[str, Design] = {}
        for family in self._families():
            self._designs.update(_designs(family, self._kinds[family[0].sku], seed))
        self._meshes: dict[tuple[str, bool], Mesh] = {}

    def mesh(self, sku: str) -> Mesh:
        """A unit upright in its own frame: the middle of its base at the origin, its front towards +x."""
        return self._mesh(sku, plain=False)

    def plain_mesh(self, sku: str) -> Mesh:
        """The same with fewer triangles, for units that stand behind others."""
        return self._mesh(sku, plain=True)

    def surface(self, sku: str) -> Surface:
        """What its mesh is covered with; the picture's name is a key of :attr:`pictures`."""
        return Surface(colour=(1.0, 1.0, 1.0), picture=_picture_name(sku), gloss=self.kind(sku).gloss)

    def size(self, sku: str) -> Size:
        """Depth (x), width (y) and height (z) of a unit, metres."""
        positions = self.mesh(sku).positions
        depth, width, height = (float(v) for v in positions.max(axis=0) - positions.min(axis=0))
        return (depth, width, height)

    def kind(self, sku: str) -> Kind:
        """The kind of package that a product is in."""
        return KINDS[self._kinds[sku]]

    def design(self, sku: str) -> Design:
        """What its print is made of."""
        return self._designs[sku]

    @cached_property
    def pictures(self) -> Mapping[str, Picture]:
        """Label pictures by name, RGB ``uint8 [128, 256, 3]``, one a product."""
        return {_picture_name(sku): self._painted(sku) for sku in self._products}

    def _families(self) -> list[list[Product]]:
        """Flavours of one thing: the same kind of package, content and price, and a category."""
        found: dict[tuple[str, float, int, str], list[Product]] = {}
        for product in self._products.values():
            key = (self._kinds[product.sku], amount_of(product), product.price, product.category)
            found.setdefault(key, []).append(product)
        return list(found.values())

    def _mesh(self, sku: str, *, plain: bool) -> Mesh:
        if (sku, plain) not in self._meshes:
            kind = self.kind(sku)
            size = kind.sized(amount_of(self._products[sku]))
            self._meshes[sku, plain] = kind.plain(size) if plain else kind.mesh(size)
        return self._meshes[sku, plain]

    def _painted(self, sku: str) -> Picture:
        kind, (depth, width, height) = self.kind(sku), self.size(sku)
        if kind.label is not None:
            return paint_round(self._designs[sku], kind.label, float(np.pi) * width / height)
        if kind.bare:
            return paint_bare(self._designs[sku])
        if kind.lying:
            return paint(self._designs[sku], front_aspect=width / depth, side_aspect=3.0)
        return paint(self._designs[sku], front_aspect=width / height, side_aspect=depth / height)


def _picture_name(sku: str) -> str:
    return f"label-{sku}"


def _designs(family: list[Product], kind: str, seed: int) -> dict[str, Design]:
    """Prints of a family: alike but for words and colours, and those well apart."""
    words = [words_of(product.name) or ["product"] for product in family]
    common = (
        [w for w in words[0] if all(w in others for others in words)]
        if len(family) > 1
        else [big_word(words[0])]
    )
    key = "|".join(sorted(product.sku for product in family)[:1]) + f"|{kind}|{seed}"
    rng = np.random.default_rng(zlib.crc32(key.encode()))
    brand, layout = str(rng.choice(_BRANDS)), int(rng.integers(LAYOUTS))
    motif = motif_of(" ".join(words[0])) or MOTIFS[int(rng.integers(len(MOTIFS)))]
    hue = float(rng.random())
    spoken = [[w for w in own if w not in common] for own in words]
    grounds: list[Rgb] = []
    for own in spoken:
        # What sets a flavour apart says more about its colour than what it is.
        wanted = ground_of(own) or ground_of(common) or _vivid(hue + 0.21 * len(grounds), 0.75, 0.8)
        grounds.append(_apart(wanted, grounds))
    band = _band(grounds, hue)
    found = {}
    for product, own, ground in zip(family, spoken, grounds, strict=True):
        name = " ".join(words_of(product.name))
        found[product.sku] = Design(
            brand=brand,
            word=" ".join(common or own[:1]).upper()[:12],
            variant=" ".join(own if common else own[1:]).upper()[:16],
            layout=layout,
            motif=motif,
            ground=ground,
            accent=_accent(ground, hue),
            band=band,
            content=contents_of(name) or _default_content(kind, ground),
            trim=_trim(kind, ground),
            pale=_SILVER if kind in ("can", "tin") else _WHITE,
            number=zlib.crc32(product.sku.encode()),
        )
    return found


def _apart(wanted: Rgb, others: list[Rgb]) -> Rgb:
    """The first of ``wanted`` and its turned, lighter and darker relatives that is unlike ``others``."""
    hue, saturation, value = colorsys.rgb_to_hsv(*(v / 255.0 for v in wanted))
    tries = [wanted]
    for turn in (0.0, 0.08, -0.08, 0.16, -0.16, 0.27, -0.27, 0.4, 0.5):
        tries += [_vivid(hue + turn, max(0.35, saturation), v) for v in (value, 0.9, 0.55, 0.25)]
    enough = (c for c in tries if all(difference(c, other) >= APART for other in others))
    most = max(tries, key=lambda c: min((difference(c, other) for other in others), default=0.0))
    return next(enough, most)


def _vivid(hue: float, saturation: float, value: float) -> Rgb:
    r, g, b = (round(255 * v) for v in colorsys.hsv_to_rgb(hue % 1.0, saturation, value))
    return (r, g, b)


def _band(grounds: list[Rgb], hue: float) -> Rgb:
    """A second colour, common to a family, that stands off all of its grounds.

    One that changed with the ground would make flavours look alike from afar: their means would meet.
    """
    tries = [_WHITE, (34, 40, 62), _vivid(hue, 0.6, 0.6), (232, 200, 96), _vivid(hue + 0.4, 0.5, 0.85)]
    first = int(5 * hue)
    tries = tries[first:] + tries[:first]
    apart = [min(difference(band, ground) for ground in grounds) for band in tries]
    return next(
        (band for band, d in zip(tries, apart, strict=True) if d >= APART), tries[int(np.argmax(apart))]
    )


def _accent(ground: Rgb, hue: float) -> Rgb:
    own, saturation, value = colorsys.rgb_to_hsv(*(v / 255.0 for v in ground))
    if saturation < 0.25:
        return _vivid(hue, 0.75, 0.8)
    return _vivid(
        own + (0.06 if hue < 0.5 else -0.06), min(1.0, saturation + 0.15), 1.0 if value < 0.75 else 0.62
    )


def _trim(kind: str, ground: Rgb) -> Rgb:
    """Caps and lids: in the print's colour, so that flavours differ from above as well."""
    if kind in ("tub", "drum"):
        return _WHITE
    return shade(ground, 0.85) if luminance(ground) > 0.12 else ground


def _default_content(kind: str, ground: Rgb) -> Rgb:
    if kind in ("cup", "tub", "gable", "drum"):
        return _WHITE
    return shade(ground, 0.6)
