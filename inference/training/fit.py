"""The training loop: a time budget, averaged weights, checkpoints to go on from."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec
import torch

from inference.training.appearance import learn_appearance
from inference.training.card_bank import CardBank
from inference.training.card_batches import CardBatches
from inference.training.checkpoints import save_checkpoint
from inference.training.example_types import Example
from inference.training.learner import Learner
from inference.training.loader import Batches, batches
from inference.training.losses import Batch
from inference.training.measure import held_out_examples
from inference.training.settings import FitSettings
from inference.training.trial import tried

CARD_SHARE = 0.5
"""Of a graphics card's free memory that pictures may take."""
BENCHMARKED = 3
"""Ways of convolving that are tried."""
PC_ROOM_BYTES = 500_000_000
"""The same on a processor, where nobody but a test does this."""


class FitReport(msgspec.Struct, frozen=True):
    """How a run is doing: a line of ``progress.jsonl``."""

    step: int
    minutes: float
    share: float
    """Of the run that is over, 0 to 1."""
    learning_rate: float
    images_per_s: float
    """Since the last report."""
    waiting: float
    """Share of that time spent waiting for batches."""
    loss: dict[str, float]
    """Means since the last report, by part, weighted, and their ``total``."""
    ap50: float | None = None
    """Of the averaged network on held-out pictures, where it was tried."""
    f1: float | None = None
    wrists: float | None = None
    """Share within 8 cm."""


@dataclass(frozen=True, slots=True)
class FitSummary:
    """What came out of a run."""

    checkpoint: Path
    steps: int
    minutes: float
    loss: float
    """Mean total over the steps of the last report."""
    ap50: float | None
    """Of the averaged network on the held-out pictures, as last tried."""


Progress = Callable[[FitReport], None]


def fit(
    settings: FitSettings,
    data: Path,
    held_out: Path | None,
    out: Path,
    progress: Progress | None = None,
) -> FitSummary:
    """Train on the shards in ``data`` until the time is over; ``out`` gets the checkpoint and the progress.

    The averaged network is tried on some of the ``held_out`` pictures now and then; nothing is learned from
    them. At the end it learns what people look like. A checkpoint in ``out`` is gone on from, as if there had
    been no break. Raises ``ValueError`` when there are no examples, or the checkpoint is of another size of
    network.
    """
    torch.set_num_threads(settings.threads)
    trial = held_out_examples(held_out, settings.trial_pictures) if held_out is not None else []
    run = _Run(settings, out, trial)
    run.resume()
    source, close = _source(settings, data, run)
    try:
        while run.share < 1:
            run.take(source)
            if run.step % settings.report_steps == 0 and run.share < 1:
                run.report(progress)
            if run.since_save_s > settings.checkpoint_s:
                run.save()
    finally:
        run.save()  # also when somebody or something ends the run: what was learned is kept
        close()
    run.report(progress, last=True)
    if settings.appearance:
        learn_appearance(run.checkpoint, data, device=settings.device)
    return FitSummary(run.checkpoint, run.step, run.elapsed_s / 60, run.last_loss, run.ap50)


def _source(settings: FitSettings, data: Path, run: _Run) -> tuple[Iterator[Batch], Callable[[], None]]:
    """Batches, and what ends whatever makes them: processes beside this one, or the card itself."""
    if not settings.resident:
        return batches(
            Batches(data, settings.batch, settings.augment, settings.seed, run.step), settings.workers
        ), lambda: None
    room = int(CARD_SHARE * torch.cuda.mem_get_info(run.device)[0]) if run.on_card else PC_ROOM_BYTES
    bank = CardBank(data, run.device, room)
    return CardBatches(bank, settings.batch, settings.augment, settings.seed, run.step), bank.close


class Schedule(Protocol):
    """What a run is told of how fast to learn; see ``FitSettings``."""

    @property
    def learning_rate(self) -> float:
        """The highest."""

    @property
    def warm_up_steps(self) -> int:
        """In which it rises."""

    @property
    def decay_share(self) -> float:
        """Last share of the run, in which it falls to nothing."""


def learning_rate(settings: Schedule, step: int, share: float) -> float:
    """Warm-up, constant, then linearly to nothing: "warm-up, stable, decay" (Hu et al., 2024, 2404.06395)."""
    warm = min(1.0, (step + 1) / settings.warm_up_steps)
    left = max(0.0, 1.0 - share)
    return settings.learning_rate * warm * min(1.0, left / settings.decay_share)


