"""What is told of everybody on the floor."""

from __future__ import annotations

from collections.abc import Mapping

from inference.floor_tracks.identity import encounters_of, reported
from inference.floor_tracks.kalman import Fix
from inference.floor_tracks.people import as_told, with_common_error
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.state import FloorTracksState, Track
from inference.messages import Hand, Person

NO_HANDS: tuple[Hand, ...] = ()
Who = tuple[float, tuple[tuple[int, float], ...]]
"""``Person.identity`` and ``could_be``."""


def everybody(
    state: FloorTracksState,
    hands: Mapping[int, tuple[Hand, ...]],
    shares: Mapping[str, float],
    s: Settings,
) -> tuple[Person, ...]:
    """All people with their places, covariances, identities and hands (by track number).

    ``shares``: see ``with_common_error``.
    """
    meeting = encounters_of(state.encounters)
    people = {p.number: p for p in state.people} if meeting else {}
    found = []
    for p in state.people:
        number, belief = p.number, p.belief
        if number not in meeting and len(belief) == 1 and number in belief:
            who: Who = (min(1.0, belief[number]), ())
        else:
            who = reported(p, meeting.get(number, ()), people, s)
        at = with_common_error(p, s, shares)
        found.append(_person(p, at, who, hands.get(number, NO_HANDS), s))
    return tuple(found)


def _person(p: Track, at: Fix, who: Who, hands: tuple[Hand, ...], s: Settings) -> Person:
    t, m = p.t, p.motion
    seen_in = [
        (camera, seen.item) for camera, seen in p.seen_by.items() if seen.item >= 0 and t - seen.t <= s.live_s
    ]
    return Person(
        p.number,
        t,
        (at.x, at.y),
        as_told(p, at, s),
        (m.u, m.v),
        p.height_m,
        who[0],
        t - p.last_seen > s.hidden_s,
        p.last_seen,
        hands,
        who[1],
        tuple(seen_in),
    )
