"""One scale at a time: what is an event and what is not."""

from __future__ import annotations

import math

import pytest

from inference.messages import Alarm, Outage, WeightReading
from inference.shelf_events.scale_watch import ScaleWatch
from inference.shelf_events.settings import COURSE_FROM_S, HANDS_APART_S
from inference.shelf_events.state import Settled
from inference.shelf_events.traces import Trace, parted_between_hands
from store_layout.model import Scale
from tests.shelf_events.signals import START, Action, Signal


def watch(signal: Signal, weights: tuple[float, ...] = (500.0,)) -> ScaleWatch:
    scale = Scale(id="s", rate_hz=signal.rate_hz, noise_sd_g=2.0, resolution_g=signal.resolution_g)
    return ScaleWatch(scale, weights)


def found(signal: Signal, weights: tuple[float, ...] = (500.0,)) -> list[Settled]:
    """Events of a signal; alarms are not expected."""
    watched = watch(signal, weights)
    items = [item for r in signal.readings() for item in watched.observe(r.t, r.grams)]
    assert not any(isinstance(item, Alarm) for item in items)
    return [item for item in items if isinstance(item, Settled) and not item.minor]


def judged(signal: Signal, weights: tuple[float, ...]) -> tuple[list[Settled], list[Settled]]:
    """Events of a signal, and stirs."""
    watched = watch(signal, weights)
    items = [item for r in signal.readings() for item in watched.observe(r.t, r.grams)]
    settled = [item for item in items if isinstance(item, Settled)]
    return [i for i in settled if not i.minor], [i for i in settled if i.stir is not None]


@pytest.mark.parametrize("rate", [20.0, 30.0, 60.0])
@pytest.mark.parametrize("delta", [-1500.0, -500.0, -30.0, -15.0, 30.0, 1500.0])
def test_a_change_is_one_event_with_its_weight_and_moment(rate: float, delta: float) -> None:
    action = Action(5.0, delta)
    for seed in range(5):
        signal = Signal(actions=(action,), rate_hz=rate, duration_s=10, jitter_s=0.3 / rate, seed=seed)
        (event,) = found(signal, (abs(delta),))
        assert abs(event.delta_g - delta) < 4 * event.sd_g
        assert event.sd_g < 3.0
        assert abs(event.t_peak - START - 5.3) < 0.35
        assert event.t_start - 0.3 <= event.t_peak <= event.t_end + 0.3
        assert event.t_settled - (START + 5.6) < 0.7
        assert event.doubts == ()


@pytest.mark.parametrize("noise", [1.5, 2.6, 5.0])
def test_noise_alone_is_no_event(noise: float) -> None:
    assert found(Signal(noise_sd_g=noise, duration_s=300.0, jitter_s=0.02)) == []


@pytest.mark.parametrize("drift", [-3.0, 1.0, 3.0])
def test_drift_is_no_event_and_a_take_during_drift_is_one(drift: float) -> None:
    assert found(Signal(drift_g_s=drift, duration_s=120)) == []
    (event,) = found(Signal(drift_g_s=drift, actions=(Action(8.0, -100.0),)))
    assert event.delta_g == pytest.approx(-100.0, abs=abs(drift) * 3 + 3)


def test_a_touch_without_taking_is_no_event() -> None:
    for seed in range(20):
        assert found(Signal(actions=(Action(5.0, 0.0, hand_s=1.0, push_g=90.0),), seed=seed)) == []


def test_a_hovering_hand_is_one_event() -> None:
    actions = (Action(5.0, 0.0, 0.8), Action(5.9, 0.0, 0.8), Action(6.8, -500.0, 0.8))
    (event,) = found(Signal(actions=actions))
    assert event.delta_g == pytest.approx(-500.0, abs=4.0)
    assert event.t_start - START == pytest.approx(5.0, abs=0.3)


def test_two_takes_apart_are_two_events_that_add_up() -> None:
    events = found(Signal(actions=(Action(5.0, -500.0), Action(6.6, -250.0))))
    assert [round(e.delta_g / 10) * 10 for e in events] == [-500, -250]


