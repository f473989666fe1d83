"""Open or paused: who may, when not, what is written down and said."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from console.back_office import audit
from console.back_office.ledger import Ledger
from console.back_office.permissions import Actor
from console.item_models.shoppers_inside import InsideModel
from console.item_models.words import ShopWords
from console.operations.health import critical
from console.widgets.floor_words import FloorWords
from console.window import MainWindow
from inference.messages.said import said
from inference.messages.wire import DeviceKind, DeviceStatus, SetOpen
from tests.support.fake_engine import EPOCH, FakeEngine

CTRL = Qt.KeyboardModifier.ControlModifier


def lost(device: str, kind: DeviceKind) -> DeviceStatus:
    return DeviceStatus(device, kind, "lost", EPOCH, why="gone")


def live(count: int, kind: DeviceKind) -> tuple[DeviceStatus, ...]:
    return tuple(DeviceStatus(f"{kind}-{i}", kind, "live", EPOCH) for i in range(count))


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ((lost("door", "gate"),), ["door"]),
        ((lost("mqtt", "broker"), *live(3, "scale")), ["mqtt"]),
        ((lost("c", "camera"), *live(1, "camera")), []),
        ((lost("c", "camera"), lost("d", "camera")), ["c", "d"]),
        ((lost("s", "scale"), *live(20, "scale")), []),
        ((lost("s", "scale"), lost("t", "scale"), *live(18, "scale")), ["s", "t"]),
        ((*live(5, "camera"), *live(5, "scale")), []),
    ],
)
def test_what_the_store_cannot_do_without(devices: tuple[DeviceStatus, ...], expected: list[str]) -> None:
    assert [device.device for device in critical(devices)] == expected


def switch(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_O, CTRL)


def paused(qtbot: QtBot, window: MainWindow) -> None:
    window.session.take_over(Actor("Ada", "staff", "window"))
    switch(window)
    qtbot.waitUntil(lambda: window.notice.words.text() == "The store is paused.")
    window.state.poll()


def test_paused_by_key_said_everywhere_and_undone(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine, ledger_path: Path
) -> None:
    assert window.status.store.text() == "Store open"
    assert not window.banner.isVisible()
    paused(qtbot, window)
    assert window.status.store.text() == "Paused for 0:00"
    assert "The store is paused since " in window.banner.heading.text()
    assert "not every gate can be held from here" in window.banner.text.text()
    QTest.mouseClick(window.notice.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.notice.words.text() == "The store is open.")
    window.state.poll()
    assert window.status.store.text() == "Store open"
    assert not window.banner.isVisible()
    assert engine.asked == [SetOpen(False), SetOpen(True)]
    with Ledger.open(ledger_path, read_only=True) as file:
        rows = audit.log(file, about="store")
    assert [(row.who, row.role, row.what) for row in rows] == [
        ("Ada", "staff", "opened the store"),
        ("Ada", "staff", "paused the store"),
    ]


def test_who_comes_in_while_it_is_paused_is_named(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine
) -> None:
    paused(qtbot, window)
    now = engine.advance(5.0)
    newcomer = msgspec.structs.replace(now.inside[0], code="N1-111", entered_at=now.t)
    engine.play(msgspec.structs.replace(now, seq=now.seq + 1, inside=(newcomer, *now.inside[1:])))
    window.state.poll()
    assert window.notice.words.text() == "N1-111 came in while the store is paused."
    assert window.banner.heading.text().endswith("came in since: N1-111")


def test_a_card_that_was_declined_is_told_once_and_stands_with_its_shopper(
    qtbot: QtBot, window: MainWindow, engine: FakeEngine
) -> None:
    told = said("the card of {code} was declined at the entry: ask for another one", code="N1-111")
    now = engine.advance(5.0)
    declined = msgspec.structs.replace(now.inside[0], code="N1-111", card_trouble=told)
    engine.play(msgspec.structs.replace(now, seq=now.seq + 1, inside=(declined, *now.inside[1:])))
    window.state.poll()
    assert window.notice.words.text() == "The card of N1-111 was declined at the entry: ask for another one."
    window.notice.say("something else")
    engine.play(msgspec.structs.replace(now, seq=now.seq + 2, inside=(declined, *now.inside[1:])))
    window.state.poll()
    assert window.notice.words.text() == "something else"
    rows = InsideModel(window.state, ShopWords(engine.layout))
    rows.refresh()
    states = {rows.index(i, 0).data(): rows.index(i, 4).data() for i in range(rows.rowCount())}
    assert states["N1-111"].startswith("Card declined, ")
    assert sum("Card declined" in state for state in states.values()) == 1
    words = FloorWords(window.state, ShopWords(engine.layout), None)
    assert words.of_shopper(declined.person.track).endswith("card declined at the entry")


def test_nobody_signed_in_is_refused_with_the_way_on(window: MainWindow, engine: FakeEngine) -> None:
    switch(window)
    assert "Sign in first (Ctrl+L)" in window.notice.words.text()
    assert engine.asked == []


def test_a_kiosk_may_not(window: MainWindow, engine: FakeEngine) -> None:
    window.session.take_over(Actor("screen", "kiosk", "window"))
    switch(window)
    assert "may not open or pause the store" in window.notice.words.text()
    assert engine.asked == []


def test_it_stays_paused_while_a_gate_is_lost(qtbot: QtBot, window: MainWindow, engine: FakeEngine) -> None:
    paused(qtbot, window)
    gate = window.state.layout.file.gate[0].id
    engine.down[gate] = lost(gate, "gate")
    engine.advance(1.0)
    window.state.poll()
    switch(window)
    assert window.notice.words.text() == f"The store stays paused: {gate} is lost."
    assert engine.asked == [SetOpen(False)]


def test_the_engine_refuses(qtbot: QtBot, window: MainWindow, engine: FakeEngine, ledger_path: Path) -> None:
    window.session.take_over(Actor("Ada", "staff", "window"))
    engine.refuse = "no room on the disk"
    switch(window)
    qtbot.waitUntil(lambda: "no room on the disk" in window.notice.words.text())
    with Ledger.open(ledger_path, read_only=True) as file:
        assert audit.log(file, about="store") == []
