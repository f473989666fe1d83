"""A simulated store behind the real engine: who is sent in gets a receipt for exactly what they took."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest

from inference.engine import rendered_pictures
from inference.engine.engine import Engine, EngineOptions
from inference.engine.flow import real_flow
from inference.engine.opening import open_journal
from inference.engine.simulated import SimulatedSource
from inference.messages import (
    ClosedVisit,
    Detection,
    Detections,
    Frame,
    Observation,
    Tick,
    VisitClosed,
    WeightReading,
)
from inference.messages.said import Words
from inference.messages.wire import (
    Done,
    PauseReplay,
    Refused,
    RestartDevice,
    SendShopper,
    SentShopper,
    SetOpen,
    SetReplaySpeed,
    StoreTaken,
    TakeStore,
    Wanted,
)
from inference.simulation import SimulationSettings
from inference.simulation.live.world import SOON_S
from store_layout.model import StoreLayout
from tests.engine import picture_makers as makers
from tests.support.stores import small_store

LAYOUT = small_store()
LEMON, _, WATER, CHOCOLATE, _, SOUP = (p.sku for p in LAYOUT.catalog[:6])
QUIET = SimulationSettings(arrivals_per_min=0.0)
CROWD = SimulationSettings(arrivals_per_min=20.0)
SPEED = 6.0


def fast_clock() -> float:
    return time.monotonic() * SPEED


class Sink:
    """Keeps visits."""

    def __init__(self) -> None:
        self.visits: list[ClosedVisit] = []

    def post(self, closed: VisitClosed) -> None:
        self.visits.append(closed.closed)

    def close(self) -> None:
        pass


class OneBox:
    """A detector that sees one person in every picture; its own session."""

    name = "one-box"

    def session(self) -> OneBox:
        return self

    def detect(self, image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> tuple[Detection, ...]:
        return (Detection((1.0, 2.0, 30.0, 90.0), 0.123),)


def until(condition: Callable[[], object], limit_s: float = 60.0) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@contextmanager
def running(
    source: SimulatedSource, folder: Path, premises: Folder | None = None
) -> Iterator[tuple[Engine, Sink]]:
    with begun_engine(source, folder, premises) as (engine, sink, notes):
        assert notes == []
        yield engine, sink


@contextmanager
def begun_engine(
    source: SimulatedSource, folder: Path, premises: Folder | None = None
) -> Iterator[tuple[Engine, Sink, list[Words]]]:
    """As the engine's process begins one; what it is told of the journal before comes with it."""
    sink = Sink() if premises is None else premises.visits
    header, notes = open_journal(
        folder, LAYOUT, source.recording_id, make_flow=real_flow, make_sink=lambda _: sink
    )
    options = EngineOptions(paused_since=header.paused_since)
    engine = Engine(
        LAYOUT,
        header.salt,
        make_flow=real_flow,
        sink=sink,
        source=source,
        journal_folder=folder,
        premises=premises,
        options=options,
    )
    runner = threading.Thread(target=engine.run, name="state")
    runner.start()
    try:
        yield engine, sink, notes
    finally:
        engine.stop()
        runner.join()


@contextmanager
def opened(source: SimulatedSource) -> Iterator[SimulatedSource]:
    source.prepare()
    source.start(0)
    try:
        yield source
    finally:
        source.close()


def listen(source: SimulatedSource, seen: list[Observation]) -> bool:
    """Add what the source has to say; true, to be followed by a condition."""
    seen += source.take(500, 0.05)
    return True


