"""Clothes as fields around a body: looser than it, hanging from its widest places, with folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.assembly import Piece
from inference.simulation.rendering.bodies import Body, arm_radii
from inference.simulation.rendering.fields import (
    Column,
    Field,
    Floats,
    Grid,
    common,
    ellipsoid,
    grown,
    half_space,
    limb,
    mirrored,
    smooth_step,
    union,
    waves,
)
from inference.simulation.rendering.figures import Part
from inference.simulation.rendering.skeleton import Bone

UP, DOWN = (0.0, 0.0, 1.0), (0.0, 0.0, -1.0)
BELOW = 0.04
"""Body units that cloth is modelled beyond its edges before it is cut."""
OVER = 0.0075
"""Body units that a garment is outside the one under it, at least."""


@dataclass(frozen=True, slots=True)
class Top:
    """Something for the upper body. Lengths in body units unless said otherwise."""

    hem: float = 0.5
    """Height of its lower edge."""
    sleeve: float = 0.65
    """Where the sleeves end: 0 shoulder, 1 elbow, 2 wrist; negative: none."""
    ease: float = 0.01
    """Between body and cloth."""
    sleeve_ease: float = 0.009
    fitted: float = 0.25
    """How fast it may narrow below the chest: 0 hangs straight down."""
    flare: float = 0.0
    """Widening below the waist, metres a metre."""
    gathered: float = 0.0
    """Pulled in at the lower edge."""
    neck: float = 0.048
    """Radius of the opening; 0: closed high."""
    depth: float = 0.0
    """Of a V below it."""
    collar: str = "none"
    """``none``, ``shirt``, ``stand``, ``roll``, ``hood`` (down)."""
    opening: float = 0.0
    """Half width of an open front at the waist; 0: closed."""
    folds: float = 0.004
    pleats: float = 0.0
    """Height of vertical folds at the hem."""
    quilted: float = 0.0
    """Height of the rolls around a padded jacket."""


def draped(body: Body, top: Top) -> Column:
    """The trunk's column in a garment: eased, falling from the widest places, and around both legs."""
    trunk, unit = body.trunk, body.unit
    thick = 1.0 + 0.36 * body.build.fat
    legs = {
        "side": (0.056 + 0.054 * thick) * unit,
        "front": 0.058 * thick * unit,
        "back": 0.058 * thick * unit,
    }
    z = np.linspace((top.hem - BELOW) * unit, trunk.z[-1], 80)
    below = np.clip(0.6 * unit - z, 0.0, None)
    gather = top.gathered * unit * np.clip(1.0 - (z / unit - top.hem) / 0.05, 0.0, 1.0)

    def hung(table: NDArray[np.float64], widest: float, least: float) -> NDArray[np.float64]:
        eased = np.interp(z, trunk.z, table) + top.ease * unit
        eased = np.where(z < 0.46 * unit, np.maximum(eased, least + (0.006 + 0.8 * top.ease) * unit), eased)
        for k in range(len(z) - 2, -1, -1):
            if z[k] < widest:
                eased[k] = max(eased[k], eased[k + 1] - top.fitted * (z[k + 1] - z[k]))
        return np.asarray(eased + top.flare * below - gather)

    return Column(
        z,
        hung(trunk.side, 0.76 * unit, legs["side"]),
        hung(trunk.front, 0.73 * unit, legs["front"]),
        hung(trunk.back, 0.78 * unit, legs["back"]),
        np.interp(z, trunk.z, trunk.middle),
        trunk.power - 0.1 if top.hem < 0.4 else trunk.power,
    )


def sleeve(body: Body, top: Top) -> Field:
    """The left sleeve, longer than it will be cut."""
    u = body.unit
    upper, fore = arm_radii(body.build)
    shoulder, elbow, wrist = (body.joint(Bone(Bone.UPPER_ARM_LEFT + k)) for k in range(3))
    ease = top.sleeve_ease * u
    wide = [r + ease * k for r, k in zip(upper, (0.3, 0.8, 1.0, 1.0), strict=True)]
    if top.sleeve < 0.85:
        return limb(shoulder, elbow, wide)
    low = [r + ease * k for r, k in zip(fore, (1.0, 0.8, 0.7, 0.45), strict=True)]
    return union([limb(shoulder, elbow, wide), limb(elbow, wrist, low)], 0.02 * u)


def _sleeve_end(body: Body, top: Top) -> Field:
    """Everything of the left arm that a sleeve covers."""
    shoulder, elbow, wrist = (body.joints[Bone.UPPER_ARM_LEFT + k] for k in range(3))
    start, end, share = (
        (shoulder, elbow, top.sleeve) if top.sleeve <= 1.0 else (elbow, wrist, top.sleeve - 1.0)
    )
    x, y, z = (float(v) for v in start + share * (end - start))
    dx, dy, dz = (float(v) for v in end - start)
    return half_space((x, y, z), (dx, dy, dz))


