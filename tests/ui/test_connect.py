"""Connect my store: judged while it is filled in, and what is written can be read and run."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from console.operations.new_store import Answers, check, id_of, write
from console.widgets.connect_dialog import ConnectDialog
from console.widgets.welcome_dialog import WelcomeDialog
from console.window import MainWindow
from store_layout.reader import check_store, read_store
from tests.support.demo_store import FOLDER as DEMO

GOOD = Answers(
    name="Café am Markt",
    currency="CHF",
    time_zone="Europe/Zurich",
    width=8.0,
    depth=5.0,
    cameras=("rtsp://10.0.0.5/s2", "usb:0"),
    catalog=str(DEMO / "catalog.csv"),
)


def good(folder: Path) -> Answers:
    return msgspec.structs.replace(GOOD, folder=str(folder))


def test_what_is_written_reads_without_an_error(tmp_path: Path) -> None:
    for gates in ("one", "two"):
        answers = msgspec.structs.replace(good(tmp_path / gates), gates=gates)
        assert check(answers) == ()
        folder = write(answers)
        layout = read_store(folder)
        assert (layout.file.store.id, layout.file.store.currency) == ("cafe-am-markt", "CHF")
        assert [c.url for c in layout.file.camera] == list(GOOD.cameras)
        assert len(layout.catalog) == len(read_store(DEMO).catalog)
        assert {gate.kind for gate in layout.file.gate} == ({"both"} if gates == "one" else {"entry", "exit"})
        errors = [p for p in check_store(folder).problems if p.severity == "error"]
        assert not errors


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "\u5e97"}, "name"),
        ({"currency": "EURO"}, "currency"),
        ({"time_zone": "Europe/Nowhere"}, "time_zone"),
        ({"cameras": ("rtsp://10.0.0.5/a", "10.0.0.6")}, "cameras"),
        ({"cameras": ("rtsp://me:secret@10.0.0.6/a",)}, "cameras"),
        ({"catalog": "/nowhere/catalog.csv"}, "catalog"),
        ({"folder": ""}, "folder"),
        ({"folder": str(DEMO)}, "folder"),
    ],
)
def test_a_mistake_is_told_in_its_field_and_nothing_is_written(
    tmp_path: Path, change: dict[str, object], field: str
) -> None:
    answers = msgspec.structs.replace(good(tmp_path / "new"), **change)
    found = [p for p in check(answers) if p.severity == "error"]
    assert {p.field for p in found} == {field}
    assert all(p.what and p.remedy for p in found)
    with pytest.raises(ValueError, match=field):
        write(answers)
    assert not (tmp_path / "new").exists()


def test_the_second_address_and_the_row_are_named(tmp_path: Path) -> None:
    bad = tmp_path / "c.csv"
    bad.write_text("sku,name,price,weight_g\n1,Cola,1.49,500\n2,Water,cheap,500\n")
    answers = msgspec.structs.replace(good(tmp_path / "new"), cameras=("usb:0", "10.0.0.6"), catalog=str(bad))
    told = {p.field: p.what for p in check(answers)}
    assert told["cameras"].startswith("2: ")
    assert told["catalog"].startswith("row 2")


def test_ids_are_made_of_names() -> None:
    assert id_of("Caf\u00e9  am Markt!") == "cafe-am-markt"
    assert id_of("\u5e97") == ""


def test_the_form_complains_only_where_somebody_was_and_writes_at_last(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.show_welcome()
    welcome = window.findChild(WelcomeDialog)
    assert welcome is not None
    welcome.connect_it.click()
    form = window.findChild(ConnectDialog)
    assert form is not None
    assert not form.write.isEnabled()
    assert not any(shown.isVisible() for shown in form._problems.values())
    QTest.keyClicks(form.name, "Corner Two")
    form.currency.setEditText("EURO")
    assert "not a currency" in form._problems["currency"].text()
    form.currency.setEditText("EUR")
    assert not form._problems["currency"].isVisible()
    form.cameras.setPlainText("10.0.0.6")
    assert form._problems["cameras"].isVisible()
    form.cameras.setPlainText("http://10.0.0.6/mjpeg")
    form.folder.setText(str(tmp_path / "corner two"))
    assert form.write.isEnabled()
    form.write.click()
    assert read_store(tmp_path / "corner two").file.store.id == "corner-two"
    assert f"main.py run --store '{tmp_path / 'corner two'}'" in form.outcome.text()
    form.leave.click()
    qtbot.waitUntil(lambda: window.findChild(ConnectDialog) is None)
