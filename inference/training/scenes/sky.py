"""A dome of sky with clouds, in the colours of the light."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.simulation.rendering.scene import Lighting, Picture, Surface
from inference.training.scenes.noise import cloudy, quantised
from inference.training.scenes.shapes import mesh_of
from inference.training.scenes.stage_set import StageSet

Floats = NDArray[np.float64]

GLOW = 0.25
"""With this a surface shows its picture as it is, whatever the light."""
ROWS, COLUMNS = 5, 24


def clouds(rng: np.random.Generator, stage: StageSet, lighting: Lighting, radius: float) -> None:
    """Half a sphere of ``radius`` metres around the middle; seen from inside."""
    angle = np.linspace(0.0, 2 * np.pi, COLUMNS + 1)
    up = np.linspace(0.0, np.pi / 2, ROWS + 1)
    inwards = -np.stack(
        [
            np.outer(np.cos(up), np.cos(angle)),
            np.outer(np.cos(up), np.sin(angle)),
            np.outer(np.sin(up), np.ones(COLUMNS + 1)),
        ],
        axis=2,
    ).reshape(-1, 3)
    u, v = np.meshgrid(np.linspace(0, 3, COLUMNS + 1), np.linspace(0.98, 0.02, ROWS + 1))
    first = (np.arange(ROWS)[:, None] * (COLUMNS + 1) + np.arange(COLUMNS)).reshape(-1, 1)
    faces = (first + np.array([0, COLUMNS + 1, 1, 1, COLUMNS + 1, COLUMNS + 2])).reshape(-1, 3)
    dome = mesh_of(-inwards * radius, inwards, np.column_stack([u.ravel(), v.ravel()]), faces)
    stage.add(dome, Surface((1.0, 1.0, 1.0), stage.picture(_painted(rng, lighting)), gloss=0.0, glow=GLOW))


def _painted(rng: np.random.Generator, lighting: Lighting) -> Picture:
    """The gradient from horizon to zenith with clouds before it, lighter or darker than the sky."""
    height, width = 128, 256
    rise = np.linspace(1.0, 0.0, height)[:, None, None]
    horizon, zenith = np.asarray(lighting.horizon), np.asarray(lighting.zenith)
    sky = horizon + (zenith - horizon) * np.clip(1.4 * rise, 0, 1)
    cover = float(rng.uniform(-0.1, 0.5))
    share = np.clip((cloudy(rng, height, width, 1.3) - 0.5 + cover) * float(rng.uniform(1.0, 3.0)), 0, 1)
    white = np.clip(0.5 * (horizon + zenith).mean() * float(rng.uniform(0.8, 1.5)), 0, 1)
    shade = white * (0.8 + 0.3 * cloudy(rng, height, width, 1.0))
    picture = sky + (shade[..., None] - sky) * share[..., None]
    return quantised(np.clip(picture, 0, 1).astype(np.float32))
