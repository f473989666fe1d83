"""The store's gates as shapes: which one is near a place, and what its signals are about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from inference.floor_tracks.kalman import distance2
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.state import Arrival, Entry, FloorTracksState, Track
from inference.messages import Alarm, GateSignal
from inference.messages.said import said
from store_layout.model import StoreLayout

Point2 = tuple[float, float]


class Gates:
    """Gates by what they let through."""

    def __init__(self, layout: StoreLayout) -> None:
        self._zones = {g.id: shapely.Polygon(g.outline) for g in layout.file.gate}
        for zone in self._zones.values():
            shapely.prepare(zone)
        self._ins = tuple(g.id for g in layout.file.gate if g.kind != "exit")
        self._outs = tuple(g.id for g in layout.file.gate if g.kind != "entry")
        self._floor = shapely.union_all([shapely.Polygon(layout.file.floor.outline), *self._zones.values()])
        shapely.prepare(self._floor)

    def distance(self, gate: str, xy: Point2) -> float:
        """Metres from the gate's zone; 0 inside of it, infinite for a gate the store does not have."""
        zone = self._zones.get(gate)
        return float("inf") if zone is None else float(shapely.distance(zone, shapely.Point(xy)))

    def way_in(self, xy: Point2, reach_m: float) -> str | None:
        """The nearest gate within reach through which somebody may have come."""
        return self._nearest(self._ins, xy, reach_m)

    def way_out(self, xy: Point2, reach_m: float) -> str | None:
        """The nearest gate within reach through which somebody may leave."""
        return self._nearest(self._outs, xy, reach_m)

    def way_in_m(self, xy: Point2) -> float:
        """Metres to the nearest gate through which people come in; infinite where there is none."""
        return min((self.distance(gate, xy) for gate in self._ins), default=float("inf"))

    @property
    def let_in(self) -> bool:
        """Whether there is any gate to come in by: where there is none, nobody can be explained."""
        return bool(self._ins)

    def centre(self, gate: str) -> Point2 | None:
        """Middle of a gate's zone."""
        zone = self._zones.get(gate)
        return None if zone is None else (float(zone.centroid.x), float(zone.centroid.y))

    def outside_m(self, xy: Point2) -> float:
        """How far outside of the floor (with the gates' zones) a place is; 0 on it."""
        if shapely.contains_xy(self._floor, xy[0], xy[1]):
            return 0.0
        return float(shapely.distance(self._floor, shapely.Point(xy)))

    def inside_many(self, places: Sequence[Point2]) -> list[bool]:
        """Which places are on the floor, gates' zones included."""
        if not places:
            return []
        xy = np.array(places)
        inside: list[bool] = shapely.contains_xy(self._floor, xy[:, 0], xy[:, 1]).tolist()
        return inside

    def _nearest(self, gates: Sequence[str], xy: Point2, reach_m: float) -> str | None:
        found = [(d, g) for g in gates if (d := self.distance(g, xy)) <= reach_m]
        return min(found)[1] if found else None


def open_entry(state: FloorTracksState, gate: str, t: float, s: Settings) -> Entry | None:
    """An entry signal of this gate whose person has not been seen yet."""
    for entry in state.entries:
        if entry.gate == gate and entry.people > 0 and abs(t - entry.t) <= s.gate_signal_s:
            return entry
    return None


def came_by(gates: Gates, state: FloorTracksState, x: Track, s: Settings) -> str | None:
    """The gate through which this newcomer came, if any."""
    gate = gates.way_in(x.first_xy, s.gate_margin_m)
    if gate is not None:
        return gate
    gate = gates.way_in(x.first_xy, s.gate_signal_reach_m)
    if gate is not None and open_entry(state, gate, x.first_t, s) is not None:
        return gate
    return _walked_in(gates, state, x, s)


def _walked_in(gates: Gates, state: FloorTracksState, x: Track, s: Settings) -> str | None:
    """The gate that let in somebody who was not seen there, from where this newcomer can have walked.

    Not by where they were first seen: a false alarm may have begun what became them.
    """
    here = (x.motion.x, x.motion.y)
    for entry in state.entries:
        walked = state.t - entry.t
        if entry.people <= 0 or walked > s.gate_signal_s or x.first_t < entry.t - s.gate_early_s:
            continue
        if gates.distance(entry.gate, here) <= s.gate_margin_m + s.gate_walk_ms * max(0.0, walked):
            return entry.gate
    return None


def birth_density(state: FloorTracksState, gate: str | None, x: Track, s: Settings) -> float:
    """Newcomers per square metre where this one was first seen."""
    if gate is None:
        return s.birth_density_inside
    if open_entry(state, gate, x.first_t, s) is not None:
        return s.birth_density_signal
    return s.birth_density_no_signal if gate in state.signalling else s.birth_density


