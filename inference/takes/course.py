"""What a plate felt while something was taken and something given back, one right after the other.

The scale feels their sum in the end, which one hand may explain as well. But meanwhile more or less lay there
than one hand leaves: its weight by the time is the impulse, and what hands press and pull cancels.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from inference.messages import ItemMove, ShelfEvent
from inference.takes import settings as s
from store_layout.model import Product

_NEVER = (0.0, -math.inf, -math.inf)


def orders(
    event: ShelfEvent, mine: ItemMove, other: ItemMove, catalogue: Mapping[str, Product]
) -> tuple[float, float, float]:
    """Log weights of two hands' moves: whenever they were in, ``mine`` first, and ``mine`` last.

    Of two that both took, or both gave back, no order is told: one hand that does the same twice leaves as
    much.
    """
    if mine.count * other.count > 0:
        return _NEVER
    a, b = (-move.count * catalogue[move.sku].weight_g for move in (mine, other))
    each = math.log(0.5 * s.IN_ORDER)
    return math.log(1.0 - s.IN_ORDER), each + in_order(event, a, b), each + in_order(event, b, a)


def in_order(event: ShelfEvent, first_g: float, last_g: float) -> float:
    """Log likelihood ratio of the event's impulse if these came or went one after the other, against at once.

    ``first_g``, ``last_g``: grams, positive where they came; half of ``HAND_ON_S`` from the event's start and
    from its end. At once: when the plate was shaken most, or whenever. 0 where nothing is known of it.
    """
    if event.course is None:
        return 0.0
    impulse, sd = event.course.impulse_gs, max(event.course.impulse_sd_gs, 1e-3)
    lasted, half = event.t_end - event.t_start, 0.5 * s.HAND_ON_S
    apart = first_g * (lasted - half) + last_g * half
    spread = s.APART_SD_S * math.hypot(first_g, last_g)
    twice = _leaning(impulse - apart, sd, spread)
    since = event.t_end - event.t_peak
    at_peak = _leaning(impulse - event.delta_g * since, sd, s.PEAK_SD_S * abs(event.delta_g))
    whenever = _even(impulse, event.delta_g * half, event.delta_g * (lasted - half), sd)
    once = 0.5 * (at_peak + whenever)
    return math.log((twice + s.LASTED_FLOOR * once) / once)


def in_any_order(event: ShelfEvent, one_g: float, other_g: float) -> float:
    """The same of one person's two moves, either of them first, or both at once."""
    either = math.exp(in_order(event, one_g, other_g)) + math.exp(in_order(event, other_g, one_g))
    return math.log(1.0 - s.IN_ORDER + 0.5 * s.IN_ORDER * either)


def _leaning(x: float, sd: float, spread: float) -> float:
    """Density of an impulse ``x`` off what goods leave, known to ``spread``; some lean on the shelf."""
    near = (1.0 - s.LEANS) * _density(x, math.hypot(sd, spread))
    far = s.LEANS * _density(x, math.hypot(s.LEANING * sd, spread))
    return near + far + s.PRESSED_HARD / s.FULL_RANGE_G


def _even(x: float, a: float, b: float, sd: float) -> float:
    """The same of goods that leave anything from ``a`` to ``b``."""
    low, high = min(a, b), max(a, b)
    if high - low < sd:
        return _leaning(x - 0.5 * (a + b), sd, 0.0)
    found = s.PRESSED_HARD / s.FULL_RANGE_G
    for share, noise in ((1.0 - s.LEANS, sd), (s.LEANS, s.LEANING * sd)):
        found += share * (_below((x - low) / noise) - _below((x - high) / noise)) / (high - low)
    return found


def _density(x: float, sd: float) -> float:
    return math.exp(-0.5 * (x / sd) ** 2) / (sd * math.sqrt(2.0 * math.pi))


def _below(sds: float) -> float:
    return 0.5 * (1.0 + math.erf(sds / math.sqrt(2.0)))
