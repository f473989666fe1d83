"""Hands that meet away from the shelves: goods may go from one shopper to another, and no scale feels that.

Two who stand together, and whose hands are found in one place by two cameras each, or pass it in one camera's
picture, may have handed something on. What that means for their carts is said in ``hand_overs``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from inference.messages import Hand, HandsMet, Person
from inference.visits import settings as s
from inference.visits.state import Met, VisitsState
from store_layout.model import Point2, Point3, StoreLayout

Matrix = NDArray[np.float64]


class Hands:
    """Watches for hands that meet; what it remembers is in the visits' state."""

    def __init__(self, layout: StoreLayout) -> None:
        self._low = np.array([slot.low for slot in layout.file.slot]).reshape(-1, 3) - s.MET_SHELF_M
        self._high = np.array([slot.high for slot in layout.file.slot]).reshape(-1, 3) + s.MET_SHELF_M

    def note(self, state: VisitsState, t: float, people: Sequence[Person]) -> list[HandsMet]:
        """Take in what was seen of hands up to ``t``; hands that met are noted with both visits."""
        for person in people:
            if person.hands and person.track in state.visits:
                state.hands.setdefault(person.track, []).extend(person.hands)
        if t - state.hands_at < s.MET_STEP_S:
            return []
        state.hands_at = t
        state.hands = {
            track: kept
            for track, hands in state.hands.items()
            if track in state.visits and (kept := [hand for hand in hands if t - hand.t <= s.MET_WITHIN_S])
        }
        met = []
        for a, b in combinations([p for p in people if _stands(p) and p.track in state.hands], 2):
            token = state.visits[a.track].token
            if token is not None and token == state.visits[b.track].token:
                continue  # they pay together
            at = self._where(a, state.hands[a.track], b, state.hands[b.track], t)
            if at is not None:
                met += _remember(state, t, (a.track, b.track), at)
        return met

    def _where(
        self, a: Person, mine: Sequence[Hand], b: Person, other: Sequence[Hand], t: float
    ) -> Point3 | None:
        """Where hands of theirs are in one place, as two cameras agree or one sees well; None: nowhere."""
        apart = math.dist(a.position, b.position)
        if not s.MET_APART_M[0] <= apart <= s.MET_APART_M[1]:
            return None
        gaps = {
            (i, j): (math.dist(x, y), x, y)
            for i, x in self._found(mine).items()
            for j, y in self._found(other).items()
        }
        gap, x, y = min(gaps.values(), default=(math.inf, *2 * ((0.0, 0.0, 0.0),)))
        if gap <= s.MET_M and apart >= s.MET_BENT_M:
            return (x[0] + y[0]) / 2.0, (x[1] + y[1]) / 2.0, (x[2] + y[2]) / 2.0
        middle = _between(a.position, b.position)
        if self._in_shelf(np.array(middle)):
            return None
        seen = _together(
            a.position,
            b.position,
            [
                (x, y)
                for x in mine
                for y in other
                if x.sensor == y.sensor and x.t == y.t and t - x.t <= s.MET_SEEN_S
                if gaps.get((x.side, y.side), (0.0,))[0] <= s.MET_KNOWN_M
            ],
        )
        sure = max(seen, default=0.0) >= s.MET_SURE
        return middle if sure and sum(max(score, s.MET_AGAINST) for score in seen) > 0.0 else None

    def _found(self, hands: Sequence[Hand]) -> dict[str, Point3]:
        """Where each of somebody's hands is that is held out, and not into a shelf, as two cameras agree."""
        found: dict[str, Point3] = {}
        for side in ("left", "right"):
            fused = _fused([hand for hand in hands if hand.side == side])
            if fused is not None and fused[2] >= s.MET_HEIGHT_M and not self._in_shelf(fused):
                x, y, z = fused.tolist()
                found[side] = (x, y, z)
        return found

    def _in_shelf(self, at: Matrix) -> bool:
        return bool(((at >= self._low) & (at <= self._high)).all(axis=1).any())


def _stands(person: Person) -> bool:
    return math.hypot(*person.velocity) <= s.MET_MPS


