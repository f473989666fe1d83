"""How many units lie on a scale, from its weight alone, and how sure that is.

Each number of units is weighed against the level by a Gaussian: the scale's noise, what its zero may have
crept, its gain, and the spread of the units, which grows with their number. Beside them stands the chance
that no whole number is right, because something else lies there too. Where products share a scale, the books
(what was there, less what events explain) say which of the mixtures of that weight is meant.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

import msgspec

ZERO_SD_G = 4.0
"""How far a scale's zero creeps in a day, standard deviation."""
GAIN_ERROR = 0.001
"""As the shelf events have it: load cells are specified to about 0.1 % of the load."""
NOTHING_FITS = 0.02
"""Before the weight is known: chance that it is no whole number of units."""
AROUND = 3
"""Units to each side of the nearest that are weighed, of a product alone."""
OFF_BOOKS = 5
"""Units to each side of the books, of products that share a scale."""
BOOKS_SD = 1.5
MOST_SHARING = 3
"""More different products on one scale are not told apart by its weight."""


class Goods(msgspec.Struct, frozen=True):
    """A product on a scale: grams of a unit and their spread, and how many there are by the books."""

    weight_g: float
    weight_sd_g: float
    by_books: int | None = None


class Count(msgspec.Struct, frozen=True):
    """So many units, and the chance that it is exactly as many."""

    units: int
    probability: float


def count_units(level_g: float, sd_g: float, goods: Sequence[Goods]) -> tuple[Count, ...] | None:
    """Units of each product; None where the weight cannot tell: no product, no weights, too many of them.

    ``level_g``: what lies on the scale; ``sd_g``: noise of it.
    """
    if not goods or len(goods) > MOST_SHARING or any(g.weight_g <= 0 for g in goods):
        return None
    if len(goods) > 1 and any(g.by_books is None for g in goods):
        return None
    ranges = [_range(level_g, g, alone=len(goods) == 1) for g in goods]
    scored = {units: _likelihood(level_g, sd_g, goods, units) for units in product(*ranges)}
    total = sum(scored.values()) * (1 - NOTHING_FITS) + NOTHING_FITS / min(g.weight_g for g in goods)
    best = max(scored, key=lambda units: scored[units])
    return tuple(
        Count(n, (1 - NOTHING_FITS) * sum(s for units, s in scored.items() if units[place] == n) / total)
        for place, n in enumerate(best)
    )


def _range(level_g: float, goods: Goods, *, alone: bool) -> range:
    if alone or goods.by_books is None:
        nearest, side = max(0, round(level_g / goods.weight_g)), AROUND
    else:
        nearest, side = goods.by_books, OFF_BOOKS
    return range(max(0, nearest - side), nearest + side + 1)


def _likelihood(level_g: float, sd_g: float, goods: Sequence[Goods], units: tuple[int, ...]) -> float:
    """Density of the level, per gram; with the books' say where products share the scale."""
    load = sum(n * g.weight_g for n, g in zip(units, goods, strict=True))
    spread = sum(n * g.weight_sd_g**2 for n, g in zip(units, goods, strict=True))
    sd = math.sqrt(sd_g**2 + ZERO_SD_G**2 + (GAIN_ERROR * load) ** 2 + spread)
    density = math.exp(-0.5 * ((level_g - load) / sd) ** 2) / (sd * math.sqrt(2 * math.pi))
    if len(goods) == 1:
        return density
    off = sum((n - (g.by_books or 0)) ** 2 for n, g in zip(units, goods, strict=True))
    return density * math.exp(-0.5 * off / BOOKS_SD**2)
