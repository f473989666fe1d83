"""What speaks for who is perhaps nobody, or somebody else: how often, and beside whom, they are found."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from inference.floor_tracks.settings import Settings
from inference.floor_tracks.state import Track


def count_chances(
    tracks: Sequence[Track], shown: Sequence[bool], found: Collection[int], known: int, s: Settings
) -> None:
    """How regularly the tentative people (from ``known`` on) are found by the cameras that look at them."""
    for i in range(known, len(tracks)):
        if shown[i] or i in found:
            x = tracks[i]
            x.chances += 1
            weight = 1.0 / min(x.chances + 1, s.share_memory)
            x.found_share += weight * ((i in found) - x.found_share)


def compare_with_elders(
    tracks: Sequence[Track], shown: Sequence[bool], found: Collection[int], known: int, s: Settings
) -> None:
    """Whether somebody tentative, or known for a short while, is found together with the nearest older one.

    Only the nearest: one who is another view of somebody known may well be found beside a third.
    """
    late = [
        i
        for i, x in enumerate(tracks)
        if i and (i in found if i >= known else shown[i] and x.t - x.first_t <= s.doubled_within_s)
    ]
    if not late:
        return
    px, py = np.array([(x.motion.x, x.motion.y) for x in tracks]).T
    apart2 = (px - px[late, None]) ** 2 + (py - py[late, None]) ** 2
    apart2[np.arange(len(tracks)) >= np.array(late)[:, None]] = np.inf
    nearest = apart2.argmin(axis=1)
    near = apart2[np.arange(len(late)), nearest] < (2.0 * s.near_person_m) ** 2
    for i, k, beside in zip(late, nearest.tolist(), near.tolist(), strict=True):
        if not beside:
            continue
        x = tracks[i]
        if i not in found:
            x.in_turns += k in found
        elif k in found:
            x.together += 1
            x.beside += k < known
        elif shown[k] and x.t - tracks[k].last_seen < s.in_turns_s:
            x.in_turns += 1
