"""Which scales lie beside each other, and which settled changes are one action."""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec

from inference.shelf_events import settings as s
from inference.shelf_events.state import Settled
from store_layout.model import Slot, StoreLayout


@dataclass(frozen=True, slots=True)
class Place:
    """Where a scale is and what may lie on it."""

    fixture: str
    beside: frozenset[str]
    """Scales that touch it on the same shelf."""
    sharing: frozenset[str]
    """Those of them that carry one of its products."""


def places(layout: StoreLayout) -> dict[str, Place]:
    """The place of every scale that carries a slot."""
    shelves: dict[tuple[str, int], list[str]] = {}
    for scale, slots in layout.slots_of_scale.items():
        for key in sorted({(slot.fixture, slot.shelf) for slot in slots}):
            shelves.setdefault(key, []).append(scale)
    skus = {
        scale: {sku for slot in slots for sku in layout.skus_of_slot[slot.id]}
        for scale, slots in layout.slots_of_scale.items()
    }
    found: dict[str, Place] = {}
    for (fixture, _), scales in shelves.items():
        for scale in scales:
            mine = layout.slots_of_scale[scale]
            beside = {o for o in scales if o != scale and _touch(mine, layout.slots_of_scale[o])}
            before = found.get(scale)
            if before is not None:
                beside |= before.beside
            sharing = frozenset(o for o in beside if skus[o] & skus[scale])
            found[scale] = Place(fixture, frozenset(beside), sharing)
    return found


def _touch(a: tuple[Slot, ...], b: tuple[Slot, ...]) -> bool:
    return any(_gap(x, y) <= s.JOIN_GAP_M for x in a for y in b)


def _gap(a: Slot, b: Slot) -> float:
    """Largest gap between two boxes along the floor's axes; 0 when they overlap from above."""
    return max(max(a.low[i] - b.high[i], b.low[i] - a.high[i], 0.0) for i in (0, 1))


def overlap(a: Settled, b: Settled) -> bool:
    """True: the changes happened at the same time, near enough."""
    return a.t_start <= b.t_end + s.JOIN_OVERLAP_S and b.t_start <= a.t_end + s.JOIN_OVERLAP_S


def mended(first: Settled, second: Settled) -> Settled:
    """Two changes of one scale as one."""
    larger = max(first, second, key=lambda change: abs(change.delta_g))
    return msgspec.structs.replace(
        second,
        t_start=first.t_start,
        t_peak=larger.t_peak,
        delta_g=first.delta_g + second.delta_g,
        sd_g=math.hypot(first.sd_g, second.sd_g),
        peak_sd_g=max(first.peak_sd_g, second.peak_sd_g),
        course=None,
    )
