"""The last minutes of the floor, to be looked at again: the window's own memory, bounded."""

from __future__ import annotations

import zlib
from collections import deque
from typing import NamedTuple

import msgspec
from PySide6.QtCore import QObject, Signal

from console.operations.live_state import LiveState
from console.operations.moment import Moment
from inference.messages.codec import from_msgpack, to_msgpack
from inference.messages.wire import Snapshot

KEPT_S = 600.0
STEP_S = 0.5
"""Between two moments that are kept, seconds of store time."""
MOST_BYTES = 64 * 1024 * 1024
"""A crowd in a large store fills this before ``KEPT_S`` has passed; then the memory reaches less far back."""


class _Kept(NamedTuple):
    """A moment. Packed it takes a small part of what it takes as objects."""

    t: float
    snapshot: bytes
    identities: dict[int, int]


class TimeTravel(Moment):
    """Shows what is now, until somebody goes back; then a moment of the last minutes."""

    moved = Signal()
    """To another time, or back to now."""

    def __init__(self, live: LiveState, parent: QObject | None = None) -> None:
        super().__init__(live.layout, live.link, parent)
        self._live = live
        self._kept: deque[_Kept] = deque()
        self._bytes = 0
        self._engine = ""
        self.at: float | None = None
        """Store time of the moment shown; None: now."""
        live.snapshot_changed.connect(self._follow)
        live.selection_changed.connect(self._follow_selection)
        self._follow()

    # -- questions -----------------------------------------------------------------------------------

    @property
    def is_now(self) -> bool:
        """Whether what is shown is what happens."""
        return self.at is None

    @property
    def has_pictures(self) -> bool:
        """Pictures of cameras are not kept: only now they fit."""
        return self.is_now

    @property
    def reach(self) -> tuple[float, float]:
        """Store times of the first and the last moment that can be shown."""
        now = 0.0 if self._live.snapshot is None else self._live.snapshot.t
        return (self._kept[0].t if self._kept else now), now

    @property
    def age(self) -> float:
        """How long ago the moment shown was, seconds."""
        return 0.0 if self.at is None else max(0.0, self.reach[1] - self.at)

    @property
    def size(self) -> int:
        """Bytes that the memory takes."""
        return self._bytes

    # -- going ---------------------------------------------------------------------------------------

    def go_to(self, t: float) -> None:
        """Show the moment at or next before this store time; from the last step on it is now."""
        _, now = self.reach
        if not self._kept or t > now - STEP_S:
            self.go_to_now()
            return
        before = (kept for kept in reversed(self._kept) if kept.t <= t)
        kept = next(before, self._kept[0])
        if kept.t != self.at:
            self._show(kept)

    def step(self, seconds: float) -> None:
        """So much later, or (negative) earlier."""
        self.go_to((self.reach[1] if self.at is None else self.at) + seconds)

    def go_to_now(self) -> None:
        """Show what happens."""
        if self.at is not None:
            self.at = None
            self._mirror()
            if self.selected != self._live.selected:
                self.select(self.selected if self.selected in self._inside else None)
            self.moved.emit()
            self.snapshot_changed.emit()

    def select(self, track: int | None) -> None:
        """Now it is selected everywhere; of the past, here."""
        if self.is_now:
            self._live.select(track)
        super().select(track)

    # -- inside --------------------------------------------------------------------------------------

    def _follow(self) -> None:
        snapshot = self._live.snapshot
        if snapshot is None:
            return
        if snapshot.engine != self._engine or (self._kept and snapshot.t < self._kept[-1].t):
            self._forget()  # another engine's, or a recording was begun anew
            self._engine = snapshot.engine
        if not self._kept or snapshot.t - self._kept[-1].t >= STEP_S:
            self._keep(snapshot)
        if self.is_now:
            self._mirror()
            self.snapshot_changed.emit()
        elif self.at is not None and self.at < self._kept[0].t:
            self._show(self._kept[0])

    def _follow_selection(self) -> None:
        if self.is_now:
            super().select(self._live.selected)

    def _mirror(self) -> None:
        live = self._live
        self.snapshot, self._carts, self._inside = live.snapshot, live._carts, live._inside
        self._visitors, self._identities = live.visitors, live._identities

    def _keep(self, snapshot: Snapshot) -> None:
        seen = tuple(msgspec.structs.replace(view, picture=None) for view in snapshot.cameras)
        cameras = tuple(device for device in snapshot.devices if device.kind == "camera")
        packed = to_msgpack(msgspec.structs.replace(snapshot, cameras=seen, devices=cameras))
        data = zlib.compress(packed, level=1)
        self._kept.append(_Kept(snapshot.t, data, self._live._identities))
        self._bytes += len(data)
        while self._kept[0].t < snapshot.t - KEPT_S or self._bytes > MOST_BYTES:
            self._bytes -= len(self._kept.popleft().snapshot)

    def _show(self, kept: _Kept) -> None:
        self.at = kept.t
        self._identities = kept.identities
        self._take(from_msgpack(zlib.decompress(kept.snapshot), Snapshot))
        self.moved.emit()
        self.snapshot_changed.emit()

    def _forget(self) -> None:
        self._kept.clear()
        self._bytes = 0
        if self.at is not None:
            self.at = None
            self.moved.emit()
