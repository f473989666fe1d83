"""Who took what where hands were looked into."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.messages import Attribution, Detection, Detections, FloorUpdate, Holding, Person
from inference.messages.codec import from_msgpack, to_msgpack
from inference.takes import TakeExplainer, TakesState
from inference.takes import settings as s
from tests.support.stores import small_store
from tests.takes.scenes import Side, T, event, standing, watched
from tests.takes.test_explainer import (
    BEFORE_A0,
    CRISPS,
    IN_A0,
    LEMON,
    ORANGE,
    WATER,
    best,
    one_scale,
    share,
)

KNOWN = 40
TAKEN = [("scale-A0", -530.0)]


def holding(sku: str | None, sure: float = 0.8, side: Side = "right", rival: str | None = None) -> Holding:
    """A look that believes in ``sku`` (None: an empty hand) so much, and half of the rest in ``rival``."""
    if sku is None:
        return Holding(side, sure, (), KNOWN)
    products = [(sku, sure)]
    if rival is not None:
        products.append((rival, round((0.95 - sure) / 2, 3)))
    return Holding(side, 0.05, tuple(products), KNOWN)


def look(
    explainer: TakeExplainer,
    track: int,
    holds: Holding,
    times: list[float],
    *,
    camera: str = "west",
    at: tuple[float, float] = BEFORE_A0,
) -> None:
    """A camera sees this in the person's hand at these times."""
    for t in times:
        item = Detection((100.0, 50.0, 180.0, 280.0), 0.9, holds=(holds,))
        (someone,) = [p for p in standing(track, at, t=t) if abs(p.t - t) < 0.01]
        seen = msgspec.structs.replace(someone, t=t, seen_in=((camera, 0),))
        explainer.see(FloorUpdate(t, (seen,)), Detections(camera, t, 1, 640, 360, (item,)))


def after(*seconds: float) -> list[float]:
    return [T + x for x in seconds]


def explained(explainer: TakeExplainer) -> Attribution:
    (found,) = explainer.explain([event(TAKEN, small_store())], {})
    return found


def flavours() -> TakeExplainer:
    """Two lemonades of one weight in one slot, and somebody who reaches in."""
    return watched(one_scale((LEMON, 1), (ORANGE, 1)), standing(1, BEFORE_A0, reaching=IN_A0))


def test_a_look_into_the_hand_tells_flavours_apart() -> None:
    explainer = flavours()
    look(explainer, 1, holding(ORANGE, 0.7, rival=LEMON), after(0.3, 0.5, 0.7))
    found = explained(explainer)
    assert best(found).track == 1
    assert share(found, 1, ORANGE) > 0.75


def test_what_was_put_away_does_not_dilute_what_was_seen_before() -> None:
    seen, then_empty = flavours(), flavours()
    for explainer in (seen, then_empty):
        look(explainer, 1, holding(ORANGE, 0.6, rival=LEMON), after(0.3, 0.5, 0.7))
    look(then_empty, 1, holding(None, 0.97), after(*(0.9 + 0.1 * n for n in range(20))))
    shares = [share(explained(x), 1, ORANGE) for x in (seen, then_empty)]
    assert shares[1] > 0.95 * shares[0] > 0.75


def test_an_empty_hand_all_the_time_says_that_nothing_was_taken_with_it() -> None:
    layout = small_store()
    people = [*standing(1, (1.9, 2.78)), *standing(2, (2.3, 2.78))]
    explainer = watched(layout, people)
    look(explainer, 1, holding(None, 0.95), after(*(0.3 + 0.2 * n for n in range(12))), at=(1.9, 2.78))
    (found,) = explainer.explain([event(TAKEN, layout)], {})
    assert share(found, 2) > 0.6


