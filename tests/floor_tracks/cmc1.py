"""The cmc1 recording as a store layout and observations, and the plain score of a run on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from inference.floor_tracks import FloorTracker
from inference.messages import Appearance, Detection, Detections
from store_layout.model import (
    Camera,
    Floor,
    Gate,
    MatrixCalibration,
    StoreFile,
    StoreInfo,
    StoreLayout,
)

FPS = 4.0
FRAMES = 261
X0, X1, Y1 = 2.0, 6.3, 3.41
"""The part of the room that is walked in. Others sit beside it: seen by detectors, not in the truth."""
DOOR = ((X0, 0.0), (X0 + 0.8, 0.0), (X0 + 0.8, 1.1), (X0, 1.1))
"""Where people come in and go."""
Detector = Literal["faster_rcnn", "fairmot"]


def layout(folder: Path) -> StoreLayout:
    """The room: no fixtures, four cameras, one gate that sends no signals."""
    return StoreLayout(
        file=StoreFile(
            format=1,
            store=StoreInfo(id="cmc1", name="CMC1"),
            floor=Floor(outline=((X0, 0.0), (X1, 0.0), (X1, Y1), (X0, Y1))),
            camera=tuple(_camera(folder, n) for n in (1, 2, 3, 4)),
            gate=(Gate(id="door", name="Door", kind="both", outline=DOOR),),
        )
    )


def _camera(folder: Path, n: int) -> Camera:
    rows = np.loadtxt(folder / f"cam{n}_P3x4.txt")
    p = [(float(a), float(b), float(c), float(d)) for a, b, c, d in rows]
    return Camera(
        id=f"cam{n}",
        name=f"Camera {n}",
        width=1920,
        height=1024,
        calibration=MatrixCalibration(p=(p[0], p[1], p[2]), error_px=5.0),
        fps=FPS,
    )


def observations(folder: Path, detector: Detector) -> Iterator[Detections]:
    """All frames of all cameras in order of time; times from 0."""
    items = {n: _items(folder, n, detector) for n in (1, 2, 3, 4)}
    for frame in range(1, FRAMES + 1):
        for n in (1, 2, 3, 4):
            yield Detections(f"cam{n}", (frame - 1) / FPS, frame, 1920, 1024, items[n].get(frame, ()))


def _items(folder: Path, n: int, detector: Detector) -> dict[int, tuple[Detection, ...]]:
    found: dict[int, list[Detection]] = {}
    if detector == "faster_rcnn":
        for row in np.loadtxt(folder / f"faster_rcnn_cam{n}.txt"):
            x, y, w, h = map(float, row[2:6])
            found.setdefault(int(row[0]), []).append(Detection((x, y, x + w, y + h), 1.0))
    else:
        with np.load(folder / f"fairmot_cam{n}.npz") as data:
            for key in data.files:
                for row in data[key]:
                    x1, y1, x2, y2, score = map(float, row[:5])
                    look = Appearance(row[5:].astype(np.float32))
                    found.setdefault(int(key) + 1, []).append(
                        Detection((x1, y1, x2, y2), min(1.0, score), appearance=look)
                    )
    return {frame: tuple(each) for frame, each in found.items()}


def truth(folder: Path) -> dict[int, dict[int, tuple[float, float]]]:
    """Frame -> person -> floor position."""
    found: dict[int, dict[int, tuple[float, float]]] = {}
    for row in np.loadtxt(folder / "gt_world.txt"):
        found.setdefault(int(row[0]), {})[int(row[1])] = (float(row[7]), float(row[8]))
    return found


class Score(msgspec.Struct):
    """Counts over a run; errors in metres."""

    truths: int = 0
    missed: int = 0
    switches: int = 0
    errors: list[float] = []
    inside: int = 0
    """Truths inside the 95 % ellipse."""
    missed_at: list[tuple[int, int]] = []
    false_at: list[tuple[int, int]] = []

    @property
    def false(self) -> int:
        return len(self.false_at)

    @property
    def mean_error(self) -> float:
        return float(np.mean(self.errors)) if self.errors else float("nan")


def score(
    tracker: FloorTracker,
    seen: Iterator[Detections],
    real: dict[int, dict[int, tuple[float, float]]],
    gate_m: float,
) -> Score:
    """Run and match per frame at ``gate_m``, keeping a pair of the frame before where it still fits.

    Positions beside the tracked part of the room are not false: the truth does not say who is there.
    """
    result = Score()
    whose: dict[int, int] = {}
    for observation in seen:
        update = tracker.observe(observation)
        assert update is not None
        if observation.camera != "cam4":
            continue
        frame = observation.seq
        people = update.people
        here = real.get(frame, {})
        ids = list(here)
        at = np.array([p.position for p in people]).reshape(-1, 2)
        cost = _costs(np.array([here[i] for i in ids]).reshape(-1, 2), at, gate_m)
        for r, i in enumerate(ids):
            for c, p in enumerate(people):
                if whose.get(i) == p.track and cost[r, c] < gate_m:
                    cost[r, c] -= gate_m
        rows, columns = linear_sum_assignment(cost)
        pairs = [(r, c) for r, c in zip(rows, columns, strict=True) if cost[r, c] < gate_m]
        result.truths += len(ids)
        result.missed += len(ids) - len(pairs)
        result.missed_at += [(frame, i) for r, i in enumerate(ids) if r not in {p[0] for p in pairs}]
        result.false_at += [
            (frame, p.track)
            for c, p in enumerate(people)
            if c not in {pair[1] for pair in pairs} and p.position[0] >= X0
        ]
        for r, c in pairs:
            p = people[c]
            dx, dy = p.position[0] - here[ids[r]][0], p.position[1] - here[ids[r]][1]
            result.errors.append(float(np.hypot(dx, dy)))
            xx, xy, yy = p.covariance
            result.inside += (dx * dx * yy - 2 * dx * dy * xy + dy * dy * xx) / (xx * yy - xy * xy) < 5.99
            result.switches += whose.get(ids[r], p.track) != p.track
            whose[ids[r]] = p.track
    return result


def _costs(a: NDArray[np.float64], b: NDArray[np.float64], gate_m: float) -> NDArray[np.float64]:
    distance = np.linalg.norm(a[:, None] - b[None], axis=2)
    return np.where(distance < gate_m, distance, 1e3)
