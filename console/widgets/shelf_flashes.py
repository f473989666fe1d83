"""What lights up on the map when the weight on a shelf has changed."""

from __future__ import annotations

import time
from dataclasses import dataclass

from console.theme.tokens import MOTION_MS
from inference.messages.wire import Snapshot
from store_layout.model import Slot, StoreLayout

STEP_S = MOTION_MS / 1000
"""Length of one step of brightness."""
SHOWN_S = 3.0
"""How long the grams stay beside the slot."""
MOST = 6
"""More at once than this could not be read; a fast replay would cover the map."""


@dataclass(frozen=True, slots=True)
class Flash:
    """An event that is still shown."""

    slots: tuple[Slot, ...]
    delta_g: float
    began: float
    """Monotonic seconds."""

    def strength(self, now: float, *, reduced_motion: bool) -> float:
        """1 at first, then in two steps down to what stays; steady with reduced motion."""
        age = now - self.began
        if age >= SHOWN_S:
            return 0.0
        if reduced_motion:
            return 0.45
        return 1.0 if age < STEP_S else 0.7 if age < 2 * STEP_S else 0.45


class Flashes:
    """Remembers which events were seen, so that each lights up once."""

    def __init__(self, layout: StoreLayout) -> None:
        self._layout = layout
        self._seen: set[str] = set()
        self._engine: str | None = None
        self._t = 0.0
        self.shown: list[Flash] = []

    def follow(self, snapshot: Snapshot) -> bool:
        """Take the new events; True when one lights up. Those of before the first snapshot do not.

        Neither do any when time goes back: they lit up then.
        """
        now = time.monotonic()
        ids = {event.id for event in snapshot.events}
        goes_on = self._engine == snapshot.engine and snapshot.t >= self._t
        fresh = [e for e in snapshot.events if e.id not in self._seen] if goes_on else []
        self._engine, self._seen, self._t = snapshot.engine, ids, snapshot.t
        for event in fresh:
            carried = (self._layout.slots_of_scale.get(change.scale, ()) for change in event.changes)
            slots = tuple(slot for slots in carried for slot in slots)
            if slots:
                self.shown.append(Flash(slots, event.delta_g, now))
        del self.shown[:-MOST]
        return bool(fresh)

    def drop_old(self) -> None:
        """Forget what is not shown any more."""
        now = time.monotonic()
        self.shown = [flash for flash in self.shown if now - flash.began < SHOWN_S]
