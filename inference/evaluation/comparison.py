"""People and tracks side by side: who was where at every step, and how far apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from inference.evaluation.trails import DEFAULT_PERIOD_S, Trail, evaluation_times, true_trails
from inference.recording.truth import TruePath

Array = NDArray[np.float64]
Places = dict[int, Array]
"""Position ``[2]`` by number of the person or track, at one moment."""


@dataclass(frozen=True, slots=True)
class Step:
    """One moment. Tracks on people to be ignored are left out."""

    t: float
    people: tuple[int, ...]
    """Numbers of those who were there; names are in :attr:`Comparison.names`."""
    tracks: tuple[int, ...]
    people_xy: Array
    """``[P, 2]`` metres."""
    tracks_xy: Array
    """``[K, 2]`` metres."""
    distances: Array
    """``[P, K]`` metres; NaN beyond the gate."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every step of a recording."""

    names: tuple[str, ...]
    """Of the people, by number."""
    tracks: int
    """Tracks that were anywhere at any step, also those on people to be ignored."""
    period_s: float
    steps: tuple[Step, ...]


def compare(
    paths: Sequence[TruePath], tracks: Mapping[int, Trail], period_s: float | None, gate_m: float
) -> Comparison:
    """Sample people and tracks at every step of the truth (every 0.2 s where it says no step)."""
    paths = [p for p in paths if len(p.t)]
    times = evaluation_times(paths, period_s)
    people, ignored = true_trails(paths), true_trails(paths, ignored=True)
    number = {person: i for i, person in enumerate(dict.fromkeys(person for person, _ in people))}
    true = _places([(number[person], trail) for person, trail in people], times)
    seen = _places(list(tracks.items()), times)
    nobody = _places([(i, trail) for i, (_, trail) in enumerate(ignored)], times)
    return Comparison(
        names=tuple(number),
        tracks=len({track for places in seen for track in places}),
        period_s=period_s or DEFAULT_PERIOD_S,
        steps=tuple(_steps(times, true, seen, nobody, gate_m)),
    )


def _steps(
    times: Array, true: list[Places], seen: list[Places], nobody: list[Places], gate_m: float
) -> Iterator[Step]:
    for t, people, tracks, ignored in zip(times.tolist(), true, seen, nobody, strict=True):
        counted = _not_ignored(people, tracks, ignored, gate_m)
        people_xy, tracks_xy = _stacked(list(people.values())), _stacked([tracks[n] for n in counted])
        yield Step(
            t,
            tuple(people),
            tuple(counted),
            people_xy,
            tracks_xy,
            _distances(people_xy, tracks_xy, gate_m),
        )


def _places(trails: Sequence[tuple[int, Trail]], times: Array) -> list[Places]:
    """Who is where at each time; several trails of one number fill each other's gaps."""
    steps: list[Places] = [{} for _ in times]
    for number, trail in trails:
        at = trail.at(times)
        for step in np.flatnonzero(np.isfinite(at).all(axis=1)).tolist():
            steps[step].setdefault(number, at[step])
    return steps


def _stacked(places: Sequence[Array]) -> Array:
    return np.stack(places) if places else np.zeros((0, 2))


def _distances(a: Array, b: Array, gate_m: float) -> Array:
    apart = np.linalg.norm(a[:, None] - b[None], axis=2)
    return np.where(apart <= gate_m, apart, np.nan)


def _not_ignored(true: Places, seen: Places, ignored: Places, gate_m: float) -> list[int]:
    """The tracks that do not stand on a person to be ignored, all people shared out jointly."""
    if not ignored or not seen:
        return list(seen)
    everybody = _stacked([*true.values(), *ignored.values()])
    cost = np.nan_to_num(_distances(everybody, _stacked(list(seen.values())), gate_m), nan=1e6)
    names = list(seen)
    rows, columns = linear_sum_assignment(cost)
    on_ignored = {names[c] for r, c in zip(rows, columns, strict=True) if cost[r, c] < 1e6 and r >= len(true)}
    return [name for name in names if name not in on_ignored]
