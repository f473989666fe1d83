"""Where in a picture somebody's hands are, and what is around them as small square pictures."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot
from typing import Literal, NamedTuple

import cv2
import numpy as np

from inference.detection.picture import Picture
from inference.messages import Detection, KeyPoint

Side = Literal["left", "right"]

WINDOW = 0.32
"""Side of the square around a hand, as a share of :func:`figure_px`: 55 cm for an adult, so that what is held
lies in it though the wrist is a hand's length off."""
BEYOND = 0.045
"""A hand's middle lies so far beyond its wrist, away from the shoulder, in the same unit."""
BROAD = 1.3
"""A box that is less than so many times as high as it is wide is that of somebody seen from above or bent."""
SHOULDER = 0.13
"""From the head's centre towards the foot, or down from the box's top with the head: the shoulders."""
SMALLEST_PX = 14.0
"""Windows smaller than this show too little of anything."""
GREY = 114
"""What lies outside of the picture."""


class Window(NamedTuple):
    """A square around one hand. Pixels of the picture, continuous."""

    side: Side
    x: float
    """Of its middle."""
    y: float
    size: float


def figure_px(width: float, height: float) -> float:
    """About how tall somebody with a box of this size is when upright and seen from the side, pixels."""
    return max(height, BROAD * width)


def hand_windows(person: Detection, least_score: float) -> list[Window]:
    """Squares around the hands whose wrists are seen with at least this score."""
    x1, y1, x2, y2 = person.box
    size = figure_px(x2 - x1, y2 - y1)
    if size * WINDOW < SMALLEST_PX:
        return []
    shoulder = _shoulder(person)
    sides: tuple[tuple[Side, KeyPoint | None], ...] = (
        ("left", person.wrist_left),
        ("right", person.wrist_right),
    )
    found: list[Window] = []
    for side, wrist in sides:
        if wrist is not None and wrist.score >= least_score:
            x, y = beyond((wrist.x, wrist.y), shoulder, size)
            found.append(Window(side, x, y, WINDOW * size))
    return found


def beyond(wrist: tuple[float, float], shoulder: tuple[float, float], size: float) -> tuple[float, float]:
    """Middle of the hand: the wrist, and on away from the shoulder. Pixels."""
    dx, dy = wrist[0] - shoulder[0], wrist[1] - shoulder[1]
    far = max(hypot(dx, dy), 1e-6)
    step = BEYOND * size * min(1.0, far / (0.1 * size))
    return wrist[0] + step * dx / far, wrist[1] + step * dy / far


def _shoulder(person: Detection) -> tuple[float, float]:
    x1, y1, x2, y2 = person.box
    head, foot = person.head, person.foot
    if head is None:
        return (x1 + x2) / 2, y1 + (0.06 + SHOULDER) * (y2 - y1)
    if foot is None:
        return head.x, head.y + SHOULDER * (y2 - y1)
    return head.x + SHOULDER * (foot.x - head.x), head.y + SHOULDER * (foot.y - head.y)


def cut_out(image: Picture, windows: Sequence[Window], size: int) -> Picture:
    """What the windows show, ``[N, size, size, 3]``; grey where they reach out of the picture."""
    found = np.full((len(windows), size, size, 3), GREY, dtype=np.uint8)
    for window, canvas in zip(windows, found, strict=True):
        _fill(canvas, image, window)
    return found


def _fill(canvas: Picture, image: Picture, window: Window) -> None:
    height, width = image.shape[:2]
    size = canvas.shape[0]
    x0, y0 = round(window.x - window.size / 2), round(window.y - window.size / 2)
    side = max(1, round(window.size))
    left, top, right, bottom = max(0, x0), max(0, y0), min(width, x0 + side), min(height, y0 + side)
    if left >= right or top >= bottom:
        return
    scale = size / side
    u0, v0, u1, v1 = (round((v - o) * scale) for v, o in ((left, x0), (top, y0), (right, x0), (bottom, y0)))
    if u0 >= u1 or v0 >= v1:
        return
    how = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
    cv2.resize(image[top:bottom, left:right], (u1 - u0, v1 - v0), canvas[v0:v1, u0:u1], interpolation=how)
