"""Tracks on the floor against true paths: CLEAR MOT, identity scores, HOTA, position error, calibration.

MOTA and identity switches after Bernardin and Stiefelhagen (2008), IDF1 after Ristani et al. (2016), as
py-motmetrics computes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.evaluation.beliefs import Beliefs
from inference.evaluation.calibration import Calibration, CalibrationTally, tally_calibration
from inference.evaluation.comparison import Comparison, compare
from inference.evaluation.following import Following, follow
from inference.evaluation.hota import HotaScore, HotaTally, tally_hota
from inference.evaluation.rates import ratio
from inference.evaluation.trails import Trail, evaluation_times, read_tracks, true_trails
from inference.recording.truth import TruePath

__all__ = [
    "GATE_M",
    "TrackScore",
    "TrackTally",
    "Trail",
    "evaluation_times",
    "examine_tracks",
    "read_tracks",
    "score_tracks",
    "true_trails",
]

GATE_M = 1.0
"""A track farther than this from a person does not follow them."""


class TrackScore(msgspec.Struct, frozen=True):
    """How well the tracks followed the people."""

    steps: int
    period_s: float | None
    """Of the steps; None for a sum over recordings that differ."""
    people: int
    tracks: int
    true: int
    """Positions of people, summed over the steps."""
    found: int
    """Positions of tracks, summed over the steps, less those on people to be ignored."""
    matches: int
    misses: int
    false: int
    switches: int
    """Times a person got another track than their last one: CLEAR MOT's identity switches."""
    swaps: int
    """Times a track went over from one person to another. Two people who are exchanged are two."""
    swaps_per_100_visits: float | None
    """A visit: one person of the truth."""
    mota: float | None
    idf1: float | None
    precision: float | None
    recall: float | None
    error_median_m: float | None
    """Distance between track and person where they match."""
    error_p90_m: float | None
    error_mean_m: float | None
    hota: HotaScore | None
    """None where there was neither a person nor a track."""
    calibration: Calibration | None
    """None where only ``tracks.csv`` is known: it says nothing of covariance and identity."""


@dataclass(frozen=True, slots=True)
class TrackTally:
    """What the scores are made of. Those of several recordings may be added up."""

    period_s: float | None
    steps: int
    people: int
    tracks: int
    true: int
    found: int
    misses: int
    false: int
    switches: int
    swaps: int
    idtp: int
    errors_m: NDArray[np.float64]
    """Of every match."""
    hota: HotaTally
    calibration: CalibrationTally | None

    def __add__(self, other: TrackTally) -> TrackTally:
        """Of both together; calibration of those that have one."""
        calibration = self.calibration or other.calibration
        if self.calibration is not None and other.calibration is not None:
            calibration = self.calibration + other.calibration
        return TrackTally(
            period_s=self.period_s if self.period_s == other.period_s else None,
            steps=self.steps + other.steps,
            people=self.people + other.people,
            tracks=self.tracks + other.tracks,
            true=self.true + other.true,
            found=self.found + other.found,
            misses=self.misses + other.misses,
            false=self.false + other.false,
            switches=self.switches + other.switches,
            swaps=self.swaps + other.swaps,
            idtp=self.idtp + other.idtp,
            errors_m=np.concatenate([self.errors_m, other.errors_m]),
            hota=self.hota + other.hota,
            calibration=calibration,
        )

    def score(self) -> TrackScore:
        """The figures."""
        matches = len(self.errors_m)
        wrong = ratio(self.misses + self.false + self.switches, self.true)
        per_visit = ratio(self.swaps, self.people)
        errors = self.errors_m
        return TrackScore(
            steps=self.steps,
            period_s=self.period_s,
            people=self.people,
            tracks=self.tracks,
            true=self.true,
            found=self.found,
            matches=matches,
            misses=self.misses,
            false=self.false,
            switches=self.switches,
            swaps=self.swaps,
            swaps_per_100_visits=None if per_visit is None else 100.0 * per_visit,
            mota=None if wrong is None else 1.0 - wrong,
            idf1=ratio(2 * self.idtp, self.true + self.found),
            precision=ratio(matches, matches + self.false),
            recall=ratio(matches, self.true),
            error_median_m=float(np.median(errors)) if errors.size else None,
            error_p90_m=float(np.percentile(errors, 90)) if errors.size else None,
            error_mean_m=float(errors.mean()) if errors.size else None,
            hota=self.hota.score(),
            calibration=None if self.calibration is None else self.calibration.score(),
        )


@dataclass(frozen=True, slots=True)
class TrackExamination:
    """The tally, and what it was counted from."""

    comparison: Comparison
    following: Following
    tally: TrackTally


def score_tracks(
    paths: Sequence[TruePath],
    tracks: Mapping[int, Trail],
    *,
    period_s: float | None = None,
    gate_m: float = GATE_M,
    beliefs: Beliefs | None = None,
) -> TrackScore:
    """As :func:`examine_tracks`, the figures alone."""
    return examine_tracks(paths, tracks, period_s=period_s, gate_m=gate_m, beliefs=beliefs).tally.score()


def examine_tracks(
    paths: Sequence[TruePath],
    tracks: Mapping[int, Trail],
    *,
    period_s: float | None = None,
    gate_m: float = GATE_M,
    beliefs: Beliefs | None = None,
) -> TrackExamination:
    """Compare at every step of the truth; a track on a person to be ignored counts neither way.

    ``beliefs``: what the replay believed, for the calibration. Raises :class:`EvaluationError` when
    py-motmetrics is not installed.
    """
    comparison = compare(paths, tracks, period_s, gate_m)
    following = follow(comparison)
    calibration = None
    if beliefs is not None:
        calibration = tally_calibration(beliefs, comparison, following, paths)
    tally = TrackTally(
        period_s=comparison.period_s,
        steps=len(comparison.steps),
        people=len(comparison.names),
        tracks=comparison.tracks,
        true=sum(len(step.people) for step in comparison.steps),
        found=sum(len(step.tracks) for step in comparison.steps),
        misses=sum(map(len, following.missed)),
        false=sum(map(len, following.false)),
        switches=len(following.switches),
        swaps=following.swaps,
        idtp=following.idtp,
        errors_m=following.distances,
        hota=tally_hota(comparison.steps, gate_m),
        calibration=calibration,
    )
    return TrackExamination(comparison, following, tally)
