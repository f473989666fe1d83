"""Who stands close to whom."""

from __future__ import annotations

from collections.abc import Sequence

from inference.floor_tracks.state import Track

Close = tuple[int, int, float]
"""Two tracks by their index, and how far apart they are, squared."""


def close_pairs(tracks: Sequence[Track], reach: float) -> list[Close]:
    """All two that are less than ``reach`` metres apart: a sweep over the floor along x.

    Crowds are sparse on this scale, so that it grows with the number of people, not with its square.
    """
    places = sorted((track.motion.x, track.motion.y, i) for i, track in enumerate(tracks))
    found: list[Close] = []
    for n, (x, y, i) in enumerate(places, 1):
        for m in range(n, len(places)):
            other_x, other_y, k = places[m]
            if other_x - x >= reach:
                break
            apart2 = (x - other_x) ** 2 + (y - other_y) ** 2
            if apart2 < reach * reach:
                found.append((i, k, apart2))
    return found
