"""How training varies what the network sees: hands, goods pasted into hands, and shops' pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.detection.hands import GREY, WINDOW
from inference.detection.picture import Picture
from inference.detection.product_model import INPUT_PX
from inference.training.product_types import HandPatch

GRID = INPUT_PX // 4
"""Cells along each axis for which it is known whether the product shows there."""
WRIST_SD = 0.05
"""Error of a wrist that a detector finds, as a share of its owner's size, along each axis."""
SHOP_PX = 64
"""Shops' pictures are made so small once: the network never sees more of them."""

Cells = NDArray[np.float32]


class ShopPicture(NamedTuple):
    """A shop's picture of a product, ready to be varied."""

    picture: Picture
    """``[SHOP_PX, SHOP_PX, 3]``, BGR."""
    ground: NDArray[np.uint8]
    """``[3]`` its colour around the product."""
    product: NDArray[np.uint8]
    """``[SHOP_PX, SHOP_PX]`` 255 where the product is."""


def shop_picture(jpeg: bytes) -> ShopPicture:
    """Decode, make small, and tell the product from its plain ground; where that fails all is product."""
    picture = np.asarray(
        cv2.resize(_decoded(jpeg), (SHOP_PX, SHOP_PX), interpolation=cv2.INTER_AREA), np.uint8
    )
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    ground = np.median(border, axis=0).astype(np.uint8)
    away = np.abs(picture.astype(np.int16) - ground.astype(np.int16)).sum(axis=2) > 60
    mask = cv2.morphologyEx(away.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    if not 20 < int(mask.sum()) < 0.75 * mask.size:
        mask[:] = 1
    return ShopPicture(picture, ground, np.asarray(mask * 255, np.uint8))


def hand_view(hand: HandPatch, rng: np.random.Generator) -> tuple[Picture, Cells]:
    """What a detector would cut out around the hand, and in which cells what it holds shows."""
    patch = _decoded(hand.jpeg)
    middle = np.array([patch.shape[1] / 2, patch.shape[0] / 2]) + rng.normal(0, WRIST_SD * hand.figure_px, 2)
    size = WINDOW * hand.figure_px * float(np.exp(rng.normal(0, 0.1)))
    xy = np.frombuffer(hand.places, np.uint8).reshape(-1, 2) * (patch.shape[0] / 256.0)
    cells = np.floor(((xy - middle) / size + 0.5) * GRID).astype(int)
    cells = cells[((cells >= 0) & (cells < GRID)).all(axis=1)]
    shows = np.zeros((GRID, GRID), np.float32)
    shows[cells[:, 1], cells[:, 0]] = 1.0
    view = _exposed(_window(patch, middle, size), rng).astype(np.float32)
    return _varied(view, rng, colour=0.05, light=0.08), shows.reshape(-1)


def _exposed(picture: Picture, rng: np.random.Generator) -> Picture:
    """Brighter where it is dark: cameras set their exposure by themselves."""
    gain = np.clip(rng.uniform(75, 125) / max(float(picture.mean()), 1.0), 0.7, 2.5)
    return np.asarray(np.clip(picture * np.float32(gain), 0, 255), dtype=np.uint8)


def pasted_view(shop: ShopPicture, empty: HandPatch, rng: np.random.Generator) -> tuple[Picture, Cells]:
    """A product, cut off its ground and put into an empty hand; and in which cells it shows."""
    background = _decoded(empty.jpeg)
    middle = np.array([background.shape[1] / 2, background.shape[0] / 2])
    middle = middle + rng.normal(0, WRIST_SD * empty.figure_px, 2)
    size = WINDOW * empty.figure_px * float(np.exp(rng.normal(0, 0.1)))
    view = _exposed(_window(background, middle, size), rng).astype(np.float32)
    size = float(np.exp(rng.uniform(np.log(0.13), np.log(0.6)))) * INPUT_PX
    scale = size / SHOP_PX
    angle = float(rng.normal(0, 25)) if rng.random() < 0.6 else float(rng.uniform(0, 360))
    at = INPUT_PX / 2 + rng.normal(0, 0.09, 2) * INPUT_PX
    matrix = np.asarray(cv2.getRotationMatrix2D((SHOP_PX / 2, SHOP_PX / 2), angle, scale), np.float64)
    matrix[:, 2] += at - SHOP_PX / 2
    soft = max(0.5, 0.45 / scale)
    sides = (INPUT_PX, INPUT_PX)
    there = cv2.warpAffine(
        cv2.GaussianBlur(shop.picture, (0, 0), soft), matrix, sides, borderMode=cv2.BORDER_REPLICATE
    )
    mask = cv2.warpAffine(cv2.GaussianBlur(shop.product, (0, 0), soft), matrix, sides)
    share = mask.astype(np.float32) / 255.0 * _fingers(rng, at, size)
    gain = np.exp(rng.normal(-0.15, 0.3) + rng.normal(0, 0.06, 3)).astype(np.float32)
    lit: NDArray[np.float32] = np.clip(np.asarray(there, np.float32) * gain, 0, 255)
    view = view + share[..., None] * (lit - view)
    return _varied(view, rng, colour=0.03, light=0.08), _cells(share)


def _fingers(rng: np.random.Generator, at: NDArray[np.float64], size: float) -> NDArray[np.float32]:
    """What is not hidden: a hand lies across the product, or hides one side of it."""
    if rng.random() < 0.3:
        return np.ones((INPUT_PX, INPUT_PX), np.float32)
    angle, middle = rng.uniform(0, 2 * np.pi), rng.uniform(-0.3, 0.5) * size
    y, x = np.mgrid[:INPUT_PX, :INPUT_PX]
    along = (x - at[0]) * np.cos(angle) + (y - at[1]) * np.sin(angle) - middle
    hidden = (along > 0) & (along < rng.uniform(0.1, 0.35) * size) if rng.random() < 0.5 else along > 0
    return np.asarray(~hidden, dtype=np.float32)


def shop_view(shop: ShopPicture, rng: np.random.Generator) -> tuple[Picture, Cells]:
    """A shop's picture of a product, smaller, coarser and in another light; and in which cells it shows."""
    canvas = np.empty((INPUT_PX, INPUT_PX, 3), np.uint8)
    canvas[:] = shop.ground
    side = max(6, round(INPUT_PX * float(rng.uniform(0.3, 0.85))))
    coarse = max(5, round(side * float(rng.uniform(0.35, 1.0))))
    small = cv2.resize(shop.picture, (coarse, coarse), interpolation=cv2.INTER_AREA)
    x, y = (int(v) for v in rng.integers(0, INPUT_PX - side + 1, 2))
    cv2.resize(small, (side, side), canvas[y : y + side, x : x + side], interpolation=cv2.INTER_LINEAR)
    share = np.zeros((INPUT_PX, INPUT_PX), np.float32)
    covers = cv2.resize(shop.product, (side, side), interpolation=cv2.INTER_AREA)
    share[y : y + side, x : x + side] = covers / np.float32(255)
    return _varied(canvas.astype(np.float32), rng, colour=0.07, light=0.2), _cells(share)


def _cells(share: NDArray[np.float32]) -> Cells:
    """Which cells a mask ``[INPUT_PX, INPUT_PX]`` covers by a fifth."""
    side = INPUT_PX // GRID
    return np.asarray(share.reshape(GRID, side, GRID, side).mean(axis=(1, 3)) > 0.2, np.float32).reshape(-1)


def palette_of(pictures: Sequence[ShopPicture]) -> NDArray[np.float32]:
    """A product's colours, from a shop's pictures of it: 20 numbers between 0 and 1.

    Mean blue, green and red, of the upper, middle and lower third and of all; and how much of eight hues.
    """
    return np.asarray(np.mean([_palette(picture) for picture in pictures[:2]], axis=0), dtype=np.float32)


def _palette(shop: ShopPicture) -> NDArray[np.float64]:
    picture, stands = shop.picture, shop.product > 0
    rows = np.flatnonzero(stands.any(axis=1))
    third = np.clip((np.arange(len(picture)) - rows[0]) * 3 // max(1, rows[-1] - rows[0] + 1), 0, 2)
    means = []
    for n in range(3):
        part = picture[stands & (third == n)[:, None]]
        means.append(part.mean(axis=0) if len(part) else picture[stands].mean(axis=0))
    hsv = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV)[stands].astype(np.float64)
    vivid = hsv[:, 1] * hsv[:, 2] / 255.0**2
    hues = np.bincount((hsv[:, 0] * 8 / 180).astype(int) % 8, vivid, minlength=8) / len(hsv)
    return np.concatenate([*means, picture[stands].mean(axis=0), 255.0 * hues]) / 255.0


def _window(patch: Picture, middle: NDArray[np.float64], size: float) -> Picture:
    """The square of this size around ``middle``, as the detection cuts it out but for whole pixels."""
    scale = INPUT_PX / size
    if scale < 0.8:  # as an area average would: no finer detail than the result can show
        patch = np.asarray(cv2.GaussianBlur(patch, (0, 0), 0.35 / scale), dtype=np.uint8)
    matrix = np.array(
        [
            [scale, 0.0, INPUT_PX / 2 - 0.5 - scale * (middle[0] - 0.5)],
            [0.0, scale, INPUT_PX / 2 - 0.5 - scale * (middle[1] - 0.5)],
        ]
    )
    cut = cv2.warpAffine(
        patch,
        matrix,
        (INPUT_PX, INPUT_PX),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(GREY, GREY, GREY),
    )
    return np.asarray(cut, dtype=np.uint8)


def _varied(view: NDArray[np.float32], rng: np.random.Generator, colour: float, light: float) -> Picture:
    gains = np.exp(rng.normal(0, light) + rng.normal(0, colour, 3))
    level = rng.normal(0, 40.0 * light)
    values = view * gains.astype(np.float32) + np.float32(level)
    if rng.random() < 0.3:
        values = np.asarray(cv2.GaussianBlur(values, (0, 0), float(rng.uniform(0.3, 1.0))), np.float32)
    if rng.random() < 0.3:
        values += rng.normal(0, float(rng.uniform(1, 8)), values.shape).astype(np.float32)
    return np.asarray(np.clip(values + 0.5, 0, 255), dtype=np.uint8)


def _decoded(jpeg: bytes) -> Picture:
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), dtype=np.uint8)
