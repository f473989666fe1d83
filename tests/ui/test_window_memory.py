"""What was on the screen is there again, also where the window had no time to close."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from console.operations.kept_settings import KeptSettings
from console.pages.live import LivePage
from console.pages.visits import VisitsPage
from console.widgets.visit_pane import HISTORY
from console.window import MainWindow
from console.window_memory import settings_in
from tests.support.fake_engine import FakeEngine

OpenWindow = Callable[[FakeEngine, Path], MainWindow]
CTRL = Qt.KeyboardModifier.ControlModifier


def live_of(window: MainWindow) -> LivePage:
    return next(page for page in window.pages if isinstance(page, LivePage))


def visits_of(window: MainWindow) -> VisitsPage:
    return next(page for page in window.pages if isinstance(page, VisitsPage))


def test_the_floor_is_as_it_was_without_the_window_having_closed(
    qtbot: QtBot, window: MainWindow, open_window: OpenWindow, engine: FakeEngine, ledger_path: Path
) -> None:
    live = live_of(window)
    live.stage.map.zoom(3)
    live.stage.show_cones(True)
    live.stage.toggle_large("cam2")
    window.state.select(3)
    place = live.map.view.place
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_4, CTRL)
    qtbot.waitUntil(lambda: not window._memory._soon.isActive())
    other = open_window(engine, ledger_path)
    assert other.page.name == "shelves"
    assert other.state.selected == 3
    again = live_of(other)
    assert again.stage.large_camera == "cam2"
    assert again.wall.large == "cam2"
    assert again.map.cones
    found = again.map.view.place
    assert place is not None
    assert found is not None
    assert all(abs(a - b) < 0.001 for a, b in zip(place, found, strict=True))


def test_who_has_left_meanwhile_is_not_selected_and_a_newer_choice_stays(
    window: MainWindow, open_window: OpenWindow, engine: FakeEngine, ledger_path: Path
) -> None:
    window.state.select(5)
    window._memory.keep()
    engine.shoppers = 4
    engine.advance(1.0)
    other = open_window(engine, ledger_path)
    assert other.state.selected is None
    other.state.select(2)
    engine.shoppers = 5
    engine.advance(1.0)
    other.state.poll()
    assert other.state.selected == 2


def test_the_search_the_visit_and_its_view_are_there_again(
    qtbot: QtBot, window: MainWindow, open_window: OpenWindow, engine: FakeEngine, ledger_path: Path
) -> None:
    window.show_page("visits", "visit v4")
    visits = visits_of(window)
    visits.pane.show_view(HISTORY)
    visits.filters.state.setCurrentIndex(1)
    visits.search.setText("q4")
    qtbot.waitUntil(lambda: not window.busy)
    window._memory.keep()
    other = open_window(engine, ledger_path)
    again = visits_of(other)
    qtbot.waitUntil(lambda: again.shown_visit == "v4")
    assert other.page is again
    assert again.search.text() == "q4"
    assert again.filters.state.currentIndex() == 1
    assert again.pane.tabs.currentIndex() == HISTORY


def test_settings_of_another_version_do_no_harm(
    open_window: OpenWindow, engine: FakeEngine, ledger_path: Path, tmp_path: Path
) -> None:
    settings = QSettings(str(tmp_path / "settings" / "window.ini"), QSettings.Format.IniFormat)
    for key, value in (
        ("page", "gone"),
        ("live/place", "1 two 3"),
        ("live/large", "cam99"),
        ("live/selected", "Z9-999"),
        ("visits/view", "-"),
        ("visits/day", "17"),
        ("visits/outcome", "x"),
    ):
        settings.setValue(key, value)
    settings.sync()
    window = open_window(engine, ledger_path)
    assert window.page.name == "live"
    assert live_of(window).map.view.place is None
    assert live_of(window).stage.large_camera is None
    assert window.state.selected is None


def written(settings: KeptSettings) -> str:
    settings.sync()
    settings.flush(settings.path)
    return settings.path.read_text("utf-8")


def test_what_has_not_changed_is_not_written_again(qtbot: QtBot, tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.setValue("page", "live")
    assert "page=live" in written(settings)
    settings.path.write_text("not touched")
    settings.setValue("page", "live")
    assert written(settings) == "not touched"
    settings.setValue("page", "visits")
    assert "page=visits" in written(settings)


def test_the_window_waits_for_no_disk(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gui, go, seen = threading.current_thread(), threading.Event(), []

    def slow(number: int) -> None:
        seen.append(threading.current_thread())
        assert go.wait(60)

    monkeypatch.setattr(os, "fsync", slow)
    settings = settings_in(tmp_path)
    for page in ("live", "visits", "shelves"):
        settings.setValue("page", page)
        settings.sync()  # comes back while the first is still on its way
    assert not settings.path.exists()  # whole or not at all
    go.set()
    settings.flush(settings.path)
    assert gui not in seen
    assert settings_in(tmp_path).value("page") == "shelves"


def test_what_is_kept_is_written_without_anybody_asking(qtbot: QtBot, tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.setValue("language", "de")
    qtbot.waitUntil(settings.path.exists)
    settings.flush(settings.path)
    assert settings_in(tmp_path).value("language") == "de"


def test_a_disk_that_cannot_be_written_costs_the_settings_alone(
    qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    settings = settings_in(tmp_path / "file")
    settings.setValue("page", "visits")
    settings.sync()
    settings.flush(settings.path)
    assert settings.value("page") == "visits"
    assert "cannot be kept" in caplog.text
    caplog.clear()
