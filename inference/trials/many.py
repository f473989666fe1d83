"""Many sessions at once, on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack

import msgspec

from inference.simulation.formats import FormatName, ScaleKind
from inference.simulation.profiles import ProfileName
from inference.simulation.spawned import QuietContext
from inference.trials.baseline import play_baseline
from inference.trials.ceiling import play_ceiling
from inference.trials.costs import STAGES
from inference.trials.ideas import without
from inference.trials.kept import Kept
from inference.trials.ours import play
from inference.trials.payments import Payment
from inference.trials.session import Trial, happen

VISITS: dict[FormatName, int] = {"nano": 20, "convenience": 24, "supermarket": 40}
"""In one session: the larger the store, the longer until it is as full as it should be."""
SHARES: dict[FormatName, float] = {"nano": 0.25, "convenience": 0.5, "supermarket": 0.25}
"""Of the visits."""

Progress = Callable[[int, int], None]
"""Visits done, of how many."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be simulated."""

    profile: ProfileName
    scales: ScaleKind = "mixed"
    formats: tuple[FormatName, ...] = ("nano", "convenience", "supermarket")
    visits: int = 1000
    seed: int = 100_000
    """Of the first session; the others follow. Seeds below 1,000 were used for tuning."""
    baseline: bool = False
    ceiling: bool = False
    off: tuple[str, ...] = ()
    """Ideas that are switched off."""

    @property
    def how(self) -> tuple[bool, bool, tuple[str, ...]]:
        """All of it that what a session gives hangs on, but for the session itself."""
        return self.baseline, self.ceiling, tuple(sorted(self.off))


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One session, or many added up."""

    ours: tuple[Payment, ...] = ()
    baseline: tuple[Payment, ...] = ()
    ceiling: tuple[Payment, ...] = ()
    events: int = 0
    sessions: int = 0
    store_s: float = 0.0
    pipeline_s: float = 0.0
    """Processor time."""
    stage_s: dict[str, float] = {}
    invented: int = 0


def named(session: str) -> Trial:
    """The session with this name, ``profile:format:scales:seed``, as it stands before a card in a report.

    Raises ``ValueError`` that says what a name looks like.
    """
    try:
        profile, shop, scales, seed = session.split(":")[:4]
        trial = msgspec.convert(
            {"profile": profile, "format": shop, "scales": scales, "seed": int(seed)}, Trial
        )
    except ValueError as error:
        why = f" ({error})" if isinstance(error, msgspec.ValidationError) else ""
        raise ValueError(
            f"{session!r} is no session: name one like normal:convenience:mixed:100004{why}"
        ) from error
    return msgspec.structs.replace(trial, visits=VISITS[trial.format])


def trials(asked: Asked) -> list[Trial]:
    """The sessions; all formats have their share of the visits. Raises ``ValueError`` for none."""
    total = sum(SHARES[name] for name in asked.formats)
    if not asked.formats or asked.visits < 1:
        raise ValueError("name at least one format, and at least one visit")
    found: list[Trial] = []
    for name in asked.formats:
        for _ in range(max(1, round(asked.visits * SHARES[name] / total / VISITS[name]))):
            seed = asked.seed + len(found)
            found.append(
                Trial(profile=asked.profile, format=name, scales=asked.scales, seed=seed, visits=VISITS[name])
            )
    return found


def run_one(trial: Trial, asked: Asked) -> Result:
    """One session, in this process."""
    happened = happen(trial)
    with without(asked.off):
        played = play(happened, keep_floor=asked.baseline)
    return Result(
        ours=tuple(_named(payment, trial) for payment in played.payments),
        baseline=play_baseline(happened, played.floor, played.closed) if asked.baseline else (),
        ceiling=play_ceiling(happened, trial.seed) if asked.ceiling else (),
        events=played.events,
        sessions=1,
        store_s=played.store_s,
        pipeline_s=played.pipeline_s,
        stage_s=played.stage_s,
        invented=played.invented,
    )


def _named(payment: Payment, trial: Trial) -> Payment:
    """With the session in its name, so that what went wrong can be looked at."""
    where = f"{trial.profile}:{trial.format}:{trial.scales}:{trial.seed}"
    return msgspec.structs.replace(payment, token=f"{where}:{payment.token}")


def run_many(
    asked: Asked, workers: int, progress: Progress | None = None, kept: Kept | None = None
) -> Result:
    """All sessions, ``workers`` at once; the order of the sessions decides the order of the payments.

    What is ``kept`` already is not run again, and what is run is kept. Raises what a session raises.
    """
    todo = trials(asked)
    total = sum(trial.visits for trial in todo)
    results = {
        number: result
        for number, trial in enumerate(todo)
        if kept is not None and (result := kept.load(trial, asked.how, Result)) is not None
    }
    done = sum(todo[number].visits for number in results)
    if progress is not None:
        progress(done, total)
    missing = {number: trial for number, trial in enumerate(todo) if number not in results}
    for number, result in _run(missing, asked, workers):
        results[number] = result
        if kept is not None:
            kept.save(todo[number], asked.how, result)
        done += todo[number].visits
        if progress is not None:
            progress(done, total)
    return added([results[i] for i in range(len(todo))])


def _run(todo: Mapping[int, Trial], asked: Asked, workers: int) -> Iterator[tuple[int, Result]]:
    if workers <= 1:
        for number, trial in todo.items():
            yield number, run_one(trial, asked)
        return
    with ExitStack() as stack:
        pool = stack.enter_context(ProcessPoolExecutor(workers, mp_context=QuietContext(), initializer=alone))
        # Long sessions first: none is left to wait for at the end.
        order = sorted(todo, key=lambda i: -todo[i].visits)
        futures = {pool.submit(run_one, todo[i], asked): i for i in order}
        stack.callback(lambda: [future.cancel() for future in futures])
        for future in as_completed(futures):
            yield futures[future], future.result()


def alone() -> None:
    """A worker has one core."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"
    import cv2

    cv2.setNumThreads(1)


def added(results: Sequence[Result]) -> Result:
    """Several as one."""
    return Result(
        ours=tuple(p for r in results for p in r.ours),
        baseline=tuple(p for r in results for p in r.baseline),
        ceiling=tuple(p for r in results for p in r.ceiling),
        events=sum(r.events for r in results),
        sessions=sum(r.sessions for r in results),
        store_s=sum(r.store_s for r in results),
        pipeline_s=sum(r.pipeline_s for r in results),
        stage_s={name: sum(r.stage_s.get(name, 0.0) for r in results) for name in STAGES},
        invented=sum(r.invented for r in results),
    )
