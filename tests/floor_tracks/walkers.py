"""A small synthetic store session: walkers on given ways, seen by the store's cameras with honest faults."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.messages import Appearance, Detection, Detections, KeyPoint
from store_layout.camera_geometry import CameraModel, camera_model
from store_layout.model import Camera, StoreLayout

Point2 = tuple[float, float]
LEVELS = 9
RADII = ((0.0, 0.1, 0.8, 0.9, 1.0), (0.22, 0.18, 0.23, 0.11, 0.05))
"""Share of the height, and how wide the body is there, metres."""


class Walker(msgspec.Struct, frozen=True):
    """Somebody who is at each point of their way at its time, and in the store between first and last."""

    way: tuple[tuple[float, float, float], ...]
    """``(t, x, y)``."""
    height: float = 1.72
    unseen: tuple[tuple[float, float], ...] = ()
    """Times ``(from, to)`` at which something hides them from every camera."""
    look: int | None = None
    """Seed of their appearance; None: the detector gives none."""

    def hidden(self, t: float) -> bool:
        """Whether no camera can see them now."""
        return any(a <= t < b for a, b in self.unseen)

    def at(self, t: float) -> Point2 | None:
        """Place at time ``t``; None while outside."""
        times = [p[0] for p in self.way]
        if not times[0] <= t <= times[-1]:
            return None
        return (
            float(np.interp(t, times, [p[1] for p in self.way])),
            float(np.interp(t, times, [p[2] for p in self.way])),
        )


def along(
    points: Sequence[Point2], start: float, speed: float = 1.0
) -> tuple[tuple[float, float, float], ...]:
    """A way through points at one speed, m/s; a point twice in a row is a pause of 2 s."""
    way = [(start, *points[0])]
    for a, b in pairwise(points):
        step = float(np.hypot(b[0] - a[0], b[1] - a[1])) / speed
        way.append((way[-1][0] + (step or 2.0), *b))
    return tuple(way)


class Faults(msgspec.Struct, frozen=True):
    """How bad the detectors are."""

    miss: float = 0.08
    clutter: float = 0.1
    """False boxes per frame."""
    jitter: float = 0.02
    """Standard deviation of a box's edges, share of its height."""
    shift: float = 0.02
    """The same for an error that stays for the whole session (calibration, habit of the detector)."""
    wrists: bool = False
    lost: tuple[tuple[str, float, float], ...] = ()
    """``(camera, from, to)``: no frames."""


class Session:
    """Detections of all cameras of a store, frame by frame."""

    def __init__(
        self, layout: StoreLayout, walkers: Sequence[Walker], faults: Faults | None = None, seed: int = 1
    ) -> None:
        self._faults = faults or Faults()
        self.walkers = walkers
        self._random = np.random.default_rng(seed)
        self._cameras = [
            _Eye(layout, camera, self._random, len(walkers), self._faults) for camera in layout.file.camera
        ]

    def frames(self, end: float, fps: float = 10.0) -> Iterator[Detections]:
        """All frames up to ``end``, the cameras out of step with each other."""
        for n in range(int(end * fps)):
            for k, eye in enumerate(self._cameras):
                t = (n + k / len(self._cameras)) / fps
                if not any(c == eye.camera.id and a <= t < b for c, a, b in self._faults.lost):
                    yield eye.look(t, n, self.walkers, self._faults)


