"""What pictures show of people follows from what they truly do."""

from __future__ import annotations

import numpy as np
import pytest

from inference.recording.truth import TrueMove
from inference.simulation.movements import FETCHED_S, HELD_S, Movement
from inference.simulation.plans import Plan
from inference.simulation.walkers import RATE_HZ, Reach, Walker

STARTED = 1000.0


def walker(reaches: list[Reach]) -> Walker:
    """East for two seconds at 1 m/s, then still, turned north, for eight."""
    x = np.concatenate([np.linspace(0, 2, 2 * RATE_HZ), np.full(8 * RATE_HZ, 2.0)])
    heading = np.where(np.arange(len(x)) < 2 * RATE_HZ, 0.0, np.pi / 2)
    return Walker(
        plan=Plan(person="p", arrive_s=1.0),
        height=1.7,
        first=RATE_HZ,
        xy=np.column_stack([x, np.zeros_like(x)]),
        heading=heading,
        reaches=reaches,
        entry=("entry", 1.0),
        exit=("exit", 11.0),
    )


def test_the_gait_follows_the_way_and_stops_with_it() -> None:
    movement = Movement(walker([]), [], STARTED)
    assert not movement.there(0.9)
    assert movement.there(1.0)
    assert not movement.there(11.01)
    walking, standing = movement.at(2.0), movement.at(8.0)
    assert walking.speed == pytest.approx(1.0, abs=0.05)
    assert walking.walked == pytest.approx(1.0, abs=0.08)
    assert not walking.browsing
    assert standing.speed == pytest.approx(0.0, abs=0.01)
    assert standing.walked == pytest.approx(2.0, abs=0.08)
    assert standing.browsing


def test_nobody_turns_at_once() -> None:
    movement = Movement(walker([]), [], STARTED)
    headings = [movement.at(2.8 + 0.05 * n).heading for n in range(40)]
    assert max(np.abs(np.diff(headings))) < 0.5
    assert headings[-1] == pytest.approx(np.pi / 2, abs=0.05)


def test_hands_reach_when_they_do_and_hold_what_they_took() -> None:
    reaches = [Reach(5.0, "right", (2.0, 0.4, 1.1)), Reach(9.0, "right", (2.0, 0.4, 1.1))]
    moves = [TrueMove(STARTED + 5.0, "p", "tea", "s1", 1), TrueMove(STARTED + 9.0, "p", "tea", "s1", -1)]
    movement = Movement(walker(reaches), moves, STARTED)
    assert movement.at(4.0).reaches == ()
    (reach,) = movement.at(5.0).reaches
    assert (reach.side, reach.share, reach.target) == ("right", 1.0, (2.0, 0.4, 1.1))
    held = {t: movement.at(t).held for t in (n / 10 + 0.05 for n in range(40, 108))}
    assert {t for t, h in held.items() if h} == {
        t for t in held if 5.0 <= t < 5.0 + HELD_S or 9.0 - FETCHED_S <= t < 9.0
    }
    assert {h for h in held.values() if h} == {(("right", "tea"),)}


def test_the_hand_is_free_again_before_the_next_reach() -> None:
    reaches = [Reach(4.0, "left", (2.0, 0.4, 1.1)), Reach(5.8, "left", (2.0, 0.4, 1.1))]
    moves = [TrueMove(STARTED + t, "p", "tea", "s1", 1) for t in (4.0, 5.8)]
    movement = Movement(walker(reaches), moves, STARTED)
    assert movement.at(4.8).held == (("left", "tea"),)
    assert movement.at(5.5).held == ()
    assert movement.at(5.9).held == (("left", "tea"),)
