"""A store that does not exist: shoppers, scales and cameras at the level of observations, and the truth.

``simulate`` writes an ordinary recording; the same seed gives the same bytes.
"""

from inference.simulation.plans import Errand, Plan
from inference.simulation.settings import SimulationSettings
from inference.simulation.simulate import simulate

__all__ = ["Errand", "Plan", "SimulationSettings", "simulate"]
