"""Whether the floor's uncertainty means what it says: covariances of places, confidence in identities.

A covariance is right when the share of truths inside an ellipse is what the ellipse promises: those whose
squared Mahalanobis distance is below the quantile of chi-squared with two degrees of freedom. The mean of
these squares (NEES, normalised estimation error squared; Bar-Shalom et al., "Estimation with Applications to
Tracking and Navigation", 2001, 5.4) is then 2; above, the floor is too sure of itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.evaluation.beliefs import Beliefs
from inference.evaluation.comparison import Comparison
from inference.evaluation.following import Following
from inference.evaluation.rates import ratio
from inference.evaluation.trails import true_trails
from inference.recording.truth import TruePath

Array = NDArray[np.float64]

ELLIPSES = (0.50, 0.90, 0.95)
_LIMITS = tuple(-2.0 * math.log(1.0 - p) for p in ELLIPSES)
"""Quantiles of chi-squared with two degrees of freedom, where it is an exponential distribution."""
PROMISES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99, 1.0)
"""Edges of the classes of promised probabilities; the upper edge belongs to the class."""


class EllipseScore(msgspec.Struct, frozen=True):
    """Shares of the truths inside the ellipses of 50, 90 and 95 %. None where there was nothing to count."""

    samples: int
    inside_50: float | None
    inside_90: float | None
    inside_95: float | None
    mean_nees: float | None
    """2 when the covariances are right."""


class PromiseScore(msgspec.Struct, frozen=True):
    """Where the promise was above ``above`` and at most ``to``."""

    above: float
    to: float
    samples: int
    promised: float
    """Mean of the promised probabilities."""
    kept: float
    """Share in which the track was on the person whom its number stands for."""


class IdentityScore(msgspec.Struct, frozen=True):
    """``Person.identity`` against whom the track was on. None where there was nothing to count."""

    samples: int
    promised: float | None
    kept: float | None
    brier: float | None
    """Mean of (promise - kept)^2: 0 is best."""
    classes: tuple[PromiseScore, ...]


class Calibration(msgspec.Struct, frozen=True):
    """Samples are not independent: errors of one person last for seconds."""

    seen: EllipseScore
    """People whom a camera saw in the last second."""
    hidden: EllipseScore
    """The others: their ellipse is the spread of where they may be."""
    identity: IdentityScore


@dataclass(frozen=True, slots=True)
class EllipseTally:
    """Counts, which may be added up."""

    samples: int
    inside: tuple[int, int, int]
    """By :data:`ELLIPSES`."""
    nees: float
    """Sum."""

    def __add__(self, other: EllipseTally) -> EllipseTally:
        """Of both together."""
        (a, b, c), (d, e, f) = self.inside, other.inside
        return EllipseTally(self.samples + other.samples, (a + d, b + e, c + f), self.nees + other.nees)

    def score(self) -> EllipseScore:
        """As shares."""
        n = self.samples
        half, most, nearly_all = (ratio(count, n) for count in self.inside)
        return EllipseScore(n, half, most, nearly_all, self.nees / n if n else None)


@dataclass(frozen=True, slots=True)
class IdentityTally:
    """Per class of :data:`PROMISES`, which may be added up."""

    samples: Array
    promised: Array
    """Sum."""
    kept: Array
    squares: float
    """Sum of (promise - kept)^2."""

    def __add__(self, other: IdentityTally) -> IdentityTally:
        """Of both together."""
        return IdentityTally(
            self.samples + other.samples,
            self.promised + other.promised,
            self.kept + other.kept,
            self.squares + other.squares,
        )

    def score(self) -> IdentityScore:
        """As shares; classes without samples are left out."""
        n = int(self.samples.sum())
        classes = tuple(
            PromiseScore(PROMISES[i], PROMISES[i + 1], int(count), float(p / count), float(k / count))
            for i, (count, p, k) in enumerate(zip(self.samples, self.promised, self.kept, strict=True))
            if count
        )
        if not n:
            return IdentityScore(0, None, None, None, ())
        return IdentityScore(
            n, float(self.promised.sum() / n), float(self.kept.sum() / n), self.squares / n, classes
        )


@dataclass(frozen=True, slots=True)
class CalibrationTally:
    """All of it."""

    seen: EllipseTally
    hidden: EllipseTally
    identity: IdentityTally

    def __add__(self, other: CalibrationTally) -> CalibrationTally:
        """Of both together."""
        return CalibrationTally(
            self.seen + other.seen, self.hidden + other.hidden, self.identity + other.identity
        )

    def score(self) -> Calibration:
        """As shares."""
        return Calibration(self.seen.score(), self.hidden.score(), self.identity.score())


def tally_calibration(
    beliefs: Beliefs, comparison: Comparison, following: Following, paths: Sequence[TruePath]
) -> CalibrationTally:
    """Compare every belief with whom its track follows, or followed last, while they are there.

    So a place that is wrong by more than the matching's gate counts too, until another track takes over.
    """
    person = _whose(beliefs, comparison, following)
    true = _true_places(beliefs.t, person, comparison.names, paths)
    known = np.isfinite(true).all(axis=1)
    squares = mahalanobis2(true - beliefs.xy, beliefs.covariance)
    named = [following.named.get(track, -1) for track in beliefs.track.tolist()]
    kept = np.array(named, dtype=int) == np.array(person, dtype=int)
    return CalibrationTally(
        seen=tally_ellipses(squares[known & beliefs.seen]),
        hidden=tally_ellipses(squares[known & ~beliefs.seen]),
        identity=tally_promises(beliefs.identity[known], kept[known]),
    )


def mahalanobis2(apart: Array, covariance: Array) -> Array:
    """Squared Mahalanobis distances ``[N]`` of ``apart`` ``[N, 2]``; ``covariance`` ``[N, 3]``: xx, xy, yy.

    Infinite where a covariance is not positive definite.
    """
    (dx, dy), (xx, xy, yy) = apart.T, covariance.T
    det = xx * yy - xy * xy
    proper = (det > 0.0) & (xx > 0.0)
    over = dx * dx * yy - 2.0 * dx * dy * xy + dy * dy * xx
    return np.where(proper, over / np.where(proper, det, 1.0), np.inf)


def tally_ellipses(squares: Array) -> EllipseTally:
    """Count the squared Mahalanobis distances ``[N]`` inside each ellipse."""
    half, most, nearly_all = (int((squares <= limit).sum()) for limit in _LIMITS)
    return EllipseTally(len(squares), (half, most, nearly_all), float(squares.sum()))


def tally_promises(promised: Array, kept: NDArray[np.bool_]) -> IdentityTally:
    """Count promises ``[N]`` (probabilities) and whether they were kept, by class."""
    size = len(PROMISES) - 1
    number = np.clip(np.searchsorted(PROMISES, promised, side="left") - 1, 0, size - 1)
    return IdentityTally(
        samples=np.bincount(number, minlength=size).astype(float),
        promised=np.bincount(number, promised, minlength=size).astype(float),
        kept=np.bincount(number, kept, minlength=size).astype(float),
        squares=float(((promised - kept) ** 2).sum()),
    )


def _whose(beliefs: Beliefs, comparison: Comparison, following: Following) -> list[int]:
    """Number of the person whom each belief's track follows then; -1 where it is nobody yet."""
    if not comparison.steps:
        return [-1] * len(beliefs.t)
    # The nearest step: a belief belongs to the matching that it was part of.
    number = np.rint((beliefs.t - comparison.steps[0].t) / comparison.period_s).astype(int).tolist()
    return [
        following.whose[step].get(track, -1) if 0 <= step < len(following.whose) else -1
        for step, track in zip(number, beliefs.track.tolist(), strict=True)
    ]


def _true_places(t: Array, person: Sequence[int], names: Sequence[str], paths: Sequence[TruePath]) -> Array:
    """Where they truly were ``[N, 2]``; NaN where they were not there."""
    found = np.full((len(t), 2), np.nan)
    numbers = np.array(person, dtype=int)
    of_name: Mapping[str, int] = {name: i for i, name in enumerate(names)}
    for name, trail in true_trails(paths):
        own = np.flatnonzero((numbers == of_name[name]) & ~np.isfinite(found[:, 0]))
        found[own] = trail.at(t[own])
    return found
