"""What a hand does: at rest beside its body, or in a slot. Densities of where a wrist is, per m3.

Both are mixtures of Gaussians, so that a sight with any covariance, long along a camera's line of sight or
triangulated, is scored by the same convolution.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.takes import settings as s
from store_layout.model import Slot

Matrix = NDArray[np.float64]

_ANGLES = np.arange(s.IDLE_PLACES) * (2 * math.pi / s.IDLE_PLACES)
_IDLE = np.column_stack(
    [
        s.IDLE_OUT_M * np.cos(_ANGLES),
        s.IDLE_OUT_M * np.sin(_ANGLES),
        np.full(s.IDLE_PLACES, s.IDLE_HEIGHT_M),
    ]
)
_IDLE_VAR = np.array([s.IDLE_OUT_SD_M**2, s.IDLE_OUT_SD_M**2, s.IDLE_HEIGHT_SD_M**2])


@dataclass(frozen=True, slots=True)
class Cells:
    """A slot's box cut into cells: where in it a wrist may be."""

    centres: Matrix
    """Shape (K, 3), metres."""
    var: Matrix
    """Shape (3,), m2: of a wrist around a cell's centre."""


def cells(slot: Slot) -> Cells:
    """Cells of at most ``CELL_M`` along each axis."""
    low, size = np.asarray(slot.low), np.subtract(slot.high, slot.low)
    counts = np.maximum(1, np.ceil(size / s.CELL_M - 1e-9)).astype(int)
    axes = [low[i] + (np.arange(n) + 0.5) * size[i] / n for i, n in enumerate(counts.tolist())]
    centres = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    return Cells(centres, (size / counts) ** 2 / 12 + s.HAND_SD_M**2)


def idle_density(means: Matrix, covariances: Matrix, bodies: Matrix) -> Matrix:
    """Density at ``means (N, 3)`` of the hands of people at ``bodies (N, 2)`` who do something else.

    A hand hangs or holds something beside the body, or is anywhere within reach.
    """
    centres = _IDLE[None] + np.pad(bodies, ((0, 0), (0, 1)))[:, None]
    at_rest = _gaussians(means, covariances, centres, _IDLE_VAR).mean(axis=1)
    return np.asarray(s.IDLE_REST * at_rest + (1 - s.IDLE_REST) / s.HAND_ROOM_M3)


def reach_density(means: Matrix, covariances: Matrix, bodies: Matrix, box: Cells) -> Matrix:
    """Density at ``means (N, 3)`` of the hands of people at ``bodies (N, 2)`` who reach into the box.

    Cells at an arm's length from the body are likelier than nearer or farther ones.
    """
    away = np.hypot(*(box.centres[None, :, :2] - bodies[:, None]).transpose(2, 0, 1))
    log = -0.5 * ((away - s.ARM_M) / s.ARM_SD_M) ** 2
    weights = np.exp(log - log.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    centres = np.broadcast_to(box.centres[None], (len(means), *box.centres.shape))
    return np.asarray((weights * _gaussians(means, covariances, centres, box.var)).sum(axis=1))


def _gaussians(means: Matrix, covariances: Matrix, centres: Matrix, var: Matrix) -> Matrix:
    """Densities (N, K) of N means with covariances (N, 3, 3) around centres (N, K, 3) with variances."""
    spread = covariances + np.diag(var)
    inverse = np.linalg.inv(spread)
    gap = means[:, None] - centres
    square = np.einsum("nki,nij,nkj->nk", gap, inverse, gap)
    scale = 1.0 / np.sqrt((2 * math.pi) ** 3 * np.linalg.det(spread))
    return np.asarray(scale[:, None] * np.exp(-0.5 * square))
