"""Open or paused: who may switch, when it is refused, and what is said of who comes in while paused."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from console.back_office import audit
from console.back_office.ledger import Ledger, LedgerError
from console.back_office.permissions import Actor, NotAllowedError, require
from console.engine_process.link import EngineLink
from console.language import tr, tr_n, tr_noop
from console.language.sentences import in_words
from console.operations.background import Background
from console.operations.gate_holds import GateHolds
from console.operations.health import critical
from console.operations.live_state import LiveState
from console.operations.operator_session import OperatorSession
from inference.messages.wire import DeviceStatus, Refused, SetOpen

NAMED = 3
"""Devices named in a refusal before the rest is counted."""


class StoreSwitch(QObject):
    """The engine keeps the state; the ledger keeps who changed it, and when."""

    changed = Signal()
    """Open or paused, or how many came in since."""
    refused = Signal(str)
    switched = Signal(bool)
    """Whether the store is open now: as somebody here wanted it."""
    came_in = Signal(str)
    """While it was paused: the code of the visit."""

    def __init__(
        self,
        ledger_path: Path,
        link: EngineLink,
        state: LiveState,
        session: OperatorSession,
        background: Background,
        *,
        gates: GateHolds,
    ) -> None:
        """``gates``: those that can be held let nobody in while the store is paused."""
        super().__init__(session.parent())
        self.gates = gates
        self._path, self._link, self._state = ledger_path, link, state
        self._session, self._background = session, background
        self.paused_since: float | None = None
        """Store time; None while the store is open."""
        self.came: tuple[str, ...] = ()
        """Codes of those inside who came in while it was paused."""
        state.snapshot_changed.connect(self._follow)
        self._follow()

    @property
    def is_open(self) -> bool:
        """Whether people are let in as always."""
        return self.paused_since is None

    def toggle(self) -> None:
        """Pause the store, or open it; ``switched`` or ``refused`` follows."""
        self.switch(not self.is_open)

    def switch(self, is_open: bool) -> None:
        """Open the store, or pause it."""
        actor = self._session.actor
        why = self.why_not(is_open)
        if why or actor is None:
            self.refused.emit(why)
            return
        path, link = self._path, self._link
        self._background.run(
            lambda: _carry_out(path, link, actor, is_open),
            lambda answer: self._answered(answer, is_open),
            self._failed,
        )

    def why_not(self, is_open: bool) -> str:
        """Why it cannot be switched so, in words; empty where it can."""
        actor = self._session.actor
        if actor is None:
            return tr("Sign in first (Ctrl+L): it is written down who opens or pauses the store.")
        try:
            require(actor, "open or pause the store")
        except NotAllowedError as error:
            return f"{in_words(error)}."
        snapshot = self._state.snapshot
        if snapshot is None or self._state.engine_state != "running":
            return tr("The engine does not run: the store can be neither opened nor paused.")
        down = critical(snapshot.devices) if is_open else ()
        return tr("The store stays paused: {devices}.", devices=_said(down)) if down else ""

    def _answered(self, answer: object, is_open: bool) -> None:
        if isinstance(answer, Refused):
            self.refused.emit(tr("The store was not switched: {why}", why=in_words(answer.why)))
            return
        self.switched.emit(is_open)
        ways = [g for g in self.gates.ways_in if (g.held == "shut") is is_open]
        self.gates.hold([gate.device for gate in ways], "free" if is_open else "shut")

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, LedgerError | sqlite3.Error | OSError):
            raise error
        self.refused.emit(tr("The ledger could not be used: {error}", error=in_words(error)))

    def _follow(self) -> None:
        snapshot = self._state.snapshot
        since = None if snapshot is None else snapshot.paused_since
        came: tuple[str, ...] = ()
        if since is not None:
            came = tuple(i.code for i in self._state.visitors if i.entered_at >= since)
        if (since, came) == (self.paused_since, self.came):
            return
        new = [code for code in came if code not in self.came]
        self.paused_since, self.came = since, came
        self.changed.emit()
        for code in new:
            self.came_in.emit(code)


def _carry_out(path: Path, link: EngineLink, actor: Actor, is_open: bool) -> object:
    """Ask the engine; what it did is written down with who wanted it. Raises ``LedgerError``."""
    with Ledger.open(path) as file:
        answer = link.request(SetOpen(is_open))
        if not isinstance(answer, Refused):
            said = "opened the store" if is_open else "paused the store"
            with file.writing(tr_noop("the store switch")):
                audit.record(file, actor, said, at=time.time(), about="store")
    return answer


def _said(down: tuple[DeviceStatus, ...]) -> str:
    named = ", ".join(tr("{device} is lost", device=d.device) for d in down[:NAMED])
    more = len(down) - NAMED
    return named + tr_n(" and {n} more", " and {n} more", more) if more > 0 else named
