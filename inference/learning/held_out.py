"""Whether an estimate says more about events that it was not made from."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.learning import settings as s

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class Gain(msgspec.Struct, frozen=True):
    """Nats an event by which held-out log loss falls; negative: it grows."""

    mean: float
    error: float
    """Standard error of the mean."""

    @property
    def sure(self) -> bool:
        """Large enough to be proposed."""
        return self.mean >= s.LEAST_GAIN and self.mean >= s.LEAST_GAIN_SES * self.error


NO_GAIN = Gain(0.0, 0.0)


def held_out_gain(worth: Floats, difference: Callable[[Indices, Indices], Floats]) -> Gain:
    """Gain over all events, each judged by an estimate made without it.

    ``difference(train, test)``: for each event of ``test``, log density by what ``train`` teaches less that
    by what is in force. ``worth`` (N,): what each event counts. Fewer than two events give no gain.
    """
    n = len(worth)
    if n < 2:
        return NO_GAIN
    every = np.arange(n)
    found = np.zeros(n)
    for part in range(min(n, s.FOLDS)):
        test = every[part :: min(n, s.FOLDS)]
        found[test] = difference(np.setdiff1d(every, test), test)
    total = worth.sum()
    mean = float((worth * found).sum() / total)
    # Effective sample size of Kish (1965): uneven weights tell less than their number says.
    effective = total**2 / (worth**2).sum()
    spread = float((worth * (found - mean) ** 2).sum() / total)
    return Gain(mean, float(np.sqrt(spread / max(1.0, effective - 1.0))))
