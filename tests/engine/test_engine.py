from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inference.engine.appearance_memory import AppearanceMemory
from inference.engine.engine import Engine
from inference.messages import Detections, Observation, Outage, Result, WeightReading
from inference.messages.shelves import ScaleDetail, ScaleLevel
from inference.messages.wire import (
    Done,
    GetScale,
    GetSnapshot,
    Refused,
    SetOpen,
    SetReplaySpeed,
    SetStaff,
    Snapshot,
    StopEngine,
    TareScale,
)
from store_layout.model import StoreLayout
from tests.engine.conftest import MakeEngine
from tests.support.fake_pipeline import (
    POISON_G,
    STARTED_AT,
    STEP_S,
    FakeFlow,
    MemorySink,
    fake_observations,
    undisturbed,
)

LIMIT_S = 60.0
"""A wait ends when what it waits for is there: this costs only the tests that fail."""
OBSERVATIONS = fake_observations(1500)
EXPECTED = undisturbed(OBSERVATIONS, "salt")


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


class _CrashError(BaseException):
    """Not an Exception: no handler of the engine takes it, as none takes kill -9."""


def crash_at(engine: Engine, step: int) -> None:
    """Let the engine die when the pipeline has taken ``step`` more observations."""
    make = engine._make_flow
    left = [step]

    def make_crashing(layout: StoreLayout) -> FakeFlow:
        flow = make(layout)
        assert isinstance(flow, FakeFlow)
        take = flow.step

        def step_or_crash(seen: Observation) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise _CrashError
            return take(seen)

        flow.step = step_or_crash  # type: ignore[method-assign, assignment]
        return flow

    engine._make_flow = make_crashing


def test_visits_are_those_of_the_bare_pipeline(make_engine: MakeEngine) -> None:
    sink = MemorySink()
    summary = make_engine(OBSERVATIONS, sink).run()
    assert sink.visits == EXPECTED
    assert (summary.observations, summary.finished, summary.unposted) == (1500, True, 0)
    assert summary.closed == len(EXPECTED) > 10


def test_a_finished_recording_stays_finished(make_engine: MakeEngine) -> None:
    sink = MemorySink()
    make_engine(OBSERVATIONS, sink).run()
    posts = sink.posts
    engine = make_engine(OBSERVATIONS, sink, exit_at_end=False)
    runner = threading.Thread(target=engine.run)
    runner.start()
    answer = engine.submit(SetStaff("abc")).result(LIMIT_S)
    engine.stop()
    runner.join()
    assert answer == Refused("the recording has ended and every visit is closed")
    assert sink.visits == EXPECTED
    assert sink.posts == posts


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    crashes=st.lists(st.integers(0, 900), max_size=4),
    every=st.sampled_from([40, 200, 5000]),
)
def test_recovery_equals_undisturbed(
    crashes: list[int], every: int, tmp_path_factory: pytest.TempPathFactory, block_name: str
) -> None:
    """Killed anywhere, any number of times: the same visits, byte for byte, appearances included."""
    make_engine: MakeEngine = make_engine_in(tmp_path_factory.mktemp("run"))
    sink = MemorySink()
    memory = AppearanceMemory(block_name, half_bytes=1_000_000)
    try:
        memory.forget()
        for step in crashes:
            engine = make_engine(OBSERVATIONS, sink, memory, checkpoint_observations=every)
            crash_at(engine, step)
            try:
                engine.run()
            except _CrashError:
                continue
        make_engine(OBSERVATIONS, sink, memory, checkpoint_observations=every).run()
    finally:
        memory.close()
    assert sink.visits == EXPECTED


def make_engine_in(folder: Path) -> MakeEngine:
    from tests.engine import conftest

    return conftest.make_engine.__wrapped__(folder)  # type: ignore[attr-defined, no-any-return]  # the bare function


def test_without_the_memory_it_goes_on_without_appearances(make_engine: MakeEngine) -> None:
    engine = make_engine(OBSERVATIONS, MemorySink())
    crash_at(engine, 700)
    with pytest.raises(_CrashError):
        engine.run()
    sink = MemorySink()
    assert make_engine(OBSERVATIONS, sink).run().finished
    assert sink.visits.keys() <= EXPECTED.keys()
    assert sink.visits != EXPECTED


