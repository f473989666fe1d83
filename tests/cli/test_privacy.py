from __future__ import annotations

import json
import os
import time
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner, Result

from console.back_office import Ledger, operators
from console.back_office.corrections import Change
from console.back_office.disputes import open_dispute
from console.back_office.evidence_files import EvidenceFiles, attach_file
from console.back_office.operators import sign_in
from console.back_office.permissions import Actor
from console.back_office.reports.business_days import BusinessDays
from console.back_office.reports.closing import close_day, open_days
from console.cli.app import app
from store_layout.model import Retention
from store_layout.reader import read_store
from store_layout.writer import write_store
from tests.back_office.people import PIN, crew
from tests.back_office.test_retention import make_clip
from tests.back_office.test_verify import plant
from tests.back_office.visits import closed, layout
from tests.support.stores import small_store

DAY_S = 86_400.0


@pytest.fixture(name="shop")
def _shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store folder, a ledger with one old and one new visit, and the engine's clips of both."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(operators, "hasher", lambda: cheap)
    store = small_store()
    file = msgspec.structs.replace(store.file, retention=Retention(visits_days=30))
    write_store(msgspec.structs.replace(store, file=file), tmp_path / "store")
    now = time.time()
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        crew(ledger, "Sam")
        ledger.post_visit(closed("v1", closed_at=now - 31 * DAY_S), layout())
        ledger.post_visit(closed("v2", (("milk", 2),), closed_at=now - 29 * DAY_S), layout())
    make_clip(tmp_path / "engine" / "clips", "v1", "e", at=now - 31 * DAY_S)
    make_clip(tmp_path / "engine" / "clips", "v2", "e", at=now - DAY_S)
    return tmp_path


def run(shop: Path, *args: str, who: str = "") -> Result:
    acting = ["--as", who] if who else []
    places = ["--store", str(shop / "store"), "--ledger", str(shop / "ledger.sqlite")]
    return CliRunner().invoke(app, ["privacy", *args, *acting, *places], env={"OPENAISLE_PIN": PIN.get(who)})


