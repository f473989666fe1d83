"""Where people and tracks went, cut where they are not known or where something begins to go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from inference.evaluation.comparison import Comparison, Step
from store_layout.model import Point2


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive steps of one person or track."""

    number: int
    first: int
    """Number of its first step."""
    points: list[Point2] = field(default_factory=list)

    @property
    def last(self) -> int:
        """Number of its last step."""
        return self.first + len(self.points) - 1


def stretches(
    comparison: Comparison,
    kind: Literal["people", "tracks"],
    key: Callable[[int, int], object | None] = lambda _step, _number: True,
) -> list[Stretch]:
    """All of them, by beginning.

    They are parted where ``key(step, number)`` changes; steps where it is None are left out.
    """
    found: list[Stretch] = []
    going: dict[int, tuple[object, Stretch]] = {}
    for at, step in enumerate(comparison.steps):
        now: dict[int, tuple[object, Stretch]] = {}
        for number, point in _places(step, kind):
            value = key(at, number)
            if value is None:
                continue
            before = going.get(number)
            if before is not None and before[0] == value:
                stretch = before[1]
            else:
                stretch = Stretch(number, at)
                found.append(stretch)
            stretch.points.append(point)
            now[number] = (value, stretch)
        going = now
    return found


def _places(step: Step, kind: Literal["people", "tracks"]) -> list[tuple[int, Point2]]:
    numbers, places = (step.people, step.people_xy) if kind == "people" else (step.tracks, step.tracks_xy)
    return [(number, (float(x), float(y))) for number, (x, y) in zip(numbers, places, strict=True)]