def test_appearances_never_touch_the_disk(
    make_engine: MakeEngine, memory: AppearanceMemory, tmp_path: Path
) -> None:
    engine = make_engine(OBSERVATIONS, MemorySink(), memory, checkpoint_observations=100)
    crash_at(engine, 1234)
    with pytest.raises(_CrashError):
        engine.run()
    written = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert len(written) > 10_000
    base, entries = memory.recall(newest_checkpoint(tmp_path))
    assert base
    assert len(entries) > 20
    looks = [
        i.appearance.vector
        for o in OBSERVATIONS
        if isinstance(o, Detections)
        for i in o.items
        if i.appearance
    ]
    for look in [*looks, *base, *(v for vs in entries.values() for v in vs)]:
        for bits in (
            look,
            look.astype(np.float64),
            look.astype(">f4"),
            look.astype(">f8"),
            look.astype(np.float16),
        ):
            assert bits.tobytes()[: 3 * bits.itemsize] not in written
        assert str(float(look[0])).encode() not in written


def newest_checkpoint(folder: Path) -> int:
    return max(int(p.stem) for p in folder.rglob("*.checkpoint"))


def test_an_observation_that_fails_is_passed_over_for_good(
    make_engine: MakeEngine, memory: AppearanceMemory, expected_logs: list[str]
) -> None:
    expected_logs.append("is passed over")
    poison = WeightReading("s0", STARTED_AT + 600 * STEP_S, POISON_G)
    poisoned = [*OBSERVATIONS[:600], poison, *OBSERVATIONS[600:]]
    in_its_place = Outage("s0", "scale", poison.t, poison.t, why="what it said then could not be used")
    expected = undisturbed([*OBSERVATIONS[:600], in_its_place, *OBSERVATIONS[600:]], "salt")
    sink = MemorySink()
    engine = make_engine(poisoned, sink, memory)
    crash_at(engine, 1000)
    with pytest.raises(_CrashError):
        engine.run()
    engine = make_engine(poisoned, sink, memory)
    assert engine.run().finished
    assert sink.visits == expected
    assert expected.keys() == EXPECTED.keys()
    told = [a.text for a in engine.now.view.state.alarms if a.about == "journal"]
    assert told == ["observation 600 could not be used and was passed over"]


def test_where_its_outage_fails_too_an_observation_leaves_nothing(
    make_engine: MakeEngine, memory: AppearanceMemory, expected_logs: list[str]
) -> None:
    expected_logs += ["is passed over", "nor its outage"]
    poison = WeightReading("s0", STARTED_AT + 600 * STEP_S, POISON_G)
    sink = MemorySink()
    engine = make_engine([*OBSERVATIONS[:600], poison, *OBSERVATIONS[600:]], sink, memory)
    make = engine._make_flow

    def make_brittle(layout: StoreLayout) -> FakeFlow:
        flow = make(layout)
        assert isinstance(flow, FakeFlow)
        take = flow.step

        def step(seen: Observation) -> list[Result]:
            if isinstance(seen, Outage):
                raise ValueError("an outage is too much")  # noqa: TRY004  # a stage that fails
            return take(seen)

        flow.step = step  # type: ignore[method-assign]  # of this one
        return flow

    engine._make_flow = make_brittle
    assert engine.run().finished
    assert sink.visits == EXPECTED


def test_nothing_new_is_not_published(make_engine: MakeEngine) -> None:
    sink, count = MemorySink(), len(undisturbed(OBSERVATIONS[:100]))
    engine = make_engine(OBSERVATIONS[:100], sink, exit_at_end=False)
    runner = threading.Thread(target=engine.run)
    runner.start()
    try:
        until(lambda: (s := engine.newest()) is not None and s.source.ended and s.inside == ())
        until(lambda: (s := engine.newest()) is not None and s.closed == len(sink.visits) == count)

        def is_still() -> bool:
            before = engine.newest()
            time.sleep(0.5)
            return engine.newest() is before

        until(is_still)
        assert isinstance(engine.submit(SetReplaySpeed(2.0)).result(LIMIT_S), Done)
        until(lambda: (s := engine.newest()) is not None and s.source.speed == 2.0)
    finally:
        engine.stop()
        runner.join()


