"""Random light, indoors and out: dim to bright, cold to warm, even to low sun."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.scene import Colour, Lighting

Floats = NDArray[np.float64]


def _white(rng: np.random.Generator, spread: float = 0.09) -> Floats:
    """A white balance: gains of red, green and blue along the line from candle to blue sky."""
    warm = rng.normal(0, spread)
    tint = rng.normal(0, spread / 4)
    return np.array([1 + warm, 1 + tint, 1 - warm])


def _colour(values: Floats) -> Colour:
    r, g, b = np.clip(values, 0.0, 1.6)
    return (float(r), float(g), float(b))


def _unit(azimuth: float, elevation: float) -> tuple[float, float, float]:
    c = np.cos(elevation)
    return (float(c * np.cos(azimuth)), float(c * np.sin(azimuth)), float(np.sin(elevation)))


def indoors(rng: np.random.Generator, low: Floats, high: Floats, ceiling: float) -> Lighting:
    """Lamps on a ceiling, windows on a side, or hardly anything: the floor is ``low``..``high``."""
    kind = rng.random()
    bright = float(np.exp(rng.normal(-0.12, 0.22)))
    white = _white(rng)
    lamps: list[tuple[float, float, float, float]] = []
    sun, toward = 0.3 * bright, _unit(rng.uniform(0, 2 * np.pi), rng.uniform(0.9, 1.5))
    shadow = float(rng.uniform(0.1, 0.45))
    if kind < 0.18:  # sunlight through a window, low
        sun, toward = float(rng.uniform(0.5, 1.1)), _unit(rng.uniform(0, 2 * np.pi), rng.uniform(0.25, 0.8))
        shadow = float(rng.uniform(0.3, 0.6))
    elif kind < 0.38:  # single lamps in a dim room
        bright *= float(rng.uniform(0.45, 0.7))
        lamps = _lamps(rng, low, high, ceiling, (0.3, 0.9))
        sun *= 0.4
    elif kind < 0.46:  # closed, emergency light only
        bright *= float(rng.uniform(0.16, 0.35))
        lamps = _lamps(rng, low, high, ceiling, (0.1, 0.5))[:3]
        sun *= 0.3
    elif kind < 0.7:
        lamps = _lamps(rng, low, high, ceiling, (0.05, 0.3))
    floor = float(rng.uniform(0.35, 0.75))
    return Lighting(
        above=_colour(0.72 * bright * white),
        below=_colour(0.72 * floor * bright * white * _white(rng, 0.05)),
        towards_sun=toward,
        sun=_colour(sun * white * _white(rng, 0.06)),
        shadow=shadow,
        contact=float(rng.uniform(0.25, 0.75)),
        horizon=_colour(rng.uniform(0.3, 0.9) * _white(rng)),
        zenith=_colour(rng.uniform(0.3, 0.9) * _white(rng)),
        lamps=tuple(lamps[:8]),
    )


def _lamps(
    rng: np.random.Generator, low: Floats, high: Floats, ceiling: float, strength: tuple[float, float]
) -> list[tuple[float, float, float, float]]:
    count = int(rng.integers(2, 9))
    spots = rng.uniform(low, high, (count, 2))
    return [(float(x), float(y), ceiling - 0.2, float(rng.uniform(*strength))) for x, y in spots]


def outdoors(rng: np.random.Generator) -> Lighting:
    """Flat grey daylight, sun at any height, or dusk under lamps."""
    kind = rng.random()
    white = _white(rng, 0.05)
    azimuth = float(rng.uniform(0, 2 * np.pi))
    grey = np.array([rng.uniform(0.6, 0.95)] * 3) * _white(rng, 0.03)
    if kind < 0.5:  # overcast
        bright = float(np.exp(rng.normal(0.0, 0.2)))
        return Lighting(
            above=_colour(1.2 * bright * white),
            below=_colour(float(rng.uniform(0.35, 0.6)) * bright * white),
            towards_sun=_unit(azimuth, float(rng.uniform(0.7, 1.4))),
            sun=_colour(float(rng.uniform(0.0, 0.2)) * bright * white),
            shadow=float(rng.uniform(0.0, 0.25)),
            contact=float(rng.uniform(0.3, 0.75)),
            horizon=_colour(grey),
            zenith=_colour(grey * rng.uniform(0.75, 1.0)),
        )
    blue = np.array([rng.uniform(0.2, 0.5), rng.uniform(0.4, 0.65), rng.uniform(0.7, 0.95)])
    if kind < 0.9:  # sun, high to low
        elevation = float(rng.uniform(0.25, 1.2))
        low = 1 - elevation / 1.2
        warm = np.array([1 + 0.12 * low, 1.0, 1 - 0.3 * low])
        bright = float(np.exp(rng.normal(0.0, 0.15)))
        return Lighting(
            above=_colour(rng.uniform(0.4, 0.7) * bright * np.array([0.94, 0.99, 1.08])),
            below=_colour(rng.uniform(0.15, 0.3) * bright * white),
            towards_sun=_unit(azimuth, elevation),
            sun=_colour(rng.uniform(0.7, 1.3) * bright * warm),
            shadow=float(rng.uniform(0.4, 0.65)),
            contact=float(rng.uniform(0.3, 0.7)),
            horizon=_colour(0.5 * blue + 0.5 * grey),
            zenith=_colour(blue),
        )
    dim = float(rng.uniform(0.14, 0.4))
    spots = rng.uniform(-14, 14, (int(rng.integers(2, 7)), 2))
    return Lighting(
        above=_colour(dim * np.array([0.85, 0.95, 1.2])),
        below=_colour(dim * 0.4 * white),
        towards_sun=_unit(azimuth, 1.2),
        sun=_colour(dim * 0.3 * white),
        shadow=0.1,
        contact=float(rng.uniform(0.3, 0.7)),
        horizon=_colour(dim * np.array([0.9, 0.8, 0.9])),
        zenith=_colour(dim * np.array([0.4, 0.5, 0.8])),
        lamps=tuple(
            (float(x), float(y), float(rng.uniform(4, 6)), float(rng.uniform(0.5, 1.5))) for x, y in spots
        ),
    )
