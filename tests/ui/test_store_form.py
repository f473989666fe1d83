"""The store's own name, floor and currency, changed after it was connected; what is refused says why."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from shapely.geometry import Polygon

from console.back_office import Ledger
from console.back_office.permissions import Actor
from console.operations.catalogue import carry_out, plan_import
from console.operations.floor_drafts import (
    Outline,
    corners_outside,
    floor_problem,
    outside,
    resized,
    size_of,
    with_corner,
    without_corner,
)
from console.operations.store_drafts import StoreDraft, check_currency, problems_of, with_store
from console.operations.store_edits import EditError
from console.widgets.setup_dialog import SetupDialog
from console.widgets.store_form import StoreForm
from console.window import MainWindow
from inference.engine.relaying import obstacle
from inference.engine.view import OpenVisit, View
from inference.messages.shelves import UnderWay
from inference.messages.wire import TakeStore
from store_layout.camera_geometry import camera_model
from store_layout.layout_changes import layout_changes
from store_layout.reader import read_store
from tests.back_office.visits import closed as closed_visit
from tests.back_office.visits import layout as priced
from tests.support.fake_engine import FakeEngine
from tests.support.live_window import closed, folder_of, live_window, shown, told
from tests.support.stores import small_store

LONG_MS = 15_000


ROOM: Outline = ((0.0, 0.0), (6.0, 0.0), (6.0, 5.0), (0.0, 5.0))


def draft(**changed: object) -> StoreDraft:
    made = StoreDraft(name="Corner shop", currency="EUR", outline=ROOM)
    return msgspec.structs.replace(made, **changed)


def test_the_floor_grows_at_its_far_edges_and_never_under_what_stands_there() -> None:
    layout = small_store()
    assert layout.file.floor.outline == ROOM
    assert size_of(ROOM) == (6.0, 5.0)
    larger = with_store(layout, draft(outline=resized(ROOM, (8.0, 5.5))))
    assert larger.floor.outline == ((0.0, 0.0), (8.0, 0.0), (8.0, 5.5), (0.0, 5.5))
    assert with_store(layout, draft()).floor == layout.file.floor
    assert problems_of(draft(), layout) == {}
    assert set(problems_of(draft(outline=resized(ROOM, (3.0, 5.0))), layout)) == {"floor"}
    bent: Outline = ((0, 0), (6, 0), (6, 5), (3, 5), (3, 4), (0, 4))
    assert size_of(bent) is None
    assert resized(bent, (9.0, 9.0)) == bent


@given(st.lists(st.integers(0, 3), max_size=12), st.integers(0, 3))
def test_a_corner_that_comes_into_a_wall_and_goes_again_leaves_the_floor_as_it_was(
    walls: list[int], first: int
) -> None:
    outline, added = ROOM, [first]
    outline = with_corner(outline, first)
    for wall in walls:
        outline = with_corner(outline, wall)
        added.append(wall)
    assert Polygon(outline).symmetric_difference(Polygon(ROOM)).area < 0.1  # middles are rounded to a cm
    for wall in reversed(added):
        outline = without_corner(outline, wall + 1)
    assert outline == ROOM
    assert len(without_corner(ROOM[:3], 0)) == 3


@pytest.mark.parametrize(
    ("outline", "why"),
    [
        (((0, 0), (6, 5), (6, 0), (0, 5)), "from corner 1 to 2 crosses the one from 3 to 4"),
        (((0, 0), (6, 0), (6, 0), (6, 5), (0, 5)), "Corners 2 and 3 are in the same place"),
        (((0, 0), (6, 0), (3, 0), (6, 5), (0, 5)), "from corner 1 to 2 crosses the one from 2 to 3"),
        (((0, 0), (6, 0), (6, 5), (0, 5), (0, 0)), "Corners 5 and 1 are in the same place"),
        (((0, 0), (6, 0)), "at least three corners"),
    ],
)
def test_a_line_that_is_no_floor_says_which_walls_are_wrong(outline: Outline, why: str) -> None:
    assert why in floor_problem(small_store(), outline)


def test_what_would_stand_outside_is_said_by_name() -> None:
    layout = small_store()
    low = floor_problem(layout, resized(ROOM, (6.0, 2.0)))
    named = [f.name for f in layout.file.fixture if f"% of {f.name} would stand outside" in low]
    assert named
    beside: Outline = ((2.0, 0.0), (6.0, 0.0), (6.0, 5.0), (2.0, 5.0))
    gate = layout.file.gate[0]
    told = outside(layout, beside)
    assert f"Gate {gate.name} would lie outside" in told
    assert len(corners_outside(layout, beside)) >= len([t for t in told if not t.startswith("Camera")])
    hung = [camera.name for camera in layout.file.camera if camera_model(camera).position is not None]
    everything = outside(layout, tuple((x + 50.0, y) for x, y in ROOM))
    assert {f"Camera {name} would hang outside" for name in hung} <= set(everything)
    assert "more" in floor_problem(layout, tuple((x + 50.0, y) for x, y in ROOM))


def test_what_stood_outside_before_keeps_nobody_from_making_the_floor_larger() -> None:
    layout = small_store()
    small = msgspec.structs.replace(
        layout,
        file=msgspec.structs.replace(
            layout.file, floor=msgspec.structs.replace(layout.file.floor, outline=resized(ROOM, (6.0, 4.0)))
        ),
    )
    assert outside(small, resized(ROOM, (7.0, 4.0))) == ()


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
    assert "would stand outside" in form.problems["floor"].text()
    form.save_button.click()
    assert form.problems["floor"].text()
    form.wide.setValue(7.0)
    assert not form.problems["floor"].text()
    form.currency.setCurrentText("chf")
    form.save_button.click()
    qtbot.waitUntil(lambda: closed(window, StoreForm), timeout=LONG_MS)
    file = read_store(folder).file
    assert (file.store.name, file.store.currency) == ("Corner shop", "CHF")
    assert size_of(file.floor.outline) == (7.0, 5.0)
    qtbot.waitUntil(lambda: any(isinstance(c, TakeStore) for c in engine.asked), timeout=LONG_MS)
    qtbot.waitUntil(lambda: "Corner shop, 7 × 5 m, prices in CHF" in told(steps), timeout=LONG_MS)
    window.store_desk.undo()
    qtbot.waitUntil(lambda: window.store_desk.undoable is None, timeout=LONG_MS)
    assert read_store(folder).file == before
    steps.reject()


def key(widget: QWidget, *keys: Qt.Key, shift: bool = False) -> None:
    for one in keys:
        QTest.keyClick(
            widget, one, Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        )


def test_a_floor_is_given_another_corner_by_keys_alone_and_taken_back(
    window: MainWindow, qtbot: QtBot, folder: Path
) -> None:
    before = read_store(folder).file
    window.setup.change_store()
    form = shown(window, StoreForm)
    assert isinstance(form, StoreForm)
    corners = form.corners
    corners.list.setFocus()
    key(corners.list, Qt.Key.Key_Down, Qt.Key.Key_Insert)
    assert corners.outline == (*ROOM[:2], (6.0, 2.5), *ROOM[2:])
    assert (corners.corner, corners.list.count()) == (2, 5)
    key(corners.board, Qt.Key.Key_Right, shift=True)
    key(corners.board, Qt.Key.Key_Right, Qt.Key.Key_Up)
    assert corners.outline[2] == (6.55, 2.55)
    assert not form.wide.isEnabled()
    key(corners.board, Qt.Key.Key_PageUp)
    assert corners.corner == 1
    corners.x_field.setValue(6.3)
    corners.x_field.setValue(6.4)
    corners.back_button.click()
    assert corners.outline[1] == ROOM[1]
    corners.back_button.click()
    assert corners.outline[2] == (6.0, 2.5), "keys on one corner are one step"
    corners.back_button.click()
    assert corners.outline == ROOM
    assert not corners.back_button.isEnabled()
    assert form.wide.isEnabled()
    corners.add()
    key(corners.board, Qt.Key.Key_Right, shift=True)
    drawn = corners.outline
    form.save_button.click()
    qtbot.waitUntil(lambda: closed(window, StoreForm), timeout=LONG_MS)
    assert read_store(folder).file.floor.outline == drawn
    window.store_desk.undo()
    qtbot.waitUntil(lambda: window.store_desk.undoable is None, timeout=LONG_MS)
    assert read_store(folder).file == before


def test_corners_are_dragged_and_walls_divided_by_hand(window: MainWindow) -> None:
    window.setup.change_store()
    form = shown(window, StoreForm)
    assert isinstance(form, StoreForm)
    corners, board = form.corners, form.corners.board
    wall = (board.to_pixel(ROOM[2]) + board.to_pixel(ROOM[3])) / 2
    QTest.mouseDClick(board, Qt.MouseButton.LeftButton, pos=wall.toPoint())
    assert corners.outline[3] == (3.0, 5.0)
    at, to = board.to_pixel(corners.outline[3]).toPoint(), board.to_pixel((3.0, 5.4)).toPoint()
    QTest.mousePress(board, Qt.MouseButton.LeftButton, pos=at)
    for share in (0.5, 1.0):
        QTest.mouseMove(board, (QPointF(at) + (QPointF(to) - QPointF(at)) * share).toPoint())
    QTest.mouseRelease(board, Qt.MouseButton.LeftButton, pos=to)
    assert corners.outline[3] == pytest.approx((3.0, 5.4), abs=0.051)
    assert "5.4" in corners.list.item(3).text()
    corners.step_back()
    assert corners.outline[3] == (3.0, 5.0), "a drag is one step"
    corners.list.setCurrentRow(0)
    key(corners.list, Qt.Key.Key_Delete, Qt.Key.Key_Delete, Qt.Key.Key_Delete)
    assert len(corners.outline) == 3
    assert not corners.remove_button.isEnabled()
    form.save_button.click()
    assert form.focusWidget() is corners.list
    form.reject()


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
