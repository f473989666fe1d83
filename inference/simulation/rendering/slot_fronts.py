"""Which way slots and fixtures face: the side that customers stand at."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import Point, Polygon

from store_layout.model import Fixture, Slot, StoreLayout

STAND_M = 0.35
"""How far before a front somebody stands."""
_SIDES: tuple[tuple[int, int], ...] = ((1, 0), (-1, 0), (0, 1), (0, -1))


def slot_front(layout: StoreLayout, slot: Slot) -> tuple[int, int]:
    """Outward direction of a slot's open side: one of ``(1, 0)``, ``(-1, 0)``, ``(0, 1)``, ``(0, -1)``.

    It is the side nearest to the edge of its fixture that somebody can stand before; of equal ones the wider.
    """
    fixture = layout.fixtures.get(slot.fixture)
    outline = Polygon(fixture.outline) if fixture is not None else None
    low, high = np.array(slot.low[:2]), np.array(slot.high[:2])
    middle, half = (low + high) / 2, (high - low) / 2
    walkable = Polygon(layout.file.floor.outline)
    others = [Polygon(f.outline) for f in layout.file.fixture]

    def cost(side: tuple[int, int]) -> tuple[bool, float, float]:
        edge = middle + half * side
        gap = 0.0
        if outline is not None:
            # From the slot's edge straight out to where the fixture ends.
            ray = shapely.LineString([edge, edge + 10.0 * np.array(side)])
            gap = float(shapely.length(shapely.intersection(ray, outline)))
        stand = Point(edge + (gap + STAND_M) * np.array(side))
        free = walkable.covers(stand) and not any(other.covers(stand) for other in others)
        return (not free, round(gap, 2), -float(half[0 if side[1] else 1]))

    return min(_SIDES, key=cost)


def fronts_of(layout: StoreLayout, fixture: Fixture) -> dict[tuple[int, int], list[Slot]]:
    """Slots of a fixture by the side they open to, in the layout's order."""
    found: dict[tuple[int, int], list[Slot]] = {}
    for slot in layout.file.slot:
        if slot.fixture == fixture.id:
            found.setdefault(slot_front(layout, slot), []).append(slot)
    return found
