from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from console.back_office.ledger import Ledger
from console.pages.devices import DevicesPage
from console.pages.live import LivePage
from console.pages.visits import VisitsPage
from console.theme.tokens import DARK
from console.widgets.key_sheet import KeySheet
from console.window import MainWindow
from console.window_picture import render_to
from inference.messages.wire import DeviceStatus, PauseReplay, RestartDevice, SetReplaySpeed
from store_layout.model import StoreLayout
from tests.support.fake_engine import EPOCH, FakeEngine
from tests.ui.conftest import OpenWindow, visit

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def live(window: MainWindow) -> LivePage:
    page = window.pages[0]
    assert isinstance(page, LivePage)
    return page


def visits(window: MainWindow) -> VisitsPage:
    page = window.pages[2]
    assert isinstance(page, VisitsPage)
    return page


def codes_of(window: MainWindow) -> list[str]:
    """Of the closed visits that are listed."""
    model = visits(window).closed.model()
    return [model.index(i, 1).data() for i in range(model.rowCount())]


def devices(window: MainWindow) -> DevicesPage:
    page = window.pages[4]
    assert isinstance(page, DevicesPage)
    return page


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    """A key where the focus is."""
    target = window.focusWidget() or window
    QTest.keyClick(target, key, modifier or Qt.KeyboardModifier.NoModifier)


def type_into(qtbot: QtBot, window: MainWindow, text: str) -> None:
    focused = window.focusWidget()
    assert focused is not None
    QTest.keyClicks(focused, text)


def texts_of(pane: QWidget) -> str:
    return " | ".join(label.text() for label in pane.findChildren(QLabel))


# -- flows by keyboard alone -----------------------------------------------------------------------------


def test_pages_by_key(qtbot: QtBot, window: MainWindow) -> None:
    assert window.page.name == "live"
    for key, name in (
        (Qt.Key.Key_2, "review"),
        (Qt.Key.Key_3, "visits"),
        (Qt.Key.Key_4, "shelves"),
        (Qt.Key.Key_5, "devices"),
        (Qt.Key.Key_1, "live"),
    ):
        press(qtbot, window, key, CTRL)
        assert window.page.name == name


def test_find_a_receipt_by_key(qtbot: QtBot, window: MainWindow, layout: StoreLayout) -> None:
    press(qtbot, window, Qt.Key.Key_3, CTRL)
    press(qtbot, window, Qt.Key.Key_F, CTRL)
    assert window.focusWidget() is visits(window).search
    type_into(qtbot, window, "R-000002")
    qtbot.waitUntil(lambda: visits(window).closed.model().rowCount() == 1)
    visits(window).closed.setFocus()
    press(qtbot, window, Qt.Key.Key_Home, CTRL)
    said = texts_of(visits(window).detail)
    assert "Q4-104" in said
    assert "Receipt | R-000002 | Issued | " in said
    assert "Code | Q4-104 | Hash | " in said
    assert "Rate | Net | Tax | Gross | 7% | €12.12 | €0.85 | €12.97" in said


def test_enter_leads_into_a_visit_and_escape_back(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, Qt.Key.Key_3, CTRL)
    press(qtbot, window, Qt.Key.Key_F, CTRL)
    type_into(qtbot, window, "Q1")
    press(qtbot, window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.focusWidget() is visits(window).closed)
    assert "Q1-101" in texts_of(visits(window).detail)
    press(qtbot, window, Qt.Key.Key_Return)
    assert window.focusWidget() is visits(window).detail
    press(qtbot, window, Qt.Key.Key_Escape)
    assert window.focusWidget() is visits(window).closed


def test_when_they_left_is_relative_only_live(
    open_window: OpenWindow, layout: StoreLayout, ledger_path: Path, qtbot: QtBot
) -> None:
    for recording, said in ((False, "6:00 ago"), (True, "16:07:20")):
        made = open_window(FakeEngine(layout, 2, recording=recording), ledger_path)
        made.show_page("visits")
        qtbot.waitUntil(lambda made=made: len(made.history.entries) == 4)  # type: ignore[misc]  # bound now
        assert visits(made).closed.model().index(0, 0).data() == said


def test_review_says_why(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, Qt.Key.Key_3, CTRL)
    visits(window).search.setText("Q2-102")
    qtbot.waitUntil(lambda: codes_of(window) == ["Q2-102"])
    visits(window).closed.select_row(0)
    said = texts_of(visits(window).detail)
    assert "To be answered | What is right: 1 Salted Crisps 175 g or 1 Cola Zero 0.33 l? | " in said
    assert "1 Salted Crisps 175 g | 62% | counted now | 1 Cola Zero 0.33 l | 30% | −€0.90" in said
    assert "Another shopper | 8% | −€2.19 | €0.40 at stake" in said
    assert "Not charged yet" in said


