"""Where people are believed to be who are not seen, beside where they are: walls say where they cannot be."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from inference.evaluation.calibration import mahalanobis2
from inference.evaluation.tracks import GATE_M, true_trails
from inference.messages import FloorUpdate
from inference.recording.truth import TruePath

STEP_S = 0.2
INSIDE_95 = 5.991
"""Squared Mahalanobis distance (chi2, 2 dof)."""


class HiddenPlaces(msgspec.Struct, frozen=True):
    """Of all steps of all people who are told of as hidden."""

    places: int
    error_mean_m: float
    inside_95: float
    """Share of the true places inside the 95 % ellipse."""


class _Told(msgspec.Struct, frozen=True):
    """One person at one step."""

    t: float
    track: int
    hidden: bool
    xy: tuple[float, float]
    covariance: tuple[float, float, float]


class Watch:
    """Keeps what is told of everybody, step by step."""

    def __init__(self) -> None:
        self._told: list[_Told] = []
        self._next = -np.inf

    def note(self, update: FloorUpdate) -> None:
        """Call with every update."""
        if update.t < self._next:
            return
        self._next = update.t + STEP_S
        self._told += [_Told(update.t, p.track, p.hidden, p.position, p.covariance) for p in update.people]

    def score(self, paths: Sequence[TruePath]) -> HiddenPlaces | None:
        """None where nobody was hidden. A track is whoever it was nearest to in most steps that saw them."""
        times = np.array(sorted({told.t for told in self._told}))
        row = {t: n for n, t in enumerate(times.tolist())}
        trails = [trail.at(times) for _, trail in true_trails(paths)]
        if not trails or not len(times):
            return None
        true = np.stack(trails, axis=1)
        votes: dict[int, NDArray[np.int64]] = {}
        for told in self._told:
            if not told.hidden:
                apart = np.nan_to_num(np.hypot(*(true[row[told.t]] - told.xy).T), nan=np.inf)
                counts = votes.setdefault(told.track, np.zeros(len(trails), dtype=np.int64))
                counts[int(apart.argmin())] += bool(apart.min() <= GATE_M)
        off, covariances = [], []
        for told in self._told:
            counts = votes.get(told.track, np.zeros(1, dtype=np.int64))
            if told.hidden and counts.any():
                apart_xy = true[row[told.t], int(counts.argmax())] - told.xy
                if np.isfinite(apart_xy).all():  # else they have left, or were not there yet
                    off.append(apart_xy)
                    covariances.append(told.covariance)
        if not off:
            return None
        squares = mahalanobis2(np.array(off), np.array(covariances))
        error = float(np.hypot(*np.array(off).T).mean())
        return HiddenPlaces(len(off), error, float((squares < INSIDE_95).mean()))
