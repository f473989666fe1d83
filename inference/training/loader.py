"""Batches from a folder of shards that may still be growing, prepared in a process of their own.

A batch is a function of the folder, the seed and its number, so that a run that was cut off goes on exactly
as it would have.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from inference.training.augment import Picture, augmented
from inference.training.example_types import Example, read_shard, shards
from inference.training.losses import Batch
from inference.training.settings import AugmentSettings
from inference.training.targets import Floats, Targets, make_targets

Prepared = TypeVar("Prepared")

RESCAN_S = 15.0
"""How often the folder is looked at for new shards."""
NEWEST_SHARE = 3.0
"""How much more often the newest shard is drawn from than the oldest."""


class ExampleBank:
    """All scenes of a folder, in memory as JPEG."""

    def __init__(self, folder: Path) -> None:
        """Raises ``ValueError`` when there is not a single example."""
        self._folder = folder
        self._known: set[Path] = set()
        self._scenes: list[list[Example]] = []
        self._scanned = float("-inf")
        self.refresh()
        if not self._scenes:
            raise ValueError(f"no examples in {folder}: make some first")

    def __len__(self) -> int:
        """Number of scenes."""
        return len(self._scenes)

    def refresh(self) -> None:
        """Take in shards that are new, if it is time to look."""
        if time.monotonic() - self._scanned < RESCAN_S:
            return
        for path in shards(self._folder):
            if path not in self._known:
                self._known.add(path)
                examples = read_shard(path)
                self._scenes.extend(
                    list(shots) for _, shots in itertools.groupby(examples, key=lambda e: e.scene)
                )
        self._scanned = time.monotonic()

    def scene(self, rng: np.random.Generator) -> list[Example]:
        """The shots of a scene, newer ones more often."""
        # Density rises linearly from 1 to NEWEST_SHARE: the inverse of its integral.
        a, u = NEWEST_SHARE - 1, rng.random()
        place = (np.sqrt(1 + a * (a + 2) * u) - 1) / a
        return self._scenes[min(len(self._scenes) - 1, int(place * len(self._scenes)))]

    def example(self, rng: np.random.Generator) -> Example:
        """Any one picture."""
        shots = self.scene(rng)
        return shots[int(rng.integers(len(shots)))]


def make_batch(bank: ExampleBank, count: int, settings: AugmentSettings, rng: np.random.Generator) -> Batch:
    """``count`` prepared pictures."""
    pictures: list[Picture] = []
    targets: list[Targets] = []
    for _ in range(count):
        image, people = augmented(bank.example(rng), lambda: bank.example(rng), settings, rng)
        pictures.append(image)
        targets.append(make_targets(people, settings.width, settings.height))
    return collated(np.stack(pictures), targets)


def collated(pictures: Picture, targets: list[Targets]) -> Batch:
    """Pictures ``[B, H, W, 3]`` and their targets as tensors."""

    def which(counts: list[int]) -> torch.Tensor:
        return torch.from_numpy(np.repeat(np.arange(len(counts)), counts))

    def joined(parts: list[Floats]) -> torch.Tensor:
        return torch.from_numpy(np.concatenate(parts))

    return Batch(
        image=torch.from_numpy(pictures).permute(0, 3, 1, 2),
        heat=torch.from_numpy(np.stack([t.heat for t in targets])),
        counts=torch.from_numpy(np.stack([t.counts for t in targets])),
        peak_weight=torch.from_numpy(np.stack([t.peak_weight for t in targets])),
        picture=which([len(t.people) for t in targets]),
        centres=joined([t.centres for t in targets]),
        boxes=joined([t.people.boxes for t in targets]),
        points=joined([t.people.points for t in targets]),
        weight=joined([t.weight for t in targets]),
        unclear=joined([t.unclear for t in targets]),
        unclear_picture=which([len(t.unclear) for t in targets]),
    )


class Batches(IterableDataset[Batch]):
    """The batches from number ``start`` on, without end."""

    def __init__(
        self, folder: Path, count: int, settings: AugmentSettings, seed: int, start: int = 0
    ) -> None:
        self._folder, self._count, self._settings = folder, count, settings
        self._seed, self._start = seed, start

    def __iter__(self) -> Iterator[Batch]:
        """Batches of this process: every n-th of n processes."""
        worker = get_worker_info()
        first, step = (0, 1) if worker is None else (worker.id, worker.num_workers)
        if worker is not None:
            cv2.setNumThreads(1)
        bank = ExampleBank(self._folder)
        for number in itertools.count(self._start + first, step):
            bank.refresh()
            yield make_batch(bank, self._count, self._settings, np.random.default_rng([self._seed, number]))


def batches(source: IterableDataset[Prepared], workers: int) -> Iterator[Prepared]:
    """Batches prepared ahead by ``workers`` processes, or as they are asked for where that is 0."""
    loader = DataLoader(
        source,
        batch_size=None,
        num_workers=workers,
        prefetch_factor=4 if workers else None,
        multiprocessing_context="spawn" if workers else None,
    )
    return iter(loader)
