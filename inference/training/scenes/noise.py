"""Noise with the spectra of natural pictures, quickly: a few large fields, cut and mixed at random."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.scene import Colour, Picture

Floats = NDArray[np.float32]

SIDE = 512
"""Side of the kept fields; they repeat without seams."""
FIELDS = 3
LEVELS = np.linspace(0.0, 1.0, 256, dtype=np.float32)


@lru_cache(maxsize=32)
def _field(number: int, falloff: float) -> Floats:
    """``[2 SIDE, 2 SIDE]`` in 0..1, amplitude falling as frequency ** -falloff; the same four times."""
    rng = np.random.default_rng(1000 + number)
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None])
    spectrum = np.fft.rfft2(rng.standard_normal((SIDE, SIDE)))
    field = np.fft.irfft2(spectrum / np.maximum(frequency, 1 / SIDE) ** falloff, s=(SIDE, SIDE))
    low, high = np.percentile(field, (1, 99))
    return np.tile(np.clip((field - low) / (high - low), 0, 1).astype(np.float32), (2, 2))


def cloudy(
    rng: np.random.Generator, height: int, width: int, falloff: float = 1.2, zoom: float = 1.0
) -> Floats:
    """``[height, width]`` in 0..1: a random cut of noise whose amplitude falls as frequency ** -``falloff``.

    ``zoom`` above 1 makes everything in it larger. It repeats after :data:`SIDE` times ``zoom``.
    """
    field = _field(int(rng.integers(FIELDS)), falloff)
    down, right = (int(v) for v in rng.integers(SIDE, size=2))
    rows, columns = max(2, round(height / zoom)), max(2, round(width / zoom))
    if rows > SIDE or columns > SIDE:
        field = np.tile(field, (-(-rows // SIDE), -(-columns // SIDE)))
    cut = field[down : down + rows, right : right + columns]
    if rng.random() < 0.5:
        cut = cut[::-1]
    if cut.shape == (height, width):
        return np.ascontiguousarray(cut)
    return np.asarray(cv2.resize(cut, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def fine(rng: np.random.Generator, height: int, width: int) -> Floats:
    """``[height, width]`` in 0..1 without any structure: grit, grass seen from afar."""
    return cloudy(rng, height, width, falloff=0.4)


def shaded(base: Colour, amount: Floats) -> Picture:
    """One colour, lighter and darker: ``base * (1 + amount)``; ``amount`` ``[H, W]`` in -1..1."""
    table = np.asarray(base, dtype=np.float32) * (2.0 * LEVELS[:, None])
    return _looked_up(table, 0.5 + 0.5 * amount)


def mixed(first: Colour, second: Colour, share: Floats) -> Picture:
    """From ``first`` (share 0) to ``second`` (share 1); ``share`` ``[H, W]``."""
    a, b = np.asarray(first, dtype=np.float32), np.asarray(second, dtype=np.float32)
    return _looked_up(a + (b - a) * LEVELS[:, None], share)


def _looked_up(table: Floats, share: Floats) -> Picture:
    """Colours of a table ``[256, 3]`` at shares 0..1."""
    index = quantised(share)
    return np.asarray(cv2.LUT(cv2.merge([index] * 3), quantised(table)[None]), dtype=np.uint8)


def quantised(values: Floats) -> NDArray[np.uint8]:
    """0..1 floats as ``uint8``, of any shape."""
    return np.asarray(np.clip(values * 255.0 + 0.5, 0, 255), dtype=np.uint8)


def photo_like(rng: np.random.Generator, height: int, width: int) -> Picture:
    """Colour noise with a 1/f spectrum and a few dominant hues: the statistics of photographs, no things."""
    picture = np.zeros((height, width, 3), dtype=np.float32)
    for _ in range(3):
        falloff, zoom = float(rng.choice([0.8, 1.2, 1.6])), float(rng.uniform(1, 3))
        colour = rng.uniform(0.05, 0.95, 3).astype(np.float32) / 1.5
        picture += cloudy(rng, height, width, falloff, zoom)[..., None] * colour
    return quantised(picture)