def _fused(hands: Sequence[Hand]) -> Matrix | None:
    """Product of the sights' Gaussians, each by how likely it is of that hand: shape (3,), metres.

    None where fewer than two cameras saw it, or it is not known well.
    """
    if len({hand.sensor for hand in hands}) < 2:
        return None
    likely = np.array([hand.score * hand.side_score for hand in hands])
    parts = likely[:, None, None] * np.linalg.inv(_matrices(hands) + np.eye(3) * s.MET_MOVES_M**2)
    information = parts.sum(axis=0)
    if np.linalg.eigvalsh(information)[0] < 1.0 / s.MET_SD_M**2:
        return None
    means = np.array([hand.mean for hand in hands])
    return np.asarray(np.linalg.solve(information, (parts @ means[:, :, None]).sum(axis=0)[:, 0]))


def _together(a: Point2, b: Point2, pairs: Sequence[tuple[Hand, Hand]]) -> list[float]:
    """For each camera the most that it says for hands of two who stand there having met, log units.

    ``pairs``: a hand of either, seen in one picture.

    A likelihood ratio of two Gaussians over both sights: both hands at one place halfway between the two, up
    to the cameras' errors, against each hanging beside its owner's body. A camera knows hardly how far away
    a hand is, but its line of sight passes the place in between or it does not.
    """
    if not pairs:
        return []
    seen = np.array([[*x.mean, *y.mean] for x, y in pairs])
    errors = np.zeros((len(pairs), 6, 6))
    errors[:, :3, :3] = _matrices([x for x, _ in pairs]) + np.eye(3) * s.MET_HAND_M**2
    errors[:, 3:, 3:] = _matrices([y for _, y in pairs]) + np.eye(3) * s.MET_HAND_M**2
    along = np.subtract(b, a) / math.dist(a, b)
    wide, deep, high = s.MET_AT_SD_M
    place = np.diag([wide**2, wide**2, high**2])
    place[:2, :2] += (deep**2 - wide**2) * np.outer(along, along)
    middle = _between(a, b)
    met = _log_normal(seen - [*middle, *middle], errors + np.tile(place, (2, 2)))
    out, up = s.HANGING_SD_M
    hang = np.diag([out**2, out**2, up**2] * 2)
    apart = _log_normal(seen - [*a, s.HANGING_M, *b, s.HANGING_M], errors + hang)
    true = np.array([x.score * y.score for x, y in pairs])
    ratio = np.log(s.MET_FALSE + true * np.exp(np.minimum(met - apart, s.MET_MOST)))
    best: dict[str, float] = {}
    for (x, _), score in zip(pairs, ratio.tolist(), strict=True):
        best[x.sensor] = max(score, best.get(x.sensor, -math.inf))
    return list(best.values())


def _matrices(hands: Sequence[Hand]) -> Matrix:
    """Covariances, shape (N, 3, 3)."""
    rows = np.array([hand.covariance for hand in hands])
    return np.asarray(rows[:, [0, 1, 2, 1, 3, 4, 2, 4, 5]].reshape(-1, 3, 3))


def _log_normal(off: Matrix, covariances: Matrix) -> Matrix:
    """Log densities of N deviations (N, D) with covariances (N, D, D)."""
    _, log_det = np.linalg.slogdet(covariances)
    squares = np.einsum("ni,ni->n", off, np.linalg.solve(covariances, off[:, :, None])[:, :, 0])
    return np.asarray(-0.5 * (squares + log_det + off.shape[1] * math.log(2.0 * math.pi)))


def _between(a: Point2, b: Point2) -> Point3:
    """Where hands of two meet who stand there."""
    return (a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0, s.MET_AT_M


def _remember(state: VisitsState, t: float, tracks: tuple[int, int], at: Point3) -> list[HandsMet]:
    """With both visits; told of once, however long they are at it."""
    known = next((m for m in reversed(state.visits[tracks[0]].met) if m.track == tracks[1]), None)
    if known is not None and t - known.t <= s.MET_AGAIN_S:
        name, told = known.id, list[HandsMet]()
    else:
        name = f"hands:{tracks[0]}-{tracks[1]}@{t:.3f}"
        told = [HandsMet(name, t, tracks, at)]
    for track, other in (tracks, tracks[::-1]):
        visit = state.visits[track]
        visit.met = [*(m for m in visit.met if m.id != name), Met(name, t, other)]
    return told
