"""Shirts and jackets to choose from, and who chooses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from inference.simulation.rendering.figures import Look, Part, Pattern, Wish
from inference.simulation.rendering.garments import Top
from inference.simulation.rendering.palettes import COATS, MUTED, Colour, any_colour, patterned, pick
from inference.simulation.rendering.skeleton import Build

UPPER_PATTERNS = (
    (Pattern.STRIPES_ACROSS, 0.09),
    (Pattern.CHEST, 0.12),
    (Pattern.CHECK, 0.05),
    (Pattern.PATCHES, 0.05),
    (Pattern.DOTS, 0.02),
    (Pattern.HALVES, 0.03),
    (Pattern.STRIPES_ALONG, 0.02),
)
SHIRT_PATTERNS = (
    (Pattern.CHECK, 0.25),
    (Pattern.STRIPES_ALONG, 0.15),
    (Pattern.DOTS, 0.04),
    (Pattern.PATCHES, 0.06),
)
JACKET_PATTERNS = ((Pattern.HALVES, 0.06), (Pattern.CHECK, 0.04), (Pattern.PATCHES, 0.03))

TOPS = {
    "tank": Top(sleeve=-1.0, ease=-0.006, neck=0.056),
    "tshirt": Top(ease=0.0),
    "polo": Top(ease=0.0, sleeve_ease=0.011, collar="shirt", depth=0.015, neck=0.042),
    "shirt": Top(ease=0.004, sleeve_ease=0.013, collar="shirt", depth=0.02, neck=0.042, folds=0.005),
    "blouse": Top(ease=0.0, sleeve_ease=0.014, pleats=0.006),
    "hoodie": Top(
        sleeve=1.98, ease=0.004, sleeve_ease=0.012, gathered=0.014, collar="hood", neck=0.045, folds=0.006
    ),
    "roll": Top(sleeve=1.98, ease=0.0, collar="roll", neck=0.0),
    "sweater": Top(sleeve=1.97, ease=0.007, sleeve_ease=0.014, gathered=0.01, neck=0.045, folds=0.005),
    "longsleeve": Top(sleeve=1.97, ease=0.0, sleeve_ease=0.008, neck=0.045, folds=0.005),
}
"""Cuts of what is worn next to the skin; ``ease`` is added to somebody's own."""
SLEEVES = {"tshirt": (0.45, 0.95), "polo": (0.55, 0.85), "blouse": (0.6, 1.95), "shirt": (1.3, 1.98)}
"""Where sleeves end that are not always as long."""
WARM = ("tshirt", "tshirt", "polo", "shirt", "blouse", "tank")
COOL = ("sweater", "hoodie", "shirt", "longsleeve", "roll", "tshirt")
"""Tops for hot and cold days."""

JACKETS = {
    "jacket": Top(sleeve=1.98, ease=0.001, sleeve_ease=0.012, fitted=0.15, neck=0.05, folds=0.005),
    "cardigan": Top(sleeve=1.95, ease=0.0, sleeve_ease=0.011, fitted=0.15, neck=0.056, depth=0.05),
    "blazer": Top(sleeve=1.96, ease=0.0, sleeve_ease=0.01, fitted=0.35, neck=0.05, depth=0.1, folds=0.003),
    "puffer": Top(sleeve=1.98, ease=0.012, sleeve_ease=0.021, fitted=0.1, gathered=0.02, neck=0.05),
    "coat": Top(sleeve=1.97, ease=0.003, sleeve_ease=0.013, fitted=0.2, neck=0.05, collar="shirt"),
    "parka": Top(
        sleeve=1.98, ease=0.006, sleeve_ease=0.016, fitted=0.1, neck=0.05, collar="hood", folds=0.006
    ),
}
"""Cuts of what is worn over that; ``ease`` is added to what the top under it takes."""
IN_SUMMER, IN_WINTER = (0.4, 0.25, 0.25, 0.02, 0.03, 0.05), (0.25, 0.06, 0.08, 0.24, 0.25, 0.12)
"""How common each of the jackets is."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody without clothes."""

    build: Build
    female: bool
    age: float
    """Years."""
    skin: Colour
    hair_colour: Colour
    hair: str
    """One of :data:`inference.simulation.rendering.hair.STYLES`."""
    beard: int
    """0 none, 1 short, 2 full."""
    glasses: bool