@pytest.mark.parametrize("resolution", [0.1, 2.0, 5.0])
def test_coarse_scales_work(resolution: float) -> None:
    (event,) = found(Signal(actions=(Action(5.0, -120.0),), resolution_g=resolution))
    assert event.delta_g == pytest.approx(-120.0, abs=3 * event.sd_g)


def test_a_change_during_an_outage_is_found_when_readings_return() -> None:
    (event,) = found(Signal(actions=(Action(8.0, -500.0),), gaps=((6.0, 12.0),)))
    assert event.delta_g == pytest.approx(-500.0, abs=4.0)
    assert event.doubts == ("outage",)
    assert event.t_start - START == pytest.approx(5.95, abs=0.1)
    assert event.t_end - START >= 12.0


def test_an_outage_without_a_change_is_no_event() -> None:
    assert found(Signal(gaps=((6.0, 12.0), (14.0, 15.5)))) == []


def test_short_losses_do_not_matter() -> None:
    gaps = tuple((4.0 + 0.2 * i, 4.05 + 0.2 * i) for i in range(20))
    (event,) = found(Signal(actions=(Action(5.0, -500.0),), gaps=gaps, rate_hz=60))
    assert event.doubts == ()


def test_readings_that_cannot_be_are_left_out_and_reported_once() -> None:
    signal = Signal(duration_s=10)
    watched = watch(signal)
    items: list[Settled | Alarm | Outage] = []
    for n, r in enumerate(signal.readings()):
        grams = 1e9 if 40 <= n < 80 else math.nan if n == 100 else r.grams
        items += watched.observe(r.t, grams)
        items += watched.observe(r.t - 3.0, -4000.0)  # late: left out
    (alarm,) = items
    assert isinstance(alarm, Alarm)
    assert alarm.kind == "scale_fault"
    assert "impossible" in alarm.text


def test_a_stuck_scale_is_reported_once() -> None:
    signal = Signal(noise_sd_g=0.0, duration_s=60)
    watched = watch(signal)
    alarms = [item for r in signal.readings() for item in watched.observe(r.t, r.grams)]
    assert [a.kind for a in alarms if isinstance(a, Alarm)] == ["scale_stuck"]


def test_what_was_taken_while_a_scale_repeats_itself_is_found_when_it_stops() -> None:
    """As after silence: until then it is told that nobody knows."""
    watched = watch(Signal())
    items: list[Settled | Alarm | Outage] = []
    frozen: float | None = None
    for reading in Signal(actions=(Action(29.0, -500.0),), duration_s=40.0, seed=3).readings():
        t = reading.t - START
        if 26.0 <= t < 34.0:
            frozen = reading.grams if frozen is None else frozen
            items += watched.observe(reading.t, frozen)
        else:
            items += watched.observe(reading.t, reading.grams)
    begun, over = (item for item in items if isinstance(item, Outage))
    assert (begun.over, over.over) == (False, True)
    assert begun.since == over.since == pytest.approx(START + 26.0, abs=0.1)
    assert begun.t == pytest.approx(START + 29.0, abs=0.2)
    assert over.t == pytest.approx(START + 34.0, abs=0.1)
    (event,) = (item for item in items if isinstance(item, Settled))
    assert event.doubts == ("outage",)
    assert event.delta_g == pytest.approx(-500.0, abs=8.0)
    assert event.t_settled < START + 35.5


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_a_scale_that_holds_its_value_at_rest_is_not_taken_for_silent(noise: float) -> None:
    """Whatever its file says of its noise: many are filtered."""
    watched = watch(Signal())
    signal = Signal(noise_sd_g=noise, actions=(Action(30.0, -500.0),), duration_s=60.0)
    items = [item for r in signal.readings() for item in watched.observe(r.t, r.grams)]
    assert not any(isinstance(item, Outage) for item in items)
    (event,) = (item for item in items if isinstance(item, Settled))
    assert event.doubts == ()


def test_a_scale_without_noise_is_not_called_stuck() -> None:
    watched = ScaleWatch(Scale(id="s", noise_sd_g=0.2), (500.0,))
    readings = Signal(noise_sd_g=0.0, duration_s=60).readings()
    assert [item for r in readings for item in watched.observe(r.t, r.grams)] == []


