"""The store's own name, floor and currency, changed after it was connected; what is refused says why."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from console.back_office import Ledger
from console.back_office.permissions import Actor
from console.operations.catalogue import carry_out, plan_import
from console.operations.store_drafts import (
    StoreDraft,
    check_currency,
    problems_of,
    size_of,
    with_store,
)
from console.operations.store_edits import EditError
from console.widgets.setup_dialog import SetupDialog
from console.widgets.store_form import StoreForm
from console.window import MainWindow
from inference.engine.relaying import obstacle
from inference.engine.view import OpenVisit, View
from inference.messages.shelves import UnderWay
from inference.messages.wire import TakeStore
from store_layout.layout_changes import layout_changes
from store_layout.model import Floor, StoreLayout
from store_layout.reader import read_store
from tests.back_office.visits import closed as closed_visit
from tests.back_office.visits import layout as priced
from tests.support.fake_engine import FakeEngine
from tests.support.live_window import closed, folder_of, live_window, shown, told
from tests.support.stores import small_store

LONG_MS = 15_000


def draft(**changed: object) -> StoreDraft:
    made = StoreDraft(name="Corner shop", currency="EUR", size=(6.0, 5.0))
    return msgspec.structs.replace(made, **changed)


def with_floor(layout: StoreLayout, floor: Floor) -> StoreLayout:
    return msgspec.structs.replace(layout, file=msgspec.structs.replace(layout.file, floor=floor))


def test_the_floor_grows_at_its_far_edges_and_never_under_what_stands_there() -> None:
    layout = small_store()
    assert size_of(layout) == (6.0, 5.0)
    larger = with_store(layout, draft(size=(8.0, 5.5)))
    assert larger.floor.outline == ((0.0, 0.0), (8.0, 0.0), (8.0, 5.5), (0.0, 5.5))
    assert with_store(layout, draft()).floor == layout.file.floor
    assert problems_of(draft(), layout) == {}
    assert set(problems_of(draft(size=(3.0, 5.0)), layout)) == {"floor"}
    bent = with_floor(layout, Floor(outline=((0, 0), (6, 0), (6, 5), (3, 5), (3, 4), (0, 4))))
    assert size_of(bent) is None
    assert with_store(bent, draft(size=None)).floor == bent.file.floor


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"name": " "}, "name"), ({"currency": "EURO"}, "currency"), ({"currency": "JPY"}, "currency")],
)
def test_what_is_wrong_is_said_at_its_field(changed: dict[str, object], field: str) -> None:
    assert set(problems_of(draft(**changed), small_store())) == {field}


def test_a_currency_changes_only_while_nothing_is_counted_in_the_old_one(tmp_path: Path) -> None:
    folder, ledger = folder_of(small_store(), tmp_path / "store"), tmp_path / "ledger.db"
    layout, francs = read_store(folder), draft(currency="CHF")
    check_currency(draft(), layout, folder, ledger, inside=3)  # the same one never matters
    with pytest.raises(EditError, match="Somebody is inside"):
        check_currency(francs, layout, folder, ledger, inside=1)
    mara, now = Actor("Mara", "manager", "test"), time.time()
    with Ledger.open(ledger) as file:
        check_currency(francs, layout, folder, ledger, inside=0)
        dearer = "sku,name,price,weight_g\n2000000000039,Water 1 l,0.99,1035\n"
        plan = plan_import(folder, dearer.encode(), None, at=now + 900, now=now, partial=True)
        assert plan.rows is not None, plan.problems
        carry_out(folder, file, mara, plan, now=now, why="")  # in the audit log, which counts nothing
        with pytest.raises(EditError, match="planned change 1 has prices"):
            check_currency(francs, layout, folder, ledger, inside=0)
        file.post_visit(closed_visit("v1"), priced())
    with pytest.raises(EditError, match="was sold in EUR already"):
        check_currency(francs, layout, folder, ledger, inside=0)


def test_another_engine_goes_on_in_another_currency_while_nobody_would_lose_a_cart() -> None:
    store = small_store()
    after = msgspec.structs.replace(store, file=with_store(store, draft(currency="CHF")))
    changes, calm = layout_changes(store, after), UnderWay()
    found = obstacle(changes, View("e"), calm, 0)
    assert found is not None
    assert found.remedy == "start"
    view = View("e")
    view.state.open[1] = OpenVisit("v1", "K7-204", 1, 0.0)
    for inside, unposted in ((view, 0), (View("e"), 1)):
        found = obstacle(changes, inside, calm, unposted)
        assert found is not None
        assert found.remedy == ""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_of(small_store(), tmp_path / "store")


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(small_store(), 0, recording=False)


@pytest.fixture
def window(qtbot: QtBot, folder: Path, tmp_path: Path, engine: FakeEngine) -> Iterator[MainWindow]:
    with live_window(folder, tmp_path, engine) as made:
        qtbot.waitUntil(lambda: made.state.snapshot is not None)
        yield made


def test_it_is_changed_from_what_is_missing_and_taken_back(
    window: MainWindow, qtbot: QtBot, folder: Path, engine: FakeEngine
) -> None:
    before = read_store(folder).file
    window.setup.show()
    steps = shown(window, SetupDialog)
    assert isinstance(steps, SetupDialog)
    qtbot.waitUntil(lambda: "store" in steps.buttons, timeout=LONG_MS)
    steps.buttons["store"].click()
    form = shown(window, StoreForm)
    assert isinstance(form, StoreForm)
    form.name.setText("Corner shop")
    form.wide.setValue(3.0)
    form.save_button.click()
    assert form.problems["floor"].text()
    form.wide.setValue(7.0)
    form.currency.setCurrentText("chf")
    form.save_button.click()
    qtbot.waitUntil(lambda: closed(window, StoreForm), timeout=LONG_MS)
    file = read_store(folder).file
    assert (file.store.name, file.store.currency) == ("Corner shop", "CHF")
    assert size_of(read_store(folder)) == (7.0, 5.0)
    qtbot.waitUntil(lambda: any(isinstance(c, TakeStore) for c in engine.asked), timeout=LONG_MS)
    qtbot.waitUntil(lambda: "Corner shop, 7 × 5 m, prices in CHF" in told(steps), timeout=LONG_MS)
    window.device_desk.undo()
    qtbot.waitUntil(lambda: window.device_desk.undoable is None, timeout=LONG_MS)
    assert read_store(folder).file == before
    steps.reject()


def test_another_currency_is_refused_after_the_first_visit(
    window: MainWindow, qtbot: QtBot, folder: Path
) -> None:
    with Ledger.open(window.session.path) as file:
        file.post_visit(closed_visit("v1"), priced())
    window.setup.change_store()
    form = shown(window, StoreForm)
    assert isinstance(form, StoreForm)
    form.currency.setCurrentText("CHF")
    form.save_button.click()
    qtbot.waitUntil(lambda: "was sold in EUR already" in form.problems[""].text(), timeout=LONG_MS)
    assert read_store(folder).file.store.currency == "EUR"
    form.reject()
