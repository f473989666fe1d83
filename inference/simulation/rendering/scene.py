"""What a rendered camera looks at: the types between those who build a scene and the renderer.

World: metres, right-handed, z up, the floor at z = 0. Colours are sRGB, 0 to 1. Pictures are RGB
``uint8 [H, W, 3]``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.figures import Figure
from inference.simulation.rendering.mesh import Mesh

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]
Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Surface:
    """What a mesh is covered with."""

    colour: Colour = (0.7, 0.7, 0.7)
    """Multiplied with the picture where there is one."""
    picture: str | None = None
    """Name of a picture of the stage."""
    repeat: tuple[float, float] = (1.0, 1.0)
    """How often the picture is repeated along u and v."""
    gloss: float = 0.1
    """0 dull cloth or paper, 1 polished metal or glass."""
    glow: float = 0.0
    """Light that it gives by itself: 1 is as bright as white paper in full light."""
    opacity: float = 1.0
    """Below 1 it is glass: drawn last, blended, with a reflection of the surroundings."""
    grain: float = 0.0
    """Strength of an irregular fine structure (plaster, concrete, grass) computed from the place, 0 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """One mesh in one or many places."""

    mesh: Mesh
    surface: Surface
    transforms: Floats
    """``[N, 4, 4]`` from the mesh's frame to the world, columns are axes."""
    tints: Floats | None = None
    """``[N, 3]`` colours that multiply the surface's, one an instance."""


@dataclass(frozen=True, slots=True, eq=False)
class Actor:
    """A figure in a pose."""

    figure: Figure
    bones: Floats
    """``[B, 4, 4]`` from the figure's rest frame to the world, one a bone."""


@dataclass(frozen=True, slots=True)
class Lighting:
    """Light from everywhere, and from one main direction."""

    above: Colour = (0.75, 0.76, 0.78)
    """Light on a surface that looks up: sky, or a lit ceiling."""
    below: Colour = (0.35, 0.34, 0.32)
    """Light on a surface that looks down: what the floor throws back."""
    towards_sun: tuple[float, float, float] = (0.3, 0.2, 0.93)
    """Unit vector from a surface to the main lamp or the sun."""
    sun: Colour = (0.35, 0.34, 0.32)
    shadow: float = 0.35
    """Share of the light missing where the sun does not reach the floor; 0: no cast shadows."""
    contact: float = 0.5
    """Darkness of the soft shade under whatever stands on the floor, 0 to 1."""
    horizon: Colour = (0.7, 0.72, 0.75)
    """Colour where nothing is, towards the horizon."""
    zenith: Colour = (0.45, 0.6, 0.85)
    """Colour where nothing is, overhead."""
    lamps: tuple[tuple[float, float, float, float], ...] = ()
    """``(x, y, z, strength)`` of up to 8 lamps that make near things brighter; strength about 0 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """Everything that stands still."""

    things: Sequence[Thing]
    lighting: Lighting = Lighting()
    pictures: Mapping[str, Picture] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A pinhole camera, as OpenCV has it: ``pixel ~ k (r X + t)``; the lens is applied afterwards."""

    k: NDArray[np.float64]
    """``[3, 3]`` in pixels of this view; continuous: its left edge is 0, its right edge ``width``."""
    r: NDArray[np.float64]
    """``[3, 3]`` world to camera."""
    t: NDArray[np.float64]
    """``[3]`` metres."""
    width: int
    height: int


@dataclass(frozen=True, slots=True, eq=False)
class Rendered:
    """One picture, with depth."""

    image: Picture
    """BGR ``uint8 [H, W, 3]``."""
    depth: Floats
    """``[H, W]`` metres along the optical axis; inf where nothing is."""
