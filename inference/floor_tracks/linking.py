"""Who is seen again is who was hidden: found by the tracker at once or later, or said by an operator."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log

import msgspec
import shapely

from inference.floor_tracks.appearance import cosine, strangeness
from inference.floor_tracks.association import best_assignment
from inference.floor_tracks.changes import Changes
from inference.floor_tracks.gates import Gates, birth_density, came_by
from inference.floor_tracks.identity import mixed
from inference.floor_tracks.kalman import distance2
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.state import FloorTracksState, Track
from inference.floor_tracks.whereabouts import Whereabouts
from inference.messages import Appearance, TrackJoined, TrackStarted
from store_layout.floor_plan import FloorPlan

NEVER = -100.0


class Linking:
    """Gives people who come out of hiding their numbers back."""

    def __init__(self, gates: Gates, plan: FloorPlan, places: Whereabouts, settings: Settings) -> None:
        self._gates, self._plan, self._places, self._settings = gates, plan, places, settings
        self._anywhere = 1.0 / max(float(shapely.area(plan.walkable)), 1.0)

    def come_back(self, state: FloorTracksState, ready: Sequence[Track], changes: Changes) -> list[int]:
        """Tentative people who are hidden ones come back, decided for all together."""
        s = self._settings
        hidden = [p for p in state.people if state.t - p.last_seen > s.tentative_unseen_s / 2]
        gains = [[self._gain(state, x, p) for p in hidden] for x in ready]
        gone: list[int] = []
        merged: set[int] = set()
        for row, column in best_assignment(gains):
            x, back = ready[row], hidden[column]
            if back.number in merged:
                continue  # somebody else's by now; this one is looked at again with the next frame
            same = self._same_body(state, x, back)
            self._come_back(x, hidden, [exp(min(50.0, g)) for g in gains[row]], column)
            gone.append(x.number)
            for u in same:
                merged.add(u.number)
                join(state, back.number, u.number)
                changes.joined.append(TrackJoined(back.number, u.number, state.t))
        return gone

    def _gain(self, state: FloorTracksState, x: Track, p: Track) -> float:
        """Log likelihood that ``x`` is the hidden person ``p``, against a newcomer."""
        return self._gain_of_place(state, x, p) - self._strangeness(x, p)

    def _strangeness(self, x: Track, p: Track) -> float:
        likeness = cosine(x.appearance, p.appearance)
        return 0.0 if likeness is None else strangeness(p, likeness, self._settings)

    def look_alike(self, x: Track, p: Track) -> bool:
        """Whether ``x`` looks rather like ``p`` than like anybody; without looks they may be."""
        return self._strangeness(x, p) <= 0.0

    def _gain_of_place(self, state: FloorTracksState, x: Track, p: Track) -> float:
        """The same by place and height alone."""
        s = self._settings
        if x.first_t < p.last_seen - s.live_s / 2:
            return NEVER  # both were seen at once
        m, n = p.motion, x.motion
        away = ((n.x - p.last_xy[0]) ** 2 + (n.y - p.last_xy[1]) ** 2) ** 0.5
        elapsed = max(0.0, x.t - p.last_seen)
        if away > 1.0 + s.fastest_ms * elapsed:
            return NEVER
        density = self._places.density(p, n)
        if density is None:
            xx, xy, yy = m.xx + n.xx + 0.01, m.xy + n.xy, m.yy + n.yy + 0.01
            density = exp(distance2(n.x - m.x, n.y - m.y, xx, xy, yy)[1])
        anywhere = 1.0 - exp(-elapsed / s.anywhere_s)
        gain = log((1.0 - anywhere) * density + anywhere * self._anywhere + 1e-30)
        gain -= log(birth_density(state, came_by(self._gates, state, x, s), x, s))
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

    # -- people whom no gate explains ----------------------------------------------------------------

    def note_doubt(self, state: FloorTracksState, x: Track) -> None:
        """Somebody appears whom no gate explains: they may be one of those who are hidden after all.

        How well the place would fit is remembered, since only looks can tell them apart later. Who is hidden
        stays themselves.
        """
        s = self._settings
        hidden = [p for p in state.people if p is not x and state.t - p.last_seen > s.hidden_s]
        fits = {p.number: (p, gain) for p in hidden if (gain := self._gain_of_place(state, x, p)) > NEVER}
        x.lost = {number: gain for number, (_, gain) in fits.items()}
        weights = {n: exp(min(0.0, gain - self._strangeness(x, p))) for n, (p, gain) in fits.items()}
        total = 1.0 + sum(weights.values())
        shares = {x.number: 1.0 / total, **{n: w / total for n, w in weights.items()}}
        x.belief = {n: q for n, q in shares.items() if q >= s.doubt_kept}

    def _same_body(self, state: FloorTracksState, x: Track, back: Track) -> list[Track]:
        """Unexplained people who vanished where ``back`` is now seen as ``x``, never beside them: one body.

        What they look like does not count: it did not keep ``back`` from being known by theirs.
        """
        s = self._settings
        return [
            u
            for u in state.people
            if u is not back
            and back.number in u.lost
            and not u.explained
            and -s.live_s / 2 <= x.first_t - u.last_seen <= s.live_s
            and self._gain_of_place(state, x, u) >= s.explained_gain
        ]

    def explained(self, state: FloorTracksState) -> list[TrackJoined]:
        """Unexplained people who by now surely look like somebody who is still hidden: they are them."""
        s = self._settings
        found = []
        for x in [p for p in state.people if p.lost]:
            people = {p.number: p for p in state.people}
            still = {
                n: gain
                for n, gain in x.lost.items()
                if n in people and people[n].last_seen <= x.first_t + s.live_s / 2
            }
            x.lost = still
            if x.explained or x.looks < s.stranger_looks or not still:
                continue
            gain, number = max((gain - self._strangeness(x, people[n]), n) for n, gain in still.items())
            if gain >= s.explained_gain:
                join(state, number, x.number)
                found.append(TrackJoined(number, x.number, state.t))
        return found


def explain(state: FloorTracksState, number: int) -> None:
    """An operator knows who this is, though no gate explains them. Unknown numbers are passed over."""
    for p in state.people:
        if p.number == number:
            p.explained, p.lost, p.belief = True, {}, {number: 1.0}


def join(state: FloorTracksState, kept: int, other: int) -> None:
    """Two people who are followed are one; unknown numbers are passed over."""
    people = {p.number: p for p in state.people}
    if kept not in people or other not in people or kept == other:
        return
    a, b = people[kept], people[other]
    if b.last_seen > a.last_seen:
        take_over(a, b)
    a.belief, a.explained = {kept: 1.0}, a.explained or b.explained
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
    known.repeats = None
    known.leaving = None
    state.people.append(seen)
    state.encounters = [e for e in state.encounters if number not in (e.a, e.b)]
    changes.started.append(TrackStarted(new, state.t, (m.x, m.y), None))


def take_over(back: Track, x: Track) -> None:
    """A hidden person is seen again as ``x``."""
    back.motion, back.t = x.motion, x.t
    back.last_seen, back.last_xy, back.last_uv = x.last_seen, x.last_xy, x.last_uv
    back.seen_by, back.hits, back.unseen_s = x.seen_by, back.hits + x.hits, 0.0
    back.repeats = None
    back.leaving, back.cells, back.steady_xy = None, None, None
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
