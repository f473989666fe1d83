"""From an empty folder to a store in which something could be sold: shelves, and what is still missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from console.operations.fixture_drafts import (
    FixtureDraft,
    Side,
    Under,
    full_slots,
    problems_of,
    slots_of,
    with_fixture,
    without_fixture,
)
from console.operations.gate_drafts import rectangle
from console.operations.new_store import Answers, write
from console.operations.store_setup import is_unfinished, steps
from console.pages.shelves import ShelvesPage
from console.widgets.connect_dialog import ConnectDialog
from console.widgets.device_forms import open_form
from console.widgets.fixture_form import FixtureForm
from console.widgets.gate_form import GateForm
from console.widgets.import_dialog import ImportDialog
from console.widgets.setup_dialog import SetupDialog
from console.widgets.slot_form import SlotForm
from console.window import MainWindow
from store_layout.model import StoreLayout
from store_layout.problems import errors_among
from store_layout.reader import read_store
from store_layout.writer import check_layout
from tests.support.fake_engine import FakeEngine
from tests.support.live_window import closed, folder_of, live_window, shown, sign, told
from tests.support.stores import small_store

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LONG_MS = 15_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(
        Answers(name="Corner Two", folder=str(tmp_path / "new"), width=8.0, depth=5.0, cameras=("usb:0",))
    )


@pytest.fixture
def window(qtbot: QtBot, folder: Path, tmp_path: Path) -> Iterator[MainWindow]:
    with live_window(folder, tmp_path, FakeEngine(read_store(folder), 0, recording=False)) as made:
        qtbot.waitUntil(lambda: bool(made.session.operators))
        yield made


def states(layout: StoreLayout, *, has_manager: bool = True) -> dict[str, str]:
    return {step.kind: step.state for step in steps(layout, check_layout(layout), has_manager=has_manager)}


# -- shelves ----------------------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(
    shelves=st.integers(1, 9),
    columns=st.integers(1, 9),
    sides=st.sampled_from([("s",), ("n",), ("w",), ("e",), ("s", "n"), ("w", "e")]),
    under=st.sampled_from(["slot", "shelf", "none"]),
    lowest=st.floats(0.0, 1.4),
)
def test_a_shelf_that_is_not_refused_reads_without_an_error(
    shelves: int, columns: int, sides: tuple[Side, ...], under: Under, lowest: float
) -> None:
    store = small_store()
    draft = FixtureDraft(
        id="C", name="C", outline=rectangle((4.4, 2.0), (5.2, 3.4)), sides=sides, shelves=shelves,
        columns=columns, lowest=lowest, under=under,
    )  # fmt: skip
    assert problems_of(draft, store, None) == {}
    after = msgspec.structs.replace(store, file=with_fixture(store, draft, None))
    assert errors_among(check_layout(after)) == ()
    mine = [slot for slot in after.file.slot if slot.fixture == "C"]
    assert len({slot.id for slot in mine}) == shelves * columns * len(sides)
    scales = {"slot": len(mine), "shelf": shelves * len(sides), "none": 0}[under]
    assert len(after.file.scale) - len(store.file.scale) == scales
    gone = msgspec.structs.replace(after, file=without_fixture(after, "C"))
    assert gone.file == store.file


def test_slots_count_from_the_left_of_who_stands_before_them() -> None:
    """As the Shelves page draws each side."""
    store = small_store()
    for sides in (("s",), ("n",), ("w",), ("e",)):
        draft = FixtureDraft(
            id="C", name="C", outline=rectangle((4.3, 2.0), (5.3, 3.0)), sides=sides, shelves=1, columns=3
        )
        after = msgspec.structs.replace(store, file=with_fixture(store, draft, None))
        out = {"s": (0, -1), "n": (0, 1), "w": (-1, 0), "e": (1, 0)}[sides[0]]
        across = {
            slot.id: -out[1] * slot.centre[0] + out[0] * slot.centre[1]
            for slot in after.file.slot
            if slot.fixture == "C"
        }
        assert sorted(across, key=lambda name: across[name]) == ["C11", "C12", "C13"], sides


def test_a_shelf_moves_with_its_slots_and_does_not_grow_over_them() -> None:
    store = small_store()
    old = store.fixtures["A"]
    moved = FixtureDraft(id="A", name="New name", outline=rectangle((1.7, 3.3), (4.1, 3.9)), height=1.6)
    after = with_fixture(store, moved, old)
    shift = {(b.low[0] - a.low[0], b.low[1] - a.low[1]) for a, b in
             zip(store.file.slot, after.slot, strict=True) if a.fixture == "A"}  # fmt: skip
    assert {(round(x, 6), round(y, 6)) for x, y in shift} == {(0.2, 0.1)}
    assert [s for s in after.slot if s.fixture == "B"] == [s for s in store.file.slot if s.fixture == "B"]
    larger = msgspec.structs.replace(moved, outline=rectangle((1.7, 3.3), (4.5, 3.9)))
    assert problems_of(larger, store, old).keys() == {"place"}
    assert problems_of(FixtureDraft(id="A", name=""), store, None).keys() == {"id", "name", "place"}
    outside = FixtureDraft(id="C", name="C", outline=rectangle((5, 4), (9, 6)))
    assert "outside of the floor" in problems_of(outside, store, None)["place"]
    assert len(full_slots(store, "A")) == 6
    assert slots_of(FixtureDraft(id="C", name="C")) == ()


# -- what is missing --------------------------------------------------------------------------------------


def test_steps_say_what_a_new_store_lacks_and_what_a_whole_one_has(folder: Path) -> None:
    new, whole = read_store(folder), small_store()
    found = states(new, has_manager=False)
    assert [kind for kind, state in found.items() if state == "missing"] == [
        "operator", "shelf", "detector", "scale", "products", "planogram",
    ]  # fmt: skip
    assert found["calibration"] == "doubtful"
    assert is_unfinished(new)
    assert not is_unfinished(whole)
    found = states(whole)
    assert {kind for kind, state in found.items() if state != "done"} == {"detector", "broker"}
    none = msgspec.structs.replace(new, file=msgspec.structs.replace(new.file, camera=(), gate=()))
    assert {"camera", "gate"} <= {kind for kind, state in states(none).items() if state == "missing"}


def test_a_new_store_is_set_up_step_by_step(
    window: MainWindow, qtbot: QtBot, folder: Path, tmp_path: Path
) -> None:
    window.setup.watch()
    dialog = shown(window, SetupDialog)
    assert isinstance(dialog, SetupDialog)
    qtbot.waitUntil(lambda: "shelf" in dialog.buttons, timeout=LONG_MS)
    assert "5 things are missing" in told(dialog)
    assert dialog.focusWidget() is dialog.buttons["shelf"], "the keys are at the first that is missing"
    QTest.keyClick(dialog.buttons["shelf"], Qt.Key.Key_Space)
    shelf = shown(window, FixtureForm)
    assert isinstance(shelf, FixtureForm)
    QTest.keyClicks(shelf.id, "G1")
    QTest.keyClicks(shelf.name, "Gondola 1")
    shelf.save()
    assert "Show two opposite corners of it" in told(shelf)
    shelf.board.drawn.emit((2.0, 2.5), (5.0, 3.5))
    assert "6 slots, G111 to G132; 6 new scales." in told(shelf)
    shelf.save()
    qtbot.waitUntil(lambda: len(read_store(folder).file.slot) == 6, timeout=LONG_MS)
    qtbot.waitUntil(lambda: "6 slots, 1 fixture" in told(dialog), timeout=LONG_MS)
    dialog.buttons["products"].click()
    imports = shown(window, ImportDialog)
    assert isinstance(imports, ImportDialog)
    table = tmp_path / "cat.csv"
    table.write_text("sku,name,price,weight_g\n2000000000015,Cola,1.49,355\n")
    imports.catalog.setText(str(table))
    qtbot.waitUntil(imports.foot.act.isEnabled, timeout=LONG_MS)
    sign(imports.foot)
    qtbot.waitUntil(lambda: len(read_store(folder).catalog) == 1, timeout=LONG_MS)
    qtbot.waitUntil(lambda: "1 product" in told(dialog), timeout=LONG_MS)
    qtbot.waitUntil(lambda: "planogram" in dialog.buttons, timeout=LONG_MS)
    assert dialog.buttons["planogram"].text() == "Fill slot G111 …"
    dialog.buttons["gate"].click()
    gate = shown(window, GateForm)
    gate.reject()
    assert dialog.isVisible()
    handed = window.hand_over()
    assert handed.setting_up, "the window that takes this one's place goes on with it"
    dialog.accept()
    qtbot.waitUntil(lambda: not window.busy, timeout=LONG_MS)
    window.setup.watch()
    assert closed(window, SetupDialog), "it opens by itself once"


def test_a_window_made_anew_waits_for_whoever_types(window: MainWindow, qtbot: QtBot) -> None:
    form = open_form("gate", "", window.device_desk, window.appearance, window)
    assert form is not None
    told_of: list[int] = []
    window.outdated.connect(lambda: told_of.append(1))
    window._relaid()
    qtbot.wait(30)
    assert told_of == []
    form.reject()
    qtbot.waitUntil(lambda: told_of == [1])


def test_a_shelf_of_a_running_store_is_removed_when_it_is_empty(qtbot: QtBot, tmp_path: Path) -> None:
    folder = folder_of(small_store(), tmp_path / "store")
    with live_window(folder, tmp_path) as window:
        window.show_page("shelves")
        page = window.page
        assert isinstance(page, ShelvesPage)
        qtbot.waitUntil(window.isActiveWindow)
        page.take_focus()
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Delete, CTRL | SHIFT)
        qtbot.waitUntil(
            lambda: "take the products out of A0, A1, A2, A3 … first" in window.notice.words.text()
        )
        window.show_page("shelves", "fill A0")
        shown(window, SlotForm).reject()
        assert page.gondola.slot == "A0"
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_E, CTRL | SHIFT)
        form = shown(window, FixtureForm)
        assert isinstance(form, FixtureForm)
        form.name.setText("Sweets")
        form.save()
        qtbot.waitUntil(lambda: read_store(folder).fixtures["A"].name == "Sweets", timeout=LONG_MS)
        qtbot.waitUntil(page.shelf_tools.undo.isVisible)
        page.shelf_tools.undo.click()
        qtbot.waitUntil(lambda: read_store(folder).fixtures["A"].name == "Gondola A", timeout=LONG_MS)
        qtbot.waitUntil(lambda: not window.busy, timeout=LONG_MS)


def test_the_new_store_opens_in_a_console_of_its_own(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []

    def opens(folder: Path) -> bool:
        opened.append(folder)
        return True

    monkeypatch.setattr("console.widgets.connect_dialog.open_console", opens)
    form = ConnectDialog(window)
    form.open()
    form.name.setText("Corner Three")
    form.folder.setText(str(tmp_path / "three"))
    form.write_it()
    assert form.open_it.isVisible()
    QTest.keyClick(form.open_it, Qt.Key.Key_Space)
    assert opened == [tmp_path / "three"]
    assert not form.isVisible()


def test_a_recording_has_nothing_to_set_up(qtbot: QtBot, window: MainWindow) -> None:
    window.setup._setup.folder = None
    window.setup.show()
    assert closed(window, SetupDialog)
    assert "A recording is complete" in window.notice.words.text()
