"""Putting right who is who and what is in a cart: asked of the engine, logged with a name, undone."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from argon2 import PasswordHasher
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from console.back_office import audit, operators
from console.back_office.ledger import Ledger
from console.pages.live import LivePage
from console.widgets.shopper_actions import LineDialog, ShopperActions
from console.window import MainWindow
from inference.messages.wire import (
    Answer,
    Command,
    CorrectLine,
    Done,
    JoinVisits,
    MakeShopper,
    SetStaff,
    Snapshot,
    SplitVisit,
)
from store_layout.model import StoreLayout
from tests.back_office.people import PIN, crew
from tests.support.fake_engine import FakeEngine, code_of

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class EditedEngine(FakeEngine):
    """Says what it did, as the engine does."""

    unexplained: int | None = None
    """Track of somebody who came through no gate."""

    def latest(self) -> Snapshot | None:
        shown = super().latest()
        if shown is None or self.unexplained is None:
            return shown
        inside = tuple(
            msgspec.structs.replace(i, unexplained=i.person.track == self.unexplained) for i in shown.inside
        )
        return msgspec.structs.replace(shown, inside=inside)

    def request(self, command: Command) -> Answer:
        answer = super().request(command)
        return Done("done as asked") if isinstance(answer, Done) else answer


@pytest.fixture
def engine(layout: StoreLayout) -> EditedEngine:
    return EditedEngine(layout, 5)


@pytest.fixture(autouse=True)
def cheap_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(operators, "hasher", lambda: cheap)


@pytest.fixture
def panel(qtbot: QtBot, ledger_path: Path, window: MainWindow) -> ShopperActions:
    with Ledger.open(ledger_path) as ledger:
        crew(ledger, "Sam")
    page = window.pages[0]
    assert isinstance(page, LivePage)
    window.state.select(2)
    return page.put_right


def sign_in(qtbot: QtBot, window: MainWindow) -> None:
    window.session.sign_in("Sam", PIN["Sam"])
    qtbot.waitUntil(lambda: window.session.actor is not None)


def newest(ledger_path: Path) -> tuple[str, str, str]:
    with Ledger.open(ledger_path, read_only=True) as ledger:
        row = audit.log(ledger, 1)[0]
    return row.who, row.what, row.about


def test_nobody_signed_in_changes_nothing(
    panel: ShopperActions, window: MainWindow, engine: FakeEngine
) -> None:
    assert panel.isVisible()
    assert not panel.staff.isEnabled()
    asked = list(engine.asked)
    panel.toggle_staff()
    assert panel.answer.text().startswith("Sign in first")
    assert engine.asked == asked


def test_marked_as_staff_by_key_logged_and_undone(
    qtbot: QtBot, panel: ShopperActions, window: MainWindow, engine: FakeEngine, ledger_path: Path
) -> None:
    sign_in(qtbot, window)
    code = code_of(2)
    QTest.keyClick(window, Qt.Key.Key_S, CTRL | SHIFT)
    qtbot.waitUntil(panel.undo.isVisible)
    assert engine.asked[-1] == SetStaff(code, True)
    assert panel.answer.text() == "done as asked"
    assert newest(ledger_path) == ("Sam", "marked the visit as staff", code)
    panel.undo.click()
    qtbot.waitUntil(lambda: engine.asked[-1] == SetStaff(code, False))
    qtbot.waitUntil(lambda: newest(ledger_path)[1] == "marked the visit as a shopper")


def test_what_the_engine_refuses_is_said_and_not_logged(
    qtbot: QtBot, panel: ShopperActions, window: MainWindow, engine: FakeEngine, ledger_path: Path
) -> None:
    sign_in(qtbot, window)
    before = newest(ledger_path)
    engine.refuse = "camera c1 sees both"
    panel.toggle_staff()
    qtbot.waitUntil(lambda: panel.answer.text() == "It was not put right: camera c1 sees both")
    assert not panel.undo.isVisible()
    assert newest(ledger_path) == before


def test_a_line_is_set_and_taken_back(
    qtbot: QtBot, panel: ShopperActions, window: MainWindow, engine: FakeEngine, ledger_path: Path
) -> None:
    sign_in(qtbot, window)
    code, product = code_of(2), engine.layout.catalog[3]
    panel.ask_line()
    dialog = panel.findChild(LineDialog)
    assert dialog is not None
    dialog.product.setCurrentIndex(dialog.product.findData(product.sku))
    dialog.count.setValue(4)
    assert dialog.go.text() == f"Set to 4 {product.name}"
    dialog.go.click()
    qtbot.waitUntil(panel.undo.isVisible)
    assert engine.asked[-1] == CorrectLine(code, product.sku, 4, "Sam")
    assert newest(ledger_path) == ("Sam", f"set {product.sku} to 4", code)
    panel.undo.click()
    qtbot.waitUntil(lambda: engine.asked[-1] == CorrectLine(code, product.sku, None, "Sam"))
    qtbot.waitUntil(lambda: not panel.undo.isVisible())


def test_two_are_joined_only_after_a_question(
    qtbot: QtBot, panel: ShopperActions, window: MainWindow, engine: FakeEngine, ledger_path: Path
) -> None:
    sign_in(qtbot, window)
    panel.others.aboutToShow.emit()
    named = {action.text(): action for action in panel.others.actions()}
    assert {code_of(track) for track in (1, 3, 4, 5)} <= set(named)
    assert code_of(2) not in named
    asked = list(engine.asked)
    named[code_of(4)].trigger()
    box = panel.findChild(QMessageBox)
    assert box is not None
    assert engine.asked == asked
    assert "cannot be undone" in box.informativeText()
    next(b for b in box.buttons() if b.text().startswith("Join")).click()
    qtbot.waitUntil(lambda: panel.answer.text() == "done as asked")
    assert engine.asked[-1] == JoinVisits(code_of(2), code_of(4), "Sam")
    assert not panel.undo.isVisible()
    assert newest(ledger_path) == ("Sam", f"joined the visit {code_of(4)} to it", code_of(2))


def test_somebody_else_is_parted_only_after_a_question(
    qtbot: QtBot, panel: ShopperActions, window: MainWindow, engine: FakeEngine, ledger_path: Path
) -> None:
    sign_in(qtbot, window)
    panel.others.aboutToShow.emit()
    panel.others.actions()[-1].trigger()
    box = panel.findChild(QMessageBox)
    assert box is not None
    assert SplitVisit(code_of(2), "Sam") not in engine.asked
    next(b for b in box.buttons() if b.text().startswith("Part")).click()
    qtbot.waitUntil(lambda: panel.answer.text() == "done as asked")
    assert engine.asked[-1] == SplitVisit(code_of(2), "Sam")
    assert newest(ledger_path)[1] == "said that whoever was followed as it is somebody else"


def test_somebody_unexplained_is_made_a_shopper_only_after_a_question(
    qtbot: QtBot, panel: ShopperActions, window: MainWindow, engine: EditedEngine, ledger_path: Path
) -> None:
    engine.unexplained = 2
    engine.advance(0.5)
    window.state.poll()
    window.state.select(2)
    sign_in(qtbot, window)
    assert panel.isVisible()
    assert panel.staff.isEnabled()
    assert not panel.correct.isEnabled(), "they have no cart that anybody is charged for"
    assert code_of(2) not in {i.code for i in window.state.visitors}
    panel.others.aboutToShow.emit()
    texts = [action.text() for action in panel.others.actions() if action.text()]
    assert texts[-1] == "A shopper: open a visit"
    assert code_of(4) in texts, "or they are somebody who came in"
    panel.others.actions()[-1].trigger()
    box = panel.findChild(QMessageBox)
    assert box is not None
    assert MakeShopper(code_of(2), "Sam") not in engine.asked
    next(b for b in box.buttons() if b.text().startswith("Open a visit")).click()
    qtbot.waitUntil(lambda: MakeShopper(code_of(2), "Sam") in engine.asked)
    qtbot.waitUntil(lambda: newest(ledger_path)[1].endswith("whom no gate explained, is a shopper"))
    assert not panel.undo.isVisible()


def test_the_past_cannot_be_put_right(panel: ShopperActions, window: MainWindow, engine: FakeEngine) -> None:
    page = window.pages[0]
    assert isinstance(page, LivePage)
    for _ in range(20):
        engine.advance(0.5)
        window.state.poll()
    page.travel.step(-5.0)
    assert not panel.isVisible()
    page.travel.go_to_now()
    assert panel.isVisible()
    window.state.select(None)
    assert not panel.isVisible()


def test_where_the_selected_one_leaves_the_menu_closes_and_the_keys_go_to_the_map(
    qtbot: QtBot, panel: ShopperActions, window: MainWindow, engine: FakeEngine
) -> None:
    sign_in(qtbot, window)
    panel.others.popup(window.mapToGlobal(QPoint(10, 10)))
    qtbot.waitUntil(panel.others.isVisible)
    panel.correct.setFocus()
    engine.shoppers = 1
    engine.advance(0.1)
    window.state.poll()
    assert not panel.others.isVisible()
    assert not panel.isVisible()
    live = next(page for page in window.pages if isinstance(page, LivePage))
    assert window.focusWidget() is live.map
