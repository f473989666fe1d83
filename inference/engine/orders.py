"""What operators ask of the engine, carried out by the state thread, one command after another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from inference.engine.by_hand import Edit, mark_of
from inference.engine.publishing import look_at_shelves
from inference.engine.relaying import Relayable
from inference.engine.source import Source
from inference.evidence.keeper import EvidenceKeeper
from inference.messages import Observation, ScaleTare
from inference.messages.said import Words, said
from inference.messages.wire import (
    Answer,
    Command,
    CorrectLine,
    Done,
    GetScale,
    HoldGate,
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


class Operated(Relayable, Protocol):
    """The engine, as far as operators reach into it. For the state thread."""

    again: bool
    """Another engine is started when this one has ended."""

    @property
    def layout(self) -> StoreLayout:
        """Of the store, now."""

    @property
    def source(self) -> Source:
        """Of the observations."""

    @property
    def evidence(self) -> EvidenceKeeper | None:
        """Of what was seen."""

    def newest(self) -> Snapshot | None:
        """The newest snapshot."""

    def store_time(self) -> float:
        """Now, for what an operator says."""

    def take(self, batch: Sequence[tuple[Observation, bool]]) -> None:
        """Journal, then step."""

    def fix(self) -> bool:
        """Write a checkpoint now; whether it is on the disk."""

    def stop(self) -> None:
        """Checkpoint and end soon."""


def carry_out(engine: Operated, command: Command) -> Answer:
    """Do it, or say why not."""
    match command:
        case SetStaff() | JoinVisits() | SplitVisit() | MakeShopper() | CorrectLine():
            return _put_right(engine, command)
        case PauseReplay(paused=paused):
            return _answer(engine.source.pause(paused))
        case SetReplaySpeed(speed=speed):
            return _answer(engine.source.set_speed(speed))
        case RestartDevice(device=device):
            return _answer(engine.source.restart_device(device))
        case HoldGate():
            return _hold_gate(engine, command)
        case KeepEvidence(visit=visit):
            return _keep_evidence(engine, visit)
        case SetOpen(open=is_open):
            return _set_open(engine, is_open)
        case SendShopper(wanted=wanted):
            return engine.source.send_shopper(wanted)
        case TareScale(scale=scale, load_g=load_g):
            return _tare(engine, scale, load_g)
        case GetScale(scale=scale, after=after):
            return engine.now.view.shelves.detail(scale, after)
        case StopEngine(again=again):
            engine.again = again
            engine.stop()
            return Done(said("the engine ends"))
        case _:
            return engine.newest() or Refused(said("the engine is starting"))


def _answer(why_not: Words | None) -> Answer:
    return Done() if why_not is None else Refused(why_not)


def _hold_gate(engine: Operated, command: HoldGate) -> Answer:
    if command.gate not in engine.layout.gates:
        return Refused(said("this store has no gate {gate}", gate=repr(command.gate)))
    return _answer(engine.source.hold_gate(command.gate, command.hold))


def _put_right(engine: Operated, edit: Edit) -> Answer:
    """Journaled like anything seen: a replay of the journal comes to the same."""
    if engine.now.finished:
        return Refused(said("the recording has ended and every visit is closed"))
    found = mark_of(edit, engine.now.view, engine.layout, engine.store_time())
    if not isinstance(found, tuple):
        return Refused(found)
    mark, told = found
    engine.take([(mark, False)])
    return Done(told)


def _keep_evidence(engine: Operated, visit: str) -> Answer:
    kept = 0 if engine.evidence is None else engine.evidence.keep(visit)
    if not kept:
        return Refused(said("nothing of this visit is in the engine's memory any more"))
    return Done(said("what was seen is being kept; shelf events: {count}", count=kept))


def _tare(engine: Operated, scale: str, load_g: float) -> Answer:
    if scale not in engine.layout.scales:
        return Refused(said("this store has no scale {scale}", scale=repr(scale)))
    if engine.now.finished:
        return Refused(said("the recording has ended"))
    if not 0.0 <= load_g <= engine.layout.scales[scale].capacity_g:
        return Refused(said("{load} g cannot lie on {scale}", load=f"{load_g:.0f}", scale=scale))
    look_at_shelves(engine.now)
    tare = engine.now.view.shelves.tare(scale, load_g, engine.store_time())
    if not isinstance(tare, ScaleTare):
        return Refused(tare)
    engine.take([(tare, False)])
    look_at_shelves(engine.now)
    return Done(
        said(
            "{scale} counts from {zero} g, with {load} g on it",
            scale=scale,
            zero=f"{tare.zero_g:+.0f}",
            load=f"{load_g:.0f}",
        )
    )


def _set_open(engine: Operated, is_open: bool) -> Answer:
    """Kept by a checkpoint at once: whoever restarts the engine finds the store as it was left."""
    if engine.now.finished:
        return Refused(said("the recording has ended and nobody comes in any more"))
    state = engine.now.view.state
    if is_open == (state.paused_since is None):
        return Done()
    before = state.paused_since
    state.paused_since = None if is_open else state.t
    if not engine.fix():
        state.paused_since = before
        return Refused(said("no checkpoint can be written: free space on the disk, then try again"))
    engine.source.set_open(is_open)
    return Done()
