"""The cameras of a live store at the level of observations: what a detector would say of their pictures."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass

import numpy as np

from inference.messages import Detections
from inference.simulation.faults import as_hung, check_faults, clock_off_s, is_lost
from inference.simulation.live.world import LiveWorld
from inference.simulation.settings import SimulationSettings
from inference.simulation.sight import SimulatedCamera
from inference.simulation.simulate import CAMERAS
from store_layout.model import Camera, StoreLayout

log = logging.getLogger(__name__)


@dataclass
class _Eye:
    camera: SimulatedCamera
    rng: np.random.Generator
    phase: float
    period: float
    seq: int = 0
    """Of the next frame."""


class LiveEyes:
    """Every camera that can tell where people are, at its own rate."""

    def __init__(self, layout: StoreLayout, settings: SimulationSettings, seed: int) -> None:
        check_faults(settings.faults, layout)
        self._settings, self._seed = settings, seed
        self._eyes: list[_Eye] = []
        self._cameras: dict[str, Camera] = {}
        self._made = 0
        """Cameras so far, those that are gone too: no two have the same noise."""
        self.blind: dict[str, str] = {}
        """Cameras that see nobody, and why."""
        self.relay(layout, 0.0)

    def relay(self, layout: StoreLayout, now: float) -> None:
        """Look with this layout's cameras from ``now`` on; those that hang as they did are left alone."""
        known, eyes = self._cameras, {eye.camera.about.id: eye for eye in self._eyes}
        hung = as_hung(layout, self._settings.faults).file.camera
        self._eyes, self._cameras = [], {about.id: about for about in hung}
        self.blind = {name: why for name, why in self.blind.items() if name in self._cameras}
        for about in hung:
            if known.get(about.id) == about:
                self._eyes += [eyes[about.id]] if about.id in eyes else []
                continue
            number, self._made = self._made, self._made + 1
            self.blind.pop(about.id, None)
            try:
                camera = SimulatedCamera(layout, about, self._settings, [self._seed, CAMERAS, number, 0])
            except ValueError as error:
                self.blind[about.id] = str(error)
                continue
            rng = np.random.default_rng([self._seed, CAMERAS, number, 1])
            period = 1.0 / about.fps
            phase = float(rng.uniform(0.1, 0.9)) * period
            self._eyes.append(_Eye(camera, rng, phase, period, max(0, math.ceil((now - phase) / period))))

    def look(self, world: LiveWorld) -> list[Detections]:
        """What was seen since the last call, up to the world's time."""
        for person in world.take_gone():
            for eye in self._eyes:
                eye.camera.forget(person)
        found: list[Detections] = []
        faults = self._settings.faults
        for eye in self._eyes:
            while (due := eye.phase + eye.seq * eye.period) <= world.now:
                early = abs(float(eye.rng.normal(0.0, self._settings.frame_jitter_s)))
                t = round(due - min(early, 0.1 * eye.period), 3)
                eye.seq += 1
                lost = is_lost(faults, eye.camera.about.id, t)
                if eye.rng.random() >= self._settings.frame_loss and not lost:
                    sightings = eye.camera.look(world.walkers(t), t)
                    stamp = t + clock_off_s(faults, eye.camera.about.id)
                    found.append(eye.camera.detect(sightings, world.looks, t, eye.seq, stamp_s=stamp))
        return found
