"""What somebody looks like: the layers that make a vector of it.

Where to look is learned: each of a few parts is an attention over the cells of the crop that the second look
is at, by what that saw in each cell. So what hides somebody, and what is behind them, counts little, and a
jacket is compared with a jacket; the colours themselves are those of the crop's pixels. Attention over parts
for telling people apart: Zhao et al., "Deeply-Learned Part-Aligned Representations", 2017 (arXiv:1707.07256).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.training.close_look import COLUMNS, FEATURE_STRIDE, REACH, ROWS
from inference.training.sampling import lattice

GRID = (COLUMNS // FEATURE_STRIDE, ROWS // FEATURE_STRIDE)
"""Cells across and down a crop."""
COLOURS = 5
"""Numbers for a cell's colour, see :func:`palette`."""
PARTS = 8
CELL, VALUES = 96, 48
"""Width of the layer that looks at a cell, and what it says of it beside its colour."""


def cell_colours(crops: Tensor) -> Tensor:
    """Mean colours ``[N, S, 3]`` of the cells of crops ``[N, 3, 128, 96]``."""
    return functional.avg_pool2d(crops.float(), FEATURE_STRIDE).flatten(2).transpose(1, 2)


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

    def __init__(self, features: int, outputs: int, hidden: int = 256) -> None:
        """``features``: channels of what the second look saw in each cell."""
        super().__init__()
        self.register_buffer("grid", lattice(*GRID), persistent=False)
        self.register_buffer("mean", torch.zeros(COLOURS + features))
        self.register_buffer("spread", torch.ones(COLOURS + features))
        self.register_buffer("common", torch.zeros(outputs))
        """Some of the mean of everybody's unit vector, taken off: what all share tells nobody apart."""
        self.cell = nn.Linear(COLOURS + features, CELL)
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
        height = (self.grid[:, 1:] * REACH + 1) / 2
        middle = (torch.arange(PARTS) + 0.5) / PARTS
        return -((PARTS * (height - middle)) ** 2)

    def forward(self, crops: Tensor, features: Tensor) -> Tensor:
        """Vectors ``[N, D]`` of any length for crops ``[N, 3, 128, 96]``, BGR 0 to 255, of any type.

        ``features`` ``[N, C, 16, 12]``: those of :class:`inference.training.close_look.Closer`.
        """
        return self.of(cell_colours(crops), features.flatten(2).transpose(1, 2))

    def told(self, colours: Tensor, features: Tensor) -> Tensor:
        """Numbers ``[N, S, 5 + C]`` for each cell, as ``mean`` and ``spread`` are of."""
        return torch.cat([palette(colours), features], dim=2)

    def of(self, colours: Tensor, features: Tensor) -> Tensor:
        """Vectors ``[N, D]`` for such colours and features."""
        seen = self.told(colours, features)
        # The layer takes in what each number is usually like: constants, where a graph is exported.
        weight = self.cell.weight / self.spread
        cells = functional.relu(functional.linear(seen, weight, self.cell.bias - weight @ self.mean))
        worth = self.attention(cells) + self.place
        shares = torch.softmax(worth, dim=1).transpose(1, 2)
        own = (seen[..., :COLOURS] - self.mean[:COLOURS]) / self.spread[:COLOURS]
        mean = shares @ own
        varies = (shares @ (own * own) - mean * mean).clamp(min=1e-4).sqrt()
        parts = [mean, varies, self.value(shares @ cells), torch.logsumexp(worth, dim=1)[..., None]]
        return functional.normalize(self.layers(torch.cat(parts, dim=2).flatten(1)), dim=1) - self.common
