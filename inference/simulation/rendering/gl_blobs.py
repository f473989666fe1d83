"""Where the floor lies in soft shade because something stands on it.

A blob is a rectangle on the floor, dark, and the floor about it, lighter and lighter: a row of x, y of its
middle, cosine and sine of its heading, half its length and width, how far the shade reaches, its darkness.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.gl_figures import Figures, joints_of
from inference.simulation.rendering.gl_things import ROOM_M
from inference.simulation.rendering.scene import Actor, Thing

Doubles = NDArray[np.float64]

STANDING_M = 0.06
"""What reaches lower than this stands on the floor."""
FLAT_M = 0.04
"""What is no higher lies on the floor like a mat, and shades nothing."""
FADING_M = 0.08
"""A foot so much higher shades a third as much."""
BODY_M = 0.5
"""Reach of the faint shade under a whole body."""


def under_things(things: Sequence[Thing]) -> Doubles:
    """``[N, 8]`` blobs under what stands on the floor."""
    return np.concatenate([np.zeros((0, 8)), *(_under_thing(thing) for thing in things)])


def _under_thing(thing: Thing) -> Doubles:
    if thing.surface.opacity < 1 or not len(thing.mesh.positions):
        return np.zeros((0, 8))
    transforms = np.asarray(thing.transforms, dtype=np.float64).reshape(-1, 4, 4)
    low, high = (end(thing.mesh.positions.astype(np.float64), axis=0) for end in (np.min, np.max))
    scale = np.linalg.norm(transforms[:, :3, :3], axis=1)
    middle = transforms[:, :3, :3] @ ((low + high) / 2) + transforms[:, :3, 3]
    half = scale * (high - low) / 2
    bottom, top = middle[:, 2] - half[:, 2], middle[:, 2] + half[:, 2]
    # What lies or leans has another footprint than its box.
    stands = np.abs(transforms[:, 2, 2]) > 0.98 * scale[:, 2]
    stands &= (np.abs(bottom) < STANDING_M) & (top > FLAT_M) & (half[:, :2].min(axis=1) < ROOM_M / 2)
    reach = np.clip(0.5 * (top - bottom), 0.04, 0.4)
    axis = transforms[:, :2, 0] / np.maximum(scale[:, :1], 1e-9)
    rows = np.column_stack([middle[:, :2], axis, half[:, :2], reach, np.ones(len(half))])
    return np.asarray(rows[stands])


def under_actors(actors: Sequence[Actor], figures: Figures) -> Doubles:
    """``[N, 8]`` blobs under feet, fainter the higher they are, and under bodies."""
    rows = []
    for actor in actors:
        for x, y, z, length, width, heading in figures.soles(actor).tolist():
            dark = 0.9 * float(np.exp(-max(z, 0.0) / FADING_M))
            rows.append([x, y, np.cos(heading), np.sin(heading), 0.6 * length, 0.6 * width, 0.12, dark])
        x, y, _ = joints_of(actor).mean(axis=0).tolist()
        rows.append([x, y, 1.0, 0.0, 0.0, 0.0, BODY_M, 0.55])
    return np.array(rows, dtype=np.float64).reshape(-1, 8)


def boxes_of(blobs: Doubles) -> Doubles:
    """``[N, 4]`` x, y of the lower and the upper corner of each blob with its surroundings."""
    cos, sin = np.abs(blobs[:, 2:4]).T
    length, width = (blobs[:, 4:6] + blobs[:, 6:7]).T
    half = np.column_stack([cos * length + sin * width, sin * length + cos * width])
    return np.concatenate([blobs[:, :2] - half, blobs[:, :2] + half], axis=1)
