"""The person network: one pass of plain convolutions over the picture, then a closer look at each peak.

What is computed everywhere is little: a heat map of people's centres and three of their points (head, foot,
wrists of either side) at stride 4. All the rest is computed only where a peak is, by small fully connected
layers on features sampled around it: box, points and, from a grid of samples inside that box, a corrected
box, how far to trust the points, and a second opinion on the score. Points are then drawn to the heat maps
nearby (integral regression, Sun et al., 2018, arXiv:1711.08229), and corrected by what is around each.

Heat maps of people after CenterNet (Zhou et al., 2019, arXiv:1904.07850); the pyramid after Lin et al., 2017
(arXiv:1612.03144); bottleneck blocks after He et al., 2016 (arXiv:1512.03385).

Coordinates are continuous pixels of the input: its left edge is 0, the centre of the first cell of a map of
stride s is s / 2.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from inference.training.appearance_layers import Appearance
from inference.training.sampling import Sampler, lattice
from inference.training.settings import STRIDE, NetworkSize

POINTS = 4
"""Head, foot and two wrists."""
POINT_MAPS = 3
"""Head, foot, any wrist."""
MAP_OF_POINT = (0, 1, 2, 2)

PIXEL_SCALE = 1 / 64
"""Pixels enter the first convolution times this; the export folds it into the weights."""

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
POINT_KINDS = 3
KIND_OF_POINT = MAP_OF_POINT
"""Head, foot, wrist: those of a kind are looked at alike."""

_FIRST_SIZE = 24.0
"""Pixels from the centre to the sides of the box that an untrained network answers with."""


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

    def head(self, count: int) -> Looks:
        """The first of them."""
        return Looks(*(part[:count] for part in self))


def convolution(
    inputs: int, outputs: int, kernel: int = 3, stride: int = 1, groups: int = 1, *, act: bool = True
) -> nn.Sequential:
    """Convolution and batch normalisation, with or without a rectifier."""
    padding = kernel // 2 if kernel % 2 else 0
    layers: list[nn.Module] = [
        nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    if act:
        layers.append(nn.ReLU(inplace=True))
    return nn.Sequential(*layers)


class Residual(nn.Module):
    """What its layers find is added to what there is. Keeps the shape."""

    def __init__(self, before: nn.Module, inputs: int, channels: int) -> None:
        """``before`` leads from ``channels`` to ``inputs`` channels; a last 1x1 layer leads back."""
        super().__init__()
        self.before = before
        self.last = nn.Conv2d(inputs, channels, 1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        nn.init.constant_(self.norm.weight, 0.5)  # at first a block changes little

    def forward(self, x: Tensor) -> Tensor:
        """The same shape."""
        return nn.functional.relu(x + self.norm(self.last(self.before(x))))


def bottleneck(channels: int) -> Residual:
    """Half the channels, a dense 3x3, all the channels."""
    half = max(16, channels // 2 // 16 * 16)
    return Residual(nn.Sequential(convolution(channels, half, 1), convolution(half, half)), half, channels)


def separable(channels: int) -> Residual:
    """3x3 in each channel, then across channels: a third of a bottleneck's work."""
    return Residual(convolution(channels, channels, groups=channels), channels, channels)


class PersonNet(nn.Module):
    """See the module's docstring."""

    def __init__(self, size: NetworkSize) -> None:
        super().__init__()
        self.size = size
        self.pixel_scale = PIXEL_SCALE
        stem, c4, c8, c16, c32 = size.channels
        n4, n8, n16, n32 = size.blocks
        neck, fine = size.neck, size.fine
        self.stem = convolution(3, stem, stride=2)
        self.at4 = nn.Sequential(convolution(stem, c4, 2, 2), *(separable(c4) for _ in range(n4)))
        self.at8 = nn.Sequential(convolution(c4, c8, 2, 2), *(bottleneck(c8) for _ in range(n8)))
        self.at16 = nn.Sequential(convolution(c8, c16, 2, 2), *(bottleneck(c16) for _ in range(n16)))
        self.at32 = nn.Sequential(
            _EvenPad(), convolution(c16, c32, 2, 2), *(bottleneck(c32) for _ in range(n32))
        )
        self.to_coarse = convolution(c32, neck, 1)
        self.from16 = convolution(c16, neck, 1, act=False)
        self.middle = nn.Sequential(nn.ReLU(inplace=True), bottleneck(neck))
        self.down_to_fine = convolution(neck, fine, 1, act=False)
        self.from8 = convolution(c8, fine, 1, act=False)
        self.fine = nn.Sequential(nn.ReLU(inplace=True), bottleneck(fine))
        self.before_maps = convolution(fine, 32)
        self.last_maps = nn.Conv2d(32, (1 + POINT_MAPS) * (8 // STRIDE) ** 2, 1)
        self.peak = PeakLook(size)
        self.appearance = Appearance(size.fine, size.appearance)
        self._start()

    def _start(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        nn.init.normal_(self.last_maps.weight, std=0.01)
        if self.last_maps.bias is not None:
            # Every cell starts with a chance of 0.01, as the focal loss wants it.
            nn.init.constant_(self.last_maps.bias, -math.log(99))

    def forward(self, image: Tensor) -> Maps:
        """Maps of pictures ``[B, 3, H, W]``, BGR 0 to 255 (any float type); H and W multiples of 16."""
        x4 = self.at4(self.stem(image * self.pixel_scale if self.pixel_scale != 1 else image))
        x8 = self.at8(x4)
        x16 = self.at16(x8)
        coarse = self.to_coarse(self.at32(x16))
        middle = self.middle(_add_upsampled(self.from16(x16), coarse))
        fine = _add_upsampled(self.from8(x8), self.down_to_fine(middle))
        fine = self.fine(fine)
        maps = nn.functional.pixel_shuffle(self.last_maps(self.before_maps(fine)), 8 // STRIDE)
        return Maps(maps[:, :1], maps[:, 1:], fine, middle, coarse, x4)


def channels_last(network: PersonNet) -> PersonNet:
    """The network in the memory layout that convolutions in bfloat16 are fast in."""
    changed: PersonNet = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return changed


class _EvenPad(nn.Module):
    """Adds a row and a column that the next layer of stride 2 takes in only where the size is odd."""

    def forward(self, x: Tensor) -> Tensor:
        """One larger in height and width."""
        return nn.functional.pad(x, (0, 1, 0, 1))


def _add_upsampled(fine: Tensor, coarse: Tensor) -> Tensor:
    """Sum of a map and one of half its size; where the finer size is odd, a row or column is left over."""
    larger = nn.functional.interpolate(coarse, scale_factor=2.0, mode="nearest")
    return fine + larger[..., : fine.shape[-2], : fine.shape[-1]]


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
