"""How right a replay was, where the truth is known."""

from inference.evaluation.problems import EvaluationError
from inference.evaluation.report import Report, evaluate, evaluate_against
from inference.evaluation.tables import render

__all__ = ["EvaluationError", "Report", "evaluate", "evaluate_against", "render"]
