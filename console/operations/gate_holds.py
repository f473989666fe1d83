"""Gates that staff hold: asked of the engine, confirmed by the gate, written down with who wanted it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from console.back_office import audit
from console.back_office.ledger import Ledger, LedgerError
from console.back_office.permissions import Actor, NotAllowedError, require
from console.engine_process.link import EngineLink
from console.language import tr
from console.language.sentences import in_words
from console.operations.background import Background
from console.operations.live_state import LiveState
from console.operations.operator_session import SCREEN, OperatorSession
from inference.messages.wire import Answer, DeviceStatus, Done, Hold, HoldGate, Refused

CONFIRM_MS = 8000
"""A gate that has not confirmed by then is worth a look."""
LOGGED: dict[Hold, str] = {
    "shut": "had a gate let nobody in",
    "open": "had a gate stand open",
    "free": "had a gate do its work",
}


class GateHolds(QObject):
    """What is said of a gate is what it says itself; nothing is shown as done because it was asked for."""

    said = Signal(str)
    refused = Signal(str)
    confirmed = Signal()
    """A gate does what it was told."""

    def __init__(
        self,
        ledger_path: Path,
        link: EngineLink,
        state: LiveState,
        session: OperatorSession,
        background: Background,
    ) -> None:
        super().__init__(session.parent())
        self._path, self._link, self._state = ledger_path, link, state
        self._session, self._background = session, background
        self._awaited: dict[str, Hold] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(CONFIRM_MS)
        self._timer.timeout.connect(self._late)
        state.snapshot_changed.connect(self._follow)

    @property
    def ways_in(self) -> tuple[DeviceStatus, ...]:
        """Gates through which somebody may come in, and that say what they do: those that can be held."""
        return tuple(
            device
            for device in self._gates()
            if device.held is not None and self._state.layout.gates[device.device].kind != "exit"
        )

    @property
    def all_shut(self) -> bool:
        """Whether every way into the store says that it lets nobody in."""
        ins = [g.id for g in self._state.layout.file.gate if g.kind != "exit"]
        shut = {device.device for device in self.ways_in if device.held == "shut"}
        return bool(ins) and all(gate in shut for gate in ins)

    def hold(self, gates: Sequence[str], hold: Hold) -> None:
        """Have these gates do so; ``said`` or ``refused`` follows, for each of them."""
        actor = self._session.actor
        if actor is None:
            self.refused.emit(tr("Sign in first (Ctrl+L): it is written down who holds a gate."))
            return
        try:
            require(actor, "open or pause the store")
        except NotAllowedError as error:
            self.refused.emit(f"{in_words(error)}.")
            return
        for gate in gates:
            self._ask(gate, hold, actor)

    # -- inside --------------------------------------------------------------------------------------

    def _ask(self, gate: str, hold: Hold, actor: Actor) -> None:
        def work() -> Answer:
            with Ledger.open(self._path) as file:
                answer = self._link.request(HoldGate(gate, hold))
                if isinstance(answer, Done):
                    with file.writing(f"the hold of {gate}"):
                        audit.record(file, actor, LOGGED[hold], at=time.time(), about=gate, screen=SCREEN)
            return answer

        def done(answer: Answer) -> None:
            if isinstance(answer, Refused):
                self.refused.emit(
                    tr("{gate} was not told: {why}", gate=self._name(gate), why=in_words(answer.why))
                )
                return
            self._awaited[gate] = hold
            self._timer.start()
            self._follow()

        self._background.run(work, done, self._failed)

    def _follow(self) -> None:
        """What gates confirm."""
        if not self._awaited:
            return
        for device in self._gates():
            wanted = self._awaited.get(device.device)
            if wanted is not None and device.held == wanted and device.asked is None:
                del self._awaited[device.device]
                self.said.emit(self._confirmed(device.device, wanted))
                self.confirmed.emit()
        if not self._awaited:
            self._timer.stop()

    def _late(self) -> None:
        for gate in self._awaited:
            self.refused.emit(
                tr(
                    "{gate} has not confirmed what it was told: have somebody look at it.",
                    gate=self._name(gate),
                )
            )
        self._awaited.clear()

    def _confirmed(self, gate: str, hold: Hold) -> str:
        match hold:
            case "shut":
                return tr("{gate} lets nobody in, and confirms it.", gate=self._name(gate))
            case "open":
                return tr("{gate} stands open, and confirms it.", gate=self._name(gate))
            case _:
                return tr("{gate} does its work again, and confirms it.", gate=self._name(gate))

    def _gates(self) -> tuple[DeviceStatus, ...]:
        snapshot, known = self._state.snapshot, self._state.layout.gates
        devices = () if snapshot is None else snapshot.devices
        return tuple(d for d in devices if d.kind == "gate" and d.device in known)

    def _name(self, gate: str) -> str:
        known = self._state.layout.gates.get(gate)
        return gate if known is None else known.name

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, LedgerError | sqlite3.Error | OSError):
            raise error
        self.refused.emit(tr("The ledger could not be used: {error}", error=in_words(error)))