class Case(NamedTuple):
    """Somebody who dresses."""

    rng: np.random.Generator
    person: Person
    wish: Wish
    cold: float
    """0 a hot day, 1 a freezing one."""


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """Anything from ``low`` to ``high``."""
    return float(rng.uniform(low, high))


def top_of(case: Case) -> tuple[Top, Look]:
    """The garment next to the skin, and what it looks like."""
    rng, female, wish = case.rng, case.person.female, case.wish
    kind = str(rng.choice(COOL if rng.uniform() < case.cold else WARM))
    if kind == "blouse" and not female:
        kind = "shirt"
    if kind == "tank" and (wish.staff or rng.uniform() < 0.5):
        kind = "tshirt"
    fitted = between(rng, 0.15, 0.9) if female else between(rng, 0.05, 0.45)
    cut = TOPS[kind]
    top = replace(
        cut,
        hem=between(rng, 0.485, 0.54),
        ease=max(between(rng, 0.007, 0.017) + cut.ease, 0.006),
        fitted=0.1 if kind == "hoodie" else fitted,
    )
    if kind in SLEEVES:
        rolled = kind == "shirt" and rng.uniform() < 0.35 * (1 - case.cold)
        top = replace(top, sleeve=between(rng, *((0.6, 0.85) if rolled else SLEEVES[kind])))
    if kind == "tshirt":
        deep = rng.uniform() < 0.25
        top = replace(
            top, sleeve_ease=between(rng, 0.009, 0.02), depth=between(rng, 0.015, 0.045) if deep else 0.0
        )
    if kind in {"tank", "blouse"}:
        top = replace(top, depth=between(rng, 0.0, 0.035))
    if wish.upper is not None:
        return top, Look(wish.upper)
    if wish.staff:
        return top, Look(pick(rng, (*MUTED[:3], *MUTED[6:8], wish.shop_colour)))
    colour = pick(rng, (MUTED[7], MUTED[11], *MUTED)) if kind in {"shirt", "polo"} else any_colour(rng, 0.3)
    return top, patterned(rng, colour, SHIRT_PATTERNS if kind in {"shirt", "blouse"} else UPPER_PATTERNS)


def jacket_of(case: Case, top: Top, looks: list[Look]) -> Top:
    """Something to go over ``top``; what it looks like goes into ``looks``."""
    rng = case.rng
    shares = np.array(IN_SUMMER) + case.cold * np.subtract(IN_WINTER, IN_SUMMER)
    kind = str(rng.choice(tuple(JACKETS), p=shares / shares.sum()))
    cut, hem = JACKETS[kind], between(rng, 0.47, 0.54)
    colour = pick(rng, COATS) if rng.uniform() < 0.75 else any_colour(rng, 0.5)
    jacket = replace(
        cut,
        # It may be a little shorter than what is under it.
        hem=min(hem, top.hem + 0.03) if top.hem > 0.46 else hem,
        ease=0.6 * top.ease + 0.007 + cut.ease,
        opening=between(rng, 0.014, 0.05) if rng.uniform() < 0.45 else 0.0,
    )
    look = patterned(rng, colour, JACKET_PATTERNS) if case.wish.upper is None else Look(case.wish.upper)
    looks[Part.OUTER] = replace(look, gloss=0.25) if kind == "puffer" else look
    match kind:
        case "cardigan":
            return replace(jacket, opening=between(rng, 0.02, 0.05))
        case "blazer":
            return replace(jacket, hem=min(jacket.hem, 0.49), opening=max(jacket.opening, 0.008))
        case "puffer":
            collar = "hood" if rng.uniform() < 0.5 else "stand"
            return replace(jacket, collar=collar, quilted=between(rng, 0.006, 0.01))
        case "coat":
            jacket = replace(jacket, hem=between(rng, 0.2, 0.38), depth=0.05 if jacket.opening else 0.03)
            return replace(jacket, flare=between(rng, 0.0, 0.12), pleats=between(rng, 0.0, 0.006))
        case "parka":
            return replace(jacket, hem=between(rng, 0.36, 0.45))
        case _:
            collar = str(rng.choice(("stand", "shirt", "hood")))
            return replace(jacket, collar=collar, gathered=float(rng.choice((0.0, 0.014))))