def test_search_finds_products_and_says_when_nothing_matches(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, Qt.Key.Key_3, CTRL)
    visits(window).search.setText("dark choc")
    qtbot.waitUntil(lambda: codes_of(window) == ["Q2-102"])
    visits(window).search.setText("zzz")
    qtbot.waitUntil(lambda: "Nothing found" in texts_of(visits(window)))


def test_select_a_shopper_everywhere_by_key(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, Qt.Key.Key_Down, CTRL)
    first = window.state.selected
    assert first is not None
    assert live(window).carts.currentIndex().row() == 0
    press(qtbot, window, Qt.Key.Key_Down, CTRL)
    assert window.state.selected != first
    press(qtbot, window, Qt.Key.Key_3, CTRL)
    shopper = window.state.inside(window.state.selected or -1)
    assert shopper is not None
    assert shopper.code in texts_of(visits(window).detail)


def test_reconnect_by_key_is_asked_of_the_engine(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine
) -> None:
    engine.down["cam2"] = DeviceStatus("cam2", "camera", "lost", EPOCH, why="No picture for 6 s")
    engine.advance(0.1)
    window.state.poll()
    press(qtbot, window, Qt.Key.Key_5, CTRL)
    press(qtbot, window, Qt.Key.Key_Home, CTRL)
    assert "Cameras: 3 of 4 well" in texts_of(devices(window))
    assert not devices(window).foot.reconnect.isEnabled()
    press(qtbot, window, Qt.Key.Key_Down)
    assert devices(window).foot.reconnect.text() == "Reconnect cam2"
    press(qtbot, window, Qt.Key.Key_R, CTRL)
    qtbot.waitUntil(lambda: RestartDevice("cam2") in engine.asked)
    qtbot.waitUntil(lambda: window.status.cameras.text() == "Cameras 4/4")


def test_a_refusal_is_said_and_nothing_changes(qtbot: QtBot, window: MainWindow, engine: FakeEngine) -> None:
    engine.refuse = "the recording has ended"
    press(qtbot, window, Qt.Key.Key_Space)
    qtbot.waitUntil(window.notice.isVisible)
    assert window.notice.words.text() == "The recording was not paused: the recording has ended"
    assert "paused" not in window.status.source.text()


def test_space_pauses_and_speed_keys_step(qtbot: QtBot, window: MainWindow, engine: FakeEngine) -> None:
    press(qtbot, window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: PauseReplay(True) in engine.asked)
    qtbot.waitUntil(lambda: "paused" in window.status.source.text())
    press(qtbot, window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: PauseReplay(False) in engine.asked)
    press(qtbot, window, Qt.Key.Key_Plus)
    qtbot.waitUntil(lambda: SetReplaySpeed(2.0) in engine.asked)
    qtbot.waitUntil(lambda: "2×" in window.status.source.text())
    press(qtbot, window, Qt.Key.Key_Minus)
    qtbot.waitUntil(lambda: SetReplaySpeed(1.0) in engine.asked)


def test_space_presses_a_focused_button(qtbot: QtBot, window: MainWindow, engine: FakeEngine) -> None:
    window.rail.button(4).setFocus()
    press(qtbot, window, Qt.Key.Key_Space)
    assert window.page.name == "devices"
    assert engine.asked == []


def test_typing_a_plus_into_the_search_does_not_change_the_speed(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine
) -> None:
    press(qtbot, window, Qt.Key.Key_3, CTRL)
    press(qtbot, window, Qt.Key.Key_F, CTRL)
    type_into(qtbot, window, "a +-")
    assert visits(window).search.text() == "a +-"
    assert engine.asked == []


def test_large_camera_and_back(qtbot: QtBot, window: MainWindow) -> None:
    page = live(window)
    page.wall.setFocus()
    press(qtbot, window, Qt.Key.Key_Right)
    press(qtbot, window, Qt.Key.Key_Return)
    assert page.large.isVisible()
    assert page.large.camera is not None
    assert page.large.camera.id == "cam2"
    press(qtbot, window, Qt.Key.Key_Escape)
    assert page.map.isVisible()


def test_theme_and_full_screen_by_key(qtbot: QtBot, window: MainWindow) -> None:
    before = window.appearance.theme
    press(qtbot, window, Qt.Key.Key_T, CTRL)
    assert window.appearance.theme is not before
    press(qtbot, window, Qt.Key.Key_F11)
    assert window.isFullScreen()
    press(qtbot, window, Qt.Key.Key_F11)
    assert not window.isFullScreen()


def test_key_sheet_lists_every_shortcut(qtbot: QtBot, window: MainWindow) -> None:
    press(qtbot, window, Qt.Key.Key_F1)
    sheet = window.findChild(KeySheet)
    assert sheet is not None
    said = texts_of(sheet)
    for action in window.findChildren(QAction):
        for keys in action.shortcuts():
            assert keys.toString() in said, action.text()
    sheet.close()


