from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from console.cli.app import app
from store_layout.writer import write_store
from tests.support.made_once import made_once
from tests.support.stores import small_store


def run(*args: str | Path) -> str:
    result = CliRunner().invoke(app, [str(a) for a in args], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three visits to the small store. Only to be read."""

    def make(folder: Path) -> None:
        write_store(small_store(), folder / "store")
        run("simulate", "--store", folder / "store", "--visits=3", "--seed=5", "--out", folder / "recording")

    return made_once(tmp_path_factory, "three visits", make) / "recording"
