"""Makes heads unrecognisable. Where it is not sure where a head is, more of the picture goes."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.evidence.manifest import FloorMoment, Seen
from store_layout.camera_geometry import CameraModel

Region = tuple[float, float, float, float]
"""``(x1, y1, x2, y2)``, pixels."""

SURE = 0.5
"""Score from which on a head point is believed."""
UPPER, UPPER_IN_DOUBT = 0.2, 0.42
"""Share of a person's box, from the top, that goes: around the head point, and all of it without one."""
AROUND = 0.15
"""Half the width of what goes around a head point, by the height of the person."""
BELOW = 0.11
ABOVE = 0.06
SIDE = 0.08
"""Share of the box that goes beside it where it is not sure where the head is."""
SLIM = 1.4
"""Whoever seems less tall than this many times their width is cut off by the picture's edge, or bends."""
LEAST_PX = 6.0
CELLS = 3
"""A region is left with so many colours along each side."""
BODY_M = 0.18
HEAD_LOW_M, HEAD_HIGH_M = 0.36, 0.08
"""A head by the floor's account: from so far under somebody's height to so far above it."""
MOST_SPREAD_M = 0.35
"""Positions less sure than this are hidden no wider."""


def head_regions(seen: Iterable[Seen], width: int, height: int) -> list[Region]:
    """Where heads may be in a picture of this size, by what was seen in it and right before and after."""
    found: list[Region] = []
    for moment in seen:
        sx, sy = width / moment.width, height / moment.height
        for person in moment.people:
            x1, y1, x2, y2 = (v * s for v, s in zip(person.box, (sx, sy, sx, sy), strict=True))
            wide, high = x2 - x1, y2 - y1
            head = person.head
            if head is None or head.score < SURE:
                side = SIDE * wide
                found.append((x1 - side, y1 - ABOVE * high, x2 + side, y1 + UPPER_IN_DOUBT * high))
                continue
            tall = max(high, SLIM * wide)
            around = max(LEAST_PX, AROUND * tall)
            x, y = head.x * sx, head.y * sy
            top = min(y1 - ABOVE * high, y - around)
            found.append(
                (x - around, top, x + around, max(y1 + UPPER * high, y + max(LEAST_PX, BELOW * tall)))
            )
    return found


def surely_seen(seen: Iterable[Seen]) -> frozenset[int]:
    """Tracks whose heads the camera saw at each of these moments."""
    found: frozenset[int] | None = None
    for moment in seen:
        there = frozenset(
            p.track for p in moment.people if p.track is not None and p.head and p.head.score >= SURE
        )
        found = there if found is None else found & there
    return found or frozenset()


def floor_regions(
    moments: Iterable[FloorMoment], model: CameraModel, but: frozenset[int] = frozenset()
) -> list[Region]:
    """Where heads may be by the floor's account, in pixels of the model's picture.

    It also knows of people whom the camera's own detections miss. ``but``: tracks that need it not, because
    the camera saw their heads better.
    """
    if not model.can_see_heights:
        return []
    found: list[Region] = []
    for moment in moments:
        for person in moment.people:
            if person.track in but:
                continue
            r = BODY_M + min(person.sd, MOST_SPREAD_M)
            corners = [
                (person.x + dx, person.y + dy, person.height + dz)
                for dx in (-r, r)
                for dy in (-r, r)
                for dz in (-HEAD_LOW_M, HEAD_HIGH_M)
            ]
            pixels, front = model.project(np.array(corners))
            if front.all():
                (x1, y1), (x2, y2) = pixels.min(axis=0), pixels.max(axis=0)
                found.append((float(x1), float(y1), float(x2), float(y2)))
    return found


def hide(image: NDArray[np.uint8], regions: Iterable[Region]) -> None:
    """Leave of each region ``CELLS`` x ``CELLS`` blended colours, in place. ``[height, width, 3]``.

    What is left are a few means over many pixels: there is no way back from them to a face.
    """
    height, width = image.shape[:2]
    for region in regions:
        x1, y1 = max(0, int(np.floor(region[0]))), max(0, int(np.floor(region[1])))
        x2, y2 = min(width, int(np.ceil(region[2]))), min(height, int(np.ceil(region[3])))
        if x2 <= x1 or y2 <= y1:
            continue
        part = image[y1:y2, x1:x2]
        cells = (min(CELLS, x2 - x1), min(CELLS, y2 - y1))
        few = cv2.resize(part, cells, interpolation=cv2.INTER_AREA)
        part[:] = cv2.resize(few, (x2 - x1, y2 - y1), interpolation=cv2.INTER_LINEAR)
