"""How much a picture shows of a product that somebody holds, and where in it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.mesh import Mesh
from inference.simulation.rendering.scene import Thing
from inference.simulation.rendering.sightings import Shown

SEEN_M = 0.015
"""What lies no deeper than this behind what the picture shows there is seen."""
POINTS = 160
"""Points on a product that are looked at."""


class HeldSeen(NamedTuple):
    """What a picture shows of something held."""

    seen: float
    """Share of its surface facing the camera."""
    tall_px: float
    """Its longest extent, seen or not."""
    pixels: NDArray[np.float64]
    """``[N, 2]`` where some of the seen surface is."""


NOTHING = HeldSeen(0.0, 0.0, np.empty((0, 2)))


def shown_of(thing: Thing, shown: Shown) -> HeldSeen:
    """How much of a held thing a picture shows, and where."""
    matrix = thing.transforms[0].astype(np.float64)
    points, normals = surface_points(thing.mesh, POINTS)
    world = points @ matrix[:3, :3].T + matrix[:3, 3]
    centre = -shown.view.r.T @ shown.view.t
    facing = np.einsum("ni,ni->n", normals @ matrix[:3, :3].T, centre - world) > 0
    pixels, front = shown.camera.project(world)
    if not front.all() or not facing.any():
        return NOTHING
    depth_there = (world @ shown.view.r.T + shown.view.t)[:, 2]
    column, row = np.floor(pixels).astype(np.int64).T
    inside = (column >= 0) & (column < shown.size[0]) & (row >= 0) & (row < shown.size[1])
    depth = shown.depth[np.clip(row, 0, shown.size[1] - 1), np.clip(column, 0, shown.size[0] - 1)]
    seen = facing & inside & (depth > depth_there - SEEN_M)
    extent = pixels.max(axis=0) - pixels.min(axis=0)
    return HeldSeen(float(seen.sum() / facing.sum()), float(extent.max()), pixels[seen])


def surface_points(mesh: Mesh, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points spread evenly over a mesh ``[count, 3]``, and the normals of the triangles they lie in."""
    corners = mesh.positions[mesh.faces].astype(np.float64)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = np.cumsum(np.linalg.norm(normals, axis=1))
    rng = np.random.default_rng(0)  # the same points for the same mesh: they are no part of the example
    face = np.searchsorted(area, (np.arange(count) + 0.5) / count * area[-1])
    a, b = np.sqrt(rng.random(count)), rng.random(count)
    shares = np.stack([1 - a, a * (1 - b), a * b], axis=1)
    return np.einsum("nk,nki->ni", shares, corners[face]), normals[face]