def said(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_purge_goes_by_the_stores_own_periods(shop: Path) -> None:
    planned = said(run(shop, "purge", "--dry-run", "--json"))
    assert (planned["rows"]["visits"], planned["files"]["clips"], planned["dry_run"]) == (1, 2, True)
    assert "Would go: 1 visits" in run(shop, "purge", "--dry-run").output
    assert run(shop, "purge").exit_code == 1
    refused = run(shop, "purge", who="Sam")
    assert refused.exit_code == 1
    assert "Sam is staff and may not purge old data: ask manager" in refused.output
    done = said(run(shop, "purge", "--why", "spring cleaning", "--json", who="Mara"))
    assert (done["rows"], done["files"]) == (planned["rows"], planned["files"])
    assert (done["traces"], done["compacted"]) == (False, True)
    assert [path.name for path in (shop / "engine" / "clips").iterdir()] == ["v2"]
    again = run(shop, "purge", who="Mara")
    assert "Gone: 0 visits" in again.output
    verified = CliRunner().invoke(app, ["ledger", "verify", "--ledger", str(shop / "ledger.sqlite")])
    assert verified.exit_code == 0, verified.output


def test_a_ledger_alone_does_not_say_which_periods(shop: Path) -> None:
    args = ["privacy", "purge", "--dry-run", "--ledger", str(shop / "ledger.sqlite")]
    result = CliRunner().invoke(app, args)
    assert result.exit_code == 1
    assert "say with --store whose periods" in result.output


def test_everything_of_a_person_in_one_file(shop: Path) -> None:
    photo = shop / "../evil name.jpg"
    photo.write_bytes(b"picture")
    with Ledger.open(shop / "ledger.sqlite") as ledger:
        mara = Actor("Mara", "manager", "test")
        change = (Change(kind="remove", line=1, count=1),)
        dispute = open_dispute(ledger, mara, 2, change, "damaged", at=time.time(), message="sour")
        attach_file(ledger, mara, dispute.id, photo, at=time.time())
        photo.write_bytes(b"another")
        lost = attach_file(ledger, mara, dispute.id, photo, at=time.time()).evidence[-1]
        EvidenceFiles.of(ledger).path(lost.sha256).unlink()
    to = shop / "out" / "person.zip"
    args = ("export", "R-000002", "--to", str(to), "--why", "letter of 3 May")
    assert run(shop, *args, who="Sam").exit_code == 1
    assert not to.parent.exists()
    exported = said(run(shop, *args, "--json", who="Mara"))
    assert (exported["documents"], exported["evidence"], exported["clips"]) == (["R-000002"], 1, 2)
    assert "it was purged" in exported["missing"][0]
    assert os.name != "posix" or to.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(to) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        data = json.loads(archive.read("data.json"))
        assert archive.read("documents/R-000002.pdf").startswith(b"%PDF")
        assert "no names and no faces" in archive.read("README.txt").decode()
        (picture,) = (name for name in names if name.endswith(".jpg"))
        assert archive.read(picture) == b"picture"
    assert {"clips/v2/e/door.mp4", "evidence/missing.txt"} <= set(names)
    assert not any(".." in name for name in names)
    assert data["visits"][0]["visit"] == "v2"
    assert data["disputes"][0]["message"] == "sour"
    assert os.listdir(to.parent) == ["person.zip"]  # noqa: PTH208 - hidden ones too
    twice = run(shop, *args, who="Mara")
    assert twice.exit_code == 1
    assert "person.zip is there already" in twice.output


def test_find_and_erase(shop: Path) -> None:
    found = said(run(shop, "find", "K2-204", "--why", "letter", "--json", who="Mara"))
    assert (found["label"], found["clips"]) == ("R-000002", ["v2/e/door.mp4", "v2/e/evidence.json"])
    words = run(shop, "find", "2", "--why", "letter", who="Mara").output
    assert "2 milk; issue" in words
    assert "€2.38" in words
    refused = run(shop, "erase", "2", "--why", "letter", who="Sam")
    assert "Sam is staff and may not erase personal data" in refused.output
    erased = run(shop, "erase", "2", "--why", "letter", who="Mara")
    assert "Erased of R-000002: 1 visits" in erased.output
    assert "remains: R-000002: tax law wants documents for 10 years" in erased.output
    assert said(run(shop, "erase", "2", "--why", "again", "--json", who="Mara"))["rows"]["visits"] == 0
    nobody = run(shop, "find", "R-000077", "--why", "letter", who="Mara")
    assert nobody.exit_code == 1
    assert "there is no receipt and no visit 'R-000077'" in nobody.output


def test_documents_go_when_their_years_are_over(shop: Path) -> None:
    """Purged, proved, and named where somebody changed what is left of them."""
    ledger, now = shop / "ledger.sqlite", time.time()
    store = read_store(shop / "store")
    years = msgspec.structs.replace(store.file.retention, documents_years=1)
    file = msgspec.structs.replace(store.file, retention=years)
    write_store(msgspec.structs.replace(store, file=file), shop / "store")
    with Ledger.open(ledger) as opened:
        mara = sign_in(opened, "Mara", PIN["Mara"], at=now, screen="test")
        for n in range(3, 6):
            opened.post_visit(closed(f"v{n}", closed_at=now - 900 * DAY_S + n), layout())
        days = BusinessDays.of(store)
        while waiting := open_days(opened, days, limit=1):
            close_day(opened, mara, waiting[0], days, at=now, why="at last")
    # Two visits are newer, and came before them: nothing goes before those are old as well.
    told = said(run(shop, "purge", "--json", who="Mara"))
    assert told["documents"]["documents"] == 0
    with Ledger.open(shop / "other.sqlite") as opened:
        mara = crew(opened)["Mara"]
        for n in range(3, 6):
            opened.post_visit(closed(f"v{n}", closed_at=now - 900 * DAY_S + n), layout())
        opened.post_visit(closed("v6", closed_at=now), layout())
        while (waiting := open_days(opened, days, limit=1)) and days.bounds(waiting[0])[1] < now:
            close_day(opened, mara, waiting[0], days, at=now)
    (shop / "other.sqlite").replace(ledger)
    assert "3 documents, with all" in run(shop, "purge", "--dry-run").output
    assert "3 documents, with all" in run(shop, "purge", who="Mara").output
    verified = CliRunner().invoke(app, ["ledger", "verify", "--ledger", str(ledger)])
    assert (verified.exit_code, verified.output[:6]) == (0, "Sound:")
    plant(ledger, "UPDATE cut_entry SET total = 1 WHERE number = 2")
    broken = CliRunner().invoke(app, ["ledger", "verify", "--ledger", str(ledger)])
    assert broken.exit_code == 1
    assert "what is left of it is not what was left of it when it was cut off" in broken.output
