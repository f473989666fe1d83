"""Who did which of several events at once: a person has two hands."""

from __future__ import annotations

import math
from collections.abc import Sequence

from inference.messages import ShelfEvent
from inference.takes import settings as s
from inference.takes.people import Side

Doer = tuple[int, Side] | None
"""A track and the hand it used; None: nobody whom we follow."""


def overlap(a: ShelfEvent, b: ShelfEvent) -> bool:
    """True: one scene, to be explained jointly."""
    return (
        a.fixture == b.fixture and a.t_start <= b.t_end + s.OVERLAP_S and b.t_start <= a.t_end + s.OVERLAP_S
    )


def assign(events: Sequence[ShelfEvent], scores: Sequence[dict[Doer, float]]) -> list[dict[Doer, float]]:
    """Posterior of each event's doer, all events of one scene together.

    ``scores``: per event, log joint score of each doer. The joint score of an assignment is their sum, less a
    penalty where one hand is in two overlapping events. Assignments are kept in a beam, best first.
    """
    beam: list[tuple[float, tuple[Doer, ...]]] = [(0.0, ())]
    for n, options in enumerate(scores):
        grown = [
            (score + more + _conflicts(events, chosen, n, doer), (*chosen, doer))
            for score, chosen in beam
            for doer, more in options.items()
        ]
        grown.sort(key=lambda item: -item[0])
        beam = grown[: s.BEAM]
    top = beam[0][0]
    found: list[dict[Doer, float]] = [{} for _ in events]
    total = sum(math.exp(score - top) for score, _ in beam)
    for score, chosen in beam:
        share = math.exp(score - top) / total
        for n, doer in enumerate(chosen):
            found[n][doer] = found[n].get(doer, 0.0) + share
    return found


def _conflicts(events: Sequence[ShelfEvent], chosen: tuple[Doer, ...], n: int, doer: Doer) -> float:
    if doer is None:
        return 0.0
    same = sum(1 for i, other in enumerate(chosen) if other == doer and overlap(events[i], events[n]))
    return same * math.log(s.SAME_HAND)
