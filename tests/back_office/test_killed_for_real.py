"""A process that works in the back office is killed at many moments: the day ends as if nothing had been."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from console.back_office import Ledger, verify
from console.back_office.payment_provider import SimulatedProvider
from tests.back_office.shop_day import whole_day

KILLS = 12
FIRST_S, STEP_S = 0.01, 0.03
"""After how long each is killed: a day takes about half a second."""


def outcome(folder: Path) -> tuple[list[object], dict[str, int], dict[str, int]]:
    """Documents without the times of the clock, and what the bank moved."""
    with Ledger.open(folder / "l.sqlite") as ledger:
        found = verify(ledger)
        assert found.sound, found.findings
        rows = ledger.database.execute(
            "SELECT d.series, d.number, d.kind, d.visit, d.total, d.of_number, e.body "
            "FROM document d JOIN entry e ON e.seq = d.entry ORDER BY d.series, d.number"
        ).fetchall()
    bank = SimulatedProvider(folder / "bank.sqlite")
    moved = bank.moved("capture"), bank.moved("refund")
    bank.close()
    return rows, *moved


@pytest.mark.slow
def test_killed_at_any_moment_the_day_ends_the_same(tmp_path: Path) -> None:
    calm, rough = tmp_path / "calm", tmp_path / "rough"
    for folder in (calm, rough):
        folder.mkdir()
    bank = SimulatedProvider(calm / "bank.sqlite")
    with Ledger.open(calm / "l.sqlite") as ledger:
        whole_day(ledger, bank)
    bank.close()
    entries = []
    for n in range(KILLS + 1):
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.back_office.shop_day", str(rough)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        if n < KILLS:
            time.sleep(FIRST_S + STEP_S * n)
            worker.kill()
            worker.wait()
        else:
            assert worker.wait(60) == 0
        worker.stdout.close()
        with Ledger.open(rough / "l.sqlite") as ledger:
            assert verify(ledger).sound
            entries.append(ledger.head()[0])
    assert len(set(entries)) > 3  # it was killed in the middle, and went on
    assert outcome(rough) == outcome(calm)
