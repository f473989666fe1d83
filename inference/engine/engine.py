"""The state thread: the only owner of the pipeline.

Each turn it takes what the source has, writes it to the journal, steps the pipeline, hands closed visits to
the outbox, and now and then publishes a snapshot and writes a checkpoint. Nothing is published that a restart
would not find again.
"""

from __future__ import annotations

import logging
import queue
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import msgspec

from inference.engine.appearance_memory import (
    PHASE_ENDED,
    PHASE_RUNNING,
    PHASE_STARTING,
    AppearanceMemory,
)
from inference.engine.by_hand import Edit, mark_of
from inference.engine.checkpoint import Checkpoint
from inference.engine.flow import Flow, FlowMaker, VisitSink
from inference.engine.journal import Journal
from inference.engine.outbox import Outbox
from inference.engine.pictures import PictureBoard
from inference.engine.recovery import Recovered, RecoveryError, closed_of, recover
from inference.engine.source import Source
from inference.engine.view import View
from inference.evidence.keeper import EvidenceKeeper
from inference.messages import Alarm, Observation, Outage, Tick
from inference.messages.codec import Vectors
from inference.messages.wire import (
    Answer,
    Command,
    CorrectLine,
    Done,
    GetScale,
    JoinVisits,
    KeepEvidence,
    MakeShopper,
    PauseReplay,
    Refused,
    RestartDevice,
    SendShopper,
    SetOpen,
    SetReplaySpeed,
    SetStaff,
    Snapshot,
    SplitVisit,
    StopEngine,
    TareScale,
)
from store_layout.model import StoreLayout

log = logging.getLogger(__name__)

