"""What a scale says, whether all of the day is looked at each second or only what is not over."""

from __future__ import annotations

import numpy as np
import pytest

from inference.simulation import SimulationSettings
from inference.simulation.shelves import ScaleSignal, Shelves, Step, Touch
from tests.support.stores import small_store


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_over_is_the_load_to_the_last_bit(seed: int) -> None:
    store, settings = small_store(), SimulationSettings()
    rng = np.random.default_rng(seed)
    shelves = Shelves(store, settings, rng)
    times = rng.uniform(0.0, 60.0, 40)
    shelves.steps = [Step(float(t), "scale-A0", float(rng.normal(0, 300))) for t in times]
    shelves.touches = [Touch(float(t), "A0", 40.0) for t in times]
    whole, settled = (ScaleSignal(store, settings, shelves, "scale-A0", [seed, 7]) for _ in range(2))
    for second in range(60):
        t = second + np.arange(10) / 10
        settled.settle(float(t[0]))
        assert settled.read(t) == whole.read(t)
