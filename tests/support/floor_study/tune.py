"""Chooses the plain tracker's numbers: ``python -m tests.support.floor_study.tune``; five minutes.

A random search for the highest sum of IDF1 over simulated sessions with seeds that no report uses and, where
they are at hand, the real recordings that are reported.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

import msgspec
import numpy as np

from inference.messages import Observation
from inference.recording.truth import TruePath
from store_layout.model import StoreLayout
from tests.floor_tracks import cmc1
from tests.support import cmc1_recording, pets09
from tests.support.data import real_data
from tests.support.floor_study.follow import score
from tests.support.floor_study.real import YOLOX_NANO, crowd_observations, room_observations
from tests.support.floor_study.scenarios import SCENARIOS, simulated
from tests.support.plain_tracker import PlainSettings, PlainTracker

TRIES = 16
CHOICES: dict[str, Sequence[float]] = {
    "foot_share": (0.04, 0.06, 0.1, 0.15),
    "least_sd_m": (0.05, 0.1, 0.2, 0.3),
    "acceleration_sd": (0.7, 1.5, 3.0),
    "gate_d2": (6.0, 9.2, 16.0),
    "min_score": (0.3, 0.4, 0.5),
    "birth_hits": (3, 5, 8, 12),
    "tentative_s": (0.3, 0.5, 1.0),
    "dead_s": (0.7, 1.0, 2.0, 4.0),
    "apart_m": (0.0, 0.4, 0.6, 0.8, 1.0),
}
REFINED = ("foot_share", "gate_d2", "birth_hits", "dead_s", "apart_m")
"""What is then tried one by one, from the best on."""


class Sample(msgspec.Struct, frozen=True):
    """What the candidates are tried on."""

    name: str
    layout: StoreLayout
    seen: Sequence[Observation]
    paths: tuple[TruePath, ...]
    period_s: float | None = None


def samples() -> Iterator[Sample]:
    """Simulated ones, and the real ones that are at hand."""
    for name, seed in (("normal", 901), ("crowd", 902)):
        session = simulated(SCENARIOS[name], seed, duration_s=60.0)
        yield Sample(name, session.layout, session.observations, session.paths)
    room, crowd, models = (real_data(name) for name in ("cmc1", "pets09", "models"))
    if room is not None:
        detectors: tuple[cmc1.Detector, ...] = ("faster_rcnn", "fairmot")
        for detector in detectors:
            seen = room_observations(room, detector, appearance=False)
            paths = cmc1_recording.truth(room).paths
            yield Sample(detector, cmc1.layout(room), seen, paths, 1 / cmc1.FPS)
    if crowd is not None and models is not None:
        paths = pets09.truth(crowd).paths
        found = crowd_observations(crowd, models / YOLOX_NANO)
        yield Sample("pets09", pets09.layout(crowd), found, paths)


def candidates(rng: np.random.Generator) -> Iterator[PlainSettings]:
    """As it is now, then others by chance."""
    yield PlainSettings()
    for _ in range(TRIES):
        chosen = {name: values[int(rng.integers(len(values)))] for name, values in CHOICES.items()}
        yield msgspec.convert(chosen, PlainSettings)


def neighbours(best: PlainSettings) -> Iterator[PlainSettings]:
    """The best with one number changed."""
    for name in REFINED:
        for value in CHOICES[name]:
            if value != getattr(best, name):
                yield msgspec.structs.replace(best, **{name: value})


def scores(job: tuple[PlainSettings, list[Sample]]) -> dict[str, float]:
    """IDF1 by sample."""
    settings, tried = job
    found = {}
    for sample in tried:
        result = score(PlainTracker(sample.layout, settings), sample.seen, sample.paths, sample.period_s)
        found[sample.name] = result.idf1 or 0.0
    return found


def main() -> None:
    """Tell each candidate that is the best so far."""
    tried = list(samples())
    best, best_sum = PlainSettings(), 0.0
    with ProcessPoolExecutor(2) as pool:
        for kind in ("chance", "neighbours"):
            several = list(candidates(np.random.default_rng(1)) if kind == "chance" else neighbours(best))
            for settings, found in zip(several, pool.map(scores, [(s, tried) for s in several]), strict=True):
                if sum(found.values()) > best_sum:
                    best, best_sum = settings, sum(found.values())
                    each = ", ".join(f"{name} {value:.3f}" for name, value in found.items())
                    sys.stdout.write(f"{best_sum:.3f}: {each}\n  {settings}\n")
                    sys.stdout.flush()


if __name__ == "__main__":
    main()
