"""How a store is done up: materials, colours and the mood of its light."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping
from typing import Literal

import msgspec
import numpy as np

from inference.simulation.rendering.mesh import Mesh, merged
from inference.simulation.rendering.scene import Colour, Picture, Surface, Thing

FloorKind = Literal["tiles", "slabs", "terrazzo", "concrete", "planks", "lino"]
FLOORS: tuple[FloorKind, ...] = ("tiles", "slabs", "terrazzo", "concrete", "planks", "lino")


class Style(msgspec.Struct, frozen=True, kw_only=True):
    """What the fittings of a store look like. Colours are sRGB, 0 to 1."""

    floor: FloorKind = "tiles"
    floor_colour: Colour = (0.80, 0.77, 0.71)
    floor_gloss: float = 0.42
    walls: Colour = (0.90, 0.87, 0.80)
    wainscot: Colour | None = (0.40, 0.51, 0.43)
    """Colour of the lower part of the walls; None: as above."""
    ceiling: Colour = (0.92, 0.91, 0.89)
    ceiling_m: float = 3.3
    """Height, unless a camera hangs higher."""
    shelves: Colour = (0.78, 0.77, 0.74)
    """Boards, end and back panels."""
    frames: Colour = (0.30, 0.31, 0.33)
    """Plinths, posts, door and cooler frames."""
    wood: Colour = (0.62, 0.44, 0.27)
    accent: Colour = (0.10, 0.44, 0.32)
    """The shop's own colour: signs, rails of offers, headers."""
    rails: Colour = (0.93, 0.92, 0.90)
    """Price rails."""
    brightness: float = 1.0
    """Of all light; 1 is a well-lit shop."""
    warmth: float = 0.35
    """-1 bluish daylight tubes, 0 neutral, 1 warm lamps."""
    posters: float = 0.6
    """Share of the free stretches of wall with a poster."""
    windows: bool = True
    """Whether walls with gates have shop windows."""
    clutter: int = 3
    """How many plants, bins and stacks of baskets stand in free corners at most."""

    @staticmethod
    def random(rng: np.random.Generator) -> Style:
        """Another store's."""
        hue = float(rng.random())
        grey = float(rng.choice((0.9, 0.8, 0.62, 0.3, 0.15), p=(0.4, 0.25, 0.15, 0.12, 0.08)))
        return Style(
            floor=FLOORS[int(rng.integers(len(FLOORS)))],
            floor_colour=_colour(rng, 0.16, (0.3, 0.9)),
            floor_gloss=float(rng.uniform(0.05, 0.7)),
            walls=_colour(rng, 0.3, (0.4, 0.95)),
            wainscot=_colour(rng, 0.5, (0.2, 0.85)) if rng.random() < 0.5 else None,
            ceiling=_colour(rng, 0.05, (0.25, 0.95)),
            ceiling_m=float(rng.uniform(3.0, 4.0)),
            shelves=_tinted(rng, grey),
            frames=_tinted(rng, float(rng.uniform(0.08, 0.75))),
            wood=_hsv(
                float(rng.uniform(0.07, 0.11)), float(rng.uniform(0.3, 0.65)), float(rng.uniform(0.25, 0.8))
            ),
            accent=_hsv(hue, float(rng.uniform(0.5, 0.95)), float(rng.uniform(0.3, 0.9))),
            rails=_tinted(rng, 0.93) if rng.random() < 0.6 else _hsv(hue, 0.7, 0.8),
            brightness=float(np.clip(rng.normal(0.95, 0.2), 0.45, 1.35)),
            warmth=float(np.clip(rng.normal(0.1, 0.45), -1.0, 1.0)),
            posters=float(rng.random()),
            windows=bool(rng.random() < 0.5),
            clutter=int(rng.integers(0, 7)),
        )


def _hsv(hue: float, saturation: float, value: float) -> Colour:
    return colorsys.hsv_to_rgb(hue % 1.0, saturation, value)


def _colour(rng: np.random.Generator, most: float, value: tuple[float, float]) -> Colour:
    """Mostly quiet colours, up to a saturation of ``most``."""
    return _hsv(float(rng.random()), most * float(rng.random()) ** 1.5, float(rng.uniform(*value)))


def _tinted(rng: np.random.Generator, grey: float) -> Colour:
    return _hsv(float(rng.random()), 0.05 * float(rng.random()), grey)


class Pile:
    """Collects meshes by what covers them: a thing for each surface, so that few are drawn."""

    def __init__(self) -> None:
        self._meshes: dict[Surface, list[Mesh]] = {}
        self._pictures: dict[str, Picture] = {}

    def add(self, surface: Surface, *meshes: Mesh) -> None:
        """Meshes in world coordinates."""
        self._meshes.setdefault(surface, []).extend(meshes)

    def picture(self, name: str, picture: Picture) -> str:
        """Keep a picture; gives its name back."""
        self._pictures[name] = picture
        return name

    def things(self) -> list[Thing]:
        """Everything collected."""
        here = np.eye(4, dtype=np.float32)[None]
        return [Thing(merged(meshes), surface, here) for surface, meshes in self._meshes.items()]

    @property
    def pictures(self) -> Mapping[str, Picture]:
        """Pictures by name."""
        return self._pictures
