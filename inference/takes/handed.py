"""Goods that one takes from a shelf and another is seen to hold a moment later: they were handed on.

No scale feels that, and hands that meet are seldom seen by two cameras. But whoever got something holds it
for a while, who never took it: looks into their hands say so, as they say who took what (see ``contents``).
Only of two who stood together meanwhile. What the other took, gave back or has in the cart explains looks as
well.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from inference.messages import HandsMet, ItemMove, ShelfEvent
from inference.takes import settings as s
from inference.takes.contents import Contents
from inference.takes.people import SIDES
from inference.takes.state import Look, Moved, Place, Taken, TakesState

Holdings = Mapping[int, Mapping[str, float]]


def note(state: TakesState, event: ShelfEvent, moved: tuple[Moved, ...]) -> None:
    """What was moved in an event, as it is explained now; who got what was taken shows a little later."""
    looked = any(taken.looked for taken in state.taken if taken.event.id == event.id)
    state.taken = [taken for taken in state.taken if taken.event.id != event.id]
    if moved:
        state.taken.append(Taken(event, moved, looked))
    _plan(state)


def _plan(state: TakesState) -> None:
    waiting = [taken.event.t_peak for taken in state.taken if not taken.looked]
    state.taken_due = min(waiting) + s.HANDED_DUE_S if waiting else 0.0


def due(state: TakesState, t: float) -> bool:
    """Whether there is anything to look for at time ``t``."""
    return 0.0 < state.taken_due <= t


def handed(state: TakesState, t: float, holdings: Holdings) -> list[HandsMet]:
    """Who was seen with what another had taken, of all takings whose time has come; each is told of once."""
    found: list[HandsMet] = []
    others = [moved for taken in state.taken for moved in taken.moved]
    for n, taken in enumerate(state.taken):
        if taken.looked or taken.event.t_peak + s.HANDED_DUE_S > t:
            continue
        state.taken[n] = msgspec.structs.replace(taken, looked=True)
        for mine in taken.moved:
            if mine.taken and mine.probability >= s.HANDED_TAKEN:
                found += _others_with_it(state, taken.event, mine, others, holdings)
    state.taken = [taken for taken in state.taken if t - taken.event.t_peak < s.KEPT_S]
    _plan(state)
    return found


def _others_with_it(
    state: TakesState, event: ShelfEvent, mine: Moved, others: Sequence[Moved], holdings: Holdings
) -> Iterator[HandsMet]:
    for track, looks in state.looks.items():
        if track == mine.track or not _named(looks, mine):
            continue
        theirs = [moved for moved in others if moved.track == track]
        got = _Got(event, mine.sku, looks, holdings.get(track, {}), theirs)
        at = max(_together(state, mine, track), key=got.log_ratio, default=None)
        if at is not None and got.log_ratio(at) >= s.HANDED_SEEN:
            a, b = (_place(state.places[who], at) for who in (mine.track, track))
            middle = (0.5 * (a.x + b.x), 0.5 * (a.y + b.y), s.HAND_HEIGHT_M)
            yield HandsMet(f"hands:{mine.track}-{track}@{at:.3f}", at, (mine.track, track), middle)


def _named(looks: Sequence[Look], mine: Moved) -> bool:
    """Whether enough looks name the goods at all: the rest need not be asked."""
    named = 0
    for look in looks:
        if mine.t < look.t <= mine.t + s.HANDED_DUE_S:
            share = dict(look.holding.products).get(mine.sku, 0.0)
            named += share * look.holding.known >= s.HANDED_NAMED
    return named >= s.HANDED_LOOKS


def _together(state: TakesState, mine: Moved, track: int) -> Iterator[float]:
    """Times after the taking at which both stood at arm's length, and a moment before as well."""
    both = state.places.get(mine.track, ()), state.places.get(track, ())
    if not all(both):
        return
    for step in range(round(s.HANDED_WITHIN_S / s.HANDED_STEP_S)):
        t = mine.t + s.HAND_ON_S + s.HANDED_STEP_S * step
        if all(_apart(*both, at) <= s.HANDED_APART_M for at in (t - s.HAND_ON_S, t)):
            yield t


def _apart(mine: Sequence[Place], theirs: Sequence[Place], t: float) -> float:
    a, b = _place(mine, t), _place(theirs, t)
    if max(abs(a.t - t), abs(b.t - t)) > s.HANDED_STEP_S:
        return math.inf
    return math.hypot(a.x - b.x, a.y - b.y)


def _place(places: Sequence[Place], t: float) -> Place:
    return min(places, key=lambda p: (abs(p.t - t), p.t))


class _Got(NamedTuple):
    """What somebody may have got of another."""

    event: ShelfEvent
    sku: str
    looks: Sequence[Look]
    """Into their hands."""
    cart: Mapping[str, float]
    moved: Sequence[Moved]
    """What they themselves took and gave back."""

    def log_ratio(self, t: float) -> float:
        """Log likelihood ratio of the looks if they got it at ``t``, into either hand."""
        got = msgspec.structs.replace(self.event, t_peak=t)
        shown = Contents(got, self.looks, self.cart, self.moved)
        return max(shown.log_ratio(side, (ItemMove(self.sku, 1, ""),)) for side in SIDES)
