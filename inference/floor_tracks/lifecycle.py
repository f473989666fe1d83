"""Conservation: people come and go at gates only; inside, who is not seen is hidden, not gone."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log

import msgspec
import shapely

from inference.floor_tracks.association import best_assignment, cosine, strangeness
from inference.floor_tracks.gates import Gates, note_arrival, open_entry, unmatched
from inference.floor_tracks.identity import mixed
from inference.floor_tracks.kalman import distance2
from inference.floor_tracks.measurement import Measurer
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.state import FloorTracksState, Track
from inference.floor_tracks.whereabouts import Whereabouts
from inference.messages import Alarm, Appearance, CameraLearned, TrackEnded, TrackStarted
from store_layout.floor_plan import FloorPlan


class Changes(msgspec.Struct):
    """Who came and went on one observation."""

    started: list[TrackStarted] = []
    ended: list[TrackEnded] = []
    alarms: list[Alarm] = []
    cameras: tuple[CameraLearned, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.started or self.ended or self.alarms)


class Lifecycle:
    """Births, re-links and endings."""

    def __init__(
        self,
        gates: Gates,
        plan: FloorPlan,
        measurer: Measurer,
        places: Whereabouts,
        settings: Settings,
    ) -> None:
        self._gates, self._plan, self._measurer, self._settings = gates, plan, measurer, settings
        self._places = places
        self._views = measurer.views()
        walkable = float(shapely.area(plan.walkable))
        self._anywhere = 1.0 / max(walkable, 1.0)

    def settle(self, state: FloorTracksState, dt: float, changes: Changes) -> None:
        """What follows from ``dt`` more seconds having passed, and from the sightings before."""
        self._forget_clutter(state)
        self._admit(state, changes)
        self._end(state, dt, changes)
        changes.alarms += unmatched(state, state.t, self._settings)

    # -- tentative people ----------------------------------------------------------------------------

    def _forget_clutter(self, state: FloorTracksState) -> None:
        s = self._settings
        if state.tentative:
            state.tentative = [x for x in state.tentative if state.t - x.last_seen <= s.tentative_unseen_s]

    def _admit(self, state: FloorTracksState, changes: Changes) -> None:
        s = self._settings
        self._drop_doubles(state)
        ready = [x for x in state.tentative if x.found_share >= s.birth_share and self._seen_enough(state, x)]
        if not ready:
            return
        doubles = [x.number for x in ready if self._doubles(x, state.people)]
        ready = [x for x in ready if x.number not in doubles]
        gone = doubles + self._relink(state, ready)
        ready = [x for x in ready if x.number not in gone]
        for x in ready:
            if self._doubles(x, state.people) or self._born(
                state, x, changes
            ):  # of somebody admitted a moment ago
                gone.append(x.number)
        if gone:
            state.tentative = [x for x in state.tentative if x.number not in gone]

    def _seen_enough(self, state: FloorTracksState, x: Track) -> bool:
        """Whether a newcomer is no clutter; sooner where the gate says that somebody comes."""
        s = self._settings
        seen_s = x.last_seen - x.first_t
        if x.hits >= s.birth_hits and seen_s >= s.birth_s:
            return True
        if not state.entries or x.hits < s.birth_signal_hits or seen_s < s.birth_signal_s:
            return False
        gate = self._gates.way_in(x.first_xy, s.gate_margin_m)
        return gate is not None and open_entry(state, gate, x.first_t, s) is not None

    def _drop_doubles(self, state: FloorTracksState) -> None:
        """Two that are found in turns, and hardly ever in one frame, are one: the older one goes on."""
        s = self._settings
        kept: list[Track] = []
        for x in state.tentative:
            doubled = x.in_turns >= s.beside_frames and x.together < s.beside_share * x.in_turns
            if not doubled or not self._near(x, [*state.people, *kept], 2.0 * s.near_person_m):
                kept.append(x)
        if len(kept) != len(state.tentative):
            state.tentative = kept

    def _doubles(self, x: Track, people: Sequence[Track]) -> bool:
        """Perhaps another view of somebody known: near them, and not yet seen beside them in one frame."""
        s = self._settings
        return x.beside < s.beside_frames and self._near(x, people, s.near_person_m)

    def _near(self, x: Track, people: Sequence[Track], reach: float) -> bool:
        return any(
            (p.motion.x - x.motion.x) ** 2 + (p.motion.y - x.motion.y) ** 2 < reach**2
            for p in people
            if x.t - p.last_seen < self._settings.hidden_s
        )

    def _gate_of(self, state: FloorTracksState, x: Track) -> str | None:
        """The gate through which this newcomer came, if any."""
        s = self._settings
        gate = self._gates.way_in(x.first_xy, s.gate_margin_m)
        if gate is not None:
            return gate
        gate = self._gates.way_in(x.first_xy, s.gate_signal_reach_m)
        return gate if gate is not None and open_entry(state, gate, x.first_t, s) is not None else None

    def _birth_density(self, state: FloorTracksState, gate: str | None, x: Track) -> float:
        s = self._settings
        if gate is None:
            return s.birth_density_inside
        if open_entry(state, gate, x.first_t, s) is not None:
            return s.birth_density_signal
        return s.birth_density_no_signal if gate in state.signalling else s.birth_density

    # -- re-linking ----------------------------------------------------------------------------------

    def _relink(self, state: FloorTracksState, ready: Sequence[Track]) -> list[int]:
        """Tentative people who are hidden ones come back, decided for all together."""
        s = self._settings
        hidden = [p for p in state.people if state.t - p.last_seen > s.tentative_unseen_s / 2]
        gains = [[self._likeness(state, x, p) for p in hidden] for x in ready]
        gone = []
        for row, column in best_assignment(gains):
            self._come_back(ready[row], hidden, [exp(min(50.0, g)) for g in gains[row]], column)
            gone.append(ready[row].number)
        return gone

    def _likeness(self, state: FloorTracksState, x: Track, p: Track) -> float:
        """Log likelihood that ``x`` is the hidden person ``p``, against a newcomer."""
        s = self._settings
        if x.first_t < p.last_seen - s.live_s / 2:
            return -100.0  # both were seen at once
        m, n = p.motion, x.motion
        away = ((n.x - p.last_xy[0]) ** 2 + (n.y - p.last_xy[1]) ** 2) ** 0.5
        elapsed = max(0.0, x.t - p.last_seen)
        if away > 1.0 + s.fastest_ms * elapsed:
            return -100.0
        density = self._places.density(p, n)
        if density is None:
            xx, xy, yy = m.xx + n.xx + 0.01, m.xy + n.xy, m.yy + n.yy + 0.01
            density = exp(distance2(n.x - m.x, n.y - m.y, xx, xy, yy)[1])
        anywhere = 1.0 - exp(-elapsed / s.anywhere_s)
        gain = log((1.0 - anywhere) * density + anywhere * self._anywhere + 1e-30)
        gain -= log(self._birth_density(state, self._gate_of(state, x), x))
        likeness = cosine(x.appearance, p.appearance)
        if likeness is not None:
            gain -= strangeness(p, likeness, s)
        spread = x.height_var + p.height_var + 0.05**2
        gain -= min(2.0, 0.5 * (x.height_m - p.height_m) ** 2 / spread)
        if away > s.wall_step_m and self._plan.blocked(p.last_xy, (n.x, n.y)):
            gain -= s.wall_cost * exp(-elapsed / s.wall_fades_s)
        return gain

    def _come_back(self, x: Track, hidden: Sequence[Track], weights: Sequence[float], chosen: int) -> None:
        """Give the sightings of ``x`` to a hidden person, and everybody else their share of doubt."""
        s = self._settings
        total = 1.0 + sum(weights)  # 1: a newcomer after all
        before = [dict(p.belief) for p in hidden]
        belief = {n: q * weights[chosen] / total for n, q in before[chosen].items()}
        for k, other in enumerate(hidden):
            share = weights[k] / total
            if k != chosen and share >= s.doubt_kept:
                for n, q in before[k].items():
                    belief[n] = belief.get(n, 0.0) + q * share
                other.belief = mixed(before[k], before[chosen], share, s.doubt_kept)
        back = hidden[chosen]
        back.belief = {n: q for n, q in belief.items() if q >= s.doubt_kept}
        take_over(back, x)

    # -- coming and going ----------------------------------------------------------------------------

    def _born(self, state: FloorTracksState, x: Track, changes: Changes) -> bool:
        s = self._settings
        if self._gates.outside_m((x.motion.x, x.motion.y)) > 0.0:
            return False
        gate = self._gate_of(state, x)
        if gate is None and not self._believed_inside(state, x):
            return False
        number, state.next_track = state.next_track, state.next_track + 1
        x.number, x.belief = number, {number: 1.0}
        state.people.append(x)
        m = x.motion
        changes.started.append(TrackStarted(number, state.t, (m.x, m.y), gate))
        if gate is not None:
            note_arrival(state, gate, number, x.first_t, s)
        else:
            x.explained = False
            text = f"Person {number} appeared at ({m.x:.1f}, {m.y:.1f}), where there is no gate"
            changes.alarms.append(Alarm(state.t, "unexplained_person", f"track {number}", text))
        return True

    def _believed_inside(self, state: FloorTracksState, x: Track) -> bool:
        """Somebody away from every gate: there from the start, or seen long and walking."""
        s = self._settings
        seen_s = x.last_seen - x.first_t
        if x.found_share < s.unexplained_share:
            return False
        if state.started_at is not None and x.first_t - state.started_at <= s.opening_s:
            return seen_s >= s.opening_seen_s
        return seen_s >= s.unexplained_s and x.walked_m >= s.unexplained_walk_m

    def _end(self, state: FloorTracksState, dt: float, changes: Changes) -> None:
        s = self._settings
        kept = []
        inside = self._gates.inside_many([p.last_xy for p in state.people])
        for p, on_floor in zip(state.people, inside, strict=True):
            gate = self._beyond(p, dt, on_floor=on_floor) or self._left_by(state, p, dt)
            if gate is not None:
                changes.ended.append(TrackEnded(p.number, state.t, gate))
            elif state.t - p.last_seen > (s.give_up_s if p.explained else s.give_up_unexplained_s):
                changes.ended.append(TrackEnded(p.number, state.t, None))
                text = (
                    f"Person {p.number} has not been seen for {state.t - p.last_seen:.0f} s and was given up"
                )
                changes.alarms.append(Alarm(state.t, "person_given_up", f"track {p.number}", text))
            else:
                kept.append(p)
        if len(kept) != len(state.people):
            state.people = kept

    def _beyond(self, p: Track, dt: float, *, on_floor: bool) -> str | None:
        """The gate behind which this person is seen, outside of the store."""
        s = self._settings
        if on_floor or self._gates.outside_m(p.last_xy) <= s.beyond_m:
            p.outside_s = 0.0
            return None
        p.outside_s += dt
        return self._gates.way_out(p.last_xy, s.beyond_reach_m) if p.outside_s >= s.beyond_s else None

    def _left_by(self, state: FloorTracksState, p: Track, dt: float) -> str | None:
        """The gate by which this person has left, or None while they are inside."""
        s = self._settings
        unseen = state.t - p.last_seen
        if p.leaving is not None and state.t - p.leaving_t > s.exit_lasts_s and unseen < s.leave_signal_s:
            p.leaving = None  # they stayed
        if unseen < min(s.leave_signal_s, 0.3):
            return None
        (x, y), (u, v) = p.last_xy, p.last_uv
        gate = (
            p.leaving or self._gates.way_out((x, y), 0.2) or self._gates.way_out((x + u / 2, y + v / 2), 0.0)
        )
        if gate is None:
            return None
        if p.leaving is not None or self._watched(state, p):
            p.unseen_s += dt
        if p.leaving is not None:
            limit = s.leave_signal_s
        elif self._outward(p) and not self._covered(state, p):
            limit = s.leave_s
        else:
            limit = s.leave_standing_s
        return gate if p.unseen_s >= limit else None

    def _outward(self, p: Track) -> bool:
        (x, y), (u, v) = p.last_xy, p.last_uv
        walking = u * u + v * v >= self._settings.outward_ms**2
        return self._gates.outside_m((x, y)) > 0.0 or (
            walking and self._gates.outside_m((x + u, y + v)) > 0.0
        )

    def _covered(self, state: FloorTracksState, p: Track) -> bool:
        """Somebody who is seen stands close, and may hide them."""
        x, y = p.last_xy
        return any(
            q is not p and q.last_seen > p.last_seen and (q.motion.x - x) ** 2 + (q.motion.y - y) ** 2 < 1.0
            for q in state.people
        )

    def _watched(self, state: FloorTracksState, p: Track) -> bool:
        """True where a working camera would see them, or where none ever could."""
        views = [c for c, view in self._views.items() if view.shows([p.last_xy])[0]]
        views += [sensor for sensor in p.seen_by if sensor not in self._views]  # 3D sensors
        if not views:
            return True
        return any(state.t - state.frames.get(c, -1e9) <= self._settings.live_s for c in views)


def join(state: FloorTracksState, kept: int, other: int) -> None:
    """Two people who are followed are one, because an operator says so; unknown numbers are passed over."""
    people = {p.number: p for p in state.people}
    if kept not in people or other not in people or kept == other:
        return
    a, b = people[kept], people[other]
    if b.last_seen > a.last_seen:
        take_over(a, b)
    a.belief, a.explained = {kept: 1.0}, True
    state.people = [p for p in state.people if p is not b]
    state.encounters = [e for e in state.encounters if not {e.a, e.b} & {kept, other}]
    state.arrivals = [x for x in state.arrivals if x.track != other]
    for p in state.people:
        p.belief = {n: q for n, q in p.belief.items() if n != other}


def part(state: FloorTracksState, number: int, changes: Changes, s: Settings) -> None:
    """Give whoever is followed as ``number`` a new one; who came in as it is hidden from now on.

    What was gathered of the look may be either's: it goes with the one who is seen. Unknown numbers, and
    hidden people, are passed over.
    """
    known = next((p for p in state.people if p.number == number), None)
    if known is None or state.t - known.last_seen > s.hidden_s:
        return
    m = known.motion
    new, state.next_track = state.next_track, state.next_track + 1
    seen = msgspec.structs.replace(
        known, number=new, belief={new: 1.0}, first_t=state.t, first_xy=(m.x, m.y), feet={}, leaving=None
    )
    known.last_seen = state.t - s.hidden_s - s.live_s
    known.seen_by, known.feet, known.appearance, known.looks = {}, {}, None, 0
    known.leaving = None
    state.people.append(seen)
    state.encounters = [e for e in state.encounters if number not in (e.a, e.b)]
    changes.started.append(TrackStarted(new, state.t, (m.x, m.y), None))


def take_over(back: Track, x: Track) -> None:
    """A hidden person is seen again as ``x``."""
    back.motion, back.t = x.motion, x.t
    back.last_seen, back.last_xy, back.last_uv = x.last_seen, x.last_xy, x.last_uv
    back.seen_by, back.hits, back.unseen_s = x.seen_by, back.hits + x.hits, 0.0
    back.leaving, back.cells = None, None
    total = back.height_var + x.height_var
    back.height_m += back.height_var / total * (x.height_m - back.height_m)
    back.height_var = back.height_var * x.height_var / total
    a, b = back.appearance, x.appearance
    if b is None or b.vector.size == 0:
        return
    if a is None or a.vector.size != b.vector.size:
        back.appearance, back.looks = b, x.looks
        return
    share = x.looks / max(1, x.looks + back.looks)
    back.appearance = Appearance((a.vector + share * (b.vector - a.vector)).astype(a.vector.dtype))
    back.looks += x.looks
