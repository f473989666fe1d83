"""Hands that meet away from the shelves: goods may go from one shopper to another, and no scale feels that.

Two who stand together, and whose hands are found in one place by two cameras each, may have handed something
on. What that means for their carts is said in ``hand_overs``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from inference.messages import Hand, HandsMet, Person
from inference.visits import settings as s
from inference.visits.state import Met, VisitsState
from store_layout.model import Point3, StoreLayout

Matrix = NDArray[np.float64]


class Hands:
    """Watches for hands that meet; what it remembers is in the visits' state."""

    def __init__(self, layout: StoreLayout) -> None:
        self._low = np.array([slot.low for slot in layout.file.slot]).reshape(-1, 3) - s.MET_SHELF_M
        self._high = np.array([slot.high for slot in layout.file.slot]).reshape(-1, 3) + s.MET_SHELF_M

    def note(self, state: VisitsState, t: float, people: Sequence[Person]) -> list[HandsMet]:
        """Take in what was seen of hands up to ``t``; hands that met are noted with both visits."""
        for person in people:
            seen = [hand for hand in person.hands if hand.score >= s.MET_SCORE]
            if seen and person.track in state.visits:
                state.hands.setdefault(person.track, []).extend(seen)
        if t - state.hands_at < s.MET_STEP_S:
            return []
        state.hands_at = t
        state.hands = {
            track: kept
            for track, hands in state.hands.items()
            if track in state.visits and (kept := [hand for hand in hands if t - hand.t <= s.MET_WITHIN_S])
        }
        if len(state.hands) < 2:
            return []
        standing = [p for p in people if p.track in state.hands and math.hypot(*p.velocity) <= s.MET_MPS]
        near = [
            (a, b)
            for a, b in combinations(standing, 2)
            if s.MET_APART_M[0] <= _apart(a, b) <= s.MET_APART_M[1]
        ]
        at = {track: self._found(state.hands[track]) for track in {p.track for pair in near for p in pair}}
        met = []
        for a, b in near:
            gaps = [(math.dist(x, y), x, y) for x in at[a.track] for y in at[b.track]]
            gap, x, y = min(gaps, default=(math.inf, (), ()))
            if gap <= s.MET_M:
                met += remember(state, t, (a.track, b.track), _between(x, y))
        return met

    def _found(self, hands: Iterable[Hand]) -> list[tuple[float, ...]]:
        """Where each of somebody's hands is that is held out, and not into a shelf, as two cameras agree."""
        found = []
        for side in ("left", "right"):
            fused = _fused([hand for hand in hands if hand.side == side])
            if fused is not None and fused[2] >= s.MET_HEIGHT_M and not self._in_shelf(fused):
                found.append(tuple(fused.tolist()))
        return found

    def _in_shelf(self, at: Matrix) -> bool:
        return bool(((at >= self._low) & (at <= self._high)).all(axis=1).any())


def _apart(a: Person, b: Person) -> float:
    return math.dist(a.position, b.position)


def _fused(hands: Sequence[Hand]) -> Matrix | None:
    """Where a hand is: shape (3,), metres. None where two cameras do not see it, or it is not known well."""
    if len({hand.sensor for hand in hands}) < 2:
        return None
    mean, information = fused(hands)
    return mean if np.linalg.eigvalsh(information)[0] >= 1.0 / s.MET_SD_M**2 else None


def fused(hands: Sequence[Hand]) -> tuple[Matrix, Matrix]:
    """Product of the sights' Gaussians, each by how likely it is of that hand.

    Mean, shape (3,), metres, and information, shape (3, 3), 1/m2. One of them has to be likely at all.
    """
    spreads = np.array([hand.covariance for hand in hands])[:, [0, 1, 2, 1, 3, 4, 2, 4, 5]].reshape(-1, 3, 3)
    likely = np.array([hand.score * hand.side_score for hand in hands])
    parts = likely[:, None, None] * np.linalg.inv(spreads + np.eye(3) * s.MET_MOVES_M**2)
    information = parts.sum(axis=0)
    means = np.array([hand.mean for hand in hands])
    return np.linalg.solve(information, (parts @ means[:, :, None]).sum(axis=0)[:, 0]), information


def _between(x: Sequence[float], y: Sequence[float]) -> Point3:
    middle = [(p + q) / 2.0 for p, q in zip(x, y, strict=True)]
    return middle[0], middle[1], middle[2]


def remember(
    state: VisitsState, t: float, tracks: tuple[int, int], at: Point3, *, inferred: bool = False
) -> list[HandsMet]:
    """With both visits; told of once, however long they are at it."""
    known = next((m for m in reversed(state.visits[tracks[0]].met) if m.track == tracks[1]), None)
    if known is not None and abs(t - known.t) <= s.MET_AGAIN_S:
        name, told = known.id, list[HandsMet]()
    else:
        name = f"hands:{tracks[0]}-{tracks[1]}@{t:.3f}"
        told = [HandsMet(name, t, tracks, at)]
    for track, other in (tracks, tracks[::-1]):
        visit = state.visits[track]
        visit.met = [*(m for m in visit.met if m.id != name), Met(name, t, other, inferred)]
    return told
