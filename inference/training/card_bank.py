"""The pictures of a folder of shards in a device's own memory, decoded once; batches are made of them there.

Sixteen cores that decode and warp JPEGs prepare some 1,200 pictures a second; a card that has the pixels
makes and learns from 2,900 (H200, the medium network), with one core to tell it what to do. So the pictures
lie on the card, one after another in one long row of pixels, each at three sizes, and only what is new in a
growing folder is decoded, by threads of their own.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.training.augment import Picture, decoded
from inference.training.example_types import Example, read_shard, shards

LEVELS = 3
"""Sizes that each picture is kept at: whole, half, quarter."""
MOST_PEOPLE = 32
"""In one picture; there are at most some 18."""
RESCAN_S = 5.0
"""How often the folder is looked at for new shards."""
PIXEL_BYTES = 4
MOST_PICTURES = 80_000


@dataclass(slots=True, eq=False)
class Crowd:
    """People of N pictures, padded to P each, in their pictures' pixels."""

    boxes: Tensor
    """``[N, P, 4]``"""
    points: Tensor
    """``[N, P, 4, 3]`` head, foot, left and right wrist; x, y, seen."""
    visible: Tensor
    """``[N, P]``, 0 where nobody is."""
    height: Tensor
    """``[N, P]``"""


@dataclass(slots=True, eq=False)
class DecodedShard:
    """A shard as it goes onto the device."""

    pixels: NDArray[np.int32]
    """``[S]`` B + 256 G + 65536 R of all pictures at all sizes."""
    places: NDArray[np.int64]
    """``[n, LEVELS, 3]`` first pixel in ``pixels``, width and height."""
    people: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]
    """Boxes, points, visible, height; see :class:`Crowd`."""


class CardBank:
    """Everything in a folder that there is room for, on a device."""

    def __init__(self, folder: Path, device: torch.device, room_bytes: int, threads: int = 2) -> None:
        """``room_bytes``: memory that the pixels may take. Waits for the first shard.

        Raises ``ValueError`` when there is none.
        """
        self._folder, self._device = folder, device
        self._room = room_bytes // PIXEL_BYTES
        self._pixels = torch.empty(self._room, dtype=torch.int32, device=device)
        self._used = 0
        self.count = 0
        self._places = torch.zeros((MOST_PICTURES, LEVELS, 3), dtype=torch.int64, device=device)
        self._crowd = Crowd(
            torch.zeros((MOST_PICTURES, MOST_PEOPLE, 4), device=device),
            torch.zeros((MOST_PICTURES, MOST_PEOPLE, 4, 3), device=device),
            torch.zeros((MOST_PICTURES, MOST_PEOPLE), device=device),
            torch.zeros((MOST_PICTURES, MOST_PEOPLE), device=device),
        )
        self._known: set[Path] = set()
        self._coming: list[Future[DecodedShard]] = []
        self._pool = ThreadPoolExecutor(threads, "decode")
        self._scanned = float("-inf")
        self.full = False
        self.refresh()
        if not self._known:
            self.close()
            raise ValueError(f"no examples in {folder}: make some first")
        if not self.count:
            self._take(self._coming.pop(0).result())

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(cancel_futures=True)

    @property
    def pixels(self) -> Tensor:
        """``[S]`` int32, B + 256 G + 65536 R."""
        return self._pixels

    @property
    def places(self) -> Tensor:
        """``[N, LEVELS, 3]`` int64: first pixel, width, height of each picture at each size."""
        return self._places[: self.count]

    def people(self, which: Tensor) -> Crowd:
        """Of the pictures ``which`` ``[K]``."""
        crowd = self._crowd
        return Crowd(crowd.boxes[which], crowd.points[which], crowd.visible[which], crowd.height[which])

    def refresh(self, *, wait: bool = False) -> None:
        """Take in shards that have been decoded; look for new ones, if it is time to."""
        if time.monotonic() - self._scanned >= RESCAN_S and not self.full:
            for path in shards(self._folder):
                if path not in self._known:
                    self._known.add(path)
                    self._coming.append(self._pool.submit(decode_shard, path))
            self._scanned = time.monotonic()
        while self._coming and (wait or self._coming[0].done()) and not self.full:
            self._take(self._coming.pop(0).result())

    def _take(self, shard: DecodedShard) -> None:
        size, count = len(shard.pixels), len(shard.places)
        if self._used + size > self._room or self.count + count > MOST_PICTURES:
            self.full = True
            self._coming.clear()
            if not self.count:
                raise ValueError(f"the first file of {self._folder} needs more memory than there is")
            return
        self._pixels[self._used : self._used + size] = torch.from_numpy(shard.pixels).to(self._device)
        rows = slice(self.count, self.count + count)
        places = torch.from_numpy(shard.places)
        places[:, :, 0] += self._used
        self._places[rows] = places.to(self._device)
        crowd = self._crowd
        kept = (crowd.boxes, crowd.points, crowd.visible, crowd.height)
        for table, values in zip(kept, shard.people, strict=True):
            table[rows] = torch.from_numpy(values).to(self._device)
        self._used += size
        self.count += count


def decode_shard(path: Path) -> DecodedShard:
    """A shard's pictures at all sizes, and who is in them."""
    examples = read_shard(path)
    rows: list[NDArray[np.int32]] = []
    places = np.zeros((len(examples), LEVELS, 3), np.int64)
    used = 0
    for number, example in enumerate(examples):
        image = decoded(example)
        for level in range(LEVELS):
            if level:
                half = (image.shape[1] // 2, image.shape[0] // 2)
                image = np.asarray(cv2.resize(image, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
            rows.append(packed(image))
            places[number, level] = used, image.shape[1], image.shape[0]
            used += len(rows[-1])
    return DecodedShard(np.concatenate(rows), places, _people(examples))


def packed(image: Picture) -> NDArray[np.int32]:
    """``[H * W]`` a BGR picture, one number a pixel."""
    whole = np.zeros((*image.shape[:2], PIXEL_BYTES), np.uint8)
    whole[..., :3] = image
    return whole.view("<i4").reshape(-1).astype(np.int32, copy=False)


def _people(
    examples: Sequence[Example],
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    count = len(examples)
    boxes = np.zeros((count, MOST_PEOPLE, 4), np.float32)
    points = np.zeros((count, MOST_PEOPLE, 4, 3), np.float32)
    visible = np.zeros((count, MOST_PEOPLE), np.float32)
    height = np.zeros((count, MOST_PEOPLE), np.float32)
    for n, example in enumerate(examples):
        # Who is seen best comes first, should there be too many.
        for p, person in enumerate(sorted(example.people, key=lambda q: -q.visible)[:MOST_PEOPLE]):
            boxes[n, p], points[n, p] = person.box, person.points
            visible[n, p], height[n, p] = person.visible, person.height_px
    return boxes, points, visible, height