def top_piece(
    part: Part, body: Body, top: Top, rng: np.random.Generator, under: Sequence[Field] = ()
) -> Piece:
    """A garment for the upper body, coat tails or a dress's skirt included, over what is ``under`` it."""
    u = body.unit
    trunk = draped(body, top)
    arms = mirrored(sleeve(body, top)) if top.sleeve >= 0 else None
    shape: Field = union([trunk, arms], 0.03 * u) if arms is not None else trunk
    shape = union([shape, *_collars(body, top)], 0.012 * u)
    shape = folded(shape, body, top, rng)
    if under:
        edge = half_space((0.0, 0.0, max(top.hem - BELOW, 0.46) * u), DOWN)
        # What has no sleeves goes over the trunk only.
        near = edge if arms is not None else common([edge, grown(trunk, 0.02 * u)])
        shape = union([shape, common([grown(union(under), OVER * u), near])], 0.01 * u)
    return Piece(
        part,
        shape,
        top_grid(body, top),
        cut=_top_cut(body, top, trunk, arms),
        depth=0.022 * u,
        hem=top.hem * u if top.hem < 0.46 else None,
        limbs=None if arms is None else (arms, trunk),
    )


def _top_cut(body: Body, top: Top, trunk: Field, arms: Field | None) -> Field:
    u = body.unit
    hole = _neck_hole(body, top) if top.neck > 0 else None
    front = _front_opening(u, top.opening) if top.opening > 0 else None
    end = mirrored(_sleeve_end(body, top)) if arms is not None else None
    shoulder, elbow = body.joint(Bone.UPPER_ARM_LEFT), body.joint(Bone.FOREARM_LEFT)
    armhole = mirrored(
        limb((shoulder[0], shoulder[1] + 0.012 * u, shoulder[2]), elbow, [0.044 * u, 0.08 * u])
    )

    def cut(x: Floats, y: Floats, z: Floats) -> Floats:
        value = top.hem * u - z
        if arms is not None and end is not None:
            on_arm = arms(x, y, z) < trunk(x, y, z)
            value = np.where(on_arm, end(x, y, z), value)
        else:
            value = np.maximum(value, -armhole(x, y, z))
        if hole is not None:
            value = np.maximum(value, -hole(x, y, z))
        if front is not None:
            value = np.maximum(value, -front(x, y, z))
        return np.asarray(value, dtype=np.float32)

    return cut


def _collars(body: Body, top: Top) -> list[Field]:
    u = body.unit
    neck = 0.036 - 0.004 * body.build.female + 0.006 * body.build.fat
    if top.collar == "shirt":
        return [ring((-0.014 * u, 0.835 * u), (neck + 0.008) * u, 0.011 * u, 0.016 * u, 0.35)]
    if top.collar == "stand":
        return [ring((-0.014 * u, 0.84 * u), (neck + 0.012) * u, 0.012 * u, 0.024 * u, 0.25)]
    if top.collar == "roll":
        return [ring((-0.012 * u, 0.845 * u), (neck + 0.004) * u, 0.011 * u, 0.022 * u, 0.25)]
    if top.collar == "hood":
        return [
            ellipsoid((-0.065 * u, 0.0, 0.835 * u), (0.042 * u, 0.082 * u, 0.042 * u), tilt=-0.5),
            ring((-0.018 * u, 0.833 * u), (neck + 0.014) * u, 0.016 * u, 0.016 * u, 0.35),
        ]
    return []


def ring(place: tuple[float, float], radius: float, thick: float, high: float, tilt: float) -> Field:
    """A ring around the neck, lower in front."""

    def field(x: Floats, y: Floats, z: Floats) -> Floats:
        px, pz = x - place[0], z - place[1] + tilt * (x - place[0])
        around = (np.sqrt(px * px + y * y) - radius) / thick
        k = np.sqrt(around * around + (pz / high) ** 2)
        return np.asarray((k - 1.0) * thick, dtype=np.float32)

    return field


def _neck_hole(body: Body, top: Top) -> Field:
    u, r = body.unit, top.neck * body.unit
    hole = ellipsoid((0.004 * u, 0.0, 0.862 * u), (r, r, 0.042 * u), tilt=0.25)
    if top.depth <= 0:
        return hole
    tip = (0.07 * u, 0.0, (0.81 - top.depth) * u)
    return union([hole, limb((0.03 * u, 0.0, 0.84 * u), tip, [0.035 * u, 0.02 * u, 0.006 * u])], 0.02 * u)


