"""The one place where the window looks at the engine: polled, and told to the pages only when it changed."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from console.engine_process.link import EngineLink, EngineState
from console.operations.moment import Moment
from inference.messages.said import Words
from inference.messages.wire import Snapshot
from store_layout.model import StoreLayout

POLL_MS = 80
"""12.5 Hz: a person reads no faster, and there is no backlog because only the newest snapshot is taken."""


class LiveState(Moment):
    """The newest snapshot: what happens now."""

    engine_changed = Signal()
    """``engine_state`` or ``engine_why`` is another one."""
    relaid = Signal()
    """The engine took another layout over than it had when this began to look."""
    visits_closed = Signal()
    """The ledger has (or may have) something new."""

    def __init__(self, layout: StoreLayout, link: EngineLink, parent: QObject | None = None) -> None:
        super().__init__(layout, link, parent)
        self.engine_state: EngineState = "starting"
        self.engine_why: Words = ""
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.poll)

    def start(self) -> None:
        """Begin to poll."""
        self.poll()
        self._timer.start()

    def stop(self) -> None:
        """No more polls."""
        self._timer.stop()

    def poll(self) -> None:
        """Look once."""
        self._look_at_engine()
        newest = self.link.latest()
        if newest is None or not self._is_new(newest):
            return
        newest = without_leftovers(newest)
        before = self.snapshot
        self._take(newest)
        if self.selected is not None and self.selected not in self._inside:
            self.select(None)
        if before is not None and before.layout and newest.layout != before.layout:
            self.relaid.emit()  # and nobody here is shown a store that they do not know
            return
        self.snapshot_changed.emit()
        if before is None or (before.engine, before.closed) != (newest.engine, newest.closed):
            self.visits_closed.emit()

    # -- inside --------------------------------------------------------------------------------------

    def _is_new(self, newest: Snapshot) -> bool:
        old = self.snapshot
        return old is None or (old.engine, old.seq) != (newest.engine, newest.seq)

    def _look_at_engine(self) -> None:
        state, why = self.link.state, self.link.why
        if (state, why) != (self.engine_state, self.engine_why):
            self.engine_state, self.engine_why = state, why
            self.engine_changed.emit()


def without_leftovers(snapshot: Snapshot) -> Snapshot:
    """After a recording has ended nobody can still come to be a visit; who is none is not shown."""
    if not snapshot.source.ended or all(inside.code for inside in snapshot.inside):
        return snapshot
    return msgspec.structs.replace(snapshot, inside=tuple(i for i in snapshot.inside if i.code))
