"""What a random scene is: a stage, who is to be on it, and the pictures to take."""

from __future__ import annotations

from typing import Literal, NamedTuple

from inference.simulation.rendering.figures import Wish
from inference.simulation.rendering.mesh import Mesh
from inference.simulation.rendering.poses import Stance
from inference.simulation.rendering.scene import Stage, Surface, Thing
from store_layout.model import Camera

Side = Literal["left", "right"]


class Shot(NamedTuple):
    """One picture to take."""

    camera: Camera
    """Calibrated as OpenCV does, for the size of the picture to make."""
    people: tuple[tuple[int, Stance], ...]
    """Number of the figure within the scene, and what it does."""
    props: tuple[Thing, ...] = ()
    """What moves with people but stands on the floor: trolleys, prams, suitcases."""
    held: tuple[tuple[int, Side, int], ...] = ()
    """What is in whose hand: figure, side, number within the scene's products."""


class TrainingScene(NamedTuple):
    """A place, and moments in it."""

    kind: str
    """``store``, ``room``, ``outdoor`` or ``abstract``."""
    stage: Stage
    wishes: tuple[Wish, ...]
    """One for each figure of the scene."""
    shots: tuple[Shot, ...]
    products: tuple[tuple[Mesh, Surface], ...] = ()
    """What hands may hold, in the frame of the palm."""
