"""How people give way to each other: whoever walks moves aside, whoever stands stays."""

from __future__ import annotations

import numpy as np

from inference.simulation.walkers import RATE_HZ, Inside, Walker
from inference.simulation.ways import Ways

APART_M = 0.55
"""How close two people stand or pass."""
FARTHEST_M = 0.45
"""So far from where they meant to be does nobody go."""
DECAY = 0.92
"""Of that is left with each sample."""


class Passer:
    """Somebody who gives way while they walk."""

    def __init__(self, walker: Walker) -> None:
        self.walker = walker
        self.aside = (0.0, 0.0)
        """How far they are from where they meant to be, metres."""
        self._moving = (np.hypot(*np.gradient(walker.xy, axis=0).T) * RATE_HZ > 0.2).tolist()

    def is_here(self, n: int) -> bool:
        """Whether they are in the store at sample ``n``."""
        return self.walker.first <= n < self.walker.last

    def is_moving(self, n: int) -> bool:
        """Whether they meant to walk at sample ``n``."""
        return bool(self._moving[n - self.walker.first])


def keep_apart(walkers: list[Walker], ways: Ways) -> None:
    """Let people give way. Changes ``xy`` in place."""
    passers, here = [Passer(walker) for walker in walkers], Inside(walkers)
    for n in range(min((w.first for w in walkers), default=0), max((w.last for w in walkers), default=0)):
        give_way([passers[i] for i in here.at(n)], n, ways)


def give_way(here: list[Passer], n: int, ways: Ways) -> None:
    """Sample ``n`` of everybody who is there. Call with each ``n`` in turn; changes ``xy`` in place."""
    # In plain numbers: there are few people at once, and thousands of samples.
    planned: list[list[float]] = [p.walker.xy[n - p.walker.first].tolist() for p in here]
    for i, passer in enumerate(here):
        x, y = planned[i]
        aside_x, aside_y = DECAY * passer.aside[0], DECAY * passer.aside[1]
        if passer.is_moving(n):
            for j, other in enumerate(here):
                if j != i:
                    away_x = x + aside_x - planned[j][0] - other.aside[0]
                    away_y = y + aside_y - planned[j][1] - other.aside[1]
                    if abs(away_x) < APART_M and abs(away_y) < APART_M:
                        push_x, push_y = _push(away_x, away_y)
                        aside_x, aside_y = aside_x + push_x, aside_y + push_y
        if abs(aside_x) > 0.7 * FARTHEST_M or abs(aside_y) > 0.7 * FARTHEST_M:
            length = float(np.hypot(aside_x, aside_y))
            if length > FARTHEST_M:
                back = FARTHEST_M / length
                aside_x, aside_y = aside_x * back, aside_y * back
        can = ways.can_stand(x + aside_x, y + aside_y)
        if not can:
            aside_x, aside_y = 0.5 * aside_x, 0.5 * aside_y
            can = ways.can_stand(x + aside_x, y + aside_y)
        passer.aside = (aside_x, aside_y)
        if can:
            passer.walker.xy[n - passer.walker.first] = (x + aside_x, y + aside_y)


def _push(x: float, y: float) -> tuple[float, float]:
    """How far somebody moves aside whom another is this far from."""
    distance = float(np.hypot(x, y))
    if distance >= APART_M or distance < 1e-6:
        return 0.0, 0.0
    less = APART_M - distance
    return x / distance * less * 0.12, y / distance * less * 0.12
