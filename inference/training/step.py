"""One step of learning: from a batch to the gradients, and the sum of all that the network is taught."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from inference.training.answers import Looks, Maps
from inference.training.close_look import Closer, close_targets
from inference.training.devices import fixed
from inference.training.graph import peaks_of
from inference.training.losses import (
    SEEN,
    Batch,
    Taught,
    box_loss,
    focal,
    point_loss,
    score_loss,
    soft_focal,
)
from inference.training.network import PersonNet
from inference.training.settings import STRIDE, LossWeights

PEAKS = 12
"""Peaks of each picture that are looked at beside the true people, to learn which to trust."""
SHAKE = 0.08
"""Standard deviation, as a share of the box, of the places beside the centre that are looked from too."""
CLOSE_PEAKS, CLOSE_PEOPLE = 3, 4
"""Of each picture, in the mean: peaks and true people that are looked at a second time."""


def as_float(maps: Maps) -> Maps:
    """The maps in float32."""
    return Maps(*(m.float() for m in maps))


def maps_of(network: PersonNet, image: Tensor) -> Maps:
    """Maps of uint8 pictures ``[B, 3, H, W]``, computed in bfloat16, answered in float32."""
    with torch.autocast(image.device.type, dtype=torch.bfloat16):
        return as_float(network(image.to(torch.bfloat16)))


def losses(
    network: PersonNet,
    maps: Maps,
    batch: Batch,
    weights: LossWeights,
    *,
    rng: np.random.Generator,
) -> dict[str, Tensor]:
    """The parts of the loss, weighted: their sum is to fall. ``maps``: the network's of this batch."""
    parts = {
        "heat": weights.heat
        * focal(maps.heat, batch.heat[:, :1], batch.counts[:, :1], batch.peak_weight[:, :1]),
        "point_heat": weights.point_heat
        * focal(maps.points, batch.heat[:, 1:], batch.counts[:, 1:], batch.peak_weight[:, 1:]),
    }
    return parts | _Lesson(network, batch, weights, rng).at_peaks(maps)


@dataclass(frozen=True, slots=True, eq=False)
class _Lesson:
    """What is taught about single people of a batch."""

    network: PersonNet
    batch: Batch
    weights: LossWeights
    rng: np.random.Generator

    def at_peaks(self, maps: Maps) -> dict[str, Tensor]:
        """At the true people, at places beside them, and at the highest peaks."""
        batch, weights = self.batch, self.weights
        people = len(batch.centres)
        logits, picture, places = _found(maps.heat.detach(), PEAKS)
        where = torch.cat([batch.centres, shaken(batch, self.rng), places])
        of = torch.cat([batch.picture, batch.picture, picture])
        with torch.autocast(where.device.type, dtype=torch.bfloat16):
            looks = self.network.peak(maps, of, where)
        found = len(places)
        scores = logits + looks.score[-found:]
        taught = Taught(batch.boxes.repeat(2, 1), batch.points.repeat(2, 1, 1), batch.weight.repeat(2))
        told = looks.head(2 * people)
        first = point_loss(told, told.first_points, taught)
        last = point_loss(told, told.points, taught)
        boxes = (box_loss(box, taught.boxes, taught.weight) for box in (told.first_box, told.box))
        parts = {
            "score": weights.score * score_loss(scores, looks.box[-found:].detach(), picture, batch),
            "box": weights.box * sum(boxes, torch.zeros_like(scores[0])),
            "points": weights.points * (first.distance + last.distance),
            "near": weights.near * last.near,
            "hand": weights.hand * last.hand,
        }
        return parts | self._closer(maps, looks, of, taught, scores=scores.detach())

    def _closer(
        self, maps: Maps, looks: Looks, of: Tensor, taught: Taught, *, scores: Tensor
    ) -> dict[str, Tensor]:
        """A second time, at some true people, and at the peaks that seem most to be somebody.

        ``looks`` and the pictures ``of`` which they are: first at the true people ``taught``, then at the
        peaks, whose scores are ``scores``.
        """
        batch, weights, device = self.batch, self.weights, scores.device
        pictures, rows = len(batch.image), len(taught.boxes)
        some = min(rows, CLOSE_PEOPLE * pictures)
        chosen = torch.from_numpy(self.rng.integers(0, max(1, rows), some)).to(device, non_blocking=True)
        best = scores.reshape(pictures, -1).topk(CLOSE_PEAKS, dim=1).indices
        best = (best + len(scores) // pictures * torch.arange(pictures, device=device)[:, None]).reshape(-1)
        which = torch.cat([chosen, rows + best])
        with torch.autocast(device.type, dtype=torch.bfloat16):
            closer = self.network.close(batch.image, maps, of[which], looks.rows(which))
        scores = scores[best] + closer.score[some:]
        found = closer.box[some:].detach()
        return {
            "close_score": weights.score * score_loss(scores, found, of[rows + best], batch),
            **close_losses(closer.head(some), taught.rows(chosen), weights),
        }


def close_losses(told: Closer, true: Taught, weights: LossWeights) -> dict[str, Tensor]:
    """What a second look at true people is taught but for their scores: the parts of the loss, weighted."""
    rough, last = point_loss(told, told.rough, true), point_loss(told, told.points, true)
    wanted, counts = close_targets(true.points, told.region, told.heat)
    cells = soft_focal(told.heat, wanted) * counts * true.weight[:, None, None, None]
    shown = ((true.points[..., 2] > SEEN).sum(dim=1) * true.weight).sum()
    return {
        "close_box": weights.box * box_loss(told.box, true.boxes, true.weight),
        "close_points": weights.points * (rough.distance + last.distance),
        "close_near": weights.near * last.near,
        "close_hand": weights.hand * last.hand,
        "own_heat": weights.own_heat * cells.sum() / shown.clamp(min=1),
    }


def _found(heat: Tensor, count: int) -> tuple[Tensor, Tensor, Tensor]:
    """Logits, pictures and places of the highest peaks of each picture of a batch."""
    columns = heat.shape[-1]
    logits, cells = peaks_of(heat, count)
    cell = cells.reshape(-1)
    picture = torch.arange(heat.shape[0], device=heat.device).repeat_interleave(count)
    xy = torch.stack([cell % columns, torch.div(cell, columns, rounding_mode="floor")], dim=1)
    return logits.reshape(-1), picture, xy.float() * STRIDE + STRIDE / 2


def shaken(batch: Batch, rng: np.random.Generator) -> Tensor:
    """Places of cells near the centres, where a peak may come to lie."""
    height, width = batch.image.shape[-2:]
    size = batch.boxes[:, 2:] - batch.boxes[:, :2]
    noise = torch.from_numpy(rng.normal(size=(len(size), 2)).astype(np.float32))
    noise = noise.to(size.device, non_blocking=True)
    moved = batch.centres + noise * torch.clamp(SHAKE * size, STRIDE / 2, 4 * STRIDE)
    limit = fixed((width - STRIDE, height - STRIDE), size.device)
    cells = torch.floor(torch.minimum(moved.clamp(min=0), limit) / STRIDE)
    return cells * STRIDE + STRIDE / 2
