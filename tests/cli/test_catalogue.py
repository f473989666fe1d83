from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner, Result

from console.back_office import Ledger, operators
from console.back_office.audit import log
from console.cli.app import app
from console.engine_process.compose import LedgerSink
from inference.messages import VisitClosed
from store_layout.change_files import LayoutsByTime
from store_layout.reader import read_store
from store_layout.writer import write_store
from tests.back_office.people import PIN, crew
from tests.back_office.visits import closed
from tests.support.stores import small_store

SOUP = "2000000000060"


@pytest.fixture(name="shop")
def _shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(operators, "hasher", lambda: cheap)
    write_store(small_store(), tmp_path / "store")
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        crew(ledger, "Sam")
    new = (tmp_path / "store" / "catalog.csv").read_text(encoding="utf-8").replace("2.29", "2.49")
    (tmp_path / "new.csv").write_text(new, encoding="utf-8")
    return tmp_path


def run(shop: Path, *args: str, who: str = "") -> Result:
    places = ["--store", str(shop / "store")]
    if args[0] in {"import", "undo"}:
        places += ["--ledger", str(shop / "ledger.sqlite"), *(["--as", who] if who else [])]
    return CliRunner().invoke(app, ["catalogue", *args, *places], env={"OPENAISLE_PIN": PIN.get(who)})


