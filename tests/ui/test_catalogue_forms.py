"""Products and what stands where, changed in the window: previewed, signed, now or at a time, taken back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from console.back_office import Ledger, audit
from console.operations.catalogue import read_settled
from console.operations.disputes import SignIn
from console.operations.slot_drafts import beside, in_place, with_numbers, without
from console.pages.shelves import ShelvesPage
from console.widgets.changes_dialog import ChangesDialog
from console.widgets.import_dialog import ImportDialog
from console.widgets.slot_form import SlotForm
from console.window import MainWindow
from inference.messages.wire import TakeStore
from store_layout.change_files import read_changes
from store_layout.model import Facing
from store_layout.problems import StoreProblems
from store_layout.reader import read_store
from tests.back_office.people import PIN
from tests.support.fake_engine import FakeEngine
from tests.support.live_window import closed, folder_of, live_window, shown, sign, told
from tests.support.stores import small_store

CTRL = Qt.KeyboardModifier.ControlModifier
SOUP, CRISPS = "2000000000060", "2000000000053"
LONG_MS = 15_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_of(small_store(), tmp_path / "store")


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(small_store(), 2, recording=False)


@pytest.fixture
def window(qtbot: QtBot, folder: Path, tmp_path: Path, engine: FakeEngine) -> Iterator[MainWindow]:
    with live_window(folder, tmp_path, engine) as made:
        made.show_page("shelves")
        qtbot.waitUntil(lambda: bool(made.session.operators))
        yield made


def page_of(window: MainWindow) -> ShelvesPage:
    assert isinstance(window.page, ShelvesPage)
    return window.page


def logged(window: MainWindow) -> list[tuple[str, str, str]]:
    with Ledger.open(window.session.path, read_only=True) as ledger:
        return [(line.who, line.what, line.about) for line in audit.log(ledger)]


def test_a_slot_gets_another_product_by_keys_and_has_the_old_one_back(
    window: MainWindow, qtbot: QtBot, folder: Path, engine: FakeEngine
) -> None:
    before = read_store(folder).planogram
    page_of(window).show_slot("A1")
    QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_E, CTRL)
    form = shown(window, SlotForm)
    assert isinstance(form, SlotForm)
    assert form.focusWidget() is form.search.field
    assert not form.foot.act.isEnabled()
    QTest.keyClicks(form.search.field, "soup tin")
    assert f"{10 * 530 / 465:.1f} times “Soup tin”" in told(form)
    QTest.keyClick(form.search.field, Qt.Key.Key_Return)
    form.capacity.setValue(14)
    qtbot.waitUntil(form.foot.act.isEnabled, timeout=LONG_MS)
    assert "Soup tin: Comes into slot A1" in told(form)
    assert read_store(folder).planogram == before, "nothing is written before it is signed"
    sign(form.foot, pin="00000000")
    qtbot.waitUntil(form.foot.who.refusal.isVisible)
    assert read_store(folder).planogram == before
    sign(form.foot)
    qtbot.waitUntil(lambda: closed(window, SlotForm), timeout=LONG_MS)
    assert read_store(folder).skus_of_slot["A1"] == (SOUP,)
    (row,) = [f for f in read_store(folder).planogram if f.slot == "A1"]
    assert (row.facings, row.capacity, row.stock) == (3, 14, None)
    qtbot.waitUntil(lambda: any(isinstance(c, TakeStore) for c in engine.asked))
    qtbot.waitUntil(lambda: "Change 1 is made." in window.notice.words.text())
    assert ("Mara", "changed the catalogue", "catalogue change 1") in logged(window)
    assert window.notice.button.text() == "Take it back …"
    window.notice.button.click()
    changes = shown(window, ChangesDialog)
    assert isinstance(changes, ChangesDialog)
    assert changes.foot.act.text() == "Take change 1 back"
    sign(changes.foot)
    qtbot.waitUntil(lambda: set(read_store(folder).planogram) == set(before), timeout=LONG_MS)
    qtbot.waitUntil(lambda: "Change 1 is taken back." in window.notice.words.text())
    changes.reject()


def test_an_empty_slot_gets_its_row_at_a_time_and_the_plan_is_cancelled(
    window: MainWindow, qtbot: QtBot, folder: Path, engine: FakeEngine
) -> None:
    page = page_of(window)
    page.show_slot("B3")
    page.change_slot()
    form = shown(window, SlotForm)
    assert isinstance(form, SlotForm)
    form.take_out()
    qtbot.waitUntil(form.foot.act.isEnabled, timeout=LONG_MS)
    sign(form.foot)
    qtbot.waitUntil(lambda: read_store(folder).skus_of_slot["B3"] == (), timeout=LONG_MS)
    qtbot.waitUntil(lambda: closed(window, SlotForm))
    page.change_slot()
    form = shown(window, SlotForm)
    assert isinstance(form, SlotForm)
    assert "Nothing stands here" in told(form)
    form.search.field.setText(CRISPS)
    form.put_in_place()
    form.put_beside()
    assert len(form.rows) == 1, "the same product does not stand beside itself"
    form.when.later.setChecked(True)
    qtbot.waitUntil(form.foot.act.isEnabled, timeout=LONG_MS)
    assert form.foot.act.text().startswith("Plan it for 20")
    asked = len([c for c in engine.asked if isinstance(c, TakeStore)])
    sign(form.foot)
    qtbot.waitUntil(lambda: len(window.catalogue.waiting) == 1, timeout=LONG_MS)
    assert read_store(folder).skus_of_slot["B3"] == (), "not before its time"
    assert "1 planned change, from" in told(page.tools)
    assert len([c for c in engine.asked if isinstance(c, TakeStore)]) <= asked + 1
    page.tools.open_changes()
    changes = shown(window, ChangesDialog)
    assert isinstance(changes, ChangesDialog)
    assert changes.foot.act.text() == "Cancel change 2"
    assert "1 change waits" in told(changes)
    sign(changes.foot)
    qtbot.waitUntil(lambda: not window.catalogue.waiting, timeout=LONG_MS)
    assert [c.state for c in read_changes(folder)] == ["applied", "cancelled"]
    assert not page.tools.waits.isVisible()
    changes.reject()


def test_what_was_planned_comes_into_the_engine_at_its_time(
    window: MainWindow, qtbot: QtBot, folder: Path, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = window.catalogue
    desk.plan_slot("A0", (Facing(slot="A0", sku=CRISPS),), time.time() + 3600)
    with qtbot.waitSignal(desk.planned, timeout=LONG_MS) as plan:
        pass
    desk.carry_out(plan.args[0], SignIn("Mara", PIN["Mara"]))
    qtbot.waitUntil(lambda: len(desk.waiting) == 1, timeout=LONG_MS)
    engine.asked.clear()
    desk.look_for_due()
    assert not any(isinstance(c, TakeStore) for c in engine.asked)
    late = time.time() + 3601
    monkeypatch.setattr("console.operations.catalogue_desk.time.time", lambda: late)
    desk.look_for_due()
    qtbot.waitUntil(lambda: any(isinstance(c, TakeStore) for c in engine.asked))
    qtbot.waitUntil(lambda: not window.busy and not window.takeover.busy, timeout=LONG_MS)
    asked = len(engine.asked)
    desk.look_for_due()
    qtbot.waitUntil(lambda: not window.busy, timeout=LONG_MS)
    assert not any(isinstance(c, TakeStore) for c in engine.asked[asked:]), "it is told once"


def test_an_import_says_what_it_would_change_before_it_does(
    window: MainWindow, qtbot: QtBot, folder: Path, tmp_path: Path
) -> None:
    QTest.keyClick(window, Qt.Key.Key_I, CTRL)
    dialog = shown(window, ImportDialog)
    assert isinstance(dialog, ImportDialog)
    assert "No file yet" in told(dialog)
    table = (folder / "catalog.csv").read_text()
    new = tmp_path / "new.csv"
    new.write_text(table.replace("2.29", "2x29"))
    QTest.keyClicks(dialog.catalog, str(new))
    qtbot.waitUntil(lambda: "1 mistake: nothing can be changed" in told(dialog), timeout=LONG_MS)
    assert "'2x29' is not a number" in str(dialog.problems.model().index(0, 1).data())
    assert not dialog.foot.act.isEnabled()
    new.write_text(table.replace("2.29", "2.49"))  # saved again: it is looked at by itself
    qtbot.waitUntil(lambda: "It would change: 1 price." in told(dialog), timeout=LONG_MS)
    cells = [dialog.differences.model().index(0, column).data() for column in range(5)]
    assert cells == ["Price", "Soup tin", SOUP, "€2.29", "€2.49"]
    assert read_store(folder).products[SOUP].price == 229
    dialog.foot.why.setText("new list")
    sign(dialog.foot)
    qtbot.waitUntil(lambda: read_store(folder).products[SOUP].price == 249, timeout=LONG_MS)
    qtbot.waitUntil(lambda: closed(window, ImportDialog))
    assert [c.why for c in read_changes(folder)] == ["new list"]
    qtbot.waitUntil(lambda: not window.busy, timeout=LONG_MS)


def _says(dialog: ImportDialog, words: str) -> bool:
    return words in dialog.told.text()


def test_a_file_that_is_not_there_and_a_time_that_is_over_are_refused_in_words(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    page_of(window).tools.open_import()
    dialog = shown(window, ImportDialog)
    assert isinstance(dialog, ImportDialog)
    for name in ("catalog.csv", "catalog-2.csv"):
        window.catalogue.save_tables(tmp_path)
        qtbot.waitUntil((tmp_path / name).exists, timeout=LONG_MS)
        assert (tmp_path / name).read_bytes() == (tmp_path / "store" / "catalog.csv").read_bytes()
    qtbot.waitUntil(lambda: "catalog-2.csv, " in dialog.told.text(), timeout=LONG_MS)
    dialog.planogram.setText(str(tmp_path / "nowhere.csv"))
    qtbot.waitUntil(lambda: "nowhere.csv cannot be read" in told(dialog), timeout=LONG_MS)
    dialog.when.time.setDateTime(dialog.when.time.dateTime().addDays(-3))
    dialog.planogram.setText("")
    dialog.catalog.setText(str(tmp_path / "store" / "catalog.csv"))
    qtbot.waitUntil(lambda: "That time is over" in told(dialog), timeout=LONG_MS)
    assert not dialog.foot.act.isEnabled()
    dialog.reject()


def test_rows_are_put_together_one_step_at_a_time() -> None:
    rows = (Facing(slot="a", sku="1", facings=4, capacity=9, stock=3),)
    assert in_place(rows, "a", "2") == (Facing(slot="a", sku="2", facings=4),)
    assert in_place(rows, "a", "1") == rows
    both = beside(rows, "a", "2")
    assert [row.sku for row in both] == ["1", "2"]
    assert beside(both, "a", "2") == both
    assert without(both, "1") == (Facing(slot="a", sku="2"),)
    assert with_numbers(both, "2", 2, None, 5)[1] == Facing(slot="a", sku="2", facings=2, stock=5)


def test_a_folder_read_while_its_tables_are_replaced_is_read_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The catalogue has lost a product that the planogram still names: another moment, and both fit."""
    table, rows = (folder / "catalog.csv"), (folder / "planogram.csv")
    whole = rows.read_text()
    table.write_text("\n".join(line for line in table.read_text().splitlines() if SOUP not in line) + "\n")
    with pytest.raises(StoreProblems):
        read_settled(folder)
    fitting = "\n".join(x for x in whole.splitlines() if SOUP not in x) + "\n"
    clock = SimpleNamespace(time=time.time, sleep=lambda _: rows.write_text(fitting))
    monkeypatch.setattr("console.operations.catalogue.time", clock)
    assert SOUP not in read_settled(folder).products
