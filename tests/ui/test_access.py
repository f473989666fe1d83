"""Rules for every page: all has a name and a way to reach it, and nothing is clipped on a small screen."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAction, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QComboBox,
    QDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QScrollArea,
    QScrollBar,
    QSizePolicy,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from console.back_office.ledger import Ledger
from console.back_office.permissions import Actor
from console.widgets.floor_map import FloorMap
from console.widgets.gondola_area import GondolaArea
from console.widgets.key_sheet import KeySheet
from console.widgets.sign_in import SignInDialog
from console.widgets.slot_tile import SlotTile
from console.window import MainWindow
from console.window_actions import findables
from tests.back_office.people import PIN, crew
from tests.support.fake_engine import FakeEngine
from tests.ui.conftest import OpenWindow, look_like

CTRL = Qt.KeyboardModifier.ControlModifier
INTERACTIVE = (QAbstractButton, QAbstractItemView, QLineEdit, QComboBox, QAbstractSlider)
SMALL = (1366, 768)
"""The smallest screen that a shop's PC still has."""
LOOKS = [("en", "normal"), ("de", "normal"), ("en", "larger"), ("de", "larger")]


def open_dialogs(window: MainWindow) -> Iterator[QDialog]:
    """Every dialog of the frame, one after the other."""
    pages = {page.name: page for page in window.pages}
    licences = getattr(pages["settings"], "show_licences")  # noqa: B009  # a page is known by its name here
    for opens in (window.find_anything, window.show_keys, window.switch_operator, licences):
        opens()
        found = [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]
        assert len(found) == 1, opens
        yield found[0]
        found[0].reject()


def part_of_another(widget: QWidget) -> bool:
    """Inner parts of Qt's own widgets: they speak through their owner."""
    owner = widget.parentWidget()
    if isinstance(widget, QScrollBar | QHeaderView):
        return True
    return isinstance(owner, QLineEdit | QTableView) and not isinstance(widget, QLineEdit)


def nameless(root: QWidget) -> list[str]:
    """What takes keys or clicks and would be passed over in silence by a screen reader."""
    return [
        f"{type(w).__name__} in {type(w.parentWidget()).__name__}"
        for w in root.findChildren(QWidget)
        if (
            isinstance(w, INTERACTIVE)
            or (w.focusPolicy() != Qt.FocusPolicy.NoFocus and w.focusProxy() is None)
        )
        and not part_of_another(w)
        and type(w).__module__.startswith(("console", "PySide6"))
        and not w.accessibleName()
        and not (isinstance(w, QAbstractButton) and w.text())
    ]


def test_every_page_and_dialog_has_names_for_all_that_takes_keys(window: MainWindow) -> None:
    for page in window.pages:
        window.show_page(page.name)
        assert page.word
        assert page.tip
        assert nameless(page) == [], page.name
    assert nameless(window) == []
    for dialog in open_dialogs(window):
        assert dialog.accessibleName()
        assert nameless(dialog) == [], dialog.accessibleName()


def test_every_action_has_a_shortcut_or_a_menu_entry(window: MainWindow) -> None:
    in_menus = {a for menu in window.findChildren(QMenu) for a in menu.actions()}
    lost = [
        a.text() for a in window.findChildren(QAction) if a.text() and not a.shortcuts() and a not in in_menus
    ]
    assert lost == []


def test_every_action_of_a_page_is_in_menu_palette_and_key_sheet(window: MainWindow) -> None:
    in_menu = set(window.book.menu.actions())
    in_palette = {entry.text for entry in findables(window)}
    window.show_keys()
    sheet = window.findChildren(KeySheet)[-1]
    in_sheet = {label.text() for label in sheet.findChildren(QLabel)}
    sheet.reject()
    for page in window.pages:
        for action in page.page_actions():
            assert action in in_menu, action.text()
            assert action.text() in in_palette
            assert action.text() in in_sheet or not action.shortcuts()


def test_one_key_does_one_thing_on_each_page(window: MainWindow) -> None:
    for page in window.pages:
        window.show_page(page.name)
        enabled = [a for a in window.findChildren(QAction) if a.isEnabled()]
        keys = [keys.toString() for a in enabled for keys in a.shortcuts()]
        assert sorted(keys) == sorted(set(keys)), page.name


# -- nothing is clipped ------------------------------------------------------------------------------------


