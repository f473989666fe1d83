"""Which track follows whom, step by step, as py-motmetrics matches them, and where that goes wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.evaluation.comparison import Comparison
from inference.evaluation.problems import EvaluationError
from inference.recording.truth import Point2

NAMING_S = 1.0
"""A track's number stands for the person that it follows most in its first second on anybody."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A person's track is another one than the last that they had (CLEAR MOT's identity switch)."""

    t: float
    person: int
    track: int
    at: Point2
    swap: bool
    """The new track followed somebody else before; else it is a new one, and the person is in pieces."""


@dataclass(frozen=True, slots=True)
class Following:
    """Per step; people are numbers into :attr:`Comparison.names`."""

    matches: tuple[dict[int, int], ...]
    """Track to person, within the gate."""
    whose: tuple[dict[int, int], ...]
    """Track to person, also where the track has strayed beyond the gate or is hidden: whom it followed last,
    until either is matched with another."""
    named: dict[int, int]
    """Track to the person whom its number stands for."""
    switches: tuple[Switch, ...]
    missed: tuple[frozenset[int], ...]
    """People without a track."""
    false: tuple[frozenset[int], ...]
    """Tracks without a person."""
    distances: NDArray[np.float64]
    """Of all matched pairs, metres."""
    idtp: int
    """Positions that the best one-to-one naming of tracks gets right (Ristani et al. 2016)."""
    swaps: int
    """Times a track went over from one person to another."""


def follow(comparison: Comparison) -> Following:
    """Match people and tracks. Raises :class:`EvaluationError` when py-motmetrics is not installed."""
    accumulator = _metrics().MOTAccumulator(auto_id=False)
    for number, step in enumerate(comparison.steps):
        accumulator.update(list(step.people), list(step.tracks), step.distances, frameid=number)
    steps = [_Step() for _ in comparison.steps]
    if not steps:
        return Following((), (), {}, (), (), (), np.zeros(0), 0, 0)
    distances = _sort(accumulator, steps)
    matches = tuple(step.matches for step in steps)
    whose, swapped = _carried_on(matches)
    switches = tuple(_switches(comparison, steps, swapped))
    return Following(
        matches=matches,
        whose=whose,
        named=_named(comparison, matches),
        switches=switches,
        missed=tuple(frozenset(step.missed) for step in steps),
        false=tuple(frozenset(step.false) for step in steps),
        distances=distances,
        idtp=_idtp(accumulator),
        swaps=sum(map(len, swapped)),
    )


@dataclass(slots=True)
class _Step:
    matches: dict[int, int] = field(default_factory=dict)
    switched: list[tuple[int, int]] = field(default_factory=list)
    """Person and their new track."""
    missed: set[int] = field(default_factory=set)
    false: set[int] = field(default_factory=set)


def _metrics() -> Any:
    try:
        import motmetrics
    except ImportError as error:
        raise EvaluationError(
            "tracks are scored with py-motmetrics, which is not installed; pip install 'openaisle[evaluate]'"
        ) from error
    return motmetrics


def _sort(accumulator: Any, steps: Sequence[_Step]) -> NDArray[np.float64]:
    """Put py-motmetrics' events where they belong; returns the matched pairs' distances."""
    events = accumulator.mot_events
    numbers = events.index.get_level_values(0)
    distances = []
    for number, kind, person, track, apart in zip(
        numbers, events["Type"], events["OId"], events["HId"], events["D"], strict=True
    ):
        step = steps[int(number)]
        match kind:
            case "MATCH" | "SWITCH":
                step.matches[int(track)] = int(person)
                distances.append(float(apart))
                if kind == "SWITCH":
                    step.switched.append((int(person), int(track)))
            case "MISS":
                step.missed.add(int(person))
            case "FP":
                step.false.add(int(track))
    return np.array(distances)


def _carried_on(matches: Sequence[Mapping[int, int]]) -> tuple[tuple[dict[int, int], ...], list[set[int]]]:
    """Whom each track follows or followed last; and at each step the tracks that went over to another."""
    whose: dict[int, int] = {}
    last: dict[int, int] = {}
    found: list[dict[int, int]] = []
    swapped: list[set[int]] = []
    for now in matches:
        swapped.append({track for track, person in now.items() if last.get(track, person) != person})
        taken = set(now.values())
        whose = {track: person for track, person in whose.items() if person not in taken} | dict(now)
        last.update(now)
        found.append(whose)
    return tuple(found), swapped


def _named(comparison: Comparison, matches: Sequence[Mapping[int, int]]) -> dict[int, int]:
    began: dict[int, float] = {}
    counts: dict[int, Counter[int]] = {}
    for step, now in zip(comparison.steps, matches, strict=True):
        for track, person in now.items():
            if step.t - began.setdefault(track, step.t) < NAMING_S:
                counts.setdefault(track, Counter())[person] += 1
    return {track: count.most_common(1)[0][0] for track, count in counts.items()}


def _switches(
    comparison: Comparison, steps: Sequence[_Step], swapped: Sequence[set[int]]
) -> Iterator[Switch]:
    for step, found, gone_over in zip(comparison.steps, steps, swapped, strict=True):
        for person, track in found.switched:
            x, y = step.people_xy[step.people.index(person)].tolist()
            yield Switch(step.t, person, track, (x, y), track in gone_over)


def _idtp(accumulator: Any) -> int:
    values = _metrics().metrics.create().compute(accumulator, metrics=["idtp"], return_dataframe=False)
    return int(values["idtp"])
