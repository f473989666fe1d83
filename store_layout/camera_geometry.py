"""From the world to a camera's picture and back, for all three kinds of calibration.

World: metres, z up. Pixels: ``(u, v)`` of the picture size the model is for (``CameraModel.scaled`` gives
another size), ``u`` to the right and ``v`` down. All arrays are float64, one point a row.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from store_layout.floor_fit import FloorFit, fit_floor
from store_layout.lens import Lens
from store_layout.model import Camera, MatrixCalibration, OpenCvCalibration, Point3, PointsCalibration
from store_layout.said import said

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

FAR_M = 1000.0
"""A floor point further away than this is the horizon, not a place."""
NEAR_M = 1e-3
"""Points closer to the camera's own plane than this are not in front of it."""


class NoHeights(ValueError):  # noqa: N818 - it names what the calibration lacks
    """The calibration knows the floor only: give ``calibration.position`` to project heights."""


class CameraModel(Protocol):
    """One calibrated camera. Immutable, and safe to use from several threads."""

    @property
    def position(self) -> Point3 | None:
        """Where the camera hangs, metres; None for a floor-only calibration without position."""

    @property
    def can_see_heights(self) -> bool:
        """Whether points off the floor can be projected."""

    def project(self, points: Array) -> tuple[Array, Mask]:
        """World ``(N, 3)`` -> pixels ``(N, 2)``, and which of them are in front of the camera.

        Pixels may be outside of the picture. Rows behind the camera, or so far off its axis that the lens
        model folds over, are NaN with False. A floor-only
        calibration raises :class:`NoHeights` for z != 0.
        """

    def sight_lines(self, pixels: Array) -> tuple[Array, Array]:
        """Pixels ``(N, 2)`` -> the camera's place ``(3,)`` and unit directions ``(N, 3)`` away from it.

        Rows that the lens cannot have seen are NaN. Raises :class:`NoHeights` without a place.
        """

    def to_floor(self, pixels: Array, height: float = 0.0) -> tuple[Array, Mask]:
        """Pixels ``(N, 2)`` -> where they see the level plane ``z = height`` (``(N, 2)`` m), and which do.

        Rows at or above the horizon, or beyond the lens model, are NaN with False. Raises :class:`NoHeights`
        for ``height != 0`` with a floor-only calibration.
        """

    def floor_jacobian(self, pixels: Array, height: float = 0.0) -> Array:
        """``(N, 2, 2)`` metres a pixel: derivative of ``to_floor``; NaN where that has no answer."""

    def pixel_error(self, pixels: Array) -> Array:
        """``(N, 2, 2)`` px2: covariance of the calibration's own error, at these pixels."""

    def floor_covariances(self, pixels: Array, pixel_sd: float | Array, height: float = 0.0) -> Array:
        """``(N, 2, 2)`` m2, as ``floor_covariance``; ``pixel_sd`` is one for all or ``(N,)``."""

    def floor_covariance(self, pixel: Array, pixel_sd: float, height: float = 0.0) -> Array:
        """``(2, 2)`` m2 of one ``to_floor`` point, first order.

        From isotropic noise of ``pixel_sd`` in the pixel and the calibration's own error. NaN where
        ``to_floor`` has no answer.
        """

    def scaled(self, width: int, height: int) -> CameraModel:
        """The same camera, for pictures of another size."""


class _PixelError:
    """The calibration's own error: the same everywhere, or that of a fitted floor."""

    def __init__(self, sd: float, fit: FloorFit | None, scale: tuple[float, float]) -> None:
        self.sd, self.fit, self.scale = sd, fit, scale
        self._everywhere = np.diag([(sd * scale[0]) ** 2, (sd * scale[1]) ** 2])

    def at(self, pixels: Array) -> Array:
        if self.fit is None:
            return np.broadcast_to(self._everywhere, (len(pixels), 2, 2))
        scale = np.array(self.scale)
        return np.asarray(self.fit.pixel_covariance(pixels / scale) * (scale[:, None] * scale))

    def scaled(self, x: float, y: float) -> _PixelError:
        return _PixelError(self.sd, self.fit, (self.scale[0] * x, self.scale[1] * y))


class _Model(ABC):
    """What both kinds of camera do alike: turn derivatives into covariances."""

    def __init__(self, size: tuple[int, int], error: _PixelError) -> None:
        self._size, self._error = size, error

    @abstractmethod
    def floor_jacobian(self, pixels: Array, height: float = 0.0) -> Array:
        """Derivatives of the floor point by the pixel, ``[N, 2, 2]``; each kind of camera has its own."""

    def pixel_error(self, pixels: Array) -> Array:
        return self._error.at(np.asarray(pixels, dtype=np.float64))

    def floor_covariances(self, pixels: Array, pixel_sd: float | Array, height: float = 0.0) -> Array:
        pixels = np.asarray(pixels, dtype=np.float64)
        noise = np.square(pixel_sd)[..., None, None] * np.eye(2) + self._error.at(pixels)
        jacobian = self.floor_jacobian(pixels, height)
        return np.asarray(jacobian @ noise @ jacobian.transpose(0, 2, 1))

    def floor_covariance(self, pixel: Array, pixel_sd: float, height: float = 0.0) -> Array:
        one = np.asarray(pixel, dtype=np.float64).reshape(1, 2)
        return np.asarray(self.floor_covariances(one, pixel_sd, height)[0])

    def _factors(self, width: int, height: int) -> tuple[float, float]:
        if width < 1 or height < 1:
            raise ValueError(f"a picture of {width} x {height} pixels; both must be positive")
        return width / self._size[0], height / self._size[1]


