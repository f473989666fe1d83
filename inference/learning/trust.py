"""What places and hands are worth when it is asked who did it: a temperature of the engine's own posterior.

The engine multiplies likelihood ratios of where people stood and where hands were seen. Detectors that are
surer of themselves than they are right make them too large. With an exponent b,

    P(who) ~ P_stated(who)^b,

and b is what makes the persons that people named most probable (temperature scaling: Guo et al. 2017), with a
log-normal prior around 1. Only events that a person has answered count: what was issued says nothing of
whether it was right to be sure. Only among the people whom the event names: who is not followed at all is
another matter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from inference.learning import settings as s
from inference.learning.cases import Settled, worths
from inference.learning.held_out import Floats, Gain, Indices, held_out_gain

Era = tuple[float, float]
"""Since when, store time, and the exponent from then on."""


class TrustEstimate(msgspec.Struct, frozen=True):
    """The exponent, and how sure it is."""

    who: float
    low: float
    high: float
    events: float
    reviewed: int
    left_out: int
    """Answers that name nobody whom the event named."""
    gain: Gain


def fit_trust(shares: Sequence[Floats], worth: Floats) -> tuple[float, float]:
    """The exponent and the standard deviation of its logarithm.

    ``shares``: of each event, log of what was stated of each person, whom the answer names first. No events:
    ``(1, TRUST_SD)``.
    """

    def loss(log_b: float) -> float:
        b = math.exp(log_b)
        total = 0.5 * (log_b / s.TRUST_SD) ** 2
        for some, w in zip(shares, worth.tolist(), strict=True):
            total -= w * _log_first(some, b)
        return total

    low, high = (math.log(limit) for limit in s.TRUST_RANGE)
    from scipy.optimize import minimize_scalar  # a third of a second, and a window starts without it

    found = float(minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-4}).x)
    step = 0.05
    curve = (loss(found + step) - 2 * loss(found) + loss(found - step)) / step**2
    return math.exp(found), 1.0 / math.sqrt(max(curve, 1.0 / s.TRUST_SD**2))


def _log_first(some: Floats, b: float) -> float:
    powered = b * some
    return float(powered[0] - np.logaddexp.reduce(powered))


def estimate_trust(in_force: float, events: Sequence[Settled], eras: Sequence[Era] = ()) -> TrustEstimate:
    """From events that a person has answered, of which there was more than one who may have done it.

    ``eras``: since when which exponent was reckoned with, in order of time; 1 before the first.
    """
    asked = [event for event in events if event.reviewed]
    stated = [(event, some) for event in asked if (some := _shares(event)) is not None]
    several = [(event, some) for event, some in stated if len(some) > 1]
    worth = np.array(worths([event for event, _ in several]))
    # what would have been stated with an exponent of 1
    shares = [some / _reckoned_with(event.t, eras) for event, some in several]

    def difference(train: Indices, test: Indices) -> Floats:
        made, _ = fit_trust([shares[i] for i in train.tolist()], worth[train])
        return np.array(
            [_log_first(shares[i], made) - _log_first(shares[i], in_force) for i in test.tolist()]
        )

    who, sd = fit_trust(shares, worth)
    factor = math.exp(s.INTERVAL_SDS * sd)
    return TrustEstimate(
        who=who,
        low=who / factor,
        high=who * factor,
        events=float(worth.sum()),
        reviewed=len(several),
        left_out=len(asked) - len(stated),
        gain=held_out_gain(worth, difference),
    )


def _reckoned_with(t: float, eras: Sequence[Era]) -> float:
    return next((who for since, who in reversed(eras) if since <= t), 1.0)


def _shares(event: Settled) -> Floats | None:
    """Log of what was stated of each person, whom the answer names first; None: it names nobody of them."""
    right = event.answer.doers()
    stated: dict[tuple[int, ...], float] = {}
    for explanation in event.explanations:
        tracks = tuple(sorted(explanation.doers()))
        if tracks:
            stated[tracks] = stated.get(tracks, 0.0) + explanation.probability
    mine = stated.pop(tuple(sorted(right)), None)
    if not right or mine is None:
        return None
    return np.log(np.maximum([mine, *stated.values()], s.FLOOR))
