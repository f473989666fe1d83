"""A view and its lighting in the form that the shaders take, and what lies in the view."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.scene import Lighting, View

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

NEAR_M = 0.1
FAR_M = 120.0
DEPTH_A = (FAR_M + NEAR_M) / (FAR_M - NEAR_M)
DEPTH_B = -2 * FAR_M * NEAR_M / (FAR_M - NEAR_M)
"""Depth Z metres becomes ``A + B / Z``, -1 at :data:`NEAR_M` and 1 at :data:`FAR_M`."""
LAMPS = 8


def clip_matrix(view: View) -> Doubles:
    """``[4, 4]`` from the world to OpenGL's clip space such that pixel (u, v) becomes window place (u, v).

    OpenGL's window has y upwards and is stored from the bottom: with v used as it is, the first stored row is
    the picture's top row.
    """
    size = np.array([[view.width], [view.height]], dtype=np.float64)
    k = np.asarray(view.k, dtype=np.float64)
    across = np.zeros((4, 4))
    across[:2, :3] = 2 * k[:2] / size
    across[:2, 2] -= 1
    across[2, 2:] = DEPTH_A, DEPTH_B
    across[3, 2] = 1
    return across @ pose_matrix(view)


def pose_matrix(view: View) -> Doubles:
    """``[4, 4]`` from the world to the camera's frame: x to the right, y down, z ahead."""
    pose = np.eye(4)
    pose[:3, :3] = view.r
    pose[:3, 3] = np.asarray(view.t, dtype=np.float64).reshape(3)
    return pose


def eye_of(view: View) -> Doubles:
    """``[3]`` place of the camera in the world."""
    return -np.asarray(view.r, dtype=np.float64).T @ np.asarray(view.t, dtype=np.float64).reshape(3)


def linear(colour: Sequence[float] | NDArray[np.floating]) -> Floats:
    """Linear light of sRGB values 0 to 1 (IEC 61966-2-1), of any shape."""
    c = np.asarray(colour, dtype=np.float32)
    return np.where(c <= 0.04045, c / 12.92, ((np.maximum(c, 0) + 0.055) / 1.055) ** 2.4).astype(np.float32)


def frame_block(view: View, lighting: Lighting) -> bytes:
    """The uniform block ``Frame`` of frame.glsl, laid out as std140 wants it.

    Raises ``ValueError`` for more than :data:`LAMPS` lamps.
    """
    if len(lighting.lamps) > LAMPS:
        raise ValueError(f"{len(lighting.lamps)} lamps: at most {LAMPS}")
    block = np.zeros((15 + LAMPS, 4), dtype=np.float32)
    block[:4] = clip_matrix(view).T
    block[4:7, :3] = (np.asarray(view.r).T @ np.linalg.inv(view.k)).T
    block[8, :3] = eye_of(view)
    block[8, 3] = len(lighting.lamps)
    block[9, :3] = lighting.above
    block[10, :3] = lighting.below
    block[11, :3] = lighting.towards_sun
    block[12, :3] = lighting.sun
    block[12, 3] = lighting.shadow
    block[13, :3] = linear(lighting.horizon)
    block[14, :3] = linear(lighting.zenith)
    block[13, 3] = lighting.contact
    block[15 : 15 + len(lighting.lamps)] = np.reshape(lighting.lamps, (-1, 4))
    return block.tobytes()


def visible(clip: Doubles, centres: Doubles, halves: Doubles) -> NDArray[np.bool_]:
    """``[N]`` whether each box (``centres``, ``halves`` ``[N, 3]``, world axes) may be in the picture.

    A box is left out when it lies wholly outside one side of the view's pyramid.
    """
    sides = np.stack([clip[3] + clip[0], clip[3] - clip[0], clip[3] + clip[1], clip[3] - clip[1], clip[3]])
    reach = centres @ sides[:, :3].T + sides[:, 3] + halves @ np.abs(sides[:, :3]).T
    return np.asarray((reach > 0).all(axis=1))
