"""A second look at whoever was found, always at the same size: corrected box, points and score.

The rest of the network sees everybody at the picture's size, and small or distant people in a handful of
cells. Here the part of the picture around a box is drawn anew, always as many pixels, and a small network of
its own looks at it. It costs time for each of the people, and hardly any where nobody is. Boxes are
corrected once more as a cascade does (Cai and Vasconcelos, 2018, arXiv:1712.00726); points are drawn to heat
maps of this one person (Sun et al., 2018, arXiv:1711.08229).

Places in a crop run from -1 to 1, its left and upper edge to its right and lower one.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.training.answers import (
    KIND_OF_POINT,
    MAP_OF_POINT,
    PIXEL_SCALE,
    POINT_KINDS,
    POINT_MAPS,
    POINTS,
    Looks,
)
from inference.training.augment import FILL
from inference.training.blocks import bottleneck, convolution
from inference.training.devices import fixed
from inference.training.sampling import spread
from inference.training.settings import NetworkSize

COLUMNS, ROWS = 48, 64
"""Pixels of a crop."""
REACH = 1.25
"""How much larger than the box a crop is: the box may be wrong, and hands reach out of it."""
LEAST_HALF_PX = 3.0
MAP_STRIDE = 2
"""Pixels of the crop in one cell of its heat maps."""
START_LOGIT = -5.0
"""Of every cell before anything is learned: of 768 cells one or two are wanted."""
WINDOW = 9
"""Cells across and down in which a point is looked for on its heat map."""


class Closer(NamedTuple):
    """What a second look at N people says."""

    box: Tensor
    """``[N, 4]``"""
    rough: Tensor
    """``[N, 4, 2]`` points before the heat maps were asked."""
    points: Tensor
    """``[N, 4, 2]``"""
    near: Tensor
    """``[N, 4]``, as are the next two: logits that stand in place of those of the first look."""
    swapped: Tensor
    """``[N]``"""
    score: Tensor
    """``[N]`` to be added to that of the first look."""
    heat: Tensor
    """``[N, 3, 32, 24]`` logits: head, foot, any wrist of this person."""
    region: Tensor
    """``[N, 4]`` middle and half size of the crop, pixels of the input."""

    def head(self, count: int) -> Closer:
        """The first of them."""
        return Closer(*(part[:count] for part in self))


class CloseLook(nn.Module):
    """See the module's docstring."""

    columns: Tensor
    rows: Tensor
    window: Tensor
    extent: Tensor
    kinds: Tensor
    maps: Tensor

    def __init__(self, size: NetworkSize) -> None:
        super().__init__()
        first, fine, coarse = size.close
        hidden = size.hidden // 2
        self.register_buffer("columns", spread(COLUMNS), persistent=False)
        self.register_buffer("rows", spread(ROWS), persistent=False)
        self.register_buffer("window", _window(), persistent=False)
        extent = torch.tensor([COLUMNS // MAP_STRIDE, ROWS // MAP_STRIDE], dtype=torch.float32)
        self.register_buffer("extent", extent, persistent=False)
        self.register_buffer("kinds", torch.tensor(KIND_OF_POINT), persistent=False)
        self.register_buffer("maps", torch.tensor(MAP_OF_POINT), persistent=False)
        self.stem = nn.Sequential(convolution(3, first, stride=2), convolution(first, fine, 2, 2))
        self.context = nn.Linear(size.hidden, fine)
        self.fine = nn.Sequential(bottleneck(fine), bottleneck(fine))
        self.coarse = nn.Sequential(
            convolution(fine, coarse, 2, 2), bottleneck(coarse), bottleneck(coarse), bottleneck(coarse)
        )
        squeezed = coarse // 4
        self.squeeze = convolution(coarse, squeezed, 1)
        cells = (COLUMNS // 8) * (ROWS // 8)
        self.decide = nn.Sequential(
            nn.Linear(cells * squeezed + size.hidden, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU()
        )
        self.out = nn.Linear(hidden, 4 + 2 * POINTS + POINTS + 2)
        self.back = convolution(coarse, fine, 1, act=False)
        self.merged = nn.Sequential(nn.ReLU(inplace=True), bottleneck(fine))
        self.heat = nn.Conv2d(fine, POINT_MAPS * (4 // MAP_STRIDE) ** 2, 1)
        self.prior = nn.Parameter(-0.1 * (self.window**2).sum(dim=1).repeat(POINTS, 1))
        """``[4, S]`` how likely a point is near the middle of its window."""
        self.outside = nn.Parameter(torch.full((POINTS,), -4.0))
        self.sharpness = nn.Parameter(torch.ones(POINTS))
        self.clear = nn.Parameter(torch.zeros(POINT_KINDS))
        """What a clear peak on the heat map adds to the trust in a point."""

    def start(self) -> None:
        """An untrained second look changes nothing."""
        for layer, logit in ((self.out, 0.0), (self.heat, START_LOGIT)):
            nn.init.normal_(layer.weight, std=0.003)
            if layer.bias is not None:
                nn.init.constant_(layer.bias, logit)

    def forward(self, image: Tensor, picture: Tensor, looks: Looks) -> Closer:
        """Look again at ``looks`` ``[N]`` of the pictures ``picture`` ``[N]`` of ``image`` ``[B, 3, H, W]``.

        Pixels are BGR, 0 to 255, of any type.
        """
        box = looks.box.detach()
        middle = (box[:, :2] + box[:, 2:]) / 2
        half = ((box[:, 2:] - box[:, :2]) / 2).clamp(min=LEAST_HALF_PX)
        reach = REACH * half
        seen = self.stem(self._crops(image, picture, middle, reach))
        seen = self.fine(functional.relu(seen + self.context(looks.hidden)[:, :, None, None]))
        coarse = self.coarse(seen)
        hidden = self.decide(torch.cat([self.squeeze(coarse).flatten(1), looks.hidden], dim=1))
        out = self.out(hidden).float()
        around = functional.interpolate(self.back(coarse), scale_factor=2.0, mode="nearest")
        heat = functional.pixel_shuffle(self.heat(self.merged(seen + around)), 4 // MAP_STRIDE).float()

        moved, places, rest = out[:, :4], out[:, 4 : 4 + 2 * POINTS], out[:, 4 + 2 * POINTS :]
        rough = (looks.points.detach() - middle[:, None]) / reach[:, None] + places.reshape(-1, POINTS, 2)
        drawn, clear = self._drawn(heat, rough)
        return Closer(
            box=box + moved * torch.cat([half, half], dim=1),
            rough=middle[:, None] + rough * reach[:, None],
            points=middle[:, None] + drawn * reach[:, None],
            near=looks.near + rest[:, :POINTS] + self.clear[self.kinds] * clear,
            swapped=looks.swapped + rest[:, POINTS],
            score=rest[:, POINTS + 1],
            heat=heat,
            region=torch.cat([middle, reach], dim=1),
        )

    def _crops(self, image: Tensor, picture: Tensor, middle: Tensor, reach: Tensor) -> Tensor:
        """``[N, 3, 64, 48]`` what is around the middles; grey outside of the picture."""
        pictures, _, height, width = image.shape
        outside = pictures * height * width  # the number of a grey pixel after all the others
        column = _cells(middle[:, :1] + self.columns * reach[:, :1], width, outside)
        row = _cells(middle[:, 1:] + self.rows * reach[:, 1:], height, outside)
        row = (picture[:, None] * height + row) * width
        index = (row[:, :, None] + column[:, None, :]).clamp(max=outside)
        pixels = image.permute(0, 2, 3, 1).reshape(-1, 3)
        pixels = torch.cat([pixels, torch.full_like(pixels[:1], FILL)])
        found = pixels.index_select(0, index.reshape(-1)).reshape(-1, ROWS, COLUMNS, 3)
        return (found.permute(0, 3, 1, 2).float() - FILL) * PIXEL_SCALE

    def _drawn(self, heat: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        """Places ``[N, 4, 2]`` drawn to where the heat maps say, and how clearly ``[N, 4]`` those do.

        As in the first look: the mean place of a window, weighted by its softmax.
        """
        extent = self.extent
        at = (places.detach() + 1) / 2 * extent
        cell = torch.floor(at)[:, :, None] + self.window
        inside = ((cell >= 0) & (cell < extent)).all(dim=-1)
        known = torch.minimum(cell.clamp(min=0), extent - 1)
        index = (known[..., 1] * (COLUMNS // MAP_STRIDE) + known[..., 0]).to(torch.int64)
        logits = heat.flatten(2)[:, self.maps].gather(2, index)
        logits = torch.where(inside, logits, self.outside[:, None])
        weights = torch.softmax(logits * self.sharpness[:, None] + self.prior, dim=2)
        found = ((cell + 0.5) * weights[..., None]).sum(dim=2) / extent * 2 - 1
        return places + (found - places.detach()), logits.amax(dim=2)


def close_targets(points: Tensor, region: Tensor, like: Tensor) -> tuple[Tensor, Tensor]:
    """What heat maps like ``like`` ``[N, 3, h, w]`` are to say of ``points`` ``[N, 4, 3]``, and what counts.

    Both ``[N, 3, h, w]``: bells of one cell around points that show; nothing is asked near hidden ones.
    """
    rows, columns = like.shape[-2:]
    extent = fixed((columns, rows), points.device)
    at = ((points[..., :2] - region[:, None, :2]) / region[:, None, 2:] + 1) / 2 * extent
    x = torch.arange(columns, device=points.device) + 0.5
    y = torch.arange(rows, device=points.device) + 0.5
    across, down = (x - at[..., :1]) ** 2, (y - at[..., 1:]) ** 2
    bells = torch.exp(-0.5 * (down[..., None] + across[..., None, :]))
    shows = (points[..., 2] > 0.5)[..., None, None]
    wanted, hidden = bells * shows, (bells > 0.05) & ~shows
    wrists = slice(POINT_MAPS - 1, POINTS)
    return (
        torch.cat([wanted[:, : POINT_MAPS - 1], wanted[:, wrists].amax(dim=1, keepdim=True)], dim=1),
        ~torch.cat([hidden[:, : POINT_MAPS - 1], hidden[:, wrists].any(dim=1, keepdim=True)], dim=1),
    )


def _cells(places: Tensor, size: int, outside: int) -> Tensor:
    """Which of ``size`` pixels are at places along one axis; ``outside`` where none is."""
    cell = torch.floor(places).to(torch.int64)
    return torch.where((cell >= 0) & (cell < size), cell, outside)


def _window() -> Tensor:
    """``[S, 2]`` steps in cells from the middle of a window."""
    steps = torch.arange(WINDOW, dtype=torch.float32) - WINDOW // 2
    y, x = torch.meshgrid(steps, steps, indexing="ij")
    return torch.stack([x.reshape(-1), y.reshape(-1)], dim=1)
