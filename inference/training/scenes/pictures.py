"""Procedural pictures for surfaces: masonry, floors, windows, prints. RGB ``uint8 [H, W, 3]``.

Those that repeat (:func:`bricks`, :func:`tiles`, :func:`planks`...) come with the metres that one picture
covers; those that hang on a wall are shown once.
"""

from __future__ import annotations

import colorsys
from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np

from inference.simulation.rendering.scene import Colour, Picture
from inference.training.scenes.noise import cloudy, fine, mixed, photo_like, quantised, shaded


class Pattern(NamedTuple):
    """A picture that repeats, and how many metres of surface it covers along u and v."""

    picture: Picture
    metres: tuple[float, float]

    @property
    def repeat(self) -> tuple[float, float]:
        """For a surface whose uv are metres."""
        return (1.0 / self.metres[0], 1.0 / self.metres[1])


def colour(
    rng: np.random.Generator,
    hue: tuple[float, float] = (0.0, 1.0),
    saturation: tuple[float, float] = (0.2, 0.9),
    value: tuple[float, float] = (0.2, 0.95),
) -> Colour:
    """A random colour within ranges of hue, saturation and value, each 0 to 1 (hue wraps)."""
    return colorsys.hsv_to_rgb(rng.uniform(*hue) % 1.0, rng.uniform(*saturation), rng.uniform(*value))


def neutral(rng: np.random.Generator, low: float = 0.3, high: float = 0.9, tint: float = 0.05) -> Colour:
    """A grey with a slight tint."""
    r, g, b = np.clip(rng.uniform(low, high) + rng.normal(0, tint / 2, 3), 0.02, 1.0)
    return (float(r), float(g), float(b))


def plaster(rng: np.random.Generator) -> Pattern:
    """A painted wall: one colour, stains, sometimes another colour below."""
    base = (
        neutral(rng, 0.45, 0.95, 0.12)
        if rng.random() < 0.7
        else colour(rng, saturation=(0.05, 0.35), value=(0.4, 0.95))
    )
    picture = shaded(base, 0.12 * (cloudy(rng, 128, 128, 1.4) - 0.5))
    return Pattern(picture, (float(rng.uniform(2, 5)), float(rng.uniform(2, 4))))


