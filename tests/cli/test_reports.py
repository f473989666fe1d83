"""Reports by command line: words, JSON, files; a day is closed by a manager's PIN alone."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner, Result

from console.back_office import Ledger, operators
from console.cli.app import app
from store_layout.writer import write_store
from tests.back_office.people import PIN, crew
from tests.back_office.test_reports import berlin, two_days
from tests.support.stores import small_store


@pytest.fixture(name="ledger")
def _ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(operators, "hasher", lambda: cheap)
    monkeypatch.setattr("console.cli.reports.time.time", lambda: berlin(25, 9))
    plain = small_store()
    shop = msgspec.structs.replace(plain.file.store, day_starts="04:00")
    file = msgspec.structs.replace(plain.file, store=shop)
    write_store(msgspec.structs.replace(plain, file=file), tmp_path / "store")
    with Ledger.open(tmp_path / "ledger.sqlite") as opened:
        crew(opened, "Sam")
        two_days(opened)
    return tmp_path / "ledger.sqlite"


def run(ledger: Path, *args: str, who: str = "") -> Result:
    acting = ["--as", who] if who else []
    where = ["--ledger", str(ledger), "--store", str(ledger.parent / "store")]
    return CliRunner().invoke(app, ["reports", *args, *acting, *where], env={"OPENAISLE_PIN": PIN.get(who)})


def said(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_day_in_words_and_for_programs(ledger: Path) -> None:
    told = said(run(ledger, "day", "2026-11-23", "--json"))
    assert (told["state"], told["figures"]["receipts"]["count"]) == ("open", 2)
    assert told["figures"]["discounts"] == 99
    words = run(ledger, "day", "2026-11-23").output
    assert "Store: Small test store" in words
    assert "Time: 23 Nov 2026, 04:00:00 to 24 Nov 2026, 04:00:00" in words
    assert "Not closed: it may still change" in words
    assert "R-000001" in words
    assert "4.66" in words


def test_closing_is_a_managers_and_in_order(ledger: Path) -> None:
    assert said(run(ledger, "open", "--json")) == {
        "open": ["2026-11-23", "2026-11-24"],
        "last_close": None,
        "hash": None,
    }
    refused = run(ledger, "close", who="Sam")
    assert refused.exit_code == 1
    assert "Sam is staff and may not close a day: ask manager" in refused.output
    early = run(ledger, "close", "2026-11-25", who="Mara")
    assert (early.exit_code, "2026-11-25 is not over" in early.output) == (1, True)
    made = run(ledger, "close", who="Mara")
    assert "2026-11-23 is closed as Z-000001: 2 receipts, €4.66 with tax, less 1 refunds" in made.output
    again = run(ledger, "close", "2026-11-23", who="Mara")
    assert "(on 2026-11-25 by Mara; nothing was written now)" in again.output
    assert said(run(ledger, "close", "--json", who="Mara"))["close"]["number"] == 2
    nothing = run(ledger, "close", who="Mara")
    assert (nothing.exit_code, "every day with something in it is closed" in nothing.output) == (1, True)
    assert "Not closed: none. Last close: Z-000002" in run(ledger, "open").output
    assert "Closed as Z-000001 by Mara, 25 Nov 2026, 09:00:00" in run(ledger, "day", "2026-11-23").output
    period = said(run(ledger, "period", "--from", "2026-11-23", "--to", "2026-11-24", "--json"))
    assert [day["close"]["close"]["number"] for day in period["days"]] == [1, 2]
    assert CliRunner().invoke(app, ["ledger", "verify", "--ledger", str(ledger)]).exit_code == 0


def test_files_for_spreadsheets_and_people(ledger: Path, tmp_path: Path) -> None:
    sheet, paper = tmp_path / "out" / "p.csv", tmp_path / "out" / "p.pdf"
    result = run(ledger, "period", "--csv", str(sheet), "--pdf", str(paper))
    assert result.exit_code == 0, result.output
    assert paper.read_bytes().startswith(b"%PDF-")
    rows = list(csv.reader(io.StringIO(sheet.read_text("utf-8-sig"))))
    assert ["Together", "6", "", "", "6.22", "1.06", "7.28"] in rows
    assert ["2026-11-23", "open", "", "2", "4.02", "0.64", "4.66", "-1.49"] in rows


def test_openness_and_stock(ledger: Path) -> None:
    told = said(run(ledger, "openness", "--from", "2026-11-23", "--json"))
    assert (told["whole"]["visits"], told["whole"]["seen"]) == (3, 0)
    assert "per 1,000 visits" in run(ledger, "openness").output
    told = said(run(ledger, "stock", "--json"))
    assert {p["sku"]: p["units"] for p in told["products"]} == {"beer": 3, "gum": 3, "milk": 1}
    assert "What lay there, with what staff put in" in run(ledger, "stock").output


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("day", "yesterday"), "'yesterday' is no day: write it as 2026-11-26"),
        (("period", "--from", "2026-11-24", "--to", "2026-11-23"), "comes before"),
        (("openness", "--from", "2000-01-01"), "ask for a shorter period"),
        (("day", "--csv", "/dev/null/x.csv"), "a part of that path is a file: choose another place"),
    ],
)
def test_mistakes_are_said_in_words(ledger: Path, args: tuple[str, ...], words: str) -> None:
    result = run(ledger, *args)
    assert result.exit_code == 1, result.output
    assert words in result.output


def test_what_is_counted_is_kept_and_what_is_missing_is_in_the_file(ledger: Path, tmp_path: Path) -> None:
    assert run(ledger, "count", "A2=7", who="Sam").output == "A2: 7 2000000000039\n"
    refused = run(ledger, "count", "Z9=7", who="Sam")
    assert (refused.exit_code, "write a slot of the planogram" in refused.output) == (1, True)
    assert run(ledger, "count", "A2:nothing=7", who="Sam").exit_code == 1
    told = said(run(ledger, "stock", "--json"))
    (found,) = told["differences"]
    assert (found["expected"], found["count"]["units"]) == (9, 7)
    table = tmp_path / "stock.csv"
    assert run(ledger, "stock", "--csv", str(table)).exit_code == 0
    rows = list(csv.reader(io.StringIO(table.read_text("utf-8-sig"))))
    at = rows.index(["Differences found by counting"])
    assert rows[at + 1][:7] == ["When", "Slot", "Product", "Counted by", "Expected", "Counted", "Difference"]
    assert rows[at + 2][1:7] == ["A2", "Water 1 l", "Sam", "9", "7", "-2"]
