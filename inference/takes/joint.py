"""Who did which of several events at once: a person has two hands."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from inference.messages import ShelfEvent
from inference.takes import settings as s
from inference.takes.people import Side


class Doer(NamedTuple):
    """Whose hands did it: ``(track, side)`` of one person, of two people, or nobody's whom we follow."""

    hands: tuple[tuple[int, Side], ...] = ()
    charged: bool = True
    """False: they brought goods that come from no cart."""


NOBODY = Doer()


def overlap(a: ShelfEvent, b: ShelfEvent) -> bool:
    """True: one scene, to be explained jointly."""
    return (
        a.fixture == b.fixture and a.t_start <= b.t_end + s.OVERLAP_S and b.t_start <= a.t_end + s.OVERLAP_S
    )


def at_once(a: ShelfEvent, b: ShelfEvent) -> bool:
    """True: one hand can hardly have done both."""
    return overlap(a, b) and abs(a.t_peak - b.t_peak) < s.ONE_HAND_S


def assign(events: Sequence[ShelfEvent], scores: Sequence[Mapping[Doer, float]]) -> list[dict[Doer, float]]:
    """Posterior of each event's doer, all events of one scene together.

    ``scores``: per event, log joint score of each doer. The joint score of an assignment is their sum, less a
    penalty where one hand is in two events at once. Assignments are kept in a beam, best first.
    """
    beam: list[tuple[float, tuple[Doer, ...]]] = [(0.0, ())]
    for n, options in enumerate(scores):
        before = [i for i in range(n) if at_once(events[i], events[n])]
        grown = [
            (score + more + _conflicts(before, chosen, doer), (*chosen, doer))
            for score, chosen in beam
            for doer, more in options.items()
        ]
        grown.sort(key=lambda item: -item[0])
        beam = [item for item in grown[: s.BEAM] if item[0] > grown[0][0] - s.KEEP_SCORE]
    top = beam[0][0]
    found: list[dict[Doer, float]] = [{} for _ in events]
    total = sum(math.exp(score - top) for score, _ in beam)
    for score, chosen in beam:
        share = math.exp(score - top) / total
        for n, doer in enumerate(chosen):
            found[n][doer] = found[n].get(doer, 0.0) + share
    return found


def _conflicts(before: Sequence[int], chosen: tuple[Doer, ...], doer: Doer) -> float:
    if not before or not doer.hands:
        return 0.0
    total = 0.0
    for i in before:
        for track, side in doer.hands:
            if (track, side) in chosen[i].hands:
                total += math.log(s.SAME_HAND)
            elif any(other == track for other, _ in chosen[i].hands):
                total += math.log(s.BOTH_HANDS)
    return total
