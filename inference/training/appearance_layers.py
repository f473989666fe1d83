"""What somebody looks like: the layers that make a vector of it.

Where to look is learned: each of a few parts is an attention over a grid of cells in the box, by what the
detector's features say of each cell. So what hides somebody, and what is behind them, counts little, and a
jacket is compared with a jacket; the colours themselves are taken from the picture. Attention over parts for
telling people apart: Zhao et al., "Deeply-Learned Part-Aligned Representations", 2017 (arXiv:1707.07256).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.training.sampling import Sampler, lattice
from inference.training.settings import STRIDE

GRID = (6, 12)
"""Cells across and down a box."""
COLOURS = 5
"""Numbers for a cell's colour, see :func:`palette`."""
PARTS = 6
CELL, VALUES = 64, 24
"""Width of the layer that looks at a cell, and what it says of it beside its colour."""


def palette(colours: Tensor) -> Tensor:
    """Mean colours ``[N, S, 3]``, BGR 0 to 255, as numbers ``[N, S, 5]`` that another light changes little.

    Logarithms: lightness against the whole person's, lightness itself, and three of colour.
    """
    logs = torch.log(colours + 8)
    lightness = logs.mean(dim=2, keepdim=True)
    against = lightness - lightness.mean(dim=1, keepdim=True)
    return torch.cat([against, lightness - 4.5, 2 * (logs - lightness)], dim=2)


class Appearance(nn.Module):
    """See the module's docstring.

    Learned apart from the rest, which is taught not to mind colours: :mod:`inference.training.appearance`.
    """

    grid: Tensor
    mean: Tensor
    spread: Tensor
    common: Tensor

    def __init__(self, features: int, outputs: int, hidden: int = 160) -> None:
        """``features``: channels of the map at stride 8 that is read beside the picture."""
        super().__init__()
        self.register_buffer("grid", lattice(*GRID), persistent=False)
        self.register_buffer("mean", torch.zeros(COLOURS + features))
        self.register_buffer("spread", torch.ones(COLOURS + features))
        self.register_buffer("common", torch.zeros(outputs))
        """Some of the mean of everybody's unit vector, taken off: what all share tells nobody apart."""
        self.cell = nn.Sequential(nn.Linear(COLOURS + features, CELL), nn.ReLU())
        self.attention = nn.Linear(CELL, PARTS)
        self.value = nn.Linear(CELL, VALUES)
        self.place = nn.Parameter(self._bands())
        """``[S, PARTS]`` where in a box a part is looked for, at first one below the other."""
        self.layers = nn.Sequential(
            nn.Linear(PARTS * (2 * COLOURS + VALUES + 1), hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, outputs),
        )

    def _bands(self) -> Tensor:
        height = (self.grid[:, 1:] + 1) / 2
        middle = (torch.arange(PARTS) + 0.5) / PARTS
        return -((PARTS * (height - middle)) ** 2)

    def forward(self, image: Tensor, fine: Tensor, picture: Tensor, boxes: Tensor) -> Tensor:
        """Vectors ``[N, D]`` of any length for boxes ``[N, 4]`` in the pictures ``[N]`` of the batch.

        ``image`` ``[B, 3, H, W]``, BGR 0 to 255; ``fine`` the features ``[B, C, H/8, W/8]``.
        """
        return self.of(self.colours(image, picture, boxes), self.features(fine, picture, boxes))

    def _places(self, boxes: Tensor) -> Tensor:
        """Middles ``[N, S, 2]`` of the cells."""
        middle, half = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2
        return middle[:, None] + self.grid * half[:, None]

    def colours(self, image: Tensor, picture: Tensor, boxes: Tensor) -> Tensor:
        """Colours ``[N, S, 3]`` of the cells, black outside of the pictures ``[B, 3, H, W]``."""
        small = nn.functional.avg_pool2d(image, STRIDE)
        _, channels, rows, columns = small.shape
        cell = torch.floor(self._places(boxes) / STRIDE)
        column, row = cell[..., 0], cell[..., 1]
        inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
        index = (picture[:, None] * rows + row.clamp(0, rows - 1).to(torch.int64)) * columns
        pixels = small.permute(0, 2, 3, 1).reshape(-1, channels)
        found = pixels[index + column.clamp(0, columns - 1).to(torch.int64)]
        return found * inside[..., None].to(found.dtype)

    def features(self, fine: Tensor, picture: Tensor, boxes: Tensor) -> Tensor:
        """Features ``[N, S, C]`` of the cells, from a map ``[B, C, H/8, W/8]``."""
        return Sampler(fine, 8)(picture, self._places(boxes))

    def told(self, colours: Tensor, features: Tensor) -> Tensor:
        """Numbers ``[N, S, 5 + C]`` for each cell, as ``mean`` and ``spread`` are of."""
        return torch.cat([palette(colours), features], dim=2)

    def of(self, colours: Tensor, features: Tensor) -> Tensor:
        """Vectors ``[N, D]`` for such colours and features."""
        seen = (self.told(colours, features) - self.mean) / self.spread
        cells = self.cell(seen)
        worth = self.attention(cells) + self.place
        shares = torch.softmax(worth, dim=1).transpose(1, 2)
        own = seen[..., :COLOURS]
        mean = shares @ own
        varies = (shares @ (own * own) - mean * mean).clamp(min=1e-4).sqrt()
        parts = [mean, varies, shares @ self.value(cells), torch.logsumexp(worth, dim=1)[..., None]]
        return functional.normalize(self.layers(torch.cat(parts, dim=2).flatten(1)), dim=1) - self.common
