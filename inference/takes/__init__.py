"""Shelf events and people in, who took what out: as probabilities."""

from inference.takes.explainer import TakeExplainer
from inference.takes.state import TakesState

__all__ = ["TakeExplainer", "TakesState"]