def test_an_overloaded_scale_is_reported_and_its_change_doubted() -> None:
    signal = Signal(actions=(Action(5.0, 2000.0),))
    watched = ScaleWatch(Scale(id="s", capacity_g=5000.0), (500.0,))
    items = [item for r in signal.readings() for item in watched.observe(r.t, r.grams)]
    assert [i.kind for i in items if isinstance(i, Alarm)][:1] == ["scale_over_capacity"]
    (event,) = [i for i in items if isinstance(i, Settled)]
    assert "saturated" in event.doubts


def test_a_scale_set_to_zero_is_doubted() -> None:
    readings = [
        WeightReading("s", r.t, r.grams if r.t < START + 6 else r.grams - 4000.0)
        for r in Signal(duration_s=12).readings()
    ]
    watched = watch(Signal(), (530.0,))
    (event,) = [item for r in readings for item in watched.observe(r.t, r.grams)]
    assert isinstance(event, Settled)
    assert event.doubts == ("re_zeroed",)


def test_something_that_does_not_rest_is_reported_and_doubted() -> None:
    actions = tuple(Action(5.0 + 0.7 * i, 0.0, 0.7, 200.0) for i in range(50))
    signal = Signal(actions=(*actions, Action(60.0, -500.0)), duration_s=70)
    watched = watch(signal)
    items = [item for r in signal.readings() for item in watched.observe(r.t, r.grams)]
    assert [item.kind for item in items if isinstance(item, Alarm)] == ["scale_unsettled"]
    events = [item for item in items if isinstance(item, Settled)]
    assert events[0].doubts == ("unsettled",)
    assert events[-1].delta_g == pytest.approx(-500.0, abs=3 * events[-1].sd_g)
    assert events[-1].doubts == ()


def test_flush_judges_what_is_under_way() -> None:
    signal = Signal(actions=(Action(5.0, -500.0),), duration_s=5.85)
    watched = watch(signal)
    assert [item for r in signal.readings() for item in watched.observe(r.t, r.grams)] == []
    (settled,) = watched.flush(START + 5.85)
    assert settled.delta_g == pytest.approx(-500.0, abs=15.0)
    assert "unsettled" in settled.doubts
    assert watched.flush(START + 6.0) == ()


@pytest.mark.parametrize("pause", [0.35, 0.5, 0.8])
def test_two_hands_with_a_calm_moment_between_them_are_two_events(pause: float) -> None:
    parted = 0
    for seed in range(10):
        actions = (Action(5.0, -500.0), Action(5.6 + pause, -500.0))
        events = found(Signal(actions=actions, seed=seed, rate_hz=60.0))
        assert sum(e.delta_g for e in events) == pytest.approx(-1000.0, abs=8.0)
        if len(events) == 2:
            parted += 1
            assert [e.delta_g for e in events] == pytest.approx([-500.0, -500.0], abs=8.0)
            for event, middle in zip(events, (5.3, 5.9 + pause), strict=True):
                assert abs(event.t_peak - START - middle) < 0.35
            assert events[0].t_end <= events[1].t_start + 0.3
    assert parted >= 8


@pytest.mark.parametrize("rate", [10.0, 20.0, 60.0])
@pytest.mark.parametrize("deltas", [(-500.0, -1000.0), (-1000.0, -500.0), (-500.0, 1500.0), (500.0, -500.0)])
def test_two_hands_one_right_after_the_other_are_two_events(rate: float, deltas: tuple[float, float]) -> None:
    """The plate never stands still between them: one takes, or gives back, and at once another."""
    parted = 0
    for seed in range(10):
        actions = (Action(5.0, deltas[0], 0.8), Action(5.85, deltas[1], 0.8))
        events = found(Signal(actions=actions, seed=seed, rate_hz=rate))
        assert sum(e.delta_g for e in events) == pytest.approx(sum(deltas), abs=8.0)
        if len(events) == 2:
            parted += 1
            assert [e.delta_g for e in events] == pytest.approx(deltas, abs=8.0)
            for event, middle in zip(events, (5.4, 6.25), strict=True):
                assert abs(event.t_peak - START - middle) < 0.35
    assert parted >= 9


