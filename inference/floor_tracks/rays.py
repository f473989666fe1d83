"""Lines of sight as slopes: where they pass a height, and how surely.

A sight line meets the plane at height ``h`` in ``o + (h - o_z) g`` with the slope ``g = (d_x, d_y) / d_z``;
slope and its derivative by the pixel are all that is needed for a point at any height.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.floor_tracks.boxes import Pixel
from inference.floor_tracks.kalman import Fix

Array = NDArray[np.float64]


class Ray(msgspec.Struct, frozen=True, gc=False):
    """A sight line by its slope, with the covariance of the slope from pixel noise."""

    gx: float
    gy: float
    xx: float
    xy: float
    yy: float
    ux: float = 0.0
    uy: float = 0.0
    """How the slope changes from a pixel to its right neighbour ..."""
    vx: float = 0.0
    vy: float = 0.0
    """... and to its lower one."""


def at_height(  # noqa: PLR0917 - asked for every pair: keywords cost
    ray: Ray,
    origin: tuple[float, float, float],
    h: float,
    h_sd: float,
    farthest_m: float,
    more_var: float = 0.0,
) -> Fix | None:
    """Where the line of sight passes height ``h``; ``more_var`` (m2) is added to both variances.

    None behind the camera, or farther than ``farthest_m``.
    """
    x, y, z = origin
    drop = h - z
    gx, gy = ray.gx, ray.gy
    dx, dy = drop * gx, drop * gy
    if drop >= -0.05 or dx * dx + dy * dy > farthest_m * farthest_m:
        return None  # the slopes are of lines that go down: see ``rays_from``
    d2, h2, more = drop * drop, h_sd * h_sd, 1e-6 + more_var
    return Fix(
        x + dx,
        y + dy,
        d2 * ray.xx + h2 * gx * gx + more,
        d2 * ray.xy + h2 * gx * gy,
        d2 * ray.yy + h2 * gy * gy + more,
    )


def height_above(ray: Ray, origin: tuple[float, float, float], x: float, y: float) -> float | None:
    """Height at which the line of sight passes the vertical through ``(x, y)``; None from nearly above."""
    g2 = ray.gx * ray.gx + ray.gy * ray.gy
    if g2 < 0.05:
        return None
    return origin[2] + ((x - origin[0]) * ray.gx + (y - origin[1]) * ray.gy) / g2


def rays_from(lines: Array, pixels: Sequence[Pixel], error_px: float) -> list[Ray | None]:
    """Slopes and their covariances from directions ``(N, 3, 3)``: at each pixel, and at its two neighbours.

    None where one of the three is not downward, or (NaN) not through the lens. Covariance to first order:
    ``J diag(su2 + e2, sv2 + e2) J'`` with ``J = dg / d(u, v)``.
    """
    slopes = (lines[:, :, :2] / np.minimum(lines[:, :, 2:], -0.02)).reshape(-1, 6).tolist()
    downward = lines[:, :, 2] < -0.02
    down: list[bool] = (downward[:, 0] & downward[:, 1] & downward[:, 2]).tolist()
    e2 = error_px * error_px
    rays: list[Ray | None] = []
    for (gx, gy, right_x, right_y, low_x, low_y), below, pixel in zip(slopes, down, pixels, strict=True):
        if not below:
            rays.append(None)
            continue
        ux, uy, vx, vy = right_x - gx, right_y - gy, low_x - gx, low_y - gy
        wu, wv = pixel.su * pixel.su + e2, pixel.sv * pixel.sv + e2
        xx, xy, yy = wu * ux * ux + wv * vx * vx, wu * ux * uy + wv * vx * vy, wu * uy * uy + wv * vy * vy
        rays.append(Ray(gx, gy, xx, xy, yy, ux, uy, vx, vy))
    return rays


def spread_of(x: float, y: float, j: tuple[float, float, float, float], pixel: Pixel, error_px: float) -> Fix:
    """A floor point with its covariance to first order; ``j`` is its derivative by u, then by v."""
    ux, uy, vx, vy = j
    e2 = error_px * error_px
    wu, wv = pixel.su * pixel.su + e2, pixel.sv * pixel.sv + e2
    return Fix(
        x,
        y,
        wu * ux * ux + wv * vx * vx + 1e-6,
        wu * ux * uy + wv * vx * vy,
        wu * uy * uy + wv * vy * vy + 1e-6,
    )


def between(a: Ray, b: Ray) -> Ray:
    """The line of sight halfway."""
    return Ray((a.gx + b.gx) / 2, (a.gy + b.gy) / 2, (a.xx + b.xx) / 2, (a.xy + b.xy) / 2, (a.yy + b.yy) / 2)
