"""From what is on the disk (and in shared memory) to a pipeline that goes on where the last one was."""

from __future__ import annotations

import logging
from collections.abc import Callable, Container
from dataclasses import dataclass, field

import msgspec

from inference.capture.reading_queue import outage_of
from inference.engine.appearance_memory import AppearanceMemory
from inference.engine.checkpoint import Checkpoint, checkpoint_path
from inference.engine.flow import Flow
from inference.engine.journal import Journal
from inference.engine.view import View
from inference.messages import (
    Alarm,
    Observation,
    OperatorMark,
    Outage,
    Result,
    Tick,
    VisitClosed,
)
from inference.messages.codec import CodecError, Vectors

log = logging.getLogger(__name__)

MOST_FAILURES = 50
"""Observations passed over in one recovery; more of them is not bad input but a broken program."""


class RecoveryError(RuntimeError):
    """The engine cannot go on from this journal; the text says why."""


@dataclass
class Recovered:
    """Everything as it was after the last journaled observation."""

    flow: Flow
    view: View
    count: int
    """Journaled observations."""
    from_source: int
    """How many of them the source gave."""
    finished: bool
    visits: list[VisitClosed] = field(default_factory=list)
    """To be posted (again): posting is idempotent."""


class _StepFailedError(Exception):
    def __init__(self, number: int, error: Exception, in_its_place: bool) -> None:
        super().__init__(f"{type(error).__name__}: {error}")
        self.number, self.in_its_place = number, in_its_place


def recover(
    journal: Journal,
    make_flow: Callable[[], Flow],
    make_view: Callable[[Checkpoint | None], View],
    memory: AppearanceMemory | None,
    alive: Callable[[], None] = lambda: None,
) -> Recovered:
    """Restore the newest good checkpoint and replay what was journaled after it.

    An observation on which a stage fails is noted in the journal and passed over, now and in every
    later replay: one bad reading must not stop the store. In its place the stages see an outage of its
    device, so that the visits near it know; where they fail on that too, nothing. ``alive`` is called
    while it goes on. Raises ``RecoveryError``.
    """
    hopeless: set[int] = set()
    for _ in range(MOST_FAILURES):
        try:
            return _attempt(journal, make_flow, make_view, memory, alive, hopeless=hopeless)
        except _StepFailedError as failed:
            if failed.in_its_place:
                log.warning("nor its outage in place of observation %d: %s", failed.number, failed)
                hopeless.add(failed.number)
                continue
            log.warning("observation %d is passed over: %s", failed.number, failed)
            journal.resume()
            journal.skip(failed.number, str(failed))
    raise RecoveryError(f"more than {MOST_FAILURES} observations failed; see the log")


def _attempt(
    journal: Journal,
    make_flow: Callable[[], Flow],
    make_view: Callable[[Checkpoint | None], View],
    memory: AppearanceMemory | None,
    alive: Callable[[], None],
    *,
    hopeless: Container[int],
) -> Recovered:
    flow, checkpoint, vectors = _restored(journal, make_flow, memory)
    first = 0 if checkpoint is None else checkpoint.count
    found = Recovered(
        flow=flow,
        view=make_view(checkpoint),
        count=first,
        from_source=0 if checkpoint is None else checkpoint.from_source,
        finished=checkpoint is not None and checkpoint.finished,
        visits=[] if checkpoint is None else list(checkpoint.unposted),
    )
    for number, entry, skipped in journal.tail(first, vectors.get):
        found.from_source += entry.from_source
        found.finished = False
        seen: Observation | None = entry.seen
        if skipped:
            found.view.take([skipped_alarm(number, entry.seen.t)])
            seen = None if number in hopeless else _in_place_of(entry.seen)
        if seen is None:
            continue
        try:
            results = flow.step(seen)
        except Exception as error:  # a stage may fail in any way
            raise _StepFailedError(number, error, in_its_place=skipped) from error
        found.view.saw(seen, results)
        found.visits += closed_of(results)
        if number % 256 == 0:
            alive()
    found.count = journal.count
    return found


def _restored(
    journal: Journal, make_flow: Callable[[], Flow], memory: AppearanceMemory | None
) -> tuple[Flow, Checkpoint | None, dict[int, Vectors]]:
    while (checkpoint := journal.latest_checkpoint()) is not None:
        base, entries = (None, {}) if memory is None else memory.recall(checkpoint.count)
        flow = make_flow()
        try:
            flow.restore(checkpoint.flow, base)
        except CodecError as error:
            path = checkpoint_path(journal.folder, checkpoint.count)
            journal.notes.append(f"{path.name} cannot be used: {error}")
            path.replace(path.with_suffix(".damaged"))
        else:
            return flow, checkpoint, entries
    return make_flow(), None, {} if memory is None else memory.recall(0)[1]


def closed_of(results: list[Result]) -> list[VisitClosed]:
    """The visits that ended."""
    return [result for result in results if isinstance(result, VisitClosed)]


def _in_place_of(seen: Observation) -> Outage | None:
    """That nobody knows what its device said then; None for what no device said, or an outage itself."""
    if isinstance(seen, Outage | Tick | OperatorMark):
        return None
    return msgspec.structs.replace(outage_of(seen), why="what it said then could not be used")


def skipped_alarm(number: int, t: float) -> Alarm:
    """Tells staff that an observation was left out."""
    return Alarm(t, "engine", "journal", f"observation {number} could not be used and was passed over")
