"""What went wrong, one by one: switches of identity, and long stretches that are false or missed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from inference.evaluation.tracks import GATE_M, Trail, evaluation_times, true_trails
from inference.recording.truth import TruePath

LASTS_S = 1.0
"""Shorter stretches are not told."""
NEVER = 1e3


class Incident(msgspec.Struct, frozen=True):
    """Something worth looking at."""

    kind: str
    """switch, missed, false."""
    t: float
    """Seconds from the first time of the truth."""
    x: float
    y: float
    person: str
    """Who truly stood there; for a false track, the nearest person."""
    tracks: tuple[int, ...]
    """For a switch, before and after."""
    lasted_s: float
    nearest_m: float | None
    """Distance of the nearest other person."""


class _Stretch(msgspec.Struct):
    kind: str
    start: int
    end: int
    person: str
    track: int
    place: tuple[float, float]
    nearest: float | None


def incidents(
    paths: Sequence[TruePath], tracks: Mapping[int, Trail], period_s: float | None = None
) -> list[Incident]:
    """Step by step, a pair of the step before kept while it fits, as CLEAR MOT has it."""
    times = evaluation_times(paths, period_s)
    if not len(times):
        return []
    step_s = float(times[1] - times[0]) if len(times) > 1 else 1.0
    people = [(name, trail.at(times)) for name, trail in true_trails(paths)]
    ignored = [trail.at(times) for _, trail in true_trails(paths, ignored=True)]
    seen = [(number, trail.at(times)) for number, trail in tracks.items()]
    whose: dict[str, int] = {}
    found: list[Incident] = []
    running: dict[tuple[str, str, int], _Stretch] = {}
    for n in range(len(times)):
        here = [(name, at[n]) for name, at in people if np.isfinite(at[n]).all()]
        there = [(number, at[n]) for number, at in seen if np.isfinite(at[n]).all()]
        places = np.array([xy for _, xy in here]).reshape(-1, 2)
        pairs = _pairs(here, there, whose)
        for r, c in pairs:
            name, number = here[r][0], there[c][0]
            before = whose.get(name, number)
            if before != number:
                x, y = here[r][1].tolist()
                found.append(
                    Incident("switch", n * step_s, x, y, name, (before, number), 0.0, _nearest(places, r))
                )
            whose[name] = number
        wrong: list[tuple[str, str, int, NDArray[np.float64], float | None]] = []
        rows, columns = {r for r, _ in pairs}, {c for _, c in pairs}
        for r, (name, xy) in enumerate(here):
            if r not in rows:
                wrong.append(("missed", name, 0, xy, _nearest(places, r)))
        for c, (number, xy) in enumerate(there):
            beside = any(np.hypot(*(at[n] - xy)) < GATE_M for at in ignored)
            if c not in columns and not beside:
                apart = np.hypot(*(places - xy).T) if len(places) else np.zeros(0)
                near = here[int(apart.argmin())][0] if len(apart) else "-"
                wrong.append(("false", near, number, xy, float(apart.min()) if len(apart) else None))
        found += _follow(running, wrong, n, step_s)
    found += _follow(running, [], len(times) + 1, step_s)
    return sorted(found, key=lambda i: (i.t, i.kind, i.person))


def _pairs(
    here: Sequence[tuple[str, NDArray[np.float64]]],
    there: Sequence[tuple[int, NDArray[np.float64]]],
    whose: Mapping[str, int],
) -> list[tuple[int, int]]:
    if not here or not there:
        return []
    apart = np.linalg.norm(
        np.stack([xy for _, xy in here])[:, None] - np.stack([xy for _, xy in there])[None], axis=2
    )
    column = {number: c for c, (number, _) in enumerate(there)}
    kept = [
        (r, c)
        for r, (name, _) in enumerate(here)
        if (c := column.get(whose.get(name, -1))) is not None and apart[r, c] <= GATE_M
    ]
    cost = np.where(apart <= GATE_M, apart, NEVER)
    cost[[r for r, _ in kept], :] = NEVER
    cost[:, [c for _, c in kept]] = NEVER
    found = zip(*(side.tolist() for side in linear_sum_assignment(cost)), strict=True)
    return [*kept, *((r, c) for r, c in found if cost[r, c] < NEVER)]


def _nearest(places: NDArray[np.float64], row: int) -> float | None:
    if len(places) < 2:
        return None
    apart = np.hypot(*(places - places[row]).T)
    apart[row] = np.inf
    return float(apart.min())


def _follow(
    running: dict[tuple[str, str, int], _Stretch],
    wrong: Sequence[tuple[str, str, int, NDArray[np.float64], float | None]],
    n: int,
    step_s: float,
) -> Iterator[Incident]:
    """Go on with what is still wrong, and tell what is over."""
    for kind, name, track, xy, nearest in wrong:
        key = (kind, name if kind == "missed" else "", track)
        if key in running:
            running[key].end = n
        else:
            x, y = xy.tolist()
            running[key] = _Stretch(kind, n, n, name, track, (x, y), nearest)
    for key, stretch in list(running.items()):
        if stretch.end < n - 1:
            del running[key]
            lasted = (stretch.end - stretch.start + 1) * step_s
            if lasted >= LASTS_S:
                yield Incident(
                    stretch.kind,
                    stretch.start * step_s,
                    *stretch.place,
                    stretch.person,
                    (stretch.track,) if stretch.track else (),
                    lasted,
                    stretch.nearest,
                )
