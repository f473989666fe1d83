"""One visit while it is being laid out: where somebody was at which moments, before it is sampled."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from inference.simulation.plans import Errand, Plan
from inference.simulation.walkers import RATE_HZ, Reach

Floats = NDArray[np.float64]

SMOOTH = 9
"""Samples that corners and starts are smoothed over."""


@dataclass
class Draft:
    """What is settled of a visit so far."""

    plan: Plan
    speed: float
    points: list[tuple[float, Floats]] = field(default_factory=list)
    """When and where; between these they walk straight."""
    facing: list[tuple[float, float, float]] = field(default_factory=list)
    """From, to, heading."""
    reaches: list[Reach] = field(default_factory=list)
    gate_in: str = ""
    entered: float = 0.0
    todo: deque[Errand] = field(default_factory=deque)
    """What is still to come."""
    met: bool = False
    """Whether they stand where they have just met somebody."""

    @property
    def t(self) -> float:
        """Until when it is settled, seconds from the start."""
        return self.points[-1][0]

    @property
    def xy(self) -> Floats:
        """Where they are then."""
        return self.points[-1][1]


def smooth(xy: Floats) -> Floats:
    """Samples of a way ``(N, 2)`` without its corners."""
    if len(xy) < 2:
        return xy
    kernel = np.hanning(SMOOTH + 2)[1:-1]
    kernel /= kernel.sum()
    padded = np.pad(xy, ((SMOOTH // 2, SMOOTH // 2), (0, 0)), mode="edge")
    smooth = [np.convolve(padded[:, k], kernel, mode="valid") for k in (0, 1)]
    return np.column_stack(smooth).astype(np.float64)


def headings(times: Floats, xy: Floats, facing: list[tuple[float, float, float]]) -> Floats:
    """Where the chest points: along the way, and at the shelf while somebody stands there."""
    steps = np.gradient(xy, axis=0) if len(xy) > 1 else np.zeros_like(xy)
    heading = np.arctan2(steps[:, 1], steps[:, 0])
    still = np.hypot(*steps.T) * RATE_HZ < 0.1
    # Whoever stands keeps the heading of the last step.
    last = np.maximum.accumulate(np.where(still, 0, np.arange(len(heading))))
    heading = heading[last]
    for start, end, direction in facing:
        heading[(times >= start) & (times <= end)] = direction
    return np.asarray(heading, dtype=np.float64)
