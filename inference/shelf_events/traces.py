"""What the course of one event's weight says beside what was before and after: two hands, or only a touch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from inference.messages import Stir
from inference.shelf_events import settings as s
from inference.shelf_events.state import Settled

Units = Callable[[float, float], int | None]
"""Fewest whole units of one product that weigh so many grams, give or take so many; None: no product does."""


class Trace(NamedTuple):
    """Bins of one scale from half a window before an event was noticed until it was over."""

    grams: Sequence[float]
    t: Sequence[float]
    period_s: float
    noise_var: float
    """Of a bin's mean while nothing happens."""


def parted(
    trace: Trace, whole: Settled, levels: tuple[float, float], least_g: float, units: Units
) -> tuple[Settled, ...]:
    """The event in two, where the signal stood still in between at a level that whole units explain.

    ``levels``: before and after, grams.
    """
    (base, final), grams = levels, trace.grams
    length = max(3, round(s.PLATEAU_S / trace.period_s))
    simplest = units(whole.delta_g, whole.sd_g)
    bound = max(s.QUIET_FLOOR_G, s.QUIET_SDS * math.sqrt(trace.noise_var))
    for first in range(1, len(grams) - length):
        flat = grams[first : first + length]
        level = sum(flat) / length
        if max(flat) - min(flat) > 3.0 * bound or sum((g - level) ** 2 for g in flat) > length * bound**2:
            continue
        independent = max(1.0, length * trace.period_s / s.CORRELATION_S)
        sd = math.hypot(whole.sd_g, math.sqrt(trace.noise_var / independent))
        one, other = level - base, final - level
        least = max(least_g, s.MIN_CHANGE_SDS * sd)
        # a hand that leans on the plate makes levels too, but not between before and after
        between = min(one * whole.delta_g, other * whole.delta_g) > 0 and min(abs(one), abs(other)) > least
        parts = (units(one, sd), units(other, sd)) if between else (None, None)
        if parts[0] is None or parts[1] is None:
            continue
        simpler = simplest is not None and simplest < parts[0] + parts[1]
        if not simpler or _calm_s(trace, first, length, level, 3.0 * bound) >= s.LONG_PLATEAU_S:
            return _part(trace, whole, (0, first), one, sd), _part(
                trace, whole, (first + length, len(grams)), other, sd
            )
    return ()


def _calm_s(trace: Trace, first: int, length: int, level: float, bound: float) -> float:
    """For how long the signal stays within the bound of a level that it has from bin ``first`` on."""
    end = first + length
    while end < len(trace.grams) and abs(trace.grams[end] - level) <= bound:
        end += 1
    return (end - first) * trace.period_s


def _part(trace: Trace, whole: Settled, bins: tuple[int, int], delta: float, sd: float) -> Settled:
    """What happened between two bins of the trace."""
    first, end = bins
    steps = [abs(b - a) for a, b in pairwise(trace.grams[max(0, first - 1) : end + 1])]
    peak = max(0, first - 1) + max(range(len(steps)), key=steps.__getitem__)
    t_start = whole.t_start if first == 0 else trace.t[first - 1]
    t_end = whole.t_end if end == len(trace.grams) else trace.t[end]
    return msgspec.structs.replace(
        whole,
        t_start=t_start,
        t_peak=min(max(trace.t[peak], t_start), max(t_start, t_end)),
        t_end=max(t_start, t_end),
        delta_g=delta,
        sd_g=sd,
        minor=False,
    )


def stirred(trace: Trace, whole: Settled, base: float) -> Stir | None:
    """What a plate felt that weighs what it weighed, ``base`` grams; None: nothing worth a thought.

    What one hand presses and pulls cancels but for a little, and what lay there or was missing for a while
    does not: its weight by the time is the impulse. Long rummaging says nothing.
    """
    if whole.peak_sd_g < s.STIRRED_G or len(trace.grams) * trace.period_s > s.STIRRED_S:
        return None
    impulse = sum(g - base for g in trace.grams) * trace.period_s
    return Stir(impulse, s.HAND_IMPULSE_S * whole.peak_sd_g)
