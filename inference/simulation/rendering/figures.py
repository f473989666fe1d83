"""Procedural people: a body of triangles on a skeleton, and what it wears."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Part(IntEnum):
    """What a vertex of a figure belongs to."""

    SKIN = 0
    HAIR = 1
    UPPER = 2
    LOWER = 3
    SHOES = 4
    OUTER = 5
    """Coat, jacket, skirt, apron or whatever hangs over the rest."""
    BAG = 6
    FEATURES = 7
    """Eyes, brows, mouth, beard."""
    HAT = 8
    """Cap, hat, hood, headscarf, and a scarf of the same cloth."""


class Pattern(IntEnum):
    """How a part's two colours are laid out, in the rest frame."""

    PLAIN = 0
    STRIPES_ACROSS = 1
    STRIPES_ALONG = 2
    CHECK = 3
    DOTS = 4
    PATCHES = 5
    """Irregular blots: prints, camouflage, flowers."""
    HALVES = 6
    """Upper part in one colour, lower in the other."""
    CHEST = 7
    """A print on the chest and back."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one part is covered with. Colours are sRGB, 0 to 1."""

    colour: tuple[float, float, float]
    second: tuple[float, float, float] = (1.0, 1.0, 1.0)
    pattern: Pattern = Pattern.PLAIN
    scale: float = 0.1
    """Period of the pattern, metres."""
    gloss: float = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """Somebody: triangles in a rest pose (standing, arms a little away, facing +x, feet on z = 0)."""

    height: float
    """Metres, floor to crown, with hair and shoes."""
    positions: Floats
    """``[V, 3]`` metres."""
    normals: Floats
    """``[V, 3]``"""
    faces: NDArray[np.uint32]
    """``[F, 3]``"""
    bone: NDArray[np.uint8]
    """``[V, 4]`` the bones that move a vertex."""
    weight: Floats
    """``[V, 4]`` how much each does; rows sum to 1."""
    part: NDArray[np.uint8]
    """``[V]`` a :class:`Part`."""
    looks: tuple[Look, ...]
    """One for each :class:`Part`, by its number."""
    joints: Floats
    """``[B, 3]`` rest places of the joints that the bones turn about."""
    girth: float = 0.19
    """Half of the breadth at the hips, over the clothes, metres: where hanging arms have to stay out."""
    belly: float = 0.15
    """How far the front of chest and belly is from the middle, over the clothes, metres."""
    tint: Floats | None = None
    """``[V, 3]`` sRGB colours; the light that they stand for multiplies the look's: shade of what is near,
    lips, insides of sleeves. None: all ones."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a figure shall be like; None: by chance."""

    height: float | None = None
    """Metres, floor to crown, with hair and shoes."""
    child: bool = False
    staff: bool = False
    """In an apron or a vest of the shop's colour."""
    shop_colour: tuple[float, float, float] = (0.10, 0.45, 0.40)
    bag: bool | None = None
    upper: tuple[float, float, float] | None = None
    """Colour of what covers most of the upper body."""


def make_figure(rng: np.random.Generator, wish: Wish = Wish()) -> Figure:
    """Somebody new: the same for the same generator's state and wish. Takes about 0.1 s.

    Raises ``ImportError`` where scikit-image (extra ``simulate``) is not installed.
    """
    from inference.simulation.rendering.wardrobe import dressed

    return dressed(rng, wish)
