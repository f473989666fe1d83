"""One step of learning: from a batch to the gradients, and the sum of all that the network is taught."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from inference.training.graph import peaks_of
from inference.training.losses import (
    Batch,
    box_loss,
    focal,
    point_loss,
    score_loss,
    teacher_loss,
)
from inference.training.network import Maps, PersonNet
from inference.training.settings import STRIDE, LossWeights

PEAKS = 12
"""Peaks of each picture that are looked at beside the true people, to learn which to trust."""
SHAKE = 0.08
"""Standard deviation, as a share of the box, of the places beside the centre that are looked from too."""


def as_float(maps: Maps) -> Maps:
    """The maps in float32."""
    return Maps(*(m.float() for m in maps))


def maps_of(network: PersonNet, image: Tensor) -> Maps:
    """Maps of uint8 pictures ``[B, 3, H, W]``, computed in bfloat16, answered in float32."""
    with torch.autocast(image.device.type, dtype=torch.bfloat16):
        return as_float(network(image.to(torch.bfloat16)))


def losses(
    network: PersonNet,
    batch: Batch,
    weights: LossWeights,
    rng: np.random.Generator,
    teacher: PersonNet | None = None,
) -> dict[str, Tensor]:
    """The parts of the loss, weighted; their sum is what is to fall."""
    maps = maps_of(network, batch.image)
    parts = {
        "heat": weights.heat
        * focal(maps.heat, batch.heat[:, :1], batch.counts[:, :1], batch.peak_weight[:, :1]),
        "point_heat": weights.point_heat
        * focal(maps.points, batch.heat[:, 1:], batch.counts[:, 1:], batch.peak_weight[:, 1:]),
    }
    if teacher is not None:
        with torch.no_grad():
            wanted = maps_of(teacher, batch.image)
        parts["teacher"] = weights.teacher * teacher_loss(maps, wanted, batch.peak_weight)
    return parts | _at_peaks(network, maps, batch, weights, rng)


def _at_peaks(
    network: PersonNet, maps: Maps, batch: Batch, weights: LossWeights, rng: np.random.Generator
) -> dict[str, Tensor]:
    people = len(batch.centres)
    logits, picture, places = _found(maps.heat.detach(), PEAKS)
    where = torch.cat([batch.centres, _shaken(batch, rng), places])
    of = torch.cat([batch.picture, batch.picture, picture])
    with torch.autocast(where.device.type, dtype=torch.bfloat16):
        looks = network.peak(maps, of, where)
    found = len(places)
    parts = {
        "score": weights.score
        * score_loss(logits + looks.score[-found:], looks.box[-found:].detach(), picture, batch)
    }
    taught = looks.head(2 * people)
    boxes, points = batch.boxes.repeat(2, 1), batch.points.repeat(2, 1, 1)
    weight = batch.weight.repeat(2)
    first = point_loss(taught.first_points, taught, points, boxes, weight)
    last = point_loss(taught.points, taught, points, boxes, weight)
    parts["box"] = weights.box * (
        box_loss(taught.first_box, boxes, weight) + box_loss(taught.box, boxes, weight)
    )
    parts["points"] = weights.points * (first.distance + last.distance)
    parts["near"] = weights.near * last.near
    parts["hand"] = weights.hand * last.hand
    return parts


def _found(heat: Tensor, count: int) -> tuple[Tensor, Tensor, Tensor]:
    """Logits, pictures and places of the highest peaks of each picture of a batch."""
    columns = heat.shape[-1]
    logits, cells = peaks_of(heat, count)
    cell = cells.reshape(-1)
    picture = torch.arange(heat.shape[0], device=heat.device).repeat_interleave(count)
    xy = torch.stack([cell % columns, torch.div(cell, columns, rounding_mode="floor")], dim=1)
    return logits.reshape(-1), picture, xy.float() * STRIDE + STRIDE / 2


def _shaken(batch: Batch, rng: np.random.Generator) -> Tensor:
    """Places of cells near the centres, where a peak may come to lie."""
    height, width = batch.image.shape[-2:]
    size = batch.boxes[:, 2:] - batch.boxes[:, :2]
    noise = torch.from_numpy(rng.normal(size=(len(size), 2)).astype(np.float32)).to(size.device)
    moved = batch.centres + noise * torch.clamp(SHAKE * size, STRIDE / 2, 4 * STRIDE)
    limit = size.new_tensor([width - STRIDE, height - STRIDE])
    cells = torch.floor(torch.minimum(moved.clamp(min=0), limit) / STRIDE)
    return cells * STRIDE + STRIDE / 2
