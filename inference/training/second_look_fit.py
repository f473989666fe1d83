"""Training the second look alone: all else of a network stays as it is.

What the second look is given is then the same whenever a picture is seen, so it is worked out by processes
beside this one, kept for a while, and learned from several times. A core learned from four times as many
looks a second so as when it trains the whole network (with crops of a quarter of the pixels), and whom the
network finds hardly changes.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.training.checkpoints import load_checkpoint, save_checkpoint, size_of
from inference.training.example_types import Example
from inference.training.fit import FitReport, FitSummary, Progress, learning_rate
from inference.training.loader import batches
from inference.training.losses import FOUND_IOU, overlap
from inference.training.measure import held_out_examples
from inference.training.network import PersonNet, channels_last
from inference.training.second_looks import SecondLookBatches, SecondLooks, joined
from inference.training.settings import AugmentSettings, LossWeights
from inference.training.step import close_losses
from inference.training.trial import tried

PART = "second look"
"""What a checkpoint says that only this was learned; see ``part`` there."""


@dataclass(frozen=True, slots=True)
class SecondLookSettings:
    """How it is learned."""

    start: Path
    """Checkpoint, or starting point, whose averaged network is begun from."""
    minutes: float = 60.0
    """Wall-clock time from the start of the first step; time before a restart counts."""
    looks: int = 512
    """Of one step. With 128, and a higher rate, what was known got worse."""
    pictures: int = 12
    """New ones for each step; their looks are learned from some six times."""
    kept: int = 40_000
    """Looks that are drawn from: the newest. Forty kilobytes each."""
    least: int = 4_000
    """Looks that there must be before the first step."""
    learning_rate: float = 4e-4
    decay_share: float = 1.0
    """Last share of the time, in which the learning rate falls to nothing."""
    warm_up_steps: int = 30
    weight_decay: float = 0.02
    ema: float = 0.99
    clip_norm: float = 10.0
    light: float = 0.15
    """Standard deviation of the logarithm of a crop's contrast, and of its brightness as a share of 255 / 2,
    by which it differs each time it is seen."""
    seed: int = 1
    workers: int = 1
    """Processes that prepare pictures and let the rest of the network look at them; 0: the process itself."""
    threads: int = 1
    checkpoint_s: float = 60.0
    report_steps: int = 50
    trial_s: float = 600.0
    trial_pictures: int = 160
    max_steps: int | None = None
    """For tests: ends the run, and the schedule is counted in steps instead of minutes."""
    augment: AugmentSettings = field(default_factory=AugmentSettings)
    weights: LossWeights = field(default_factory=lambda: LossWeights(own_heat=1.0))


def fit_second_look(
    settings: SecondLookSettings,
    data: Path,
    held_out: Path | None,
    out: Path,
    progress: Progress | None = None,
) -> FitSummary:
    """Teach a network's second look on the shards in ``data``; ``out`` gets checkpoint and progress.

    A checkpoint in ``out`` is gone on from, with pictures that were not seen before. Raises ``ValueError``
    when there are no examples, or the checkpoint in ``out`` is of another kind of run or size of network.
    """
    torch.set_num_threads(settings.threads)
    trial = held_out_examples(held_out, settings.trial_pictures) if held_out is not None else []
    run = _Run(settings, out, trial)
    source = SecondLookBatches(
        settings.start, data, settings.pictures, settings.augment, seed=settings.seed, start=run.seen
    )
    coming: Iterator[SecondLooks] = batches(source, settings.workers)
    try:
        while run.share < 1:
            run.take(coming)
            if run.step % settings.report_steps == 0 and run.share < 1:
                run.report(progress)
            if run.since_save_s > settings.checkpoint_s:
                run.save()
    finally:
        run.save()  # also when somebody or something ends the run: what was learned is kept
    run.report(progress, last=True)
    return FitSummary(run.checkpoint, run.step, run.elapsed_s / 60, run.last_loss, run.ap50)


class Kept:
    """The newest looks, of which some are drawn."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._all: SecondLooks | None = None
        self._next = 0
        self.count = 0

    def add(self, some: SecondLooks) -> None:
        """Take these in, in place of the oldest where there is no more room."""
        if not len(some):
            return
        if self._all is None:
            first = some.rows(torch.zeros(1, dtype=torch.int64))
            self._all = joined([first]).rows(torch.zeros(self._most, dtype=torch.int64))
        where = (self._next + torch.arange(len(some))) % self._most
        for name in SecondLooks.__slots__:
            getattr(self._all, name)[where] = getattr(some, name)
        self._next = int(where[-1]) + 1
        self.count = min(self._most, self.count + len(some))

    def drawn(self, count: int, rng: np.random.Generator) -> SecondLooks:
        """So many of them, any. Raises ``ValueError`` where there are none."""
        if self._all is None:
            raise ValueError("nobody is seen in these pictures: there is nothing to look at again")
        return self._all.rows(torch.from_numpy(rng.integers(0, self.count, count)))