def test_receipts_are_exactly_what_was_truly_taken(tmp_path: Path) -> None:
    source = SimulatedSource(LAYOUT, seed=11, settings=QUIET, clock=fast_clock)
    asked: tuple[tuple[Wanted, ...], ...] = (
        (Wanted(WATER, 2), Wanted(CHOCOLATE)),
        (Wanted(SOUP), Wanted(LEMON, 2)),
        (),
    )
    with running(source, tmp_path / "journal") as (engine, sink):
        answers = []
        for wanted in asked:
            answer = engine.submit(SendShopper(wanted)).result(60)
            assert isinstance(answer, SentShopper)
            answers.append(answer)
            next_at = source.status().position_s + 12.0  # of the store's time: no two of them shop together
            until(lambda: source.status().position_s >= next_at)  # noqa: B023  # it is called now
        until(lambda: len(sink.visits) == len(asked))
        snapshot = engine.newest()
        assert snapshot is not None
        assert snapshot.source.kind == "simulated"
        assert [s.state for s in snapshot.source.sent] == ["left"] * len(asked)
        assert {d.state for d in snapshot.devices} == {"live"}
        assert {d.kind for d in snapshot.devices} == {"camera", "scale", "gate"}
    by_token = {visit.token: visit for visit in sink.visits}
    for answer, wanted in zip(answers, asked, strict=True):
        visit = by_token[answer.token]
        assert {line.sku: line.quantity for line in visit.lines} == {w.sku: w.count for w in wanted}
        assert visit.decision == ("issue" if wanted else "nothing")


def test_a_paused_store_refuses_whoever_is_sent_and_goes_on_when_it_is_open(tmp_path: Path) -> None:
    """Whoever is inside finishes, leaves, and gets their receipt."""
    source = SimulatedSource(LAYOUT, seed=11, settings=CROWD, clock=fast_clock)
    with running(source, tmp_path / "journal") as (engine, sink):
        first = engine.submit(SendShopper((Wanted(WATER, 2),))).result(60)
        assert isinstance(first, SentShopper)

        def now_of(person: str) -> str:
            newest = engine.newest()
            return "" if newest is None else {s.person: s.state for s in newest.source.sent}.get(person, "")

        until(lambda: now_of(first.person) == "inside")
        assert engine.submit(SetOpen(False)).result(60) == Done()
        refused = engine.submit(SendShopper((Wanted(SOUP),))).result(60)
        assert isinstance(refused, Refused)
        assert str(refused.why) == "the store is paused, and nobody comes in until it is open again"
        until(lambda: now_of(first.person) == "left" and not source._world.looks)
        paused_at = (newest := engine.newest()) is not None and newest.paused_since
        assert paused_at
        until(lambda: any(visit.token == first.token for visit in sink.visits))
        assert [v.code for v in sink.visits if v.entered_at > paused_at + 2 * SOON_S * SPEED] == []
        assert engine.submit(SetOpen(True)).result(60) == Done()
        until(lambda: source._world.looks)
        assert isinstance(engine.submit(SendShopper((Wanted(SOUP),))).result(60), SentShopper)


