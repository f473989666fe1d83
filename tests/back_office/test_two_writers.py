"""Two processes write at once. For a minute they do in ``main.py bench-back-office``."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from console.back_office import Ledger, ledger_file
from console.cli.bench.mortal import LEDGER
from console.cli.bench.two_writers import run_together, write


@pytest.mark.slow
def test_nobody_is_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    found = run_together(tmp_path, 3.0)
    assert found.faults == ()
    assert found.visits > 10
    with Ledger.open(tmp_path / LEDGER, read_only=True) as ledger:
        writers = ledger.scalar("SELECT count(DISTINCT substr(id, 1, 2)) FROM visit")
    assert writers == 2


def test_who_waits_longer_than_is_waited_for_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the test above would show it."""
    monkeypatch.setattr(ledger_file, "BUSY_TIMEOUT_MS", 10)
    with Ledger.open(tmp_path / LEDGER):
        holder = sqlite3.connect(tmp_path / LEDGER, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        written = write(tmp_path, 1, 0.1)
        holder.close()
    assert written.visits == 0
    assert "database is locked" in written.refused[0]
