"""``main.py store reload`` with no engine, a fake one, and a folder that it refuses; ``store new``."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import console.cli.store as command
from console.cli.app import app
from console.engine_process.session import Address, Session
from inference.messages.said import said
from inference.messages.wire import Answer, Refused, StoreTaken, TakeStore
from store_layout.layout_changes import LayoutChange
from store_layout.reader import read_store
from store_layout.writer import write_store
from tests.support.stores import small_store


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENAISLE_STATE", str(tmp_path / "state"))
    write_store(small_store(), tmp_path / "store")
    return tmp_path / "store"


def reload(folder: Path, *options: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["store", "reload", str(folder), *options])
    return result.exit_code, result.output


def answering(monkeypatch: pytest.MonkeyPatch, *answers: Answer) -> list[TakeStore]:
    """An engine that gives these answers, the last for ever."""
    asked: list[TakeStore] = []
    left = list(answers)

    def send(_address: Address, ask: TakeStore, _timeout: float) -> Answer:
        asked.append(ask)
        return left.pop(0) if len(left) > 1 else left[0]

    address = Address(1, "ipc://nowhere", Session("t", "m", "p", "d"))
    monkeypatch.setattr(command, "read_address", lambda _: address)
    monkeypatch.setattr(command, "is_running", lambda _: True)
    monkeypatch.setattr(command, "send_once", send)
    return asked


def test_without_an_engine_the_next_start_takes_it(folder: Path) -> None:
    code, told = reload(folder)
    assert code == 1
    assert "the next start takes the folder as it is" in told


def test_it_waits_for_a_quiet_moment_and_says_what_was_taken_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = said("something happens on scale {scale}: wait until it is at rest", scale="s1")
    change = LayoutChange("camera", "added", "door", "nothing")
    asked = answering(monkeypatch, Refused(why, "wait"), StoreTaken((change,), took_s=0.012))
    code, told = reload(folder)
    assert code == 0
    assert "Waiting: something happens on scale s1" in told
    assert "Camera door: new" in told
    assert "1 change taken over in 12 ms" in told
    assert len(asked) == 2
    assert reload(folder, "--dry-run")[0] == 0
    assert asked[-1] == TakeStore(only_ask=True)


def test_what_is_wrong_with_the_folder_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(
        monkeypatch,
        Refused(said("the store folder cannot be used: {problems}", problems="store.toml: line 3")),
    )
    code, told = reload(folder)
    assert code == 1
    assert "store.toml: line 3" in told


def new(folder: Path, *options: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["store", "new", str(folder), "--time-zone", "Europe/Berlin", *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_a_new_store_of_german_excels_products(tmp_path: Path) -> None:
    """Semicolons, decimal commas, CRLF and a BOM; a folder with a blank and an umlaut."""
    table = tmp_path / "Artikel.csv"
    rows = ("SKU;Name;Price;weight_g;tax_basis_points", "4000001;Äpfelsaft 1 l;1,99;1050,5;1900", "")
    table.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(rows).encode())
    folder = tmp_path / "Müllers Laden"
    code, told = new(
        folder, "--name=Müllers Laden", "--size=8,5x5", "--camera=file:a.mp4", "--catalog", str(table)
    )
    assert code == 0, told
    assert told.startswith("Müllers Laden: 0 fixtures, 0 slots, 0 scales, 1 camera, 1 gate, 1 product, in ")
    made = read_store(folder)
    assert (made.file.store.id, made.file.store.time_zone) == ("mullers-laden", "Europe/Berlin")
    assert made.file.floor.outline[2] == (8.5, 5.0)
    assert made.catalog[0].name == "Äpfelsaft 1 l"
    before = (folder / "store.toml").read_bytes()
    code, told = new(folder, "--name=Another")
    assert (code, told) == (1, "folder: there is something in it; Choose a new or an empty folder\n")
    assert (folder / "store.toml").read_bytes() == before


def test_all_that_is_wrong_with_a_new_store_is_said_by_option(tmp_path: Path) -> None:
    code, told = new(tmp_path / "s", "--name=", "--currency=xx", "--camera=ftp://x", "--catalog=none.csv")
    assert code == 1
    for option in ("--name: ", "--currency: ", "--camera: 1: ", "--catalog: "):
        assert option in told
    code, told = new(tmp_path / "s", "--name=S", "--size=8")
    assert code == 2
    assert "write metres, as 10x6" in told
    assert not (tmp_path / "s").exists()
