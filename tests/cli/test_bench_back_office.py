from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from console.cli.app import app


@pytest.mark.slow
def test_a_small_one_measures_all_of_it(tmp_path: Path) -> None:
    arguments = ["--visits", "300", "--seconds", "1", "--kills", "1", "--folder", str(tmp_path)]
    result = CliRunner().invoke(app, ["bench-back-office", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["big"]["visits"] == 500  # and those posted at its end
    assert {lookup["key"] for lookup in found["big"]["lookups"]} >= {"number", "code", "amount", "product"}
    assert 0 < found["big"]["close_cpu_s"] <= found["big"]["close_s"] + 0.1
    assert found["together"]["visits"] > 0
    assert found["killed"]["runs"] == 1
    again = CliRunner().invoke(
        app,
        ["bench-back-office", "--visits", "300", "--seconds", "0", "--kills", "0", "--folder", str(tmp_path)],
    )
    assert "a ledger of 700 visits" in again.output
    assert "every ledger is sound" in again.output
