"""Somebody whom no gate explains has no visit; what they take is nobody else's, and may become somebody's."""

from __future__ import annotations

import msgspec
import pytest

from inference.messages import (
    Alarm,
    CartChanged,
    FloorUpdate,
    GateSignal,
    LineMark,
    SameShopper,
    ShopperMark,
    StaffMark,
    TrackJoined,
    UnexplainedPerson,
    VisitOpened,
)
from inference.messages.codec import from_msgpack, to_msgpack
from inference.visits.state import VisitsState
from store_layout.model import StoreLayout
from tests.support.stores import small_store
from tests.visits.days import Day, T, attribution, lines, move

LAYOUT = small_store()
CRISPS = LAYOUT.catalog[0].sku


@pytest.fixture
def day() -> Day:
    """Shopper 1 has come in by the door; 2 appeared among the shelves."""
    made = Day(LAYOUT)
    made.enter(1, 0.0)
    made.appear(2, 5.0)
    return made


def code(day: Day, track: int) -> str:
    return day.book.state.visits[track].code


def opened(day: Day) -> list[int]:
    return [r.track for r in day.results if isinstance(r, VisitOpened)]


def unexplained(day: Day) -> list[tuple[int, bool]]:
    return [(r.track, r.over) for r in day.results if isinstance(r, UnexplainedPerson)]


def alarms(day: Day) -> list[str]:
    return [str(r.text) for r in day.results if isinstance(r, Alarm) and r.kind == "unexplained_left"]


def end(day: Day, *tracks: int, at: float = 40.0) -> None:
    for track in tracks:
        day.leave(track, at)
    day.until(at + 200.0)


def test_no_visit_is_opened_and_none_is_closed(day: Day) -> None:
    assert opened(day) == [1]
    assert unexplained(day) == [(2, False)]
    end(day, 1, 2)
    assert list(day.closed) == [1]
    assert unexplained(day) == [(2, False), (2, True)]
    assert alarms(day) == [], "they took nothing that anybody knows of"


def test_what_they_take_is_charged_to_nobody_and_told(day: Day) -> None:
    day.happen(attribution("e1", 10.0, (0.97, 2, move(CRISPS)), (0.03, 1, move(CRISPS))))
    assert not any(isinstance(r, CartChanged) for r in day.results)
    end(day, 1, 2)
    assert day.closed[1].lines == ()
    assert day.closed[1].decision == "nothing"
    (told,) = alarms(day)
    assert LAYOUT.products[CRISPS].name in told
    assert "Nobody is charged" in told


def test_when_it_may_as_well_be_a_neighbour_a_person_is_asked_and_nothing_is_issued(day: Day) -> None:
    day.happen(attribution("e1", 10.0, (0.5, 2, move(CRISPS)), (0.5, 1, move(CRISPS))))
    stranger = code(day, 2)
    end(day, 1, 2)
    closed = day.closed[1]
    assert closed.decision == "review"
    assert stranger in closed.questions[0].text, "the question names them, as it would anybody"


def test_a_neighbour_waits_for_them_and_an_issued_receipt_binds(day: Day) -> None:
    day.happen(attribution("e1", 10.0, (0.5, 2, move(CRISPS)), (0.5, 1, move(CRISPS))))
    day.leave(1, 20.0)
    day.until(25.0)
    assert 1 not in day.closed, "what they give back may answer it"
    day.happen(attribution("e2", 26.0, (1.0, 2, move(CRISPS, -1)), delta_g=500.0))
    day.until(32.0)
    assert day.closed[1].decision == "nothing"


def test_staff_whom_no_gate_explains_take_nothing(day: Day) -> None:
    day.happen(attribution("e1", 10.0, (0.9, 2, move(CRISPS)), (0.1, 1, move(CRISPS))))
    day.results += day.book.staff(StaffMark(code(day, 2), T + 12.0))
    end(day, 1, 2)
    assert alarms(day) == []
    assert list(day.closed) == [1]


@pytest.mark.parametrize("visit_first", [True, False])
def test_an_operator_joins_them_to_a_visit_and_their_takes_follow(day: Day, visit_first: bool) -> None:
    day.happen(attribution("e1", 10.0, (1.0, 2, move(CRISPS))))
    one, other = code(day, 1), code(day, 2)
    mark = SameShopper(one, other, T + 12.0) if visit_first else SameShopper(other, one, T + 12.0)
    assert day.book.pair_of(mark) == (1, 2)
    day.results += day.book.same(mark)
    assert unexplained(day) == [(2, False), (2, True)]
    end(day, 1)
    assert lines(day.closed[1]) == {CRISPS: 1}
    assert list(day.closed) == [1]


