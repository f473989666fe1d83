"""A simulated store that goes on for as long as it is let: people come by chance, or are sent in."""

from inference.simulation.live.eyes import LiveEyes
from inference.simulation.live.world import LiveWorld, NotSentError

__all__ = ["LiveEyes", "LiveWorld", "NotSentError"]
