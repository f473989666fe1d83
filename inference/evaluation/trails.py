"""Where people and tracks were over time: read from files, and sampled at common times."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.evaluation.problems import EvaluationError
from inference.recording.truth import TruePath

DEFAULT_PERIOD_S = 0.2
"""Step of the comparison where the truth says none."""
LONGEST_GAP_S = 1.0
"""Between two rows of a track farther apart than this nothing is known of it."""


class Trail:
    """Where something was over time, straight between samples; nowhere in a longer gap than is allowed."""

    def __init__(self, t: NDArray[np.float64], xy: NDArray[np.float64], longest_gap_s: float) -> None:
        """``t`` ``[N]`` ascending; ``xy`` ``[N, 2]`` metres."""
        self.t, self.xy, self._gap = t, xy, longest_gap_s

    def at(self, times: NDArray[np.float64], slack_s: float = 1e-3) -> NDArray[np.float64]:
        """Positions ``[K, 2]`` at these times; NaN where it was not there."""
        clamped = np.clip(times, self.t[0], self.t[-1])
        right = np.clip(np.searchsorted(self.t, clamped), 0, len(self.t) - 1)
        left = np.where(self.t[right] > clamped, np.maximum(right - 1, 0), right)
        found = np.stack([np.interp(clamped, self.t, self.xy[:, i]) for i in (0, 1)], axis=1)
        there = np.abs(times - clamped) <= slack_s
        found[~(there & (self.t[right] - self.t[left] <= self._gap))] = np.nan
        return found


def read_tracks(file: Path) -> dict[int, Trail]:
    """Read ``tracks.csv`` (``t,track,x_m,y_m``). Raises :class:`EvaluationError` naming file and line."""
    rows: dict[int, dict[float, tuple[float, float]]] = {}
    try:
        with file.open(newline="", encoding="utf-8") as lines:
            table = csv.DictReader(lines)
            if not {"t", "track", "x_m", "y_m"} <= set(table.fieldnames or ()):
                raise EvaluationError(f"{file}:1: the columns must be t,track,x_m,y_m")
            for row in table:
                t, x, y = (_number(row[name], file, table.line_num) for name in ("t", "x_m", "y_m"))
                rows.setdefault(int(_number(row["track"], file, table.line_num)), {})[t] = (x, y)
    except OSError as error:
        raise EvaluationError(
            f"{file}: cannot be read: {error.strerror}; replay the recording first"
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise EvaluationError(f"{file}: cannot be read: {error}") from error
    return {track: _trail(places) for track, places in sorted(rows.items())}


def _number(text: str | None, file: Path, line: int) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise EvaluationError(f"{file}:{line}: {text!r} is not a number")
    return value


def _trail(places: Mapping[float, tuple[float, float]]) -> Trail:
    times = sorted(places)
    return Trail(np.array(times), np.array([places[t] for t in times]), LONGEST_GAP_S)


def true_trails(paths: Sequence[TruePath], *, ignored: bool = False) -> list[tuple[str, Trail]]:
    """Person and trail of every path that has samples; of those to be ignored, or of the others."""
    return [
        (p.person, Trail(np.array(p.t, float), np.array(p.xy, float), math.inf))
        for p in paths
        if len(p.t) and p.ignore == ignored
    ]


def evaluation_times(paths: Sequence[TruePath], period_s: float | None) -> NDArray[np.float64]:
    """Every period from the first to the last time of the truth; without a period every 0.2 s."""
    known = [t for p in paths for t in (p.t[0], p.t[-1])] if all(len(p.t) for p in paths) else []
    if not known:
        return np.zeros(0)
    first, last, step = min(known), max(known), period_s or DEFAULT_PERIOD_S
    return np.asarray(first + step * np.arange(math.floor((last - first) / step + 1e-6) + 1))
