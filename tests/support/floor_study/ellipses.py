"""Whether places mean what they say: ``python -m tests.support.floor_study.ellipses``; some minutes.

The share of true places inside the 50, 90 and 95 % ellipses that our tracker tells of people who are seen,
and the mean of the squared Mahalanobis distances (NEES; 2 is right): ``cmc1`` with both detectors, ``pets09``
with two networks, and two simulated sessions.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from inference.detection.threads import tune_process
from inference.evaluation.calibration import EllipseScore, mahalanobis2, tally_ellipses
from inference.evaluation.tracks import GATE_M
from inference.floor_tracks import FloorTracker
from inference.messages import Observation, OperatorMark, WeightReading
from inference.recording import Recording
from inference.recording.truth import TruePath
from store_layout.model import StoreLayout
from tests.floor_tracks import cmc1
from tests.support import cmc1_recording, pets09
from tests.support.data import real_data
from tests.support.floor_study.real import YOLOX_NANO, crowd_observations, room_observations
from tests.support.floor_study.scenarios import SCENARIOS, simulated

STEP_S = 0.1
SEED, DURATION_S = 901, 60.0
Case = tuple[str, StoreLayout, Sequence[Observation], Sequence[TruePath]]


def ellipses(layout: StoreLayout, seen: Iterable[Observation], paths: Sequence[TruePath]) -> EllipseScore:
    """Every ``STEP_S``: people who are seen, matched with the truth within a metre, one to one."""
    tracker, due = FloorTracker(layout), -np.inf
    apart: list[NDArray[np.float64]] = []
    covariances: list[tuple[float, float, float]] = []
    for each in seen:
        update = None if isinstance(each, WeightReading | OperatorMark) else tracker.observe(each)
        if update is None or update.t < due:
            continue
        due = update.t + STEP_S
        there = [path for path in paths if path.t[0] <= update.t <= path.t[-1]]
        people = [person for person in update.people if not person.hidden]
        if not there or not people:
            continue
        true = np.array(
            [[np.interp(update.t, path.t, axis) for axis in zip(*path.xy, strict=True)] for path in there]
        )
        away = true[:, None] - np.array([person.position for person in people])
        far = np.minimum(np.linalg.norm(away, axis=2), GATE_M)
        for r, c in zip(*linear_sum_assignment(far), strict=True):
            if far[r, c] < GATE_M and not there[r].ignore:
                apart.append(away[r, c])
                covariances.append(people[c].covariance)
    squares = mahalanobis2(np.array(apart).reshape(-1, 2), np.array(covariances).reshape(-1, 3))
    return tally_ellipses(squares).score()


def cases() -> Iterator[Case]:
    """What is here of the recordings, and the simulated sessions."""
    room, crowd, models = (real_data(name) for name in ("cmc1", "pets09", "models"))
    if room is not None:
        for detector in ("faster_rcnn", "fairmot"):
            with tempfile.TemporaryDirectory(prefix="openaisle-cmc1-") as place:
                out = cmc1_recording.write_recording(room, Path(place) / "r", detector, appearance=False)
                truth = Recording.open(out).truth
            seen = room_observations(room, detector, appearance=False)
            if truth is not None:
                yield f"cmc1 (real, 4 cameras), {detector}", cmc1.layout(room), seen, truth.paths
    if crowd is not None and models is not None:
        paths = pets09.truth(crowd).paths
        for network in (models / YOLOX_NANO, None):
            name = "persons_medium" if network is None else "YOLOX-nano"
            seen = crowd_observations(crowd, network)
            yield f"pets09 (real, 1 camera), {name}", pets09.layout(crowd), seen, paths
    for scenario in ("normal", "crowd"):
        made = simulated(SCENARIOS[scenario], SEED, DURATION_S)
        name = f"simulated {scenario}, seed {SEED}, {DURATION_S:.0f} s"
        yield name, made.layout, made.observations, made.paths


def report() -> Iterator[str]:
    """The table, line by line."""
    yield "| recording | inside 50 / 90 / 95 % | NEES | places |"
    yield "|---|---:|---:|---:|"
    for name, layout, seen, paths in cases():
        found = ellipses(layout, seen, paths)
        if found.samples:
            inside = f"{found.inside_50:.3f} / {found.inside_90:.3f} / {found.inside_95:.3f}"
            yield f"| {name} | {inside} | {found.mean_nees:.2f} | {found.samples} |"


if __name__ == "__main__":
    tune_process()
    for line in report():
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
