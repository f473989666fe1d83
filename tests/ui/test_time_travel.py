"""Going back over the last minutes: what is shown then, what is selected, what it costs."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from console.operations import time_travel
from console.operations.live_state import LiveState
from console.operations.time_travel import TimeTravel
from console.pages.live import LivePage
from console.window import MainWindow
from store_layout.model import StoreLayout
from tests.support.fake_engine import EPOCH, FakeEngine
from tests.ui.conftest import OpenWindow

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def travel(state: LiveState) -> TimeTravel:
    return TimeTravel(state)


def go_on(engine: FakeEngine, state: LiveState, seconds: float, step: float = 0.5) -> None:
    for _ in range(round(seconds / step)):
        engine.advance(step)
        state.poll()


def places(state: LiveState | TimeTravel) -> list[tuple[float, float]]:
    return [inside.person.position for inside in state.snapshot.inside]  # type: ignore[union-attr]


def test_the_floor_is_as_it_was_with_the_same_looks(
    engine: FakeEngine, state: LiveState, travel: TimeTravel
) -> None:
    go_on(engine, state, 10.0)
    then, looks = places(state), {t: state.identity(t) for t in range(1, 6)}
    items = state.items(3)
    go_on(engine, state, 30.0)
    travel.go_to(EPOCH + 10.0)
    assert places(travel) == then
    assert {t: travel.identity(t) for t in range(1, 6)} == looks
    assert travel.items(3) == items
    assert (travel.is_now, travel.age, travel.has_pictures) == (False, 30.0, False)
    assert places(state) != then, "what happens now was changed by looking back"


def test_it_stays_there_while_time_goes_on_until_it_is_called_back(
    engine: FakeEngine, state: LiveState, travel: TimeTravel
) -> None:
    go_on(engine, state, 20.0)
    travel.step(-5.0)
    then = places(travel)
    go_on(engine, state, 5.0)
    assert (places(travel), travel.age) == (then, 10.0)
    travel.go_to_now()
    assert travel.is_now
    assert places(travel) == places(state)


def test_forward_past_the_end_is_now_and_back_past_the_start_is_the_start(
    engine: FakeEngine, state: LiveState, travel: TimeTravel
) -> None:
    go_on(engine, state, 10.0)
    travel.step(-60.0)
    assert travel.at == EPOCH
    travel.step(60.0)
    assert travel.is_now


def test_somebody_who_has_left_can_be_selected_there_only(
    engine: FakeEngine, state: LiveState, travel: TimeTravel
) -> None:
    go_on(engine, state, 10.0)
    engine.shoppers = 2
    go_on(engine, state, 5.0)
    travel.step(-8.0)
    travel.select(5)
    assert (travel.selected, state.selected) == (5, None)
    travel.go_to_now()
    assert (travel.selected, state.selected) == (None, None)
    travel.select(1)
    assert state.selected == 1


def test_the_memory_is_bounded_by_time_and_by_size(
    engine: FakeEngine, state: LiveState, travel: TimeTravel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_travel, "KEPT_S", 20.0)
    go_on(engine, state, 60.0)
    assert travel.reach == (EPOCH + 40.0, EPOCH + 60.0)
    monkeypatch.setattr(time_travel, "MOST_BYTES", travel.size // 4)
    go_on(engine, state, 10.0)
    first, now = travel.reach
    assert now - first < 6.0
    assert travel.size <= time_travel.MOST_BYTES


def test_what_is_looked_at_and_forgotten_moves_on(
    engine: FakeEngine, state: LiveState, travel: TimeTravel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_travel, "KEPT_S", 20.0)
    go_on(engine, state, 20.0)
    travel.go_to(EPOCH)
    go_on(engine, state, 10.0)
    assert travel.at == EPOCH + 10.0


def test_a_recording_begun_anew_has_no_past(engine: FakeEngine, state: LiveState, travel: TimeTravel) -> None:
    go_on(engine, state, 20.0)
    travel.step(-10.0)
    engine.play(msgspec.structs.replace(engine.advance(0.5), engine="another", seq=1, t=EPOCH))
    state.poll()
    assert travel.is_now
    assert travel.reach == (EPOCH, EPOCH)


@pytest.fixture
def live(qtbot: QtBot, window: MainWindow, engine: FakeEngine) -> LivePage:
    page = window.pages[0]
    assert isinstance(page, LivePage)
    go_on(engine, window.state, 20.0)
    return page


def test_keys_lead_back_and_forth_and_the_page_says_so(
    live: LivePage, window: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    live.map.setFocus()
    QTest.keyClick(live.map, Qt.Key.Key_Left, CTRL)
    QTest.keyClick(live.map, Qt.Key.Key_Left, CTRL)
    assert live.travel.age == 4.0
    assert live.bar.words.text().startswith("Not now: ")
    assert live.bar.words.text().endswith("0:04 ago")
    assert live._count.text() == "0:04 ago"
    edge = live.map.grab().toImage().pixelColor(1, 60)
    assert edge == QColor(window.appearance.theme.waiting)
    QTest.keyClick(live.map, Qt.Key.Key_End, CTRL)
    assert live.bar.words.text() == "Now"
    assert not live.bar.now.isVisible()
    assert live._count.text() == "5 inside"
    assert live.map.grab().toImage().pixelColor(1, 60) != edge
    QTest.keyClick(live.map, Qt.Key.Key_Left, CTRL | SHIFT)
    assert live.travel.at == EPOCH, "the memory reaches back 20 s only"


def test_dragging_goes_back(live: LivePage, engine: FakeEngine) -> None:
    live.bar.slider.setValue(-20)
    assert live.travel.age == 10.0
    live.bar.slider.setValue(0)
    assert live.travel.is_now
    earlier = next(b for b in live.bar.findChildren(QToolButton) if b.accessibleName() == "Earlier")
    earlier.click()
    assert live.travel.age == 2.0
    live.bar.now.click()
    assert live.travel.is_now


def test_the_followed_shopper_stays_near_the_middle(
    live: LivePage, window: MainWindow, engine: FakeEngine
) -> None:
    window.state.select(2)
    live.stage.follow_selected(True)
    for _ in range(20):
        go_on(engine, window.state, 1.0)
        at = live.map.view.to_pixel(window.state.inside(2).person.position)  # type: ignore[union-attr]
        assert abs(at.x() - live.map.width() / 2) < live.map.width() / 4
        assert abs(at.y() - live.map.height() / 2) < live.map.height() / 4
    live.stage.follow_selected(False)
    before = live.map.view.centre
    go_on(engine, window.state, 6.0)
    assert live.map.view.centre == before


def test_cones_are_shown_and_hidden(live: LivePage) -> None:
    def ground() -> QImage:
        return live.map._painted_ground().toImage()

    plain = ground()
    live.stage._cones_action.trigger()
    assert ground() != plain
    live.stage._cones_action.trigger()
    assert ground() == plain


def test_badge_counts_who_is_inside_now(live: LivePage, window: MainWindow, engine: FakeEngine) -> None:
    live.travel.step(-10.0)
    engine.shoppers = 2
    go_on(engine, window.state, 1.0)
    live.travel.go_to_now()
    assert live.badge[0] == "2"


def test_a_second_window_begins_with_no_past(
    open_window: OpenWindow, engine: FakeEngine, ledger_path: Path, layout: StoreLayout
) -> None:
    page = open_window(engine, ledger_path).pages[0]
    assert isinstance(page, LivePage)
    first, now = page.travel.reach
    assert first == now
    assert not page.bar.slider.isEnabled()
