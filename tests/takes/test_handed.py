"""Goods that one takes and another is seen to hold a moment later."""

from __future__ import annotations

import msgspec
import pytest

from inference.messages import HandsMet
from inference.messages.codec import from_msgpack, to_msgpack
from inference.takes import TakeExplainer, TakesState
from inference.takes import settings as s
from store_layout.model import Point2
from tests.support.stores import small_store
from tests.takes.scenes import T, event, standing, watched
from tests.takes.test_contents import TAKEN, after, holding, look
from tests.takes.test_explainer import BEFORE_A0, IN_A0, LEMON, ORANGE

BESIDE = (BEFORE_A0[0] + 0.8, BEFORE_A0[1])
FAR = (BEFORE_A0[0] + 1.8, BEFORE_A0[1])
GOT = after(*(2.6 + 0.2 * n for n in range(10)))
"""When the other's hand is looked into: from 2.6 s after the taking on."""
DUE = T + s.HANDED_DUE_S


def taken(at: Point2 = BESIDE) -> TakeExplainer:
    """The first takes a lemonade; the second stands there, and both stay for eight seconds."""
    people = standing(1, BEFORE_A0, reaching=IN_A0) + standing(2, at)
    for n in range(1, 4):
        people += standing(1, BEFORE_A0, t=T + 3.0 * n) + standing(2, at, t=T + 3.0 * n)
    explainer = watched(small_store(), people)
    (found,) = explainer.explain([event(TAKEN, small_store())], {})
    assert found.explanations[0].track == 1
    return explainer


def seen_with(explainer: TakeExplainer, sku: str | None, times: list[float] = GOT, track: int = 2) -> None:
    for camera in ("west", "east"):
        look(explainer, track, holding(sku, 0.7), times, camera=camera, at=BESIDE)


def met(explainer: TakeExplainer, held: dict[int, dict[str, float]] | None = None) -> list[HandsMet]:
    assert not explainer.handed(DUE - 0.1), "not before all looks are in"
    assert explainer.handed(DUE + 0.1)
    found = explainer.met(DUE + 0.1, held or {})
    assert not explainer.handed(DUE + 0.2), "once"
    return found


def test_who_is_seen_with_what_another_took_got_it_from_them() -> None:
    explainer = taken()
    seen_with(explainer, LEMON)
    (found,) = met(explainer)
    assert found.tracks == (1, 2)
    assert 1.5 <= found.t - T <= 2.9
    assert BEFORE_A0[0] < found.at[0] < BESIDE[0]


@pytest.mark.parametrize("sku", [None, ORANGE])
def test_an_empty_hand_and_other_goods_say_nothing(sku: str | None) -> None:
    explainer = taken()
    seen_with(explainer, sku)
    assert met(explainer) == []


def test_who_stands_far_away_got_nothing() -> None:
    explainer = taken(FAR)
    seen_with(explainer, LEMON)
    assert met(explainer) == []


def test_who_has_one_in_the_cart_shows_their_own() -> None:
    explainer = taken()
    seen_with(explainer, LEMON)
    assert met(explainer, {2: {LEMON: 1.0}}) == []


def test_who_took_one_too_shows_their_own() -> None:
    explainer = taken()
    again = msgspec.structs.replace(event(TAKEN, small_store(), T + 2.0), id="theirs")
    people = standing(2, BESIDE, t=T + 2.0, reaching=IN_A0)
    for someone in people:
        explainer.state.hands.setdefault(2, []).extend(someone.hands)
    (second,) = [a for a in explainer.explain([again], {}) if a.event.id == "theirs"]
    assert second.explanations[0].track == 2
    seen_with(explainer, LEMON)
    assert met(explainer) == []


def test_who_took_it_and_holds_it_gave_it_to_nobody() -> None:
    explainer = taken()
    for camera in ("west", "east"):
        look(explainer, 1, holding(LEMON, 0.7), GOT, camera=camera)
    assert met(explainer) == []


def test_a_taking_that_is_explained_anew_is_looked_for_once() -> None:
    explainer = taken()
    seen_with(explainer, LEMON)
    assert len(met(explainer)) == 1
    names = {taken.event.id for taken in explainer.state.taken}
    assert [a.event.id for a in explainer._explained(names)] == [*names]
    assert not explainer.handed(DUE + 5.0)


def test_what_was_taken_outlives_a_checkpoint_and_is_forgotten_in_time() -> None:
    explainer = taken()
    seen_with(explainer, LEMON)
    explainer.state = from_msgpack(to_msgpack(explainer.state), TakesState)
    assert len(met(explainer)) == 1
    later = msgspec.structs.replace(event(TAKEN, small_store(), T + 30.0), id="later")
    explainer.explain([later], {})
    explainer.met(DUE + 30.1, {})
    assert [taken.event.id for taken in explainer.state.taken] in ([], ["later"])
