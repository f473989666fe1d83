"""What the person network answers, in training, and the few numbers that all of its parts share."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

POINTS = 4
"""Head, foot and two wrists."""
POINT_MAPS = 3
"""Head, foot, any wrist."""
MAP_OF_POINT = (0, 1, 2, 2)
POINT_KINDS = 3
KIND_OF_POINT = MAP_OF_POINT
"""Head, foot, wrist: those of a kind are looked at alike."""

PIXEL_SCALE = 1 / 64
"""Pixels enter convolutions times this; the export folds it into the weights."""


class Maps(NamedTuple):
    """What is computed everywhere. Logits."""

    heat: Tensor
    """``[B, 1, H/4, W/4]`` people's centres."""
    points: Tensor
    """``[B, 3, H/4, W/4]`` head, foot, wrists."""
    fine: Tensor
    """``[B, C, H/8, W/8]``"""
    middle: Tensor
    """``[B, C, H/16, W/16]``"""
    coarse: Tensor
    """``[B, C, H/32, W/32]``"""
    detail: Tensor
    """``[B, C, H/4, W/4]`` what the first layers see, for points that want to be exact."""


class Looks(NamedTuple):
    """What is computed at N peaks."""

    first_box: Tensor
    """``[N, 4]`` x1, y1, x2, y2 as first seen from the centre."""
    box: Tensor
    """``[N, 4]`` corrected."""
    first_points: Tensor
    """``[N, 4, 2]``"""
    points: Tensor
    """``[N, 4, 2]`` head, foot, one wrist, the other wrist."""
    near: Tensor
    """``[N, 4]`` logits that the points are where they are said to be, or very near."""
    swapped: Tensor
    """``[N]`` logit that the first wrist is the right one, not the left."""
    score: Tensor
    """``[N]`` to be added to the logit of the heat map."""
    hidden: Tensor
    """``[N, H]`` what else is known of them."""

    def rows(self, which: Tensor) -> Looks:
        """Some of them."""
        return Looks(*(part[which] for part in self))

    def head(self, count: int) -> Looks:
        """The first of them."""
        return Looks(*(part[:count] for part in self))
