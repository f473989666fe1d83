"""The first start: told once, leads to what can be tried, and comes again only when asked for."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.operations.first_start import KEY, FirstStart
from console.operations.live_state import LiveState
from console.widgets.welcome_dialog import WelcomeDialog
from console.window import MainWindow
from store_layout.model import StoreLayout
from tests.support.fake_engine import FakeEngine
from tests.ui.conftest import OpenWindow


def settings(folder: Path) -> QSettings:
    return QSettings(str(folder / "w.ini"), QSettings.Format.IniFormat)


def told(state: LiveState, folder: Path) -> int:
    count = []
    first = FirstStart(state, settings(folder))
    first.begins.connect(lambda: count.append(1))
    first.watch()
    state.poll()
    return len(count)


def test_a_played_store_welcomes_once_it_is_there(
    qapp: QApplication, layout: StoreLayout, engine: FakeEngine, tmp_path: Path
) -> None:
    engine.silence()
    state = LiveState(layout, engine)
    first, count = FirstStart(state, settings(tmp_path)), []
    first.begins.connect(lambda: count.append(1))
    first.watch()
    state.poll()
    assert count == []
    for _ in range(3):
        engine.advance(1.0)
        state.poll()
    assert count == [1]


def test_a_live_store_does_not(qapp: QApplication, layout: StoreLayout, tmp_path: Path) -> None:
    assert told(LiveState(layout, FakeEngine(layout, 2, recording=False)), tmp_path) == 0


def test_whoever_was_welcomed_is_not_again(state: LiveState, tmp_path: Path) -> None:
    assert told(state, tmp_path) == 1
    assert told(state, tmp_path) == 1, "it counts only when it was closed"
    kept = settings(tmp_path)
    FirstStart(state, kept).keep()
    kept.sync()
    assert told(state, tmp_path) == 0


def dialog_of(window: MainWindow) -> WelcomeDialog:
    found = window.findChild(WelcomeDialog)
    assert found is not None
    return found


def test_what_is_to_be_tried_leads_to_its_page(
    qtbot: QtBot, window: MainWindow, open_window: OpenWindow, engine: FakeEngine, ledger_path: Path
) -> None:
    window.first_start.watch()
    for page in ("visits", "review", "live"):
        if page != "visits":
            window.show_welcome()
        dialog_of(window).tries[page].click()
        qtbot.waitUntil(lambda: window.findChild(WelcomeDialog) is None)
        assert window.page.name == page
    assert str(window._settings.value(KEY)) == "true"
    window.first_start.watch()
    assert window.findChild(WelcomeDialog) is None
    window.close()
    again = open_window(engine, ledger_path)
    again.first_start.watch()
    assert again.findChild(WelcomeDialog) is None


def test_it_is_in_the_menu(window: MainWindow) -> None:
    texts = [action.text() for actions in window.book.groups.values() for action in actions]
    assert "Welcome: three things to try" in texts
