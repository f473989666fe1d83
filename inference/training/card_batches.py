"""Batches made on the device that learns from them: crops, mosaics, mirrors, and all of them at once.

The same variations as :mod:`inference.training.augment`, as arithmetic on whole batches: where every pixel of
the input comes from is worked out and looked up in the bank's row of pixels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

from inference.training.augment import FILL
from inference.training.card_bank import LEVELS, MOST_PEOPLE, CardBank
from inference.training.card_light import degraded, light_type
from inference.training.card_targets import Placed, batch_of
from inference.training.devices import fixed
from inference.training.loader import NEWEST_SHARE
from inference.training.losses import Batch
from inference.training.settings import AugmentSettings

PANES = 4
"""Pictures in a mosaic. What is no mosaic has one that fills it, and three of no size."""
LEAST_LEVEL_SCALE = 0.7
"""Pictures that shrink to less than this are read from the next smaller size of them."""
MOSAIC_ZOOM = 1.3
TALL_VISIBLE, TALL_PX = 0.3, 4.0
"""Of whom the height may be wanted, and on whom a crop may be centred."""
CENTRED = 0.85


@dataclass(slots=True, eq=False)
class Panes:
    """What fills the panes of B pictures; all ``[B, 4]`` or ``[B, 4, 2]`` (x, y)."""

    source: Tensor
    """Numbers of pictures in the bank."""
    start: Tensor
    """First pixel of the pane in the input."""
    size: Tensor
    """Of what is drawn there, pixels of the input; 0 where there is none."""
    corner: Tensor
    """Where the crop begins, pixels of the source."""
    scale: Tensor
    """Input pixels for one of the source."""


class CardBatches:
    """The batches from number ``start`` on, without end: each depends on the bank, seed and number alone."""

    def __init__(
        self, bank: CardBank, count: int, settings: AugmentSettings, seed: int, start: int = 0
    ) -> None:
        self._bank, self._count, self._settings = bank, count, settings
        self._seed, self._number = seed, start
        device = bank.pixels.device
        self._stream = torch.cuda.Stream(device) if device.type == "cuda" else None
        if self._stream is not None:
            self._stream.wait_stream(torch.cuda.current_stream(device))

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        """The next one. A card makes it beside the work that it has already been given."""
        if self._stream is None:
            return self._made()
        learning = torch.cuda.current_stream(self._stream.device)
        with torch.cuda.stream(self._stream):
            batch = self._made()
        learning.wait_stream(self._stream)
        for field in fields(batch):
            getattr(batch, field.name).record_stream(learning)
        return batch

    def _made(self) -> Batch:
        self._bank.refresh()
        draw = torch.Generator(self._bank.pixels.device)
        draw.manual_seed(self._seed * 1_000_003 + self._number)
        self._number += 1
        return make_batch(self._bank, self._count, self._settings, draw)


@torch.no_grad()
def make_batch(bank: CardBank, count: int, settings: AugmentSettings, draw: torch.Generator) -> Batch:
    """``count`` prepared pictures."""
    panes = chosen_panes(bank, count, settings, draw)
    mirrored = _random(draw, count) < 0.5
    image = drawn(bank, panes, settings, mirrored)
    people = placed_people(bank, panes, settings, mirrored)
    return batch_of(degraded(image, people, settings, draw), people)


def chosen_panes(bank: CardBank, count: int, settings: AugmentSettings, draw: torch.Generator) -> Panes:
    """Which pictures, cropped and scaled how; as in :func:`inference.training.augment.augmented`."""
    device = bank.pixels.device
    shape = (count, PANES)
    # Density rises linearly from 1 to NEWEST_SHARE: the inverse of its integral.
    a = NEWEST_SHARE - 1
    place = (torch.sqrt(1 + a * (a + 2) * _random(draw, *shape)) - 1) / a
    source = (place * bank.count).to(torch.int64).clamp(max=bank.count - 1)
    image = bank.places[source, 0, 1:].float()
    whole = fixed((settings.width, settings.height), device)
    zoom = _zooms(bank, source, settings, draw)
    ratios = whole / image[:, 0]
    mosaic = (zoom[:, 0] < ratios.amin(dim=1)) & (_random(draw, count) < settings.mosaic)

    split = torch.floor(whole * (0.35 + 0.3 * _random(draw, count, 2)))
    split = torch.where(mosaic[:, None], split, whole)
    right = fixed((0, 0, 1, 0, 0, 1, 1, 1), device).reshape(PANES, 2)
    start = right * split[:, None]
    area = torch.where(right > 0, whole - split[:, None], split[:, None])
    least = ratios.amin(dim=1) + _random(draw, count) * (ratios.amax(dim=1) - ratios.amin(dim=1))
    fills = (area / image).amin(dim=2)
    zoom = torch.where(
        mosaic[:, None],
        torch.maximum(zoom, fills).clamp(max=MOSAIC_ZOOM),
        torch.maximum(zoom, least[:, None]),
    )
    stretch = torch.exp(0.05 * _normal(draw, *shape))
    scale = torch.stack([zoom * stretch, zoom / stretch], dim=2)
    wanted = torch.minimum(area / scale, image)
    corner = _corners(bank, source, wanted, image, draw)
    crop = torch.round(wanted).clamp(min=2)
    corner = torch.minimum(corner, image - crop).clamp(min=0).floor()
    size = torch.minimum(area, torch.round(crop * scale).clamp(min=2))
    return Panes(source, start, size, corner, size.clamp(min=1) / crop)


def _zooms(bank: CardBank, source: Tensor, settings: AugmentSettings, draw: torch.Generator) -> Tensor:
    """A scale that gives somebody of each picture a height drawn evenly from the logarithmic range."""
    crowd = bank.people(source)
    tall = (crowd.visible > TALL_VISIBLE) & (crowd.height > TALL_PX)
    one = _one_of(tall, draw)
    height = crowd.height.gather(2, one[..., None])[..., 0].clamp(min=1)
    wanted = torch.exp(_between(draw, source.shape, *settings.heights_px))
    free = torch.exp(_between(draw, source.shape, *settings.zoom))
    return torch.where(tall.any(dim=2), (wanted / height).clamp(*settings.zoom), free)


def _corners(bank: CardBank, source: Tensor, crop: Tensor, image: Tensor, draw: torch.Generator) -> Tensor:
    """Where crops begin: mostly so that somebody is in them, at any place of them."""
    crowd = bank.people(source)
    one = _one_of(crowd.visible > TALL_VISIBLE, draw)
    box = crowd.boxes.gather(2, one[..., None, None].expand(-1, -1, 1, 4))[:, :, 0]
    zero = torch.zeros_like(image)
    box = torch.cat([torch.maximum(box[..., :2], zero), torch.minimum(box[..., 2:], image)], dim=2)
    room = (image - crop).clamp(min=0)
    on_somebody = (box[..., :2] + box[..., 2:]) / 2 - crop * (0.1 + 0.8 * _random(draw, *crop.shape))
    there = (crowd.visible > TALL_VISIBLE).any(dim=2) & (_random(draw, *source.shape) < CENTRED)
    anywhere = room * _random(draw, *crop.shape)
    return torch.minimum(torch.where(there[..., None], on_somebody, anywhere).clamp(min=0), room)


def drawn(bank: CardBank, panes: Panes, settings: AugmentSettings, mirrored: Tensor) -> Tensor:
    """``[B, 3, H, W]``, 0 to 255, no whole numbers: the panes' crops, ``FILL`` where there is none."""
    device = bank.pixels.device
    count = len(panes.source)
    x = torch.arange(settings.width, device=device, dtype=torch.float32)
    x = torch.where(mirrored[:, None], settings.width - 1 - x, x)[:, None]
    y = torch.arange(settings.height, device=device, dtype=torch.float32)[None, :, None]
    split = panes.start[:, -1]
    pane = (x >= split[:, 0, None, None]).to(torch.int64) + 2 * (y >= split[:, 1, None, None])
    pane = pane + PANES * torch.arange(count, device=device)[:, None, None]

    level = (
        panes.scale.amin(dim=2)[..., None] < fixed((LEAST_LEVEL_SCALE, LEAST_LEVEL_SCALE / 2), device)
    ).sum(dim=2)
    kept = bank.places[panes.source.reshape(-1), level.reshape(-1).clamp(max=LEVELS - 1)]
    whole = bank.places[panes.source.reshape(-1), 0, 1:].float()
    shrunk = kept[:, 1:].float() / whole
    slope = shrunk / panes.scale.reshape(-1, 2)
    first = panes.corner.reshape(-1, 2) * shrunk + (0.5 - panes.start.reshape(-1, 2)) * slope - 0.5
    end = (panes.start + panes.size).reshape(-1, 2)

    def of(table: Tensor) -> Tensor:
        return table[pane]

    width = of(kept[:, 1])
    last_x, last_y = (width - 1).float(), (of(kept[:, 2]) - 1).float()
    at_x = torch.minimum((of(first[:, 0]) + of(slope[:, 0]) * x).clamp(min=0), last_x)
    at_y = torch.minimum((of(first[:, 1]) + of(slope[:, 1]) * y).clamp(min=0), last_y)
    left, top = at_x.floor(), at_y.floor()
    dtype = light_type(device)
    share_x, share_y = ((at - low).to(dtype)[..., None] for at, low in ((at_x, left), (at_y, top)))
    base = of(kept[:, 0]) + top.to(torch.int64) * width + left.to(torch.int64)
    step_x = (left < last_x).to(torch.int64)
    step_y = (top < last_y).to(torch.int64) * width

    def read(place: Tensor) -> Tensor:
        """``[B, H, W, 3]``: one look-up for all three colours."""
        return bank.pixels[place][..., None].view(torch.uint8)[..., :3].to(dtype)

    above = torch.lerp(read(base), read(base + step_x), share_x)
    base += step_y
    below = torch.lerp(read(base), read(base + step_x), share_x)
    image = torch.lerp(above, below, share_y)
    outside = (x >= of(end[:, 0])) | (y >= of(end[:, 1]))
    return image.masked_fill_(outside[..., None], FILL).permute(0, 3, 1, 2)


