"""Ways on the walkable floor: shortest on a grid, then pulled straight."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from store_layout.floor_plan import FloorPlan
from store_layout.model import Point2, StoreLayout

STEP_M = 0.1
SQUARE_M = 0.1
"""Where somebody can stand is remembered by squares of this size: it is asked again and again."""
SEARCHES = 256
"""Searches that are kept; in a small store one takes a few milliseconds and 80 kB."""
CLEARANCES_M = (0.25, 0.15, 0.05)
"""How far the middle of a person keeps from shelves: the first with which the gates are connected."""

Floats = NDArray[np.float64]


class Ways:
    """Where people can go in a store, and how."""

    def __init__(self, layout: StoreLayout) -> None:
        """Raises ``ValueError`` where no way leads between the gates."""
        self._plan = FloorPlan(layout)
        gates = [np.mean(gate.outline, axis=0) for gate in layout.file.gate]
        for clearance in CLEARANCES_M:
            self._build(clearance)
            if len(self.cells) and self._connected(gates):
                return
        raise ValueError("no way leads between the gates of this store: move fixtures or gates apart")

    def _build(self, clearance: float) -> None:
        area = self._plan.walkable.buffer(-clearance)
        self._area = area.buffer(1e-6)
        shapely.prepare(self._area)
        low_x, low_y, high_x, high_y = self._plan.walkable.bounds
        x, y = np.meshgrid(
            np.arange(low_x, high_x + STEP_M, STEP_M),
            np.arange(low_y, high_y + STEP_M, STEP_M),
            indexing="ij",
        )
        free = shapely.contains_xy(self._area, x, y)
        number = np.full(free.shape, -1)
        number[free] = np.arange(int(free.sum()))
        self.cells: Floats = np.column_stack([x[free], y[free]])
        self._graph = _grid_graph(number)
        self._from: dict[int, tuple[Floats, NDArray[np.int32]]] = {}
        self._squares: dict[tuple[int, int], bool | None] = {}

    def _connected(self, gates: list[Floats]) -> bool:
        first = self.nearest(gates[0]) if gates else 0
        return all(np.isfinite(self._search(first)[0][self.nearest(gate)]) for gate in gates)

    @property
    def area_m2(self) -> float:
        """The floor that people can walk on."""
        return float(self._plan.walkable.area)

    def nearest(self, xy: Floats | Point2) -> int:
        """Number of the free cell nearest to a point."""
        return int(np.argmin(np.sum((self.cells - np.asarray(xy)) ** 2, axis=1)))

    def can_stand(self, x: float, y: float) -> bool:
        """Whether somebody's middle can be here."""
        square = (int(x // SQUARE_M), int(y // SQUARE_M))
        if square not in self._squares:
            self._squares[square] = self._whole(*square)
        known = self._squares[square]
        return bool(shapely.contains_xy(self._area, x, y)) if known is None else known

    def _whole(self, i: int, j: int) -> bool | None:
        """Whether people can stand in all of this square, or nowhere in it; None: here and there."""
        low = (i * SQUARE_M - 1e-9, j * SQUARE_M - 1e-9)
        square = shapely.box(*low, low[0] + SQUARE_M + 2e-9, low[1] + SQUARE_M + 2e-9)
        if shapely.contains_properly(self._area, square):
            return True
        return None if shapely.intersects(self._area, square) else False

    def reachable(self, start: Floats) -> NDArray[np.bool_]:
        """Which cells a way leads to from ``start``."""
        return np.isfinite(self._search(self.nearest(start))[0])

    def way(self, start: Floats, end: Floats) -> Floats:
        """Corners ``(N, 2)`` of a way that keeps clear of everything; ends exactly as given.

        Raises ``ValueError`` where there is none.
        """
        if self._straight(start, end):
            return np.array([start, end])
        a, b = self.nearest(start), self.nearest(end)
        distance, before = self._search(a)
        if not np.isfinite(distance[b]):
            raise ValueError(f"no way from {start} to {end}")
        cells = [b]
        while cells[-1] != a:
            cells.append(int(before[cells[-1]]))
        points = [start, *(self.cells[c] for c in reversed(cells)), end]
        return self._pulled(points)

    def _pulled(self, points: list[Floats]) -> Floats:
        corners = [points[0]]
        at = 0
        while at < len(points) - 1:
            ahead = next(
                (n for n in range(len(points) - 1, at + 1, -1) if self._straight(points[at], points[n])),
                at + 1,
            )
            corners.append(points[ahead])
            at = ahead
        return np.array(corners)

    def _straight(self, a: Floats, b: Floats) -> bool:
        return bool(shapely.covers(self._area, shapely.linestrings([a, b])))

    def _search(self, start: int) -> tuple[Floats, NDArray[np.int32]]:
        if start not in self._from:
            if len(self._from) >= SEARCHES:
                del self._from[next(iter(self._from))]
            self._from[start] = dijkstra(self._graph, indices=start, return_predecessors=True)
        return self._from[start]


def _grid_graph(number: NDArray[np.int64]) -> coo_matrix:
    """Edges between free neighbours, eight to a cell."""
    rows, columns, lengths = [], [], []
    for dx, dy in ((1, 0), (0, 1), (1, 1), (1, -1)):
        a = number[: number.shape[0] - dx, max(0, -dy) : number.shape[1] - max(0, dy)]
        b = number[dx:, max(0, dy) : number.shape[1] + min(0, dy)]
        both = (a >= 0) & (b >= 0)
        rows.append(a[both])
        columns.append(b[both])
        lengths.append(np.full(int(both.sum()), STEP_M * np.hypot(dx, dy)))
    i, j, length = np.concatenate(rows), np.concatenate(columns), np.concatenate(lengths)
    size = int(number.max()) + 1
    pairs = (np.concatenate([i, j]), np.concatenate([j, i]))
    return coo_matrix((np.concatenate([length, length]), pairs), shape=(size, size)).tocsr()
