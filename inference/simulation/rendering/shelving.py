"""Where single units stand in the slots of a store, and how they are drawn.

A slot's share of the shelf goes to its products by their facings. A product stands there in columns, side by
side as far as its stock needs them, and each column holds stacks one behind the other. The shop faced up
before it opened: the planogram's stock fills the front. What is taken then comes off the front of the fullest
column, so the unit that goes when a count falls by one depends on the counts alone.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.mesh import placed
from inference.simulation.rendering.package_shapes import Size
from inference.simulation.rendering.packaging import Packages
from inference.simulation.rendering.scene import Thing
from inference.simulation.rendering.slot_fronts import slot_front
from inference.simulation.shelves import STOCK
from store_layout.model import Facing, Slot, StoreLayout

GAP_M = 0.004
"""Between units side by side and one behind the other."""
FRONT_M = 0.012
"""Between a slot's front edge and the first row."""
TURN = 0.05
"""Standard deviation of how far units are turned, radians."""
USUAL_ROWS = 1.3
"""How deep a full column is: as many columns are filled as that takes, so that shelves look well stocked."""
STICK_OUT_M = 0.035
"""How far a foreign unit stands out of the slot at most."""


class UnitPlace(NamedTuple):
    """One unit on a shelf."""

    sku: str
    transform: NDArray[np.float32]
    """``[4, 4]`` from the package's own frame to the world."""


class _Cell(NamedTuple):
    """A place for one unit: which column, how far back, how high in its stack."""

    column: int
    row: int
    level: int


class _Bay(NamedTuple):
    """The part of a slot that one product fills."""

    start: float
    """Metres from the slot's left end, for who stands before it."""
    width: float
    depth: float
    height: float
    island: bool = False
    """Goods stand in the middle instead of at the front: on a table people take from all sides."""


def unit_places(
    layout: StoreLayout,
    packages: Packages,
    slot: str,
    counts: Mapping[str, int],
    rng: np.random.Generator,
) -> list[UnitPlace]:
    """Places of ``counts`` units of each sku in a slot; world coordinates.

    Units that the planogram knows here are inside the slot's box. Foreign ones stand before its first row and
    may stick out to the front. With a generator in the same state, one unit less of a product takes away one
    place and leaves the others as they were. Raises ``KeyError`` for an unknown slot or product.
    """
    about = layout.slots[slot]
    front = slot_front(layout, about)
    seed = int(rng.integers(2**32))
    facings = [facing for facing in layout.planogram if facing.slot == slot]
    local: list[tuple[str, NDArray[np.float64]]] = []
    for facing, bay in zip(facings, _bays(layout, about, front, facings), strict=True):
        stack = _Stack(packages, facing, bay, seed)
        local += [(facing.sku, place) for place in stack.places(counts.get(facing.sku, 0))]
    known = {facing.sku for facing in facings}
    for sku in sorted(set(counts) - known):
        bay = _bays(layout, about, front, [Facing(slot=slot, sku=sku)])[0]
        local += [(sku, place) for place in _foreign(packages, sku, bay, counts[sku], seed)]
    world = _in_world(about, front)
    return [UnitPlace(sku, (world @ place).astype(np.float32)) for sku, place in local]


def stock_things(packages: Packages, places: Iterable[UnitPlace]) -> list[Thing]:
    """Places as things to render: one a sku, and one more for its units that stand behind others.

    The latter are drawn with fewer triangles, the same colours and the same bounds: cameras see no more of
    them than a strip above the first row.
    """
    by_sku: dict[str, list[NDArray[np.float32]]] = {}
    for place in places:
        by_sku.setdefault(place.sku, []).append(place.transform)
    things: list[Thing] = []
    for sku, transforms in by_sku.items():
        stacked = np.stack(transforms)
        behind = _behind(stacked, packages.size(sku))
        for mesh, chosen in ((packages.mesh(sku), ~behind), (packages.plain_mesh(sku), behind)):
            if chosen.any():
                things.append(Thing(mesh, packages.surface(sku), stacked[chosen]))
    return things


