"""A changed store folder is taken over while the store runs: nothing is lost, and a replay says the same."""

from __future__ import annotations

import shutil
import threading
import time
from concurrent.futures import Future
from pathlib import Path

import msgspec
import pytest

from inference.engine import relaying
from inference.engine.belonging import Layouts, begin_journal, new_header
from inference.engine.engine import Engine, EngineOptions
from inference.engine.journal import Journal
from inference.engine.opening import open_journal
from inference.engine.recovery import recover
from inference.engine.relaying import obstacle
from inference.engine.view import OpenVisit, View
from inference.messages import Observation, VisitClosed
from inference.messages.codec import to_msgpack
from inference.messages.shelves import UnderWay
from inference.messages.wire import Answer, Refused, StoreTaken, TakeStore
from inference.pipeline import Pipeline
from inference.recording import Recording, RecordingPlayer
from inference.simulation import SimulationSettings, simulate
from store_layout.aim import looking_at
from store_layout.layout_changes import layout_changes
from store_layout.model import Camera, StoreLayout
from store_layout.problems import Problem, StoreProblems
from tests.engine.conftest import recording_source
from tests.engine.test_engine import _CrashError
from tests.support.fake_pipeline import (
    FakeFlow,
    MemorySink,
    fake_layout,
    fake_observations,
    undisturbed,
)
from tests.support.stores import small_store

SEEN = fake_observations(1200)
LIMIT_S = 60.0


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine takes its time to post visits, for example."""
    monkeypatch.setattr(relaying, "WAIT_S", LIMIT_S)


def with_file(layout: StoreLayout, **changed: object) -> StoreLayout:
    return msgspec.structs.replace(layout, file=msgspec.structs.replace(layout.file, **changed))


def one_camera_more(layout: StoreLayout) -> StoreLayout:
    more = msgspec.structs.replace(layout.file.camera[0], id="new")
    return with_file(layout, camera=(*layout.file.camera, more))


class Folder:
    """A store folder that says what the test wants."""

    def __init__(self, layout: StoreLayout, sink: MemorySink) -> None:
        self.layout: StoreLayout | Exception = layout
        self._sink = sink

    def read(self) -> StoreLayout:
        if isinstance(self.layout, Exception):
            raise self.layout
        return self.layout

    def sink(self, layout: StoreLayout) -> MemorySink:
        return self._sink


class Willing:
    """A recording that goes on whatever the store is like, as live devices do."""

    def __init__(self, observations: list[Observation], speed: float | None) -> None:
        self._inner = recording_source(observations, speed)
        self.relaid: list[StoreLayout] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def pause(self, paused: bool) -> None:
        self._inner.pause(paused)

    def why_not_relay(self, changes: object) -> None:
        return None

    def relay(self, layout: StoreLayout) -> None:
        self.relaid.append(layout)


class Shop:
    """An engine on a thread, whose folder can be changed."""

    def __init__(self, folder: Path, sink: MemorySink, speed: float | None = 20.0, **options: object) -> None:
        self.sink, self.folder = sink, Folder(fake_layout(), sink)
        self.source = Willing(SEEN, speed)
        if not folder.exists():
            begin_journal(folder, new_header(fake_layout(), "fake-recording"), fake_layout())
        self.engine = Engine(
            fake_layout(),
            "salt",
            make_flow=FakeFlow,
            sink=sink,
            source=self.source,  # type: ignore[arg-type]  # passes the rest on
            journal_folder=folder,
            premises=self.folder,
            options=EngineOptions(exit_at_end=True, **options),  # type: ignore[arg-type]  # of any test
        )
        self._thread = threading.Thread(target=self.engine.run)

    def __enter__(self) -> Shop:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.source.pause(False)
        self._thread.join(LIMIT_S)
        assert not self._thread.is_alive()

    def ask(self, *, only_ask: bool = False) -> Answer:
        answer: Future[Answer] = self.engine.submit(TakeStore(only_ask))
        return answer.result(LIMIT_S)

    def wait_for(self, count: int) -> None:
        """Let it come so far and stand there: what is asked for is then asked in the middle of the day."""
        self.source.pause(False)
        until = time.monotonic() + LIMIT_S
        while (seen := self.engine.newest()) is None or seen.observations < count:
            assert time.monotonic() < until
            time.sleep(0.005)
        self.source.pause(True)


def replayed(folder: Path) -> bytes:
    """The state that the journal in ``folder`` comes to."""
    found = recover(
        Journal(folder), Layouts(folder), lambda of: FakeFlow(of, "salt"), lambda _: View(""), None
    )
    return found.flow.checkpoint()


def test_a_camera_is_added_while_visits_go_on(tmp_path: Path) -> None:
    sink = MemorySink()
    with Shop(tmp_path / "j", sink) as shop:
        shop.wait_for(300)
        shop.folder.layout = one_camera_more(fake_layout())
        answer = shop.ask()
        assert isinstance(answer, StoreTaken)
        assert [(c.part, c.how, c.name) for c in answer.changes] == [("camera", "added", "new")]
        assert shop.source.relaid == [shop.folder.layout]
        assert shop.ask() == StoreTaken()
    # No visit is lost and none is doubled: all that an undisturbed day has, under the same ids.
    assert sink.visits.keys() == undisturbed(SEEN, "salt").keys()
    assert shop.engine.now.from_source == len(SEEN)


def test_the_journal_replayed_comes_to_the_same_bytes(tmp_path: Path) -> None:
    """From before the change, over it, to the end: as the running engine came to them."""
    folder = tmp_path / "j"
    with Shop(folder, MemorySink(), checkpoint_s=1e6, checkpoint_observations=10**9) as shop:
        shop.wait_for(300)
        shop.folder.layout = one_camera_more(fake_layout())
        kept = sorted(folder.glob("*.checkpoint"))[0]
        before = kept.read_bytes()
        assert isinstance(shop.ask(), StoreTaken)
        shop.wait_for(600)
        shutil.copytree(folder, tmp_path / "copy")
    copy = tmp_path / "copy"
    from_newest = replayed(copy)
    for path in copy.glob("*.checkpoint"):
        path.unlink()
    (copy / kept.name).write_bytes(before)
    assert replayed(copy) == from_newest


@pytest.mark.parametrize("at", ["before the checkpoint", "after it"])
def test_killed_in_the_middle_of_the_change(tmp_path: Path, at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal speaks of the new layout, the checkpoint does not yet: the next engine comes to it."""
    folder, sink = tmp_path / "j", MemorySink()
    begin_journal(folder, new_header(fake_layout(), "fake-recording"), fake_layout())
    shop = Shop(folder, sink, speed=None)
    fix, left = shop.engine.fix, [2 if at == "after it" else 1]

    def fix_or_die() -> bool:
        left[0] -= 1
        if left[0] < 0 or (left[0] == 0 and at == "before the checkpoint" and shop.source.relaid):
            raise _CrashError
        done = fix()
        if shop.source.relaid:
            raise _CrashError
        return done

    monkeypatch.setattr(shop.engine, "fix", fix_or_die)
    shop.folder.layout = one_camera_more(fake_layout())
    shop.engine.submit(TakeStore())
    while any(thread.name == "store-reader" for thread in threading.enumerate()):
        time.sleep(0.005)
    with pytest.raises(_CrashError):
        shop.engine.run()
    again = Shop(folder, sink, speed=None)
    again.engine.layout = one_camera_more(fake_layout())
    with again:
        pass
    assert sink.visits.keys() == undisturbed(SEEN, "salt").keys()
    assert again.engine.now.layout == one_camera_more(fake_layout())


