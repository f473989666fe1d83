"""Disks that are full, and folders that may not be written: a clear error with place and remedy, and nothing
half written, for whatever the command line writes.
"""

from __future__ import annotations

import codecs
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner, Result

from console.back_office import Ledger, operators, verify
from console.back_office.corrections import Change
from console.back_office.disputes import open_dispute
from console.back_office.permissions import Actor
from console.cli.app import app
from store_layout.writer import write_store
from tests.back_office.people import PIN, crew
from tests.back_office.visits import closed, layout
from tests.support.stores import small_store

resource = pytest.importorskip("resource", reason="only POSIX can limit what a file may grow to")
NOBODY = 65_534
SHARED, FRAME = 40_000, 4120
"""Bytes: more than the index of SQLite's write-ahead log takes at first; a page in that log."""

COMMANDS: dict[str, tuple[str, ...]] = {
    "refund": ("refund", "R-000002", "--remove", "1", "--reason", "not_taken", "--as", "Mara"),
    "open a dispute": ("disputes", "open", "2", "--remove", "1", "--reason", "other", "--as", "Mara"),
    "attach": ("disputes", "attach", "R-000001/a", "PHOTO", "--as", "Mara"),
    "add an operator": ("operators", "add", "Kim", "--role", "kiosk", "--as", "Mara"),
    "purge": ("privacy", "purge", "--as", "Mara", "--store", "STORE"),
    "find": ("privacy", "find", "1", "--why", "asked", "--as", "Mara", "--store", "STORE"),
    "erase": ("privacy", "erase", "1", "--why", "asked", "--as", "Mara", "--store", "STORE"),
    "import": ("catalogue", "import", "--catalog", "NEW", "--as", "Mara", "--store", "STORE"),
}


@pytest.fixture(name="shop")
def _shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Not below pytest's folders, which only their owner may enter."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(operators, "hasher", lambda: cheap)
    folder = Path(tempfile.mkdtemp(prefix="openaisle-test-"))
    folder.chmod(0o755)
    write_store(small_store(), folder / "store")
    new = (folder / "store" / "catalog.csv").read_text(encoding="utf-8").replace("2.29", "2.49")
    (folder / "new.csv").write_text(new, encoding="utf-8")
    (folder / "photo.jpg").write_bytes(b"x" * 500_000)
    with Ledger.open(folder / "ledger.sqlite") as ledger:
        crew(ledger)
        ledger.post_visit(closed("v1", (("cola", 3),), closed_at=time.time() - 200 * 86_400), layout())
        ledger.post_visit(closed("v2", closed_at=time.time()), layout())
        mara = Actor("Mara", "manager", "test")
        change = (Change(kind="remove", line=1, count=1),)
        open_dispute(ledger, mara, 1, change, "damaged", at=time.time(), key="a")
    yield folder
    shutil.rmtree(folder)


def run(shop: Path, name: str) -> Result:
    places = {"PHOTO": "photo.jpg", "NEW": "new.csv", "STORE": "store"}
    args = [str(shop / places[arg]) if arg in places else arg for arg in COMMANDS[name]]
    env = {"OPENAISLE_PIN": PIN["Mara"], "OPENAISLE_NEW_PIN": "917264"}
    return CliRunner().invoke(app, [*args, "--ledger", str(shop / "ledger.sqlite")], env=env)


def state(shop: Path) -> object:
    """What the ledger says and what the store folder has."""
    store = {p: p.read_bytes() for p in (shop / "store").rglob("*") if p.is_file()}
    evidence = [p for p in shop.glob("ledger.evidence/**/*") if p.is_file()]
    with Ledger.open(shop / "ledger.sqlite") as ledger:
        assert verify(ledger).sound
        audited = ledger.head(), ledger.counts(), [d.number for d in ledger.documents()]
    return store, evidence, audited


def refused(result: Result, shop: Path) -> None:
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    assert str(shop) in result.output
    assert any(word in result.output for word in ("Check", "check", "Make room")), result.output
    assert "Traceback" not in result.output