class _Run:
    """A run's state and what a step does to it."""

    def __init__(self, settings: SecondLookSettings, out: Path, trial: list[Example]) -> None:
        self._settings, self._out, self._trial = settings, out, trial
        torch.manual_seed(settings.seed)
        state = load_checkpoint(settings.start)
        self._size = size_of(state)
        self._network = channels_last(PersonNet(self._size))
        self._network.load_state_dict(state["average"])
        self._network.requires_grad_(False).eval()
        self._close = self._network.close.requires_grad_(True).train()
        self._average = copy.deepcopy(self._network).eval()
        self._optimiser = _optimiser(self._close, settings)
        self._kept = Kept(settings.kept)
        self.checkpoint = out / f"{self._size.name}.pt"
        self.step, self.seen = 0, 0
        self.elapsed_s = 0.0
        self.last_loss = float("nan")
        self.ap50: float | None = None
        if self.checkpoint.is_file():
            self._go_on()
        pairs = zip(self._average.close.state_dict().values(), self._close.state_dict().values(), strict=True)
        self._means, self._news = zip(*(p for p in pairs if p[0].dtype.is_floating_point), strict=True)
        self._tried = self._saved = time.monotonic()
        self._sums: dict[str, Tensor] = {}
        self._steps_summed, self._pictures_summed, self._time_summed, self._waited = 0, 0, 0.0, 0.0
        self._rate = 0.0

    @property
    def share(self) -> float:
        """Of the run that is over."""
        if self._settings.max_steps is not None:
            return self.step / self._settings.max_steps
        return self.elapsed_s / 60 / self._settings.minutes

    @property
    def since_save_s(self) -> float:
        return time.monotonic() - self._saved

    def _go_on(self) -> None:
        state = load_checkpoint(self.checkpoint)
        if state.get("part") != PART or state["size"] != asdict(self._size):
            raise ValueError(
                f"{self.checkpoint} is not of a run that teaches the second look of {self._settings.start} "
                "alone: choose an empty folder"
            )
        self._network.load_state_dict(state["network"])
        self._average.load_state_dict(state["average"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.step, self.seen, self.elapsed_s = state["step"], state["seen"], state["elapsed_s"]

    def save(self) -> None:
        """Write the checkpoint."""
        state: dict[str, Any] = {
            "size": asdict(self._size),
            "part": PART,
            "network": self._network.state_dict(),
            "average": self._average.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "step": self.step,
            "seen": self.seen,
            "elapsed_s": self.elapsed_s,
        }
        save_checkpoint(state, self.checkpoint)
        self._saved = time.monotonic()

    def take(self, coming: Iterator[SecondLooks]) -> None:
        """One step, with one more batch of pictures."""
        started = time.monotonic()
        self._more(coming)
        waited = time.monotonic() - started
        rng = np.random.default_rng([self._settings.seed, self.step, 3])
        batch = self._kept.drawn(self._settings.looks, rng)
        self._rate = learning_rate(self._settings, self.step, self.share)
        for group in self._optimiser.param_groups:
            group["lr"] = self._rate
        parts = self._losses(batch, rng)
        total = torch.stack(list(parts.values())).sum()
        self._optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self._close.parameters(), self._settings.clip_norm)
        if bool(torch.isfinite(norm)):
            self._optimiser.step()
        keep = min(self._settings.ema, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_lerp_(self._means, self._news, 1 - keep)
        for name, value in {**parts, "total": total}.items():
            self._sums[name] = self._sums.get(name, torch.zeros(())) + value.detach()
        self.step += 1
        took = time.monotonic() - started
        self.elapsed_s += took
        self._steps_summed += 1
        self._time_summed += took
        self._waited += waited

    def _more(self, coming: Iterator[SecondLooks]) -> None:
        """Take in a batch of pictures, or as many as are needed to begin."""
        least = min(self._settings.least, self._settings.kept)
        first = True
        while first or self._kept.count < least:
            self._kept.add(next(coming))
            self.seen += 1
            self._pictures_summed += self._settings.pictures
            first = False

    def _losses(self, batch: SecondLooks, rng: np.random.Generator) -> dict[str, Tensor]:
        crops = _relit(batch.crops, self._settings.light, rng)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            closer = self._close.at(crops, batch.first.float(), batch.looks)
        weights = self._settings.weights
        iou, _ = overlap(closer.box.detach(), batch.true_box)
        wanted = (iou >= FOUND_IOU).to(torch.float32)
        told = functional.binary_cross_entropy_with_logits(
            batch.score + closer.score, wanted, reduction="none"
        )
        score = (told * batch.scored).sum() / (wanted * batch.scored).sum().clamp(min=8)
        return {"close_score": weights.score * score, **close_losses(closer, batch.taught, weights)}

    def report(self, progress: Progress | None, *, last: bool = False) -> None:
        """Tell what happened since the last report, if anything did; try the network if it is time to."""
        if not self._steps_summed:
            return
        f1 = wrists = None
        if self._trial and (last or time.monotonic() - self._tried > self._settings.trial_s):
            started = self._tried = time.monotonic()
            measures = tried(self._average, self._trial)
            self.ap50, f1, wrists = measures.ap50, measures.f1, measures.wrists_near
            self.elapsed_s += time.monotonic() - started
        means = {name: float(value) / self._steps_summed for name, value in self._sums.items()}
        self.last_loss = means["total"]
        report = FitReport(
            step=self.step,
            minutes=round(self.elapsed_s / 60, 3),
            share=round(self.share, 5),
            learning_rate=self._rate,
            images_per_s=round(self._pictures_summed / self._time_summed, 2),
            waiting=round(self._waited / self._time_summed, 3),
            loss={name: round(value, 4) for name, value in means.items()},
            ap50=None if f1 is None else self.ap50,
            f1=f1,
            wrists=wrists,
        )
        self._out.mkdir(parents=True, exist_ok=True)
        with (self._out / "progress.jsonl").open("ab") as file:
            file.write(msgspec.json.encode(report) + b"\n")
        self._sums, self._steps_summed, self._pictures_summed = {}, 0, 0
        self._time_summed, self._waited = 0.0, 0.0
        if progress is not None:
            progress(report)


def _relit(crops: Tensor, light: float, rng: np.random.Generator) -> Tensor:
    """The crops, each in a little other light."""
    count = len(crops)
    gain = torch.from_numpy(np.exp(rng.normal(0, light, (count, 1, 1, 1))).astype(np.float32))
    shift = torch.from_numpy(rng.normal(0, light * 127.5, (count, 1, 1, 1)).astype(np.float32))
    return ((crops.float() - 127.5) * gain + 127.5 + shift).clamp(0, 255)


def _optimiser(close: nn.Module, settings: SecondLookSettings) -> torch.optim.AdamW:
    """AdamW; biases, norms and other vectors do not decay."""
    decays = [p for p in close.parameters() if p.ndim > 1]
    others = [p for p in close.parameters() if p.ndim <= 1]
    groups = [
        {"params": decays, "weight_decay": settings.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=settings.learning_rate, betas=(0.9, 0.99), fused=True)
