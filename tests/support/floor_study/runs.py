"""Simulated sessions through all trackers, in processes, and what came of each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import msgspec

from inference.evaluation.tracks import TrackScore, read_tracks, score_tracks
from tests.support.floor_study.follow import write_tracks
from tests.support.floor_study.incidents import Incident, incidents
from tests.support.floor_study.scenarios import DURATION_S, SCENARIOS, occupancy, simulated
from tests.support.floor_study.variants import VARIANTS


class Job(msgspec.Struct, frozen=True):
    """One session and who tracks it."""

    scenario: str
    seed: int
    variants: tuple[str, ...]
    duration_s: float = DURATION_S


class Run(msgspec.Struct, frozen=True):
    """What one tracker made of one session."""

    scenario: str
    seed: int
    variant: str
    visits: int
    inside: tuple[float, float, float]
    """People at once: mean, 10th and 90th percentile."""
    score: TrackScore
    incidents: tuple[Incident, ...]


def run(job: Job) -> list[Run]:
    """Simulate the session once, and let everybody track it."""
    with tempfile.TemporaryDirectory(prefix="openaisle-study-") as place:
        session = simulated(SCENARIOS[job.scenario], job.seed, Path(place) / "session", job.duration_s)
        found = []
        for name in job.variants:
            variant = VARIANTS[name]
            file = Path(place) / f"{name}.csv"
            write_tracks(variant.make(session.layout), variant.given(session.observations), file)
            tracks = read_tracks(file)
            found.append(
                Run(
                    job.scenario,
                    job.seed,
                    name,
                    len({path.person for path in session.paths}),
                    occupancy(session.paths, min(30.0, job.duration_s / 4)),
                    score_tracks(session.paths, tracks),
                    tuple(incidents(session.paths, tracks)),
                )
            )
        return found


def run_all(jobs: Sequence[Job], processes: int) -> Iterator[list[Run]]:
    """As they are done. An error in one ends all."""
    if processes <= 1:
        yield from map(run, jobs)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        pending = [pool.submit(run, job) for job in jobs]
        try:
            for done in as_completed(pending):
                yield done.result()
        finally:
            for each in pending:
                each.cancel()
