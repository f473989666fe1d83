"""The panel of a simulated store: choose, send, and see what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from console.back_office.ledger import Ledger
from console.pages.live import LivePage
from console.pages.visits import VisitsPage
from console.widgets.send_shopper import SendShopper
from console.window import MainWindow
from inference.messages.results import CartLine
from inference.messages.wire import Answer, Command, Refused, SentShopper, SourceStatus, Wanted
from inference.messages.wire import SendShopper as Send
from store_layout.model import StoreLayout
from tests.support.fake_engine import EPOCH, FakeEngine
from tests.ui.conftest import OpenWindow, visit

Key = Qt.Key


class SimulatedEngine(FakeEngine):
    """A play of a simulated store: whoever is sent waits until the test lets them go on."""

    def __init__(self, layout: StoreLayout) -> None:
        super().__init__(layout, 2)
        self._source = SourceStatus(kind="simulated", name="Corner Shop")
        self.advance(0.0)

    def request(self, command: Command) -> Answer:
        answer = super().request(command)
        if not isinstance(command, Send) or isinstance(answer, Refused):
            return answer
        number = len(self._source.sent) + 1
        sent = SentShopper(f"p{number}", f"card-{number}", "coming", EPOCH, command.wanted)
        self._source = msgspec.structs.replace(self._source, sent=(*self._source.sent, sent))
        self.advance(0.1)
        return sent

    def go_on(self, number: int, state: str, *has: Wanted) -> None:
        """Somebody who was sent comes to this state."""
        sent = list(self._source.sent)
        sent[number] = msgspec.structs.replace(sent[number], state=state, has=has)
        self._source = msgspec.structs.replace(self._source, sent=tuple(sent))
        self.advance(1.1)


@pytest.fixture
def engine(layout: StoreLayout) -> SimulatedEngine:
    return SimulatedEngine(layout)


def send_panel(window: MainWindow) -> SendShopper:
    page = window.pages[0]
    assert isinstance(page, LivePage)
    return page.send


@pytest.fixture
def panel(qtbot: QtBot, window: MainWindow) -> SendShopper:
    found = send_panel(window)
    qtbot.waitUntil(found.isVisible)
    return found


@pytest.fixture
def close_visit(ledger_path: Path, layout: StoreLayout, engine: SimulatedEngine) -> Callable[..., None]:
    """Puts the visit of somebody who was sent into the ledger."""

    def close(number: int, *lines: Wanted, decision: str = "issue") -> None:
        closed = msgspec.structs.replace(
            visit(10 + number, layout, decision, 0),
            token=f"card-{number + 1}",
            lines=tuple(CartLine(item.sku, item.count, 0.99, ("e",)) for item in lines),
        )
        with Ledger.open(ledger_path) as ledger:
            ledger.post_visit(closed, layout)
        engine.closed += 1
        engine.advance(1.1)

    return close


def choose_by_key(panel: SendShopper, *words: str) -> None:
    panel.search.setFocus()
    for text in words:
        QTest.keyClicks(panel.search, text)
        QTest.keyClick(panel.search, Key.Key_Return)


@pytest.mark.parametrize("recording", [True, False])
def test_into_a_real_store_nobody_can_be_sent(
    qtbot: QtBot, open_window: OpenWindow, layout: StoreLayout, ledger_path: Path, recording: bool
) -> None:
    window = open_window(FakeEngine(layout, 2, recording=recording), ledger_path)
    qtbot.waitUntil(lambda: window.state.snapshot is not None)
    assert not send_panel(window).isVisible()


def test_choose_and_send_by_keyboard_alone(
    qtbot: QtBot, window: MainWindow, panel: SendShopper, engine: SimulatedEngine, layout: StoreLayout
) -> None:
    assert window.status.source.text() == "Simulated, Corner Shop, 0:00"
    assert panel.button.text() == "Send a shopper who only looks"
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert window.focusWidget() is panel.search
    cola, crisps = layout.catalog[0], next(p for p in layout.catalog if "Crisps" in p.name)
    choose_by_key(panel, "zero cola", "crisps", "crisps")
    assert panel.wanted == {cola.sku: 1, crisps.sku: 2}
    assert panel.button.text() == "Send a shopper for 3 items"
    assert window.focusWidget() is panel.search
    for _ in range(10):
        QTest.keyClick(window.focusWidget() or window, Key.Key_Tab)
        focused = window.focusWidget()
        if focused is not None and focused.accessibleName() == f"One more {cola.name}":
            break
    else:
        pytest.fail("+ is not reached with Tab")
    QTest.keyClick(focused, Key.Key_Space)
    assert panel.wanted[cola.sku] == 2
    panel.button.setFocus()
    QTest.keyClick(panel.button, Key.Key_Space)
    assert panel.button.text() == "Sending …"
    assert not panel.button.isEnabled()
    qtbot.waitUntil(lambda: panel.button.text() == "Send a shopper who only looks")
    assert engine.asked == [Send((Wanted(cola.sku, 2), Wanted(crisps.sku, 2)))]
    assert panel.wanted == {}


def test_arrows_choose_among_what_was_found_and_escape_gives_up(
    panel: SendShopper, layout: StoreLayout
) -> None:
    panel.search.setFocus()
    QTest.keyClicks(panel.search, "o")
    assert panel.found.isVisible()
    assert panel.found.model().rowCount() > 1
    QTest.keyClick(panel.search, Key.Key_Down)
    assert panel.found.hasFocus()
    QTest.keyClick(panel.found, Key.Key_Down)
    second = panel.found.model().index(1, 0).data()
    QTest.keyClick(panel.found, Key.Key_Return)
    (sku,) = panel.wanted
    assert second.startswith(layout.products[sku].name)
    assert panel.search.hasFocus()
    assert not panel.found.isVisible()
    QTest.keyClicks(panel.search, "zzz")
    assert panel._nothing.isVisible()
    QTest.keyClick(panel.search, Key.Key_Return)
    assert list(panel.wanted) == [sku]
    QTest.keyClick(panel.search, Key.Key_Escape)
    assert panel.search.text() == ""
    assert not panel._nothing.isVisible()


def test_one_less_until_it_is_gone_leaves_the_keys_somewhere(panel: SendShopper, layout: StoreLayout) -> None:
    first, second = layout.catalog[0].sku, layout.catalog[1].sku
    panel.choose(first, 2)
    panel.choose(second)
    row = panel._rows[0]
    row.fewer.setFocus()
    QTest.keyClick(row.fewer, Key.Key_Space)
    assert panel.wanted == {first: 1, second: 1}
    assert row.fewer.hasFocus()
    QTest.keyClick(row.fewer, Key.Key_Space)
    assert panel.wanted == {second: 1}
    assert panel.search.hasFocus()
    assert [r.isVisible() for r in panel._rows] == [True, False]
    assert panel._rows[0].fewer.accessibleName() == f"One {layout.catalog[1].name} less"


def test_a_refusal_is_said_and_what_was_chosen_stays(
    qtbot: QtBot, panel: SendShopper, engine: SimulatedEngine, layout: StoreLayout
) -> None:
    engine.refuse = "the store is full: 11 people are inside, wait until somebody has left"
    panel.choose(layout.catalog[0].sku)
    panel.button.click()
    qtbot.waitUntil(panel._refusal.isVisible)
    assert panel._refusal.text() == f"Nobody was sent in: {engine.refuse}"
    assert panel.wanted == {layout.catalog[0].sku: 1}
    assert panel.button.isEnabled()
    panel.choose(layout.catalog[1].sku)
    assert not panel._refusal.isVisible()


def test_into_a_paused_store_nobody_is_sent_and_it_is_said_before_anybody_tries(
    window: MainWindow, panel: SendShopper, engine: SimulatedEngine, layout: StoreLayout
) -> None:
    engine.paused_since = EPOCH
    engine.advance(0.1)
    window.state.poll()
    assert panel._refusal.text() == "The store is paused: nobody comes in until it is open again."
    panel.choose(layout.catalog[0].sku)
    assert panel._refusal.isVisible()
    assert not panel.button.isEnabled()
    engine.paused_since = None
    engine.advance(0.1)
    window.state.poll()
    assert not panel._refusal.isVisible()
    assert panel.button.isEnabled()
    assert panel.wanted == {layout.catalog[0].sku: 1}


def test_from_being_sent_to_the_receipt(
    *,
    qtbot: QtBot,
    window: MainWindow,
    panel: SendShopper,
    engine: SimulatedEngine,
    layout: StoreLayout,
    close_visit: Callable[..., None],
) -> None:
    cola, water = layout.catalog[0], layout.catalog[1]
    panel.choose(cola.sku, 2)
    panel.choose(water.sku)
    panel.button.click()
    shown = panel.fates[0]

    def says(words: str) -> None:
        qtbot.waitUntil(lambda: shown.isVisible() and shown.what.text() == words)

    says("On the way in")
    assert shown.who.text() == f"For 2 {cola.name}, {water.name}"
    assert not shown.show_visit.isVisible()
    engine.go_on(0, "inside")
    says("Inside, has taken nothing yet")
    engine.go_on(0, "inside", Wanted(cola.sku, 2))
    says(f"Inside, took 2 {cola.name}")
    truly = (Wanted(cola.sku, 2), Wanted(water.sku))
    engine.go_on(0, "left", *truly)
    says(f"Left with 2 {cola.name}, {water.name}; the receipt comes in a moment")
    close_visit(0, *truly)
    qtbot.waitUntil(lambda: shown.what.text().startswith("Receipt R-000003, "))
    assert shown.what.text().endswith(": exactly what was taken")
    assert shown.what.property("tone") == "good"
    assert shown.show_visit.text() == "Show receipt R-000003"
    shown.show_visit.click()
    assert window.page.name == "visits"
    page = window.page
    assert isinstance(page, VisitsPage)
    assert page.closed.currentIndex().siblingAtColumn(6).data() == "R-000003"
    assert page.detail.accessibleName() == "Visit Q10-1010, Receipt"


@pytest.mark.parametrize(
    ("truly", "found", "decision", "said", "tone"),
    [
        ((0,), (1,), "issue", "not what was taken, which is {0}", "wrong"),
        ((), (1,), "issue", "not what was taken, which is nothing", "wrong"),
        ((0,), (), "nothing", "No receipt: not what was taken, which is {0}", "wrong"),
        ((), (), "nothing", "Left with nothing, and no receipt: right", "good"),
        ((0,), (1,), "review", "Left with {0}; a person is asked first", "waiting"),
    ],
)
def test_whether_it_is_right_is_said(
    *,
    qtbot: QtBot,
    panel: SendShopper,
    engine: SimulatedEngine,
    layout: StoreLayout,
    close_visit: Callable[..., None],
    truly: tuple[int, ...],
    found: tuple[int, ...],
    decision: str,
    said: str,
    tone: str,
) -> None:
    panel.button.click()
    qtbot.waitUntil(lambda: len(engine._source.sent) == 1)
    engine.go_on(0, "left", *(Wanted(layout.catalog[n].sku) for n in truly))
    close_visit(0, *(Wanted(layout.catalog[n].sku) for n in found), decision=decision)
    words = said.format(layout.catalog[0].name)
    qtbot.waitUntil(lambda: panel.fates[0].what.text().endswith(words))
    assert panel.fates[0].what.property("tone") == tone
    assert panel.fates[0].show_visit.isVisible()


def test_the_latest_two_are_shown_and_live_data_make_no_widgets(
    qtbot: QtBot, window: MainWindow, panel: SendShopper, engine: SimulatedEngine, layout: StoreLayout
) -> None:
    for n in range(3):
        panel.choose(layout.catalog[n].sku)
        panel.button.click()
        qtbot.waitUntil(panel.button.isEnabled)
        assert len(engine._source.sent) == n + 1
    qtbot.waitUntil(panel.fates[1].isVisible)
    names = [p.name for p in layout.catalog]
    qtbot.waitUntil(lambda: [f.who.text() for f in panel.fates] == [f"For {names[2]}", f"For {names[1]}"])
    before = len(window.findChildren(QWidget))
    for n in range(3):
        engine.go_on(n, "inside", Wanted(layout.catalog[n].sku))
        window.state.poll()
    assert len(window.findChildren(QWidget)) == before
    assert panel.fates[0].what.text() == f"Inside, took {names[2]}"


def test_everything_that_can_be_pressed_has_a_name_in_both_themes(
    window: MainWindow, panel: SendShopper, layout: StoreLayout
) -> None:
    for product in layout.catalog[:6]:
        panel.choose(product.sku)
    for theme in ("light", "dark"):
        window.appearance.choose(theme)
        nameless = [
            button
            for button in panel.findChildren(QAbstractButton)
            if not isinstance(button.parent(), QLineEdit)
            and not button.text()
            and not button.accessibleName()
        ]
        assert [button for button in nameless if button.isVisible()] == []
    for widget in (panel.search, panel.found):
        assert widget.accessibleName()