def _front_opening(u: float, half: float) -> Field:
    def field(x: Floats, y: Floats, z: Floats) -> Floats:
        width = half * u * (0.65 + 0.35 * np.cos((z / u - 0.62) * 9.0)) + 0.02 * u * smooth_step(
            0.52 * u, 0.4 * u, z
        )
        return np.asarray(np.maximum(np.abs(y) - width, -x), dtype=np.float32)

    return field


def folded(shape: Field, body: Body, top: Top, rng: np.random.Generator) -> Field:
    """The cloth with folds: oblique ones everywhere, round ones on sleeves, upright ones towards a hem."""
    u = body.unit
    general = waves(rng, top.folds * u, (0.16 * u, 0.14 * u, 0.11 * u), 4)
    across = waves(rng, 0.8 * top.folds * u, (0.5 * u, 0.22 * u, 0.055 * u), 3)
    count, phase = int(rng.integers(4, 8)), float(rng.uniform(0, 6.28))

    def field(x: Floats, y: Floats, z: Floats) -> Floats:
        arms = smooth_step(0.1 * u, 0.16 * u, np.abs(y)) * smooth_step(0.5 * u, 0.56 * u, z)
        calm = 1.0 - 0.75 * smooth_step(0.76 * u, 0.81 * u, z) * (1.0 - arms)
        height = general(x, y, z) * calm + across(x, y, z) * arms
        if top.pleats > 0:
            angle = np.arctan2(y, x * 1.4)
            grows = smooth_step(0.6 * u, top.hem * u, z) * (1.0 - arms)
            height = height + top.pleats * u * grows * np.cos(
                count * 2 * angle + phase + 4.0 * general(x, y, z) / u
            )
        if top.quilted > 0:
            along = z / (0.052 * u) + 3.0 * arms * np.abs(y) / (0.1 * u)
            height = height + top.quilted * u * (np.abs(np.sin(np.pi * along)) - 0.6) * calm
        return np.asarray(shape(x, y, z) - height, dtype=np.float32)

    return field


def top_grid(body: Body, top: Top, step: float = 0.021, high: float | None = None) -> Grid:
    """Where a garment for the upper body is sampled, up to ``high`` (body units)."""
    u, fat = body.unit, body.build.fat
    out = abs(float(body.joints[Bone.UPPER_ARM_LEFT, 1])) + 0.06 * u
    if top.sleeve >= 0:
        tip = body.joints[Bone.HAND_LEFT if top.sleeve > 1.15 else Bone.FOREARM_LEFT]
        out = float(tip[1]) + 0.05 * u
    wide = max(out, (0.15 + 0.05 * fat + top.ease + top.flare * max(0.0, 0.6 - top.hem) + top.pleats) * u)
    depth = (0.1 + 0.06 * fat + top.ease + top.flare * max(0.0, 0.6 - top.hem) + top.pleats) * u
    if high is not None:
        z = np.linspace(top.hem - BELOW, high, max(5, int((high - top.hem) / 0.032))) * u
        wide = min(wide, (0.16 + 0.05 * fat + top.flare * 0.5 + top.pleats) * u)
        return Grid(symmetric(depth + 0.02 * u, step * u), symmetric(wide, step * u), z.astype(np.float32))
    end = 0.895 * u if top.collar != "none" else 0.87 * u
    fine = np.arange(0.7 * u, end, 0.0195 * u)
    coarse = np.linspace((top.hem - BELOW) * u, 0.7 * u, max(4, int((0.7 - top.hem) / 0.032)), endpoint=False)
    return Grid(
        symmetric(depth + 0.02 * u, step * u),
        symmetric(wide, step * 1.1 * u),
        np.concatenate([coarse, fine]).astype(np.float32),
    )


def symmetric(half: float, step: float) -> Floats:
    """An axis with a sample at 0."""
    count = int(np.ceil(half / step))
    return (np.arange(-count, count + 1) * step).astype(np.float32)


def skirt_piece(
    part: Part, body: Body, skirt: Top, rng: np.random.Generator, under: Sequence[Field] = ()
) -> Piece:
    """A skirt from the waist down; what is tucked in is ``under`` it."""
    u, waist = body.unit, 0.612
    shape = folded(draped(body, skirt), body, skirt, rng)
    if under:
        near = common([grown(union(under), OVER * u), beside(0.15 * u)])
        shape = union([shape, near], 0.01 * u)

    cut = common([half_space((0.0, 0.0, waist * u), UP), half_space((0.0, 0.0, skirt.hem * u), DOWN)])
    where = top_grid(body, skirt, high=waist + BELOW)
    return Piece(part, shape, where, cut=cut, depth=0.03 * u, hem=skirt.hem * u)


def beside(half: float) -> Field:
    """Everything within ``half`` metres of the middle plane: trunk and legs without the arms."""
    return common(
        [half_space((0.0, half, 0.0), (0.0, 1.0, 0.0)), half_space((0.0, -half, 0.0), (0.0, -1.0, 0.0))]
    )
