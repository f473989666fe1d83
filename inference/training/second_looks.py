"""What a second look is taught with, apart from the rest of the network: crops of people and what was known.

The rest of the network stays as it is, so all that the second look is given can be worked out beforehand and
used again: a crop and a few hundred numbers for each of the people. They are those whom the network itself
would look at again, and those whom it missed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from inference.training.answers import Looks
from inference.training.checkpoints import averaged_network
from inference.training.graph import CLOSE_FROM, overlapped, peaks_of
from inference.training.loader import ExampleBank, make_batch
from inference.training.losses import Batch, Taught, overlap
from inference.training.network import PersonNet, channels_last
from inference.training.settings import STRIDE, AugmentSettings
from inference.training.step import maps_of, shaken

PEAKS = 16
"""Of a picture that may be looked at again, as in the exported graph."""
FROM = CLOSE_FROM - 0.5
"""Logit from which they are: a little lower than there, so that who is just looked at is known too."""
THEIRS = 0.4
"""IoU with a true box from which a look is at that person."""
UNCLEAR = 0.3
"""IoU with somebody too hidden to count from which a look teaches nothing about scores."""


@dataclass(slots=True, eq=False)
class SecondLooks:
    """N places to look at again, and who is there."""

    crops: Tensor
    """uint8 ``[N, 3, 128, 96]``"""
    first: Tensor
    """``[N, 768]``, float16: see :meth:`CloseLook.seen_first`."""
    box: Tensor
    """``[N, 4]`` as the first look says, as are the next five; input pixels."""
    points: Tensor
    near: Tensor
    swapped: Tensor
    score: Tensor
    """``[N]`` logit of heat map and first look together."""
    hidden: Tensor
    """``[N, H]``, float16."""
    true_box: Tensor
    """``[N, 4]``; of no size where nobody is."""
    true_points: Tensor
    """``[N, 4, 3]``"""
    weight: Tensor
    """``[N]`` what the person counts, 0 where nobody is."""
    scored: Tensor
    """``[N]`` 1 where the score is taught, 0 where it is not."""

    def __len__(self) -> int:
        return len(self.box)

    def rows(self, which: Tensor) -> SecondLooks:
        """Some of them."""
        return SecondLooks(*(getattr(self, field.name)[which] for field in fields(self)))

    @property
    def looks(self) -> Looks:
        """What the second look is given beside the crops."""
        return Looks(
            self.box,
            self.box,
            self.points,
            self.points,
            self.near,
            self.swapped,
            torch.zeros_like(self.score),
            self.hidden.float(),
        )

    @property
    def taught(self) -> Taught:
        """The true people."""
        return Taught(self.true_box, self.true_points, self.weight)


def joined(parts: list[SecondLooks]) -> SecondLooks:
    """Several as one."""
    return SecondLooks(*(torch.cat([getattr(p, f.name) for p in parts]) for f in fields(SecondLooks)))


@torch.no_grad()
def second_looks(network: PersonNet, batch: Batch, rng: np.random.Generator) -> SecondLooks:
    """At whom the network, in a batch of pictures, would look again, and at those whom it misses."""
    maps = maps_of(network, batch.image)
    logits, cells = peaks_of(maps.heat, PEAKS)
    columns = maps.heat.shape[-1]
    places = torch.stack([cells % columns, torch.div(cells, columns, rounding_mode="floor")], dim=2)
    places = places.float() * STRIDE + STRIDE / 2
    of = torch.arange(len(cells)).repeat_interleave(PEAKS)
    people = len(batch.centres)
    with torch.autocast(batch.image.device.type, dtype=torch.bfloat16):
        looks = network.peak(
            maps, torch.cat([of, batch.picture]), torch.cat([places.flatten(0, 1), shaken(batch, rng)])
        )
    scores = torch.cat([logits.flatten() + looks.score[: len(of)], torch.zeros(people)])
    rows, found, picture = _chosen(looks, scores, of, batch)
    looks = looks.rows(rows)
    who, theirs = _best(looks.box, picture, batch.boxes, batch.picture)
    _, unclear = _best(looks.box, picture, batch.unclear, batch.unclear_picture)
    there = theirs >= THEIRS
    known = there.to(torch.float32)
    nobody = not people
    return SecondLooks(
        crops=network.close.crops(batch.image, picture, looks.box),
        first=network.close.seen_first(maps, picture, looks.box).half(),
        box=looks.box,
        points=looks.points,
        near=looks.near,
        swapped=looks.swapped,
        score=scores[rows],
        hidden=looks.hidden.half(),
        true_box=torch.zeros(len(rows), 4) if nobody else batch.boxes[who] * known[:, None],
        true_points=torch.zeros(len(rows), 4, 3) if nobody else batch.points[who] * known[:, None, None],
        weight=known if nobody else batch.weight[who] * known,
        scored=(found & (there | (unclear < UNCLEAR))).to(torch.float32),
    )


def _chosen(looks: Looks, scores: Tensor, of: Tensor, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """Which looks are given, whether each was found rather than missed, and its picture.

    ``looks`` are first those at peaks, of the pictures ``of``, then those at the true people.
    """
    kept: list[Tensor] = []
    for picture in range(len(batch.image)):
        rows = torch.nonzero(of == picture)[:, 0]
        rows = rows[scores[rows].argsort(descending=True)]
        kept.append(rows[(scores[rows] >= FROM) & ~overlapped(looks.box[rows])])
    chosen = torch.cat(kept)
    _, by_these = _best(batch.boxes, batch.picture, looks.box[chosen], of[chosen])
    own, _ = overlap(looks.box[len(of) :], batch.boxes)
    missed = torch.nonzero((by_these < THEIRS) & (own >= THEIRS))[:, 0]
    rows = torch.cat([chosen, len(of) + missed])
    return rows, torch.arange(len(rows)) < len(chosen), torch.cat([of[chosen], batch.picture[missed]])


def _best(boxes: Tensor, picture: Tensor, others: Tensor, other_picture: Tensor) -> tuple[Tensor, Tensor]:
    """Of boxes ``[N, 4]`` the number of the best other of their picture, and its IoU; 0 and 0 for none."""
    if not len(others):
        return torch.zeros(len(boxes), dtype=torch.int64), torch.zeros(len(boxes))
    iou, _ = overlap(boxes[:, None], others[None])
    best = (iou * (picture[:, None] == other_picture[None])).max(dim=1)
    return best.indices, best.values


class SecondLookBatches(IterableDataset[SecondLooks]):
    """The second looks in ``count`` prepared pictures each, from number ``start`` on, without end."""

    def __init__(
        self,
        checkpoint: Path,
        folder: Path,
        count: int,
        settings: AugmentSettings,
        *,
        seed: int,
        start: int = 0,
    ) -> None:
        self._checkpoint, self._folder = checkpoint, folder
        self._count, self._settings = count, settings
        self._seed, self._start = seed, start

    def __iter__(self) -> Iterator[SecondLooks]:
        """Those of this process: every n-th of n processes."""
        worker = get_worker_info()
        first, step = (0, 1) if worker is None else (worker.id, worker.num_workers)
        if worker is not None:
            cv2.setNumThreads(1)
            torch.set_num_threads(1)
        network = channels_last(averaged_network(self._checkpoint))
        bank = ExampleBank(self._folder)
        for number in itertools.count(self._start + first, step):
            bank.refresh()
            rng = np.random.default_rng([self._seed, number])
            yield second_looks(network, make_batch(bank, self._count, self._settings, rng), rng)