def clipped(root: QWidget) -> list[str]:
    """What is shown smaller than its words need, or outside of what holds it."""
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, QLabel | QAbstractButton | QComboBox | QLineEdit):
            continue
        if part_of_another(widget) or widget.width() == 0:
            continue
        said = f"{type(widget).__name__} {widget.accessibleName() or getattr(widget, 'text', str)()!r}"
        wraps = isinstance(widget, QLabel) and widget.wordWrap()
        elides = widget.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Ignored
        needs = widget.minimumSizeHint() if isinstance(widget, QLineEdit | QComboBox) else widget.sizeHint()
        paints_itself = type(widget).__module__.startswith("console")
        if not wraps and not elides and not paints_itself and widget.width() < needs.width():
            found.append(f"{said} is {widget.width()} wide and needs {needs.width()}")
        high = widget.heightForWidth(widget.width()) if wraps else widget.minimumSizeHint().height()
        if widget.height() < high:
            found.append(f"{said} is {widget.height()} high and needs {high}")
        if outside(widget):
            found.append(f"{said} stands outside of {type(widget.parentWidget()).__name__}")
    for area in root.findChildren(QScrollArea):
        inner = area.widget()
        if isinstance(area, GondolaArea):
            continue  # is meant to be moved along
        if area.isVisible() and inner is not None and inner.width() > area.viewport().width():
            found.append(f"{type(area).__name__} is cut: {inner.width()} in {area.viewport().width()}")
    return found


def outside(widget: QWidget) -> bool:
    """Whether a part of it lies beyond an ancestor that does not scroll."""
    child, ancestor = widget, widget.parentWidget()
    while ancestor is not None and not child.isWindow():
        if isinstance(ancestor, QAbstractScrollArea) or isinstance(ancestor.parentWidget(), QScrollArea):
            return False
        place = QRect(widget.mapTo(ancestor, QPoint(0, 0)), widget.size())
        if not ancestor.rect().contains(place):
            return True
        child, ancestor = ancestor, ancestor.parentWidget()
    return False


@pytest.fixture(params=LOOKS, ids="-".join)
def looking(
    request: pytest.FixtureRequest,
    open_window: OpenWindow,
    engine: FakeEngine,
    ledger_path: Path,
    tmp_path: Path,
) -> MainWindow:
    look_like(tmp_path, request.param)
    return open_window(engine, ledger_path)


def test_a_small_screen_is_enough(qtbot: QtBot, looking: MainWindow) -> None:
    window = looking
    window.session.take_over(Actor("Ada Lovelace", "manager", "window"))
    window.resize(*SMALL)
    qtbot.waitUntil(lambda: len(window.history.entries) == 4)
    least = window.minimumSizeHint()
    assert (least.width() <= SMALL[0], least.height() <= SMALL[1]) == (True, True), least

    def fits(name: str) -> None:
        assert clipped(window) == [], name

    for page in window.pages:
        window.show_page(page.name)
        qtbot.wait(60)
        assert (window.width(), window.height()) == SMALL
        # What is read in the background comes late on a busy machine.
        qtbot.waitUntil(partial(fits, page.name), timeout=10_000)
    for view in ("why", "papers", "complaint", "history"):
        window.show_page("visits", view)
        qtbot.waitUntil(lambda: window.visits.desk.dossier is not None, timeout=10_000)
        qtbot.waitUntil(partial(fits, view), timeout=10_000)


def test_dialogs_fit_on_a_small_screen(qtbot: QtBot, looking: MainWindow) -> None:
    looking.resize(*SMALL)
    for dialog in open_dialogs(looking):
        qtbot.wait(30)

        def fits(dialog: QDialog = dialog) -> None:
            assert dialog.width() <= SMALL[0], dialog.accessibleName()
            assert dialog.height() <= SMALL[1], dialog.accessibleName()
            assert clipped(dialog) == [], dialog.accessibleName()

        qtbot.waitUntil(fits)


def test_a_label_cut_short_is_found(qtbot: QtBot) -> None:
    """The rule above would see what it is there for."""
    holder = QWidget()
    qtbot.addWidget(holder)
    holder.resize(100, 40)
    cut = QLabel("much longer than the hundred pixels that there are", holder)
    cut.setGeometry(10, 0, 60, 30)
    beyond = QLabel("x", holder)
    beyond.setGeometry(95, 0, 30, 30)
    holder.show()
    found = clipped(holder)
    assert len(found) == 2
    assert "needs" in found[0]
    assert "outside of QWidget" in found[1]


# -- who works here ------------------------------------------------------------------------------------------


@pytest.fixture
def staffed(window: MainWindow, ledger_path: Path, qtbot: QtBot) -> MainWindow:
    with Ledger.open(ledger_path) as file:
        crew(file, "Sam")
    window.session.read()
    qtbot.waitUntil(lambda: bool(window.session.operators))
    return window


