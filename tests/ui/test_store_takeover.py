"""A changed store on its way into the engine, gates held, when a person is asked: what the window says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from argon2 import PasswordHasher
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from console.back_office import audit, operators
from console.back_office.ledger import Ledger
from console.back_office.operators import add_operator, sign_in
from console.operations.decision import Judged, asks, judged, preview
from console.pages.devices import DevicesPage
from console.widgets.decision_dialog import DecisionDialog
from console.window import MainWindow
from inference.messages.said import said
from inference.messages.wire import HoldGate, Refused, StoreTaken, TakeStore
from store_layout.layout_changes import LayoutChange
from store_layout.model import Rules, StoreLayout
from store_layout.reader import read_store
from store_layout.writer import write_store
from tests.support.fake_engine import FakeEngine
from tests.ui.conftest import visit


@pytest.fixture(autouse=True)
def _cheap_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(operators, "hasher", lambda: cheap)


@pytest.fixture
def folder(tmp_path: Path, layout: StoreLayout) -> Path:
    made = tmp_path / "store"
    named = tuple(msgspec.structs.replace(f, name=f.name or f.id) for f in layout.file.fixture)
    write_store(
        msgspec.structs.replace(layout, file=msgspec.structs.replace(layout.file, fixture=named)), made
    )
    read_store(made)
    return made


@pytest.fixture
def engine(layout: StoreLayout) -> FakeEngine:
    return FakeEngine(layout, 2, recording=False)


@pytest.fixture
def live(
    qtbot: QtBot, layout: StoreLayout, ledger_path: Path, folder: Path, engine: FakeEngine
) -> Iterator[MainWindow]:
    state = ledger_path.parent / "state"
    made = MainWindow(
        layout, engine, ledger_path, state / "window", layout_folder=folder, store_folder=folder
    )
    made.show()
    made.activateWindow()
    made.show_page("devices")
    yield made
    made.close()
    made.deleteLater()


def devices_page(window: MainWindow) -> DevicesPage:
    page = window.page
    assert isinstance(page, DevicesPage)
    return page


def manager(window: MainWindow) -> None:
    with Ledger.open(window.session.path) as ledger:
        add_operator(ledger, None, "Ada", "manager", "246813", at=1.0)
        window.session.take_over(sign_in(ledger, "Ada", "246813", at=2.0, screen="window"))


def test_it_waits_says_why_and_takes_over_by_itself(
    live: MainWindow, qtbot: QtBot, engine: FakeEngine
) -> None:
    head = devices_page(live).head
    engine.taken = Refused(
        said("something happens on scale {scale}: wait until it is at rest", scale="s1"), "wait"
    )
    devices_page(live).take_over()
    qtbot.waitUntil(lambda: "something happens on scale s1" in head.bar.why.text())
    assert head.bar.stop_waiting.isVisible()
    assert not head.bar.change_over.isVisible()
    engine.taken = StoreTaken((LayoutChange("scale", "changed", "s1", "quiet", ("s1",)),))
    qtbot.waitUntil(lambda: "took 1 change over" in live.notice.words.text())
    assert not head.bar.stop_waiting.isVisible()
    with Ledger.open(live.session.path, read_only=True) as ledger:
        newest = next(iter(audit.log(ledger)))
        assert (newest.what, newest.why) == (
            "had the changed store folder taken over",
            "scale s1 changed",
        )


def test_a_change_made_while_the_last_is_taken_over_is_not_forgotten(
    live: MainWindow, qtbot: QtBot, engine: FakeEngine
) -> None:
    live.takeover.ask("a", "a is saved.")
    live.takeover.ask("b", "b is saved.")
    qtbot.waitUntil(lambda: "b is saved." in live.notice.words.text())
    assert len([command for command in engine.asked if isinstance(command, TakeStore)]) == 2


def test_waiting_can_be_given_up(live: MainWindow, qtbot: QtBot, engine: FakeEngine) -> None:
    head = devices_page(live).head
    engine.taken = Refused(said("the engine is ending"), "wait")
    devices_page(live).take_over()
    qtbot.waitUntil(head.bar.stop_waiting.isVisible)
    QTest.keyClick(head.bar.stop_waiting, Qt.Key.Key_Space)
    asked = len([c for c in engine.asked if isinstance(c, TakeStore)])
    qtbot.wait(700)
    assert len([c for c in engine.asked if isinstance(c, TakeStore)]) <= asked + 1
    assert not head.bar.stop_waiting.isVisible()


def test_what_needs_another_engine_is_offered(live: MainWindow, qtbot: QtBot, engine: FakeEngine) -> None:
    head = devices_page(live).head
    engine.taken = Refused(said("another detector is loaded when the engine starts"), "start")
    devices_page(live).take_over()
    qtbot.waitUntil(head.bar.change_over.isVisible)
    assert "another detector is loaded" in live.notice.words.text()
    QTest.keyClick(head.bar.change_over, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: engine.renewed == 1)


def test_a_window_that_knows_another_store_asks_to_be_made_anew(
    live: MainWindow, qtbot: QtBot, engine: FakeEngine
) -> None:
    engine.play(msgspec.structs.replace(engine.advance(0.1), layout="a"))
    live.state.poll()
    with qtbot.waitSignal(live.outdated, timeout=2000):
        engine.play(msgspec.structs.replace(engine.advance(0.1), layout="b"))
        live.state.poll()
    assert live.hand_over().changed == "store"


def test_a_gate_is_held_and_confirms_it(live: MainWindow, qtbot: QtBot, engine: FakeEngine) -> None:
    gate = live.state.layout.file.gate[0]
    page = devices_page(live)
    page.look_at(f"device {gate.id}")
    page.hold_gate("shut")
    qtbot.waitUntil(lambda: "Sign in first" in live.notice.words.text())
    manager(live)
    page.hold_gate("shut")
    qtbot.waitUntil(lambda: HoldGate(gate.id, "shut") in engine.asked)
    qtbot.waitUntil(lambda: "lets nobody in, and confirms it" in live.notice.words.text())
    assert "Held: it lets nobody in" in page.foot._why.text()
    with Ledger.open(live.session.path, read_only=True) as ledger:
        assert "had a gate let nobody in" in [line.what for line in audit.log(ledger, about=gate.id)]


def test_a_paused_store_shuts_its_gates_and_frees_them(
    live: MainWindow, qtbot: QtBot, engine: FakeEngine
) -> None:
    manager(live)
    ins = [gate.id for gate in live.state.layout.file.gate if gate.kind != "exit"]
    engine.held = dict.fromkeys(ins, "free")
    engine.advance(0.1)
    live.state.poll()
    live.switch.switch(False)
    qtbot.waitUntil(lambda: all(engine.held[gate] == "shut" for gate in ins))
    qtbot.waitUntil(lambda: live.gates.all_shut)
    qtbot.waitUntil(lambda: "let nobody in" in live.banner.text.text())
    live.switch.switch(True)
    qtbot.waitUntil(lambda: all(engine.held[gate] == "free" for gate in ins))


# -- when a person is asked -------------------------------------------------------------------------------


def test_a_preview_counts_what_the_rule_would_do(layout: StoreLayout) -> None:
    visits = (
        Judged(5.0, 0.99, 0.99, always=False),
        Judged(30.0, 0.95, 0.96, always=False),
        Judged(1.0, 0.99, 0.99, always=True),
    )
    strict, mild = (
        Rules(review_cost=200, wrong_cost_factor=10.0),
        Rules(review_cost=1000, wrong_cost_factor=10.0),
    )
    assert [asks(one, strict) for one in visits] == [False, True, True]
    assert asks(Judged(5.0, 0.92, 0.94, always=False), mild)
    now, then = preview(visits, strict), preview(visits, mild)
    assert (now.asked, then.asked) == (2, 1)
    assert (now.wrong, then.wrong) == (5.0, 35.0)
    assert then.asked_per_1000 == pytest.approx(333.3, abs=0.1)
    found = judged(
        [visit(1, layout), visit(2, layout, "nothing"), visit(3, layout, "review")], layout.products, strict
    )
    assert len(found) == 2
    assert found[0].wrong > 0


def test_a_manager_changes_when_a_person_is_asked_and_takes_it_back(
    live: MainWindow, qtbot: QtBot, folder: Path, engine: FakeEngine
) -> None:
    manager(live)
    before = (folder / "store.toml").read_bytes()
    qtbot.waitUntil(lambda: live.session.operators is not None)
    live.change_decision()
    (dialog,) = live.findChildren(DecisionDialog)
    qtbot.waitUntil(lambda: bool(live.decision.visits))
    assert "for each 1,000 visits" in dialog.outlook.text()
    assert not dialog.save_button.isEnabled()
    dialog.cost.setValue(5.0)
    assert "5.00" in dialog.said.text()
    dialog.who.show_names(["Ada"], "Ada")
    dialog.who.pin.setText("000000")
    dialog.save()
    qtbot.waitUntil(dialog.who.refusal.isVisible)
    assert (folder / "store.toml").read_bytes() == before
    dialog.who.pin.setText("246813")
    dialog.save()
    qtbot.waitUntil(lambda: read_store(folder).file.rules.review_cost == 500, timeout=15_000)
    qtbot.waitUntil(lambda: any(isinstance(c, TakeStore) for c in engine.asked))
    live.decision.undo()
    qtbot.waitUntil(lambda: (folder / "store.toml").read_bytes() == before, timeout=15_000)
    with Ledger.open(live.session.path, read_only=True) as ledger:
        told = [line.what for line in audit.log(ledger, about="rules")]
    assert "changed when a person is asked" in told
