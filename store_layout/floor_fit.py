"""A camera calibrated by points on the floor: the homography, how well it fits, and how sure it is.

Normalised direct linear transform with least squares refinement (Hartley and Zisserman, *Multiple View
Geometry*, 2nd ed., 4.4 and 4.5) by OpenCV; the uncertainty of the fit by first-order propagation (ibid. 5.2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from store_layout.model import PointsCalibration, StoreLayout
from store_layout.said import said

Array = NDArray[np.float64]

UNKNOWN_SD_PX = 2.0
"""Taken for the error of a clicked point where four pairs leave nothing to measure it by."""
LEAST_SD_PX = 0.5
"""A lucky fit does not make a hand steadier than this."""
_RANK = 2e-3


class DegeneratePairs(ValueError):  # noqa: N818 - it names what is wrong with the pairs
    """The point pairs do not determine the floor. The text says why."""


@dataclass(frozen=True, slots=True, eq=False)
class FloorFit:
    """Floor metres to pixels, with what is left over."""

    homography: Array
    """3x3: floor ``(x, y, 1)`` to pixels, scaled so that the third coordinate is positive in front."""
    residual_px: Array
    """``(N,)``: distance between each clicked pixel and the projected floor point."""
    residual_m: Array
    """``(N,)``: distance on the floor between each measured point and the back-projected click."""
    sd_px: float
    """Estimated standard deviation of a clicked coordinate, pixels."""
    covariance: Array
    """9x9, of the homography's entries in normalised coordinates (see ``pixel_covariance``)."""
    normalised: Array
    """3x3: the homography between normalised floor and normalised pixels."""
    to_normalised: Array
    """3x3: pixels to normalised pixels."""

    @property
    def rms_px(self) -> float:
        """Root mean square of the residual in pixels."""
        return float(np.sqrt(np.mean(self.residual_px**2)))

    @property
    def rms_m(self) -> float:
        """Root mean square of the residual on the floor, metres."""
        return float(np.sqrt(np.mean(self.residual_m**2)))

    @property
    def worst(self) -> int:
        """Index of the pair with the largest residual in pixels."""
        return int(np.argmax(self.residual_px))

    def pixel_covariance(self, pixels: Array) -> Array:
        """``(N, 2, 2)`` px2: how far the fit itself may be off where these pixels ``(N, 2)`` see the floor.

        Small amid the pairs, growing outside of them.
        """
        scale = self.to_normalised
        q = np.ones((len(pixels), 3))
        q[:, :2] = pixels @ scale[:2, :2].T + scale[:2, 2]
        ground = q @ np.linalg.inv(self.normalised).T  # homogeneous, and h3 . ground is 1
        rows = _pixel_by_homography(ground, q[:, :2])
        return np.asarray(rows @ self.covariance @ rows.transpose(0, 2, 1) / scale[0, 0] ** 2)


def _normaliser(points: Array) -> Array:
    """3x3 that moves the mean to 0 and the mean distance from it to sqrt(2)."""
    mean = points.mean(axis=0)
    spread = float(np.mean(np.hypot(*(points - mean).T)))
    if spread < 1e-9:
        raise DegeneratePairs(said("all points are in one place"))
    s = math.sqrt(2) / spread
    return np.array([[s, 0, -s * mean[0]], [0, s, -s * mean[1]], [0, 0, 1]])


def _apply(matrix: Array, points: Array) -> Array:
    moved = points @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(moved[:, :2] / moved[:, 2:])


def _pixel_by_homography(ground: Array, pixels: Array) -> Array:
    """``(N, 2, 9)``: derivative of a pixel by the nine entries, for homogeneous ``ground`` with depth 1."""
    rows = np.zeros((len(ground), 2, 9))
    rows[:, 0, :3] = rows[:, 1, 3:6] = ground
    rows[:, 0, 6:] = -pixels[:, :1] * ground
    rows[:, 1, 6:] = -pixels[:, 1:] * ground
    return rows


def _check_rank(floor: Array, pixels: Array) -> None:
    """Raise unless the pairs fix all eight degrees of freedom."""
    ground = np.column_stack([floor, np.ones(len(floor))])
    values = np.linalg.svd(_pixel_by_homography(ground, pixels).reshape(-1, 9), compute_uv=False)
    if values[7] < _RANK * values[0]:
        raise DegeneratePairs(
            said("three of the points, or more, lie on one line and the rest cannot make up for it")
        )


def fit_floor(calibration: PointsCalibration) -> FloorFit:
    """Fit the floor's homography to at least four point pairs.

    Raises :class:`DegeneratePairs` where they do not determine it, or contradict each other.
    """
    floor = np.array([p.floor for p in calibration.pairs], dtype=np.float64).reshape(-1, 2)
    pixels = np.array([p.pixel for p in calibration.pairs], dtype=np.float64).reshape(-1, 2)
    if len(floor) < 4:
        raise DegeneratePairs(said("{count} pairs, but at least four are needed", count=len(floor)))
    from_floor, from_pixels = _normaliser(floor), _normaliser(pixels)
    near, seen = _apply(from_floor, floor), _apply(from_pixels, pixels)
    _check_rank(near, seen)
    found, _ = cv2.findHomography(near, seen, 0)
    if found is None:
        raise DegeneratePairs(said("no homography fits them"))
    normalised = np.asarray(found, dtype=np.float64)
    depth = near @ normalised[2, :2] + normalised[2, 2]
    if depth.min() <= 0 <= depth.max():
        raise DegeneratePairs(said("they contradict each other (the horizon would run between them)"))
    if depth[0] < 0:
        normalised = -normalised
    return _judged(floor, pixels, normalised, from_floor, from_pixels)


def floor_fits(layout: StoreLayout) -> dict[str, FloorFit]:
    """The fit, with its residuals, of each camera that is calibrated by point pairs."""
    return {
        camera.id: fit_floor(camera.calibration)
        for camera in layout.file.camera
        if isinstance(camera.calibration, PointsCalibration)
    }


def _judged(
    floor: Array, pixels: Array, normalised: Array, from_floor: Array, from_pixels: Array
) -> FloorFit:
    homography: Array = np.asarray(np.linalg.inv(from_pixels) @ normalised @ from_floor, dtype=np.float64)
    homography /= np.mean(floor @ homography[2, :2] + homography[2, 2])
    off = _apply(homography, floor) - pixels
    off_floor = _apply(np.asarray(np.linalg.inv(homography), dtype=np.float64), pixels) - floor
    freedom = 2 * len(floor) - 8
    sd = max(LEAST_SD_PX, math.sqrt(float(np.sum(off**2)) / freedom)) if freedom else UNKNOWN_SD_PX
    near = np.column_stack([_apply(from_floor, floor), np.ones(len(floor))])
    depth = near @ normalised[2]
    rows = _pixel_by_homography(near / depth[:, None], _apply(normalised, near[:, :2])).reshape(-1, 9)
    # The scale of a homography is free: the ninth singular value is zero and is left out.
    u, values, _ = np.linalg.svd(rows.T @ rows)
    inverse = (u[:, :8] / values[:8]) @ u[:, :8].T
    return FloorFit(
        homography=homography,
        residual_px=np.hypot(off[:, 0], off[:, 1]),
        residual_m=np.hypot(off_floor[:, 0], off_floor[:, 1]),
        sd_px=sd,
        covariance=inverse * (sd * from_pixels[0, 0]) ** 2,
        normalised=normalised,
        to_normalised=from_pixels,
    )
