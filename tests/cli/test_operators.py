from __future__ import annotations

import json
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner, Result

from console.back_office import Ledger, operators
from console.back_office.audit import record
from console.cli.app import app

MARA, SAM, FIRST = "204816", "530917", "640029"


@pytest.fixture(autouse=True)
def _cheap_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(operators, "hasher", lambda: cheap)


@pytest.fixture(name="ledger")
def _ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


def run(ledger: Path, *args: str, pin: str = "", new: str = "", input: str = "") -> Result:
    env = {"OPENAISLE_PIN": pin or None, "OPENAISLE_NEW_PIN": new or None}
    return CliRunner().invoke(app, ["operators", *args, "--ledger", str(ledger)], env=env, input=input)


def test_from_the_first_manager_to_a_retired_operator(ledger: Path) -> None:
    assert run(ledger, "add", "Mara", "--role", "manager", new=MARA).exit_code == 0
    added = run(ledger, "add", "Sam", "--as", "Mara", "--json", pin=MARA, new=FIRST)
    assert json.loads(added.stdout)["must_change"] is True
    refused = run(ledger, "unlock", "Mara", "--as", "Sam", pin=FIRST)
    assert refused.exit_code == 1
    assert "choose your own one first" in refused.output
    assert run(ledger, "pin", "Sam", pin=FIRST, new=SAM).exit_code == 0
    refused = run(ledger, "unlock", "Mara", "--as", "Sam", pin=SAM)
    assert refused.exit_code == 1
    assert "Sam is staff and may not manage operators: ask manager" in refused.output
    assert "Sam: kiosk" in run(ledger, "role", "Sam", "kiosk", "--as", "Mara", pin=MARA).output
    assert run(ledger, "retire", "Sam", "--as", "Mara", "--why", "moved", pin=MARA).exit_code == 0
    listed = json.loads(run(ledger, "list", "--json").stdout)
    assert [(o["name"], o["role"], o["active"]) for o in listed] == [
        ("Mara", "manager", True),
        ("Sam", "kiosk", False),
    ]
    log = json.loads(run(ledger, "log", "Sam", "--json").stdout)
    assert [(x["who"], x["what"], x["why"], x["screen"]) for x in log][:2] == [
        ("Mara", "retired the operator", "moved", "command line"),
        ("Mara", "made the operator kiosk", "", "command line"),
    ]
    verified = CliRunner().invoke(app, ["ledger", "verify", "--ledger", str(ledger)])
    assert verified.exit_code == 0


def test_who_cannot_be_added_is_not_asked_for_a_pin(ledger: Path) -> None:
    """Without one in the environment it would be asked for; nobody types one here."""
    for args, words in (
        (("",), "A name is one plain line"),
        (("x" * 41,), "at most 40 letters"),
        (("Sam",), "The first operator has to be a manager"),
    ):
        refused = run(ledger, "add", *args)
        assert refused.exit_code == 1
        assert words in refused.output
        assert "PIN of" not in refused.output
    run(ledger, "add", "Mara", "--role", "manager", new=MARA)
    assert "a manager has to add others" in run(ledger, "add", "Sam").output
    assert "There is an operator Mara already" in run(ledger, "add", "Mara", "--as", "Mara").output


def test_the_log_of_a_receipt_goes_by_its_number(ledger: Path) -> None:
    run(ledger, "add", "Mara", "--role", "manager", new=MARA)
    assert "Nothing about 12" in run(ledger, "log", "12").output
    with Ledger.open(ledger) as opened, opened.writing("test"):
        record(opened, None, "made copy 1", at=1.0, about="R-000012")
    assert "made copy 1" in run(ledger, "log", "12").output


def test_a_wrong_pin_ten_times_locks(ledger: Path) -> None:
    run(ledger, "add", "Mara", "--role", "manager", new=MARA)
    for _ in range(10):
        wrong = run(ledger, "unlock", "Mara", "--as", "Mara", pin="111222")
        assert "Name or PIN is wrong" in wrong.output
    locked = run(ledger, "unlock", "Mara", "--as", "Mara", pin=MARA)
    assert locked.exit_code == 1
    assert "locked for 15 min" in locked.output
    assert "locked" in run(ledger, "list").output


def test_a_pin_is_asked_for_and_not_shown(ledger: Path) -> None:
    added = run(ledger, "add", "Mara", "--role", "manager", input=f"{MARA}\n{MARA}\n")
    assert added.exit_code == 0
    assert MARA not in added.output
    weak = run(ledger, "pin", "Mara", input=f"{MARA}\n123456\n123456\n")
    assert weak.exit_code == 1
    assert "in a row" in weak.output
