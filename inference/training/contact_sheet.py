"""A picture of many examples, with what is known about them drawn in: to look at before training on them."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.training.augment import decoded
from inference.training.example_types import Example, TrainingPerson

TILE = (480, 300)
"""Width and height of a tile, pixels."""
BOX, HALF_HIDDEN, HIDDEN = (80, 220, 80), (60, 180, 240), (80, 80, 230)
HEAD, FOOT, LEFT, RIGHT = (255, 200, 0), (0, 255, 255), (255, 0, 255), (0, 128, 255)


def contact_sheet(examples: Sequence[Example], columns: int = 4, *, truth: bool = True) -> NDArray[np.uint8]:
    """Tiles of the examples in rows, BGR ``uint8``.

    Boxes: green where at least half of somebody is seen, amber where less, red under a seventh. Points:
    head cyan, foot yellow, wrists magenta (left) and orange (right); filled where they are seen.
    """
    tiles = [_tile(example, truth) for example in examples]
    blank = np.zeros((TILE[1], TILE[0], 3), dtype=np.uint8)
    tiles += [blank] * (-len(tiles) % columns)
    rows = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
    return np.vstack(rows) if rows else blank


def _tile(example: Example, truth: bool) -> NDArray[np.uint8]:
    scale = min(TILE[0] / example.width, TILE[1] / example.height)
    shrunk = cv2.resize(decoded(example), None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    canvas = np.zeros((TILE[1], TILE[0], 3), dtype=np.uint8)
    canvas[: shrunk.shape[0], : shrunk.shape[1]] = shrunk[: TILE[1], : TILE[0]]
    if truth:
        for person in example.people:
            _draw(canvas, person, scale)
    cv2.putText(canvas, example.kind, (6, TILE[1] - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255), 1)
    return canvas


def _draw(canvas: NDArray[np.uint8], person: TrainingPerson, scale: float) -> None:
    colour = BOX if person.visible >= 0.5 else HALF_HIDDEN if person.visible >= 0.15 else HIDDEN
    x1, y1, x2, y2 = (_at(v * scale) for v in person.box)
    cv2.rectangle(canvas, (x1, y1), (x2, y2), colour, 1)
    for (x, y, seen), shade in zip(person.points, (HEAD, FOOT, LEFT, RIGHT), strict=True):
        cv2.circle(canvas, (_at(x * scale), _at(y * scale)), 2, shade, -1 if seen else 1)


def _at(v: float) -> int:
    """A pixel that OpenCV can draw at: far places are brought near the picture's edge."""
    return round(min(max(v, -2000.0), 4000.0))