class _Run:
    """A run's state and what a step does to it."""

    def __init__(self, settings: FitSettings, out: Path, trial: list[Example]) -> None:
        self._settings, self._out, self._trial = settings, out, trial
        torch.manual_seed(settings.seed)
        self.device = torch.device(settings.device)
        if self.on_card:
            # Sizes of batches never change, so it is worth trying which way each convolution is fastest: the
            # likeliest ways only, for trying ten of each took a minute.
            torch.backends.cudnn.benchmark = True
            torch.backends.cudnn.benchmark_limit = BENCHMARKED
            torch.backends.cuda.matmul.allow_tf32 = True
        self._learner = Learner(settings.size, settings, self.device)
        self.checkpoint = out / f"{settings.size.name}.pt"
        self.step = 0
        self.elapsed_s = 0.0
        self.last_loss = float("nan")
        self._rate = 0.0
        self.ap50: float | None = None
        self._tried = time.monotonic()
        self._saved = time.monotonic()
        self._sums: dict[str, torch.Tensor] = {}
        self._steps_summed, self._time_summed, self._waited = 0, 0.0, 0.0

    @property
    def on_card(self) -> bool:
        """Whether a graphics card does the work."""
        return self.device.type == "cuda"

    @property
    def share(self) -> float:
        """Of the run that is over."""
        if self._settings.max_steps is not None:
            return self.step / self._settings.max_steps
        return self.elapsed_s / 60 / self._settings.minutes

    @property
    def since_save_s(self) -> float:
        return time.monotonic() - self._saved

    def resume(self) -> None:
        """Go on from the checkpoint if there is one, else begin from the settings' network, if any.

        Raises ``ValueError`` where a checkpoint is of another size.
        """
        if self.checkpoint.is_file():
            state = self._learner.go_on_from(self.checkpoint)
            self.step, self.elapsed_s = state["step"], state["elapsed_s"]
        elif self._settings.start is not None:
            self._learner.begin_from(self._settings.start)

    def save(self) -> None:
        """Write the checkpoint."""
        state = self._learner.state() | {"step": self.step, "elapsed_s": self.elapsed_s}
        save_checkpoint(state, self.checkpoint)
        self._saved = time.monotonic()

    def take(self, source: Iterator[Batch]) -> None:
        """One step, on the next batch."""
        started = time.monotonic()
        batch = next(source)
        waited = time.monotonic() - started
        batch = batch.to(self.device)
        rate = self._rate = learning_rate(self._settings, self.step, self.share)
        for name, value in self._learner.learn(batch, rate, self.step).items():
            self._sums[name] = self._sums.get(name, 0) + value.detach()
        self.step += 1
        took = time.monotonic() - started
        self.elapsed_s += took
        self._steps_summed += 1
        self._time_summed += took
        self._waited += waited

    def report(self, progress: Progress | None, *, last: bool = False) -> None:
        """Tell what happened since the last report, if anything did; try the network if it is time to."""
        if not self._steps_summed:
            return
        f1 = None
        if self._trial and (last or time.monotonic() - self._tried > self._settings.trial_s):
            started = self._tried = time.monotonic()
            measures = tried(self._learner.average, self._trial)
            self.ap50, f1 = measures.ap50, measures.f1
            self.elapsed_s += time.monotonic() - started
        means = {name: float(value) / self._steps_summed for name, value in self._sums.items()}
        self.last_loss = means["total"]
        report = FitReport(
            step=self.step,
            minutes=round(self.elapsed_s / 60, 3),
            share=round(self.share, 5),
            learning_rate=self._rate,
            images_per_s=round(self._steps_summed * self._settings.batch / self._time_summed, 2),
            waiting=round(self._waited / self._time_summed, 3),
            loss={name: round(value, 4) for name, value in means.items()},
            ap50=None if f1 is None else self.ap50,
            f1=f1,
        )
        self._out.mkdir(parents=True, exist_ok=True)
        with (self._out / "progress.jsonl").open("ab") as file:
            file.write(msgspec.json.encode(report) + b"\n")
        self._sums, self._steps_summed, self._time_summed, self._waited = {}, 0, 0.0, 0.0
        if progress is not None:
            progress(report)
