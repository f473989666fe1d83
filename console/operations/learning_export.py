"""Reviewed cases as files for whoever wants to learn from them: events as JSONL, pictures as COCO and MOT.

The folder appears whole or not at all.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import msgspec

from console.back_office import Ledger
from console.back_office.audit import record
from console.back_office.permissions import Actor, require
from console.back_office.settled_visits import ReviewedVisit, count_reviewed, reviewed_visits
from console.operations.learning_lines import FORMAT, event_lines, line_schema
from console.operations.learning_pictures import Coco, write_sequence
from inference.evidence.kept import EvidenceError, event_folder, read_evidence
from inference.evidence.manifest import Evidence
from inference.recording import RecordingError

Progress = Callable[[int, int], None]
EXPORTED = "exported reviewed cases"


class ExportError(RuntimeError):
    """The cases cannot be exported; the text says why and what to do."""


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the folder: ``export.json``."""

    format: int
    made_at: float
    since: float
    until: float
    """Visits that closed in this time, seconds since the epoch."""
    cases: int
    events: int
    sequences: int
    pictures: int
    people: int
    """Boxes in pictures."""
    without_pictures: int
    """Cases of which no clip is kept any more."""
    damaged: tuple[str, ...]
    """Clips that could not be read, by case and event."""


def export_cases(
    target: Path,
    file: Ledger,
    actor: Actor,
    clips: Path | None,
    *,
    since: float,
    until: float,
    now: float,
    progress: Progress = lambda *_: None,
) -> Exported:
    """Write all cases that a person decided in that time and nobody had to correct; the log says so.

    ``clips``: the engine's folder; None: events only. ``progress`` may raise to break off: nothing is left
    then. Raises :class:`ExportError`, ``NotAllowedError``, ``LedgerError``.
    """
    require(actor, "teach the store")
    if target.exists():
        raise ExportError(f"{target} is there already: name a folder that is not")
    making = target.with_name(f".{target.name}.making")
    try:
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True, mode=0o700)
        total = count_reviewed(file, since, until)
        with (making / "events.jsonl").open("xb") as lines:
            work = _Export(making, clips, lines)
            for number, reviewed in enumerate(reviewed_visits(file, since, until), start=1):
                progress(number - 1, total)
                work.add(number, reviewed)
        found = work.finish(made_at=now, since=since, until=until)
        with file.writing("the audit log"):
            record(file, actor, EXPORTED, at=now, about=f"{found.cases} cases")
        making.rename(target)
    except OSError as error:
        raise ExportError(
            f"{error.filename or target}: cannot be written ({error.strerror or error}). Check who may write "
            "there and that the disk is not full; nothing was exported"
        ) from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
    progress(total, total)
    return found


class _Export:
    """A folder in the making."""

    def __init__(self, folder: Path, clips: Path | None, lines: BinaryIO) -> None:
        self._folder, self._clips, self._lines = folder, clips, lines
        self._coco = Coco()
        self._cases = self._events = self._sequences = self._without = 0
        self._damaged: list[str] = []

    def add(self, case: int, reviewed: ReviewedVisit) -> None:
        kept: dict[str, Evidence] = {}
        pictures: dict[str, tuple[str, ...]] = {}
        trace = reviewed.visit.trace
        grounds = () if isinstance(trace, msgspec.UnsetType) else trace.grounds
        for number, ground in enumerate(grounds, start=1):
            evidence = self._evidence(case, number, reviewed.visit.visit, ground.event)
            if evidence is not None:
                kept[ground.event] = evidence
                pictures[ground.event] = self._write_clips(case, number, reviewed.visit.visit, evidence)
        for line in event_lines(case, reviewed, kept, pictures):
            self._lines.write(msgspec.json.encode(line) + b"\n")
            self._events += 1
        self._cases += 1
        self._without += not any(pictures.values())

    def finish(self, *, made_at: float, since: float, until: float) -> Exported:
        _write_json(self._folder / "events.schema.json", line_schema())
        (self._folder / "coco.json").write_bytes(self._coco.encode())
        pictures, people = self._coco.counts
        found = Exported(
            format=FORMAT,
            made_at=made_at,
            since=since,
            until=until,
            cases=self._cases,
            events=self._events,
            sequences=self._sequences,
            pictures=pictures,
            people=people,
            without_pictures=self._without,
            damaged=tuple(self._damaged),
        )
        _write_json(self._folder / "export.json", found)
        return found

    def _evidence(self, case: int, number: int, visit: str, event: str) -> Evidence | None:
        if self._clips is None:
            return None
        try:
            return read_evidence(self._clips, visit, event)
        except EvidenceError:
            self._damaged.append(f"case {case}, event {number}")
            return None

    def _write_clips(self, case: int, number: int, visit: str, evidence: Evidence) -> tuple[str, ...]:
        names: list[str] = []
        if self._clips is None:
            return ()
        source = event_folder(self._clips, visit, evidence.event)
        for view, clip in enumerate(evidence.clips, start=1):
            name = f"case{case:05d}-event{number:02d}-view{view}"
            try:
                write_sequence(self._folder, name, source, clip, self._coco)
            except RecordingError:
                self._damaged.append(f"case {case}, event {number}, view {view}")
                continue
            names.append(name)
        self._sequences += len(names)
        return tuple(names)


def _write_json(path: Path, value: object) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
