"""What a well-formed observation must still satisfy before a stage may see it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain

from inference.messages.observations import (
    MOST_PRODUCTS,
    Detections,
    GateSignal,
    Holding,
    Observation,
    Outage,
    Skeletons,
    WeightReading,
)


def problem_of(observation: Observation) -> str | None:
    """What is wrong with these values, in words; None when they can be used.

    Types are already right (the decoder saw to it). This looks for numbers that no device can mean: not
    finite, before 1970, boxes turned inside out, scores outside 0..1.
    """
    if not (math.isfinite(observation.t) and observation.t >= 0):
        return f"time {observation.t!r} is not a time in seconds since 1970"
    match observation:
        case WeightReading(grams=grams):
            return None if math.isfinite(grams) else f"grams {grams!r} is not a number"
        case Detections():
            return _problem_of_detections(observation)
        case Skeletons():
            return _problem_of_skeletons(observation)
        case GateSignal(people=people):
            return None if 1 <= people <= 99 else f"{people} people on one signal"
        case Outage(since=since, t=t):
            return None if since <= t else "an outage that ends before it starts"
        case _:
            return None


def _problem_of_detections(seen: Detections) -> str | None:
    if seen.width <= 0 or seen.height <= 0:
        return f"picture size {seen.width}x{seen.height}"
    for i, item in enumerate(seen.items):
        points = [p for p in (item.head, item.foot, item.wrist_left, item.wrist_right) if p is not None]
        if not all(map(math.isfinite, chain(item.box, *((p.x, p.y, p.score) for p in points)))):
            return f"item {i}: a coordinate is not a number"
        if item.box[2] < item.box[0] or item.box[3] < item.box[1]:
            return f"item {i}: box {item.box} has its corners exchanged"
        if not all(0.0 <= s <= 1.0 for s in (item.score, item.side_score, *(p.score for p in points))):
            return f"item {i}: a score is outside 0..1"
        if (wrong := _problem_of_holds(item.holds)) is not None:
            return f"item {i}: {wrong}"
    return None


def _problem_of_holds(holds: Sequence[Holding]) -> str | None:
    """Probabilities that are none. A little above 1 in all is rounding."""
    if len({hold.side for hold in holds}) < len(holds):
        return "more than one holding of a hand"
    for hold in holds:
        shares = (hold.empty, *(p for _, p in hold.products))
        if not all(0.0 <= p <= 1.0 for p in shares) or sum(shares) > 1.01:
            return "what a hand holds has probabilities that cannot be"
        if hold.known < 1:
            return "a hand was looked into and no products were compared"
        if not len(hold.products) <= min(hold.known, MOST_PRODUCTS):
            return f"{len(hold.products)} products of {hold.known} in a hand"
    return None


def _problem_of_skeletons(seen: Skeletons) -> str | None:
    for i, item in enumerate(seen.items):
        joints = [
            j for j in (item.head, item.pelvis, item.foot, item.wrist_left, item.wrist_right) if j is not None
        ]
        if not all(map(math.isfinite, chain((item.score,), *((j.x, j.y, j.z, j.score) for j in joints)))):
            return f"item {i}: a coordinate is not a number"
        if not all(0.0 <= s <= 1.0 for s in (item.score, *(j.score for j in joints))):
            return f"item {i}: a score is outside 0..1"
    return None
