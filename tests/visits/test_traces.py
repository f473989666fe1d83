"""What is kept of how a visit went: the path walked, and why each line was counted."""

from __future__ import annotations

import math

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from inference.messages import ClosedVisit, Person, VisitTrace
from inference.visits import settings as s
from inference.visits.path import note_place
from inference.visits.state import Visit
from tests.support.stores import small_store
from tests.visits.days import Day, T, attribution, move

LEMON, ORANGE, *_ = (p.sku for p in small_store().catalog)


def trace(closed: ClosedVisit) -> VisitTrace:
    assert isinstance(closed.trace, VisitTrace)
    return closed.trace


def walked(*places: tuple[float, float, float], hidden: bool = False) -> Visit:
    visit = Visit("v", "K1-204", 1, T, "door")
    for t, x, y in places:
        note_place(visit, Person(1, T + t, (x, y), (0.01, 0.0, 0.01), (0.0, 0.0), 1.7, 1.0, hidden, T + t))
    return visit


def test_the_path_is_kept_with_the_visit() -> None:
    day = Day(small_store())
    day.enter(1, 0)
    for t, at in ((0.5, (1.0, 0.3)), (1.0, (1.1, 0.35)), (2.0, (1.0, 1.3)), (3.0, (2.0, 1.3))):
        day.stand(1, t, at)
    day.leave(1, 9)
    day.until(12)
    assert trace(day.closed[1]).path == ((0.5, 1.0, 0.3), (2.0, 1.0, 1.3), (3.0, 2.0, 1.3))


def test_whom_no_camera_sees_is_not_drawn_where_they_may_be() -> None:
    assert walked((1, 1.0, 1.0), (2, 3.0, 3.0), hidden=True).path == []


@given(
    st.lists(st.tuples(st.floats(0.05, 30), st.floats(-5, 5), st.floats(-5, 5)), min_size=1, max_size=1500)
)
def test_a_path_is_bounded_begins_where_they_were_first_seen_and_stays_true(
    steps: list[tuple[float, float, float]],
) -> None:
    t, places = 0.0, []
    for dt, x, y in steps:
        t += dt
        places.append((t, x, y))
    path = walked(*places).path
    assert 1 <= len(path) <= s.PATH_POINTS
    assert [p[0] for p in path] == sorted(p[0] for p in path)
    seen = [(round(x, 2), round(y, 2)) for _, x, y in places]
    assert path[0][1:] == seen[0]
    assert {p[1:] for p in path} <= set(seen), "only where they were seen"


def test_a_long_walk_is_kept_from_end_to_end() -> None:
    visit = walked(*((float(i), 0.5 * i, 0.0) for i in range(2000)))
    assert s.PATH_POINTS / 2 - 1 <= len(visit.path) <= s.PATH_POINTS
    assert visit.path[-1][1] > 950
    gaps = [math.dist(a[1:], b[1:]) for a, b in zip(visit.path, visit.path[1:], strict=False)]
    assert max(gaps) <= 2 * visit.path_step_m + 0.5


def test_each_line_has_its_grounds() -> None:
    day = Day(small_store())
    day.enter(1, 0)
    day.enter(2, 1)
    day.happen(attribution("e1", 5, (0.93, 1, move(LEMON)), (0.05, 2, move(LEMON))))
    day.happen(attribution("e2", 9, (0.99, 2, move(ORANGE))))
    day.leave(1, 20)
    day.leave(2, 20)
    day.until(60)
    closed = day.closed[1]
    (ground,) = trace(closed).grounds
    assert ground.event == closed.lines[0].events[0] == "e1"
    assert ground.explanations[ground.counted].units(1) == {LEMON: 1}
    assert [round(e.probability, 2) for e in ground.explanations] == [0.93, 0.05, 0.02]
    assert (ground.felt.t, ground.felt.delta_g, ground.changes[0].scale) == (T + 5, -500.0, "scale-A0")


def test_what_was_counted_is_kept_however_unlikely_it_was_by_itself() -> None:
    """A return says what had been taken before: the third explanation becomes the one that is believed."""
    day = Day(small_store())
    day.enter(1, 0)
    ways = tuple((0.19, 1, move(sku)) for sku in (p.sku for p in small_store().catalog[2:7]))
    day.happen(attribution("e1", 5, *ways, (0.04, 1, move(LEMON))))
    day.happen(attribution("e2", 9, (0.999, 1, move(LEMON, -1)), delta_g=500.0))
    day.leave(1, 20)
    day.until(60)
    first = trace(day.closed[1]).grounds[0]
    assert first.explanations[first.counted].units(1) == {LEMON: 1}


def test_nothing_is_kept_of_staff() -> None:
    day = Day(small_store())
    day.enter(1, 0)
    day.stand(1, 1, (1.0, 1.0))
    next(iter(day.book.state.visits.values())).staff = True
    day.leave(1, 9)
    day.until(12)
    assert trace(day.closed[1]) == VisitTrace((), ())


def test_a_visit_from_before_reads_and_is_written_as_it_was() -> None:
    day = Day(small_store())
    day.enter(1, 0)
    day.leave(1, 5)
    day.until(8)
    before = msgspec.json.encode(msgspec.structs.replace(day.closed[1], trace=msgspec.UNSET))
    assert b"trace" not in before
    read = msgspec.json.decode(before, type=ClosedVisit)
    assert read.trace is msgspec.UNSET
    assert msgspec.json.encode(read) == before
    whole = msgspec.json.encode(day.closed[1])
    assert msgspec.json.decode(whole, type=ClosedVisit) == day.closed[1]
