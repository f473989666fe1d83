"""Who somebody is, drawn by chance, and all of it put together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inference.simulation.rendering.accessories import apron, backpack, hand_bag, shoulder_bag
from inference.simulation.rendering.assembly import Piece, Sheet, assembled
from inference.simulation.rendering.bodies import (
    Body,
    arm,
    arm_grid,
    body_of,
    foot,
    hand,
    head,
    head_grid,
    leg,
    shoulders,
)
from inference.simulation.rendering.faces import face_sheets
from inference.simulation.rendering.fields import Field, union
from inference.simulation.rendering.figures import Figure, Look, Part, Wish
from inference.simulation.rendering.garments import skirt_piece, top_piece
from inference.simulation.rendering.hair import beard_piece, hair_piece, hat_piece, neck_scarf
from inference.simulation.rendering.legwear import (
    Trousers,
    legs_grid,
    shoes_field,
    shoes_grid,
    trousers_piece,
)
from inference.simulation.rendering.outfits import Outfit, outfit
from inference.simulation.rendering.palettes import HAIR, SKIN, off, pick_common
from inference.simulation.rendering.skeleton import Build
from inference.simulation.rendering.tops import Person


def dressed(rng: np.random.Generator, wish: Wish) -> Figure:
    """See :func:`inference.simulation.rendering.figures.make_figure`."""
    person = somebody(rng, wish)
    body = body_of(person.build)
    wear = outfit(rng, person, wish)
    pieces, worn = _clothes(rng, body, wear)
    pieces = _skin(body, wear) + pieces
    style = "short" if wear.hat and person.hair in {"curly", "bun"} else person.hair
    hair = None if wear.hat in {"hood", "scarf"} else hair_piece(body, style, rng, union(worn))
    if hair is not None:
        pieces.append(hair)
    if person.beard:
        pieces.append(beard_piece(body, person.beard > 1))
    if wear.hat:
        pieces.append(hat_piece(body, wear.hat, hair))
    if wear.scarf:
        pieces.append(neck_scarf(body, rng))
    lips = (0.86, 0.62, 0.62) if person.female else (0.88, 0.72, 0.7)
    sheets = face_sheets(body, lips, person.glasses)
    more, extra = _carried(rng, body, wear, worn)
    looks = list(wear.looks)
    looks[Part.SKIN] = Look(person.skin, gloss=0.12)
    looks[Part.HAIR] = Look(person.hair_colour, gloss=0.15)
    looks[Part.FEATURES] = Look(_darker(person.hair_colour))
    return assembled(body, pieces + more, sheets + extra, tuple(looks), person.build.height)


def somebody(rng: np.random.Generator, wish: Wish) -> Person:
    """A body, a face and hair by chance, as far as ``wish`` leaves them open."""
    young = wish.child or (wish.height is None and not wish.staff and rng.uniform() < 0.1)
    female = rng.uniform() < 0.5
    if wish.height is not None:
        height = wish.height
    elif young:
        height = float(rng.uniform(1.1, 1.58))
    else:
        height = float(np.clip(rng.normal(1.64 if female else 1.77, 0.07), 1.48, 2.0))
    child = (
        float(np.clip((1.6 - height) / 0.35, 0.0, 1.0))
        if young
        else float(np.clip((1.42 - height) / 0.2, 0, 1))
    )
    fat = float(rng.beta(1.2, 3.0)) * (1.0 - 0.5 * child)
    build = Build(
        height=height,
        female=float(np.clip(rng.normal(0.95, 0.1), 0.7, 1.1))
        if female
        else float(np.clip(rng.normal(0, 0.1), -0.15, 0.3)),
        fat=fat,
        muscle=float(rng.uniform(0.0, 0.9)) * (1.0 - child) * (0.4 if female else 1.0),
        child=child,
        shoulders=float(rng.uniform(0.95, 1.05)),
    )
    age = float(rng.uniform(6, 16)) if young else float(rng.uniform(17, 82))
    tone = int(rng.integers(len(SKIN)))
    hair = pick_common(rng, HAIR[:7] if age < 45 or rng.uniform() < 0.3 else HAIR)
    if tone > 4 and rng.uniform() < 0.9:
        hair = off(rng, HAIR[int(rng.integers(2))][0], 0.02)
    if age > 55 and rng.uniform() < (age - 45) / 40:
        hair = off(
            rng, ((0.42, 0.41, 0.40), (0.66, 0.65, 0.63), (0.82, 0.81, 0.79))[int(rng.integers(3))], 0.03
        )
    beard = 0
    if not female and not young and rng.uniform() < 0.3:
        beard = 1 + int(rng.uniform() < 0.3)
    return Person(
        build=build,
        female=female,
        age=age,
        skin=off(rng, SKIN[tone], 0.02),
        hair_colour=hair,
        hair=_style(rng, female, age),
        beard=beard,
        glasses=bool(rng.uniform() < 0.1 + 0.25 * (age > 45)),
    )


def _style(rng: np.random.Generator, female: bool, age: float) -> str:
    if female:
        styles = ("crop", "short", "curly", "bob", "long", "wavy", "bun", "tail", "braids")
        shares = [0.03, 0.08, 0.08, 0.17, 0.22, 0.16, 0.1, 0.14, 0.02]
        if age < 16:
            shares[-1], shares[-2] = 0.15, 0.25
    else:
        styles = ("bald", "fringe", "crop", "short", "side", "curly", "bob", "long", "tail")
        old = max(0.0, (age - 40) / 40)
        shares = [0.02 + 0.12 * old, 0.12 * old, 0.24, 0.36, 0.2, 0.08, 0.02, 0.03, 0.02]
    weights = np.array(shares)
    return str(styles[int(rng.choice(len(styles), p=weights / weights.sum()))])


def _darker(colour: tuple[float, float, float]) -> tuple[float, float, float]:
    return (0.75 * colour[0], 0.7 * colour[1], 0.68 * colour[2])


def _skin(body: Body, wear: Outfit) -> list[Piece]:
    """What may show of the body."""
    u = body.unit
    low = 0.77 - wear.top.depth
    pieces = [Piece(Part.SKIN, union([head(body), body.trunk], 0.03 * u), head_grid(body, low), covers=False)]
    sleeve = max(wear.top.sleeve, wear.outer.sleeve if wear.outer else -1.0)
    if sleeve < 0.2:
        field, where = shoulders(body)
        arms = union([arm(body, True), arm(body, False)])
        pieces.append(Piece(Part.SKIN, field, where, covers=False, limbs=(arms, body.trunk)))
    for left in (True, False):
        field = union([arm(body, left), hand(body, left)], 0.012 * u)
        where = arm_grid(body, left, max(sleeve - 0.25, 0.0))
        pieces.append(Piece(Part.SKIN, field, where, covers=False, limbs=(field, body.trunk)))
    bare = wear.trousers.bottom if wear.trousers else wear.skirt_hem
    if bare > wear.shoes.shaft:
        reach = Trousers(bottom=max(0.02, wear.shoes.shaft - 0.03), waist=min(bare + 0.06, 0.5), ease=0.0)
        where = legs_grid(body, reach, 0.0155)
        part = Part.LOWER if wear.tights else Part.SKIN
        pieces.append(Piece(part, union([leg(body), foot(body)], 0.01 * u), where, covers=False))
    return pieces


def _clothes(rng: np.random.Generator, body: Body, wear: Outfit) -> tuple[list[Piece], list[Field]]:
    """Garments from the inside out, and their fields."""
    pieces: list[Piece] = []
    if wear.tucked:
        pieces.append(top_piece(Part.UPPER, body, wear.top, rng))
    under: list[Field] = [p.solid for p in pieces]
    if wear.trousers is not None:
        pieces.append(trousers_piece(body, wear.trousers, rng, under))
    if wear.skirt is not None:
        pieces.append(skirt_piece(wear.skirt_part, body, wear.skirt, rng, under))
    if not wear.tucked:
        pieces.append(top_piece(Part.UPPER, body, wear.top, rng, [p.solid for p in pieces]))
    if wear.outer is not None:
        pieces.append(top_piece(Part.OUTER, body, wear.outer, rng, [p.solid for p in pieces]))
    low = [p.solid for p in pieces if p.part in {Part.LOWER, Part.SKIN}]
    shoes = shoes_field(body, wear.shoes, low)
    worn = [p.solid for p in pieces]
    pieces.append(Piece(Part.SHOES, shoes, shoes_grid(body, wear.shoes), covers=wear.shoes.shaft > 0.12))
    return pieces, worn


def _carried(
    rng: np.random.Generator, body: Body, wear: Outfit, worn: Sequence[Field]
) -> tuple[list[Piece], list[Sheet]]:
    """Aprons and bags."""
    pieces: list[Piece] = []
    sheets: list[Sheet] = []
    if wear.apron is not None:
        sheets += apron(body, worn, *wear.apron)
    everything = union(list(worn))
    scale = body.build.height / 1.7
    if wear.bag == "backpack":
        size = (
            rng.uniform(0.13, 0.21) * scale,
            rng.uniform(0.27, 0.33) * scale,
            rng.uniform(0.38, 0.48) * scale,
        )
        pieces, straps = backpack(body, everything, size)
        sheets += straps
    elif wear.bag == "shoulder":
        size = (rng.uniform(0.08, 0.13), rng.uniform(0.22, 0.36), rng.uniform(0.18, 0.3))
        piece, strap = shoulder_bag(body, everything, bool(rng.uniform() < 0.5), size)
        pieces, sheets = [piece], [*sheets, strap]
    elif wear.bag == "hand":
        size = (
            rng.uniform(0.1, 0.16) * scale,
            rng.uniform(0.2, 0.32) * scale,
            rng.uniform(0.17, 0.32) * scale,
        )
        piece, loop = hand_bag(body, size)
        pieces, sheets = [piece], [*sheets, loop]
    return pieces, sheets
