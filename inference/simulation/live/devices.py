"""The scales and gates of a live store, block of time by block of time."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from inference.messages import GateSignal, WeightReading
from inference.simulation.live.present import Visitor
from inference.simulation.settings import SimulationSettings
from inference.simulation.shelves import ScaleSignal, Shelves, Step, Touch
from inference.simulation.simulate import SCALES
from store_layout.model import StoreLayout


class LiveScales:
    """Every scale of the store. What is over is forgotten, so a day needs no more room than a minute."""

    def __init__(
        self, layout: StoreLayout, settings: SimulationSettings, shelves: Shelves, seed: int
    ) -> None:
        self._started_at = settings.started_at
        self._signals = {
            scale: ScaleSignal(layout, settings, shelves, scale, [seed, SCALES, number])
            for number, scale in enumerate(layout.scales)
        }

    def add(self, steps: Iterable[Step], touches: Iterable[Touch]) -> None:
        """What will happen on the shelves, later than what was read so far."""
        steps, touches = tuple(steps), tuple(touches)
        if steps or touches:
            for signal in self._signals.values():
                signal.add(steps, touches)

    def read(self, start: float, end: float) -> list[WeightReading]:
        """Every reading after ``start`` and up to ``end``; each call goes on where the last one ended."""
        found: list[WeightReading] = []
        for number, (scale, signal) in enumerate(self._signals.items()):
            rate = signal.rate_hz
            numbers = np.arange(round(start * rate) + 1, round(end * rate) + 1)
            if not len(numbers):
                continue
            # Scales are not in step with each other.
            times = numbers / rate - (number % 7) / (7.0 * rate)
            for k, grams in enumerate(signal.read(times)):
                if grams is not None:
                    t = round(self._started_at + float(times[k]), 4)
                    found.append(WeightReading(scale, t, grams, int(numbers[k])))
        return found

    def settle(self, before: float) -> None:
        """Forget what is over: nothing earlier than ``before`` will be read any more."""
        for signal in self._signals.values():
            signal.settle(before)


def gate_signals(
    visitors: Iterable[Visitor], started_at: float, start: float, end: float
) -> list[GateSignal]:
    """What the gates say after ``start`` and up to ``end`` (seconds from the store's start)."""
    found = []
    for visitor in visitors:
        (gate_in, t_in), (gate_out, t_out) = visitor.walker.entry, visitor.walker.exit
        if start < t_in <= end:
            found.append(GateSignal(gate_in, round(started_at + t_in, 4), "entry", 1, visitor.token))
        if start < t_out <= end:
            found.append(GateSignal(gate_out, round(started_at + t_out, 4), "exit", 1, visitor.token))
    return found
