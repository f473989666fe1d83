"""Films a simulated session: every camera's pictures as H.264, and who is truly in them."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.recording.format import FrameTime, file_name
from inference.recording.truth import TrueBox
from inference.recording.video import VideoFile
from inference.simulation.movements import Movement
from inference.simulation.rendering.optics import Sensor
from inference.simulation.rendering.session_scene import SHUTTER_S, SessionScene, StoreCameras
from inference.simulation.rendering.workers import spread
from inference.simulation.sight import IGNORE_BELOW
from inference.simulation.simulate import Happening, Shot

SENSOR = Sensor(noise=0.006, blur_px=0.45)
SEEN_FROM = 0.03
"""Whoever is visible by less than this share is not in the picture."""


@dataclass(frozen=True)
class Filming:
    """How a session is filmed."""

    processes: int = 1
    sensor: Sensor = SENSOR
    crf: int = 26
    """x264's constant quality."""
    moments: int = 2
    """Renderings in each exposure, for motion blur."""

    def __call__(self, happening: Happening, tell: Callable[[float], None]) -> Iterator[Shot]:
        """Film all cameras, several at a time. Raises ``RendererError`` where nothing can be rendered."""
        cameras = list(happening.exposures)
        with tempfile.TemporaryDirectory(prefix="openaisle-film-") as folder:
            jobs = [(self, happening, camera, Path(folder)) for camera in cameras]
            filmed = map(_film, jobs) if self.processes <= 1 else spread(_film, jobs, self.processes)
            for n, shot in enumerate(filmed):
                yield shot
                tell((n + 1) / len(jobs))


Job = tuple[Filming, Happening, str, Path]


def _film(job: Job) -> Shot:
    filming, happening, name, folder = job
    about = happening.layout.cameras[name]
    scene = SessionScene(happening.layout, happening.seed)
    movements = [
        Movement(w, [m for m in happening.moves if m.person == w.plan.person], happening.started_at)
        for w in happening.walkers
    ]
    stock = _Stock(happening)
    path = folder / f"{file_name(name)}.mp4"
    times: list[FrameTime] = []
    boxes: list[TrueBox] = []
    with StoreCameras(scene, [about], happening.seed, filming.sensor) as cameras:
        video = VideoFile(path, about.width, about.height, about.fps, filming.crf)
        try:
            for number, (seq, t) in enumerate(happening.exposures[name]):
                cameras.stock(stock.at(t))
                offsets = np.linspace(-SHUTTER_S, 0.0, filming.moments) if filming.moments > 1 else [0.0]
                moments = [
                    [scene.staged(m.at(t + float(dt))) for m in movements if m.there(t)] for dt in offsets
                ]
                image, sightings = cameras.picture_and_truth(name, moments, light(t, happening.seed))
                video.write(image)
                at = round(happening.started_at + t + happening.clocks_off_s[name], 3)
                times.append(FrameTime(number, at, seq))
                for person, seen in sightings.items():
                    if seen.visible >= SEEN_FROM:
                        x1, y1, x2, y2 = (round(v, 1) for v in seen.box)
                        boxes.append(
                            TrueBox(at, person, (x1, y1, x2, y2), ignore=seen.visible < IGNORE_BELOW)
                        )
        finally:
            video.close()
    return Shot(name, path, tuple(times), tuple(boxes))


def light(t: float, seed: int) -> float:
    """Share of the usual light at ``t`` seconds: daylight through the door comes and goes with the clouds."""
    phase = np.random.default_rng([seed, 9]).uniform(0, 2 * np.pi, 2)
    slow = 0.7 * np.sin(2 * np.pi * t / 97.0 + phase[0]) + 0.3 * np.sin(2 * np.pi * t / 31.0 + phase[1])
    return float(1.0 + 0.12 * slow)


class _Stock:
    """What is on the shelves, followed through the session."""

    def __init__(self, happening: Happening) -> None:
        self._units = {slot: dict(units) for slot, units in happening.start_units.items()}
        self._moves = deque(sorted(happening.moves, key=lambda move: move.t))
        self._started_at = happening.started_at

    def at(self, t: float) -> dict[str, dict[str, int]]:
        """``t`` seconds from the start; never earlier than the last time that was asked for."""
        while self._moves and self._moves[0].t - self._started_at <= t:
            move = self._moves.popleft()
            units = self._units[move.slot]
            units[move.sku] = units.get(move.sku, 0) - move.count
        return self._units
