"""The motion gate: what never moved where a camera has looked for long is hardly a person.

Per camera a small background picture and the places where boxes keep appearing are learned while the store
runs; each detection's score becomes the probability of a person given score *and* motion. A score is only
ever lowered: who moves, or came in moving and now stands, keeps theirs. State is in memory; after a restart
all is learned again, and until then only what does not move at all for seconds on end loses score.

The answer depends on one camera's frames and their order alone, never on threads or clocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, exp, floor

import cv2
import msgspec
import numpy as np

from inference.detection.background import Background, Mask, small_picture
from inference.detection.clutter import Place, Places, still
from inference.detection.gate_settings import GateSettings
from inference.detection.picture import Picture
from inference.messages import Box, Detection, Detections


class MotionGate:
    """All cameras of a store. One camera's frames must come in order, and one at a time."""

    def __init__(self, settings: GateSettings | None = None) -> None:
        self.settings = settings or GateSettings()
        self._cameras: dict[str, _Watch] = {}

    def judge(self, image: Picture, seen: Detections) -> Detections:
        """The same detections with scores that know of motion, best first; well established things left out.

        ``image`` is the BGR picture in which they were seen.
        """
        watch = self._cameras.get(seen.camera)
        if watch is None:
            watch = self._cameras[seen.camera] = _Watch(self.settings)
        return msgspec.structs.replace(seen, items=watch.judge(image, seen))


class _Watch:
    """One camera."""

    def __init__(self, settings: GateSettings) -> None:
        self._s = settings
        self._size = (0, 0)
        self._t: float | None = None
        self._moved: Mask | None = None

    def judge(self, image: Picture, seen: Detections) -> tuple[Detection, ...]:
        s = self._s
        if self._size != image.shape[:2]:
            self._begin(image)
        background = self._background
        dt = 0.0 if self._t is None else seen.t - self._t
        due = self._t is None or not 0.0 <= dt < s.look_every_s  # time that goes back is due, too
        if due:
            dt = min(max(0.0, dt), s.recent_s)
            self._t = seen.t
            self._moved = background.look(small_picture(image, s.width_px), dt)
        moved = self._moved
        if moved is None:  # all of the picture changed: nothing can be said of this frame
            return seen.items
        items = sorted(seen.items, key=lambda d: -d.score)
        boxes = [item.box for item in items]
        rows, columns = background.shape
        scale = (columns / seen.width, rows / seen.height)
        shares = shares_of(moved, boxes, scale, s.part)
        known = min(1.0, background.age_s / s.known_s)
        places = self._places.find(boxes, shares, seen.t, known)
        if due:
            background.learn(_people(places, boxes, scale, (rows, columns)), dt)
        judged = []
        for item, place, share in zip(items, places, shares, strict=True):
            odds = min(0.0, place.odds) * still(share, s)
            if place.still_s < s.thing_s or odds > -s.most_odds:
                judged.append(
                    item if odds == 0.0 else msgspec.structs.replace(item, score=lowered(item.score, odds))
                )
        return tuple(sorted(judged, key=lambda d: -d.score))

    def _begin(self, image: Picture) -> None:
        """A camera's first picture, or its first at another size: boxes are in other pixels now."""
        self._size = (image.shape[0], image.shape[1])
        self._background = Background(small_picture(image, self._s.width_px), self._s)
        self._places = Places(self._s)
        self._t = None


def _people(
    places: Sequence[Place], boxes: Sequence[Box], scale: tuple[float, float], shape: tuple[int, int]
) -> Mask | None:
    """Pixels where somebody is believed to be."""
    mask: Mask | None = None
    for place, box in zip(places, boxes, strict=True):
        if place.odds > -1.0:
            if mask is None:
                mask = np.zeros(shape, np.uint8)
            x1, y1, x2, y2 = _cells(box, scale, shape)
            mask[y1:y2, x1:x2] = 1
    return mask


def shares_of(
    moved: Mask, boxes: Sequence[Box], scale: tuple[float, float], part: tuple[float, float, float, float]
) -> list[float]:
    """Share of set pixels in a part of each box; ``scale`` leads from the boxes' pixels to the mask's."""
    if not boxes:
        return []
    sums = cv2.integral(moved)
    shape = (moved.shape[0], moved.shape[1])
    found = []
    for left, top, right, bottom in boxes:
        w, h = right - left, bottom - top
        inner = (left + part[0] * w, top + part[1] * h, left + part[2] * w, top + part[3] * h)
        x1, y1, x2, y2 = _cells(inner, scale, shape)
        total = int(sums[y2, x2]) - int(sums[y1, x2]) - int(sums[y2, x1]) + int(sums[y1, x1])
        found.append(total / ((x2 - x1) * (y2 - y1)))
    return found


def _cells(box: Box, scale: tuple[float, float], shape: tuple[int, int]) -> tuple[int, int, int, int]:
    """Columns and rows that a box touches, at least one of each."""
    x1 = min(max(0, floor(box[0] * scale[0])), shape[1] - 1)
    y1 = min(max(0, floor(box[1] * scale[1])), shape[0] - 1)
    x2 = min(max(x1 + 1, ceil(box[2] * scale[0])), shape[1])
    y2 = min(max(y1 + 1, ceil(box[3] * scale[1])), shape[0])
    return x1, y1, x2, y2


def lowered(score: float, odds: float) -> float:
    """A probability after evidence of so many log odds (<= 0)."""
    against = exp(-odds)
    return score / (score + (1.0 - score) * against)
