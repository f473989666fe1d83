"""Hair, beards, hats and scarves as fields around a head."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from inference.simulation.rendering.assembly import Piece
from inference.simulation.rendering.bodies import Body
from inference.simulation.rendering.faces import HeadFrame, head_frame
from inference.simulation.rendering.fields import (
    Field,
    Floats,
    Vector,
    common,
    ellipsoid,
    grid,
    grown,
    half_space,
    limb,
    mirrored,
    smooth_step,
    union,
    waves,
    without,
)
from inference.simulation.rendering.figures import Part
from inference.simulation.rendering.garments import ring
from inference.simulation.rendering.skeleton import Bone

STYLES = ("bald", "fringe", "crop", "short", "side", "curly", "bob", "long", "wavy", "bun", "tail", "braids")
"""How hair can be worn; ``fringe`` is what is left around a bald crown."""


def _cap(f: HeadFrame, thick: float, top: float = 0.0) -> Field:
    """A shell over the skull, ``thick`` heads thick, ``top`` more at the crown."""
    return ellipsoid(
        f.at(-0.035, 0.0, 0.12 + 0.5 * top), f.size(0.435 + thick, 0.34 + thick, 0.375 + thick + 0.5 * top)
    )


def _hairline(f: HeadFrame, nape: float, recede: float = 0.0) -> Field:
    """Everything behind the face and above the nape: where hair grows."""
    front = half_space(f.at(0.28 - recede, 0.0, 0.24), (0.8, 0.0, -0.6))
    temples = half_space(f.at(0, 0, 0.12), (0.2, 0, -1.0))
    sides = half_space(f.at(0.05, 0.0, 0.0), (0.95, 0.0, 0.3))
    low = half_space(f.at(-0.2, 0.0, nape), (0.35, 0.0, -0.94))
    # Above the temples the hair goes farther forward than beside the ears.
    return common([union([common([front, temples], 0.03 * f.h), sides], 0.08 * f.h), low], 0.05 * f.h)


def hair_piece(body: Body, style: str, rng: np.random.Generator, worn: Field) -> Piece | None:
    """Somebody's hair, falling over the clothes that are ``worn``; None: bald.

    Raises ``KeyError`` for an unknown style.
    """
    if style == "bald":
        return None
    f, h = head_frame(body), body.build.head
    make = _LOOSE.get(style)
    if make is not None:
        shape, cut, rough, low = make(body, f, rng, worn)
    else:
        shape, cut, rough, low = _SHORT[style](f, rng)
    curls = waves(rng, rough * h, (0.2 * h, 0.2 * h, 0.3 * h), 5)

    def field(x: Floats, y: Floats, z: Floats) -> Floats:
        return np.asarray(shape(x, y, z) - curls(x, y, z), dtype=np.float32)

    step = 0.082 * h if low > -0.5 else 0.098 * h
    where = grid(f.at(-0.84, -0.64, low), f.at(0.62, 0.64, 0.84), (step, step, step * 1.1))
    return Piece(Part.HAIR, field, where, cut=cut, depth=0.06 * h)


_Hair = tuple[Field, Field, float, float]
"""The solid, what is left of its surface, roughness, and the lowest point; lengths in heads."""


def _fringe(f: HeadFrame, rng: np.random.Generator) -> _Hair:
    crown = ellipsoid(f.at(0.05, 0, 0.52), f.size(0.52, 0.3, 0.36 + rng.uniform(-0.05, 0.05)))
    return _cap(f, 0.03), without(_hairline(f, -0.24), crown), 0.008, -0.42


def _crop(f: HeadFrame, rng: np.random.Generator) -> _Hair:
    return _cap(f, 0.022), _hairline(f, -0.2, float(rng.uniform(0, 0.1))), 0.003, -0.42


def _short(f: HeadFrame, rng: np.random.Generator) -> _Hair:
    return (
        _cap(f, 0.045, float(rng.uniform(0.02, 0.09))),
        _hairline(f, -0.22, float(rng.uniform(0, 0.07))),
        0.012,
        -0.42,
    )


def _side(f: HeadFrame, rng: np.random.Generator) -> _Hair:
    side = 1.0 if rng.uniform() < 0.5 else -1.0
    lock = ellipsoid(f.at(0.12, side * 0.08, 0.42), f.size(0.31, 0.26, 0.13), tilt=0.1)
    cut = union([_hairline(f, -0.22), half_space(f.at(0, 0, 0.3), (0, 0, -1.0))])
    return union([_cap(f, 0.04, 0.02), lock], 0.08 * f.h), cut, 0.012, -0.42


def _curly(f: HeadFrame, rng: np.random.Generator) -> _Hair:
    big = float(rng.uniform(0.07, 0.22))
    shape = ellipsoid(f.at(-0.06, 0, 0.14), f.size(0.44 + big, 0.36 + big, 0.4 + big))
    return shape, _hairline(f, -0.34), 0.035, -0.5


def _bun(f: HeadFrame, rng: np.random.Generator) -> _Hair:
    place = (-0.49, 0.32) if rng.uniform() < 0.6 else (-0.28, 0.56)
    knot = ellipsoid(f.at(place[0], 0, place[1]), f.size(0.17, 0.18, 0.16))
    return union([_cap(f, 0.028), knot], 0.04 * f.h), _hairline(f, -0.24), 0.01, -0.42


def _tail(f: HeadFrame, rng: np.random.Generator) -> _Hair:
    high, end = float(rng.uniform(-0.02, 0.3)), float(rng.uniform(-0.95, -0.4))
    h = f.h
    tail = union(
        [
            limb(f.at(-0.42, 0, high), f.at(-0.6, 0, high - 0.08), [0.06 * h, 0.09 * h]),
            limb(f.at(-0.6, 0, high - 0.08), f.at(-0.56, 0, end), [0.1 * h, 0.11 * h, 0.04 * h]),
        ],
        0.05 * h,
    )
    behind = half_space(f.at(-0.44, 0, 0), (1.0, 0, 0.0))
    return union([_cap(f, 0.028), tail], 0.04 * h), union([_hairline(f, -0.24), behind]), 0.012, end - 0.08


def _braids(f: HeadFrame, rng: np.random.Generator) -> _Hair:
    h, end = f.h, float(rng.uniform(-1.0, -0.7))
    strand = limb(f.at(-0.12, 0.36, -0.2), f.at(0.02, 0.42, end), [0.075 * h, 0.085 * h, 0.045 * h])
    both = mirrored(strand)
    cut = union([_hairline(f, -0.26), grown(both, 0.05 * h)])
    return union([_cap(f, 0.028), both], 0.04 * h), cut, 0.012, end - 0.1


def _bob(body: Body, f: HeadFrame, rng: np.random.Generator, worn: Field) -> _Hair:
    end = float(rng.uniform(-0.62, -0.36))
    return *_curtain(body, f, worn, end, float(rng.uniform(0.06, 0.11))), 0.014, end - 0.12


def _long(body: Body, f: HeadFrame, rng: np.random.Generator, worn: Field) -> _Hair:
    end = float(rng.uniform(-1.5, -0.75))
    return *_curtain(body, f, worn, end, 0.06), 0.013, end - 0.12


def _wavy(body: Body, f: HeadFrame, rng: np.random.Generator, worn: Field) -> _Hair:
    end = float(rng.uniform(-1.4, -0.7))
    return *_curtain(body, f, worn, end, 0.08), 0.028, end - 0.12


_SHORT: dict[str, Callable[[HeadFrame, np.random.Generator], _Hair]] = {
    "fringe": _fringe,
    "crop": _crop,
    "short": _short,
    "side": _side,
    "curly": _curly,
    "bun": _bun,
    "tail": _tail,
    "braids": _braids,
}
_LOOSE: dict[str, Callable[[Body, HeadFrame, np.random.Generator, Field], _Hair]] = {
    "bob": _bob,
    "long": _long,
    "wavy": _wavy,
}


def _curtain(body: Body, f: HeadFrame, worn: Field, end: float, thick: float) -> tuple[Field, Field]:
    """Hair that falls beside the face and over the back, down to ``end``; and its cut."""
    h, u = f.h, body.unit
    middle, side, back = f.x - 0.09 * h, (0.36 + thick) * h, (0.34 + thick) * h

    def fall(x: Floats, y: Floats, z: Floats) -> Floats:
        down = np.clip((f.z - 0.05 * h - z) / h, 0.0, None)
        # Below the neck it lies on the shoulders and the back.
        onto = smooth_step(0.87 * u, 0.8 * u, z)
        px = x - middle + 0.055 * u * onto
        wide = side * (1.0 + 0.16 * down) + 0.018 * u * onto
        shell = (np.sqrt((px / back) ** 2 + (y / wide) ** 2) - 1.0) * back
        lying = np.maximum(worn(x, y, z) - 0.019 * u, np.abs(y) - 0.9 * wide)
        return np.asarray(np.maximum(np.minimum(shell, lying), z - f.z - 0.12 * h), dtype=np.float32)

    face = _hairline(f, -3.0)

    def cut(x: Floats, y: Floats, z: Floats) -> Floats:
        down = np.clip((f.z - 0.05 * h - z) / h, 0.0, None)
        onto = smooth_step(0.87 * u, 0.8 * u, z)
        front = x - middle - (0.12 - 0.05 * down) * h + 0.06 * u * onto
        grows = np.where(z > f.z, face(x, y, z), front)
        return np.asarray(np.maximum(grows, f.z + end * h - z), dtype=np.float32)

    return union([_cap(f, thick, 0.02), fall], 0.05 * h), cut


RIMS: dict[str, tuple[Vector, Vector]] = {
    "cap": ((0.1, 0.0, 0.16), (-0.1, 0.0, -1.0)),
    "beanie": ((0.1, 0.0, 0.08), (0.12, 0.0, -1.0)),
    "brim": ((0.0, 0.0, 0.2), (0.0, 0.0, -1.0)),
}
"""A point of the lower edge of hats, in heads from the head's middle, and the edge's slope."""


def beard_piece(body: Body, full: bool) -> Piece:
    """A beard with a moustache."""
    f, h = head_frame(body), body.build.head
    thick = 0.05 if full else 0.028
    jaw = union(
        [
            ellipsoid(f.at(0.1, 0, -0.12), f.size(0.275 + thick, 0.285 + thick, 0.345 + thick), tilt=-0.12),
            ellipsoid(f.at(0.22, 0, -0.37), f.size(0.13 + thick, 0.15 + thick, 0.115 + thick * 1.8)),
        ],
        0.08 * h,
    )
    # It rises from the chin to the ears; the moustache stands alone above the lips.
    low = common(
        [half_space(f.at(0.3, 0, -0.27), (0.64, 0, 0.77)), half_space(f.at(-0.02, 0, -0.2), (-1, 0, 0.1))]
    )
    lip = ellipsoid(f.at(0.39, 0, -0.176), f.size(0.06 + thick, 0.15, 0.036))
    shape, cut = union([jaw, lip]), union([low, grown(lip, 0.01 * h)])
    where = grid(f.at(-0.1, -0.4, -0.66), f.at(0.5, 0.4, 0.12), (0.066 * h, 0.066 * h, 0.066 * h))
    return Piece(Part.FEATURES, shape, where, cut=cut, depth=0.04 * h, rigid=Bone.HEAD, covers=False)


def hat_piece(body: Body, kind: str, hair: Piece | None = None) -> Piece:
    """A hat over ``hair``: ``cap``, ``beanie``, ``brim``, ``hood``, headscarf (``scarf``)."""
    f, h, u = head_frame(body), body.build.head, body.unit
    low, front = -0.1, 0.62
    if kind == "cap":
        visor = common(
            [
                ellipsoid(f.at(0.42, 0, 0.15), f.size(0.36, 0.29, 0.14), tilt=0.22),
                half_space(f.at(0.42, 0, 0.2), (-0.24, 0, -1.0)),
                half_space(f.at(0.42, 0, 0.29), (0.24, 0, 1.0)),
            ]
        )
        shape, front = union([_cap(f, 0.06, 0.02), visor], 0.02 * h), 0.9
        cut = union([half_space(*_rim(f, kind)), grown(visor, 0.02 * h)])
    elif kind == "beanie":
        shape, cut = _cap(f, 0.075, 0.08), half_space(*_rim(f, kind))
    elif kind == "brim":
        brim = ellipsoid(f.at(0.0, 0, 0.2), f.size(0.76, 0.68, 0.055), tilt=0.05)
        shape, front = union([_cap(f, 0.06, 0.14), brim], 0.06 * h), 0.85
        cut = union([half_space(*_rim(f, kind)), grown(brim, 0.02 * h)])
    elif kind == "hood":
        shape = union(
            [_cap(f, 0.11, 0.05), ellipsoid(f.at(-0.12, 0, -0.3), f.size(0.4, 0.42, 0.42))], 0.15 * h
        )
        cut, low = grown(ellipsoid(f.at(0.5, 0, -0.05), f.size(0.4, 0.29, 0.46)), 0.0, -1.0), -0.8
    elif kind == "scarf":
        drape = ellipsoid((-0.01 * u, 0, 0.8 * u), (0.105 * u, 0.125 * u, 0.085 * u))
        shape = union(
            [_cap(f, 0.07, 0.03), ellipsoid(f.at(-0.06, 0, -0.4), f.size(0.38, 0.37, 0.42)), drape], 0.12 * h
        )
        cut, low = grown(ellipsoid(f.at(0.5, 0, -0.06), f.size(0.37, 0.26, 0.38)), 0.0, -1.0), -1.3
    else:
        raise KeyError(kind)
    if hair is not None and kind in RIMS:
        # Long hair stays outside below the rim.
        near = ellipsoid(f.at(-0.035, 0.0, 0.15), f.size(0.6, 0.5, 0.6))
        shape = union(
            [shape, common([grown(hair.solid, 0.02 * h), half_space(*_rim(f, kind)), near])], 0.02 * h
        )
    step = 0.085 * h
    where = grid(
        f.at(-0.9, -0.75, low),
        f.at(front, 0.75, 0.78),
        (step, step, 0.075 * h if kind in RIMS else step * 1.1),
    )
    return Piece(Part.HAT, shape, where, cut=cut, depth=0.05 * h, rigid=Bone.HEAD if kind in RIMS else None)


def _rim(f: HeadFrame, kind: str) -> tuple[Vector, Vector]:
    point, outwards = RIMS[kind]
    return f.at(*point), outwards


def neck_scarf(body: Body, rng: np.random.Generator) -> Piece:
    """A scarf wound around the neck."""
    u = body.unit
    thick = float(rng.uniform(0.016, 0.026)) * u
    winding = ring((0.0, 0.852 * u), 0.05 * u, thick, 0.024 * u, 0.4)
    folds = waves(rng, 0.004 * u, (0.08 * u, 0.08 * u, 0.03 * u), 4)

    def field(x: Floats, y: Floats, z: Floats) -> Floats:
        return np.asarray(winding(x, y, z) - folds(x, y, z), dtype=np.float32)

    reach = 0.085 * u
    where = grid((-reach, -reach, 0.78 * u), (reach, reach, 0.92 * u), (0.0155 * u, 0.0155 * u, 0.014 * u))
    return Piece(Part.HAT, field, where)