def test_the_floor_finds_that_they_are_a_shopper_who_was_hidden(day: Day) -> None:
    day.happen(attribution("e1", 10.0, (1.0, 2, move(CRISPS))))
    day.results += day.book.floor(FloorUpdate(T + 12.0, (), joined=(TrackJoined(1, 2, T + 12.0),)))
    day.happen(attribution("e2", 13.0, (1.0, 2, move(CRISPS))))
    assert 2 not in day.book.state.visits
    end(day, 1)
    assert lines(day.closed[1]) == {CRISPS: 2}, "also what is only now explained by the number they had"


def test_an_operator_makes_them_a_shopper_with_what_they_took(day: Day) -> None:
    day.happen(attribution("e1", 10.0, (1.0, 2, move(CRISPS))))
    name = code(day, 2)
    day.results += day.book.shopper(ShopperMark(name, T + 12.0, "Mara"))
    assert opened(day) == [1, 2]
    assert unexplained(day) == [(2, False), (2, True)]
    (shown,) = [r for r in day.results if isinstance(r, CartChanged)]
    assert (shown.cart.code, [line.sku for line in shown.cart.lines]) == (name, [CRISPS])
    end(day, 1, 2)
    assert lines(day.closed[2]) == {CRISPS: 1}
    assert day.closed[2].decision == "review", "how they came in is not known: somebody looks"
    assert alarms(day) == []


def test_two_of_them_may_be_one(day: Day) -> None:
    day.appear(3, 6.0)
    day.happen(attribution("e1", 10.0, (1.0, 3, move(CRISPS))))
    day.results += day.book.same(SameShopper(code(day, 2), code(day, 3), T + 12.0))
    end(day, 1, 2)
    assert list(day.closed) == [1]
    assert len(alarms(day)) == 1


def test_marks_that_need_a_visit_do_nothing(day: Day) -> None:
    before = to_msgpack(day.book.state)
    assert day.book.line(LineMark(code(day, 2), CRISPS, 1, T + 8.0)) == []
    assert day.book.shopper(ShopperMark(code(day, 1), T + 8.0)) == []
    assert day.book.unexplained_track(code(day, 1)) is None
    assert to_msgpack(day.book.state) == before


def test_a_checkpoint_in_between_changes_nothing(day: Day) -> None:
    day.happen(attribution("e1", 10.0, (0.6, 2, move(CRISPS)), (0.4, 1, move(CRISPS))))
    again = Day(LAYOUT)
    again.book.state = from_msgpack(to_msgpack(day.book.state), VisitsState)
    end(day, 1, 2)
    end(again, 1, 2)
    assert again.closed == day.closed
    assert alarms(again) == alarms(day) != []


def test_a_store_may_take_them_for_shoppers() -> None:
    rules = msgspec.structs.replace(LAYOUT.file.rules, unexplained_visits=True)
    layout: StoreLayout = msgspec.structs.replace(
        LAYOUT, file=msgspec.structs.replace(LAYOUT.file, rules=rules)
    )
    day = Day(layout)
    day.appear(2, 5.0)
    assert opened(day) == [2]
    assert unexplained(day) == []


def test_everybody_still_there_is_told_of_when_the_store_closes(day: Day) -> None:
    day.happen(attribution("e1", 10.0, (1.0, 2, move(CRISPS))))
    day.finish(50.0)
    assert list(day.closed) == [1]
    assert len(alarms(day)) == 1


def test_the_place_of_one_who_was_followed_twice_is_that_of_whoever_came_next() -> None:
    """A card for two: the first was seen doubled, and both places went to them."""
    day = Day(small_store())
    day.results += day.book.gate(GateSignal("door", T, "entry", people=2, token="tok-1"))  # noqa: S106
    day.enter(1, 0)
    day.enter(2, 0.9)
    day.enter(3, 2.0)
    visits = day.book.state.visits
    assert [visits[k].token for k in (1, 2, 3)] == ["tok-1", "tok-1", None]
    day.results += day.book.floor(FloorUpdate(T + 3.0, (), joined=(TrackJoined(1, 2, T + 3.0),)))
    assert [visits[k].token for k in (1, 3)] == ["tok-1", "tok-1"]
    assert day.closed[2].decision == "nothing"
    assert day.closed[2].token is None


@pytest.mark.parametrize(
    ("people", "takes", "decision"), [(2, True, "review"), (2, False, "issue"), (1, True, "issue")]
)
def test_a_card_of_whose_people_one_was_not_seen_is_looked_at_if_a_stranger_has_goods(
    people: int, *, takes: bool, decision: str
) -> None:
    """Whoever came in unseen may be the stranger; a child whom no camera tells apart took nothing."""
    day = Day(LAYOUT)
    day.results += day.book.gate(GateSignal("door", T, "entry", people=people, token="tok-1"))  # noqa: S106
    day.enter(1, 0)
    day.appear(2, 5.0)
    day.happen(attribution("e1", 10.0, (0.999, 1, move(CRISPS))))
    if takes:
        day.happen(attribution("e2", 12.0, (0.999, 2, move(CRISPS))))
    day.leave(2, 18.0)
    day.leave(1, 20.0)
    day.until(30.0)
    assert day.closed[1].decision == decision
