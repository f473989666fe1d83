"""Pictures of floors, posters, signs and price rails, drawn by rule. RGB ``uint8``, sides powers of two."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.labels import Rgb, luminance, put_words, shade
from inference.simulation.rendering.scene import Colour, Picture
from inference.simulation.rendering.style import FloorKind, Pile, Style

FLOOR_M: dict[FloorKind, float] = {
    "tiles": 1.2,
    "slabs": 2.4,
    "terrazzo": 1.0,
    "concrete": 3.0,
    "planks": 1.6,
    "lino": 2.0,
}
"""Metres that one floor picture covers."""
POSTERS = 5
"""How many different ones hang in a shop."""
_WORDS = ("FRESH", "OFFER", "NEW", "LOCAL", "2 FOR 1", "-20%", "BIO", "SUMMER", "COFFEE", "DAILY")


def rgb(colour: Colour) -> Rgb:
    """A colour of 0 to 1 as bytes."""
    r, g, b = (round(255 * float(np.clip(v, 0.0, 1.0))) for v in colour)
    return (r, g, b)


def floor_picture(kind: FloorKind, colour: Colour, rng: np.random.Generator) -> Picture:
    """A floor that repeats without a seam, ``[256, 256, 3]``."""
    size = 256
    base = np.array(rgb(colour), dtype=np.float64)
    match kind:
        case "tiles" | "slabs":
            tone = _cells(4, 4, rng, 0.018 if kind == "tiles" else 0.035)
            picture = base * cv2.resize(tone, (size, size), interpolation=cv2.INTER_NEAREST)[..., None]
            picture *= 1.0 + 0.012 * _cloud(size, 16, rng)[..., None]
            for line in range(0, size, size // 4):
                picture[line : line + 2] *= 0.84
                picture[:, line : line + 2] *= 0.84
        case "terrazzo":
            picture = np.tile(base, (size, size, 1)) * (1.0 + 0.02 * _cloud(size, 8, rng)[..., None])
            for _ in range(420):
                x, y, r = int(rng.integers(size)), int(rng.integers(size)), int(rng.integers(1, 4))
                tone = base * rng.uniform(0.6, 1.18) + rng.normal(0, 8, 3)
                cv2.circle(picture, (x, y), r, tuple(float(v) for v in tone), -1, cv2.LINE_AA)
        case "planks":
            tone = _cells(8, 2, rng, 0.12)
            picture = base * cv2.resize(tone, (size, size), interpolation=cv2.INTER_NEAREST)[..., None]
            streaks = cv2.GaussianBlur(rng.normal(0, 1, (size, size)), (1, 61), 0.1, sigmaY=14)
            picture *= 1.0 + 0.25 * streaks.T[..., None]
            for line in range(0, size, size // 8):
                picture[line] *= 0.7
        case _:
            strength = 0.07 if kind == "concrete" else 0.025
            picture = (
                base
                * (1.0 + strength * _cloud(size, 6, rng) + 0.4 * strength * _cloud(size, 64, rng))[..., None]
            )
    return np.asarray(np.clip(picture, 0, 255), dtype=np.uint8)


def _cells(rows: int, columns: int, rng: np.random.Generator, spread: float) -> NDArray[np.float64]:
    return 1.0 + spread * rng.normal(0, 1, (rows, columns)).clip(-2, 2)


def _cloud(size: int, cells: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Smooth noise of unit spread that repeats."""
    coarse = np.pad(rng.normal(0, 1, (cells, cells)), 2, mode="wrap")
    step = size // cells if cells <= size else 1
    fine = cv2.resize(coarse, None, fx=step, fy=step, interpolation=cv2.INTER_CUBIC)
    fine = cv2.resize(fine[2 * step : -2 * step, 2 * step : -2 * step], (size, size))
    return np.asarray(fine)


def price_rail(colour: Colour, accent: Colour) -> Picture:
    """A rail with price labels, ``[32, 512, 3]``."""
    picture = np.full((32, 512, 3), rgb(colour), dtype=np.uint8)
    picture[:2] = shade(rgb(colour), 0.75)
    for n, x in enumerate(range(10, 500, 64)):
        offer = n % 5 == 3
        ground = (250, 214, 40) if offer else (252, 252, 250)
        cv2.rectangle(picture, (x, 4), (x + 42, 29), ground, -1)
        cv2.rectangle(picture, (x, 4), (x + 42, 8), rgb(accent), -1)
        put_words(
            picture[9:29, x + 1 : x + 42],
            f"{1 + (n * 7) % 4}.{(n * 37) % 90 + 9:02d}",
            (0.5, 0.55),
            (0.9, 0.7),
            (30, 30, 34),
        )
    return picture


