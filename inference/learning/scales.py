"""How one scale errs: what a reading is off by at rest, and a change beside that."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from inference.learning import settings as s
from inference.learning.cases import Moved, Rest, worths
from inference.learning.held_out import NO_GAIN, Floats, Gain, Indices, held_out_gain
from inference.learning.weights import Weight, log_tailed, precisions
from inference.takes import settings as takes


class ScaleEstimate(msgspec.Struct, frozen=True):
    """One number of one scale, grams."""

    scale: str
    sd_g: float
    low_g: float
    high_g: float
    """It lies between these with 95 %."""
    events: float
    """What it rests on, events or stretches of rest."""
    reviewed: int
    gain: Gain


def fit_change_sd(excess_in_force: float, rest: Floats, known_var: Floats, worth: Floats) -> float:
    """Standard deviation of what neither units nor noise explain of residuals ``rest`` (N,), grams.

    ``known_var``: variance that they explain. Expectation-maximisation with a scaled inverse chi-squared
    prior around ``excess_in_force``, as for unit weights.
    """
    prior = excess_in_force**2
    var = max(prior, float(np.median(rest**2)) if len(rest) else prior)
    for _ in range(s.ROUNDS):
        total = var + known_var
        robust = worth * precisions(rest, np.sqrt(total))
        share = var / total
        seen = float((robust * (share * rest) ** 2 + worth * share * known_var).sum())
        before, var = var, (s.CHANGE_WORTH * prior + seen) / (s.CHANGE_WORTH + float(worth.sum()))
        if abs(math.sqrt(var) - math.sqrt(before)) < s.SETTLED_G:
            break
    return max(s.LEAST_CHANGE_SD_G, math.sqrt(var))


def estimate_change_sd(
    scale: str, usual: float, in_force: float, moved: Sequence[Moved], weights: Mapping[str, Weight]
) -> ScaleEstimate:
    """From events that this scale alone felt. ``usual``: of any scale. ``weights``: as they would be."""
    worth = np.array(worths([m.event for m in moved]))
    units = np.array([float(m.units) for m in moved])
    mean = np.array([weights[m.sku].mean_g for m in moved])
    rest = np.array([m.grams for m in moved]) - units * mean
    spread = (
        units * np.array([weights[m.sku].sd_g ** 2 for m in moved]) + (takes.WEIGHT_ERROR * units * mean) ** 2
    )
    noise = np.array([max(0.0, m.noise_sd_g**2 - in_force**2) for m in moved])
    known = spread + noise

    def difference(train: Indices, test: Indices) -> Floats:
        made = fit_change_sd(usual, rest[train], known[train], worth[train])
        after, before = np.sqrt(known[test] + made**2), np.sqrt(known[test] + in_force**2)
        return log_tailed(rest[test], after) - log_tailed(rest[test], before)

    sd = fit_change_sd(usual, rest, known, worth)
    freedom = s.CHANGE_WORTH + float(worth.sum())
    return ScaleEstimate(
        scale=scale,
        sd_g=sd,
        **_interval(sd, freedom),
        events=float(worth.sum()),
        reviewed=sum(m.event.reviewed for m in moved),
        gain=held_out_gain(worth, difference),
    )


def fit_noise(said: float, sds: Floats, readings: Floats) -> float:
    """Noise of one reading from stretches of rest (N,): their pooled variance, with what the file says."""
    freedom = np.maximum(readings - 1.0, 0.0)
    var = (s.REST_WORTH * said**2 + float((freedom * sds**2).sum())) / (s.REST_WORTH + float(freedom.sum()))
    return max(s.LEAST_NOISE_SD_G, math.sqrt(var))


def estimate_noise(scale: str, said: float, in_force: float, rests: Sequence[Rest]) -> ScaleEstimate:
    """From stretches in which nobody touched it. ``said``: by the store's file. Gain is by the reading."""
    readings = np.array([float(rest.readings) for rest in rests])
    sds = np.array([rest.sd_g for rest in rests])

    def difference(train: Indices, test: Indices) -> Floats:
        made = fit_noise(said, sds[train], readings[train])
        square = sds[test] ** 2
        return np.asarray(
            0.5 * square * (1 / in_force**2 - 1 / made**2) - math.log(made) + math.log(in_force)
        )

    sd = fit_noise(said, sds, readings)
    gain = held_out_gain(readings, difference) if len(rests) else NO_GAIN
    return ScaleEstimate(
        scale=scale,
        sd_g=sd,
        **_interval(sd, s.REST_WORTH + float(np.maximum(readings - 1.0, 0.0).sum())),
        events=float(len(rests)),
        reviewed=0,
        gain=gain,
    )


def _interval(sd: float, freedom: float) -> dict[str, float]:
    """Of a standard deviation with so many degrees of freedom, by the normal limit of its logarithm."""
    factor = math.exp(s.INTERVAL_SDS / math.sqrt(2.0 * max(1.0, freedom)))
    return {"low_g": sd / factor, "high_g": sd * factor}


def resting_sd(grams: Floats) -> float:
    """Noise of one reading from readings (N,) at rest, two at least, grams.

    By differences of neighbours, which slow drift hardly touches (von Neumann 1941); robust against single
    spikes.
    """
    steps = np.abs(np.diff(grams))
    # A resolution of a gram makes small medians coarse: the mean of what is not a spike is finer.
    usual = steps[steps <= max(5.0 * float(np.median(steps)), 3.0)]
    return float(np.sqrt(np.mean(usual**2) / 2.0))


def quiet_stretches(
    scale: str, t: Sequence[float], grams: Sequence[float], moment: float
) -> tuple[Rest, ...]:
    """Where a trace around an event is at rest: before and after ``moment``, and level throughout."""
    times, values = np.asarray(t, np.float64), np.asarray(grams, np.float64)
    found = []
    for side in (times < moment - s.REST_AWAY_S, times > moment + s.REST_AWAY_S):
        some = values[side]
        if len(some) < s.REST_READINGS:
            continue
        sd, half = resting_sd(some), len(some) // 2
        step = abs(float(some[:half].mean() - some[half:].mean()))
        if sd > 0.0 and step <= s.REST_STEP_SES * sd * math.sqrt(2.0 / half):
            found.append(Rest(scale, float(times[side][0]), len(some), sd))
    return tuple(found)
