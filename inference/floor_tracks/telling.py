"""What is told of everybody on the floor."""

from __future__ import annotations

from collections.abc import Mapping

from inference.floor_tracks.identity import in_doubt, reported
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
    known: Mapping[int, Fix],
    shares: Mapping[str, float],
    s: Settings,
) -> tuple[Person, ...]:
    """All people with their places, covariances, identities and hands (by track number).

    ``known``: by identity of the track, its place where that has been worked out for this moment; ``shares``:
    see ``with_common_error``.
    """
    doubtful = in_doubt(state.encounters) if state.encounters else ()
    people = {p.number: p for p in state.people} if doubtful else {}
    found = []
    for p in state.people:
        at = known.get(id(p)) or with_common_error(p, s, shares)
        if p.number in doubtful:
            who = reported(p, state.encounters, people, s)
        elif len(p.belief) == 1 and p.number in p.belief:
            who = (min(1.0, p.belief[p.number]), ())
        else:
            who = reported(p, (), {}, s)
        found.append(_person(p, as_told(p, at, s), who, hands.get(p.number, NO_HANDS), s))
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
        (at.xx, at.xy, at.yy),
        (m.u, m.v),
        p.height_m,
        who[0],
        t - p.last_seen > s.hidden_s,
        p.last_seen,
        hands,
        who[1],
        tuple(seen_in),
    )
