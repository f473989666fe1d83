"""Makes the pictures that the networks learn from: random scenes, rendered, with the truth beside them.

Shard ``n`` of a data set depends on the seed and ``n`` alone, so that any number of processes may share the
work, and whatever is there already is not made again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from inference.simulation.rendering.figures import Figure, Wish, make_figure
from inference.simulation.rendering.optics import LensView, Sensor, compressed, exposed
from inference.simulation.rendering.poses import Posed, pose
from inference.simulation.rendering.renderer import Renderer
from inference.simulation.rendering.scene import Actor, Thing
from inference.simulation.rendering.sightings import Shown, TruePoint, TrueSighting, sight
from inference.simulation.rendering.workers import spread
from inference.training.example_types import Example, TrainingPerson, shard_path, write_shard
from inference.training.missing_shards import Progress, make_missing
from inference.training.scenes import Shot, TrainingScene, random_scene
from store_layout.camera_geometry import camera_model

SCENES = 14
"""Scenes in a shard; each has several shots."""
WINDOW = 44
"""Figures that a shard's scenes draw from."""
FRESH = 4
"""Figures of a shard that the one before it did not have: a body costs as much as several pictures."""
IN_A_ROW, ROWS_A_PROCESS = 5, 2
"""Shards that a process makes one after another, and how often before it is replaced."""
HIDDEN = 0.02
"""Whoever is seen by less than this share is not in the picture."""
SMALLEST_PX = 8.0
PER_SHARD, PER_SCENE = 10_000, 100
"""Identities are numbered shard, scene, figure."""

J = TypeVar("J")


def make_examples(
    folder: Path, seed: int, numbers: Iterable[int], processes: int = 1, progress: Progress | None = None
) -> None:
    """Make those of the shards ``numbers`` that the folder lacks.

    Raises :class:`~inference.simulation.rendering.renderer.RendererError` where nothing can be rendered.
    """
    make_missing(
        folder,
        numbers,
        shard_path,
        lambda missing: in_processes(_make, [(folder, seed, n) for n in missing], processes),
        progress,
    )


def in_processes(work: Callable[[J], None], jobs: list[J], processes: int) -> Iterator[None]:
    """Let ``work``, a function of a module, do the jobs, neighbours in one process."""
    return spread(work, jobs, processes, in_a_row=IN_A_ROW, rows_a_process=ROWS_A_PROCESS)


Job = tuple[Path, int, int]


_maker: Maker | None = None


def _make(job: Job) -> None:
    global _maker  # noqa: PLW0603 - a process keeps its renderer and its figures from shard to shard
    folder, seed, number = job
    if _maker is None or _maker.seed != seed:
        _maker = Maker(seed)
    write_shard(folder, number, _maker.shard(number))


class Maker:
    """Renders shards. Keeps a renderer and the last figures."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._renderer = Renderer()
        self._figures: dict[int, Figure] = {}

    def shard(self, number: int) -> list[Example]:
        """All examples of one shard."""
        found: list[Example] = []
        for i in range(SCENES):
            rng = np.random.default_rng([self.seed, 1, number, i])
            first = number * PER_SHARD + i * PER_SCENE
            found += self.scene(number, first, rng)
        return found

    def scene(self, number: int, first: int, rng: np.random.Generator) -> list[Example]:
        """The shots of one random scene; ``first`` is the identity of its first figure."""
        scene = random_scene(rng)
        figures = self._dressed(number, scene.wishes, rng)
        self._renderer.set_stage(scene.stage)
        return [self._example(scene, shot, figures, first, rng) for shot in scene.shots]

    def close(self) -> None:
        """End the renderer."""
        self._renderer.close()

    def _example(
        self, scene: TrainingScene, shot: Shot, figures: list[Figure], first: int, rng: np.random.Generator
    ) -> Example:
        lens = LensView(shot.camera)
        posed = {number: pose(figures[number], stance) for number, stance in shot.people}
        actors = [Actor(figures[number], p.bones) for number, p in posed.items()]
        rendered = self._renderer.render(lens.view, actors, [*shot.props, *_held(scene, shot, posed)])
        sensor = Sensor.random(rng)
        image = exposed(lens.through_lens(rendered.image), sensor, rng)
        shown = Shown(camera_model(shot.camera), lens.size, lens.view, rendered.depth)
        people = []
        for number, p in posed.items():
            seen = sight(figures[number], p, shown)
            if seen is not None and seen.visible >= HIDDEN and seen.height_px >= SMALLEST_PX:
                people.append(person_of(first + number, seen))
        return Example(first, *lens.size, compressed(image, sensor.quality), tuple(people), scene.kind)

    def _dressed(self, number: int, wishes: tuple[Wish, ...], rng: np.random.Generator) -> list[Figure]:
        """A figure for each wish: a body in the clothes of another of its kind, as tall as wished."""
        window = [self._figure(n) for n in range(number * FRESH, number * FRESH + WINDOW)]
        for old in [n for n in self._figures if n < number * FRESH]:
            del self._figures[old]
        found = []
        for wish in wishes:
            fitting = [
                f for n, f in enumerate(window) if _kind(number * FRESH + n) == (wish.child, wish.staff)
            ]
            body = fitting[int(rng.integers(len(fitting)))]
            looks = fitting[int(rng.integers(len(fitting)))].looks
            found.append(_grown(replace(body, looks=looks), wish, rng))
        return found

    def _figure(self, n: int) -> Figure:
        if n not in self._figures:
            child, staff = _kind(n)
            rng = np.random.default_rng([self.seed, 0, n])
            self._figures[n] = make_figure(rng, Wish(child=child, staff=staff))
        return self._figures[n]


def _kind(n: int) -> tuple[bool, bool]:
    """Whether figure ``n`` is a child, and whether it is staff: every eighth each."""
    return n % 8 == 3, n % 8 == 6


def _grown(figure: Figure, wish: Wish, rng: np.random.Generator) -> Figure:
    """The same figure a little taller or shorter: as tall as wished, else by chance; never a caricature."""
    wanted = wish.height / figure.height if wish.height is not None else float(rng.normal(1.0, 0.03))
    scale = np.float32(np.clip(wanted, 0.9, 1.1))
    return replace(
        figure,
        height=float(figure.height * scale),
        positions=figure.positions * scale,
        joints=figure.joints * scale,
    )


def _held(scene: TrainingScene, shot: Shot, posed: dict[int, Posed]) -> Iterator[Thing]:
    for number, side, product in shot.held:
        if number in posed:
            palm = posed[number].palm_left if side == "left" else posed[number].palm_right
            mesh, surface = scene.products[product]
            yield Thing(mesh, surface, palm[None])


def person_of(identity: int, seen: TrueSighting) -> TrainingPerson:
    """What a network is told of somebody in a picture."""
    return TrainingPerson(
        identity=identity,
        box=(round(seen.box[0], 1), round(seen.box[1], 1), round(seen.box[2], 1), round(seen.box[3], 1)),
        visible=round(seen.visible, 3),
        head=_point(seen.head),
        foot=_point(seen.foot),
        wrist_left=_point(seen.wrist_left),
        wrist_right=_point(seen.wrist_right),
        height_px=round(seen.height_px, 1),
    )


def _point(point: TruePoint) -> tuple[float, float, float]:
    return round(point.x, 1), round(point.y, 1), float(point.seen)
