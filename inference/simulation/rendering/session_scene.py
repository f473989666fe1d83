"""A simulated session as its cameras see it: the stage, who is on it, and what is still on the shelves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from inference.simulation.movements import LOOK_DOWN, BodyNow, Side
from inference.simulation.rendering.figures import Figure, Wish, make_figure
from inference.simulation.rendering.optics import LensView, Sensor, exposed
from inference.simulation.rendering.packaging import Packages
from inference.simulation.rendering.poses import HandTarget, Posed, Stance, pose, stride_length
from inference.simulation.rendering.renderer import Backdrop, Renderer
from inference.simulation.rendering.room import Style, store_stage
from inference.simulation.rendering.scene import Actor, Picture, Rendered, Stage, Thing
from inference.simulation.rendering.shelving import UnitPlace, stock_things, unit_places
from inference.simulation.rendering.sightings import Shown, TrueSighting, sight
from store_layout.camera_geometry import camera_model
from store_layout.model import Camera, StoreLayout

Stock = Mapping[str, Mapping[str, int]]
"""Slot -> sku -> units."""

STORE_SEED = 20260302
"""Of how rooms and packages look."""
WALK_M_S = 1.2
"""Speed at which somebody walks with full strides."""
SHORTEST = 0.35
"""Strides are shortened to this share before the feet slow down."""
SHUTTER_S = 0.016
"""How long the shutter is open, for motion blur."""


class Staged(NamedTuple):
    """Somebody in a pose, ready to be drawn."""

    person: str
    figure: Figure
    posed: Posed
    things: tuple[Thing, ...]
    """What is in their hands."""


class SessionScene:
    """The store, its goods and its people. The same ``seed`` gives the same looks to the same people.

    The store and its goods look the same in every session, unless told to by ``style`` and ``looks``.
    """

    def __init__(
        self, layout: StoreLayout, seed: int, style: Style | None = None, looks: int = STORE_SEED
    ) -> None:
        """``looks``: seed of how the packages look, where they stand, and what hangs on the walls."""
        self.layout = layout
        self._seed, self._looks = seed, looks
        self._packages = Packages(layout.catalog, looks)
        self._bare = store_stage(layout, np.random.default_rng([looks, 0]), style or Style())
        self._figures: dict[str, Figure] = {}
        self._places: dict[str, tuple[dict[str, int], list[UnitPlace]]] = {}

    def stage(self, stock: Stock) -> Stage:
        """The store with these goods on its shelves."""
        pictures = {**self._bare.pictures, **self._packages.pictures}
        return Stage(self.things(stock), self._bare.lighting, pictures)

    def things(self, stock: Stock) -> list[Thing]:
        """What stands still: the store, and these goods."""
        places = [place for slot, counts in stock.items() for place in self._units(slot, dict(counts))]
        return [*self._bare.things, *stock_things(self._packages, places)]

    def _units(self, slot: str, counts: dict[str, int]) -> list[UnitPlace]:
        """Where the units of a slot stand; worked out anew only where they are others than before."""
        known, places = self._places.get(slot, (None, []))
        if known != counts:
            rng = np.random.default_rng([self._looks, crc32(slot.encode())])
            places = unit_places(self.layout, self._packages, slot, counts, rng)
            self._places[slot] = (counts, places)
        return places

    def figure(self, body: BodyNow) -> Figure:
        """What somebody looks like; made when they are first seen."""
        if body.person not in self._figures:
            wish = Wish(height=body.height, staff=body.staff)
            self._figures[body.person] = make_figure(self._rng(f"person {body.person}"), wish)
        return self._figures[body.person]

    def forget(self, staying: Iterable[str]) -> None:
        """Drop the looks of everybody else."""
        kept = set(staying)
        self._figures = {person: f for person, f in self._figures.items() if person in kept}

    def staged(self, body: BodyNow) -> Staged:
        """Somebody in their pose, with what they hold."""
        figure = self.figure(body)
        posed = pose(figure, _stance(body, figure))
        return Staged(body.person, figure, posed, tuple(self._held(body.held, posed)))

    def _held(self, held: Iterable[tuple[Side, str]], posed: Posed) -> Iterable[Thing]:
        for side, sku in held:
            palm = posed.palm_left if side == "left" else posed.palm_right
            down = np.eye(4, dtype=np.float32)
            down[2, 3] = (
                -self._packages.size(sku)[2] / 2
            )  # a package's origin is its base, a hand holds its middle
            yield Thing(self._packages.mesh(sku), self._packages.surface(sku), (palm @ down)[None])

    def _rng(self, what: str) -> np.random.Generator:
        return np.random.default_rng([self._seed, crc32(what.encode())])


def _stance(body: BodyNow, figure: Figure) -> Stance:
    stride = float(np.clip(body.speed / WALK_M_S, 0.0, 1.0))
    cycle = stride_length(figure) * max(stride, SHORTEST)
    hands: dict[str, HandTarget] = {r.side: HandTarget(r.target, r.share) for r in body.reaches}
    return Stance(
        x=body.x,
        y=body.y,
        heading=body.heading,
        phase=body.walked / cycle,
        stride=stride,
        look_down=LOOK_DOWN if body.browsing else 0.1,
        left=hands.get("left"),
        right=hands.get("right"),
        seed=crc32(body.person.encode()) % 1000,
    )


@dataclass
class _Seen:
    """What a camera keeps between two pictures."""

    lens: LensView
    sensor: Sensor
    rng: np.random.Generator
    backdrop: Backdrop | None = None


class StoreCameras:
    """Renders the cameras of a session. One renderer, so one thread. Close it, or use it in a ``with``."""

    def __init__(
        self, scene: SessionScene, cameras: Sequence[Camera], seed: int, sensor: Sensor | None = None
    ) -> None:
        """Raises ``RendererError`` where nothing can be rendered, ``ValueError`` for an unknown lens."""
        self._scene = scene
        self._models = {camera.id: camera_model(camera) for camera in cameras}
        self._seen = {
            camera.id: _Seen(LensView(camera), sensor or Sensor(), np.random.default_rng([seed, 7, n]))
            for n, camera in enumerate(cameras)
        }
        self._renderer = Renderer()
        self._stock: dict[str, dict[str, int]] | None = None

    def __enter__(self) -> StoreCameras:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the renderer."""
        self._renderer.close()

    def stock(self, stock: Stock) -> None:
        """What is on the shelves from now on."""
        now = {slot: dict(counts) for slot, counts in stock.items()}
        if now == self._stock:
            return
        if self._stock is None:
            self._renderer.set_stage(self._scene.stage(now))
        else:
            self._renderer.update_stage(self._scene.things(now))
        self._stock = now
        for seen in self._seen.values():
            seen.backdrop = None

    def picture(self, camera: str, moments: Sequence[Sequence[Staged]], light: float = 1.0) -> Picture:
        """BGR picture of a camera: the mean over ``moments`` while the shutter is open.

        ``light``: share of the usual light. Call :meth:`stock` first.
        """
        return self._exposed(camera, self._drawn(camera, moments), light)

    def picture_and_truth(
        self, camera: str, moments: Sequence[Sequence[Staged]], light: float = 1.0
    ) -> tuple[Picture, dict[str, TrueSighting]]:
        """The picture, and who is truly in it, by person; as they are at the last of the moments."""
        drawn = self._drawn(camera, moments)
        lens = self._seen[camera].lens
        shown = Shown(self._models[camera], lens.size, lens.view, drawn[-1].depth)
        sightings = {one.person: sight(one.figure, one.posed, shown) for one in moments[-1]}
        found = {person: s for person, s in sightings.items() if s is not None}
        return self._exposed(camera, drawn, light), found

    def _drawn(self, camera: str, moments: Sequence[Sequence[Staged]]) -> list[Rendered]:
        seen = self._seen[camera]
        if seen.backdrop is None:
            seen.backdrop = self._renderer.backdrop(seen.lens.view)
        return [
            self._renderer.render(
                seen.lens.view,
                [Actor(one.figure, one.posed.bones) for one in people],
                [thing for one in people for thing in one.things],
                seen.backdrop,
            )
            for people in moments
        ]

    def _exposed(self, camera: str, drawn: Sequence[Rendered], light: float) -> Picture:
        seen = self._seen[camera]
        mean = drawn[0].image if len(drawn) == 1 else _mean([d.image for d in drawn])
        return exposed(seen.lens.through_lens(mean), seen.sensor.at(light), seen.rng)


def _mean(images: Sequence[Picture]) -> Picture:
    total: NDArray[np.uint16] = np.zeros(images[0].shape, dtype=np.uint16)
    for image in images:
        total += image
    return (total // len(images)).astype(np.uint8)
