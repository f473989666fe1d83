from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store_layout import change_files
from store_layout.change_files import (
    ChangeError,
    LayoutsByTime,
    apply_due,
    change_now,
    read_changes,
    schedule,
    undo,
)
from store_layout.changes import Rows, rows_between, with_rows
from store_layout.differences import differences
from store_layout.model import Facing, Product, StoreLayout
from store_layout.reader import read_store
from store_layout.whole_files import replace_whole
from store_layout.writer import write_store, write_tables
from tests.support.stores import small_store

STORE = small_store()
FIRST = STORE.catalog[0]
NOW = 1_700_000_000.0


def dearer(layout: StoreLayout, price: int) -> Rows:
    return Rows(products=(msgspec.structs.replace(layout.catalog[0], price=price),))


def price(layout: StoreLayout) -> int:
    return layout.products[FIRST.sku].price


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    write_store(STORE, tmp_path / "store")
    return tmp_path / "store"


@st.composite
def layouts(draw: st.DrawFn) -> StoreLayout:
    """The small store with some of its rows, some of them otherwise."""
    catalog = [
        msgspec.structs.replace(product, price=draw(st.integers(1, 3)))
        for product in STORE.catalog
        if draw(st.booleans())
    ]
    planogram = [
        msgspec.structs.replace(facing, facings=draw(st.integers(1, 3)))
        for facing in STORE.planogram
        if draw(st.booleans())
    ]
    return StoreLayout(file=STORE.file, catalog=tuple(catalog), planogram=tuple(planogram))


def sets(layout: StoreLayout) -> tuple[set[Product], set[Facing]]:
    return set(layout.catalog), set(layout.planogram)


@settings(max_examples=100, deadline=None)
@given(layouts(), layouts())
def test_the_rows_between_two_stores_lead_from_one_to_the_other_and_back(
    one: StoreLayout, other: StoreLayout
) -> None:
    there = rows_between(one, other)
    assert sets(with_rows(one, there)) == sets(other)
    assert sets(with_rows(with_rows(one, there), there)) == sets(other)
    assert sets(with_rows(other, rows_between(other, one))) == sets(one)
    assert (there == Rows()) == (sets(one) == sets(other))
    assert bool(differences(one, other)) == (there != Rows())


def test_a_change_now_is_in_the_tables_and_can_be_undone(folder: Path) -> None:
    raw = (folder / "catalog.csv").read_bytes().replace(b"sku,", b"SKU ,").replace(b"\n", b"\r\n")
    (folder / "catalog.csv").write_bytes(raw)
    change = change_now(folder, dearer(STORE, 199), now=NOW, who="Mara", why="new list")
    assert (change.number, change.state, change.applied_at) == (1, "applied", NOW)
    assert price(read_store(folder)) == 199
    assert (folder / "changes" / "000001.before" / "catalog.csv").read_bytes() == raw
    back = undo(folder, None, now=NOW + 1, who="Mara", why="typo")
    assert (back.number, back.undoes) == (2, 1)
    assert read_store(folder) == STORE
    with pytest.raises(ChangeError, match="nothing was changed"):
        undo(folder, None, now=NOW + 2, who="Mara", why="")
    with pytest.raises(ChangeError, match="undone already"):
        undo(folder, 1, now=NOW + 2, who="Mara", why="")
    with pytest.raises(ChangeError, match="no change 9"):
        undo(folder, 9, now=NOW + 2, who="Mara", why="")


def test_undo_takes_back_the_change_and_not_what_came_in_between(folder: Path) -> None:
    change_now(folder, dearer(STORE, 199), now=NOW, who="Mara", why="")
    second = msgspec.structs.replace(STORE.catalog[1], price=5)
    change_now(folder, Rows(products=(second,)), now=NOW + 1, who="Mara", why="")
    change_now(folder, dearer(STORE, 299), now=NOW + 2, who="Mara", why="")
    with pytest.raises(ChangeError, match="cannot be undone before 3"):
        undo(folder, 1, now=NOW + 3, who="Mara", why="")
    undo(folder, 3, now=NOW + 3, who="Mara", why="")
    undo(folder, 1, now=NOW + 4, who="Mara", why="")
    found = read_store(folder)
    assert (price(found), found.products[second.sku].price) == (FIRST.price, 5)


def test_a_scheduled_change_waits_for_its_time(folder: Path) -> None:
    schedule(folder, dearer(STORE, 199), valid_from=NOW + 100, now=NOW, who="Mara", why="")
    assert apply_due(folder, NOW + 99) == ()
    assert read_store(folder) == STORE
    by_hand = (folder / "catalog.csv").read_text(encoding="utf-8").replace("Soup tin", "Tin of soup")
    (folder / "catalog.csv").write_text(by_hand, encoding="utf-8")
    (done,) = apply_due(folder, NOW + 101)
    assert (done.state, apply_due(folder, NOW + 102)) == ("applied", ())
    found = read_store(folder)
    assert price(found) == 199
    assert "Tin of soup" in {product.name for product in found.catalog}