@pytest.mark.parametrize("rate", [10.0, 20.0, 60.0])
@pytest.mark.parametrize(("taken_at", "touched_at"), [(5.0, 5.95), (5.95, 5.0)])
def test_a_hand_that_only_touches_has_no_say_in_when_something_was_taken(
    rate: float, taken_at: float, touched_at: float
) -> None:
    """It shakes the plate more, before or after the one that takes 90 g."""
    timed = 0
    for seed in range(10):
        actions = (Action(taken_at, -90.0, 0.6, 40.0), Action(touched_at, 0.0, 0.6, 250.0))
        (event,) = found(Signal(actions=actions, seed=seed, rate_hz=rate), (90.0,))
        assert event.delta_g == pytest.approx(-90.0, abs=8.0)
        timed += abs(event.t_peak - START - taken_at - 0.3) < 0.35
    assert timed >= 8


@pytest.mark.parametrize("rate", [10.0, 20.0, 60.0])
@pytest.mark.parametrize(("order", "third_at"), [((350.0, -350.0), 3.8), ((-350.0, 350.0), 6.0)])
def test_two_who_make_up_for_each_other_beside_a_third_are_told_of(
    rate: float, order: tuple[float, float], third_at: float
) -> None:
    """Three hands at once: one thing is missing in the end, and for .7 s there was one more than that."""
    for seed in range(10):
        actions = (Action(4.6, order[0], push_g=40.0), Action(5.3, order[1], push_g=40.0))
        signal = Signal(actions=(*actions, Action(third_at, -350.0, push_g=40.0)), seed=seed, rate_hz=rate)
        (event,), (felt,) = judged(signal, (350.0,))
        assert event.delta_g == pytest.approx(-350.0, abs=8.0)
        assert felt.delta_g == 0.0
        assert felt.stir is not None
        assert felt.stir.beside
        assert felt.stir.impulse_gs == pytest.approx(0.7 * 350.0, abs=60.0)
        assert abs(event.t_peak - START - min(third_at, 4.6) - 0.3) <= HANDS_APART_S  # the first taking is it
        assert felt.t_peak >= event.t_peak


@pytest.mark.parametrize("rate", [10.0, 60.0])
@pytest.mark.parametrize("delta", [-350.0, -90.0, 350.0])
def test_the_hand_that_moves_something_is_no_stir_beside_itself(rate: float, delta: float) -> None:
    for seed in range(10):
        signal = Signal(actions=(Action(5.0, delta, 1.0, 90.0),), seed=seed, rate_hz=rate)
        events, stirs = judged(signal, (abs(delta),))
        assert len(events) == 1
        assert stirs == []


@pytest.mark.parametrize(("unit_g", "parts"), [(49.0, 0), (196.0, 2)])
def test_a_short_rough_level_is_no_number_of_light_things(unit_g: float, parts: int) -> None:
    """Two readings alike, 196 g below: four light things, of which three came back; or one heavy thing."""
    hand = (0.0, 60.0, -70.0, 20.0, -196.0, -197.0, -196.0, -120.0, 20.0, 70.0, -60.0, 90.0)
    after = -49.0 if unit_g == 49.0 else 0.0
    grams = (*hand, *([after] * 5))
    whole = Settled("s", 0.0, 0.5, 80.0, 1.2, 1.7, after, 1.0, minor=not after)
    trace = Trace(grams, tuple(0.1 * i for i in range(len(grams))), 0.1, 4.0)
    units = watch(Signal(rate_hz=10.0), (unit_g,))._units
    assert len(parted_between_hands(trace, whole, (0.0, after), units)) == parts


@pytest.mark.parametrize("rate", [10.0, 60.0])
@pytest.mark.parametrize("delta", [-1000.0, 1500.0, 0.0])
def test_one_hand_is_one_event_however_it_presses(rate: float, delta: float) -> None:
    for seed in range(20):
        signal = Signal(actions=(Action(5.0, delta, 0.9, 180.0),), seed=seed, rate_hz=rate)
        assert len(found(signal)) == (delta != 0.0)


