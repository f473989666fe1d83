"""What hands say, sight by sight: detectors that miss, guess, and take one hand for the other."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from scipy.stats import multivariate_normal

from inference.messages import Hand
from inference.takes import settings as s
from inference.takes.fronts import fronts
from inference.takes.people import BodyScorer, HandScorer, Side
from inference.takes.reach import at_arms_length, cells, idle, spread_densities
from inference.takes.state import Place
from store_layout.model import Point3
from tests.support.stores import small_store
from tests.takes.scenes import T, event, hand

STORE = small_store()
SLOT = STORE.slots["A0"]
EVENT = event([("scale-A0", -530.0)], STORE)
BODY = (SLOT.centre[0], SLOT.low[1] - 0.4)
PLACES = [Place(T + 0.1 * i, *BODY, (0.01, 0.0, 0.01), 1.0) for i in range(-10, 11)]
IN_SLOT: Point3 = (SLOT.centre[0], SLOT.low[1] + 0.1, SLOT.centre[2])
AT_REST: Point3 = (BODY[0] - 0.25, BODY[1], 0.88)
FAR_OFF: Point3 = (BODY[0], BODY[1] - 0.6, 1.3)


def sights(at: Point3, side: Side, sensor: str = "a", **more: float) -> list[Hand]:
    return [msgspec.structs.replace(hand(at, T + 0.1 * i + 0.02, side, sensor), **more) for i in range(-3, 4)]


def score(hands: Sequence[Hand], side: Side = "right") -> float:
    return HandScorer(EVENT, hands, PLACES).scores(cells(SLOT))[side]


def test_no_sight_says_nothing() -> None:
    assert score([]) == 0.0
    assert score(sights(IN_SLOT, "right", score=0.01)) == 0.0


def test_a_hand_in_the_slot_speaks_for_it_and_one_at_rest_against() -> None:
    assert score(sights(IN_SLOT, "right")) > 2.0
    assert score(sights(AT_REST, "right")) < -1.0


def test_the_less_a_sight_is_to_be_trusted_the_less_it_says() -> None:
    against = [score(sights(FAR_OFF, "right", score=sure)) for sure in (0.95, 0.7, 0.4)]
    assert against == sorted(against)
    # no more than that the sight may be wrong, and neither just there nor roughly
    assert against[-1] > math.log((1 - 0.4) * (1 - s.ROUGH)) - 0.5
    speaking = [score(sights(IN_SLOT, "right", score=sure)) for sure in (0.95, 0.7, 0.4, 0.1)]
    assert speaking == sorted(speaking, reverse=True)


def test_a_guess_not_far_from_the_slot_speaks_for_it() -> None:
    """A hidden hand is guessed a little beside where it is, with a score that says so."""
    beside: Point3 = (SLOT.low[0] - 0.2, SLOT.low[1] - 0.1, SLOT.centre[2])
    guessed, seen = (score(sights(beside, "right", score=sure)) for sure in (0.15, 0.95))
    assert guessed > 0.5
    assert seen < guessed


def test_guesses_of_one_camera_do_not_outweigh_what_another_sees() -> None:
    guesses = sights(AT_REST, "right", "blind", score=0.35)
    assert score([*sights(IN_SLOT, "right", "a", score=0.9), *guesses]) > 1.0


def test_a_camera_counts_little_more_however_many_pictures_it_takes() -> None:
    few, many = sights(IN_SLOT, "right"), []
    for i in range(-30, 31):
        many.append(hand(IN_SLOT, T + 0.01 * i, "right", "a"))
    assert score(many) < score(few) + 0.5


def test_no_number_of_sights_excludes_a_hand() -> None:
    against = [h for sensor in "abcdef" for h in sights(FAR_OFF, "right", sensor)]
    assert math.log(s.ALL_WRONG) - 0.01 < score(against) < -1.0


def test_a_second_camera_says_more_than_a_second_picture() -> None:
    one, later = sights(IN_SLOT, "right", score=0.3)[3:5]
    elsewhere = msgspec.structs.replace(later, sensor="b")
    assert score([one]) + 0.3 < score([one, later]) < score([one, elsewhere]) - 0.5


@pytest.mark.parametrize("called", ["right", "left"])
def test_hands_that_may_be_exchanged_speak_for_either(called: Side) -> None:
    other: Side = "left" if called == "right" else "right"
    pair = [*sights(IN_SLOT, called, side_score=0.6), *sights(AT_REST, other, side_score=0.6)]
    assert score(pair, called) > 1.5
    assert score(pair, other) > 1.0
    certain = [*sights(IN_SLOT, called), *sights(AT_REST, other)]
    assert score(certain, called) > score(pair, called)
    assert score(certain, other) < -1.0


def test_the_other_hand_alone_says_little_of_this_one() -> None:
    assert score(sights(AT_REST, "left")) == pytest.approx(0.0, abs=1e-6)
    assert -0.7 < score(sights(AT_REST, "left", side_score=0.6)) < 0.0


def test_a_sight_beyond_all_reach_is_taken_for_a_false_one() -> None:
    away = score(sights((80.0, -40.0, 1.0), "right", score=0.9))
    assert abs(away) < 0.8  # next to nothing, either way


def test_mixtures_are_mixtures() -> None:
    spread = idle()
    assert spread.weights.sum() == pytest.approx(1.0)
    covered = [
        n for chosen, var in spread.kinds for n in range(len(spread.centres))[chosen] if (var > 0).all()
    ]
    assert covered == list(range(len(spread.centres)))
    weights = at_arms_length(cells(SLOT), np.array([BODY, (9.0, 9.0)]))
    assert weights.sum(axis=1) == pytest.approx([1.0, 1.0])


def test_sights_are_spread_by_their_own_covariance_and_the_hands() -> None:
    """Against SciPy's density of the sum of both."""
    spread, body = idle(), np.array([[1.0, 2.0]])
    sight, own = np.array([[1.2, 2.1, 0.9]]), np.diag([0.04, 0.01, 0.02]) + 0.005
    found = spread_densities(sight, own[None], body, spread)[0]
    for chosen, var in spread.kinds:
        for n in range(len(spread.centres))[chosen][::7]:
            mean = spread.centres[n] + (1.0, 2.0, 0.0)
            assert found[n] == pytest.approx(multivariate_normal.pdf(sight[0], mean, own + np.diag(var)))


