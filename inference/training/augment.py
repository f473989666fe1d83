"""Examples varied: cropped, zoomed, mirrored, four in one, and seen by worse cameras."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.training.example_types import Example
from inference.training.settings import AugmentSettings
from inference.training.targets import People, nobody, together

Picture = NDArray[np.uint8]

FILL = 114
"""Grey where there is no picture, as at run time."""


def people_of(example: Example) -> People:
    """An example's people, in its own pixels."""
    if not example.people:
        return nobody()
    count = len(example.people)
    region = np.tile(np.array([0, 0, example.width, example.height], np.float32), (count, 1))
    return People(
        np.array([p.box for p in example.people], np.float32),
        region,
        np.array([p.visible for p in example.people], np.float32),
        np.array([p.points for p in example.people], np.float32),
    )


def decoded(example: Example) -> Picture:
    """The picture, BGR. Raises ``ValueError`` when it is not one."""
    image = cv2.imdecode(np.frombuffer(example.jpeg, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError(f"an example of scene {example.scene} holds no picture")
    return image.astype(np.uint8, copy=False)


def augmented(
    example: Example, another: Callable[[], Example], settings: AugmentSettings, rng: np.random.Generator
) -> tuple[Picture, People]:
    """The network's input ``[height, width, 3]`` and who is in it.

    An example that must shrink so much that it would not fill the input becomes a mosaic with three others,
    by the chance in the settings; else it shrinks no further than its whole picture needs.
    """
    canvas = np.full((settings.height, settings.width, 3), FILL, np.uint8)
    ratios = settings.width / example.width, settings.height / example.height
    zoom = _zoom(example, settings, rng)
    if zoom < min(ratios) and rng.random() < settings.mosaic:
        people = _mosaic(canvas, [example, another(), another(), another()], settings, rng)
    else:
        zoom = max(zoom, float(rng.uniform(min(ratios), max(ratios))))
        people = _paste(canvas, example, (0, 0, settings.width, settings.height), zoom, rng)
    if rng.random() < 0.5:
        canvas, people = mirrored(canvas, people)
    return degraded(canvas, people, settings, rng), people


def _zoom(example: Example, settings: AugmentSettings, rng: np.random.Generator) -> float:
    """A scale that gives somebody of the picture a height drawn evenly from the logarithmic range."""
    tall = [p.height_px for p in example.people if p.visible > 0.3 and p.height_px > 4]
    if not tall:
        return float(np.exp(rng.uniform(*np.log(settings.zoom))))
    wanted = np.exp(rng.uniform(*np.log(settings.heights_px)))
    return float(np.clip(wanted / tall[int(rng.integers(len(tall)))], *settings.zoom))


def _mosaic(
    canvas: Picture, examples: Sequence[Example], settings: AugmentSettings, rng: np.random.Generator
) -> People:
    across = int(settings.width * rng.uniform(0.35, 0.65))
    down = int(settings.height * rng.uniform(0.35, 0.65))
    quarters = (
        (0, 0, across, down),
        (across, 0, settings.width, down),
        (0, down, across, settings.height),
        (across, down, settings.width, settings.height),
    )
    groups = []
    for example, quarter in zip(examples, quarters, strict=True):
        fills = min((quarter[2] - quarter[0]) / example.width, (quarter[3] - quarter[1]) / example.height)
        zoom = max(_zoom(example, settings, rng), fills)
        groups.append(_paste(canvas, example, quarter, min(zoom, 1.3), rng))
    return together(groups)


def _paste(
    canvas: Picture,
    example: Example,
    area: tuple[int, int, int, int],
    zoom: float,
    rng: np.random.Generator,
) -> People:
    """Fill an area of the canvas with a crop of a picture at a scale, and say who is in it."""
    image, people = decoded(example), people_of(example)
    x1, y1, x2, y2 = area
    stretch = float(np.exp(rng.normal(0, 0.05)))
    scale = np.array([zoom * stretch, zoom / stretch])
    size = np.array([x2 - x1, y2 - y1])
    crop = np.minimum(size / scale, [image.shape[1], image.shape[0]])
    left, top = _corner(crop, image, people, rng)
    wide, high = max(2, round(float(crop[0]))), max(2, round(float(crop[1])))
    left, top = int(min(left, image.shape[1] - wide)), int(min(top, image.shape[0] - high))
    target = np.minimum(size, np.maximum(2, np.round(np.array([wide, high]) * scale))).astype(int)
    scale = target / np.array([wide, high])
    shrinks = float(scale.min()) < 0.8
    cv2.resize(
        image[top : top + high, left : left + wide],
        (int(target[0]), int(target[1])),
        dst=canvas[y1 : y1 + target[1], x1 : x1 + target[0]],
        interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
    )
    region = np.array([x1, y1, x1 + target[0], y1 + target[1]], np.float32)
    return _moved(people, np.array([left, top]), scale, region)


def _corner(
    crop: NDArray[np.float64], image: Picture, people: People, rng: np.random.Generator
) -> tuple[float, float]:
    """Where a crop begins: mostly so that somebody is in it, at any place of it."""
    room = np.maximum(0, np.array([image.shape[1], image.shape[0]]) - crop)
    seen = np.flatnonzero(people.visible > 0.3)
    if len(seen) and rng.random() < 0.85:
        box = people.clipped()[seen[int(rng.integers(len(seen)))]]
        centre = (box[:2] + box[2:]) / 2
        start = centre - crop * rng.uniform(0.1, 0.9, 2)
    else:
        start = room * rng.random(2)
    x, y = np.clip(start, 0, room)
    return float(x), float(y)


def _moved(
    people: People, corner: NDArray[np.int64], scale: NDArray[np.float64], region: NDArray[np.float32]
) -> People:
    """People in the canvas after a crop from ``corner``, scaled, whose place is ``region``."""
    seen_before = people.clipped()
    shift = region[:2] - corner * scale
    pair = np.concatenate([scale, scale]), np.concatenate([shift, shift])
    boxes = (people.boxes * pair[0] + pair[1]).astype(np.float32)
    points = people.points.copy()
    points[..., :2] = points[..., :2] * scale + shift
    low, high = region[:2], region[2:]
    within = ((points[..., :2] >= low) & (points[..., :2] < high)).all(axis=2)
    points[..., 2] *= within
    moved = replace(
        people,
        boxes=boxes,
        region=np.tile(region, (len(boxes), 1)),
        points=points.astype(np.float32),
    )
    before = _areas(seen_before) * scale.prod()
    share = _areas(moved.clipped()) / np.maximum(before, 1e-6)
    moved.visible = (people.visible * np.clip(share, 0, 1)).astype(np.float32)
    return moved


def _areas(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).clip(0).prod(axis=1))


def mirrored(image: Picture, people: People) -> tuple[Picture, People]:
    """Left and right exchanged, wrists too."""
    width = image.shape[1]

    def flip(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], axis=1)

    points = people.points[:, [0, 1, 3, 2]].copy()
    points[..., 0] = width - points[..., 0]
    turned = replace(people, boxes=flip(people.boxes), region=flip(people.region), points=points)
    return np.ascontiguousarray(image[:, ::-1]), turned


