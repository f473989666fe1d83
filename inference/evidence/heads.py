"""Makes heads unrecognisable. Where it is not sure where a head is, more of the picture goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.evidence.manifest import FloorMoment, Seen
from store_layout.camera_geometry import CameraModel

Region = tuple[float, float, float, float]
"""``(x1, y1, x2, y2)``, pixels."""

UPPER = 0.28
"""Share of a person's box, from the top, that goes in any case."""
UPPER_IN_DOUBT = 0.45
"""... where it is not sure where in the box the head is."""
SURE = 0.5
SIDE, ABOVE = 0.08, 0.06
"""Shares of the box that go beside and above it."""
HEAD = 0.15
"""Half the side of what goes around a head point, by the longer side of the box."""
LEAST_PX = 6.0
CELLS = 3
"""A region is left with so many colours along each side."""
BODY_M = 0.25
HEAD_LOW_M, HEAD_HIGH_M = 0.40, 0.10
"""A head by the floor's account: from so far under somebody's height to so far above it."""
MOST_SPREAD_M = 0.35
"""Positions less sure than this are hidden no wider."""


def head_regions(seen: Iterable[Seen], width: int, height: int) -> list[Region]:
    """Where heads may be in a picture of this size, by what was seen in it and right before and after."""
    found: list[Region] = []
    for moment in seen:
        sx, sy = width / moment.width, height / moment.height
        for person in moment.people:
            x1, x2 = (person.box[i] * sx for i in (0, 2))
            y1, y2 = (person.box[i] * sy for i in (1, 3))
            wide, high = x2 - x1, y2 - y1
            head = person.head
            sure = head is not None and head.score >= SURE
            down = (UPPER if sure else UPPER_IN_DOUBT) * high
            found.append((x1 - SIDE * wide, y1 - ABOVE * high, x2 + SIDE * wide, y1 + down))
            if head is not None:
                r = max(LEAST_PX, HEAD * max(wide, high))
                found.append((head.x * sx - r, head.y * sy - r, head.x * sx + r, head.y * sy + r))
    return found


def floor_regions(moments: Sequence[FloorMoment], model: CameraModel) -> list[Region]:
    """Where heads may be by the floor's account, in pixels of the model's picture.

    It also knows of people whom the camera's own detections miss.
    """
    if not model.can_see_heights:
        return []
    found: list[Region] = []
    for moment in moments:
        for person in moment.people:
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
