"""Where labels go beside their tokens, so that they cover neither each other nor, if possible, a token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

Box = tuple[float, float, float, float]
"""Left, top, right, bottom; pixels."""
GAP = 2.0
TOKEN_COST = 0.4
"""A covered piece of a token is this bad, beside a covered piece of a label."""


class Wanted(NamedTuple):
    """A label of this size at a token in this place; ``reach`` is the token's radius."""

    key: int
    x: float
    y: float
    width: float
    height: float
    reach: float


def place_labels(
    wanted: Sequence[Wanted], room: tuple[float, float], before: Mapping[int, int]
) -> dict[int, tuple[Box, int]]:
    """A box for each label, and the number of its side; the first of ``wanted`` choose first.

    ``before``: sides of last time, tried first, so that labels do not jump about. Where nothing is free the
    place that covers least is taken. All boxes are inside ``room`` (width and height) as far as they fit.
    """
    tokens = [(w.key, (w.x - w.reach, w.y - w.reach, w.x + w.reach, w.y + w.reach)) for w in wanted]
    placed: list[Box] = []
    found: dict[int, tuple[Box, int]] = {}
    for label in wanted:
        others = [box for key, box in tokens if key != label.key]
        box, side = _best(label, room, before.get(label.key, 0), placed, others)
        placed.append(box)
        found[label.key] = (box, side)
    return found


def _best(
    label: Wanted, room: tuple[float, float], first: int, placed: list[Box], tokens: list[Box]
) -> tuple[Box, int]:
    places = _places(label)
    best, least = (places[first], first), float("inf")
    for side in (first, *(i for i in range(len(places)) if i != first)):
        box, moved = _into(places[side], room)
        cost = sum(_covered(box, other) for other in placed) + (1e-3 * moved if moved else 0.0)
        if cost < least:
            cost += TOKEN_COST * sum(_covered(box, other) for other in tokens)
        if cost < least:
            best, least = (box, side), cost
        if least == 0.0:
            break
    return best


def _places(label: Wanted) -> list[Box]:
    """Right, left, above, below; then right and left a step up and down."""
    _, x, y, width, height, reach = label
    right, left = x + reach + GAP, x - reach - GAP - width
    middle, up, down = y - height / 2, y - height - GAP, y + GAP
    corners = [
        (right, middle),
        (left, middle),
        (x - width / 2, y - reach - GAP - height),
        (x - width / 2, y + reach + GAP),
        (right, up),
        (right, down),
        (left, up),
        (left, down),
    ]
    return [(a, b, a + width, b + height) for a, b in corners]


def _into(box: Box, room: tuple[float, float]) -> tuple[Box, float]:
    """The box moved into the room, and by how much."""
    dx = min(0.0, room[0] - box[2]) or max(0.0, -box[0])
    dy = min(0.0, room[1] - box[3]) or max(0.0, -box[1])
    return (box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy), abs(dx) + abs(dy)


def _covered(a: Box, b: Box) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    if wide <= 0.0:
        return 0.0
    high = min(a[3], b[3]) - max(a[1], b[1])
    return wide * high if high > 0.0 else 0.0
