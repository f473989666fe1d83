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


def offsets(model: CameraModel, places: Array, height_m: float, size: tuple[int, int]) -> Array:
    """For bodies at ``places`` ``(N, 2)``: pixels from their box to the true points, ``(N, 4)``.

    ``(u, v)`` from the middle of the box's bottom to the point between the feet, then ``(u, v)`` from the
    middle of its top to the top of the head. Boxes are cut to the picture (``size`` is width, height) as a
    detector's are. Zeros where a body is partly behind the camera.
    """
    count = len(places)
    eye = np.array((model.position or (0.0, 0.0, 0.0))[:2])
    away = places - eye
    away /= np.maximum(np.sqrt(np.einsum("ni,ni->n", away, away)), 1e-6)[:, None]
    side = away[:, ::-1] * (-1.0, 1.0)
    points = np.empty((count, 18, 3))
    for k, direction in enumerate((away, -away, side, -side)):
        ring = points[:, 4 * k : 4 * k + 4]
        ring[:, :, :2] = places[:, None] + SHAPE[:, 0, None] * direction[:, None]
        ring[:, :, 2] = SHAPE[:, 1] * height_m
    points[:, 16:, :2] = places[:, None]
    points[:, 16:, 2] = (0.0, height_m)
    pixels, _ = model.project(points.reshape(-1, 3))
    seen = pixels.reshape(count, 18, 2)
    low = np.clip(seen.min(axis=1), 0.0, size)
    high = np.clip(seen.max(axis=1), 0.0, size)
    middle = (low[:, 0] + high[:, 0]) / 2
    found = np.column_stack(
        [
            seen[:, 16, 0] - middle,
            seen[:, 16, 1] - high[:, 1],
            seen[:, 17, 0] - middle,
            seen[:, 17, 1] - low[:, 1],
        ]
    )
    found[~np.isfinite(found).all(axis=1)] = 0.0
    return found
