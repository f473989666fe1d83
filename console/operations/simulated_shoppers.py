"""Sending shoppers into a simulated store, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from PySide6.QtCore import QObject, Signal

from console.back_office.visit_search import VisitEntry
from console.engine_process.link import EngineLink
from console.language import tr, tr_noop
from console.language.sentences import in_words
from console.operations.background import Background
from console.operations.live_state import LiveState
from console.operations.visit_history import VisitHistory
from inference.messages.wire import Refused, SendShopper, SentShopper, Wanted

CANNOT = tr_noop("Nobody was sent in: {why}")


class Fate(msgspec.Struct, frozen=True):
    """Somebody who was sent in: as they truly are, and their visit where it is over."""

    sent: SentShopper
    visit: VisitEntry | None = None

    @property
    def is_right(self) -> bool:
        """Whether the visit holds exactly what was truly taken."""
        if self.visit is None:
            return False
        found = {line.sku: line.quantity for line in self.visit.row.visit.lines}
        return found == {item.sku: item.count for item in self.sent.has}


class SimulatedShoppers(QObject):
    """Asks the engine to send shoppers in; follows them from the snapshots and the ledger."""

    changed = Signal()
    """The fates, whether the store is simulated, or whether anybody can be sent."""
    sent = Signal(str)
    """Somebody is on the way: who."""
    refused = Signal(str)
    """Nobody was sent in, and why."""

    def __init__(
        self,
        state: LiveState,
        history: VisitHistory,
        link: EngineLink,
        background: Background,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._history, self._link, self._background = state, history, link, background
        self.is_simulated = False
        self.is_open = True
        """Whether the store lets anybody in; while it is paused the engine refuses whoever is sent."""
        self.fates: tuple[Fate, ...] = ()
        """The latest, newest first."""
        state.snapshot_changed.connect(self._follow)
        history.changed.connect(self._follow)
        self._follow()

    @property
    def why_not(self) -> str:
        """Why nobody can be sent in now, in words; empty: somebody can."""
        if self.is_open:
            return ""
        return tr("The store is paused: nobody comes in until it is open again.")

    def send(self, wanted: Mapping[str, int]) -> None:
        """Have somebody come in for these: sku -> units. ``sent`` or ``refused`` follows."""
        command = SendShopper(tuple(Wanted(sku, count) for sku, count in wanted.items()))
        self._background.run(
            lambda: self._link.request(command),
            self._answered,
            lambda error: self.refused.emit(tr(CANNOT, why=error)),
        )

    def _answered(self, answer: object) -> None:
        match answer:
            case SentShopper(person=person):
                self.sent.emit(person)
            case Refused(why=why):
                self.refused.emit(tr(CANNOT, why=in_words(why)))
            case _:
                self.refused.emit(tr(CANNOT, why=tr("the engine answered something else")))

    def _follow(self) -> None:
        snapshot = self._state.snapshot
        simulated = snapshot is not None and snapshot.source.kind == "simulated"
        sent = snapshot.source.sent if snapshot is not None else ()
        visits = {entry.row.visit.token: entry for entry in self._history.entries} if sent else {}
        fates = tuple(Fate(one, visits.get(one.token)) for one in reversed(sent))
        is_open = snapshot is None or snapshot.paused_since is None
        if (simulated, is_open, fates) != (self.is_simulated, self.is_open, self.fates):
            self.is_simulated, self.is_open, self.fates = simulated, is_open, fates
            self.changed.emit()