class _Stack:
    """One product's columns in its bay."""

    def __init__(self, packages: Packages, facing: Facing, bay: _Bay, seed: int) -> None:
        self._bay = bay
        self._stock = STOCK if facing.stock is None else facing.stock
        self._round = packages.kind(facing.sku).label is not None
        self._size, self._base = _fitted(packages.size(facing.sku), bay)
        depth, width, height = self._size
        self._levels = max(1, min(packages.kind(facing.sku).levels, int((bay.height + 1e-6) / height)))
        self._rows = max(1, int((bay.depth - FRONT_M + GAP_M) / (depth + GAP_M)))
        widest = max(1, int((bay.width + 1e-6) / (width + GAP_M)))
        full = max(self._stock, facing.capacity or 0)
        wanted = max(facing.facings, round(full / (USUAL_ROWS * self._levels)), 1)
        # Never so few that the full stock would not fit into the depth.
        needed = -(-full // (self._rows * self._levels))
        self._columns = min(widest, max(wanted, needed))
        deep = -(-full // (self._columns * self._levels)) * (depth + GAP_M)
        self._front = max(FRONT_M, (bay.depth - deep) / 2) if bay.island else FRONT_M
        rng = np.random.default_rng([seed, zlib.crc32(facing.sku.encode())])
        self._order = [int(n) for n in rng.permutation(self._columns)]
        # One row for each place there could be, so that a unit stands as it does whatever stands around it.
        self._jitter = np.clip(rng.normal(0.0, 1.0, (self._columns, self._rows, self._levels, 3)), -2.0, 2.0)

    def places(self, count: int) -> list[NDArray[np.float64]]:
        """Transforms of ``count`` units in the slot's frame (:func:`_in_world`)."""
        return [self._placed(cell) for cell in self._cells(count)]

    def _cells(self, count: int) -> list[_Cell]:
        """Which places are taken: the faced-up stock less what was taken from the front, or more behind."""
        start = self._shares(self._stock)
        held = self._shares(max(count, self._stock))
        taken = [0] * self._columns
        for _ in range(self._stock - count):
            column = max(self._order, key=lambda n: start[n] - taken[n])
            taken[column] += 1
        cells = []
        for column in range(self._columns):
            faced_up = [self._cell(column, n) for n in range(start[column])]
            from_front = sorted(faced_up, key=lambda cell: (cell.row, -cell.level))
            cells += from_front[taken[column] :]
            cells += [self._cell(column, n) for n in range(start[column], held[column])]
        return cells

    def _shares(self, count: int) -> list[int]:
        """``count`` units dealt to the columns in turn."""
        each, rest = divmod(count, self._columns)
        dealt = [each] * self._columns
        for column in self._order[:rest]:
            dealt[column] += 1
        return dealt

    def _cell(self, column: int, number: int) -> _Cell:
        """Where the ``number``-th unit of a column goes; more than fit share places."""
        row, level = divmod(number, self._levels)
        return _Cell(column, row % self._rows, level)

    def _placed(self, cell: _Cell) -> NDArray[np.float64]:
        depth, width, height = self._size
        pitch = self._bay.width / self._columns
        aside, back, turn = self._jitter[cell.column, cell.row, cell.level].tolist()
        loose = max(0.0, pitch - width)
        if self._round:
            turn *= 4.0 * TURN
            half_x = half_y = max(depth, width) / 2
        else:
            most = (loose + 0.5 * GAP_M) / depth
            turn = max(-most, min(most, turn * TURN))
            cos, sin = math.cos(turn), abs(math.sin(turn))
            half_x, half_y = (depth * cos + width * sin) / 2, (width * cos + depth * sin) / 2
        y = (cell.column + 0.5) * pitch + aside * min(0.2 * loose, 0.006)
        x = self._front + cell.row * (depth + GAP_M) + depth / 2 + back * 0.3 * GAP_M
        x = max(half_x, min(x, self._bay.depth - half_x))
        y = max(half_y, min(y, self._bay.width - half_y))
        place = placed(-x, self._bay.start + y, cell.level * height, turn)
        return np.asarray(place.astype(np.float64) @ self._base)


def _fitted(size: Size, bay: _Bay) -> tuple[Size, NDArray[np.float64]]:
    """Size as it stands in the bay, and the matrix that puts the upright package so.

    What is too tall lies on its back, its top away from the customer; what still does not fit is made
    smaller.
    """
    depth, width, height = size
    base = np.eye(4)
    if height > bay.height:
        base = np.array([[0, 0, -1, height / 2], [0, 1, 0, 0], [1, 0, 0, depth / 2], [0, 0, 0, 1.0]])
        depth, height = height, depth
    room = ((bay.depth - FRONT_M) / depth, (bay.width - GAP_M) / width, bay.height / height)
    factor = min(1.0, *room)
    return (depth * factor, width * factor, height * factor), np.diag([factor, factor, factor, 1.0]) @ base


def _bays(layout: StoreLayout, slot: Slot, front: tuple[int, int], facings: list[Facing]) -> list[_Bay]:
    """The slot's width, divided by facings."""
    size = np.subtract(slot.high, slot.low)
    depth, width = (size[0], size[1]) if front[0] else (size[1], size[0])
    fixture = layout.fixtures.get(slot.fixture)
    island = fixture is not None and fixture.kind == "table"
    total = sum(facing.facings for facing in facings)
    found, start = [], 0.0
    for facing in facings:
        share = float(width) * facing.facings / total
        found.append(_Bay(start, share, float(depth), float(size[2]), island))
        start += share
    return found


def _in_world(slot: Slot, front: tuple[int, int]) -> NDArray[np.float64]:
    """The matrix from a slot's own frame to the world.

    The origin is the front edge's left end for who stands before it; x points out of the shelf towards them,
    y to their right along the edge, z up from the board.
    """
    low, high = np.array(slot.low), np.array(slot.high)
    middle, half = (low + high) / 2, (high - low) / 2
    out, right = np.array([*front, 0.0]), np.array([-front[1], front[0], 0.0])
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1] = out, right
    matrix[:3, 3] = middle + half * np.abs(out) * out - half * np.abs(right) * right
    matrix[2, 3] = low[2]
    return matrix


def _foreign(packages: Packages, sku: str, bay: _Bay, count: int, seed: int) -> list[NDArray[np.float64]]:
    """Units left here by somebody: half before the first row, next to each other."""
    (depth, width, _), base = _fitted(packages.size(sku), bay)
    rng = np.random.default_rng([seed, zlib.crc32(sku.encode()), 1])
    start = float(rng.uniform(0.1, 0.7)) * bay.width
    found = []
    for n in range(count):
        y = np.clip(
            (start + n * (width + GAP_M)) % bay.width, width / 2, max(width / 2, bay.width - width / 2)
        )
        x = 0.5 * depth - min(0.5 * depth, STICK_OUT_M)
        turn = float(rng.normal(0.0, 3.0 * TURN))
        found.append(placed(-x, float(y), 0.0, turn).astype(np.float64) @ base)
    return found


def _behind(transforms: NDArray[np.float32], size: Size) -> NDArray[np.bool_]:
    """Which units of one product have another of it right before them."""
    depth, width, height = size
    place = transforms[:, :3, 3].astype(np.float64)
    facing = transforms[:, :2, 0].astype(np.float64)
    lying = np.linalg.norm(facing, axis=1) < 0.5
    facing[lying] = -transforms[lying, :2, 2]
    quarter = np.round(np.arctan2(facing[:, 1], facing[:, 0]) / (np.pi / 2)) * (np.pi / 2)
    towards = np.column_stack([np.cos(quarter), np.sin(quarter)])
    way = place[None, :, :] - place[:, None, :]
    ahead = np.einsum("ijk,ik->ij", way[..., :2], towards)
    aside = np.abs(way[..., 0] * towards[:, 1:] - way[..., 1] * towards[:, :1])
    near = (ahead > 0.4 * min(depth, height)) & (ahead < 0.6) & (aside < 0.4 * width)
    return np.asarray((near & (np.abs(way[..., 2]) < 0.5 * height)).any(axis=1))
