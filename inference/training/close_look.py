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

COLUMNS, ROWS = 96, 128
"""Pixels of a crop."""
REACH = 1.25
"""How much larger than the box a crop is: the box may be wrong, and hands reach out of it."""
LEAST_HALF_PX = 3.0
MAP_STRIDE = 2
"""Pixels of the crop in one cell of its heat maps."""
FEATURE_STRIDE = 8
"""The same for the features that more is read from: what somebody looks like."""
START_LOGIT = -5.0
"""Of every cell before anything is learned: of 768 cells one or two are wanted."""
BELL = 1.5
"""Cells: standard deviation of the bells that heat maps are to show; a cell is 3 to 4 cm of a body."""
WINDOW = 13
"""Cells across and down in which a head or a foot is looked for on its heat map."""
APART = 2
"""Cells to each side of a peak in which there is no other."""
CANDIDATES = 8
"""Peaks of the wrists' map of which two are chosen."""
AROUND = 3
"""Cells to each side of a peak that say where in it a wrist is."""
PULL, PULL_CELLS = 0.0125, 80.0
"""What a peak loses by each squared cell that it is away from where the wrist was thought to be, and how many
squared cells away half of all that it can lose is lost. On pictures that nothing else is measured on .771 of
the wrists that show are within 8 cm so, and as many with half of either number. Drawn to the mean of a window
each, it was .05 less, with a network before."""
STAY = -7.0
"""What a peak must be worth, or the wrist is left where it was thought to be: of hidden ones .751 are within
30 cm so, of those that show .771 within 8 cm. With -4.5 these were .795 and .739, with -9 .710 and .771."""
START_SHARE = 0.3
"""Of the first look's logits of wrists, that is added to the second's; .33 was learned. With half of that
.771 of those wrists are near, .769 with none, and of hidden ones .731 and .697."""
FIRST_COLUMNS, FIRST_ROWS = 24, 32
"""Places of a crop at which the first look's map of wrists is read: it is as coarse as that."""
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
    """``[N, 3, 64, 48]`` logits: head, foot, any wrist of this person."""
    region: Tensor
    """``[N, 4]`` middle and half size of the crop, pixels of the input."""
    features: Tensor
    """``[N, C, 16, 12]`` what was seen in the parts of the crop."""

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
    places: Tensor
    extent: Tensor
    kinds: Tensor

    def __init__(self, size: NetworkSize) -> None:
        super().__init__()
        first, detail, fine, coarse = size.close
        self.pixel_scale = PIXEL_SCALE
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
        self.register_buffer("places", lattice(FIRST_COLUMNS, FIRST_ROWS), persistent=False)
        self.register_buffer("kinds", torch.tensor(KIND_OF_POINT), persistent=False)
        self.stem = nn.Sequential(convolution(3, first, stride=2), convolution(first, detail, stride=2))
        self.detail = bottleneck(detail)
        self.down = convolution(detail, fine, 2, 2)
        self.context = nn.Linear(size.hidden, fine)
        self.fine = nn.Sequential(bottleneck(fine), bottleneck(fine))
        self.coarse = nn.Sequential(
            convolution(fine, coarse, 2, 2), bottleneck(coarse), bottleneck(coarse), bottleneck(coarse)
        )
        squeezed = coarse // 4
        self.squeeze = convolution(coarse, squeezed, 1)
        cells = (COLUMNS // 16) * (ROWS // 16)
        self.decide = nn.Sequential(
            nn.Linear(cells * squeezed + size.hidden, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU()
        )
        self.out = nn.Linear(hidden, 4 + 2 * POINTS + POINTS + 2)
        self.back = convolution(coarse, fine, 1, act=False)
        self.merged = nn.Sequential(nn.ReLU(inplace=True), bottleneck(fine))
        self.to_detail = convolution(fine, detail, 1, act=False)
        self.exact = nn.Sequential(nn.ReLU(inplace=True), bottleneck(detail))
        self.heat = nn.Conv2d(detail, POINT_MAPS * (4 // MAP_STRIDE) ** 2, 1)
        self.prior = nn.Parameter(-0.025 * (self.window**2).sum(dim=1).repeat(_WRISTS, 1))
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
        """Look again at ``looks`` ``[N]``, in their ``crops`` ``[N, 3, 128, 96]``, 0 to 255, of any type.

        ``first``: what :meth:`seen_first` says of them.
        """
        box = looks.box.detach()
        middle, half, reach = _around(box)
        out, heat, features = self.told(crops, looks.hidden)
        out, heat = out.float(), heat.float()
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
            features=features,
        )

    def told(self, crops: Tensor, hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What convolutions say of crops and of what is known of them, ``[N, H]``.

        Numbers ``[N, 18]`` (box, points, near, swapped, score), heat maps and features as in :class:`Closer`.
        """
        pixels = crops.float() - FILL
        detail = self.detail(self.stem(pixels * self.pixel_scale if self.pixel_scale != 1 else pixels))
        seen = self.fine(functional.relu(self.down(detail) + self.context(hidden)[:, :, None, None]))
        coarse = self.coarse(seen)
        decided = self.decide(torch.cat([self.squeeze(coarse).flatten(1), hidden], dim=1))
        merged = self.merged(seen + _twice(self.back(coarse)))
        exact = self.exact(detail + _twice(self.to_detail(merged)))
        heat = functional.pixel_shuffle(self.heat(exact), 4 // MAP_STRIDE)
        return self.out(decided), heat, merged

    def crops(self, image: Tensor, picture: Tensor, box: Tensor) -> Tensor:
        """``[N, 3, 128, 96]`` what is around the boxes ``[N, 4]``; grey outside of the picture.

        Of the type of ``image``.
        """
        middle, _, reach = _around(box)
        height, width = image.shape[2:]
        column = _cells(middle[:, :1] + self.columns * reach[:, :1], width)
        row = _cells(middle[:, 1:] + self.rows * reach[:, 1:], height)
        row = (picture[:, None].to(torch.int32) * (height + 1) + row) * (width + 1)
        index = row[:, :, None] + column[:, None, :]
        grey = functional.pad(image.permute(0, 2, 3, 1), (0, 0, 0, 1, 0, 1), value=FILL)
        found = grey.reshape(-1, 3).index_select(0, index.reshape(-1)).reshape(-1, ROWS, COLUMNS, 3)
        return found.permute(0, 3, 1, 2)

    def seen_first(self, maps: Maps, picture: Tensor, box: Tensor) -> Tensor:
        """``[N, 768]`` what the first look's map of wrists says in 32 rows of crops around ``[N, 4]``."""
        middle, _, reach = _around(box)
        places = middle[:, None] + self.places * reach[:, None]
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

        ``heat`` ``[N, 3072]``, ``first`` ``[N, 768]``; ``at`` ``[N, 2, 2]`` where they were thought to be,
        and stay if no peak is worth more.
        """
        before = first.reshape(-1, 1, FIRST_ROWS, FIRST_COLUMNS)
        before = functional.interpolate(before, scale_factor=MAP_ROWS / FIRST_ROWS, mode="bilinear")
        seen = heat.reshape(-1, 1, MAP_ROWS, MAP_COLUMNS) + self.share * before
        peaked = seen == functional.max_pool2d(seen, 2 * APART + 1, stride=1, padding=APART)
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

    Both ``[N, 3, h, w]``: bells around points that show; nothing is asked near hidden ones.
    """
    rows, columns = like.shape[-2:]
    extent = fixed((columns, rows), points.device)
    at = ((points[..., :2] - region[:, None, :2]) / region[:, None, 2:] + 1) / 2 * extent
    x = torch.arange(columns, device=points.device) + 0.5
    y = torch.arange(rows, device=points.device) + 0.5
    across, down = (x - at[..., :1]) ** 2, (y - at[..., 1:]) ** 2
    bells = torch.exp((-0.5 / BELL**2) * (down[..., None] + across[..., None, :]))
    shows = (points[..., 2] > 0.5)[..., None, None]
    wanted, hidden = bells * shows, (bells > 0.05) & ~shows
    wrists = slice(POINT_MAPS - 1, POINTS)
    return (
        torch.cat([wanted[:, : POINT_MAPS - 1], wanted[:, wrists].amax(dim=1, keepdim=True)], dim=1),
        ~torch.cat([hidden[:, : POINT_MAPS - 1], hidden[:, wrists].any(dim=1, keepdim=True)], dim=1),
    )


def _twice(maps: Tensor) -> Tensor:
    """Maps ``[N, C, h, w]`` at double the size."""
    return functional.interpolate(maps, scale_factor=2.0, mode="nearest")


def _around(box: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Middles, half sizes, and half sizes of the crops of boxes ``[N, 4]``; all ``[N, 2]``."""
    middle = (box[:, :2] + box[:, 2:]) / 2
    half = ((box[:, 2:] - box[:, :2]) / 2).clamp(min=LEAST_HALF_PX)
    return middle, half, REACH * half


def _cells(places: Tensor, size: int) -> Tensor:
    """Which of ``size`` pixels are at places along one axis, int32; where none is, the one after them."""
    cell = torch.floor(places).to(torch.int32)
    return torch.where((cell >= 0) & (cell < size), cell, size)


def _window(size: int) -> Tensor:
    """``[S, 2]`` steps in cells from the middle of a window of ``size`` cells across and down."""
    steps = torch.arange(size, dtype=torch.float32) - size // 2
    y, x = torch.meshgrid(steps, steps, indexing="ij")
    return torch.stack([x.reshape(-1), y.reshape(-1)], dim=1)
