"""Triangles of packages that are not made of boxes: curved surfaces, single triangles, plain patches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.mesh import Floats, Mesh
from inference.simulation.rendering.solids import Rect


def triangle(corners: tuple[tuple[float, float, float], ...], part: Rect) -> Mesh:
    """One triangle, seen from where its corners run counter-clockwise, with a part of the picture."""
    points = np.array(corners)
    normal = np.cross(points[1] - points[0], points[2] - points[0])
    normal /= np.linalg.norm(normal)
    u0, v0, u1, v1 = part
    return Mesh(
        points.astype(np.float32),
        np.tile(normal.astype(np.float32), (3, 1)),
        np.array([[u0, v1], [u1, v1], [(u0 + u1) / 2, v0]], dtype=np.float32),
        np.array([[0, 1, 2]], dtype=np.uint32),
    )


def in_one_colour(mesh: Mesh, part: Rect) -> Mesh:
    """The mesh in one plain patch of the picture."""
    middle = np.array([[(part[0] + part[2]) / 2, (part[1] + part[3]) / 2]], dtype=np.float32)
    return Mesh(mesh.positions, mesh.normals, np.repeat(middle, len(mesh.uv), axis=0), mesh.faces)


def curved(points: NDArray[np.float64], part: Rect) -> Mesh:
    """A surface through a grid of points ``[rows, columns, 3]``, the picture's part spread over it.

    Normals are the mean of the faces around each vertex.
    """
    rows, columns = points.shape[0] - 1, points.shape[1] - 1
    faces = _grid_faces(rows, columns)
    flat = points.reshape(-1, 3)
    normals = np.zeros_like(flat)
    corner = flat[faces]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    for n in range(3):
        np.add.at(normals, faces[:, n], normal)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    uv = _grid_uv(rows, columns, part)
    return Mesh(flat.astype(np.float32), normals.astype(np.float32), uv, faces)


def _grid_faces(rows: int, columns: int) -> NDArray[np.uint32]:
    a = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
    b, c, d = a + 1, a + columns + 2, a + columns + 1
    return np.concatenate([np.column_stack([a, b, c]), np.column_stack([a, c, d])]).astype(np.uint32)


def _grid_uv(rows: int, columns: int, part: Rect) -> Floats:
    u, v = np.meshgrid(np.linspace(part[0], part[2], columns + 1), np.linspace(part[3], part[1], rows + 1))
    return np.column_stack([u.ravel(), v.ravel()]).astype(np.float32)