def bricks(rng: np.random.Generator) -> Pattern:
    """Running bond, red to yellow to grey; or larger blocks."""
    base = colour(rng, (-0.02, 0.13), (0.15, 0.6), (0.3, 0.75))
    mortar = neutral(rng, 0.45, 0.8)
    rows, columns = 16, 6
    high, wide = 8, 20
    share = rng.normal(0, 0.13, (rows, columns))
    picture = np.empty((rows * high, columns * wide, 3), dtype=np.float32)
    for row in range(rows):
        line = np.repeat(share[row], wide)
        band = np.asarray(base, dtype=np.float32) * (
            1 + np.tile(line, (high, 1))[..., None].astype(np.float32)
        )
        band[:, ::wide] = mortar
        band[0] = mortar
        picture[row * high : (row + 1) * high] = np.roll(band, (row % 2) * wide // 2, axis=1)
    picture *= 0.92 + 0.16 * fine(rng, *picture.shape[:2])[..., None]
    return Pattern(quantised(picture), (columns * 0.24, rows * 0.08))


def tiles(rng: np.random.Generator, side: float | None = None) -> Pattern:
    """Square or oblong tiles with joints; sometimes a chequered floor."""
    n, px = 4, 32
    base = neutral(rng, 0.25, 0.92, 0.08) if rng.random() < 0.75 else colour(rng, saturation=(0.05, 0.35))
    share = rng.normal(0, rng.choice([0.01, 0.04, 0.09]), (n, n))
    if rng.random() < 0.15:
        share += np.where(np.indices((n, n)).sum(axis=0) % 2, -0.35, 0.1)
    picture = np.asarray(base) * (1 + np.kron(share, np.ones((px, px))))[..., None]
    picture = picture * (0.94 + 0.12 * cloudy(rng, n * px, n * px, 1.0))[..., None]
    joint = float(rng.uniform(0.5, 1.25))
    width = int(rng.integers(1, 3))
    for k in range(n):
        picture[k * px : k * px + width] *= joint
        picture[:, k * px : k * px + width] *= joint
    long = side if side is not None else float(rng.choice([0.2, 0.3, 0.4, 0.6]))
    return Pattern(
        quantised(picture.astype(np.float32)), (n * long, n * long * float(rng.choice([1, 1, 0.5])))
    )


def planks(rng: np.random.Generator) -> Pattern:
    """A wooden or laminate floor."""
    base = colour(rng, (0.05, 0.11), (0.2, 0.6), (0.3, 0.8))
    rows, high, wide = 8, 16, 256
    grain = cv2.resize(cloudy(rng, 128, 64, 0.8), (wide, rows * high), interpolation=cv2.INTER_LINEAR)
    amount = 0.25 * (grain - 0.5)
    for row in range(rows):
        band = amount[row * high : (row + 1) * high]
        cut = int(rng.integers(wide))
        band[:, :cut] += rng.normal(0, 0.08)
        band[:, cut:] += rng.normal(0, 0.08)
        band[:, cut : cut + 1] -= 0.25
        band[0] -= 0.25
    return Pattern(shaded(base, amount), (2.4, rows * 0.14))


def carpet(rng: np.random.Generator) -> Pattern:
    """Fabric on a floor: mottled, striped, or with a loud pattern."""
    base = colour(rng, saturation=(0.05, 0.6), value=(0.15, 0.7))
    picture = shaded(base, 0.35 * (fine(rng, 128, 128) - 0.5))
    kind = rng.random()
    if kind < 0.2:
        picture[:: int(rng.choice([4, 8, 16]))] = quantised(np.asarray(colour(rng), dtype=np.float32))
    elif kind < 0.4:
        picture = mixed(base, colour(rng), (cloudy(rng, 128, 128, 1.6) > 0.6).astype(np.float32))
    return Pattern(picture, (float(rng.uniform(0.5, 3)), float(rng.uniform(0.5, 3))))


def terrazzo(rng: np.random.Generator) -> Pattern:
    """Polished concrete or terrazzo: stains and specks."""
    base = neutral(rng, 0.35, 0.85, 0.06)
    amount = 0.25 * (cloudy(rng, 256, 256, 1.5) - 0.5) + 0.2 * (fine(rng, 256, 256) > 0.8) * rng.choice(
        [-1, 1]
    )
    return Pattern(shaded(base, amount), (4.0, 4.0))


def corrugated(rng: np.random.Generator) -> Pattern:
    """Sheet metal, shutters, containers, weatherboard."""
    base = colour(rng, saturation=(0.0, 0.5), value=(0.3, 0.9))
    x = np.linspace(0, 2 * np.pi * 8, 128, dtype=np.float32)
    amount = np.tile(0.18 * np.sin(x), (128, 1)) + 0.1 * (cloudy(rng, 128, 128, 1.5) - 0.5)
    picture = shaded(base, amount if rng.random() < 0.5 else amount.T)
    return Pattern(picture, (float(rng.uniform(1, 2)), float(rng.uniform(1, 2))))


FLOORS: tuple[Callable[[np.random.Generator], Pattern], ...] = (
    tiles,
    planks,
    carpet,
    terrazzo,
    tiles,
    plaster,
)
WALLS: tuple[Callable[[np.random.Generator], Pattern], ...] = (
    plaster,
    plaster,
    plaster,
    tiles,
    bricks,
    planks,
    corrugated,
)


def facade(rng: np.random.Generator, wall: Picture, storeys: int, bays: int) -> Picture:
    """A front of windows in rows over a wall's pattern; the ground floor may have doors or shop windows."""
    cell = 48
    height, width = storeys * cell, bays * cell
    times = (-(-height // wall.shape[0]), -(-width // wall.shape[1]), 1)
    picture = np.tile(wall, times)[:height, :width].copy()
    glass, frame = _glass(rng), tuple(int(255 * c) for c in neutral(rng, 0.1, 0.95, 0.1))
    if rng.random() < 0.12:
        frame = tuple(int(255 * c) for c in colour(rng))
    wide, high = int(rng.integers(16, 44)), int(rng.integers(16, 34))
    if rng.random() < 0.2:
        wide = cell
    for storey in range(storeys):
        for bay in range(bays):
            if rng.random() < 0.06:
                continue
            pane = np.clip(np.asarray(glass) * rng.uniform(0.6, 1.35), 0, 255)
            x = bay * cell + (cell - wide) // 2
            y = storey * cell + (cell - high) // 2
            tall = high
            if storey == storeys - 1 and rng.random() < 0.2:
                tall = storeys * cell - y
            _window(picture, (x, y, wide, tall), pane, frame)
    return picture


def _glass(rng: np.random.Generator) -> tuple[float, float, float]:
    r, g, b = 255 * np.asarray(colour(rng, (0.5, 0.65), (0.05, 0.4), (0.12, 0.6)))
    return (float(r), float(g), float(b))


def _window(
    picture: Picture, place: tuple[int, int, int, int], pane: np.ndarray, frame: tuple[int, ...]
) -> None:
    x, y, wide, high = place
    cv2.rectangle(picture, (x, y), (x + wide - 1, y + high - 1), pane.tolist(), -1)
    cv2.rectangle(picture, (x, y), (x + wide - 1, y + high - 1), frame, 2)
    if wide > 20:
        cv2.line(picture, (x + wide // 2, y), (x + wide // 2, y + high - 1), frame, 1)


def writing(rng: np.random.Generator, width: int = 128, height: int = 160) -> Picture:
    """A sheet, sign or poster: blocks of colour, lines of text, now and then a flat drawing of people."""
    paper = (
        colour(rng, saturation=(0.0, 0.9), value=(0.25, 1.0))
        if rng.random() < 0.6
        else neutral(rng, 0.8, 1.0)
    )
    picture = np.full((height, width, 3), 255 * np.asarray(paper), dtype=np.uint8)
    ink = (0, 0, 0) if sum(paper) > 1.5 else (255, 255, 255)
    kind = rng.random()
    if kind < 0.25:
        _people_drawn(rng, picture)
    elif kind < 0.45:
        part = photo_like(rng, height * 2 // 3, width - 8)
        picture[4 : 4 + part.shape[0], 4 : 4 + part.shape[1]] = part
    for _ in range(int(rng.integers(0, 4))):
        a, b = rng.integers(0, (width, height)), rng.integers(0, (width, height))
        cv2.rectangle(
            picture, tuple(map(int, a)), tuple(map(int, b)), _ink(rng), -1 if rng.random() < 0.6 else 3
        )
    y = int(rng.integers(8, 40))
    while y < height - 6 and kind < 0.8:
        size = int(rng.choice([2, 3, 5, 9]))
        x = int(rng.integers(4, width // 3))
        while x < width - 8:
            word = int(rng.integers(2, 6)) * size
            cv2.rectangle(picture, (x, y), (min(x + word, width - 5), y + size), ink, -1)
            x += word + 2 * size
        y += int(size * rng.uniform(2, 5)) + 3
    return picture


def _ink(rng: np.random.Generator) -> tuple[int, int, int]:
    r, g, b = (int(255 * c) for c in colour(rng))
    return (r, g, b)


def _people_drawn(rng: np.random.Generator, picture: Picture) -> None:
    """Flat silhouettes: heads, trunks, legs in one or two colours, as on adverts and warning signs."""
    height, width = picture.shape[:2]
    for _ in range(int(rng.integers(1, 4))):
        tall = rng.uniform(0.4, 0.95) * height
        x, foot = rng.uniform(0.15, 0.85) * width, rng.uniform(0.8, 1.1) * height
        top, coat, legs = foot - tall, _ink(rng), _ink(rng)
        wide = tall * rng.uniform(0.11, 0.17)
        for side in (-1, 1):
            cv2.line(
                picture,
                (int(x + side * wide * 0.4), int(foot - 0.5 * tall)),
                (int(x + side * wide * rng.uniform(0.3, 1.2)), int(foot)),
                legs,
                max(1, int(wide * 0.5)),
            )
            cv2.line(
                picture,
                (int(x + side * wide * 0.8), int(top + 0.22 * tall)),
                (int(x + side * wide * rng.uniform(0.9, 2.2)), int(top + rng.uniform(0.2, 0.55) * tall)),
                coat,
                max(1, int(wide * 0.35)),
            )
        cv2.ellipse(
            picture, (int(x), int(foot - 0.63 * tall)), (int(wide), int(0.2 * tall)), 0, 0, 360, coat, -1
        )
        cv2.circle(picture, (int(x), int(top + 0.08 * tall)), max(1, int(0.075 * tall)), _ink(rng), -1)


def notice_board(rng: np.random.Generator) -> Picture:
    """A board with sheets pinned to it."""
    picture = np.full(
        (128, 192, 3), 255 * np.asarray(colour(rng, saturation=(0.1, 0.6), value=(0.2, 0.7))), np.uint8
    )
    for _ in range(int(rng.integers(3, 12))):
        wide, high = int(rng.integers(16, 56)), int(rng.integers(20, 60))
        x, y = int(rng.integers(2, 190 - wide)), int(rng.integers(2, 126 - high))
        picture[y : y + high, x : x + wide] = writing(rng, wide, high)
    return picture


def cloth(rng: np.random.Generator) -> Picture:
    """A garment's fabric for things that are nobody: the same kinds of pattern as people wear."""
    base, other = colour(rng, saturation=(0, 0.8), value=(0.05, 0.9)), colour(rng, value=(0.05, 0.95))
    kind = rng.random()
    if kind < 0.5:
        return shaded(base, 0.3 * (cloudy(rng, 64, 64, 1.2) - 0.5))
    y, x = np.mgrid[:64, :64] // int(rng.choice([4, 8, 16]))
    share = (y % 2) if kind < 0.7 else (x % 2) if kind < 0.8 else (x % 2 + y % 2) / 2
    return mixed(base, other, share.astype(np.float32))


def gradient(rng: np.random.Generator, height: int = 128, width: int = 128) -> Picture:
    """One colour fading into another, at any angle."""
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[:height, :width]
    share = (x / width * np.cos(angle) + y / height * np.sin(angle)).astype(np.float32)
    share = (share - share.min()) / max(float(np.ptp(share)), 1e-6)
    return mixed(colour(rng, saturation=(0, 1)), colour(rng, saturation=(0, 1)), share)
