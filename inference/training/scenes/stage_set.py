"""A stage while it is being built: things with their pictures, and the floor they stand on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.mesh import Mesh, merged, placed
from inference.simulation.rendering.scene import Lighting, Picture, Stage, Surface, Thing
from inference.training.scenes.floor_map import FloorMap, rectangle
from inference.training.scenes.shapes import bounds

Part = tuple[Mesh, Surface]
Floats = NDArray[np.float64]


class Prop(NamedTuple):
    """Something that can be put down: its middle at the origin, standing on z = 0, its front to -y."""

    parts: tuple[Part, ...]
    size: tuple[float, float]
    """Along x and y, metres: where nobody can stand."""
    height: float

    @classmethod
    def of(cls, *parts: Part, solid: bool = True) -> Prop:
        """A prop as large as its parts; not ``solid``: people may stand in it (rugs, lamps overhead)."""
        corners = [bounds(mesh) for mesh, _ in parts]
        low, high = np.min([c[0] for c in corners], axis=0), np.max([c[1] for c in corners], axis=0)
        half = np.maximum(-low, high)
        size = (2 * float(half[0]), 2 * float(half[1])) if solid else (0.0, 0.0)
        return cls(parts, size, float(high[2]))


class Place(NamedTuple):
    """Where one of many equal props goes."""

    x: float
    y: float
    heading: float = 0.0
    scale: float = 1.0
    z: float = 0.0


class StageSet:
    """Things, pictures and a floor map that stay in step."""

    def __init__(self, floor: FloorMap) -> None:
        self.floor = floor
        self.things: list[Thing] = []
        self.pictures: dict[str, Picture] = {}

    def picture(self, picture: Picture) -> str:
        """Keep a picture; its name for a surface."""
        name = f"scene-{len(self.pictures)}"
        self.pictures[name] = picture
        return name

    def add(self, mesh: Mesh, surface: Surface) -> None:
        """A mesh that is in the world's frame already, and that nobody runs into."""
        self.things.append(Thing(mesh, surface, np.eye(4, dtype=np.float32)[None]))

    def put(self, prop: Prop, place: Place, *, block: bool = True) -> None:
        """One prop, and people keep away from it."""
        self.many(prop, [place], block=block)

    def many(
        self,
        prop: Prop,
        places: Sequence[Place],
        tints: NDArray[np.float32] | None = None,
        *,
        block: bool = True,
    ) -> None:
        """The same prop in several places; ``tints`` ``[N, 3]`` multiply its colours."""
        if not places:
            return
        transforms = np.stack([placed(p.x, p.y, p.z, p.heading, p.scale) for p in places])
        for mesh, surface in prop.parts:
            self.things.append(Thing(mesh, surface, transforms, tints))
        if block and min(prop.size) > 0:
            for p in places:
                size = (prop.size[0] * p.scale, prop.size[1] * p.scale)
                self.floor.block_box(p.x, p.y, p.heading, size, p.z + prop.height * p.scale)

    def fits(self, prop: Prop, place: Place, spare: float = 0.1) -> bool:
        """Whether nothing stands yet where the prop would, and ``spare`` metres around."""
        size = (prop.size[0] * place.scale + 2 * spare, prop.size[1] * place.scale + 2 * spare)
        outline = rectangle(place.x, place.y, place.heading, size)
        if (outline < self.floor.low).any() or (outline > self.floor.high).any():
            return False
        return not bool((self.floor.covered(outline) & self.floor.taken).any())

    def try_put(
        self, rng: np.random.Generator, prop: Prop, tries: int = 6, spare: float = 0.1
    ) -> Place | None:
        """The prop anywhere that it fits, at any angle; None: it found no place."""
        margin = np.minimum(0.5 * max(prop.size) + spare, 0.45 * (self.floor.high - self.floor.low))
        for _ in range(tries):
            x, y = rng.uniform(self.floor.low + margin, self.floor.high - margin)
            turn = rng.uniform(0, 2 * np.pi) if rng.random() < 0.5 else float(rng.integers(4)) * np.pi / 2
            place = Place(float(x), float(y), float(turn))
            if self.fits(prop, place, spare):
                self.put(prop, place)
                return place
        return None

    def stage(self, lighting: Lighting) -> Stage:
        """What has been built, under this light. Things of one surface in one place become one mesh."""
        return Stage(tuple(_joined(self.things)), lighting, dict(self.pictures))


Maker = Callable[[np.random.Generator, StageSet], Prop]
"""Makes a random prop of one kind; its pictures go to the set."""


def _joined(things: Sequence[Thing]) -> list[Thing]:
    """Single things of equal surface as one: every draw call costs as much as hundreds of triangles."""
    single: dict[Surface, list[Thing]] = {}
    kept: list[Thing] = []
    for thing in things:
        if len(thing.transforms) == 1 and thing.tints is None and thing.surface.opacity >= 1.0:
            single.setdefault(thing.surface, []).append(thing)
        else:
            kept.append(thing)
    for surface, alike in single.items():
        mesh = merged([_in_world(t) for t in alike])
        kept.append(Thing(mesh, surface, np.eye(4, dtype=np.float32)[None]))
    return kept


def _in_world(thing: Thing) -> Mesh:
    matrix = thing.transforms[0]
    scale = float(np.cbrt(np.linalg.det(matrix[:3, :3].astype(np.float64))))
    return Mesh(
        (thing.mesh.positions @ matrix[:3, :3].T + matrix[:3, 3]).astype(np.float32),
        (thing.mesh.normals @ matrix[:3, :3].T / np.float32(scale)).astype(np.float32),
        thing.mesh.uv,
        thing.mesh.faces,
    )
