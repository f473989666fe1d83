"""``main.py evaluate``: replays against the truth, as tables, JSON and pictures."""

from console.cli.evaluation.command import evaluate_command

__all__ = ["evaluate_command"]
