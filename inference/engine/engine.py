"""The state thread: the only owner of the pipeline.

Each turn it takes what the source has, writes it to the journal, steps the pipeline, hands closed visits to
the outbox, and now and then publishes a snapshot and writes a checkpoint. Nothing is published that a restart
would not find again.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

import msgspec

from inference.engine.appearance_memory import (
    PHASE_ENDED,
    PHASE_RUNNING,
    PHASE_STARTING,
    AppearanceMemory,
)
from inference.engine.asked import Asked
from inference.engine.belonging import Layouts
from inference.engine.checkpoint import Checkpoint
from inference.engine.entries import layout_hash
from inference.engine.flow import Flow, FlowMaker, VisitSink
from inference.engine.journal import Journal
from inference.engine.outbox import Outbox
from inference.engine.pictures import PictureBoard
from inference.engine.publishing import Publisher
from inference.engine.recovery import Recovered, RecoveryError, closed_of, recover, unheard
from inference.engine.relaying import Premises, carry
from inference.engine.source import Source
from inference.engine.turns import TurnSize
from inference.engine.view import View, ViewState
from inference.evidence.keeper import EvidenceKeeper
from inference.messages import Alarm, Detections, Observation, Outage, Tick, WeightReading
from inference.messages.codec import Vectors
from inference.messages.said import Said, Words, said
from inference.messages.wire import Answer, Command, Snapshot
from store_layout.layout_changes import LayoutChange, reset_scales
from store_layout.model import StoreLayout

log = logging.getLogger(__name__)

TICK_S = 0.2
DISK_WAIT_S = 1.0
POST_WAIT_S = 30.0
STOP_WAIT_S = 5.0
IDLE_S = 0.1
"""How long a turn lasts when the recording is over: it only waits for commands."""


class EngineOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How often, how long."""

    checkpoint_s: float = 10.0
    checkpoint_observations: int = 50_000
    exit_at_end: bool = False
    """End when the recording has; else its last state stays to be seen."""
    notes: tuple[Words, ...] = ()
    """What staff should know of how it began."""
    paused_since: float | None = None
    """Of a journal that was just begun: since when the store is paused, in store time."""


class Summary(msgspec.Struct, frozen=True):
    """What a run came to."""

    observations: int
    closed: int
    unposted: int
    finished: bool