def note_entry(state: FloorTracksState, signal: GateSignal, s: Settings) -> None:
    """An entry signal: it explains people who came in just before, and awaits the rest."""
    if signal.gate not in state.signalling:
        state.signalling.append(signal.gate)
    left = signal.people
    kept: list[Arrival] = []
    for arrival in state.arrivals:
        if left > 0 and arrival.gate == signal.gate and signal.t - arrival.t <= s.gate_signal_s:
            left -= 1
        else:
            kept.append(arrival)
    state.arrivals = kept
    if left > 0:
        state.entries.append(Entry(signal.gate, signal.t, left))


def note_arrival(state: FloorTracksState, gate: str, track: int, t: float, s: Settings) -> None:
    """Somebody was seen to come in: on an open signal, or the signal is awaited."""
    entry = open_entry(state, gate, t, s)
    if entry is None:
        state.arrivals.append(Arrival(gate, t, track))
    else:
        entry.people -= 1


def unmatched(state: FloorTracksState, t: float, s: Settings) -> list[Alarm]:
    """Alarms for signals without people and people without signals, once their time is over."""
    alarms: list[Alarm] = []
    if state.arrivals and t - state.arrivals[0].t > s.gate_signal_s:
        late = [a for a in state.arrivals if t - a.t > s.gate_signal_s]
        state.arrivals = [a for a in state.arrivals if t - a.t <= s.gate_signal_s]
        alarms += [
            Alarm(
                t,
                "entry_without_signal",
                a.gate,
                said("Person {track} came in without a signal of the gate", track=a.track),
            )
            for a in late
            if a.gate in state.signalling
        ]
    if state.entries and t - state.entries[0].t > s.gate_signal_s:
        alarms += [
            Alarm(
                t,
                "signal_without_person",
                e.gate,
                said("The gate let in {people}, and no camera saw them", people=e.people),
            )
            for e in state.entries
            if t - e.t > s.gate_signal_s and e.people > 0
        ]
        state.entries = [e for e in state.entries if t - e.t <= s.gate_signal_s and e.people > 0]
    return alarms


def note_exit(gates: Gates, people: Sequence[Track], signal: GateSignal, s: Settings) -> list[Alarm]:
    """Mark whom an exit signal is about.

    Who is seen at the gate; else who may well be hidden there; else who is seen near it; else the likeliest
    of all who are hidden. The gate counts surely: while anybody is hidden, somebody hidden has left.
    """
    chosen: list[Track] = []
    for p in _candidates(gates, [p for p in people if p.leaving is None], signal, s):
        if p not in chosen and len(chosen) < signal.people:
            chosen.append(p)
            p.leaving, p.leaving_t = signal.gate, signal.t
            seen = signal.t - p.last_seen <= s.hidden_s
            away = gates.distance(signal.gate, p.last_xy)
            p.leaving_near = seen and away > s.exit_at_m
            p.leaving_beside = seen and away > s.exit_standing_m
    missing = signal.people - len(chosen)
    if missing <= 0:
        return []
    text = said("The gate let out {missing} more than anybody was seen near it", missing=missing)
    return [Alarm(signal.t, "exit_without_person", signal.gate, text)]


def _candidates(gates: Gates, staying: Sequence[Track], signal: GateSignal, s: Settings) -> list[Track]:
    """Whom the signal may be about, best first; somebody may come twice."""
    near = sorted(
        (d, p.number, p)
        for p in staying
        if signal.t - p.last_seen <= 2 * s.leave_s
        and (d := gates.distance(signal.gate, p.last_xy)) <= s.exit_reach_m
    )
    hidden = _hidden(gates, [p for p in staying if signal.t - p.last_seen > s.hidden_s], signal)
    return [
        *(p for d, _, p in near if d <= s.exit_at_m),
        *(p for d2, p in hidden if d2 < s.gate_d2),
        *(p for _, _, p in near),
        *(p for _, p in hidden),
    ]


def _hidden(gates: Gates, people: Sequence[Track], signal: GateSignal) -> list[tuple[float, Track]]:
    """Hidden people, the likeliest to be at the gate first, with their squared Mahalanobis distance."""
    centre = gates.centre(signal.gate)
    if centre is None:
        return []
    found = []
    for p in people:
        m = p.motion
        d2, density = distance2(centre[0] - m.x, centre[1] - m.y, m.xx + 0.5, m.xy, m.yy + 0.5)
        found.append((-density, p.number, d2, p))
    return [(d2, p) for _, _, d2, p in sorted(found, key=lambda x: x[:2])]
