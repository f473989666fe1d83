from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.floor_tracks.identity import (
    follow_encounters,
    mixed,
    reported,
    settle_encounters,
    weigh_appearance,
)
from inference.floor_tracks.kalman import Fix, at_rest
from inference.floor_tracks.nearness import close_pairs
from inference.floor_tracks.people import newcomer
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.sightings import Sighting
from inference.floor_tracks.state import Encounter, Track
from inference.messages import Appearance

S = Settings()
RED = Appearance(np.array([1.0, 0.0, 0.0], dtype=np.float32))
BLUE = Appearance(np.array([0.0, 1.0, 0.0], dtype=np.float32))


def person(number: int, x: float, look: Appearance | None = None) -> Track:
    fix = Fix(x, 0.0, 0.01, 0.0, 0.01)
    track = newcomer(number, Sighting(0, 0.9, fix, look, foot=fix), "cam", 0.0, S)
    track.belief = {number: 1.0}
    return track


def place(track: Track, x: float) -> None:
    track.motion = at_rest(Fix(x, 0.0, 0.01, 0.0, 0.01), 0.7)


def follow(encounters: list[Encounter], people: list[Track], t: float) -> None:
    follow_encounters(encounters, people, close_pairs(people, 1.5), t, S)


def meet(a: Track, b: Track, seconds: float) -> list[Encounter]:
    """Close for a while, then apart."""
    encounters: list[Encounter] = []
    place(a, 0.0)
    place(b, 0.1)
    for n in range(int(seconds * 10) + 1):
        follow(encounters, [a, b], n / 10)
    place(b, 3.0)
    follow(encounters, [a, b], seconds + 0.1)
    return encounters


@given(st.floats(0, 1), st.floats(0, 1))
def test_mixing_conserves_probability(q: float, share: float) -> None:
    a, b = {1: share, 2: 1.0 - share}, {2: 0.4, 3: 0.6}
    total = [sum(mixed(x, y, q, 0.0).values()) for x, y in ((a, b), (b, a))]
    assert total == pytest.approx([1.0, 1.0])


def test_the_longer_two_are_close_the_less_sure_up_to_evens() -> None:
    doubts = [meet(person(1, 0), person(2, 0), s)[0].exchanged for s in (0.5, 2.0, 60.0)]
    assert doubts[0] < doubts[1] < doubts[2] <= 0.5 + 1e-9
    assert doubts[2] == pytest.approx(0.5, abs=0.01)


def test_people_apart_are_never_in_doubt() -> None:
    encounters: list[Encounter] = []
    for x in (2.0, S.meet_m + 0.1):  # the second is close by what is asked for somebody else
        follow(encounters, [person(1, 0.0), person(2, x)], 0.0)
    assert encounters == []


def test_only_people_meet() -> None:
    """Somebody tentative beside them is in the same list of who stands close."""
    encounters: list[Encounter] = []
    people, tentative = [person(1, 0.0), person(2, 0.5)], person(1, 0.2)
    close = close_pairs([*people, tentative], S.meet_m)
    assert len(close) == 3
    follow_encounters(encounters, people, close, 0.0, S)
    assert [(met.a, met.b) for met in encounters] == [(1, 2)]


def test_looks_keep_two_apart_who_stand_together() -> None:
    """Closeness lets them mix, their looks tell them apart again, while they have not parted yet."""
    looks = {1: Appearance(np.array([1.0, 0.0], np.float32)), 2: Appearance(np.array([0.6, 0.8], np.float32))}
    met = Encounter(1, 2, 0.0, looks[1], looks[2])
    blind = Encounter(1, 2, 0.0, looks[1], looks[2])
    people = [person(1, 0.0), person(2, 0.1)]
    for frame in range(1, 60):
        follow([met], people, frame / 8)
        follow([blind], people, frame / 8)
        weigh_appearance([met], looks, S)
    assert met.exchanged < 0.02
    assert blind.exchanged > 0.4
    # And where they were exchanged meanwhile, it is found out.
    for frame in range(60, 120):
        follow([met], people, frame / 8)
        weigh_appearance([met], {1: looks[2], 2: looks[1]}, S)
    assert met.exchanged > 0.98


def test_without_appearance_the_doubt_stays_and_is_told() -> None:
    a, b = person(1, 0), person(2, 0)
    encounters = meet(a, b, 5.0)
    people = {1: a, 2: b}
    identity, could_be = reported(a, encounters, people, S)
    assert 0.5 <= identity < 0.9
    assert could_be[0][0] == 2
    assert identity + sum(p for _, p in could_be) == pytest.approx(1.0)
    assert settle_encounters(encounters, people, 60.0, S) == []
    after, told = reported(a, [], people, S)
    assert after == pytest.approx(identity)
    assert told[0][1] == pytest.approx(1.0 - identity)


def test_appearance_that_fits_clears_the_doubt() -> None:
    a, b = person(1, 0, RED), person(2, 0, BLUE)
    encounters, people = meet(a, b, 5.0), {1: a, 2: b}
    for _ in range(S.evidence_frames):
        weigh_appearance(encounters, {1: RED, 2: BLUE}, S)
    assert settle_encounters(encounters, people, 6.0, S) == []
    assert reported(a, [], people, S)[0] > 0.98


def test_appearance_that_does_not_fit_puts_the_numbers_right() -> None:
    a, b = person(1, 0, RED), person(2, 0, BLUE)
    encounters, people = meet(a, b, 5.0), {1: a, 2: b}
    for _ in range(S.evidence_frames):
        weigh_appearance(encounters, {1: BLUE, 2: RED}, S)
    settle_encounters(encounters, people, 6.0, S)
    assert (a.number, b.number) == (2, 1)
    assert (a.motion.x, b.motion.x) == (0.0, 3.0)  # what was seen stays
    assert a.appearance == BLUE
    assert a.belief[2] > 0.98


def test_when_one_of_two_has_left_the_doubt_stays_with_the_other() -> None:
    a, b = person(1, 0), person(2, 0)
    encounters = meet(a, b, 5.0)
    told = reported(b, encounters, {2: b}, S)[1]
    assert settle_encounters(encounters, {2: b}, 6.0, S) == encounters  # they may yet be told apart
    assert settle_encounters(encounters, {2: b}, 60.0, S) == []
    assert b.belief[1] == pytest.approx(1.0 - b.belief[2])
    assert 0.1 < b.belief[1] < 0.5
    assert told[0][0] == 1
    assert told[0][1] == pytest.approx(b.belief[1])


@pytest.mark.parametrize(("seen", "least", "most"), [(BLUE, 0.98, 1.0), (RED, 0.0, 0.2)])
def test_who_is_left_alone_is_compared_with_both(seen: Appearance, least: float, most: float) -> None:
    a, b = person(1, 0, RED), person(2, 0, BLUE)
    encounters = meet(a, b, 5.0)
    for _ in range(S.evidence_frames):
        weigh_appearance(encounters, {2: seen}, S)
    assert settle_encounters(encounters, {2: b}, 6.0, S) == []
    assert least <= b.belief.get(2, 0.0) <= most
