"""What the network is taught by: one number for each part of what it says."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from inference.training.answers import Looks
from inference.training.close_look import Closer
from inference.training.devices import fixed

HIDDEN_POINT = (0.3, 0.6, 0.25, 0.25)
"""What a head, foot or wrist counts that cannot be seen. Feet matter hidden too: people stand on them."""
HELD_OUT_FROM, HELD_OUT_AT = 0.13, 0.25
"""How far from the line between head and foot a wrist is that hangs, and one that is held out, as shares of
the box's longer side."""
HELD_OUT_COUNTS = 4.0
"""What a wrist held out counts beside one that hangs: hands that reach are few, and the ones that matter."""
FOUND_IOU = 0.5
SEEN = 0.5
"""Points of which more is seen show."""
MOST_PEOPLE = 80
"""In one picture of a batch; mosaics of four crowded pictures come near it."""
NEAR = 0.05
"""A point this near to the true one, as a share of the box's longer side, is there: 8 cm of a body."""


@dataclass(slots=True)
class Batch:
    """Pictures and what is to be said of them. N: all people of the batch."""

    image: Tensor
    """uint8 ``[B, 3, H, W]``"""
    heat: Tensor
    """``[B, 4, h, w]``, as are the next two; see :class:`inference.training.targets.Targets`."""
    counts: Tensor
    peak_weight: Tensor
    picture: Tensor
    """``[N]`` which picture each person is in."""
    centres: Tensor
    """``[N, 2]``"""
    boxes: Tensor
    """``[N, 4]``"""
    points: Tensor
    """``[N, 4, 3]``"""
    weight: Tensor
    """``[N]``"""
    unclear: Tensor
    """``[M, 4]`` boxes of people too hidden to count."""
    unclear_picture: Tensor
    """``[M]``"""

    def to(self, device: torch.device) -> Batch:
        """The same on a device."""
        return Batch(**{field.name: getattr(self, field.name).to(device) for field in fields(self)})


class Taught(NamedTuple):
    """The true people behind N looks."""

    boxes: Tensor
    """``[N, 4]``"""
    points: Tensor
    """``[N, 4, 3]``"""
    weight: Tensor
    """``[N]``"""

    def rows(self, which: Tensor) -> Taught:
        """Some of them."""
        return Taught(*(part[which] for part in self))


class PointLoss(NamedTuple):
    """What the points of people cost, and what follows from which wrist was taken for which."""

    distance: Tensor
    near: Tensor
    hand: Tensor


def focal(logits: Tensor, target: Tensor, counts: Tensor, peak_weight: Tensor) -> Tensor:
    """Focal loss of heat maps with less penalty near peaks (CornerNet, Law & Deng, 2018), per peak.

    All tensors have one shape; a peak is where ``peak_weight`` is above 0.
    """
    chance = torch.sigmoid(logits)
    peak = (peak_weight > 0).to(logits.dtype)
    at_peak = peak_weight * (1 - chance) ** 2 * functional.softplus(-logits)
    elsewhere = (1 - peak) * counts * (1 - target) ** 4 * chance**2 * functional.softplus(logits)
    return (at_peak.sum() + elsewhere.sum()) / peak_weight.sum().clamp(min=1)


def overlap(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """IoU and generalised IoU (Rezatofighi et al., 2019) of boxes ``[..., 4]``, pair by pair."""
    low, high = torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:])
    shared = (high - low).clamp(min=0).prod(dim=-1)
    size_a, size_b = (a[..., 2:] - a[..., :2]).clamp(min=0), (b[..., 2:] - b[..., :2]).clamp(min=0)
    union = (size_a.prod(dim=-1) + size_b.prod(dim=-1) - shared).clamp(min=1e-6)
    hull = torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])
    hull_area = hull.clamp(min=0).prod(dim=-1).clamp(min=1e-6)
    iou = shared / union
    return iou, iou - (hull_area - union) / hull_area