def degraded(image: Picture, people: People, settings: AugmentSettings, rng: np.random.Generator) -> Picture:
    """Another light and a worse camera. What is cut out of people stays in their labels."""
    if rng.random() < settings.cutout:
        _cut_out(image, people, rng)
    image = _recoloured(image, settings, rng)
    if rng.random() < settings.blur:
        image = _blurred(image, rng)
    if rng.random() < settings.noise:
        image = _noisy(image, rng)
    if rng.random() < settings.jpeg:
        _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 80))])
        image = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)
    return image


def _recoloured(image: Picture, settings: AugmentSettings, rng: np.random.Generator) -> Picture:
    """Saturation, colour of the light, contrast, brightness and gamma, as one table for each channel."""
    if rng.random() < settings.grey:
        image = _grey(image)
    elif rng.random() < 0.6:
        saturation = rng.uniform(0.3, 1.5)
        mixed = cv2.addWeighted(image, saturation, _grey(image), 1 - saturation, 0)
        image = np.asarray(mixed, dtype=np.uint8)
    value = np.arange(256) / 255
    gamma = np.exp(rng.normal(0, 0.3)) * np.exp(rng.normal(0, 0.05, 3))
    contrast, brightness = np.exp(rng.normal(0, 0.2)), rng.normal(0, 0.08)
    gain = contrast * np.exp(rng.normal(0, 0.07, 3))
    table = (value[:, None] ** gamma - 0.5) * gain + 0.5 + brightness
    if rng.random() < 0.1:
        table *= rng.uniform(0.25, 0.7)  # a dim room
    table = (table * 255).round().clip(0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(image, table[None]), dtype=np.uint8)


def _grey(image: Picture) -> Picture:
    grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    return np.asarray(grey, dtype=np.uint8)


def _blurred(image: Picture, rng: np.random.Generator) -> Picture:
    kind = rng.integers(3)
    if kind == 0:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.4, 1.3))), dtype=np.uint8)
    if kind == 1:
        length = int(rng.integers(2, 6))
        kernel = np.zeros((length, length), np.float32)
        if rng.random() < 0.7:
            kernel[length // 2] = 1 / length
        else:
            np.fill_diagonal(kernel, 1 / length)
        return np.asarray(cv2.filter2D(image, -1, kernel), dtype=np.uint8)
    factor = rng.uniform(0.45, 0.9)
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    size = (image.shape[1], image.shape[0])
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def _noisy(image: Picture, rng: np.random.Generator) -> Picture:
    """Noise of a sensor: sums of two evenly spread bytes, which are quick to draw and nearly normal."""
    height, width = image.shape[:2]
    channels = 1 if rng.random() < 0.5 else 3
    pairs = rng.integers(0, 1 << 16, (height, width, channels), dtype=np.uint16)
    field = ((pairs & 255) + (pairs >> 8)).astype(np.int16)
    # A standard deviation of 105 with the mean 255: scaled to 2 to 14 grey levels.
    strength = rng.uniform(2, 14) / 105
    scaled = cv2.convertScaleAbs(field, alpha=strength).reshape(field.shape)
    mean = round(255 * strength)
    noisy = image.astype(np.int16) + scaled - np.int16(mean)
    return np.asarray(noisy.clip(0, 255), dtype=np.uint8)


def _cut_out(image: Picture, people: People, rng: np.random.Generator) -> None:
    """Cover some of what is there with a plain or noisy rectangle, at most a quarter of anybody."""
    height, width = image.shape[:2]
    for _ in range(int(rng.integers(1, 4))):
        size = np.array([width, height]) * rng.uniform(0.03, 0.12, 2)
        if len(people) and rng.random() < 0.5:
            box = people.boxes[int(rng.integers(len(people)))]
            size = np.minimum(size, (box[2:] - box[:2]) * rng.uniform(0.2, 0.5))
            centre = box[:2] + (box[2:] - box[:2]) * rng.random(2)
        else:
            centre = np.array([width, height]) * rng.random(2)
        x1, y1 = np.maximum(0, centre - size / 2).astype(int)
        x2, y2 = np.maximum(0, centre + size / 2).astype(int)
        image[y1:y2, x1:x2] = rng.integers(0, 256, 3)
