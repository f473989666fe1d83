"""Conservation: people come and go at gates only; inside, who is not seen is hidden, not gone."""

from __future__ import annotations

from collections.abc import Sequence

from inference.floor_tracks.changes import Changes
from inference.floor_tracks.gates import Gates, came_by, note_arrival, open_entry, unmatched
from inference.floor_tracks.linking import Linking, join
from inference.floor_tracks.measurement import Measurer
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.state import FloorTracksState, Track
from inference.floor_tracks.whereabouts import Whereabouts
from inference.messages import Alarm, TrackEnded, TrackJoined, TrackStarted
from inference.messages.said import said
from store_layout.floor_plan import FloorPlan


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
        self._gates, self._settings = gates, settings
        self._linking = Linking(gates, plan, places, settings)
        self._views = measurer.views()

    def settle(self, state: FloorTracksState, dt: float, changes: Changes) -> None:
        """What follows from ``dt`` more seconds having passed, and from the sightings before."""
        self._forget_clutter(state)
        self._admit(state, changes)
        self._join_doubles(state, changes)
        changes.joined += self._linking.explained(state)
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
        ready = [x for x in ready if x.number not in doubles and not self._perhaps_doubles(state, x)]
        gone = doubles + self._linking.come_back(state, ready, changes)
        # the best seen first: one signal makes one person sure, and another view of them has to wait
        for x in sorted(ready, key=self._best_first):
            if x.number in gone or not self._seen_enough(state, x) or self._perhaps_doubles(state, x):
                continue
            if self._doubles(x, state.people) or self._born(state, x, changes):
                # not by its number: people are numbered anew
                state.tentative = [other for other in state.tentative if other is not x]
        if gone:
            state.tentative = [x for x in state.tentative if x.number not in gone]

    def _best_first(self, x: Track) -> tuple[float, ...]:
        """Of views of one person that cameras disagree about, the one in the door is right."""
        return -x.hits, -x.found_share, self._gates.way_in_m(x.first_xy), x.number

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

    def _join_doubles(self, state: FloorTracksState, changes: Changes) -> None:
        """Who came in lately, and is never found together with somebody right beside them, is that one.

        A gate that lets in two believes sooner that there are two, also where cameras differ about one.
        """
        s = self._settings
        for x in state.people:
            few = x.in_turns < s.doubled_frames or x.together >= s.doubled_share * x.in_turns
            if few or x.t - x.first_t < s.doubled_after_s:
                continue
            elders = [p for p in state.people if p.number < x.number and state.t - p.last_seen < s.hidden_s]
            other = min(elders, key=lambda p: _apart2(p, x), default=None)
            if other is None or _apart2(other, x) >= s.near_person_m**2:
                continue
            if self._linking.look_alike(x, other):
                join(state, other.number, x.number)
                changes.joined.append(TrackJoined(other.number, x.number, state.t))
                return  # others have to wait for the next frame: the list has changed

    def _doubles(self, x: Track, people: Sequence[Track]) -> bool:
        """Perhaps another view of somebody known: near them, and not yet seen beside them in one frame."""
        s = self._settings
        return x.beside < s.beside_frames and self._near(x, people, s.near_person_m)

    def _perhaps_doubles(self, state: FloorTracksState, x: Track) -> bool:
        """The same, farther from who has just come, at a gate that tells and has told of nobody else."""
        s = self._settings
        if x.beside >= s.beside_frames:
            return False
        gate = self._gates.way_in(x.first_xy, s.gate_margin_m)
        if gate not in state.signalling or open_entry(state, gate, x.first_t, s) is not None:
            return False
        fresh = [p for p in state.people if abs(x.first_t - p.first_t) <= s.doubled_born_s]
        return self._near(x, fresh, s.doubled_reach_m)

    def _near(self, x: Track, people: Sequence[Track], reach: float) -> bool:
        return any(
            (p.motion.x - x.motion.x) ** 2 + (p.motion.y - x.motion.y) ** 2 < reach**2
            for p in people
            if x.t - p.last_seen < self._settings.hidden_s
        )

    # -- coming and going ----------------------------------------------------------------------------

    def _born(self, state: FloorTracksState, x: Track, changes: Changes) -> bool:
        s = self._settings
        if self._gates.outside_m((x.motion.x, x.motion.y)) > 0.0:
            return False
        gate = came_by(self._gates, state, x, s)
        if gate is None and not self._believed_inside(state, x):
            return False
        number, state.next_track = state.next_track, state.next_track + 1
        x.number, x.belief = number, {number: 1.0}
        x.together = x.in_turns = 0
        state.people.append(x)
        m = x.motion
        unexplained = gate is None and self._gates.let_in
        changes.started.append(TrackStarted(number, state.t, (m.x, m.y), gate, unexplained))
        if gate is not None:
            note_arrival(state, gate, number, x.first_t, s)
        else:
            x.explained = False
            self._linking.note_doubt(state, x)
        if unexplained:
            text = said(
                "Person {number} appeared at ({x}, {y}), where there is no gate",
                number=number,
                x=f"{m.x:.1f}",
                y=f"{m.y:.1f}",
            )
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
            if on_floor and p.leaving is None and state.t - p.last_seen < s.leave_signal_s:
                p.outside_s = 0.0
                kept.append(p)
                continue
            gate = self._beyond(p, dt, on_floor=on_floor) or self._left_by(state, p, dt)
            if gate is not None:
                changes.ended.append(TrackEnded(p.number, state.t, gate))
            elif state.t - p.last_seen > (s.give_up_s if p.explained else s.give_up_unexplained_s):
                changes.ended.append(TrackEnded(p.number, state.t, None))
                text = said(
                    "Person {number} has not been seen for {seconds} s and was given up",
                    number=p.number,
                    seconds=f"{state.t - p.last_seen:.0f}",
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
        if p.leaving is not None and unseen < s.leave_signal_s and self._stayed(state.t, p, p.leaving):
            p.leaving = None
        if unseen < s.leave_signal_s:
            return None
        (x, y), (u, v) = _stood(p), p.last_uv
        gate = (
            p.leaving or self._gates.way_out((x, y), 0.2) or self._gates.way_out((x + u / 2, y + v / 2), 0.0)
        )
        if gate is None:
            return None
        if p.leaving is not None:
            p.unseen_s += dt
            # The signal may have been about somebody else: who was seen away from the gate has to get there,
            # also from beside it who stands there still, at the shelf by the door.
            near = 0.0 if p.leaving_beside and not self._outward(p) else s.exit_at_m
            way = max(0.0, self._gates.distance(p.leaving, (x, y)) - near)
            limit = s.leave_signal_s + way / s.leave_walk_ms
            return gate if max(unseen, p.unseen_s) >= limit else None
        if self._watched(state, p):
            p.unseen_s += dt
        walked_out = self._outward(p) and not self._covered(state, p)
        limit = s.leave_s if walked_out else s.leave_standing_s
        return gate if p.unseen_s >= limit else None

    def _stayed(self, t: float, p: Track, gate: str) -> bool:
        """Whether who is seen was not the one whom the gate let out: they are far from it still."""
        s = self._settings
        since = t - p.leaving_t
        if since > s.exit_lasts_s:
            return True
        far = p.leaving_near and since > s.exit_passed_s
        return far and self._gates.distance(gate, p.last_xy) > s.exit_at_m

    def _outward(self, p: Track) -> bool:
        (x, y), (u, v) = _stood(p), p.last_uv
        walking = u * u + v * v >= self._settings.outward_ms**2
        return self._gates.outside_m((x, y)) > 0.0 or (
            walking and self._gates.outside_m((x + u, y + v)) > 0.0
        )

    def _covered(self, state: FloorTracksState, p: Track) -> bool:
        """Somebody who is seen stands close, and may hide them."""
        x, y = _stood(p)
        return any(
            q is not p and q.last_seen > p.last_seen and (q.motion.x - x) ** 2 + (q.motion.y - y) ** 2 < 1.0
            for q in state.people
        )

    def _watched(self, state: FloorTracksState, p: Track) -> bool:
        """True where a working camera would see them, or where none ever could."""
        views = [c for c, view in self._views.items() if view.shows([_stood(p)])[0]]
        views += [sensor for sensor in p.seen_by if sensor not in self._views]  # 3D sensors
        if not views:
            return True
        return any(state.t - state.frames.get(c, -1e9) <= self._settings.live_s for c in views)


def _apart2(a: Track, b: Track) -> float:
    return (a.motion.x - b.motion.x) ** 2 + (a.motion.y - b.motion.y) ** 2


def _stood(p: Track) -> tuple[float, float]:
    """Where they were surely seen last: a single box after a gap may be anything, and anywhere."""
    return p.steady_xy or p.last_xy
