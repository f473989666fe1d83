"""Pictures of simulated sessions in one store.

Either of one session as it is filmed, to measure on in a place that was never learned from; or of many, to
fit a network to a store whose layout is known. Then all that is not known beforehand is drawn anew for each
session: the shoppers, how walls, floor, shelves and goods look, the light, the cameras' pictures.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from inference.simulation import SimulationSettings
from inference.simulation.movements import Movement
from inference.simulation.people import Schedule
from inference.simulation.plans import random_plans
from inference.simulation.rendering.optics import Sensor, compressed
from inference.simulation.rendering.session_scene import SessionScene, Staged, StoreCameras
from inference.simulation.rendering.style import Style
from inference.simulation.shelves import Shelves
from inference.simulation.walkers import RATE_HZ
from inference.training.example_types import Example, TrainingPerson, shard_path, write_shard
from inference.training.examples import HIDDEN, PER_SHARD, SMALLEST_PX, in_processes, person_of
from inference.training.missing_shards import Progress, make_missing
from store_layout.model import Camera, StoreLayout

VISITS = 24
ARRIVALS_PER_MIN = 8.0
SENSOR = Sensor(noise=0.01, blur_px=0.5)
QUALITY = 80
FIT_VISITS = 14
FIT_PICTURES = 80
"""Of each session that a network is fitted on."""
AT_SHELF = 0.7
"""Share of them taken while somebody reaches into a shelf ..."""
AT_SHELF_SD_S = 0.35
"""... this near to the moment."""
DIMMEST, BRIGHTEST = 0.6, 1.15
"""Light that comes and goes, as a share of the usual."""

EMPTY_KEPT = 0.2
"""Share kept of pictures in which nobody is."""


class Session(NamedTuple):
    """Who goes where in a simulated session."""

    movements: list[Movement]
    numbers: dict[str, int]
    """Of the people in it."""
    stock: dict[str, dict[str, int]]
    """What is on the shelves at the start."""
    end: float
    """Seconds."""
    reaches: list[float]
    """Moments at which somebody takes or returns something, seconds."""

    def people_at(self, scene: SessionScene, t: float) -> list[Staged]:
        """Everybody who is there."""
        return [scene.staged(m.at(t)) for m in self.movements if m.there(t)]


def simulated_session(layout: StoreLayout, visits: int, rng: np.random.Generator) -> Session:
    """A session of random shoppers. Raises ``ValueError`` for a store in which nobody can shop."""
    settings = SimulationSettings(visits=visits, arrivals_per_min=ARRIVALS_PER_MIN)
    schedule = Schedule(layout, settings, rng)
    walkers = schedule.walkers(random_plans(layout, settings, rng))
    shelves = Shelves(layout, settings, rng)
    for action in schedule.actions:
        shelves.act(action)
    movements = [
        Movement(w, [m for m in shelves.moves if m.person == w.plan.person], settings.started_at)
        for w in walkers
    ]
    return Session(
        movements,
        {m.walker.plan.person: i for i, m in enumerate(movements)},
        shelves.start_units,
        max(m.walker.last for m in movements) / RATE_HZ,
        [move.t - settings.started_at for move in shelves.moves],
    )


def write_session(folder: Path, layout: StoreLayout, seed: int, count: int, number: int = 0) -> int:
    """Write ``count`` pictures, each of a random camera at a random moment, as one shard; how many people.

    All are of one scene: everybody has one identity throughout the session. Raises ``ValueError`` for a
    store in which nobody can shop, ``RendererError`` where nothing can be rendered.
    """
    rng = np.random.default_rng([seed, 5])
    session = simulated_session(layout, VISITS, rng)
    scene = SessionScene(layout, seed)
    examples: list[Example] = []
    with StoreCameras(scene, layout.file.camera, seed, SENSOR) as cameras:
        cameras.stock(session.stock)
        while len(examples) < count:
            t = float(rng.uniform(1.0, session.end))
            camera = layout.file.camera[int(rng.integers(len(layout.file.camera)))]
            people = session.people_at(scene, t)
            example = _example(cameras, camera, people, (session, seed))
            if example is not None:
                examples.append(example)
    write_shard(folder, number, examples)
    return sum(len(e.people) for e in examples)


def make_store_examples(
    folder: Path,
    layout: StoreLayout,
    seed: int,
    numbers: Iterable[int],
    *,
    processes: int = 1,
    progress: Progress | None = None,
) -> None:
    """Make those of the shards ``numbers`` that the folder lacks, one session each, to fit a network on.

    Raises ``ValueError`` for a store in which nobody can shop, ``RendererError`` where nothing is rendered.
    """
    make_missing(
        folder,
        numbers,
        shard_path,
        lambda missing: in_processes(_make, [(folder, layout, seed, n) for n in missing], processes),
        progress,
    )


def _make(job: tuple[Path, StoreLayout, int, int]) -> None:
    folder, layout, seed, number = job
    write_shard(folder, number, fitting_examples(layout, seed, number))


def fitting_examples(layout: StoreLayout, seed: int, number: int, count: int = FIT_PICTURES) -> list[Example]:
    """Pictures of one session in the store, done up at random. Depends on ``seed`` and ``number`` alone."""
    rng = np.random.default_rng([seed, 6, number])
    session = simulated_session(layout, FIT_VISITS, rng)
    looks = int(rng.integers(1 << 31))
    style = Style.random(rng) if rng.random() < 0.7 else Style()
    scene = SessionScene(layout, looks, style, looks)
    sensor = Sensor.random(rng) if rng.random() < 0.5 else SENSOR
    examples: list[Example] = []
    with StoreCameras(scene, layout.file.camera, looks, sensor) as cameras:
        cameras.stock(session.stock)
        while len(examples) < count:
            t = float(rng.uniform(1.0, session.end))
            if session.reaches and rng.random() < AT_SHELF:
                t = session.reaches[int(rng.integers(len(session.reaches)))]
                t += float(rng.normal(0.0, AT_SHELF_SD_S))
            people = session.people_at(scene, t)
            light = float(rng.uniform(DIMMEST, BRIGHTEST))
            # All cameras see the moment: what one of them hides another shows.
            for camera in layout.file.camera:
                example = _example(cameras, camera, people, (session, number * PER_SHARD), light)
                if example is not None and (example.people or rng.random() < EMPTY_KEPT):
                    examples.append(example)
    return examples[:count]


def _example(
    cameras: StoreCameras,
    camera: Camera,
    people: list[Staged],
    of: tuple[Session, int],
    light: float = 1.0,
) -> Example | None:
    """What one camera shows, ``of`` a session and with a scene's number; None: nobody is in the store."""
    if not people:
        return None
    session, scene = of
    image, truth = cameras.picture_and_truth(camera.id, [people], light)
    known: tuple[TrainingPerson, ...] = tuple(
        person_of(scene + session.numbers[person], seen)
        for person, seen in truth.items()
        if seen.visible >= HIDDEN and seen.height_px >= SMALLEST_PX
    )
    return Example(scene, camera.width, camera.height, compressed(image, QUALITY), known, "session")
