"""One engine in this process, from spec to end: lock, session, journal, engine, command server."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from console.engine_process.compose import Compose, Parts, Show
from console.engine_process.entries_heard import DeclinedCards, hearing
from console.engine_process.housekeeping import Housekeeping
from console.engine_process.session import (
    Address,
    AlreadyRunningError,
    Session,
    StateLock,
    end_session,
    forget_address,
    new_session,
    read_address,
    usable,
    write_address,
)
from console.engine_process.spec import EngineSpec
from inference.detection.threads import tune_process
from inference.engine.appearance_memory import AppearanceMemory
from inference.engine.belonging import read_header
from inference.engine.commands import CommandServer
from inference.engine.engine import Engine, EngineOptions, Summary
from inference.engine.flow import VisitSink
from inference.engine.opening import open_journal
from inference.engine.pictures import PictureBoard
from inference.engine.relaying import Premises
from inference.evidence.film import Film
from inference.evidence.keeper import EvidenceKeeper
from inference.messages import Frame, VisitClosed
from inference.messages.codec import settle_types
from store_layout.model import StoreLayout

log = logging.getLogger(__name__)

LOCK_WAIT_S = 2.0

OnVisit = Callable[[VisitClosed], None]


class RunningEngine:
    """Holds everything that must be let go of in order. Use as a context manager around :meth:`run`."""

    def __init__(
        self,
        spec: EngineSpec,
        compose: Compose,
        session: Session | None = None,
        on_visit: OnVisit | None = None,
        *,
        lock_wait_s: float = LOCK_WAIT_S,
    ) -> None:
        """``lock_wait_s``: for another engine to end.

        Raises ``AlreadyRunningError``, ``SpecError``, ``OpeningError``.
        """
        state = self._state = spec.state_path
        self._lock = take_lock(state, lock_wait_s)
        self._closers: list[Callable[[], None]] = [self._lock.release]
        self._ended_well = False
        try:
            left = read_address(state)
            found = session or (left.session if left else None)
            self.session = new_session() if found is None else usable(found)
        except BaseException:
            self._lock.release()
            raise
        try:
            self._open(spec, compose, on_visit)
        except BaseException:
            self._let_go()
            if found is None:  # nobody else knows of it, and nothing of a visit is in it yet
                end_session(self.session)
            raise

    def _open(self, spec: EngineSpec, compose: Compose, on_visit: OnVisit | None) -> None:
        tune_process()
        settle_types()
        pictures = PictureBoard(self.session.pictures)
        self._closers.append(pictures.close)
        film = Film()
        parts = compose(spec, _to_both(pictures, film))
        make_sink = parts.make_sink if on_visit is None else _telling(parts, on_visit)
        self._closers.append(parts.source.close)
        if spec.recording is None:  # who is on a recording was charged when it was made
            parts = self._with_payments(spec, parts)
        memory = AppearanceMemory(self.session.memory)
        self._closers.append(memory.close)
        journal = spec.journal_path
        before = _salt(journal)
        header, notes = open_journal(
            journal,
            parts.layout,
            parts.source.recording_id,
            make_flow=parts.make_flow,
            make_sink=make_sink,
            fresh=spec.fresh,
        )
        if before != header.salt or spec.fresh:
            memory.forget()
        evidence = EvidenceKeeper(parts.layout, spec.clips_path, film)
        self._closers.append(evidence.close)
        self.engine = Engine(
            parts.layout,
            header.salt,
            make_flow=parts.make_flow,
            sink=make_sink(parts.layout),
            source=parts.source,
            journal_folder=journal,
            memory=memory,
            pictures=pictures,
            evidence=evidence,
            premises=None if parts.premises is None else _telling_premises(parts.premises, on_visit),
            options=EngineOptions(
                checkpoint_s=spec.checkpoint_s,
                checkpoint_observations=spec.checkpoint_observations,
                exit_at_end=spec.exit_at_end,
                notes=tuple(notes),
                paused_since=header.paused_since,
            ),
        )
        self._housekeeping: Housekeeping | None = None
        if spec.store is not None:
            self._housekeeping = Housekeeping(
                parts.layout.file,
                spec.ledger_path,
                self._state,
                folder=None if parts.premises is None else Path(spec.store),
                submit=self.engine.submit,
            )
            self._closers.append(self._housekeeping.close)
        server = CommandServer(self.engine, self.session.token, Path(self.session.run_dir))
        self._closers.append(server.close)
        write_address(self._state, Address(os.getpid(), server.endpoint, self.session))

    def _with_payments(self, spec: EngineSpec, parts: Parts) -> Parts:
        """Whoever runs the store also charges: with or without a window, also after it was closed."""
        from console.back_office.payment_provider import embedded_provider
        from console.back_office.payment_worker import PaymentWorker

        store, declined = parts.layout.file, DeclinedCards()
        worker = PaymentWorker(
            spec.ledger_path,
            lambda: embedded_provider(spec.ledger_path),
            hold=store.rules.card_hold,
            currency=store.store.currency,
            on_declined=declined.add,
        )
        self._closers.append(worker.close)
        return replace(parts, make_flow=hearing(parts.make_flow, worker.entered, declined))

    def run(self) -> Summary:
        """Until the engine ends. An orderly end takes the session with it; a crash leaves it to the next."""
        if self._housekeeping is not None:
            self._housekeeping.start()
        summary = self.engine.run()
        self._ended_well = True
        return summary

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._let_go()

    def _let_go(self) -> None:
        release = self._closers[1:]
        for closer in reversed(release):
            closer()
        if self._ended_well and not self.engine.again:
            end_session(self.session)
            forget_address(self._state)
        self._closers[0]()


def _to_both(pictures: PictureBoard, film: Film) -> Show:
    def show(frame: Frame) -> None:
        pictures.show(frame)
        film.take(frame)

    return show


class _TellingSink:
    """Tells of each visit after it is posted."""

    def __init__(self, sink: VisitSink, on_visit: OnVisit) -> None:
        self._sink, self._on_visit = sink, on_visit

    def post(self, closed: VisitClosed) -> None:
        self._sink.post(closed)
        self._on_visit(closed)

    def close(self) -> None:
        self._sink.close()


def _telling(parts: Parts, on_visit: OnVisit) -> Callable[[StoreLayout], VisitSink]:
    return lambda layout: _TellingSink(parts.make_sink(layout), on_visit)


class _TellingPremises:
    """A store folder whose sinks tell of each visit."""

    def __init__(self, premises: Premises, on_visit: OnVisit) -> None:
        self._premises, self._on_visit = premises, on_visit

    def read(self) -> StoreLayout:
        return self._premises.read()

    def sink(self, layout: StoreLayout) -> VisitSink:
        return _TellingSink(self._premises.sink(layout), self._on_visit)


def _telling_premises(premises: Premises, on_visit: OnVisit | None) -> Premises:
    return premises if on_visit is None else _TellingPremises(premises, on_visit)


def _salt(journal: Path) -> str | None:
    try:
        header = read_header(journal)
    except ValueError:
        return None
    return None if header is None else header.salt


def take_lock(state: Path, wait_s: float) -> StateLock:
    """The lock, waiting a little: somebody may just be looking whether it is held."""
    until = time.monotonic() + wait_s
    while True:
        try:
            return StateLock(state)
        except AlreadyRunningError:
            if time.monotonic() >= until:
                raise
            time.sleep(0.05)
