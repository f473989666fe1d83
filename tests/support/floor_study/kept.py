"""What is kept of a study between its runs: simulated sessions, and what each tracker made of each.

A folder belongs to one state of the program: it does not notice that a tracker or the simulation has changed
since.
"""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import msgspec

from tests.support.floor_study.runs import Job, Run
from tests.support.floor_study.scenarios import SCENARIOS, Session, simulated


class Kept:
    """A folder that a study goes on in; made when something is put there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def session(self, job: Job) -> Session:
        """As simulated now, or earlier."""
        file = self._folder / "sessions" / f"{_name(job)}.pickle"
        if file.is_file():
            found = pickle.loads(file.read_bytes())  # noqa: S301 - written below
            if isinstance(found, Session):
                return found
        session = simulated(SCENARIOS[job.scenario], job.seed, job.duration_s)
        _write(file, pickle.dumps(session, protocol=pickle.HIGHEST_PROTOCOL))
        return session

    def run(self, job: Job, variant: str) -> Run | None:
        """What a tracker has made of this session; None where that is not known."""
        file = self._file(job, variant)
        return msgspec.json.decode(file.read_bytes(), type=Run) if file.is_file() else None

    def keep(self, job: Job, run: Run) -> None:
        """Remember what a tracker made of it."""
        _write(self._file(job, run.variant), msgspec.json.encode(run))

    def _file(self, job: Job, variant: str) -> Path:
        return self._folder / "runs" / f"{_name(job)}-{variant.replace(' ', '-')}.json"


def _name(job: Job) -> str:
    return f"{job.scenario}-{job.seed}-{job.duration_s:g}s"


def _write(file: Path, data: bytes) -> None:
    """Whole or not at all: a study may be ended at any moment."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(f".{os.getpid()}")
    part.write_bytes(data)
    part.replace(file)
