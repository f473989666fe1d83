"""Trousers and shoes as fields around the legs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inference.simulation.rendering.assembly import Piece
from inference.simulation.rendering.bodies import Body, leg_radii
from inference.simulation.rendering.fields import (
    Field,
    Floats,
    Grid,
    common,
    ellipsoid,
    half_space,
    limb,
    mirrored,
    smooth_min,
    smooth_step,
    union,
    waves,
)
from inference.simulation.rendering.figures import Part
from inference.simulation.rendering.garments import BELOW, DOWN, OVER, UP, Top, draped, symmetric
from inference.simulation.rendering.skeleton import Bone


@dataclass(frozen=True, slots=True)
class Trousers:
    """Something with two legs. Body units."""

    bottom: float = 0.03
    waist: float = 0.6
    ease: float = 0.007
    """At the thigh."""
    leg: float = 0.0
    """Least radius below the knee: 0 close, 0.04 straight, 0.055 wide."""
    folds: float = 0.004


def trousers_piece(
    body: Body, wear: Trousers, rng: np.random.Generator, under: Sequence[Field] = ()
) -> Piece:
    """Trousers, shorts or leggings; what is tucked in is ``under`` them."""
    u = body.unit
    thigh, shin = leg_radii(body.build)
    hip, knee, ankle = (body.joint(Bone(Bone.THIGH_LEFT + k)) for k in range(3))
    out = 0.5 * wear.ease * u
    hip, knee, ankle = ((p[0], p[1] + out * k, p[2]) for p, k in ((hip, 0.3), (knee, 1.0), (ankle, 1.4)))
    ankle = (ankle[0], ankle[1], 0.025 * u)
    least = wear.leg * u
    ease = wear.ease * u
    low = [max(r + ease * 0.8, least) for r in shin]
    high = [max(r + ease * k, least) for r, k in zip(thigh, (1.0, 1.0, 1.0, 0.9, 0.8), strict=True)]
    legs = mirrored(union([limb(hip, knee, high), limb(knee, ankle, low, lead=-0.006 * u)], 0.02 * u))
    hips = draped(body, Top(hem=0.5, ease=0.55 * wear.ease + 0.003, fitted=0.8))
    folds = waves(rng, wear.folds * u, (0.14 * u, 0.14 * u, 0.1 * u), 4)
    creases = waves(rng, 1.2 * wear.folds * u, (0.3 * u, 0.3 * u, 0.05 * u), 3)

    tucked = union(under) if under else None

    def field(x: Floats, y: Floats, z: Floats) -> Floats:
        shape = smooth_min(legs(x, y, z), hips(x, y, z), 0.03 * u)
        if tucked is not None:
            inside = np.maximum(tucked(x, y, z) - OVER * u, np.abs(y) - 0.15 * u)
            shape = smooth_min(shape, np.maximum(inside, 0.53 * u - z), 0.03 * u)
        bent = smooth_step(0.07 * u, 0.0, np.abs(z - 0.29 * u)) + smooth_step(0.14 * u, 0.04 * u, z)
        shape = shape - folds(x, y, z) - creases(x, y, z) * bent
        gap = np.where(z < 0.455 * u, 0.006 * u - np.abs(y), -1.0)
        return np.asarray(np.maximum(shape, gap), dtype=np.float32)

    cut = common([half_space((0.0, 0.0, wear.waist * u), UP), half_space((0.0, 0.0, wear.bottom * u), DOWN)])
    return Piece(Part.LOWER, field, legs_grid(body, wear), cut=cut, depth=0.02 * u)


def legs_grid(body: Body, wear: Trousers, step: float = 0.0175) -> Grid:
    """Where trousers are sampled."""
    u, fat = body.unit, body.build.fat
    z = np.concatenate(
        [
            np.arange((wear.bottom - BELOW) * u, min(wear.waist + BELOW, 0.44) * u, 0.042 * u),
            np.arange(0.44 * u, (wear.waist + BELOW) * u, 0.024 * u),
        ]
    )
    return Grid(
        symmetric((0.1 + 0.055 * fat + wear.ease) * u, step * u),
        symmetric((0.125 + 0.05 * fat + 2.5 * wear.ease + max(0.0, wear.leg - 0.045)) * u, step * u),
        z.astype(np.float32),
    )


@dataclass(frozen=True, slots=True)
class Shoes:
    """A pair of shoes. Body units."""

    shaft: float = 0.06
    """Height of the upper edge: 0.04 a slipper, 0.06 a shoe, 0.1 an ankle boot, 0.25 a boot."""
    bulk: float = 0.004
    sole: float = 0.014
    long: float = 0.105
    """Ankle to toe."""


def shoes_field(body: Body, wear: Shoes, under: Sequence[Field] = ()) -> Field:
    """Both shoes; boots go over what is ``under`` them."""
    u = body.unit
    x, y, _ = body.joint(Bone.FOOT_LEFT)
    y += 0.004 * u
    bulk = wear.bulk * u
    _, shin = leg_radii(body.build)
    top = (x + 0.02 * u * (wear.shaft > 0.12), y - 0.002 * u, wear.shaft * u)
    upper = union(
        [
            limb(
                (x - 0.014 * u, y, 0.032 * u),
                (x + 0.05 * u, y, 0.026 * u),
                [0.024 * u + bulk, 0.025 * u + bulk],
            ),
            ellipsoid(
                (x + 0.055 * u, y + 0.003 * u, 0.022 * u),
                (wear.long * u - 0.055 * u + bulk, 0.027 * u + bulk, 0.021 * u + bulk),
            ),
            limb((x, y, 0.036 * u), top, [0.024 * u + bulk, shin[-1] + 0.001 * u + bulk]),
        ],
        0.025 * u,
    )
    sole = ellipsoid(
        (x + 0.025 * u, y + 0.002 * u, wear.sole * u * 0.5),
        (wear.long * u - 0.022 * u + bulk, 0.03 * u + bulk, 0.03 * u),
    )

    def field(px: Floats, py: Floats, pz: Floats) -> Floats:
        a = np.abs(py)
        shape = smooth_min(upper(px, a, pz), np.maximum(sole(px, a, pz), pz - wear.sole * u), 0.006 * u)
        if wear.shaft > 0.12:
            for other in under:
                shape = np.minimum(shape, other(px, py, pz) - 0.008 * u)
        return np.asarray(np.maximum(np.maximum(shape, -pz), pz - wear.shaft * u), dtype=np.float32)

    return field


def shoes_grid(body: Body, wear: Shoes) -> Grid:
    """Where shoes are sampled."""
    u = body.unit
    x, y, _ = body.joint(Bone.FOOT_LEFT)
    half = np.arange(y - 0.045 * u, y + 0.06 * u, 0.0165 * u)
    z = np.concatenate(
        [
            np.arange(-0.004 * u, 0.07 * u, 0.0135 * u),
            np.arange(0.07 * u, wear.shaft * u + 0.02 * u, 0.03 * u),
        ]
    )
    return Grid(
        np.arange(x - 0.06 * u, x + (wear.long + 0.03) * u, 0.018 * u).astype(np.float32),
        np.concatenate([-half[::-1], half]).astype(np.float32),
        z.astype(np.float32),
    )
