"""What happens in shops: tailgating, coming again, turning back, groups, staff, long hiding. Who is who then.

Each says what became of the identities, and which alarms were raised.
"""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from inference.floor_tracks import FloorTracker
from inference.floor_tracks.kalman import Fix
from inference.floor_tracks.people import newcomer
from inference.floor_tracks.sightings import Sighting
from inference.messages import (
    Appearance,
    FloorUpdate,
    GateSignal,
    Observation,
    Result,
    StaffMark,
    Tick,
    UnexplainedPerson,
    VisitClosed,
    VisitOpened,
)
from inference.pipeline import Pipeline
from store_layout.floor_plan import FloorPlan
from tests.floor_tracks.told import DOOR, LAYOUT, Told, note, tell
from tests.floor_tracks.walkers import Faults, Session, Walker, along

ROUND = [DOOR, (1.0, 2.6), (3.0, 2.6), (3.0, 2.6), (4.6, 2.6), (4.6, 0.9), (1.2, 0.9), (1.0, 0.1)]
ENDS = [(4.6, 2.6), (4.6, 0.9), (1.2, 0.9), (1.0, 0.1)]
"""From behind the gondolas to the door."""
SEEDS = (0, 1, 2)


def way_in(way: tuple[tuple[float, float, float], ...]) -> GateSignal:
    return GateSignal("door", way[0][0] + 0.2, "entry")


def way_out(way: tuple[tuple[float, float, float], ...]) -> GateSignal:
    return GateSignal("door", way[-1][0], "exit")


def stepped(walkers: list[Walker], end: float, signals: list[GateSignal]) -> tuple[Pipeline, list[Result]]:
    """The same through the whole pipeline."""
    flow, results = Pipeline(LAYOUT, "salt"), list[Result]()
    frames: list[Observation] = [*Session(LAYOUT, walkers).frames(end), *signals]
    for seen in sorted(frames, key=lambda o: o.t):
        results += flow.step(seen)
    return flow, results


@pytest.mark.parametrize("seed", SEEDS)
def test_tailgating_is_two_people_and_one_alarm(seed: int) -> None:
    first = along(ROUND, 1.0)
    second = along([(0.7, 0.1), (0.7, 2.7), (3.0, 2.8), (4.9, 2.8), (4.9, 0.7), (1.4, 0.6), (1.0, 0.1)], 1.7)
    told = tell(
        [Walker(first, 1.8, look=1), Walker(second, 1.66, look=2)],
        20.0,
        seed=seed,
        others=[way_in(first), way_out(first), way_out(second)],
    )
    assert [s.gate for s in told.started] == ["door", "door"]
    assert told.alarm_kinds == ["entry_without_signal"]
    assert told.main_track(0) != told.main_track(1)
    assert min(told.purity(0), told.purity(1)) > 0.9
    assert [e.gate for e in told.ended] == ["door", "door"]


@pytest.mark.parametrize("seed", SEEDS)
def test_who_comes_again_is_a_new_person(seed: int) -> None:
    first = along(ROUND, 1.0)
    again = along(ROUND, first[-1][0] + 4.0)
    told = tell(
        [Walker(first, look=1), Walker(again, look=1)],
        again[-1][0] + 2.0,
        seed=seed,
        others=[way_in(first), way_out(first), way_in(again), way_out(again)],
    )
    assert [s.gate for s in told.started] == ["door", "door"]
    assert [e.track for e in told.ended] == [s.track for s in told.started]
    assert told.main_track(0) != told.main_track(1), "the cart of the first visit is not theirs"
    assert told.alarms == []


@pytest.mark.parametrize("seed", SEEDS)
def test_who_lingers_at_the_gate_and_turns_back_was_one_short_visit(seed: int) -> None:
    way = along([DOOR, (1.0, 0.9), (1.0, 0.9), (0.8, 0.8), (0.8, 0.8), (1.1, 0.7), (1.0, 0.1)], 1.0)
    told = tell([Walker(way)], way[-1][0] + 5.0, seed=seed, others=[way_in(way), way_out(way)])
    assert [s.gate for s in told.started] == ["door"]
    assert [(e.track, e.gate) for e in told.ended] == [(told.started[0].track, "door")]
    assert told.alarms == []


