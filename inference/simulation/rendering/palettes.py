"""Colours that people and their clothes come in, sRGB 0 to 1, drawn by chance."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

import numpy as np

from inference.simulation.rendering.figures import Look, Pattern

Colour = tuple[float, float, float]

SKIN: tuple[Colour, ...] = (
    (0.94, 0.80, 0.73),
    (0.91, 0.75, 0.66),
    (0.88, 0.70, 0.60),
    (0.84, 0.65, 0.53),
    (0.78, 0.58, 0.45),
    (0.70, 0.50, 0.38),
    (0.58, 0.40, 0.29),
    (0.46, 0.31, 0.23),
    (0.36, 0.24, 0.18),
    (0.27, 0.18, 0.14),
)
"""From light to dark."""
HAIR: tuple[tuple[Colour, float], ...] = (
    ((0.07, 0.06, 0.06), 0.34),
    ((0.15, 0.11, 0.09), 0.24),
    ((0.24, 0.17, 0.12), 0.14),
    ((0.36, 0.26, 0.17), 0.08),
    ((0.62, 0.48, 0.30), 0.07),
    ((0.74, 0.62, 0.42), 0.03),
    ((0.45, 0.21, 0.11), 0.03),
    ((0.42, 0.41, 0.40), 0.04),
    ((0.66, 0.65, 0.63), 0.02),
    ((0.50, 0.10, 0.18), 0.01),
)
"""Colours, and how common they are."""
MUTED: tuple[Colour, ...] = (
    (0.09, 0.09, 0.10),
    (0.14, 0.14, 0.15),
    (0.22, 0.22, 0.23),
    (0.33, 0.33, 0.34),
    (0.47, 0.47, 0.48),
    (0.62, 0.62, 0.62),
    (0.80, 0.80, 0.79),
    (0.92, 0.92, 0.90),
    (0.10, 0.13, 0.22),
    (0.15, 0.20, 0.32),
    (0.24, 0.32, 0.45),
    (0.42, 0.51, 0.62),
    (0.30, 0.23, 0.17),
    (0.42, 0.33, 0.25),
    (0.62, 0.52, 0.40),
    (0.80, 0.74, 0.64),
    (0.26, 0.29, 0.20),
    (0.36, 0.38, 0.28),
    (0.30, 0.11, 0.14),
)
SATURATED: tuple[Colour, ...] = (
    (0.72, 0.11, 0.13),
    (0.85, 0.32, 0.12),
    (0.92, 0.72, 0.16),
    (0.16, 0.47, 0.25),
    (0.10, 0.52, 0.50),
    (0.12, 0.32, 0.68),
    (0.36, 0.62, 0.84),
    (0.44, 0.20, 0.52),
    (0.84, 0.42, 0.56),
    (0.93, 0.72, 0.76),
    (0.66, 0.80, 0.62),
    (0.72, 0.66, 0.86),
)
DENIM: tuple[Colour, ...] = (
    (0.13, 0.16, 0.25),
    (0.19, 0.25, 0.37),
    (0.30, 0.39, 0.53),
    (0.48, 0.58, 0.69),
    (0.10, 0.10, 0.12),
    (0.27, 0.28, 0.30),
)
COATS: tuple[Colour, ...] = (
    (0.08, 0.08, 0.09),
    (0.12, 0.12, 0.13),
    (0.11, 0.13, 0.20),
    (0.20, 0.20, 0.21),
    (0.30, 0.31, 0.33),
    (0.55, 0.45, 0.33),
    (0.68, 0.58, 0.45),
    (0.24, 0.26, 0.19),
    (0.33, 0.24, 0.17),
    (0.44, 0.43, 0.42),
    (0.34, 0.10, 0.13),
)
SHOES: tuple[tuple[Colour, float], ...] = (
    ((0.09, 0.09, 0.09), 0.42),
    ((0.90, 0.89, 0.87), 0.24),
    ((0.26, 0.17, 0.11), 0.12),
    ((0.45, 0.33, 0.22), 0.05),
    ((0.40, 0.41, 0.43), 0.09),
    ((0.14, 0.18, 0.30), 0.05),
    ((0.66, 0.14, 0.14), 0.03),
)


BOOTS: tuple[Colour, ...] = ((0.08, 0.08, 0.08), (0.11, 0.1, 0.1), (0.24, 0.16, 0.1), (0.36, 0.25, 0.16))


def pick(rng: np.random.Generator, colours: Sequence[Colour], spread: float = 0.03) -> Colour:
    """One of the colours, a little off."""
    return off(rng, colours[int(rng.integers(len(colours)))], spread)


def pick_common(
    rng: np.random.Generator, colours: Sequence[tuple[Colour, float]], spread: float = 0.02
) -> Colour:
    """One of the colours, the common ones more often."""
    shares = np.array([share for _, share in colours])
    return off(rng, colours[int(rng.choice(len(colours), p=shares / shares.sum()))][0], spread)


def off(rng: np.random.Generator, colour: Colour, spread: float) -> Colour:
    """A colour near another one: a little lighter or darker, a little redder or bluer."""
    light = float(rng.normal(0.0, spread))
    r, g, b = (
        float(np.clip(v * (1.0 + 2.0 * light) + light + rng.normal(0.0, 0.35 * spread), 0.02, 0.97))
        for v in colour
    )
    return (r, g, b)


def any_colour(rng: np.random.Generator, saturated: float = 0.25) -> Colour:
    """Something that clothes are dyed with; ``saturated`` is the share of bright ones."""
    chance = rng.uniform()
    if chance < 0.15 * saturated:
        r, g, b = colorsys.hsv_to_rgb(rng.uniform(), rng.uniform(0.2, 0.7), rng.uniform(0.25, 0.85))
        return (r, g, b)
    return pick(rng, SATURATED if chance < saturated else MUTED)


def patterned(
    rng: np.random.Generator, colour: Colour, how: Sequence[tuple[Pattern, float]], gloss: float = 0.04
) -> Look:
    """A look in a colour; ``how`` are patterns with the share of clothes that have them, the rest plain."""
    chance, pattern = float(rng.uniform()), Pattern.PLAIN
    for candidate, share in how:
        if chance < share:
            pattern = candidate
            break
        chance -= share
    light = 0.3 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2]
    if rng.uniform() < 0.55:
        second: Colour = pick(rng, MUTED[:4] + MUTED[8:10] if light > 0.45 else MUTED[4:8] + MUTED[15:16])
    else:
        second = any_colour(rng, 0.6)
    low, high = PERIODS.get(pattern, (0.1, 0.1))
    return Look(colour, second, pattern, float(np.exp(rng.uniform(np.log(low), np.log(high)))), gloss)


PERIODS: dict[Pattern, tuple[float, float]] = {
    Pattern.STRIPES_ACROSS: (0.025, 0.14),
    Pattern.STRIPES_ALONG: (0.015, 0.06),
    Pattern.CHECK: (0.03, 0.12),
    Pattern.DOTS: (0.03, 0.09),
    Pattern.PATCHES: (0.05, 0.22),
}
"""Periods of patterns on clothes, metres."""
