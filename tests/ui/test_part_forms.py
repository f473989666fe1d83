"""Scales, gates and the broker in the window: what they say now, what is wrong, written and taken back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.back_office import Ledger, audit
from console.operations.gate_drafts import GateDraft, rectangle
from console.operations.gate_drafts import problems_of as gate_problems
from console.operations.scale_drafts import ScaleDraft, with_scale, without_scale
from console.operations.scale_drafts import problems_of as scale_problems
from console.pages.devices import DevicesPage
from console.widgets.broker_form import BrokerForm
from console.widgets.gate_form import GateForm
from console.widgets.scale_form import ScaleForm
from console.window import MainWindow
from inference.capture.broker_listener import Heard
from inference.capture.payloads import Topic
from inference.messages.said import said
from inference.messages.wire import TakeStore
from store_layout.model import Broker, StoreLayout
from store_layout.reader import read_store
from tests.support.fake_engine import FakeEngine
from tests.support.live_window import closed, folder_of, live_window, shown, told
from tests.support.stores import small_store

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LONG_MS = 15_000


@pytest.fixture
def store() -> StoreLayout:
    made = small_store()
    return msgspec.structs.replace(
        made, file=msgspec.structs.replace(made.file, broker=Broker(host="127.0.0.1", port=1))
    )


@pytest.fixture
def folder(tmp_path: Path, store: StoreLayout) -> Path:
    return folder_of(store, tmp_path / "store")


@pytest.fixture
def engine(store: StoreLayout) -> FakeEngine:
    return FakeEngine(store, 2, recording=False)


@pytest.fixture
def window(
    qtbot: QtBot, folder: Path, tmp_path: Path, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    with live_window(folder, tmp_path, engine) as made:
        monkeypatch.setattr(made.device_desk.listening, "start", lambda *_: None)
        made.show_page("devices")
        yield made


def page_of(window: MainWindow) -> DevicesPage:
    assert isinstance(window.page, DevicesPage)
    return window.page


def speak(window: MainWindow, **grams: float) -> None:
    """Scales speak at the broker."""
    listening, now = window.device_desk.listening, time.time()
    listening.connected, listening.trouble = True, ""
    names = {name.replace("_", "-"): value for name, value in grams.items()}
    listening.devices = {Topic("scale", name): Heard(now, 3, grams=value) for name, value in names.items()}
    listening.heard.emit()


def press(
    where: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.keyClick(where.focusWidget() or where, key, modifier)


def test_a_scale_is_added_by_what_it_says_and_taken_back(
    window: MainWindow, qtbot: QtBot, folder: Path, engine: FakeEngine
) -> None:
    before = (folder / "store.toml").read_bytes()
    press(window, Qt.Key.Key_L, CTRL | SHIFT)
    form = shown(window, ScaleForm)
    assert isinstance(form, ScaleForm)
    speak(window, s_new=1234.0, scale_A0=10.0)
    assert "2 speak at the broker" in told(form)
    assert form.heard.list.item(0).text() == "s-new: 1\u2009234 g  ·  new here"
    press(form, Qt.Key.Key_Return)
    assert "Letters, digits" in told(form)
    assert "Choose the slots that stand on it" in told(form)
    assert (folder / "store.toml").read_bytes() == before
    form.heard.list.setCurrentRow(0)
    form.heard.list.setFocus()
    press(form, Qt.Key.Key_Return)
    assert form.id.text() == "s-new"
    assert "s-new is saying 1\u2009234 g now." in told(form)
    QTest.keyClicks(form.search, "soup")
    rows = [i for i in range(form.slots.count()) if not form.slots.item(i).isHidden()]
    assert len(rows) == 1
    form.slots.setCurrentRow(rows[0])
    form.slots.setFocus()
    press(form, Qt.Key.Key_Space)
    assert "1 slot stands on it" in told(form)
    form.save_button.setFocus()
    press(form, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: closed(window, ScaleForm), timeout=LONG_MS)
    layout = read_store(folder)
    assert [slot.id for slot in layout.slots_of_scale["s-new"]] == ["A5"]
    assert layout.slots_of_scale["scale-A5"] == ()
    qtbot.waitUntil(lambda: any(isinstance(c, TakeStore) for c in engine.asked))
    qtbot.waitUntil(lambda: "s-new is saved." in window.notice.words.text())
    with Ledger.open(window.session.path, read_only=True) as ledger:
        assert "added a scale" in [line.what for line in audit.log(ledger, about="s-new")]
    page_of(window)._to_device("s-new")
    assert "It is in the store's file; the engine has not taken it over yet" in told(page_of(window).foot)
    assert window.notice.button.text() == "Undo"
    window.notice.button.click()
    qtbot.waitUntil(lambda: (folder / "store.toml").read_bytes() == before, timeout=LONG_MS)
    qtbot.waitUntil(lambda: not window.busy, timeout=LONG_MS)


def test_the_foot_says_what_a_scale_says_now(window: MainWindow, engine: FakeEngine) -> None:
    page = page_of(window)
    page._to_device("scale-A1")
    assert "Says 5\u2009300 g now; under slot A1; Lemonade orange 0.5 l." in told(page.foot)
    page._to_device("door")
    assert "Door: In and out." in told(page.foot)


def test_a_scale_is_changed_and_removed(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    page = page_of(window)
    page._to_device("scale-A1")
    press(window, Qt.Key.Key_E, CTRL)
    form = shown(window, ScaleForm)
    assert isinstance(form, ScaleForm)
    assert form.id.isReadOnly()
    assert form.draft().slots == ("A1",)
    form.noise.setValue(0.0)
    form.save()
    assert "More than nothing" in told(form)
    form.noise.setValue(3.5)
    form.save()
    qtbot.waitUntil(lambda: read_store(folder).scales["scale-A1"].noise_sd_g == 3.5, timeout=LONG_MS)
    qtbot.waitUntil(lambda: closed(window, ScaleForm))
    page._to_device("scale-A1")
    offered: list[tuple[str, str]] = []
    notice = window.notice
    window.store_desk.filed.connect(lambda *_: offered.append((notice.words.text(), notice.button.text())))
    page.remove()
    qtbot.waitUntil(lambda: "scale-A1" not in read_store(folder).scales, timeout=LONG_MS)
    qtbot.waitUntil(lambda: bool(offered), timeout=LONG_MS)
    assert offered == [("scale-A1 is removed.", "Undo")]  # before the engine has taken it over
    assert read_store(folder).slots["A1"].scale is None
    qtbot.waitUntil(lambda: not window.busy, timeout=LONG_MS)


def test_a_gate_is_drawn_on_the_plan(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    press(window, Qt.Key.Key_G, CTRL | SHIFT)
    form = shown(window, GateForm)
    assert isinstance(form, GateForm)
    QTest.keyClicks(form.id, "back")
    QTest.keyClicks(form.name, "Back door")
    form.save()
    assert "Show two opposite corners" in told(form)
    board = form.board
    a, b = (board.to_pixel(point).toPoint() for point in ((4.0, 0.02), (5.2, 0.8)))
    QTest.mousePress(board, Qt.MouseButton.LeftButton, pos=a)
    QTest.mouseMove(board, b)
    QTest.mouseRelease(board, Qt.MouseButton.LeftButton, pos=b)
    (x0, y0), (x1, y1) = form.corners.corners
    assert (y0, x0, x1, y1) == pytest.approx((0.0, 4.0, 5.2, 0.8), abs=0.06), "the edge of the floor is meant"
    form.corners.spins[2].setValue(5.0)
    form.kind.setCurrentIndex(2)
    form.save()
    qtbot.waitUntil(lambda: "back" in read_store(folder).gates, timeout=LONG_MS)
    gate = read_store(folder).gates["back"]
    assert (gate.name, gate.kind) == ("Back door", "exit")
    assert gate.outline[2][0] == 5.0
    qtbot.waitUntil(lambda: not window.busy, timeout=LONG_MS)


def test_a_rectangle_is_drawn_by_keys_alone(window: MainWindow) -> None:
    page_of(window).add("gate")
    form = shown(window, GateForm)
    assert isinstance(form, GateForm)
    form.board.setFocus()
    press(form, Qt.Key.Key_Return)
    for _ in range(4):
        press(form.board, Qt.Key.Key_Right, SHIFT)
        press(form.board, Qt.Key.Key_Down, SHIFT)
    press(form.board, Qt.Key.Key_Return)
    assert len(form.draft().outline) == 4
    press(form.board, Qt.Key.Key_Return)
    press(form.board, Qt.Key.Key_Escape)
    assert form.isVisible(), "Escape takes the first corner back before it closes the form"
    form.reject()


def test_the_broker_says_whether_it_lets_us_in(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    press(window, Qt.Key.Key_B, CTRL | SHIFT)
    form = shown(window, BrokerForm)
    assert isinstance(form, BrokerForm)
    form.host.setText("mqtt://shop")
    form.test()
    assert "The name or address alone" in told(form)
    form.host.setText("shop.local")
    form.test()
    listening = window.device_desk.listening
    listening.trouble = said("cannot connect to the broker: {error}", error="no route")
    listening.heard.emit()
    assert "no route" in form.told.text()
    speak(window, s_new=1.0)
    assert form.told.text() == "It lets us in; 1 device speaks: s-new"
    form.save()
    qtbot.waitUntil(
        lambda: read_store(folder).file.broker == Broker(host="shop.local", port=1), timeout=LONG_MS
    )
    qtbot.waitUntil(lambda: not window.busy, timeout=LONG_MS)


def test_drafts_are_judged_by_the_stores_own_checks(store: StoreLayout) -> None:
    assert scale_problems(ScaleDraft(id="scale-A0", slots=("A1",)), store, None).keys() == {"id"}
    assert scale_problems(ScaleDraft(id="x", slots=("A1", "B1")), store, None).keys() == {"slots"}
    draft = ScaleDraft(id="x", slots=("A1", "A2"))
    assert scale_problems(draft, store, None) == {}
    after = with_scale(store, draft, None)
    assert [s.id for s in after.slot if s.scale == "x"] == ["A1", "A2"]
    gone = without_scale(msgspec.structs.replace(store, file=after), "x")
    assert [s.id for s in gone.slot if s.scale is None] == ["A1", "A2"]
    outside = GateDraft(id="g", name="G", outline=rectangle((1.6, 3.3), (3.8, 3.7)))
    assert "Nobody can walk there" in gate_problems(outside, store, None)["place"]
    thin = GateDraft(id="g", name="G", outline=rectangle((0, 0), (2, 0.1)))
    assert gate_problems(thin, store, None).keys() == {"place"}
