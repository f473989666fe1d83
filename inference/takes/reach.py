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


@dataclass(frozen=True, slots=True)
class Spread:
    """A mixture of Gaussians around a body: where a hand may be. Metres, x and y from the body's axis."""

    centres: Matrix
    """Shape (K, 3)."""
    kinds: tuple[tuple[slice, Matrix], ...]
    """Which of them vary alike, and by how much: shape (3,), m2."""
    weights: Matrix
    """Shape (K,), summing to 1."""


def idle() -> Spread:
    """Hands of people who do something else: they hang or hold something, or are anywhere within reach."""
    angles = np.arange(s.IDLE_PLACES) * (2 * math.pi / s.IDLE_PLACES)
    rest = np.column_stack(
        [
            s.IDLE_OUT_M * np.cos(angles),
            s.IDLE_OUT_M * np.sin(angles),
            np.full(s.IDLE_PLACES, s.IDLE_HEIGHT_M),
        ]
    )
    flat = np.arange(-2, 3) * s.ROOM_STEP_M
    axes = (flat, flat, s.HAND_HEIGHT_M + flat)
    room = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    away = (room - (0.0, 0.0, s.HAND_HEIGHT_M)) / (s.HAND_OUT_SD_M, s.HAND_OUT_SD_M, s.HAND_HEIGHT_SD_M)
    likely = np.exp(-0.5 * (away**2).sum(axis=1))
    return Spread(
        np.concatenate([rest, room]),
        (
            (
                slice(len(rest)),
                np.array([s.IDLE_OUT_SD_M**2, s.IDLE_OUT_SD_M**2, s.IDLE_HEIGHT_SD_M**2]),
            ),
            (slice(len(rest), len(rest) + len(room)), np.full(3, s.ROOM_STEP_M**2 / 12)),
        ),
        np.concatenate(
            [
                np.full(len(rest), s.IDLE_REST / len(rest)),
                (1 - s.IDLE_REST) * likely / likely.sum(),
            ]
        ),
    )


def at_arms_length(box: Cells, bodies: Matrix) -> Matrix:
    """Prior (T, K) of the cells for people at ``bodies (T, 2)``: likeliest where an arm reaches easily."""
    away = np.hypot(*(box.centres[None, :, :2] - bodies[:, None]).transpose(2, 0, 1))
    log = -0.5 * ((away - s.ARM_M) / s.ARM_SD_M) ** 2
    weights = np.exp(log - log.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def spread_densities(means: Matrix, covariances: Matrix, bodies: Matrix, spread: Spread) -> Matrix:
    """Densities (N, K), per m3, of N sights around K places of hands, each of its own body at ``(N, 2)``."""
    found = np.empty((len(means), len(spread.centres)))
    at = np.pad(bodies, ((0, 0), (0, 1)))
    for chosen, var in spread.kinds:
        found[:, chosen] = densities(means, covariances, at[:, None] + spread.centres[None, chosen], var)
    return found


def densities(means: Matrix, covariances: Matrix, centres: Matrix, var: Matrix) -> Matrix:
    """Densities (N, K), per m3, of N sights with covariances (N, 3, 3) around centres (N or 1, K, 3).

    ``var`` (3,): the centres' own variances. The convolution of both Gaussians is evaluated.
    """
    spread = covariances + np.diag(var)
    gap = means[:, None] - centres
    square = ((gap @ np.linalg.inv(spread)) * gap).sum(axis=-1)
    scale = 1.0 / np.sqrt((2 * math.pi) ** 3 * np.linalg.det(spread))
    return np.asarray(scale[:, None] * np.exp(-0.5 * square))
