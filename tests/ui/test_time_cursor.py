"""The cursor that everything on a card follows, and what is drawn at it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from console.item_models.answer_words import Choice
from console.item_models.review_trace import floor_at, trails, weight_at, weight_line
from console.item_models.review_words import Shown
from console.widgets.review_trace import expected_levels
from console.widgets.time_cursor import LOOP_S, TimeCursor
from inference.evidence.manifest import Evidence, FloorMoment, Standing, Trace


@pytest.fixture
def cursor(qapp: object) -> TimeCursor:
    made = TimeCursor()
    made.set_span(100.0, 108.0, 103.0, play=True)
    return made


def test_it_begins_a_second_before_and_goes_round(cursor: TimeCursor) -> None:
    assert cursor.t == 102.0
    times = []
    for _ in range(200):
        cursor._tick()
        times.append(cursor.t)
    assert min(times) == cursor.loop[0] == 103.0 - LOOP_S
    assert max(times) <= cursor.loop[1] == 103.0 + LOOP_S
    assert max(times) > 104.9


def test_it_runs_only_while_it_is_seen_and_plays(qtbot: QtBot, cursor: TimeCursor) -> None:
    assert not cursor._timer.isActive()
    cursor.set_shown(True)
    assert cursor._timer.isActive()
    with qtbot.waitSignal(cursor.moved):
        pass
    cursor.toggle()
    assert not cursor._timer.isActive()
    cursor.toggle()
    cursor.set_shown(False)
    assert not cursor._timer.isActive()
    cursor.clear()
    cursor.toggle()
    assert not cursor.playing, "there is nothing to play"


@given(st.lists(st.integers(-9, 9), max_size=30))
def test_steps_stay_within_and_stand(steps: list[int]) -> None:
    cursor = TimeCursor()
    cursor.set_span(100.0, 106.0, 103.0, play=True)
    for step in steps:
        before = cursor.t
        cursor.step(step)
        assert not cursor.playing
        assert 100.0 <= cursor.t <= 106.0
        assert cursor.t == pytest.approx(min(106.0, max(100.0, before + step / 5)))


def test_scales_add_up_against_their_own_levels_before() -> None:
    a = Trace("a", (0.0, 0.5, 1.0, 2.0, 3.0), (500.0, 500.0, 500.0, 400.0, 400.0))
    b = Trace("b", (0.25, 0.75, 1.5, 2.5), (80.0, 80.0, 80.0, 50.0))
    line = weight_line((a, b, Trace("silent", (), ())))
    assert line.t == (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0)
    assert line.grams[:4] == (0.0, 0.0, 0.0, 0.0)
    assert line.grams[-1] == pytest.approx(-130.0)
    assert weight_at(line, 2.6) == pytest.approx(-130.0)
    assert weight_at(line, 3.1) is None
    assert weight_line(()).t == ()


def test_the_floor_is_that_of_the_moment() -> None:
    moments = tuple(FloorMoment(t, (Standing(7, t, 1.0, 0.1, 1.7, False),)) for t in (1.0, 2.0, 3.0, 9.0))
    evidence = Evidence(1, "v", "e", "g", 2.0, 0.0, 9.0, floor=moments)
    assert floor_at(evidence, 2.4) is moments[1]
    assert trails(evidence, 3.5) == {7: [(2.0, 1.0), (3.0, 1.0)]}
    assert floor_at(Evidence(1, "v", "e", "g", 2.0, 0.0, 9.0), 1.0) is None


def test_answers_of_one_weight_share_a_level() -> None:
    choices = tuple(
        Choice(n, "", "", "", 0.3, expected, 3.0)
        for n, expected in enumerate((-190.0, -355.0, -190.04, None))
    )
    shown = Shown("v", "e", "?", choices, "", "", -189.0, 4.0, (), None, (), 1, 1)
    assert expected_levels(shown) == [("1, 3", -190.0, 5.0), ("2", -355.0, 5.0)]
