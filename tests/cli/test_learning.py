"""What reviewed cases teach, through the command line and a ledger as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner, Result

from console.back_office import Ledger, audit, operators
from console.cli import say
from console.cli.app import app
from console.operations.learning_lines import EventLine
from store_layout.learned import with_learned
from store_layout.reader import read_store
from tests.back_office.people import PIN
from tests.learning.ledgers import ISSUED, REVIEWED, SKU, TRUE_G, store, teach


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables as a wide terminal shows them: narrow ones break words."""
    monkeypatch.setattr(say.out, "_width", 180)


@pytest.fixture(name="shop")
def _shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with ``store`` and ``ledger.sqlite``."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(operators, "hasher", lambda: cheap)
    teach(tmp_path / "ledger.sqlite", store(tmp_path / "store"))
    return tmp_path


def run(shop: Path, *args: str, who: str = "") -> Result:
    acting = ["--as", who] if who else []
    place = [] if args[0] == "show" else ["--ledger", str(shop / "ledger.sqlite")]
    line = ["learning", *args, *acting, *place, "--store", str(shop / "store")]
    return CliRunner().invoke(app, line, env={"OPENAISLE_PIN": PIN.get(who), "COLUMNS": "160"})


def said(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def log(shop: Path) -> list[tuple[str, str, str]]:
    with Ledger.open(shop / "ledger.sqlite", read_only=True) as file:
        return [(row.who, row.what, row.about) for row in audit.log(file) if "learned" in row.about]


def test_from_a_proposal_to_the_engine_and_back_to_the_byte(shop: Path) -> None:
    assert "Nothing that was learned is in force" in run(shop, "show").output
    found = said(run(shop, "propose", "--json"))
    assert (found["settled"], found["reviewed"]) == (REVIEWED + ISSUED, REVIEWED)
    weight = next(e for e in found["estimates"] if e["what"] == "weight" and e["proposed"])
    assert (weight["about"], weight["old"], weight["reviewed"]) == (SKU, 355.0, REVIEWED)
    assert weight["low"] < TRUE_G < weight["high"]
    assert not (shop / "store" / "learned.toml").exists(), "to propose is not to apply"
    words = run(shop, "propose").output
    assert "Cola Zero 0.33 l: weight" in words
    assert "355.00 g" in words
    before = {p.name: p.read_bytes() for p in (shop / "store").iterdir()}

    applied = said(run(shop, "apply", "--why", "new tins", "--json", who="Mara"))
    assert (applied["number"], applied["follows"], applied["who"]) == (1, 0, "Mara")
    layout = read_store(shop / "store")
    assert layout.products[SKU].weight_g == 355.0
    assert with_learned(layout).products[SKU].weight_g == pytest.approx(TRUE_G, abs=1.0)
    assert "1 (in force)" in run(shop, "show").output
    assert said(run(shop, "show", "--json"))["in_force"]["product"][0]["sku"] == SKU
    assert "Nothing is proposed" in run(shop, "propose").output, "what is in force and right"
    again = run(shop, "apply", who="Mara")
    assert again.exit_code == 1
    assert "nothing is proposed" in again.output

    undone = run(shop, "undo", who="Mara")
    assert "Number 1 is undone: what the store's files say holds" in undone.output
    after = {p.name: p.read_bytes() for p in (shop / "store").iterdir() if p.is_file()}
    assert after == before
    assert run(shop, "undo", who="Mara").exit_code == 1
    assert log(shop) == [
        ("Mara", "undid what was learned", "learned 1"),
        ("Mara", "applied what was learned", "learned 1"),
    ]
    assert said(run(shop, "apply", "--json", who="Mara"))["number"] == 2, "numbers are never used again"


def test_only_a_manager_teaches_and_nothing_is_changed_otherwise(shop: Path) -> None:
    for command in (["apply"], ["undo"], ["export", str(shop / "out")]):
        refused = run(shop, *command, who="Sam")
        assert refused.exit_code == 1
        assert "may not teach the store" in refused.output
    assert not (shop / "store" / "learned.toml").exists()
    assert not (shop / "out").exists()
    assert log(shop) == []


def test_all_estimates_are_listed_with_why_they_are_not_proposed(shop: Path) -> None:
    words = run(shop, "propose", "--all").output
    assert "proposed" in words
    assert "too few events" in words


def test_events_are_exported_by_a_schema_and_name_nobody(shop: Path) -> None:
    out = shop / "out"
    found = said(run(shop, "export", str(out), "--json", who="Mara"))
    assert (found["cases"], found["events"], found["without_pictures"]) == (REVIEWED, REVIEWED, REVIEWED)
    text = (out / "events.jsonl").read_text()
    lines = [msgspec.json.decode(line, type=EventLine) for line in text.splitlines()]
    assert [(line.case, line.event) for line in lines] == [(n, 1) for n in range(1, REVIEWED + 1)]
    first = lines[0]
    assert (first.day, first.t, first.asked, first.proposed, first.decided_by) == (
        "1970-01-01",
        5.0,
        True,
        0,
        "staff",
    )
    assert [w.probability for w in first.explanations] == [0.8, pytest.approx(0.2)]
    assert first.answered is not None
    assert [(m.sku, m.count, m.who) for m in first.answered.moves] == [(SKU, 1, 0)]
    assert first.taken == {SKU: 1}
    for name in ("Sam", "Mara", "K1-204", '"v1"'):
        assert name not in text
    schema = json.loads((out / "events.schema.json").read_text())
    fields = schema["$defs"]["EventLine"]["required"]
    assert set(fields) == set(json.loads(text.splitlines()[0])), "a line has all that the schema asks for"
    assert json.loads((out / "coco.json").read_text())["annotations"] == []


def test_an_export_is_of_the_days_asked_for_whole_or_not_there(shop: Path) -> None:
    none = said(run(shop, "export", str(shop / "none"), "--from", "1971-01-01", "--json", who="Mara"))
    assert none["cases"] == 0
    some = said(run(shop, "export", str(shop / "some"), "--to", "1970-01-01", "--json", who="Mara"))
    assert some["cases"] == REVIEWED
    there = run(shop, "export", str(shop / "some"), who="Mara")
    assert there.exit_code == 1
    assert "is there already" in there.output
    wrong = run(shop, "export", str(shop / "x"), "--from", "yesterday", who="Mara")
    assert "is no day" in wrong.output
    assert sorted(p.name for p in shop.iterdir() if p.is_dir()) == ["none", "some", "store"]


def test_an_export_that_is_broken_off_leaves_nothing(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from console.operations import learning_export

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(learning_export, "event_lines", stop)
    stopped = run(shop, "export", str(shop / "out"), who="Mara")
    assert stopped.exit_code == 130
    assert sorted(p.name for p in shop.iterdir() if p.is_dir()) == ["store"]


def test_what_was_disputed_teaches_nothing(shop: Path) -> None:
    from console.back_office.corrections import Change
    from console.back_office.disputes import open_dispute

    with Ledger.open(shop / "ledger.sqlite") as file:
        mara = operators.sign_in(file, "Mara", PIN["Mara"], at=6000.0, screen="test")
        number = file.scalar("SELECT number FROM receipt_visit WHERE visit = 'v1'")
        open_dispute(file, mara, number, (Change("remove", line=1, count=1),), "not_taken", at=6001.0)
    found = said(run(shop, "propose", "--json"))
    assert (found["settled"], found["reviewed"]) == (REVIEWED + ISSUED - 1, REVIEWED - 1)
