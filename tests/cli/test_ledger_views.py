from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from console.back_office import Ledger
from console.back_office.corrections import Change
from console.back_office.disputes import decide, open_dispute
from console.back_office.payment_provider import SimulatedProvider
from console.back_office.payments import send_due
from console.back_office.permissions import Actor
from console.cli.app import app
from store_layout.model import Product
from tests.back_office.visits import closed, layout

BEER = Product(
    sku="beer", name="Beer", price=129, weight_g=850, tax_basis_points=1900, age_limit=16, deposit=8
)
MARA = Actor("Mara", "manager", "test")
LAYOUT = layout(more=(BEER,))


@pytest.fixture(name="ledger")
def _ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.sqlite"
    bank = SimulatedProvider(tmp_path / "bank.sqlite")
    with Ledger.open(path) as opened:
        opened.post_visit(closed("v1", (("beer", 2), ("milk", 1)), token="tok-4242"), LAYOUT)  # noqa: S106
        opened.post_visit(closed("v2", ()), LAYOUT)
        opened.post_visit(closed("v3", (("gum", 1),), token="declines-1111"), LAYOUT)  # noqa: S106
        opened.post_visit(closed("v4", (("cola", 1),), decision="review"), LAYOUT)
        send_due(opened, bank, 2_000.0)
        changes = (Change(kind="remove", line=1, count=1), Change(kind="add", sku="cola", count=1))
        dispute = open_dispute(opened, MARA, 1, changes, "wrong_product", at=2_000.0)
        decide(opened, MARA, dispute.id, "accepted", at=2_001.0)
    bank.close()
    return path


def run(ledger: Path, *args: str) -> Result:
    env = {"COLUMNS": "200"}  # a wide terminal: nothing is cut
    return CliRunner().invoke(app, ["ledger", *args, "--ledger", str(ledger)], env=env)


def said(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("args", "codes"),
    [
        ((), ["K4-204", "K3-204", "K2-204", "K1-204"]),
        (("--limit", "1"), ["K4-204"]),
        (("--state", "nothing"), ["K2-204"]),
        (("--state", "review"), ["K4-204"]),
        (("--unpaid",), ["K3-204"]),
        (("--disputed",), ["K1-204"]),
        (("--day", "1970-01-01", "--state", "receipt"), ["K3-204", "K1-204"]),
        (("--day", "2026-01-01"), []),
        (("beer",), ["K1-204"]),
        (("4242",), ["K1-204"]),
        (("0,99",), ["K3-204"]),
        (("K3", "gum"), ["K3-204"]),
    ],
)
def test_visits_are_found_by_what_is_known_of_them(
    ledger: Path, args: tuple[str, ...], codes: list[str]
) -> None:
    found = run(ledger, "visits", *args, "--json")
    assert [entry["row"]["visit"]["code"] for entry in said(found)] == codes
    assert "tok-4242" not in found.output
    words = run(ledger, "visits", *args).output
    assert [code for code in codes if code not in words] == []
    assert ("No visits." in words) == (not codes)


def test_a_visit_that_took_nothing_is_on_record_without_a_receipt(ledger: Path) -> None:
    line = next(line for line in run(ledger, "visits").output.splitlines() if "K2-204" in line)
    assert line.split() == ["K2-204", "1970-01-01", "00:18:22", "nothing"]
    unpaid = next(line for line in run(ledger, "visits").output.splitlines() if "K3-204" in line)
    assert "receipt, unpaid" in unpaid


def test_a_receipt_is_shown_with_all_that_refers_to_it(ledger: Path) -> None:
    words = run(ledger, "show", "R-000001").output
    lines = [" ".join(line.split()) for line in words.splitlines()]
    assert lines[0] == "R-000001, K1-204, 1970-01-01 00:18:22"
    for wanted in (
        "1 Beer (16+) product 2 €2.58 1, €1.29",
        "2 Beer deposit 2 €0.16 1, €0.08",
        "3 Milk product 1 €1.19 1, €1.19",
        "4 Cola product, added 1, €1.49",
        "tax of 7 % €0.08",
        "total €3.93",
        "C-000001, refund, 1970-01-01 00:33:21: -€1.37, wrong_product, by Mara",
        "S-000001, supplement, 1970-01-01 00:33:21: €1.49, wrong_product, by Mara",
        "R-000001: €3.93, done, card ending in 4242",
        "C-000001: -€1.37, due",
        "It stands at €4.05, €0.12 of it is not settled.",
    ):
        assert wanted in lines, words
    shown = said(run(ledger, "show", "k1-204", "--json"))
    assert (shown["standing_total"], shown["owed"]) == (405, 12)
    assert [task["token"] for task in shown["payments"]] == [""] * 3
    assert [c["correction"]["kind"] for c in shown["corrections"]] == ["refund", "supplement"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("show", "7"), "there is no receipt 7"),
        (("show", "K2-204"), "there is no receipt K2-204"),
        (("show", "9" * 30), "there is no receipt"),
        (("show", ""), "there is no receipt"),
        (("visits", "--day", "soon"), "'soon' is no day: write it as 2026-11-20"),
        (("visits", "--time-zone", "Mars"), "is no time zone"),
    ],
)
def test_mistakes_are_said_in_words(ledger: Path, args: tuple[str, ...], words: str) -> None:
    refused = run(ledger, *args)
    assert refused.exit_code == 1
    assert words in refused.output
