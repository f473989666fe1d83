"""What people wear to the shops: garments that go together, and their colours."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from inference.simulation.rendering.figures import Look, Part, Pattern, Wish
from inference.simulation.rendering.garments import Top
from inference.simulation.rendering.legwear import Shoes, Trousers
from inference.simulation.rendering.palettes import (
    BOOTS,
    COATS,
    DENIM,
    MUTED,
    SATURATED,
    SHOES,
    any_colour,
    off,
    patterned,
    pick,
    pick_common,
)
from inference.simulation.rendering.tops import Case, Person, between, jacket_of, top_of

SKIRT_PATTERNS = (
    (Pattern.PATCHES, 0.25),
    (Pattern.DOTS, 0.1),
    (Pattern.CHECK, 0.1),
    (Pattern.STRIPES_ACROSS, 0.07),
)


@dataclass(frozen=True, slots=True)
class Outfit:
    """Everything that somebody wears."""

    top: Top
    shoes: Shoes
    looks: tuple[Look, ...]
    """One for each part."""
    trousers: Trousers | None = None
    skirt: Top | None = None
    skirt_part: Part = Part.LOWER
    skirt_hem: float = 0.0
    """Where the skirt or the dress ends, body units."""
    tights: bool = False
    tucked: bool = False
    outer: Top | None = None
    hat: str = ""
    """``cap``, ``beanie``, ``brim``, ``hood``, ``scarf`` (over the hair), or nothing."""
    scarf: bool = False
    """Around the neck."""
    bag: str = ""
    """``backpack``, ``shoulder`` or ``hand``."""
    apron: tuple[float, float, float] | None = None
    """Upper edge, lower edge, half breadth; body units."""


def outfit(rng: np.random.Generator, person: Person, wish: Wish) -> Outfit:
    """Clothes by chance for a season by chance, as far as ``wish`` leaves them open."""
    case = Case(rng, person, wish, float(rng.uniform()))
    looks = [Look((0.4, 0.4, 0.4))] * len(Part)
    looks[Part.SHOES] = Look(pick_common(rng, SHOES), gloss=0.2)
    top, looks[Part.UPPER] = top_of(case)
    wear = Outfit(top=top, shoes=_shoes(case), looks=())
    wear = _below(case, wear, looks)
    if wear.shoes.shaft > 0.12:
        # Boots go with slim or bare legs, and are leather.
        if wear.trousers is not None and wear.trousers.leg > 0.031:
            wear = replace(wear, shoes=replace(wear.shoes, shaft=0.07))
        else:
            looks[Part.SHOES] = Look(pick(rng, BOOTS), gloss=0.25)
    wear = _staff(case, wear, looks) if wish.staff else _over(case, wear, looks)
    bag = wish.bag if wish.bag is not None else (not wish.staff and rng.uniform() < 0.38)
    if bag:
        kinds = ("backpack", "shoulder", "hand")
        shares = (0.3, 0.4, 0.3) if person.female else (0.5, 0.3, 0.2)
        wear = replace(wear, bag=str(rng.choice(kinds, p=shares)))
        looks[Part.BAG] = Look(
            pick(rng, COATS) if rng.uniform() < 0.7 else any_colour(rng, 0.6),
            gloss=float(rng.uniform(0.05, 0.3)),
        )
    return replace(wear, looks=tuple(looks))


def _shoes(case: Case) -> Shoes:
    rng, person, cold = case.rng, case.person, case.cold
    chance = rng.uniform()
    if person.female and chance < 0.25 * (1 - cold) + 0.05:
        return Shoes(0.035, 0.0, 0.01, 0.102)
    if chance > 0.9 - 0.15 * cold:
        return Shoes(between(rng, 0.09, 0.13), 0.006, 0.018)
    if person.female and chance > 0.8 - 0.1 * cold:
        return Shoes(between(rng, 0.17, 0.25), 0.004, 0.016)
    return Shoes(between(rng, 0.05, 0.065), between(rng, 0.001, 0.006), between(rng, 0.01, 0.02))


def _below(case: Case, wear: Outfit, looks: list[Look]) -> Outfit:
    """Trousers, shorts, leggings, a skirt, or a dress."""
    rng, person, cold = case.rng, case.person, case.cold
    chance = rng.uniform()
    if person.female and chance < 0.27 - 0.1 * cold and wear.top.collar in {"none", "shirt"}:
        return _skirt_or_dress(case, wear, looks)
    if rng.uniform() < 0.33 * (1 - cold) ** 1.5:
        looks[Part.LOWER] = patterned(
            rng, pick(rng, (*MUTED[:16], *DENIM)), ((Pattern.CHECK, 0.04), (Pattern.PATCHES, 0.04))
        )
        shorts = Trousers(between(rng, 0.26, 0.4), ease=between(rng, 0.008, 0.018), leg=0.05)
        return replace(wear, trousers=shorts, shoes=replace(wear.shoes, shaft=min(wear.shoes.shaft, 0.12)))
    if person.female and chance > 0.8:
        looks[Part.LOWER] = Look(
            pick(rng, MUTED[:3] + MUTED[8:10]) if rng.uniform() < 0.8 else any_colour(rng, 0.5)
        )
        bottom = 0.04 if rng.uniform() < 0.7 else between(rng, 0.08, 0.16)
        return replace(wear, trousers=Trousers(bottom, ease=0.002, folds=0.001))
    denim = rng.uniform() < 0.45
    colour = pick(rng, DENIM) if denim else pick(rng, (*MUTED[:5], *MUTED[:3], *MUTED[8:11], *MUTED[12:18]))
    if not denim and rng.uniform() < 0.08:
        colour = any_colour(rng, 0.7)
    looks[Part.LOWER] = patterned(rng, colour, ((Pattern.CHECK, 0.015), (Pattern.PATCHES, 0.01)))
    cut = rng.uniform()
    if cut < 0.3:
        trousers = Trousers(0.035, ease=0.004, leg=between(rng, 0.024, 0.03), folds=0.003)
    elif cut < 0.82:
        trousers = Trousers(
            between(rng, 0.02, 0.05), ease=between(rng, 0.006, 0.011), leg=between(rng, 0.032, 0.041)
        )
    else:
        trousers = Trousers(
            between(rng, 0.018, 0.09), ease=0.012, leg=between(rng, 0.043, 0.052), folds=0.005
        )
    tucked = wear.top.gathered == 0 and rng.uniform() < 0.22
    if tucked:
        wear = replace(wear, top=replace(wear.top, hem=0.56, fitted=max(wear.top.fitted, 0.4)), tucked=True)
        trousers = replace(trousers, waist=between(rng, 0.585, 0.62))
    return replace(wear, trousers=trousers)


def _skirt_or_dress(case: Case, wear: Outfit, looks: list[Look]) -> Outfit:
    rng, cold = case.rng, case.cold
    hem = float(rng.choice((0.38, 0.3, 0.26, 0.18, 0.1), p=(0.12, 0.28, 0.25, 0.2, 0.15))) + between(
        rng, -0.02, 0.02
    )
    flare, pleats = between(rng, 0.0, 0.28), between(rng, 0.002, 0.014)
    tights = bool(rng.uniform() < 0.25 + 0.6 * cold) and hem > 0.15
    looks[Part.LOWER] = Look(pick(rng, MUTED[:2] if rng.uniform() < 0.8 else SATURATED))
    if rng.uniform() < 0.5:
        looks[Part.UPPER] = patterned(rng, looks[Part.UPPER].colour, SKIRT_PATTERNS)
        top = replace(wear.top, hem=hem, flare=flare + 0.05, pleats=pleats, gathered=0.0)
        return replace(wear, top=top, skirt_hem=hem, tights=tights)
    look = patterned(rng, any_colour(rng, 0.35), SKIRT_PATTERNS)
    part = Part.OUTER if tights else Part.LOWER
    looks[part] = look
    skirt = Top(hem=hem, ease=0.01, fitted=0.3, flare=flare, pleats=pleats)
    tucked = wear.top.gathered == 0 and bool(rng.uniform() < 0.6)
    if tucked:
        wear = replace(wear, top=replace(wear.top, hem=0.57, fitted=max(wear.top.fitted, 0.5)))
    return replace(wear, skirt=skirt, skirt_part=part, skirt_hem=hem, tights=tights, tucked=tucked)


def _staff(case: Case, wear: Outfit, looks: list[Look]) -> Outfit:
    """An apron or a vest in the shop's colour."""
    rng, wish = case.rng, case.wish
    if wear.skirt is not None or wear.top.hem < 0.46:
        wear = replace(
            wear, skirt=None, top=replace(wear.top, hem=0.5, flare=0.0), trousers=Trousers(0.03, leg=0.036)
        )
        looks[Part.LOWER] = Look(pick(rng, MUTED[:3]))
    looks[Part.OUTER] = Look(off(rng, wish.shop_colour, 0.01), pattern=Pattern.PLAIN)
    if rng.uniform() < 0.6:
        top = 0.76 if rng.uniform() < 0.7 else 0.61
        return replace(wear, apron=(top, between(rng, 0.28, 0.42), between(rng, 0.1, 0.125)))
    vest = Top(
        between(rng, 0.5, 0.54),
        -1.0,
        wear.top.ease + 0.01,
        fitted=0.1,
        neck=0.05,
        depth=0.06,
        opening=0.012 if rng.uniform() < 0.5 else 0.0,
    )
    return replace(wear, outer=vest)


