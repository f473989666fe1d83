"""Find anything: what is found for what is typed, and what choosing it does."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from console.item_models.palette import MOST, Findable, matching
from console.widgets.command_palette import CommandPalette
from console.window import MainWindow
from inference.messages.wire import DeviceStatus
from tests.support.fake_engine import EPOCH, FakeEngine

CTRL = Qt.KeyboardModifier.ControlModifier


def entry(text: str, kind: str = "") -> Findable:
    return Findable(text, kind, lambda: None)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ["Full screen", "Review", "Reduced motion", "Search visits"]),
        ("re", ["Review", "Reduced motion", "Full screen"]),
        ("mot", ["Reduced motion"]),
        ("MOTION red", ["Reduced motion"]),
        ("go to", ["Review"]),
        ("motion visits", []),
    ],
)
def test_every_word_typed_occurs_and_beginnings_come_first(typed: str, found: list[str]) -> None:
    entries = [
        entry("Full screen", "View"),
        entry("Review", "Go to"),
        entry("Reduced motion", "View"),
        entry("Search visits"),
    ]
    assert [each.text for each in matching(entries, typed)] == found


def test_no_more_than_can_be_read() -> None:
    assert len(matching([entry(f"Visit {n}") for n in range(500)], "visit")) == MOST


def palette(qtbot: QtBot, window: MainWindow, typed: str) -> CommandPalette:
    QTest.keyClick(window, Qt.Key.Key_K, CTRL)
    found = [p for p in window.findChildren(CommandPalette) if p.isVisible()]
    assert len(found) == 1
    QTest.keyClicks(found[0].field, typed)
    return found[0]


def test_a_page_by_a_few_letters(qtbot: QtBot, window: MainWindow) -> None:
    shown = palette(qtbot, window, "devi")
    assert shown.found[0].text == "Devices"
    assert shown.found[0].keys == "Ctrl+4"
    QTest.keyClick(shown.field, Qt.Key.Key_Return)
    assert window.page.name == "devices"
    assert not shown.isVisible()


def test_a_shopper_a_visit_and_a_device(qtbot: QtBot, window: MainWindow, engine: FakeEngine) -> None:
    shopper = window.state.visitors[-1]
    QTest.keyClick(palette(qtbot, window, shopper.code).field, Qt.Key.Key_Return)
    assert (window.page.name, window.state.selected) == ("live", shopper.person.track)
    QTest.keyClick(palette(qtbot, window, "R-000002").field, Qt.Key.Key_Return)
    assert window.page.name == "visits"
    engine.down["cam2"] = DeviceStatus("cam2", "camera", "lost", EPOCH, why="no picture for 3 s")
    engine.advance(1.0)
    window.state.poll()
    shown = palette(qtbot, window, "cam2 lost")
    assert [each.text for each in shown.found] == ["Camera cam2"]
    QTest.keyClick(shown.field, Qt.Key.Key_Return)
    assert window.page.name == "devices"
    assert any("cam2: lost" in said.text() for said in window.page.findChildren(QLabel))


def test_what_belongs_to_another_page_is_done_there(qtbot: QtBot, window: MainWindow) -> None:
    assert window.page.name == "live"
    QTest.keyClick(palette(qtbot, window, "search devices").field, Qt.Key.Key_Return)
    assert window.page.name == "devices"
    focused = window.focusWidget()
    assert focused is not None
    assert focused.accessibleName() == "Search devices"


def test_what_cannot_be_done_now_is_said(qtbot: QtBot, window: MainWindow) -> None:
    QTest.keyClick(palette(qtbot, window, "undo the last").field, Qt.Key.Key_Return)
    assert window.page.name == "review"
    assert window.notice.words.text() == "“Undo the last answer” cannot be done now."


def test_arrows_move_and_nothing_found_is_said(qtbot: QtBot, window: MainWindow) -> None:
    shown = palette(qtbot, window, "")
    for key, row in ((Qt.Key.Key_Down, 1), (Qt.Key.Key_Down, 2), (Qt.Key.Key_Up, 1), (Qt.Key.Key_PageUp, 0)):
        QTest.keyClick(shown.field, key)
        assert shown.list.currentIndex().row() == row
    QTest.keyClicks(shown.field, "no such thing")
    assert shown.found == []
    assert shown.nothing.isVisible()
    QTest.keyClick(shown.field, Qt.Key.Key_Return)
    assert shown.isVisible()
    QTest.keyClick(shown.field, Qt.Key.Key_Escape)
    assert not shown.isVisible()
