from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from console.back_office import audit
from console.back_office.ledger import Ledger
from console.cli.picture import StillLink
from console.cli.picture_traces import telling_slot
from console.item_models.shelf_words import event_words, slot_said
from console.item_models.words import ShopWords
from console.operations.gondolas import Face, Placed
from console.pages.shelves import ShelvesPage
from console.theme.appearance import Appearance
from console.theme.tokens import SPACE_4
from console.widgets.gondola_area import GondolaArea
from console.widgets.gondola_view import LEAST_TILE, GondolaView
from console.widgets.product_pictures import ProductPictures
from console.widgets.trace_plot import TracePlot
from console.window import MainWindow
from console.window_picture import render_to
from inference.messages.shelves import Misplaced, ScaleDetail, ScaleEvent, SlotMove
from inference.messages.wire import GetScale, TareScale
from store_layout.model import StoreLayout
from tests.support.fake_engine import EPOCH, FakeEngine
from tests.ui.conftest import OpenWindow

CTRL = Qt.KeyboardModifier.ControlModifier
PLAIN = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> ShelvesPage:
    window.show_page("shelves")
    made = window.page
    assert isinstance(made, ShelvesPage)
    return made


def press(
    window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.keyClick(window.focusWidget() or window, key, modifier)


def said(pane: QWidget) -> str:
    return " | ".join(found.text() for found in pane.findChildren(QLabel) if found.isVisible())


def play(window: MainWindow, engine: FakeEngine, seconds: float = 0.3) -> None:
    engine.advance(seconds)
    window.state.poll()


def test_slots_by_arrows_and_sides_by_page_keys(window: MainWindow, page: ShelvesPage) -> None:
    first = page.gondola.slot
    tiles = list(page.gondola.tiles)
    assert window.focusWidget() is page.gondola.tiles[first]
    press(window, Qt.Key.Key_Right)
    assert page.gondola.slot == tiles[tiles.index(first) + 1]
    press(window, Qt.Key.Key_Left)
    press(window, Qt.Key.Key_Left)
    assert page.gondola.slot == first, "nothing lies left of the first"
    press(window, Qt.Key.Key_PageDown)
    assert page.gondola.slot not in tiles
    assert window.focusWidget() is page.gondola.tiles[page.gondola.slot]
    press(window, Qt.Key.Key_PageUp)
    assert page.gondola.slot in tiles


def test_a_tile_and_the_pane_say_what_is_there(
    window: MainWindow, engine: FakeEngine, page: ShelvesPage, qtbot: QtBot
) -> None:
    page.show_slot("g1-000")
    assert "Cola Zero 0.33 l, 10 units" in page.gondola.tiles["g1-000"].accessibleName()
    told = said(page.pane)
    assert "Price | €1.29 | Units by weight | 10 | Units by the books | – | Weighs | 3\u2009550 g" in told
    qtbot.waitUntil(lambda: page.pane.history.model().rowCount() == 1)
    assert page.pane.history.model().index(0, 2).data() == "1 taken by K7-204 (72%)", "named above"
    assert any(isinstance(asked, GetScale) and asked.scale == "s000" for asked in engine.asked)


def test_only_the_scale_looked_at_is_asked_for_and_none_while_hidden(
    window: MainWindow, engine: FakeEngine, page: ShelvesPage, qtbot: QtBot
) -> None:
    page.show_slot("g1-000")
    qtbot.waitUntil(lambda: len(window.shelf_desk.times) > 500)
    window.show_page("live")
    qtbot.waitUntil(lambda: not window.busy)
    engine.asked.clear()
    qtbot.wait(600)
    assert engine.asked == []
    assert window.shelf_desk.scale == ""


def test_a_slot_chosen_while_anothers_weights_are_on_their_way_does_not_wait_for_the_timer(
    window: MainWindow, page: ShelvesPage, qtbot: QtBot
) -> None:
    page.show_slot("g1-000")
    qtbot.waitUntil(lambda: not window.busy)
    desk = window.shelf_desk
    desk.watch("s001")
    desk.watch("s000")
    desk._timer.stop()
    qtbot.waitUntil(lambda: not window.busy)
    assert desk.scale == "s000"
    assert len(desk.times) == 601


def test_a_picture_of_the_page_shows_the_weights_of_its_moment(
    engine: FakeEngine, open_window: OpenWindow, tmp_path: Path
) -> None:
    now = engine.advance(0.0)
    detail = engine.request(GetScale("s001"))
    assert isinstance(detail, ScaleDetail)
    still = open_window(StillLink(now, {}, {"s001": detail}), tmp_path / "still")
    slot = telling_slot({"s001": detail}, engine.layout)
    render_to(tmp_path / "shelves.png", (1366, 768), "light", "shelves", still, what=f"slot {slot}")
    page = still.page
    assert isinstance(page, ShelvesPage)
    assert page.gondola.slot == slot
    assert not page.pane.plot._nothing.isVisible()
    assert len(still.shelf_desk.times) == 601


def test_faults_are_told_by_sign_and_word(window: MainWindow, engine: FakeEngine, page: ShelvesPage) -> None:
    page.show_slot("g1-000")
    engine.faults["s000"] = ("stuck", "drifting")
    play(window, engine)
    assert "Stuck, Drifting" in page.gondola.tiles["g1-000"].accessibleName()
    assert "Stuck: It says exactly the same all the time." in said(page.pane)
    assert "units" not in page.gondola.tiles["g1-000"].accessibleName()
    assert page.badge == ("1", "wrong")
    assert "(1)  Gondola 1, left side" in [page.list.item(i).text() for i in range(page.list.count())]


def test_set_the_zero_by_key_and_take_it_back(
    window: MainWindow, engine: FakeEngine, page: ShelvesPage, qtbot: QtBot, ledger_path: Path
) -> None:
    page.show_slot("g1-000")
    engine.levels["s000"] = 3600.0
    play(window, engine)
    press(window, Qt.Key.Key_0, CTRL)
    assert window.focusWidget() is page.pane.load
    page.pane.load.selectAll()
    QTest.keyClicks(page.pane.load, "8")
    assert page.pane.set_zero.text() == "Set zero: 8 units lie on it"
    press(window, Qt.Key.Key_Tab)
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: TareScale("s000", 8 * 355.0) in engine.asked)
    qtbot.waitUntil(lambda: "Zero set: s000 counts from +760 g" in window.notice.words.text())
    play(window, engine)
    assert "Units by weight | 8" in said(page.pane)
    with Ledger.open(ledger_path, read_only=True) as ledger:
        (line,) = audit.log(ledger, about="s000")
    assert line.what == "set the zero of a scale"
    assert line.why.startswith("8 units lie on it: s000 counts from +760 g")
    press(window, Qt.Key.Key_Tab)
    assert window.focusWidget() is page.pane.undo
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: engine.zeros["s000"][0] == 0.0)
    qtbot.waitUntil(lambda: not window.busy)


