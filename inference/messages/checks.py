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
from inference.messages.said import Words, said


def problem_of(observation: Observation) -> Words | None:
    """What is wrong with these values, in words; None when they can be used.

    Types are already right (the decoder saw to it). This looks for numbers that no device can mean: not
    finite, before 1970, boxes turned inside out, scores outside 0..1.
    """
    if not (math.isfinite(observation.t) and observation.t >= 0):
        return said("time {t} is not a time in seconds since 1970", t=repr(observation.t))
    match observation:
        case WeightReading(grams=grams):
            return None if math.isfinite(grams) else said("grams {grams} is not a number", grams=repr(grams))
        case Detections():
            return _problem_of_detections(observation)
        case Skeletons():
            return _problem_of_skeletons(observation)
        case GateSignal(people=people):
            return None if 1 <= people <= 99 else said("{people} people on one signal", people=people)
        case Outage(since=since, t=t):
            return None if since <= t else said("an outage that ends before it starts")
        case _:
            return None


def _problem_of_detections(seen: Detections) -> Words | None:
    if seen.width <= 0 or seen.height <= 0:
        return said("picture size {width}x{height}", width=seen.width, height=seen.height)
    for i, item in enumerate(seen.items):
        points = [p for p in (item.head, item.foot, item.wrist_left, item.wrist_right) if p is not None]
        if not all(map(math.isfinite, chain(item.box, *((p.x, p.y, p.score) for p in points)))):
            return said("item {i}: a coordinate is not a number", i=i)
        if item.box[2] < item.box[0] or item.box[3] < item.box[1]:
            return said("item {i}: box {box} has its corners exchanged", i=i, box=item.box)
        if not all(0.0 <= s <= 1.0 for s in (item.score, item.side_score, *(p.score for p in points))):
            return said("item {i}: a score is outside 0..1", i=i)
        if (wrong := _problem_of_holds(item.holds)) is not None:
            return said("item {i}: {wrong}", i=i, wrong=wrong)
    return None


def _problem_of_holds(holds: Sequence[Holding]) -> Words | None:
    """Probabilities that are none. A little above 1 in all is rounding."""
    if len({hold.side for hold in holds}) < len(holds):
        return said("more than one holding of a hand")
    for hold in holds:
        shares = (hold.empty, *(p for _, p in hold.products))
        if not all(0.0 <= p <= 1.0 for p in shares) or sum(shares) > 1.01:
            return said("what a hand holds has probabilities that cannot be")
        if hold.known < 1:
            return said("a hand was looked into and no products were compared")
        if not len(hold.products) <= min(hold.known, MOST_PRODUCTS):
            return said("{count} products of {known} in a hand", count=len(hold.products), known=hold.known)
    return None


def _problem_of_skeletons(seen: Skeletons) -> Words | None:
    for i, item in enumerate(seen.items):
        joints = [
            j for j in (item.head, item.pelvis, item.foot, item.wrist_left, item.wrist_right) if j is not None
        ]
        if not all(map(math.isfinite, chain((item.score,), *((j.x, j.y, j.z, j.score) for j in joints)))):
            return said("item {i}: a coordinate is not a number", i=i)
        if not all(0.0 <= s <= 1.0 for s in (item.score, *(j.score for j in joints))):
            return said("item {i}: a score is outside 0..1", i=i)
    return None
