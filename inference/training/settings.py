"""What a training run is told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

STRIDE = 4
"""Input pixels of one cell of the heat maps."""

WHOLLY_VISIBLE = 0.65
"""Usual visible share of somebody whom nothing hides: their own arms and clothes hide the rest."""

MIN_VISIBLE = 0.15 * WHOLLY_VISIBLE
"""People of whom less can be seen are neither wanted nor held against the network."""

CLEARLY_VISIBLE = 0.5 * WHOLLY_VISIBLE
"""People of whom this much can be seen are those that a detector must find."""


@dataclass(frozen=True, slots=True)
class NetworkSize:
    """Channels and depths of a network. Channels in multiples of 16: ONNX Runtime works in such blocks."""

    name: str
    channels: tuple[int, int, int, int, int]
    """After the first convolution (stride 2) and at strides 4, 8, 16 and 32."""
    blocks: tuple[int, int, int, int]
    """Residual blocks at strides 4, 8, 16 and 32."""
    neck: int
    """Channels of the merged features at strides 16 and 32."""
    fine: int
    """Channels of the merged features at stride 8, from which everything is read."""
    hidden: int
    """Width of the layers that look at one peak."""
    close: tuple[int, int, int, int]
    """Channels of the second look, at strides 2, 4, 8 and 16 of its own pixels."""
    appearance: int = 32


MEDIUM = NetworkSize(
    "medium",
    channels=(16, 32, 64, 128, 160),
    blocks=(1, 3, 4, 3),
    neck=128,
    fine=64,
    hidden=192,
    close=(16, 32, 64, 96),
)


@dataclass(frozen=True, slots=True)
class AugmentSettings:
    """How examples are varied before the network sees them. Chances are 0 to 1."""

    width: int = 384
    """Of the network's input while it learns, pixels; multiples of 32."""
    height: int = 288
    heights_px: tuple[float, float] = (30.0, 350.0)
    """People's heights in the input are spread evenly over the logarithm of this range."""
    zoom: tuple[float, float] = (0.3, 2.2)
    mosaic: float = 0.8
    """Chance that a picture which does not fill the input becomes one of four in it."""
    grey: float = 0.08
    blur: float = 0.15
    noise: float = 0.4
    cutout: float = 0.25
    jpeg: float = 0.25


@dataclass(frozen=True, slots=True)
class LossWeights:
    """What the parts of the loss count."""

    heat: float = 1.0
    point_heat: float = 0.5
    box: float = 2.0
    points: float = 3.0
    near: float = 0.5
    hand: float = 0.25
    score: float = 0.5
    own_heat: float = 0.5
    """Of the heat maps of one person alone, in the second look."""


@dataclass(frozen=True, slots=True)
class FitSettings:
    """One training run."""

    size: NetworkSize = MEDIUM
    minutes: float = 95.0
    """Wall-clock time from the start of the first step; time before a restart counts."""
    decay_share: float = 0.3
    """Last share of the time, in which the learning rate falls to nothing."""
    warm_up_steps: int = 300
    batch: int = 16
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    ema: float = 0.999
    clip_norm: float = 10.0
    seed: int = 1
    workers: int = 1
    """Processes that prepare batches, where no graphics card does; 0: the training process itself."""
    threads: int = 1
    device: str = "cpu"
    """``cpu``, or ``cuda`` for the first graphics card."""
    resident: bool = False
    """Whether pictures lie in the device's memory, and batches are made there."""
    compiled: bool = False
    """Whether layers are fused for the device first; that takes a minute or so."""
    checkpoint_s: float = 60.0
    report_steps: int = 25
    trial_s: float = 480.0
    """How often the averaged network is tried on held-out pictures."""
    trial_pictures: int = 160
    max_steps: int | None = None
    """For tests: ends the run, and the schedule is counted in steps instead of minutes."""
    start: Path | None = None
    """Checkpoint whose averaged network is begun from, where there is no checkpoint of the run itself."""
    appearance: bool = True
    """Whether it is learned at the end what people look like."""
    augment: AugmentSettings = field(default_factory=AugmentSettings)
    weights: LossWeights = field(default_factory=LossWeights)


def on_card(settings: FitSettings) -> FitSettings:
    """The same run on a graphics card: larger batches and steps, prepared by the card itself."""
    return replace(
        settings,
        device="cuda",
        resident=True,
        compiled=True,
        batch=32 * settings.batch,
        learning_rate=1.5 * settings.learning_rate,
        decay_share=max(0.5, settings.decay_share),
    )


def fitting(start: Path, minutes: float) -> FitSettings:
    """A run that fits a network to one store: its cameras show people at few sizes, so those are learned."""
    return FitSettings(
        minutes=minutes,
        start=start,
        learning_rate=8e-4,
        decay_share=0.7,
        warm_up_steps=100,
        augment=AugmentSettings(heights_px=(40.0, 320.0), zoom=(0.6, 1.4), mosaic=0.3),
    )
