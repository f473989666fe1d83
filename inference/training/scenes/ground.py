"""Painted ground: grass, asphalt, paving, gravel in patches and paths, with markings, stains and edges."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.scene import Picture
from inference.training.scenes.noise import cloudy, fine, mixed, shaded
from inference.training.scenes.pictures import colour, neutral

Floats = NDArray[np.float64]
Share = NDArray[np.float32]

PX = 1024
"""Side of a painted ground, pixels."""


Size = tuple[int, int]
"""Rows and columns."""


def _grass(rng: np.random.Generator, size: Size) -> Picture:
    base = colour(rng, (0.18, 0.3), (0.3, 0.65), (0.32, 0.62))
    dry = colour(rng, (0.11, 0.17), (0.25, 0.5), (0.42, 0.7))
    bias, strength = float(rng.uniform(0.2, 0.7)), float(rng.uniform(0.15, 0.5))
    share = 0.75 * (cloudy(rng, *size, 1.3, 2.0) - bias) + 0.35 * (fine(rng, *size) - 0.5)
    return _lit(mixed(base, dry, share), 1 + strength * (fine(rng, *size) - 0.5))


def _asphalt(rng: np.random.Generator, size: Size) -> Picture:
    base = neutral(rng, 0.34, 0.7, 0.03)
    picture = shaded(base, 0.22 * (cloudy(rng, *size, 1.5, 2.0) - 0.5) + 0.16 * (fine(rng, *size) - 0.5))
    for _ in range(int(rng.integers(0, 7))):  # patches of newer or older asphalt
        y, x = (int(rng.integers(0, n)) for n in size)
        wide, high = rng.integers(15, 160, 2)
        part = picture[y : y + high, x : x + wide]
        part[:] = _lit(part, np.full(part.shape[:2], rng.uniform(0.75, 1.2), np.float32))
    for _ in range(int(rng.integers(0, 12))):  # cracks
        way = np.cumsum(rng.normal(0, 6, (30, 2)), axis=0) + rng.integers(0, max(size), 2)
        cv2.polylines(picture, [way.astype(np.int32)], False, [int(120 * c) for c in base], 1)
    return picture


def _paving(rng: np.random.Generator, size: Size) -> Picture:
    grey = rng.random() < 0.7
    base = neutral(rng, 0.36, 0.7, 0.04) if grey else colour(rng, (0.01, 0.1), (0.1, 0.35), (0.36, 0.66))
    step = int(rng.choice([5, 8, 12, 18]))
    small = rng.normal(0, rng.uniform(0.02, 0.1), (size[0] // step + 1, size[1] // step + 1))
    whole = (small.shape[1] * step, small.shape[0] * step)
    each = cv2.resize(small.astype(np.float32), whole, interpolation=cv2.INTER_NEAREST)[: size[0], : size[1]]
    amount = each + 0.16 * (cloudy(rng, *size, 1.4) - 0.5)
    amount[::step] -= 0.16
    amount[:, ::step] -= 0.16
    return shaded(base, amount)


def _gravel(rng: np.random.Generator, size: Size) -> Picture:
    base = colour(rng, (0.05, 0.12), (0.08, 0.35), (0.45, 0.8))
    return shaded(base, 0.5 * (fine(rng, *size) - 0.5) + 0.25 * (cloudy(rng, *size, 1.4) - 0.5))


def _soil(rng: np.random.Generator, size: Size) -> Picture:
    base = colour(rng, (0.04, 0.1), (0.2, 0.5), (0.28, 0.6))
    return shaded(base, 0.4 * (fine(rng, *size) - 0.5) + 0.4 * (cloudy(rng, *size, 1.2) - 0.5))


def _snow(rng: np.random.Generator, size: Size) -> Picture:
    return shaded(neutral(rng, 0.74, 0.88, 0.03), 0.1 * (cloudy(rng, *size, 1.2) - 0.5))


MATERIALS: dict[str, Callable[[np.random.Generator, Size], Picture]] = {
    "grass": _grass,
    "asphalt": _asphalt,
    "paving": _paving,
    "gravel": _gravel,
    "soil": _soil,
    "snow": _snow,
}


class Way(NamedTuple):
    """A path or road: its middle line ``[N, 2]`` in metres, and its width."""

    line: Floats
    width: float


class Ground:
    """A square of ground from ``-half`` to ``half`` metres, painted in :data:`PX` pixels a side."""

    def __init__(self, rng: np.random.Generator, half: float, material: str) -> None:
        self._rng, self.half = rng, half
        self._worn = fine(rng, PX, PX)
        self.picture: Picture = np.ascontiguousarray(MATERIALS[material](rng, (PX, PX)))
        mean = self.picture[::8, ::8].reshape(-1, 3).mean(axis=0) / 255.0
        self.mean = (float(mean[0]), float(mean[1]), float(mean[2]))

    def pixels(self, points: Floats) -> NDArray[np.int32]:
        """World ``[N, 2]`` to the picture: x to the right, y upwards."""
        return np.round((points * (1, -1) + self.half) * PX / (2 * self.half)).astype(np.int32)

    def width_px(self, metres: float) -> int:
        """A width in pixels, at least 1."""
        return max(1, round(metres * PX / (2 * self.half)))

    def lay(self, material: str, mask: NDArray[np.uint8], soft: float = 0.0) -> None:
        """Another material where ``mask`` is set; ``soft`` pixels of ragged edge."""
        x, y, wide, high = cv2.boundingRect(mask)
        if wide == 0:
            return
        inside = mask[y : y + high, x : x + wide]
        if soft > 0:
            share = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), soft)
            inside = (share + 0.5 * (fine(self._rng, high, wide) - 0.5) > 0.5).astype(np.uint8)
        cv2.copyTo(
            MATERIALS[material](self._rng, (high, wide)), inside, self.picture[y : y + high, x : x + wide]
        )

    def area(self, outline: Floats) -> NDArray[np.uint8]:
        """Mask of an outline."""
        mask = np.zeros((PX, PX), dtype=np.uint8)
        cv2.fillPoly(mask, [self.pixels(outline)], 1)
        return mask

    def band(self, way: Way) -> NDArray[np.uint8]:
        """Mask of a path."""
        mask = np.zeros((PX, PX), dtype=np.uint8)
        cv2.polylines(mask, [self.pixels(way.line)], False, 1, self.width_px(way.width))
        return mask

    def line(
        self, line: Floats, width: float, shade: tuple[float, float, float], dashes: float = 0.0
    ) -> None:
        """A painted line along points, worn; with ``dashes`` metres on and off."""
        mask = np.zeros((PX, PX), dtype=np.uint8)
        if dashes > 0:
            for a, b in _dashed(line, dashes):
                cv2.polylines(mask, [self.pixels(np.stack([a, b]))], False, 1, self.width_px(width))
        else:
            cv2.polylines(mask, [self.pixels(line)], False, 1, self.width_px(width))
        x, y, wide, high = cv2.boundingRect(mask)
        part = (slice(y, y + high), slice(x, x + wide))
        share = (mask[part] * (0.55 + 0.45 * self._worn[part])).astype(np.float32)[..., None]
        own = self.picture[part]
        own[:] = own + share * (255 * np.asarray(shade, dtype=np.float32) - own)

    def spots(self, count: int) -> None:
        """Manholes, oil, puddles, leaves, litter."""
        for _ in range(count):
            x, y = (int(v) for v in self._rng.integers(0, PX, 2))
            axes = tuple(int(v) for v in self._rng.integers(1, 9, 2))
            part = self.picture[max(0, y - 10) : y + 10, max(0, x - 10) : x + 10]
            shade = [float(v) for v in part.reshape(-1, 3).mean(axis=0) * self._rng.uniform(0.5, 1.4)]
            if self._rng.random() < 0.1:
                shade = [float(255 * v) for v in colour(self._rng)]
            cv2.ellipse(self.picture, (x, y), axes, float(self._rng.uniform(0, 180)), 0, 360, shade, -1)


def _dashed(line: Floats, length: float) -> list[tuple[Floats, Floats]]:
    steps = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    found = []
    for at in np.arange(0.0, steps[-1] - length, 2 * length):
        ends = [
            np.array([np.interp(s, steps, line[:, 0]), np.interp(s, steps, line[:, 1])])
            for s in (at, at + length)
        ]
        found.append((ends[0], ends[1]))
    return found


def _lit(picture: Picture, light: Share) -> Picture:
    return np.asarray(cv2.multiply(picture, cv2.merge([light] * 3), dtype=cv2.CV_8U), dtype=np.uint8)


def bent_line(rng: np.random.Generator, half: float, bend: float) -> Floats:
    """A line right across the square through somewhere near its middle, ``[N, 2]``."""
    angle = rng.uniform(0, np.pi)
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    s = np.linspace(-1.5, 1.5, 40)
    offset = rng.uniform(-0.35, 0.35) * half + bend * half * np.sin(
        s * rng.uniform(0.6, 1.6) + rng.uniform(0, 6)
    )
    return np.asarray(s[:, None] * half * along + offset[:, None] * across)