def placed_people(bank: CardBank, panes: Panes, settings: AugmentSettings, mirrored: Tensor) -> Placed:
    """Who is in the pictures, where, and how much of them is left."""
    crowd = bank.people(panes.source)
    scale, low = panes.scale[:, :, None], panes.start[:, :, None]
    shift = low - panes.corner[:, :, None] * scale
    boxes = crowd.boxes * torch.cat([scale, scale], dim=3) + torch.cat([shift, shift], dim=3)
    xy = crowd.points[..., :2] * scale[:, :, :, None] + shift[:, :, :, None]
    high = low + panes.size[:, :, None]
    within = ((xy >= low[:, :, :, None]) & (xy < high[:, :, :, None])).all(dim=4)
    points = torch.cat([xy, (crowd.points[..., 2] * within)[..., None]], dim=4)
    region = torch.cat([low, high], dim=3).expand(-1, -1, MOST_PEOPLE, -1)
    image = bank.places[panes.source, 0, 1:].float()[:, :, None]
    before = _area(crowd.boxes, torch.cat([torch.zeros_like(image), image], dim=3)) * scale.prod(dim=3)
    share = (_area(boxes, region) / before.clamp(min=1e-6)).clamp(0, 1)
    visible = crowd.visible * share * (panes.size > 0).all(dim=2)[:, :, None]
    picture = torch.arange(len(panes.source), device=boxes.device)[:, None, None].expand(visible.shape)
    everybody = Placed(*(part.flatten(0, 2) for part in (picture, boxes, region, visible, points)))
    return _mirrored(everybody.chosen(everybody.visible > 0), mirrored, settings.width)