def test_a_failing_ledger_is_tried_again(make_engine: MakeEngine, expected_logs: list[str]) -> None:
    expected_logs.append("was not posted, trying again: the ledger is locked")
    fails = [3]

    class Flaky(MemorySink):
        def post(self, closed: object) -> None:
            fails[0] -= 1
            if fails[0] > 0:
                raise OSError("the ledger is locked")
            super().post(closed)  # type: ignore[arg-type]  # whatever it is

    sink = Flaky()
    make_engine(OBSERVATIONS, sink).run()
    assert sink.visits == EXPECTED


def test_a_visit_counts_as_closed_when_the_ledger_has_it(make_engine: MakeEngine) -> None:
    let_go, waits = threading.Event(), threading.Event()

    class Slow(MemorySink):
        def post(self, closed: object) -> None:
            waits.set()
            assert let_go.wait(LIMIT_S)
            super().post(closed)  # type: ignore[arg-type]  # whatever it is

    sink = Slow()
    engine = make_engine(OBSERVATIONS, sink, exit_at_end=False)
    runner = threading.Thread(target=engine.run)
    runner.start()
    try:
        assert waits.wait(LIMIT_S)
        # More has been seen than what closed the first of them, and it still does not count.
        until(lambda: (seen := engine.newest()) is not None and seen.source.ended)
        snapshot = engine.newest()
        assert snapshot is not None
        assert snapshot.closed == 0
        let_go.set()
        end = time.monotonic() + LIMIT_S
        while (snapshot := engine.newest()) is None or snapshot.closed < len(EXPECTED):
            assert time.monotonic() < end
            assert snapshot is None or snapshot.closed <= len(sink.visits)
            time.sleep(0.01)
    finally:
        let_go.set()
        engine.stop()
        runner.join()


def test_unposted_visits_survive_in_the_checkpoint(make_engine: MakeEngine, expected_logs: list[str]) -> None:
    expected_logs.append("was not posted, trying again: the disk is gone")

    class Broken(MemorySink):
        def post(self, closed: object) -> None:
            engine.stop()
            raise OSError("the disk is gone")

    engine = make_engine(OBSERVATIONS, Broken())
    summary = engine.run()
    assert summary.unposted > 0
    sink = MemorySink()
    make_engine(OBSERVATIONS, sink).run()
    assert len(sink.visits) == len(EXPECTED)


def standing(engine: Engine) -> Snapshot | None:
    """What is shown while somebody is inside, with the recording stopped; None: nobody is yet."""
    shown = engine.newest()
    if shown is None or not any(i.code for i in shown.inside):
        return None
    engine.source.pause(True)
    answer = engine.submit(GetSnapshot()).result(LIMIT_S)  # what was taken before is seen by now
    assert isinstance(answer, Snapshot)
    if any(i.code for i in answer.inside):
        return answer
    engine.source.pause(False)
    return None


def test_commands_and_snapshots(make_engine: MakeEngine) -> None:
    sink = MemorySink()
    engine = make_engine(OBSERVATIONS, sink)
    engine.source.set_speed(2.0)
    runner = threading.Thread(target=engine.run)
    runner.start()
    try:
        while (snapshot := standing(engine)) is None:  # else they leave while they are asked for
            assert runner.is_alive()
            time.sleep(0.01)
        code = next(i.code for i in snapshot.inside if i.code)
        assert engine.submit(SetStaff(code)).result(LIMIT_S) == Done(f"{code} is staff")
        assert isinstance(engine.submit(SetStaff("nobody")).result(LIMIT_S), Refused)
        assert engine.submit(GetSnapshot()).result(LIMIT_S) is not None
        assert engine.submit(SetReplaySpeed(-1.0)).result(LIMIT_S) == Refused(
            "a speed of -1 is outside 0.01 to 1000"
        )
        assert engine.submit(SetReplaySpeed(None)).result(LIMIT_S) == Done()
        engine.source.pause(False)
        assert snapshot.source.kind == "recording"
        assert snapshot.cameras[0].tracks.count(None) < 2
        assert snapshot.cameras[0].items
    finally:
        engine.submit(SetReplaySpeed(None))
        engine.source.pause(False)
        runner.join(LIMIT_S)
    assert isinstance(engine.submit(StopEngine()), object)
    staff = [v for v in sink.visits.values() if b"staff" in v]
    assert len(staff) == 1


