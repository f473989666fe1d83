"""Whose card is whose: the signals of a gate, and the visits that began there, matched by their times.

All that is recent is matched together, again with each signal and each visit: somebody who was seen late, or
not at all, must not hand their card on to whoever came next, and so on down the queue.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import shapely

from inference.messages import GateSignal, TrackStarted
from inference.messages.results import CardInside
from inference.visits import settings as s
from inference.visits.state import Visit, VisitsState
from store_layout.model import StoreLayout


class Doors:
    """Where the gates of a store are."""

    def __init__(self, layout: StoreLayout) -> None:
        self._zones = {gate.id: shapely.Polygon(gate.outline) for gate in layout.file.gate}

    def came_at(self, started: TrackStarted) -> float:
        """When they came through their gate at the latest: they have walked to where they are first seen.

        Of two who come in together the first may be hidden by others and be seen last, well inside.
        """
        zone = self._zones.get(started.gate or "")
        if zone is None:
            return started.t
        walked_m = float(shapely.distance(zone, shapely.Point(started.position))) - s.WALKED_FROM_M
        return started.t - max(0.0, walked_m) / s.WALK_MPS


def match_entries(state: VisitsState, gate: str, now: float) -> None:
    """Give every visit that began lately at ``gate`` the signal that fits, so that all fit best together.

    A visit without a signal near enough has none.
    """
    waiting = [w for w in state.waiting if w.signal.gate == gate]
    signals = [w.signal for w in waiting]
    visits = sorted(
        (
            visit
            for visit in state.visits.values()
            if visit.gate_in == gate and now - visit.entered_at <= s.REMATCH_S
            if visit.signal is None or visit.signal in signals
        ),
        key=lambda visit: (_came_at(visit), visit.track),
    )
    here = {visit.track for visit in visits}
    # who came in before has kept a card: nobody who came later has one from before it
    kept = [v.signal for v in state.visits.values() if v.signal in signals and v.track not in here]
    passed = max((signal.t for signal in kept if signal is not None), default=-math.inf)
    places: list[tuple[float, int]] = []
    """When somebody is to come in, and on which signal."""
    for i, entry in enumerate(waiting):
        if entry.signal.t < passed:
            continue
        settled = sum(v.signal == entry.signal and v.track not in here for v in state.visits.values())
        taken = settled + entry.closed
        places += [(entry.signal.t + k * s.FOLLOW_S, i) for k in range(taken, entry.signal.people)]
    places.sort()
    chosen = _fitted([_came_at(v) for v in visits], [at for at, _ in places])
    for visit, place in zip(visits, chosen, strict=True):
        signal = None if place is None else signals[places[place][1]]
        if visit.signal != signal:
            _give(visit, signal)
    _handed_on_at_the_door(visits)
    for entry in waiting:
        company = [v for v in state.visits.values() if v.signal == entry.signal]
        for visit in company:
            visit.followed = len(company) + entry.closed


def free_place(state: VisitsState, signal: GateSignal, now: float) -> None:
    """Who had this place of a card is found to be somebody else: it is that of who came in then without one.

    Entries of the last seconds are matched anew; of who came in before those, one at most is near enough.
    """
    match_entries(state, signal.gate, now)
    taken = [visit for visit in state.visits.values() if visit.signal == signal]
    gone = sum(gone.token == signal.token for gone in state.gone.values()) if signal.token is not None else 0
    if len(taken) + gone >= signal.people:
        return
    late = {
        visit.track: gap
        for visit in state.visits.values()
        if visit.gate_in == signal.gate and visit.signal is None and not visit.staff
        if -s.EARLY_S <= (gap := _came_at(visit) - signal.t) <= s.BORN_LATE_S
    }
    if late:
        mine = state.visits[min(late, key=lambda track: (abs(late[track]), track))]
        _give(mine, signal)
        for visit in (*taken, mine):
            visit.followed = len(taken) + 1 + gone


def _give(visit: Visit, signal: GateSignal | None) -> None:
    visit.signal = signal
    visit.token, visit.people = (None, 1) if signal is None else (signal.token, signal.people)


def _handed_on_at_the_door(visits: Sequence[Visit]) -> None:
    """Who turned back at once, and took nothing, leaves the card to whoever has none and is seen there next.

    Of two who pass each other in a gate for both ways, the one who came in may be taken for the one who left:
    then whoever is seen next in that gate came in long ago, on that card. And who did turn back and comes in
    again has paid for it already.
    """
    for visit in visits:
        if visit.signal is not None:
            continue
        for before in visits:
            left = before.left_at
            if before.signal is None or left is None or before.gate_out != visit.gate_in or before.lines:
                continue
            if left - before.entered_at <= s.TURNED_S and 0.0 <= visit.entered_at - left <= s.BACK_S:
                _give(visit, before.signal)
                _give(before, None)
                break


def _came_at(visit: Visit) -> float:
    return visit.entered_at if visit.came_at is None else visit.came_at


def cards_inside(state: VisitsState) -> tuple[CardInside, ...]:
    """The cards of visits that go on; whose an entry of the last seconds is may still change."""
    return tuple(
        CardInside(visit.code, visit.token)
        for visit in state.visits.values()
        if visit.token is not None and visit.left_at is None and not visit.unexplained
    )


def _fitted(visits: Sequence[float], places: Sequence[float]) -> list[int | None]:
    """For each visit the place of a signal, or None: least time between them in all, nobody overtaking.

    Both ascending. A visit without a signal costs as much as one that is told apart last of all.
    """
    best: list[list[tuple[float, int | None]]] = [[(0.0, None)] * (len(places) + 1)]
    for entered in visits:
        above = best[-1]
        row: list[tuple[float, int | None]] = [(above[0][0] + s.BORN_LATE_S, None)]
        for k, at in enumerate(places, start=1):
            gap = entered - at
            options: list[tuple[float, int | None]] = [
                (above[k][0] + s.BORN_LATE_S, None),
                (row[k - 1][0], -1),
            ]
            if -s.EARLY_S <= gap <= s.BORN_LATE_S:
                options.append((above[k - 1][0] + max(gap, -s.EARLY_COST * gap), k - 1))
            row.append(min(options, key=lambda option: option[0]))
        best.append(row)
    chosen: list[int | None] = []
    k = len(places)
    for i in range(len(visits), 0, -1):
        while best[i][k][1] == -1:
            k -= 1
        place = best[i][k][1]
        chosen.append(place)
        k = k if place is None else place
    return chosen[::-1]
