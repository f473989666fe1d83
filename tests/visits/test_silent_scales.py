"""Shoppers who stood at a scale that said nothing: what they took there is asked, with the moment to see."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.messages import (
    ClosedVisit,
    Explanation,
    Felt,
    FloorUpdate,
    Hand,
    Outage,
    Person,
    SameShopper,
    SilentStay,
    StaffMark,
    VisitClosed,
)
from inference.messages.codec import from_msgpack, to_msgpack
from inference.messages.results import Covariance3, silent_scale
from inference.visits import VisitsState
from store_layout.model import Facing, Point2, Point3, StoreLayout
from tests.support.stores import small_store
from tests.visits.days import Day, T, attribution, lines, move

STORE = small_store()
LEMON, ORANGE, WATER, CHOCOLATE, CRISPS, *_ = (p.sku for p in STORE.catalog)
SCALE = "scale-A0"
BEFORE, AWAY = (2.1, 2.9), (5.3, 0.6)
"""In front of slot A0, and where no scale is within reach."""
IN_SLOT = STORE.slots["A0"].centre
LONG: Covariance3 = (0.0009, 0.0, 0.0, 0.25, 0.0, 0.0009)
"""Of one camera, that looks along y."""


def hand(t: float, at: Point3 = IN_SLOT, covariance: Covariance3 = LONG) -> tuple[Hand, ...]:
    return (Hand(T + t, "north", "right", at, covariance, 0.9),)


def be(
    day: Day,
    t: float,
    at: Point2 = BEFORE,
    *,
    hands: tuple[Hand, ...] = (),
    velocity: Point2 = (0.0, 0.0),
    track: int = 1,
    hidden: bool = False,
) -> None:
    someone = Person(track, T + t, at, (0.01, 0.0, 0.01), velocity, 1.7, 1.0, hidden, T + t, hands)
    day.results += day.book.floor(FloorUpdate(T + t, (someone,)))


def be_there(day: Day, start: float, end: float, at: Point2 = BEFORE, **how: Point2) -> None:
    """Four times a second."""
    for n in range(round(4 * (end - start)) + 1):
        be(day, start + n / 4, at, **how)  # type: ignore[arg-type]  # a velocity


def go_silent(day: Day, since: float, noticed: float, scale: str = SCALE) -> None:
    day.results += day.book.outage(Outage(scale, "scale", T + since, T + noticed, over=False))


def silent_day(layout: StoreLayout = STORE) -> Day:
    """A scale is silent, and somebody comes in after that."""
    day = Day(layout)
    go_silent(day, 0, 4)
    day.enter(1, 10)
    return day


def told(day: Day) -> list[SilentStay]:
    return [result for result in day.results if isinstance(result, SilentStay)]


def over(day: Day, t: float) -> ClosedVisit:
    """The first shopper leaves; nothing more is heard of the scale."""
    be(day, t - 3.0, AWAY)
    be(day, t - 0.5, AWAY)
    day.leave(1, t)
    day.until(t + STORE.file.rules.wait_for_shared_s + 3)
    return day.closed[1]


def test_who_stood_there_is_asked_about_with_the_moment_when_the_hand_was_in() -> None:
    day = silent_day()
    be_there(day, 12, 18)
    be(day, 18.25, hands=hand(18.2))
    be_there(day, 18.5, 22)
    be(day, 22.25, AWAY)
    assert told(day) == [], "they may be back at once"
    be(day, 25, AWAY)
    (stay,) = told(day)
    assert (stay.scale, stay.fixture, stay.track, stay.slot) == (SCALE, "A", 1, "A0")
    assert (stay.begin, stay.end) == (T + 12, T + 22)
    assert stay.t == pytest.approx(T + 18.2)
    assert silent_scale(stay.id) == SCALE
    closed = over(day, 40)
    assert closed.decision == "review"
    assert any(SCALE in note for note in closed.notes)
    (question,) = closed.questions
    assert question.event == stay.id
    assert question.text == (
        f"Scale {SCALE} at Gondola A was silent: "
        f"what did the shopper with code {closed.code} take there, if anything?"
    )
    assert question.alternatives == (
        Explanation(0.0, None),
        Explanation(0.0, 1, move(LEMON)),
        Explanation(0.0, 1, move(LEMON, 2)),
        Explanation(0.0, 1),
    )
    assert question.at_stake == STORE.products[LEMON].price
    assert question.felt == Felt("A", stay.t, 0.0, 0.0, ("silent",))
    assert question.felt.silent


def test_without_hands_it_is_the_moment_when_they_stood_nearest() -> None:
    day = silent_day()
    be_there(day, 12, 14, (2.1, 2.4))
    be_there(day, 14.5, 16, (2.1, 2.95))
    be_there(day, 16.5, 18, (2.1, 2.5))
    be(day, 16, hands=hand(15.9, (2.1, 2.5, 0.8)))
    be(day, 21, AWAY)
    (stay,) = told(day)
    assert (stay.t, stay.slot) == (T + 14.5, "")


@pytest.mark.parametrize(
    ("end", "velocity"),
    [
        pytest.param(15.0, (1.1, 0.0), id="walks past"),
        pytest.param(12.5, (0.0, 0.0), id="has hardly stopped"),
    ],
)
def test_nobody_has_to_look_at_who_only_walked_past(end: float, velocity: Point2) -> None:
    day = silent_day()
    be_there(day, 12, end, velocity=velocity)
    closed = over(day, 40)
    assert told(day) == []
    assert (closed.decision, closed.questions, closed.notes) == ("nothing", (), ())


def test_who_walks_past_with_a_hand_in_the_slot_is() -> None:
    day = silent_day()
    be(day, 12, velocity=(0.9, 0.0))
    be(day, 12.25, velocity=(0.9, 0.0), hands=hand(12.25))
    assert len(over(day, 40).questions) == 1


def test_who_was_there_when_it_fell_silent_is_found_when_that_is_noticed() -> None:
    """Its silence is noticed four seconds late: one is gone by then, and one still stands there."""
    day = Day(STORE)
    for track in (1, 2):
        day.enter(track, 1)
    for n in range(17):
        be(day, 6 + n / 4, track=1)
        be(day, 6 + n / 4, track=2)
    be(day, 10.5, AWAY, track=1)
    go_silent(day, 6, 13.5)
    assert told(day) == []
    be(day, 13.75, AWAY, track=1)
    be(day, 13.75, AWAY, track=2)
    stays = {stay.track: stay for stay in told(day)}
    assert stays.keys() == {1, 2}
    assert (stays[1].begin, stays[1].end, stays[1].t) == (T + 6, T + 10, T + 8)


def test_who_left_before_it_fell_silent_is_not() -> None:
    day = Day(STORE)
    day.enter(1, 1)
    be_there(day, 2, 6)
    be(day, 9, AWAY)
    go_silent(day, 8.5, 12)
    closed = over(day, 20)
    assert told(day) == []
    assert closed.decision == "nothing"


def test_a_long_stay_is_told_of_while_there_are_pictures_and_again_for_each_later_hand() -> None:
    day = silent_day()
    be(day, 12)
    be(day, 12.5, hands=hand(12.4))
    be_there(day, 13, 27.25)
    assert told(day) == []
    be(day, 27.5)
    (first,) = told(day)
    assert (first.begin, first.t, first.end) == (T + 12, T + 12.4, T + 27.5)
    be_there(day, 28, 50)
    assert len(told(day)) == 1, "they only stand there"
    be(day, 50.5, hands=hand(50.5))
    be(day, 54, AWAY)
    second = told(day)[1]
    assert (second.begin, second.t) == (T + 50.5, T + 50.5)
    assert first.id != second.id
    assert [q.event for q in over(day, 70).questions] == [first.id, second.id], "the longer one first"


def test_many_stays_ask_about_those_where_a_hand_was_seen_first_and_not_about_all() -> None:
    day = silent_day()
    for n in range(6):
        be_there(day, 12 + 10 * n, 15 + 10 * n)
        if n in {2, 4}:
            be(day, 15.25 + 10 * n, hands=hand(15.25 + 10 * n))
        be(day, 19 + 10 * n, AWAY)
    stays = told(day)
    assert len(stays) == 6
    asked = [q.event for q in over(day, 80).questions]
    assert asked == [stays[4].id, stays[2].id, stays[5].id], "then the last one"


def test_behind_others_they_are_still_there() -> None:
    day = silent_day()
    be_there(day, 12, 14)
    for n in range(40):
        be(day, 14.5 + n / 4, hidden=True)
    be_there(day, 25, 26)
    be(day, 29, AWAY)
    (stay,) = told(day)
    assert (stay.begin, stay.end) == (T + 12, T + 26)


def test_who_is_never_seen_there_has_no_stay() -> None:
    day = silent_day()
    for n in range(40):
        be(day, 12 + n / 4, hidden=True)
    closed = over(day, 40)
    assert told(day) == []
    assert (closed.decision, closed.questions) == ("review", ()), "what they did there nobody saw"
    assert any(SCALE in note for note in closed.notes)


def test_two_tracks_of_one_shopper_were_hidden_where_either_was() -> None:
    day = silent_day()
    day.enter(2, 11)
    be(day, 12, hidden=True, track=2)
    be(day, 20, AWAY)
    be(day, 20, AWAY, track=2)
    codes = [visit.code for visit in day.book.state.visits.values()]
    day.results += day.book.same(SameShopper(codes[0], codes[1], T + 20.5))
    (kept,) = day.book.state.visits.values()
    assert kept.hidden_at == {SCALE: T + 12}


def with_shelf_scale(*skus: str) -> StoreLayout:
    """Slots A0 and A3 on one scale, with so many products side by side."""
    slots = tuple(
        msgspec.structs.replace(slot, scale=SCALE if slot.id == "A3" else slot.scale)
        for slot in STORE.file.slot
    )
    facings = tuple(
        Facing(slot="A3" if n % 2 else "A0", sku=sku, facings=1 + n) for n, sku in enumerate(skus)
    )
    rest = tuple(f for f in STORE.planogram if f.slot not in {"A0", "A3"})
    return msgspec.structs.replace(
        STORE, file=msgspec.structs.replace(STORE.file, slot=slots), planogram=(*facings, *rest)
    )


@pytest.mark.parametrize(
    ("skus", "where", "offered"),
    [
        pytest.param((LEMON, WATER), "A0", [LEMON, WATER], id="where the hand was first"),
        pytest.param((LEMON, WATER), None, [WATER, LEMON], id="else what has most room"),
        pytest.param(
            (LEMON, WATER, CHOCOLATE, CRISPS), "A3", [CRISPS, WATER, CHOCOLATE], id="as many as can be shown"
        ),
        pytest.param((), None, [], id="nothing that is known"),
    ],
)
def test_what_lies_on_the_scale_is_offered(
    skus: Sequence[str], where: str | None, offered: Sequence[str]
) -> None:
    layout = with_shelf_scale(*skus)
    day = silent_day(layout)
    be_there(day, 12, 15, (2.6, 2.9))
    if where is not None:
        be(day, 15.5, (2.6, 2.9), hands=hand(15.5, layout.slots[where].centre))
    (question,) = over(day, 40).questions
    nothing, *rest = question.alternatives
    assert nothing == Explanation(0.0, None)
    assert [e.moves[0].sku for e in rest if e.moves] == offered
    assert all(e.units(1) == {e.moves[0].sku: 1} for e in rest if e.moves)
    assert (rest[-1] == Explanation(0.0, 1)) is (len(offered) < 3)


def test_a_scale_that_came_back_has_told_what_was_taken() -> None:
    day = silent_day()
    be_there(day, 12, 18)
    day.results += day.book.outage(Outage(SCALE, "scale", T, T + 18.5))
    (stay,) = told(day)
    assert stay.end == T + 18, "they stood there until then"
    be_there(day, 19, 24)
    assert len(told(day)) == 1
    closed = over(day, 40)
    assert (closed.decision, closed.questions) == ("nothing", ())


def test_what_it_tells_is_asked_with_the_stay_to_look_at() -> None:
    day = silent_day()
    be_there(day, 12, 18)
    day.results += day.book.outage(Outage(SCALE, "scale", T, T + 30))
    (stay,) = told(day)
    found = attribution("e1", 15, (0.6, 1, move(LEMON)))
    event = msgspec.structs.replace(found.event, t_start=T, t_end=T + 30.5, doubts=("outage",))
    day.happen(msgspec.structs.replace(found, event=event))
    day.happen(attribution("e2", 33, (0.6, 1, move(CHOCOLATE, slot="A3"))))
    closed = over(day, 40)
    assert {q.event: q.moments for q in closed.questions} == {"e1": (stay.id,), "e2": ()}


def test_a_scale_that_falls_silent_again_asks_of_that_time_only() -> None:
    day = silent_day()
    be_there(day, 12, 15)
    day.results += day.book.outage(Outage(SCALE, "scale", T, T + 18.5))
    be_there(day, 22, 25)
    go_silent(day, 30, 34)
    be_there(day, 36, 39)
    first, second = [*told(day), *day.book._silent.over(day.book.state.visits[1])]
    assert (first.begin, second.begin) == (T + 12, T + 36)
    assert [q.event for q in over(day, 60).questions] == [second.id]


def test_staff_are_not_asked_about() -> None:
    day = silent_day()
    be_there(day, 12, 14)
    day.results += day.book.staff(StaffMark(day.book.state.visits[1].code, T + 14))
    be_there(day, 14.5, 30)
    closed = over(day, 40)
    assert told(day) == []
    assert (closed.decision, closed.questions) == ("staff", ())


def test_two_that_are_one_have_stood_there_once() -> None:
    day = silent_day()
    day.enter(2, 11)
    be_there(day, 12, 13)
    be(day, 13.25, hands=hand(13.2))
    for n in range(4):
        be(day, 14 + n / 4, track=2)
    codes = [day.book.state.visits[track].code for track in (1, 2)]
    day.results += day.book.same(SameShopper(codes[1], codes[0], T + 15))
    be(day, 19, AWAY, track=2)
    (stay,) = told(day)
    assert (stay.begin, stay.t, stay.end) == (T + 12, T + 13.2, T + 14.75)
    day.leave(2, 30)
    day.until(33 + STORE.file.rules.wait_for_shared_s)
    (question,) = day.closed[2].questions
    assert question.alternatives[1].units(2) == {LEMON: 1}


def test_it_is_remembered_over_a_restart_bit_for_bit() -> None:
    whole, copy = silent_day(), Day(STORE)
    be_there(whole, 12, 14)
    be(whole, 14.25, hands=hand(14.2))
    be_there(whole, 14.5, 31)
    copy.book.state = from_msgpack(to_msgpack(whole.book.state), VisitsState)
    assert len(told(whole)) == 1
    whole.results.clear()
    for day in (whole, copy):
        be(day, 31.5, hands=hand(31.4))
        over(day, 50)
    assert whole.results == copy.results
    assert len(copy.closed[1].questions) == 2


def test_a_store_that_closes_tells_of_who_still_stands_there() -> None:
    day = silent_day()
    be_there(day, 12, 18)
    day.finish(18.5)
    ends = [type(result) for result in day.results if isinstance(result, SilentStay | VisitClosed)]
    assert ends == [SilentStay, VisitClosed]
    assert len(day.closed[1].questions) == 1


def test_where_all_scales_speak_nothing_is_noted() -> None:
    day = Day(STORE)
    day.enter(1, 1)
    day.results += day.book.outage(Outage("west", "camera", T, T + 2, over=False))
    before = msgspec.json.encode(day.book.state.silent_at)
    be_there(day, 2, 8)
    be(day, 8.5, hands=hand(8.5))
    visit = day.book.state.visits[1]
    assert (visit.stays, visit.silent) == ({}, [])
    assert msgspec.json.encode(day.book.state.silent_at) == before


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["stand", "walk", "hand", "hidden", "away", "silent", "back", "restart", "same"]),
            st.integers(1, 2),
            st.sampled_from([SCALE, "scale-A1", "none"]),
            st.floats(0.05, 6.0),
        ),
        max_size=30,
    )
)
def test_whatever_happens_stays_are_told_of_once_and_asked_about_only_while_silent(
    happened: list[tuple[str, int, str, float]],
) -> None:
    day, t, since = Day(STORE), 2.0, dict[str, float]()
    for track in (1, 2):
        day.enter(track, 1)
    for what, track, scale, later in happened:
        t += later
        if what == "silent" and scale not in since:
            since[scale] = t - min(later, 4.0)
            go_silent(day, since[scale], t, scale)
        elif what == "back" and scale in since:
            day.results += day.book.outage(Outage(scale, "scale", T + since.pop(scale), T + t))
        elif what == "restart":
            state = day.book.state
            day.book.state = msgspec.json.decode(msgspec.json.encode(state), type=type(state))
        elif what == "same" and len(day.book.state.visits) == 2 and t > 40:
            codes = [visit.code for visit in day.book.state.visits.values()]
            day.results += day.book.same(SameShopper(codes[0], codes[1], T + t))
        else:
            be(
                day,
                t,
                AWAY if what == "away" else BEFORE,
                hands=hand(t) if what == "hand" else (),
                velocity=(1.2, 0.0) if what == "walk" else (0.0, 0.0),
                track=track,
                hidden=what == "hidden",
            )
    day.finish(t + 1)
    stays = told(day)
    assert len({stay.id for stay in stays}) == len(stays)
    for stay in stays:
        assert stay.begin - 4.0 <= stay.t <= stay.end + 4.0
        assert stay.begin <= stay.end
    silent = {stay.id for stay in stays if stay.scale in since}
    for closed in day.closed.values():
        assert lines(closed) == {}
        for question in closed.questions:
            assert question.event in silent
            assert closed.decision == "review"
