"""What was learned, in Settings: with the keyboard alone, nothing without a person, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.back_office import operators
from console.operations.background import Background
from console.operations.learning_desk import LearningPlaces
from console.operations.operator_session import OperatorSession
from console.theme.appearance import Appearance
from console.widgets.learned_dialog import LearnedDialog
from console.window import MainWindow
from store_layout.learned import with_learned
from store_layout.reader import read_store
from tests.back_office.people import PIN
from tests.learning.ledgers import ISSUED, REVIEWED, SKU, TRUE_G, store, teach


@pytest.fixture(autouse=True)
def _cheap_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(operators, "hasher", lambda: cheap)


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> Iterator[OperatorSession]:
    background = Background()
    made = OperatorSession(tmp_path / "ledger.sqlite", background)
    yield made
    made.close()
    background.close()


def opened(
    qtbot: QtBot, session: OperatorSession, appearance: Appearance, places: LearningPlaces
) -> LearnedDialog:
    session.read()
    qtbot.waitUntil(lambda: session.operators is not None)
    dialog = LearnedDialog(places, session, appearance)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    return dialog


@pytest.fixture
def dialog(
    qtbot: QtBot, session: OperatorSession, appearance: Appearance, tmp_path: Path
) -> Iterator[LearnedDialog]:
    teach(tmp_path / "ledger.sqlite", store(tmp_path / "store"))
    places = LearningPlaces(tmp_path / "ledger.sqlite", tmp_path / "store", None)
    made = opened(qtbot, session, appearance, places)
    qtbot.waitUntil(lambda: made.desk.looked is not None and not made.desk.busy)
    yield made
    made.close()


def press(key: Qt.Key) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key)


def go_to(dialog: LearnedDialog, button: str) -> None:
    """With Tab, as often as it takes."""
    wanted = getattr(dialog, button)
    for _ in range(20):
        if QApplication.focusWidget() is wanted:
            return
        press(Qt.Key.Key_Tab)
    raise AssertionError(f"{button} cannot be reached with Tab")


def shown(dialog: LearnedDialog) -> list[list[str]]:
    rows = dialog.rows
    return [[str(rows.index(r, c).data()) for c in range(rows.columnCount())] for r in range(rows.rowCount())]


def test_old_and_new_stand_side_by_side_with_what_they_rest_on(dialog: LearnedDialog) -> None:
    first = shown(dialog)[0]
    assert first[0] == "Cola Zero 0.33 l: weight of a unit"
    assert first[1] == "355.00\N{NO-BREAK SPACE}g"
    assert float(first[2].split("\N{NO-BREAK SPACE}")[0]) == pytest.approx(TRUE_G, abs=1.0)
    assert first[5] == str(REVIEWED)
    assert dialog.in_force.text() == "In force is what the store's files say."
    assert dialog.counted.text() == (
        f"{REVIEWED + ISSUED} settled events, {REVIEWED} of them answered by a person."
    )
    assert not dialog.undo.isEnabled(), "there is nothing to take back"


def test_applied_and_taken_back_with_keys_and_a_pin(
    qtbot: QtBot, dialog: LearnedDialog, tmp_path: Path
) -> None:
    folder = tmp_path / "store"
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    assert QApplication.focusWidget() is dialog.who.pin, "the keys go to the PIN"
    go_to(dialog, "apply")
    press(Qt.Key.Key_Space)
    assert "Type the PIN of Mara." in dialog.who.refusal.text(), "nothing happens without one"
    QTest.keyClicks(dialog.who.pin, "000000")
    go_to(dialog, "apply")
    press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "wrong" in dialog.who.refusal.text())
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before

    QTest.keyClicks(dialog.who.pin, PIN["Mara"])
    go_to(dialog, "apply")
    press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "Number 1 holds" in dialog.said.text() and not dialog.desk.busy)
    assert with_learned(read_store(folder)).products[SKU].weight_g == pytest.approx(TRUE_G, abs=1.0)
    assert dialog.in_force.text().startswith("In force is number 1, applied by Mara on ")
    assert shown(dialog) == []
    assert dialog.empty.heading.text() == "Nothing is proposed"
    assert not dialog.apply.isEnabled()

    QTest.keyClicks(dialog.who.pin, PIN["Mara"])
    go_to(dialog, "undo")
    press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "Number 1 is taken back" in dialog.said.text() and not dialog.desk.busy)
    assert {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()} == before
    assert dialog.in_force.text() == "In force is what the store's files say."
    press(Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_only_managers_are_offered(dialog: LearnedDialog) -> None:
    names = dialog.who.names
    assert [names.itemText(i) for i in range(names.count())] == ["Mara"]


def test_a_store_without_cases_says_what_will_come(
    qtbot: QtBot, session: OperatorSession, appearance: Appearance, tmp_path: Path
) -> None:
    store(tmp_path / "store")
    places = LearningPlaces(tmp_path / "ledger.sqlite", tmp_path / "store", None)
    made = opened(qtbot, session, appearance, places)
    qtbot.waitUntil(lambda: made.desk.looked is not None and not made.desk.busy)
    assert made.empty.heading.text() == "Nothing was learned yet"
    assert "When cases have been reviewed" in made.empty.text.text()
    assert not made.apply.isEnabled()
    made.close()


def test_a_recording_teaches_nothing_and_says_so(
    qtbot: QtBot, session: OperatorSession, appearance: Appearance, tmp_path: Path
) -> None:
    made = opened(qtbot, session, appearance, LearningPlaces(tmp_path / "ledger.sqlite", None, None))
    assert made.empty.heading.text() == "A recording teaches nothing"
    made.close()


def test_the_page_leads_to_it(qtbot: QtBot, window: MainWindow) -> None:
    window.show_page("settings")
    page = window.page
    page.learned.setFocus()  # type: ignore[attr-defined]  # of the settings page
    press(Qt.Key.Key_Space)
    found = page.findChild(LearnedDialog)
    assert found is not None
    assert found.isVisible()
    found.close()