class _Eye:
    """One camera: projects bodies, and knows what stands in the way."""

    def __init__(
        self, layout: StoreLayout, camera: Camera, random: np.random.Generator, people: int, faults: Faults
    ) -> None:
        self.camera, self._random = camera, random
        self._model: CameraModel = camera_model(camera)
        self._blocks = [
            (np.min(f.outline, axis=0), np.max(f.outline, axis=0), f.height) for f in layout.file.fixture
        ]
        self._shift = random.normal(0.0, faults.shift, (people, 2))

    def look(self, t: float, seq: int, walkers: Sequence[Walker], faults: Faults) -> Detections:
        found: list[Detection] = []
        covered: list[NDArray[np.float64]] = []
        places = [(i, p) for i, w in enumerate(walkers) if (p := w.at(t)) is not None and not w.hidden(t)]
        eye = np.array(self._model.position)
        for i, place in sorted(places, key=lambda x: float(np.hypot(*(np.array(x[1]) - eye[:2])))):
            box = self._box(place, walkers[i].height)
            if box is None or any(_hides(c, box) for c in covered):
                continue
            covered.append(box)
            if self._random.random() < faults.miss:
                continue
            found.append(self._detection(box, place, walkers[i], self._shift[i], faults))
        for _ in range(self._random.poisson(faults.clutter)):
            x, y = self._random.uniform(0, self.camera.width), self._random.uniform(0, self.camera.height)
            h = self._random.uniform(40, 200)
            box = self._cut(np.array([x, y, x + 0.4 * h, y + h]))
            found.append(Detection(_box(box), float(self._random.uniform(0.2, 0.8))))
        c = self.camera
        return Detections(c.id, t, seq, c.width, c.height, tuple(found))

    def _box(self, place: Point2, height: float) -> NDArray[np.float64] | None:
        """Around those slices of the body that nothing hides; None where less than a third shows."""
        angles = np.linspace(0, 2 * np.pi, 8, endpoint=False)
        circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        levels = np.linspace(0.0, height, LEVELS)
        shown = [z for z in levels if not self._blocked((*place, float(z)))]
        if len(shown) < LEVELS / 3:
            return None
        points = np.concatenate(
            [np.column_stack([np.interp(z / height, *RADII) * circle + place, np.full(8, z)]) for z in shown]
        )
        pixels, front = self._model.project(points)
        if not front.all():
            return None
        box = np.concatenate([pixels.min(axis=0), pixels.max(axis=0)])
        cut = self._cut(box)
        area = (box[2] - box[0]) * (box[3] - box[1])
        return cut if (cut[2] - cut[0]) * (cut[3] - cut[1]) > 0.3 * area and cut[2] > cut[0] else None

    def _blocked(self, point: tuple[float, float, float]) -> bool:
        eye = np.array(self._model.position)
        way = np.array(point) + np.linspace(0.02, 1.0, 40)[:, None] * (eye - point)
        return any(
            bool((((way[:, :2] > low) & (way[:, :2] < high)).all(axis=1) & (way[:, 2] < top)).any())
            for low, high, top in self._blocks
        )

    def _cut(self, box: NDArray[np.float64]) -> NDArray[np.float64]:
        w, h = self.camera.width, self.camera.height
        return np.clip(box, 0.0, [w, h, w, h])

    def _detection(
        self,
        box: NDArray[np.float64],
        place: Point2,
        walker: Walker,
        shift: NDArray[np.float64],
        faults: Faults,
    ) -> Detection:
        tall = box[3] - box[1]
        noisy = box + tall * (self._random.normal(0.0, faults.jitter, 4) + np.tile(shift, 2))
        on_edge = np.isclose(box, self._cut(box + np.array([-1, -1, 1, 1])))
        noisy = self._cut(np.where(on_edge, box, noisy))
        wrist = None
        if faults.wrists:
            pixel, front = self._model.project(np.array([[place[0] + 0.4, place[1], 1.1]]))
            wrist = KeyPoint(float(pixel[0, 0]), float(pixel[0, 1]), 0.9) if front[0] else None
        return Detection(
            _box(noisy),
            float(self._random.uniform(0.6, 0.95)),
            wrist_right=wrist,
            appearance=self._look(walker),
        )

    def _look(self, walker: Walker) -> Appearance | None:
        if walker.look is None:
            return None
        own = np.random.default_rng(walker.look).normal(0.0, 1.0, 32)
        seen = own / np.linalg.norm(own) + self._random.normal(0.0, 0.08, 32)
        return Appearance((seen / np.linalg.norm(seen)).astype(np.float32))


def _box(box: NDArray[np.float64]) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (float(v) for v in box)
    return (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))


def _hides(front: NDArray[np.float64], back: NDArray[np.float64]) -> bool:
    """Whether the nearer box covers most of the farther one."""
    w = min(front[2], back[2]) - max(front[0], back[0])
    h = min(front[3], back[3]) - max(front[1], back[1])
    area = (back[2] - back[0]) * (back[3] - back[1])
    return bool(w > 0 and h > 0 and w * h > 0.6 * area)


def inside(walkers: Collection[Walker], t: float) -> dict[int, Point2]:
    """Who is where at ``t``."""
    return {i: p for i, w in enumerate(walkers) if (p := w.at(t)) is not None}
