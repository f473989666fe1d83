from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from console.cli.app import app
from console.language import ENGLISH, choose
from store_layout.writer import write_store
from tests.support.stores import small_store


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store whose camera is a video that is not there."""
    layout = small_store()
    camera = msgspec.structs.replace(layout.file.camera[0], url="file:gone.mp4")
    file = msgspec.structs.replace(layout.file, camera=(camera, *layout.file.camera[1:]))
    write_store(msgspec.structs.replace(layout, file=file), tmp_path / "store")
    return tmp_path / "store"


def test_it_names_what_is_wrong_and_what_to_do(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAISLE_STATE", str(tmp_path / "state"))
    camera = small_store().file.camera[0].id
    result = CliRunner().invoke(app, ["doctor", "--store", str(store), "--json"])
    assert result.exit_code == 1
    found = {item["about"]: item for item in json.loads(result.stdout)}
    assert found[f"camera {camera}"]["verdict"] == "fail"
    assert "gone.mp4" in found[f"camera {camera}"]["what"] + found[f"camera {camera}"]["remedy"]
    assert found["broker"]["verdict"] == "fail"
    assert found["disk"]["verdict"] in ("ok", "warn")
    words = CliRunner().invoke(app, ["doctor", "--store", str(store)]).output
    assert "FAIL" in words
    assert f"camera {camera}" in words


def test_a_broken_store_folder_is_said_first(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["doctor", "--store", str(tmp_path)])
    assert result.exit_code == 1
    assert "store.toml" in result.output


def test_it_speaks_the_language_that_is_asked_for(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "state"
    monkeypatch.setenv("OPENAISLE_STATE", str(state))
    camera = small_store().file.camera[0].id
    try:
        asked = CliRunner().invoke(app, ["doctor", "--store", str(store), "--language", "de"]).output
        assert f"Kamera {camera}" in asked
        assert "FEHLER" in asked
        programs = CliRunner().invoke(app, ["doctor", "--store", str(store), "--language", "de", "--json"])
        assert f"camera {camera}" in {item["about"] for item in json.loads(programs.stdout)}
        (state / "window").mkdir(parents=True)
        (state / "window" / "window.ini").write_text("[General]\ngeometry=x\nlanguage=de\n")
        as_the_window = CliRunner().invoke(app, ["doctor", "--store", str(tmp_path)]).output
        assert "die Datei fehlt" in as_the_window
        none = CliRunner().invoke(app, ["doctor", "--store", str(store), "--language", "xx"])
        assert none.exit_code == 1
        assert "no language 'xx'" in none.output
    finally:
        choose(ENGLISH)