def stood(*, from_x: float, to_x: float, seconds: float = 2.0, out: float = 0.4) -> float:
    """The score of somebody who goes along the shelf, before the slot's middle at the moment of the event."""
    steps = np.arange(-20, 21) / 20
    x = SLOT.centre[0] + np.interp(steps, (-1, 0, 1), (from_x, (from_x + to_x) / 2, to_x))
    y = SLOT.low[1] - out
    places = [
        Place(T + seconds * step / 2, px, y, (0.01, 0.0, 0.01), 1.0)
        for step, px in zip(steps.tolist(), x.tolist(), strict=True)
    ]
    return BodyScorer(EVENT, places, 20.0).score(SLOT, fronts(STORE)["A0"])


def test_who_stands_before_the_slot_is_likelier_than_who_passes_it() -> None:
    standing, passing = stood(from_x=0.0, to_x=0.0), stood(from_x=-1.1, to_x=1.1)
    assert standing > 2.0
    assert passing < standing - 2.0


def test_who_grabs_in_passing_is_not_excluded() -> None:
    assert stood(from_x=-1.1, to_x=1.1) > stood(from_x=-1.1, to_x=1.1, out=3.0) + 3.0


def test_swaying_is_standing() -> None:
    assert stood(from_x=-0.1, to_x=0.1) == pytest.approx(stood(from_x=0.0, to_x=0.0), abs=0.4)


def test_one_known_place_is_neither_standing_nor_walking() -> None:
    place = Place(T, SLOT.centre[0], SLOT.low[1] - 0.4, (0.01, 0.0, 0.01), 1.0)
    alone = BodyScorer(EVENT, [place], 20.0).score(SLOT, fronts(STORE)["A0"])
    assert 1.5 < alone < stood(from_x=0.0, to_x=0.0)


def test_nobody_s_places_say_nothing() -> None:
    assert BodyScorer(EVENT, [], 20.0).score(SLOT, fronts(STORE)["A0"]) == 0.0


def beside(x: float, others: Sequence[Sequence[Place]]) -> float:
    """The score of somebody who stands so far beside the slot's middle, while others stand elsewhere."""
    return BodyScorer(EVENT, standing(x), 20.0, others).score(SLOT, fronts(STORE)["A0"])


def standing(x: float, *, t: float = T) -> list[Place]:
    return [
        Place(t + 0.1 * i, SLOT.centre[0] + x, SLOT.low[1] - 0.4, (0.01, 0.0, 0.01), 1.0)
        for i in range(-10, 11)
    ]


def test_who_cannot_stand_before_the_slot_reaches_in_from_beside() -> None:
    alone, crowded = beside(0.85, []), beside(0.85, [standing(0.1)])
    assert crowded > alone + 0.5
    # whoever has the best place is still likelier, by less than if it were free for both
    assert alone < crowded < beside(0.1, [standing(0.85)])


def test_who_stands_far_away_takes_nobody_s_room() -> None:
    assert beside(0.85, [standing(3.0), []]) == pytest.approx(beside(0.85, []))


def test_it_is_not_known_where_somebody_stands_who_was_not_seen_meanwhile() -> None:
    assert beside(0.85, [standing(0.1, t=T - 5.0)]) == pytest.approx(beside(0.85, []))


def test_a_crowd_leaves_some_room() -> None:
    """However many stand before a slot, a score stays a number: people do lean over each other."""
    crowd = [standing(x / 10) for x in range(-12, 13)]
    assert beside(0.0, crowd) <= beside(0.0, []) - math.log(1 - s.ROOM_TAKEN) + 1e-6
