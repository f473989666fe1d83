"""What the engine says is counted in the status line, read in a dialog, and said aloud where it must be."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from console.language import choose
from console.operations.printer_rows import PRINTERS
from console.printing.printers import PrinterSettings, write_printers
from console.widgets.messages_dialog import MessagesDialog
from console.window import MainWindow
from inference.messages import Alarm
from inference.messages.said import Said, said
from tests.support.fake_engine import FakeEngine


def tell(window: MainWindow, engine: FakeEngine, *alarms: Alarm) -> None:
    """As in a snapshot of the engine, which hands the last few on each time."""
    snapshot = engine.advance(0.1)
    engine.play(msgspec.structs.replace(snapshot, alarms=alarms))
    window.state.poll()


def alarm(t: float, kind: str, text: Said | str = "") -> Alarm:
    return Alarm(
        t,
        kind,
        "s1",
        text or said("Scale {id} is loaded beyond its capacity of {high} g.", id="s1", high="9"),
    )


@pytest.fixture
def quiet(window: MainWindow, engine: FakeEngine) -> MainWindow:
    tell(window, engine)
    window.messages.read()
    return window


def test_what_is_new_is_counted_until_it_is_read(qtbot: QtBot, quiet: MainWindow, engine: FakeEngine) -> None:
    part = quiet.status.messages
    assert part.isHidden()
    first = alarm(1.0, "scale_over_capacity")
    tell(quiet, engine, first)
    tell(quiet, engine, first, alarm(2.0, "restocked"), alarm(3.0, "person_given_up"))
    assert part.text() == "2 messages"
    assert part.property("tone") == "waiting"
    QTest.mouseClick(part, Qt.MouseButton.LeftButton)
    dialog = quiet.findChild(MessagesDialog)
    assert dialog is not None
    assert [dialog.rows.row(i).t for i in range(3)] == [3.0, 2.0, 1.0]
    assert dialog.rows.index(2, 1).data() == "Scale s1 is loaded beyond its capacity of 9 g."
    assert part.isHidden()
    tell(quiet, engine, alarm(4.0, "scale_fault"))
    assert dialog.rows.row(0).t == 4.0
    assert part.isHidden()  # whoever looks reads
    dialog.reject()


def test_they_are_said_in_the_readers_language(qtbot: QtBot, quiet: MainWindow, engine: FakeEngine) -> None:
    tell(quiet, engine, alarm(1.0, "scale_over_capacity"))
    choose("de")
    dialog = MessagesDialog(quiet.messages, quiet.words, quiet.appearance, quiet)
    assert dialog.rows.index(0, 1).data() == "Waage s1 ist über ihre Höchstlast von 9 g belastet."
    dialog.deleteLater()


def test_what_nobody_should_have_to_look_for_is_said_at_once(
    qtbot: QtBot, quiet: MainWindow, engine: FakeEngine
) -> None:
    why = said("no checkpoint could be written: {error}", error="No space left on device")
    tell(quiet, engine, alarm(1.0, "engine", why))
    assert "No checkpoint could be written" in quiet.notice.words.text()


def test_nothing_said_yet_says_what_would_stand_there(quiet: MainWindow) -> None:
    quiet.messages.messages = ()
    quiet.show_messages()
    dialog = quiet.findChild(MessagesDialog)
    assert dialog is not None
    assert dialog.empty.isVisibleTo(dialog)
    dialog.reject()


def test_printers_stand_in_the_status_line_where_there_are_any(
    qtbot: QtBot, quiet: MainWindow, tmp_path: Path
) -> None:
    assert quiet.status.printers.isHidden()
    write_printers(tmp_path / PRINTERS, (PrinterSettings(name="till", address="file:///tmp/none"),))
    quiet.device_desk.refresh()
    qtbot.waitUntil(lambda: not quiet.status.printers.isHidden())
    assert quiet.status.printers.text() == "Printers 1/1"
    QTest.mouseClick(quiet.status.printers, Qt.MouseButton.LeftButton)
    assert quiet.page.name == "devices"
