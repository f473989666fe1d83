from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner, Result

from console.back_office import Ledger, operators
from console.back_office.verify_streams import OnProgress
from console.cli.app import app
from store_layout.model import Product
from tests.back_office.people import PIN, crew
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


def run(ledger: Path, *args: str | Path, pin: str = "") -> Result:
    args = ("ledger", *map(str, args), "--ledger", str(ledger))
    return CliRunner().invoke(app, args, env={"OPENAISLE_PIN": pin or None})  # type: ignore[arg-type]


def test_a_copy_and_back(ledger: Path, tmp_path: Path) -> None:
    safe = tmp_path / "safe"
    safe.mkdir()
    made = json.loads(run(ledger, "backup", safe, "--json").stdout)
    assert (made["entries"], made["documents"], made["visits"]) == (4, 2, 2)
    assert [str(path) for path in safe.iterdir()] == [made["file"]]
    said = run(ledger, "backup", safe / "second.sqlite").output
    assert "4 entries, 2 documents, 2 visits" in said
    assert f"main.py ledger restore {safe / 'second.sqlite'}" in said
    again = run(ledger, "backup", made["file"])
    assert again.exit_code == 1
    assert "is there already" in again.output
    lost = tmp_path / "lost.sqlite"
    back = run(lost, "restore", made["file"])
    assert f"{lost}: 4 entries, 2 documents, 2 visits" in back.output
    assert run(lost, "verify").exit_code == 0
    with Ledger.open(ledger) as opened:
        opened.post_visit(closed("v3"), layout())
    later = run(ledger, "restore", made["file"])
    assert later.exit_code == 1
    assert "(3 documents there, 2 in the copy): they would be lost" in later.output
    done = json.loads(run(ledger, "restore", made["file"], "--older", "--json").stdout)
    assert Path(done["moved_aside"]).is_file()
    assert "3 documents" in run(Path(done["moved_aside"]), "verify").output


def test_a_managers_pin_puts_a_copy_back(
    ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(operators, "hasher", lambda: cheap)
    with Ledger.open(ledger) as opened:
        crew(opened, "Sam")
    copy = Path(json.loads(run(ledger, "backup", tmp_path / "c.sqlite", "--json").stdout)["file"])
    for who, pin, words in (
        ((), "", "has operators"),
        (("--as", "Sam"), PIN["Sam"], "Sam is staff and may not put a copy of the ledger back: ask manager"),
        (("--as", "Mara"), "000000", "Name or PIN is wrong"),
    ):
        refused = run(ledger, "restore", copy, *who, pin=pin)
        assert (refused.exit_code, words in refused.output) == (1, True), refused.output
    assert run(ledger, "restore", copy, "--as", "Mara", pin=PIN["Mara"]).exit_code == 0


def test_times_are_those_of_the_shop_unless_somebody_says_another_zone(ledger: Path) -> None:
    berlin = layout()
    berlin = msgspec.structs.replace(
        berlin,
        file=msgspec.structs.replace(
            berlin.file, store=msgspec.structs.replace(berlin.file.store, time_zone="Europe/Berlin")
        ),
    )
    with Ledger.open(ledger) as opened:
        opened.post_visit(closed("v3", closed_at=1_795_738_000.0), berlin)
    assert "2026-11-27 01:06:40" in run(ledger, "receipts").output
    assert "2026-11-27 00:06:40" in run(ledger, "receipts", "--time-zone", "UTC").output
    for nowhere in ("Mars", "../etc/passwd", "", "Europe"):
        refused = run(ledger, "receipts", "--time-zone", nowhere)
        assert refused.exit_code == 1
        assert "is no time zone: write a name such as Europe/Berlin" in refused.output


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
