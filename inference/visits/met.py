"""Hands that met away from the shelves: goods may have gone from one shopper to another.

No scale feels that. Two who stand together, and whose hands are found in one place by two cameras each, may
have handed something on; within a party it does not matter, between strangers a person has to look.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from inference.messages import Hand, Person
from inference.messages.said import Words, said
from inference.visits import settings as s
from inference.visits.state import Met, Visit, VisitsState
from store_layout.model import StoreLayout

Matrix = NDArray[np.float64]


class Hands:
    """Watches for hands that meet; what it remembers is in the visits' state."""

    def __init__(self, layout: StoreLayout) -> None:
        self._low = np.array([slot.low for slot in layout.file.slot]).reshape(-1, 3) - s.MET_SHELF_M
        self._high = np.array([slot.high for slot in layout.file.slot]).reshape(-1, 3) + s.MET_SHELF_M

    def note(self, state: VisitsState, t: float, people: Sequence[Person]) -> None:
        """Take in what was seen of hands up to ``t``; hands that met are noted with both visits."""
        for person in people:
            if person.hands and person.track in state.visits:
                state.hands.setdefault(person.track, []).extend(person.hands)
        if t - state.hands_at < s.MET_STEP_S:
            return
        state.hands_at = t
        state.hands = {
            track: kept
            for track, hands in state.hands.items()
            if track in state.visits and (kept := [hand for hand in hands if t - hand.t <= s.MET_WITHIN_S])
        }
        if len(state.hands) < 2:
            return
        standing = [p for p in people if p.track in state.hands and math.hypot(*p.velocity) <= s.MET_MPS]
        near = [
            (a, b)
            for a, b in combinations(standing, 2)
            if s.MET_APART_M[0] <= _apart(a, b) <= s.MET_APART_M[1]
        ]
        at = {track: self._found(state.hands[track]) for track in {p.track for pair in near for p in pair}}
        for a, b in near:
            if any(math.dist(x, y) <= s.MET_M for x in at[a.track] for y in at[b.track]):
                _remember(state, t, a.track, b.track)

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
    """Product of the sights' Gaussians, each by how likely it is of that hand: shape (3,), metres.

    None where fewer than two cameras saw it, or it is not known well.
    """
    if len({hand.sensor for hand in hands}) < 2:
        return None
    spreads = np.array([hand.covariance for hand in hands])[:, [0, 1, 2, 1, 3, 4, 2, 4, 5]].reshape(-1, 3, 3)
    likely = np.array([hand.score * hand.side_score for hand in hands])
    parts = likely[:, None, None] * np.linalg.inv(spreads + np.eye(3) * s.MET_MOVES_M**2)
    information = parts.sum(axis=0)
    if np.linalg.eigvalsh(information)[0] < 1.0 / s.MET_SD_M**2:
        return None
    means = np.array([hand.mean for hand in hands])
    return np.asarray(np.linalg.solve(information, (parts @ means[:, :, None]).sum(axis=0)[:, 0]))


def _remember(state: VisitsState, t: float, a: int, b: int) -> None:
    for track, other in ((a, b), (b, a)):
        visit = state.visits[track]
        last = next((met for met in reversed(visit.met) if met.track == other), None)
        if last is None or t - last.t > s.MET_AGAIN_S:
            visit.met = [*visit.met, Met(t, other)]
        else:
            visit.met = [Met(t, other) if met is last else met for met in visit.met]


def changed_hands(state: VisitsState, visit: Visit) -> list[Words]:
    """What is to be said of strangers' hands that met this shopper's while one of them held goods."""
    codes = []
    for met in visit.met:
        other = state.visits.get(met.track)
        known = state.gone.get(met.track) if other is None else other
        if known is None or (other is not None and other.staff):
            continue
        if known.token is not None and known.token == visit.token:
            continue  # of one party: they pay together
        if _kept(state, visit.track, met.t) or _kept(state, met.track, met.t):
            codes.append(known.code)
    return [
        said(
            "The shopper's hands met those of {code}, away from the shelves: goods may have changed hands.",
            code=code,
        )
        for code in dict.fromkeys(codes)
    ]


def _kept(state: VisitsState, track: int, t: float) -> bool:
    """Whether they held something then, by what scales felt, that they were not seen to put back later.

    Of whoever has left too, whose events :class:`Evidence` no longer counts.
    """
    then: dict[str, float] = {}
    now: dict[str, float] = {}
    for attribution in state.attributions.values():
        for explanation in attribution.explanations:
            for sku, units in explanation.units(track).items():
                now[sku] = now.get(sku, 0.0) + explanation.probability * units
                if attribution.event.t_peak <= t:
                    then[sku] = then.get(sku, 0.0) + explanation.probability * units
    return any(min(count, now[sku]) >= s.MET_HELD for sku, count in then.items())
