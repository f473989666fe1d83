"""Which detection of a frame is whom: one joint assignment of all to all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import exp, log

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from inference.floor_tracks.appearance import likenesses, strangeness
from inference.floor_tracks.crowds import placed
from inference.floor_tracks.kalman import Fix, Motion, brought_forward, distance2
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.sightings import Sighting, Stature, located, stature
from inference.floor_tracks.state import Track

Blocked = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.bool_]]
"""Which straight ways, from ``(N, 2)`` to ``(N, 2)``, lead through a fixture."""
CROWDED = 40
"""From so many pairs on they are placed in arrays: below, one by one is quicker."""


class Pair(msgspec.Struct, gc=False):
    """A detection that may be a person."""

    gain: float
    """How likely: log odds."""
    fix: Fix
    """Where it would put them."""
    likeness: float | None = None
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


def best_pairs(gains: Mapping[tuple[int, int], float]) -> list[tuple[int, int]]:
    """As :func:`best_assignment`, of the pairs ``(row, column)`` that there are; in order.

    Mostly nobody is contested: then there is nothing to solve.
    """
    gaining = {pair: gain for pair, gain in gains.items() if gain > 0.0}
    rows, columns = {row for row, _ in gaining}, {column for _, column in gaining}
    if len(rows) == len(columns) == len(gaining):
        return sorted(gaining)
    table = np.zeros((max(rows) + 1, max(columns) + 1))
    for pair, gain in gaining.items():
        table[pair] = gain
    return best_assignment(table)


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
    unsure = 2.0 * s.direct_sd_m**2
    odds = [
        log(p / ((1.0 - p) * s.clutter_per_m2))
        for p in (s.detection_probability_outside, s.detection_probability_new, s.detection_probability)
    ]
    people: dict[int, tuple[Fix, Stature, Motion]] = {}
    bonuses: dict[int, float] = {}
    keys = _near(common, sightings)
    for i in dict.fromkeys(i for i, _ in keys):
        track, at = tracks[i], common[i]
        if at.xx + at.yy > unsure or track.t - track.last_seen > s.hidden_s:
            continue  # hidden people come back by re-linking: one stray box must not drag them along
        last = track.seen_by.get(sensor)
        bonus = odds[2] if last is not None and last.item >= 0 else odds[shown[i]]
        if i >= known:
            bonus -= s.tentative_cost
        if track.leaving is not None:
            bonus -= min(s.left_most, s.left_cost + s.left_rate * (track.t - track.leaving_t))
        bonuses[i] = bonus
        who = stature(track.height_m, max(track.height_var**0.5, s.height_known_sd_m), s)
        people[i] = (at, who, track.motion)
    keys = [key for key in keys if key[0] in people]
    places = _places(keys, people, sightings, late, s)
    found = {(i, j): Pair(bonuses[i] + density, fix) for (i, j), (density, fix) in places.items()}
    if found:
        _judge_appearance(found, tracks, sightings, s)
        _judge_walls(found, tracks, blocked, s)
    return found


def _near(common: Sequence[Fix], sightings: Sequence[Sighting]) -> list[tuple[int, int]]:
    """Pairs near enough to be looked at: index of the track, index of the sighting; in this order."""
    if not common or not sightings:
        return []
    people = np.array([(at.x, at.y, 16.0 * (at.xx + at.yy)) for at in common])[:, :, None]
    seen = np.array([(z.x, z.y, 16.0 * (z.xx + z.yy) + 1.0) for z in [g.first for g in sightings]]).T
    dx, dy = people[:, 0] - seen[0], people[:, 1] - seen[1]
    rows, columns = np.nonzero(dx * dx + dy * dy <= people[:, 2] + seen[2])
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def _places(
    keys: Sequence[tuple[int, int]],
    people: Mapping[int, tuple[Fix, Stature, Motion]],
    sightings: Sequence[Sighting],
    late: float,
    s: Settings,
) -> dict[tuple[int, int], tuple[float, Fix]]:
    """Pairs within the gate: log density of the sighting's place there, and that place. In order of keys."""
    found: dict[tuple[int, int], tuple[float, Fix]] = {}
    singly = keys
    if len(keys) >= CROWDED:
        found, singly = placed(keys, people, sightings, late, s)
    for i, j in singly:
        at, who, motion = people[i]
        fix = place_for(at, who, sightings[j], s)
        if fix is None:
            continue
        if late > 0.0:
            fix = brought_forward(fix, motion, late, s.speed_sd_ms)
        dx, dy = fix.x - at.x, fix.y - at.y
        xx, xy, yy = at.xx + fix.xx, at.xy + fix.xy, at.yy + fix.yy
        d2, density = distance2(dx, dy, xx, xy, yy)
        if d2 < s.gate_d2:
            found[i, j] = (density, fix)
    return found if singly is keys else {key: found[key] for key in keys if key in found}


def place_for(at: Fix, who: Stature, sighting: Sighting, s: Settings) -> Fix | None:
    """Where the sighting puts a person of this height.

    A box too short for them either ends where something hides their feet, and the head says where they are,
    or it is all of them, crouching or bent. What the foot point's score and the place ``at`` which they are
    expected make likelier counts: the head of somebody who takes from the lowest shelf, read as if they
    stood, had them glide off into the shelf.
    """
    if sighting.skeleton is not None:
        return sighting.first
    fix = located(sighting, who, s)
    low, implied = sighting.low_foot, sighting.implied_m
    if low is None and implied is not None and implied <= who.least:
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
    for (i, j), c in likenesses(found, tracks, sightings).items():
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


def _judge_walls(
    found: dict[tuple[int, int], Pair], tracks: Sequence[Track], blocked: Blocked, s: Settings
) -> None:
    """Who would have walked through a fixture.

    Not asked of a step that is short, nor where it changes nothing: about pairs that gain nothing anyway, and
    about those that nobody contests and that gain more than a wall costs.
    """
    far2 = s.wall_step_m**2
    gaining = {key: pair for key, pair in found.items() if pair.gain > 0.0}
    far = {key: pair for key, pair in gaining.items() if _step2(tracks[key[0]], pair.fix) > far2}
    asked, starts, ends = [], [], []
    for (i, j), pair in far.items():
        if pair.gain > s.wall_cost and sum(i == a or j == b for a, b in gaining) == 1:
            continue
        asked.append((tracks[i], pair))
        starts.append(tracks[i].last_xy)
        ends.append((pair.fix.x, pair.fix.y))
    if not asked:
        return
    for (track, pair), through in zip(asked, blocked(np.array(starts), np.array(ends)).tolist(), strict=True):
        if through:
            pair.gain -= s.wall_cost * exp(-(track.t - track.last_seen) / s.wall_fades_s)


def _step2(track: Track, to: Fix) -> float:
    """Squared distance from where they were last seen."""
    x, y = track.last_xy
    return (to.x - x) ** 2 + (to.y - y) ** 2