class Engine:
    """Runs a store. :meth:`run` is the state thread; the other public methods may be called from any."""

    def __init__(
        self,
        layout: StoreLayout,
        salt: str,
        *,
        make_flow: FlowMaker,
        sink: VisitSink,
        source: Source,
        journal_folder: Path,
        memory: AppearanceMemory | None = None,
        pictures: PictureBoard | None = None,
        evidence: EvidenceKeeper | None = None,
        premises: Premises | None = None,
        options: EngineOptions | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``journal_folder``: begun for this layout, or one that this can take the place of (``opening``).

        ``premises``: None for a store that cannot change.
        """
        self.id = secrets.token_hex(4)
        self.again = False
        """Another one is started when this one has ended, which is no end for whoever watches."""
        self.layout = layout
        self._make_flow: Callable[[StoreLayout], Flow] = lambda of: make_flow(of, salt)
        self.source = source
        self._premises = premises
        self._memory = memory
        self._pictures = pictures
        self.evidence = evidence
        self._options = options or EngineOptions()
        self._clock = clock
        self._notes = self._options.notes
        self._journal = Journal(journal_folder)
        self._outbox = Outbox(sink)
        self._asked = Asked(premises)
        self._published = Publisher(layout, source, pictures)
        self._size = TurnSize()
        self._relaid = False
        """The store was laid out otherwise when this engine began."""
        self._stop = threading.Event()
        self._checkpointed_at = 0.0
        self._checkpointed_count = 0
        self._ticked_at = 0.0
        self._told_trouble = ""
        self._told_lost = ""

    # -- from any thread -------------------------------------------------------------------------------

    def newest(self) -> Snapshot | None:
        """The newest snapshot; None while the engine starts."""
        return self._published.newest

    def submit(self, command: Command) -> Future[Answer]:
        """Have the state thread carry out a command; the future holds its answer."""
        return self._asked.submit(command)

    def stop(self) -> None:
        """Checkpoint and end soon."""
        self._stop.set()

    # -- the state thread ------------------------------------------------------------------------------

    def run(self) -> Summary:
        """Recover, go on until stopped (or the recording's end), checkpoint, end."""
        self._beat(PHASE_STARTING)
        try:
            self.source.prepare()
            self._recover()
            self._settle_in()
            self._begin()
            while not self._stop.is_set():
                self._turn()
            if not self._outbox.trouble:
                self._outbox.wait_empty(STOP_WAIT_S)
            self._checkpoint()
        finally:
            self.source.close()
            self._outbox.close()
            self._journal.close()
            self._asked.refuse()
        if not self.again:
            self._beat(PHASE_ENDED)
        return Summary(self.now.count, self.now.view.state.closed, self.unposted, self.now.finished)

    def _recover(self) -> None:
        """Take up the state on disk, and fix it there as one new checkpoint."""
        begun = ViewState(paused_since=self._options.paused_since)
        self.now: Recovered = recover(
            self._journal,
            Layouts(self._journal.folder, self.layout),
            self._make_flow,
            lambda checkpoint: View(self.id, begun if checkpoint is None else checkpoint.view),
            self._memory,
            alive=lambda: self._beat(PHASE_STARTING),
        )
        for note in (*self._notes, *self._journal.notes):
            self._alarm("journal", note)
        self._journal.notes.clear()
        self._notes = ()
        self._outbox.put(self.now.visits)
        self.now.visits = []
        if not self.fix():
            raise RecoveryError("no checkpoint can be written: free space on the disk, then start again")

    def _settle_in(self) -> None:
        """Where the store folder was changed while no engine ran, the journal goes on with it."""
        if layout_hash(self.now.layout) == layout_hash(self.layout):
            return
        failed = carry(self.now, self.layout, self._journal, self._make_flow)
        if failed is not None or not self.fix():
            raise RecoveryError(str(failed or "no checkpoint can be written: free space on the disk"))

    def _begin(self) -> None:
        """Start the source where the journal ends; live devices were not heard meanwhile."""
        if self.now.finished:
            self.source.finished_before()
            if self._options.exit_at_end:
                self._stop.set()
            return
        if self.source.recording_id is None and self.now.count:
            gaps = unheard(self.layout, self.now.view.state.t, self._clock())
            self.take([(gap, False) for gap in gaps])
        self.source.set_open(self.now.view.state.paused_since is None)
        self.source.start(self.now.from_source)

    def _turn(self) -> None:
        self._beat(PHASE_RUNNING)
        self._asked.serve(self, IDLE_S if self.now.finished else 0.0)
        seen = [] if self.now.finished else self.source.take(self._size.most, 0.05)
        batch = [(observation, True) for observation in seen if self._is_ours(observation)]
        if self.source.recording_id is None and self._clock() - self._ticked_at >= TICK_S:
            self._ticked_at = self._clock()
            batch.append((Tick(self._ticked_at), False))
        if batch:
            began = time.monotonic()
            self.take(batch)
            self._size.took(len(batch), time.monotonic() - began)
        elif self.source.ended and not self.now.finished:
            self._finish()
        self._journal.sync_when_due()
        self._tell_trouble()
        if self._is_checkpoint_due():
            self._checkpoint()
        self._published.publish(self.now, self.unposted)

    def _is_ours(self, seen: Observation) -> bool:
        """What devices that were taken out of the store said before may still be on its way."""
        match seen:
            case Detections(camera=camera):
                return not self._relaid or camera in self.layout.cameras
            case WeightReading(scale=scale):
                return not self._relaid or scale in self.layout.scales
            case _:
                return True

    def take(self, batch: Sequence[tuple[Observation, bool]]) -> None:
        """Journal, then step."""
        records, vectors = self._journal.encode(batch)
        first = self._journal.count
        if self._memory is not None:
            for number, held in enumerate(vectors, start=first):
                self._memory.note(number, held)
        self._write(records, len(batch))
        for number, (seen, from_source) in enumerate(batch, start=first):
            try:
                results = self.now.flow.step(seen)
            except Exception as error:  # a stage may fail in any way; its state may be half changed
                log.exception("observation %d is passed over", number)
                self._journal.skip(number, f"{type(error).__name__}: {error}")
                self._recover()
                return
            self.now.count = number + 1
            self.now.from_source += from_source
            self.now.view.saw(seen, results)
            if self.evidence is not None:
                self.evidence.saw(seen, results)
            if visits := closed_of(results):
                self._outbox.put(visits)

    def _write(self, records: bytes, taken: int) -> None:
        """Write to the journal; while the disk is full, wait: what cannot be journaled must not happen."""
        while True:
            try:
                self._journal.write(records, taken)
            except OSError as error:
                log.warning("the journal cannot be written: %s", error)
                why = said("the engine waits, its journal cannot be written: {error}", error=error)
                self._alarm("disk", why)
                self._published.publish(self.now, self.unposted)
                self._beat(PHASE_RUNNING)
                if self._stop.wait(DISK_WAIT_S):
                    raise
            else:
                return

    def _finish(self) -> None:
        """The recording is over: close every visit, see them posted, and fix it."""
        view = self.now.view
        results = self.now.flow.finish(view.state.t)
        view.take(results)
        if self.evidence is not None:
            self.evidence.take(results)
        self._outbox.put(closed_of(results))
        self.now.finished = True
        until = time.monotonic() + POST_WAIT_S
        while not self._outbox.wait_empty(0.2) and time.monotonic() < until and not self._stop.is_set():
            self._beat(PHASE_RUNNING)
        while (
            not self._stop.is_set()
            and time.monotonic() < until
            and not (self.evidence is None or self.evidence.wait(0.2))
        ):
            self._beat(PHASE_RUNNING)
        self._checkpoint()
        if self._options.exit_at_end:
            self._stop.set()

    # -- checkpoints, snapshots ------------------------------------------------------------------------

    def _is_checkpoint_due(self) -> bool:
        since = self.now.count - self._checkpointed_count
        if since == 0:
            return False
        return (
            since >= self._options.checkpoint_observations
            or time.monotonic() - self._checkpointed_at >= self._options.checkpoint_s
            or (self._memory is not None and not self._memory.has_room)
        )

    def _checkpoint(self) -> None:
        now = self.now
        self._checkpointed_at = time.monotonic()
        vectors: Vectors = []
        state = now.flow.checkpoint(vectors)
        if self._memory is not None:
            self._memory.checkpoint(now.count, vectors)
        unposted = self._outbox.pending()
        checkpoint = Checkpoint(
            now.count,
            now.from_source,
            now.view.state.t,
            state,
            now.view.state,
            unposted,
            now.finished,
            now.layout_name,
        )
        try:
            self._journal.keep(checkpoint)
        except OSError as error:
            log.warning("no checkpoint could be written: %s", error)
            self._alarm("disk", said("no checkpoint could be written: {error}", error=error))
        else:
            self._checkpointed_count = now.count

    def fix(self) -> bool:
        """Write a checkpoint now; whether it is on the disk."""
        self._checkpointed_count = -1
        self._checkpoint()
        return self._checkpointed_count >= 0

    def _tell_trouble(self) -> None:
        trouble = self._outbox.trouble
        if trouble != self._told_trouble:
            self._told_trouble = trouble
            waits = said("visits wait to be posted: {why}", why=trouble)
            self._alarm("ledger", waits if trouble else said("visits are posted again"))
        lost = "" if self.evidence is None else self.evidence.trouble
        if lost != self._told_lost:
            self._told_lost = lost
            if lost:
                why = said("pictures of a visit in review could not be kept: {why}", why=lost)
                self._alarm("evidence", why)

    def _alarm(self, about: str, text: Words) -> None:
        view = self.now.view
        view.take([Alarm(view.state.t, "engine", about, text)])

    def _beat(self, phase: int) -> None:
        if self._memory is not None:
            self._memory.beat(phase)

    # -- for the state thread, by what is asked ---------------------------------------------------------

    def store_time(self) -> float:
        """Now, for what an operator says."""
        return self._clock() if self.source.recording_id is None else self.now.view.state.t

    @property
    def unposted(self) -> int:
        """Visits on their way to the ledger."""
        return len(self._outbox.pending())

    def relay(self, layout: StoreLayout, changes: Sequence[LayoutChange]) -> Said | None:
        """Journal another layout and go on with it; a sentence is why not, and nothing has changed."""
        before = self.layout
        failed = self.source.why_not_relay(changes) or carry(self.now, layout, self._journal, self._make_flow)
        if failed is not None:
            return failed
        self.layout, self._relaid = layout, True
        self._published.relaid(layout)
        self.source.relay(layout)
        if self._premises is not None:
            self._outbox.hand_over(self._premises.sink(layout))
        if self.evidence is not None:
            self.evidence.relay(layout)
        if self._pictures is not None:
            self._pictures.forget(before.cameras.keys() - layout.cameras.keys())
        t, why = self.store_time(), said("it is read otherwise from now on")
        anew = sorted(reset_scales(before, layout))
        self.take([(Outage(scale, "scale", t, t, True, why), False) for scale in anew])
        self.fix()
        return None
