"""What :mod:`inference.training.targets` works out, for all pictures of a batch at once, on any device."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from inference.training.devices import fixed
from inference.training.losses import Batch, counted
from inference.training.settings import CLEARLY_VISIBLE, MIN_VISIBLE, STRIDE
from inference.training.targets import CENTRE_SPREAD, NARROWEST, POINT_MAPS, POINT_SPREAD, UNSEEN

WIDEST_POINT = 4.0
"""Cells: no point's peak has a larger standard deviation."""
UNCLEAR_REACH = 3.0 * STRIDE
"""Pixels around the points of hidden people in which the maps may say what they like."""


@dataclass(slots=True, eq=False)
class Placed:
    """N people in the pictures of a batch, in pixels of the network's input, ordered by picture."""

    picture: Tensor
    """``[N]`` int64"""
    boxes: Tensor
    """``[N, 4]`` whole bodies."""
    region: Tensor
    """``[N, 4]`` the part of the input that their picture fills."""
    visible: Tensor
    """``[N]``"""
    points: Tensor
    """``[N, 4, 3]`` x, y, seen."""

    def chosen(self, keep: Tensor) -> Placed:
        """Some of them, ``keep`` being true of them."""
        rows = torch.nonzero(keep)[:, 0]  # once: a card is waited for each time
        return Placed(
            self.picture[rows], self.boxes[rows], self.region[rows], self.visible[rows], self.points[rows]
        )

    def clipped(self) -> Tensor:
        """``[N, 4]`` the parts of the boxes inside their regions."""
        low = torch.maximum(self.boxes[:, :2], self.region[:, :2])
        high = torch.minimum(self.boxes[:, 2:], self.region[:, 2:])
        return torch.cat([low, torch.maximum(high, low)], dim=1)


def batch_of(image: Tensor, people: Placed) -> Batch:
    """Uint8 pictures ``[B, 3, H, W]`` and everything that is to be said of them."""
    count, _, height, width = image.shape
    inside = people.clipped()
    exists = (people.visible >= UNSEEN) & ((inside[:, 2:] - inside[:, :2]).amin(dim=1) >= 2)
    unclear = people.chosen(exists & (people.visible < MIN_VISIBLE))
    people = people.chosen(exists & (people.visible >= MIN_VISIBLE))
    weight = ((people.visible - MIN_VISIBLE) / (CLEARLY_VISIBLE - MIN_VISIBLE)).clamp(0.25, 1.0)
    canvas = _Canvas(count, height // STRIDE, width // STRIDE, image.device)

    hidden = unclear.clipped()
    middle, half = (hidden[:, :2] + hidden[:, 2:]) / 2, (hidden[:, 2:] - hidden[:, :2]) / 4
    canvas.forget(0, unclear.picture, middle, half)
    inside = people.clipped()
    limit = canvas.limit
    cells = torch.floor((inside[:, :2] + inside[:, 2:]) / 2 / STRIDE)
    cells = torch.minimum(cells.clamp(min=0), limit)
    canvas.peaks(0, people.picture, cells, (CENTRE_SPREAD / STRIDE * (inside[:, 2:] - inside[:, :2])), weight)
    longer = (people.boxes[:, 2:] - people.boxes[:, :2]).amax(dim=1)
    spread = (POINT_SPREAD / STRIDE * longer).clamp(NARROWEST, WIDEST_POINT)[:, None].expand(-1, 2)
    for k in range(people.points.shape[1]):
        layer = 1 + min(k, POINT_MAPS - 1)
        point = people.points[:, k]
        cell = torch.floor(point[:, :2] / STRIDE)
        within = ((cell >= 0) & (cell <= limit)).all(dim=1)
        seen = within & (point[:, 2] > 0.5)
        canvas.peaks(layer, people.picture, cell, spread, weight * seen)
        canvas.forget(layer, people.picture, point[:, :2], 2 * STRIDE * spread * (within & ~seen)[:, None])
        there = unclear.points[:, k, :2]
        canvas.forget(layer, unclear.picture, there, torch.full_like(there, UNCLEAR_REACH))
    return Batch(
        image=image,
        heat=canvas.heat,
        counts=canvas.counts,
        peak_weight=canvas.peak_weight,
        picture=people.picture,
        centres=(cells + 0.5) * STRIDE,
        boxes=people.boxes,
        points=people.points,
        weight=weight,
        unclear=unclear.boxes,
        unclear_picture=unclear.picture,
    )


class _Canvas:
    """The maps of a batch."""

    def __init__(self, count: int, rows: int, columns: int, device: torch.device) -> None:
        self.rows, self.columns = rows, columns
        shape = (count, 1 + POINT_MAPS, rows, columns)
        self.heat = torch.zeros(shape, device=device)
        self.counts = torch.ones(shape, device=device)
        self.peak_weight = torch.zeros(shape, device=device)
        self.limit = fixed((columns - 1, rows - 1), device)
        """Column and row of the last cell."""
        self._x = torch.arange(columns, device=device, dtype=torch.float32)
        self._y = torch.arange(rows, device=device, dtype=torch.float32)

    def peaks(self, layer: int, picture: Tensor, cells: Tensor, spread: Tensor, weight: Tensor) -> None:
        """Bells around ``cells`` ``[N, 2]`` with standard deviations ``[N, 2]``; of weight 0: none."""
        spread = spread.clamp(min=NARROWEST)
        across = _bell(self._x, cells[:, :1], spread[:, :1])
        down = _bell(self._y, cells[:, 1:], spread[:, 1:]) * (weight > 0)[:, None]
        most = self._most(down[:, :, None] * across[:, None], picture)
        torch.maximum(self.heat[:, layer], most, out=self.heat[:, layer])
        cell = torch.minimum(cells.clamp(min=0), self.limit).to(torch.int64)
        flat = ((picture * (1 + POINT_MAPS) + layer) * self.rows + cell[:, 1]) * self.columns + cell[:, 0]
        self.peak_weight.view(-1).scatter_reduce_(0, flat, weight, "amax")

    def forget(self, layer: int, picture: Tensor, middle: Tensor, half: Tensor) -> None:
        """Nothing that the map says in these rectangles (input pixels) counts; of no size: none."""
        low, high = torch.floor((middle - half) / STRIDE), torch.ceil((middle + half) / STRIDE)
        some = (half > 0).all(dim=1, keepdim=True)
        across = ((self._x >= low[:, :1]) & (self._x < high[:, :1]) & some).float()
        down = ((self._y >= low[:, 1:]) & (self._y < high[:, 1:])).float()
        self.counts[:, layer] *= 1 - self._most(down[:, :, None] * across[:, None], picture)

    def _most(self, values: Tensor, picture: Tensor) -> Tensor:
        """``[B, h, w]`` the largest of ``[N, h, w]`` in each picture, 0 where there is none."""
        count = len(self.heat)
        if not len(values):
            return values.new_zeros((count, self.rows, self.columns))
        lengths = counted(picture, count)
        flat = values.reshape(len(values), self.rows * self.columns)
        most = torch.segment_reduce(flat, "max", lengths=lengths, axis=0, unsafe=True, initial=0.0)
        return most.reshape(count, self.rows, self.columns)


def _bell(places: Tensor, middle: Tensor, spread: Tensor) -> Tensor:
    """``[N, S]`` Gaussians, cut off at three standard deviations."""
    away = (places[None] - middle).abs()
    return torch.exp(-0.5 * (away / spread) ** 2) * (away <= torch.ceil(3 * spread))
