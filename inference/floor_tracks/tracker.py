"""Detections of all cameras, one after another, to people on the floor.

No camera owns an identity: every frame updates the same people, as it arrives, with the covariance that its
camera has at that place.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from inference.floor_tracks.appearance import gather
from inference.floor_tracks.association import best_pairs, pairs_of
from inference.floor_tracks.camera_errors import feet_found, learn_feet, learn_turn_anew
from inference.floor_tracks.camera_knowledge import (
    CameraClock,
    CameraShift,
    FootBias,
    bias_of,
    clock_of,
    lates_of,
    learned_of,
    off_of,
    shares_of,
    shift_of,
)
from inference.floor_tracks.changes import Changes
from inference.floor_tracks.gates import Gates, note_entry, note_exit
from inference.floor_tracks.hands import hands_of
from inference.floor_tracks.identity import (
    follow_encounters,
    in_doubt,
    settle_encounters,
    weigh_appearance,
)
from inference.floor_tracks.lifecycle import Lifecycle
from inference.floor_tracks.linking import explain, join, part
from inference.floor_tracks.measurement import Measurer
from inference.floor_tracks.nearness import Close, close_pairs
from inference.floor_tracks.people import advance, newcomer, seen_at, with_common_error
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.sightings import Sighting, from_skeletons
from inference.floor_tracks.state import CameraErrors, FloorTracksState, Track
from inference.floor_tracks.telling import everybody
from inference.floor_tracks.tentative import compare_with_elders, count_chances
from inference.floor_tracks.views import CameraOff, View
from inference.floor_tracks.whereabouts import Whereabouts
from inference.messages import (
    Alarm,
    Detections,
    FloorUpdate,
    GateSignal,
    Hand,
    Outage,
    Skeletons,
    Tick,
)
from inference.messages.said import said
from store_layout.floor_plan import FloorPlan
from store_layout.model import StoreLayout


class FloorTracker:
    """Follows everybody from gate to gate. Pure: the same observations give the same updates."""

    def __init__(self, layout: StoreLayout, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.state = FloorTracksState()
        self._plan = FloorPlan(layout)
        self._gates = Gates(layout)
        self._measurer = Measurer(layout, self.settings)
        self._places = Whereabouts(layout, self._plan, self.settings)
        self._lifecycle = Lifecycle(self._gates, self._plan, self._measurer, self._places, self.settings)
        self._known_of: CameraErrors | None = None
        self._offs: dict[str, CameraOff] = {}
        self._lates: dict[str, float] = {}
        self._shares: dict[str, float] = {}

    def observe(self, seen: Detections | Skeletons | GateSignal | Outage | Tick) -> FloorUpdate | None:
        """Take one observation. A frame always gives an update; the rest only when somebody came or went."""
        state = self.state
        if state.started_at is None:
            state.started_at = state.t = seen.t
        match seen:
            case Detections():
                if self._too_late(seen.t):
                    return self._update({}, Changes())
                view = self._measurer.view(seen.camera, seen.width, seen.height)
                off = self._off(seen.camera)
                sightings = self._measurer.sightings(seen, off)
                return self._frame(seen.camera, seen.t - off.late_s, sightings, view)
            case Skeletons():
                if self._too_late(seen.t):
                    return self._update({}, Changes())
                return self._frame(seen.sensor, seen.t, from_skeletons(seen.items, self.settings))
            case GateSignal():
                return self._signal(seen)
            case Outage(kind="camera"):
                self._lost(seen.device)
        return self._passed(seen.t)

    # -- frames --------------------------------------------------------------------------------------

    def _too_late(self, t: float) -> bool:
        return t < self.state.t - self.settings.late_s

    def _frame(
        self, sensor: str, t: float, sightings: list[Sighting], view: View | None = None
    ) -> FloorUpdate:
        state, s = self.state, self.settings
        dt = self._advance(t)
        late = state.t - t
        before = state.frames.get(sensor, t)
        state.frames[sensor] = max(t, before)
        if view is not None:
            self._look(sensor, view, min(t - before, s.live_s))
        tracks = state.people + state.tentative
        known = len(state.people)
        common = [with_common_error(track, s, self._shares) for track in tracks]
        if view is not None:
            shown = view.shows([(at.x, at.y) for at in common])
        else:  # a 3D sensor's field of view is not known: it shows whom it has shown
            shown = [sensor in track.seen_by for track in tracks]
        pairs = pairs_of(
            tracks,
            common,
            shown,
            sightings,
            sensor=sensor,
            known=known,
            late=late,
            blocked=self._plan.blocked_many,
            s=s,
        )
        matched = best_pairs({key: pair.gain for key, pair in pairs.items()})
        found = {i for i, _ in matched}
        count_chances(tracks, shown, found, known, s)
        seen = [(tracks[i], sightings[j]) for i, j in matched if i < known]
        doubtful = in_doubt(state.encounters)
        if view is not None and s.learn_camera_errors:
            self._learn(sensor, t, seen, doubtful)
        for track in tracks:
            last = track.seen_by.get(sensor)
            if last is not None:
                last.item = -1
        learned = []
        for i, j in matched:
            track, sighting, pair = tracks[i], sightings[j], pairs[i, j]
            surely = i >= known or track.number not in doubtful
            if surely:
                learned.append((track, sighting.appearance))
            likeness = pair.likeness if surely else None
            seen_at(track, pair.fix, sighting, sensor, t, likeness=likeness, s=s)
        gather(learned, s)
        close = close_pairs(tracks, max(s.meet_m, 2.0 * s.near_person_m))
        compare_with_elders(tracks, close, shown, found, known=known, s=s)
        self._notice(sensor, t, sightings, {j for _, j in matched})
        changes = Changes()
        if view is not None:
            self._tell_of_turned(sensor, changes)
            if abs(state.t - state.camera_errors.told_t) >= s.tell_s:
                state.camera_errors.told_t = state.t
                changes.cameras = learned_of(state.camera_errors, s)
        self._encounters(seen, close)
        hands = self._hands(sensor, t, seen)
        self._lifecycle.settle(state, dt, changes)
        return self._update(hands, changes)

    def _learn(
        self, camera: str, t: float, seen: Sequence[tuple[Track, Sighting]], doubtful: Collection[int]
    ) -> None:
        """What this frame says of what its camera is off."""
        s = self.settings
        found = (feet_found(p, sighting, camera, t, s) for p, sighting in seen if p.number not in doubtful)
        if feet := [each for each in found if each is not None]:
            learn_feet(self.state.camera_errors, camera, t, feet, s)
            self._known_of = None

    def _advance(self, t: float) -> float:
        """Bring everybody to time ``t`` (never back); returns the seconds that passed."""
        state = self.state
        dt = t - state.t
        if dt <= 0.0:
            return 0.0
        state.t = t
        for track in state.people:
            advance(track, t, self._places, self.settings)
        for track in state.tentative:
            advance(track, t, self._places, self.settings)
        return min(dt, self.settings.live_s)

    def _look(self, sensor: str, view: View, dt: float) -> None:
        """Whoever is hidden is not where this camera would see them."""
        state, s = self.state, self.settings
        hidden = [p for p in state.people if p.cells is not None]
        if hidden:
            seen = [p for p in state.people if state.t - p.last_seen <= s.hidden_s]
            self._places.looked(sensor, view, dt, hidden, seen)

    def _notice(self, sensor: str, t: float, sightings: list[Sighting], used: set[int]) -> None:
        """Sightings that are nobody's may be somebody new."""
        state, s = self.state, self.settings
        for j, sighting in enumerate(sightings):
            if j in used or sighting.score < s.birth_score:
                continue
            fix = sighting.first
            unsure = fix.xx + fix.yy > 2.0 * s.direct_sd_m**2
            if unsure or self._gates.outside_m((fix.x, fix.y)) > s.outside_m:
                continue
            x = newcomer(state.next_tentative, sighting, sensor, t, s)
            state.next_tentative += 1
            advance(x, state.t, self._places, s)
            state.tentative.append(x)

    def _encounters(self, seen: Sequence[tuple[Track, Sighting]], close: Sequence[Close]) -> None:
        state, s = self.state, self.settings
        follow_encounters(state.encounters, state.people, close, state.t, s)
        if state.encounters:
            weigh_appearance(state.encounters, {p.number: found.appearance for p, found in seen}, s)
            people = {p.number: p for p in state.people}
            state.encounters = settle_encounters(state.encounters, people, state.t, s)

    def _hands(
        self, sensor: str, t: float, seen: Sequence[tuple[Track, Sighting]]
    ) -> dict[int, tuple[Hand, ...]]:
        """By track number, asked for after numbers were put right."""
        found = {}
        for track, sighting in seen:
            if sighting.wrists or sighting.skeleton is not None:
                m = track.motion
                found[track.number] = hands_of(sighting, sensor, t, (m.x, m.y), self.settings)
        return found

    # -- what an operator says ---------------------------------------------------------------------------

    def same(self, kept: int, other: int, t: float) -> FloorUpdate:
        """Two that were followed are one person: whoever was seen last says where they are."""
        self._advance(t)
        join(self.state, kept, other)
        return self._update({}, Changes())

    def another(self, track: int, t: float) -> FloorUpdate:
        """Whoever is followed under this number is somebody else, from now on under a number of their own."""
        self._advance(t)
        changes = Changes()
        part(self.state, track, changes, self.settings)
        return self._update({}, changes)

    def known(self, track: int, t: float) -> FloorUpdate:
        """An operator knows this person, whom no gate explains: they stay as long as anybody."""
        self._advance(t)
        explain(self.state, track)
        return self._update({}, Changes())

    # -- what cameras are off ------------------------------------------------------------------------

    def _off(self, camera: str) -> CameraOff:
        """What to take from what a camera sees; worked out again only when something was learned."""
        errors = self.state.camera_errors
        if self._known_of is not errors:
            self._known_of, self._offs = errors, {}
            self._lates = lates_of(errors, self.settings)
            self._shares = shares_of(errors, self.settings)
        off = self._offs.get(camera)
        if off is None:
            off = self._offs[camera] = off_of(errors, camera, self.settings, self._lates)
        return off

    def _tell_of_turned(self, camera: str, changes: Changes) -> None:
        """Once, that a camera does not look where its calibration says."""
        state, s = self.state, self.settings
        told, shift = state.camera_errors.turned, self.shift(camera)
        if camera in told:
            if shift.angle_deg < s.turned_deg / 2:
                told.remove(camera)
                self._known_of = None
        elif shift.surely and shift.angle_deg > s.turned_deg:
            told.append(camera)
            learn_turn_anew(state.camera_errors, camera, s)
            self._known_of = None
            changes.alarms.append(
                Alarm(
                    state.t,
                    "camera_turned",
                    camera,
                    said(
                        "Camera {camera} is turned by some {angle_deg} degrees from its calibration. "
                        "Calibrate it again; until then it counts less",
                        camera=camera,
                        angle_deg=f"{shift.angle_deg:.1f}",
                    ),
                )
            )

    def foot_bias(self, camera: str, *, points: bool = False) -> FootBias:
        """How far this camera's feet are off on the average: its boxes', or its foot key points'."""
        return bias_of(self.state.camera_errors, camera, points=points, s=self.settings)

    def clock(self, camera: str) -> CameraClock:
        """How late this camera's frames are stamped, against the mean of all cameras."""
        return clock_of(self.state.camera_errors, camera, self.settings)

    def shift(self, camera: str) -> CameraShift:
        """How far off this camera is against the others, before anything is taken from it."""
        return shift_of(self.state.camera_errors, camera, self.settings)

    # -- everything else -----------------------------------------------------------------------------

    def _signal(self, signal: GateSignal) -> FloorUpdate | None:
        changes = Changes()
        dt = self._advance(signal.t)
        if signal.kind == "entry":
            note_entry(self.state, signal, self.settings)
        else:
            changes.alarms += note_exit(self._gates, self.state.people, signal, self.settings)
        self._lifecycle.settle(self.state, dt, changes)
        return self._update({}, changes) if changes else None

    def _lost(self, camera: str) -> None:
        """A silent camera sees nobody."""
        for person in self.state.people:
            if camera in person.seen_by:
                person.seen_by[camera].item = -1

    def _passed(self, t: float) -> FloorUpdate | None:
        changes = Changes()
        dt = self._advance(t)
        self._lifecycle.settle(self.state, dt, changes)
        return self._update({}, changes) if changes else None

    # -- what is told --------------------------------------------------------------------------------

    def _update(self, hands: dict[int, tuple[Hand, ...]], changes: Changes) -> FloorUpdate:
        state, s = self.state, self.settings
        return FloorUpdate(
            state.t,
            everybody(state, hands, self._shares, s),
            tuple(changes.started),
            tuple(changes.ended),
            tuple(changes.alarms),
            changes.cameras,
            tuple(changes.joined),
        )