def test_a_refused_zero_is_explained(
    window: MainWindow, engine: FakeEngine, page: ShelvesPage, qtbot: QtBot, ledger_path: Path
) -> None:
    page.show_slot("g1-000")
    engine.refuse = "something moves on s000: wait until it is at rest"
    page.pane.set_zero.click()
    qtbot.waitUntil(lambda: "The zero was not set: something moves" in window.notice.words.text())
    with Ledger.open(ledger_path, read_only=True) as ledger:
        assert audit.log(ledger, about="s000") == []


def test_a_task_by_key_until_the_scale_shows_it(
    window: MainWindow, engine: FakeEngine, page: ShelvesPage
) -> None:
    assert "Nothing to do" in said(page)
    engine.levels["s000"] = 0.0
    engine.misplaced = (Misplaced("g2-014", "4001", 0.95),)
    play(window, engine)
    model = page.table.model()
    assert [model.index(row, 0).data() for row in range(2)] == ["Tidy 1 unit away", "Fill up, it is empty"]
    press(window, Qt.Key.Key_J, CTRL)
    press(window, Qt.Key.Key_End, CTRL)
    press(window, Qt.Key.Key_D, CTRL)
    assert model.index(1, 4).data() == "said to be done; the scale is waited for"
    press(window, Qt.Key.Key_Z, CTRL)
    assert model.index(1, 4).data() == "to be done"
    press(window, Qt.Key.Key_D, CTRL)
    engine.levels["s000"] = 3550.0
    play(window, engine)
    assert model.rowCount() == 1
    assert page.badge == ("1", "waiting")
    press(window, Qt.Key.Key_Home, CTRL)
    press(window, Qt.Key.Key_Return)
    assert page.gondola.slot == "g2-014"
    assert "1 Cola Zero 0.33 l does not belong here" in said(page.pane)


def test_the_page_opens_as_it_was_left(window: MainWindow, page: ShelvesPage) -> None:
    page.show_slot("g2-020")
    page.keep(window._settings)
    page.show_slot("g1-000")
    page.take_up(window._settings)
    assert page.gondola.slot == "g2-020"


def test_a_click_on_the_plan_shows_the_side_clicked_from(page: ShelvesPage) -> None:
    view = page.map._view
    for x, side in ((1.9, "left"), (3.1, "right")):
        QTest.mouseClick(page.map, Qt.MouseButton.LeftButton, pos=view.to_pixel((x, 4.0)).toPoint())
        assert page._title.text() == f"Gondola 1, {side} side"


