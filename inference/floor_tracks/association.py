"""Which detection of a frame is whom: one joint assignment of all to all."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from math import exp, log

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from inference.floor_tracks.kalman import Fix, brought_forward, distance2
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.sightings import Sighting, feet_show, located
from inference.floor_tracks.state import Track
from inference.messages import Appearance

Blocked = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.bool_]]
"""Which straight ways, from ``(N, 2)`` to ``(N, 2)``, lead through a fixture."""
NEVER = -1e6


class Pair:
    """A detection that may be a person: how likely, where it would put them, and how alike they look."""

    __slots__ = ("fix", "gain", "likeness")

    def __init__(self, gain: float, fix: Fix) -> None:
        self.gain, self.fix = gain, fix
        self.likeness: float | None = None
        """Cosine of the two appearances; None where one is not known."""


def best_assignment(gains: Sequence[Sequence[float]] | NDArray[np.float64]) -> list[tuple[int, int]]:
    """Pairs ``(row, column)`` with the largest sum of gains; who would lose by a pair stays alone.

    ``gains`` is rows x columns, log likelihood of the pair against both staying alone.
    """
    matrix = np.maximum(np.asarray(gains, dtype=np.float64), 0.0)
    if matrix.size == 0:
        return []
    rows, columns = linear_sum_assignment(matrix, maximize=True)
    return [(r, c) for r, c in zip(rows.tolist(), columns.tolist(), strict=True) if matrix[r, c] > 0.0]


def pairs_of(
    tracks: Sequence[Track],
    common: Sequence[Fix],
    shown: Sequence[bool],
    sightings: Sequence[Sighting],
    *,
    sensor: str,
    known: int,
    late: float,
    blocked: Blocked,
    s: Settings,
) -> dict[tuple[int, int], Pair]:
    """All pairs within the gate, by ``(index of track, index of sighting)``.

    The first ``known`` tracks are people; the rest are tentative. ``common`` is each track's position with
    its repeating error added, ``shown`` whether the picture has it; ``late`` is how old the frame is against
    the tracks, seconds. The gain is ``log P_D N(z) / ((1 - P_D) clutter)`` plus appearance and walls.
    """
    found: dict[tuple[int, int], Pair] = {}
    unsure = 2.0 * s.direct_sd_m**2
    odds = [
        log(p / ((1.0 - p) * s.clutter_per_m2))
        for p in (s.detection_probability_outside, s.detection_probability_new, s.detection_probability)
    ]
    for i, near in _near(common, sightings):
        track, at = tracks[i], common[i]
        if at.xx + at.yy > unsure or track.t - track.last_seen > s.hidden_s:
            continue  # hidden people come back by re-linking: one stray box must not drag them along
        last = track.seen_by.get(sensor)
        bonus = odds[2] if last is not None and last.item >= 0 else odds[shown[i]]
        if i >= known:
            bonus -= s.tentative_cost
        if track.leaving is not None:
            bonus -= min(s.left_most, s.left_cost + s.left_rate * (track.t - track.leaving_t))
        for j in near:
            pair = _pair(track, at, sightings[j], bonus, late=late, s=s)
            if pair is not None:
                found[i, j] = pair
    if found:
        _judge_appearance(found, tracks, sightings, s)
        _judge_walls(found, tracks, blocked, s)
    return found


def _near(common: Sequence[Fix], sightings: Sequence[Sighting]) -> Iterator[tuple[int, list[int]]]:
    """For each track that has any, the sightings that are near enough to be it."""
    seen = [
        (fix.x, fix.y, 16.0 * (fix.xx + fix.yy) + 1.0, j) for j, fix in enumerate(g.first for g in sightings)
    ]
    if not seen:
        return
    seen.sort()
    lefts = [each[0] for each in seen]
    widest = max(each[2] for each in seen)
    for i, at in enumerate(common):
        ax, ay, own = at.x, at.y, 16.0 * (at.xx + at.yy)
        far = (own + widest) ** 0.5
        first, last = bisect_left(lefts, ax - far), bisect_right(lefts, ax + far)
        if first == last:
            continue
        near = [
            j
            for x, y, reach, j in seen[first:last]
            if (x - ax) * (x - ax) + (y - ay) * (y - ay) <= own + reach
        ]
        if near:
            near.sort()
            yield i, near


def _pair(
    track: Track, at: Fix, sighting: Sighting, bonus: float, *, late: float, s: Settings
) -> Pair | None:
    fix = place_for(track, at, sighting, s)
    if fix is None:
        return None
    if late > 0.0:
        fix = brought_forward(fix, track.motion, late, s.speed_sd_ms)
    d2, density = distance2(fix.x - at.x, fix.y - at.y, at.xx + fix.xx, at.xy + fix.xy, at.yy + fix.yy)
    return Pair(bonus + density, fix) if d2 < s.gate_d2 else None


def place_for(track: Track, at: Fix, sighting: Sighting, s: Settings) -> Fix | None:
    """Where the sighting puts this person, with the height that is known of them.

    A box too short for them either ends where something hides their feet, and the head says where they are,
    or it is all of them, crouching or bent. What the foot point's score and the place ``at`` which they are
    expected make likelier counts: the head of somebody who takes from the lowest shelf, read as if they
    stood, had them glide off into the shelf.
    """
    if sighting.skeleton is not None:
        return sighting.first
    height_sd_m = max(track.height_var**0.5, s.height_known_sd_m)
    fix = located(sighting, track.height_m, height_sd_m, s)
    low = sighting.low_foot
    if low is None and sighting.foot is not None and not feet_show(sighting, track.height_m, height_sd_m, s):
        low = sighting.foot
    if low is None or fix is None or low is fix:
        return fix
    chance = min(max(sighting.foot_score, s.crouching), s.sure_foot_score)
    standing = log(1.0 - chance) + _density(at, fix)
    return low if log(chance) + _density(at, low) > standing else fix


def _density(at: Fix, fix: Fix) -> float:
    """Log density of a person who is ``at`` one place being found at the other."""
    return distance2(fix.x - at.x, fix.y - at.y, at.xx + fix.xx, at.xy + fix.xy, at.yy + fix.yy)[1]


def _judge_appearance(
    found: dict[tuple[int, int], Pair],
    tracks: Sequence[Track],
    sightings: Sequence[Sighting],
    s: Settings,
) -> None:
    """Appearance decides between people, so only against the other candidates of the same detection."""
    likeness: dict[int, list[tuple[int, float]]] = {}
    for (i, j), c in _likenesses(found, tracks, sightings).items():
        pair = found[i, j]
        pair.likeness = c
        likeness.setdefault(j, []).append((i, c))
        pair.gain -= strangeness(tracks[i], c, s)
    for j, candidates in likeness.items():
        if len(candidates) < 2:
            continue
        mean = sum(c for _, c in candidates) / len(candidates)
        for i, c in candidates:
            gain = s.appearance_weight * (c - mean)
            found[i, j].gain += max(-s.appearance_limit, min(s.appearance_limit, gain))


def _likenesses(
    found: Collection[tuple[int, int]], tracks: Sequence[Track], sightings: Sequence[Sighting]
) -> dict[tuple[int, int], float]:
    """Cosines of all pairs of which both appearances are known, in one product where their sizes agree."""
    theirs = {i: a.vector for i in dict.fromkeys(i for i, _ in found) if (a := tracks[i].appearance)}
    now = {j: a.vector for j in dict.fromkeys(j for _, j in found) if (a := sightings[j].appearance)}
    if len({v.size for v in (*theirs.values(), *now.values())} - {0}) != 1:
        pairs = ((i, j, cosine(tracks[i].appearance, sightings[j].appearance)) for i, j in found)
        return {(i, j): c for i, j, c in pairs if c is not None}
    rows = {i: n for n, i in enumerate(i for i, v in theirs.items() if v.size)}
    columns = {j: n for n, j in enumerate(j for j, v in now.items() if v.size)}
    if not rows or not columns:
        return {}
    known, new = np.array([theirs[i] for i in rows]), np.array([now[j] for j in columns])
    norms = np.einsum("ni,ni->n", known, known)[:, None] * np.einsum("ni,ni->n", new, new)
    with np.errstate(invalid="ignore", divide="ignore"):
        cosines = ((known @ new.T) / np.sqrt(norms)).tolist()
    return {
        (i, j): c
        for i, j in found
        if i in rows and j in columns and (c := cosines[rows[i]][columns[j]]) == c  # NaN: of no length
    }


def _judge_walls(
    found: dict[tuple[int, int], Pair], tracks: Sequence[Track], blocked: Blocked, s: Settings
) -> None:
    """Who would have walked through a fixture. Pairs that gain nothing anyway are not asked about."""
    far2 = s.wall_step_m**2
    asked, starts, ends = [], [], []
    for (i, _), pair in found.items():
        (x, y), fix = tracks[i].last_xy, pair.fix
        if pair.gain > 0.0 and (fix.x - x) ** 2 + (fix.y - y) ** 2 > far2:
            asked.append((tracks[i], pair))
            starts.append((x, y))
            ends.append((fix.x, fix.y))
    if not asked:
        return
    for (track, pair), through in zip(asked, blocked(np.array(starts), np.array(ends)).tolist(), strict=True):
        if through:
            pair.gain -= s.wall_cost * exp(-(track.t - track.last_seen) / s.wall_fades_s)


def strangeness(track: Track, likeness: float, s: Settings) -> float:
    """Log likelihood against this person looking so unlike themselves."""
    if track.looks < s.stranger_looks:
        return 0.0
    below = track.likeness - s.stranger_margin - likeness
    return min(s.stranger_limit, s.stranger_weight * max(0.0, below))


def cosine(a: Appearance | None, b: Appearance | None) -> float | None:
    """Likeness of two appearances; None where one is not known, or from another model."""
    if a is None or b is None or a.vector.size == 0 or a.vector.size != b.vector.size:
        return None
    norm = float(np.dot(a.vector, a.vector)) * float(np.dot(b.vector, b.vector))
    return float(np.dot(a.vector, b.vector)) / norm**0.5 if norm > 0.0 else None


def mean_appearance(
    old: Appearance | None, new: Appearance | None, looks: int, s: Settings
) -> tuple[Appearance | None, int]:
    """Running mean over the visit, and how many frames are in it. Never changes an array in place."""
    if new is None or new.vector.size == 0:
        return old, looks
    size = float(np.dot(new.vector, new.vector)) ** 0.5
    if size == 0.0:
        return old, looks
    unit: NDArray[np.float32] = (new.vector / np.float32(size)).astype(np.float32, copy=False)
    if old is None or old.vector.size != unit.size:
        return Appearance(unit), 1
    share = np.float32(1.0 / min(looks + 1, s.appearance_memory))
    return Appearance(old.vector + share * (unit - old.vector)), looks + 1
