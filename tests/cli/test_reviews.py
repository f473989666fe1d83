from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner, Result

from console.back_office import Ledger, known_answers, operators
from console.cli.app import app
from inference.messages.results import Felt
from tests.back_office.people import PIN, crew
from tests.back_office.questions import asked, doubtful, took
from tests.back_office.visits import layout


@pytest.fixture(name="ledger")
def _ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(operators, "hasher", lambda: cheap)
    path = tmp_path / "ledger.sqlite"
    question = asked("e1", took(1, ("cola", 1)), took(1, ("gum", 1)), took(None), at_stake=120)
    with Ledger.open(path) as opened:
        crew(opened, "Sam", "Tess", "Kim")
        opened.post_visit(doubtful("v1", question), layout())
        opened.post_visit(doubtful("v2", lines=(), notes=("Lost from sight.",)), layout())
    return path


def run(ledger: Path, *args: str, who: str = "") -> Result:
    acting = ["--as", who] if who else []
    env = {"OPENAISLE_PIN": PIN.get(who)}
    return CliRunner().invoke(app, ["reviews", *args, *acting, "--ledger", str(ledger)], env=env)


def said(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_card_from_the_queue_to_its_receipt(ledger: Path) -> None:
    assert [card["code"] for card in said(run(ledger, "list", "--json"))] == ["K1-204", "K2-204"]
    card = said(run(ledger, "claim", "--json", who="Sam"))
    assert card["lines"] == {"cola": 1}
    assert [(c["number"], c["total"]) for c in card["questions"][0]["choices"]] == [(1, 149), (2, 99), (3, 0)]
    assert card["questions"][0]["choices"][1]["moves"] == [
        {"who": "this", "sku": "gum", "name": "Gum 100%", "count": 1}
    ]
    words = run(ledger, "claim", who="Sam").output
    assert "2: this shopper took 1 Gum 100% (50%, total €0.99)" in words
    assert "3: nobody took or put back anything (50%, total €0.00)" in words
    taken = run(ledger, "answer", "K1-204", "--choice", "2", who="Tess")
    assert taken.exit_code == 1
    assert "K1-204 is with Sam" in taken.output
    answered = said(run(ledger, "answer", "K1-204", "--choice", "2", "--json", who="Sam"))
    assert (answered["review"]["state"], answered["receipt"]) == ("answered", None)
    assert "open" in run(ledger, "undo", "K1-204", who="Sam").output
    issued = run(ledger, "answer", "K1-204", "--choice", "none", "--issue", who="Sam")
    assert "K1-204: issued\n" in issued.output
    second = run(ledger, "claim", who="Sam")
    assert "Lost from sight." in second.output
    issued = run(ledger, "answer", "K2-204", "--line", "milk=2", "--issue", who="Sam")
    assert "K2-204: issued, receipt R-000001" in issued.output
    assert "Nothing waits" in run(ledger, "list").output
    report = said(run(ledger, "report", "--json"))
    assert (report["visits"], report["reviewed"], report["per_1000_visits"]) == (2, 2, 1000.0)
    assert "2 of 2 visits decided by a person" in run(ledger, "report").output


def test_skip_and_unsure(ledger: Path) -> None:
    run(ledger, "claim", "K1-204", who="Sam")
    assert "K1-204: open" in run(ledger, "skip", "K1-204", who="Sam").output
    run(ledger, "claim", "K1-204", who="Sam")
    assert "K1-204: second" in run(ledger, "unsure", "K1-204", "--why", "dark", who="Sam").output
    refused = run(ledger, "claim", "K1-204", who="Sam")
    assert "Sam was not sure of K1-204" in refused.output


@pytest.mark.parametrize(
    ("args", "who", "words"),
    [
        (("answer", "K1-204", "--choice", "1"), "Kim", "Kim is kiosk"),
        (("answer", "K1-204", "--choice", "1"), "Sam", "claim it first"),
        (("answer", "K1-204", "--choice", "7"), "Sam", "1 to 3, or none"),
        (("answer", "K1-204"), "Sam", "1 open questions, and 0 choices"),
        (("answer", "K1-204", "--line", "cola"), "Sam", "SKU=COUNT"),
        (("answer", "K9-999", "--nothing"), "Sam", "no visit K9-999 is in review"),
        (("answer", "K2-204", "--line", "mystery=1"), "Sam", "claim it first"),
        (("undo", "K1-204"), "Sam", "no answer that could be undone"),
    ],
)
def test_mistakes_are_said_in_words(ledger: Path, args: tuple[str, ...], who: str, words: str) -> None:
    result = run(ledger, *args, who=who)
    assert result.exit_code == 1
    assert words in result.output


def test_a_known_card_is_told_from_no_other(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(ledger, "claim", "K1-204", who="Tess")
    run(ledger, "answer", "K1-204", "--choice", "2", "--issue", who="Tess")
    monkeypatch.setattr(known_answers, "EVERY", 1)
    card = said(run(ledger, "claim", "--json", who="Sam"))
    assert (card["row"]["code"], card["row"]["state"]) == ("K1-204", "open")
    assert card["questions"][0]["settled"] is False
    answered = said(run(ledger, "answer", "K1-204", "--choice", "2", "--json", who="Sam"))
    assert answered["review"]["state"] == "answered"
    assert answered["receipt"] is None
    assert "1 of 1 known cards right" in run(ledger, "score", who="Sam").output
    assert said(run(ledger, "score", "--json", who="Tess"))["shown"] == 0


def test_of_a_silent_scale_there_are_no_grams(ledger: Path) -> None:
    ways = (took(None, probability=0.0), took(3, ("cola", 1), probability=0.0))
    question = msgspec.structs.replace(
        asked("silent:s1@5.000-3", *ways), felt=Felt("A", 5.0, 0.0, 0.0, ("silent",))
    )
    with Ledger.open(ledger) as opened:
        opened.post_visit(doubtful("v3", question), layout())
    words = run(ledger, "claim", "K3-204", who="Sam").output
    assert ": the scale was silent and felt nothing" in words
    assert "give or take" not in words
    assert "1: nobody took or put back anything (total €0.00)" in words
    assert "2: this shopper took 1 Cola (total €1.49)" in words
