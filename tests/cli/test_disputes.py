from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner, Result

from console.back_office import Ledger, operators
from console.cli.app import app
from tests.back_office.people import PIN, crew
from tests.back_office.visits import closed, layout


@pytest.fixture(name="ledger")
def _ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(operators, "hasher", lambda: cheap)
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(path) as opened:
        crew(opened, "Noor", "Sam")
        opened.post_visit(closed("v1", (("cola", 3), ("milk", 1)), closed_at=time.time()), layout())
        opened.post_visit(closed("v2", (("gum", 60),), closed_at=time.time()), layout())
    return path


def run(ledger: Path, *args: str, who: str = "", second: str = "") -> Result:
    acting = [*(["--as", who] if who else []), *(["--approver", second] if second else [])]
    env = {"OPENAISLE_PIN": PIN.get(who), "OPENAISLE_APPROVER_PIN": PIN.get(second)}
    return CliRunner().invoke(app, [*args, *acting, "--ledger", str(ledger)], env=env)


def said(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_staff_pin_cannot_refund(ledger: Path) -> None:
    refused = run(ledger, "refund", "R-000001", "--remove", "1", "--reason", "not_taken", who="Sam")
    assert refused.exit_code == 1
    assert "Sam is staff and may not decide a dispute: ask manager" in refused.output
    assert said(run(ledger, "disputes", "list", "--json")) == []
    unsigned = run(ledger, "refund", "R-000001", "--remove", "1", "--reason", "not_taken", who="Eve")
    assert unsigned.exit_code == 1


def test_a_refund_once_however_often_it_is_said(ledger: Path) -> None:
    args = ("refund", "K1-204", "--remove", "1=2", "--reason", "not_taken", "--key", "a", "--json")
    first, again = said(run(ledger, *args, who="Mara")), said(run(ledger, *args, who="Mara"))
    assert first["documents"][0]["correction"]["total"] == -298
    assert (first["new"], again["new"]) == (True, False)
    assert first["documents"] == again["documents"]
    too_much = run(ledger, "refund", "1", "--remove", "1=2", "--reason", "not_taken", who="Mara")
    assert too_much.exit_code == 1
    assert "2 units cannot be taken off the 1 that stand" in too_much.output
    words = run(
        ledger, "refund", "1", "--price", "2=0.19", "--goodwill", "1.00", "--reason", "other", who="Mara"
    )
    assert "refund C-000002: -€1.19" in words.output
    assert CliRunner().invoke(app, ["ledger", "verify", "--ledger", str(ledger)]).exit_code == 0


def test_above_the_limit_a_second_manager_has_to_agree(ledger: Path) -> None:
    args = ("refund", "R-000002", "--count", "1=0", "--reason", "not_taken")
    alone = run(ledger, *args, who="Mara")
    assert alone.exit_code == 1
    assert "€59.40 is above the limit of €50.00" in alone.output
    assert "may not decide" in run(ledger, *args, who="Mara", second="Sam").output
    assert "refund C-000001: -€59.40" in run(ledger, *args, who="Mara", second="Noor").output


def test_a_dispute_from_the_shoppers_words_to_the_decision(ledger: Path, tmp_path: Path) -> None:
    found = said(run(ledger, "disputes", "find", "--amount", "5.66", "--json"))
    assert [d["number"] for d in found] == [1]
    assert "1: 3 Cola, 2: 1 Milk" in run(ledger, "disputes", "find", "milk").output
    args = ("--count", "1=4", "--remove", "2", "--reason", "wrong_product", "--message", "No milk")
    opened = said(
        run(ledger, "disputes", "open", "R-000001", *args, "--source", "shopper", "--json", who="Sam")
    )
    assert [change["kind"] for change in opened["changes"]] == ["remove", "add"]
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"picture")
    kept = said(run(ledger, "disputes", "attach", opened["id"], str(photo), "--json", who="Sam"))
    assert kept["evidence"][0]["name"] == "photo.jpg"
    assert "No milk" in run(ledger, "disputes", "list").output
    decided = run(ledger, "disputes", "decide", opened["id"], "accepted", who="Mara")
    assert "refund C-000001: -€1.19" in decided.output
    assert "supplement S-000001: €1.49" in decided.output
    refused = run(ledger, "disputes", "decide", opened["id"], "declined", who="Noor")
    assert "was accepted by Mara" in refused.output


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("R-000009", "--remove", "1"), "no receipt R-000009"),
        (("R-000001", "--remove", "x"), "'x' is not a whole number"),
        (("R-000001", "--count", "1"), "equals sign"),
        (("R-000001", "--count", "1=3"), "3 units stand already"),
        (("R-000001", "--goodwill", "1.005"), "more decimals than EUR"),
        (("R-000001", "--goodwill", "much"), "is not an amount"),
        (("R-000001",), "says what should be otherwise"),
    ],
)
def test_mistakes_are_said_in_words(ledger: Path, args: tuple[str, ...], words: str) -> None:
    result = run(ledger, "refund", *args, "--reason", "other", who="Mara")
    assert result.exit_code == 1
    assert words in result.output
