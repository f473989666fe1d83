"""Fixtures as one stands before them: which slots a side shows, and where on it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from inference.takes.fronts import fronts
from store_layout.model import Fixture, Point2, Slot, StoreLayout

AS_READILY = 0.5
"""A side that people reach in from at least so readily, against the best, may show the slot too."""
ROOM_ABOVE_M = 0.06
"""Between the highest slot and the top of what is drawn."""


class Placed(msgspec.Struct, frozen=True):
    """A slot on a side: metres from its left end and from the floor, as seen from before it."""

    slot: Slot
    left: float
    bottom: float
    width: float
    height: float


class Face(msgspec.Struct, frozen=True):
    """One side of a fixture that people reach into."""

    fixture: Fixture
    out: Point2
    """Unit vector from the fixture to who stands before it."""
    is_only: bool
    width: float
    height: float
    slots: tuple[Placed, ...]
    """From the top shelf down, each from left to right."""

    @property
    def key(self) -> str:
        """Names it, for settings."""
        return f"{self.fixture.id} {self.out[0]:.0f} {self.out[1]:.0f}"


def faces(layout: StoreLayout) -> tuple[Face, ...]:
    """All sides with slots, in the order of the store's fixtures."""
    open_sides = fronts(layout)
    found: dict[str, dict[Point2, list[Slot]]] = {fixture.id: {} for fixture in layout.file.fixture}
    readily: dict[tuple[str, Point2], float] = {}
    for slot in layout.file.slot:
        for front in open_sides[slot.id]:
            key = (slot.fixture, front.out)
            readily[key] = readily.get(key, 0.0) + front.weight
    for slot in layout.file.slot:
        best = max(front.weight for front in open_sides[slot.id])
        near = [front.out for front in open_sides[slot.id] if front.weight >= AS_READILY * best]
        # the end of a row is open on two sides: it is shown with the rest of the row
        side = max(near, key=lambda out: readily[slot.fixture, out])
        found[slot.fixture].setdefault(side, []).append(slot)
    return tuple(
        face_with(layout.fixtures[fixture], out, slots, is_only=len(sides) == 1)
        for fixture, sides in found.items()
        for out, slots in sorted(sides.items())
    )


def face_with(fixture: Fixture, out: Point2, slots: Iterable[Slot], *, is_only: bool) -> Face:
    """The side that looks towards ``out``, with these slots."""

    def across(x: float, y: float) -> float:
        """Metres to the right, for who looks against ``out``."""
        return -out[1] * x + out[0] * y

    placed = []
    for slot in slots:
        ends = [across(slot.low[0], slot.low[1]), across(slot.high[0], slot.high[1])]
        placed.append((min(ends), max(ends), slot))
    ends = [across(x, y) for x, y in fixture.outline]
    left = min([*ends, *(a for a, _, _ in placed)])
    right = max([*ends, *(b for _, b, _ in placed)])
    top = max(fixture.height, *(slot.high[2] + ROOM_ABOVE_M for _, _, slot in placed))
    shown = [Placed(slot, a - left, slot.low[2], b - a, slot.high[2] - slot.low[2]) for a, b, slot in placed]
    shown.sort(key=lambda p: (-round(p.bottom, 2), p.left))
    return Face(fixture, out, is_only, right - left, top, tuple(shown))
