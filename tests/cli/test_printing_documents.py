"""``main.py print`` for refunds, supplements and groups; who made a copy."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner, Result

from console.back_office import Ledger, operators, verify
from console.back_office.audit import AuditRow, log
from console.back_office.corrections import Change
from console.back_office.disputes import decide, open_dispute
from console.back_office.payment_provider import SimulatedProvider
from console.back_office.payments import send_due
from console.cli.app import app
from console.cli.places import DEMO_STORE
from console.printing.preview import preview
from console.printing.profiles import profile_of
from store_layout.reader import read_store
from tests.back_office.people import PIN, crew
from tests.back_office.visits import closed


@pytest.fixture(name="path")
def _path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A demo store's ledger: a group's receipt with a refund and a supplement, a printer ``counter``."""
    monkeypatch.setenv("OPENAISLE_STATE", str(tmp_path / "state"))
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(operators, "hasher", lambda: cheap)
    path = tmp_path / "state" / "demo" / "ledger.sqlite"
    store = read_store(DEMO_STORE)
    first, second, third = (product.sku for product in store.catalog[:3])
    now = time.time()
    together = {"token": "tok-4242", "people": 2, "closed_at": now}
    bank = SimulatedProvider(tmp_path / "bank.sqlite")
    with Ledger.open(path) as ledger:
        mara = crew(ledger, "Sam")["Mara"]
        ledger.post_visit(closed("v1", ((first, 2),), **together), store)
        ledger.post_visit(closed("v2", ((second, 1),), **together), store)
        send_due(ledger, bank, now)
        changes = (Change(kind="remove", line=1, count=1), Change(kind="add", sku=third, count=1))
        dispute = open_dispute(ledger, mara, 1, changes, "wrong_product", at=now)
        decide(ledger, mara, dispute.id, "accepted", at=now)
        for _ in range(2):
            send_due(ledger, bank, now)
    bank.close()
    run("printers", "add", "counter", f"file:{tmp_path / 'paper'}", "--profile", "58mm")
    return path


def run(*args: str | Path, who: str = "", pin: str = "", exits: int = 0) -> Result:
    acting = ["--as", who] if who else []
    env = {"OPENAISLE_PIN": pin or PIN.get(who)}
    result = CliRunner().invoke(app, [*map(str, args), *acting], env=env, catch_exceptions=False)
    assert result.exit_code == exits, result.output
    return result


def told(*args: str | Path, who: str = "") -> Any:
    return json.loads(run(*args, "--json", who=who).stdout)


def lines_on(path: Path) -> list[str]:
    paper = path.parents[2] / "paper"
    return list(preview(paper.read_bytes(), profile_of("58mm")).text) if paper.exists() else []


def audit(path: Path, about: str) -> list[AuditRow]:
    with Ledger.open(path, read_only=True) as ledger:
        return [row for row in log(ledger, about=about) if "copy" in row.what]


@pytest.mark.parametrize(
    ("label", "title", "paid"),
    [("C-000001", "Refund", "Card ****4242, refunded"), ("S-000001", "Supplement", "Card ****4242")],
)
def test_a_correction_is_printed_by_its_number_once(path: Path, label: str, title: str, paid: str) -> None:
    assert told("print", label.lower())["what"] == label
    lines = lines_on(path)
    assert [title, label] in [line.split() for line in lines]
    assert "For receipt R-000001" in lines
    assert "Reason: wrong product" in lines
    said = " ".join(" ".join(lines).split())
    assert paid.split(",", maxsplit=1)[0] in said
    assert ("refunded" in said) == ("refunded" in paid)
    assert "another one is a copy" in run("print", label, exits=1).stderr
    assert told("print", label, "--copy")["copy"] == 1


def test_the_code_of_each_member_of_a_group_means_their_receipt(path: Path) -> None:
    assert told("print", "k2-204")["what"] == "R-000001"
    assert [line.split() for line in lines_on(path) if "-204" in line][:2] == [["Code", "K1-204"], ["K2-204"]]
    assert "Card ****4242" in " ".join(lines_on(path))


def test_copies_are_counted_for_each_document_and_stand_in_the_log(path: Path, tmp_path: Path) -> None:
    run("print", "C-000001", "--copy", "--why", "lost", who="Sam")
    run("print", "C-000001", "--copy", "--to", tmp_path / "c.html", who="Mara")
    assert told("print", "C-000001", "--copy")["copy"] == 3  # by nobody in particular
    assert told("print", "R-000001", "--copy", who="Sam")["copy"] == 1
    assert [(r.who, r.what, r.why, r.screen) for r in audit(path, "C-000001")] == [
        ("", "made copy 3", "", "command line"),
        ("Mara", "made copy 2", "", "command line"),
        ("Sam", "made copy 1", "lost", "command line"),
    ]
    assert [r.what for r in audit(path, "R-000001")] == ["made copy 1"]
    assert [line for line in lines_on(path) if "COPY" in line][:4] == ["* COPY No. 1 *"] * 2 + [
        "* COPY No. 3 *"
    ] * 2
    assert [job["what"] for job in told("printers", "jobs")] == [
        "R-000001 copy 1",
        "C-000001 copy 3",
        "C-000001 copy 1",
    ]
    with Ledger.open(path, read_only=True) as ledger:
        assert verify(ledger).sound


def test_who_cannot_show_their_pin_gets_no_copy(path: Path) -> None:
    refused = run("print", "1", "--copy", who="Sam", pin="000001", exits=1)
    assert "PIN" in refused.stderr
    assert lines_on(path) == []
    assert audit(path, "R-000001") == []
    assert told("print", "1", "--copy", who="Sam")["copy"] == 1


def test_a_copy_that_cannot_be_drawn_is_not_in_the_log(path: Path) -> None:
    run("print", "1", "--copy", "--locale", "klingon", who="Sam", exits=1)
    assert audit(path, "R-000001") == []


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["print", "C-000009"], "there is no document 'C-000009'"),
        (["print", "X-1"], "there is no document 'X-1'"),
        (["print", "1", "--as", "Sam"], "--as says who makes a copy: give --copy as well"),
    ],
)
def test_mistakes_are_answered_in_words(path: Path, args: list[str], says: str) -> None:
    assert says in " ".join(run(*args, exits=1).stderr.split())
    assert lines_on(path) == []
