"""What happens to one track: time passes, a sighting updates it, its covariance is reported."""

from __future__ import annotations

from collections.abc import Mapping

from inference.floor_tracks.appearance import mean_appearance
from inference.floor_tracks.kalman import Fix, at_rest, predict, update
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.sightings import Sighting, feet_show, stature
from inference.floor_tracks.state import Repeats, SeenBy, Track
from inference.floor_tracks.whereabouts import Whereabouts

NOTHING_LEARNED: Mapping[str, float] = {}


def newcomer(number: int, sighting: Sighting, sensor: str, t: float, s: Settings) -> Track:
    """A tentative track from one sighting."""
    fix = sighting.first
    appearance, looks = mean_appearance(None, sighting.appearance, 0, s)
    track = Track(
        number=number,
        motion=at_rest(fix, s.speed_sd_ms),
        t=t,
        first_t=t,
        first_xy=(fix.x, fix.y),
        last_seen=t,
        last_xy=(fix.x, fix.y),
        last_uv=(0.0, 0.0),
        height_m=s.height_m,
        height_var=s.height_sd_m**2,
        appearance=appearance,
        looks=looks,
    )
    track.seen_by[sensor] = SeenBy(t, sighting.index, fix.xx, fix.xy, fix.yy)
    _learn_height(track, sighting, s)
    return track


def advance(track: Track, t: float, places: Whereabouts, s: Settings) -> None:
    """Let time pass. Somebody hidden spreads out over the floor."""
    dt = t - track.t
    if dt <= 0.0:
        return
    if t - track.last_seen <= s.hidden_s:
        track.motion = predict(track.motion, dt, s.speed_sd_ms, s.velocity_memory_s)
    else:
        places.spread(track, t)
    track.t = t


def seen_at(
    track: Track,
    fix: Fix,
    sighting: Sighting,
    sensor: str,
    t: float,
    *,
    likeness: float | None,
    s: Settings,
) -> None:
    """Update a track by its sighting. What they look like is gathered by ``appearance``.

    ``likeness``: how alike the two look (a cosine); None where that is not known, or not surely theirs.
    """
    track.motion = m = update(track.motion, fix)
    track.cells = None
    steady = t - track.last_seen < s.steady_s
    before = track.last_xy
    track.last_seen = max(track.last_seen, t)
    track.last_xy, track.repeats = (m.x, m.y), None
    track.hits += 1
    if steady:  # a single box after a gap may be anything: it takes two to call somebody back from the door
        track.unseen_s, track.last_uv, track.steady_xy = 0.0, (m.u, m.v), None
    elif track.steady_xy is None:
        track.steady_xy = before
    fx, fy = track.first_xy
    track.walked_m = max(track.walked_m, ((m.x - fx) ** 2 + (m.y - fy) ** 2) ** 0.5)
    track.seen_by[sensor] = SeenBy(t, sighting.index, fix.xx, fix.xy, fix.yy)
    _learn_height(track, sighting, s)
    if likeness is not None:
        track.likeness += (likeness - track.likeness) / min(track.looks + 1, s.appearance_memory)


def _learn_height(track: Track, sighting: Sighting, s: Settings) -> None:
    """Height from the head's line of sight over the feet, as a running mean (scalar Kalman)."""
    tall, sd = sighting.height_m, s.height_frame_sd_m
    if tall is None and feet_show(sighting, stature(track.height_m, track.height_var**0.5, s)):
        tall = sighting.implied_m
    if tall is None or not s.shortest_m < tall < s.tallest_m:
        return
    gain = track.height_var / (track.height_var + sd * sd)
    track.height_m += gain * (tall - track.height_m)
    track.height_var = max(s.height_known_sd_m**2, (1.0 - gain) * track.height_var)


def with_common_error(track: Track, s: Settings, shares: Mapping[str, float] = NOTHING_LEARNED) -> Fix:
    """Place and covariance: the filter's, and what no number of frames averages away.

    Calibration and posture err alike in neighbouring frames of one camera. That share of a sighting's
    covariance is divided only by the number of cameras (as information), never by the number of frames.
    ``shares``: of each camera's variance that is seen in how far it lies from others (see ``camera_errors``).
    """
    m, more = track.motion, track.repeats
    if more is None:
        more = track.repeats = _repeats(track, shares, s)
    return Fix(m.x, m.y, m.xx + more.xx, m.xy + more.xy, m.yy + more.yy)


def _repeats(track: Track, shares: Mapping[str, float], s: Settings) -> Repeats:
    a = b = c = told = 0.0
    for camera, seen in track.seen_by.items():
        if track.last_seen - seen.t <= s.common_for_s:
            det = seen.xx * seen.yy - seen.xy * seen.xy
            of_x, of_y = seen.yy / det, seen.xx / det
            a, b, c = a + of_x, b - seen.xy / det, c + of_y
            told += (of_x + of_y) * shares.get(camera, 1.0)
    det = a * c - b * b
    if det <= 0.0:
        return Repeats(0.0, 0.0, 0.0, 1.0)
    k, p = s.common_share / det, s.posture_sd_m**2
    return Repeats(k * c + p, -k * b, k * a + p, told / (a + c))


def as_told(track: Track, at: Fix, s: Settings) -> tuple[float, float, float]:
    """The covariance ``(xx, xy, yy)`` that is told: what its cameras' differences show that they deserve.

    The filter takes each frame for worse than it is, since its error repeats in the next; detectors differ.
    Posture misleads all cameras alike and stays as it is. Who has not been seen for a moment has moved: that
    is as unsure as the filter says.
    """
    more = track.repeats
    if more is None or more.share == 1.0 or track.cells is not None:
        return (at.xx, at.xy, at.yy)
    unseen = (track.t - track.last_seen) / s.hidden_s
    share = more.share + (1.0 - more.share) * min(1.0, max(0.0, unseen))
    p = s.posture_sd_m**2
    return (share * (at.xx - p) + p, share * at.xy, share * (at.yy - p) + p)
