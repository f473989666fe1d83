"""Batches for the products' network: hands as a detector would cut them out, and the shops' own pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.detection.picture import Picture
from inference.training.product_types import NO_PRODUCT, HandPatch, ProductShard, read_product_shard
from inference.training.product_views import hand_view, palette_of, pasted_view, shop_picture, shop_view

CLEAR_SEEN, CLEAR_PX = 0.25, 5.5
"""A product can be recognised if this share of it is seen, and that is so many pixels."""


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """What is in a batch."""

    shops: int = 2
    hands: int = 44
    """With products, of each shop."""
    pasted: float = 0.5
    """At least this share of them are shops' pictures pasted into empty hands: there is no end of those."""
    empty: int = 14
    """Hands without, of each shop."""
    pictures: int = 1
    """Of each product."""


class Batch(NamedTuple):
    """Pictures ``uint8 [N, 48, 48, 3]`` BGR: hands first, then the shops' pictures."""

    pictures: Picture
    hands: int
    """So many of them are hands."""
    product: NDArray[np.int64]
    """``[hands]`` place among the batch's products, or :data:`NO_PRODUCT`."""
    clear: NDArray[np.float32]
    """``[hands]`` 1 where a product can be recognised, 0 where none is held, between: neither."""
    owner: NDArray[np.int64]
    """``[N - hands]`` whose picture each is."""
    places: NDArray[np.float32]
    """``[N, GRID * GRID]`` 1 where the product's surface shows, in rows."""
    palettes: NDArray[np.float32]
    """``[P, 20]`` :func:`palette_of` each of the batch's products."""


def clearness(hand: HandPatch) -> float:
    """How well the product in a hand can be made out: 1 clearly, 0 there is none."""
    if hand.product == NO_PRODUCT:
        return 0.0
    seen = min(hand.seen / CLEAR_SEEN, 1.0)
    return min(seen, float(np.sqrt(hand.seen)) * hand.tall_px / CLEAR_PX, 1.0)


class Batches:
    """Draws batches from shards, one after another."""

    def __init__(self, paths: Sequence[Path], settings: BatchSettings, seed: int) -> None:
        """Raises ``ValueError`` for fewer shards than a batch has shops, or none with an empty hand."""
        if len(paths) < settings.shops:
            raise ValueError(f"{len(paths)} shards of hands are too few: make at least {settings.shops}")
        self._shards = [read_product_shard(path) for path in paths]
        self._empty = [h for shard in self._shards for h in shard.hands if h.product == NO_PRODUCT]
        if not self._empty:
            raise ValueError("no shard has an empty hand")
        self._shops = [
            [[shop_picture(p) for p in e.pictures] for e in shard.products] for shard in self._shards
        ]
        self._palettes = [[palette_of(pictures) for pictures in shop] for shop in self._shops]
        self._settings = settings
        self._rng = np.random.default_rng(seed)

    def draw(self) -> Batch:
        """The next batch."""
        rng, s = self._rng, self._settings
        hands: list[Picture] = []
        shown: list[Picture] = []
        product: list[int] = []
        clear: list[float] = []
        owner: list[int] = []
        places: list[NDArray[np.float32]] = []
        shop_places: list[NDArray[np.float32]] = []
        palettes: list[NDArray[np.float32]] = []
        first = 0
        for number in rng.choice(len(self._shards), s.shops, replace=False):
            shard, shop = self._shards[int(number)], self._shops[int(number)]
            chosen = self._chosen(shard)
            for hand in chosen:
                view, shows = hand_view(hand, rng)
                hands.append(view)
                places.append(shows)
                product.append(NO_PRODUCT if hand.product == NO_PRODUCT else first + hand.product)
                clear.append(clearness(hand))
            full = sum(hand.product != NO_PRODUCT for hand in chosen)
            for _ in range(s.hands - full):
                n = int(rng.integers(len(shop)))
                empty = self._empty[int(rng.integers(len(self._empty)))]
                view, shows = pasted_view(shop[n][int(rng.integers(len(shop[n])))], empty, rng)
                hands.append(view)
                places.append(shows)
                product.append(first + n)
                clear.append(1.0 if shows.any() else 0.5)
            palettes += self._palettes[int(number)]
            for n, pictures in enumerate(shop):
                for k in rng.choice(len(pictures), s.pictures, replace=False):
                    view, shows = shop_view(pictures[int(k)], rng)
                    shown.append(view)
                    shop_places.append(shows)
                    owner.append(first + n)
            first += len(shop)
        return Batch(
            np.stack([*hands, *shown]),
            len(hands),
            np.array(product, dtype=np.int64),
            np.array(clear, dtype=np.float32),
            np.array(owner, dtype=np.int64),
            np.stack([*places, *shop_places]),
            np.stack(palettes),
        )

    def _chosen(self, shard: ProductShard) -> list[HandPatch]:
        s, full = self._settings, [h for h in shard.hands if h.product != NO_PRODUCT and h.seen > 0.1]
        most = round(s.hands * (1.0 - s.pasted))
        found = [full[int(n)] for n in self._rng.permutation(len(full))[:most]]
        return found + [self._empty[int(n)] for n in self._rng.integers(len(self._empty), size=s.empty)]
