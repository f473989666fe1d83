"""Tracks on the floor against true paths: CLEAR MOT, identity scores and position error.

MOTA and identity switches after Bernardin and Stiefelhagen (2008), IDF1 after Ristani et al. (2016), as
py-motmetrics computes them.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from inference.evaluation.problems import EvaluationError
from inference.recording.truth import TruePath

GATE_M = 1.0
"""A track farther than this from a person does not follow them."""
DEFAULT_PERIOD_S = 0.2
"""Step of the comparison where the truth says none."""
LONGEST_GAP_S = 1.0
"""Between two rows of a track farther apart than this nothing is known of it."""


Places = dict[int, NDArray[np.float64]]
"""Position ``[2]`` by number of the person or track, at one moment."""


class TrackScore(msgspec.Struct, frozen=True):
    """How well the tracks followed the people."""

    steps: int
    period_s: float
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
    mota: float | None
    idf1: float | None
    precision: float | None
    recall: float | None
    error_median_m: float | None
    """Distance between track and person where they match."""
    error_p90_m: float | None
    error_mean_m: float | None


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
    except (OSError, UnicodeDecodeError, csv.Error) as error:
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


def score_tracks(
    paths: Sequence[TruePath],
    tracks: Mapping[int, Trail],
    *,
    period_s: float | None = None,
    gate_m: float = GATE_M,
) -> TrackScore:
    """Compare at every step of the truth; a track on a person to be ignored counts neither way.

    Raises :class:`EvaluationError` when py-motmetrics is not installed.
    """
    paths = [p for p in paths if len(p.t)]
    times = evaluation_times(paths, period_s)
    people, ignored = true_trails(paths), true_trails(paths, ignored=True)
    # motmetrics keeps ids in columns of numbers.
    number = {person: i for i, person in enumerate(dict.fromkeys(person for person, _ in people))}
    true = _steps([(number[person], trail) for person, trail in people], times)
    seen = _steps(list(tracks.items()), times)
    nobody = _steps([(i, trail) for i, (_, trail) in enumerate(ignored)], times)
    accumulator = _metrics().MOTAccumulator(auto_id=False)
    counted = 0
    for step in range(len(times)):
        names = _not_ignored(true[step], seen[step], nobody[step], gate_m)
        counted += len(names)
        distances = _distances(list(true[step].values()), [seen[step][n] for n in names], gate_m)
        accumulator.update(list(true[step]), names, distances, frameid=step)
    score = _summary(accumulator, len(times), period_s or DEFAULT_PERIOD_S)
    followed = {track for places in seen for track in places}
    return msgspec.structs.replace(score, people=len(number), tracks=len(followed), found=counted)


def _metrics() -> Any:
    try:
        import motmetrics
    except ImportError as error:
        raise EvaluationError(
            "tracks are scored with py-motmetrics, which is not installed; pip install 'openaisle[evaluate]'"
        ) from error
    return motmetrics


def _steps(trails: Sequence[tuple[int, Trail]], times: NDArray[np.float64]) -> list[Places]:
    """Who is where at each time; several trails of one number fill each other's gaps."""
    steps: list[Places] = [{} for _ in times]
    for number, trail in trails:
        at = trail.at(times)
        for step in np.flatnonzero(np.isfinite(at).all(axis=1)).tolist():
            steps[step].setdefault(number, at[step])
    return steps


def _distances(
    a: Sequence[NDArray[np.float64]], b: Sequence[NDArray[np.float64]], gate_m: float
) -> NDArray[np.float64]:
    """Distances ``[len(a), len(b)]`` in metres; NaN (motmetrics' "never") beyond the gate."""
    if not a or not b:
        return np.zeros((len(a), len(b)))
    apart = np.linalg.norm(np.stack(a)[:, None] - np.stack(b)[None], axis=2)
    return np.where(apart <= gate_m, apart, np.nan)


def _not_ignored(true: Places, seen: Places, ignored: Places, gate_m: float) -> list[int]:
    """The tracks that do not stand on a person to be ignored, all people shared out jointly."""
    if not ignored or not seen:
        return list(seen)
    places = [*true.values(), *ignored.values()]
    cost = np.nan_to_num(_distances(places, list(seen.values()), gate_m), nan=1e6)
    names = list(seen)
    rows, columns = linear_sum_assignment(cost)
    on_ignored = {names[c] for r, c in zip(rows, columns, strict=True) if cost[r, c] < 1e6 and r >= len(true)}
    return [name for name in names if name not in on_ignored]


def _summary(accumulator: Any, steps: int, period_s: float) -> TrackScore:
    """All that the accumulated steps say; who and how many were there is for the caller to fill in."""
    names = [
        "num_objects",
        "num_detections",
        "num_misses",
        "num_false_positives",
        "num_switches",
        "mota",
        "idf1",
        "precision",
        "recall",
    ]
    values: dict[str, Any] = {}
    if steps:
        values = _metrics().metrics.create().compute(accumulator, metrics=names, return_dataframe=False)
    errors = _errors(accumulator)

    def count(name: str) -> int:
        return int(values.get(name, 0))

    def rate(name: str) -> float | None:
        value = float(values.get(name, math.nan))
        return value if math.isfinite(value) else None

    return TrackScore(
        steps=steps,
        period_s=period_s,
        people=0,
        tracks=0,
        true=count("num_objects"),
        found=0,
        matches=count("num_detections"),
        misses=count("num_misses"),
        false=count("num_false_positives"),
        switches=count("num_switches"),
        mota=rate("mota"),
        idf1=rate("idf1"),
        precision=rate("precision"),
        recall=rate("recall"),
        error_median_m=float(np.median(errors)) if errors.size else None,
        error_p90_m=float(np.percentile(errors, 90)) if errors.size else None,
        error_mean_m=float(errors.mean()) if errors.size else None,
    )


def _errors(accumulator: Any) -> NDArray[np.float64]:
    """Distances of all matched pairs, metres."""
    events = accumulator.mot_events
    matched = events[events["Type"].isin(["MATCH", "SWITCH"])]
    return np.asarray(matched["D"], dtype=np.float64)