def _mirrored(people: Placed, mirrored: Tensor, width: int) -> Placed:
    """Left and right exchanged in some pictures, wrists too."""

    def flip(boxes: Tensor) -> Tensor:
        return torch.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], dim=1)

    here = mirrored[people.picture]
    points = people.points[:, [0, 1, 3, 2]].clone()
    points[..., 0] = width - points[..., 0]
    return replace(
        people,
        boxes=torch.where(here[:, None], flip(people.boxes), people.boxes),
        region=torch.where(here[:, None], flip(people.region), people.region),
        points=torch.where(here[:, None, None], points, people.points),
    )


def _area(boxes: Tensor, region: Tensor) -> Tensor:
    """Of the parts of boxes ``[..., 4]`` inside of regions."""
    low = torch.maximum(boxes[..., :2], region[..., :2])
    return (torch.minimum(boxes[..., 2:], region[..., 2:]) - low).clamp(min=0).prod(dim=-1)


def _one_of(some: Tensor, draw: torch.Generator) -> Tensor:
    """``[...]`` the index of any one of those ``[..., P]`` that are true; any at all where none is."""
    return (_random(draw, *some.shape) * some).argmax(dim=-1)


def _random(draw: torch.Generator, *shape: int) -> Tensor:
    return torch.rand(shape, generator=draw, device=draw.device)


def _normal(draw: torch.Generator, *shape: int) -> Tensor:
    return torch.randn(shape, generator=draw, device=draw.device)


def _between(draw: torch.Generator, shape: torch.Size, low: float, high: float) -> Tensor:
    """Logarithms, evenly spread between those of two numbers."""
    first, last = torch.tensor([low, high], dtype=torch.float64).log().tolist()
    return first + (last - first) * _random(draw, *shape)
