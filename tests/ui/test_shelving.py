"""Boards and slots of a shelf that stands: divided, joined, added, moved, taken out; and taken back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from console.back_office import Ledger, audit
from console.back_office.permissions import Actor
from console.operations.catalogue import carry_out, plan_slot
from console.operations.change_undo import take_back
from console.operations.gondolas import Face, faces
from console.operations.shelving_drafts import (
    ShelvingError,
    boards_of,
    divided,
    followed,
    joined,
    moved_board,
    neighbour_of,
    with_board,
    without_board,
)
from console.operations.shelving_work import rebuild, used_names
from console.operations.store_edits import edit_store
from console.pages.shelves import ShelvesPage
from console.widgets.shelving_form import ShelvingForm
from console.window import MainWindow
from inference.messages.wire import TakeStore
from store_layout.change_files import ChangeError, read_changes
from store_layout.model import Facing, StoreLayout
from store_layout.problems import errors_among
from store_layout.reader import read_store
from store_layout.toml_text import toml_text
from store_layout.writer import check_layout
from tests.support.fake_engine import FakeEngine
from tests.support.live_window import closed, folder_of, live_window, shown, sign
from tests.support.stores import small_store

CTRL = Qt.KeyboardModifier.ControlModifier
LONG_MS = 15_000


def face_a(layout: StoreLayout) -> Face:
    return next(face for face in faces(layout) if face.fixture.id == "A")


def on_one_scale(layout: StoreLayout, *slots: str) -> StoreLayout:
    """These slots on the scale of the first of them."""
    scale = layout.slots[slots[0]].scale
    gone = {layout.slots[slot].scale for slot in slots[1:]}
    file = msgspec.structs.replace(
        layout.file,
        slot=tuple(msgspec.structs.replace(s, scale=scale) if s.id in slots else s for s in layout.file.slot),
        scale=tuple(s for s in layout.file.scale if s.id not in gone),
    )
    return msgspec.structs.replace(layout, file=file)


def pair(layout: StoreLayout) -> tuple[str, str]:
    """Two slots beside each other on the lowest board."""
    left, right = boards_of(face_a(layout))[0].slots[:2]
    return left.id, right.id


# -- the rules ---------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(share=st.floats(0.1, 0.9), number=st.integers(0, 9), own=st.booleans())
def test_a_divided_slot_fills_the_room_of_the_old_one_and_joins_again(
    share: float, number: int, own: bool
) -> None:
    layout = small_store()
    slot = layout.file.slot[number]
    face = next(f for f in faces(layout) if slot.id in {p.slot.id for p in f.slots})
    after, _ = divided(layout, face, slot.id, share, own_scale=own)
    assert errors_among(check_layout(after)) == errors_among(check_layout(layout))
    assert after.planogram == layout.planogram
    new = next(iter(after.slots.keys() - layout.slots.keys()))
    assert (after.slots[new].scale == slot.scale) is not own
    now = followed(face, layout, after)
    left = next(p for p in now.slots if p.slot.id == slot.id)
    right = next(p for p in now.slots if p.slot.id == new)
    assert left.left + left.width == pytest.approx(right.left)
    assert neighbour_of(now, slot.id) == after.slots[new]
    if own:
        with pytest.raises(ShelvingError, match="two scales"):
            joined(after, now, slot.id)
    else:
        again, _ = joined(after, now, slot.id)
        assert again.slots == layout.slots
        assert again.planogram == layout.planogram


def test_what_stood_in_a_joined_slot_stands_in_the_other() -> None:
    left, right = pair(small_store())
    layout = on_one_scale(small_store(), left, right)
    rows = [row for row in layout.planogram if row.slot not in (left, right)]
    rows += [
        Facing(slot=left, sku="2000000000060", facings=2, capacity=10, stock=8),
        Facing(slot=right, sku="2000000000060", facings=1, capacity=5),
        Facing(slot=right, sku="2000000000053", facings=3, stock=4),
    ]
    layout = msgspec.structs.replace(layout, planogram=tuple(rows))
    after, told = joined(layout, face_a(layout), left)
    assert [row for row in after.planogram if row.slot in (left, right)] == [
        Facing(slot=left, sku="2000000000060", facings=3, capacity=15, stock=None),
        Facing(slot=left, sku="2000000000053", facings=3, stock=4),
    ]
    assert "Soup tin, Crisps 150 g" in told
    last = boards_of(face_a(layout))[0].slots[-1].id
    with pytest.raises(ShelvingError, match="no slot on its right"):
        joined(layout, face_a(layout), last)


def test_a_board_comes_between_two_and_goes_again() -> None:
    layout = small_store()
    face = face_a(layout)
    low, high = boards_of(face)[:2]
    middle = round((low.bottom + high.bottom) / 2, 2)
    after, _ = with_board(layout, face, middle, 3, scales=True)
    now = followed(face, layout, after)
    boards = boards_of(now)
    assert [board.bottom for board in boards[:3]] == [low.bottom, middle, high.bottom]
    assert [board.shelf for board in boards] == sorted(board.shelf for board in boards)
    assert boards[0].top == pytest.approx(middle - 0.04)
    new = boards[1]
    assert len(new.slots) == 3
    assert {slot.scale for slot in new.slots} <= after.scales.keys()
    gone, _ = without_board(after, now, new.shelf)
    assert gone.scales == layout.scales
    assert {s.id: s.shelf for s in gone.file.slot} == {s.id: s.shelf for s in layout.file.slot}
    with pytest.raises(ShelvingError, match="something stands in"):
        without_board(layout, face, low.shelf)
    with pytest.raises(ShelvingError, match="left over it"):
        with_board(layout, face, high.bottom - 0.05, 2, scales=False)
    with pytest.raises(ShelvingError, match="left under it"):
        with_board(layout, face, low.bottom + 0.05, 2, scales=False)


def test_a_board_moves_between_its_neighbours() -> None:
    layout = small_store()
    face = face_a(layout)
    low, high = boards_of(face)[:2]
    after, told = moved_board(layout, face, high.shelf, high.bottom + 0.1)
    now = followed(face, layout, after)
    assert boards_of(now)[1].bottom == pytest.approx(high.bottom + 0.1)
    assert boards_of(now)[0].top == pytest.approx(high.bottom + 0.06)
    assert f"{high.bottom:.2f}" in told
    with pytest.raises(ShelvingError, match="below the next board"):
        moved_board(layout, face, high.shelf, low.bottom)
    with pytest.raises(ShelvingError, match="above the next board"):
        moved_board(layout, face, low.shelf, high.bottom + 0.01)


def test_a_new_slot_never_inherits_a_name_that_has_a_history(tmp_path: Path) -> None:
    folder = folder_of(small_store(), tmp_path / "store")
    layout = read_store(folder)
    plan = plan_slot(folder, "A1", (), at=None, now=time.time())
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        carry_out(folder, ledger, Actor("Mara", "manager", "test"), plan, now=time.time(), why="")
    assert used_names(folder) == {"A1"}
    after, _ = divided(layout, face_a(layout), "A0", 0.5, own_scale=False, used={"A0b"})
    assert "A0c" in after.slots


# -- written -----------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_of(on_one_scale(small_store(), *pair(small_store())), tmp_path / "store")


def joined_in(folder: Path) -> tuple[StoreLayout, StoreLayout, str, str]:
    before = read_store(folder)
    left, right = pair(before)
    return before, joined(before, face_a(before), left)[0], left, right


def test_it_is_refused_where_something_would_be_lost(folder: Path, tmp_path: Path) -> None:
    before, after, left, right = joined_in(folder)
    sku = next(row.sku for row in before.planogram if row.slot == right)
    mara, now = Actor("Mara", "manager", "test"), time.time()
    with Ledger.open(tmp_path / "ledger.db") as ledger:

        def write(carts: tuple[tuple[str, str], ...] = ()) -> None:
            rebuild(folder, ledger, mara, before, after, carts=carts, now=now, why="")

        with pytest.raises(ChangeError, match="K7-204 has"):
            write((("K7-204", sku),))
        plan = plan_slot(folder, right, (Facing(slot=right, sku="2000000000084"),), at=now + 900, now=now)
        change = carry_out(folder, ledger, mara, plan, now=now, why="")
        with pytest.raises(ChangeError, match=f"planned change {change.number} puts something into {right}"):
            write()
        assert read_store(folder) == before
        plan = plan_slot(folder, left, (), at=None, now=now)
        carry_out(folder, ledger, mara, plan, now=now, why="")
        with pytest.raises(ChangeError, match="changed meanwhile"):
            write()


class Changing:
    """A manager who changes the store, by hand and by number; the clock goes on by itself."""

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self.folder, self.ledger = folder, ledger
        self.mara, self.now = Actor("Mara", "manager", "test"), time.time()

    @property
    def store(self) -> StoreLayout:
        return read_store(self.folder)

    def rebuild(self, after: StoreLayout) -> int:
        self.now += 1
        made = rebuild(self.folder, self.ledger, self.mara, self.store, after, carts=(), now=self.now, why="")
        return made.change

    def put(self, slot: str, *skus: str) -> int:
        self.now += 1
        rows = tuple(Facing(slot=slot, sku=sku, facings=1, stock=3) for sku in skus)
        plan = plan_slot(self.folder, slot, rows, at=None, now=self.now)
        return carry_out(self.folder, self.ledger, self.mara, plan, now=self.now, why="").number

    def back(self, number: int | None) -> None:
        self.now += 1
        take_back(self.folder, self.ledger, self.mara, number, now=self.now, why="")


@pytest.fixture
def changing(folder: Path, tmp_path: Path) -> Iterator[Changing]:
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        yield Changing(folder, ledger)


def test_a_rebuilt_shelf_is_taken_back_by_its_number_and_what_else_was_changed_stays(
    changing: Changing,
) -> None:
    before, after, _, right = joined_in(changing.folder)
    number = changing.rebuild(after)
    other = next(row.slot for row in before.planogram if row.slot not in pair(before))
    changing.put(other, before.catalog[0].sku)
    edit_store(
        changing.folder,
        lambda now: msgspec.structs.replace(
            now.file, store=msgspec.structs.replace(now.file.store, name="Elsewhere")
        ),
    )
    changing.back(number)
    now = changing.store
    assert now.slots == before.slots
    assert now.scales == before.scales
    assert now.file.store.name == "Elsewhere"
    assert {r for r in now.planogram if r.slot != other} == {r for r in before.planogram if r.slot != other}
    assert [r.sku for r in now.planogram if r.slot == other] == [before.catalog[0].sku]
    assert [r for r in now.planogram if r.slot == right]
    assert ("Mara", "took a rebuilt shelf back") in [(r.who, r.what) for r in audit.log(changing.ledger)]
    with pytest.raises(ChangeError, match="undone already"):
        changing.back(number)


def test_a_change_whose_slot_is_gone_names_the_rebuild_that_took_it(changing: Changing) -> None:
    """Also where nothing stood in the slot when it went, so that the tables say nothing of it."""
    left, right = pair(changing.store)
    first = changing.put(right)
    rebuilt = changing.rebuild(joined(changing.store, face_a(changing.store), left)[0])
    assert not read_changes(changing.folder)[-1].rows.touched
    with pytest.raises(
        ChangeError, match=f"Change {first} cannot be taken back before {rebuilt}: since then slot {right} is"
    ):
        changing.back(first)
    changing.back(rebuilt)
    changing.back(first)
    assert [row for row in changing.store.planogram if row.slot == right]


def test_a_slot_that_went_by_hand_is_said_too(changing: Changing) -> None:
    right = pair(changing.store)[1]
    first = changing.put(right)
    edit_store(
        changing.folder,
        lambda now: msgspec.structs.replace(
            now.file, slot=tuple(slot for slot in now.file.slot if slot.id != right)
        ),
    )
    with pytest.raises(ChangeError, match=f"slot {right} otherwise, and that slot is no more"):
        changing.back(first)


def test_two_rebuilds_of_a_shelf_are_taken_back_in_their_order(changing: Changing) -> None:
    before, left = changing.store, pair(changing.store)[0]
    first = changing.rebuild(divided(before, face_a(before), left, 0.5, own_scale=False)[0])
    new = next(iter(changing.store.slots.keys() - before.slots.keys()))
    second = changing.rebuild(divided(changing.store, face_a(changing.store), new, 0.5, own_scale=False)[0])
    with pytest.raises(ChangeError, match=f"{first} cannot be taken back before {second}: the same shelf"):
        changing.back(first)
    changing.back(None)
    changing.back(None)
    assert changing.store == before
    with pytest.raises(ChangeError, match="nothing was changed"):
        changing.back(None)


def test_what_stands_in_a_new_slot_keeps_it(changing: Changing) -> None:
    before, left = changing.store, pair(changing.store)[0]
    first = changing.rebuild(divided(before, face_a(before), left, 0.5, own_scale=False)[0])
    new = next(iter(changing.store.slots.keys() - before.slots.keys()))
    second = changing.put(new, before.catalog[1].sku)
    name = before.catalog[1].name
    with pytest.raises(ChangeError, match=f"before {second}: {name} stands in slot {new} since then"):
        changing.back(first)
    after = changing.store
    changing.back(second)
    changing.back(first)
    assert changing.store.file == before.file
    assert after.slots.keys() - changing.store.slots.keys() == {new}


def test_what_was_changed_by_hand_on_the_shelf_is_not_lost(changing: Changing) -> None:
    before, after, left, _ = joined_in(changing.folder)
    number = changing.rebuild(after)
    edit_store(
        changing.folder,
        lambda now: msgspec.structs.replace(
            now.file,
            slot=tuple(
                msgspec.structs.replace(s, high=(*s.high[:2], s.high[2] - 0.01)) if s.id == left else s
                for s in now.file.slot
            ),
        ),
    )
    found = changing.store
    with pytest.raises(ChangeError, match=f"{left} of .* was changed in the store's file since"):
        changing.back(number)
    assert changing.store == found
    assert before.slots != found.slots


def test_a_crash_between_tables_and_file_leaves_a_rebuild_that_can_be_taken_back(changing: Changing) -> None:
    before, after, *_ = joined_in(changing.folder)
    changing.rebuild(after)
    (changing.folder / "store.toml").write_text(toml_text(before.file), "utf-8")
    changing.back(1)
    assert changing.store.file == before.file
    assert set(changing.store.planogram) == set(before.planogram)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(on_one_scale(small_store(), *pair(small_store())), 2, recording=False)


@pytest.fixture
def window(qtbot: QtBot, folder: Path, tmp_path: Path, engine: FakeEngine) -> Iterator[MainWindow]:
    with live_window(folder, tmp_path, engine) as made:
        made.show_page("shelves")
        qtbot.waitUntil(lambda: bool(made.session.operators))
        yield made


def opened(window: MainWindow, slot: str, *carts: tuple[str, str]) -> ShelvingForm:
    page = window.page
    assert isinstance(page, ShelvesPage)
    page.show_slot(slot)
    QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_B, CTRL)
    form = shown(window, ShelvingForm)
    assert isinstance(form, ShelvingForm)
    form._carts = lambda: carts  # type: ignore[method-assign]
    return form


def test_slots_are_joined_by_a_manager_and_taken_back_with_what_stood_in_them(
    window: MainWindow, qtbot: QtBot, folder: Path, engine: FakeEngine
) -> None:
    before, after, left, right = joined_in(folder)
    form = opened(window, left)
    assert form.board.slot == left
    assert not form.foot.act.isEnabled()
    assert right in form.join_button.text()
    form.join_button.click()
    assert right in form.list.item(0).text()
    form.divide_button.click()
    assert form.list.count() == 2
    form.back.click()
    assert form.list.count() == 1
    sign(form.foot, pin="0000")
    qtbot.waitUntil(form.foot.act.isEnabled, timeout=LONG_MS)
    assert read_store(folder) == before
    sign(form.foot)
    qtbot.waitUntil(lambda: closed(window, ShelvingForm), timeout=LONG_MS)
    assert read_store(folder).slots == after.slots
    assert set(read_store(folder).planogram) == set(after.planogram)
    qtbot.waitUntil(lambda: any(isinstance(c, TakeStore) for c in engine.asked), timeout=LONG_MS)
    with Ledger.open(window.session.path, read_only=True) as ledger:
        assert ("Mara", "rebuilt a shelf", "A") in [(r.who, r.what, r.about) for r in audit.log(ledger)]
    window.store_desk.undo()
    qtbot.waitUntil(lambda: window.store_desk.undoable is None, timeout=LONG_MS)
    again = read_store(folder)
    assert again.file == before.file
    assert set(again.planogram) == set(before.planogram)
    assert [change.undoes for change in read_changes(folder)] == [None, 1]


def test_the_arrows_choose_and_what_cannot_be_is_said(window: MainWindow) -> None:
    form = opened(window, "A0")
    first = boards_of(face_a(form.layout_now))[0].slots
    QTest.keyClick(form.board, Qt.Key.Key_Right)
    assert form.board.slot == first[1].id
    QTest.keyClick(form.board, Qt.Key.Key_Left)
    assert form.board.slot == "A0"
    QTest.keyClick(form.board, Qt.Key.Key_Up)
    assert form.board.slot not in {slot.id for slot in first}
    form.board.choose("A0")
    form.remove_button.click()
    assert "take it out first" in form.problem.text()
    form.new_height.setValue(form.height_field.value() + 0.03)
    form.add_button.click()
    assert "left under it" in form.problem.text()
    assert not form.foot.act.isEnabled()
    form.reject()


def test_an_open_cart_keeps_its_slot(window: MainWindow, qtbot: QtBot) -> None:
    before = window.store_desk.layout
    left, right = pair(before)
    sku = next(row.sku for row in before.planogram if row.slot == right)
    form = opened(window, left, ("K7-204", sku))
    form.join_button.click()
    assert "K7-204" in form.problem.text()
    form.reject()
    qtbot.waitUntil(lambda: window.state.snapshot is not None, timeout=LONG_MS)
    snapshot = window.state.snapshot
    assert snapshot is not None
    page = window.page
    assert isinstance(page, ShelvesPage)
    page.shelf_tools.rebuild(face_a(before), left)
    form = shown(window, ShelvingForm)  # type: ignore[assignment]  # a ShelvingForm
    told = {(cart.code, line.sku) for cart in snapshot.carts for line in cart.lines}
    assert set(form._carts()) == told
    form.reject()
