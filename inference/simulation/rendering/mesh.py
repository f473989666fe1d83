"""Triangles with a surface: what everything that is rendered is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indices = NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Triangles. World axes: metres, right-handed, z up; a mesh may have a frame of its own."""

    positions: Floats
    """``[V, 3]`` metres."""
    normals: Floats
    """``[V, 3]`` unit vectors, outwards."""
    uv: Floats
    """``[V, 2]`` place in the surface's picture: (0, 0) its top left corner, (1, 1) bottom right; repeats."""
    faces: Indices
    """``[F, 3]`` counter-clockwise as seen from outside."""


def merged(meshes: Sequence[Mesh]) -> Mesh:
    """Several meshes as one. Raises ``ValueError`` for none."""
    starts = np.cumsum([0, *(len(mesh.positions) for mesh in meshes[:-1])])
    return Mesh(
        np.concatenate([mesh.positions for mesh in meshes]),
        np.concatenate([mesh.normals for mesh in meshes]),
        np.concatenate([mesh.uv for mesh in meshes]),
        np.concatenate([mesh.faces + np.uint32(a) for mesh, a in zip(meshes, starts, strict=True)]),
    )


def transformed(mesh: Mesh, matrix: NDArray[np.floating]) -> Mesh:
    """The mesh moved by a rigid or scaling 4x4 ``matrix`` (columns are axes, the last one the place)."""
    linear = np.asarray(matrix[:3, :3], dtype=np.float64)
    normals = mesh.normals @ np.linalg.inv(linear)
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return Mesh(
        (mesh.positions @ linear.T + matrix[:3, 3]).astype(np.float32),
        (normals / np.maximum(length, 1e-12)).astype(np.float32),
        mesh.uv,
        mesh.faces if np.linalg.det(linear) > 0 else mesh.faces[:, ::-1].copy(),
    )


def placed(x: float, y: float, z: float, heading: float = 0.0, scale: float = 1.0) -> NDArray[np.float32]:
    """A 4x4 matrix: scaled, turned by ``heading`` radians about the vertical, moved to (x, y, z)."""
    c, s = scale * np.cos(heading), scale * np.sin(heading)
    return np.array([[c, -s, 0, x], [s, c, 0, y], [0, 0, scale, z], [0, 0, 0, 1]], dtype=np.float32)
