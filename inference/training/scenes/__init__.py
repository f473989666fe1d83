"""Random places with people in them: what the networks' training pictures are taken of.

Everything is drawn from the generator that is handed in: places, light, cameras, who does what where.
"""

from inference.training.scenes.compose import random_scene
from inference.training.scenes.contracts import Shot, TrainingScene

__all__ = ["Shot", "TrainingScene", "random_scene"]
