"""A shop drawn with rectangles: enough for the products' network to learn something from in seconds."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from inference.detection.picture import Picture
from inference.training.product_types import (
    NO_PRODUCT,
    Enrolled,
    HandPatch,
    ProductShard,
    write_product_shard,
)

COLOURS = ((30, 30, 220), (220, 40, 30), (40, 200, 40), (30, 210, 230))
PATCH_PX, FIGURE_PX = 64, 104.0


def jpeg(picture: Picture) -> bytes:
    good, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 95])
    assert good
    return bytes(data)


def toy_shard(rng: np.random.Generator, hands: int = 24) -> ProductShard:
    """Four products, two of which are flavours of one thing; every third hand is empty."""
    products = []
    for n, colour in enumerate(COLOURS):
        picture = np.full((96, 96, 3), 160, np.uint8)
        picture[16:80, 34:62] = colour
        products.append(Enrolled(min(n, 2), (jpeg(picture), jpeg(picture[:, ::-1])), new=n == 3))
    return ProductShard(tuple(products), tuple(toy_hand(rng, n) for n in range(hands)))


def toy_hand(rng: np.random.Generator, number: int) -> HandPatch:
    patch = rng.integers(60, 120, (PATCH_PX, PATCH_PX, 3)).astype(np.uint8)
    product = NO_PRODUCT if number % 3 == 2 else number % len(COLOURS)
    places = b""
    if product != NO_PRODUCT:
        patch[24:42, 27:37] = COLOURS[product]
        x, y = np.meshgrid(np.arange(27, 37), np.arange(24, 42))
        places = (np.stack([x.ravel(), y.ravel()], axis=1) * 4).astype(np.uint8).tobytes()
    seen = 0.0 if product == NO_PRODUCT else 0.9
    return HandPatch(jpeg(patch), FIGURE_PX, 1.0, product, seen, 18.0 if seen else 0.0, places)


def write_toy_shops(folder: Path, count: int) -> Path:
    for number in range(count):
        write_product_shard(folder, number, toy_shard(np.random.default_rng(number)))
    return folder