def said(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def price(shop: Path) -> int:
    return read_store(shop / "store").products[SOUP].price


def test_a_dry_run_shows_the_difference_and_changes_nothing(shop: Path) -> None:
    before = contents(shop)
    args = ("import", "--catalog", str(shop / "new.csv"), "--dry-run")
    words = run(shop, *args)
    assert f"{SOUP} Soup tin: price 2.29 EUR -> 2.49 EUR" in words.output
    assert "Would change from" in words.output
    assert ": 1 price. Nothing was written." in words.output
    planned = said(run(shop, *args, "--json"))
    assert (planned["counts"], planned["number"]) == ({"price": 1}, None)
    assert planned["differences"][0]["after"] == "2.49 EUR"
    assert contents(shop) == before
    assert (
        "nothing changes"
        in run(shop, "import", "--catalog", str(shop / "store" / "catalog.csv"), "--dry-run").output
    )


def test_import_history_undo(shop: Path) -> None:
    args = ("import", "--catalog", str(shop / "new.csv"), "--why", "new list")
    assert run(shop, *args).exit_code == 1
    refused = run(shop, *args, who="Sam")
    assert refused.exit_code == 1
    assert "Sam is staff and may not change the catalogue: ask manager" in refused.output
    assert price(shop) == 229
    done = said(run(shop, *args, "--json", who="Mara"))
    assert (done["number"], done["state"]) == (1, "applied")
    assert price(shop) == 249
    assert [c["why"] for c in said(run(shop, "history", "--json"))] == ["new list"]
    assert "price 2.29 EUR -> 2.49 EUR" in run(shop, "history", "1").output
    assert "Change 1 is undone" in run(shop, "undo", "--why", "typo", who="Mara").output
    assert price(shop) == 229
    assert [(c["number"], c.get("undoes")) for c in said(run(shop, "history", "--json"))] == [
        (2, 1),
        (1, None),
    ]
    assert "new list" in run(shop, "history").output
    again = run(shop, "undo", who="Mara")
    assert again.exit_code == 1
    assert "nothing was changed that could be undone" in again.output
    with Ledger.open(shop / "ledger.sqlite") as ledger:
        told = [(row.who, row.what, row.about, row.why) for row in log(ledger, 2)]
    assert told == [
        ("Mara", "undid a change of the catalogue", "catalogue change 2", "typo"),
        ("Mara", "changed the catalogue", "catalogue change 1", "new list"),
    ]


def test_a_change_for_later_prices_visits_from_then_on(shop: Path) -> None:
    """The engine that is running takes the price of the moment; the tables follow when somebody looks."""
    store = shop / "store"
    layout = read_store(store)
    sink = LedgerSink(shop / "ledger.sqlite", layout, LayoutsByTime(store, layout))
    zone = ZoneInfo("Europe/Berlin")
    start = (datetime.now(zone) + timedelta(days=1)).replace(hour=6, minute=0, second=0, microsecond=0)
    args = ("--catalog", str(shop / "new.csv"), "--valid-from", start.strftime("%Y-%m-%dT%H:%M"))
    planned = said(run(shop, "import", *args, "--json", who="Mara"))
    assert (planned["state"], planned["valid_from"]) == ("scheduled", start.timestamp())
    assert [c["number"] for c in said(run(shop, "schedule", "--json"))] == [1]
    assert price(shop) == 229
    for n, at in ((1, start.timestamp() - 1), (2, start.timestamp())):
        sink.post(VisitClosed(closed(f"v{n}", ((SOUP, 1),), closed_at=at)))
    sink.close()
    with Ledger.open(shop / "ledger.sqlite", read_only=True) as ledger:
        assert [d.receipt.total for d in ledger.documents()] == [249, 229]
    assert "Change 1 is cancelled" in run(shop, "undo", "1", who="Mara").output
    assert "No changes" in run(shop, "schedule").output


def test_a_price_that_leaps_and_a_change_that_waits_are_said(shop: Path) -> None:
    later = ("--valid-from", (datetime.now(ZoneInfo("UTC")) + timedelta(days=9)).isoformat())
    assert run(shop, "import", "--catalog", str(shop / "new.csv"), *later, who="Mara").exit_code == 0
    table = (shop / "new.csv").read_text(encoding="utf-8").replace("2.49", "249")
    (shop / "lost.csv").write_text(table, encoding="utf-8")
    said_of = run(shop, "import", "--catalog", str(shop / "lost.csv"), "--dry-run").output
    assert "the price was 2.29 and is 249.00 now" in said_of
    assert "Look whether the decimal mark is right" in said_of
    assert "Change 1 comes later and sets some of this again." in said_of
    planned = said(run(shop, "import", "--catalog", str(shop / "lost.csv"), "--dry-run", "--json"))
    assert (planned["waiting"], planned["counts"]) == ([1], {"price": 1})


def test_changes_that_cannot_be_read_do_not_stop_sales(shop: Path, expected_logs: list[str]) -> None:
    expected_logs.append("changes of the catalogue cannot be read")
    store = shop / "store"
    layout = read_store(store)
    sink = LedgerSink(shop / "ledger.sqlite", layout, LayoutsByTime(store, layout))
    (store / "changes").mkdir()
    (store / "changes" / "000001.json").write_text("{", encoding="utf-8")
    sink.post(VisitClosed(closed("v1", ((SOUP, 1),), closed_at=time.time())))
    sink.close()
    with Ledger.open(shop / "ledger.sqlite", read_only=True) as ledger:
        assert [d.receipt.total for d in ledger.documents()] == [229]
    assert "000001.json" in run(shop, "history").output


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("sku,name,price,weight_g\n", "there is no product"),
        ("sku,name,price,weight_g\n1,Tea,-1,80\n", "the price is negative"),
        ("sku,name\n1,Tea\n", "the column price is missing"),
        ("\x00\x01", "the column sku is missing"),
    ],
)
def test_a_bad_table_is_refused_whole(shop: Path, table: str, words: str) -> None:
    (shop / "bad.csv").write_text(table, encoding="utf-8")
    before = contents(shop)
    result = run(shop, "import", "--catalog", str(shop / "bad.csv"), who="Mara")
    assert result.exit_code == 1
    assert words in result.output
    assert "Nothing was changed" in result.output
    assert contents(shop) == before
    found = json.loads(run(shop, "import", "--catalog", str(shop / "bad.csv"), "--dry-run", "--json").stdout)
    assert any(words in problem["what"] for problem in found["problems"])
    assert (found["state"], found["number"], found["dry_run"]) == ("refused", None, True)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("import", "--dry-run"), "name a table"),
        (("import", "--catalog", "NEW", "--valid-from", "soon"), "'soon' is no time: write it as"),
        (("import", "--catalog", "NEW", "--valid-from", "2020-01-01T06:00"), "is over: leave"),
        (("undo", "7"), "there is no change 7"),
        (("history", "7"), "there is no change 7"),
    ],
)
def test_mistakes_are_said_in_words(shop: Path, args: tuple[str, ...], words: str) -> None:
    given = [str(shop / "new.csv") if arg == "NEW" else arg for arg in args]
    result = run(shop, *given, who="Mara")
    assert result.exit_code == 1
    assert words in result.output