BATCH = 256
TICK_S = 0.2
SNAPSHOT_S = 1 / 15
SHELVES_S = 1 / 4
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
    notes: tuple[str, ...] = ()
    """What staff should know of how it began."""


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
        options: EngineOptions | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``journal_folder`` was begun for this layout (``inference.engine.opening``)."""
        self.id = secrets.token_hex(4)
        self._layout = layout
        self._make_flow: Callable[[], Flow] = lambda: make_flow(layout, salt)
        self._source = source
        self._memory = memory
        self._pictures = pictures
        self._evidence = evidence
        self._options = options or EngineOptions()
        self._clock = clock
        self._notes = self._options.notes
        self._journal = Journal(journal_folder)
        self._outbox = Outbox(sink)
        self._commands: queue.SimpleQueue[tuple[Command, Future[Answer]]] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._newest: Snapshot | None = None
        self._checkpointed_at = 0.0
        self._checkpointed_count = 0
        self._published_at = 0.0
        self._shelves_at = 0.0
        self._ticked_at = 0.0
        self._told_trouble = ""
        self._told_lost = ""

    # -- from any thread -------------------------------------------------------------------------------

    def newest(self) -> Snapshot | None:
        """The newest snapshot; None while the engine starts."""
        return self._newest

    def submit(self, command: Command) -> Future[Answer]:
        """Have the state thread carry out a command; the future holds its answer."""
        future: Future[Answer] = Future()
        self._commands.put((command, future))
        return future

    def stop(self) -> None:
        """Checkpoint and end soon."""
        self._stop.set()

    # -- the state thread ------------------------------------------------------------------------------

    def run(self) -> Summary:
        """Recover, go on until stopped (or the recording's end), checkpoint, end."""
        self._beat(PHASE_STARTING)
        try:
            self._source.prepare()
            self._recover()
            self._begin()
            while not self._stop.is_set():
                self._turn()
            if not self._outbox.trouble:
                self._outbox.wait_empty(STOP_WAIT_S)
            self._checkpoint()
        finally:
            self._source.close()
            self._outbox.close()
            self._journal.close()
            self._refuse_commands()
        self._beat(PHASE_ENDED)
        return Summary(
            self._now.count, self._now.view.state.closed, len(self._outbox.pending()), self._now.finished
        )

    def _recover(self) -> None:
        """Take up the state on disk, and fix it there as one new checkpoint."""
        self._now: Recovered = recover(
            self._journal,
            self._make_flow,
            lambda checkpoint: View(self.id, None if checkpoint is None else checkpoint.view),
            self._memory,
            lambda: self._beat(PHASE_STARTING),
        )
        for note in (*self._notes, *self._journal.notes):
            self._alarm("journal", note)
        self._journal.notes.clear()
        self._notes = ()
        self._outbox.put(self._now.visits)
        self._now.visits = []
        self._checkpointed_count = -1
        self._checkpoint()
        if self._checkpointed_count < 0:
            raise RecoveryError("no checkpoint can be written: free space on the disk, then start again")

    def _begin(self) -> None:
        """Start the source where the journal ends; live devices were not heard meanwhile."""
        if self._now.finished:
            self._source.finished_before()
            if self._options.exit_at_end:
                self._stop.set()
            return
        if self._source.recording_id is None and self._now.count:
            self._take([(gap, False) for gap in self._gaps()])
        self._source.start(self._now.from_source)

    def _gaps(self) -> list[Outage]:
        """What every device said between the last journaled moment and now is not known."""
        since, now = self._now.view.state.t, self._clock()
        devices = [
            *(("camera", c.id) for c in self._layout.file.camera),
            *(("scale", s.id) for s in self._layout.file.scale),
            *(("gate", g.id) for g in self._layout.file.gate),
        ]
        return [
            Outage(device, kind, min(since, now), now, why="the engine was restarted")  # type: ignore[arg-type]  # literals
            for kind, device in devices
        ]

    def _turn(self) -> None:
        self._beat(PHASE_RUNNING)
        self._serve_commands(IDLE_S if self._now.finished else 0.0)
        seen = [] if self._now.finished else self._source.take(BATCH, 0.05)
        batch = [(observation, True) for observation in seen]
        if self._source.recording_id is None and self._clock() - self._ticked_at >= TICK_S:
            self._ticked_at = self._clock()
            batch.append((Tick(self._ticked_at), False))
        if batch:
            self._take(batch)
        elif self._source.ended and not self._now.finished:
            self._finish()
        self._journal.sync_when_due()
        self._tell_trouble()
        if self._is_checkpoint_due():
            self._checkpoint()
        self._publish()

    def _take(self, batch: list[tuple[Observation, bool]]) -> None:
        """Journal, then step."""
        records, vectors = self._journal.encode(batch)
        first = self._journal.count
        if self._memory is not None:
            for number, held in enumerate(vectors, start=first):
                self._memory.note(number, held)
        self._write(records, len(batch))
        for number, (seen, from_source) in enumerate(batch, start=first):
            try:
                results = self._now.flow.step(seen)
            except Exception as error:  # a stage may fail in any way; its state may be half changed
                log.exception("observation %d is passed over", number)
                self._journal.skip(number, f"{type(error).__name__}: {error}")
                self._recover()
                return
            self._now.count = number + 1
            self._now.from_source += from_source
            self._now.view.saw(seen, results)
            if self._evidence is not None:
                self._evidence.saw(seen, results)
            if visits := closed_of(results):
                self._outbox.put(visits)

    def _write(self, records: bytes, taken: int) -> None:
        """Write to the journal; while the disk is full, wait: what cannot be journaled must not happen."""
        while True:
            try:
                self._journal.write(records, taken)
            except OSError as error:
                log.warning("the journal cannot be written: %s", error)
                self._alarm("disk", f"the engine waits, its journal cannot be written: {error}")
                self._publish()
                self._beat(PHASE_RUNNING)
                if self._stop.wait(DISK_WAIT_S):
                    raise
            else:
                return

    def _finish(self) -> None:
        """The recording is over: close every visit, see them posted, and fix it."""
        view = self._now.view
        results = self._now.flow.finish(view.state.t)
        view.take(results)
        if self._evidence is not None:
            self._evidence.take(results)
        self._outbox.put(closed_of(results))
        self._now.finished = True
        until = time.monotonic() + POST_WAIT_S
        while not self._outbox.wait_empty(0.2) and time.monotonic() < until and not self._stop.is_set():
            self._beat(PHASE_RUNNING)
        while not self._stop.is_set() and time.monotonic() < until and not self._has_kept_evidence(0.2):
            self._beat(PHASE_RUNNING)
        self._checkpoint()
        if self._options.exit_at_end:
            self._stop.set()

    # -- checkpoints, snapshots ------------------------------------------------------------------------

    def _is_checkpoint_due(self) -> bool:
        since = self._now.count - self._checkpointed_count
        if since == 0:
            return False
        return (
            since >= self._options.checkpoint_observations
            or time.monotonic() - self._checkpointed_at >= self._options.checkpoint_s
            or (self._memory is not None and not self._memory.has_room)
        )

    def _checkpoint(self) -> None:
        now = self._now
        self._checkpointed_at = time.monotonic()
        vectors: Vectors = []
        state = now.flow.checkpoint(vectors)
        if self._memory is not None:
            self._memory.checkpoint(now.count, vectors)
        unposted = self._outbox.pending()
        checkpoint = Checkpoint(
            now.count, now.from_source, now.view.state.t, state, now.view.state, unposted, now.finished
        )
        try:
            self._journal.keep(checkpoint)
        except OSError as error:
            log.warning("no checkpoint could be written: %s", error)
            self._alarm("disk", f"no checkpoint could be written: {error}")
        else:
            self._checkpointed_count = now.count

    def _publish(self) -> None:
        """A new snapshot now and then, where something in it is new."""
        now = time.monotonic()
        if now - self._published_at < SNAPSHOT_S:
            return
        self._published_at = now
        if now - self._shelves_at >= SHELVES_S:
            self._shelves_at = now
            self._look_at_shelves()
        snapshot = self._now.view.snapshot(
            self._source.status(),
            self._source.devices(),
            self._now.count,
            {} if self._pictures is None else self._pictures.shown,
        )
        # Whoever sees the number grow looks into the ledger: what is not there yet does not count.
        snapshot = msgspec.structs.replace(
            snapshot, closed=max(0, snapshot.closed - len(self._outbox.pending()))
        )
        before = self._newest
        if before is None or msgspec.structs.replace(snapshot, seq=before.seq) != before:
            self._newest = snapshot

    def _look_at_shelves(self) -> None:
        view, flow = self._now.view, self._now.flow
        view.shelves.look(flow.scale_levels(), flow.misplaced(), view.state.t)

    def _tell_trouble(self) -> None:
        trouble = self._outbox.trouble
        if trouble != self._told_trouble:
            self._told_trouble = trouble
            text = f"visits wait to be posted: {trouble}" if trouble else "visits are posted again"
            self._alarm("ledger", text)
        lost = "" if self._evidence is None else self._evidence.trouble
        if lost != self._told_lost:
            self._told_lost = lost
            if lost:
                self._alarm("evidence", f"pictures of a visit in review could not be kept: {lost}")

    def _alarm(self, about: str, text: str) -> None:
        view = self._now.view
        view.take([Alarm(view.state.t, "engine", about, text)])

    def _beat(self, phase: int) -> None:
        if self._memory is not None:
            self._memory.beat(phase)

    # -- commands --------------------------------------------------------------------------------------

    def _serve_commands(self, wait_s: float) -> None:
        """Carry out what was asked for; wait so long for the first where there is nothing else to do."""
        while True:
            try:
                command, future = self._commands.get(block=wait_s > 0, timeout=wait_s)
            except queue.Empty:
                return
            wait_s = 0.0
            future.set_result(self._carry_out(command))

    def _refuse_commands(self) -> None:
        while True:
            try:
                _, future = self._commands.get_nowait()
            except queue.Empty:
                return
            future.set_result(Refused("the engine is ending"))

    def _carry_out(self, command: Command) -> Answer:
        match command:
            case SetStaff() | JoinVisits() | SplitVisit() | MakeShopper() | CorrectLine():
                return self._put_right(command)
            case PauseReplay(paused=paused):
                return _answer(self._source.pause(paused))
            case SetReplaySpeed(speed=speed):
                return _answer(self._source.set_speed(speed))
            case RestartDevice(device=device):
                return _answer(self._source.restart_device(device))
            case KeepEvidence(visit=visit):
                return self._keep_evidence(visit)
            case SetOpen(open=is_open):
                return self._set_open(is_open)
            case SendShopper(wanted=wanted):
                return self._source.send_shopper(wanted)
            case TareScale(scale=scale, load_g=load_g):
                return self._tare(scale, load_g)
            case GetScale(scale=scale, after=after):
                return self._now.view.shelves.detail(scale, after)
            case StopEngine():
                self._stop.set()
                return Done("the engine ends")
            case _:
                return self._newest or Refused("the engine is starting")

    def _put_right(self, edit: Edit) -> Answer:
        """Journaled like anything seen: a replay of the journal comes to the same."""
        if self._now.finished:
            return Refused("the recording has ended and every visit is closed")
        found = mark_of(edit, self._now.view, self._layout, self._store_time())
        if isinstance(found, str):
            return Refused(found)
        mark, said = found
        self._take([(mark, False)])
        return Done(said)

    def _has_kept_evidence(self, wait_s: float) -> bool:
        return self._evidence is None or self._evidence.wait(wait_s)

    def _keep_evidence(self, visit: str) -> Answer:
        kept = 0 if self._evidence is None else self._evidence.keep(visit)
        if not kept:
            return Refused("nothing of this visit is in the engine's memory any more")
        return Done(f"what was seen is being kept; shelf events: {kept}")

    def _tare(self, scale: str, load_g: float) -> Answer:
        if scale not in self._layout.scales:
            return Refused(f"this store has no scale {scale!r}")
        if self._now.finished:
            return Refused("the recording has ended")
        if not 0.0 <= load_g <= self._layout.scales[scale].capacity_g:
            return Refused(f"{load_g:.0f} g cannot lie on {scale}")
        self._look_at_shelves()
        tare = self._now.view.shelves.tare(scale, load_g, self._store_time())
        if isinstance(tare, str):
            return Refused(tare)
        self._take([(tare, False)])
        self._look_at_shelves()
        return Done(f"{scale} counts from {tare.zero_g:+.0f} g, with {load_g:.0f} g on it")

    def _store_time(self) -> float:
        """Now, for what an operator says."""
        return self._clock() if self._source.recording_id is None else self._now.view.state.t

    def _set_open(self, is_open: bool) -> Answer:
        """Kept by a checkpoint at once: whoever restarts the engine finds the store as it was left."""
        if self._now.finished:
            return Refused("the recording has ended and nobody comes in any more")
        state = self._now.view.state
        if is_open == (state.paused_since is None):
            return Done()
        before = state.paused_since
        state.paused_since = None if is_open else state.t
        self._checkpointed_count = -1
        self._checkpoint()
        if self._checkpointed_count < 0:
            state.paused_since = before
            return Refused("no checkpoint can be written: free space on the disk, then try again")
        return Done()


def _answer(why_not: str | None) -> Answer:
    return Done() if why_not is None else Refused(why_not)
