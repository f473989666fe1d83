"""A second look at whoever was found, always at the same size: corrected box, points and score.

The rest of the network sees everybody at the picture's size, and small or distant people in a handful of
cells. Here the part of the picture around a box is drawn anew, always as many pixels, and a small network of
its own looks at it. It costs time for each of the people, and hardly any where nobody is. Boxes are
corrected once more as a cascade does (Cai and Vasconcelos, 2018, arXiv:1712.00726); points are drawn to heat
maps of this one person (Sun et al., 2018, arXiv:1711.08229). Both wrists are on one map, to which that of
everybody's wrists in the picture is added: it is coarser, but errs elsewhere. Which two of its peaks they are
is decided for both at once, for a mean of two peaks is no place of a hand.

Places in a crop run from -1 to 1, its left and upper edge to its right and lower one.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.training.answers import (
    KIND_OF_POINT,
    PIXEL_SCALE,
    POINT_KINDS,
    POINT_MAPS,
    POINTS,
    Looks,
    Maps,
)
from inference.training.augment import FILL
from inference.training.blocks import bottleneck, convolution
from inference.training.devices import fixed
from inference.training.sampling import Sampler, lattice, spread
from inference.training.settings import STRIDE, NetworkSize

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
"""Cells across and down in which a head or a foot is looked for on its heat map."""
CANDIDATES = 8
"""Peaks of the wrists' map of which two are chosen."""
AROUND = 2
"""Cells to each side of a peak that say where in it a wrist is."""
PULL, PULL_CELLS = 0.05, 20.0
"""What a peak loses by each squared cell that it is away from where the wrist was thought to be, and how many
squared cells away half of all that it can lose is lost. On pictures that were learned from .682 of the wrists
that show were within 8 cm so, .634 when each was drawn to the mean of a window, by one network; .676 at
least with half or twice of either number."""
STAY = -4.5
"""What a peak must be worth, or the wrist is left where it was thought to be: of hidden ones .718 are within
30 cm so, and .694 without it; of those that show it takes .002."""
START_SHARE = 0.3
"""Of the first look's logits of wrists, that is added to the second's: .692 on those pictures, .691 with .2
or .5, and .680 with 1."""
LEAST_LOGIT = -8.0
UNSEEN_LOGIT = -5.0
"""Of a wrist where there is no picture."""
MAP_COLUMNS, MAP_ROWS = COLUMNS // MAP_STRIDE, ROWS // MAP_STRIDE
_FAR = 1e4
_WRISTS = POINT_MAPS - 1
"""Points, and maps, before those of wrists."""


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
    beside: Tensor
    one_peak: Tensor
    cells: Tensor
    extent: Tensor
    kinds: Tensor

    def __init__(self, size: NetworkSize) -> None:
        super().__init__()
        first, fine, coarse = size.close
        hidden = size.hidden // 2
        self.register_buffer("columns", spread(COLUMNS), persistent=False)
        self.register_buffer("rows", spread(ROWS), persistent=False)
        self.register_buffer("window", _window(WINDOW), persistent=False)
        self.register_buffer("beside", _window(2 * AROUND + 1), persistent=False)
        one_peak = functional.pad(_FAR * torch.eye(CANDIDATES), (0, 1, 0, 1))
        self.register_buffer("one_peak", one_peak, persistent=False)
        extent = torch.tensor([MAP_COLUMNS, MAP_ROWS], dtype=torch.float32)
        self.register_buffer("extent", extent, persistent=False)
        self.register_buffer("cells", (lattice(MAP_COLUMNS, MAP_ROWS) + 1) / 2 * extent, persistent=False)
        self.register_buffer("kinds", torch.tensor(KIND_OF_POINT), persistent=False)
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
        self.prior = nn.Parameter(-0.1 * (self.window**2).sum(dim=1).repeat(_WRISTS, 1))
        """``[2, S]`` how likely a head or a foot is near the middle of its window."""
        self.outside = nn.Parameter(torch.full((_WRISTS,), -4.0))
        self.share = nn.Parameter(torch.tensor(START_SHARE))
        """Of the first look's wrists in those of the second."""
        self.sharpness = nn.Parameter(torch.ones(POINTS))
        self.clear = nn.Parameter(torch.zeros(POINT_KINDS))
        """What a clear peak on the heat map adds to the trust in a point."""

    def start(self) -> None:
        """An untrained second look changes nothing but wrists, which are wherever its map is highest."""
        for layer, logit in ((self.out, 0.0), (self.heat, START_LOGIT)):
            nn.init.normal_(layer.weight, std=0.003)
            if layer.bias is not None:
                nn.init.constant_(layer.bias, logit)

    def forward(self, image: Tensor, maps: Maps, picture: Tensor, looks: Looks) -> Closer:
        """Look again at ``looks`` ``[N]`` of the pictures ``picture`` ``[N]`` of ``image`` ``[B, 3, H, W]``.

        Pixels are BGR, 0 to 255, of any type; ``maps`` are theirs.
        """
        box = looks.box.detach()
        return self.at(self.crops(image, picture, box), self.seen_first(maps, picture, box), looks)

    def at(self, crops: Tensor, first: Tensor, looks: Looks) -> Closer:
        """Look again at ``looks`` ``[N]``, in their ``crops`` ``[N, 3, 64, 48]``, 0 to 255, of any type.

        ``first``: what :meth:`seen_first` says of them.
        """
        box = looks.box.detach()
        middle, half, reach = _around(box)
        seen = self.stem((crops.float() - FILL) * PIXEL_SCALE)
        seen = self.fine(functional.relu(seen + self.context(looks.hidden)[:, :, None, None]))
        coarse = self.coarse(seen)
        hidden = self.decide(torch.cat([self.squeeze(coarse).flatten(1), looks.hidden], dim=1))
        out = self.out(hidden).float()
        around = functional.interpolate(self.back(coarse), scale_factor=2.0, mode="nearest")
        heat = functional.pixel_shuffle(self.heat(self.merged(seen + around)), 4 // MAP_STRIDE).float()

        moved, places, rest = out[:, :4], out[:, 4 : 4 + 2 * POINTS], out[:, 4 + 2 * POINTS :]
        rough = (looks.points.detach() - middle[:, None]) / reach[:, None] + places.reshape(-1, POINTS, 2)
        drawn, clear = self._drawn(heat, first, rough)
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

    def crops(self, image: Tensor, picture: Tensor, box: Tensor) -> Tensor:
        """``[N, 3, 64, 48]`` what is around the boxes ``[N, 4]``; grey outside of the picture.

        Of the type of ``image``.
        """
        middle, _, reach = _around(box)
        pictures, _, height, width = image.shape
        outside = pictures * height * width  # the number of a grey pixel after all the others
        column = _cells(middle[:, :1] + self.columns * reach[:, :1], width, outside)
        row = _cells(middle[:, 1:] + self.rows * reach[:, 1:], height, outside)
        row = (picture[:, None] * height + row) * width
        index = (row[:, :, None] + column[:, None, :]).clamp(max=outside)
        pixels = image.permute(0, 2, 3, 1).reshape(-1, 3)
        pixels = torch.cat([pixels, torch.full_like(pixels[:1], FILL)])
        found = pixels.index_select(0, index.reshape(-1)).reshape(-1, ROWS, COLUMNS, 3)
        return found.permute(0, 3, 1, 2)

    def seen_first(self, maps: Maps, picture: Tensor, box: Tensor) -> Tensor:
        """``[N, 768]`` what the first look's map of wrists says in the cells of crops around ``[N, 4]``."""
        middle, _, reach = _around(box)
        places = middle[:, None] + (self.cells / self.extent * 2 - 1) * reach[:, None]
        wrists = maps.points[:, _WRISTS:].detach().clamp(min=LEAST_LOGIT) - UNSEEN_LOGIT
        return Sampler(wrists, STRIDE)(picture, places)[..., 0] + UNSEEN_LOGIT

    def _drawn(self, heat: Tensor, first: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        """Places ``[N, 4, 2]`` drawn to where the heat maps say, and how clearly ``[N, 4]`` those do."""
        at = (places.detach() + 1) / 2 * self.extent
        others, clear = self._in_windows(heat[:, :_WRISTS].flatten(2), at[:, :_WRISTS])
        wrists, clear_wrists = self._two_peaks(heat[:, _WRISTS].flatten(1), first, at[:, _WRISTS:])
        found = torch.cat([others, wrists], dim=1) / self.extent * 2 - 1
        # A window moves with the place it is around; peaks stay where they are.
        moving = torch.cat([places[:, :_WRISTS], places[:, _WRISTS:].detach()], dim=1)
        return moving + (found - places.detach()), torch.cat([clear, clear_wrists], dim=1)

    def _in_windows(self, heat: Tensor, at: Tensor) -> tuple[Tensor, Tensor]:
        """Of head and foot, in cells: as in the first look, the mean place of a window, by its softmax.

        The window is around where they were thought to be, ``at`` ``[N, 2, 2]``.
        """
        cell = torch.floor(at)[:, :, None] + self.window
        inside, index = self._numbered(cell)
        logits = torch.where(inside, heat.gather(2, index), self.outside[:, None])
        weights = torch.softmax(logits * self.sharpness[:_WRISTS, None] + self.prior, dim=2)
        return ((cell + 0.5) * weights[..., None]).sum(dim=2), logits.amax(dim=2)

    def _two_peaks(self, heat: Tensor, first: Tensor, at: Tensor) -> tuple[Tensor, Tensor]:
        """Of the wrists, in cells: the two peaks that are best together, and what is around each.

        ``heat`` and ``first`` ``[N, 768]``; ``at`` ``[N, 2, 2]`` where they were thought to be, and stay if
        no peak is worth more.
        """
        seen = (heat + self.share * first).reshape(-1, 1, MAP_ROWS, MAP_COLUMNS)
        peaked = seen == functional.max_pool2d(seen, 3, stride=1, padding=1)
        flat = seen.flatten(1)
        # Where there are fewer peaks than are wanted, the highest of the other cells.
        some = torch.topk(torch.where(peaked.flatten(1), flat, flat - _FAR), CANDIDATES).indices
        away = ((self.cells[some][:, None] - at[:, :, None]) ** 2).sum(dim=3)
        worth = flat.gather(1, some)[:, None] * self.sharpness[_WRISTS:, None]
        worth = worth - PULL * away / (1 + away / PULL_CELLS)
        worth = torch.cat([worth, torch.full_like(worth[..., :1], STAY)], dim=2)
        both = worth[:, 0, :, None] + worth[:, 1, None, :] - self.one_peak
        pair = both.flatten(1).argmax(dim=1, keepdim=True)
        one = torch.div(pair, CANDIDATES + 1, rounding_mode="floor")
        which = torch.cat([one, pair - (CANDIDATES + 1) * one], dim=1)
        stays = which == CANDIDATES
        _, here = self._numbered(torch.floor(at))
        best = torch.where(stays, here, some.gather(1, which.clamp(max=CANDIDATES - 1)))
        middle = torch.floor(self.cells[best])[:, :, None] + self.beside
        inside, index = self._numbered(middle)
        logits = flat[:, None].expand(-1, 2, -1).gather(2, index) * self.sharpness[_WRISTS:, None]
        weights = torch.softmax(torch.where(inside, logits, torch.full_like(logits, -_FAR)), dim=2)
        found = ((middle + 0.5) * weights[..., None]).sum(dim=2)
        return torch.where(stays[..., None], at, found), heat.gather(1, best)

    def _numbered(self, cell: Tensor) -> tuple[Tensor, Tensor]:
        """Which cells ``[..., 2]`` (column, row) are in the crop, and their numbers or the nearest one's."""
        inside = ((cell >= 0) & (cell < self.extent)).all(dim=-1)
        known = torch.minimum(cell.clamp(min=0), self.extent - 1)
        return inside, (known[..., 1] * MAP_COLUMNS + known[..., 0]).to(torch.int64)


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


def _around(box: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Middles, half sizes, and half sizes of the crops of boxes ``[N, 4]``; all ``[N, 2]``."""
    middle = (box[:, :2] + box[:, 2:]) / 2
    half = ((box[:, 2:] - box[:, :2]) / 2).clamp(min=LEAST_HALF_PX)
    return middle, half, REACH * half


def _cells(places: Tensor, size: int, outside: int) -> Tensor:
    """Which of ``size`` pixels are at places along one axis; ``outside`` where none is."""
    cell = torch.floor(places).to(torch.int64)
    return torch.where((cell >= 0) & (cell < size), cell, outside)


def _window(size: int) -> Tensor:
    """``[S, 2]`` steps in cells from the middle of a window of ``size`` cells across and down."""
    steps = torch.arange(size, dtype=torch.float32) - size // 2
    y, x = torch.meshgrid(steps, steps, indexing="ij")
    return torch.stack([x.reshape(-1), y.reshape(-1)], dim=1)