@pytest.mark.parametrize(
    ("event", "words_said"),
    [
        (ScaleEvent("e", EPOCH, -355.0), "not explained yet"),
        (ScaleEvent("e", EPOCH, -3.0, (), "", 0.9), "nothing was taken"),
        (ScaleEvent("e", EPOCH, 1.0, (SlotMove("a", "4001", -2),), "K7-204", 0.95),
         "2 Cola Zero 0.33 l put back by K7-204"),
        (ScaleEvent("e", EPOCH, 1.0, (SlotMove("a", "4001", -6),), "", 0.8),
         "6 Cola Zero 0.33 l filled up (80%)"),
        (ScaleEvent("e", EPOCH, 1.0, (SlotMove("a", "4001", 1),), "", 0.95),
         "1 Cola Zero 0.33 l taken, not charged"),
    ],
)  # fmt: skip
def test_events_in_words(event: ScaleEvent, words_said: str, words: ShopWords) -> None:
    assert event_words(event, words) == words_said


def test_the_trace_draws_levels_of_units_and_events(
    page: ShelvesPage, words: ShopWords, qtbot: QtBot
) -> None:
    plot = page.pane.plot
    assert isinstance(plot, TracePlot)
    times = [EPOCH + i / 10 for i in range(600)]
    plot.show_trace(times, [3550.0] * 300 + [3195.0] * 300, [ScaleEvent("e", EPOCH + 30, -355.0)], 355.0)
    assert [line.label.format for line in plot._lines] == ["9 units", "10 units", "−355 g"]
    assert [line.value() for line in plot._lines] == pytest.approx([3195.0, 3550.0, -29.9])
    assert plot.accessibleDescription().startswith("Now 3195 g; between 3195 g and 3550 g")


def test_words_of_events_soon_after_each_other_stand_below_each_other(
    page: ShelvesPage, qtbot: QtBot
) -> None:
    plot = page.pane.plot
    times = [EPOCH + i / 10 for i in range(1800)]
    events = [ScaleEvent(f"e{t}", EPOCH + t, -355.0) for t in (10, 100, 104, 109, 175)]
    plot.show_trace(times, [3550.0] * 1800, events, 0.0)
    heights = [round(line.label.orthoPos, 2) for line in plot._lines]
    assert heights == [0.98, 0.98, 0.9, 0.82, 0.98]


def test_while_the_page_is_hidden_all_slots_are_looked_at_within_a_second_and_the_badge_is_kept_up(
    window: MainWindow, engine: FakeEngine, page: ShelvesPage
) -> None:
    window.show_page("live")
    slots = list(engine.layout.slots)
    play(window, engine, 0.1)
    play(window, engine, 1.5)
    assert page.badge[0] == ""
    late = engine.layout.slots[slots[-1]].scale
    assert late is not None
    engine.faults[late] = ("stuck",)
    before = dict(page._book.slots)
    play(window, engine, 0.4)
    looked = [slot for slot in slots if page._book.slots[slot] is not before[slot]]
    assert 0.3 * len(slots) < len(looked) < 0.6 * len(slots), "a share of them with each snapshot"
    assert page.badge[0] == ""
    for _ in range(2):
        play(window, engine, 0.4)
    assert page.badge == ("1", "wrong")


def test_a_tile_without_a_product_says_so(page: ShelvesPage, words: ShopWords) -> None:
    now = page._book.slots["g1-000"]
    assert "no product planned" in slot_said(msgspec.structs.replace(now, goods=()), EPOCH, words)


def side(layout: StoreLayout, slots: int) -> Face:
    """A side of 1.2 m a slot; ids s0, s1, ..."""
    one = layout.file.slot[0]
    placed = tuple(
        Placed(msgspec.structs.replace(one, id=f"s{i}"), 1.2 * i, 0.4, 1.2, 0.4) for i in range(slots)
    )
    return Face(layout.fixtures[one.fixture], (1.0, 0.0), True, 1.2 * slots, 1.6, placed)


def test_a_long_side_is_moved_along_instead_of_drawn_tiny(
    qtbot: QtBot, words: ShopWords, appearance: Appearance
) -> None:
    """Twenty-four metres: as a whole its slots were 25 pixels wide."""
    view = GondolaView(words, ProductPictures(words.layout, None), appearance)
    area = GondolaArea(view)
    qtbot.addWidget(area)
    area.resize(560, 400)
    area.show()
    bar = area.horizontalScrollBar()
    view.show_face(side(words.layout, 20), {}, 0.0)
    qtbot.waitUntil(lambda: bar.maximum() > 0 and view.tiles["s0"].width() >= LEAST_TILE)
    view.choose("s19")
    right = view.tiles["s19"].mapTo(area, view.tiles["s19"].rect().topRight()).x()
    assert area.viewport().rect().contains(right, 10), "what is chosen is seen"
    view.choose("s0")
    assert bar.value() <= SPACE_4
    view.show_face(side(words.layout, 3), {}, 0.0)
    qtbot.waitUntil(lambda: bar.maximum() == 0)
    assert view.width() == area.viewport().width(), "a short one is as large as it fits"
