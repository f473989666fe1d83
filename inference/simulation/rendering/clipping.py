"""Clean edges of cloth and hair: triangles cut along a field's zero, and walls that close the cut."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.fields import Floats

Indices = NDArray[np.uint32]


class Clipped(NamedTuple):
    """Triangles that were cut."""

    positions: Floats
    """``[V, 3]``"""
    faces: Indices
    """``[F, 3]``"""
    rim: Indices
    """``[E, 2]`` the cut's edges, the triangles to the left of each as seen from outside."""


def clipped(positions: Floats, faces: Indices, values: Floats) -> Clipped:
    """What is left of triangles where ``values [V]`` are negative, cut straight where they are zero."""
    keep = values < 0
    inside = keep[faces]
    count = inside.sum(axis=1)
    whole = faces[count == 3]
    if not ((count == 1) | (count == 2)).any():
        return Clipped(positions, whole, np.zeros((0, 2), np.uint32))
    # Turned so that the corner that is alone on its side comes first.
    one = faces[count == 1]
    one = _rolled(one, np.argmax(keep[one], axis=1))
    two = faces[count == 2]
    two = _rolled(two, np.argmin(keep[two], axis=1))
    edges = np.concatenate([one[:, [0, 1]], one[:, [0, 2]], two[:, [1, 0]], two[:, [2, 0]]]).astype(np.int64)
    # The kept corner of every edge stands first, so an edge of two triangles has one name.
    name = edges[:, 0] * len(positions) + edges[:, 1]
    _, first, number = np.unique(name, return_index=True, return_inverse=True)
    a, b = edges[first, 0], edges[first, 1]
    share = values[a] / (values[a] - values[b])
    new = positions[a] + share[:, None] * (positions[b] - positions[a])
    at = (len(positions) + number).astype(np.uint32)
    n, m = len(one), len(two)
    ab, ac, ba, ca = at[:n], at[n : 2 * n], at[2 * n : 2 * n + m], at[2 * n + m :]
    kept = [
        whole,
        np.column_stack([one[:, 0], ab, ac]),
        np.column_stack([ba, two[:, 1], two[:, 2]]),
        np.column_stack([ba, two[:, 2], ca]),
    ]
    rim = np.concatenate([np.column_stack([ab, ac]), np.column_stack([ca, ba])])
    longer = np.abs(new[rim[:, 0] - len(positions)] - new[rim[:, 1] - len(positions)]).max(axis=1) > 1e-6
    return Clipped(
        np.concatenate([positions, new]).astype(np.float32),
        np.concatenate(kept).astype(np.uint32),
        rim[longer].astype(np.uint32),
    )


def _rolled(faces: Indices, first: NDArray[np.intp]) -> Indices:
    return np.take_along_axis(faces, (np.arange(3) + first[:, None]) % 3, axis=1)


def walls(cut: Clipped, normals: Floats, depth: float) -> tuple[Floats, Floats, Indices]:
    """Strips ``depth`` metres inwards from the edges of a cut: positions, normals and faces.

    Each edge has four corners of its own. ``normals [V, 3]`` are those of the surface.
    """
    a, b = cut.rim[:, 0], cut.rim[:, 1]
    start, end = cut.positions[a], cut.positions[b]
    corners = np.stack([start, end, end - depth * normals[b], start - depth * normals[a]], axis=1)
    across = np.cross(normals[a] + normals[b], end - start)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    index = np.arange(len(a))[:, None] * 4
    faces = np.concatenate([index + np.array([0, 2, 1]), index + np.array([0, 3, 2])])
    return (
        corners.reshape(-1, 3).astype(np.float32),
        np.repeat(-across, 4, axis=0).astype(np.float32),
        faces.astype(np.uint32),
    )


def compacted(positions: Floats, faces: Indices) -> tuple[Floats, Indices, NDArray[np.intp]]:
    """Only the vertices that faces use, and which they were."""
    used = np.unique(faces)
    new = np.zeros(len(positions), dtype=np.uint32)
    new[used] = np.arange(len(used), dtype=np.uint32)
    return positions[used], new[faces], used.astype(np.intp)
