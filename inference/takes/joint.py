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


def again(a: ShelfEvent, b: ShelfEvent) -> bool:
    """True: one scale felt the same kind of thing twice within a moment: perhaps one person's doing."""
    return (
        len(a.changes) == len(b.changes) == 1
        and a.changes[0].scale == b.changes[0].scale
        and a.stir is None
        and b.stir is None
        and a.delta_g * b.delta_g > 0
        and abs(a.t_peak - b.t_peak) <= s.AGAIN_S
    )


def at_once(a: ShelfEvent, b: ShelfEvent) -> bool:
    """True: one hand can hardly have done both."""
    return overlap(a, b) and abs(a.t_peak - b.t_peak) < s.ONE_HAND_S


def assign(
    events: Sequence[ShelfEvent],
    scores: Sequence[Mapping[Doer, float]],
    slots: Sequence[Mapping[Doer, Mapping[str, float]]] = (),
) -> list[dict[Doer, float]]:
    """Posterior of each event's doer, all events of one scene together.

    ``scores``: per event, log joint score of each doer. ``slots``: per event, of each doer, how likely each
    slot is where it reached in. The joint score of an assignment is the scores' sum, less a penalty where one
    hand is in two events at once, and more where one person does the same thing again. Assignments are kept
    in a beam, best first.
    """
    beam: list[tuple[float, tuple[Doer, ...]]] = [(0.0, ())]
    for n, options in enumerate(scores):
        before = [i for i in range(n) if at_once(events[i], events[n])]
        alike = [i for i in range(n) if slots and again(events[i], events[n])]
        grown = [
            (
                score
                + more
                + _conflicts(before, chosen, doer)
                + sum(_again(chosen[i], doer, slots[i], slots[n]) for i in alike),
                (*chosen, doer),
            )
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


def _again(
    a: Doer, b: Doer, slots_a: Mapping[Doer, Mapping[str, float]], slots_b: Mapping[Doer, Mapping[str, float]]
) -> float:
    """Log of how much likelier it is that one person, rather than two, reached twice into one slot."""
    who = {track for track, _ in a.hands}
    if len(who) != 1 or who != {track for track, _ in b.hands} or not (a.charged and b.charged):
        return 0.0
    here, there = slots_a.get(a, {}), slots_b.get(b, {})
    same = sum(p * there.get(slot, 0.0) for slot, p in here.items())
    return math.log1p((s.AGAIN - 1.0) * same)


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
