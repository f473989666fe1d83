"""Another light and a worse camera, for whole batches on a device; see :mod:`inference.training.augment`."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from inference.training.card_targets import Placed
from inference.training.devices import fixed
from inference.training.losses import counted
from inference.training.settings import AugmentSettings

MOST_CUTS = 3
BLUR = 7
"""Rows and columns of the kernels that blur."""
LUMA = (0.114, 0.587, 0.299)
"""Of B, G and R (ITU-R BT.601)."""

# ITU-T T.81, annex K: the tables that quality 50 stands for.
BRIGHTNESS_STEPS = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
COLOUR_STEPS = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    (99, 99, 99, 99, 99, 99, 99, 99),
    (99, 99, 99, 99, 99, 99, 99, 99),
    (99, 99, 99, 99, 99, 99, 99, 99),
    (99, 99, 99, 99, 99, 99, 99, 99),
)


def light_type(device: torch.device) -> torch.dtype:
    """What pixels are counted in: a card moves half the bytes; an eighth of a grey level is exact enough."""
    return torch.float16 if device.type == "cuda" else torch.float32


def degraded(image: Tensor, people: Placed, settings: AugmentSettings, draw: torch.Generator) -> Tensor:
    """Pictures ``[B, 3, H, W]``, BGR 0 to 255, as uint8. What is cut out of people stays in their labels."""
    image = _cut_out(image, people, settings, draw)
    image = _recoloured(image, settings, draw)
    count = len(image)
    some = _chosen(draw, count, settings.blur)
    if len(some):
        image[some] = _blurred(image[some], draw)
    strength = _uniform(draw, 2, 14, count) * (_uniform(draw, 0, 1, count) < settings.noise)
    grain = torch.randn(image.shape, generator=draw, device=draw.device, dtype=image.dtype)
    alike = (_uniform(draw, 0, 1, count) < 0.5)[:, None, None, None]
    image = image + torch.where(alike, grain[:, :1], grain) * strength.to(image.dtype)[:, None, None, None]
    some = _chosen(draw, count, settings.jpeg)
    if len(some):
        squeezed = compressed(image[some].float(), torch.floor(_uniform(draw, 25, 80, len(some))))
        image[some] = squeezed.to(image.dtype)
    return image.round().clamp(0, 255).to(torch.uint8, memory_format=torch.channels_last)


def _cut_out(image: Tensor, people: Placed, settings: AugmentSettings, draw: torch.Generator) -> Tensor:
    """Some of what is there covered with plain rectangles, at most a quarter of anybody."""
    count, _, height, width = image.shape
    device = image.device
    whole = fixed((width, height), device)
    x = torch.arange(width, device=device)[None, None, :]
    y = torch.arange(height, device=device)[None, :, None]
    some = _uniform(draw, 0, 1, count) < settings.cutout
    most = torch.randint(1, MOST_CUTS + 1, (count,), generator=draw, device=device)
    number = counted(people.picture, count)
    first = torch.cumsum(number, 0) - number
    for k in range(MOST_CUTS):
        size = whole * _uniform(draw, 0.03, 0.12, count, 2)
        centre = whole * _uniform(draw, 0, 1, count, 2)
        if len(people.picture):
            one = first + (_uniform(draw, 0, 1, count) * number).to(torch.int64)
            box = people.boxes[one.clamp(max=len(people.boxes) - 1)]
            long = box[:, 2:] - box[:, :2]
            on = ((number > 0) & (_uniform(draw, 0, 1, count) < 0.5))[:, None]
            size = torch.where(on, torch.minimum(size, long * _uniform(draw, 0.2, 0.5, count, 2)), size)
            centre = torch.where(on, box[:, :2] + long * _uniform(draw, 0, 1, count, 2), centre)
        low = (centre - size / 2).clamp(min=0).floor()[:, :, None, None]
        high = (centre + size / 2).clamp(min=0).floor()[:, :, None, None]
        inside = (x >= low[:, 0]) & (x < high[:, 0]) & (y >= low[:, 1]) & (y < high[:, 1])
        inside &= (some & (k < most))[:, None, None]
        paint = (255 * _uniform(draw, 0, 1, count, 3, 1, 1)).to(image.dtype)
        image = torch.where(inside[:, None], paint, image)
    return image


def _recoloured(image: Tensor, settings: AugmentSettings, draw: torch.Generator) -> Tensor:
    """Saturation, colour of the light, contrast, brightness and gamma."""
    count, dtype = len(image), image.dtype
    grey = (image * fixed(LUMA, image.device).to(dtype)[:, None, None]).sum(dim=1, keepdim=True)
    kind = _uniform(draw, 0, 1, count)
    saturation = torch.where(_uniform(draw, 0, 1, count) < 0.6, _uniform(draw, 0.3, 1.5, count), 1.0)
    saturation = torch.where(kind < settings.grey, 0.0, saturation).to(dtype)[:, None, None, None]
    value = (image * saturation + grey * (1 - saturation)).clamp(0, 255) / 255
    gamma = torch.exp(0.3 * _normal(draw, count, 1) + 0.05 * _normal(draw, count, 3))
    gain = torch.exp(0.2 * _normal(draw, count, 1) + 0.07 * _normal(draw, count, 3))
    brightness = 0.08 * _normal(draw, count, 1).expand(-1, 3)
    dim = torch.where(_uniform(draw, 0, 1, count, 1) < 0.1, _uniform(draw, 0.25, 0.7, count, 1), 1.0)
    gamma, gain, lift = (
        part.to(dtype)[..., None, None] for part in (gamma, gain * dim, (0.5 + brightness) * dim)
    )
    return (((value**gamma - 0.5) * gain + lift) * 255).clamp(0, 255)


def _blurred(image: Tensor, draw: torch.Generator) -> Tensor:
    """Out of focus, moved, or of fewer pixels: each as a kernel of its own."""
    count, channels, height, width = image.shape
    places = torch.arange(BLUR, device=image.device, dtype=torch.float32) - BLUR // 2
    kind = torch.randint(0, 3, (count,), generator=draw, device=image.device)
    # Fewer pixels by a factor f blur about as a Gaussian of half a coarse pixel.
    spread = torch.where(kind == 0, _uniform(draw, 0.4, 1.3, count), 0.5 / _uniform(draw, 0.45, 0.9, count))
    bell = torch.exp(-0.5 * (places[None] / spread[:, None]) ** 2)
    round_ = bell[:, :, None] * bell[:, None]
    long = torch.randint(1, 3, (count, 1), generator=draw, device=image.device)
    line = (places.abs()[None] <= long).float()
    middle = (places == 0).float()
    level = middle[None, :, None] * line[:, None]
    slanted = torch.diag_embed(line)
    moved = torch.where((_uniform(draw, 0, 1, count) < 0.7)[:, None, None], level, slanted)
    kernel = torch.where((kind == 1)[:, None, None], moved, round_)
    kernel = kernel / kernel.sum(dim=(1, 2), keepdim=True)
    padded = functional.pad(image, (BLUR // 2,) * 4, mode="reflect")
    flat = padded.reshape(1, count * channels, *padded.shape[2:])
    kernel = kernel.to(image.dtype)
    kernels = kernel[:, None, None].expand(-1, channels, -1, -1, -1).reshape(count * channels, 1, BLUR, BLUR)
    return functional.conv2d(flat, kernels, groups=count * channels).reshape(count, channels, height, width)


def compressed(image: Tensor, quality: Tensor) -> Tensor:
    """``[N, 3, H, W]`` as a JPEG of ``quality`` ``[N]`` (1 to 100) shows them; sides multiples of 16.

    Discrete cosine transform, rounding by the standard's tables scaled as the IJG's library does, colours at
    half size (ITU-T T.81).
    """
    blue, green, red = image[:, 0], image[:, 1], image[:, 2]
    bright = LUMA[0] * blue + LUMA[1] * green + LUMA[2] * red
    colours = torch.stack([(blue - bright) / 1.772, (red - bright) / 1.402], dim=1)
    colours = functional.avg_pool2d(colours, 2)
    percent = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality)

    def through(plane: Tensor, steps: tuple[tuple[int, ...], ...]) -> Tensor:
        whole = fixed([step for row in steps for step in row], image.device).reshape(8, 8)
        table = torch.floor((whole[None] * percent[:, None, None] + 50) / 100).clamp(1, 255)
        return _rounded(plane, table)

    bright = through(bright - 128, BRIGHTNESS_STEPS) + 128
    back = [through(colours[:, k], COLOUR_STEPS) for k in range(2)]
    cb, cr = functional.interpolate(torch.stack(back, dim=1), scale_factor=2.0, mode="bilinear").unbind(1)
    return torch.stack(
        [bright + 1.772 * cb, bright - 0.344136 * cb - 0.714136 * cr, bright + 1.402 * cr], dim=1
    ).clamp(0, 255)


def _rounded(plane: Tensor, table: Tensor) -> Tensor:
    """Planes ``[N, H, W]`` whose 8x8 cosine coefficients are rounded to steps ``[N, 8, 8]``."""
    count, height, width = plane.shape
    k = torch.arange(8, device=plane.device, dtype=torch.float32)
    cosines = 0.5 * torch.cos((2 * k[None] + 1) * k[:, None] * math.pi / 16)
    cosines[0] = math.sqrt(1 / 8)
    blocks = plane.reshape(count, height // 8, 8, width // 8, 8).permute(0, 1, 3, 2, 4)
    steps = table[:, None, None]
    rounded = torch.round(cosines @ blocks @ cosines.T / steps) * steps
    back = cosines.T @ rounded @ cosines
    return back.permute(0, 1, 3, 2, 4).reshape(count, height, width)


def _chosen(draw: torch.Generator, count: int, chance: float) -> Tensor:
    """Numbers of those to which something happens."""
    return torch.nonzero(_uniform(draw, 0, 1, count) < chance)[:, 0]


def _uniform(draw: torch.Generator, low: float, high: float, *shape: int) -> Tensor:
    return low + (high - low) * torch.rand(shape, generator=draw, device=draw.device)


def _normal(draw: torch.Generator, *shape: int) -> Tensor:
    return torch.randn(shape, generator=draw, device=draw.device)
