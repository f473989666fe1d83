"""Trains the products' network: a hand's vector lies near those of the shop's pictures of what it holds.

The loss is a softmax over the pictures of all products of a few shops, flavours of one thing among them, with
all pictures of the right product in the numerator (Khosla et al., "Supervised Contrastive Learning", 2020),
and one for whether anything is held.
"""

from __future__ import annotations

import copy
import logging
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn

from inference.training.product_batches import Batch, Batches, BatchSettings
from inference.training.product_network import Answers, ProductNet
from inference.training.product_types import NO_PRODUCT, product_shards

_log = logging.getLogger(__name__)

CHECKPOINT = "products.pt"
CLEAR = 0.999
"""A hand of this clearness counts as full; one between it and 0 as neither full nor empty."""


@dataclass(frozen=True, slots=True)
class ProductFitSettings:
    """One training run."""

    minutes: float = 14.0
    """Wall-clock time; time before a restart counts."""
    max_steps: int | None = None
    """For tests: ends the run, and the schedule is counted in steps instead of minutes."""
    learning_rate: float = 4e-3
    weight_decay: float = 0.02
    temperature: float = 0.08
    """Of the softmax over cosines."""
    weights: tuple[float, float, float, float] = (1.0, 0.5, 0.5, 4.0)
    """What counts what: the product, whether anything is held, where it shows, its colours."""
    ema: float = 0.998
    seed: int = 1
    threads: int = 1
    checkpoint_s: float = 60.0
    batch: BatchSettings = field(default_factory=BatchSettings)


Progress = Callable[[float, str], None]
"""Share of the run that is done, and the latest losses in words."""


def fit_products(
    folder: Path, out: Path, settings: ProductFitSettings, progress: Progress | None = None
) -> Path:
    """Train on the shards in ``folder``; returns the checkpoint, written to the folder ``out``.

    A run that was broken off goes on where its last checkpoint was. Raises ``ValueError`` for too few shards.
    """
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    run = _Run(Batches(product_shards(folder), settings.batch, settings.seed), out, settings)
    run.train(progress)
    return run.save()


