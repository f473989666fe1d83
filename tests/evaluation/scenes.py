"""Small scenes of people and tracks at whole seconds."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from inference.evaluation.trails import Trail
from inference.recording.truth import Point2, TruePath


def path(person: str, places: Sequence[Point2], first: int = 0, *, ignore: bool = False) -> TruePath:
    """At one place each second."""
    return TruePath(person, tuple(float(first + i) for i in range(len(places))), tuple(places), ignore)


def way(places: Sequence[Point2 | None], first: int = 0) -> Trail:
    """At one place each second; nowhere where it says None."""
    known = [(float(first + i), at) for i, at in enumerate(places) if at is not None]
    return Trail(np.array([t for t, _ in known]), np.array([at for _, at in known], dtype=float), 1.0)


def stroll(who: float, t: int) -> Point2:
    """Somewhere on the floor, by arithmetic alone."""
    return (3.0 * math.sin(0.21 * t + 1.7 * who), 2.0 * math.cos(0.13 * t + 0.9 * who))


def crowd() -> tuple[list[TruePath], dict[int, Trail]]:
    """Four people; tracks with errors, a gap, an exchange of two, a false track, and one never followed."""
    paths = [
        path("a", [stroll(0, t) for t in range(40)]),
        path("b", [stroll(1, t) for t in range(5, 40)], 5),
        path("c", [stroll(2, t) for t in range(30)]),
        path("d", [stroll(3, t) for t in range(10, 25)], 10),
    ]

    def off(who: float, t: int, much: float) -> Point2:
        x, y = stroll(who, t)
        return (x + much * math.sin(1.1 * t + who), y + much * math.cos(0.7 * t))

    tracks = {
        1: way([off(0 if t < 22 else 1, t, 0.25) for t in range(40)]),
        2: way([off(1 if t < 22 else 0, t, 0.4) for t in range(6, 40)], 6),
        3: way([None if 8 <= t < 14 else off(2, t, 0.8) for t in range(28)]),
        9: way([(8.0, 8.0)] * 12, 20),
    }
    return paths, tracks
