"""What the window shows of one moment: the snapshot, and what follows from it for everybody."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from console.engine_process.link import EngineLink
from console.theme.tokens import IDENTITY_COUNT, NO_IDENTITY
from inference.messages.results import Cart
from inference.messages.wire import Inside, Snapshot
from store_layout.model import StoreLayout


class Moment(QObject):
    """A snapshot with its identities and carts, and the selection.

    Pages read it and listen to it; they never talk to each other.
    """

    snapshot_changed = Signal()
    selection_changed = Signal()

    def __init__(self, layout: StoreLayout, link: EngineLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.layout = layout
        self.link = link
        self.snapshot: Snapshot | None = None
        self.selected: int | None = None
        self._identities: dict[int, int] = {}
        self._carts: dict[int, Cart] = {}
        self._inside: dict[int, Inside] = {}
        self._visitors: tuple[Inside, ...] = ()

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

    @property
    def has_pictures(self) -> bool:
        """Whether the cameras' pictures are of this moment too."""
        return True

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

    def _take(self, snapshot: Snapshot) -> None:
        """This is the moment from now on; whoever calls it tells of it."""
        self.snapshot = snapshot
        self._carts = {cart.track: cart for cart in snapshot.carts}
        self._inside = {inside.person.track: inside for inside in snapshot.inside}
        self._visitors = tuple(i for i in snapshot.inside if i.code and not i.unexplained)
        self._assign_identities()

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
