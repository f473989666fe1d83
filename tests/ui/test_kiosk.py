"""The screen for visitors: what it shows, and that nobody gets out of it without a manager's PIN."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from argon2 import PasswordHasher
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from console.back_office import audit, operators
from console.back_office.ledger import Ledger
from console.item_models.recorded_words import recorded_facts
from console.kiosk.window import KioskWindow
from console.widgets.kiosk_type import SMALLEST_TOUCH
from inference.messages.results import CartLine
from inference.messages.wire import SendShopper, Wanted
from store_layout.model import Retention, StoreLayout
from tests.back_office.people import PIN, crew
from tests.support.fake_engine import EPOCH, code_of
from tests.ui.conftest import visit
from tests.ui.test_send_shopper import SimulatedEngine

Key = Qt.Key
Mod = Qt.KeyboardModifier
OpenKiosk = Callable[[], KioskWindow]


@pytest.fixture
def engine(layout: StoreLayout) -> SimulatedEngine:
    return SimulatedEngine(layout)


@pytest.fixture
def open_kiosk(
    qtbot: QtBot, layout: StoreLayout, engine: SimulatedEngine, ledger_path: Path, tmp_path: Path
) -> Iterator[OpenKiosk]:
    opened: list[KioskWindow] = []

    def show() -> KioskWindow:
        made = KioskWindow(layout, engine, ledger_path, tmp_path / "settings", size=QSize(1366, 768))
        opened.append(made)
        made.resize(1366, 768)
        made.show()
        made.activateWindow()
        qtbot.waitUntil(lambda: made.exit.managers is not None and not made.busy)
        return made

    yield show
    for made in opened:
        if made.isVisible():
            made.leave()
        made.deleteLater()


@pytest.fixture(autouse=True)
def cheap_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    """PINs are hashed at no cost here: what they cost is the back office's concern."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(operators, "hasher", lambda: cheap)


@pytest.fixture
def people(ledger_path: Path) -> None:
    """Mara is a manager, Sam is staff."""
    with Ledger.open(ledger_path) as ledger:
        crew(ledger, "Sam")


@pytest.fixture
def kiosk(open_kiosk: OpenKiosk, people: None) -> KioskWindow:
    return open_kiosk()


def press(kiosk: KioskWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Mod.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or kiosk, key, modifier)


def type_pin(qtbot: QtBot, kiosk: KioskWindow, pin: str) -> None:
    kiosk.show_pin()
    qtbot.waitUntil(lambda: not kiosk.busy)
    QTest.keyClicks(kiosk.pin, pin)
    QTest.keyClick(kiosk.pin, Key.Key_Return)


WAYS_OUT = (
    (Key.Key_F4, Mod.AltModifier),
    (Key.Key_Q, Mod.ControlModifier),
    (Key.Key_W, Mod.ControlModifier),
    (Key.Key_K, Mod.ControlModifier),
    (Key.Key_C, Mod.ControlModifier),
    (Key.Key_L, Mod.ControlModifier),
    (Key.Key_T, Mod.ControlModifier),
    (Key.Key_1, Mod.ControlModifier),
    (Key.Key_M, Mod.AltModifier),
    (Key.Key_Tab, Mod.AltModifier),
    (Key.Key_Escape, Mod.NoModifier),
    (Key.Key_F1, Mod.NoModifier),
    (Key.Key_F11, Mod.NoModifier),
    (Key.Key_Escape, Mod.ControlModifier),
)


@pytest.mark.parametrize("page", ["attract", "floor", "shop", "facts", "pin"])
def test_escape_from_kiosk_is_refused(kiosk: KioskWindow, page: str) -> None:
    for key, modifier in WAYS_OUT:
        if page != "attract":
            kiosk.wake()
        if page not in ("attract", "floor"):
            {"shop": kiosk.show_shop, "facts": kiosk.show_facts, "pin": kiosk.show_pin}[page]()
        press(kiosk, key, modifier)
        assert kiosk.isVisible(), (page, key)
        assert not kiosk.close(), (page, key)
        assert kiosk.isVisible(), (page, key)
        assert QApplication.activeWindow() in (kiosk, None)
        assert not QApplication.activePopupWidget()
        assert not kiosk.actions()


def test_no_menu_opens_anywhere(kiosk: KioskWindow) -> None:
    for part in (kiosk.floor.map, kiosk.pin, kiosk.floor.send):
        where = part.rect().center()
        QApplication.sendEvent(
            part, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, part.mapToGlobal(where))
        )
        assert QApplication.activePopupWidget() is None