def test_a_bad_folder_never_reaches_the_running_store(tmp_path: Path, expected_logs: list[str]) -> None:
    expected_logs += ["cannot be read"]
    with Shop(tmp_path / "j", MemorySink()) as shop:
        shop.wait_for(100)
        bad = Problem("store.toml", 'line 12, camera[0] "west".url', "This is no address", "Write rtsp://")
        shop.folder.layout = StoreProblems([bad])
        answer = shop.ask()
        assert isinstance(answer, Refused)
        assert 'store.toml: line 12, camera[0] "west".url' in str(answer.why)
        assert "Write rtsp://" in str(answer.why)
        shop.folder.layout = OSError("the disk is gone")
        assert shop.ask() == Refused("the store folder cannot be read: the disk is gone")
        assert shop.source.relaid == []


def test_a_stage_that_cannot_go_on_with_it_leaves_everything_as_it_was(
    tmp_path: Path, expected_logs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected_logs += ["is not taken over"]

    def take_over(*_: object) -> None:
        raise ValueError("no way")

    sink = MemorySink()
    with Shop(tmp_path / "j", sink) as shop:
        shop.wait_for(100)
        monkeypatch.setattr(FakeFlow, "take_over", take_over)
        shop.folder.layout = one_camera_more(fake_layout())
        assert shop.ask() == Refused("the changed store folder cannot be taken over: no way")
    assert sink.visits == undisturbed(SEEN, "salt")


def test_it_waits_for_a_hand_in_the_shelf_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Shop(tmp_path / "j", MemorySink(), speed=1.0) as shop:
        shop.wait_for(20)
        flow = shop.engine.now.flow
        assert isinstance(flow, FakeFlow)
        flow.busy = UnderWay(frozenset({"s0"}))
        scale = msgspec.structs.replace(fake_layout().file.scale[0], noise_sd_g=3.0)
        shop.folder.layout = with_file(fake_layout(), scale=(scale,))
        with monkeypatch.context() as patched:
            patched.setattr(relaying, "WAIT_S", 0.3)
            answer = shop.ask()
        assert answer == Refused("something happens on scale s0: wait until it is at rest", "wait")
        looked, look = threading.Semaphore(0), flow.under_way

        def noted() -> UnderWay:
            looked.release()
            return look()

        flow.under_way = noted  # type: ignore[method-assign]  # of this one
        waiting: Future[Answer] = shop.engine.submit(TakeStore())
        for _ in range(3):  # it has found the hand there, and looked again
            assert looked.acquire(timeout=LIMIT_S)
        time.sleep(0.2)
        assert not waiting.done()
        flow.busy = UnderWay()
        taken = waiting.result(LIMIT_S)
        assert isinstance(taken, StoreTaken)
        assert taken.waited_s >= 0.2
        shop.engine.stop()


def changed(**fields: object) -> StoreLayout:
    return with_file(small_store(), **fields)


def test_what_cannot_be_changed_now_says_why() -> None:
    store = small_store()
    inside = View("e")
    inside.state.open = {1: OpenVisit("v", "AB", 1, 0.0)}
    gate = msgspec.structs.replace(store.file.gate[0], kind="entry")
    rules = msgspec.structs.replace(store.file.rules, default_detector="other")
    less = msgspec.structs.replace(store, catalog=store.catalog[:-1])
    calm = UnderWay()
    holds = UnderWay(products=frozenset({store.catalog[-1].sku}))

    def why(after: StoreLayout, view: View, under_way: UnderWay = calm, unposted: int = 0) -> str:
        found = obstacle(layout_changes(store, after), view, under_way, unposted)
        return "" if found is None else str(found.why)

    assert "while nobody is inside; now: 1" in why(changed(gate=(gate,)), inside)
    assert why(changed(gate=(gate,)), View("e")) == ""
    assert "when the engine starts" in why(changed(rules=rules), View("e"))
    assert "may hold product" in why(less, View("e"), holds)
    assert why(less, View("e")) == ""
    assert "wait for the ledger" in why(less, View("e"), unposted=2)
    assert "belong to the ledger" in why(
        changed(store=msgspec.structs.replace(store.file.store, currency="CHF")), View("e")
    )


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> list[Observation]:
    """Two people shop in the small store."""
    folder = tmp_path_factory.mktemp("day")
    simulate(small_store(), SimulationSettings(visits=2, duration_s=20.0), 3, folder / "r")
    return list(RecordingPlayer(Recording.open(folder / "r")).observations())


def through(day: list[Observation], after: StoreLayout | None, at: int) -> tuple[list[bytes], Pipeline]:
    """Visits of the real pipeline whose store changes after ``at`` observations."""
    before = small_store()
    flow, closed = Pipeline(before, "salt"), []
    for number, seen in enumerate(day):
        if number == at and after is not None:
            state: list[object] = []
            data = flow.checkpoint(state)  # type: ignore[arg-type]  # vectors
            flow = Pipeline(after, "salt")
            flow.take_over(data, before, state)  # type: ignore[arg-type]  # the same
        closed += [r for r in flow.step(seen) if isinstance(r, VisitClosed)]
    closed += [r for r in flow.finish(day[-1].t) if isinstance(r, VisitClosed)]
    return [to_msgpack(visit.closed) for visit in closed], flow


def test_what_concerns_nobody_changes_no_byte_of_any_visit(day: list[Observation]) -> None:
    """A camera of which nothing comes, another name of the store: the visits of a day as ever."""
    store = small_store()
    blind = Camera(
        id="new",
        name="new",
        width=640,
        height=360,
        calibration=looking_at((3.0, 2.0, 2.5), (3.0, 4.0, 0.5), 640, 360, 80.0),
    )
    after = with_file(
        store,
        camera=(*store.file.camera, blind),
        store=msgspec.structs.replace(store.file.store, name="Renamed"),
    )
    calm, _ = through(day, None, 0)
    assert calm
    assert through(day, after, len(day) // 2)[0] == calm


def test_what_is_taken_away_is_forgotten_and_the_rest_goes_on(day: list[Observation]) -> None:
    store = small_store()
    gone_camera, gone_scale = store.file.camera[0].id, store.file.scale[0].id
    slots = tuple(s for s in store.file.slot if s.scale != gone_scale)
    names = {s.id for s in slots}
    after = with_file(
        store,
        camera=store.file.camera[1:],
        scale=store.file.scale[1:],
        slot=slots,
    )
    after = msgspec.structs.replace(after, planogram=tuple(f for f in after.planogram if f.slot in names))
    rest = [
        seen
        for seen in day
        if gone_camera != getattr(seen, "camera", "") and gone_scale != getattr(seen, "scale", "")
    ]
    visits, flow = through(rest, after, len(rest) // 2)
    assert len(visits) == len(through(day, None, 0)[0]) > 0
    assert {level.scale for level in flow.scale_levels()} == after.scales.keys()
    assert not any(name.startswith(f"{gone_camera}\n") for name in flow._floor.state.camera_errors.starts)


def test_the_journal_of_a_changed_store_goes_on_with_every_visit(tmp_path: Path) -> None:
    """The folder was edited while no engine ran."""
    folder, sink = tmp_path / "j", MemorySink()
    begin_journal(folder, new_header(fake_layout(), None), fake_layout())
    header, notes = open_journal(
        folder, one_camera_more(fake_layout()), None, make_flow=FakeFlow, make_sink=lambda _: sink
    )
    assert header.layout == new_header(fake_layout(), None).layout
    assert [str(note) for note in notes] == ["the store folder was changed; visits that go on in it: 0"]
    assert not (tmp_path / "j.old-000001").exists()