def box_loss(found: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """1 - GIoU, and the distance of the sides as a share of the size."""
    _, giou = overlap(found, wanted)
    size = (wanted[:, 2:] - wanted[:, :2]).repeat(1, 2).clamp(min=4)
    sides = ((found - wanted).abs() / size).clamp(max=5).sum(dim=1)
    return ((1 - giou + 0.5 * sides) * weight).sum() / weight.sum().clamp(min=1)


def point_loss(looks: Looks | Closer, points: Tensor, true: Taught) -> PointLoss:
    """Distances of ``points`` ``[N, 4, 2]``, said by ``looks``, as shares of the box's longer side.

    Which of the two wrists is which does not matter for the distance: the cheaper of the two ways counts.
    What is right is said by ``looks.swapped``. ``looks.near`` learns where the network itself is right: that
    a point shows is neither needed for that nor enough.
    """
    wanted, boxes, weight = true.points, true.boxes, true.weight
    longer = (boxes[:, 2:] - boxes[:, :2]).amax(dim=1).clamp(min=8)
    hidden = fixed(HIDDEN_POINT, points.device)
    exchanged = wanted[:, [0, 1, 3, 2]]

    def cost(target: Tensor) -> Tensor:
        share = torch.where(target[..., 2] > SEEN, torch.ones_like(hidden), hidden)
        share = share * _held_out(target, longer)
        distance = (points - target[..., :2]).abs().sum(dim=2) / longer[:, None]
        return share * distance.clamp(max=2)

    straight, crossed = cost(wanted), cost(exchanged)
    swap = crossed[:, 2:].sum(dim=1) < straight[:, 2:].sum(dim=1)
    chosen = torch.where(swap[:, None], crossed, straight)
    there = torch.where(swap[:, None, None], exchanged, wanted)[..., :2]
    near = ((points.detach() - there).norm(dim=2) < NEAR * longer[:, None]).to(points.dtype)
    total = weight.sum().clamp(min=1)
    told = functional.binary_cross_entropy_with_logits(looks.near, near, reduction="none")
    both = weight * (wanted[:, 2:, 2] > SEEN).all(dim=1)
    hand = functional.binary_cross_entropy_with_logits(looks.swapped, swap.to(points.dtype), reduction="none")
    return PointLoss(
        (chosen.sum(dim=1) * weight).sum() / total,
        (told.mean(dim=1) * weight).sum() / total,
        (hand * both).sum() / both.sum().clamp(min=1),
    )


def _held_out(points: Tensor, longer: Tensor) -> Tensor:
    """``[N, 4]`` what each point counts by how far it is from the body's axis: heads and feet 1."""
    head, axis = points[:, :1, :2], points[:, 1:2, :2] - points[:, :1, :2]
    away = points[..., :2] - head
    along = (away * axis).sum(dim=2) / (axis * axis).sum(dim=2).clamp(min=1e-6)
    apart = (away - along.clamp(0, 1)[..., None] * axis).norm(dim=2) / longer[:, None]
    out = ((apart - HELD_OUT_FROM) / (HELD_OUT_AT - HELD_OUT_FROM)).clamp(0, 1)
    return 1 + (HELD_OUT_COUNTS - 1) * out


def score_loss(logits: Tensor, boxes: Tensor, picture: Tensor, batch: Batch) -> Tensor:
    """Cross entropy of the final scores of peaks ``[K]``: the chance that the box finds somebody.

    Peaks on people too hidden to count teach nothing.
    """
    pictures = len(batch.image)
    found = _best_overlap(boxes, picture, _by_picture(batch.boxes, batch.picture, pictures))
    unclear = _best_overlap(boxes, picture, _by_picture(batch.unclear, batch.unclear_picture, pictures))
    counts = ((found >= FOUND_IOU) | (unclear < 0.3)).to(logits.dtype)
    wanted = (found >= FOUND_IOU).to(logits.dtype)
    loss = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    return (loss * counts).sum() / wanted.sum().clamp(min=8)


def _best_overlap(boxes: Tensor, picture: Tensor, others: Tensor) -> Tensor:
    """``[K]`` of boxes ``[K, 4]`` with those of ``others`` ``[B, P, 4]`` that are in their pictures."""
    iou, _ = overlap(boxes[:, None], others[picture])
    return iou.amax(dim=1)


def _by_picture(boxes: Tensor, picture: Tensor, pictures: int) -> Tensor:
    """``[B, P, 4]`` the boxes ``[N, 4]``, ordered by picture; of no size where there are fewer."""
    number = counted(picture, pictures)
    place = torch.arange(len(boxes), device=boxes.device) - (torch.cumsum(number, 0) - number)[picture]
    table = boxes.new_zeros((pictures, MOST_PEOPLE, 4))
    table[picture, place.clamp(max=MOST_PEOPLE - 1)] = boxes
    return table


def counted(picture: Tensor, count: int) -> Tensor:
    """``[count]`` how many of ``picture`` ``[N]`` are each number, without waiting for a card."""
    none = torch.zeros(count, dtype=torch.int64, device=picture.device)
    return none.index_add_(0, picture, torch.ones_like(picture))


def soft_focal(logits: Tensor, wanted: Tensor) -> Tensor:
    """Quality focal loss (Li et al., 2020, arXiv:2006.04388) of each cell, where what is wanted is a chance.

    All of one shape.
    """
    apart = (wanted - torch.sigmoid(logits)) ** 2
    return apart * functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