def test_a_managers_pin_leads_out_and_is_in_the_log(
    qtbot: QtBot, kiosk: KioskWindow, ledger_path: Path
) -> None:
    with qtbot.waitSignal(kiosk.ended):
        type_pin(qtbot, kiosk, PIN["Mara"])
    assert not kiosk.isVisible()
    with Ledger.open(ledger_path, read_only=True) as ledger:
        newest = audit.log(ledger, 1)[0]
    assert (newest.who, newest.what, newest.screen) == ("Mara", "left the kiosk", "kiosk")


def test_a_wrong_pin_does_not_and_neither_does_one_of_staff(
    qtbot: QtBot, kiosk: KioskWindow, ledger_path: Path
) -> None:
    with qtbot.waitSignal(kiosk.exit.refused):
        type_pin(qtbot, kiosk, "918273")
    assert kiosk.isVisible()
    assert kiosk.pin.refusal.text() == "Name or PIN is wrong."
    with qtbot.waitSignal(kiosk.exit.refused):
        kiosk.exit.try_pin("Sam", PIN["Sam"])
    assert kiosk.pin.refusal.text() == "Only a manager can end the kiosk."
    assert not kiosk.close()
    with Ledger.open(ledger_path, read_only=True) as ledger:
        told = [(row.what, row.about or row.who) for row in audit.log(ledger, 2)]
    assert told == [("was refused to leave the kiosk", "Sam"), ("wrong PIN", "Mara")]


def test_what_was_typed_is_forgotten(qtbot: QtBot, kiosk: KioskWindow) -> None:
    kiosk.show_pin()
    qtbot.waitUntil(lambda: not kiosk.busy)
    QTest.keyClicks(kiosk.pin, "1")
    assert kiosk.pin.dots.accessibleName() == "Digits typed: 1"
    kiosk.pin.back.click()
    kiosk.show_pin()
    assert kiosk.pin.dots.accessibleName() == "Digits typed: 0"


def test_without_a_manager_one_is_made_first(qtbot: QtBot, open_kiosk: OpenKiosk) -> None:
    kiosk = open_kiosk()
    qtbot.waitUntil(kiosk.sign_in.name.isVisible)
    kiosk.sign_in.name.setText("Noor")
    for field in (kiosk.sign_in.new, kiosk.sign_in.again):
        field.setText("472913")
    QTest.keyClick(kiosk.sign_in.again, Key.Key_Return)
    qtbot.waitUntil(lambda: kiosk.shown is kiosk.floor)
    assert kiosk.session.actor is None, "somebody stays signed in on the visitors' screen"
    assert not kiosk.close()
    with qtbot.waitSignal(kiosk.ended):
        type_pin(qtbot, kiosk, "472913")


def test_before_there_is_a_manager_it_can_be_closed(open_kiosk: OpenKiosk) -> None:
    kiosk = open_kiosk()
    kiosk.not_now.click()
    assert not kiosk.isVisible()


def test_the_first_touch_only_wakes_it_and_idle_brings_it_back(qtbot: QtBot, kiosk: KioskWindow) -> None:
    kiosk._idle.setInterval(60)
    assert attracts(kiosk)
    QTest.mouseClick(kiosk.floor.out, Qt.MouseButton.LeftButton)
    assert not attracts(kiosk)
    kiosk._idle.setInterval(150)
    kiosk.show_facts()
    qtbot.waitUntil(lambda: kiosk.floor.attracting)
    assert kiosk.shown is kiosk.floor


def test_the_attract_loop_tells_everything_in_turn(kiosk: KioskWindow) -> None:
    told = set()
    for _ in range(12):
        side = kiosk.floor._side.currentWidget()
        assert side is not None
        told.add(kiosk.floor.hero.text() if side is kiosk.floor._words else side.accessibleName())
        kiosk.floor.turn_on()
    assert {fact.heading for fact in recorded_facts(kiosk.state.layout)} <= told
    assert "Take what you like. Walk out." in told
    assert "2 shoppers inside now" in told
    assert any("Receipt R-000002" in each for each in told)


def test_a_paused_store_and_an_engine_that_is_away_say_so(
    kiosk: KioskWindow, engine: SimulatedEngine
) -> None:
    floor = kiosk.floor
    engine.paused_since = EPOCH
    engine.advance(0.1)
    kiosk.state.poll()
    assert (floor.hero.text(), floor.inside.text()) == ("Closed for the moment",) * 2
    kiosk.wake()
    assert floor._side.currentWidget() is floor.slip  # whoever is inside goes on shopping
    assert (floor.send.isEnabled(), floor.send.text()) == (False, "Nobody is let in just now")
    engine.state = "starting"
    kiosk.state.poll()
    for look in (kiosk.attract, kiosk.wake):
        look()
        assert (floor.hero.text(), floor.inside.text()) == ("Back in a moment",) * 2
        assert floor._side.currentWidget() is floor._words


