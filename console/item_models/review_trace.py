"""What the scales said around an event, as one line; and who was where at a moment."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import msgspec
import numpy as np

from inference.evidence.manifest import Evidence, FloorMoment, Standing, Trace

BEFORE_S = 1.0
"""The level before is the median of so long at the beginning."""
TRAIL_S = 2.0


class WeightLine(msgspec.Struct, frozen=True):
    """All scales of an event together, against the level before."""

    t: tuple[float, ...] = ()
    grams: tuple[float, ...] = ()


def weight_line(traces: Sequence[Trace]) -> WeightLine:
    """The sum of the scales, each against its own level before; at the times at which any of them spoke."""
    told = [trace for trace in traces if len(trace.t) > 1]
    if not told:
        return WeightLine()
    times = np.unique(np.concatenate([np.array(trace.t) for trace in told]))
    total = np.zeros(len(times))
    for trace in told:
        at, grams = np.array(trace.t), np.array(trace.grams)
        before = float(np.median(grams[at <= at[0] + BEFORE_S]))
        total += np.interp(times, at, grams - before)
    return WeightLine(tuple(times.tolist()), tuple(total.round(2).tolist()))


def weight_at(line: WeightLine, t: float) -> float | None:
    """Grams at a moment; None outside of the line."""
    if not line.t or not line.t[0] <= t <= line.t[-1]:
        return None
    return line.grams[bisect_right(line.t, t) - 1]


def floor_at(evidence: Evidence, t: float) -> FloorMoment | None:
    """Who was where at a moment, or as near to it as is known."""
    return min(evidence.floor, key=lambda moment: abs(moment.t - t), default=None)


def trails(evidence: Evidence, t: float) -> dict[int, list[tuple[float, float]]]:
    """By track, the way of the last ``TRAIL_S`` seconds, oldest first, metres."""
    found: dict[int, list[tuple[float, float]]] = {}
    for moment in evidence.floor:
        if t - TRAIL_S <= moment.t <= t:
            for person in moment.people:
                found.setdefault(person.track, []).append((person.x, person.y))
    return found


def nearest_first(people: Sequence[Standing], known: Sequence[int]) -> list[Standing]:
    """Those whom a question is about are painted last: over all others."""
    return sorted(people, key=lambda person: (person.track in known, person.track))
