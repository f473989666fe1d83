"""From what is on the disk (and in shared memory) to a pipeline that goes on where the last one was."""

from __future__ import annotations

import logging
from collections.abc import Callable, Container
from dataclasses import dataclass, field

import msgspec

from inference.capture.reading_queue import outage_of
from inference.engine.appearance_memory import AppearanceMemory
from inference.engine.belonging import Layouts
from inference.engine.checkpoint import Checkpoint, checkpoint_path
from inference.engine.entries import Relaid
from inference.engine.files import DamagedFileError
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
from inference.messages.said import said
from store_layout.model import StoreLayout

log = logging.getLogger(__name__)

MOST_FAILURES = 50
"""Observations passed over in one recovery; more of them is not bad input but a broken program."""


FlowOf = Callable[[StoreLayout], Flow]
"""A fresh flow for a layout, with the journal's salt."""


class RecoveryError(RuntimeError):
    """The engine cannot go on from this journal; the text says why."""


@dataclass
class Recovered:
    """Everything as it was after the last journaled observation."""

    flow: Flow
    view: View
    layout: StoreLayout
    """Of the flow."""
    layout_name: str
    """Its hash; empty: the layout that the journal was begun with."""
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
    layouts: Layouts,
    make_flow: FlowOf,
    make_view: Callable[[Checkpoint | None], View],
    memory: AppearanceMemory | None,
    *,
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
            return _attempt(journal, layouts, make_flow, make_view, memory, alive=alive, hopeless=hopeless)
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
    layouts: Layouts,
    make_flow: FlowOf,
    make_view: Callable[[Checkpoint | None], View],
    memory: AppearanceMemory | None,
    *,
    alive: Callable[[], None],
    hopeless: Container[int],
) -> Recovered:
    flow, layout, checkpoint, vectors = _restored(journal, layouts, make_flow, memory)
    first = 0 if checkpoint is None else checkpoint.count
    found = Recovered(
        flow=flow,
        view=make_view(checkpoint),
        layout=layout,
        layout_name="" if checkpoint is None else checkpoint.layout,
        count=first,
        from_source=0 if checkpoint is None else checkpoint.from_source,
        finished=checkpoint is not None and checkpoint.finished,
        visits=[] if checkpoint is None else list(checkpoint.unposted),
    )
    for number, entry, skipped in journal.tail(first, vectors.get):
        if isinstance(entry, Relaid):
            layout = _named(layouts, entry.layout)
            settle_in(found, relaid_flow(found, layout, make_flow), layout, entry.layout)
            continue
        found.from_source += entry.from_source
        found.finished = False
        seen: Observation | None = entry.seen
        if skipped:
            found.view.take([skipped_alarm(number, entry.seen.t)])
            seen = None if number in hopeless else _in_place_of(entry.seen)
        if seen is None:
            continue
        try:
            results = found.flow.step(seen)
        except Exception as error:  # a stage may fail in any way
            raise _StepFailedError(number, error, in_its_place=skipped) from error
        found.view.saw(seen, results)
        found.visits += closed_of(results)
        if number % 256 == 0:
            alive()
    found.count = journal.count
    return found


def relaid_flow(found: Recovered, layout: StoreLayout, make_flow: FlowOf) -> Flow:
    """A flow for another layout of the store that knows all that this one does. ``found`` stays as it is.

    The same now and when the journal is replayed.
    """
    appearances: Vectors = []
    state = found.flow.checkpoint(appearances)
    flow = make_flow(layout)
    flow.take_over(state, found.layout, appearances)
    return flow


def settle_in(found: Recovered, flow: Flow, layout: StoreLayout, name: str) -> None:
    """From here on it is this flow, for the layout with this hash."""
    found.view.relaid(found.layout, layout)
    found.flow, found.layout, found.layout_name = flow, layout, name


def _named(layouts: Layouts, name: str) -> StoreLayout:
    try:
        return layouts(name)
    except (DamagedFileError, OSError) as error:
        raise RecoveryError(f"the journal's layout cannot be read: {error}") from error


def _restored(
    journal: Journal, layouts: Layouts, make_flow: FlowOf, memory: AppearanceMemory | None
) -> tuple[Flow, StoreLayout, Checkpoint | None, dict[int, Vectors]]:
    while (checkpoint := journal.latest_checkpoint()) is not None:
        base, entries = (None, {}) if memory is None else memory.recall(checkpoint.count)
        layout = _named(layouts, checkpoint.layout)
        flow = make_flow(layout)
        try:
            flow.restore(checkpoint.flow, base)
        except CodecError as error:
            path = checkpoint_path(journal.folder, checkpoint.count)
            journal.notes.append(said("{name} cannot be used: {error}", name=path.name, error=error))
            path.replace(path.with_suffix(".damaged"))
        else:
            return flow, layout, checkpoint, entries
    layout = _named(layouts, "")
    return make_flow(layout), layout, None, {} if memory is None else memory.recall(0)[1]


def unheard(layout: StoreLayout, since: float, now: float) -> list[Outage]:
    """What every live device said between the last journaled moment and now is not known."""
    file, since = layout.file, min(since, now)
    why = said("the engine was restarted")
    return [
        *(Outage(camera.id, "camera", since, now, why=why) for camera in file.camera),
        *(Outage(scale.id, "scale", since, now, why=why) for scale in file.scale),
        *(Outage(gate.id, "gate", since, now, why=why) for gate in file.gate),
    ]


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
    return Alarm(
        t,
        "engine",
        "journal",
        said("observation {number} could not be used and was passed over", number=number),
    )
