from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner, Result

from console.back_office import Ledger, operators
from console.back_office.holds import note_entry
from console.cli.app import app
from tests.back_office.orders import plain
from tests.back_office.people import PIN, crew
from tests.back_office.visits import closed, layout


@pytest.fixture(name="ledger")
def _ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(operators, "hasher", lambda: cheap)
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(path) as opened:
        crew(opened, "Sam")
        for n, token in enumerate(("tok-4242", "tok-declines", None), start=1):
            opened.post_visit(closed(f"v{n}", token=token), layout())
    return path


def run(ledger: Path, *args: str, who: str = "") -> Result:
    acting = ["--as", who] if who else []
    env = {"OPENAISLE_PIN": PIN.get(who)}
    return CliRunner().invoke(app, ["payments", *args, *acting, "--ledger", str(ledger)], env=env)


def said(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_from_the_outbox_to_the_last_unpaid_receipt(ledger: Path) -> None:
    assert said(run(ledger, "send", "--json")) == {"done": 1, "declined": 1, "unanswered": 0}
    assert (ledger.parent / "simulated-payments.sqlite").exists()
    assert plain({t["key"]: t["state"] for t in said(run(ledger, "list", "--json"))}) == {
        "capture:R-000001:1": "done",
        "capture:R-000002:1": "declined",
        "capture:R-000003:1": "no_card",
    }
    assert "4242" in run(ledger, "list").output
    assert [u["receipt"] for u in said(run(ledger, "unpaid", "--json"))] == [2, 3]
    assert re.search(r"capture:R-000002:2:\w{16}: due", run(ledger, "retry", "R-000002", who="Sam").output)
    assert "1 declined" in run(ledger, "send").output
    refused = run(ledger, "settle", "2", "written_off", who="Sam")
    assert refused.exit_code == 1
    assert "may not write off a payment" in refused.output
    assert (
        said(run(ledger, "settle", "2", "written_off", "--why", "moved away", "--json", who="Mara"))["amount"]
        == 298
    )
    assert "is collected." in run(ledger, "settle", "3", "counter", "--cash", who="Sam").output
    assert "Everything is paid." in run(ledger, "unpaid").output
    again = run(ledger, "retry", "3", who="Sam")
    assert again.exit_code == 1
    assert "nothing of R-000003 is unpaid" in again.output
    assert CliRunner().invoke(app, ["ledger", "verify", "--ledger", str(ledger)]).exit_code == 0


def test_another_card_pays_what_the_first_did_not(ledger: Path) -> None:
    run(ledger, "send")
    assert "write it off" in run(ledger, "unpaid").output
    unnamed = run(ledger, "settle", "2", "written_off", who="Mara")
    assert unnamed.exit_code == 1
    assert "say why it is written off" in unnamed.output
    no_card = run(ledger, "retry", "3", who="Sam")
    assert no_card.exit_code == 1
    assert "or show a card" in no_card.output
    for receipt, token in (("2", "tok-5151"), ("3", "tok-6161")):
        assert ": due" in run(ledger, "retry", receipt, "--token", token, who="Sam").output
    assert said(run(ledger, "send", "--json"))["done"] == 2
    assert "Everything is paid." in run(ledger, "unpaid").output
    assert {"5151", "6161"} <= {task["last_four"] for task in said(run(ledger, "list", "--json"))}


def test_what_is_held_on_cards_is_listed_without_their_tokens(ledger: Path) -> None:
    assert "Nothing is held." in run(ledger, "holds").output
    with Ledger.open(ledger) as opened:
        note_entry(opened, "tok-7777", 1.0, 5000, "EUR")
    (hold,) = said(run(ledger, "holds", "--json"))
    assert (hold["state"], hold["amount"], hold["token"]) == ("due", 5000, "")
    run(ledger, "send")
    shown = run(ledger, "holds").output
    assert "held" in shown
    assert "€50.00" in shown
    assert "7777" in shown  # the last four digits, and nothing else of it
    assert "tok-" not in shown


@pytest.mark.parametrize("receipt", ["9" * 40, "R-999999", "0"])
def test_a_receipt_that_is_not_there(ledger: Path, receipt: str) -> None:
    for words in (("retry", receipt), ("settle", receipt, "counter")):
        refused = run(ledger, *words, who="Sam")
        assert (refused.exit_code, refused.output) == (1, f"there is no receipt {receipt}\n")


def test_books_that_are_none(ledger: Path, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("no books at all, but long enough for a header", encoding="utf-8")
    for books in ("note.txt", "no folder/books.sqlite"):
        refused = run(ledger, "send", "--books", str(tmp_path / books))
        assert refused.exit_code == 1
        assert refused.output.startswith(
            f"{tmp_path / books}: these are no books of the simulated provider ("
        )