def test_a_tare_is_journaled_and_found_again(make_engine: MakeEngine) -> None:
    sink = MemorySink()
    engine = make_engine(OBSERVATIONS, sink, exit_at_end=False)
    engine.source.set_speed(1.0)
    scale = next(seen.scale for seen in OBSERVATIONS if isinstance(seen, WeightReading))
    make = engine._make_flow

    def make_level(layout: StoreLayout) -> FakeFlow:
        flow = make(layout)
        assert isinstance(flow, FakeFlow)
        flow.levels = (ScaleLevel(scale, STARTED_AT + 1e6, 730.0, 1.0, False),)
        return flow

    engine._make_flow = make_level
    runner = threading.Thread(target=engine.run)
    runner.start()
    try:
        assert engine.submit(TareScale(scale, 500.0)).result(LIMIT_S) == Done(
            f"{scale} counts from +230 g, with 500 g on it"
        )
        assert isinstance(engine.submit(TareScale("nowhere")).result(LIMIT_S), Refused)
        assert isinstance(engine.submit(TareScale(scale, -1.0)).result(LIMIT_S), Refused)
        detail = engine.submit(GetScale(scale)).result(LIMIT_S)
        assert isinstance(detail, ScaleDetail)
        assert detail.zero_g == 230.0
    finally:
        engine.stop()
        runner.join(LIMIT_S)
    again = make_engine(OBSERVATIONS, sink, exit_at_end=True)
    again.run()
    assert again.now.view.state.shelves.zeros[scale][0] == 230.0
    assert sink.visits.keys() == EXPECTED.keys()


def test_a_paused_store_stays_paused_and_names_who_comes_in(make_engine: MakeEngine) -> None:
    sink = MemorySink()
    first = make_engine(OBSERVATIONS, sink)
    first.source.set_speed(2.0)
    runner = threading.Thread(target=first.run)
    runner.start()
    assert first.submit(SetOpen(False)).result(LIMIT_S) == Done()
    stopped = first.submit(StopEngine()).result(LIMIT_S)
    runner.join(LIMIT_S)
    assert stopped == Done("the engine ends")

    again = make_engine(OBSERVATIONS, sink, exit_at_end=False)
    runner = threading.Thread(target=again.run)
    runner.start()
    try:
        while (snapshot := again.newest()) is None or not snapshot.source.ended:
            assert runner.is_alive()
            time.sleep(0.01)
        assert snapshot.paused_since is not None
        named = [alarm for alarm in snapshot.alarms if alarm.kind == "paused"]
        assert named
        assert named[-1].text == f"{named[-1].about} came in while the store was paused"
    finally:
        again.stop()
        runner.join(LIMIT_S)
    assert sink.visits.keys() == EXPECTED.keys(), "everybody is followed and charged as always"


def test_an_open_store_names_nobody_and_a_finished_one_is_not_switched(make_engine: MakeEngine) -> None:
    engine = make_engine(OBSERVATIONS, MemorySink(), exit_at_end=False)
    runner = threading.Thread(target=engine.run)
    runner.start()
    try:
        while (snapshot := engine.newest()) is None or not snapshot.source.ended or not snapshot.closed:
            time.sleep(0.01)
        assert snapshot.paused_since is None
        assert not [alarm for alarm in snapshot.alarms if alarm.kind == "paused"]
        answer = engine.submit(SetOpen(False)).result(LIMIT_S)
        assert answer == Refused("the recording has ended and nobody comes in any more")
    finally:
        engine.stop()
        runner.join(LIMIT_S)
