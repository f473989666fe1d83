"""Meshes made fit for light that is worked out at their vertices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.mesh import Mesh

_ROUNDS = 24
"""Halvings at most: enough for an edge 4,096 times too long."""


def finely_divided(mesh: Mesh, longest: float) -> Mesh:
    """The same surface with no edge longer than ``longest``, in the mesh's own units.

    The longest edge of each triangle that is too long is halved until none is. Two triangles that share an
    edge halve it at the same place, so that no crack opens between them.
    """
    corners = np.concatenate([mesh.positions, mesh.normals, mesh.uv], axis=1)
    faces = mesh.faces
    done: list[NDArray[np.uint32]] = []
    rows = np.arange
    for _ in range(_ROUNDS):
        places = corners[faces, :3]
        lengths = np.linalg.norm(places - np.roll(places, -1, axis=1), axis=2)
        long = lengths.max(axis=1, initial=0) > longest
        done.append(faces[~long])
        faces = faces[long]
        if not len(faces):
            break
        start = lengths[long].argmax(axis=1)
        a, b, c = (faces[rows(len(faces)), (start + i) % 3] for i in range(3))
        middle = (corners[a] + corners[b]) / 2
        middle[:, 3:6] /= np.maximum(np.linalg.norm(middle[:, 3:6], axis=1, keepdims=True), 1e-12)
        m = (len(corners) + rows(len(faces))).astype(np.uint32)
        corners = np.concatenate([corners, middle])
        faces = np.concatenate([np.stack([a, m, c], axis=1), np.stack([m, b, c], axis=1)])
    if len(done) == 1:
        return mesh
    return Mesh(corners[:, :3], corners[:, 3:6], corners[:, 6:], np.concatenate([*done, faces]))
