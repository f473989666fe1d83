"""What stands on the shelves of a live store as anybody can see it, and what is spoken for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from inference.simulation.plans import Errand
from inference.simulation.shelves import STOCK
from inference.simulation.walkers import Action
from store_layout.model import Facing, StoreLayout

LOW = 0.25
"""Share of a facing's full stock at which somebody fills it up."""
FULL_SHELVES = 3
"""Facings that one member of staff fills, and wrong products that they take away."""
MOST_AT_ONCE = 12
"""Units that they bring for one facing."""
STRAYS = 3
"""Units in wrong slots that are worth a walk."""


class Spoken(NamedTuple):
    """Units that somebody is on the way to."""

    slot: str
    sku: str


class Goods:
    """Counts by slot and product; no weights."""

    def __init__(self, layout: StoreLayout, units: dict[str, dict[str, int]], reachable: set[str]) -> None:
        """``units``: slot -> sku -> count at the start; ``reachable``: slots that somebody can stand at."""
        self._layout = layout
        self._reachable = reachable
        self._spoken: Counter[Spoken] = Counter()
        self._in_slot = {slot: Counter(found) for slot, found in units.items()}

    @property
    def stock(self) -> dict[str, dict[str, int]]:
        """What is in each slot now: slot -> sku -> units."""
        return {slot: {sku: n for sku, n in found.items() if n > 0} for slot, found in self._in_slot.items()}

    def move(self, slot: str, sku: str, units: int) -> None:
        """So many came into a slot (negative: went)."""
        self._in_slot[slot][sku] += units
        if not self._in_slot[slot][sku]:
            del self._in_slot[slot][sku]

    def speak_for(self, slot: str, sku: str, units: int) -> None:
        """Somebody will take these."""
        self._spoken[Spoken(slot, sku)] += units

    def done(self, action: Action) -> None:
        """Somebody has tried to take what they had spoken for."""
        if action.act == "take" and action.sku is not None:
            key = Spoken(action.slot, action.sku)
            self._spoken[key] -= action.units
            if self._spoken[key] <= 0:
                del self._spoken[key]

    def free(self, slot: str, sku: str) -> int:
        """Units in a slot that nobody is on the way to."""
        return self._in_slot[slot][sku] - self._spoken[Spoken(slot, sku)]

    def stocked(self) -> list[str]:
        """Slots that an ordinary shopper can go to: of each of its products there are at least two."""
        return [
            slot
            for slot, skus in self._layout.skus_of_slot.items()
            if slot in self._reachable and skus and all(self.free(slot, sku) >= 2 for sku in skus)
        ]

    def find(self, sku: str, count: int) -> list[tuple[str, int]]:
        """Slots, the fullest first, and how many to take from each; fewer in all where there are fewer."""
        places = sorted(
            ((self.free(slot, sku), slot) for slot in self._in_slot if slot in self._reachable),
            key=lambda place: (-place[0], place[1]),
        )
        found = []
        for free, slot in places:
            if count > 0 and free > 0:
                found.append((slot, min(free, count)))
                count -= found[-1][1]
        return found

    def chores(self) -> tuple[Errand, ...]:
        """What staff would do now: fill up what is low, take away what stands in a wrong place."""
        low = sorted(self._low(), key=lambda need: need[0])[:FULL_SHELVES]
        strays = list(self._strays())
        if not low and sum(stray.count for stray in strays) < STRAYS:
            return ()
        fill = [
            Errand(act="restock", slot=f.slot, sku=f.sku, count=min(n, MOST_AT_ONCE), wait_s=2.0)
            for _, f, n in low
        ]
        return (*strays[:FULL_SHELVES], *fill)

    def _low(self) -> Iterator[tuple[float, Facing, int]]:
        """How full, which, and how many are missing."""
        for facing in self._layout.planogram:
            full = STOCK if facing.stock is None else facing.stock
            have = self._in_slot[facing.slot][facing.sku]
            if facing.slot in self._reachable and full > 0 and have <= LOW * full:
                yield have / full, facing, full - have

    def _strays(self) -> Iterator[Errand]:
        for slot, found in self._in_slot.items():
            for sku in found:
                free = self.free(slot, sku)
                if sku not in self._layout.skus_of_slot[slot] and free > 0 and slot in self._reachable:
                    yield Errand(act="take", slot=slot, sku=sku, count=free, wait_s=1.0)


def spoken_for(errands: Sequence[Errand], layout: StoreLayout) -> Iterator[tuple[str, str, int]]:
    """What the errands will take: slot, sku, units."""
    for errand in errands:
        sku = errand.sku or next(iter(layout.skus_of_slot[errand.slot]), None)
        if errand.act == "take" and sku is not None:
            yield errand.slot, sku, errand.count