@contextmanager
def no_room(most: int) -> Iterator[None]:
    """No file may grow beyond ``most`` bytes; the kernel then says so in place of ``no space left``."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Python 3.11 would leave cut-off bytecode of what a command imports now, and trip over it for ever after.
    wrote, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        sys.dont_write_bytecode = wrote


@contextmanager
def unprivileged(shop: Path) -> Iterator[None]:
    """As a user who may read everything of the shop, and write nothing."""
    for path in [shop, *shop.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    codecs.lookup("utf-8-sig")  # nobody may not read root's Python, and that it failed would be remembered
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        for path in [shop, *shop.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_disk(shop: Path, name: str) -> None:
    """Full from the first byte on, or while the command is at work: room grows until it is enough."""
    log, said = shop / "ledger.sqlite-wal", set()
    with Ledger.open(shop / "ledger.sqlite") as holder:
        while not log.exists() or log.stat().st_size < SHARED:  # else not even its index has room
            holder.post_visit(closed(f"v{100 + len(holder.visits(99))}", closed_at=time.time()), layout())
        before = state(shop)
        for pages in (None, 0, 1, 2, 4, 8, 16, 500):
            room = 256 if pages is None else log.stat().st_size + pages * FRAME
            with no_room(room):
                result = run(shop, name)
            if result.exit_code == 0:
                break
            refused(result, shop)
            said.add(result.output.split("(")[0])
            after = state(shop)
            if name != "purge":  # goes step by step, each of them whole
                assert after == before, (pages, result.output)
        else:
            pytest.fail("no room was enough")
    assert len(said) > 1  # who acts is written down first: there is more to fail


@pytest.mark.parametrize("name", COMMANDS)
def test_a_folder_that_may_not_be_written(shop: Path, name: str) -> None:
    before = state(shop)
    with unprivileged(shop):
        result = run(shop, name)
    refused(result, shop)
    assert state(shop) == before


def test_a_store_folder_that_may_not_be_written_beside_a_ledger_that_may(shop: Path) -> None:
    store = {p: p.read_bytes() for p in (shop / "store").rglob("*") if p.is_file()}
    for path in [shop, shop / "ledger.sqlite"]:
        path.chmod(0o777)
    for path in [shop / "store", *(shop / "store").rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        result = run(shop, "import")
    finally:
        if root:
            os.seteuid(0)
    refused(result, shop)
    assert "the tables are as they were" in result.output
    for path in [shop / "store", *(shop / "store").rglob("*")]:
        path.chmod(0o755)
    assert {p: p.read_bytes() for p in (shop / "store").rglob("*") if p.is_file()} == store


def test_looking_at_a_ledger_on_a_disk_that_is_read_only(shop: Path) -> None:
    args = ["ledger", "verify", "--ledger", str(shop / "ledger.sqlite")]
    with unprivileged(shop):
        result = CliRunner().invoke(app, args)
    refused(result, shop)
    assert "Check that the folder can be written" in result.output


def test_the_ledger_goes_on_after_the_disk_was_full(shop: Path) -> None:
    """Also the same open file: what failed left no transaction behind."""
    with Ledger.open(shop / "ledger.sqlite") as ledger:
        with no_room(256), pytest.raises(Exception, match="nothing was changed"):
            ledger.post_visit(closed("v3", closed_at=time.time()), layout())
        assert not ledger.database.conn.in_transaction
        assert ledger.post_visit(closed("v3", closed_at=time.time()), layout()).new
        assert verify(ledger).sound


WRITTEN: dict[str, tuple[str, ...]] = {
    "copy.sqlite": ("ledger", "backup", "TO"),
    "paper.pdf": ("print", "2", "--to", "TO", "--store", "STORE"),
    "day.csv": ("reports", "day", "--csv", "TO", "--store", "STORE"),
    "day.pdf": ("reports", "day", "--pdf", "TO", "--store", "STORE"),
}


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("there", [False, True])
def test_a_file_that_was_asked_for_is_whole_or_not_there(
    shop: Path, name: str, there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a full disk, or where no folder can be; what was there before stays."""
    monkeypatch.setenv("OPENAISLE_STATE", str(shop / "state"))
    to, table = shop / "files" / name, (shop / "store" / "store.toml")
    table.write_text(table.read_text(encoding="utf-8").replace('id = "small"', 'id = "s1"'), encoding="utf-8")
    places = {"TO": str(to), "STORE": str(shop / "store")}
    args = [*(places.get(arg, arg) for arg in WRITTEN[name]), "--ledger", str(shop / "ledger.sqlite")]
    if there and name != "copy.sqlite":
        to.parent.mkdir()
        to.write_bytes(b"before")
    before = to.read_bytes() if to.exists() else None
    scratch = str(shop / name)  # once with room: what it imports is imported
    assert CliRunner().invoke(app, [scratch if arg == str(to) else arg for arg in args]).exit_code == 0

    def refuses(where: Path, words: str) -> None:
        result = CliRunner().invoke(app, [str(where) if arg == str(to) else arg for arg in args])
        assert (result.exit_code, isinstance(result.exception, SystemExit)) == (1, True), result.exception
        assert str(where) in result.output
        assert words in result.output or "Check that the disk is not full" in result.output

    with Ledger.open(shop / "ledger.sqlite") as holder:  # what is beside a ledger in use is there
        holder.head()
        with no_room(900):
            refuses(to, "choose another place")
    refuses(shop / "photo.jpg" / name, "choose another")
    assert (to.read_bytes() if to.exists() else None) == before
    assert [path.name for path in to.parent.glob("*")] == ([] if before is None else [name])
    done = CliRunner().invoke(app, args)
    assert done.exit_code == 0, done.output
    assert to.read_bytes() != before
    assert [path.name for path in to.parent.glob("*")] == [name]