def attracts(kiosk: KioskWindow) -> bool:
    return kiosk.floor.attracting


def shows_receipt(kiosk: KioskWindow) -> bool:
    return kiosk.floor.slip.slip is not None and kiosk.floor.slip.slip.is_receipt


def test_touching_a_shopper_follows_them_to_the_receipt(
    qtbot: QtBot, kiosk: KioskWindow, engine: SimulatedEngine, ledger_path: Path, layout: StoreLayout
) -> None:
    kiosk.wake()
    person = engine.latest().inside[1].person  # type: ignore[union-attr]
    where = kiosk.floor.map.view.to_pixel(person.position) * kiosk.floor.map._larger
    QTest.mouseClick(kiosk.floor.map, Qt.MouseButton.LeftButton, pos=where.toPoint())
    code = code_of(2)
    assert kiosk.state.selected == 2
    assert kiosk.floor.slip.slip is not None
    assert (kiosk.floor.slip.slip.code, kiosk.floor.slip.slip.total_word) == (code, "So far")
    engine.shoppers = 1
    engine.advance(1.0)
    kiosk.state.poll()
    assert kiosk.floor.slip.slip.note == "The receipt comes in a moment."
    assert kiosk.floor.slip.slip.lines, "what was in the cart is still to be seen"
    taken = CartLine(layout.catalog[0].sku, 2, 0.99, ("e",))
    closed = msgspec.structs.replace(
        visit(9, layout), code=code, lines=(taken,), entered_at=EPOCH - 80, closed_at=EPOCH + 3
    )
    with Ledger.open(ledger_path) as ledger:
        ledger.post_visit(closed, layout)
    kiosk.history.refresh()
    qtbot.waitUntil(lambda: shows_receipt(kiosk))
    assert kiosk.floor.slip.slip.caption == "Receipt R-000003"
    assert layout.catalog[0].name in kiosk.floor.slip.accessibleName()


def test_a_visitor_is_told_what_comes_next(
    qtbot: QtBot, kiosk: KioskWindow, engine: SimulatedEngine, layout: StoreLayout
) -> None:
    floor = kiosk.floor
    assert floor.prompt.text() == "Touch anywhere to send a shopper in"
    engine.shoppers = 0
    engine.advance(1.0)
    kiosk.state.poll()
    kiosk.wake()
    assert (floor.hero.text(), floor.hint.text()) == ("The shop is empty", "")
    first, second = (product.sku for product in layout.catalog[:2])
    kiosk.show_shop()
    kiosk.shop.choose(first, 2)
    kiosk.shop.choose(second, 1)
    kiosk.shop.send.click()
    qtbot.waitUntil(lambda: kiosk.shown is kiosk.floor)
    engine.go_on(0, "coming")
    kiosk.state.poll()
    assert floor.send.text() == "Send another shopper in"
    assert floor.hint.text().startswith("Follow your shopper")
    engine.shoppers = 2  # the second of the play carries something
    kiosk.story._code = code_of(2)
    names = [layout.products[sku].name for sku in (first, second)]
    for has, note in (
        ((Wanted(first, 1),), f"They still look for {names[0]}, {names[1]}."),
        (
            (Wanted(first, 2), Wanted(second, 1)),
            "They have it all and walk out: the receipt comes by itself.",
        ),
    ):
        engine.go_on(0, "inside", *has)
        kiosk.state.poll()
        assert floor.slip.slip is not None
        assert (floor.slip.slip.code, floor.slip.slip.note) == (code_of(2), note)


def test_a_kiosk_that_starts_says_that_it_does(open_kiosk: OpenKiosk, engine: SimulatedEngine) -> None:
    engine.silence()
    engine.state = "starting"
    floor = open_kiosk().floor
    assert (floor.hero.text(), floor.inside.text()) == ("One moment", "")


