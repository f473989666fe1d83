"""How people look at one moment, as far as a picture shows it: stance, gait, hands, and what is in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.recording.truth import TrueMove
from inference.simulation.bodies import reached
from inference.simulation.walkers import RATE_HZ, Reach, Walker

Floats = NDArray[np.float64]
Side = Literal["left", "right"]

TURN_S = 0.25
"""Time constant of turning round."""
HELD_S = 2.6
"""How long somebody looks at what they took before it goes into the bag."""
FETCHED_S = 1.4
"""How long before a put-back the unit is in the hand again."""
SOON_S = HELD_S + FETCHED_S
"""What is given to somebody within this time of being taken was never put into the bag."""
LOOK_DOWN = 0.35
"""How far a head is bent over a shelf, radians."""


class ReachNow(msgspec.Struct, frozen=True):
    """A hand on its way to a slot or back."""

    side: Side
    target: tuple[float, float, float]
    share: float
    """0 at the side, 1 in the slot."""


class BodyNow(msgspec.Struct, frozen=True):
    """One person at one moment."""

    person: str
    height: float
    staff: bool
    x: float
    y: float
    heading: float
    """Where the chest points, radians."""
    walked: float
    """Metres since they came in: places the feet."""
    speed: float
    """Metres a second."""
    browsing: bool
    reaches: tuple[ReachNow, ...] = ()
    held: tuple[tuple[Side, str], ...] = ()
    """What is in which hand: skus."""


class Movement:
    """One walker's visit, ready to be asked for any moment."""

    def __init__(self, walker: Walker, moves: Iterable[TrueMove], started_at: float) -> None:
        """``moves``: what this person truly took and put back, in store time."""
        self.walker = walker
        steps = np.hypot(*np.diff(walker.xy, axis=0).T) if len(walker.xy) > 1 else np.zeros(0)
        self._walked = np.concatenate([[0.0], np.cumsum(steps)])
        self._speed = _smooth(np.concatenate([steps, steps[-1:]]) * RATE_HZ if len(steps) else np.zeros(1))
        self._heading = _turned(walker.heading)
        self._holds = list(_holds(walker, moves, started_at))
        self._reach_times = [reach.t for reach in walker.reaches]

    def there(self, t: float) -> bool:
        """Whether they are in the store, ``t`` seconds from the start."""
        return self.walker.first <= t * RATE_HZ < self.walker.last

    def at(self, t: float) -> BodyNow:
        """How they are at ``t`` seconds from the start."""
        place = float(np.clip(t * RATE_HZ - self.walker.first, 0, len(self.walker.xy) - 1))
        numbers = np.arange(len(self.walker.xy))
        x, y = (float(np.interp(place, numbers, self.walker.xy[:, k])) for k in (0, 1))
        speed = float(np.interp(place, numbers, self._speed))
        reaches = tuple(
            ReachNow(reach.side, reach.target, share)
            for reach in self._near(t)
            if (share := reached(t - reach.t)) > 0.0
        )
        return BodyNow(
            person=self.walker.plan.person,
            height=self.walker.height,
            staff=self.walker.plan.staff,
            x=x,
            y=y,
            heading=float(np.interp(place, numbers, self._heading)),
            walked=float(np.interp(place, numbers, self._walked)),
            speed=speed,
            browsing=speed < 0.1,
            reaches=reaches,
            held=tuple((side, sku) for a, b, side, sku in self._holds if a <= t < b),
        )

    def _near(self, t: float) -> list[Reach]:
        at = bisect_right(self._reach_times, t)
        return self.walker.reaches[max(0, at - 1) : at + 1]


def _holds(
    walker: Walker, moves: Iterable[TrueMove], started_at: float
) -> Iterable[tuple[float, float, Side, str]]:
    """From, to, hand and sku of everything that this person has in a hand."""
    me = walker.plan.person
    changes = [(move.t - started_at, move.sku, move.count > 0) for move in moves]
    given = [(handed.t, handed.sku) for handed in walker.handed if handed.giver == me]
    kept = {give: _just_taken(changes, *give) for give in given}
    until = {taken: give for give, taken in kept.items() if taken is not None}
    changes += [(handed.t, handed.sku, handed.receiver == me) for handed in walker.handed]
    for t, sku, comes in changes:
        reach = min(walker.reaches, key=lambda r: abs(r.t - t), default=None)
        if reach is None:
            continue
        if comes:
            end, _ = until.get((t, sku), (0.0, sku))
            yield t, max(end, _held_until(walker, reach, t)), reach.side, sku
        elif kept.get((t, sku)) is None:
            yield _held_from(walker, reach, t), t, reach.side, sku


def _just_taken(changes: Iterable[tuple[float, str, bool]], t: float, sku: str) -> tuple[float, str] | None:
    """When what is given at ``t`` was taken, if so little before that it is still in the hand."""
    found = [(at, what) for at, what, comes in changes if comes and what == sku and t - SOON_S < at < t]
    return max(found, default=None)


def _held_until(walker: Walker, reach: Reach, t: float) -> float:
    """What came into a hand at ``t`` is looked at, unless the hand is wanted elsewhere."""
    busy = min((o - 0.6 for o in _others(walker, reach) if o > t), default=t + HELD_S)
    return min(t + HELD_S, max(busy, t + 0.6))


def _held_from(walker: Walker, reach: Reach, t: float) -> float:
    """What leaves a hand at ``t`` was fetched before, as soon as the hand was free."""
    free = max((o + 0.6 for o in _others(walker, reach) if o < t), default=t - FETCHED_S)
    return max(t - FETCHED_S, min(free, t - 0.6))


def _others(walker: Walker, reach: Reach) -> list[float]:
    return [r.t for r in walker.reaches if r.side == reach.side and r.t != reach.t]


def _smooth(values: Floats) -> Floats:
    kernel = np.hanning(9)[1:-1]
    padded = np.pad(values, 3, mode="edge")
    return np.asarray(np.convolve(padded, kernel / kernel.sum(), mode="valid"))


def _turned(heading: Floats) -> Floats:
    """Headings without jumps: nobody turns at once. Unwrapped, so that they can be interpolated."""
    smooth = np.unwrap(heading)
    keep = float(np.exp(-1.0 / (TURN_S * RATE_HZ)))
    for n in range(1, len(smooth)):
        smooth[n] = keep * smooth[n - 1] + (1.0 - keep) * smooth[n]
    return np.asarray(smooth)
