"""A place that is ready for people and cameras: what every kind of scene is built into."""

from __future__ import annotations

from dataclasses import dataclass

from inference.simulation.rendering.mesh import Mesh
from inference.simulation.rendering.scene import Lighting, Surface
from inference.training.scenes.cameras import Rig
from inference.training.scenes.crowd import Habits
from inference.training.scenes.stage_set import StageSet


@dataclass(frozen=True)
class Setting:
    """The place, what people do there, and where cameras hang."""

    kind: str
    stage: StageSet
    habits: Habits
    rigs: tuple[Rig, ...]
    lighting: Lighting
    people: tuple[int, int]
    """Fewest and most."""
    children: float = 0.15
    """Share of those who come in company."""
    staff: float = 0.0
    """Share of those who are alone."""
    products: tuple[tuple[Mesh, Surface], ...] = ()
    """What the numbers in ``habits`` mean."""