def sign_in(qtbot: QtBot, window: MainWindow, name: str) -> None:
    """Ctrl+L, the arrow keys to the name, the PIN."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_L, CTRL)
    panel = window.findChildren(SignInDialog)[-1].panel
    for _ in range(panel.names.count()):
        if panel.names.currentText() == name:
            break
        QTest.keyClick(panel.pin, Qt.Key.Key_Down)
    QTest.keyClicks(panel.pin, PIN[name])
    QTest.keyClick(panel.pin, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.actor is not None and window.session.actor.name == name)


def test_operators_change_by_key_and_stand_on_the_rail(qtbot: QtBot, staffed: MainWindow) -> None:
    feet = {button.text() for button in staffed.rail.findChildren(QAbstractButton)}
    assert "Sign in" in feet
    for name in ("Sam", "Mara"):
        sign_in(qtbot, staffed, name)
        assert staffed._operator.text() == name
        assert not any(dialog.isVisible() for dialog in staffed.findChildren(SignInDialog))
    staffed.activateWindow()
    qtbot.waitUntil(staffed.isActiveWindow)
    QTest.keyClick(staffed, Qt.Key.Key_L, CTRL)
    assert staffed.session.actor is None
    assert staffed._operator.text() == "Sign in"


def test_nobody_at_the_keys_is_signed_out_and_somebody_is_not(qtbot: QtBot, staffed: MainWindow) -> None:
    staffed.session.lock_after(1)
    staffed.session.take_over(Actor("Sam", "staff", "window"))
    timer = staffed.session._idle
    assert timer.interval() == 60_000
    timer.setTimerType(Qt.TimerType.PreciseTimer)

    def a_click_begins_it_anew() -> bool:
        qtbot.wait(100)  # more than a click takes, on some try at least
        before = timer.remainingTime()
        QTest.mouseClick(staffed.windowHandle(), Qt.MouseButton.LeftButton, pos=QPoint(700, 2))
        return timer.remainingTime() > before

    qtbot.waitUntil(a_click_begins_it_anew)
    assert staffed.session.actor is not None
    timer.start(100)
    qtbot.waitUntil(lambda: staffed.session.actor is None)


# -- where the keys are ------------------------------------------------------------------------------------


def takes_tab(root: QWidget) -> Iterator[QWidget]:
    """What Tab comes to, in its order."""
    widget = root.nextInFocusChain()
    while widget is not None and widget is not root:
        tab = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if tab and widget.isVisible() and widget.isEnabled() and widget.focusProxy() is None:
            yield widget
        widget = widget.nextInFocusChain()


def look_of(widget: QWidget) -> QImage:
    """It and what is right around it."""
    window = widget.window()
    place = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()).adjusted(-3, -3, 3, 3)
    return window.grab(place.intersected(window.rect())).toImage()


def test_who_uses_keys_sees_where_they_are(qtbot: QtBot, window: MainWindow) -> None:
    window.resize(*SMALL)
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Shift)
    for page in window.pages:
        window.show_page(page.name)
        qtbot.waitUntil(lambda: not window.busy)
        for widget in list(takes_tab(window)):
            window.rail.setFocus()
            without = look_of(widget)
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            assert look_of(widget) != without, (page.name, widget.accessibleName())


def test_a_ring_follows_the_keys_and_not_the_pointer(qtbot: QtBot, window: MainWindow) -> None:
    live = window.page
    floor = next(w for w in live.findChildren(QWidget) if isinstance(w, FloorMap))
    rings = partial(floor.findChildren, QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
    qtbot.waitUntil(window.isActiveWindow)
    floor.setFocus()
    assert rings() == []
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Shift)
    (ring,) = rings()
    assert ring.geometry() == floor.rect()
    floor.resize(floor.width() - 20, floor.height())
    assert ring.geometry() == floor.rect()
    QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton, pos=QPoint(700, 2))
    qtbot.waitUntil(lambda: rings() == [])


def test_tab_goes_through_a_page_in_the_order_in_which_it_is_read(qtbot: QtBot, window: MainWindow) -> None:
    window.show_page("visits", "review")
    qtbot.waitUntil(lambda: not window.busy)
    window.show_page("visits", "why")
    qtbot.waitUntil(lambda: any("here?" in w.accessibleName() for w in takes_tab(window)))
    names = [w.accessibleName() for w in takes_tab(window)]
    why = next(i for i, name in enumerate(names) if "here?" in name)
    assert names.index("Closed visits and receipts") < why < names.index(window.status.store.accessibleName())
    window.show_page("shelves")
    order = list(takes_tab(window))
    shelves = window.page
    slot = next(i for i, w in enumerate(order) if isinstance(w, SlotTile))
    sides = next(i for i, w in enumerate(order) if w.accessibleName() == "Sides of the shelves")
    assert slot == sides + 1
    assert shelves.isAncestorOf(order[slot + 1])