def test_a_store_that_was_left_paused_begins_paused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the engine remembers counts for the source too, before anybody comes."""
    source = SimulatedSource(LAYOUT, seed=11, settings=CROWD, clock=fast_clock)
    header, _ = open_journal(
        tmp_path, LAYOUT, source.recording_id, make_flow=real_flow, make_sink=lambda _: Sink()
    )

    def told_at_first() -> bool:
        """What the engine says to the source when it begins; then the store is paused."""
        told: list[bool] = []
        again = SimulatedSource(LAYOUT, seed=11, settings=CROWD, clock=fast_clock)
        again._id = source.recording_id
        monkeypatch.setattr(again, "set_open", told.append)
        engine = Engine(
            LAYOUT, header.salt, make_flow=real_flow, sink=Sink(), source=again, journal_folder=tmp_path
        )
        runner = threading.Thread(target=engine.run, name="state")
        runner.start()
        try:
            until(lambda: engine.newest() is not None)
            assert engine.submit(SetOpen(False)).result(60) == Done()
        finally:
            engine.stop()
            runner.join()
        return told[0]

    assert told_at_first()
    assert not told_at_first()


def paused_since(engine: Engine) -> float | None:
    until(lambda: engine.newest() is not None)
    newest = engine.newest()
    assert newest is not None
    return newest.paused_since


def test_a_store_that_was_left_paused_stays_so_when_it_is_simulated_anew(tmp_path: Path) -> None:
    """Every start is another world with another journal; whether the store is open is not begun anew."""

    @contextmanager
    def begun() -> Iterator[tuple[SimulatedSource, Engine]]:
        source = SimulatedSource(LAYOUT, seed=11, settings=CROWD, clock=fast_clock)
        with begun_engine(source, tmp_path / "journal") as (engine, _, _):
            yield source, engine

    with begun() as (_, engine):
        assert engine.submit(SetOpen(False)).result(60) == Done()
        until(lambda: paused_since(engine) is not None)
        left_at = paused_since(engine)
    for _ in range(2):  # the second finds a journal that was itself begun paused
        with begun() as (source, engine):
            assert paused_since(engine) == left_at, "since when, too"
            until(lambda: source.status().position_s > 60)
            assert not source._world.looks, "nobody came by chance"
            assert isinstance(engine.submit(SendShopper((Wanted(SOUP),))).result(60), Refused)
    with begun() as (source, engine):
        assert engine.submit(SetOpen(True)).result(60) == Done()
        until(lambda: source._world.looks)
    with begun() as (_, engine):
        assert paused_since(engine) is None


def test_what_cannot_be_done_is_refused_in_words(tmp_path: Path) -> None:
    with running(SimulatedSource(LAYOUT, seed=1, settings=QUIET), tmp_path / "journal") as (engine, _):
        for command, why in (
            (SendShopper((Wanted("nonsense"),)), "no product and no slot 'nonsense'"),
            (PauseReplay(True), "cannot be paused"),
            (SetReplaySpeed(4.0), "as fast as the clock"),
            (RestartDevice("west"), "west is simulated"),
        ):
            answer = engine.submit(command).result(60)
            assert isinstance(answer, Refused)
            assert why in answer.why


def test_time_goes_with_the_clock_and_ticks_come_in_order() -> None:
    seen: list[Observation] = []
    began = time.time()
    with opened(SimulatedSource(LAYOUT, seed=1, settings=QUIET)) as source:
        until(lambda: listen(source, seen) and seen and seen[-1].t > began + 1.2)
    assert len([s for s in seen if isinstance(s, Tick)]) >= 3
    weights = [s for s in seen if isinstance(s, WeightReading)]
    assert len(weights) > 0.5 * 1.2 * sum(s.rate_hz for s in LAYOUT.file.scale)
    assert all(began - 0.1 < s.t < time.time() for s in seen)
    late = [max(0.0, a.t - b.t) for a, b in pairwise(seen)]
    assert max(late) < 0.15


def test_a_tick_is_never_ahead_of_what_is_still_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """The world goes on in its own thread, also while what it has said is taken."""
    source = SimulatedSource(LAYOUT, seed=1, settings=QUIET)
    drain = source._readings.drain

    def meanwhile(limit: int, timeout: float) -> list[Observation]:
        batch = drain(limit, timeout)
        source._go_on(source._now + 1.0)
        return batch

    monkeypatch.setattr(source._readings, "drain", meanwhile)
    source._go_on(1.0)
    first, second = source.take(5000, 0.0), source.take(5000, 0.0)
    assert isinstance(first[-1], Tick)
    assert isinstance(second[-1], Tick)
    assert first[-1].t - min(seen.t for seen in second) < 0.15
    assert second[-1].t - first[-1].t > 0.9


def test_a_computer_that_slept_goes_on_where_it_was() -> None:
    slept = 0.0
    with opened(
        SimulatedSource(LAYOUT, seed=1, settings=QUIET, clock=lambda: time.monotonic() + slept)
    ) as source:
        until(lambda: source.take(500, 0.05))
        slept = 3600.0
        seen: list[Observation] = []
        until(lambda: listen(source, seen) and len(seen) > 150)
    assert all(abs(s.t - time.time()) < 10.0 for s in seen)


def test_each_start_is_a_store_of_its_own() -> None:
    first = SimulatedSource(LAYOUT, seed=1, settings=QUIET)
    time.sleep(0.002)
    second = SimulatedSource(LAYOUT, seed=1, settings=QUIET)
    assert first.recording_id != second.recording_id
    assert not first.ended


def test_a_store_in_which_nobody_can_shop_is_refused() -> None:
    file = msgspec.structs.replace(LAYOUT.file, gate=())
    with pytest.raises(ValueError, match="no gate"):
        SimulatedSource(msgspec.structs.replace(LAYOUT, file=file), seed=1)


# -- with pictures -----------------------------------------------------------------------------------------


def scores(seen: list[Observation]) -> set[float]:
    return {item.score for s in seen if isinstance(s, Detections) for item in s.items}


def test_the_detector_looks_at_the_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendered_pictures, "ENOUGH_HZ", 0.0)  # as slow as a busy machine makes them
    shown: list[Frame] = []
    source = SimulatedSource(
        LAYOUT, seed=1, settings=QUIET, maker=makers.PLAIN, detector=OneBox(), show=shown.append
    )
    with opened(source):
        seen: list[Observation] = []
        until(lambda: listen(source, seen) and 0.123 in scores(seen))
        end = seen[-1].t + 0.5  # what the cameras said before is on its way no longer
        until(lambda: listen(source, seen) and seen[-1].t > end)
        seen.clear()
        until(lambda: listen(source, seen) and {f.camera for f in shown} == set(LAYOUT.cameras))
        assert scores(seen) <= {0.123}, "the cameras do not speak for themselves meanwhile"
        devices = source.devices()
        assert devices[-1].kind == "detector"
        assert [d.kind for d in devices[:3]] == ["camera"] * 3
        assert all(0.0 <= d.rate_hz < 15.0 for d in devices[:3])


def test_without_a_detector_pictures_are_shown_and_cameras_speak_for_themselves() -> None:
    shown: list[Frame] = []
    source = SimulatedSource(LAYOUT, seed=1, settings=QUIET, maker=makers.PLAIN, show=shown.append)
    with opened(source):
        source.send_shopper(())
        seen: list[Observation] = []
        until(lambda: listen(source, seen) and (len(shown) > 5 and len(scores(seen)) > 3))
        assert max(int(f.image[0, 0, 0]) for f in shown) <= 1


def test_without_pictures_after_all_cameras_speak_for_themselves_and_say_why(
    expected_logs: list[str],
) -> None:
    expected_logs.append("no pictures of the simulated store")
    source = SimulatedSource(LAYOUT, seed=1, settings=QUIET, maker=makers.BROKEN, detector=OneBox())
    with opened(source):
        source.send_shopper(())
        seen: list[Observation] = []
        until(lambda: listen(source, seen) and len(scores(seen)) > 3)
        until(lambda: "no graphics driver" in source.devices()[0].why)
        assert source.devices()[0].state == "live"


class Folder:
    """A store folder that says what the test wants."""

    def __init__(self) -> None:
        self.layout, self.visits = LAYOUT, Sink()

    def read(self) -> StoreLayout:
        return self.layout

    def sink(self, layout: StoreLayout) -> Sink:
        return self.visits


def cameras_of(engine: Engine) -> set[str]:
    now = engine.newest()
    assert now is not None
    return {device.device for device in now.devices if device.kind == "camera"}


def test_a_store_at_work_takes_cameras_over_and_no_receipt_is_otherwise(tmp_path: Path) -> None:
    """Somebody is sent in, and while they shop a camera is added and another taken away."""
    source = SimulatedSource(LAYOUT, seed=11, settings=QUIET, clock=lambda: 2.0 * time.monotonic())
    folder = Folder()
    with running(source, tmp_path / "journal", folder) as (engine, sink):
        assert isinstance(
            engine.submit(SendShopper((Wanted(WATER, 2), Wanted(CHOCOLATE)))).result(60), SentShopper
        )
        until(lambda: (now := engine.newest()) is not None and any(i.code for i in now.inside))
        first, *rest = LAYOUT.file.camera
        cameras = (*rest, msgspec.structs.replace(first, id="extra"))
        folder.layout = msgspec.structs.replace(
            LAYOUT, file=msgspec.structs.replace(LAYOUT.file, camera=cameras)
        )
        taken = engine.submit(TakeStore()).result(60)
        assert isinstance(taken, StoreTaken)
        assert {(c.how, c.name) for c in taken.changes} == {("added", "extra"), ("removed", first.id)}
        until(lambda: cameras_of(engine) == {camera.id for camera in cameras})
        shelves = msgspec.structs.replace(
            LAYOUT, file=msgspec.structs.replace(LAYOUT.file, scale=LAYOUT.file.scale[1:], slot=())
        )
        folder.layout = shelves
        refused = engine.submit(TakeStore()).result(60)
        assert isinstance(refused, Refused)
        until(lambda: sink.visits)
    (visit,) = sink.visits
    assert sorted((line.sku, line.quantity) for line in visit.lines) == sorted([(WATER, 2), (CHOCOLATE, 1)])
