"""Whose ledger a command means: that of the file, of the store, or of the demo."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from typer.main import get_command
from typer.testing import CliRunner, Result

from console.back_office import Ledger, operators
from console.cli.app import COMMANDS, app
from store_layout.writer import write_store
from tests.back_office.people import PIN, crew
from tests.back_office.visits import closed, layout
from tests.support.stores import small_store

MARA = {"OPENAISLE_PIN": PIN["Mara"], "OPENAISLE_NEW_PIN": "917264"}


@pytest.fixture(name="shop")
def _shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store folder whose own ledger has one receipt; the demo's has none."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(operators, "hasher", lambda: cheap)
    monkeypatch.setenv("OPENAISLE_STATE", str(tmp_path / "state"))
    folder = tmp_path / "my shop"
    write_store(small_store(), folder)
    place = tmp_path / "state" / f"live-{small_store().file.store.id}"
    place.mkdir(parents=True)
    with Ledger.open(place / "ledger.sqlite") as ledger:
        crew(ledger)
        ledger.post_visit(closed("v1", (("cola", 3),), closed_at=time.time()), layout())
    return folder


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args], env=MARA)


@pytest.mark.parametrize("option", ["--store", "--ledger"])
def test_a_stores_folder_names_its_ledger(shop: Path, option: str, tmp_path: Path) -> None:
    assert len(json.loads(run("ledger", "receipts", "--json", option, shop).stdout)) == 1
    people = json.loads(run("operators", "list", "--json", option, shop).stdout)
    assert "Mara" in {one["name"] for one in people}
    copied = run("ledger", "backup", tmp_path / "copy.sqlite", option, shop)
    assert copied.exit_code == 0, copied.output


def test_a_refund_with_a_store_is_of_its_ledger(shop: Path) -> None:
    """Not of the demo's, whatever receipt has that number there."""
    words = ("refund", "1", "--remove", "1", "--reason", "not_taken", "--as", "Mara", "--store", shop)
    done = run(*words)
    assert done.exit_code == 0, done.output
    assert "refund C-000001" in done.output
    assert len(json.loads(run("disputes", "list", "--json", "--store", shop).stdout)) == 1


def test_a_folder_that_is_no_store_is_told_of(tmp_path: Path) -> None:
    said = run("ledger", "verify", "--store", tmp_path)
    assert (said.exit_code, isinstance(said.exception, SystemExit)) == (1, True)
    assert "store.toml" in said.output


def test_a_slip_of_the_finger_makes_no_ledger(tmp_path: Path) -> None:
    typo = tmp_path / "leger.sqlite"
    for words in [("reviews", "list"), ("payments", "send"), ("ledger", "settle")]:
        said = run(*words, "--ledger", typo)
        assert said.exit_code == 1
        assert said.output == f"{typo}: there is no ledger here; check the path\n"
    assert not typo.exists()
    first = run("operators", "add", "Mara", "--role", "manager", "--ledger", typo)
    assert first.exit_code == 0, first.output
    assert typo.exists()


def test_every_command_that_has_a_ledger_can_be_told_the_store() -> None:
    group = get_command(app)
    for name in [name for name in COMMANDS if name != "train"]:
        found = group.get_command(None, name)  # type: ignore[attr-defined]  # click's, brought by typer
        for one in getattr(found, "commands", {name: found}).values():
            options = {option for parameter in one.params for option in parameter.opts}
            assert "--ledger" not in options or "--store" in options, (name, one.name)
