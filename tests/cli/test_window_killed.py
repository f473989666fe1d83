"""Window and engine in processes of their own, killed for real: what is there again, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.cli.bench.window_restart import measure_restarts
from inference.simulation import Errand, Plan, SimulationSettings, simulate
from tests.support.stores import small_store

STAY_S = 120.0
"""Longer than all of it takes on a busy machine."""


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_killed_window_is_back_as_it_was_and_a_killed_engine_loses_no_cart(tmp_path: Path) -> None:
    plans = tuple(
        Plan(
            person=f"p{n}",
            arrive_s=1.0 + 2.0 * n,
            errands=(
                Errand(act="take", slot=slot, wait_s=0.5),
                Errand(act="take", slot="B1", wait_s=STAY_S),
            ),
        )
        for n, slot in enumerate(("A2", "A5"))
    )
    recording = tmp_path / "recording"
    simulate(small_store(), SimulationSettings(duration_s=STAY_S), 4, recording, plans=plans)
    found = measure_restarts(recording, tmp_path / "state", windows=1, engines=1)
    (window,), (engine,) = found.windows, found.engines
    assert (window.page, window.selected, window.engine) == (True, True, True)
    assert 0.0 < window.cpu_s < 30.0
    assert engine.carts >= 1
    assert engine.lost == ()
    assert 0.0 < engine.said_s < engine.back_s