def test_two_cameras_say_more_than_one() -> None:
    one, two = flavours(), flavours()
    for explainer, cameras in ((one, ("west",)), (two, ("west", "east"))):
        for camera in cameras:
            look(explainer, 1, holding(ORANGE, 0.5, rival=LEMON), after(0.3, 0.5, 0.7), camera=camera)
    assert share(explained(two), 1, ORANGE) > share(explained(one), 1, ORANGE) > 0.6


def test_looks_of_one_camera_are_not_counted_one_by_one() -> None:
    few, many = flavours(), flavours()
    look(few, 1, holding(ORANGE, 0.45, rival=LEMON), after(0.4))
    look(many, 1, holding(ORANGE, 0.45, rival=LEMON), after(*(0.3 + 0.1 * n for n in range(12))))
    odds = [p / (1 - p) for p in (share(explained(x), 1, ORANGE) for x in (few, many))]
    assert odds[0] < odds[1] < odds[0] ** 4


def test_without_looks_nothing_changes_to_the_last_digit() -> None:
    layout = one_scale((LEMON, 1), (ORANGE, 1))
    plain, looked = flavours(), flavours()
    for t in after(-5.0, 5.0):  # too early, and too late
        look(looked, 1, holding(ORANGE), [t])
    assert looked.state.looks
    first = plain.explain([event(TAKEN, layout)], {})
    assert looked.explain([event(TAKEN, layout)], {}) == first
    assert looked.look_again(T + 4.0) == []


def test_however_sure_the_looks_are_the_other_flavour_stays_possible() -> None:
    explainer = flavours()
    for camera in ("west", "east", "south"):
        look(explainer, 1, holding(ORANGE, 0.95), after(*(0.3 + 0.1 * n for n in range(20))), camera=camera)
    assert 0.5 * s.LOOKS_WRONG < share(explained(explainer), 1, LEMON) < 2.5 * s.LOOKS_WRONG


def test_one_wrong_look_does_not_overrule_the_scale() -> None:
    explainer = watched(one_scale((LEMON, 1), (CRISPS, 1)), standing(1, BEFORE_A0, reaching=IN_A0))
    look(explainer, 1, holding(CRISPS, 0.95), after(0.5))
    assert share(explained(explainer), 1, LEMON, 1) > 0.95


def test_one_wrong_look_does_not_overrule_many_right_ones() -> None:
    explainer = flavours()
    look(explainer, 1, holding(ORANGE, 0.7, rival=LEMON), after(0.3, 0.4, 0.5, 0.7, 0.8))
    look(explainer, 1, holding(LEMON, 0.95), after(0.6))
    assert share(explained(explainer), 1, ORANGE) > 0.6


def test_the_one_who_then_holds_it_took_it() -> None:
    layout = small_store()
    people = [*standing(1, (1.9, 2.78)), *standing(2, (2.3, 2.78))]
    before = watched(layout, people).explain([event(TAKEN, layout)], {})
    explainer = watched(layout, people)
    look(explainer, 1, holding(None, 0.95), after(0.3, 0.5, 0.7), at=(1.9, 2.78))
    look(explainer, 2, holding(LEMON), after(0.3, 0.5, 0.7), at=(2.3, 2.78))
    (found,) = explainer.explain([event(TAKEN, layout)], {})
    assert share(before[0], 2) == pytest.approx(0.5, abs=0.03)
    assert share(found, 2, LEMON) > 0.95


def test_what_somebody_had_before_says_little() -> None:
    layout = small_store()
    people = [*standing(1, (1.9, 2.78)), *standing(2, (2.3, 2.78))]
    shares = []
    for cart in ({}, {2: {LEMON: 1.0}}):
        explainer = watched(layout, people)
        look(explainer, 2, holding(LEMON), after(0.3, 0.5, 0.7), at=(2.3, 2.78))
        (found,) = explainer.explain([event(TAKEN, layout)], cart)
        shares.append(share(found, 2))
    assert shares[0] > 0.9
    assert shares[1] < 0.8


