"""The person network: one pass of plain convolutions over the picture, then a closer look at each peak.

What is computed everywhere is little: a heat map of people's centres and three of their points (head, foot,
wrists of either side) at stride 4. All the rest is computed only where a peak is, by small fully connected
layers on features sampled around it: box, points and, from a grid of samples inside that box, a corrected
box, how far to trust the points, and a second opinion on the score. Points are then drawn to the heat maps
nearby (integral regression, Sun et al., 2018, arXiv:1711.08229), and corrected by what is around each. A
second look at whoever seems to be there (:mod:`inference.training.close_look`) has the last word.

Heat maps of people after CenterNet (Zhou et al., 2019, arXiv:1904.07850); the pyramid after Lin et al., 2017
(arXiv:1612.03144); bottleneck blocks after He et al., 2016 (arXiv:1512.03385).

Coordinates are continuous pixels of the input: its left edge is 0, the centre of the first cell of a map of
stride s is s / 2.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from inference.training.answers import PIXEL_SCALE, POINT_MAPS, Maps
from inference.training.appearance_layers import Appearance
from inference.training.blocks import bottleneck, convolution, separable
from inference.training.close_look import CloseLook
from inference.training.peak_look import PeakLook
from inference.training.settings import STRIDE, NetworkSize


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
        self.close = CloseLook(size)
        self.appearance = Appearance(size.close[2], size.appearance)
        self._start()

    def _start(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        nn.init.normal_(self.last_maps.weight, std=0.01)
        if self.last_maps.bias is not None:
            # Every cell starts with a chance of 0.01, as the focal loss wants it.
            nn.init.constant_(self.last_maps.bias, -math.log(99))
        self.close.start()

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
