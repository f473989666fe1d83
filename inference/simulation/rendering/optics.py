"""Between the ideal picture and the file: the lens, the sensor, and the encoder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.scene import Picture, View
from store_layout.lens import Lens
from store_layout.model import Camera, OpenCvCalibration

Floats = NDArray[np.float64]

GRID_PX = 8
"""The lens is solved on a grid so fine, and interpolated between: it bends smoothly."""
GAMMA = 2.2
"""sRGB's curve, as a power."""
NOISE_PX = 911
"""Side of the field of noise that pictures are given a part of."""
LARGEST = 2.2
"""The ideal picture is at most so many times as wide as the lens's: beyond it the corners stay black."""


class LensView:
    """A calibrated camera as a pinhole view to render, and the way from that to the camera's picture.

    Pixels are continuous: the left edge of a picture is 0, its right edge its width. Raises ``ValueError``
    for a camera that is not calibrated as OpenCV does: the others do not know their lens.
    """

    def __init__(self, camera: Camera) -> None:
        calibration = camera.calibration
        if not isinstance(calibration, OpenCvCalibration):
            raise ValueError(  # noqa: TRY004 - a value of the store's file
                f"camera {camera.id}: only an opencv calibration can be rendered"
            )
        k = np.array(calibration.k, dtype=np.float64)
        self.size = (camera.width, camera.height)
        r, t = np.array(calibration.r, dtype=np.float64), np.array(calibration.t, dtype=np.float64)
        if not any(calibration.distortion):
            self.view = View(k, r, t, camera.width, camera.height)
            self._maps: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None
            return
        ideal = _ideal_of_pixels(k, self.size, Lens(calibration.distortion))
        low, high = np.nanmin(ideal, axis=(0, 1)), np.nanmax(ideal, axis=(0, 1))
        focal = np.array([k[0, 0], k[1, 1]])
        middle, half = (low + high) / 2, (high - low) / 2
        half = np.minimum(half, LARGEST * np.array(self.size) / 2 / focal)
        width, height = (2 * int(np.ceil(h * f)) for h, f in zip(half, focal, strict=True))
        wide = np.array([[focal[0], 0, width / 2], [0, focal[1], height / 2], [0, 0, 1.0]])
        wide[:2, 2] -= focal * middle
        self.view = View(wide, r, t, width, height)
        self._maps = _maps(ideal, wide, self.size)

    def through_lens(self, image: Picture) -> Picture:
        """A picture of ``view`` as the lens bends it: ``[height, width, 3]`` of the camera's size."""
        if self._maps is None:
            return image
        bent = cv2.remap(image, *self._maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(bent, dtype=np.uint8)


def _ideal_of_pixels(k: Floats, size: tuple[int, int], lens: Lens) -> Floats:
    """``[rows, columns, 2]`` ideal points of a grid over the picture; NaN: beyond the lens."""
    x, y = (np.arange(0, n + GRID_PX, GRID_PX, dtype=np.float64) for n in size)
    pixels = np.stack(np.meshgrid(x, y), axis=2).reshape(-1, 2)
    back = np.linalg.inv(k)
    ideal, seen = lens.undistort(pixels @ back[:2, :2].T + back[:2, 2])
    ideal[~seen] = np.nan
    return ideal.reshape(len(y), len(x), 2)


def _maps(
    ideal: Floats, wide: Floats, size: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where each pixel of the camera comes from in the view; OpenCV counts from pixel centres."""
    source = ideal * (wide[0, 0], wide[1, 1]) + wide[:2, 2]
    source = np.where(np.isfinite(source), source, -1e4).astype(np.float32)
    # Grid node g lies at pixel 8 g: the picture's pixel centres lie at (i + 0.5) / 8 of the grid.
    column = ((np.arange(size[0], dtype=np.float32) + 0.5) / GRID_PX)[None].repeat(size[1], axis=0)
    row = ((np.arange(size[1], dtype=np.float32) + 0.5) / GRID_PX)[:, None].repeat(size[0], axis=1)
    fine = cv2.remap(source, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.ascontiguousarray(fine[..., 0] - 0.5), np.ascontiguousarray(fine[..., 1] - 0.5)


@dataclass(frozen=True, slots=True)
class Sensor:
    """What a camera does to the light. The defaults are a decent camera in a well lit shop."""

    exposure: float = 1.0
    """Gain on linear light."""
    balance: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Gains of blue, green and red."""
    contrast: float = 1.0
    saturation: float = 1.0
    lift: float = 0.0
    """Veil of stray light, 0 to 0.2."""
    vignette: float = 0.12
    """Light missing in the corners."""
    blur_px: float = 0.4
    """Standard deviation of the defocus."""
    detail: float = 1.0
    """Below 1: the picture was made smaller by this factor and enlarged again."""
    shake_px: float = 0.0
    """Length of the motion blur of the whole picture."""
    shake_angle: float = 0.0
    sharpening: float = 0.0
    noise: float = 0.012
    """Standard deviation of the read noise, share of white; bright places have more."""
    quality: int = 85
    """JPEG quality, for pictures that are kept as such; 100: as good as it gets."""

    @classmethod
    def random(cls, rng: np.random.Generator) -> Self:
        """Any camera, good to poor: from a new one by day to an old one at night."""
        warm = rng.normal(0.0, 0.08)
        poor = rng.random() < 0.3
        return cls(
            exposure=float(np.exp(rng.normal(0.0, 0.28))),
            balance=(
                float(np.exp(-warm + rng.normal(0, 0.03))),
                float(np.exp(rng.normal(0, 0.02))),
                float(np.exp(warm)),
            ),
            contrast=float(np.exp(rng.normal(0.0, 0.15))),
            saturation=0.0 if rng.random() < 0.04 else float(np.clip(rng.normal(0.9, 0.25), 0.1, 1.6)),
            lift=float(rng.exponential(0.03)) if rng.random() < 0.4 else 0.0,
            vignette=float(rng.uniform(0.0, 0.35)),
            blur_px=float(rng.uniform(0.2, 1.4 if poor else 0.8)),
            detail=float(rng.uniform(0.45, 1.0)) if rng.random() < 0.3 else 1.0,
            shake_px=float(rng.uniform(1.0, 5.0)) if rng.random() < 0.06 else 0.0,
            shake_angle=float(rng.uniform(0, np.pi)),
            sharpening=float(rng.uniform(0.0, 1.2)) if rng.random() < 0.45 else 0.0,
            noise=float(min(rng.exponential(0.025 if poor else 0.01), 0.07)),
            quality=int(rng.integers(35, 96)),
        )

    def at(self, share: float) -> Self:
        """The same camera when the light has changed to ``share`` of what it was."""
        return replace(self, exposure=self.exposure * share)


def exposed(image: Picture, sensor: Sensor, rng: np.random.Generator) -> Picture:
    """The BGR picture ``[H, W, 3]`` as the sensor gives it, before the encoder."""
    seen = _shaken(_defocused(image, sensor), sensor).astype(np.float32)
    # Gains act on linear light; sRGB's curve is nearly a power, which turns them into gains on its values.
    gains = (np.array(sensor.balance) * sensor.exposure) ** (1 / GAMMA) / 255.0
    seen *= gains.astype(np.float32)
    if sensor.vignette > 0:
        seen *= _vignette(image.shape[0], image.shape[1], sensor.vignette)[..., None]
    if sensor.lift > 0:
        seen = np.float32(sensor.lift) + np.float32(1 - sensor.lift) * seen
    np.minimum(seen, 1.0, out=seen)
    if sensor.contrast != 1.0:
        seen = (seen - 0.5) * np.float32(sensor.contrast) + 0.5
    if sensor.saturation != 1.0:
        grey = seen @ np.array([0.114, 0.587, 0.299], dtype=np.float32)
        seen = grey[..., None] + np.float32(sensor.saturation) * (seen - grey[..., None])
    if sensor.noise > 0:
        seen += _noise(seen, sensor.noise, rng)
    if sensor.sharpening > 0:
        seen += np.float32(sensor.sharpening) * (seen - cv2.GaussianBlur(seen, (0, 0), 1.2))
    return np.asarray(np.clip(seen * 255.0 + 0.5, 0, 255), dtype=np.uint8)


def compressed(image: Picture, quality: int) -> bytes:
    """The picture as JPEG."""
    good, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not good:
        raise ValueError(f"a picture of {image.shape} cannot be encoded")
    return bytes(data)


def _defocused(image: Picture, sensor: Sensor) -> Picture:
    if sensor.detail < 1.0:
        height, width = image.shape[:2]
        small = (max(1, round(width * sensor.detail)), max(1, round(height * sensor.detail)))
        lost = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
        image = np.asarray(cv2.resize(lost, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    if sensor.blur_px > 0.25:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), sensor.blur_px), dtype=np.uint8)
    return image


def _shaken(image: Picture, sensor: Sensor) -> Picture:
    size = int(np.ceil(sensor.shake_px))
    if size < 2:
        return image
    kernel = np.zeros((2 * size + 1, 2 * size + 1), dtype=np.float32)
    way = sensor.shake_px / 2 * np.array([np.cos(sensor.shake_angle), np.sin(sensor.shake_angle)])
    ends = [tuple(int(v) for v in np.round(size + sign * way)) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0)
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), dtype=np.uint8)


