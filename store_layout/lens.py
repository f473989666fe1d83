"""Lens distortion in OpenCV's model, both ways, with its limits.

Polynomial distortion grows, turns and *folds over* away from the optical axis: far outside of the picture,
directions that no lens could see land inside of it again. Everything beyond that radius is refused here.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_IDENTITY = np.eye(3)
_NO_MOVE = np.zeros(3)
_WIDEST = float(np.tan(np.radians(87.0)))
"""No ray further from the axis than this is believed, whatever the polynomial says."""
_STOP = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 30, 1e-9)
_AGREES = 1e-5
"""An undistorted point must distort back this closely (normalised units: 1e-5 is some 0.005 pixels)."""
_TABLE = 1024


def _radial(coefficients: Array, r: Array) -> Array:
    """Distorted radius of each ideal radius, by the radial part of OpenCV's model."""
    k1, k2, _, _, k3, k4, k5, k6 = np.pad(coefficients, (0, 14))[:8]
    s = r * r
    above, below = 1 + s * (k1 + s * (k2 + s * k3)), 1 + s * (k4 + s * (k5 + s * k6))
    return np.where(below > 1e-6, r * above / np.where(below > 1e-6, below, 1.0), -1.0)


class Lens:
    """Maps ideal normalised image points to distorted ones and back. Normalised: ``(x/z, y/z)``.

    ``coefficients`` are OpenCV's 4, 5, 8, 12 or 14, in OpenCV's order. ``radius`` is the ideal radius at
    which the radial polynomial folds over (or 87 degrees off axis).
    """

    def __init__(self, coefficients: tuple[float, ...]) -> None:
        self._coefficients = np.array(coefficients, dtype=np.float64)
        radii = np.linspace(0.0, _WIDEST, 40 * _TABLE)
        bent = _radial(self._coefficients, radii)
        falling = np.flatnonzero(np.diff(bent) <= 0)
        last = int(falling[0]) if falling.size else radii.size - 1
        # The last two percent before the fold are too steep to invert to a pixel's accuracy.
        self.radius = float(radii[last]) * (0.98 if falling.size else 1.0)
        self._ideal_radii = np.linspace(0.0, self.radius, _TABLE)
        self._bent_radii = _radial(self._coefficients, self._ideal_radii)

    def distort(self, ideal: Array) -> Array:
        """``(N, 2)`` ideal -> ``(N, 2)`` distorted; rows outside of ``radius`` mean nothing."""
        if not len(ideal):
            return ideal
        rays = np.empty((len(ideal), 1, 3))
        rays[:, 0, :2] = ideal
        rays[:, 0, 2] = 1.0
        bent, _ = cv2.projectPoints(rays, _NO_MOVE, _NO_MOVE, _IDENTITY, self._coefficients)
        return np.asarray(bent, dtype=np.float64).reshape(-1, 2)

    def undistort(self, distorted: Array) -> tuple[Array, Mask]:
        """``(N, 2)`` distorted -> ideal, and which of them the lens can have seen."""
        if not len(distorted):
            return distorted, np.zeros(0, dtype=bool)
        source = np.ascontiguousarray(distorted).reshape(-1, 1, 2)
        ideal = cv2.undistortPointsIter(source, _IDENTITY, self._coefficients, _IDENTITY, _IDENTITY, _STOP)
        ideal = np.asarray(ideal, dtype=np.float64).reshape(-1, 2)
        good = self._agree(ideal, distorted)
        if not good.all():  # OpenCV's fixed point iteration gives up near the edge of strong lenses
            bad = ~good
            ideal[bad] = self._newton(distorted[bad])
            good[bad] = self._agree(ideal[bad], distorted[bad])
        return ideal, good

    def jacobian(self, ideal: Array) -> Array:
        """``(N, 2, 2)``: derivative of the distorted by the ideal point, central differences."""
        step, n = 1e-6, len(ideal)
        moved = np.empty((4 * n, 2))
        moved[:] = np.concatenate([ideal] * 4)
        moved[:n, 0] += step
        moved[n : 2 * n, 0] -= step
        moved[2 * n : 3 * n, 1] += step
        moved[3 * n :, 1] -= step
        right, left, down, up = self.distort(moved).reshape(4, n, 2)
        return np.stack([right - left, down - up], axis=2) / (2 * step)

    def _agree(self, ideal: Array, distorted: Array) -> Mask:
        inside = np.einsum("ni,ni->n", ideal, ideal) <= self.radius**2
        off = self.distort(ideal) - distorted
        return np.asarray(inside & (np.einsum("ni,ni->n", off, off) < _AGREES**2), dtype=bool)

    def _newton(self, distorted: Array) -> Array:
        bent = np.hypot(distorted[:, 0], distorted[:, 1])
        stretch = np.interp(bent, self._bent_radii, self._ideal_radii) / np.maximum(bent, 1e-12)
        ideal = distorted * stretch[:, None]
        for _ in range(12):
            (a, b), (c, d) = np.moveaxis(self.jacobian(ideal), 0, 2)
            ex, ey = (self.distort(ideal) - distorted).T
            determinant = np.maximum(a * d - b * c, 1e-6)
            ideal = ideal - np.stack([d * ex - b * ey, a * ey - c * ex], axis=1) / determinant[:, None]
            beyond = np.hypot(ideal[:, 0], ideal[:, 1]) / self.radius
            ideal = ideal / np.maximum(beyond, 1.0)[:, None]
        return ideal
