"""A planned change comes into the engine at its time though no window is open."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import msgspec
import pytest

from console.back_office import Ledger, audit, verify
from console.engine_process.housekeeping import Housekeeping
from console.engine_process.planned_changes import TOOK, PlannedChanges
from inference.engine.belonging import begin_journal, new_header
from inference.engine.engine import Engine, EngineOptions
from inference.messages.said import said
from inference.messages.wire import Answer, Command, Refused, StoreTaken, TakeStore
from store_layout.change_files import FOLDER, apply_due, change_now, schedule, undo
from store_layout.changes import Change, Rows
from store_layout.layout_changes import LayoutChange
from store_layout.model import StoreLayout
from store_layout.reader import read_store
from store_layout.writer import write_store
from tests.engine.test_relaying import SEEN, Willing
from tests.support.fake_pipeline import FakeFlow, MemorySink
from tests.support.stores import small_store

NOON, EVENING = 1_700_000_000.0, 1_700_020_000.0
SOUP = "2000000000060"


class Store:
    """A folder, an engine that answers as the test wants, and what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.ledger = folder / "store", folder / "ledger.sqlite"
        write_store(small_store(), self.folder)
        Ledger.open(self.ledger).close()
        self.now = NOON
        self.asked: list[Command] = []
        self.answer: Answer | None = StoreTaken((LayoutChange("product", "changed", SOUP, "nothing"),))
        self.ended = threading.Event()

    def submit(self, command: Command) -> Future[Answer]:
        self.asked.append(command)
        future: Future[Answer] = Future()
        if self.answer is not None:
            future.set_result(self.answer)
        return future

    def planned(self) -> PlannedChanges:
        return PlannedChanges(self.folder, self.ledger, self.submit, clock=lambda: self.now, ended=self.ended)

    def plan(self, at: float = EVENING) -> Change:
        return schedule(self.folder, heavier(), valid_from=at, now=self.now, who="Mara", why="")

    def logged(self) -> list[tuple[str, str, str]]:
        with Ledger.open(self.ledger, read_only=True) as ledger:
            assert verify(ledger).sound
            return [(row.what, row.about, row.why) for row in audit.log(ledger)]


def heavier() -> Rows:
    soup = next(p for p in small_store().catalog if p.sku == SOUP)
    return Rows(products=(msgspec.structs.replace(soup, weight_g=480.0),))


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_at_its_time_once_and_written_down(store: Store) -> None:
    planned = store.planned()
    store.plan()
    assert planned.look() is None
    store.now = EVENING
    assert planned.look() == store.answer.changes  # type: ignore[union-attr]  # a StoreTaken
    assert store.asked == [TakeStore()]
    assert store.logged() == [(TOOK, "catalogue change 1", f"product {SOUP} changed")]
    apply_due(store.folder, store.now)  # as the engine does when it reads the folder
    assert planned.look() is None
    assert store.planned().look() is None  # the next engine read it at its start
    assert len(store.asked) == 1


def test_one_that_was_planned_before_this_engine_and_one_made_by_a_window_meanwhile(store: Store) -> None:
    store.plan()
    planned = store.planned()
    change_now(store.folder, heavier(), now=NOON, who="Mara", why="")
    assert planned.look() is None  # whoever makes one now asks for it now
    store.now = EVENING
    store.answer = StoreTaken(())  # a window was quicker: it is in the log by its name already
    assert planned.look() == ()
    assert planned.look() is None
    assert store.logged() == []


def test_a_cancelled_one_never_comes(store: Store) -> None:
    planned = store.planned()
    change = store.plan()
    assert planned.look() is None
    undo(store.folder, change.number, now=NOON + 1, who="Mara", why="")
    store.now = EVENING
    assert planned.look() is None
    assert store.asked == []


def test_what_is_in_the_way_is_waited_for(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    planned = store.planned()
    store.plan()
    store.now = EVENING
    store.answer = Refused(said("somebody inside may hold product {sku}: wait", sku=SOUP), "wait")
    assert planned.look() is None
    assert planned.look() is None
    store.answer = StoreTaken((LayoutChange("product", "changed", SOUP, "nothing"),))
    assert planned.look() is not None
    assert len(store.asked) == 3
    assert not [r for r in caplog.records if r.levelname == "WARNING"]


@pytest.mark.parametrize(("remedy", "asked"), [("", 3), ("start", 1)])
def test_what_the_engine_cannot_do_is_said_once(
    store: Store, expected_logs: list[str], caplog: pytest.LogCaptureFixture, remedy: str, asked: int
) -> None:
    expected_logs.append("is not taken over")
    planned = store.planned()
    store.plan()
    store.now = EVENING
    store.answer = Refused(said("another broker is connected to when the engine starts"), remedy)  # type: ignore[arg-type]
    for _ in range(3):
        assert planned.look() is None
    assert len(store.asked) == asked
    assert len([r for r in caplog.records if "is not taken over" in r.message]) == 1


def test_an_unreadable_change_is_named_and_an_engine_that_ends_is_not_waited_for(
    store: Store, expected_logs: list[str]
) -> None:
    expected_logs.append("is not taken over")
    planned = store.planned()
    store.plan()
    store.now = EVENING
    store.answer = None
    store.ended.set()
    assert planned.look() is None
    assert len(store.asked) == 1
    (store.folder / FOLDER / "000002.json").write_text("{")
    assert planned.look() is None
    shutil.rmtree(store.folder)
    assert planned.look() is None


class _Premises:
    """The folder as the engine's own parts read it."""

    def __init__(self, folder: Path, sink: MemorySink, clock: Callable[[], float]) -> None:
        self._folder, self._sink, self._clock = folder, sink, clock

    def read(self) -> StoreLayout:
        apply_due(self._folder, self._clock())
        return read_store(self._folder)

    def sink(self, _: StoreLayout) -> MemorySink:
        return self._sink


def test_a_running_engine_goes_on_with_it(store: Store) -> None:
    layout, sink, journal = read_store(store.folder), MemorySink(), store.folder.parent / "journal"
    begin_journal(journal, new_header(layout, "fake-recording"), layout)
    engine = Engine(
        layout,
        "salt",
        make_flow=FakeFlow,
        sink=sink,
        source=Willing(SEEN, 2.0),  # type: ignore[arg-type]  # passes the rest on
        journal_folder=journal,
        premises=_Premises(store.folder, sink, lambda: store.now),
        options=EngineOptions(),
    )
    keeper = Housekeeping(
        layout.file,
        store.ledger,
        store.folder.parent,
        folder=store.folder,
        submit=engine.submit,
        look_s=0.01,
        clock=lambda: store.now,
    )
    thread = threading.Thread(target=engine.run)
    thread.start()
    keeper.start()
    try:
        store.plan()
        store.now = EVENING
        until = time.monotonic() + 100.0
        while next(p for p in engine.layout.catalog if p.sku == SOUP).weight_g != 480.0:
            assert time.monotonic() < until, "the engine never took it over"
            time.sleep(0.02)
    finally:
        keeper.close()
        engine.stop()
        thread.join(100)
    assert (TOOK, "catalogue change 1", f"product {SOUP} changed") in store.logged()
