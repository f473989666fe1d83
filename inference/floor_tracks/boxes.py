"""Which pixels of a box are feet and head, how surely, and which boxes are one person twice."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from inference.floor_tracks.settings import Settings
from inference.messages import Box, Detection, Detections, KeyPoint

NEIGHBOURS = np.array(((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)))
"""A pixel and its right and lower neighbour: derivatives by differences."""


class Pixel(msgspec.Struct, frozen=True, gc=False):
    """A point in a picture with its standard deviations, pixels."""

    u: float
    v: float
    su: float
    sv: float
    cut: bool
    """The picture's edge hides the true point."""
    by_key: bool = False
    """A key point says where it is (of the head: how far to the side), not the box."""

    def moved(self, du: float, dv: float) -> Pixel:
        """The same point shifted by pixels."""
        return Pixel(self.u + du, self.v + dv, self.su, self.sv, self.cut, self.by_key)


def foot_pixel(item: Detection, seen: Detections, s: Settings) -> Pixel:
    """Where the box, or a key point, has the feet."""
    x1, _, x2, y2 = item.box
    tall = box_height(item.box)
    if item.foot is not None and usable(item.foot, s):
        sd = s.foot_key_share * tall / item.foot.score + s.pixel_floor_px
        return Pixel(item.foot.x, item.foot.y, sd, sd, False, True)
    side = x1 <= s.edge_px or x2 >= seen.width - s.edge_px
    su = (s.cut_share_u if side else s.box_share_u) * tall + s.pixel_floor_px
    sv = s.box_share_v * tall + s.pixel_floor_px
    return Pixel((x1 + x2) / 2, y2, su, sv, y2 >= seen.height - s.edge_px)


def top_pixel(item: Detection, seen: Detections, s: Settings) -> Pixel:
    """Where the box has the top of the head; a key point says how far to the side."""
    x1, y1, x2, _ = item.box
    tall = box_height(item.box)
    sv = s.top_share_v * tall + s.pixel_floor_px
    if item.head is not None and usable(item.head, s):
        return Pixel(item.head.x, y1, s.key_share * tall + s.pixel_floor_px, sv, y1 <= s.edge_px, True)
    side = x1 <= s.edge_px or x2 >= seen.width - s.edge_px
    su = (s.cut_share_u if side else s.box_share_u) * tall + s.pixel_floor_px
    return Pixel((x1 + x2) / 2, y1, su, sv, y1 <= s.edge_px)


def without_duplicates(items: tuple[Detection, ...], s: Settings) -> list[int]:
    """Indices of the items worth using: a box that covers a stronger one's is the same person again."""
    heights = [box_height(d.box) for d in items]
    order = sorted(
        (-d.score, -tall, i)
        for i, (d, tall) in enumerate(zip(items, heights, strict=True))
        if d.score >= s.min_score and tall > 1.0
    )
    kept: list[int] = []
    boxes: list[Box] = []
    for _, _, i in order:
        box = items[i].box
        if not _is_any_of(box, boxes, s):
            kept.append(i)
            boxes.append(box)
    kept.sort()
    return kept


def _is_any_of(box: Box, others: Sequence[Box], s: Settings) -> bool:
    """Whether the box is one of the others again, or a part of it."""
    x1, y1, x2, y2 = box
    for a1, b1, a2, b2 in others:
        if x1 >= a2 or a1 >= x2 or y1 >= b2 or b1 >= y2:
            continue
        both = (min(x2, a2) - max(x1, a1)) * (min(y2, b2) - max(y1, b1))
        area, other = (x2 - x1) * (y2 - y1), (a2 - a1) * (b2 - b1)
        if both > s.duplicate_iou * (area + other - both) or both > s.part_share * area:
            return True
    return False


def usable(point: KeyPoint | None, s: Settings) -> bool:
    """Whether a key point is there and sure enough."""
    return point is not None and point.score >= s.key_point_score


def box_height(box: Box) -> float:
    """Pixels from top to bottom."""
    return box[3] - box[1]


def wrists_of(items: Sequence[Detection], s: Settings) -> list[tuple[int, bool, KeyPoint]]:
    """The usable wrists: whose (index into ``items``), whether it is the left one, and where."""
    return [
        (n, left, key)
        for n, item in enumerate(items)
        for left, key in ((True, item.wrist_left), (False, item.wrist_right))
        if key is not None and key.score >= s.wrist_score
    ]