def test_a_group_on_one_card_parts_and_meets_and_nobody_is_exchanged() -> None:
    first = along(
        [DOOR, (1.0, 2.6), (4.6, 2.4), (4.6, 2.4), (4.6, 2.4), (4.6, 0.9), (1.2, 0.8), (1.0, 0.1)], 1.0
    )
    second = along(
        [(1.3, 0.2), (1.1, 2.8), (1.1, 2.8), (4.2, 2.7), (4.2, 2.7), (4.4, 1.1), (1.4, 1.0), (1.2, 0.1)], 1.4
    )
    walkers = [Walker(first, 1.8, look=1), Walker(second, 1.66, look=2)]
    end = max(first[-1][0], second[-1][0]) + 4.0
    signals = [
        GateSignal("door", 1.3, "entry", people=2, token="card"),  # noqa: S106 - a payment's, not a password
        way_out(first),
        way_out(second),
    ]
    told = tell(walkers, end, others=signals)
    assert [s.gate for s in told.started] == ["door", "door"]
    assert told.alarms == []
    assert told.main_track(0) != told.main_track(1)
    assert min(told.purity(0), told.purity(1)) > 0.9
    _, results = stepped(walkers, end, signals)
    closed = [r.closed for r in results if isinstance(r, VisitClosed)]
    assert [(c.token, c.people, c.decision) for c in closed] == [("card", 2, "nothing")] * 2


@pytest.mark.parametrize("seed", SEEDS)
def test_staff_who_come_by_their_own_door_are_told_of_and_take_nobodys_place(seed: int) -> None:
    shopper = along([DOOR, (1.0, 2.6), *[(3.0, 2.6)] * 6, *ENDS], 1.0)
    staff = along(
        [(5.6, 4.6), (4.6, 4.4), (4.4, 2.7), *[(3.7, 2.6)] * 3, (4.4, 2.7), (4.6, 4.4), (5.6, 4.6)], 4.0
    )
    told = tell(
        [Walker(shopper, 1.8, look=1), Walker(staff, 1.68, look=2)],
        shopper[-1][0] + 3.0,
        seed=seed,
        others=[way_in(shopper), way_out(shopper)],
    )
    assert [(s.gate, s.unexplained) for s in told.started] == [("door", False), (None, True)]
    assert told.alarm_kinds == ["unexplained_person"]
    assert told.purity(0) > 0.95
    assert told.main_track(1) == told.started[1].track
    assert [(e.track, e.gate) for e in told.ended] == [(told.main_track(0), "door")]


def test_staff_by_their_own_door_have_no_visit_and_stay_known() -> None:
    staff = along([(5.6, 4.6), (4.6, 4.4), (4.4, 2.7), (3.7, 2.6), (3.0, 2.6)], 1.0)
    walker = Walker((*staff, (20.0, 3.0, 2.6)), unseen=((20.0, 200.0),))
    flow, results = stepped([walker], 20.0, [])
    (told,) = [r for r in results if isinstance(r, UnexplainedPerson)]
    assert not any(isinstance(r, VisitOpened) for r in results)
    flow.step(StaffMark(told.code, 20.0))
    nothing = next(iter(Session(LAYOUT, [], Faults(clutter=0.0)).frames(0.1)))
    for t in range(21, 140):
        results = flow.step(msgspec.structs.replace(nothing, t=float(t), seq=t))
    (update,) = [r for r in results if isinstance(r, FloorUpdate)]
    assert [p.track for p in update.people] == [told.track], "whom nobody knows is given up after a minute"


@pytest.mark.parametrize("seed", SEEDS)
def test_half_a_minute_behind_a_gondola_is_the_same_person_after(seed: int) -> None:
    behind = along([DOOR, (1.0, 2.6), (2.4, 2.6)], 1.0)
    way = (*behind, (36.0, 3.4, 2.6), *along(ENDS, 37.5))
    told = tell([Walker(way, unseen=((4.8, 35.8),), look=1)], way[-1][0] + 6.0, seed=seed)
    assert len(told.started) == 1
    assert [(e.track, e.gate) for e in told.ended] == [(told.started[0].track, "door")]
    assert told.alarms == []


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_walks_through_a_shelf(seed: int) -> None:
    """Two alike on both sides of gondola B: one is hidden just when the other comes by."""
    here = along([DOOR, (1.0, 2.5), (2.7, 2.5), (2.7, 2.5), (2.7, 2.5), (4.6, 2.5), *ENDS[1:]], 1.0)
    there = along([(1.3, 0.2), (1.3, 0.9), (4.6, 0.9), (1.5, 0.9), (4.6, 0.9), (1.2, 0.8), (1.0, 0.1)], 2.5)
    tracker, told, plan = FloorTracker(LAYOUT), Told(), FloorPlan(LAYOUT)
    walkers = [Walker(here, unseen=((5.6, 8.4),)), Walker(there)]
    before: dict[int, tuple[float, float, float]] = {}
    for seen in Session(LAYOUT, walkers, seed=seed).frames(here[-1][0] + 3.0):
        update = tracker.observe(seen)
        assert update is not None
        note(told, update)
        for p in update.people:
            t, x, y = before.get(p.track, (p.t, *p.position))
            stepped_far = p.t - t < 1.0 and np.hypot(p.position[0] - x, p.position[1] - y) > 0.5
            if stepped_far and not p.hidden and plan.inside((x, y)) and plan.inside(p.position):
                assert not plan.blocked((x, y), p.position), f"{p.track} at {p.t}"
            if p.t - t >= 0.5 or p.track not in before:
                before[p.track] = (p.t, *p.position)
    assert [s.gate for s in told.started] == ["door", "door"]
    assert [a for a in told.alarm_kinds if a == "unexplained_person"] == []


