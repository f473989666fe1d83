"""What an operator says of open visits: two are one, a line is wrong; and what of it can be taken back."""

from __future__ import annotations

import msgspec
import pytest

from inference.messages import LineMark, SameShopper
from inference.messages.codec import from_msgpack, to_msgpack
from inference.visits.state import VisitsState
from store_layout.model import StoreLayout
from tests.support.stores import small_store
from tests.visits.days import Day, T, attribution, lines, move


@pytest.fixture
def layout() -> StoreLayout:
    return small_store()


@pytest.fixture
def day(layout: StoreLayout) -> Day:
    made = Day(layout)
    made.enter(1, 0.0)
    return made


def sku(layout: StoreLayout, number: int = 0) -> str:
    return layout.catalog[number].sku


def code(day: Day, track: int) -> str:
    return day.book.state.visits[track].code


def cart(day: Day, track: int) -> dict[str, tuple[int, float]]:
    visit = day.book.state.visits[track]
    return {line.sku: (line.quantity, round(line.probability, 2)) for line in visit.lines}


def say(day: Day, count: int | None, what: str, t: float = 20.0) -> None:
    day.results += day.book.line(LineMark(code(day, 1), what, count, T + t, "Mara"))


def test_a_line_put_right_is_sure_and_reads_the_event_that_way(day: Day, layout: StoreLayout) -> None:
    a, b = sku(layout), sku(layout, 1)
    day.happen(attribution("e1", 10.0, (0.7, 1, move(a)), (0.3, 1, move(a, 2))))
    day.happen(attribution("e2", 12.0, (0.9, 1, move(b))))
    assert cart(day, 1)[a] == (1, 0.7)
    say(day, 2, a)
    assert cart(day, 1) == {a: (2, 1.0), b: (1, 0.9)}
    assert [line.events for line in day.book.state.visits[1].lines if line.sku == a] == [("e1",)]


def test_what_comes_after_is_counted_on_top(day: Day, layout: StoreLayout) -> None:
    a = sku(layout)
    day.happen(attribution("e1", 10.0, (0.7, 1, move(a)), (0.3, 1, move(a, 2))))
    say(day, 2, a)
    day.happen(attribution("e2", 30.0, (1.0, 1, move(a))))
    assert cart(day, 1)[a] == (3, 1.0)


def test_what_no_scale_felt_is_an_event_of_the_operators_own(day: Day, layout: StoreLayout) -> None:
    a, b = sku(layout), sku(layout, 1)
    day.happen(attribution("e1", 10.0, (1.0, 1, move(a))))
    say(day, 3, b)
    assert cart(day, 1) == {a: (1, 1.0), b: (3, 1.0)}
    say(day, 0, a, 21.0)
    assert cart(day, 1) == {b: (3, 1.0)}
    day.leave(1, 40.0)
    day.until(60.0)
    closed = day.closed[1]
    assert (closed.decision, lines(closed)) == ("issue", {b: 3})


def test_saying_it_again_replaces_and_taking_it_back_restores(day: Day, layout: StoreLayout) -> None:
    a, b = sku(layout), sku(layout, 1)
    day.happen(attribution("e1", 10.0, (0.7, 1, move(a)), (0.3, 1, move(b))))
    before, state = cart(day, 1), to_msgpack(day.book.state)
    say(day, 4, a)
    say(day, 2, a, 21.0)
    say(day, 0, a, 22.0)
    assert cart(day, 1) == {b: (1, 1.0)}
    say(day, None, a, 23.0)
    assert cart(day, 1) == before
    now = from_msgpack(to_msgpack(day.book.state), VisitsState)
    then = from_msgpack(state, VisitsState)
    assert (now.attributions, now.facts) == (then.attributions, then.facts)


def test_an_event_settled_for_one_is_not_charged_to_another(day: Day, layout: StoreLayout) -> None:
    a = sku(layout)
    day.enter(2, 5.0)
    day.happen(attribution("e1", 10.0, (0.55, 2, move(a)), (0.45, 1, move(a))))
    assert cart(day, 2)[a][0] == 1
    say(day, 1, a)
    assert cart(day, 1) == {a: (1, 1.0)}
    assert cart(day, 2) == {}


def join(day: Day, kept: int, other: int, t: float = 20.0) -> None:
    day.results += day.book.same(SameShopper(code(day, kept), code(day, other), T + t, "Mara"))


def test_two_that_are_one_have_one_cart_and_one_receipt(day: Day, layout: StoreLayout) -> None:
    a, b = sku(layout), sku(layout, 1)
    day.happen(attribution("e1", 10.0, (1.0, 1, move(a))))
    day.enter(2, 12.0, gate=None)
    day.happen(attribution("e2", 15.0, (0.6, 2, move(b)), (0.4, 1, move(b))))
    one, other = code(day, 1), code(day, 2)
    join(day, 1, 2)
    assert cart(day, 1) == {a: (1, 1.0), b: (1, 1.0)}
    ended = day.closed[2]
    assert (ended.code, ended.decision, ended.lines, ended.questions) == (other, "nothing", (), ())
    assert ended.notes == (f"An operator said that this is the same shopper as {one}",)
    day.happen(attribution("e3", 22.0, (1.0, 2, move(a))))
    assert cart(day, 1)[a] == (2, 1.0), "what the other track did later is not theirs"
    day.leave(1, 40.0)
    day.until(60.0)
    assert lines(day.closed[1]) == {a: 2, b: 1}
    assert len(day.closed) == 2


def test_what_they_took_as_another_they_can_give_back(day: Day, layout: StoreLayout) -> None:
    a = sku(layout)
    day.enter(2, 5.0)
    day.happen(attribution("e1", 10.0, (1.0, 2, move(a))))
    join(day, 1, 2)
    held = day.book.holdings()
    assert held[1] == held[2] == {a: 1.0}


def test_the_one_who_paid_at_the_gate_is_the_one_who_pays(day: Day, layout: StoreLayout) -> None:
    from inference.messages import GateSignal

    day.results += day.book.gate(GateSignal("door", T + 0.2, "entry", token="card"))  # noqa: S106  # a card's
    day.enter(2, 30.0, gate=None)
    one = code(day, 1)
    day.results += day.book.same(SameShopper(code(day, 2), one, T + 31.0))
    kept = day.book.state.visits[2]
    assert (kept.token, kept.entered_at, kept.gate_in) == ("card", T, "door")


def test_marks_about_nobody_do_nothing(day: Day, layout: StoreLayout) -> None:
    before = to_msgpack(day.book.state)
    assert day.book.line(LineMark("X0-000", sku(layout), 1, T)) == []
    assert day.book.same(SameShopper(code(day, 1), "X0-000", T)) == []
    assert to_msgpack(day.book.state) == before


def test_a_checkpoint_in_between_changes_nothing(day: Day, layout: StoreLayout) -> None:
    a = sku(layout)
    day.enter(2, 5.0)
    day.happen(attribution("e1", 10.0, (0.7, 1, move(a)), (0.3, 2, move(a, 2))))
    say(day, 2, a)
    join(day, 1, 2)
    again = Day(layout)
    again.book.state = from_msgpack(to_msgpack(day.book.state), VisitsState)
    for one in (day, again):
        one.happen(attribution("e2", 30.0, (1.0, 2, move(a))))
        say(one, 1, a, 31.0)
    assert to_msgpack(again.book.state) == to_msgpack(day.book.state)
    assert cart(day, 1) == {a: (1, 1.0)}
    assert msgspec.structs.asdict(again.book.state.visits[1])["lines"] == day.book.state.visits[1].lines
