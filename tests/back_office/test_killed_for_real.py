"""A process that works in the back office is killed at many moments: the day ends as if nothing had been.

Two hundred of them are killed by ``main.py bench-back-office``.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from console.back_office import Ledger
from console.cli.bench import killing
from console.cli.bench.killing import run_killed
from console.cli.bench.mortal import LEDGER, a_day

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")


@pytest.mark.slow
def test_killed_at_any_moment_the_day_ends_the_same(tmp_path: Path) -> None:
    killed = run_killed(tmp_path, 10)
    assert killed.faults == ()
    assert killed.runs == 10
    assert killed.in_the_middle > 3  # they had begun, and went on from there
    assert killed.days * 50 < killed.documents
    assert killed.moved > 0


@pytest.mark.slow
def test_a_day_that_did_not_end_the_same_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = killing.outcome

    def forgetful(folder: Path) -> killing.Outcome:
        found = honest(folder)
        return msgspec.structs.replace(found, captured={}) if "rough" in folder.name else found

    monkeypatch.setattr(killing, "outcome", forgetful)
    (fault,) = run_killed(tmp_path, 1).faults
    assert "it ended otherwise than in peace: captured" in fault


def test_the_day_has_everything_in_it(tmp_path: Path) -> None:
    """Else nothing would be killed in the middle of it."""
    a_day(tmp_path, 1)
    with Ledger.open(tmp_path / LEDGER, read_only=True) as ledger:
        kinds = dict(ledger.database.execute("SELECT kind, count(*) FROM document GROUP BY kind").fetchall())
        entries = {kind for (kind,) in ledger.database.execute("SELECT DISTINCT kind FROM entry").fetchall()}
        said = {
            what for (what,) in ledger.database.execute("SELECT DISTINCT said FROM payment_task").fetchall()
        }
        groups = ledger.scalar("SELECT count(*) FROM visit_group")
    assert kinds.keys() == {"receipt", "refund", "supplement"}
    assert {"review", "payment", "visit"} <= entries
    assert {"counter", "written_off"} <= said
    assert groups > 0
