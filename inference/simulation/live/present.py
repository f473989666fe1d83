"""Somebody who is in a live store."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from inference.recording.truth import TrueMove
from inference.simulation.movements import BodyNow, Movement
from inference.simulation.passing import Passer
from inference.simulation.walkers import RATE_HZ, Walker

Floats = NDArray[np.float64]


@dataclass
class Visitor:
    """Somebody from their coming to their leaving."""

    passer: Passer
    token: str | None
    """On the card that opens the gate; staff have none."""
    look: Floats
    """What cameras recognise them by, a unit vector; empty where there are no appearances."""
    started_at: float
    """Store time of the store's start."""
    carries: Counter[str] = field(default_factory=Counter)
    """sku -> units, as can be seen now."""
    moves: list[TrueMove] = field(default_factory=list)
    """What their hands did, and what they are about to do."""

    def __post_init__(self) -> None:
        self._movement: Movement | None = None

    @property
    def walker(self) -> Walker:
        """Their way."""
        return self.passer.walker

    @property
    def person(self) -> str:
        """Who."""
        return self.walker.plan.person

    @property
    def staff(self) -> bool:
        """Whether they work here."""
        return self.walker.plan.staff

    def is_here(self, t: float) -> bool:
        """Whether they are in the store ``t`` seconds from its start."""
        return self.walker.first <= t * RATE_HZ < self.walker.last

    def add(self, moves: list[TrueMove]) -> None:
        """What a hand is about to do."""
        self.moves += moves
        self._movement = None

    def body(self, t: float) -> BodyNow:
        """How they look at ``t`` seconds from the store's start."""
        if self._movement is None:
            self._movement = Movement(self.walker, self.moves, self.started_at)
        return self._movement.at(t)