class _WorldCamera(_Model):
    """A finite projective camera: ``ideal ~ matrix @ (x, y, z, 1)``, then the lens where there is one.

    Without a lens, ``ideal`` are pixels. With one they are normalised coordinates, which the lens distorts
    and ``k`` (3x3) takes to pixels.
    """

    def __init__(
        self, matrix: Array, size: tuple[int, int], error: _PixelError, *, lens: Lens | None, k: Array
    ) -> None:
        super().__init__(size, error)
        # Scaled so that the third coordinate is the depth along the axis, in metres.
        self._matrix = matrix / np.linalg.norm(matrix[2, :3])
        self._forth, self._forth_offset = self._matrix[:, :3].T.copy(), self._matrix[:, 3].copy()
        self._lens, self._k = lens, k
        back = np.linalg.inv(self._matrix[:, :3])
        self._centre = -back @ self._matrix[:, 3]
        self._back, self._back_offset = back[:, :2].T.copy(), back[:, 2].copy()
        unscale = np.linalg.inv(k)
        self._unscale, self._unscale_offset = unscale[:2, :2].T.copy(), unscale[:2, 2].copy()

    @property
    def position(self) -> Point3 | None:
        x, y, z = self._centre
        return (float(x), float(y), float(z))

    @property
    def can_see_heights(self) -> bool:
        return True

    def project(self, points: Array) -> tuple[Array, Mask]:
        seen = np.asarray(points, dtype=np.float64) @ self._forth + self._forth_offset
        front = seen[:, 2] > NEAR_M
        ideal = seen[:, :2] / np.where(front, seen[:, 2], np.nan)[:, None]
        if self._lens is None:
            return ideal, front
        front &= np.einsum("ni,ni->n", ideal, ideal) <= self._lens.radius**2
        bent = self._lens.distort(np.where(front[:, None], ideal, 0.0))
        pixels = bent @ self._k[:2, :2].T + self._k[:2, 2]
        pixels[~front] = np.nan
        return pixels, front

    def sight_lines(self, pixels: Array) -> tuple[Array, Array]:
        _, rays, seen = self._rays(np.asarray(pixels, dtype=np.float64))
        rays = rays / np.sqrt(np.vecdot(rays, rays))[:, None]
        if seen is not None:
            rays[~seen] = np.nan
        return self._centre.copy(), rays

    def to_floor(self, pixels: Array, height: float = 0.0) -> tuple[Array, Mask]:
        _, rays, seen = self._rays(np.asarray(pixels, dtype=np.float64))
        drop, down, valid = self._descent(rays, seen, height)
        return self._centre[:2] + (drop / down)[:, None] * rays[:, :2], valid

    def floor_jacobian(self, pixels: Array, height: float = 0.0) -> Array:
        ideal, rays, seen = self._rays(np.asarray(pixels, dtype=np.float64))
        drop, down, _ = self._descent(rays, seen, height)
        # xy = centre + drop * ray_xy / ray_z, and a ray is linear in its pixel.
        slope = rays[:, :2] / down[:, None]
        along = self._back[:, :2].T - slope[:, :, None] * self._back[:, 2]
        by_ideal = (drop / down)[:, None, None] * along
        if self._lens is None:
            return np.asarray(by_ideal)
        bend = self._lens.jacobian(np.where(np.isfinite(by_ideal[:, 0, :1]), ideal, 0.0))
        return np.asarray(by_ideal @ np.linalg.inv(bend) @ self._unscale.T)

    def scaled(self, width: int, height: int) -> _WorldCamera:
        x, y = self._factors(width, height)
        stretch, error = np.diag([x, y, 1.0]), self._error.scaled(x, y)
        if self._lens is not None:
            return _WorldCamera(self._matrix, (width, height), error, lens=self._lens, k=stretch @ self._k)
        return _WorldCamera(stretch @ self._matrix, (width, height), error, lens=None, k=self._k)

    def _rays(self, pixels: Array) -> tuple[Array, Array, Mask | None]:
        """Ideal points, directions of depth 1, and which the lens can have seen (None: all)."""
        seen = None
        if self._lens is not None:
            pixels, seen = self._lens.undistort(pixels @ self._unscale + self._unscale_offset)
        return pixels, pixels @ self._back + self._back_offset, seen

    def _descent(self, rays: Array, seen: Mask | None, height: float) -> tuple[float, Array, Mask]:
        """Rise to the plane, each ray's rise per metre of depth (NaN: never there), and which get there."""
        drop = height - float(self._centre[2])
        down = rays[:, 2]
        valid = down * math.copysign(1.0, drop) > abs(drop) / FAR_M
        if drop == 0.0:
            valid[:] = False
        if seen is not None:
            valid &= seen
        return drop, np.where(valid, down, np.nan), valid


