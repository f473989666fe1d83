"""Where things stand in a scene, as heights on a grid: where people fit, and what cameras see past."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

BODY_M = 0.27
"""The middle of a person keeps so far from furniture."""
MARCH = 36
"""Places at which a line of sight is tested."""


class FloorMap:
    """Heights of what stands on the rectangle ``low``..``high`` (metres); outside of it there is a wall.

    ``wall`` is that wall's height: inf in a room, 0 where the world goes on.
    """

    def __init__(
        self, low: tuple[float, float], high: tuple[float, float], step: float, wall: float = np.inf
    ) -> None:
        self.low, self.high = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
        self.step, self._wall = step, wall
        nx, ny = np.ceil((self.high - self.low) / step).astype(int)
        self.heights: NDArray[np.float32] = np.zeros((nx, ny), dtype=np.float32)
        self.taken: Mask = np.zeros((nx, ny), dtype=bool)
        """Where nobody stands although nothing is in sight's way: kerbs, beds of flowers, rails."""
        self.liked: NDArray[np.float32] = np.ones((nx, ny), dtype=np.float32)
        """How much people like to be there: paths more than grass."""

    # -- what stands there -----------------------------------------------------------------------------

    def block(self, outline: ArrayLike, height: float) -> None:
        """Something of ``height`` metres stands on the convex or concave ``outline`` ``[N, 2]``."""
        inside = self.covered(outline)
        if height > 0.15:
            self.heights[inside] = np.maximum(self.heights[inside], height)
        self.taken |= inside

    def block_box(self, x: float, y: float, heading: float, size: tuple[float, float], height: float) -> None:
        """A box of ``size`` (along and across ``heading``) stands with its middle at (x, y)."""
        self.block(rectangle(x, y, heading, size), height)

    def like(self, outline: ArrayLike, weight: float) -> None:
        """People like to be within ``outline`` by this weight; 1 elsewhere."""
        self.liked[self.covered(outline)] = weight

    def covered(self, outline: ArrayLike) -> Mask:
        """Which cells an outline touches."""
        points = (np.asarray(outline, dtype=np.float64) - self.low) / self.step - 0.5
        canvas = np.zeros(self.heights.shape, dtype=np.uint8)
        # OpenCV's x is the last axis: rows are x here.
        cv2.fillPoly(canvas, [np.round(points[:, ::-1]).astype(np.int32)], 1)
        return canvas.astype(bool)

    def clear(self, x: float, y: float, radius: float) -> bool:
        """Whether nothing stands within about ``radius`` of a place, which is inside of the map."""
        if (np.array([x, y]) < self.low + radius).any() or (np.array([x, y]) > self.high - radius).any():
            return False
        (i0, j0), (i1, j1) = (
            np.clip(np.floor((np.array([x, y]) + s * radius - self.low) / self.step).astype(int), 0, None)
            for s in (-1, 1)
        )
        return not self.taken[i0 : i1 + 1, j0 : j1 + 1].any()

    # -- who fits where --------------------------------------------------------------------------------

    def room(self) -> NDArray[np.float32]:
        """Distance of every cell's middle to what is next to it, metres."""
        free = np.pad((~self.taken).astype(np.uint8), 1)
        if not np.isinf(self._wall):
            free = np.pad((~self.taken).astype(np.uint8), 1, constant_values=1)
        distance = cv2.distanceTransform(free, cv2.DIST_L2, 5)[1:-1, 1:-1]
        return np.asarray((distance - 0.5) * self.step, dtype=np.float32)

    def cells(self, clearance: float = BODY_M) -> tuple[Floats, Floats]:
        """Middles ``[N, 2]`` of the cells where somebody fits, and how much each is liked ``[N]``."""
        free = self.room() >= clearance
        index = np.argwhere(free)
        return self.low + (index + 0.5) * self.step, self.liked[free].astype(np.float64)

    def fits(self, xy: Floats, room: NDArray[np.float32], clearance: float = BODY_M) -> Mask:
        """Whether somebody fits at each of ``[N, 2]``; ``room`` as returned by :meth:`room`."""
        i, j = np.floor((xy - self.low) / self.step).astype(int).T
        inside = (i >= 0) & (j >= 0) & (i < room.shape[0]) & (j < room.shape[1])
        found = np.zeros(len(xy), dtype=bool)
        found[inside] = room[i[inside], j[inside]] >= clearance
        return found

    # -- what is seen ----------------------------------------------------------------------------------

    def height_at(self, xy: Floats) -> Floats:
        """Height of what stands at places ``[..., 2]``."""
        i, j = np.moveaxis(np.floor((xy - self.low) / self.step).astype(int), -1, 0)
        inside = (i >= 0) & (j >= 0) & (i < self.heights.shape[0]) & (j < self.heights.shape[1])
        found = np.full(i.shape, self._wall, dtype=np.float64)
        found[inside] = self.heights[i[inside], j[inside]]
        return found

    def sees(self, eye: Floats, points: Floats) -> Mask:
        """Whether nothing is between ``eye`` ``[3]`` or ``[..., 3]`` and each of ``points`` ``[..., 3]``.

        What is nearer than 0.3 m to a point does not count: hands are in shelves, backs are at walls.
        """
        way = points - eye
        length = np.linalg.norm(way, axis=-1)
        last = 1.0 - 0.3 / np.maximum(length, 0.6)
        share = np.linspace(0.02, 1.0, MARCH) * last[..., None]
        along = eye[..., None, :] + share[..., None] * way[..., None, :]
        return np.asarray((self.height_at(along[..., :2]) < along[..., 2]).all(axis=-1))


def rectangle(x: float, y: float, heading: float, size: tuple[float, float]) -> Floats:
    """Corners ``[4, 2]`` of a rectangle of ``size`` (along, across) turned by ``heading``."""
    along = np.array([np.cos(heading), np.sin(heading)]) * size[0] / 2
    across = np.array([-np.sin(heading), np.cos(heading)]) * size[1] / 2
    middle = np.array([x, y])
    return np.stack([middle + a * along + b * across for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))])
