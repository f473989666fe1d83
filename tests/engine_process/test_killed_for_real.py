"""The real pipeline on a simulated recording, killed again and again: the ledger as if nothing happened."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
from pathlib import Path
from unittest.mock import patch

import msgspec
import pytest

from console.back_office import Ledger
from console.engine_process.spec import EngineSpec
from console.engine_process.supervisor import Policy, Supervisor
from inference.simulation import Errand, Plan
from tests.live.shoppers import simulated
from tests.support.stores import small_store

KILLS = 20
SLOTS = ("A2", "A5", "A3", "B2", "A4", "A2", "B2", "A5")
SPEED = 8.0
"""Times real time: so many kills find it at work."""
LIMIT_S = 400.0


def everything_in(ledger: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, in order; but for when the tables were made, by the wall clock."""
    db = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)
    try:
        names = [
            n for (n,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        ]
        names.remove("_sqlite_migrations")
        return {n: db.execute(f"SELECT * FROM {n} ORDER BY 1, 2").fetchall() for n in names}  # noqa: S608
    finally:
        db.close()


def run_to_end(spec: EngineSpec, kills: int, seed: int) -> int:
    """Kill the engine ``kills`` times on the way; how often it could be killed."""
    policy = Policy(look_s=0.02, first_backoff_s=0.02, longest_backoff_s=0.02, most_quick_crashes=10_000)
    supervisor = Supervisor(spec, policy)
    supervisor.start()
    rng, killed, until = random.Random(seed), 0, time.monotonic() + LIMIT_S
    try:
        while supervisor.state != "stopped":
            assert supervisor.state != "failed", supervisor.why
            assert time.monotonic() < until, supervisor.why
            pid = supervisor.pid
            if pid is not None and killed < kills:
                time.sleep(rng.uniform(0.0, 0.9))
                if supervisor.pid == pid:
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
                while supervisor.pid == pid:
                    time.sleep(0.01)
            time.sleep(0.02)
    finally:
        supervisor.stop()
    return killed


@pytest.mark.slow
@pytest.mark.timeout(2 * LIMIT_S)
def test_the_ledger_of_a_killed_engine_is_that_of_an_undisturbed_one(tmp_path: Path) -> None:
    recording = tmp_path / "recording"
    plans = tuple(
        Plan(person=f"p{n}", arrive_s=1.0 + 11.0 * n, errands=(Errand(act="take", slot=slot, wait_s=0.5),))
        for n, slot in enumerate(SLOTS)
    )
    crowd = (Plan(person="near", arrive_s=3.0, errands=(Errand(act="take", slot="A1", wait_s=3.0),)),)
    simulated(small_store(), plans + crowd, recording, seed=5)
    calm = EngineSpec(
        recording=str(recording),
        speed=None,
        exit_at_end=True,
        state_dir=str(tmp_path / "calm"),
        ledger=str(tmp_path / "calm.ledger"),
        checkpoint_s=1.0,
    )
    rough = msgspec.structs.replace(
        calm, speed=SPEED, state_dir=str(tmp_path / "rough"), ledger=str(tmp_path / "rough.ledger")
    )
    for path in (calm.ledger_path, rough.ledger_path):  # each ledger has a name, and payment keys have it
        with patch("console.back_office.schema.secrets.token_hex", lambda _: "00c0ffee00c0ffee"):
            Ledger.open(path).close()
    assert run_to_end(calm, 0, 0) == 0
    assert run_to_end(rough, KILLS, 2) == KILLS
    expected = everything_in(tmp_path / "calm.ledger")
    assert len(expected["visit"]) == len(plans + crowd)
    assert len(expected["document"]) > 5
    assert everything_in(tmp_path / "rough.ledger") == expected
