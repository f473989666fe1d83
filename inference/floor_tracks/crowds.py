"""Where the sightings of a crowded frame put people: all pairs at once, in arrays.

The same as :func:`association.place_for` and the gate say one by one, for pairs of whom feet and head show;
worth it from some dozens of pairs on. What else a box may be (too short for somebody, or the head alone) is
weighed there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from inference.floor_tracks.kalman import LOG_2PI, Fix, Motion
from inference.floor_tracks.settings import Settings
from inference.floor_tracks.sightings import Sighting, Stature

Array = NDArray[np.float64]
Key = tuple[int, int]
"""Of a pair: index of the track, index of the sighting."""
NOT_BOTH = (0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, -inf)


def placed(
    keys: Sequence[Key],
    people: Mapping[int, tuple[Fix, Stature, Motion]],
    sightings: Sequence[Sighting],
    late: float,
    s: Settings,
) -> tuple[dict[Key, tuple[float, Fix]], list[Key]]:
    """Pairs within the gate with their log density and place; and those that are to be asked one by one.

    ``people``, by index of the track: where they are expected, how tall they are, and how they move;
    ``late``: seconds, see ``association``.
    """
    rows = {i: n for n, i in enumerate(dict.fromkeys(i for i, _ in keys))}
    columns = {j: n for n, j in enumerate(dict.fromkeys(j for _, j in keys))}
    of_people = np.array([_person_row(*people[i]) for i in rows])
    of_sightings = np.array([_sighting_row(sightings[j]) for j in columns])
    ax, ay, axx, axy, ayy, tall, sd, least, u, v, uu, uv, vv = of_people[[rows[i] for i, _ in keys]].T
    seen = of_sightings[[columns[j] for _, j in keys]].T
    fx, fy, fxx, fxy, fyy, gx, gy, gxx, gxy, gyy, ox, oy, oz, implied = seen
    # The head (``rays.at_height``).
    drop, more = tall - oz, 1e-6 + s.head_lean_sd_m * s.head_lean_sd_m
    along_x, along_y, drop2, tall_var = drop * gx, drop * gy, drop * drop, sd * sd
    both = (drop < -0.05) & (along_x * along_x + along_y * along_y <= s.farthest_m * s.farthest_m)
    both &= implied > least
    hxx, hyy = drop2 * gxx + tall_var * gx * gx + more, drop2 * gyy + tall_var * gy * gy + more
    hxy = drop2 * gxy + tall_var * gx * gy
    # Feet and head together (``kalman.fused``).
    a, b, c = _inverse(fxx + hxx, fxy + hxy, fyy + hyy)
    g1, g2, h1, h2 = fxx * a + fxy * b, fxx * b + fxy * c, fxy * a + fyy * b, fxy * b + fyy * c
    dx, dy = ox + along_x - fx, oy + along_y - fy
    x, y = fx + g1 * dx + g2 * dy, fy + h1 * dx + h2 * dy
    xx, xy, yy = fxx - (g1 * fxx + g2 * fxy), fxy - (g1 * fxy + g2 * fyy), fyy - (h1 * fxy + h2 * fyy)
    if late > 0.0:  # ``kalman.brought_forward``
        turn, late2 = (0.5 * s.speed_sd_ms * late) ** 2, late * late
        x, y = x + u * late, y + v * late
        xx, xy, yy = xx + late2 * uu + turn, xy + late2 * uv, yy + late2 * vv + turn
    # How far from where they are expected (``kalman.distance2``).
    dx, dy = x - ax, y - ay
    a, b, c = _inverse(axx + xx, axy + xy, ayy + yy)
    d2 = dx * dx * a + 2.0 * dx * dy * b + dy * dy * c
    density = 0.5 * np.log(a * c - b * b) - LOG_2PI - 0.5 * d2
    near = np.flatnonzero(both & (d2 < s.gate_d2))
    fixes = np.column_stack((density, x, y, xx, xy, yy))[near].tolist()
    found = {keys[n]: (row[0], Fix(*row[1:])) for n, row in zip(near.tolist(), fixes, strict=True)}
    return found, [keys[n] for n in np.flatnonzero(~both).tolist()]


def _person_row(at: Fix, who: Stature, m: Motion) -> tuple[float, ...]:
    place, tall = (at.x, at.y, at.xx, at.xy, at.yy), (who.height, who.sd, who.least)
    return (*place, *tall, m.u, m.v, m.uu, m.uv, m.vv)


def _sighting_row(sighting: Sighting) -> tuple[float, ...]:
    """Feet, head, the camera's place, and the height that they imply, where both show."""
    foot, top, implied = sighting.foot, sighting.top, sighting.implied_m
    if foot is None or top is None or sighting.low_foot is not None or sighting.skeleton is not None:
        return NOT_BOTH
    feet = (foot.x, foot.y, foot.xx, foot.xy, foot.yy)
    head = (top.gx, top.gy, top.xx, top.xy, top.yy)
    return (*feet, *head, *sighting.origin, inf if implied is None else implied)


def _inverse(xx: Array, xy: Array, yy: Array) -> tuple[Array, Array, Array]:
    """Of symmetric 2x2 matrices."""
    det = xx * yy - xy * xy
    return yy / det, -xy / det, xx / det
