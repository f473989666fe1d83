"""A look at single peaks: small fully connected layers on features that are sampled around them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from inference.training.answers import (
    KIND_OF_POINT,
    MAP_OF_POINT,
    POINT_KINDS,
    POINT_MAPS,
    POINTS,
    Looks,
    Maps,
)
from inference.training.sampling import Sampler, lattice
from inference.training.settings import STRIDE, NetworkSize

AROUND_PX = 8.0
"""Distance of the 3x3 samples around a peak."""
GRID = (3, 6)
"""Samples across and down a box."""
WINDOW = 7
"""Samples across and down the window in which a point is looked for on its heat map."""
WINDOW_SHARE = 0.36
"""Width of that window as a share of the box's longer side."""
AROUND_POINT = 0.06
"""Distance of the 3x3 samples around a point as a share of the box's longer side: a hand's width."""
CLOSE_UP, CLOSE_UP_SHARE = 5, 0.03
"""Samples of the details across and down around a point, and their distance: half as far."""
_FIRST_SIZE = 24.0
"""Pixels from the centre to the sides of the box that an untrained network answers with."""


def _point_layers(inputs: int) -> nn.Sequential:
    last = nn.Linear(64, 3)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    return nn.Sequential(nn.Linear(inputs, 64), nn.ReLU(), last)