def _vignette(height: int, width: int, strength: float) -> NDArray[np.float32]:
    x, y = np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32)
    light = 1.0 - np.float32(strength) * (x[None] ** 2 + y[:, None] ** 2) / 2
    return np.asarray(np.power(light, 1 / GAMMA, dtype=np.float32), dtype=np.float32)


def _noise(light: NDArray[np.float32], strength: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Read noise and shot noise, cut out of one large field of it at a random place."""
    height, width = light.shape[:2]
    down, right = (int(rng.integers(0, max(1, NOISE_PX - side))) for side in (height, width))
    field = _noise_field()
    if max(height, width) > NOISE_PX:
        field = np.tile(field, (-(-height // NOISE_PX), -(-width // NOISE_PX), 1))
    amount = np.clip(light, 0, 1)
    amount *= np.float32(0.8 * strength)
    amount += np.float32(0.6 * strength)
    amount *= field[down : down + height, right : right + width]
    return np.asarray(amount, dtype=np.float32)


@lru_cache(maxsize=1)
def _noise_field() -> NDArray[np.float32]:
    """``[NOISE_PX, NOISE_PX, 3]`` of standard deviation 1, partly common to neighbours as after denoising."""
    fresh = np.random.default_rng(0).standard_normal((NOISE_PX, NOISE_PX, 3), dtype=np.float32)
    mixed = fresh + 2.0 * cv2.blur(fresh, (2, 2))
    return np.asarray(mixed / mixed.std(), dtype=np.float32)
