"""What the course of one event's weight says beside what was before and after: two hands, or only a touch."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from inference.messages import Course, Stir
from inference.shelf_events import settings as s
from inference.shelf_events.state import Settled


class Units(NamedTuple):
    """What whole units of one product on the scale weigh."""

    fewest: Callable[[float, float], int | None]
    """Fewest of them that weigh so many grams, give or take so many; None: no product does."""
    fitting: Callable[[float, float], tuple[float, ...]]
    """What all products and counts weigh exactly that weigh about so much; grams, positive."""
    lightest_g: float
    """Of one unit."""


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
    length = max(3, round(s.PLATEAU_S / trace.period_s))
    simplest = units.fewest(whole.delta_g, whole.sd_g)
    bound = max(s.QUIET_FLOOR_G, s.QUIET_SDS * math.sqrt(trace.noise_var))
    for flat in _flats(trace, length):
        if flat.spread_g > 3.0 * bound or flat.rms_g > bound:
            continue
        changes, sd = _changes(trace, whole, levels, flat, math.sqrt(trace.noise_var))
        # a hand that leans on the plate makes levels too, but not between before and after
        if min(change * whole.delta_g for change in changes) <= 0:
            continue
        if min(abs(change) for change in changes) <= max(least_g, s.MIN_CHANGE_SDS * sd):
            continue
        counts = [n for n in (units.fewest(change, sd) for change in changes) if n is not None]
        if len(counts) < 2:
            continue
        simpler = simplest is not None and simplest < sum(counts)
        if not simpler or _calm_s(trace, flat, length, 3.0 * bound) >= s.LONG_PLATEAU_S:
            return _parts(trace, whole, flat, changes, sd)
    return parted_between_hands(trace, whole, levels, units)


def parted_between_hands(
    trace: Trace, whole: Settled, levels: tuple[float, float], units: Units
) -> tuple[Settled, ...]:
    """In two where one hand came so soon after another that the plate never stood still.

    The level between them is known roughly, with a hand still or already on it. That is enough where goods
    are heavy beside what hands press: only one product and count fits each part, and what is left in the end,
    which is known well, fits both.
    """
    best: tuple[float, tuple[Settled, ...]] | None = None
    for flat in _flats(trace, max(2, round(s.ROUGH_PLATEAU_S / trace.period_s))):
        rough = max(flat.rms_g, math.sqrt(trace.noise_var))
        if rough * s.ROUGH_PARTS > units.lightest_g or (best is not None and rough >= best[0]):
            continue
        least_sd = max(rough, units.lightest_g / s.PRESSED_PARTS)
        known = _whole_units(*_changes(trace, whole, levels, flat, least_sd), units)
        if known is None or not _two_hands(known.grams, whole, rough, units):
            continue
        weighed = _as_weighed(whole, known.grams)
        if weighed is None:
            continue
        parts = _parts(trace, whole, flat, weighed, math.hypot(whole.sd_g, known.sd_g))
        if parts[1].t_peak - parts[0].t_peak >= s.HANDS_APART_S:
            best = rough, parts
    return best[1] if best is not None else ()


class _Known(NamedTuple):
    """What both changes weigh, grams, and how far off each may be."""

    grams: tuple[float, float]
    sd_g: float


def _whole_units(changes: tuple[float, float], sd: float, units: Units) -> _Known | None:
    """What both changes weigh, where only one product and count fits each, or several that weigh alike."""
    if min(abs(change) for change in changes) <= s.MIN_CHANGE_SDS * sd:
        return None
    fitting = [units.fitting(change, sd) for change in changes]
    if not all(fitting):
        return None
    apart = max(max(some) - min(some) for some in fitting)
    if apart > s.ALIKE_G:
        return None
    first, second = (
        math.copysign(0.5 * (min(some) + max(some)), change)
        for some, change in zip(fitting, changes, strict=True)
    )
    return _Known((first, second), 0.5 * apart)


def _two_hands(grams: tuple[float, float], whole: Settled, rough: float, units: Units) -> bool:
    """False: one hand explains as much, by leaning on the plate or with fewer things moved."""
    first, second = grams
    counts = [units.fewest(part, whole.sd_g) or 0 for part in grams]
    if first * second < 0:  # the level lies outside of what was before and after
        return abs(first) >= max(s.PRESSED_G, s.OUTSIDE_PARTS * rough) and min(counts) <= s.OUTSIDE_UNITS
    simplest = units.fewest(whole.delta_g, whole.sd_g)
    return simplest is None or simplest >= sum(counts)


def timed(trace: Trace, whole: Settled, levels: tuple[float, float]) -> tuple[Settled, ...]:
    """The event less hands that came before or after what was moved; what these did comes as stirs after it.

    Where the plate rested between two hands as it was before, or as it was in the end, the change is on the
    other side of that rest, though the other hand may have shaken it more. The other hand changed nothing for
    good: it only touched something, or two made up for each other there.
    """
    length = max(2, round(s.ROUGH_PLATEAU_S / trace.period_s))
    size, (base, final) = abs(whole.delta_g), levels
    calm = [flat for flat in _flats(trace, length) if flat.rms_g * s.TIMED_PARTS <= size]
    before = [flat for flat in calm if abs(flat.level_g - base) * s.TIMED_NEAR <= size]
    after = [flat for flat in calm if abs(flat.level_g - final) * s.TIMED_NEAR <= size]
    start = max((f.end for f in before if not any(a.first < f.first for a in after)), default=0)
    end = min((f.first for f in after if f.first >= start), default=len(trace.grams))
    if end < 2 or start > len(trace.grams) - 2:
        return (whole,)
    part = _part(trace, whole, (start, end), whole.delta_g, whole.sd_g)
    sides = ((0, start), base), ((end, len(trace.grams)), final)
    rests = [_rest(trace, whole, bins, level, part.t_peak) for bins, level in sides]
    moved = whole if abs(part.t_peak - whole.t_peak) < s.HANDS_APART_S else part
    return (moved, *(rest for rest in rests if rest is not None))


def _rest(
    trace: Trace, whole: Settled, bins: tuple[int, int], level: float, moved_at: float
) -> Settled | None:
    """Other hands, between two bins of the trace, that left ``level`` as it was; None: not worth a thought.

    ``moved_at``: when the hand was in that did change something, and shook the plate as well.
    """
    first, end = bins
    others = [n for n in range(first, end) if abs(trace.t[n] - moved_at) >= s.HANDS_APART_S]
    window = max(2, round(s.WINDOW_S / trace.period_s))
    if len(others) < window:
        return None
    theirs = others[0], others[-1] + 1
    felt = msgspec.structs.replace(
        _part(trace, whole, bins, 0.0, whole.sd_g),
        t_peak=_part(trace, whole, theirs, 0.0, whole.sd_g).t_peak,
        peak_sd_g=_shaken(trace.grams[slice(*theirs)], window),
        minor=True,
    )
    stir = stirred(trace._replace(grams=trace.grams[first:end], t=trace.t[first:end]), felt, level)
    if stir is None:
        return None
    return msgspec.structs.replace(felt, stir=msgspec.structs.replace(stir, beside=True))


def _shaken(grams: Sequence[float], window: int) -> float:
    """Largest moving deviation."""
    spans = [grams[i : i + window] for i in range(max(1, len(grams) - window + 1))]
    return max(math.sqrt(sum((g - sum(w) / len(w)) ** 2 for g in w) / len(w)) for w in spans)


def _as_weighed(whole: Settled, grams: tuple[float, float]) -> tuple[float, float] | None:
    """What the units of both parts weigh, made up to what is left in the end; None if that cannot be."""
    off, sum_g = whole.delta_g - sum(grams), sum(abs(g) for g in grams)
    if abs(off) > s.ALONE_SDS * (whole.sd_g + s.UNITS_ERROR * sum_g):
        return None
    first, second = (g + off * abs(g) / sum_g for g in grams)
    return first, second


class _Flat(NamedTuple):
    """Some bins in a row: ``first`` up to ``end``, which is none of them."""

    first: int
    end: int
    level_g: float
    rms_g: float
    """Around the level."""
    spread_g: float
    """Largest less least."""


def _flats(trace: Trace, length: int) -> Iterator[_Flat]:
    for first in range(1, len(trace.grams) - length):
        flat = trace.grams[first : first + length]
        level = sum(flat) / length
        rms = math.sqrt(sum((g - level) ** 2 for g in flat) / length)
        yield _Flat(first, first + length, level, rms, max(flat) - min(flat))


def _changes(
    trace: Trace, whole: Settled, levels: tuple[float, float], flat: _Flat, bin_sd: float
) -> tuple[tuple[float, float], float]:
    """By how much the level changed before and after, grams, and how far off both may be."""
    independent = max(1.0, (flat.end - flat.first) * trace.period_s / s.CORRELATION_S)
    sd = math.hypot(whole.sd_g, bin_sd / math.sqrt(independent))
    return (flat.level_g - levels[0], levels[1] - flat.level_g), sd


def _parts(
    trace: Trace, whole: Settled, flat: _Flat, changes: tuple[float, float], sd: float
) -> tuple[Settled, Settled]:
    return (
        _part(trace, whole, (0, flat.first), changes[0], sd),
        _part(trace, whole, (flat.end, len(trace.grams)), changes[1], sd),
    )


def _calm_s(trace: Trace, flat: _Flat, length: int, bound: float) -> float:
    """For how long the signal stays within the bound of the level that it has there."""
    end = flat.first + length
    while end < len(trace.grams) and abs(trace.grams[end] - flat.level_g) <= bound:
        end += 1
    return (end - flat.first) * trace.period_s


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
        course=None,
    )


def course(trace: Trace, whole: Settled, base: float) -> Course | None:
    """What lay on the plate, or was missing, until the end; None of what took no longer than one hand.

    ``base``: the level before, grams. None too where the trace does not have all of it.
    """
    if whole.t_end - whole.t_start < s.COURSE_FROM_S or not trace.t or trace.t[-1] < whole.t_end:
        return None
    impulse = sum(g - base for g, t in zip(trace.grams, trace.t, strict=True) if t <= whole.t_end)
    return Course(impulse * trace.period_s, s.HAND_IMPULSE_S * whole.peak_sd_g)


def stirred(trace: Trace, whole: Settled, base: float) -> Stir | None:
    """What a plate felt that weighs what it weighed, ``base`` grams; None: nothing worth a thought.

    What one hand presses and pulls cancels but for a little, and what lay there or was missing for a while
    does not: its weight by the time is the impulse. Long rummaging says nothing.
    """
    if whole.peak_sd_g < s.STIRRED_G or len(trace.grams) * trace.period_s > s.STIRRED_S:
        return None
    impulse = sum(g - base for g in trace.grams) * trace.period_s
    return Stir(impulse, s.HAND_IMPULSE_S * whole.peak_sd_g)