def sign(words: str, colour: Colour, aspect: float) -> Picture:
    """Words on a coloured ground, ``[64, 256, 3]``; ``aspect`` is the width over height of where it hangs."""
    canvas = np.full((64, max(64, int(64 * aspect)), 3), rgb(colour), dtype=np.uint8)
    canvas[-4:] = shade(rgb(colour), 0.7)
    ink = (250, 248, 240) if luminance(rgb(colour)) < 0.6 else (30, 30, 34)
    put_words(canvas, words, (0.5, 0.48), (0.9, 0.46), ink)
    return np.asarray(cv2.resize(canvas, (256, 64), interpolation=cv2.INTER_AREA))


def poster(rng: np.random.Generator, accent: Colour) -> Picture:
    """An advertisement, ``[256, 128, 3]``."""
    canvas = np.zeros((256, 128, 3), dtype=np.uint8)
    hue = int(rng.integers(0, 180))
    top, low = (
        _hsv((hue + turn) % 180, int(rng.integers(60, 190)), int(rng.integers(150, 250))) for turn in (0, 20)
    )
    share = np.linspace(0, 1, 256)[:, None, None]
    canvas[:] = np.asarray(top) * (1 - share) + np.asarray(low) * share
    for _ in range(int(rng.integers(3, 8))):
        centre = (int(rng.integers(10, 118)), int(rng.integers(80, 200)))
        tone = _hsv(
            int((hue + rng.integers(40, 140)) % 180), int(rng.integers(120, 230)), int(rng.integers(120, 250))
        )
        radius = int(rng.integers(12, 34))
        cv2.circle(canvas, centre, radius, tone, -1, cv2.LINE_AA)
        shine = (centre[0] - radius // 3, centre[1] - radius // 3)
        cv2.circle(canvas, shine, radius // 5, shade(tone, 2.2), -1, cv2.LINE_AA)
    cv2.rectangle(canvas, (0, 0), (127, 255), (246, 244, 240), 5)
    cv2.rectangle(canvas, (0, 212), (128, 256), rgb(accent), -1)
    put_words(canvas, str(rng.choice(_WORDS)), (0.5, 0.14), (0.86, 0.12), (252, 250, 244))
    put_words(
        canvas, f"{rng.integers(0, 6)}.{rng.integers(1, 10)}9", (0.5, 0.91), (0.6, 0.1), (252, 250, 244)
    )
    return canvas


def keep_poster(pile: Pile, style: Style, number: int) -> str:
    """Puts one of the shop's :data:`POSTERS` into the pile's pictures; its name."""
    rng = np.random.default_rng([number, *rgb(style.accent), *rgb(style.walls)])
    return pile.picture(f"poster-{number}", poster(rng, style.accent))


def street(rng: np.random.Generator) -> Picture:
    """Houses across the street in daylight, ``[128, 512, 3]``."""
    canvas = np.zeros((128, 512, 3), dtype=np.uint8)
    canvas[:] = np.linspace((168, 196, 226), (214, 226, 236), 128)[:, None]
    x = 0
    while x < 512:
        width, height = int(rng.integers(50, 110)), int(rng.integers(70, 118))
        tone = _hsv(int(rng.integers(5, 30)), int(rng.integers(8, 60)), int(rng.integers(175, 240)))
        cv2.rectangle(canvas, (x, 128 - height), (x + width, 128), tone, -1)
        for wx in range(x + 8, x + width - 10, 16):
            for wy in range(128 - height + 8, 100, 20):
                cv2.rectangle(
                    canvas, (wx, wy), (wx + 8, wy + 11), shade(tone, float(rng.uniform(0.5, 0.75))), -1
                )
        cv2.rectangle(canvas, (x, 104), (x + width, 128), shade(tone, 0.75), -1)
        x += width
    return np.asarray(cv2.GaussianBlur(canvas, (5, 5), 1.2))


def _hsv(hue: int, saturation: int, value: int) -> Rgb:
    pixel = np.array([[[hue, saturation, value]]], dtype=np.uint8)
    r, g, b = (int(v) for v in cv2.cvtColor(pixel, cv2.COLOR_HSV2RGB)[0, 0])
    return (r, g, b)
