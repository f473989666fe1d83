"""What the engine says to staff beside its devices' states: its disk, odd weights, unsignalled entries."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from console.operations.live_state import LiveState
from inference.messages import Alarm

MOST = 200
"""Kept for reading; the engine itself hands on the last few."""
AT_ONCE = frozenset({"engine"})
"""Kinds that nobody should have to look for: the engine cannot write, or waits."""

QUIET = frozenset(
    {
        "person_given_up",
        "unexplained_person",
        "entry_without_signal",
        "exit_without_person",
        "signal_without_person",
    }
)
"""Kinds that can be read and do not ask for it: what they are about stands on the floor anyway."""


class EngineMessages(QObject):
    """All of them since the window opened, newest first, and how many nobody has read yet."""

    changed = Signal()
    urgent = Signal(object)
    """An :class:`Alarm` to be said where somebody sees it."""

    def __init__(self, state: LiveState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._engine: str | None = None
        self._last: tuple[Alarm, ...] = ()
        self.messages: tuple[Alarm, ...] = ()
        self.unread = 0
        state.snapshot_changed.connect(self._look)

    def read(self) -> None:
        """Somebody has seen them all."""
        if self.unread:
            self.unread = 0
            self.changed.emit()

    def _look(self) -> None:
        snapshot = self._state.snapshot
        if snapshot is None or snapshot.alarms is self._last or snapshot.alarms == self._last:
            return
        known = {(each.t, each.kind, each.about) for each in self._last}
        fresh = [each for each in snapshot.alarms if (each.t, each.kind, each.about) not in known]
        first = self._engine is None
        self._engine, self._last = snapshot.engine, snapshot.alarms
        if not fresh:
            return
        self.messages = (*reversed(fresh), *self.messages)[:MOST]
        if not first:  # what was there before the window opened can be read, and is not news
            self.unread += sum(each.kind not in QUIET for each in fresh)
            for each in fresh:
                if each.kind in AT_ONCE:
                    self.urgent.emit(each)
        self.changed.emit()
