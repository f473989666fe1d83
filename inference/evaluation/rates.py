"""Rates that may have nothing to count."""

from __future__ import annotations


def ratio(part: int, whole: int) -> float | None:
    """``part / whole``; None where there was nothing to count."""
    return part / whole if whole else None


def f1(precision: float | None, recall: float | None) -> float | None:
    """Harmonic mean; None where either is unknown, 0 where both are 0."""
    if precision is None or recall is None:
        return None
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