def looks_like(
    walker: int, other: int, way: tuple[tuple[float, float, float], ...], changes: float
) -> list[Walker]:
    """One body that looks like ``other`` up to ``changes``, and like ``walker`` from then on."""
    early = tuple(p for p in way if p[0] < changes)
    x, y = (float(np.interp(changes, [p[0] for p in way], [p[k] for p in way])) for k in (1, 2))
    late = ((changes, x, y), *(p for p in way if p[0] > changes))
    return [Walker((*early, (changes - 0.01, x, y)), look=other), Walker(late, look=walker)]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_shopper_who_comes_back_looking_strange_is_themselves_once_they_look_so(seed: int) -> None:
    """Lost behind a gondola, then seen in a bad light: at first nobody known, told of, in the end joined."""
    lost = along([DOOR, (1.0, 2.6), (2.4, 2.6)], 1.0)
    back = along([(3.4, 2.6), (4.6, 2.6), (4.6, 0.9), (4.6, 2.6), (4.6, 0.9), (1.2, 0.9), (1.0, 0.1)], 14.0)
    told = tell(
        [Walker(lost, look=1), *looks_like(1, 2, back, 19.0)],
        back[-1][0] + 6.0,
        seed=seed,
    )
    assert [(s.gate, s.unexplained) for s in told.started] == [("door", False), (None, True)]
    assert [(j.kept, j.other) for j in told.joined] == [(told.started[0].track, told.started[1].track)]
    assert told.alarm_kinds == ["unexplained_person"]
    assert [(e.track, e.gate) for e in told.ended] == [(told.started[0].track, "door")]


@pytest.mark.parametrize(("looks", "joined"), [((1.0, 0.1), [(1, 2)]), ((0.1, 1.0), [])])
def test_unexplained_people_are_joined_once_they_surely_look_like_somebody_hidden(
    looks: tuple[float, float], joined: list[tuple[int, int]]
) -> None:
    """The look of somebody seen badly at first gathers until it tells."""
    tracker = FloorTracker(LAYOUT)
    state, s = tracker.state, tracker.settings
    fix = Fix(2.4, 2.6, 0.01, 0.0, 0.01)
    known = newcomer(
        1, Sighting(0, 0.9, fix, Appearance(np.array((1.0, 0.0), dtype=np.float32))), "west", 0.0, s
    )
    known.looks, known.belief, state.t, state.people = 50, {1: 1.0}, 12.0, [known]
    tracker.observe(Tick(12.0))
    x = newcomer(
        2, Sighting(0, 0.9, fix, Appearance(np.array((0.1, 1.0), dtype=np.float32))), "west", 11.0, s
    )
    x.explained, x.looks, x.lost = False, 20, {1: 6.0}
    state.people.append(x)
    x.appearance = Appearance(np.array(looks, dtype=np.float32))
    x.last_seen = x.t = 12.0
    update = tracker.observe(Tick(12.1))
    assert [(j.kept, j.other) for j in (() if update is None else update.joined)] == joined
    assert sorted(p.number for p in state.people) == ([1] if joined else [1, 2])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_stranger_is_not_taken_for_a_shopper_who_is_hidden(seed: int) -> None:
    lost = along([DOOR, (1.0, 2.6), (2.4, 2.6)], 1.0)
    stranger = along([(3.4, 2.6), (4.6, 2.6), (4.6, 0.9), (4.6, 2.6), (3.4, 2.6)], 14.0)
    told = tell([Walker(lost, look=1), Walker(stranger, look=2)], stranger[-1][0], seed=seed)
    assert [(s.gate, s.unexplained) for s in told.started] == [("door", False), (None, True)]
    assert told.joined == []
    assert told.last is not None
    (seen,) = [p for p in told.last.people if p.track == told.started[1].track]
    assert seen.identity > 0.95


@pytest.mark.parametrize("unseen_s", [0.4, 0.8])
def test_a_signal_that_was_about_another_does_not_end_who_stands_away_from_the_gate(unseen_s: float) -> None:
    """Nobody is seen at the gate that lets somebody out: the nearest is taken for them, until they stay."""
    way = [(1.0, *DOOR), (3.0, 1.0, 2.5), (12.0, 1.0, 2.5)]
    signal, told, tracker = GateSignal("door", 6.0, "exit"), Told(), FloorTracker(LAYOUT)
    for seen in Session(LAYOUT, [Walker(tuple(way))]).frames(11.0):
        if seen.t >= signal.t and told.last is not None:
            note(told, tracker.observe(signal))
            signal = msgspec.structs.replace(signal, t=1e9)
        hidden = 6.2 <= seen.t < 6.2 + unseen_s
        note(told, tracker.observe(Tick(seen.t) if hidden else seen))
    assert len(told.started) == 1
    assert told.ended == []
