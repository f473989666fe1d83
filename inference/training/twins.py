"""Whether two boxes on one another are one person twice, or somebody behind somebody else.

Dropping the worse of two boxes that overlap (non-maximum suppression) asks for the overlap alone, and so
loses who stands behind another. Where their heads and feet are says more, and so does the score of the worse
one: five numbers, found by logistic regression, make a chance of it that takes the place of the score.
Nothing is dropped then but by its score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.messages import Detection
from inference.training.losses import overlap
from inference.training.matching import Matched, logistic

FROM_IOU = 0.4
"""Overlap with a better box from which one is doubted."""
FARTHEST = 0.5
"""Of the longer side of the larger box: heads, or feet, further apart are no less alike."""
LEAST_LOGIT = -8.0


@dataclass(frozen=True, slots=True)
class Twins:
    """The logit of the chance that a box is another person than the better one that it overlaps most."""

    offset: float
    overlap: float
    head: float
    """For the distance of their heads, and the next for that of their feet: shares of the longer side."""
    foot: float
    score: float
    """For the logit of the box's own score."""

    def __call__(self, logits: Tensor, boxes: Tensor, points: Tensor) -> Tensor:
        """Calibrated ``logits`` ``[N]`` of ``boxes`` ``[N, 4]``, best first, with what is doubted lowered.

        ``points`` ``[N, P, 2]`` begin with head and foot.
        """
        iou, apart = _beside(boxes, points)
        chance = self.offset + self.overlap * iou + self.head * apart[:, 0] + self.foot * apart[:, 1]
        chance = chance + self.score * logits.clamp(min=LEAST_LOGIT)
        return torch.where(iou > FROM_IOU, torch.minimum(chance, logits), logits)


def _beside(boxes: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
    """IoU ``[N]`` with the better box that each overlaps most; how far its head and foot are away ``[N, 2]``.

    Boxes come best first.
    """
    iou, _ = overlap(boxes[:, None], boxes[None])
    best = torch.triu(iou, diagonal=1).max(dim=0)
    longer = (boxes[:, 2:] - boxes[:, :2]).amax(dim=1)
    other = best.indices
    larger = torch.maximum(longer, longer[other]).clamp(min=1)
    away = points[:, :2] - points[other, :2]
    distance = (away * away).sum(dim=2).sqrt() / larger[:, None]
    return best.values, distance.clamp(max=FARTHEST)


def doubtful(found: Sequence[Detection]) -> NDArray[np.bool_]:
    """``[N]`` which of a picture's detections, best first, lie on a better one."""
    boxes = torch.tensor([d.box for d in found]).reshape(-1, 4)
    if not len(boxes):
        return np.zeros(0, bool)
    iou, _ = _beside(boxes, torch.zeros(len(boxes), 2, 2))
    return np.asarray(iou.numpy() > FROM_IOU)


def fit_twins(pictures: Sequence[tuple[Sequence[Detection], Matched]]) -> Twins | None:
    """From detections in pictures, best first, with whom each found; None where none overlap.

    Scores are calibrated, and nobody is suppressed.
    """
    rows: list[NDArray[np.float64]] = []
    right: list[NDArray[np.bool_]] = []
    for found, matched in pictures:
        known = [d.head is not None and d.foot is not None for d in found]
        if len(found) < 2 or not all(known):
            continue
        boxes = torch.tensor([d.box for d in found])
        points = torch.tensor([[(p.x, p.y) for p in (d.head, d.foot) if p is not None] for d in found])
        iou, apart = _beside(boxes, points)
        score = torch.tensor([d.score for d in found]).clamp(1e-6, 1 - 1e-6)
        logit = torch.log(score / (1 - score)).clamp(min=LEAST_LOGIT)
        design = torch.cat([torch.ones_like(iou)[:, None], iou[:, None], apart, logit[:, None]], dim=1)
        doubted = doubtful(found) & matched.counts
        rows.append(design.numpy()[doubted].astype(np.float64))
        right.append(matched.person[doubted] >= 0)
    if not rows:
        return None
    hit = np.concatenate(right)
    if hit.all() or not hit.any():
        return None
    return Twins(*logistic(np.concatenate(rows), hit).tolist())
