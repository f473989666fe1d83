"""Two meet in the store: where they stand, when their hands meet, and what cameras can see of it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from inference.recording.truth import TrueHanded
from inference.simulation.formats import store_of
from inference.simulation.hand_looks import HandLooks
from inference.simulation.meetings import HAND_HEIGHT_M, TOGETHER_M, beside, stand_together
from inference.simulation.movements import HELD_S, Movement
from inference.simulation.people import Schedule
from inference.simulation.plans import Errand, Plan
from inference.simulation.settings import SimulationSettings
from inference.simulation.simulate import Stage, staged
from inference.simulation.walkers import RATE_HZ, Walker
from inference.simulation.ways import Ways
from inference.trials.session import happen_in
from store_layout.model import StoreLayout

SETTINGS = SimulationSettings()


@cache
def layout() -> StoreLayout:
    return store_of("nano", "slot", 4)


def _sku(slot: str) -> str:
    return layout().skus_of_slot[slot][0]


TAKEN, FAR = layout().file.slot[5].id, layout().file.slot[-1].id


def plans(*, group: str | None = "g", back: str | None = None, place: str = TAKEN) -> tuple[Plan, Plan]:
    """One takes, and gives it to the other at ``place``, who keeps it or puts it ``back``."""
    sku = _sku(TAKEN)
    mine = (
        Errand(act="take", slot=TAKEN, sku=sku, wait_s=1.0),
        Errand(act="give", slot=place, sku=sku, other="p2"),
    )
    theirs: tuple[Errand, ...] = (
        Errand(act="take", slot=FAR, sku=_sku(FAR), wait_s=1.0),
        Errand(act="receive", slot=place, sku=sku, other="p1"),
    )
    if back is not None:
        theirs = (*theirs, Errand(act="put_back", slot=back, sku=sku, wait_s=1.0))
    return (
        Plan(person="p1", arrive_s=1.0, errands=mine, group=group),
        Plan(person="p2", arrive_s=2.2, errands=theirs, group=group),
    )


def asked_for() -> tuple[Plan, Plan]:
    """Both stand before the shelf; one takes something and gives it to the other, a stranger."""
    sku = _sku(TAKEN)
    mine = (
        Errand(act="meet", slot=TAKEN, other="p2"),
        Errand(act="take", slot=TAKEN, sku=sku, wait_s=1.0),
        Errand(act="give", slot=TAKEN, sku=sku, other="p2"),
    )
    theirs = (
        Errand(act="meet", slot=TAKEN, other="p1"),
        Errand(act="receive", slot=TAKEN, sku=sku, other="p1"),
    )
    return (
        Plan(person="p1", arrive_s=1.0, errands=mine),
        Plan(person="p2", arrive_s=9.0, errands=theirs),
    )


def _stage(found: tuple[Plan, ...]) -> tuple[Stage, Walker, Walker]:
    stage = staged(layout(), SETTINGS, 3, found)
    giver, receiver = stage.walkers
    return stage, giver, receiver


def _at(walker: Walker, t: float) -> np.ndarray:
    return np.asarray(walker.xy[round(t * RATE_HZ) - walker.first])


@pytest.mark.parametrize("place", [TAKEN, FAR])
def test_they_stand_at_arms_length_and_their_hands_meet_between_them(place: str) -> None:
    stage, giver, receiver = _stage(plans(place=place))
    (handed,) = stage.shelves.handed
    assert giver.handed == receiver.handed == (handed,)
    (mine,) = [reach for reach in giver.reaches if reach.t == handed.t]
    (theirs,) = [reach for reach in receiver.reaches if reach.t == handed.t]
    assert mine.target == theirs.target
    assert HAND_HEIGHT_M[0] <= mine.target[2] <= HAND_HEIGHT_M[1]
    # The hands are out for 0.85 s either way: so long, and a little longer, both stand.
    for t in np.arange(handed.t - 0.85, handed.t + 0.85, 0.1).tolist():
        a, b = _at(giver, t), _at(receiver, t)
        assert TOGETHER_M[0] - 0.05 <= np.hypot(*(a - b)) <= TOGETHER_M[1] + 0.05
        assert np.hypot(*(a - _at(giver, handed.t))) < 0.05
        assert np.hypot(*(b - _at(receiver, handed.t))) < 0.05
    a, b = _at(giver, handed.t), _at(receiver, handed.t)
    np.testing.assert_allclose(mine.target[:2], 0.5 * (a + b), atol=0.06)
    heading = giver.heading[round(handed.t * RATE_HZ) - giver.first]
    assert np.cos(heading - np.arctan2(*(b - a)[::-1])) > 0.99
    slot = layout().slots[place]
    assert min(np.hypot(*(xy - slot.centre[:2])) for xy in (a, b)) <= 1.0


def test_who_takes_it_down_for_another_does_not_step_away_first() -> None:
    stage, giver, receiver = _stage(asked_for())
    sku = _sku(TAKEN)
    (take, give) = giver.reaches
    assert give.t - take.t < 5.0
    assert np.hypot(*(_at(giver, take.t) - _at(giver, give.t))) < 0.05
    assert np.hypot(*(_at(receiver, take.t) - _at(receiver, give.t))) < 0.05
    assert stage.shelves.carried("p1") == {}
    assert stage.shelves.carried("p2") == {sku: 1}


def test_the_truth_says_who_has_it_in_the_end() -> None:
    sku = _sku(TAKEN)
    kept = happen_in(layout(), SETTINGS, plans(group=None), 3, scales=False).truth
    lines = {visit.person: {line.sku: line.quantity for line in visit.lines} for visit in kept.visits}
    assert lines == {"p1": {}, "p2": {sku: 1, _sku(FAR): 1}}
    assert isinstance(kept.handed, tuple)
    (handed,) = kept.handed
    (took,) = [move for move in kept.moves if move.person == "p1"]
    assert handed == TrueHanded(handed.t, "p1", "p2", sku, 1)
    assert 0.0 < handed.t - took.t < 20.0
    back = happen_in(layout(), SETTINGS, plans(group=None, back=FAR), 3, scales=False).truth
    assert {visit.person: len(visit.lines) for visit in back.visits} == {"p1": 0, "p2": 1}
    assert [(move.person, move.slot, move.count) for move in back.moves if move.sku == sku] == [
        ("p1", TAKEN, 1),
        ("p2", FAR, -1),
    ]


def test_a_picture_shows_it_in_one_hand_and_then_in_the_other() -> None:
    stage, giver, receiver = _stage(plans(back=FAR))
    (handed,) = stage.shelves.handed
    moves = stage.shelves.moves
    mine, theirs = (
        Movement(walker, [m for m in moves if m.person == walker.plan.person], SETTINGS.started_at)
        for walker in (giver, receiver)
    )
    for t in np.arange(handed.t - 1.0, handed.t + HELD_S - 0.7, 0.1).tolist():
        holders = (mine.at(t).held, theirs.at(t).held)
        shown = [[sku for _, sku in held if sku == handed.sku] for held in holders]
        assert shown == ([[handed.sku], []] if t < handed.t else [[], [handed.sku]]), t - handed.t


def test_hands_that_are_looked_into_are_full_before_and_after() -> None:
    stage, giver, receiver = _stage(asked_for())
    (handed,) = stage.shelves.handed
    looks = HandLooks(layout(), stage.walkers, stage.actions, [3])

    def empty(walker: Walker, t: float) -> float:
        side = next(reach.side for reach in walker.reaches if reach.t == handed.t)
        found = [looks.look(walker.plan.person, side, t, f"c{n}") for n in range(60)]
        return float(np.mean([look.empty for look in found if look is not None]))

    assert empty(giver, handed.t - 0.4) < 0.35
    assert empty(giver, handed.t + 0.4) > 0.65
    assert empty(receiver, handed.t - 0.4) > 0.65
    assert empty(receiver, handed.t + 0.4) < 0.35


def test_who_waits_for_one_who_does_not_come_is_an_error() -> None:
    mine, _ = plans()
    lonely = (mine, Plan(person="p2", arrive_s=2.0))
    with pytest.raises(ValueError, match="p1 waits for p2"):
        staged(layout(), SETTINGS, 3, lonely)
    with pytest.raises(ValueError, match="p1 waits for p2"):
        Schedule(layout(), SETTINGS, np.random.default_rng(1)).walker(mine)
    crossed = (mine, Plan(person="p2", arrive_s=2.0, errands=(Errand(act="meet", slot=FAR, other="p3"),)))
    with pytest.raises(ValueError, match="waits for"):
        staged(layout(), SETTINGS, 3, crossed)


def test_beside_somebody_is_on_their_side_of_the_shelves() -> None:
    ways = Ways(layout())
    start = np.mean(layout().file.gate[0].outline, axis=0)
    for cell in ways.cells[:: len(ways.cells) // 12]:
        place = beside(cell, start, [], ways)
        assert stand_together(cell, place, ways)
        taken = beside(cell, start, [place], ways)
        assert np.hypot(*(taken - place)) >= 0.55 or np.array_equal(taken, place)