def test_a_rough_level_that_two_products_explain_parts_nothing() -> None:
    """A unit of 500 or of 520 g, and then the other: which was first cannot be told."""
    for seed in range(10):
        actions = (Action(5.0, -500.0, 0.8), Action(5.85, -520.0, 0.8))
        events = found(Signal(actions=actions, seed=seed, rate_hz=10.0), (500.0, 520.0))
        assert len(events) == 1


@pytest.mark.parametrize("weights", [(46.0, 47.0), (500.0, 502.0)])
def test_products_that_weigh_alike_part_two_hands_and_leave_open_which_it_was(
    weights: tuple[float, float],
) -> None:
    parted = 0
    for seed in range(10):
        actions = tuple(Action(5.0 + 1.4 * n, -w, 0.8, 40.0) for n, w in enumerate(weights))
        events = found(Signal(actions=actions, seed=seed, rate_hz=10.0), weights)
        parted += len(events) == 2
        for event in events[: 2 * (len(events) == 2)]:
            assert event.delta_g == pytest.approx(-sum(weights) / 2, abs=7.0)
            assert event.course is None
    assert parted >= 8


@pytest.mark.parametrize("rate", [10.0, 60.0])
@pytest.mark.parametrize("order", [(-210.0, 105.0), (105.0, -210.0)])
def test_what_lay_there_while_two_hands_were_in_is_told_of(rate: float, order: tuple[float, float]) -> None:
    """Heavy hands: the level between them is too rough to part them."""
    told = 0
    for seed in range(10):
        actions = (Action(5.0, order[0], 0.9, 150.0), Action(5.9, order[1], 0.9, 150.0))
        events = found(Signal(actions=actions, seed=seed, rate_hz=rate), (105.0,))
        assert sum(e.delta_g for e in events) == pytest.approx(sum(order), abs=8.0)
        for event in events:
            told += event.course is not None
            assert event.course is None or event.t_end - event.t_start >= COURSE_FROM_S
    assert told >= 5


def test_one_hand_tells_of_no_course() -> None:
    for seed in range(10):
        (event,) = found(Signal(actions=(Action(5.0, -500.0),), seed=seed))
        assert event.course is None


def test_a_touch_leaves_the_level_as_well_known_as_it_was() -> None:
    """Half a second after it is a short look, 1.1 g off at this noise, with a hand that is hardly gone."""
    off: list[float] = []
    for seed in range(40):
        signal = Signal(actions=(Action(5.0, 0.0, 0.5, 40.0),), seed=seed, rate_hz=10.0, noise_sd_g=2.5)
        watched, before = watch(signal, (90.0,)), False
        for reading in signal.readings():
            watched.observe(reading.t, reading.grams)
            if before and not watched.state.active:
                off.append(watched.state.base - signal.level_g)
            before = watched.state.active
    assert len(off) >= 40
    assert math.sqrt(sum(x * x for x in off) / len(off)) < 0.75


def test_a_pause_at_a_level_that_nothing_weighs_parts_nothing() -> None:
    for seed in range(10):
        actions = (Action(5.0, -220.0), Action(5.9, -280.0))
        events = found(Signal(actions=actions, seed=seed, rate_hz=60.0))
        assert [e.delta_g for e in events] == [pytest.approx(-500.0, abs=8.0)]


def test_a_hand_that_carries_some_of_what_it_lifts_parts_nothing() -> None:
    """117 g, of which it lifts 74 g at first: two and one of 37 g, but also just one of 117 g."""
    weights = (37.0, 117.0)
    for lifted, parts in ((0.3, 1), (0.8, 2)):
        events = [
            found(
                Signal(actions=(Action(5.0, -74.0), Action(5.6 + lifted, -43.0)), seed=seed, rate_hz=60.0),
                weights,
            )
            for seed in range(10)
        ]
        assert sum(len(e) == parts for e in events) >= 9
