"""A plain tracker to compare with: a Kalman filter with constant velocity for everybody, nearest neighbour.

What anybody would write first, and not badly: the middle of a box's bottom on the floor, with the covariance
that the camera's geometry gives it; all pairs of a frame assigned at once (Hungarian) by Mahalanobis distance
inside a gate; born after some hits, anywhere; dead after some seconds unseen. Nothing else: no appearance,
no gates of the store, no heads, no walls, no memory of who is hidden.

Its numbers were chosen by a search (``python -m tests.support.floor_study.tune``) over simulated sessions
with seeds that no report uses, and over the very recordings of ``cmc1`` and ``pets09`` that are reported: in
its favour.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from inference.messages import (
    Detection,
    Detections,
    FloorUpdate,
    GateSignal,
    Outage,
    Person,
    Skeletons,
    Tick,
    TrackEnded,
    TrackStarted,
)
from store_layout.camera_geometry import CameraModel, camera_model
from store_layout.model import StoreLayout

Floats = NDArray[np.float64]

EDGE_PX = 2.0
"""A box that ends this close to the picture's lower edge shows no feet."""
NEVER = 1e6
SEEING_POSITION = np.eye(2, 4)


class PlainSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Metres, seconds; shares are of a box's height in pixels."""

    foot_share: float = 0.15
    """Standard deviation of the foot point in the picture."""
    least_sd_m: float = 0.05
    """No foot point is placed better than this."""
    acceleration_sd: float = 0.7
    """White noise, m/s2 over a second."""
    speed_sd: float = 0.8
    """Of somebody new, m/s."""
    gate_d2: float = 6.0
    """Squared Mahalanobis distance (chi2, 2 dof: 0.95)."""
    min_score: float = 0.4
    birth_hits: int = 12
    tentative_s: float = 0.3
    """Somebody new who is not seen for longer was none."""
    dead_s: float = 1.0
    """Somebody not seen for longer is gone."""
    apart_m: float = 0.6
    """A foot point this close to somebody starts nobody: several cameras see the same people, each a little
    elsewhere."""
    outside_m: float = 0.3
    """Foot points farther outside of the floor are left out."""


@dataclass(eq=False)
class _Track:
    number: int
    state: Floats
    """x, y, vx, vy."""
    covariance: Floats
    last_seen: float
    hits: int = 1
    born: bool = False
    seen_in: dict[str, tuple[float, int]] = field(default_factory=dict)