def test_what_was_held_before_tells_what_was_put_back() -> None:
    layout = one_scale((LEMON, 1), (ORANGE, 1))
    explainer = watched(layout, standing(1, BEFORE_A0, reaching=IN_A0))
    look(explainer, 1, holding(ORANGE, 0.7, rival=LEMON), after(-1.0, -0.8, -0.6))
    carts = {1: {LEMON: 1.0, ORANGE: 1.0, WATER: 1.0}}
    (found,) = explainer.explain([event([("scale-A0", 530.0)], layout)], carts)
    assert share(found, 1, ORANGE, -1) > 0.7


def test_an_event_in_doubt_is_explained_at_once_and_again_when_the_pictures_are_in() -> None:
    explainer = flavours()
    look(explainer, 1, holding(None, 0.5), after(-3.0))
    first = explained(explainer)
    assert share(first, 1, ORANGE) == pytest.approx(0.5, abs=0.03)
    look(explainer, 1, holding(ORANGE, 0.7, rival=LEMON), after(1.0, 1.2, 1.4))
    assert explainer.look_again(T + s.LOOK_AGAIN_S - 0.1) == []
    (again,) = explainer.look_again(T + s.LOOK_AGAIN_S + 0.1)
    assert again.event == first.event
    assert share(again, 1, ORANGE) > 0.75
    assert explainer.look_again(T + s.LOOK_AGAIN_S + 1.0) == []


def test_a_sure_event_is_not_explained_again() -> None:
    layout = small_store()
    explainer = watched(layout, standing(1, BEFORE_A0, reaching=IN_A0))
    look(explainer, 1, holding(LEMON), after(0.3, 0.5))
    explainer.explain([event(TAKEN, layout)], {})
    assert explainer.state.again == {}


def test_looks_outlive_a_checkpoint_and_are_forgotten_in_time() -> None:
    explainer = flavours()
    look(explainer, 1, holding(ORANGE, 0.7, rival=LEMON), after(0.3, 0.5))
    other = flavours()
    other.state = from_msgpack(to_msgpack(explainer.state), TakesState)
    assert explained(other) == explained(explainer)
    explainer.see(FloorUpdate(T + 60.0, ()))
    assert explainer.state.looks == {}


def test_looks_of_one_hand_are_kept_at_most_so_often() -> None:
    explainer = flavours()
    look(explainer, 1, holding(ORANGE), after(*(0.02 * n for n in range(50))))
    assert len(explainer.state.looks[1]) == pytest.approx(1.0 / s.LOOK_STEP_S, abs=1)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([LEMON, ORANGE, WATER, None]),
            st.floats(0.0, 0.95),
            st.sampled_from(["left", "right"]),
            st.floats(-2.5, 2.5),
        ),
        max_size=8,
    ),
    st.sampled_from([-530.0, -1060.0, 530.0]),
)
def test_any_looks_leave_explanations_that_sum_to_one(
    seen: list[tuple[str | None, float, Side, float]], delta: float
) -> None:
    explainer = flavours()
    for sku, sure, side, when in sorted(seen, key=lambda x: x[3]):
        look(explainer, 1, holding(sku, sure, side), [T + when])
    (found,) = explainer.explain([event([("scale-A0", delta)], small_store())], {1: {LEMON: 1.0}})
    assert math.isclose(sum(e.probability for e in found.explanations), 1.0)
    assert all(math.isfinite(e.probability) for e in found.explanations)


def test_a_person_whom_another_camera_saw_is_not_looked_at() -> None:
    explainer = flavours()
    (someone,) = [p for p in standing(1, BEFORE_A0) if p.t == T]
    elsewhere: Person = msgspec.structs.replace(someone, seen_in=(("east", 0),))
    item = Detection((0.0, 0.0, 50.0, 100.0), 0.9, holds=(holding(ORANGE),))
    explainer.see(FloorUpdate(T, (elsewhere,)), Detections("west", T, 1, 640, 360, (item,)))
    assert explainer.state.looks == {}
