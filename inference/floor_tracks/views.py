"""A camera's geometry as it looks now: sight lines, noise, and whom the picture has."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from store_layout.camera_geometry import CameraModel, camera_model
from store_layout.model import Camera

Array = NDArray[np.float64]


class CameraOff(NamedTuple):
    """What is to be taken from what a camera sees.

    Its feet are too low, and too far right, in the picture by shares of the box's height.
    """

    box: tuple[float, float] = (0.0, 0.0)
    """The middle of the box's bottom."""
    point: tuple[float, float] = (0.0, 0.0)
    """The foot key point."""
    turn: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """How the camera is turned against its calibration: rotation vector in the world's axes, small, rad."""
    late_s: float = 0.0
    """Its frames were taken so long before their time stamps."""
    doubt: float = 0.0
    """What is not known of the turn, rad; 0 where it is too small to matter."""


AS_SEEN = CameraOff()


class View:
    """One camera's geometry at the size of the pictures that its detector works on."""

    def __init__(self, camera: Camera, width: int, height: int) -> None:
        self.model: CameraModel = camera_model(camera).scaled(width, height)
        self.width, self.height = width, height
        self.size: Array = np.array((width, height), dtype=np.float64)
        x, y, _ = self.model.position or (0.0, 0.0, 0.0)
        self.below = complex(x, y)
        """The floor below the camera, ``x + iy``; the origin, where its place is not known."""
        middle = np.array([[width / 2, height / 2]])
        self.error_px = sqrt(float(np.trace(self.model.pixel_error(middle)[0])) / 2)
        self._px_per_rad = 0.0
        if self.model.can_see_heights:
            _, (a, b) = self.model.sight_lines(np.add(middle, ((0.0, 0.0), (1.0, 0.0))))
            self._px_per_rad = float(np.linalg.norm(a) / np.linalg.norm(b - a))

    def sight_lines(self, pixels: Array, off: CameraOff) -> tuple[Array, Array]:
        """The camera's place, and directions ``(N, 3)`` as it is turned now."""
        origin, lines = self.model.sight_lines(pixels)
        x, y, z = off.turn
        if x == y == z == 0.0:
            return origin, lines
        return origin, lines @ np.array(((1.0, z, -y), (-z, 1.0, x), (y, -x, 1.0)))

    def noise_px(self, off: CameraOff) -> float:
        """Of the calibration, and of how the camera is turned."""
        return hypot(self.error_px, off.doubt * self._px_per_rad)

    def shows(self, places: Sequence[tuple[float, float]]) -> list[bool]:
        """Where a person standing there would be in the picture: by their hips, or else their feet."""
        if not places:
            return []
        points = np.zeros((len(places), 3))
        points[:, :2] = places
        points[:, 2] = 1.0 if self.model.can_see_heights else 0.0
        pixels, _ = self.model.project(points)
        inside = (pixels >= 0.0) & (pixels <= self.size)  # NaN behind the camera: False
        shown: list[bool] = (inside[:, 0] & inside[:, 1]).tolist()
        return shown
