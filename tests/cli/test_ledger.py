from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from console.back_office import Ledger
from console.back_office.verify_streams import OnProgress
from console.cli.app import app
from store_layout.model import Product
from tests.back_office.test_verify import plant
from tests.back_office.visits import closed, layout


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(path) as opened:
        opened.post_visit(closed("v1"), layout())
        opened.post_visit(closed("v2", (("milk", 1),)), layout())
    return path


def test_a_sound_ledger_is_said_to_be_sound(ledger: Path) -> None:
    result = CliRunner().invoke(app, ["ledger", "verify", "--ledger", str(ledger)])
    assert result.exit_code == 0
    assert "Sound: 4 entries, 2 documents, 2 visits" in result.output


def test_a_planted_change_is_named_and_fails(ledger: Path) -> None:
    plant(ledger, "UPDATE document SET total = 1 WHERE number = 2")
    result = CliRunner().invoke(app, ["ledger", "verify", "--ledger", str(ledger), "--json"])
    assert result.exit_code == 1
    assert json.loads(result.output)["findings"][0]["place"] == "document R-000002"


def test_each_changed_byte_of_the_chain_is_found(ledger: Path) -> None:
    """Not by a statement: in the file itself, as a failing disk or a hex editor would."""
    with Ledger.open(ledger) as opened:
        bodies = [body for (body,) in opened.database.execute("SELECT body FROM entry").fetchall()]
        opened.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    written = ledger.read_bytes()
    for number, body in enumerate(bodies, start=1):
        at = written.index(body.encode()) + len(body) // 2
        for byte in range(at, at + 3):
            changed = bytearray(written)
            changed[byte] ^= 1
            ledger.write_bytes(changed)
            result = CliRunner().invoke(app, ["ledger", "verify", "--ledger", str(ledger), "--json"])
            assert result.exit_code == 1, (number, byte)
            first = json.loads(result.stdout)["findings"][0]
            assert first == {
                "place": f"entry {number}",
                "what": "its content is not what its hash was made of",
            }
    ledger.write_bytes(written)
    assert CliRunner().invoke(app, ["ledger", "verify", "--ledger", str(ledger)]).exit_code == 0


def test_a_check_that_is_stopped_proves_nothing(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, on_progress: OnProgress) -> None:
        on_progress("chain", 1, 4)
        raise KeyboardInterrupt

    monkeypatch.setattr("console.cli.ledger.verify", stopped)
    result = CliRunner().invoke(app, ["ledger", "verify", "--ledger", str(ledger)])
    assert result.exit_code == 130
    assert "nothing is proved" in result.output
    assert "Sound" not in result.output


def test_receipts_are_listed_and_searched(ledger: Path) -> None:
    listed = CliRunner().invoke(app, ["ledger", "receipts", "--ledger", str(ledger), "--json"])
    assert [d["number"] for d in json.loads(listed.output)] == [2, 1]
    found = CliRunner().invoke(app, ["ledger", "receipts", "milk", "--ledger", str(ledger)])
    assert "R-000002" in found.output
    assert "€1.19" in found.output
    assert "R-000001" not in found.output


def test_a_missing_ledger_is_an_error_in_words(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["ledger", "verify", "--ledger", str(tmp_path / "none.sqlite")])
    assert result.exit_code == 1
    assert "there is no ledger here yet; running a store makes it" in result.output


def test_groups_are_settled_when_the_store_has_closed(ledger: Path) -> None:
    with Ledger.open(ledger) as opened:
        opened.post_visit(closed("v3", token="card", people=2), layout())  # noqa: S106 - no password
    settled = CliRunner().invoke(app, ["ledger", "settle", "--ledger", str(ledger), "--json"])
    assert json.loads(settled.output) == {"issued": 1}
    again = CliRunner().invoke(app, ["ledger", "settle", "--ledger", str(ledger)])
    assert "0 issued" in again.output


def test_what_only_people_of_an_age_may_have_is_marked(ledger: Path) -> None:
    beer = Product(sku="beer", name="Beer", price=129, weight_g=850, age_limit=16, deposit=8)
    with Ledger.open(ledger) as opened:
        opened.post_visit(closed("v3", (("beer", 2),)), layout(more=(beer,)))
    found = CliRunner().invoke(app, ["ledger", "receipts", "beer", "--ledger", str(ledger)])
    assert "2 Beer (16+) " in found.output
    assert "€2.74" in found.output
