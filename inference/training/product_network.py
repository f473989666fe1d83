"""The products' network: a small picture in, a unit vector that says what is held, and whether anything is.

Goods lie anywhere in the window, among fingers and other goods, so the vector is gathered by attention over
places; that is learned along with the rest. The same network reads hands and the shop's own pictures.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from inference.detection.product_model import INPUT_PX

LENGTH = 32
"""Of the vector."""
SCALE = 1.0 / 64.0
CHANNELS = (16, 32, 64)
"""At strides 2, 4 and 8."""
MERGED, TINTS = 48, 24
"""Channels in which the network looks at places, and in which it looks at colours there."""
HEADS = 2
"""The first looks where what is held shows, the others where they learn to."""
PALETTE = 20
GRID = INPUT_PX // 4


class Answers(NamedTuple):
    """What the network says of each of N pictures."""

    embedding: Tensor
    """``[N, LENGTH]`` unit vectors."""
    held: Tensor
    """``[N]`` logits that something is held that could be recognised."""
    places: Tensor
    """``[N, GRID * GRID]`` logits, for each place in rows, that what is held shows there."""
    palette: Tensor
    """``[N, PALETTE]`` the product's colours, see :func:`~inference.training.product_batches.palette_of`."""


def _step(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class _Residual(nn.Module):
    """Two convolutions beside a straight way."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _step(channels, channels)
        self.second = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """``[N, C, h, w]`` to the same."""
        return torch.relu(x + self.norm(self.second(self.first(x))))


class ProductNet(nn.Module):
    """About 0.16 M parameters, 10 M multiply-adds a picture.

    Where the product is takes a wide look; what it is, its colours above all, is read at just those places.
    """

    def __init__(self) -> None:
        super().__init__()
        a, b, c = CHANNELS
        self.scale = SCALE
        """Of the pixels; 1 where it has gone into the first weights."""
        self.fine = nn.Sequential(_step(3, a, 2), _step(a, b, 2), _Residual(b))
        self.wide = nn.Sequential(_step(b, c, 2), _Residual(c), nn.Conv2d(c, MERGED, 1))
        self.lateral = nn.Conv2d(b, MERGED, 1)
        self.merged = _step(MERGED, MERGED)
        self.tints = nn.Sequential(
            nn.AvgPool2d(2),
            nn.Conv2d(3, TINTS, 1),
            nn.ReLU(inplace=True),
            _point(TINTS, TINTS),
            nn.AvgPool2d(2),
        )
        self.attention = nn.Conv1d(MERGED, HEADS, 1)
        gathered = HEADS * (MERGED + TINTS)
        self.vector = nn.Sequential(nn.Linear(gathered, 96), nn.ReLU(inplace=True), nn.Linear(96, LENGTH))
        self.hold = nn.Linear(2 * MERGED + 1, 1)
        self.palette = nn.Linear(gathered, PALETTE)

    def forward(self, pixels: Tensor) -> Answers:
        """``pixels`` ``[N, 3, INPUT_PX, INPUT_PX]`` BGR, 0 to 255."""
        x = pixels * self.scale if self.scale != 1.0 else pixels
        fine = self.fine(x)
        wide = nn.functional.interpolate(self.wide(fine), scale_factor=2.0, mode="nearest")
        maps = self.merged(torch.relu(self.lateral(fine) + wide)).flatten(2)
        places = self.attention(maps)
        read = torch.cat([maps, self.tints(x).flatten(2)], dim=1)
        gathered = (torch.softmax(places, dim=2) @ read.transpose(1, 2)).flatten(1)
        embedding = nn.functional.normalize(self.vector(gathered), dim=1)
        shown = places[:, 0].amax(dim=1, keepdim=True)
        held = self.hold(torch.cat([maps.mean(dim=2), maps.amax(dim=2), shown], dim=1))
        return Answers(embedding, held[:, 0], places[:, 0], self.palette(gathered))


def _point(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1), nn.ReLU(inplace=True))
