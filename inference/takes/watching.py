"""What is remembered of the people on the floor, for the shelf events to come."""

from __future__ import annotations

from typing import TypeVar

from inference.messages import Detections, FloorUpdate, Person
from inference.messages.observations import Holding
from inference.takes import settings as s
from inference.takes.state import Look, Place, TakesState

T = TypeVar("T")


def remember(state: TakesState, update: FloorUpdate, seen: Detections | None) -> None:
    """Where everybody is, their hands, and what those held in the picture behind the update."""
    for person in update.people:
        places = state.places.setdefault(person.track, [])
        if not places or person.t - places[-1].t >= s.SAMPLE_S:
            x, y = person.position
            places.append(Place(person.t, x, y, person.covariance, person.identity, person.could_be))
        if person.hands:
            state.hands.setdefault(person.track, []).extend(person.hands)
        if seen is not None:
            _look(state, person, seen)
    if update.t - state.pruned_at > s.KEPT_S / 4:
        _forget(state, update.t)


def _look(state: TakesState, person: Person, seen: Detections) -> None:
    for camera, index in person.seen_in:
        if camera == seen.camera and index < len(seen.items):
            for holding in seen.items[index].holds:
                looks = state.looks.setdefault(person.track, [])
                if not _just_looked(looks, camera, holding, seen.t):
                    looks.append(Look(seen.t, camera, holding))


def _just_looked(looks: list[Look], camera: str, holding: Holding, t: float) -> bool:
    return any(
        look.camera == camera and look.holding.side == holding.side and abs(t - look.t) < s.LOOK_STEP_S - 1e-6
        for look in looks[-s.LOOKS_BACK :]
    )


def _forget(state: TakesState, t: float) -> None:
    state.pruned_at = t
    since = t - s.KEPT_S
    state.places = _kept({track: [p for p in of if p.t >= since] for track, of in state.places.items()})
    state.hands = _kept({track: [h for h in of if h.t >= since] for track, of in state.hands.items()})
    since = t - s.LOOKS_KEPT_S
    state.looks = _kept({track: [x for x in of if x.t >= since] for track, of in state.looks.items()})


def _kept(of_tracks: dict[int, list[T]]) -> dict[int, list[T]]:
    return {track: some for track, some in of_tracks.items() if some}
