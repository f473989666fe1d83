"""Simulated sessions through all trackers, in processes, and what came of each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Protocol

import msgspec

from inference.evaluation.tracks import TrackScore, read_tracks, score_tracks
from tests.support.floor_study.follow import write_tracks
from tests.support.floor_study.hidden import HiddenPlaces, Watch
from tests.support.floor_study.incidents import Incident, incidents
from tests.support.floor_study.scenarios import DURATION_S, SCENARIOS, Session, occupancy, simulated
from tests.support.floor_study.variants import VARIANTS, Variant


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
    hidden: HiddenPlaces | None = None


class Memory(Protocol):
    """Where sessions come from, and what is known of them already."""

    def session(self, job: Job) -> Session:
        """The session."""

    def run(self, job: Job, variant: str) -> Run | None:
        """What a tracker has made of this session; None where that is not known."""

    def keep(self, job: Job, run: Run) -> None:
        """Remember what a tracker made of it."""


class Nothing:
    """Remembers nothing."""

    def session(self, job: Job) -> Session:
        """Simulated."""
        return simulated(SCENARIOS[job.scenario], job.seed, job.duration_s)

    def run(self, job: Job, variant: str) -> Run | None:
        """Never known."""
        return None

    def keep(self, job: Job, run: Run) -> None:
        """Not done."""


def run(job: Job, memory: Memory) -> list[Run]:
    """Simulate the session once, and let everybody track it of whom that is not known yet."""
    known = {each.variant: each for each in known_of(job, memory)}
    if len(known) == len(job.variants):
        return list(known.values())
    session = memory.session(job)
    for name in job.variants:
        if name not in known:
            known[name] = track(job, session, VARIANTS[name])
            memory.keep(job, known[name])
    return [known[name] for name in job.variants]


def known_of(job: Job, memory: Memory) -> list[Run]:
    """What is known of this session, in the order of the trackers."""
    return [found for name in job.variants if (found := memory.run(job, name)) is not None]


def track(job: Job, session: Session, variant: Variant) -> Run:
    """Let one tracker follow a session."""
    with tempfile.TemporaryDirectory(prefix="openaisle-study-") as place:
        file = Path(place) / "tracks.csv"
        watch = Watch()
        write_tracks(variant.make(session.layout), variant.given(session.observations), file, watch)
        tracks = read_tracks(file)
    return Run(
        job.scenario,
        job.seed,
        variant.name,
        len({path.person for path in session.paths}),
        occupancy(session.paths, min(30.0, job.duration_s / 4)),
        score_tracks(session.paths, tracks),
        tuple(incidents(session.paths, tracks)),
        watch.score(session.paths),
    )


def run_all(jobs: Sequence[Job], processes: int, memory: Memory) -> Iterator[list[Run]]:
    """As they are done. An error in one ends all."""
    if processes <= 1:
        yield from (run(job, memory) for job in jobs)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        pending = [pool.submit(run, job, memory) for job in jobs]
        try:
            for done in as_completed(pending):
                yield done.result()
        finally:
            for each in pending:
                each.cancel()
