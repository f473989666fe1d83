"""Pictures of one simulated session in one store: to measure on, in a place that was never learned from."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inference.simulation import SimulationSettings
from inference.simulation.movements import Movement
from inference.simulation.people import RATE_HZ, Schedule
from inference.simulation.plans import random_plans
from inference.simulation.rendering.optics import Sensor, compressed
from inference.simulation.rendering.session_scene import SessionScene, StoreCameras
from inference.simulation.shelves import Shelves
from inference.training.example_types import Example, TrainingPerson, write_shard
from inference.training.examples import HIDDEN, SMALLEST_PX, person_of
from store_layout.model import StoreLayout

VISITS = 24
ARRIVALS_PER_MIN = 8.0
SENSOR = Sensor(noise=0.01, blur_px=0.5)
QUALITY = 80


def write_session(folder: Path, layout: StoreLayout, seed: int, count: int, number: int = 0) -> int:
    """Write ``count`` pictures, each of a random camera at a random moment, as one shard; how many people.

    All are of one scene: everybody has one identity throughout the session. Raises ``ValueError`` for a
    store in which nobody can shop, ``RendererError`` where nothing can be rendered.
    """
    rng = np.random.default_rng([seed, 5])
    settings = SimulationSettings(visits=VISITS, arrivals_per_min=ARRIVALS_PER_MIN)
    schedule = Schedule(layout, settings, rng)
    walkers = schedule.walkers(random_plans(layout, settings, rng))
    shelves = Shelves(layout, settings, rng)
    for action in schedule.actions:
        shelves.act(action)
    movements = [
        Movement(w, [m for m in shelves.moves if m.person == w.plan.person], settings.started_at)
        for w in walkers
    ]
    numbers = {m.walker.plan.person: i for i, m in enumerate(movements)}
    scene = SessionScene(layout, seed)
    end = max(m.walker.last for m in movements) / RATE_HZ
    examples: list[Example] = []
    with StoreCameras(scene, layout.file.camera, seed, SENSOR) as cameras:
        cameras.stock(shelves.start_units)
        while len(examples) < count:
            t = float(rng.uniform(1.0, end))
            camera = layout.file.camera[int(rng.integers(len(layout.file.camera)))]
            staged = [scene.staged(m.at(t)) for m in movements if m.there(t)]
            if not staged:
                continue
            image, truth = cameras.picture_and_truth(camera.id, [staged])
            people: tuple[TrainingPerson, ...] = tuple(
                person_of(numbers[person], seen)
                for person, seen in truth.items()
                if seen.visible >= HIDDEN and seen.height_px >= SMALLEST_PX
            )
            jpeg = compressed(image, QUALITY)
            examples.append(Example(seed, camera.width, camera.height, jpeg, people, "session"))
    write_shard(folder, number, examples)
    return sum(len(e.people) for e in examples)
