"""Calibrations by intent: a camera hung here that looks there. For simulated and demonstration stores."""

from __future__ import annotations

import math

import numpy as np

from store_layout.model import OpenCvCalibration, Point3


def looking_at(
    position: Point3,
    target: Point3,
    width: int,
    height: int,
    hfov_deg: float,
    *,
    distortion: tuple[float, ...] = (),
    error_px: float = 1.0,
) -> OpenCvCalibration:
    """Calibration of a level camera at ``position`` (m) whose optical axis goes through ``target`` (m).

    ``hfov_deg`` is the horizontal field of view of the undistorted lens over ``width`` pixels; pixels are
    square and the principal point is the middle of the picture. Raises ``ValueError`` where the two points
    coincide. Looking straight down, the top of the picture is world +y.
    """
    axis = np.subtract(target, position)
    length = float(np.linalg.norm(axis))
    if length < 1e-9:
        raise ValueError("a camera cannot look at its own place; move the target")
    forward = axis / length
    up = np.array([0.0, 1.0, 0.0]) if abs(forward[2]) > 1 - 1e-9 else np.array([0.0, 0.0, 1.0])
    right = np.cross(forward, up)
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(forward, right), forward])
    translation = -rotation @ np.asarray(position)
    focal = width / 2 / math.tan(math.radians(hfov_deg) / 2)
    rows = [(float(a), float(b), float(c)) for a, b, c in rotation]
    return OpenCvCalibration(
        k=((focal, 0.0, width / 2), (0.0, focal, height / 2), (0.0, 0.0, 1.0)),
        r=(rows[0], rows[1], rows[2]),
        t=(float(translation[0]), float(translation[1]), float(translation[2])),
        distortion=distortion,
        error_px=error_px,
    )
