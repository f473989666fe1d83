"""The snapshots that the window polls, made now and then by the state thread."""

from __future__ import annotations

import time

import msgspec

from inference.engine.entries import layout_hash
from inference.engine.pictures import PictureBoard
from inference.engine.recovery import Recovered
from inference.engine.source import Source
from inference.messages.wire import Snapshot
from store_layout.model import StoreLayout

SNAPSHOT_S = 1 / 15
SHELVES_S = 1 / 4


class Publisher:
    """``newest`` may be read from any thread."""

    def __init__(self, layout: StoreLayout, source: Source, pictures: PictureBoard | None) -> None:
        self._source, self._pictures = source, pictures
        self._layout = layout_hash(layout)
        self._published_at = self._shelves_at = 0.0
        self.newest: Snapshot | None = None
        """None while the engine starts."""

    def relaid(self, layout: StoreLayout) -> None:
        """From now on snapshots are of this layout."""
        self._layout = layout_hash(layout)

    def publish(self, state: Recovered, unposted: int) -> None:
        """A new snapshot if it is time for one, and where something in it is new."""
        now = time.monotonic()
        if now - self._published_at < SNAPSHOT_S:
            return
        self._published_at = now
        if now - self._shelves_at >= SHELVES_S:
            self._shelves_at = now
            look_at_shelves(state)
        snapshot = state.view.snapshot(
            self._source.status(),
            self._source.devices(),
            state.count,
            {} if self._pictures is None else self._pictures.shown,
        )
        # Whoever sees the number grow looks into the ledger: what is not there yet does not count.
        closed = max(0, snapshot.closed - unposted)
        snapshot = msgspec.structs.replace(snapshot, closed=closed, layout=self._layout)
        before = self.newest
        if before is None or msgspec.structs.replace(snapshot, seq=before.seq) != before:
            self.newest = snapshot


def look_at_shelves(state: Recovered) -> None:
    """Have the shelves' levels of this moment in the view."""
    view, flow = state.view, state.flow
    view.shelves.look(flow.scale_levels(), flow.misplaced(), view.state.t)
