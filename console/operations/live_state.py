"""The one place where the window looks at the engine: polled, and told to the pages only when it changed."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from console.engine_process.link import EngineLink, EngineState
from console.theme.tokens import IDENTITY_COUNT, NO_IDENTITY
from inference.messages.results import Cart
from inference.messages.wire import Inside, Snapshot
from store_layout.model import StoreLayout

POLL_MS = 80
"""12.5 Hz: a person reads no faster, and there is no backlog because only the newest snapshot is taken."""


class LiveState(QObject):
    """The newest snapshot, and what follows from it for everybody: identities, carts, the selection.

    Pages read it and listen to it; they never talk to each other.
    """

    snapshot_changed = Signal()
    engine_changed = Signal()
    """``engine_state`` or ``engine_why`` is another one."""
    visits_closed = Signal()
    """The ledger has (or may have) something new."""
    selection_changed = Signal()

    def __init__(self, layout: StoreLayout, link: EngineLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.layout = layout
        self.link = link
        self.snapshot: Snapshot | None = None
        self.engine_state: EngineState = "starting"
        self.engine_why = ""
        self.selected: int | None = None
        self._identities: dict[int, int] = {}
        self._carts: dict[int, Cart] = {}
        self._inside: dict[int, Inside] = {}
        self._visitors: tuple[Inside, ...] = ()
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
        before, self.snapshot = self.snapshot, newest
        self._carts = {cart.track: cart for cart in newest.carts}
        self._inside = {inside.person.track: inside for inside in newest.inside}
        self._visitors = tuple(inside for inside in newest.inside if inside.code)
        self._assign_identities()
        if self.selected is not None and self.selected not in self._inside:
            self.select(None)
        self.snapshot_changed.emit()
        if before is None or (before.engine, before.closed) != (newest.engine, newest.closed):
            self.visits_closed.emit()

    # -- questions -----------------------------------------------------------------------------------

    def inside(self, track: int) -> Inside | None:
        """Who has this track now."""
        return self._inside.get(track)

    def cart(self, track: int) -> Cart | None:
        """What they carry."""
        return self._carts.get(track)

    def items(self, track: int) -> int:
        """How many things are in their cart."""
        cart = self._carts.get(track)
        return sum(line.quantity for line in cart.lines) if cart else 0

    def identity(self, track: int) -> int:
        """Number of the look of a shopper; the same everywhere for as long as they are inside."""
        return self._identities.get(track, NO_IDENTITY)

    @property
    def visitors(self) -> tuple[Inside, ...]:
        """Those inside who are a visit."""
        return self._visitors

    def select(self, track: int | None) -> None:
        """Select a shopper everywhere, or nobody."""
        if track != self.selected:
            self.selected = track
            self.selection_changed.emit()

    # -- inside --------------------------------------------------------------------------------------

    def _is_new(self, newest: Snapshot) -> bool:
        old = self.snapshot
        return old is None or (old.engine, old.seq) != (newest.engine, newest.seq)

    def _look_at_engine(self) -> None:
        state, why = self.link.state, self.link.why
        if (state, why) != (self.engine_state, self.engine_why):
            self.engine_state, self.engine_why = state, why
            self.engine_changed.emit()

    def _assign_identities(self) -> None:
        """Track number modulo 16, so that a restarted window gives the same; the next free one if taken."""
        tracks = sorted(inside.person.track for inside in self._visitors)
        kept = {track: self._identities[track] for track in tracks if track in self._identities}
        taken = set(kept.values())
        for track in tracks:
            if track in kept:
                continue
            wanted = [(track + step) % IDENTITY_COUNT for step in range(IDENTITY_COUNT)]
            kept[track] = next((i for i in wanted if i not in taken), wanted[0])
            taken.add(kept[track])
        self._identities = kept


def without_leftovers(snapshot: Snapshot) -> Snapshot:
    """After a recording has ended nobody can still come to be a visit; who is none is not shown."""
    if not snapshot.source.ended or all(inside.code for inside in snapshot.inside):
        return snapshot
    return msgspec.structs.replace(snapshot, inside=tuple(i for i in snapshot.inside if i.code))