class _Run:
    def __init__(self, batches: Batches, out: Path, settings: ProductFitSettings) -> None:
        self._batches, self._s = batches, settings
        self._path = out / CHECKPOINT
        out.mkdir(parents=True, exist_ok=True)
        self._network = ProductNet()
        self._network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._mean = copy.deepcopy(self._network).eval()
        self._optimiser = torch.optim.AdamW(
            self._network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        self._step, self._spent_s = 0, 0.0
        self._losses: list[float] = []
        if self._path.is_file():
            self._resume()

    def train(self, progress: Progress | None) -> None:
        # The next batch is drawn while this one is learned from: a thread will do, both are in libraries.
        with ThreadPoolExecutor(1, "batches") as ahead:
            coming = ahead.submit(self._batches.draw)
            began, saved = time.monotonic() - self._spent_s, time.monotonic()
            while (share := self._share(time.monotonic() - began)) < 1.0:
                batch, coming = coming.result(), ahead.submit(self._batches.draw)
                self._note(self._one(batch, share))
                self._step += 1
                self._spent_s = time.monotonic() - began
                if progress is not None and self._step % 20 == 0:
                    progress(share, self._words())
                if time.monotonic() - saved > self._s.checkpoint_s:
                    self.save()
                    saved = time.monotonic()
            coming.cancel()

    def _note(self, losses: list[float]) -> None:
        before = self._losses or losses
        self._losses = [0.97 * a + 0.03 * b for a, b in zip(before, losses, strict=True)]

    def _words(self) -> str:
        named = zip(("product", "held", "place", "colour"), self._losses, strict=True)
        return f"step {self._step}: " + ", ".join(f"{name} {loss:.3f}" for name, loss in named)

    def _share(self, spent_s: float) -> float:
        if self._s.max_steps is not None:
            return self._step / self._s.max_steps
        return spent_s / 60.0 / self._s.minutes

    def _one(self, batch: Batch, share: float) -> list[float]:
        warm = min(1.0, (self._step + 1) / 100)
        for group in self._optimiser.param_groups:
            group["lr"] = self._s.learning_rate * warm * 0.5 * (1.0 + math.cos(math.pi * share))
        pixels = torch.from_numpy(batch.pictures).permute(0, 3, 1, 2).to(torch.float32)
        self._network.train()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            answers = self._network(pixels.contiguous(memory_format=torch.channels_last))
        told = Answers(*(a.float() for a in answers))
        losses = losses_of(told, batch, self._s.temperature)
        self._optimiser.zero_grad(set_to_none=True)
        total = sum((w * x for w, x in zip(self._s.weights, losses, strict=True)), torch.zeros(()))
        total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._network.parameters(), 5.0)
        self._optimiser.step()
        self._average()
        return [loss.item() for loss in losses]

    def _average(self) -> None:
        keep = min(self._s.ema, (1 + self._step) / (10 + self._step))
        with torch.no_grad():
            for old, new in zip(
                self._mean.state_dict().values(), self._network.state_dict().values(), strict=True
            ):
                if old.dtype.is_floating_point:
                    old.lerp_(new, 1.0 - keep)
                else:
                    old.copy_(new)

    def save(self) -> Path:
        state = {
            "mean": self._mean.state_dict(),
            "network": self._network.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "step": self._step,
            "spent_s": self._spent_s,
        }
        fresh = self._path.with_suffix(".new")
        torch.save(state, fresh)
        fresh.replace(self._path)
        return self._path

    def _resume(self) -> None:
        state = torch.load(self._path, weights_only=True)
        self._network.load_state_dict(state["network"])
        self._mean.load_state_dict(state["mean"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._step, self._spent_s = int(state["step"]), float(state["spent_s"])
        _log.info("goes on at step %d", self._step)


def losses_of(answers: Answers, batch: Batch, temperature: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Losses of what is held, whether anything is, where it shows, and of its colours."""
    product, owner = torch.from_numpy(batch.product), torch.from_numpy(batch.owner)
    clear = torch.from_numpy(batch.clear)
    places, palettes = torch.from_numpy(batch.places), torch.from_numpy(batch.palettes)
    hands, shop = answers.embedding[: batch.hands], answers.embedding[batch.hands :]
    full = product != NO_PRODUCT
    logits = hands[full] @ shop.T / temperature
    right = owner[None] == product[full][:, None]
    every = torch.logsumexp(logits, dim=1)
    mine = torch.logsumexp(logits.masked_fill(~right, -math.inf), dim=1)
    # Those that hardly show are in it too, but count little: nobody could tell them.
    weight = clear[full] ** 2
    of_product = ((every - mine) * weight).sum() / weight.sum().clamp(min=1.0)
    known = (clear >= CLEAR) | (clear == 0.0)
    wanted = (clear[known] >= CLEAR).float()
    bce = nn.functional.binary_cross_entropy_with_logits
    of_held = bce(answers.held[: batch.hands][known], wanted)
    of_places = bce(answers.places, places, pos_weight=torch.tensor(3.0))
    colours = torch.cat([palettes[product[full]], palettes[owner]])
    seen = torch.cat([answers.palette[: batch.hands][full], answers.palette[batch.hands :]])
    count = torch.cat([weight, torch.full((len(owner),), 0.3)])
    of_colours = (((seen - colours) ** 2).mean(dim=1) * count).sum() / count.sum()
    return of_product, of_held, of_places, of_colours


def trained(checkpoint: Path) -> ProductNet:
    """The averaged network of a checkpoint, ready to be used."""
    network = ProductNet()
    network.load_state_dict(torch.load(checkpoint, weights_only=True)["mean"])
    return network.eval()