# -- what the window tells -------------------------------------------------------------------------------


def test_status_line_leads_to_what_is_not_well(qtbot: QtBot, window: MainWindow, engine: FakeEngine) -> None:
    engine.down["s003"] = DeviceStatus("s003", "scale", "lost", EPOCH, why="Silent since 12 s")
    engine.advance(0.1)
    window.state.poll()
    assert window.status.scales.property("tone") == "wrong"
    assert window.rail.button(4).accessibleDescription() == "1"
    QTest.mouseClick(window.status.scales, Qt.MouseButton.LeftButton)
    assert window.page.name == "devices"
    assert "s003: lost" in texts_of(devices(window))


@pytest.mark.parametrize("engine_state", ["starting", "restarting", "stopped", "failed"])
def test_an_engine_that_is_not_running_is_explained(
    window: MainWindow, engine: FakeEngine, engine_state: str
) -> None:
    assert not window.banner.isVisible()
    engine.state, engine.why = engine_state, "it ended with status 9"  # type: ignore[assignment]
    window.state.poll()
    assert window.banner.isVisible()
    assert "it ended with status 9" in window.banner.heading.text()
    assert window.banner.text.text().endswith("What is shown is as it was at 16:13:20.")
    good = [
        p.property("part") for p in window.status.findChildren(QPushButton) if p.property("tone") == "good"
    ]
    assert good == [], "what was well when it ended is not said to be so still"
    engine.state, engine.why = "running", ""
    window.state.poll()
    assert not window.banner.isVisible()
    assert window.status.cameras.property("tone") == window.status.store.property("tone") == "good"


def test_a_new_receipt_appears_when_a_visit_closes(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine, ledger_path: Path, layout: StoreLayout
) -> None:
    with Ledger.open(ledger_path) as ledger:
        ledger.post_visit(visit(7, layout), layout)
    engine.closed += 1
    engine.advance(0.1)
    qtbot.waitUntil(lambda: len(window.history.entries) == 5)
    assert visits(window).closed.model().index(0, 1).data() == "Q7-107"


def test_a_broken_ledger_is_said_and_the_rest_goes_on(
    qtbot: QtBot, open_window: OpenWindow, engine: FakeEngine, tmp_path: Path
) -> None:
    (tmp_path / "bad.db").write_bytes(b"this is no database" * 100)
    made = open_window(engine, tmp_path / "bad.db")
    qtbot.waitUntil(made.notice.isVisible)
    assert "could not be read" in made.notice.words.text()
    assert made.status.inside.text() == "5 inside"


def test_empty_states_say_what_will_appear(
    open_window: OpenWindow, layout: StoreLayout, tmp_path: Path
) -> None:
    engine = FakeEngine(layout, 0)
    engine.silence()
    engine.state = "starting"
    made = open_window(engine, tmp_path / "none.db")
    assert "Waiting for the engine" in texts_of(live(made))
    made.show_page("visits")
    assert "No visit has closed yet" in texts_of(visits(made))
    made.show_page("devices")
    assert "No devices yet" in texts_of(devices(made))


def test_live_data_make_no_widgets(window: MainWindow, engine: FakeEngine) -> None:
    for name in ("live", "review", "visits", "devices"):
        window.show_page(name)
        engine.advance(1.0)
        window.state.poll()
        before = len(window.findChildren(QWidget))
        for _ in range(20):
            engine.advance(0.4)
            window.state.poll()
        assert len(window.findChildren(QWidget)) == before


def test_it_opens_as_it_was_left(
    window: MainWindow, open_window: OpenWindow, engine: FakeEngine, ledger_path: Path
) -> None:
    window.show_page("devices")
    window.appearance.choose("dark")
    window.resize(window.width(), 700)
    devices(window).table.setColumnWidth(1, 222)
    window.close()
    again = open_window(engine, ledger_path)
    assert again.page.name == "devices"
    assert again.appearance.theme is DARK
    assert again.height() == 700
    assert devices(again).table.columnWidth(1) == 222


def test_close_leaves_the_engine_alone_and_no_thread(window: MainWindow, engine: FakeEngine) -> None:
    window.close()
    assert not engine.was_closed
    assert not [t for t in threading.enumerate() if t.name.startswith("console")]


def test_a_picture_of_each_page(window: MainWindow, tmp_path: Path) -> None:
    seen = set()
    for page in ("live", "review", "visits", "shelves", "devices"):
        for theme in ("light", "dark"):
            path = tmp_path / f"{page}-{theme}.png"
            render_to(path, (1000, 640), theme, page, window)
            seen.add(path.read_bytes())
    assert len(seen) == 10
    with pytest.raises(OSError, match="could not be written"):
        render_to(tmp_path / "none" / "x.png", (800, 600), "dark", "live", window)
