from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from console.operations.background import Background
from console.operations.engine_commands import SPEEDS, neighbour_speed
from console.operations.health import tally, unwell
from console.operations.live_state import LiveState
from inference.messages.wire import DeviceState, DeviceStatus
from store_layout.model import StoreLayout
from tests.support.fake_engine import FakeEngine


def test_told_only_when_something_is_new(state: LiveState, engine: FakeEngine) -> None:
    told: list[int] = []
    state.snapshot_changed.connect(lambda: told.append(1))
    state.poll()
    assert told == []
    engine.advance(0.1)
    state.poll()
    state.poll()
    assert told == [1]


def test_engine_state_is_told_once(state: LiveState, engine: FakeEngine) -> None:
    told: list[str] = []
    state.engine_changed.connect(lambda: told.append(f"{state.engine_state} {state.engine_why}"))
    engine.state, engine.why = "restarting", "status 9"
    state.poll()
    state.poll()
    assert told == ["restarting status 9"]


def test_closed_visits_are_told(state: LiveState, engine: FakeEngine) -> None:
    told: list[int] = []
    state.visits_closed.connect(lambda: told.append(engine.closed))
    engine.advance(0.1)
    state.poll()
    engine.closed = 1
    engine.advance(0.1)
    state.poll()
    assert told == [1]


def test_who_leaves_is_no_longer_selected(state: LiveState, engine: FakeEngine) -> None:
    state.select(5)
    engine.shoppers = 3
    engine.advance(0.1)
    state.poll()
    assert state.selected is None


def test_identities_are_kept_and_differ(state: LiveState, engine: FakeEngine, layout: StoreLayout) -> None:
    before = {t: state.identity(t) for t in range(1, 6)}
    assert len(set(before.values())) == 5
    engine.advance(0.1)
    state.poll()
    assert before == {t: state.identity(t) for t in range(1, 6)}
    again = LiveState(layout, engine)
    again.poll()
    assert before == {t: again.identity(t) for t in range(1, 6)}, "the same after the window started again"


def test_work_is_done_elsewhere_and_answered_here(qtbot: QtBot) -> None:
    background = Background()
    answers: list[tuple[int, int]] = []
    failed: list[Exception] = []
    background.run(
        threading.get_ident, lambda ident: answers.append((ident, threading.get_ident())), failed.append
    )
    qtbot.waitUntil(lambda: bool(answers))
    worked, answered = answers[0]
    assert answered == threading.get_ident() != worked
    background.close()


def test_errors_come_back_as_values(qtbot: QtBot) -> None:
    background = Background()
    failed: list[Exception] = []
    background.run(lambda: 1 / 0, lambda _: None, failed.append)
    qtbot.waitUntil(lambda: bool(failed))
    assert isinstance(failed[0], ZeroDivisionError)
    background.close()


def test_nothing_is_delivered_after_close(qtbot: QtBot) -> None:
    background, go = Background(), threading.Event()
    answers: list[object] = []
    background.run(go.wait, answers.append, answers.append)
    go.set()
    background.close()
    qtbot.wait(30)
    assert answers == []


@given(st.sampled_from(SPEEDS), st.sampled_from((-1, 1)))
def test_speeds_step_and_stop_at_the_ends(speed: float | None, step: int) -> None:
    there = neighbour_speed(speed, step)
    assert there in SPEEDS
    ends = (SPEEDS[0], SPEEDS[-1])
    assert (
        there == speed
        if speed in ends and speed == ends[step > 0]
        else neighbour_speed(there, -step) == speed
    )


def test_a_speed_between_goes_to_the_next() -> None:
    assert neighbour_speed(3.0, 1) in (4.0, 8.0)


def test_tally_counts_what_works() -> None:
    def device(name: str, state: DeviceState) -> DeviceStatus:
        return DeviceStatus(name, "camera", state, 0.0)

    devices = (device("a", "live"), device("b", "late"), device("c", "off"))
    assert (tally(devices, "camera").well, tally(devices, "camera").tone) == (2, "waiting")
    assert tally((*devices, device("d", "lost")), "camera").tone == "wrong"
    assert tally(devices, "scale").tone == "neutral"
    assert [d.device for d in unwell(devices)] == ["b"]