def _over(case: Case, wear: Outfit, looks: list[Look]) -> Outfit:
    """A jacket, a coat, a hat, a headscarf, or nothing of that."""
    rng, person, wish, cold = case.rng, case.person, case.wish, case.cold
    if rng.uniform() < 0.15 + 0.6 * cold and wear.skirt_part != Part.OUTER:
        wear = replace(wear, outer=jacket_of(case, wear.top, looks))
    cloth = looks[Part.OUTER] if wear.outer is not None else looks[Part.UPPER]
    if person.female and rng.uniform() < 0.06 and not wish.child:
        looks[Part.HAT] = Look(any_colour(rng, 0.35))
        long = replace(wear.top, sleeve=max(wear.top.sleeve, 1.95), depth=0.0)
        return replace(wear, hat="scarf", top=long)
    if rng.uniform() < 0.06 + 0.14 * cold:
        kinds = ("cap", "beanie", "brim")
        kind = str(rng.choice(kinds, p=(0.35, 0.6, 0.05) if cold > 0.5 else (0.75, 0.1, 0.15)))
        looks[Part.HAT] = Look(any_colour(rng, 0.3))
        return replace(wear, hat=kind)
    if rng.uniform() < 0.22 * cold:
        looks[Part.HAT] = patterned(
            rng, any_colour(rng, 0.4), ((Pattern.CHECK, 0.2), (Pattern.STRIPES_ACROSS, 0.15))
        )
        return replace(wear, scarf=True)
    collar = wear.outer.collar if wear.outer is not None else wear.top.collar
    if collar == "hood" and rng.uniform() < 0.15:
        looks[Part.HAT] = replace(cloth, pattern=Pattern.PLAIN)
        return replace(wear, hat="hood")
    return wear
