"""The box that a standing body makes in a picture, and where in it the feet and the head are.

A box's bottom is the toe towards the camera, and away from the picture's middle an upright person leans, so
the middle of the box's bottom is not under the person. Both are undone by projecting a body at the place that
the box says at first, and taking from it how far the feet are from its own box's bottom.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from store_layout.camera_geometry import CameraModel

Array = NDArray[np.float64]

SHAPE = np.array([(0.25, 0.0), (0.2, 0.5), (0.2, 0.82), (0.1, 0.98)])
"""Radius (m) and height (share of the person's) of feet, hips, shoulders and head. A walker's feet reach as
far as that: the value under which the boxes of two detectors and four indoor cameras lean least."""


RING = np.concatenate([*(turn * SHAPE[:, 0] for turn in (1, -1, 1j, -1j)), np.zeros(2)])[:, None]
"""16 points around the body and the axis' two ends, over the floor: as complex numbers, times the direction
away from the camera."""
LEVELS = np.array([*SHAPE[:, 1].tolist() * 4, 0.0, 1.0])[:, None]
"""Their heights, as shares of the person's."""


def offsets(model: CameraModel, below: complex, places: Array, height_m: float, size: Array) -> Array:
    """For bodies at ``places`` ``(N, 2)``: pixels from their box to the true points, ``(2, N, 2)``.

    ``below`` is the floor below the camera, ``x + iy``.
    ``(u, v)`` from the middle of the box's bottom to the point between the feet, then ``(u, v)`` from the
    middle of its top to the top of the head. Boxes are cut to the picture (``size`` is width, height) as a
    detector's are. Zeros where a body is partly behind the camera.
    """
    here = places.view(np.complex128)[:, 0]
    away = here - below
    away *= 1.0 / np.maximum(np.abs(away), 1e-6)
    points = np.empty((18, len(places), 3))
    points[:, :, 2] = LEVELS * height_m
    points[:, :, :2] = (here + RING * away)[:, :, None].view(np.float64)
    pixels, front = model.project(points.reshape(-1, 3))
    seen = pixels.reshape(18, -1, 2)
    low = np.minimum(np.maximum(seen.min(axis=0), 0.0), size)
    high = np.minimum(np.maximum(seen.max(axis=0), 0.0), size)
    found = seen[16:].copy()
    found[:, :, 0] -= (low[:, 0] + high[:, 0]) / 2
    found[0, :, 1] -= high[:, 1]
    found[1, :, 1] -= low[:, 1]
    if not front.all():
        found[:, ~front.reshape(18, -1).all(axis=0)] = 0.0
    return found