def test_one_that_waits_can_be_cancelled(folder: Path) -> None:
    schedule(folder, dearer(STORE, 199), valid_from=NOW + 100, now=NOW, who="Mara", why="")
    assert undo(folder, 1, now=NOW + 1, who="Mara", why="").state == "cancelled"
    assert apply_due(folder, NOW + 101) == ()
    assert read_store(folder) == STORE


def test_what_does_not_fit_any_more_waits_and_says_so(folder: Path) -> None:
    new = Facing(slot="A0", sku="4711")
    schedule(folder, Rows(facings=(new,)), valid_from=NOW, now=NOW, who="Mara", why="")
    with pytest.raises(ChangeError, match=r"change 1 does not fit(.|\n)*no product '4711'(.|\n)*Undo it"):
        apply_due(folder, NOW)
    assert read_store(folder) == STORE
    with pytest.raises(ChangeError, match="does not fit"):
        change_now(folder, Rows(gone_products=(FIRST.sku,)), now=NOW, who="Mara", why="")
    assert [change.number for change in read_changes(folder)] == [1]


def test_layouts_by_time(folder: Path) -> None:
    """The price of a moment, whether the tables have it yet or have more than that already."""
    base = read_store(folder)
    times = LayoutsByTime(folder, base)
    assert times.at(NOW) is base
    schedule(folder, dearer(STORE, 199), valid_from=NOW + 100, now=NOW, who="Mara", why="")
    schedule(folder, dearer(STORE, 299), valid_from=NOW + 200, now=NOW, who="Mara", why="")
    moments = (NOW, NOW + 99, NOW + 100, NOW + 199, NOW + 200)
    prices = [FIRST.price, FIRST.price, 199, 199, 299]
    assert [price(times.at(t)) for t in moments] == prices
    apply_due(folder, NOW + 250)
    assert [price(times.at(t)) for t in moments] == prices
    late = LayoutsByTime(folder, read_store(folder))
    assert [price(late.at(t)) for t in moments] == prices
    assert late.at(NOW + 200) is late.at(NOW + 300)
    undo(folder, 2, now=NOW + 300, who="Mara", why="")
    assert [price(late.at(t)) for t in (NOW + 299, NOW + 300)] == [299, 199]
    by_hand = read_store(folder)
    assert price(LayoutsByTime(folder, by_hand).at(NOW + 400)) == 199


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("crash_at", range(5))
def test_after_a_crash_anywhere_it_is_applied_once_and_can_be_undone(
    folder: Path, crash_at: int, late: bool
) -> None:
    class CrashError(BaseException):
        """As kill -9: nothing is tidied."""

    schedule(folder, dearer(STORE, 199), valid_from=NOW, now=NOW, who="Mara", why="")
    steps = 0

    def count() -> None:
        nonlocal steps
        if steps == crash_at:
            steps += 1
            raise CrashError
        steps += 1

    put, tables = replace_whole, write_tables

    def putting(path: Path, content: bytes) -> None:
        if not late:
            count()
        put(path, content)
        if late:
            count()

    def writing(layout: StoreLayout, where: Path, names: set[str]) -> None:
        if not late:
            count()
        tables(layout, where, names)
        if late:
            count()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(change_files, "replace_whole", putting)
        patched.setattr(change_files, "write_tables", writing)
        for _ in range(2):
            try:
                apply_due(folder, NOW)
            except CrashError:
                assert price(read_store(folder)) in {FIRST.price, 199}
    assert [change.state for change in read_changes(folder)] == ["applied"]
    assert price(read_store(folder)) == 199
    undo(folder, None, now=NOW + 1, who="Mara", why="")
    assert read_store(folder) == STORE


def test_a_full_disk_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    real, calls = os.fsync, [0]
    for room in range(8):
        calls[0] = 0

        def full(handle: int, room: int = room) -> None:
            calls[0] += 1
            if calls[0] > room:
                raise OSError(28, "No space left on device")
            real(handle)

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            try:
                change_now(folder, dearer(STORE, 199), now=NOW, who="Mara", why="")
            except ChangeError as error:
                assert "No space left on device" in str(error)  # noqa: PT017 - not each round raises
                assert "the tables are as they were" in str(error)  # noqa: PT017
            else:
                assert room >= 4  # the change, both old tables, the new one
                assert price(read_store(folder)) == 199
                return
        assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    pytest.fail("it never came to an end")


def test_a_damaged_change_is_named(folder: Path) -> None:
    change_now(folder, dearer(STORE, 199), now=NOW, who="Mara", why="")
    path = folder / "changes" / "000001.json"
    path.write_text(path.read_text(encoding="utf-8")[:50], encoding="utf-8")
    with pytest.raises(ChangeError, match=r"000001\.json: .*truncated.* Restore it from a backup"):
        read_changes(folder)


def test_prices_in_another_currency_are_not_applied(folder: Path) -> None:
    schedule(folder, dearer(STORE, 199), valid_from=NOW, now=NOW, who="Mara", why="")
    toml = folder / "store.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('"EUR"', '"JPY"'), encoding="utf-8")
    for name in ("catalog.csv",):
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace("1.49", "149"), encoding="utf-8")
    with pytest.raises((ChangeError, ValueError), match=r"prices in EUR|more decimals"):
        apply_due(folder, NOW)