class PeakLook(nn.Module):
    """The layers that look at single peaks."""

    around: Tensor
    grid: Tensor
    window: Tensor
    close_up: Tensor
    map_of_point: Tensor

    def __init__(self, size: NetworkSize) -> None:
        super().__init__()
        hidden, fine, neck = size.hidden, size.fine, size.neck
        self.register_buffer("around", lattice(3, 3) * (1.5 * AROUND_PX), persistent=False)
        self.register_buffer("grid", lattice(*GRID), persistent=False)
        self.register_buffer("window", lattice(WINDOW, WINDOW), persistent=False)
        close_up = lattice(CLOSE_UP, CLOSE_UP) * (CLOSE_UP * CLOSE_UP_SHARE)
        self.register_buffer("close_up", close_up, persistent=False)
        self.register_buffer("map_of_point", torch.tensor(MAP_OF_POINT), persistent=False)
        self.first = nn.Sequential(
            nn.Linear(9 * fine + 2 * neck, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU()
        )
        self.first_out = nn.Linear(hidden, 4 + 2 * POINTS)
        self.second = nn.Sequential(
            nn.Linear(GRID[0] * GRID[1] * fine + hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
        )
        self.second_out = nn.Linear(hidden, 4 + 2 * POINTS + POINTS + 2)
        self.points = nn.ModuleList(
            _point_layers(9 * (fine + POINT_MAPS) + CLOSE_UP**2 * size.channels[1] + hidden)
            for _ in range(POINT_KINDS)
        )
        self.near = nn.Parameter(-2.0 * (self.window**2).sum(dim=1).repeat(POINTS, 1))
        """``[4, S]`` how likely a point is near the middle of its window."""
        self.outside = nn.Parameter(torch.full((POINTS,), -4.0))
        self.sharpness = nn.Parameter(torch.ones(POINTS))
        for layer in (self.first_out, self.second_out):
            nn.init.normal_(layer.weight, std=0.01)
            nn.init.zeros_(layer.bias)

    def forward(self, maps: Maps, picture: Tensor, xy: Tensor) -> Looks:
        """Look at the places ``xy`` ``[N, 2]`` of the pictures ``[N]`` of the batch. float32."""
        count = xy.shape[0]
        fine, at = Sampler(maps.fine, 8), xy[:, None]
        seen = [
            fine(picture, at + self.around).reshape(count, -1),
            Sampler(maps.middle, 16)(picture, at).reshape(count, -1),
            Sampler(maps.coarse, 32)(picture, at).reshape(count, -1),
        ]
        hidden = self.first(torch.cat(seen, dim=1))
        out = self.first_out(hidden).float()
        sides = _FIRST_SIZE * torch.exp(out[:, :4].clamp(-4, 4))
        first_box = torch.cat([xy - sides[:, :2], xy + sides[:, 2:]], dim=1)
        fixed = first_box.detach()
        middle, half = (fixed[:, :2] + fixed[:, 2:]) / 2, (fixed[:, 2:] - fixed[:, :2]) / 2
        length = half.amax(dim=1)
        scale = length[:, None, None]
        first_points = middle[:, None] + scale * out[:, 4:].reshape(count, POINTS, 2)

        inside = fine(picture, middle[:, None] + self.grid * half[:, None])
        hidden = self.second(torch.cat([inside.reshape(count, -1), hidden], dim=1))
        out = self.second_out(hidden).float()
        box = fixed + out[:, :4] * torch.cat([half, half], dim=1)
        points = first_points.detach() + scale * out[:, 4 : 4 + 2 * POINTS].reshape(count, POINTS, 2)
        points = self._drawn(maps.points, picture, points, length)
        rest = out[:, 4 + 2 * POINTS :]
        moved, nearer = self._around_points(maps, picture, points.detach(), length, hidden)
        return Looks(
            first_box,
            box,
            first_points,
            points + moved,
            near=rest[:, :POINTS] + nearer,
            swapped=rest[:, POINTS],
            score=rest[:, POINTS + 1],
            hidden=hidden,
        )

    def _around_points(
        self, maps: Maps, picture: Tensor, points: Tensor, length: Tensor, hidden: Tensor
    ) -> tuple[Tensor, Tensor]:
        """By how much to move the points, ``[N, 4, 2]``, and what to add to ``near``, ``[N, 4]``."""
        count = points.shape[0]
        steps = self.around * (2 * AROUND_POINT / AROUND_PX)
        places = (points[:, :, None] + steps * length[:, None, None, None]).reshape(count, -1, 2)
        heat = Sampler(maps.points, STRIDE)(picture, places)
        close = points[:, :, None] + self.close_up * length[:, None, None, None]
        seen = torch.cat(
            [
                Sampler(maps.fine, 8)(picture, places).reshape(count, POINTS, -1),
                heat.to(maps.fine.dtype).reshape(count, POINTS, -1),
                Sampler(maps.detail, STRIDE)(picture, close.reshape(count, -1, 2)).reshape(count, POINTS, -1),
            ],
            dim=2,
        )
        told = [
            self.points[kind](torch.cat([seen[:, k], hidden], dim=1)).float()
            for k, kind in enumerate(KIND_OF_POINT)
        ]
        out = torch.stack(told, dim=1)
        return out[..., :2] * (0.2 * length)[:, None, None], out[..., 2]

    def _drawn(self, maps: Tensor, picture: Tensor, points: Tensor, length: Tensor) -> Tensor:
        """Points drawn to where their heat maps say: the mean place of a window, weighted by its softmax.

        Outside of the picture nothing is seen: there the logit is a constant that is learned.
        """
        _, count, rows, columns = maps.shape
        around = self.window * (WINDOW_SHARE * length)[:, None, None]
        cell = torch.floor((points.detach()[:, :, None] + around[:, None]) / STRIDE)
        column, row = cell[..., 0], cell[..., 1]
        inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
        plane = (picture * count)[:, None, None] + self.map_of_point[:, None]
        index = (plane * rows + row.clamp(0, rows - 1).to(torch.int64)) * columns
        index = index + column.clamp(0, columns - 1).to(torch.int64)
        seen = maps.reshape(-1).index_select(0, index.reshape(-1)).reshape(index.shape)
        logits = torch.where(inside, seen, self.outside[:, None])
        weights = torch.softmax(logits * self.sharpness[:, None] + self.near, dim=2)
        drawn = (weights[..., None] * (cell + 0.5) * STRIDE).sum(dim=2)
        return points + (drawn - points.detach())
