"""What a simulated visit is: who was where at each moment, and what hands did."""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from inference.simulation.plans import Act, Plan

Floats = NDArray[np.float64]

RATE_HZ = 20
"""Samples of a movement a second."""
REACH_S = 0.7
"""From the hand leaving the side until it is in the slot, and back."""


class Reach(NamedTuple):
    """A hand in a slot at ``t`` (seconds from the start)."""

    t: float
    side: Literal["left", "right"]
    target: tuple[float, float, float]


class Action(NamedTuple):
    """What a hand did there."""

    t: float
    person: str
    act: Act
    slot: str
    sku: str | None
    units: int
    to: str | None = None
    """Whom it is given to."""


class Handed(NamedTuple):
    """Goods that truly went from one hand into another's, ``t`` seconds from the start."""

    t: float
    giver: str
    receiver: str
    sku: str
    units: int


@dataclass
class Walker:
    """One person's visit, sampled at :data:`RATE_HZ` from ``first / RATE_HZ`` seconds on."""

    plan: Plan
    height: float
    first: int
    xy: Floats
    heading: Floats
    """Radians, one per sample: where the chest points."""
    reaches: list[Reach]
    entry: tuple[str, float]
    exit: tuple[str, float]
    """Gate and time of the gate's signal."""
    handed: tuple[Handed, ...] = ()
    """What they gave and got."""

    @property
    def last(self) -> int:
        """Number of the sample after the last."""
        return self.first + len(self.xy)


class Inside:
    """Who is in the store, asked in the order of time: however long the day, only those are looked at."""

    def __init__(self, walkers: Sequence[Walker]) -> None:
        self._spans = [(walker.first, walker.last) for walker in walkers]
        self._due = sorted(range(len(walkers)), key=lambda i: self._spans[i][0], reverse=True)
        self._here: list[int] = []

    def at(self, n: float) -> list[int]:
        """Places in the list, in its order, of who is there at sample ``n``; no earlier one than the last."""
        while self._due and self._spans[self._due[-1]][0] <= n:
            insort(self._here, self._due.pop())
        self._here = [i for i in self._here if n < self._spans[i][1]]
        return self._here
