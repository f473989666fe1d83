"""Where two who meet stand, and where their hands are when one gives the other something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.simulation.passing import APART_M
from inference.simulation.walkers import REACH_S
from inference.simulation.ways import Ways

Floats = NDArray[np.float64]

TOGETHER_M = (APART_M, 0.85)
"""Nearest and farthest that two stand from each other whose hands are to meet: an arm's length each, bent.
Interpersonal distance of people who know each other is 0.45 to 1.2 m (Hall 1966)."""
HERE_M = 1.0
"""Whoever stands within this of the middle of a slot is there already."""
GREET_S = (0.5, 1.5)
"""How long they stand together before anything is done ..."""
STAND_S = (0.9, 1.8)
"""... and before their hands meet ..."""
PART_S = (0.1, 0.6)
"""... and after the hands are back."""
HAND_HEIGHT_M = (1.0, 1.2)
"""Where hands meet: between the hip and the chest of an adult."""


class HandsMeet(NamedTuple):
    """When, seconds after both stand together, and how high; and when they part."""

    t: float
    height: float
    end: float


def hands_meet(rng: np.random.Generator) -> HandsMeet:
    """One hand-over by chance."""
    t = float(rng.uniform(*STAND_S))
    height = float(rng.uniform(*HAND_HEIGHT_M))
    return HandsMeet(t, height, t + REACH_S + float(rng.uniform(*PART_S)))


def stand_together(a: Floats, b: Floats, ways: Ways) -> bool:
    """Whether two at these places are near enough, with nothing between them."""
    away = float(np.hypot(*(a - b)))
    return TOGETHER_M[0] - 1e-6 <= away <= TOGETHER_M[1] and len(ways.way(a, b)) == 2


def beside(place: Floats, start: Floats, others: Sequence[Floats], ways: Ways) -> Floats:
    """Where to stand, coming from ``start``, with somebody who stands at ``place``.

    The nearest of the places at arm's length on which nobody of ``others`` stands; where there is none, one
    where somebody does. Raises ``ValueError`` where nobody can stand there at all.
    """
    away = np.hypot(*(ways.cells - place).T)
    near = np.flatnonzero((away >= TOGETHER_M[0]) & (away <= TOGETHER_M[1]) & ways.reachable(start))
    order = near[np.argsort(np.hypot(*(ways.cells[near] - start).T), kind="stable")]
    open_to = [cell for cell in ways.cells[order] if len(ways.way(place, cell)) == 2]
    for cell in open_to:
        if all(np.hypot(*(cell - xy)) >= APART_M for xy in others):
            return np.asarray(cell)
    if not open_to:
        x, y = place.tolist()
        raise ValueError(f"nobody can stand beside somebody at {x:.2f}, {y:.2f}: the aisle is too narrow")
    return np.asarray(open_to[0])