class PlainTracker:
    """Takes what ``FloorTracker`` takes, and says what it says."""

    def __init__(self, layout: StoreLayout, settings: PlainSettings | None = None) -> None:
        self.settings = settings or PlainSettings()
        self._cameras = layout.cameras
        self._models: dict[tuple[str, int, int], CameraModel] = {}
        zones = [shapely.Polygon(gate.outline) for gate in layout.file.gate]
        floor = shapely.union_all([shapely.Polygon(layout.file.floor.outline), *zones])
        self._floor = floor.buffer(self.settings.outside_m)
        shapely.prepare(self._floor)
        self._tracks: list[_Track] = []
        self._t = -np.inf
        self._next = 1

    def observe(self, seen: Detections | Skeletons | GateSignal | Outage | Tick) -> FloorUpdate | None:
        """Take one observation; only cameras' frames mean anything."""
        if not isinstance(seen, Detections):
            return None
        self._advance(seen.t)
        places, spreads, items = self._feet(seen)
        used = self._match(seen, places, spreads, items)
        started = []
        for track in self._tracks:
            if not track.born and track.hits >= self.settings.birth_hits:
                track.number, track.born, self._next = self._next, True, self._next + 1
                started.append(TrackStarted(track.number, self._t, _place(track), None))
        for i in sorted(set(range(len(items))) - used):
            if any(
                np.hypot(*(track.state[:2] - places[i])) < self.settings.apart_m for track in self._tracks
            ):
                continue
            state = np.array([*places[i], 0.0, 0.0])
            speed = self.settings.speed_sd**2 * np.eye(2)
            covariance = np.block([[spreads[i], np.zeros((2, 2))], [np.zeros((2, 2)), speed]])
            self._tracks.append(_Track(0, state, covariance, self._t))
        ended = self._bury()
        return FloorUpdate(self._t, tuple(map(self._person, self._born())), tuple(started), tuple(ended))

    def _born(self) -> list[_Track]:
        return [track for track in self._tracks if track.born]

    # -- a frame -------------------------------------------------------------------------------------

    def _advance(self, t: float) -> None:
        """Constant velocity with white noise acceleration; a late frame counts as of now."""
        dt = t - self._t
        if dt <= 0.0:
            return
        self._t = t
        if not self._tracks:
            return
        move = np.eye(4)
        move[0, 2] = move[1, 3] = dt
        blur = self.settings.acceleration_sd**2 * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
        noise = np.kron(blur, np.eye(2))
        for track in self._tracks:
            track.state = move @ track.state
            track.covariance = move @ track.covariance @ move.T + noise

    def _feet(self, seen: Detections) -> tuple[Floats, Floats, list[int]]:
        """Foot points ``[N, 2]`` (m) on the floor, their covariances ``[N, 2, 2]``, and whose they are."""
        s = self.settings
        model = self._model(seen)
        wanted = [
            i
            for i, item in enumerate(seen.items)
            if item.score >= s.min_score and item.box[3] < seen.height - EDGE_PX
        ]
        if model is None or not wanted:
            return np.zeros((0, 2)), np.zeros((0, 2, 2)), []
        pixels = np.array([_foot(seen.items[i]) for i in wanted])
        tall = np.array([seen.items[i].box[3] - seen.items[i].box[1] for i in wanted])
        places, valid = model.to_floor(pixels)
        spreads = model.floor_covariances(pixels, s.foot_share * tall + 1.0)
        valid &= np.isfinite(spreads).all(axis=(1, 2))
        valid[valid] &= shapely.contains_xy(self._floor, places[valid])
        spreads = spreads + s.least_sd_m**2 * np.eye(2)
        return places[valid], spreads[valid], [i for i, good in zip(wanted, valid, strict=True) if good]

    def _model(self, seen: Detections) -> CameraModel | None:
        key = (seen.camera, seen.width, seen.height)
        if key not in self._models and seen.camera in self._cameras:
            model = camera_model(self._cameras[seen.camera])
            self._models[key] = model.scaled(seen.width, seen.height)
        return self._models.get(key)

    def _match(self, seen: Detections, places: Floats, spreads: Floats, items: list[int]) -> set[int]:
        """Update everybody by the foot point that is theirs; returns which points were used.

        Those already born choose first.
        """
        used: set[int] = set()
        for tracks in (self._born(), [track for track in self._tracks if not track.born]):
            free = [i for i in range(len(items)) if i not in used]
            if not tracks or not free:
                continue
            off = places[free][None] - np.array([track.state[:2] for track in tracks])[:, None]
            spread = spreads[free][None] + np.array([track.covariance[:2, :2] for track in tracks])[:, None]
            d2 = np.einsum("tni,tnij,tnj->tn", off, np.linalg.inv(spread), off)
            cost = np.where(d2 < self.settings.gate_d2, d2, NEVER)
            for r, c in zip(*(side.tolist() for side in linear_sum_assignment(cost)), strict=True):
                if cost[r, c] < NEVER:
                    self._update(tracks[r], off[r, c], spread[r, c], seen.camera, items[free[c]])
                    used.add(free[c])
        return used

    def _update(self, track: _Track, off: Floats, spread: Floats, camera: str, item: int) -> None:
        gain = track.covariance[:, :2] @ np.linalg.inv(spread)
        track.state = track.state + gain @ off
        covariance = (np.eye(4) - gain @ SEEING_POSITION) @ track.covariance
        track.covariance = (covariance + covariance.T) / 2
        track.last_seen, track.hits = self._t, track.hits + 1
        track.seen_in[camera] = (self._t, item)

    def _bury(self) -> list[TrackEnded]:
        s = self.settings
        gone = [
            track
            for track in self._tracks
            if self._t - track.last_seen > (s.dead_s if track.born else s.tentative_s)
        ]
        self._tracks = [track for track in self._tracks if track not in gone]
        return [TrackEnded(track.number, self._t, None) for track in gone if track.born]

    # -- what is told --------------------------------------------------------------------------------

    def _person(self, track: _Track) -> Person:
        xx, xy, yy = (float(track.covariance[i, j]) for i, j in ((0, 0), (0, 1), (1, 1)))
        return Person(
            track=track.number,
            t=self._t,
            position=_place(track),
            covariance=(xx, xy, yy),
            velocity=(float(track.state[2]), float(track.state[3])),
            height_m=1.7,
            identity=1.0,
            hidden=self._t - track.last_seen > 1.0,
            last_seen=track.last_seen,
            seen_in=tuple((camera, item) for camera, (t, item) in track.seen_in.items() if t == self._t),
        )


def _place(track: _Track) -> tuple[float, float]:
    return (float(track.state[0]), float(track.state[1]))


def _foot(item: Detection) -> tuple[float, float]:
    x1, _, x2, y2 = item.box
    return ((x1 + x2) / 2, y2)
