"""Things as triangles in the world, ready to be sent to the graphics side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.gl_frame import linear
from inference.simulation.rendering.gl_meshes import finely_divided
from inference.simulation.rendering.scene import Surface, Thing

Doubles = NDArray[np.float64]

CHUNK_TRIANGLES = 256
"""About so many triangles are culled and sorted together."""
LAMP_EDGE_M = 1.2
"""Light is worked out at vertices: near lamps no two of a triangle are farther apart,"""
SHINE_EDGE_M = 3.0
"""and so far where only reflections change along a surface."""
DULL = 0.12
"""Surfaces of less gloss reflect nothing that would show."""
EDGE_SHARE = 1 / 30
"""Things so large that this share of their size is more than those lengths are divided no more than this."""

VERTEX = np.dtype(
    [
        ("position", "<f4", 3),
        ("normal", "<f4", 3),
        ("uv", "<f4", 2),
        ("colour", "u1", 4),
        ("finish", "u1", 4),
    ]
)


class Kind(NamedTuple):
    """What things must have in common for one draw to show them."""

    glass: bool
    grain: bool
    picture: str | None

    @property
    def defines(self) -> tuple[str, ...]:
        """Macros of the shaders that draw them."""
        wanted = (("GLASS", self.glass), ("GRAIN", self.grain), ("PICTURE", self.picture is not None))
        return tuple(name for name, is_wanted in wanted if is_wanted)


@dataclass(frozen=True, slots=True, eq=False)
class Baked:
    """A thing's instances as triangles in the world."""

    kind: Kind
    vertices: NDArray[np.void]
    """``[V]`` of :data:`VERTEX`"""
    faces: NDArray[np.uint32]
    """``[F, 3]``, instance by instance, ``F / N`` each."""
    low: Doubles
    """``[N, 3]`` lower corners of the instances' boxes, metres, world axes."""
    high: Doubles
    """``[N, 3]``"""

    def chunks(self) -> tuple[NDArray[np.int64], Doubles, Doubles]:
        """Groups of whole instances: ``[C, 2]`` first face and number of faces, and their boxes' corners."""
        if not len(self.low):
            return np.zeros((0, 2), dtype=np.int64), self.low, self.high
        each = len(self.faces) // len(self.low)
        step = max(1, CHUNK_TRIANGLES // each)
        firsts = np.arange(0, len(self.low), step)
        counts = np.minimum(step, len(self.low) - firsts)
        return (
            np.stack([firsts, counts], axis=1) * each,
            np.minimum.reduceat(self.low, firsts),
            np.maximum.reduceat(self.high, firsts),
        )


def baked(thing: Thing, lamps: bool) -> Baked:
    """The thing's triangles in the world, small enough for a stage with ``lamps``, or without."""
    surface = thing.surface
    kind = Kind(surface.opacity < 1, surface.grain > 0, surface.picture)
    transforms = np.asarray(thing.transforms, dtype=np.float32).reshape(-1, 4, 4)
    instances = len(transforms)
    if not instances or not len(thing.mesh.faces):
        none = np.zeros((0, 3))
        return Baked(kind, np.zeros(0, dtype=VERTEX), none.astype(np.uint32), none, none)
    axes = transforms[:, :3, :3]
    scale = float(np.linalg.norm(axes, axis=1).max())
    extent = float(np.linalg.norm(np.ptp(thing.mesh.positions, axis=0)))
    mesh = finely_divided(thing.mesh, max(_longest_edge(surface, lamps) / scale, EDGE_SHARE * extent))
    positions = mesh.positions @ axes.transpose(0, 2, 1) + transforms[:, None, :3, 3]
    normals = mesh.normals @ np.linalg.inv(axes)
    vertices = np.zeros((instances, len(mesh.positions)), dtype=VERTEX)
    vertices["position"] = positions
    vertices["normal"] = normals / np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-12)
    vertices["uv"] = mesh.uv * np.asarray(surface.repeat, dtype=np.float32)
    tints = np.ones((instances, 3)) if thing.tints is None else thing.tints
    colours = np.sqrt(linear(surface.colour) * linear(tints)).clip(0, 1)
    vertices["colour"][..., :3] = np.rint(255 * colours)[:, None]
    vertices["colour"][..., 3] = round(255 * min(max(surface.opacity, 0.0), 1.0))
    finish = np.clip([surface.gloss, surface.glow / 4, surface.grain, 0], 0, 1)
    vertices["finish"] = np.rint(255 * finish)
    starts = np.arange(instances, dtype=np.uint32) * np.uint32(len(mesh.positions))
    faces = mesh.faces.astype(np.uint32) + starts[:, None, None]
    mirrored = np.linalg.det(axes.astype(np.float64)) < 0
    faces[mirrored] = faces[mirrored, :, ::-1]
    low, high = positions.min(axis=1).astype(np.float64), positions.max(axis=1).astype(np.float64)
    return Baked(kind, vertices.reshape(-1), faces.reshape(-1, 3), low, high)


def _longest_edge(surface: Surface, lamps: bool) -> float:
    if lamps:
        return LAMP_EDGE_M
    return SHINE_EDGE_M if surface.gloss > DULL else np.inf
