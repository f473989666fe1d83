"""Whole visits through the small test store, from boxes to people. Every scenario runs on several seeds."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from inference.floor_tracks import FloorTracker, FloorTracksState
from inference.floor_tracks.kalman import distance2
from inference.floor_tracks.state import Track
from inference.messages import (
    Detections,
    GateSignal,
    Joint,
    Outage,
    Skeleton,
    Skeletons,
    Tick,
)
from inference.messages.codec import Vectors, from_msgpack, to_msgpack
from store_layout.floor_plan import FloorPlan
from tests.floor_tracks.told import DOOR, LAYOUT, Told, note, tell
from tests.floor_tracks.walkers import Faults, Session, Walker, along, inside

ROUND = [DOOR, (1.0, 2.6), (3.0, 2.6), (3.0, 2.6), (4.6, 2.6), (4.6, 0.9), (1.2, 0.9), (1.0, 0.1)]
SEEDS = (0, 1, 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_one_shopper_keeps_one_number_from_gate_to_gate(seed: int) -> None:
    told = tell([Walker(along(ROUND, 1.0))], 19.0, seed=seed)
    assert [s.gate for s in told.started] == ["door"]
    assert [e.gate for e in told.ended] == ["door"]
    assert told.started[0].track == told.ended[0].track
    assert told.alarms == []
    assert told.started[0].t < 2.0
    assert 15.0 < told.ended[0].t < 18.5
    assert np.mean(told.errors) < 0.15
    assert told.last is not None
    assert told.last.people == ()


@pytest.mark.parametrize("seed", SEEDS)
def test_two_who_pass_each_other_in_an_aisle_stay_themselves(seed: int) -> None:
    there = along([DOOR, (1.0, 2.35), (5.0, 2.35), (5.0, 2.35), (5.0, 1.0), (1.0, 0.8), (1.0, 0.1)], 1.0)
    back = along([(1.2, 0.1), (4.8, 1.0), (4.8, 2.9), (1.0, 2.9), (1.0, 2.9), (1.0, 0.1)], 1.0)
    told = tell([Walker(there, 1.8, look=1), Walker(back, 1.65, look=2)], 22.0, seed=seed)
    assert len(told.started) == 2
    assert told.main_track(0) != told.main_track(1)
    assert told.purity(0) > 0.9
    assert told.purity(1) > 0.9
    assert [a for a in told.alarms if a.kind == "unexplained_person"] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_hidden_for_eight_seconds_is_the_same_person_after(seed: int) -> None:
    way = along([DOOR, (1.0, 2.6), (2.4, 2.6)], 1.0)
    way = (*way, (13.0, 3.4, 2.6), *along([(4.6, 2.6), (4.6, 0.9), (1.2, 0.9), (1.0, 0.1)], 14.5))
    tracker, told = FloorTracker(LAYOUT), Told()
    walkers = [Walker(way, unseen=((4.8, 12.8),))]
    hidden: list[float] = []
    for seen in Session(LAYOUT, walkers, seed=seed).frames(24.0):
        update = tracker.observe(seen)
        assert update is not None
        note(told, update)
        known = {p.number: (p.motion.x, p.motion.y) for p in tracker.state.people}
        # In the frame in which they come back they are told where they are, not where they were believed.
        assert {p.track: p.position for p in update.people} == known
        if 7.0 < seen.t < 12.5:
            (person,) = update.people
            hidden.append(person.covariance[0] + person.covariance[2])
            assert person.hidden
            assert person.seen_in == ()
            place = walkers[0].at(seen.t)
            assert place is not None
            apart = (place[0] - person.position[0], place[1] - person.position[1])
            assert distance2(*apart, *person.covariance)[0] < 9.2  # 99 % of a Gaussian
    low_x, low_y, high_x, high_y = FloorPlan(LAYOUT).walkable.bounds
    anywhere = ((high_x - low_x) ** 2 + (high_y - low_y) ** 2) / 12
    assert 1.3 * hidden[0] < hidden[-1] < anywhere  # the doubt spreads, but not beyond the floor
    assert len(told.started) == 1
    assert [(e.track, e.gate) for e in told.ended] == [(told.started[0].track, "door")]
    assert told.alarms == []


@pytest.mark.parametrize("seed", SEEDS)
def test_cameras_lost_for_ten_seconds_split_nobody(seed: int) -> None:
    faults = Faults(lost=(("west", 4.0, 14.0), ("east", 8.0, 14.0)))
    outages = [Outage("west", "camera", 4.0, 6.0, over=False), Outage("west", "camera", 4.0, 14.0)]
    told = tell([Walker(along([*ROUND, *ROUND[1:]], 1.0))], 34.0, faults, seed, outages)
    assert len(told.started) == 1
    assert len(told.ended) == 1
    assert told.alarms == []


@pytest.mark.parametrize("seed", SEEDS)
def test_clutter_never_becomes_a_person(seed: int) -> None:
    told = tell([], 30.0, Faults(clutter=0.7), seed)
    assert told.started == []
    assert told.last is not None
    assert told.last.people == ()


def test_a_poster_of_a_person_inside_never_becomes_one() -> None:
    tracker = FloorTracker(LAYOUT)
    for seen in Session(LAYOUT, [Walker(((3.0, 3.0, 0.8), (60.0, 3.0, 0.8)))], Faults(miss=0.02)).frames(
        30.0, 5.0
    ):
        update = tracker.observe(seen)
        assert update is not None
        assert update.people == ()


@pytest.mark.parametrize("seed", SEEDS)
def test_two_enter_together_and_are_two(seed: int) -> None:
    first = along(ROUND, 1.0)
    second = tuple((t, x + 0.5, y + 0.1) for t, x, y in first)
    told = tell([Walker(first, 1.8), Walker(second, 1.62)], 22.0, seed=seed)
    assert [s.gate for s in told.started] == ["door", "door"]
    assert max(s.t for s in told.started) < 5.0
    assert len(told.ended) == 2


@pytest.mark.parametrize("seed", SEEDS)
def test_lingering_at_the_gate_splits_nobody(seed: int) -> None:
    way = [
        DOOR,
        DOOR,
        DOOR,
        (1.0, 0.5),
        (1.0, 0.5),
        (1.0, 2.6),
        (4.0, 2.6),
        (1.0, 2.6),
        (0.8, 0.4),
        (0.8, 0.4),
    ]
    walker = Walker(along([*way, (0.8, 0.4), (1.0, 0.1)], 1.0), unseen=((4.0, 5.5), (20.0, 21.5)))
    told = tell([walker], 34.0, seed=seed)
    assert len(told.started) == 1
    assert len(told.ended) == 1


def test_a_3d_sensor_alone_follows_a_visit_with_hands() -> None:
    tracker, told, walker = FloorTracker(LAYOUT), Told(), Walker(along(ROUND, 1.0))
    random = np.random.default_rng(3)
    hands = 0
    for n in range(270):
        t = n / 15
        items = []
        for x, y in inside([walker], t).values():
            dx, dy = random.normal(0.0, 0.03, 2)
            pelvis, wrist = Joint(x + dx, y + dy, 0.95), Joint(x + 0.3, y, 1.2)
            items.append(Skeleton(0.9, head=Joint(x, y, 1.75), pelvis=pelvis, wrist_left=wrist))
        for sensor in ("left", "right"):
            shown = tuple(
                i for i in items if (i.pelvis is not None and i.pelvis.x < 2.5) == (sensor == "left")
            )
            update = tracker.observe(Skeletons(sensor, t, n, shown))
            assert update is not None
            note(told, update)
            hands += sum(len(p.hands) for p in update.people)
            for p in update.people:
                assert abs(p.height_m - 1.75) < 0.1
    assert [s.gate for s in told.started] == ["door"]
    assert [e.gate for e in told.ended] == ["door"]
    assert hands > 180


def test_a_newcomer_does_not_inherit_the_one_who_leaves_at_the_same_moment() -> None:
    leaver, comer = along(ROUND, 1.0), along(ROUND, 15.3)
    assert abs(leaver[-1][0] - comer[0][0]) < 0.5
    told = tell([Walker(leaver, look=1), Walker(comer, look=2)], 34.0)
    assert len(told.started) == len(told.ended) == 2
    assert told.main_track(0) != told.main_track(1)


def test_somebody_inside_from_the_start_is_an_alarm_not_a_shopper() -> None:
    told = tell([Walker(along([(4.6, 2.6), (4.6, 0.9), (1.2, 0.9), (1.0, 0.1)], 0.0))], 12.0)
    assert [s.gate for s in told.started] == [None]
    assert [a.kind for a in told.alarms] == ["unexplained_person"]
    assert [e.gate for e in told.ended] == ["door"]


def test_signals_are_matched_with_people() -> None:
    walkers = [Walker(along(ROUND, 1.0)), Walker(along(ROUND, 4.0))]
    signals = [
        GateSignal("door", 1.0, "entry"),
        GateSignal("door", 16.0, "exit"),
        GateSignal("door", 19.0, "exit"),
        GateSignal("door", 24.0, "entry"),
    ]
    told = tell(walkers, 35.0, others=signals)
    assert len(told.started) == len(told.ended) == 2
    kinds = [a.kind for a in told.alarms]
    assert kinds == ["entry_without_signal", "signal_without_person"]  # the second walker tailgated


def test_an_exit_signal_with_nobody_near_is_an_alarm() -> None:
    told = tell([], 3.0, Faults(clutter=0.0), others=[GateSignal("door", 2.0, "exit")])
    assert [a.kind for a in told.alarms] == ["exit_without_person"]


@pytest.mark.parametrize("seed", SEEDS)
def test_who_leaves_hidden_has_left_when_the_gate_says_so(seed: int) -> None:
    way = along(ROUND, 1.0)
    lost = way[-1][0] - 4.5  # metres away from the door
    staying = along([DOOR, (1.0, 2.6), (1.0, 2.6), (3.0, 2.6)], 3.0)
    staying = (*staying, (40.0, 3.0, 2.6))
    told = tell(
        [Walker(way, unseen=((lost, 60.0),), look=1), Walker(staying, 1.6, look=2)],
        way[-1][0] + 6.0,
        seed=seed,
        others=[GateSignal("door", way[-1][0], "exit")],
    )
    assert [(e.track, e.gate) for e in told.ended] == [(told.main_track(0), "door")]
    assert told.ended[0].t < way[-1][0] + 2.0
    assert [a for a in told.alarms if a.kind == "exit_without_person"] == []
    assert told.last is not None
    assert [p.track for p in told.last.people] == [told.main_track(1)]


def test_hidden_for_long_is_given_up_with_an_alarm() -> None:
    tracker, told = FloorTracker(LAYOUT), Told()
    for seen in Session(LAYOUT, [Walker(along(ROUND[:5], 1.0))]).frames(7.5):
        note(told, tracker.observe(seen))
    assert len(told.started) == 1
    for minute in range(1, 15):
        assert tracker.observe(Tick(60.0 * minute)) is None
    note(told, tracker.observe(Tick(60.0 * 16)))
    assert [e.gate for e in told.ended] == [None]
    assert [a.kind for a in told.alarms] == ["person_given_up"]


def test_covariance_is_honest() -> None:
    covered: list[bool] = []
    for seed in range(6):
        covered += tell([Walker(along(ROUND, 1.0))], 17.0, Faults(jitter=0.03, shift=0.04), seed).covered
    assert 0.85 <= np.mean(covered) <= 0.995


def test_late_frames_are_used_and_very_late_ones_are_not() -> None:
    frames = list(Session(LAYOUT, [Walker(along(ROUND, 1.0))]).frames(8.0))
    delayed = sorted(frames, key=lambda f: f.t + (0.3 if f.camera == "east" else 0.0))
    tracker = FloorTracker(LAYOUT)
    times = []
    for seen in delayed:
        update = tracker.observe(seen)
        assert update is not None
        times.append(update.t)
    assert times == sorted(times)
    assert update is not None
    (person,) = update.people
    x, y = inside([Walker(along(ROUND, 1.0))], update.t)[0]
    assert np.hypot(person.position[0] - x, person.position[1] - y) < 0.4
    before = to_msgpack(tracker.state)
    old = tracker.observe(msgspec.structs.replace(frames[-1], t=update.t - 2.0))
    assert old is not None
    assert old.t == update.t
    assert to_msgpack(tracker.state) == before


def test_seen_in_points_at_the_right_boxes() -> None:
    tracker = FloorTracker(LAYOUT)
    latest: dict[str, Detections] = {}
    for seen in Session(LAYOUT, [Walker(along(ROUND, 1.0))], Faults(clutter=0.0)).frames(9.0):
        latest[seen.camera] = seen
        update = tracker.observe(seen)
    assert update is not None
    (person,) = update.people
    assert person.seen_in
    for camera, index in person.seen_in:
        assert index < len(latest[camera].items)


@pytest.mark.parametrize("at", [40, 200, 333, 410])
def test_a_checkpoint_continues_bit_for_bit(at: int) -> None:
    there = along([DOOR, (1.0, 2.6), (5.0, 2.6), (5.0, 1.0), (1.0, 0.8), (1.0, 0.1)], 1.0)
    back = along([(1.2, 0.1), (4.8, 1.0), (4.8, 2.7), (1.0, 2.7), (1.0, 0.1)], 1.0)
    frames = list(Session(LAYOUT, [Walker(there, look=1), Walker(back, look=2)]).frames(18.0))
    whole, first, second = FloorTracker(LAYOUT), FloorTracker(LAYOUT), FloorTracker(LAYOUT)
    expected = [whole.observe(f) for f in frames]
    for f in frames[:at]:
        first.observe(f)
    looks: Vectors = []
    second.state = from_msgpack(to_msgpack(first.state, looks), FloorTracksState, looks)
    assert [second.observe(f) for f in frames[at:]] == expected[at:]


@pytest.mark.parametrize("at", [200, 230, 260])
def test_a_checkpoint_of_somebody_hidden_continues_bit_for_bit(at: int) -> None:
    frames = list(Session(LAYOUT, [Walker(along(ROUND, 1.0), unseen=((4.8, 12.0),))]).frames(18.0))
    whole, first, second = FloorTracker(LAYOUT), FloorTracker(LAYOUT), FloorTracker(LAYOUT)
    expected = [whole.observe(f) for f in frames]
    for f in frames[:at]:
        first.observe(f)
    assert first.state.people[0].cells is not None
    looks: Vectors = []
    second.state = from_msgpack(to_msgpack(first.state, looks), FloorTracksState, looks)
    assert [second.observe(f) for f in frames[at:]] == expected[at:]


def test_a_checkpoint_without_appearances_still_works() -> None:
    frames = list(Session(LAYOUT, [Walker(along(ROUND, 1.0), look=1)]).frames(18.0))
    first, second = FloorTracker(LAYOUT), FloorTracker(LAYOUT)
    for f in frames[:250]:
        first.observe(f)
    second.state = from_msgpack(to_msgpack(first.state), FloorTracksState)
    update = [second.observe(f) for f in frames[250:]][-60]
    assert update is not None
    assert [p.track for p in update.people] == [1]


def test_who_comes_in_beside_somebody_who_goes_out_is_a_new_person() -> None:
    """The gate let the first out at the very moment when the second comes through the same door."""
    out = along([DOOR, (1.0, 2.6), (2.4, 2.6), (1.0, 2.6), (1.0, 0.1)], 1.0)
    left = out[-1][0]
    came = along([(0.9, 0.1), (1.0, 2.6), (2.4, 2.6)], left + 0.1)
    walkers = [Walker(out, 1.75), Walker(came, 1.7)]
    gate = LAYOUT.file.gate[0].id
    signals = [GateSignal(gate, left - 0.1, "exit"), GateSignal(gate, left + 0.2, "entry")]
    tracker, told = FloorTracker(LAYOUT), Told()
    seen_all: list[Detections | GateSignal] = [*Session(LAYOUT, walkers).frames(came[-1][0]), *signals]
    for seen in sorted(seen_all, key=lambda each: each.t):
        update = tracker.observe(seen)
        if update is not None:
            note(told, update)
    assert len(told.started) == 2
    assert [each.track for each in told.ended] == [told.started[0].track]


@pytest.mark.parametrize("seed", SEEDS)
def test_somebody_followed_twice_is_one_again(seed: int) -> None:
    """A gate that lets in two makes two of one whom cameras see apart; no frame then finds both."""
    tracker, told = FloorTracker(LAYOUT), Told()
    for seen in Session(LAYOUT, [Walker(along(ROUND, 1.0))], Faults(clutter=0.0), seed).frames(9.0):
        if not told.joined and tracker.state.people and len(tracker.state.people) < 2 and seen.t > 2.5:
            (known,) = tracker.state.people
            known.belief = {known.number: 1.0}
            twice = from_msgpack(to_msgpack(known, None), Track, None)
            twice.number, twice.belief = tracker.state.next_track, {tracker.state.next_track: 1.0}
            twice.motion = msgspec.structs.replace(twice.motion, x=twice.motion.x + 0.15)
            tracker.state.next_track += 1
            tracker.state.people.append(twice)
        note(told, tracker.observe(seen))
    (joined,) = told.joined
    assert (joined.kept, joined.other) == (1, 2)
    assert told.last is not None
    assert [p.track for p in told.last.people] == [1]


def test_two_who_come_in_close_together_stay_two() -> None:
    way = along(ROUND, 1.0)
    beside = tuple((t, x + 0.45, y) for t, x, y in way)
    told = tell([Walker(way, 1.8, look=1), Walker(beside, 1.65, look=2)], 12.0)
    assert told.joined == []
    assert told.last is not None
    assert len(told.last.people) == 2
