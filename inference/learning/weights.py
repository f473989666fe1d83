"""What units of one product weigh: a robust fit that starts from the catalogue.

    y = n mu + e,   var e = n sigma^2 + noise^2,   e with the take stage's tail,
    mu ~ N(catalogue, (PRIOR_SHARE catalogue)^2),
    sigma^2 ~ scaled inverse chi^2(SPREAD_WORTH, catalogue's)

The noise of the scales is known, so the normal-inverse-gamma posterior of Gelman et al. (Bayesian Data
Analysis, 3rd ed., 3.3) is not closed, and is climbed by expectation-maximisation (Dempster et al. 1977).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from inference.learning import settings as s
from inference.learning.cases import Moved, worths
from inference.learning.held_out import Floats, Gain, Indices, held_out_gain
from inference.takes import settings as takes


class Weight(msgspec.Struct, frozen=True):
    """Of one unit, grams."""

    mean_g: float
    sd_g: float
    """Spread of units."""
    mean_sd_g: float = 0.0
    """Standard deviation of the mean."""


class WeightEstimate(msgspec.Struct, frozen=True):
    """What events say of one product's weight."""

    sku: str
    weight: Weight
    events: float
    """What they count together."""
    reviewed: int
    """So many of them were answered by a person."""
    gain: Gain


def fit_weight(catalogue: Weight, units: Floats, grams: Floats, noise_sd: Floats, worth: Floats) -> Weight:
    """Posterior of mean and spread, all arguments (N,); none: the catalogue's."""
    prior_sd = s.PRIOR_SHARE * catalogue.mean_g
    least = s.LEAST_SPREAD * catalogue.mean_g
    prior_var = max(catalogue.sd_g, least) ** 2
    if not len(units):
        return Weight(catalogue.mean_g, catalogue.sd_g, prior_sd)
    # Few events off by much would else all be taken for outliers of the catalogue: begin where most of them
    # are.
    mean, var = float(np.median(grams / units)), prior_var
    precision = 0.0
    for _ in range(s.ROUNDS):
        total = units * var + noise_sd**2
        rest = grams - units * mean
        robust = worth * precisions(rest, np.sqrt(total))
        precision = 1.0 / prior_sd**2 + float((robust * units**2 / total).sum())
        moved = float((robust * units * (grams - units * catalogue.mean_g) / total).sum()) / precision
        before, mean = mean, catalogue.mean_g + moved
        rest = grams - units * mean
        share = units * var / total
        unit = robust * (share * rest) ** 2 + worth * share * noise_sd**2  # expected square of the units' own
        seen = float((unit / units).sum())
        var = max(least**2, (s.SPREAD_WORTH * prior_var + seen) / (s.SPREAD_WORTH + float(worth.sum())))
        if abs(mean - before) < s.SETTLED_G:
            break
    return Weight(mean, math.sqrt(var), 1.0 / math.sqrt(precision))


def log_density(weight: Weight, units: Floats, grams: Floats, noise_sd: Floats) -> Floats:
    """Log density of each change by this weight: as the take stage reckons (``inference.takes.products``)."""
    var = units * weight.sd_g**2 + (takes.WEIGHT_ERROR * units * weight.mean_g) ** 2 + noise_sd**2
    return log_tailed(grams - units * weight.mean_g, np.sqrt(var))


def precisions(x: Floats, sd: Floats) -> Floats:
    """Expected precision of each residual, a usual one being 1: less where it is rather of the tail."""

    def log(share: float, factor: float) -> Floats:
        return np.asarray(math.log(share / factor) - 0.5 * (x / (factor * sd)) ** 2)

    near, far = log(1 - takes.TAIL, 1.0), log(takes.TAIL, takes.TAIL_SDS)
    usual = np.exp(near - np.logaddexp(near, far))
    return np.asarray(usual + (1.0 - usual) / takes.TAIL_SDS**2)


def log_tailed(x: Floats, sd: Floats) -> Floats:
    """Log density of a normal with the take stage's tail."""

    def normal(sd: Floats) -> Floats:
        return np.asarray(-0.5 * (x / sd) ** 2 - np.log(sd) - 0.5 * math.log(2 * math.pi))

    near, far = math.log(1 - takes.TAIL) + normal(sd), math.log(takes.TAIL) + normal(takes.TAIL_SDS * sd)
    return np.asarray(np.logaddexp(near, far))


def estimate_weight(sku: str, catalogue: Weight, in_force: Weight, moved: Sequence[Moved]) -> WeightEstimate:
    """What these events of one product say. ``in_force``: what the engine reckons with now."""
    worth = np.array(worths([m.event for m in moved]))
    units = np.array([float(m.units) for m in moved])
    grams = np.array([m.grams for m in moved])
    noise = np.array([m.noise_sd_g for m in moved])

    def difference(train: Indices, test: Indices) -> Floats:
        made = fit_weight(catalogue, units[train], grams[train], noise[train], worth[train])
        seen = units[test], grams[test], noise[test]
        return log_density(made, *seen) - log_density(in_force, *seen)

    return WeightEstimate(
        sku=sku,
        weight=fit_weight(catalogue, units, grams, noise, worth),
        events=float(worth.sum()),
        reviewed=sum(m.event.reviewed for m in moved),
        gain=held_out_gain(worth, difference),
    )
