"""What may be wrong with simulated scales: silent or stuck for a while, zeroed anew, drifting away.

The goods on them, hands, and all other scales stay as they are without the fault.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.messages import Outage
from inference.simulation.faults import silence
from store_layout.model import StoreLayout

Floats = NDArray[np.float64]

LATE_S = 3.0
"""A scale is noticed to be silent after this long without a reading."""


class ScaleSilent(msgspec.Struct, frozen=True, kw_only=True, tag="scale_silent"):
    """A scale sends nothing for a while. Times are seconds from the start."""

    scale: str
    from_s: float
    for_s: float


class ScaleStuck(msgspec.Struct, frozen=True, kw_only=True, tag="scale_stuck"):
    """A scale repeats one value for a while."""

    scale: str
    from_s: float
    for_s: float


class ScaleRezeroed(msgspec.Struct, frozen=True, kw_only=True, tag="scale_rezeroed"):
    """A scale calls what lies on it nothing, from one moment on."""

    scale: str
    at_s: float


class ScaleDrifts(msgspec.Struct, frozen=True, kw_only=True, tag="scale_drifts"):
    """A scale creeps away, from one moment on."""

    scale: str
    from_s: float
    g_per_min: float


ScaleFault = ScaleSilent | ScaleStuck | ScaleRezeroed | ScaleDrifts


def check_scale_faults(faults: Iterable[ScaleFault], layout: StoreLayout) -> None:
    """Raise ``ValueError`` that lists every fault that cannot be."""
    problems = []
    for i, fault in enumerate(faults):
        if fault.scale not in layout.scales:
            problems.append(f"scale_faults[{i}]: the store has no scale {fault.scale!r}")
        numbers = [value for value in msgspec.structs.astuple(fault) if isinstance(value, float)]
        if not all(isfinite(number) for number in numbers):
            problems.append(f"scale_faults[{i}]: times and grams must be finite")
        if isinstance(fault, ScaleSilent | ScaleStuck) and fault.for_s <= 0:
            problems.append(f"scale_faults[{i}]: for_s must be above 0")
    if problems:
        raise ValueError("; ".join(problems))


class FaultyScale:
    """What is wrong with one scale. It remembers the value it is stuck at, and the load it calls nothing."""

    def __init__(self, faults: Iterable[ScaleFault], scale: str) -> None:
        self._faults = [fault for fault in faults if fault.scale == scale]
        self._last: float | None = None
        self._zero = 0.0
        self._zeroed: set[float] = set()

    def says(self, t: Floats, grams: list[float | None]) -> list[float | None]:
        """What it says at ``t`` (seconds from the start) instead of ``grams``; call in order of time."""
        if not self._faults:
            return grams
        return [self._one(at, value) for at, value in zip(t.tolist(), grams, strict=True)]

    def _one(self, t: float, grams: float | None) -> float | None:
        stuck = silent = False
        for fault in self._faults:
            match fault:
                case ScaleSilent():
                    silent = silent or fault.from_s <= t < fault.from_s + fault.for_s
                case ScaleStuck():
                    stuck = stuck or fault.from_s <= t < fault.from_s + fault.for_s
                case ScaleDrifts():
                    if grams is not None:
                        grams += max(0.0, t - fault.from_s) * fault.g_per_min / 60.0
                case ScaleRezeroed():
                    if t >= fault.at_s and fault.at_s not in self._zeroed and grams is not None:
                        self._zeroed.add(fault.at_s)
                        self._zero = grams
        if stuck and self._last is not None:
            return None if silent else self._last
        if grams is None or silent:
            return None
        self._last = round(grams - self._zero, 3)
        return self._last


def scale_outages(faults: Iterable[ScaleFault], started_at: float, end: float) -> list[Outage]:
    """What is noticed of silent scales, in order: that one is silent, and when it is back."""
    found = [
        outage
        for fault in faults
        if isinstance(fault, ScaleSilent)
        for outage in silence(fault.scale, "scale", started_at + fault.from_s, fault.for_s, LATE_S)
    ]
    return sorted((o for o in found if o.t <= started_at + end), key=lambda o: (o.t, o.device))
