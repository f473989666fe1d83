"""The sides of a fixture that customers stand at, and where its slots are in each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.mesh import Mesh, transformed
from inference.simulation.rendering.solids import box, sheet
from store_layout.model import Fixture, Slot

Matrix = NDArray[np.float64]
Range = tuple[float, float]


class Shelf(NamedTuple):
    """A slot in the frame of its fixture's face; the face's middle on the floor is the origin, metres.

    ``a`` runs along the face to the right of who stands before it, ``d`` from the face into the fixture.
    """

    a: Range
    d: Range
    z: Range


class Face:
    """One side of a fixture that customers stand at."""

    def __init__(self, fixture: Fixture, front: tuple[int, int], slots: Sequence[Slot]) -> None:
        low, high = np.min(fixture.outline, axis=0), np.max(fixture.outline, axis=0)
        middle, half = (low + high) / 2, (high - low) / 2
        out = np.array(front, dtype=np.float64)
        right = np.array([-out[1], out[0]])
        origin = middle + half * out
        self.width = float(2 * np.abs(half @ np.abs(right)))
        self.depth = float(2 * np.abs(half @ np.abs(out)))
        self.height = fixture.height
        self.matrix: Matrix = np.eye(4)
        self.matrix[:2, 0], self.matrix[:2, 1], self.matrix[:2, 3] = out, right, origin
        self.shelves = [self._shelf(slot, out, right, origin) for slot in slots]

    @staticmethod
    def _shelf(slot: Slot, out: Matrix, right: Matrix, origin: Matrix) -> Shelf:
        corners = np.array([slot.low[:2], slot.high[:2]]) - origin
        along, into = np.sort(corners @ right), np.sort(-corners @ out)
        return Shelf(
            (float(along[0]), float(along[1])),
            (float(into[0]), float(into[1])),
            (slot.low[2], slot.high[2]),
        )

    @property
    def reach(self) -> float:
        """How deep the slots go."""
        return max((shelf.d[1] for shelf in self.shelves), default=self.depth / 2)

    @property
    def lowest(self) -> float:
        """Where the lowest slot begins."""
        return min((shelf.z[0] for shelf in self.shelves), default=0.1)

    def block(self, a: Range, d: Range, z: Range, without: Sequence[str] = ()) -> Mesh:
        """A box in the face's frame, as a mesh in the world."""
        return transformed(box((-d[1], a[0], z[0]), (-d[0], a[1], z[1]), without=without), self.matrix)

    def strip(self, a: Range, d: float, z: Range, part: tuple[float, float, float, float]) -> Mesh:
        """An upright picture at depth ``d`` (negative: before the face), seen by who stands before it."""
        corners = ((-d, a[0], z[0]), (-d, a[1], z[0]), (-d, a[1], z[1]), (-d, a[0], z[1]))
        return transformed(sheet(*corners, part), self.matrix)

    def rows(self) -> list[tuple[float, list[Shelf]]]:
        """Slots of equal height above the floor, from the bottom."""
        heights = sorted({round(shelf.z[0], 3) for shelf in self.shelves})
        return [(z, [s for s in self.shelves if abs(s.z[0] - z) < 0.002]) for z in heights]
