from __future__ import annotations

import pytest

from inference.engine.shelf_view import DRIFT_G, LATEST_EVENTS, ShelfView, ShelfViewState
from inference.engine.traces import KEPT_S, SAMPLES_HZ, Traces
from inference.messages import (
    Attribution,
    Doubt,
    Explanation,
    ItemMove,
    ScaleChange,
    ScaleTare,
    ShelfEvent,
    WeightReading,
)
from inference.messages.codec import from_msgpack, to_msgpack
from inference.messages.shelves import ScaleFault, ScaleLevel, SlotMove


def level(
    grams: float, *, t: float = 10.0, active: bool = False, faults: tuple[ScaleFault, ...] = ()
) -> ScaleLevel:
    return ScaleLevel("a", t, grams, 1.5, active, faults)


def event(number: int, grams: float, *doubts: Doubt) -> ShelfEvent:
    t = float(number)
    return ShelfEvent(f"e{number}", "f", t, t, t, t, grams, 1.0, (ScaleChange("a", grams, 1.0),), doubts)


def explained(of: ShelfEvent, count: int, track: int | None = 7, sku: str = "tea") -> Attribution:
    moves = (ItemMove(sku, count, "shelf"),) if count else ()
    return Attribution(of, (Explanation(0.9, track, moves), Explanation(0.1, None)))


def code_of(track: int) -> str:
    return f"V{track}"


def read_for(view: ShelfView, seconds: float, grams: float, start: float = 0.0) -> None:
    for i in range(round(seconds * 20)):
        view.saw(WeightReading("a", start + i / 20, grams))


def test_a_trace_averages_and_gives_what_is_new() -> None:
    traces = Traces()
    for i in range(41):
        traces.feed(WeightReading("a", i / 20, 100.0 + (i % 2)))
    times, grams = traces.since("a", 0.0)
    assert len(times) == pytest.approx(2.0 * SAMPLES_HZ, abs=1)
    assert list(times) == sorted(times)
    assert all(100.0 <= g <= 101.0 for g in grams)
    assert traces.since("a", times[-3])[0] == times[-2:]
    assert traces.since("unknown", 0.0) == ((), ())


def test_a_trace_keeps_minutes_and_no_more_and_forgets_what_is_late() -> None:
    traces = Traces()
    for i in range(round(20 * (KEPT_S + 30))):
        traces.feed(WeightReading("a", i / 20, float(i)))
    traces.feed(WeightReading("a", 5.0, -1.0))
    times, grams = traces.since("a", 0.0)
    assert len(times) == round(KEPT_S * SAMPLES_HZ)
    assert list(times) == sorted(times)
    assert times[-1] - times[0] == pytest.approx(KEPT_S, abs=1.0)
    assert min(grams) > 0


def test_the_books_follow_the_best_explanation_and_a_second_thought() -> None:
    view = ShelfView(ShelfViewState())
    one = event(1, -100.0)
    view.take(one, code_of)
    assert view.detail("a", 0.0).events[0].probability == 0.0
    view.take(explained(one, 1), code_of)
    assert view.moved == (SlotMove("shelf", "tea", 1),)
    view.take(explained(one, 2, track=8), code_of)
    assert view.moved == (SlotMove("shelf", "tea", 2),)
    (seen,) = view.detail("a", 0.0).events
    assert (seen.who, seen.moves, seen.delta_g) == ("V8", (SlotMove("shelf", "tea", 2),), -100.0)
    view.take(explained(event(2, 200.0), -2, track=None), code_of)
    assert not view.moved


def test_events_are_kept_for_each_scale_and_outlive_a_checkpoint() -> None:
    view = ShelfView(ShelfViewState())
    for n in range(LATEST_EVENTS + 5):
        view.take(event(n, -10.0), code_of)
        view.take(explained(event(n, -10.0), 1), code_of)
    again = ShelfView(from_msgpack(to_msgpack(view.state), ShelfViewState))
    assert len(again.detail("a", 0.0).events) == LATEST_EVENTS
    assert again.moved == view.moved == (SlotMove("shelf", "tea", LATEST_EVENTS + 5),)


@pytest.mark.parametrize(
    ("shown", "now", "faults"),
    [
        (level(500.0), 11.0, ()),
        (level(500.0, faults=("stuck",)), 60.0, ("silent", "stuck")),
        (level(500.0 + DRIFT_G + 1.0), 11.0, ("drifting",)),
        (level(500.0 + DRIFT_G + 1.0, active=True), 11.0, ()),
    ],
)
def test_faults_are_told(shown: ScaleLevel, now: float, faults: tuple[ScaleFault, ...]) -> None:
    view = ShelfView(ShelfViewState())
    read_for(view, 2.0, 500.0)
    view.look([shown], (), now)
    assert view.scales[0].faults == faults


def test_who_never_spoke_is_silent_only_after_a_while() -> None:
    view = ShelfView(ShelfViewState())
    for now, faults in ((0.0, ()), (1000.0, ()), (1004.0, ()), (1005.5, ("silent",))):
        view.look([level(0.0, t=-1.0)], (), now)
        assert view.scales[0].faults == faults


def test_what_events_explain_is_no_drift() -> None:
    view = ShelfView(ShelfViewState())
    read_for(view, 2.0, 500.0)
    view.take(event(3, -100.0), code_of)
    view.look([level(401.0)], (), 11.0)
    assert view.scales[0].faults == ()
    assert (view.scales[0].event_t, view.scales[0].event_g) == (3.0, -100.0)


def test_a_tare_sets_the_zero_and_ends_a_re_zeroing() -> None:
    view = ShelfView(ShelfViewState())
    read_for(view, 2.0, 500.0)
    view.take(event(3, -498.0, "re_zeroed"), code_of)
    view.look([level(2.0)], (), 11.0)
    assert view.scales[0].faults == ("re_zeroed",)
    tare = view.tare("a", 500.0, 11.0)
    assert tare == ScaleTare("a", 11.0, -498.0, 500.0)
    assert isinstance(tare, ScaleTare)
    view.saw(tare)
    view.look([level(2.0)], (), 11.0)
    shown = view.scales[0]
    assert (shown.level_g, shown.zero_g, shown.zeroed_at, shown.faults) == (500.0, -498.0, 11.0, ())
    read_for(view, 1.0, 2.0, start=20.0)
    assert view.detail("a", 19.0).grams[0] == 500.0


@pytest.mark.parametrize(
    ("shown", "now", "why"),
    [
        (level(5.0, t=-1.0), 10.0, "nothing yet"),
        (level(5.0), 60.0, "silent"),
        (level(5.0, active=True), 10.0, "at rest"),
        (level(5.0, faults=("over_capacity",)), 10.0, "over capacity"),
    ],
)
def test_no_tare_on_a_level_that_means_nothing(shown: ScaleLevel, now: float, why: str) -> None:
    view = ShelfView(ShelfViewState())
    view.look([shown], (), now)
    refused = view.tare("a", 0.0, now)
    assert not isinstance(refused, ScaleTare)
    assert why in refused