def test_a_visitor_sends_a_shopper_and_sees_the_receipt(
    qtbot: QtBot, kiosk: KioskWindow, engine: SimulatedEngine, ledger_path: Path, layout: StoreLayout
) -> None:
    kiosk.wake()
    kiosk.floor.send.click()
    assert kiosk.shown is kiosk.shop
    first, second = kiosk.shop.tiles[0], kiosk.shop.tiles[1]
    for tile in (first, second, second):
        QTest.mouseClick(tile, Qt.MouseButton.LeftButton)
    QTest.mouseClick(second, Qt.MouseButton.LeftButton, pos=second.minus_box().center().toPoint())
    assert kiosk.shop.wanted == {first.sku: 1, second.sku: 1}
    kiosk.shop.send.click()
    qtbot.waitUntil(lambda: kiosk.shown is kiosk.floor)
    assert engine.asked[-1] == SendShopper((Wanted(first.sku, 1), Wanted(second.sku, 1)))
    kiosk.state.poll()
    assert kiosk.floor.slip.slip is not None
    assert kiosk.floor.slip.slip.caption == "On the way in"
    kiosk._idle.start(30)
    QTest.qWait(80)
    assert not kiosk.floor.attracting, "whoever watches their shopper was taken for gone"
    kiosk._idle.start(60_000)
    engine.go_on(0, "left", Wanted(first.sku, 1), Wanted(second.sku, 1))
    lines = tuple(CartLine(tile.sku, 1, 0.99, ("e",)) for tile in (first, second))
    closed = msgspec.structs.replace(visit(20, layout), lines=lines, token="card-1")  # noqa: S106  # a card's
    with Ledger.open(ledger_path) as ledger:
        ledger.post_visit(closed, layout)
    kiosk.state.poll()
    kiosk.history.refresh()
    qtbot.waitUntil(lambda: shows_receipt(kiosk))
    assert kiosk.floor.slip.slip.note == "Exactly what was taken."
    kiosk._idle.start(30)
    qtbot.waitUntil(lambda: kiosk.floor.attracting)


def test_a_store_paused_while_somebody_chooses_says_so_and_keeps_what_is_chosen(
    kiosk: KioskWindow, engine: SimulatedEngine
) -> None:
    shop = kiosk.shop
    kiosk.show_shop()
    shop.choose(shop.tiles[0].sku, 1)
    engine.paused_since = EPOCH
    engine.advance(0.1)
    kiosk.state.poll()
    assert shop.refusal.text() == "The store is paused: nobody comes in until it is open again."
    shop.choose(shop.tiles[1].sku, 1)
    assert shop.refusal.text().startswith("The store is paused")
    assert not shop.send.isEnabled()
    engine.paused_since = None
    engine.advance(0.1)
    kiosk.state.poll()
    assert shop.refusal.text() == ""
    assert shop.send.isEnabled()
    assert sum(shop.wanted.values()) == 2


def test_more_than_can_be_carried_is_refused(kiosk: KioskWindow) -> None:
    kiosk.show_shop()
    for _ in range(8):
        kiosk.shop.choose(kiosk.shop.tiles[0].sku, 1)
    assert sum(kiosk.shop.wanted.values()) == 6
    assert kiosk.shop.refusal.text() == "They can carry 6 things at most."


def test_everything_to_touch_is_large_enough_and_has_a_name(kiosk: KioskWindow) -> None:
    kiosk.wake()
    for page in (kiosk.show_floor, kiosk.show_shop, kiosk.show_facts, kiosk.show_pin):
        page()
        QApplication.processEvents()
        buttons = [b for b in kiosk.findChildren(QAbstractButton) if b.isVisible() and b.isEnabled()]
        assert buttons
        for button in buttons:
            assert min(button.width(), button.height()) >= SMALLEST_TOUCH, button.text()
            assert button.accessibleName() or button.text(), button
        assert not [f for f in kiosk.findChildren(QLineEdit) if f.isVisible()]
    assert kiosk.shop.tiles[0].minus_box().width() >= SMALLEST_TOUCH


def test_a_store_that_does_not_simulate_offers_nobody(kiosk: KioskWindow, engine: SimulatedEngine) -> None:
    engine._source = msgspec.structs.replace(engine._source, kind="live")
    engine.advance(0.1)
    kiosk.state.poll()
    kiosk.wake()
    assert not kiosk.floor.send.isVisible()


def test_keys_reach_what_is_focused(kiosk: KioskWindow) -> None:
    kiosk.wake()
    kiosk.floor.recorded.setFocus()
    press(kiosk, Key.Key_Space)
    assert kiosk.shown is kiosk._facts_page
    press(kiosk, Key.Key_Escape)
    assert kiosk.shown is kiosk.floor


def test_what_is_recorded_follows_the_stores_settings(layout: StoreLayout) -> None:
    def told(retention: Retention) -> str:
        file = msgspec.structs.replace(layout.file, retention=retention)
        return " ".join(f.text for f in recorded_facts(msgspec.structs.replace(layout, file=file)))

    words = told(Retention(clips_days=7, visits_days=1, documents_years=10))
    assert "heads blurred, for 7 days" in words
    assert "kept for 1 day;" in words
    assert "at least for 10 years" in words
    words = told(Retention(clips_days=0, visits_days=30, documents_years=6))
    assert "No picture is kept." in words
    assert "clip" not in words