class _FloorCamera(_Model):
    """A homography of the floor alone."""

    def __init__(self, homography: Array, size: tuple[int, int], error: _PixelError) -> None:
        super().__init__(size, error)
        self._forth, self._back = homography, np.linalg.inv(homography)

    @property
    def position(self) -> Point3 | None:
        return None

    @property
    def can_see_heights(self) -> bool:
        return False

    def project(self, points: Array) -> tuple[Array, Mask]:
        points = np.asarray(points, dtype=np.float64)
        if np.any(points[:, 2] != 0.0):
            raise NoHeights(said("points above the floor need calibration.position"))
        seen = points[:, :2] @ self._forth[:, :2].T + self._forth[:, 2]
        front = seen[:, 2] > NEAR_M
        return seen[:, :2] / np.where(front, seen[:, 2], np.nan)[:, None], front

    def sight_lines(self, pixels: Array) -> tuple[Array, Array]:  # noqa: ARG002 - the protocol's
        raise NoHeights(said("sight lines need calibration.position"))

    def to_floor(self, pixels: Array, height: float = 0.0) -> tuple[Array, Mask]:
        _, xy, valid = self._ground(pixels, height)
        return xy, valid

    def floor_jacobian(self, pixels: Array, height: float = 0.0) -> Array:
        inverse_depth, xy, _ = self._ground(pixels, height)
        by_w = self._back[2, :2]
        return np.asarray((self._back[:2, :2] - xy[:, :, None] * by_w) / inverse_depth[:, None, None])

    def scaled(self, width: int, height: int) -> _FloorCamera:
        x, y = self._factors(width, height)
        return _FloorCamera(np.diag([x, y, 1.0]) @ self._forth, (width, height), self._error.scaled(x, y))

    def _ground(self, pixels: Array, height: float) -> tuple[Array, Array, Mask]:
        if height != 0.0:
            raise NoHeights(said("planes above the floor need calibration.position"))
        met = np.asarray(pixels, dtype=np.float64) @ self._back[:, :2].T + self._back[:, 2]
        # The third coordinate is one over the depth, where the depth of the pairs is 1 on average.
        valid = met[:, 2] > 1.0 / FAR_M
        inverse_depth = np.where(valid, met[:, 2], np.nan)
        return inverse_depth, met[:, :2] / inverse_depth[:, None], valid


def camera_model(camera: Camera) -> CameraModel:
    """The geometry of a camera, for its calibrated picture size.

    Raises ``ValueError`` (:class:`~store_layout.floor_fit.DegeneratePairs` for point pairs) where the
    calibration is not one; a layout that was read by ``store_layout.reader`` has none such.
    """
    size = (camera.width, camera.height)
    match camera.calibration:
        case OpenCvCalibration() as calibration:
            return _from_opencv(calibration, size)
        case MatrixCalibration() as calibration:
            return _from_matrix(
                np.array(calibration.p), size, _PixelError(calibration.error_px, None, (1.0, 1.0))
            )
        case PointsCalibration() as calibration:
            return _from_points(calibration, size)


def _from_opencv(calibration: OpenCvCalibration, size: tuple[int, int]) -> _WorldCamera:
    k, pose = np.array(calibration.k), np.column_stack([calibration.r, calibration.t])
    error = _PixelError(calibration.error_px, None, (1.0, 1.0))
    if any(calibration.distortion):
        return _WorldCamera(pose, size, error, lens=Lens(calibration.distortion), k=k)
    return _WorldCamera(k @ pose, size, error, lens=None, k=np.eye(3))


def _from_matrix(matrix: Array, size: tuple[int, int], error: _PixelError) -> _WorldCamera:
    determinant = float(np.linalg.det(matrix[:, :3]))
    if not abs(determinant) > 1e-9 * float(np.linalg.norm(matrix[:, :3], axis=1).prod()):
        raise ValueError("the matrix has no camera centre (its left 3x3 part is singular)")
    # A projection matrix is free in sign; in a right-handed world the front is where det > 0.
    return _WorldCamera(math.copysign(1.0, determinant) * matrix, size, error, lens=None, k=np.eye(3))


def _from_points(calibration: PointsCalibration, size: tuple[int, int]) -> CameraModel:
    fit = fit_floor(calibration)
    error = _PixelError(fit.sd_px, fit, (1.0, 1.0))
    if calibration.position is None:
        return _FloorCamera(fit.homography, size, error)
    x, y, z = calibration.position
    if z <= 0:
        raise ValueError("the camera is not above the floor")
    h1, h2, h3 = fit.homography.T
    # The floor seen from (x, y, z) fixes all of the projection: P (x, y, z, 1) = 0 and P maps the floor as H.
    return _WorldCamera(
        np.column_stack([z * h1, z * h2, -(x * h1 + y * h2 + h3), z * h3]),
        size,
        error,
        lens=None,
        k=np.eye(3),
    )
