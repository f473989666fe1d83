"""Overlap of boxes, and the choice among boxes that overlap."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


FARTHEST = 1e6
"""Pixels. A coordinate beyond this (or none at all, NaN) is nonsense of a network, not a place."""


def sane(coordinates: Floats) -> NDArray[np.bool_]:
    """Rows of ``[N, C]`` in which every coordinate can be a place in a picture."""
    return np.asarray((np.abs(coordinates) <= FARTHEST).all(axis=1))


def overlaps(a: Floats, b: Floats) -> NDArray[np.float64]:
    """Intersection over union of boxes ``[N, 4]`` and ``[M, 4]`` (x1, y1, x2, y2): ``[N, M]``."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    areas = (
        np.clip(a[:, 2:] - a[:, :2], 0, None).prod(axis=1),
        np.clip(b[:, 2:] - b[:, :2], 0, None).prod(axis=1),
    )
    union = areas[0][:, None] + areas[1][None, :] - shared
    return np.asarray(shared / np.maximum(union, 1e-9), dtype=np.float64)


def suppress(boxes: Floats, scores: Floats, most: float) -> NDArray[np.intp]:
    """Indices of the boxes that stay, best first: each drops worse ones it overlaps by more than ``most``.

    Greedy non-maximum suppression; equal scores are taken in the order given, so the choice is repeatable.
    """
    order = np.argsort(-scores, kind="stable")
    overlap = overlaps(boxes[order], boxes[order]) > most
    stays = np.ones(len(order), dtype=bool)
    for i in range(len(order)):
        if stays[i]:
            stays[i + 1 :] &= ~overlap[i, i + 1 :]
    return order[stays]
