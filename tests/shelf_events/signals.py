"""Signals of scales that do not exist: noise, drift, quantisation, hands, and what they take."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from inference.messages import WeightReading

START = 1_700_000_000.0


@dataclass(frozen=True)
class Action:
    """A hand is in from ``t`` for ``hand_s`` seconds; the level changes by ``delta_g`` in the middle."""

    t: float
    delta_g: float
    hand_s: float = 0.6
    push_g: float = 60.0


@dataclass(frozen=True)
class Signal:
    """One scale's signal. Times are seconds after ``START``."""

    scale: str = "s"
    level_g: float = 4000.0
    actions: tuple[Action, ...] = ()
    rate_hz: float = 20.0
    duration_s: float = 20.0
    noise_sd_g: float = 2.0
    drift_g_s: float = 0.0
    resolution_g: float = 1.0
    jitter_s: float = 0.0
    gaps: tuple[tuple[float, float], ...] = ()
    seed: int = 0

    def readings(self) -> Iterator[WeightReading]:
        """The readings in order of time."""
        random = np.random.default_rng(self.seed)
        count = round(self.duration_s * self.rate_hz)
        times = np.arange(count) / self.rate_hz + random.uniform(0, self.jitter_s, count)
        noise = random.normal(0, self.noise_sd_g, count)
        wobble = random.normal(0, 1, count)
        for t, n, w in zip(np.sort(times).tolist(), noise.tolist(), wobble.tolist(), strict=True):
            if any(a <= t < b for a, b in self.gaps):
                continue
            grams = self.level_g + self.drift_g_s * t + n + sum(_felt(a, t, w) for a in self.actions)
            yield WeightReading(self.scale, START + t, round(grams / self.resolution_g) * self.resolution_g)


def _felt(action: Action, t: float, wobble: float) -> float:
    middle = action.t + action.hand_s / 2
    level = action.delta_g if t >= middle else 0.0
    inside = (t - action.t) / action.hand_s
    if 0.0 <= inside <= 1.0:
        level += action.push_g * math.sin(math.pi * inside) * (1 + 0.3 * wobble)
    return level


def merged(signals: Sequence[Signal]) -> list[WeightReading]:
    """The readings of several scales, in order of time."""
    readings = [reading for signal in signals for reading in signal.readings()]
    return sorted(readings, key=lambda r: (r.t, r.scale))
